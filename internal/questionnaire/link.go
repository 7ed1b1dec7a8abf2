package questionnaire

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Query gives answers as the query of an address, for links that an author can read and change by hand:
// urge=often&signs=cold-leg,swollen&age=44&own-words=. ParseQuery reads it.
func (d *Definition) Query(answers Answers) string {
	var b strings.Builder
	for q := range answers {
		if answers[q].State == NotReached {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(string(d.Questions[q].ID))
		b.WriteByte('=')
		if answers[q].State == Blank {
			continue
		}
		for i, word := range d.Words(q, answers[q]) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(url.QueryEscape(word))
		}
	}
	return b.String()
}

// ParseQuery reads what Query wrote. It gives the answers that there are and a fault for everything that is none.
func (d *Definition) ParseQuery(query string) (Answers, []error) {
	answers := d.NewAnswers()
	given, err := url.ParseQuery(query)
	if err != nil {
		return answers, []error{errors.New("the address cannot be read: write question=answer&question=answer")}
	}
	var faults []error
	for _, id := range slices.Sorted(maps.Keys(given)) {
		q, ok := d.Question(ID(id))
		if !ok {
			faults = append(faults, fmt.Errorf("%.80q: no such question", id))
			continue
		}
		entries := given[id]
		if d.Questions[q].Type == Choices {
			entries = strings.Split(strings.Join(entries, ","), ",")
		}
		a, fault := d.ParseAnswer(q, entries)
		if fault != nil {
			faults = append(faults, fault)
			continue
		}
		answers[q] = a
	}
	return answers, faults
}

// Carry gives answers to another edition as answers to this one, as far as it still takes them, and the questions of that
// edition whose answers it does not take. Those taken count as given with the first revision of a response.
func (d *Definition) Carry(other *Definition, answers Answers) (taken Answers, lost []ID) {
	taken = d.NewAnswers()
	for i := range answers {
		if answers[i].State == NotReached {
			continue
		}
		entries := other.Words(i, answers[i])
		if answers[i].State == Blank {
			entries = nil
		}
		q, ok := d.Question(other.Questions[i].ID)
		if ok {
			a, fault := d.ParseAnswer(q, entries)
			a.Rev, a.At = 1, answers[i].At
			if ok = fault == nil; ok {
				taken[q] = a
			}
		}
		if !ok {
			lost = append(lost, other.Questions[i].ID)
		}
	}
	return taken, lost
}
