package store

import (
	"slices"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

// Prepare gives what the clinic's queue shows of a completed response, and what statistics count of it on the day of r.Sent.
// Answers and outcome are the response's own.
func Prepare(d *q.Definition, r q.Response, answers q.Answers, o *assess.Outcome) (review.Submission, []Tally) {
	sub := review.Submission{Urgency: o.Urgency, Match: o.Pattern.Match, Name: r.Letter.Name, Born: r.Letter.Born}
	sub.Reason, sub.Flag = o.MainReason()
	v := d.NewValues()
	d.Evaluate(answers, v)
	reached := func(i int) bool { return v.Of(d.Questions[i].Ask) == q.True && answers[i].State != q.NotReached }
	years := r.Letter.Age(r.Sent)
	if i := d.Clinic.Age; i >= 0 && reached(i) && answers[i].State == q.Given {
		years = answers[i].Number
	}
	sub.Age = review.AgeBandOf(years)

	var counts []Tally
	count := func(kind TallyKind, key string) {
		counts = append(counts, Tally{Kind: kind, Day: r.Sent, Key: key, N: 1})
	}
	count(CountUrgency, o.Urgency.String())
	for _, c := range o.Causes {
		count(CountCause, string(c.ID))
		if c.Shown {
			count(CountRule, string(c.Rule))
			if slices.Contains(r.NotMe, c.ID) {
				count(CountNotMe, string(c.Rule))
			}
		}
	}
	for i := range d.Questions {
		if !reached(i) {
			continue
		}
		count(CountAsked, string(d.Questions[i].ID))
		if answers[i].State == q.Unsure {
			count(CountUnsure, string(d.Questions[i].ID))
		}
	}
	return sub, counts
}
