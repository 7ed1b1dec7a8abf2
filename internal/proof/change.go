package proof

import (
	"cmp"
	"context"
	"slices"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// TurnKind says what a change of answers does.
type TurnKind uint8

// The kinds of turns.
const (
	UrgencyFalls   TurnKind = iota // the outcome is less urgent
	UrgencyRises                   // and more urgent
	FlagEnds                       // a red flag that fired is known not to be there
	FlagRuledOut                   // so is one that could not be told
	FlagFires                      // a red flag that could not be told is there
	MatchFalls                     // the pattern fits less well, or cannot be told
	MatchRises                     // and better
	CriterionEnds                  // a criterion is not met any more
	CriterionComes                 // and is met
	CauseEnds                      // a cause is not concluded
	CauseGrows                     // a cause is concluded with more strength
	CauseComes                     // a cause is concluded
	ReferralEnds                   // nothing leads to somebody any more
	AdviceEnds                     // advice is not given any more
	AdviceAllowed                  // comfort advice that was held back is given
)

// Turn is a smallest change of answers that takes a conclusion away or brings it.
type Turn struct {
	Kind    TurnKind
	ID      q.ID     // of the red flag, criterion, cause, specialist or advice; empty for urgency and match
	Changed []Change // by question; empty: no answers at all do it, or only ones that are far
	Far     bool     // only changes of more than FewSteps do it
	Steps   int      // how many: an answer exchanged, one tick more or less, an answer to a question that opens
	Others  int      // further changes that do it; counted only where one step does

	Urgency  q.Urgency  // of the outcome then
	Match    q.Match    // how well the pattern fits then
	Strength q.Strength // of the cause then, where it grows
}

// Change is the answer to one question before and then. One of them is not reached where the question opens or closes.
type Change struct {
	Question   int
	Was, Is    q.Answer
	Unanswered bool // the question was asked before, too, and had no answer yet
}

// Turns finds what would change the conclusions of one questionnaire. Many goroutines may use it.
type Turns struct {
	d *q.Definition
	m *model

	world     *world
	removed   []lit   // by symbol: its question has ticks, and this is not among them; no where that is no step
	lacking   []lit   // by question: it is asked and has no answer yet
	flags     []rails // by red flag
	criteria  []lit   // met
	referrals []lit
	advice    []lit               // given
	causes    [][q.Strong + 1]lit // concluded with more than this strength; 0: at all
	from      [q.Emergency + 1]lit
	better    [q.MatchFull + 1]lit // a match that is better than this
	worse     [q.MatchFull + 1]lit // a match that is not so good, or unknown
	seen      map[lit]int          // by node: the place of these in what is kept of a path
}

// NewTurns makes the model of a definition, which serves all answers to it. A definition that is too large has no turns: see Large.
func NewTurns(d *q.Definition) *Turns {
	m, w := open(context.Background(), d)
	t := &Turns{d: d, m: m, world: w, lacking: make([]lit, len(d.Questions))}
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
	for i, symbols := range w.symbols {
		t.lacking[i] = symbols[slices.IndexFunc(symbols, func(s *symbol) bool { return s.state == q.NotReached })].lit
	}
	for i := range d.RedFlags {
		t.flags = append(t.flags, w.rail(d.RedFlags[i].When))
	}
	for i := range d.Criteria {
		t.criteria = append(t.criteria, w.rail(d.Criteria[i].Met).t)
	}
	for i := range d.Causes {
		var than [q.Strong + 1]lit
		for s := range than {
			than[s] = w.stronger(i, q.Strength(s))
		}
		t.causes = append(t.causes, than)
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
	t.seen = map[lit]int{}
	all := slices.Concat(t.criteria, t.referrals, t.advice, t.from[:], t.better[:], t.worse[:])
	for _, r := range t.flags {
		all = append(all, r.t, r.f)
	}
	for _, than := range t.causes {
		all = append(all, than[:]...)
	}
	for _, l := range all {
		if _, known := t.seen[l.node()]; !known {
			t.seen[l.node()] = len(t.seen)
		}
	}
	return t
}

// Large gives the condition with which the model grew beyond its bound: then nothing is found. It is nil when it did not.
func (t *Turns) Large() *q.Place { return t.m.large() }

// FewSteps is up to how many steps a smallest change is looked for. What takes more hangs on no single answer.
const FewSteps = 5

// nearest is how many causes are named that the answers do not lead to, but one step would.
const nearest = 5

// Of finds for each conclusion of an outcome the smallest change of answers that ends it, and for what comes next the smallest
// that brings it. Answers may be lacking: to give one is a step, to take one back is none. When ctx ends, what was not found
// until then is left out.
func (t *Turns) Of(ctx context.Context, answers q.Answers) []Turn {
	d := t.d
	if t.m.err != nil || ctx.Err() != nil {
		return nil
	}
	search := turnSearch{Turns: t, ctx: ctx, answers: answers, given: t.world.inputs(answers)}
	search.begin()
	o := assess.Evaluate(d, answers)
	if o.Urgency > q.SelfCare {
		search.find(UrgencyFalls, "", -t.from[o.Urgency])
	}
	for above := o.Urgency; above < q.Emergency; {
		rise, decided := search.turn(t.from[above+1])
		if !decided || rise.then == nil {
			break
		}
		turn := search.told(UrgencyRises, "", rise)
		search.found, above = append(search.found, turn), turn.Urgency
	}
	v := d.NewValues()
	d.Evaluate(answers, v)
	for i, f := range d.RedFlags {
		switch v.Of(f.When) {
		case q.True:
			search.find(FlagEnds, f.ID, t.flags[i].f)
		case q.Unknown:
			if search.waits(assess.Because(d, answers, v, f.When)) {
				continue // any answer to what is lacking comes first
			}
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
	for i, c := range o.Pattern.Criteria {
		if c.State == q.Met {
			search.find(CriterionEnds, c.ID, -t.criteria[i])
		} else {
			search.find(CriterionComes, c.ID, t.criteria[i])
		}
	}
	reached := o.Reached()
	for i, c := range d.Causes {
		at := slices.IndexFunc(o.Causes, func(concluded assess.Cause) bool { return concluded.ID == c.ID })
		if at < 0 {
			continue
		}
		search.find(CauseEnds, c.ID, -t.causes[i][0])
		strength := o.Causes[at].Strength
		if slices.ContainsFunc(c.Rules, func(r q.CauseRule) bool { return r.Strength > strength }) {
			search.find(CauseGrows, c.ID, t.causes[i][strength])
		}
	}
	for i, r := range d.Referrals {
		if slices.Contains(reached.Specialists, r.Specialist) {
			search.find(ReferralEnds, r.Specialist, -t.referrals[i])
		}
	}
	for i, a := range d.Advice {
		switch given := slices.Contains(reached.Advice, a.ID); {
		case given && t.advice[i] != yes: // else it is for everybody
			search.find(AdviceEnds, a.ID, -t.advice[i])
		case !given && a.Kind == q.Comfort && v.Of(a.When) == q.True:
			search.find(AdviceAllowed, a.ID, t.advice[i])
		}
	}
	if ctx.Err() == nil {
		search.near(reached.Causes)
	}
	return search.found
}

// turnSearch is the work for one person's answers.
type turnSearch struct {
	*Turns
	ctx     context.Context
	answers q.Answers
	given   []bool
	steps   []lit // each true one is a step away from the answers
	odd     []lit // steps to "not sure" and the like, or to an unusual number: not what explains a conclusion where another step does
	aged    []lit // steps to another age, which nobody can have: told only where nothing else does it
	never   []lit // that an answer is taken back
	single  []single
	found   []Turn
}

// way is the answers with the fewest steps for which a statement is true; nil when there are none, or only ones that are far.
type way struct {
	then   q.Answers
	far    bool
	steps  int
	others int // single steps that do it as well
}

// single is a path one step away from the answers.
type single struct {
	answers q.Answers
	values  []bool // by Turns.seen
	rank    int    // the lower, the more natural a change
	aged    bool   // it is another age
}

func (s *turnSearch) has(x *symbol) bool { return s.given[s.m.gates[x.lit].input-1] }

// lacks reports whether question i is asked and has no answer yet.
func (s *turnSearch) lacks(i int) bool { return s.given[s.m.gates[s.lacking[i]].input-1] }

// age reports whether question i is answered with the age.
func (s *turnSearch) age(i int) bool {
	return i == s.d.Clinic.Age && s.answers[i].State == q.Given
}

// waits reports whether nothing is a reason but that answers are lacking.
func (s *turnSearch) waits(reasons []assess.Reason) bool {
	return !slices.ContainsFunc(reasons, func(r assess.Reason) bool {
		i, _ := s.d.Question(r.Question)
		return !s.lacks(i)
	})
}

// begin finds all steps, and every path that is one of them away.
func (s *turnSearch) begin() {
	v := s.d.NewValues()
	for i, symbols := range s.world.symbols {
		if s.ctx.Err() != nil {
			return // then nothing is decided
		}
		var was []*symbol
		for _, x := range symbols {
			switch gone := s.removed[s.m.gates[x.lit].input-1]; {
			case !s.has(x) && x.state == q.NotReached:
				s.never = append(s.never, x.lit)
			case !s.has(x):
				s.steps = append(s.steps, x.lit)
				if qu := &s.d.Questions[i]; x.state != q.Given || qu.Type == q.Number && !qu.Usual.Contains(x.number(qu.Usual)) {
					s.odd = append(s.odd, x.lit)
				}
				if s.age(i) {
					s.aged = append(s.aged, x.lit)
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
			case s.has(x) && len(was) == 1, x.state == q.NotReached:
				continue // the answer itself, or none
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
		case then[k].State == q.NotReached && !s.lacks(k):
			return
		}
	}
	all, kept := s.m.values(s.world.inputs(then)), make([]bool, len(s.seen))
	for node, at := range s.seen {
		kept[at] = all[node]
	}
	s.single = append(s.single, single{then, kept, rank, s.age(i)})
}

// holds reports whether a conclusion is true on a path.
func (s *turnSearch) holds(path single, l lit) bool { return path.values[s.seen[l.node()]] == (l > 0) }

// closes is what it costs a single change in rank that a question is no longer asked.
const closes = 16

// rank orders single changes: a given answer is better than "not sure", and one near the one chosen better than one further off.
func (s *turnSearch) rank(i int, was, is []*symbol) int {
	symbols := s.world.symbols[i]
	far := slices.Index(symbols, is[len(is)-1]) - slices.Index(symbols, was[len(was)-1])
	switch {
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

// find adds the turn that makes want true, unless time runs out.
func (s *turnSearch) find(kind TurnKind, id q.ID, want lit) {
	if found, decided := s.turn(want); decided {
		s.found = append(s.found, s.told(kind, id, found))
	}
}

// turn finds the way for which want is true. It is not decided when time runs out.
func (s *turnSearch) turn(want lit) (found way, decided bool) {
	found, decided = s.fewest(want, s.aged...)
	if decided && found.then == nil && !found.far && len(s.aged) > 0 {
		return s.fewest(want)
	}
	return found, decided
}

// fewest finds the way with the fewest steps for which want is true and none of without.
func (s *turnSearch) fewest(want lit, without ...lit) (found way, decided bool) {
	if s.ctx.Err() != nil {
		return way{}, false
	}
	for _, one := range s.single {
		switch {
		case !s.holds(one, want) || one.aged && len(without) > 0:
		case found.then == nil:
			found = way{then: one.answers, steps: 1}
		default:
			found.others++
		}
	}
	if found.then != nil {
		return found, true
	}
	if can, err := s.can(want, without); !can {
		return way{}, err == nil
	}
	for n := 2; n <= FewSteps; n++ {
		inputs, err := s.within(n, want, without)
		if err != nil {
			return way{}, false
		}
		if inputs != nil {
			if slices.ContainsFunc(s.odd, func(l lit) bool { return inputs[s.m.gates[l].input-1] }) { // rather answers that a person may well have given
				if plainer, _ := s.within(n, want, slices.Concat(without, s.odd)); plainer != nil {
					inputs = plainer
				}
			}
			then := s.world.answers(inputs, func(*block) bool { return true })
			s.keepWords(then)
			return way{then: then, steps: n}, true
		}
	}
	return way{far: true}, true
}

// can reports whether any change at all leads to want without what must not be.
func (s *turnSearch) can(want lit, without []lit) (bool, error) {
	f := s.m.formula([]lit{want}, false)
	for _, l := range slices.Concat(s.never, without) {
		if f.blocks[s.m.symbols[s.m.gates[l].input-1].block] {
			f.clause(-l)
		}
	}
	inputs, err := f.solve(s.ctx)
	return inputs != nil, err
}

// within finds answers at most n steps away for which want is true and none of without; nil when there are none.
func (s *turnSearch) within(n int, want lit, without []lit) ([]bool, error) {
	f := s.m.formula([]lit{want}, true)
	f.atMost(s.steps, n)
	for _, l := range slices.Concat(s.never, without) {
		f.clause(-l)
	}
	return f.solve(s.ctx)
}

// told makes a turn of a way. The evaluator has the last word on what comes of it.
func (s *turnSearch) told(kind TurnKind, id q.ID, w way) Turn {
	t := Turn{Kind: kind, ID: id, Far: w.far, Steps: w.steps, Others: w.others}
	if w.then == nil {
		return t
	}
	for i := range w.then {
		if !w.then[i].Equal(s.answers[i]) {
			t.Changed = append(t.Changed, Change{i, s.answers[i], w.then[i], s.lacks(i)})
		}
	}
	o := assess.Evaluate(s.d, w.then)
	t.Urgency, t.Match = o.Urgency, o.Pattern.Match
	for _, c := range o.Causes {
		if c.ID == id && kind == CauseGrows {
			t.Strength = c.Strength
		}
	}
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
		at := slices.IndexFunc(s.single, func(x single) bool { return !x.aged && s.holds(x, s.causes[i][0]) })
		if at < 0 || slices.Contains(concluded, c.ID) {
			continue
		}
		then := s.single[at].answers
		near := candidate{Turn: s.told(CauseComes, c.ID, way{then: then, steps: 1})}
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
