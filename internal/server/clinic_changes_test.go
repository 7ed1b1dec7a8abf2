package server

import (
	"net/http"
	"strings"
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
