package server

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"

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
	sub, counts := store.Prepare(s.Definition, r, p.answers, outcome)
	if err := s.Store.Send(t.Context(), r, sub, counts); err != nil {
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

// spaced is the text of a part of a page, its pieces apart as they are seen.
func spaced(n *html.Node) string {
	var pieces []string
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			pieces = append(pieces, strings.Fields(n.Data)...)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.ReplaceAll(strings.Join(pieces, " "), " : ", ": ")
}

// partSays fails unless a part of the page holds all words, and none of those after a "not".
func (b *browser) partSays(id string, words ...string) {
	b.t.Helper()
	all := spaced(b.part(id))
	for _, w := range words {
		if not, found := strings.CutPrefix(w, "not: "); found {
			if strings.Contains(all, not) {
				b.t.Errorf("the part %s says %q:\n%s", id, not, all)
			}
		} else if !strings.Contains(all, w) {
			b.t.Errorf("the part %s does not say %q:\n%s", id, w, all)
		}
	}
}

var afternoon = time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC)

func TestSubmissionPage(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c := s.clinic(t, "north")
	answers := s.answersOf(t, "antidepressant-began-woman-33")
	s.set(t, answers, "warning-signs", "unsure")
	s.set(t, answers, "clot-risks", "no-clot-risks")
	s.set(t, answers, "illness-signs", "not-ill")
	s.set(t, answers, "mood", "declined")
	s.set(t, answers, "own-words")
	s.set(t, answers, "bother", "3") // "tried" is not asked then
	id := s.deliver(t, c, parcel{
		id: "one", answers: answers, sent: afternoon, notMe: []questionnaire.ID{"medication"},
		letter: questionnaire.Letter{Name: "Anna Berg", Born: "1993-04-12", Words: "Please call in the afternoon."},
	})
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	b.get(submissionPath(id)).at("/clinic/s/one")

	t.Run("head", func(t *testing.T) {
		b.says("Anna Berg", "12 April 1993", "33 years", "the person", local(afternoon).Format("15:04"), "Within days", "Received", "Nobody")
		if n := find(b.root, func(n *html.Node) bool { return n.Data == "title" }); strings.Contains(text(n), "Anna") {
			t.Errorf("the title names the patient: %s", text(n))
		}
		b.silent("Return code")
	})
	t.Run("flags", func(t *testing.T) {
		b.partSays("flags", "Could not be told", "Signs that should not wait: Not sure", "a blood clot in a leg vein", "Denied: ", "Not asked in full: ")
		if level := b.part("flag-clot-in-leg").Parent.Parent.Parent; !strings.Contains(text(level), "Within days") {
			t.Errorf("no urgency beside the flag: %s", text(level))
		}
	})
	t.Run("words and criteria", func(t *testing.T) {
		b.partSays("words", "Please call in the afternoon.", "Written to the clinic")
		b.partSays("criteria", "An urge to move the legs: Yes", "Urge to move the legs: Often")
	})
	t.Run("groups", func(t *testing.T) {
		b.partSays("group-medicines", "For depression or anxiety (antidepressant)")
		b.partSays("group-mood-and-safety", "Rather not say")
		if n := find(b.root, func(n *html.Node) bool { return attr(n, "id") == "group-tried" }); n != nil {
			t.Errorf("a group of which nothing was asked: %s", text(n))
		}
	})
	t.Run("causes", func(t *testing.T) {
		b.partSays("cause-medication", "strong", "Patient: this is not me", "linked-medicine-since", "3 sources", "Link with a medicine")
		b.partSays("cause-rls", "Still open, could change it", "not: this is not me")
		if find(b.part("cause-rls"), func(n *html.Node) bool { return n.Data == "a" && strings.HasPrefix(attr(n, "href"), "https://") }) == nil {
			t.Error("no link to a source")
		}
		find(b.root, func(n *html.Node) bool {
			if href := attr(n, "href"); n.Data == "a" && strings.HasPrefix(href, "#") && href != "#main" {
				b.part(href[1:])
			}
			return false
		})
	})
	t.Run("silence is not no", func(t *testing.T) {
		b.partSays("open", "Not sure Signs that should not wait", "Rather not say Mood", "Not provided In own words", "not: Tried")
		b.partSays("not-asked", "Tried so far", "Bother in the last 7 days: 3 out of 10")
		b.partSays("answers", "What is your sex?", "not: What have you tried")
	})
}

// What was kept is computed again from the pinned edition. A difference is told before everything else and blocks nothing.
func TestSubmissionThatDiffers(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	whole := s.deliver(t, c, parcel{id: "whole", answers: s.answersOf(t, "typical-woman-52"), sent: afternoon})
	if b.get(submissionPath(whole)).at("/clinic/s/whole"); find(b.root, func(n *html.Node) bool { return attr(n, "id") == "differs" }) != nil {
		t.Fatalf("a difference where there is none:\n%s", spaced(b.part("differs")))
	}
	tests := []struct {
		name   string
		change func(kept string) string
		want   []string
	}{
		{"urgency", func(kept string) string {
			return strings.Replace(kept, `"urgency":"routine"`, `"urgency":"emergency"`, 1)
		}, []string{"Urgency Emergency Routine"}},
		{"causes", func(kept string) string { return strings.Replace(kept, `"id":"rls","rule"`, `"id":"gone","rule"`, 1) },
			[]string{"Causes", "gone: strong", "Restless legs: strong"}},
		{"reasons", func(kept string) string {
			return strings.Replace(kept, `"source":["irlssg-2014"`, `"source":["other"`, 1)
		},
			[]string{"The reasons alone"}},
		{"unreadable", func(kept string) string { return `{"urgency":"purple"}` }, []string{"The kept result cannot be read"}},
	}
	for _, tt := range tests {
		id := s.deliver(t, c, parcel{id: tt.name, answers: s.answersOf(t, "typical-woman-52"), sent: afternoon,
			change: func(r *questionnaire.Response) {
				spoilt := tt.change(string(r.Outcome))
				if spoilt == string(r.Outcome) {
					t.Fatalf("%s: nothing was spoilt in %s", tt.name, spoilt)
				}
				r.Outcome = []byte(spoilt)
			}})
		b.get(submissionPath(id)).at("/clinic/s/" + tt.name)
		b.partSays("differs", tt.want...)
		b.partSays("cause-rls", "strong") // the page goes on with what is computed now
	}
}

func TestOtherSubmissionsOfThePerson(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c, elsewhere := s.clinic(t, "north"), s.clinic(t, "south")
	send := func(id string, in account.Clinic, sent time.Time, bother string, more ...string) {
		answers := s.answersOf(t, "typical-woman-52")
		s.set(t, answers, "bother", bother)
		if len(more) > 0 {
			s.set(t, answers, questionnaire.ID(more[0]), more[1:]...)
		}
		s.deliver(t, in, parcel{id: id, code: "one", answers: answers, sent: sent})
	}
	send("first", c, afternoon.Add(-60*day), "8", "how-often", "most-nights")
	send("second", c, afternoon.Add(-30*day), "5", "family", "unsure")
	send("third", c, afternoon, "3")
	send("there", elsewhere, afternoon.Add(-10*day), "9")
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	b.get("/clinic/s/third").at("/clinic/s/third")
	b.partSays("earlier", "3 answers differ", "Bother in the last 7 days 5 out of 10 3 out of 10", "Close family with the same Not sure",
		"Nights a week 5 or more nights a week 2 to 4 nights a week", "Tried so far", "Not asked", "not: 9 out of 10")
	if b.linksTo("/clinic/s/there") || !b.linksTo("/clinic/s/second") || !b.linksTo("/clinic/s/first") {
		t.Errorf("links %v", b.links())
	}
	svg := find(b.part("earlier"), func(n *html.Node) bool { return n.Data == "svg" && attr(n, "role") == "img" })
	if svg == nil || !strings.Contains(text(svg), "3 times") {
		t.Error("no plot of the three")
	}
	if find(b.root, func(n *html.Node) bool { return attr(n, "id") == "newer" }) != nil {
		t.Error("a newer one than the newest")
	}
	b.get("/clinic/s/first").at("/clinic/s/first")
	b.partSays("newer", "The same person has sent a newer one.")
	if n := find(b.part("newer"), func(n *html.Node) bool { return n.Data == "a" }); attr(n, "href") != "/clinic/s/third" {
		t.Errorf("the newest is %s", attr(n, "href"))
	}
	// One that cannot be read withholds nothing else.
	answers := s.answersOf(t, "typical-woman-52")
	s.deliver(t, c, parcel{id: "spoilt", code: "one", answers: answers, sent: afternoon.Add(-5 * day),
		change: func(r *questionnaire.Response) { r.Answers = []byte(`{"urge":{"a":["no-such-option"],"r":1,"t":1}}`) }})
	b.get("/clinic/s/third").at("/clinic/s/third")
	b.partSays("earlier", "Cannot be shown", "3 answers differ")
	if strings.Contains(s.log.String(), "no-such-option") {
		t.Error("an answer in the log")
	}
}

// Editions may differ; what is the same question in both is compared.
func TestOtherSubmissionOfAnotherEdition(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	before := edited(t, "text/en.yaml", "A short check of your legs.", "An old check of your legs.")
	if err := s.Store.SaveQuestionnaire(t.Context(), before.Ref, before.Archive()); err != nil {
		t.Fatal(err)
	}
	answers := s.Definition.NewAnswers()
	for id, words := range map[questionnaire.ID]string{"who": "me", "signs": "no-signs", "age": "44", "urge": "never"} {
		s.set(t, answers, id, words)
	}
	s.set(t, answers, "own-words")
	s.deliver(t, c, parcel{id: "old", code: "one", answers: answers, sent: afternoon.Add(-day),
		change: func(r *questionnaire.Response) { r.Ref = before.Ref }})
	s.set(t, answers, "age", "45")
	s.deliver(t, c, parcel{id: "new", code: "one", answers: answers, sent: afternoon})
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	b.get("/clinic/s/new").at("/clinic/s/new")
	b.partSays("earlier", "Another edition", "Age 44 years 45 years")
	b.partSays("edition", s.Definition.Hash, "not: newer edition")
	b.get("/clinic/s/old").at("/clinic/s/old")
	b.partSays("edition", before.Hash, "newer edition")
	// The kept outcome names its edition, and here it names the other one.
	b.partSays("differs", "The reasons alone")
}

// Hostile and long words are shown as they were written, and do nothing.
func TestHostileWords(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c := s.clinic(t, "north")
	const script = `"><script>alert(1)</script><img src=x onerror=alert(2)>`
	long := strings.Repeat("word ", 998) + script[:9]
	answers := s.answersOf(t, "typical-woman-52")
	s.set(t, answers, "own-words", script)
	s.deliver(t, c, parcel{id: "one", answers: answers, sent: afternoon,
		letter: questionnaire.Letter{Name: "\u202EgreB annA\u202D " + script, Words: long + "\n\u202Eback to front"}})
	b := s.browser(t).as(s.member(t, c, account.Lead))
	for _, path := range []string{"/clinic/s/one", "/clinic/s/one/print"} {
		b.get(path).at(path)
		if !strings.Contains(text(b.root), script) || !strings.Contains(text(b.root), long) {
			t.Errorf("%s does not show what was written", path)
		}
		each(b.root, func(n *html.Node) {
			if n.Data == "img" || n.Data == "script" && attr(n, "src") == "" {
				t.Errorf("%s: a live %s", path, n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: an attribute %s", path, a.Key)
				}
			}
		})
		// Signs that turn the reading direction end with the element that isolates them.
		var turned func(n *html.Node, isolated bool)
		turned = func(n *html.Node, isolated bool) {
			isolated = isolated || n.Data == "bdi" || attr(n, "dir") == "auto"
			if n.Type == html.TextNode && strings.ContainsAny(n.Data, "\u202E\u202D") && !isolated {
				t.Errorf("%s: turns its surroundings: %.40q in %s", path, n.Data, n.Parent.Data)
			}
			for child := n.FirstChild; child != nil; child = child.NextSibling {
				turned(child, isolated)
			}
		}
		turned(b.root, false)
	}
}

func TestWithdrawnSubmission(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c := s.clinic(t, "north")
	answers := s.answersOf(t, "typical-woman-52")
	s.deliver(t, c, parcel{id: "one", answers: answers, sent: afternoon, letter: questionnaire.Letter{Name: "Anna Berg", Born: "1974-01-02", Words: "Dear clinic"}})
	p := s.member(t, c, account.Lead)
	who := account.Principal{Account: p.ID, Clinic: c.ID, Name: p.Name, Role: p.Role}
	if err := s.Store.Staff(who, s.clock.now()).Note(t.Context(), "one", "Ferritin first"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Store.Withdraw(t.Context(), "one", s.clock.now(), s.clock.now().Add(day)); err != nil {
		t.Fatal(err)
	}
	b := s.browser(t).as(p)
	for _, path := range []string{"/clinic/s/one", "/clinic/s/one/print"} {
		b.get(path).at(path)
		b.says("Withdrawn by the patient", "Ferritin first")
		b.silent("Anna", "Berg", "1974", "Dear clinic", "concert", "52 years", "Restless legs")
	}
	b.get("/clinic/s/one/export.json")
	if b.status != http.StatusOK || strings.Contains(b.body, "Anna") || strings.Contains(b.body, "routine") || !strings.Contains(b.body, "Ferritin first") {
		t.Errorf("%d\n%s", b.status, b.body)
	}
}

// Opening, printing and exporting is recorded; leads see it. Another clinic's is not there.
func TestReadersOfASubmission(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c, elsewhere := s.clinic(t, "north"), s.clinic(t, "south")
	s.deliver(t, c, parcel{id: "one", answers: s.answersOf(t, "typical-woman-52"), sent: afternoon, letter: questionnaire.Letter{Name: "Anna Berg"}})
	reviewer, lead := s.browser(t).as(s.member(t, c, account.Reviewer)), s.browser(t).as(s.member(t, c, account.Lead))
	reviewer.get("/clinic/s/one").at("/clinic/s/one")
	if find(reviewer.root, func(n *html.Node) bool { return attr(n, "id") == "readers" }) != nil {
		t.Error("a reviewer sees who read it")
	}
	reviewer.get("/clinic/s/one/print").at("/clinic/s/one/print")
	reviewer.get("/clinic/s/one/export.json")
	if kind, disposition := reviewer.got.Get("Content-Type"), reviewer.got.Get("Content-Disposition"); reviewer.status != http.StatusOK ||
		kind != "application/json; charset=utf-8" || disposition != `attachment; filename="ekbom-submission-one.json"` {
		t.Errorf("%d %s %s", reviewer.status, kind, disposition)
	}
	var file struct {
		Person      questionnaire.Letter
		Answers     []struct{ Question string }
		Outcome     assess.Outcome
		Differences []assess.Difference
		Exported    struct{ By string }
	}
	if err := json.Unmarshal([]byte(reviewer.body), &file); err != nil {
		t.Fatal(err)
	}
	if file.Person.Name != "Anna Berg" || len(file.Answers) < 20 || file.Outcome.Urgency != questionnaire.Routine || len(file.Differences) > 0 || file.Exported.By != "Robin reviewer" {
		t.Errorf("%+v", file)
	}
	if lead.get("/clinic/s/one").at("/clinic/s/one"); true {
		lead.partSays("readers", "4 times", "Robin lead", "Opened", "Robin reviewer", "Printed", "Exported")
	}
	stranger := s.browser(t).as(s.member(t, elsewhere, account.Admin))
	for _, path := range []string{"/clinic/s/one", "/clinic/s/one/print", "/clinic/s/one/export.json"} {
		if stranger.get(path); stranger.status != http.StatusNotFound || strings.Contains(stranger.body, "Anna") {
			t.Errorf("%s for another clinic: %d", path, stranger.status)
		}
		if reviewer.get(path); reviewer.got.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept", path)
		}
	}
}

// An emergency ends the questions. What was not reached is no denial.
func TestSubmissionThatEndedEarly(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c := s.clinic(t, "north")
	answers := s.Definition.NewAnswers()
	s.set(t, answers, "filled-in-by", "someone-else")
	s.set(t, answers, "emergency-signs", "cold-pale-leg")
	s.deliver(t, c, parcel{id: "one", answers: answers, sent: afternoon})
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	b.get("/clinic/s/one").at("/clinic/s/one")
	b.says("Emergency", "somebody else for the person", "No name given")
	b.partSays("ended", "have no answer")
	b.partSays("flag-leg-without-blood", "Emergency signs", "A leg suddenly cold")
	b.partSays("flags", "Not answered: ", "Denied: ", "not: Could not be told")
	b.partSays("open", "Not answered, the questions ended before Age", "not: Not sure")
	if find(b.root, func(n *html.Node) bool { return attr(n, "id") == "group-medicines" }) != nil {
		t.Error("a group of which nothing was answered")
	}
	b.get("/clinic/s/one/print").at("/clinic/s/one/print").says("which is not a no")
}

// What a patient sends page by page is what the clinic reads, and computed again it is the same.
func TestSentIsRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	for _, tt := range []struct {
		name   string
		way    func(*browser)
		flags  string
		answer string
	}{
		{"whole", func(b *browser) { b.quick().get("/answers").fill().at("/result") }, "None fired.", "Never"},
		{"emergency", func(b *browser) {
			b.start().fill("answer=me").fill("answer=cold-leg").at("/emergency/check").fill().at("/emergency")
		}, "Emergency", "A cold and pale leg"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			patient := s.browser(t)
			tt.way(patient)
			patient.get("/send").at("/send").fill("clinic="+string(c.ID), "name=Anna Berg", "words=Please call.").at("/send/check")
			patient.fill("consent=yes")
			r, _ := s.response(t, patient)
			b := s.browser(t).as(s.member(t, c, account.Reviewer))
			b.get(submissionPath(r.ID)).at(submissionPath(r.ID)).says("Anna Berg", "Please call.")
			b.partSays("flags", tt.flags)
			b.partSays("answers", tt.answer)
			if n := find(b.root, func(n *html.Node) bool { return attr(n, "id") == "differs" }); n != nil {
				t.Errorf("computed again it is another: %s", spaced(n))
			}
		})
	}
}
