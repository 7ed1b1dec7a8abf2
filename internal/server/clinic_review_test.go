package server

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/review"
	"ekbom/internal/store"

	"golang.org/x/net/html"
)

// staff is the store as a person of a clinic may use it.
func (s *site) staff(a account.Account) *store.Staff {
	return s.Store.Staff(account.Principal{Account: a.ID, Clinic: a.Clinic, Name: a.Name, Role: a.Role}, s.clock.now())
}

func (s *site) deskOf(t testing.TB, a account.Account, id questionnaire.ResponseID) store.Desk {
	t.Helper()
	d, err := s.staff(a).Desk(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// team is a clinic with two people at work and one submission.
type team struct {
	*site
	clinic      account.Clinic
	anna, bo    account.Account
	annas, bos  *browser
	id          questionnaire.ResponseID
	note, move  string
	give, write string
}

func newTeam(t *testing.T, u questionnaire.Urgency) *team {
	t.Helper()
	s := newSite(t)
	c := s.clinic(t, "north")
	id := s.queued(t, c, "one", returncode.New(), review.Submission{Urgency: u})
	m := &team{
		site: s, clinic: c, anna: s.member(t, c, account.Reviewer), bo: s.member(t, c, account.Lead), id: id,
		note: actPath(id, actNote), move: actPath(id, actMove), give: actPath(id, actAssign), write: actPath(id, actMessage),
	}
	m.annas, m.bos = s.browser(t).as(m.anna), s.browser(t).as(m.bo)
	m.annas.get(submissionPath(id))
	m.bos.get(submissionPath(id))
	return m
}

func (m *team) desk(t *testing.T) store.Desk { return m.deskOf(t, m.anna, m.id) }

func TestReviewOfASubmission(t *testing.T) {
	t.Parallel()
	m := newTeam(t, questionnaire.Routine)
	m.queued(t, m.clinic, "two", returncode.New(), review.Submission{Urgency: questionnaire.Soon, Reason: "restless"})
	b := m.annas
	b.get(submissionPath(m.id)+"?back="+url.QueryEscape("order=newest")).says("Received", "Nobody has it")
	b.fillAt(m.note, "text= Called.\r\nNo answer\u202e. ").says("The note is added.", "Called.", "No answer.")
	if !strings.Contains(b.path, "back=order%3Dnewest") || !b.linksTo(pathQueue+"?order=newest#s-one") {
		t.Errorf("the way back is lost: %s", b.path)
	}
	b.fillAt(m.move, "to=in-review").says("The state is now: In review.", "You have it", "Next in the queue: Within days, Restless legs syndrome")
	if !slices.ContainsFunc(b.links(), func(l string) bool { return strings.HasPrefix(l, submissionPath("two")) }) {
		t.Error("no link to the next one")
	}
	b.fillAt(m.give, "to=").says("Nobody has it")
	b.fillAt(m.move, "to=needs-information").fails(http.StatusUnprocessableEntity).says("Write the reason", "In review")
	b.fillAt(m.move, "to=needs-information", "reason=Since when?").says("The state is now: Needs information.")
	b.fillAt(m.move, "to=reviewed").says("The state is now: Reviewed.")
	b.fillAt(m.move, "to=in-review").fails(http.StatusUnprocessableEntity).says("Write the reason")
	b.fillAt(m.move, "to=in-review", "reason=The ferritin came").says("In review")
	d := m.desk(t)
	if d.State != review.InReview || len(d.History) != 8 || d.History[0].Text != "Called.\nNo answer." {
		t.Errorf("%+v", d)
	}
	b.get(submissionPath("two"))
	b.fillAt(actPath("two", actMove), "to=reviewed").says("Next in the queue: Routine, No single reason")
	b.get(submissionPath(m.id)).fillAt(m.move, "to=reviewed").says("Nothing else waits here")
	m.queued(t, m.clinic, "three", returncode.New(), review.Submission{Name: "Bo Ek"})
	m.queued(t, m.clinic, "four", returncode.New(), review.Submission{Urgency: questionnaire.Soon})
	b.get(pathQueue).fillAt(pathQueueSearch, "search=Bo").shows("three")
	b.get(b.link("No single reason")).fillAt(actPath("three", actMove), "to=reviewed").says("Next in the queue: Within days")
	if next := b.link("Next in the queue"); next != submissionPath("four") {
		t.Errorf("from a search it goes on to %s", next)
	}
}

func TestMessageToThePatient(t *testing.T) {
	t.Parallel()
	m := newTeam(t, questionnaire.Routine)
	b := m.annas
	b.fillAt(m.write, "text=").fails(http.StatusUnprocessableEntity).says("Write the message")
	b.fillAt(m.write, "text=Come on <b>Monday</b>.")
	b.says("The patient will read this", "Come on <b>Monday</b>.", "Clinic north")
	if len(m.desk(t).History) != 0 {
		t.Fatal("sent before anybody saw it")
	}
	b.fillAt(m.write, "step=edit")
	if b.value("text") != "Come on <b>Monday</b>." {
		t.Fatalf("to change it, one has to write it anew: %q", b.value("text"))
	}
	b.fillAt(m.write, "text=Come on Tuesday.").fillAt(m.write, "step=send").says("can now be read with the return code")
	if h := m.desk(t).History; len(h) != 1 || h[0].Kind != review.Message || h[0].Text != "Come on Tuesday." {
		t.Errorf("%+v", h)
	}
}

func TestRiskyMoves(t *testing.T) {
	t.Parallel()
	for u, words := range map[questionnaire.Urgency]string{
		questionnaire.Emergency: "call for help at once", questionnaire.SameDay: "being seen the same day", questionnaire.Routine: "",
	} {
		t.Run(u.String(), func(t *testing.T) {
			t.Parallel()
			m := newTeam(t, u)
			b := m.annas
			b.fillAt(m.move, "to=reviewed", "reason=Spoke to her")
			if words == "" {
				b.says("The state is now: Reviewed.")
				return
			}
			b.says("Close this submission?", words).silent("Nobody of your clinic has opened it")
			if m.desk(t).State != review.Received {
				t.Fatal("closed without a question")
			}
			if b.value(fieldReason) != "Spoke to her" {
				t.Error("the reason is lost")
			}
			b.fillAt(m.move).says("The state is now: Reviewed.")
			if h := m.desk(t).History; len(h) != 1 || h[0].Text != "Spoke to her" {
				t.Errorf("%+v", h)
			}
		})
	}
	t.Run("unread", func(t *testing.T) {
		t.Parallel()
		m := newTeam(t, questionnaire.Routine)
		id := m.queued(t, m.clinic, "unread", returncode.New(), review.Submission{Urgency: questionnaire.SelfCare})
		b := m.annas.get(actPath(id, actMove))
		b.fillAt(actPath(id, actMove), "to=set-aside", "reason=twice").says("Nobody of your clinic has opened it")
		b.fillAt(actPath(id, actMove)).says("The state is now: Set aside.")
	})
}

func TestWhoComesSecond(t *testing.T) {
	t.Parallel()
	t.Run("closing", func(t *testing.T) {
		t.Parallel()
		m := newTeam(t, questionnaire.Routine)
		m.annas.fillAt(m.move, "to=reviewed", "reason=Seen by phone").says("Reviewed")
		m.bos.fillAt(m.move, "to=set-aside", "reason=Sent twice, I think").fails(http.StatusConflict)
		m.bos.says("This was changed meanwhile", "Robin reviewer", "Received → Reviewed", "Seen by phone")
		if got := m.bos.value(fieldReason); got != "Sent twice, I think" {
			t.Errorf("the reason became %q", got)
		}
		if m.desk(t).State != review.Reviewed {
			t.Error("overwritten")
		}
		m.bos.fillAt(m.move, "to=in-review").says("The state is now: In review.")
		if h := m.desk(t).History; h[1].Text != "Sent twice, I think" {
			t.Errorf("%+v", h)
		}
	})
	t.Run("taking over", func(t *testing.T) {
		t.Parallel()
		m := newTeam(t, questionnaire.Routine)
		m.annas.fillAt(m.give, "to="+string(m.anna.ID)).says("You have it")
		m.bos.fillAt(m.give, "to="+string(m.bo.ID)).fails(http.StatusConflict).says("Robin reviewer", "This was changed meanwhile")
		m.bos.get(submissionPath(m.id)).fillAt(m.give, "to="+string(m.bo.ID)).says("Take this from a colleague?", "Robin reviewer has it")
		if m.desk(t).Assignee != m.anna.ID {
			t.Fatal("taken without a question")
		}
		m.bos.fillAt(m.give).says("You have it")
		if m.desk(t).Assignee != m.bo.ID {
			t.Error("asked, and not done")
		}
		m.annas.fillAt(m.give, "to=").fails(http.StatusConflict).says("Robin lead")
	})
	t.Run("note beside a move", func(t *testing.T) {
		t.Parallel()
		m := newTeam(t, questionnaire.Routine)
		m.annas.fillAt(m.move, "to=reviewed")
		m.bos.fillAt(m.note, "text=I called as well.").says("The note is added.", "Reviewed")
	})
	t.Run("pressed twice", func(t *testing.T) {
		t.Parallel()
		m := newTeam(t, questionnaire.Routine)
		first := m.annas.tab()
		first.get(submissionPath(m.id))
		first.fillAt(m.move, "to=reviewed").says("The state is now: Reviewed.")
		m.annas.fillAt(m.move, "to=reviewed").says("The state is now: Reviewed.")
		if n := len(m.desk(t).History); n != 1 {
			t.Errorf("%d entries", n)
		}
	})
	t.Run("withdrawn", func(t *testing.T) {
		t.Parallel()
		m := newTeam(t, questionnaire.Routine)
		if _, err := m.Store.Withdraw(t.Context(), m.id, m.clock.now(), m.clock.now().Add(day)); err != nil {
			t.Fatal(err)
		}
		m.annas.fillAt(m.move, "to=set-aside", "reason=Not for us").fails(http.StatusConflict).says("The patient withdrew this meanwhile")
		if m.annas.value("text") != "Not for us" {
			t.Errorf("typed, and now %q", m.annas.value("text"))
		}
		m.annas.fillAt(m.note).says("The note is added.")
		m.bos.fillAt(m.write, "text=Come on Monday").fails(http.StatusConflict).says("The patient withdrew this meanwhile")
		if m.bos.value("text") != "Come on Monday" {
			t.Errorf("typed, and now %q", m.bos.value("text"))
		}
		m.bos.tab().get(m.give).fails(http.StatusConflict)
	})
	t.Run("who never opened it", func(t *testing.T) {
		t.Parallel()
		m := newTeam(t, questionnaire.Routine)
		m.annas.fillAt(m.note, "text=She drinks.")
		stranger := m.browser(t).as(m.member(t, m.clinic, account.Admin))
		stranger.post(m.move, url.Values{"to": {"reviewed"}, "revision": {"99"}, "seen": {"0"}}).fails(http.StatusConflict).
			says("This was changed meanwhile").silent("She drinks.")
		stranger.get(submissionPath(m.id)).says("She drinks.")
		stranger.post(m.move, url.Values{"to": {"reviewed"}, "revision": {"99"}, "seen": {"0"}}).fails(http.StatusConflict).says("She drinks.")
	})
	t.Run("at the same moment", func(t *testing.T) {
		t.Parallel()
		m := newTeam(t, questionnaire.Routine)
		var together sync.WaitGroup
		for _, b := range []*browser{m.annas, m.bos} {
			together.Go(func() { b.fillAt(m.move, "to=set-aside", "reason=By "+b.cookieOf()) })
		}
		together.Wait()
		statuses := []int{m.annas.status, m.bos.status}
		slices.Sort(statuses)
		if !slices.Equal(statuses, []int{http.StatusOK, http.StatusConflict}) {
			t.Errorf("%v", statuses)
		}
		if d := m.desk(t); len(d.History) != 1 || d.Revision != 2 {
			t.Errorf("%+v", d)
		}
	})
}

// typed gives what stands in the field for many lines that has an id.
func (b *browser) typed(id string) string {
	b.t.Helper()
	n := find(b.root, func(n *html.Node) bool { return n.Data == "textarea" && attr(n, "id") == id })
	if n == nil {
		b.t.Fatalf("%s has no field %q", b.path, id)
	}
	return text(n)
}

// cookieOf tells browsers apart.
func (b *browser) cookieOf() string { return strconv.Itoa(len(b.body)) }

func TestBadForms(t *testing.T) {
	t.Parallel()
	m := newTeam(t, questionnaire.Routine)
	south := m.member(t, m.site.clinic(t, "south"), account.Admin)
	b := m.annas
	long := strings.Repeat("ж", review.TextLength+1)
	for name, tt := range map[string]struct {
		action string
		form   url.Values
		status int
		kept   string
	}{
		"empty note":          {m.note, url.Values{"text": {" \r\n"}}, http.StatusUnprocessableEntity, ""},
		"note of nothing":     {m.note, url.Values{}, http.StatusUnprocessableEntity, ""},
		"long note":           {m.note, url.Values{"text": {long}}, http.StatusUnprocessableEntity, long},
		"100,000 characters":  {m.note, url.Values{"text": {strings.Repeat("a", 100_000)}}, http.StatusUnprocessableEntity, strings.Repeat("a", 100_000)},
		"a novel":             {m.note, url.Values{"text": {strings.Repeat("a", 300_000)}}, http.StatusRequestEntityTooLarge, ""},
		"only signs to strip": {m.note, url.Values{"text": {"\u202e\x00"}}, http.StatusUnprocessableEntity, ""},
		"long message":        {m.write, url.Values{"text": {long}}, http.StatusUnprocessableEntity, long},
		"long message, sent":  {m.write, url.Values{"text": {long}, "step": {"send"}}, http.StatusUnprocessableEntity, long},
		"long reason":         {m.move, url.Values{"to": {"set-aside"}, "reason": {long}, "revision": {"1"}}, http.StatusUnprocessableEntity, long},
		"no state":            {m.move, url.Values{"to": {"gone"}, "reason": {"why"}, "revision": {"1"}}, http.StatusUnprocessableEntity, "why"},
		"same state":          {m.move, url.Values{"to": {"received"}, "revision": {"1"}}, http.StatusUnprocessableEntity, ""},
		"no revision":         {m.move, url.Values{"to": {"reviewed"}, "reason": {"why"}}, http.StatusConflict, "why"},
		"revision of words":   {m.move, url.Values{"to": {"reviewed"}, "revision": {"one"}, "seen": {"-4"}}, http.StatusConflict, ""},
		"future revision":     {m.move, url.Values{"to": {"reviewed"}, "revision": {"2"}, "seen": {"9999999999"}}, http.StatusConflict, ""},
		"a stranger":          {m.give, url.Values{"to": {string(south.ID)}, "revision": {"1"}}, http.StatusUnprocessableEntity, ""},
		"nobody at all":       {m.give, url.Values{"revision": {"1"}}, http.StatusUnprocessableEntity, ""},
	} {
		b.post(tt.action, tt.form)
		if b.status != tt.status {
			t.Errorf("%s: %d, want %d", name, b.status, tt.status)
			continue
		}
		if tt.kept != "" && b.value("text") != tt.kept && b.value(fieldReason) != tt.kept {
			t.Errorf("%s: what was typed is lost", name)
		}
		if tt.status != http.StatusUnprocessableEntity {
			continue
		}
		summary := find(b.root, func(n *html.Node) bool { return attr(n, "class") == "error-summary" })
		link := find(summary, func(n *html.Node) bool { return n.Data == "a" })
		if link == nil || find(b.root, func(n *html.Node) bool { return "#"+attr(n, "id") == attr(link, "href") }) == nil {
			t.Errorf("%s: the summary leads nowhere", name)
		}
	}
	if d := m.desk(t); len(d.History) != 0 || d.Revision != 1 {
		t.Errorf("refused, and yet %+v", d)
	}
	// The longest that may be is let in, whatever its script.
	b.get(submissionPath(m.id)).fillAt(m.note, "text="+strings.Repeat("字", review.TextLength)).says("The note is added.")
}

func TestActsOnNothing(t *testing.T) {
	t.Parallel()
	m := newTeam(t, questionnaire.Routine)
	stranger := m.browser(t).as(m.member(t, m.site.clinic(t, "south"), account.Admin))
	for _, a := range []act{actNote, actMessage, actMove, actAssign} {
		for _, id := range []questionnaire.ResponseID{m.id, "none", "../one", "\x00"} {
			path := actPath(id, a)
			stranger.get(path).fails(http.StatusNotFound)
			stranger.post(path, url.Values{"text": {"x"}, "to": {"reviewed"}, "revision": {"1"}}).fails(http.StatusNotFound)
		}
	}
	if d := m.desk(t); len(d.History) != 0 || d.Revision != 1 {
		t.Errorf("from outside: %+v", d)
	}
}

func TestNoteAfterTheSessionEnded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	a := s.hire(t, c, "anna", account.Reviewer)
	id := s.queued(t, c, "one", returncode.New(), review.Submission{})
	b := s.browser(t).as(a)
	b.get(submissionPath(id))
	s.clock.jump(staffIdle + staffSeenStep)
	b.header.Set("Referer", s.web.URL+b.path)
	b.fillAt(actPath(id, actNote), "text=A long note").fails(http.StatusUnauthorized)
	b.header.Del("Referer")
	b.fill("login=anna", "password="+herons).at(submissionPath(id))
	if got := b.typed(fieldText); got != "A long note" {
		t.Fatalf("typed, and now %q", got)
	}
	b.fillAt(actPath(id, actNote)).says("The note is added.")
	b.get(submissionPath(id))
	if d := s.deskOf(t, a, id); len(d.History) != 1 || b.typed(fieldText) != "" {
		t.Errorf("%+v, and %q is still there", d.History, b.typed(fieldText))
	}
}
