package proof

import (
	"slices"

	q "ekbom/internal/questionnaire"
)

// Reader is all that a question is asked for: what hangs on its answer, by itself or because the answer decides whether another
// question is asked that it hangs on.
type Reader struct {
	Question   q.ID
	RedFlags   []q.ID
	Causes     []q.ID // by their rules or by what speaks against them
	LookAlikes []q.ID
	Criteria   []q.ID
	Pattern    bool // whether it is shown
	Scores     []q.ID
	Referrals  []q.ID // by causes and urgency as well
	Advice     []q.ID // what withholds it as well
	Questions  []q.ID // asked or not because of it
	Voice      bool   // it says whether somebody answers for another person
	Unread     string // the author's reason to ask it although nothing reads it
}

// Readers tells of each question what reads it. That an urgency hides causes and comfort advice is left aside: by that, all
// would hang on everything.
func Readers(d *q.Definition) []Reader {
	readers := make([]Reader, len(d.Questions))
	asked := make([]map[int]bool, len(d.Questions)) // by question: what its own condition reads, and so on
	reads := func(conditions ...*q.Condition) map[int]bool {
		all := map[int]bool{}
		for _, c := range conditions {
			if c == nil {
				continue
			}
			c.Questions(func(i int) {
				all[i] = true
				for k := range asked[i] {
					all[k] = true
				}
			})
		}
		return all
	}
	for i := range d.Questions { // conditions read earlier questions only
		asked[i] = reads(d.Questions[i].Ask)
	}
	note := func(id q.ID, list func(*Reader) *[]q.ID, questions map[int]bool) {
		for i := range questions {
			if to := list(&readers[i]); !slices.Contains(*to, id) {
				*to = append(*to, id)
			}
		}
	}
	for i := range d.Questions {
		readers[i].Question, readers[i].Unread = d.Questions[i].ID, d.Questions[i].Unread
		note(d.Questions[i].ID, func(r *Reader) *[]q.ID { return &r.Questions }, asked[i])
	}
	for _, f := range d.RedFlags {
		note(f.ID, func(r *Reader) *[]q.ID { return &r.RedFlags }, reads(f.When))
	}
	against := func(c *q.Cause) (all []*q.Condition) {
		for _, a := range c.Against {
			all = append(all, a.When)
		}
		return all
	}
	rules := func(c *q.Cause) (all []*q.Condition) {
		for _, r := range c.Rules {
			all = append(all, r.When)
		}
		return all
	}
	for i := range d.Causes {
		c := &d.Causes[i]
		note(c.ID, func(r *Reader) *[]q.ID { return &r.Causes }, reads(append(rules(c), against(c)...)...))
	}
	for _, a := range d.LookAlikes {
		note(a.ID, func(r *Reader) *[]q.ID { return &r.LookAlikes }, reads(a.When))
	}
	for _, c := range d.Criteria {
		note(c.ID, func(r *Reader) *[]q.ID { return &r.Criteria }, reads(c.Met, c.Earlier))
	}
	if !d.Pattern.Absent {
		for i := range reads(d.Pattern.Full, d.Pattern.Partial, d.Pattern.None, d.Pattern.Shown) {
			readers[i].Pattern = true
		}
	}
	for _, s := range d.Scores {
		for _, t := range s.Terms {
			note(s.ID, func(r *Reader) *[]q.ID { return &r.Scores }, reads(t.When))
		}
	}
	for _, r := range d.Referrals {
		conditions := []*q.Condition{r.When, r.First}
		urgent := func(from q.Urgency) {
			if from == q.SelfCare {
				return
			}
			for _, f := range d.RedFlags {
				if max(f.Urgency, f.IfUnknown) >= from {
					conditions = append(conditions, f.When)
				}
			}
			for i := range d.Causes {
				if d.Causes[i].Urgency >= from {
					conditions = append(conditions, rules(&d.Causes[i])...)
				}
			}
		}
		urgent(r.From)
		urgent(r.FirstFrom)
		for i := range d.Causes {
			if slices.Contains(r.Causes, d.Causes[i].ID) {
				conditions = append(conditions, rules(&d.Causes[i])...)
			}
		}
		note(r.Specialist, func(r *Reader) *[]q.ID { return &r.Referrals }, reads(conditions...))
	}
	for _, a := range d.Advice {
		conditions := []*q.Condition{a.When, a.Unless}
		for _, x := range d.Exclusions {
			if slices.Contains(a.Contains, x.Remedy) {
				conditions = append(conditions, x.When)
			}
		}
		note(a.ID, func(r *Reader) *[]q.ID { return &r.Advice }, reads(conditions...))
	}
	for i := range reads(d.SpeaksForAnother) {
		readers[i].Voice = true
	}
	return readers
}
