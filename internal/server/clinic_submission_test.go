package server

import (
	"encoding/json"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/internal/review"

	"golang.org/x/net/html"
)

var shipped = sync.OnceValues(func() (*questionnaire.Definition, []questionnaire.Fault) {
	return questionnaire.Load(os.DirFS("../../questionnaires/rls"))
})

// shippedSite serves the shipped questionnaire.
func shippedSite(t testing.TB) *site {
	t.Helper()
	d, faults := shipped()
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return newSite(t, func(o *Options) { o.Definition = d })
}

// answersOf are those of a made-up person of the questionnaire's cases.
func (s *site) answersOf(t testing.TB, id questionnaire.ID) questionnaire.Answers {
	t.Helper()
	for _, c := range s.Definition.Cases {
		if c.ID == id {
			return slices.Clone(c.Answers)
		}
	}
	t.Fatalf("no case %q", id)
	return nil
}

// set answers a question as a person would type it.
func (s *site) set(t testing.TB, answers questionnaire.Answers, id questionnaire.ID, words ...string) {
	t.Helper()
	i, ok := s.Definition.Question(id)
	if !ok {
		t.Fatalf("no question %q", id)
	}
	a, fault := s.Definition.ParseAnswer(i, words)
	if fault != nil {
		t.Fatal(fault)
	}
	answers[i] = a
}

// parcel is what a patient sends.
type parcel struct {
	id      string
	code    string // submissions of one code are one person's
	answers questionnaire.Answers
	letter  questionnaire.Letter
	notMe   []questionnaire.ID
	sent    time.Time
	change  func(*questionnaire.Response) // spoils it before it is kept
}

// deliver makes a submission of a parcel, as sending it does.
func (s *site) deliver(t testing.TB, c account.Clinic, p parcel) questionnaire.ResponseID {
	t.Helper()
	outcome := assess.Evaluate(s.Definition, p.answers)
	kept, err := json.Marshal(outcome)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.answers {
		if p.answers[i].State != questionnaire.NotReached {
			p.answers[i].Rev, p.answers[i].At = i+1, p.sent.Add(-time.Minute).Unix()
		}
	}
	answers, err := s.Definition.EncodeAnswers(p.answers)
	if err != nil {
		t.Fatal(err)
	}
	r := questionnaire.Response{
		ID: questionnaire.ResponseID(p.id), Ref: s.Definition.Ref, Status: questionnaire.Completed, Clinic: c.ID, Answers: answers,
		Outcome: kept, Revision: 1, Created: p.sent, Updated: p.sent, Completed: p.sent, Expires: p.sent.Add(30 * day),
		Letter: p.letter, NotMe: p.notMe,
	}
	if p.change != nil {
		p.change(&r)
	}
	if p.code == "" {
		p.code = p.id
	}
	if err := s.Store.CreateResponse(t.Context(), r, []byte(p.code)); err != nil {
		t.Fatal(err)
	}
	r.Sent = p.sent
	sub := review.Submission{Urgency: outcome.Urgency, Match: outcome.Pattern.Match, Age: review.AgeUnknown, Name: p.letter.Name, Born: p.letter.Born}
	if err := s.Store.Send(t.Context(), r, sub, nil); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// part is the part of the page with an id.
func (b *browser) part(id string) *html.Node {
	b.t.Helper()
	n := find(b.root, func(n *html.Node) bool { return attr(n, "id") == id })
	if n == nil {
		b.t.Fatalf("%s has no part %q", b.path, id)
	}
	return n
}
