package assess

import q "ekbom/internal/questionnaire"

// Because gives the answers because of which conditions of d have their values among v, the values of these answers. An
// answer that matters to several is named once, with all of its options that count.
func Because(d *q.Definition, answers q.Answers, v *q.Values, conditions ...*q.Condition) []Reason {
	e, all := explainer{d: d, answers: answers, v: v}, marks{}
	for _, c := range conditions {
		all.add(e.marks(c, v.Of(c)))
	}
	return e.list(all)
}
