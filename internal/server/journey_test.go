package server

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"

	"github.com/google/go-cmp/cmp"
)

// quick answers everything in the shortest way, up to the page where answers are checked.
func (b *browser) quick() *browser {
	b.t.Helper()
	b.start().fill("answer=me").at("/q/signs").fill("answer=no-signs").at("/q/age").fill("answer=52").at("/q/urge")
	return b.fill("answer=never").at("/q/own-words").fill().at("/answers")
}

func TestWholeJourney(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.get("/").at("/").says("Leg check", "A short check of your legs.", "It cannot diagnose", "112")
	b.fill().at("/q/who").says("Who are you answering for?")
	if !slices.Equal(b.hops, []int{http.StatusSeeOther}) {
		t.Errorf("the way from the start page: %v, want one 303", b.hops)
	}
	if b.chosen() != nil {
		t.Errorf("chosen before anybody chose: %v", b.chosen())
	}
	b.fill("answer=me").at("/q/signs").says("Do you have any of these now?")
	if b.back() != "/q/who" {
		t.Errorf("back leads to %q", b.back())
	}
	b.fill("answer=no-signs").at("/q/age").fill("answer= 52 ").at("/q/urge").fill("answer=often").at("/q/nights")
	b.says("We ask because", "Often")
	b.fill("answer=many").at("/q/since").fill("year=2019", "month=march").at("/q/own-words")
	b.fill("answer=Worst after <b>coffee</b>.\r\nAlways.").at("/answers")
	b.says("Filled in for", "Myself", "No, none of these signs", "52", "years", "Often", "Five or more", "March 2019", "Worst after <b>coffee</b>.")
	for _, q := range []string{"who", "signs", "age", "urge", "nights", "since", "own-words"} {
		if !b.linksTo("/q/" + q) {
			t.Errorf("no way to change %s", q)
		}
	}
	r, _ := s.response(t, b)
	if r.Status != questionnaire.Draft || r.Outcome != nil {
		t.Errorf("before the end: %s with outcome %q", r.Status, r.Outcome)
	}
	b.fill().at("/result").says("Make an ordinary appointment", "It fits.", "Restless legs", "Neurologist", "Ask about an iron test.", "One leg swells.")
	b.get("/result/print").at("/result/print").says("Who are you answering for?", "Worst after <b>coffee</b>.", b.session(t).Code.String())

	r, answers := s.response(t, b)
	if r.Status != questionnaire.Completed || !strings.Contains(string(r.Outcome), `"restless"`) || r.Completed.IsZero() {
		t.Errorf("at the end: %s, outcome %s, completed %v", r.Status, r.Outcome, r.Completed)
	}
	want := map[questionnaire.ID]any{"who": "me", "signs": []string{"no-signs"}, "age": 52, "urge": "often", "nights": "many",
		"since": "2019-03", "own-words": "Worst after <b>coffee</b>.\nAlways."}
	got := map[questionnaire.ID]any{}
	for i, a := range answers {
		got[s.Definition.Questions[i].ID] = assess.Plain(s.Definition, i, a)
		if a.Rev != i+2 || time.Since(time.Unix(a.At, 0)) > time.Minute {
			t.Errorf("answer %d has revision %d, given at %d", i, a.Rev, a.At)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Done twice, refreshed and gone back: nothing changes.
	before := r
	b.post("/answers", nil).at("/result").get("/result").at("/result").get("/answers").at("/answers").get("/q/age").at("/q/age")
	if b.value("answer") != "52" || b.back() != "/answers" {
		t.Errorf("the answer shown again: %q, back %q", b.value("answer"), b.back())
	}
	b.fill().at("/result")
	if after, _ := s.response(t, b); !cmp.Equal(before, after) {
		t.Error("looking at it changed it: ", cmp.Diff(before, after))
	}
	if log := s.log.String(); log != "" {
		t.Errorf("a good journey was logged: %s", log)
	}
}

func TestSomebodyElse(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	b.start().fill("answer=someone-else").at("/q/signs").says("Do they have any of these now?")
	b.fill("answer=no-signs").at("/q/age").says("How old are they?")
	b.get("/q/who").fill("answer=me").get("/q/age").says("How old are you?")
}

func TestOnlyWhatTheAnswersCallFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.quick().silent("Nights a week").says("Not provided") // the optional own words
	b.get("/q/nights").at("/answers")                      // off the path
	b.get("/q/nosuch").fails(http.StatusNotFound)

	// A change calls for questions that were not asked; then back to the answers.
	b.get("/q/urge").fill("answer=sometimes").at("/q/nights").fill("answer=declined").at("/q/since").fill("answer=unsure")
	b.at("/answers").says("Nights a week", "Began")
	// And a change back takes them off the path, but forgets nothing.
	b.get("/q/urge").fill("answer=never").at("/answers").silent("Nights a week")
	b.fill().at("/result").silent("Restless legs")
	b.get("/q/urge").fill("answer=often").at("/answers").says("Nights a week")
	if r, _ := s.response(t, b); r.Status != questionnaire.Draft || r.Outcome != nil || !r.Completed.IsZero() {
		t.Errorf("a changed answer left the old result: %s %s", r.Status, r.Outcome)
	}
	b.get("/result").at("/answers") // not before it is computed again
	b.fill().at("/result").says("Restless legs")
}

func TestTypedAddressAhead(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	b.start().fill("answer=me").at("/q/signs")
	for _, path := range []string{"/q/age", "/q/own-words", "/answers", "/result", "/result/print", "/emergency", "/emergency/check", "/q/who/unusual"} {
		b.get(path).at("/q/signs")
	}
	b.get("/q/who").at("/q/who") // what was answered may be looked at
	if !slices.Equal(b.chosen(), []string{"me"}) {
		t.Errorf("chosen: %v", b.chosen())
	}
}

func TestEmergencyIsPlayedBackOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("answer=me").fill("answer=cold-leg").at("/emergency/check").says("A cold and pale leg").silent("One swollen leg")
	if !b.linksTo("/q/signs") {
		t.Error("no way to say that it is not right")
	}
	b.get("/q/age").at("/emergency/check") // no way round
	b.get("/emergency").at("/emergency/check")
	// No, change it.
	b.get("/q/signs").fill("answer=breathless").at("/q/age")
	// Two answers that only together raise it.
	b.get("/q/signs").fill("answer=breathless", "answer=swollen").at("/emergency/check").says("Sudden shortness of breath", "One swollen leg")
	b.fill().at("/emergency").says("Call for help now", "A clot in the lung", "Call for help at once.", "112").silent("Continue")
	r, _ := s.response(t, b)
	if diff := cmp.Diff([]questionnaire.ID{"lung-clot"}, r.Confirmed); diff != "" {
		t.Error(diff)
	}
	b.post("/emergency/check", nil).at("/emergency") // twice
	b.get("/q/age").at("/emergency")                 // no further questions
	b.get("/answers").at("/emergency")
	b.post("/answers", nil).at("/emergency")
	b.get("/result/print").at("/result/print").says("Call for help now")
	// A second sign is played back too.
	b.get("/q/signs").fill("answer=breathless", "answer=swollen", "answer=cold-leg").at("/emergency/check").says("A cold and pale leg").silent("Sudden shortness")
	b.fill().at("/emergency")
	// Taken back, it is forgotten, and asked again when it comes again.
	b.get("/q/signs").fill("answer=no-signs").at("/q/age")
	if r, _ := s.response(t, b); len(r.Confirmed) != 0 {
		t.Errorf("still confirmed: %v", r.Confirmed)
	}
	b.get("/q/signs").fill("answer=cold-leg").at("/emergency/check")
	// Two emergencies at once are both played back.
	b.get("/q/signs").fill("answer=breathless", "answer=swollen", "answer=cold-leg").at("/emergency/check").says("Sudden shortness of breath", "A cold and pale leg")
}

func TestSameDayDoesNotInterrupt(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	b.start().fill("answer=me").fill("answer=swollen").at("/q/age").fill("answer=40").fill("answer=often").fill("answer=many")
	b.fill("answer=unsure").fill().at("/answers").fill().at("/result").says("Be seen today", "A clot in the leg").silent("A warm bath")
}

func TestUnusualNumberIsAskedOnce(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	b.start().fill("answer=me").fill("answer=no-signs").fill("answer=104").at("/q/age/unusual").says("104")
	if b.back() != "/q/age" {
		t.Errorf("back leads to %q", b.back())
	}
	b.fill().at("/q/urge")
	b.get("/q/age").fill().at("/q/urge") // the same again is not asked again
	b.get("/q/age").fill("answer=3").at("/q/age/unusual").get("/q/age").fill("answer=30").at("/q/urge")
	b.get("/q/age/unusual").at("/q/urge")
	b.get("/q/nosuch/unusual").fails(http.StatusNotFound)
}

func TestNotSureIsNeverNo(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	b.start().fill("answer=me").fill("answer=unsure").at("/q/age").fill("answer=30").fill("answer=unsure").at("/q/own-words")
	b.fill().at("/answers").fill().at("/result").says("Be seen within days") // three red flags cannot be told
}

func TestSaveAndLeave(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("then=keep").at("/keep") // nothing entered is no fault here
	b.get("/q/who").fill("answer=me", "then=keep").at("/keep").says(b.session(t).Code.String())
	until := time.Now().Add(30 * day)
	b.says(until.Format("2 January 2006"))
	if !b.linksTo("/q/signs") {
		t.Error("no way to go on")
	}
	b.get("/q/signs").fill("answer=cold-leg", "answer=no-signs", "then=keep").fails(http.StatusUnprocessableEntity) // entered wrongly is one
	b.get("/q/signs").fill("answer=cold-leg", "then=keep").at("/emergency/check")                                   // this comes first

	// Another browser, by code, as it is typed at night.
	code := strings.ToLower(strings.ReplaceAll(b.session(t).Code.String(), "-", " "))
	other := s.browser(t)
	other.get("/return").at("/return").fill("code=" + code).at("/emergency/check")
	other.get("/q/signs").fill("answer=no-signs").at("/q/age").fill("answer=52").at("/q/urge")
	third := s.browser(t)
	third.get("/return").fill("code=" + code).at("/q/urge?returned").says("first")
	// Both go on with the same answers.
	b.get("/q/age").at("/q/age")
	if b.value("answer") != "52" {
		t.Errorf("the first browser does not see what the second saved")
	}
	b.get("/q/urge").fill("answer=never").fill().at("/answers").fill().at("/result")
	other.get("/return").fill("code=" + code).at("/result")
	for _, l := range []string{string(b.session(t).Code), b.session(t).Code.String(), "52"} {
		if strings.Contains(s.log.String(), l) {
			t.Errorf("the log holds %q: %s", l, s.log)
		}
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.quick()
	code := b.session(t).Code
	id := b.session(t).Response
	tab := b.tab()
	tab.get("/q/age").at("/q/age")
	b.get("/delete").at("/delete").says("5").fill().at("/deleted")
	if b.cookie() != nil {
		t.Error("the session is still there")
	}
	if _, err := s.Store.Response(t.Context(), id); err == nil {
		t.Error("the response is still there")
	}
	b.get("/answers").fails(http.StatusGone)
	b.post("/delete", nil).fails(http.StatusUnprocessableEntity) // twice: now only a code could say what to delete
	tab.fill("answer=60").fails(http.StatusGone)                 // the other window notices calmly
	s.browser(t).get("/return").fill("code=" + code.String()).fails(http.StatusUnprocessableEntity)

	// With the code, without a session, and not touching the session of somebody else.
	b.quick()
	code = b.session(t).Code
	other := s.browser(t)
	other.quick()
	s.browser(t).get("/delete").fill("code=" + code.String()).at("/deleted")
	b.get("/answers").fails(http.StatusGone)
	b.get("/delete").at("/delete")
	b.get("/").at("/").fill().at("/q/who") // and can begin again
	other.post("/delete", map[string][]string{"code": {b.session(t).Code.String()}}).at("/deleted").get("/answers").at("/answers")
}

func TestStartTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start()
	first := b.session(t).Response
	b.get("/").says("one leg turned cold and pale").fill().at("/q/who")
	if b.session(t).Response != first {
		t.Error("a second press made a second response")
	}
	b.fill("answer=me").at("/q/signs").get("/").at("/")
	if !b.linksTo("/q/signs") {
		t.Error("the start page does not lead back to the draft")
	}
	b.post("/start", nil).at("/q/who") // beginning anew is asked for
	if b.session(t).Response == first {
		t.Error("a new start changed the old answers")
	}
}

func TestProgressIsTrue(t *testing.T) {
	t.Parallel()
	d := definition(t)
	answers := d.NewAnswers()
	p := d.Path(answers)
	s := newSite(t)
	if s.bounds.Fewest != p.Fewest || s.bounds.Most != p.Most || p.Fewest != 5 || p.Most != 7 {
		t.Errorf("start page says %d to %d", s.bounds.Fewest, s.bounds.Most)
	}
	b := s.browser(t)
	b.start().says("1", "4", "6")
	b.fill("answer=me").fill("answer=no-signs").fill("answer=9").at("/q/urge").says("Question 4")
	b.fill("answer=never").at("/q/own-words").says("Question 5")
}
