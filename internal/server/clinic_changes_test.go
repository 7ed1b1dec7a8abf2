package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
)

func TestChangesPage(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	whole := s.deliver(t, c, parcel{id: "whole", answers: s.answersOf(t, "parkinson-man-73"), sent: afternoon, letter: questionnaire.Letter{Name: "Olof Ek"}})
	b.get(submissionPath(whole)).at("/clinic/s/whole")
	if !b.linksTo("/clinic/s/whole/changes") || !b.linksTo("/clinic/s/whole/changes#of-cause-medication") {
		t.Errorf("no way from the submission to what would change it: %v", b.links())
	}
	before := s.recorded(t, c)
	began := time.Now()
	b.get(submissionPath(whole)+"/changes").at("/clinic/s/whole/changes").says("Olof Ek", "What would change this")
	t.Logf("the page took %s", time.Since(began))
	if after := s.recorded(t, c); after != before+1 {
		t.Errorf("%d events after %d: opening the page is not recorded", after, before)
	}
	b.partSays("urgency", "Self-care less urgent, if:", "Known illnesses: No, none of these illnesses instead of", "Medicines in the last 3 months: No, no medicines", "Link with a medicine: is not asked then")
	b.partSays("causes", "A medicine Not concluded, if:", "Urge to move the legs: Never instead of Often")
	b.partSays("near", "Concluded as well, if:", "also")
	b.partSays("advice", "4 together", "Not given, if: Medicines in the last 3 months: No, no medicines")
	b.partSays("criteria", "Not met, if:")
	b.partSays("held", "2 together", "Given, if: Known illnesses: No, none")
	find(b.root, func(n *html.Node) bool {
		if at, found := strings.CutPrefix(attr(n, "href"), "/clinic/s/whole#"); found {
			if !strings.HasPrefix(at, "answer-") {
				t.Errorf("a link to %s", at)
			}
		}
		return false
	})
	all := b.links()
	b.get(submissionPath(whole))
	var places []string
	for _, href := range b.links() {
		if at, found := strings.CutPrefix(href, "/clinic/s/whole/changes#"); found {
			places = append(places, at)
		}
	}
	if len(places) < 4 {
		t.Errorf("links to %v only", places)
	}
	b.get(submissionPath(whole) + "/changes")
	for _, at := range places {
		b.part(at)
	}
	b.get(submissionPath(whole))
	for _, href := range all { // every answer spoken of is on the submission's page
		if at, found := strings.CutPrefix(href, "/clinic/s/whole#"); found {
			if find(b.root, func(n *html.Node) bool { return attr(n, "id") == at }) == nil {
				t.Errorf("%s is not on the submission's page", at)
			}
		}
	}

	// Whoever stopped at a sign of danger has most answers lacking; what ends the emergency is told as well.
	ended := s.answersOf(t, "typical-woman-52")
	clear(ended[2:])
	ended[1] = questionnaire.Answer{State: questionnaire.Given, Options: 1}
	part := s.deliver(t, c, parcel{id: "part", answers: ended, sent: afternoon})
	b.get(submissionPath(part)).at("/clinic/s/part")
	if !b.linksTo("/clinic/s/part/changes") || !b.linksTo("/clinic/s/part/changes#of-flag-clot-in-lung") {
		t.Error("no link to what would change it")
	}
	b.get(submissionPath(part)+"/changes").partSays("urgency", "Same day less urgent, if: Emergency signs: No, none of these signs instead of")
	b.partSays("criteria", "Met, if: Urge to move the legs: Nearly always (had no answer)")
	b.partSays("specialists", "Only more than 5 other answers would change this.")
	b.part("of-flag-clot-in-lung")

	elsewhere := s.clinic(t, "south")
	s.browser(t).as(s.member(t, elsewhere, account.Lead)).get(submissionPath(whole) + "/changes").fails(http.StatusNotFound)
}

// However many ask at once, each page is whole or says that others come first, and patients' pages are answered meanwhile. Under the race
// detector the time may run out for one all the same.
func TestChangesOfMany(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c := s.clinic(t, "north")
	reviewer := s.member(t, c, account.Reviewer)
	var ids []questionnaire.ResponseID
	for i := range 30 {
		k := s.Definition.Cases[i*7]
		id := fmt.Sprint("case-", i)
		ids = append(ids, s.deliver(t, c, parcel{id: id, answers: slices.Clone(k.Answers), sent: afternoon}))
	}
	asking := s.browser(t).as(reviewer)
	before := s.recorded(t, c)
	var whole, cut, busy atomic.Int32
	var all sync.WaitGroup
	for i := range 120 {
		all.Go(func() {
			b := asking.tab().get(submissionPath(ids[i%len(ids)]) + "/changes")
			said := text(b.root)
			switch {
			case b.status == http.StatusOK && strings.Contains(said, "Not all could be worked out"):
				cut.Add(1)
			case b.status == http.StatusOK && strings.Contains(said, "What would change this"):
				whole.Add(1)
			case b.status == http.StatusServiceUnavailable && strings.Contains(said, "one submission after the other") && b.got.Get("Retry-After") != "":
				busy.Add(1)
			default:
				t.Errorf("%s: %d, %.300s", b.path, b.status, strings.Join(strings.Fields(said), " "))
			}
		})
	}
	done := make(chan struct{})
	go func() { defer close(done); all.Wait() }()
	pages, slowest := 0, time.Duration(0)
	for ended := false; !ended; pages++ {
		began := time.Now()
		s.browser(t).get("/").fill().at("/q/filled-in-by")
		slowest = max(slowest, time.Since(began))
		select {
		case <-done:
			ended = true
		default:
		}
	}
	t.Logf("%d whole, %d cut, %d busy; %d patients began, the slowest within %s", whole.Load(), cut.Load(), busy.Load(), pages, slowest)
	if recorded := s.recorded(t, c) - before; recorded != int64(whole.Load()+cut.Load()) || recorded == 0 {
		t.Errorf("%d recorded, %d shown", recorded, whole.Load()+cut.Load())
	}
	if cut.Load() > 1+whole.Load() {
		t.Error("waiting is paid from the time to search")
	}
}

// Whoever waits in vain is told so in plain words, and nothing is recorded.
func TestChangesThatMustWait(t *testing.T) {
	t.Parallel()
	s := shippedSite(t)
	c := s.clinic(t, "north")
	b := s.browser(t).as(s.member(t, c, account.Reviewer))
	id := s.deliver(t, c, parcel{id: "whole", answers: s.answersOf(t, "parkinson-man-73"), sent: afternoon})
	before := s.recorded(t, c)
	if err := s.turning.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.get(submissionPath(id)+"/changes").fails(http.StatusServiceUnavailable).says("Please load this page again in a moment", "Nothing was opened or recorded")
	if b.got.Get("Retry-After") == "" || s.recorded(t, c) != before || s.log.String() != "" {
		t.Errorf("%v, %d recorded after %d, log: %s", b.got, s.recorded(t, c), before, s.log)
	}
	b.get(submissionPath(id)).at("/clinic/s/whole") // the submission itself waits for nobody
	s.turning.end()
	b.get(submissionPath(id) + "/changes").at("/clinic/s/whole/changes")
	// The second time nothing is looked for, and it is recorded all the same.
	s.editions.current.turns = nil
	b.get(submissionPath(id) + "/changes").at("/clinic/s/whole/changes")
	if got := s.recorded(t, c); got != before+3 {
		t.Errorf("%d recorded after %d", got, before)
	}
}
