package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/review"

	"golang.org/x/net/html"
)

// queued puts a submission straight into a clinic's queue.
func (s *site) queued(t testing.TB, c account.Clinic, id string, code returncode.Code, sub review.Submission) questionnaire.ResponseID {
	t.Helper()
	now := s.clock.now()
	r := questionnaire.Response{
		ID: questionnaire.ResponseID(id), Ref: s.Definition.Ref, Status: questionnaire.Completed, Clinic: c.ID, Answers: []byte(`{}`),
		Outcome: []byte(`{}`), Revision: 1, Created: now, Updated: now, Completed: now, Expires: now.Add(day),
	}
	if err := s.Store.CreateResponse(t.Context(), r, code.Hash(s.codeKey)); err != nil {
		t.Fatal(err)
	}
	r.Sent = now
	if !sub.Sent.IsZero() {
		r.Sent = sub.Sent
	}
	if sub.Age == "" {
		sub.Age = review.AgeUnknown
	}
	if err := s.Store.Send(t.Context(), r, sub, nil); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// rows lists the ids of the queue's rows.
func (b *browser) rows() (ids []string) {
	each(b.root, func(n *html.Node) {
		if n.Data == "a" && attr(n, "class") == "open" {
			ids = append(ids, strings.TrimPrefix(attr(n, "id"), "s-"))
		}
	})
	return ids
}

// shows fails unless the queue has these rows in this order.
func (b *browser) shows(ids ...string) *browser {
	b.t.Helper()
	if b.status != http.StatusOK || !slices.Equal(b.rows(), ids) {
		b.t.Fatalf("%s (%d) shows %v, want %v", b.path, b.status, b.rows(), ids)
	}
	return b
}

func (b *browser) link(words string) string {
	b.t.Helper()
	n := find(b.root, func(n *html.Node) bool {
		return n.Data == "a" && strings.Contains(strings.Join(strings.Fields(text(n)), " "), words)
	})
	if n == nil {
		b.t.Fatalf("%s has no link %q", b.path, words)
	}
	return attr(n, "href")
}

func TestQueue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	a, colleague := s.member(t, c, account.Reviewer), s.member(t, c, account.Lead)
	b := s.browser(t).as(a)
	b.get(pathQueue).shows().says("Nothing has been sent to your clinic yet", "See the poster")
	if !b.linksTo(pathPoster) {
		t.Error("no way to the poster")
	}
	code := returncode.New()
	old := s.clock.now().Add(-10 * day)
	s.queued(t, c, "routine", code, review.Submission{Urgency: questionnaire.Routine, Reason: "restless", Age: review.From30, Name: "Anna Berg", Born: "1970-03-27"})
	s.queued(t, c, "emergency", returncode.New(), review.Submission{Urgency: questionnaire.Emergency, Reason: "no-blood", Flag: true, Name: `<script>x</script>`})
	s.queued(t, c, "old", returncode.New(), review.Submission{Urgency: questionnaire.Emergency, Reason: "gone-by-now", Sent: old, Age: review.From80})
	s.queued(t, s.clinic(t, "south"), "elsewhere", code, review.Submission{Urgency: questionnaire.Emergency, Name: "Anna South", Born: "1970-03-27"})
	b.get(pathQueue).shows("old", "emergency", "routine")
	b.says("A leg without blood", "Restless legs syndrome", "Reason not known", "Today,", "30 to 44", "Open 3", "Unread 3", "Nobody's 3", "<script>x</script>").silent("South")
	if strings.Contains(b.body, "<script>x") {
		t.Error("a name became part of the page")
	}
	if n := find(b.root, func(n *html.Node) bool { return n.Data == "tr" && attr(n, "class") == "unread" }); n == nil || !strings.Contains(text(n), "Unread:") {
		t.Error("an unread row does not say so")
	}
	if err := s.Store.Staff(account.Principal{Account: colleague.ID, Clinic: c.ID, Name: colleague.Name, Role: colleague.Role}, s.clock.now()).
		Assign(t.Context(), "routine", 1, a.ID); err != nil {
		t.Fatal(err)
	}
	b.get(submissionPath("old"))
	for query, want := range map[string][]string{
		"":                     {"old", "emergency", "routine"},
		"order=newest":         {"emergency", "routine", "old"},
		"urgency=emergency":    {"old", "emergency"},
		"age=80-up":            {"old"},
		"reviewer=me":          {"routine"},
		"reviewer=nobody":      {"old", "emergency"},
		"unread=yes":           {"emergency", "routine"},
		"state=received":       {"old", "emergency", "routine"},
		"state=reviewed":       {},
		"state=none&urgency=x": {"old", "emergency", "routine"},
		"to=" + s.clock.now().Add(-2*day).Format("2006-01-02"): {"old"},
		"from=" + s.clock.now().Format("2.1.2006"):             {"emergency", "routine"},
		"after=nonsense&before=":                               {"old", "emergency", "routine"},
		"reviewer=x%00":                                        {"old", "emergency", "routine"},
		"after=0-1-x%00":                                       {"old", "emergency", "routine"},
		"reviewer=" + string(colleague.ID):                     {},
		"reviewer=" + url.QueryEscape("' OR 1=1 --"):           {},
	} {
		if b.get(pathQueue + "?" + query); b.status != http.StatusOK || fmt.Sprint(b.rows()) != fmt.Sprint(want) {
			t.Errorf("%s: %d %v, want %v", query, b.status, b.rows(), want)
		}
	}
	b.get(pathQueue + "?state=reviewed").says("Nothing is waiting here")
	b.get(pathQueue + "?urgency=self-care").says("Nothing fits this filter")
	for query, words := range map[string]string{
		"from=soon": "Write the first day as a date", "to=31.2.2026": "Write the last day as a date",
		"from=2026-11-20&to=2026-11-19": "The last day is before the first",
	} {
		b.get(pathQueue + "?" + query).fails(http.StatusUnprocessableEntity).says(words)
	}
	// A row leads back to the same list, and to the row.
	b.get(pathQueue + "?urgency=emergency&order=newest")
	b.get(b.link("A leg without blood"))
	if back := b.link("Queue"); b.status != http.StatusOK || !slices.Contains(b.links(), pathQueue+"?order=newest&urgency=emergency#s-emergency") {
		t.Errorf("%d, the way back is %q among %v", b.status, back, b.links())
	}
	b.get(submissionPath("old") + "?back=" + url.QueryEscape("//evil.example/?x=1&urgency=routine"))
	if !b.linksTo(pathQueue + "?urgency=routine#s-old") {
		t.Errorf("a made-up way back: %v", b.links())
	}
}

func TestQueueSearch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	code := returncode.New()
	s.queued(t, c, "first", code, review.Submission{Name: "Anna-Maria Berg", Born: "1970-03-27"})
	s.queued(t, c, "second", code, review.Submission{Name: "Bo Ek", Born: "1970-03-28"})
	s.queued(t, s.clinic(t, "south"), "elsewhere", code, review.Submission{Urgency: questionnaire.Emergency, Name: "Anna South", Born: "1970-03-27"})
	for typed, want := range map[string][]string{
		code.String():                          {"first", "second"},
		strings.ToLower(" " + string(code)):    {"first", "second"},
		returncode.New().String():              {},
		"mar":                                  {"first"},
		"BERG anna":                            {"first"},
		"erg":                                  {},
		"27.3.1970":                            {"first"},
		"1970-03-28":                           {"second"},
		"27 March 1970":                        {"first"},
		"%":                                    nil,
		"x' OR '1'='1":                         nil,
		"":                                     nil,
		"31.2.1970":                            nil,
		"Anna 1970":                            nil,
		strings.Repeat("a", 200):               nil,
		"\x00":                                 nil,
		string([]byte{0xff, 'a', 'n', 'n'}):    {"first"},
		strings.Repeat("1234-", 5000) + "anna": nil,
	} {
		b.get(pathQueue).fillAt(pathQueueSearch, "search="+typed)
		if want == nil {
			if b.status != http.StatusUnprocessableEntity || b.path != pathQueueSearch {
				t.Errorf("%.30q: %d at %s", typed, b.status, b.path)
			}
			continue
		}
		if b.status != http.StatusOK || fmt.Sprint(b.rows()) != fmt.Sprint(want) {
			t.Errorf("%.30q: %d %v, want %v", typed, b.status, b.rows(), want)
		}
		if !slices.Contains(b.hops, http.StatusSeeOther) || b.value("search") == "" {
			t.Errorf("%.30q: hops %v, kept %q", typed, b.hops, b.value("search"))
		}
		// Refreshed it is the same; what was typed stands in no address and in no log.
		path := b.path
		if b.get(path); fmt.Sprint(b.rows()) != fmt.Sprint(want) {
			t.Errorf("%.30q: refreshed %v", typed, b.rows())
		}
		word := strings.TrimSpace(strings.ToLower(typed))
		for _, where := range append(b.links(), path, s.log.String()) {
			if strings.Contains(strings.ToLower(where), word) || strings.Contains(strings.ToLower(where), url.QueryEscape(word)) {
				t.Errorf("%q stands in %q", typed, where)
			}
		}
	}
	b.get(pathQueue).fillAt(pathQueueSearch, "search=anna")
	mine := b.path
	other := s.browser(t).as(s.member(t, c, account.Lead))
	other.get(mine).fails(http.StatusUnprocessableEntity).says("can no longer be shown")
	if len(other.rows()) != 0 {
		t.Error("somebody else's search opens")
	}
	b.get(pathQueue + "?search=forged").fails(http.StatusUnprocessableEntity)
	b.get(pathQueueSearch).shows("first", "second")
}

func TestQueuePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	begin := s.clock.now().Add(-time.Hour)
	for i := range 105 {
		s.queued(t, c, "r"+strconv.Itoa(i), returncode.New(), review.Submission{Urgency: questionnaire.Routine, Sent: begin.Add(time.Duration(i) * time.Second)})
	}
	b.get(pathQueue + "?urgency=routine")
	first := b.rows()
	if len(first) != 50 || first[0] != "r0" {
		t.Fatalf("%d rows from %v", len(first), first)
	}
	// What comes in meanwhile moves nothing.
	s.queued(t, c, "new", returncode.New(), review.Submission{Urgency: questionnaire.Routine, Sent: begin.Add(-time.Minute)})
	second := b.get(b.link("More rows")).rows()
	if len(second) != 50 || second[0] != "r50" || !strings.Contains(b.path, "urgency=routine") {
		t.Errorf("second page from %v at %s", second[:1], b.path)
	}
	third := b.get(b.link("More rows")).rows()
	if len(third) != 5 || third[4] != "r104" {
		t.Errorf("third page %v", third)
	}
	if again := b.get(b.link("Rows before")).rows(); !slices.Equal(again, second) {
		t.Errorf("back at %v", again)
	}
	if again := b.get(b.link("Rows before")).rows(); !slices.Equal(again, first) {
		t.Errorf("back at %v", again)
	}
	if top := b.get(b.link("Rows before")).rows(); !slices.Contains(top, "new") {
		t.Errorf("what came in is not at the top: %v", top)
	}
	b.get(pathQueue + "?after=4-" + strconv.FormatInt(s.clock.now().UnixMicro(), 10) + "-z")
	if len(b.rows()) != 50 {
		t.Errorf("past the end there are %d rows", len(b.rows()))
	}
}

func TestWhatIsNew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	b.get(pathQueue)
	news := attr(find(b.root, func(n *html.Node) bool { return attr(n, "id") == "news" }), "data-news")
	if b.get(news); b.status != http.StatusNoContent {
		t.Fatalf("%d %q", b.status, b.body)
	}
	s.queued(t, c, "one", returncode.New(), review.Submission{Urgency: questionnaire.Routine})
	s.queued(t, s.clinic(t, "south"), "elsewhere", returncode.New(), review.Submission{Urgency: questionnaire.Emergency})
	if b.get(news); b.body != "1 new submission" {
		t.Errorf("%q", b.body)
	}
	s.queued(t, c, "two", returncode.New(), review.Submission{Urgency: questionnaire.Emergency})
	if b.get(news); b.body != "2 new submissions, an emergency among them" || b.got.Get("Cache-Control") != "no-store" {
		t.Errorf("%q", b.body)
	}
	for _, bad := range []string{"", "?since=", "?since=-1", "?since=x", "?since=99999999999999999999"} {
		if b.get(pathQueueNew + bad); b.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, b.status)
		}
	}
	if b.get(pathQueueNew + "?since=9223372036854775807"); b.status != http.StatusNoContent {
		t.Errorf("far ahead: %d", b.status)
	}
	// A page that asks by itself keeps nobody signed in.
	for range 4 {
		s.clock.jump(staffIdle / 3)
		b.get(news)
	}
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if b.get(pathQueue); b.status != http.StatusSeeOther {
		t.Errorf("still signed in: %d", b.status)
	}
}
