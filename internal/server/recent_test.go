package server

import (
	"net/http"
	"net/http/cookiejar"
	"testing"

	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

// Several servers share a store, and a proxy sends each request to any of them. Nobody notices.
func TestReplicas(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		one := newSite(t, func(o *Options) { o.Store = st })
		two := newSite(t, func(o *Options) { o.Store = st })
		b := one.browser(t)
		jar, err := cookiejar.New(nil) // it knows hosts, not ports: both are one site
		if err != nil {
			t.Fatal(err)
		}
		b.client.Jar = jar
		n := 0
		turn := func() *browser {
			n++
			b.site = []*site{one, two}[n%2]
			return b
		}
		// Each page is looked at on both, and the form goes to the one that drew it first.
		step := func(path string, answer ...string) {
			t.Helper()
			turn().get(path).at(path)
			turn().get(path).at(path)
			turn().fill(answer...)
		}
		b.start()
		step("/q/who", "answer=me")
		step("/q/signs", "answer=no-signs")
		step("/q/age", "answer=50")
		step("/q/urge", "answer=often")
		step("/q/nights", "answer=few")
		turn().get("/q/nights").fill("answer=many")
		turn().get("/q/nights")
		if got := b.chosen(); len(got) != 1 || got[0] != "many" {
			t.Errorf("a server shows what was before: %v", got)
		}
		step("/q/since", "year=2020")
		step("/q/own-words")
		step("/answers")
		turn().get("/result").at("/result").says("Restless legs")
		turn().get("/result").at("/result").says("Restless legs")
		r, answers := two.response(t, b)
		if r.Revision != 10 || r.Status != questionnaire.Completed || answers[4].Options != 2 {
			t.Errorf("revision %d, %s, %+v", r.Revision, r.Status, answers[4])
		}

		// What one server remembers never overwrites what another device saved at the other.
		other := two.browser(t)
		other.get("/return").fill("code=" + b.session(t).Code.String()).at("/result")
		b.site = one
		b.get("/q/age").at("/q/age")
		other.get("/q/signs").fill("answer=swollen").at("/answers")
		b.fill("answer=60").at("/answers").says("One swollen leg", "60")
		b.get("/q/signs").fill("answer=no-signs").at("/answers")
		other.get("/q/age")
		b.get("/q/age").fill("answer=62").at("/answers")
		other.fill("answer=61").fails(http.StatusConflict).says("62", "61")
		if _, answers := two.response(t, b); answers[2].Number != 62 {
			t.Errorf("overwritten: %d", answers[2].Number)
		}
		// A result that stood is not shown once another device has told of a red flag.
		b.get("/answers").fill().at("/result")
		other.get("/q/signs").fill("answer=breathless", "answer=swollen").at("/emergency/check")
		for _, path := range []string{"/result", "/result/print", "/answers"} {
			b.get(path).at("/emergency/check")
		}
		// Deleted at one, gone at the other: for what is sent at once, for what is looked at in a moment.
		b.get("/delete").fill().at("/deleted")
		other.fill().fails(http.StatusGone)
		for _, path := range []string{"/q/age", "/answers", "/result", "/result/print", "/keep"} {
			other.get(path).fails(http.StatusGone)
		}
	})
}

func TestMemoryFades(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.quick()
	id := b.session(t).Response
	if _, ok := s.recent.find(id); !ok {
		t.Fatal("not remembered")
	}
	s.recent.grow()
	s.recent.grow()
	if _, ok := s.recent.find(id); ok {
		t.Error("remembered for ever")
	}
	b.get("/answers").at("/answers")
	if _, ok := s.recent.find(id); !ok {
		t.Error("not remembered again")
	}
	b.get("/delete").fill().at("/deleted")
	if m, ok := s.recent.find(id); !ok || !m.gone || len(m.answers) > 0 {
		t.Error("deleted, but remembered")
	}
	for range 3 * memories {
		s.recent.keep(questionnaire.ResponseID(runID()), &memory{})
	}
	if n := len(s.recent.young) + len(s.recent.old); n > 2*memories {
		t.Errorf("%d remembered", n)
	}
}

// A page is drawn without the store only while it is fresh, and an answer is saved with one statement.
func TestMemorySparesTheStore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("answer=me").at("/q/signs")
	// Another device changes something behind this server's back.
	r, answers := s.response(t, b)
	answers[0].Options = 2
	kept, err := s.Definition.EncodeAnswers(answers)
	if err != nil {
		t.Fatal(err)
	}
	r.Answers = kept
	if err := s.Store.UpdateResponse(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	b.get("/q/signs").at("/q/signs").says("Do you have any")
	s.clock.jump(2 * freshFor)
	b.get("/q/signs").at("/q/signs").says("Do they have any")
	s.clock.jump(-freshFor) // a clock set back makes nothing fresh
	b.get("/q/signs").at("/q/signs").says("Do they have any")
	b.fill("answer=no-signs").at("/q/age")
	if _, answers := s.response(t, b); answers[0].Options != 2 || answers[1].Options != 8 {
		t.Errorf("saved: %+v", answers)
	}
}
