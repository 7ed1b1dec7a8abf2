package assess

import q "ekbom/internal/questionnaire"

// MainReason gives what a queue names an outcome by: the first red flag that fired, else the first cause; empty when there is
// neither.
func (o *Outcome) MainReason() (id q.ID, flag bool) {
	switch {
	case len(o.RedFlags) > 0:
		return o.RedFlags[0].ID, true
	case len(o.Causes) > 0:
		return o.Causes[0].ID, false
	}
	return "", false
}
