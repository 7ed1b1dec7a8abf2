package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

// nothing is a connection to nobody.
type nothing struct {
	header http.Header
	status int
}

func (n *nothing) Header() http.Header         { return n.header }
func (n *nothing) WriteHeader(status int)      { n.status = status }
func (n *nothing) Write(p []byte) (int, error) { return len(p), nil }

// halfway is a server of the shipped questionnaire and the cookie of somebody halfway through it.
func halfway(b *testing.B, dsn string) (*Server, string, string) {
	b.Helper()
	st, err := store.Open(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(st.Close)
	d, faults := questionnaire.Load(os.DirFS("../../questionnaires/rls"))
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	s, err := New(b.Context(), Options{
		Store: st, Definition: d, Secret: testSecret, Keep: day, EmergencyNumbers: []string{"112"},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now,
	})
	if err != nil {
		b.Fatal(err)
	}
	answers := d.NewAnswers()
	for i := range d.Cases[0].Answers[:len(answers)/2] {
		answers[i] = d.Cases[0].Answers[i]
	}
	kept, err := d.EncodeAnswers(answers)
	if err != nil {
		b.Fatal(err)
	}
	r := questionnaire.Response{ID: "00000000-0000-7000-8000-000000000000", Ref: d.Ref, Status: questionnaire.Draft, Answers: kept,
		Revision: 1, Created: time.Now(), Updated: time.Now(), Expires: time.Now().Add(day)}
	if err := s.Store.CreateResponse(b.Context(), r, []byte("hash")); err != nil {
		b.Fatal(err)
	}
	w := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request = request.WithContext(context.WithValue(request.Context(), visitKey{}, &visit{}))
	if err := s.keepSession(w, request, session{Response: r.ID, Hash: d.Hash, Code: "00000000000000"}); err != nil {
		b.Fatal(err)
	}
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	p := d.Path(answers)
	return s, cookie, questionPath(d.Questions[p.Next].ID)
}

func BenchmarkQuestionPage(b *testing.B) {
	s, cookie, path := halfway(b, storetest.SQLite(b))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Cookie", cookie)
		w := &nothing{header: http.Header{}}
		s.ServeHTTP(w, r)
		if w.status != http.StatusOK {
			b.Fatal(w.status)
		}
	}
}

func BenchmarkSaveAnswer(b *testing.B) {
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) { saveAnswer(b, dsn(b)) })
	}
}

func saveAnswer(b *testing.B, dsn string) {
	s, cookie, _ := halfway(b, dsn)
	i := 0
	for s.Definition.Questions[i].Type != questionnaire.Number {
		i++
	}
	path := questionPath(s.Definition.Questions[i].ID)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		form := url.Values{"answer": {[]string{"30", "31"}[n%2]}, "revision": {"999999999-000000"}}.Encode()
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", cookie)
		w := &nothing{header: http.Header{}}
		s.ServeHTTP(w, r)
		if w.status != http.StatusSeeOther {
			b.Fatal(w.status)
		}
	}
}
