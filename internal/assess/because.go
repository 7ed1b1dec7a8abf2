package assess

import q "ekbom/internal/questionnaire"

// Because gives the answers because of which a condition of d has its value among v, the values of these answers.
func Because(d *q.Definition, answers q.Answers, v *q.Values, c *q.Condition) []Reason {
	e := explainer{d: d, answers: answers, v: v}
	return e.reasons(c, v.Of(c))
}
