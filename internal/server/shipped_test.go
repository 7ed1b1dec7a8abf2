package server

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"ekbom/internal/account"
	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

// aboutLegs is what no page says that serves another complaint.
var aboutLegs = regexp.MustCompile(`(?i)\b(restless|legs?)\b`)

// People of the shipped questionnaires' cases fill them in page by page, and get what their case says.
func TestShippedCases(t *testing.T) {
	t.Parallel()
	for _, name := range questionnaires.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shippedCases(t, name)
		})
	}
}

func shippedCases(t *testing.T, name string) {
	d, faults := questionnaire.Load(os.DirFS("../../questionnaires/" + name))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	s := newSite(t, func(o *Options) { o.Definition = d })
	const step = 9 // each page is saved to disk; some cases of every file do
	for n := 0; n < len(d.Cases); n += step {
		c := d.Cases[n]
		t.Run(string(c.ID), func(t *testing.T) {
			t.Parallel()
			b := s.browser(t)
			seen := func() {
				t.Helper()
				if said := aboutLegs.FindString(b.body); said != "" && name != "rls" {
					t.Errorf("%s speaks of %q", b.path, said)
				}
			}
			b.get("/")
			seen()
			b.fill()
			for range 2 * len(d.Questions) {
				seen()
				id, isQuestion := strings.CutPrefix(b.path, "/q/")
				if !isQuestion {
					break
				}
				if id, odd := strings.CutSuffix(id, "/unusual"); odd {
					b.at(b.path).fill()
					if b.path == "/q/"+id {
						t.Fatalf("%s is asked again", id)
					}
					continue
				}
				i, ok := d.Question(questionnaire.ID(id))
				if !ok {
					t.Fatalf("at %s", b.path)
				}
				b.at(b.path).fill(entries(d, i, c.Answers[i])...)
			}
			want := assess.Evaluate(d, c.Answers)
			switch b.path {
			case "/emergency/check":
				b.fill().at("/emergency")
				if want.Urgency != questionnaire.Emergency {
					t.Errorf("an emergency, but the case is %s", want.Urgency)
				}
				seen()
				b.get("/result/print").at("/result/print")
				seen()
				return
			case "/answers":
				b.fill().at("/result")
			default:
				t.Fatalf("ends at %s with status %d\n%s", b.path, b.status, b.body)
			}
			r, _ := s.response(t, b)
			outcome, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			if string(r.Outcome) != string(outcome) {
				t.Errorf("outcome\n%s\nwant\n%s", r.Outcome, outcome)
			}
			seen()
			b.says(strings.Join(strings.Fields(d.Texts[english].Urgency[want.Urgency].Heading), " "))
			for _, c := range want.Causes {
				if name := d.Texts[english].Causes[c.ID].Name; c.Shown {
					b.says(name)
				}
			}
			if b.get("/result/print"); b.status != http.StatusOK {
				t.Errorf("the sheet: %d", b.status)
			}
			seen()
		})
	}
}

// A clinic that reviews what people of another complaint sent reads nothing of legs either.
func TestClinicOfAnotherComplaint(t *testing.T) {
	t.Parallel()
	d, faults := questionnaire.Load(os.DirFS("../../questionnaires/heartburn"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	s := newSite(t, func(o *Options) { o.Definition = d })
	c := s.clinic(t, "north")
	person := s.browser(t)
	person.get("/").fill()
	for range d.Questions {
		if id, ok := strings.CutPrefix(person.path, "/q/"); ok {
			i, _ := d.Question(questionnaire.ID(id))
			person.at(person.path).fill(entries(d, i, d.Cases[0].Answers[i])...)
		}
	}
	person.at("/answers").fill().at("/result")
	id := s.send(t, person, c, questionnaire.Letter{})
	staff := s.browser(t).as(s.member(t, c, account.Lead))
	for _, path := range []string{
		pathQueue, submissionPath(id), submissionPath(id) + "/print", submissionPath(id) + "/export.json", pathStatistics, pathPoster, pathCodebook,
	} {
		if staff.get(path); staff.status != http.StatusOK {
			t.Errorf("%s: %d", path, staff.status)
		}
		if said := aboutLegs.FindString(staff.body); said != "" {
			t.Errorf("%s speaks of %q", path, said)
		}
	}
	staff.get(submissionPath(id)).says("Burning behind the breastbone", "Acid coming up")
	staff.get(pathPoster).says("Heartburn, or acid coming up?")
}

// entries are what a person enters for an answer.
func entries(d *questionnaire.Definition, i int, a questionnaire.Answer) (entries []string) {
	words := d.Words(i, a)
	switch {
	case a.State == questionnaire.Blank:
		return nil
	case a.State == questionnaire.Given && d.Questions[i].Type == questionnaire.Date:
		for n, part := range strings.Split(words[0], "-") {
			entries = append(entries, []string{"year", "month", "day"}[n]+"="+part)
		}
		return entries
	}
	for _, w := range words {
		entries = append(entries, "answer="+w)
	}
	return entries
}
