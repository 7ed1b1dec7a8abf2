package assess

import (
	"cmp"
	"slices"

	q "ekbom/internal/questionnaire"
)

// Verdict is the part of an outcome that everything else hangs on, without the reasons. It is used again from one
// evaluation to the next, so that computing it allocates nothing.
type Verdict struct {
	Urgency q.Urgency
	Causes  []q.Strength // by position in Definition.Causes; zero: not concluded
	Values  *q.Values

	d     *q.Definition
	flags []flagRule
	rules []causeRule
}

type flagRule struct {
	when               q.Handle
	urgency, ifUnknown q.Urgency
}

type causeRule struct {
	when     q.Handle
	cause    int32
	strength q.Strength
	urgency  q.Urgency
}

// NewVerdict makes room for verdicts of a definition.
func NewVerdict(d *q.Definition) *Verdict {
	v := &Verdict{Causes: make([]q.Strength, len(d.Causes)), Values: d.NewValues(), d: d}
	for _, f := range d.RedFlags {
		v.flags = append(v.flags, flagRule{f.When.Handle(), f.Urgency, f.IfUnknown})
	}
	for i, c := range d.Causes {
		for _, r := range c.Rules {
			v.rules = append(v.rules, causeRule{r.When.Handle(), int32(i), r.Strength, c.Urgency})
		}
	}
	return v
}

// Judge evaluates all rules and sets the urgency and the concluded causes. The urgency is the highest of what red flags
// that fire, red flags that cannot be told, and concluded causes ask for: nothing can lower it.
func (v *Verdict) Judge(answers q.Answers) {
	v.d.Evaluate(answers, v.Values)
	v.Urgency = q.SelfCare
	for i := range v.flags {
		f := &v.flags[i]
		switch v.Values.At(f.when) {
		case q.True:
			v.Urgency = max(v.Urgency, f.urgency)
		case q.Unknown:
			v.Urgency = max(v.Urgency, f.ifUnknown)
		}
	}
	clear(v.Causes)
	for i := range v.rules {
		if r := &v.rules[i]; v.Values.Holds(r.when) {
			v.Causes[r.cause] = max(v.Causes[r.cause], r.strength)
			v.Urgency = max(v.Urgency, r.urgency)
		}
	}
}

// Evaluate computes the outcome of a set of answers, with every reason. It is deterministic and depends on nothing else.
func Evaluate(d *q.Definition, answers q.Answers) *Outcome {
	v := NewVerdict(d)
	v.Judge(answers)
	e := explainer{d: d, answers: answers, v: v.Values}
	o := &Outcome{
		Questionnaire: d.Ref, Urgency: v.Urgency,
		RedFlags: []RedFlag{}, OpenFlags: []RedFlag{}, Causes: []Cause{}, LookAlikes: []Finding{}, Scores: []Score{},
		Specialists: []Specialist{}, Advice: []Advice{}, Unknown: []Open{}, NotAsked: []NotAsked{}, Missing: []q.ID{},
	}
	for _, f := range d.RedFlags {
		switch truth := v.Values.Of(f.When); truth {
		case q.True:
			o.RedFlags = append(o.RedFlags, RedFlag{Finding{f.ID, e.reasons(f.When, truth), f.Source}, f.Urgency})
		case q.Unknown:
			o.OpenFlags = append(o.OpenFlags, RedFlag{Finding{f.ID, e.reasons(f.When, truth), f.Source}, f.IfUnknown})
		}
	}
	byUrgency := func(a, b RedFlag) int { return cmp.Compare(b.Urgency, a.Urgency) }
	slices.SortStableFunc(o.RedFlags, byUrgency)
	slices.SortStableFunc(o.OpenFlags, byUrgency)
	o.Pattern = e.pattern()
	for _, a := range d.LookAlikes {
		if v.Values.Of(a.When) == q.True {
			o.LookAlikes = append(o.LookAlikes, Finding{a.ID, e.reasons(a.When, q.True), a.Source})
		}
	}
	hidden := atLeast(v.Urgency, d.HideCauses)
	concluded := map[q.ID]bool{}
	for i := range d.Causes {
		if v.Causes[i] > 0 {
			concluded[d.Causes[i].ID] = true
			o.Causes = append(o.Causes, e.cause(&d.Causes[i], v.Causes[i], hidden))
		}
	}
	slices.SortStableFunc(o.Causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(b.Urgency, a.Urgency), cmp.Compare(b.Strength, a.Strength))
	})
	for _, s := range d.Scores {
		o.Scores = append(o.Scores, e.score(&s))
	}
	o.Specialists = e.specialists(concluded, v.Urgency)
	for _, a := range d.Advice {
		if e.licensed(&a) && !(hidden && a.Kind == q.Comfort) {
			o.Advice = append(o.Advice, Advice{a.ID, a.Kind, e.reasons(a.When, q.True), a.Source})
		}
	}
	for i := range d.Questions {
		id, asked := d.Questions[i].ID, v.Values.Of(d.Questions[i].Ask)
		switch {
		case asked != q.True:
			o.NotAsked = append(o.NotAsked, NotAsked{id, e.reasons(d.Questions[i].Ask, asked)})
		case answers[i].State == q.NotReached:
			o.Missing = append(o.Missing, id)
		case answers[i].State != q.Given && d.Questions[i].Unread == "":
			o.Unknown = append(o.Unknown, Open{id, answers[i].State.String()})
		}
	}
	return o
}

func (e *explainer) pattern() Pattern {
	p := Pattern{Criteria: []Criterion{}, Shown: e.v.Of(e.d.Pattern.Shown) == q.True}
	for _, c := range e.d.Criteria {
		out := Criterion{ID: c.ID, Source: c.Source}
		met, earlier := e.v.Of(c.Met), q.False
		if c.Earlier != nil {
			earlier = e.v.Of(c.Earlier)
		}
		var because marks
		switch {
		case met == q.True:
			out.State, because = q.Met, e.marks(c.Met, q.True)
		case earlier == q.True:
			out.State, because = q.Earlier, e.marks(c.Earlier, q.True)
		case met == q.False && earlier == q.False:
			out.State, because = q.NotMet, e.marks(c.Met, q.False)
		default:
			because = e.marks(c.Met, met)
			if c.Earlier != nil {
				because.add(e.marks(c.Earlier, earlier))
			}
		}
		out.Because = e.list(because)
		p.Criteria = append(p.Criteria, out)
	}
	for _, m := range []struct {
		match q.Match
		when  *q.Condition
	}{{q.MatchFull, e.d.Pattern.Full}, {q.MatchPartial, e.d.Pattern.Partial}, {q.MatchNone, e.d.Pattern.None}} {
		if e.v.Of(m.when) == q.True {
			p.Match = m.match
			break
		}
	}
	return p
}

func (e *explainer) cause(c *q.Cause, strength q.Strength, hidden bool) Cause {
	out := Cause{ID: c.ID, Strength: strength, Shown: c.Shown && !hidden, Urgency: c.Urgency}
	because, against, open := marks{}, marks{}, marks{}
	for _, r := range c.Rules {
		switch truth := e.v.Of(r.When); {
		case truth == q.True && r.Strength == strength && out.Rule == "":
			out.Rule, out.Source = r.ID, r.Source
			because = e.marks(r.When, q.True)
		case truth == q.Unknown && r.Strength > strength:
			open.add(e.marks(r.When, q.Unknown))
		}
	}
	for _, a := range c.Against {
		switch truth := e.v.Of(a.When); truth {
		case q.True:
			against.add(e.marks(a.When, truth))
		case q.Unknown:
			open.add(e.marks(a.When, truth))
		}
	}
	out.Because, out.Against, out.Open = e.list(because), e.list(against), []q.ID{}
	for _, r := range e.list(open) {
		out.Open = append(out.Open, r.Question)
	}
	return out
}

func (e *explainer) score(s *q.Score) Score {
	out := Score{ID: s.ID, Terms: []Term{}}
	for _, t := range s.Terms {
		truth := e.v.Of(t.When)
		out.Most += t.Points
		if truth == q.True {
			out.From += t.Points
		}
		if truth != q.False {
			out.To += t.Points
		}
		out.Terms = append(out.Terms, Term{t.ID, t.Points, truth})
	}
	for _, b := range s.Bands {
		if b.From <= out.From {
			out.BandFrom = b.ID
		}
		if b.From <= out.To {
			out.BandTo = b.ID
		}
	}
	return out
}

// atLeast reports whether an outcome's urgency reaches a limit that was set; SelfCare stands for none.
func atLeast(u, limit q.Urgency) bool { return limit != q.SelfCare && u >= limit }

func (e *explainer) specialists(concluded map[q.ID]bool, u q.Urgency) []Specialist {
	first, others := []Specialist{}, []Specialist{}
	for _, r := range e.d.Referrals {
		out := Specialist{ID: r.Specialist, NamedBy: r.NamedBy, Causes: []q.ID{}, Because: []Reason{}, Source: r.Source}
		for _, c := range r.Causes {
			if concluded[c] {
				out.Causes = append(out.Causes, c)
			}
		}
		reached := r.When != nil && e.v.Of(r.When) == q.True
		if reached {
			out.Because = e.reasons(r.When, q.True)
		}
		switch {
		case !reached && len(out.Causes) == 0 && !atLeast(u, r.From):
		case r.First != nil && e.v.Of(r.First) == q.True, atLeast(u, r.FirstFrom):
			first = append(first, out)
		default:
			others = append(others, out)
		}
	}
	return append(first, others...)
}

// licensed reports whether a piece of advice may be given: it applies for sure, and for sure nothing forbids it.
func (e *explainer) licensed(a *q.Advice) bool {
	if e.v.Of(a.When) != q.True || a.Unless != nil && e.v.Of(a.Unless) != q.False {
		return false
	}
	for _, remedy := range a.Contains {
		for _, x := range e.d.Exclusions {
			if x.Remedy == remedy && e.v.Of(x.When) != q.False {
				return false
			}
		}
	}
	return true
}

// explainer finds the answers behind a condition's value.
type explainer struct {
	d       *q.Definition
	answers q.Answers
	v       *q.Values
}

// marks holds, by question, the options that count as reasons; all bits when the whole answer counts.
type marks map[int]uint64

func (m marks) add(more marks) {
	for i, options := range more {
		m[i] |= options
	}
}

func (e *explainer) reasons(c *q.Condition, truth q.Truth) []Reason { return e.list(e.marks(c, truth)) }

// marks collects the answers because of which a condition has its value: for a true list of alternatives the true ones,
// for a false "all" the false parts, for an unknown condition the unknown parts.
func (e *explainer) marks(c *q.Condition, truth q.Truth) marks {
	m := marks{}
	e.collect(c, truth, m, map[*q.Condition]bool{})
	return m
}

func (e *explainer) collect(c *q.Condition, truth q.Truth, m marks, seen map[*q.Condition]bool) {
	if c == nil || seen[c] {
		return
	}
	seen[c] = true
	switch c.Op {
	case q.OpTest:
		i := c.Test.Question
		if asked := e.v.Of(e.d.Questions[i].Ask); asked != q.True {
			e.collect(e.d.Questions[i].Ask, asked, m, seen)
			return
		}
		if truth == q.True && c.Test.Kind == q.TestOptions {
			m[i] |= c.Test.Options & e.answers[i].Options
		} else {
			m[i] = ^uint64(0)
		}
	case q.OpNot:
		e.collect(c.Parts[0], truth.Not(), m, seen)
	default:
		// The parts that decide are those with the value of the whole.
		for _, p := range c.Parts {
			if e.v.Of(p) == truth {
				e.collect(p, truth, m, seen)
			}
		}
	}
}

// list gives reasons in the order of the questions.
func (e *explainer) list(m marks) []Reason {
	list := []Reason{}
	for i := range e.answers {
		options, marked := m[i]
		if !marked {
			continue
		}
		a := e.answers[i]
		a.Options &= options
		list = append(list, Reason{e.d.Questions[i].ID, Plain(e.d, i, a)})
	}
	return list
}

// Plain gives an answer in the form of an answers file: an option, a list of options, a number, a text, or one of the
// words unsure, declined and blank; nil for a question not reached.
func Plain(d *q.Definition, i int, a q.Answer) any {
	words := d.Words(i, a)
	switch {
	case a.State == q.NotReached:
		return nil
	case a.State == q.Given && d.Questions[i].Type == q.Number:
		return a.Number
	case a.State == q.Given && d.Questions[i].Type == q.Choices:
		return words
	}
	return words[0]
}
