package proof

import (
	"slices"

	q "ekbom/internal/questionnaire"
)

// world is what one definition asks and concludes, as statements over the blocks of a model.
type world struct {
	m       *model
	d       *q.Definition
	blocks  []*block    // by question
	symbols [][]*symbol // by question: those that this definition's form takes
	asked   []lit       // by question
	rails   map[*q.Condition]rails
	urgent  [q.Emergency + 1]lit // at least this urgency; 0: not made yet
	spoken  []lit                // referrals that lead to somebody
	ahead   []lit                // and those that stand before all others
}

// rails say of a condition whether it is known to be true and known to be false. Both are never true.
type rails struct{ t, f lit }

// own gives the symbols of question i's block that this definition's form takes.
func (w *world) own(i int) (own []*symbol) {
	qu := &w.d.Questions[i]
	for _, s := range w.blocks[i].symbols {
		offered := false
		switch s.state {
		case q.Unsure:
			offered = qu.Unsure
		case q.Declined:
			offered = qu.Decline
		case q.Blank:
			offered = qu.Optional
		case q.NotReached:
			offered = true
		default:
			switch qu.Type {
			case q.Choice, q.Choices:
				offered = s.option != "" && slices.Contains(qu.Options, s.option)
			case q.Number:
				offered = s.option == "" && qu.Range.Contains(s.numbers.From)
			default:
				offered = s.option == "" && s.numbers == q.Range{}
			}
		}
		if offered {
			own = append(own, s)
		}
	}
	return own
}

// rail gives the two statements of a condition. A nil condition is true.
func (w *world) rail(c *q.Condition) rails {
	if c == nil {
		return rails{yes, no}
	}
	if r, ok := w.rails[c]; ok {
		return r
	}
	m := w.m
	ts, fs := make([]lit, len(c.Parts)), make([]lit, len(c.Parts))
	for i, p := range c.Parts {
		r := w.rail(p)
		ts[i], fs[i] = r.t, r.f
	}
	var r rails
	switch c.Op {
	case q.OpTest:
		r = w.test(c.Test)
	case q.OpAll:
		r = rails{m.and(ts...), m.or(fs...)}
	case q.OpAny:
		r = rails{m.or(ts...), m.and(fs...)}
	case q.OpNot:
		r = rails{fs[0], ts[0]}
	case q.OpAtLeast:
		for i := range fs {
			fs[i] = -fs[i]
		}
		r = rails{m.atLeast(ts, c.Weights, c.Least), -m.atLeast(fs, c.Weights, c.Least)}
	case q.OpOutcome:
		l := w.look(c.Look)
		r = rails{l, -l}
	}
	w.rails[c] = r
	if m.err != nil && m.at == (q.Place{}) {
		m.at = c.Place
	}
	return r
}

// meets reports whether a symbol of a question's block makes a test of it true.
func (s *symbol) meets(t q.Test, qu *q.Question) bool {
	switch t.Kind {
	case q.TestUnsure:
		return s.state == q.Unsure
	case q.TestDeclined:
		return s.state == q.Declined
	case q.TestAnswered:
		return s.state == q.Given
	case q.TestNumber:
		return s.state == q.Given && s.option == "" && t.Range.Contains(s.numbers.From)
	}
	o := slices.Index(qu.Options, s.option)
	return o >= 0 && t.Options&(1<<o) != 0
}

// test is Test.Holds for every answer.
func (w *world) test(t q.Test) rails {
	m, qu := w.m, &w.d.Questions[t.Question]
	asked := w.rail(qu.Ask)
	var holds, given []lit
	for _, s := range w.symbols[t.Question] {
		if s.state == q.Given {
			given = append(given, s.lit)
		}
		if s.meets(t, qu) {
			holds = append(holds, s.lit)
		}
	}
	r := rails{t: m.or(holds...)}
	switch t.Kind {
	case q.TestNumber, q.TestOptions:
		r.f = m.and(m.or(given...), -r.t)
	default:
		r.f = -r.t
		for _, s := range w.symbols[t.Question] {
			if s.state == q.NotReached { // nobody knows yet
				r.f = m.and(r.f, -s.lit)
			}
		}
	}
	// Where nobody else looks at the block, only who is asked has an answer.
	if w.blocks[t.Question].shared {
		r.t = m.and(asked.t, r.t)
	}
	r.f = m.and(asked.t, r.f)
	if qu.NotAskedIsNo {
		r.f = m.or(r.f, asked.f)
	}
	return r
}

// from says that the outcome's urgency is at least u.
func (w *world) from(u q.Urgency) lit {
	if u == q.SelfCare {
		return yes
	}
	if w.urgent[u] != 0 {
		return w.urgent[u]
	}
	var any []lit
	for i := range w.d.RedFlags {
		f := &w.d.RedFlags[i]
		r := w.rail(f.When)
		switch {
		case f.IfUnknown >= u:
			any = append(any, -r.f) // true or unknown; it is never less urgent when true
		case f.Urgency >= u:
			any = append(any, r.t)
		}
	}
	for i := range w.d.Causes {
		if w.d.Causes[i].Urgency >= u {
			any = append(any, w.concluded(i))
		}
	}
	w.urgent[u] = w.m.or(any...)
	return w.urgent[u]
}

// reaches says that the urgency reaches a limit that was set; SelfCare stands for none.
func (w *world) reaches(limit q.Urgency) lit {
	if limit == q.SelfCare {
		return no
	}
	return w.from(limit)
}

// concluded says that cause i is concluded.
func (w *world) concluded(i int) lit { return w.stronger(i, 0) }

// stronger says that cause i is concluded with more than a strength.
func (w *world) stronger(i int, than q.Strength) lit {
	var any []lit
	for _, r := range w.d.Causes[i].Rules {
		if r.Strength > than {
			any = append(any, w.rail(r.When).t)
		}
	}
	return w.m.or(any...)
}

// against says that something speaks against cause i, concluded or not.
func (w *world) against(i int) lit {
	var any []lit
	for _, a := range w.d.Causes[i].Against {
		any = append(any, w.rail(a.When).t)
	}
	return w.m.or(any...)
}

// given says that advice i is given.
func (w *world) given(i int) lit {
	a := &w.d.Advice[i]
	all := []lit{w.rail(a.When).t}
	if a.Unless != nil {
		all = append(all, w.rail(a.Unless).f)
	}
	for _, x := range w.d.Exclusions {
		if slices.Contains(a.Contains, x.Remedy) {
			all = append(all, w.rail(x.When).f)
		}
	}
	if a.Kind == q.Comfort {
		all = append(all, -w.reaches(w.d.HideCauses))
	}
	return w.m.and(all...)
}

// referrals finds who is spoken to, and who stands ahead.
func (w *world) referrals() {
	if w.spoken != nil || len(w.d.Referrals) == 0 {
		return
	}
	for _, r := range w.d.Referrals {
		any := []lit{w.reaches(r.From)}
		if r.When != nil {
			any = append(any, w.rail(r.When).t)
		}
		for i := range w.d.Causes {
			if slices.Contains(r.Causes, w.d.Causes[i].ID) {
				any = append(any, w.concluded(i))
			}
		}
		spoken := w.m.or(any...)
		first := w.reaches(r.FirstFrom)
		if r.First != nil {
			first = w.m.or(first, w.rail(r.First).t)
		}
		w.spoken, w.ahead = append(w.spoken, spoken), append(w.ahead, w.m.and(spoken, first))
	}
}

// match says that the pattern has a match.
func (w *world) match(match q.Match) lit {
	p := &w.d.Pattern
	full, partial, none := w.rail(p.Full).t, w.rail(p.Partial).t, w.rail(p.None).t
	switch match {
	case q.MatchFull:
		return full
	case q.MatchPartial:
		return w.m.and(-full, partial)
	case q.MatchNone:
		return w.m.and(-full, -partial, none)
	}
	return w.m.and(-full, -partial, -none)
}

// look is a test of the outcome.
func (w *world) look(l q.Look) lit {
	m := w.m
	switch l.Kind {
	case q.LookUrgency:
		if l.UrgencyTo == q.Emergency {
			return w.from(l.Urgency)
		}
		return m.and(w.from(l.Urgency), -w.from(l.UrgencyTo+1))
	case q.LookAdvice:
		return w.given(l.At)
	case q.LookSpecialist:
		w.referrals()
		return w.spoken[l.At]
	case q.LookFirst:
		w.referrals()
		before := func(list []lit, with ...lit) lit {
			for _, other := range list[:l.At] {
				with = append(with, -other)
			}
			return m.and(with...)
		}
		return m.or(before(w.ahead, w.ahead[l.At]), before(w.spoken, w.spoken[l.At], -m.or(w.ahead...)))
	case q.LookCause:
		if !w.d.Causes[l.At].Shown {
			return no
		}
		return m.and(w.concluded(l.At), -w.reaches(w.d.HideCauses))
	case q.LookStrength:
		return m.and(w.stronger(l.At, l.Strength-1), -w.stronger(l.At, l.Strength))
	case q.LookAgainst:
		return m.and(w.concluded(l.At), w.against(l.At))
	case q.LookMatch:
		return w.match(l.Match)
	case q.LookShown:
		return w.rail(w.d.Pattern.Shown).t
	case q.LookOpen:
		f := &w.d.RedFlags[l.At]
		if f.IfUnknown < l.Urgency || l.UrgencyTo < f.IfUnknown {
			return no
		}
		r := w.rail(f.When)
		return m.and(-r.t, -r.f)
	case q.LookCrisis:
		if !w.d.RedFlags[l.At].Crisis {
			return no
		}
		return w.rail(w.d.RedFlags[l.At].When).t
	}
	return w.asked[l.At]
}
