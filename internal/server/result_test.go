package server

import (
	"bytes"
	"html"
	"os"
	"strings"
	"testing"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/web/page"
)

// TestOpenSigns: what could not be told is asked about once for each answer, without a word about an illness that nobody
// spoke of; what people would rather not say about despair is left alone.
func TestOpenSigns(t *testing.T) {
	t.Parallel()
	d, faults := questionnaire.Load(os.DirFS("../../questionnaires/rls"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	s := newSite(t, func(o *Options) { o.Definition, o.CrisisNumbers = d, []string{"116 123"} })
	e := s.editions.current
	var open, kind int
	for _, c := range d.Cases {
		j := &journey{edition: e, answers: c.Answers, values: e.NewValues(), words: e.words[english]}
		j.look()
		outcome := assess.Evaluate(d, c.Answers)
		view := j.result(outcome)
		var b bytes.Buffer
		if err := page.Result(view).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		said := "" // by flags that did fire
		for _, f := range outcome.RedFlags {
			said += j.words.RedFlag(f.ID, j.voice == another).Act
		}
		for _, f := range outcome.OpenFlags {
			act := j.words.RedFlag(f.ID, j.voice == another).Act
			if act != "" && !strings.Contains(said, act) && strings.Contains(b.String(), html.EscapeString(act)) {
				t.Errorf("%s: an open sign says %q", c.ID, act)
			}
		}
		asked := map[string]bool{}
		for _, o := range view.OpenSigns {
			if asked[o.Change] {
				t.Errorf("%s: %s stands there twice", c.ID, o.Question)
			}
			asked[o.Change] = true
		}
		for _, o := range view.Open {
			if asked[o.Change] {
				t.Errorf("%s: %s is asked about twice", c.ID, o.Question)
			}
		}
		open += len(view.OpenSigns)
		if view.Kindness != page.NoKindness {
			kind++
			if !strings.Contains(b.String(), "116 123") {
				t.Errorf("%s: no crisis line", c.ID)
			}
		}
	}
	if open == 0 {
		t.Error("no case leaves a sign open")
	}
	if kind == 0 {
		t.Error("nobody is offered a crisis line")
	}
}
