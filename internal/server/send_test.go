package server

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"

	"github.com/google/go-cmp/cmp"
)

// often answers so that a cause is shown, up to the result.
func (b *browser) often() *browser {
	b.t.Helper()
	b.fill("answer=me").fill("answer=no-signs").fill("answer=52").fill("answer=often").fill("answer=many").fill("year=2019").fill("answer=Coffee.")
	return b.at("/answers").fill().at("/result")
}

// queue reads what a clinic has, open and closed.
func (s *site) queue(t testing.TB, c account.Clinic) (all []review.Submission) {
	t.Helper()
	st := s.Store.Staff(account.Principal{Account: "tester", Clinic: c.ID, Name: "Tester", Role: account.Reviewer}, s.clock.now())
	for _, closed := range []bool{false, true} {
		p, err := st.Queue(t.Context(), review.Filter{Closed: closed}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Submissions...)
	}
	return all
}

func (s *site) closeClinic(t testing.TB, c account.Clinic) {
	t.Helper()
	closed := c
	closed.Closed = s.clock.now()
	if err := s.staff(s.member(t, c, account.Admin)).ChangeClinic(t.Context(), c, closed); err != nil {
		t.Fatal(err)
	}
}

func TestClinicLinkToReceipt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t)
	b.get("/c/NORTH").at("/c/NORTH").says("Clinic north", "Your answers stay yours alone")
	b.fillAt("/start").at("/q/who")
	if r, _ := s.response(t, b); r.Clinic != c.ID || r.Place != "who" {
		t.Errorf("meant for %q, waits at %q", r.Clinic, r.Place)
	}
	b.fill("answer=me")
	if r, _ := s.response(t, b); r.Place != "signs" {
		t.Errorf("waits at %q", r.Place)
	}
	b.get("/q/who").often()
	if r, _ := s.response(t, b); r.Place != "" {
		t.Errorf("at the end it waits at %q", r.Place)
	}
	if !b.linksTo("/send") {
		t.Fatal("the result does not lead to sending")
	}
	b.fillAt("/result/not-me", "not-me=restless").at("/result").says("You said: this is not me.")
	b.get("/send").at("/send").says("Clinic north")
	b.fillAt("/send", "name=Anna  Berg", "day=27", "month=March", "year=1961", "words=Worst <b>late</b>.\r\nPhone me.").at("/send/check")
	b.says("Clinic north", "Anna Berg", "27 March 1961", "Worst <b>late</b>.", "Phone me.", "Do you have any of these now?", "No, none of these signs", "Coffee.",
		"Make an ordinary appointment", "Restless legs (you said, this is not me)", "365 days", "Only people of Clinic north", "no emergency service")
	if len(b.chosen()) != 0 {
		t.Error("consent is given before anybody gave it")
	}
	if len(s.queue(t, c)) != 0 {
		t.Fatal("sent without consent")
	}
	code := b.session(t).Code.String()
	b.fillAt("/send/check", "consent=yes").at("/sent").says("It is there, and waits", "Nobody yet.", "no emergency service", code)
	if !slices.Equal(b.hops, []int{http.StatusSeeOther}) {
		t.Errorf("the way to the receipt: %v", b.hops)
	}
	got := s.queue(t, c)
	if len(got) != 1 {
		t.Fatalf("%d submissions", len(got))
	}
	sub := got[0]
	if sub.Name != "Anna Berg" || sub.Born != "1961-03-27" || sub.Reason != "restless" || sub.Flag || sub.Age != review.From45 ||
		sub.Urgency != questionnaire.Routine || sub.Match != questionnaire.MatchFull {
		t.Errorf("the clinic's queue has %+v", sub)
	}
	counts, err := s.staff(s.member(t, c, account.Lead)).Statistics(t.Context(), sub.Sent.Add(-day), sub.Sent.Add(2*day))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[[2]string]int64{
		{"urgency", "routine"}: 1, {"cause", "restless"}: 1, {"rule", "told-often"}: 1, {"not-me", "told-often"}: 1, {"asked", "age"}: 1,
		{"asked", "own-words"}: 1, {"unsure", "urge"}: 0,
	} {
		var n int64
		for _, counted := range counts {
			if string(counted.Kind) == key[0] && counted.Key == key[1] {
				n += counted.N
			}
		}
		if n != want {
			t.Errorf("%v counted %d times, want %d", key, n, want)
		}
	}
	lead := s.staff(s.member(t, c, account.Lead))
	if _, err := lead.Open(t.Context(), sub.ID, audit.Opened); err != nil {
		t.Fatal(err)
	}
	if err := lead.Message(t.Context(), sub.ID, "Come on <i>Monday</i>."); err != nil {
		t.Fatal(err)
	}
	// Every page after an act is a read that the trail keeps; the patient is told once, and how often.
	for _, action := range []audit.Action{audit.Opened, audit.Printed, audit.Opened} {
		if _, err := lead.Open(t.Context(), sub.ID, action); err != nil {
			t.Fatal(err)
		}
	}
	// On another device, by the code.
	other := s.browser(t)
	other.get("/return").fill("code=" + code).at("/sent")
	other.says("It was opened", "opened by somebody who leads a team, 3 times that day", "printed by somebody who leads a team", "Clinic north writes", "Come on <i>Monday</i>.").silent("Robin")
	other.get("/keep").says("as long as the clinic keeps what you sent")
	other.get("/delete").says("withdrawn first")
}

func TestSentIsLocked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t)
	b.start().get("/q/who").often()
	stale := b.tab()
	stale.get("/q/urge")
	check := b.tab()
	b.get("/send").fill().at("/send/check")
	check.get("/send/check")
	b.fill("consent=yes").at("/sent")
	before, _ := s.response(t, b)
	for _, path := range []string{"/send", "/send/check", "/start/x"} {
		if b.get(path); path != "/start/x" {
			b.at("/sent")
		}
	}
	check.fill("consent=yes").at("/sent") // the same page in another window, or again after "back"
	stale.fill("answer=never").at("/sent?locked").says("What was sent stays as it is")
	b.get("/q/urge").at("/sent?locked")
	b.post("/answers", nil).at("/sent?locked")
	b.post("/emergency/check", nil).at("/sent?locked")
	b.post("/send", url.Values{"clinic": {string(c.ID)}, "name": {"Somebody else"}}).at("/sent")
	b.post("/result/not-me", url.Values{"not-me": {"restless"}}).at("/sent?locked")
	b.post("/c/north", nil).at("/sent?locked")
	for _, path := range []string{"/answers", "/result"} {
		b.get(path).at(path)
		for _, href := range b.links() {
			if strings.HasPrefix(href, "/q/") {
				t.Errorf("%s offers to change %s", path, href)
			}
		}
	}
	b.get("/answers").says("No, none of these signs").get("/result").silent("This is not me")
	b.get("/result/print").at("/result/print").says("Coffee.")
	after, _ := s.response(t, b)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	if n := len(s.queue(t, c)); n != 1 {
		t.Errorf("%d submissions", n)
	}
}

func TestSendingNeedsConsentToWhatIsShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, gone := s.clinic(t, "north"), s.clinic(t, "south")
	b := s.browser(t)
	b.start().get("/q/who").often().get("/send").at("/send")
	b.post("/send", url.Values{"name": {"Anna"}}).fails(http.StatusUnprocessableEntity).says("Choose a clinic")
	if b.value("name") != "Anna" {
		t.Error("the name typed is gone")
	}
	b.fill("clinic="+string(gone.ID)).at("/send/check").says("Clinic south", "Anna")
	b.fill().fails(http.StatusUnprocessableEntity).says("There is a problem", "Tick the box")
	// Another window changes what goes.
	b.get("/send/check")
	tab := b.tab()
	tab.get("/send").fill("name=Berta").at("/send/check")
	b.fill("consent=yes").fails(http.StatusConflict).says("Look at it again", "Berta")
	if len(b.chosen()) != 0 {
		t.Error("the consent to something else still stands")
	}
	// The clinic closes in between.
	s.closeClinic(t, gone)
	b.fill("consent=yes").at("/send?closed").says("Clinic north", "Nothing was sent.").silent("Clinic south")
	b.fill().at("/send/check").fill("consent=yes").at("/sent").says("Clinic north")
	if n := len(s.queue(t, c)) + len(s.queue(t, gone)); n != 1 {
		t.Errorf("%d submissions", n)
	}
	// A form that was made up.
	other := s.browser(t)
	other.start().get("/q/who").often().post("/send/check", url.Values{"consent": {"yes"}, "revision": {"9-abcdef"}})
	if len(s.queue(t, c)) != 1 {
		t.Error("sent what was never shown")
	}
}

func TestLettersThatDoNotFit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	next := s.clock.now().AddDate(1, 0, 0).Format("2006")
	for _, tt := range []struct {
		name string
		form url.Values
		says string
	}{
		{"words of 5,001 signs", url.Values{"words": {strings.Repeat("я", 5001)}}, "Shorten your own words by 1 letter"},
		{"name of 121 signs", url.Values{"name": {strings.Repeat("n", 121)}}, "Shorten the name by 1 letter"},
		{"31 February", url.Values{"day": {"31"}, "month": {"2"}, "year": {"1980"}}, "Enter a day of birth"},
		{"born next year", url.Values{"day": {"1"}, "month": {"1"}, "year": {next}}, "not in the future"},
		{"only a year", url.Values{"year": {"1980"}}, "or none of them"},
		{"unknown clinic", url.Values{"clinic": {"nosuch"}}, "Choose a clinic"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := s.browser(t)
			b.start().get("/q/who").often()
			if !tt.form.Has("clinic") {
				tt.form.Set("clinic", string(c.ID))
			}
			b.post("/send", tt.form).fails(http.StatusUnprocessableEntity).says("There is a problem", tt.says)
			for name, typed := range tt.form {
				if name != "clinic" && b.value(name) != typed[0] {
					t.Errorf("%s came back as %.40q", name, b.value(name))
				}
			}
			if r, _ := s.response(t, b); r.Letter != (questionnaire.Letter{}) {
				t.Error("it was kept")
			}
		})
	}
	b := s.browser(t)
	b.start().get("/q/who").often()
	b.post("/send", url.Values{"clinic": {string(c.ID)}, "name": {"<script>alert(1)</script> a\u202eb"}, "words": {"<script>alert(2)</script>\u2067x"}}).at("/send/check")
	if strings.Contains(b.body, "<script>alert") || strings.ContainsAny(b.body, "\u202e\u2067") {
		t.Error("what was typed became part of the page")
	}
	b.fill("consent=yes").at("/sent")
}

func TestUnknownAndClosedClinics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	for _, slug := range []string{"nosuch", "x%20y", "--", strings.Repeat("a", 300), "%e2%80%ae", "..%2f"} {
		b.get("/c/" + slug).fails(http.StatusNotFound)
	}
	b.post("/start", url.Values{"clinic": {"nosuch"}}).fails(http.StatusNotFound)
	// Without any clinic nothing is offered.
	b.start().get("/q/who").often()
	if b.linksTo("/send") {
		t.Error("offers to send to nobody")
	}
	b.get("/send").says("At the moment no clinic takes answers here")
	c := s.clinic(t, "south")
	s.closeClinic(t, c)
	b = s.browser(t)
	b.get("/c/south").says("takes no answers here any more").fillAt("/start").at("/q/who")
	if r, _ := s.response(t, b); r.Clinic != "" {
		t.Error("meant for a clinic that takes nothing")
	}
	// Closed after the page was opened.
	b = s.browser(t)
	b.post("/start", url.Values{"clinic": {"south"}}).at("/q/who")
	b.fill("answer=me").post("/c/south", nil).at("/c/south")
}

func TestOldAnswersForAnotherClinic(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.clinic(t, "north")
	south := s.clinic(t, "south")
	b := s.browser(t)
	b.get("/c/north").fillAt("/start").fill("answer=me").at("/q/signs")
	b.get("/c/south").says("You have answers here", "Go on as before").fillAt("/c/south").at("/q/signs")
	if r, answers := s.response(t, b); r.Clinic != south.ID || answers[0].State != questionnaire.Given {
		t.Errorf("meant for %q, first answer %v", r.Clinic, answers[0].State)
	}
	b.get("/c/south").says("You have answers here").silent("Go on as before")
}

func TestEmergencyCanBeSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t)
	b.start().fill("answer=me").fill("answer=cold-leg").fill().at("/emergency")
	if !b.linksTo("/send") {
		t.Fatal("it cannot be sent")
	}
	b.get("/send").says("Do this first.", "112").fill().at("/send/check").says("Do this first.", "A cold and pale leg").silent("How old are you?")
	b.fill("consent=yes").at("/sent").says("Do this first.", "112")
	got := s.queue(t, c)
	if len(got) != 1 || got[0].Urgency != questionnaire.Emergency || got[0].Reason != "no-blood" || !got[0].Flag || got[0].Age != review.AgeUnknown {
		t.Errorf("the queue has %+v", got)
	}
	b.get("/answers").at("/answers").says("A cold and pale leg").silent("How old are you?")
	b.get("/result/print").says("Not finished")
	b.get("/emergency").at("/emergency").says("112")
	// Not before it was confirmed, and not while questions are open.
	for _, other := range []*browser{
		s.browser(t).start().fill("answer=me").fill("answer=cold-leg").at("/emergency/check"),
		s.browser(t).start().fill("answer=me").at("/q/signs"),
		s.browser(t).quick(),
	} {
		at := other.path
		for _, path := range []string{"/send", "/send/check", "/sent"} {
			other.get(path).at(at)
		}
		other.post("/send", url.Values{"clinic": {string(c.ID)}}).at(at)
		other.post("/send/check", url.Values{"consent": {"yes"}}).at(at)
	}
}

func TestNotMe(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().get("/q/who").often()
	b.post("/result/not-me", url.Values{"not-me": {"vessel"}}).at("/result").silent("You said") // not shown, not marked
	b.post("/result/not-me", url.Values{"not-me": {"<script>"}}).at("/result")
	for range 2 {
		b.post("/result/not-me", url.Values{"not-me": {"restless"}}).at("/result").says("You said: this is not me.")
	}
	b.get("/result").says("You said: this is not me.").get("/result/print").says("this is not me")
	if r, _ := s.response(t, b); !slices.Equal(r.NotMe, []questionnaire.ID{"restless"}) {
		t.Errorf("kept %v", r.NotMe)
	}
	b.post("/result/not-me", url.Values{"me": {"restless"}}).at("/result").silent("You said")
	b.post("/result/not-me", url.Values{"not-me": {"restless"}})
	// An answer that has nothing to do with it leaves the mark, one that changes the cause takes it away.
	b.get("/q/own-words").fill("answer=Tea.").at("/answers").fill().at("/result").says("You said: this is not me.")
	b.get("/q/nights").fill("answer=few").at("/answers").fill().at("/result").says("Restless legs").silent("You said")
}

func TestWithdrawAndAnswerAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t)
	b.start().get("/q/who").often().get("/send").fill("name=Anna", "words=secret words").fill("consent=yes").at("/sent")
	first := b.session(t)
	b.get("/withdraw").at("/withdraw").says("Clinic north").fillAt("/withdraw").at("/sent").says("You withdrew it.")
	b.post("/withdraw", nil).at("/sent") // twice is once
	sub := s.queue(t, c)[0]
	if sub.Withdrawn.IsZero() || sub.Name != "" {
		t.Errorf("the clinic has %+v", sub)
	}
	d, err := s.staff(s.member(t, c, account.Lead)).Open(t.Context(), sub.ID, audit.Opened)
	if err != nil || d.Response.Letter.Words != "" || d.Response.Answers != nil {
		t.Errorf("the clinic reads %+v, %v", d.Response, err)
	}
	r, _ := s.response(t, b)
	if r.Status != questionnaire.Withdrawn || !r.Expires.After(s.clock.now().Add(29*day)) {
		t.Errorf("%s until %v", r.Status, r.Expires)
	}
	b.get("/keep").says("Works until")
	// Correct it and send it again. Signs of danger and what is drawn over time are asked anew.
	b.get("/sent").fillAt("/again", "begin=old").at("/q/signs")
	if again := b.session(t); again.Response == first.Response || again.Code != first.Code {
		t.Errorf("session %v after %v", again, first)
	}
	b.fill("answer=no-signs").at("/q/urge").fill("answer=sometimes").at("/answers").says("Coffee.", "Five or more")
	b.fill().at("/result").says("What changed since", "Often", "Sometimes", "Over time")
	b.get("/send")
	if b.value("name") != "Anna" || b.value("words") != "" {
		t.Errorf("carried on: %q, %q", b.value("name"), b.value("words"))
	}
	b.fill().fill("consent=yes").at("/sent").says("You withdrew it.", "It is there, and waits")
	if n := len(s.queue(t, c)); n != 2 {
		t.Errorf("%d submissions", n)
	}
	// The first can be opened again, and the code leads to the newest.
	b.fillAt("/earlier", "of="+tag(first.Response)).at("/sent")
	if b.session(t).Response != first.Response {
		t.Error("not opened")
	}
	b.post("/earlier", url.Values{"of": {"nosuch"}}).at("/keep")
	other := s.browser(t)
	other.get("/return").fill("code=" + first.Code.String()).at("/sent")
	if other.session(t).Response == first.Response {
		t.Error("the code leads to the oldest")
	}
	// By code, without a session.
	stranger := s.browser(t)
	stranger.get("/withdraw").fill("code=0000").fails(http.StatusUnprocessableEntity)
	stranger.fill("code=" + first.Code.String()).at("/sent")
	for _, sub := range s.queue(t, c) {
		if sub.Withdrawn.IsZero() {
			t.Errorf("%s is not withdrawn", sub.ID)
		}
	}
}

func TestAnswerAgainIsOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().get("/q/who").post("/again", nil).at("/q/who") // a draft goes on
	b.often().says("Answer again").silent("What changed since")
	twice := b.tab()
	cookie := b.cookie().Value
	b.post("/again", nil).at("/q/who")
	begun := b.session(t).Response
	twice.setCookie(cookie)
	twice.post("/again", url.Values{"begin": {"old"}}).at("/q/who")
	if twice.session(t).Response != begun {
		t.Error("begun twice")
	}
	b.quickly().says("What changed since", "Often", "Never", "not asked this time")
	s.browser(t).post("/again", nil).fails(http.StatusGone)
	s.browser(t).post("/earlier", nil).fails(http.StatusGone)
}

// quickly answers everything in the shortest way.
func (b *browser) quickly() *browser {
	b.t.Helper()
	return b.fill("answer=me").fill("answer=no-signs").fill("answer=52").fill("answer=never").fill().at("/answers").fill().at("/result")
}

func TestDeletingWhatWasSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	send := func() *browser {
		b := s.browser(t)
		b.start().get("/q/who").often().get("/send").fill("name=Anna").fill("consent=yes").at("/sent")
		return b
	}
	b := send()
	id, code := b.session(t).Response, b.session(t).Code
	b.post("/again", nil).get("/delete").says("everything under this code", "withdrawn first").fill().at("/deleted").says("gone for good")
	if _, err := s.Store.Response(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("still there: %v", err)
	}
	if all, err := s.Store.ResponsesByCode(t.Context(), code.Hash(s.codeKey)); err != nil || len(all) != 0 {
		t.Errorf("left under the code: %d, %v", len(all), err)
	}
	if sub := s.queue(t, c)[0]; sub.Withdrawn.IsZero() || sub.Name != "" {
		t.Errorf("the clinic has %+v", sub)
	}
	// Under legal hold it stays, for nobody to see, and the person is told.
	b = send()
	if err := s.staff(s.member(t, c, account.Lead)).Hold(t.Context(), b.session(t).Response, "a court case"); err != nil {
		t.Fatal(err)
	}
	b.get("/withdraw").says("By law")
	b.get("/delete").fill().at("/deleted?held").says("Everything is deleted but", "By law")
	for _, sub := range s.queue(t, c) {
		if sub.Withdrawn.IsZero() || sub.Name != "" {
			t.Errorf("the clinic has %+v", sub)
		}
	}
}

func TestStoreFailsWhileSending(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.clinic(t, "north")
	b := s.browser(t)
	b.start().get("/q/who").often().get("/send")
	s.Store.Close()
	b.fill("name=Anna Berg", "words=All that I know").fails(http.StatusServiceUnavailable)
	if b.value("name") != "Anna Berg" || b.value("words") != "All that I know" {
		t.Errorf("typed and lost:\n%s", b.body)
	}
}

// Pressed many times at once, in two windows, while a third changes an answer: sent once or changed, never both.
func TestSendingAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t)
	b.start().get("/q/who").often().get("/send").fill().at("/send/check")
	form := url.Values{"consent": {"yes"}, "revision": {b.value("revision")}}
	cookie := b.cookie()
	var wg sync.WaitGroup
	post := func(path string, form url.Values) {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.web.URL+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Error(err)
			return
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookie)
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Error(err)
			return
		}
		res.Body.Close()
		if res.StatusCode != http.StatusSeeOther && res.StatusCode != http.StatusConflict {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
	}
	for i := range 8 {
		wg.Go(func() {
			if i%4 == 3 {
				post("/q/urge", url.Values{"answer": {"sometimes"}, "revision": {b.value("revision")}})
			} else {
				post("/send/check", form)
			}
		})
	}
	wg.Wait()
	r, answers := s.response(t, b)
	i, _ := s.Definition.Question("urge")
	changed := slices.Equal(s.Definition.Words(i, answers[i]), []string{"sometimes"})
	if n := len(s.queue(t, c)); changed != (n == 0) || r.Sent.IsZero() != (n == 0) {
		t.Errorf("changed %v, sent %v, %d submissions", changed, r.Sent, n)
	}
}

// What was left out, and what nobody could tell, is carried as that and not as words.
func TestAnswersAreCarriedAsTheyWere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.quick().fill().at("/result")
	_, before := s.response(t, b)
	b.post("/again", url.Values{"begin": {"old"}}).at("/q/signs").fill("answer=no-signs").at("/q/urge").fill("answer=never").at("/answers")
	b.says("Not provided")
	_, after := s.response(t, b)
	for i := range before {
		if !before[i].Equal(after[i]) {
			t.Errorf("%s: %+v became %+v", s.Definition.Questions[i].ID, before[i], after[i])
		}
	}
	b.fill().at("/result").says("All your answers are the same as then.")
}

func TestSendingsAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	c := s.clinic(t, "north")
	for range trySend {
		if _, err := s.Store.Attempt(t.Context(), s.vault.Attempts("send", "2001:db8::/64"), s.clock.now(), tryWindow); err != nil {
			t.Fatal(err)
		}
	}
	from := func(ip string) *browser {
		b := s.browser(t)
		b.header.Set("X-Forwarded-For", ip)
		return b.start().get("/q/who").often().get("/send").fill("name=Anna").at("/send/check")
	}
	b := from("2001:db8::1:2")
	b.fill("consent=yes").fails(http.StatusTooManyRequests).says("Your answers are kept", "15 minutes", "Anna")
	if len(s.queue(t, c)) != 0 {
		t.Error("sent all the same")
	}
	from("2001:db8:0:1::1").fill("consent=yes").at("/sent") // another network
	s.clock.jump(tryWindow + time.Second)
	b.fill("consent=yes").at("/sent")
	if n := len(s.queue(t, c)); n != 2 {
		t.Errorf("%d submissions", n)
	}
}
