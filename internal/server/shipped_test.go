package server

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
)

// People of the shipped questionnaire's cases fill it in page by page, and get what their case says.
func TestShippedCases(t *testing.T) {
	t.Parallel()
	d, faults := questionnaire.Load(os.DirFS("../../questionnaires/rls"))
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
			b.get("/").fill()
			for range 2 * len(d.Questions) {
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
				b.get("/result/print").at("/result/print")
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
			b.says(strings.Join(strings.Fields(d.Texts[english].Urgency[want.Urgency].Heading), " "))
			for _, c := range want.Causes {
				if name := d.Texts[english].Causes[c.ID].Name; c.Shown {
					b.says(name)
				}
			}
			if b.get("/result/print"); b.status != http.StatusOK {
				t.Errorf("the sheet: %d", b.status)
			}
		})
	}
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
