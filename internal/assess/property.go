package assess

import (
	"slices"

	q "ekbom/internal/questionnaire"
)

// Holds gives the value of a property's condition for answers and the outcome that Evaluate gave for them.
func Holds(d *q.Definition, answers q.Answers, o *Outcome, c *q.Condition) q.Truth {
	switch c.Op {
	case q.OpTest:
		return d.Walk(c, answers)
	case q.OpOutcome:
		if sees(d, answers, o, c.Look) {
			return q.True
		}
		return q.False
	}
	return c.Combine(func(part *q.Condition) q.Truth { return Holds(d, answers, o, part) })
}

// Broken reports whether answers break a claim.
func Broken(d *q.Definition, answers q.Answers, o *Outcome, c q.Claim) bool {
	return Holds(d, answers, o, c.When) == q.True && (Holds(d, answers, o, c.Then) == q.True) == c.Never
}

func sees(d *q.Definition, answers q.Answers, o *Outcome, l q.Look) bool {
	switch l.Kind {
	case q.LookUrgency:
		return l.Urgency <= o.Urgency && o.Urgency <= l.UrgencyTo
	case q.LookAdvice:
		return slices.ContainsFunc(o.Advice, func(a Advice) bool { return a.ID == d.Advice[l.At].ID })
	case q.LookSpecialist:
		return slices.ContainsFunc(o.Specialists, func(s Specialist) bool { return s.ID == d.Referrals[l.At].Specialist })
	case q.LookFirst:
		return len(o.Specialists) > 0 && o.Specialists[0].ID == d.Referrals[l.At].Specialist
	case q.LookCause:
		return slices.ContainsFunc(o.Causes, func(c Cause) bool { return c.ID == d.Causes[l.At].ID && c.Shown })
	case q.LookStrength:
		return slices.ContainsFunc(o.Causes, func(c Cause) bool { return c.ID == d.Causes[l.At].ID && c.Strength == l.Strength })
	case q.LookAgainst:
		return slices.ContainsFunc(o.Causes, func(c Cause) bool { return c.ID == d.Causes[l.At].ID && len(c.Against) > 0 })
	case q.LookMatch:
		return o.Pattern.Match == l.Match
	case q.LookShown:
		return o.Pattern.Shown
	case q.LookOpen:
		return slices.ContainsFunc(o.OpenFlags, func(f RedFlag) bool {
			return f.ID == d.RedFlags[l.At].ID && l.Urgency <= f.Urgency && f.Urgency <= l.UrgencyTo
		})
	case q.LookCrisis:
		rule := &d.RedFlags[l.At]
		return rule.Crisis && slices.ContainsFunc(o.RedFlags, func(f RedFlag) bool { return f.ID == rule.ID })
	}
	return d.Walk(d.Questions[l.At].Ask, answers) == q.True
}
