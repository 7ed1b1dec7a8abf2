package assess

import (
	"cmp"
	"slices"

	q "ekbom/internal/questionnaire"
)

// MainReason gives what a queue names an outcome by: what makes it as urgent as it is. That is a red flag that fired or a
// cause; where neither is so urgent, only something that could not be told is, and the id is empty with flag set. Red flags of
// an ordinary visit merely ask for one, so the best supported cause says more then. Empty when there is nothing to name.
func (o *Outcome) MainReason() (id q.ID, flag bool) {
	fired, open := highest(o.RedFlags), highest(o.OpenFlags)
	causes := q.SelfCare
	for i := range o.Causes {
		causes = max(causes, o.Causes[i].Urgency)
	}
	switch most := max(fired, open, causes); {
	case most <= q.Routine && len(o.Causes) > 0:
		return slices.MaxFunc(o.Causes, func(a, b Cause) int { return cmp.Compare(a.Strength, b.Strength) }).ID, false
	case most <= q.Routine && len(o.RedFlags) > 0, most > q.Routine && fired == most:
		return o.RedFlags[0].ID, true
	case most <= q.Routine:
		return "", false
	case causes == most:
		return o.Causes[slices.IndexFunc(o.Causes, func(c Cause) bool { return c.Urgency == most })].ID, false
	}
	return "", true
}

func highest(flags []RedFlag) q.Urgency {
	if len(flags) == 0 {
		return q.SelfCare
	}
	return flags[0].Urgency // the most urgent stands first
}
