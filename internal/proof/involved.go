package proof

import (
	"slices"

	q "ekbom/internal/questionnaire"
)

// Rule names a rule where it was written.
type Rule struct {
	Kind string // "red flag", "cause", "advice", "exclusion", "referral"
	ID   q.ID
	q.Place
}

// involved lists the rules that a broken claim is about: those that make what it demands or forbids, and of red flags and
// causes those that read a question which it speaks of.
func involved(d *q.Definition, when, then *q.Condition) (rules []Rule) {
	questions := map[int]bool{}
	when.Questions(func(i int) { questions[i] = true })
	if then != nil {
		then.Questions(func(i int) { questions[i] = true })
	}
	reads := func(cs ...*q.Condition) bool {
		found := false
		for _, c := range cs {
			if c != nil {
				c.Questions(func(i int) { found = found || questions[i] })
			}
		}
		return found
	}
	add := func(kind string, id q.ID, p q.Place) {
		if !slices.ContainsFunc(rules, func(r Rule) bool { return r.Kind == kind && r.ID == id }) {
			rules = append(rules, Rule{kind, id, p})
		}
	}
	cause := func(c *q.Cause) {
		for _, r := range c.Rules {
			if reads(r.When) {
				add("rule", r.ID, r.Place)
			}
		}
	}
	urgency := func(from q.Urgency) {
		for _, f := range d.RedFlags {
			if f.Urgency >= from && reads(f.When) {
				add("red flag", f.ID, f.Place)
			}
		}
		for i := range d.Causes {
			if d.Causes[i].Urgency >= max(from, q.Routine) {
				cause(&d.Causes[i])
			}
		}
	}
	looks(func(l q.Look) {
		switch l.Kind {
		case q.LookUrgency:
			urgency(max(l.Urgency, q.Routine))
		case q.LookAdvice:
			a := &d.Advice[l.At]
			add("advice", a.ID, a.Place)
			for _, x := range d.Exclusions {
				if slices.Contains(a.Contains, x.Remedy) {
					add("exclusion", x.Remedy, x.Place)
				}
			}
		case q.LookSpecialist, q.LookFirst:
			add("referral", d.Referrals[l.At].Specialist, d.Referrals[l.At].Place)
		case q.LookCause, q.LookStrength:
			cause(&d.Causes[l.At])
		case q.LookAgainst:
			add("cause", d.Causes[l.At].ID, d.Causes[l.At].Place)
		case q.LookOpen, q.LookCrisis:
			add("red flag", d.RedFlags[l.At].ID, d.RedFlags[l.At].Place)
		}
	}, when, then)
	return rules
}

// looks calls yield for every look at the outcome in conditions.
func looks(yield func(q.Look), conditions ...*q.Condition) {
	for _, c := range conditions {
		if c == nil {
			continue
		}
		if c.Op == q.OpOutcome {
			yield(c.Look)
		}
		looks(yield, c.Parts...)
	}
}
