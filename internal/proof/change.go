package proof

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// TurnKind says what a change of answers does.
type TurnKind uint8

// The kinds of turns.
const (
	UrgencyFalls  TurnKind = iota // the outcome is less urgent
	UrgencyRises                  // and more urgent
	FlagEnds                      // a red flag that fired is known not to be there
	FlagRuledOut                  // so is one that could not be told
	FlagFires                     // a red flag that could not be told is there
	MatchFalls                    // the pattern fits less well, or cannot be told
	MatchRises                    // and better
	CauseEnds                     // a cause is not concluded
	CauseComes                    // a cause is concluded
	ReferralEnds                  // nothing leads to somebody any more
	AdviceAllowed                 // comfort advice that was held back is given
)

// Turn is a smallest change of answers that takes a conclusion away or brings it.
type Turn struct {
	Kind    TurnKind
	ID      q.ID     // of the red flag, cause, specialist or advice; empty for urgency and match
	Changed []Change // by question; empty: no answers at all do it
	Steps   int      // how many: an answer exchanged, one tick more or less, an answer to a question that opens
	Exact   bool     // no change has fewer; false: time ran out

	Urgency q.Urgency // of the outcome then
	Match   q.Match   // and how well the pattern fits then
}

// Change is the answer to one question before and then. One of them is not reached where the question opens or closes.
type Change struct {
	Question int
	Was, Is  q.Answer
}

// Turns finds what would change the conclusions of one questionnaire. Many goroutines may use it.
type Turns struct {
	d *q.Definition
	m *model

	world     *world
	removed   []lit   // by symbol: its question has ticks, and this is not among them; no where that is no step
	flags     []rails // by red flag
	referrals []lit
	advice    []lit // given
	causes    []lit // concluded
	from      [q.Emergency + 1]lit
	better    [q.MatchFull + 1]lit // a match that is better than this
	worse     [q.MatchFull + 1]lit // a match that is not so good, or unknown
}

// ErrUnanswered says that a question that is asked has no answer, so nothing can be said about changing it.
var ErrUnanswered = errors.New("not every question is answered")

// NewTurns makes the model of a definition, which serves all answers to it.
func NewTurns(d *q.Definition) *Turns {
	m, w := one(d)
	t := &Turns{d: d, m: m, world: w}
	for _, s := range m.symbols {
		var ticks []lit
		for _, other := range s.block.symbols {
			if !other.alone {
				ticks = append(ticks, other.lit)
			}
		}
		gone := no
		if !s.alone {
			gone = m.and(m.or(ticks...), -s.lit)
		}
		t.removed = append(t.removed, gone)
	}
	for i := range d.RedFlags {
		t.flags = append(t.flags, w.rail(d.RedFlags[i].When))
	}
	for i := range d.Causes {
		t.causes = append(t.causes, w.concluded(i))
	}
	w.referrals()
	t.referrals = w.spoken
	for i := range d.Advice {
		t.advice = append(t.advice, w.given(i))
	}
	for u := range t.from {
		t.from[u] = w.from(q.Urgency(u))
	}
	full, partial := w.match(q.MatchFull), w.match(q.MatchPartial)
	t.better = [...]lit{q.MatchUnknown: m.or(full, partial), q.MatchNone: m.or(full, partial), q.MatchPartial: full, q.MatchFull: no}
	t.worse = [...]lit{q.MatchUnknown: no, q.MatchNone: no, q.MatchPartial: m.and(-full, -partial), q.MatchFull: -full}
	return t
}

// nearest is how many causes are named that the answers do not lead to, but one step would.
const nearest = 5

// Of finds for each conclusion of the outcome of complete answers the smallest change that ends it, and for what comes next
// the smallest that brings it. When ctx ends, what was not found until then is lacking, or not exact.
func (t *Turns) Of(ctx context.Context, answers q.Answers) ([]Turn, error) {
	d := t.d
	if !d.Path(answers).Complete() {
		return nil, ErrUnanswered
	}
	search := turnSearch{Turns: t, ctx: ctx, answers: answers, given: t.world.inputs(answers)}
	search.begin()
	o := assess.Evaluate(d, answers)
	if o.Urgency > q.SelfCare {
		search.find(UrgencyFalls, "", -t.from[o.Urgency])
	}
	if o.Urgency < q.Emergency {
		search.find(UrgencyRises, "", t.from[o.Urgency+1])
	}
	v := d.NewValues()
	d.Evaluate(answers, v)
	for i, f := range d.RedFlags {
		switch v.Of(f.When) {
		case q.True:
			search.find(FlagEnds, f.ID, t.flags[i].f)
		case q.Unknown:
			search.find(FlagRuledOut, f.ID, t.flags[i].f)
			search.find(FlagFires, f.ID, t.flags[i].t)
		}
	}
	if !d.Pattern.Absent {
		if o.Pattern.Match > q.MatchNone {
			search.find(MatchFalls, "", t.worse[o.Pattern.Match])
		}
		if o.Pattern.Match < q.MatchFull {
			search.find(MatchRises, "", t.better[o.Pattern.Match])
		}
	}
	reached := o.Reached()
	for i, c := range d.Causes {
		if slices.Contains(reached.Causes, c.ID) {
			search.find(CauseEnds, c.ID, -t.causes[i])
		}
	}
	for i, r := range d.Referrals {
		if slices.Contains(reached.Specialists, r.Specialist) {
			search.find(ReferralEnds, r.Specialist, -t.referrals[i])
		}
	}
	for i, a := range d.Advice {
		if a.Kind == q.Comfort && v.Of(a.When) == q.True && !slices.Contains(reached.Advice, a.ID) {
			search.find(AdviceAllowed, a.ID, t.advice[i])
		}
	}
	search.near(reached.Causes)
	return search.found, nil
}

// turnSearch is the work for one person's answers.
type turnSearch struct {
	*Turns
	ctx     context.Context
	answers q.Answers
	given   []bool
	steps   []lit // each true one is a step away from the answers
	odd     []lit // steps to another age, or to no answer: not what explains a conclusion where another step does
	single  []single
	found   []Turn
}

// single is a path one step away from the answers.
type single struct {
	answers q.Answers
	values  []bool
	rank    int // the lower, the more natural a change
}

func (s *turnSearch) has(x *symbol) bool { return s.given[s.m.gates[x.lit].input-1] }

// begin finds all steps, and every path that is one of them away.
func (s *turnSearch) begin() {
	v := s.d.NewValues()
	for i, symbols := range s.world.symbols {
		var was []*symbol
		for _, x := range symbols {
			switch gone := s.removed[s.m.gates[x.lit].input-1]; {
			case !s.has(x):
				s.steps = append(s.steps, x.lit)
				if i == s.d.Clinic.Age || x.state != q.Given {
					s.odd = append(s.odd, x.lit)
				}
			default:
				was = append(was, x)
				if gone != no {
					s.steps = append(s.steps, gone)
				}
			}
		}
		if len(was) == 0 {
			continue
		}
		for _, x := range symbols {
			is := []*symbol{x}
			switch {
			case s.has(x) && len(was) == 1:
				continue // the answer itself
			case s.has(x):
				is = slices.DeleteFunc(slices.Clone(was), func(other *symbol) bool { return other == x })
			case !x.alone && !was[0].alone:
				is = append(slices.Clone(was), x)
			}
			s.try(v, i, was, is)
		}
	}
	slices.SortStableFunc(s.single, func(a, b single) int { return cmp.Compare(a.rank, b.rank) })
}

// try keeps the path with another answer to question i if no question opens by it.
func (s *turnSearch) try(v *q.Values, i int, was, is []*symbol) {
	then := slices.Clone(s.answers)
	then[i] = s.world.answer(i, is)
	s.keepWords(then)
	s.d.Evaluate(then, v)
	rank := s.rank(i, was, is)
	for k := range then {
		switch asked := v.Of(s.d.Questions[k].Ask) == q.True; {
		case !asked:
			if then[k].State != q.NotReached {
				rank += closes
			}
			then[k] = q.Answer{}
		case then[k].State == q.NotReached:
			return
		}
	}
	s.single = append(s.single, single{then, s.m.values(s.world.inputs(then)), rank})
}

// closes is what it costs a single change in rank that a question is no longer asked.
const closes = 16

// rank orders single changes: a given answer is better than "not sure", an option near the one chosen better than one further
// off, and another age, which nobody can have, comes last.
func (s *turnSearch) rank(i int, was, is []*symbol) int {
	symbols := s.world.symbols[i]
	far := slices.Index(symbols, is[len(is)-1]) - slices.Index(symbols, was[len(was)-1])
	switch {
	case i == s.d.Clinic.Age:
		return 1 << 20
	case is[0].state != q.Given:
		return 1 << 10
	case s.d.Questions[i].Type == q.Choices:
		return len(is) + len(was)
	}
	return max(far, -far)
}

// keepWords takes over what the answers say beyond the model: own words and dates, and the nearest number that does it.
func (s *turnSearch) keepWords(then q.Answers) {
	for i := range then {
		was, is := s.answers[i], &then[i]
		if was.State != q.Given || is.State != q.Given {
			continue
		}
		switch s.d.Questions[i].Type {
		case q.FreeText, q.Date:
			is.Text = was.Text
		case q.Number:
			for _, x := range s.world.symbols[i] {
				if x.in(&s.d.Questions[i], *is) {
					is.Number = min(max(was.Number, x.numbers.From), x.numbers.To)
					break
				}
			}
		}
	}
}

func (s *turnSearch) find(kind TurnKind, id q.ID, want lit) {
	t := s.turn(want)
	if t.Exact || len(t.Changed) > 0 {
		t.Kind, t.ID = kind, id
		s.found = append(s.found, t)
	}
}

// turn finds the smallest change after which want is true.
func (s *turnSearch) turn(want lit) Turn {
	for _, one := range s.single {
		if holds(one.values, want) {
			return s.told(one.answers, 1)
		}
	}
	some, _, err := s.m.solve(s.ctx, want)
	if err != nil || some == nil {
		return Turn{Exact: err == nil}
	}
	for n := 2; n <= len(s.steps); n++ {
		inputs, err := s.within(n, want)
		if inputs != nil { // then rather by such answers as a person may well have given
			if plainer, _ := s.within(n, want, s.odd...); plainer != nil {
				inputs = plainer
			}
			then := s.world.answers(inputs, func(*block) bool { return true })
			s.keepWords(then)
			return s.told(then, n)
		}
		if err != nil {
			return Turn{}
		}
	}
	return Turn{}
}

// within finds answers at most n steps away for which want is true and none of without; nil when there are none.
func (s *turnSearch) within(n int, want lit, without ...lit) ([]bool, error) {
	f := s.m.formula([]lit{want}, true)
	f.atMost(s.steps, n)
	for _, l := range without {
		f.clause(-l)
	}
	return f.solve(s.ctx)
}

// told makes a turn of answers. The evaluator has the last word on what comes of them.
func (s *turnSearch) told(then q.Answers, steps int) Turn {
	t := Turn{Steps: steps, Exact: true}
	for i := range then {
		if !then[i].Equal(s.answers[i]) {
			t.Changed = append(t.Changed, Change{i, s.answers[i], then[i]})
		}
	}
	o := assess.Evaluate(s.d, then)
	t.Urgency, t.Match = o.Urgency, o.Pattern.Match
	return t
}

// near finds the causes that one step leads to; of those, the ones that most answers speak for already.
func (s *turnSearch) near(concluded []q.ID) {
	type candidate struct {
		Turn
		own      int
		strength q.Strength
	}
	var all []candidate
	v := s.d.NewValues()
	for i, c := range s.d.Causes {
		at := slices.IndexFunc(s.single, func(x single) bool { return holds(x.values, s.causes[i]) })
		if at < 0 || slices.Contains(concluded, c.ID) {
			continue
		}
		then := s.single[at].answers
		near := candidate{Turn: s.told(then, 1)}
		near.Kind, near.ID = CauseComes, c.ID
		s.d.Evaluate(then, v)
		for _, r := range c.Rules {
			if v.Of(r.When) != q.True {
				continue
			}
			own := 0
			for _, reason := range assess.Because(s.d, then, v, r.When) {
				if at, _ := s.d.Question(reason.Question); then[at].Equal(s.answers[at]) {
					own++
				}
			}
			near.own, near.strength = max(near.own, own), max(near.strength, r.Strength)
		}
		if near.own > 0 {
			all = append(all, near)
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.own, a.own), cmp.Compare(b.strength, a.strength))
	})
	for _, c := range all[:min(nearest, len(all))] {
		s.found = append(s.found, c.Turn)
	}
}
