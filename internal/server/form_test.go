package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ekbom/internal/questionnaire"
	"ekbom/web/locale"
	"ekbom/web/page"
)

// FuzzForm sends any body as the form of any question: an answer that is taken can be shown again and means the same, and
// one that is refused comes back as it was typed.
func FuzzForm(f *testing.F) {
	d := definition(f)
	catalogue, err := locale.Load(locale.Files)
	if err != nil {
		f.Fatal(err)
	}
	l := catalogue.Printer(english)
	for i, body := range []string{
		"answer=me&revision=1-abcdef", "answer=cold-leg&answer=no-signs", "answer=+42,0+", "answer=unsure", "answer=declined",
		"year=2019&month=MARCH&day=05", "answer=%E2%80%AEtxt%00%0d%0a", "year=&month=2&day=", "answer=%zz", "answer=-0", "answer=٤٢", "",
		"day=1&day=2&year=1", "answer=" + strings.Repeat("x", 3000),
	} {
		f.Add(uint8(i%7), body)
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		i := int(which) % len(d.Questions)
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, bodyLimit)
		if err := readForm(r); err != nil {
			if status, _ := statusOf(err); status != http.StatusBadRequest && status != http.StatusRequestEntityTooLarge {
				t.Fatalf("%v has status %d", err, status)
			}
			return
		}
		parseRevision(r.PostForm.Get(page.FieldRevision), "0198c0de-0000")
		qu := &d.Questions[i]
		a, fault := readAnswer(d, i, l, r.PostForm)
		if fault != nil {
			if a != (questionnaire.Answer{}) {
				t.Fatalf("an answer beside a fault: %+v", a)
			}
			if words := page.FaultText(l, fault, qu, "Short"); words == "" || strings.Contains(words, "fault.") {
				t.Fatalf("no words for %v", fault)
			}
			view := page.QuestionView{Type: qu.Type}
			typedInto(&view, r.PostForm)
			return
		}
		// What is saved is what was meant, and survives keeping.
		answers := d.NewAnswers()
		answers[i] = a
		kept, err := d.EncodeAnswers(answers)
		if err != nil {
			t.Fatal(err)
		}
		back, err := d.DecodeAnswers(kept)
		if err != nil || !back[i].Equal(a) {
			t.Fatalf("kept %+v as %s, read %+v, %v", a, kept, back[i], err)
		}
		// Shown again and sent unchanged, it is the same answer.
		view := page.QuestionView{Type: qu.Type, None: &page.Option{}, Unsure: &page.Option{Value: "unsure"}, Declined: &page.Option{Value: "declined"}}
		for o, id := range qu.Options {
			if o == qu.None {
				view.None = &page.Option{Value: string(id)}
			} else {
				view.Options = append(view.Options, page.Option{Value: string(id)})
			}
		}
		answerInto(&view, d, i, a)
		form := map[string][]string{page.FieldYear: {view.Year}, page.FieldMonth: {view.Month}, page.FieldDay: {view.Day}}
		if view.Value != "" {
			form[page.FieldAnswer] = append(form[page.FieldAnswer], view.Value)
		}
		for _, o := range append(view.Options, *view.None, *view.Unsure, *view.Declined) {
			if o.Chosen {
				form[page.FieldAnswer] = append(form[page.FieldAnswer], o.Value)
			}
		}
		again, fault := readAnswer(d, i, l, form)
		if fault != nil || !again.Equal(a) {
			t.Fatalf("%+v shown again as %v reads %+v, %v", a, form, again, fault)
		}
	})
}

func TestSharedOptionsAreNotChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("answer=me").fill("answer=cold-leg", "answer=swollen")
	b.get("/q/signs").at("/q/signs")
	if got := strings.Join(b.chosen(), " "); got != "cold-leg swollen" {
		t.Errorf("chosen: %s", got)
	}
	other := s.browser(t)
	other.start().fill("answer=me").at("/q/signs")
	if other.chosen() != nil {
		t.Errorf("one person's answers on another's page: %v", other.chosen())
	}
}
