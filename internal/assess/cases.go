package assess

import (
	"fmt"
	"slices"

	q "ekbom/internal/questionnaire"
)

// CheckCase runs a case and says in what the outcome differs from what is expected; nothing when it does not.
func CheckCase(d *q.Definition, c *q.Case) (differs []string) {
	o, e := Evaluate(d, c.Answers), &c.Expect
	say := func(format string, args ...any) { differs = append(differs, fmt.Sprintf(format, args...)) }
	if e.Urgency != nil && *e.Urgency != o.Urgency {
		say("urgency is %s, expected %s", o.Urgency, *e.Urgency)
	}
	if e.Pattern != nil && *e.Pattern != o.Pattern.Match {
		say("pattern is %s, expected %s", o.Pattern.Match, *e.Pattern)
	}
	for _, got := range o.Pattern.Criteria {
		if want, ok := e.Criteria[got.ID]; ok && want != got.State {
			say("criterion %s is %s, expected %s", got.ID, got.State, want)
		}
	}
	r := o.Reached()
	if e.RedFlags != nil {
		want := slices.Clone(*e.RedFlags)
		got := slices.Clone(r.RedFlags)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			say("red flags are %v, expected %v", got, want)
		}
	}
	strength := map[q.ID]q.Strength{}
	for _, c := range o.Causes {
		strength[c.ID] = c.Strength
	}
	for _, c := range d.Causes {
		want, ok := e.Causes[c.ID]
		switch got := strength[c.ID]; {
		case ok && got == 0:
			say("cause %s is not concluded, expected %s", c.ID, want)
		case ok && got != want:
			say("cause %s is %s, expected %s", c.ID, got, want)
		case got != 0 && slices.Contains(e.NotCauses, c.ID):
			say("cause %s is %s, expected not to be concluded", c.ID, got)
		}
	}
	for _, id := range e.Against {
		if !slices.ContainsFunc(o.Causes, func(c Cause) bool { return c.ID == id && len(c.Against) > 0 }) {
			say("nothing speaks against the cause %s", id)
		}
	}
	lacks := func(kind string, got, want []q.ID) {
		for _, id := range want {
			if !slices.Contains(got, id) {
				say("%s %s is lacking", kind, id)
			}
		}
	}
	lacks("look-alike", r.LookAlikes, e.LookAlikes)
	lacks("specialist", r.Specialists, e.Specialists)
	lacks("advice", r.Advice, e.Advice)
	for _, id := range e.NotAdvice {
		if slices.Contains(r.Advice, id) {
			say("advice %s is given, expected not to be", id)
		}
	}
	if e.First != "" && (len(r.Specialists) == 0 || r.Specialists[0] != e.First) {
		say("first address is %v, expected %s", r.Specialists[:min(1, len(r.Specialists))], e.First)
	}
	return differs
}

// Reached lists the ids that an outcome concludes, by kind.
type Reached struct {
	RedFlags    []q.ID `json:"red_flags"`
	LookAlikes  []q.ID `json:"look_alikes"`
	Causes      []q.ID `json:"causes"`
	Specialists []q.ID `json:"specialists"`
	Advice      []q.ID `json:"advice"`
}

// Reached lists what is concluded.
func (o *Outcome) Reached() (r Reached) {
	for _, f := range o.RedFlags {
		r.RedFlags = append(r.RedFlags, f.ID)
	}
	for _, a := range o.LookAlikes {
		r.LookAlikes = append(r.LookAlikes, a.ID)
	}
	for _, c := range o.Causes {
		r.Causes = append(r.Causes, c.ID)
	}
	for _, s := range o.Specialists {
		r.Specialists = append(r.Specialists, s.ID)
	}
	for _, a := range o.Advice {
		r.Advice = append(r.Advice, a.ID)
	}
	return r
}
