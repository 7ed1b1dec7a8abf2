package server

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ekbom/internal/questionnaire"
	"ekbom/internal/store/storetest"

	"golang.org/x/net/html"
)

// every address in every state that a person can be in.
func (s *site) walk(t *testing.T, visit func(rt route, b *browser)) {
	t.Helper()
	states := map[string]func() *browser{
		"stranger":  func() *browser { return s.browser(t) },
		"begun":     func() *browser { return s.browser(t).start().fill("answer=me") },
		"checking":  func() *browser { return s.browser(t).quick() },
		"completed": func() *browser { return s.browser(t).quick().fill().at("/result") },
		"raised": func() *browser {
			return s.browser(t).start().fill("answer=me").fill("answer=cold-leg").at("/emergency/check")
		},
		"emergency": func() *browser {
			return s.browser(t).start().fill("answer=me").fill("answer=cold-leg").fill().at("/emergency")
		},
		"sent": func() *browser {
			return s.browser(t).quick().fill().get("/send").fill().fill("consent=yes").at("/sent")
		},
		"withdrawn": func() *browser {
			return s.browser(t).quick().fill().get("/send").fill().fill("consent=yes").get("/withdraw").fill().at("/sent")
		},
	}
	s.clinic(t, "north")
	for _, begin := range states {
		b := begin()
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		for _, rt := range append(s.table(), route{method: "GET", pattern: "/nosuch"}, route{method: "PUT", pattern: "/"}) {
			for _, question := range []string{"age", "nosuch"} {
				path := strings.NewReplacer("{question}", question, "{clinic}", "north", "{draft}", "x").Replace(rt.pattern)
				if rt.method == http.MethodPost {
					b.post(path, url.Values{"answer": {"x"}})
				} else {
					r, err := http.NewRequest(rt.method, s.web.URL+path, nil)
					if err != nil {
						t.Fatal(err)
					}
					b.do(r)
				}
				visit(rt, b)
				if path == rt.pattern {
					break
				}
			}
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.walk(t, func(rt route, b *browser) { guarded(t, rt, b) })
}

// guarded fails unless an answer has all that guards it.
func guarded(t *testing.T, rt route, b *browser) {
	t.Helper()
	at := rt.method + " " + b.path
	if b.status >= 500 {
		t.Errorf("%s: status %d", at, b.status)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": "camera=()",
		"X-Request-Id": "-",
	} {
		if got := b.got.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s: %s is %q", at, name, got)
		}
	}
	if strings.Contains(b.got.Get("Content-Security-Policy"), "unsafe") {
		t.Errorf("%s: loose policy", at)
	}
	cache := b.got.Get("Cache-Control")
	switch {
	case rt.privacy == personal && (cache != "no-store" || !strings.Contains(b.got.Get("X-Robots-Tag"), "noindex")):
		t.Errorf("%s: personal, but Cache-Control %q, X-Robots-Tag %q", at, cache, b.got.Get("X-Robots-Tag"))
	case rt.privacy != personal && cache != "no-store" && cache != "private, no-cache":
		t.Errorf("%s: Cache-Control %q", at, cache)
	}
	if rt.method == http.MethodPost && b.status == http.StatusOK {
		t.Errorf("%s: a form answered with a page that is no redirect", at)
	}
	if b.status >= 300 && b.status < 400 && (b.status != http.StatusSeeOther || !strings.HasPrefix(b.got.Get("Location"), "/")) {
		t.Errorf("%s: redirect %d to %q", at, b.status, b.got.Get("Location"))
	}
	if rt.privacy == machine || b.status >= 300 && b.status < 400 {
		return
	}
	each(b.root, func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s: %s has %s=%q, which our policy forbids", at, n.Data, a.Key, a.Val)
			}
			if (a.Key == "src" || n.Data == "link" && a.Key == "href") && !strings.HasPrefix(a.Val, "/static/") {
				t.Errorf("%s: loads %s", at, a.Val)
			}
		}
		if n.Data == "form" && !strings.HasPrefix(attr(n, "action"), "/") {
			t.Errorf("%s: form to %q", at, attr(n, "action"))
		}
	})
}

// Every link of every page leads somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.quick().fill().at("/result")
	seen := map[string]bool{}
	todo := []string{"/", "/result", "/answers", "/keep", "/delete", "/return", "/result/print"}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		if b.get(path); b.status != http.StatusOK {
			t.Errorf("%s: status %d", path, b.status)
		}
		each(b.root, func(n *html.Node) {
			to := attr(n, "href")
			if n.Data == "script" {
				to = attr(n, "src")
			}
			if strings.HasPrefix(to, "/") {
				to, _, _ = strings.Cut(to, "#")
				todo = append(todo, to)
			}
		})
	}
	for _, want := range []string{"/privacy", "/about", "/accessibility", "/q/who"} {
		if !seen[want] {
			t.Errorf("nothing leads to %s", want)
		}
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, want := range map[string]int{"/": 200, "/about": 200, "/healthz": 200, "/nosuch": 404, s.assets.Style: 200} {
		res, err := http.Head(s.web.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("HEAD %s: %d, want %d", path, res.StatusCode, want)
		}
	}
}

func TestStaticFilesStayForGood(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{s.assets.Style, s.assets.Script, s.assets.Icon} {
		b := s.browser(t).get(path)
		if b.status != 200 || b.got.Get("Cache-Control") != "public, max-age=31536000, immutable" || b.got.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, b.status, b.got)
		}
	}
	if b := s.browser(t).get("/static/../go.mod"); b.status != http.StatusNotFound {
		t.Errorf("a file outside: %d", b.status)
	}
	if b := s.browser(t).get("/static/"); b.status != http.StatusNotFound {
		t.Errorf("the folder: %d", b.status)
	}
}

func TestPanicHasAPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	h := s.front(s.serve(route{pattern: "/boom", privacy: personal, handle: func(http.ResponseWriter, *http.Request) error {
		panic("an answer: cold-leg")
	}}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/boom", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "<h1") {
		t.Errorf("status %d:\n%s", w.Code, w.Body)
	}
	id := w.Header().Get("X-Request-Id")
	if log := s.log.String(); !strings.Contains(log, id) || !strings.Contains(log, "routes_test.go") || strings.Contains(log, "cold-leg") {
		t.Errorf("request %s, log: %s", id, log)
	}
	if !strings.Contains(w.Body.String(), id) {
		t.Error("the page does not name the request")
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, err := http.NewRequest(http.MethodGet, s.web.URL+"/about", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	sizes := map[string]bool{}
	for range 2 {
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(res.Header.Get("Vary"), "Accept-Encoding") {
			t.Fatalf("not compressed: %v %v", res.Header, err)
		}
		sizes[string(body)] = true
	}
	plain := s.browser(t).get("/about")
	for body := range sizes {
		if len(body) >= len(plain.body) {
			t.Errorf("compressed %d, plain %d", len(body), len(plain.body))
		}
	}
}

func TestMetricsHoldNothingPersonal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.quick().fill().at("/result")
	code := string(b.session(t).Code)
	b.get("/q/age?code=" + code)
	s.browser(t).get("/no/such/" + code)
	s.browser(t).post("/q/"+code, nil)
	b.get("/metrics")
	for _, want := range []string{
		`ekbom_http_requests_total{method="POST",route="/q/{question}",status="303"} 5`,
		`ekbom_http_requests_total{method="GET",route="none",status="404"} 1`,
		`ekbom_answers_saved_total 5`, `ekbom_responses_total{event="started"} 1`, `ekbom_responses_total{event="completed"} 1`,
		`ekbom_http_request_seconds_count{route="/answers"}`,
	} {
		if !strings.Contains(b.body, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if strings.Contains(b.body, code) || strings.Contains(b.body, "age") && strings.Contains(b.body, "/q/age") {
		t.Error("metrics name an address")
	}
}

// A request that is being answered when the server is told to stop gets its answer, and what it saved is there.
func TestStopIsGraceful(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	s := newSite(t, func(o *Options) { o.Store = st })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	s.web.URL = "http://" + ln.Addr().String()
	b := s.browser(t)
	b.start()
	// The body of this form arrives after the signal.
	body, send := io.Pipe()
	r, err := http.NewRequest(http.MethodPost, s.web.URL+"/q/who", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answered := make(chan struct{})
	go func() { defer close(answered); b.do(r) }()
	if _, err := io.WriteString(send, "answer="); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	stop()
	time.Sleep(50 * time.Millisecond)
	if _, err := net.DialTimeout("tcp", ln.Addr().String(), time.Second); err == nil {
		t.Error("still takes new visitors")
	}
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	_, _ = io.WriteString(send, "me")
	send.Close()
	<-answered
	if b.status != http.StatusSeeOther {
		t.Errorf("status %d", b.status)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, answers := s.response(t, b); answers[0].State != questionnaire.Given {
		t.Error("an acknowledged answer is lost")
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct{ header, want string }{
		{"", "en"}, {"en", "en"}, {"en-GB,en;q=0.9", "en"}, {"ru", "ru"}, {"ru-RU,ru;q=0.9,en;q=0.8", "ru"}, {"xx", "en"},
		{"ru;q=0.1, en;q=0.5", "en"}, {"de, ru;q=0.5", "ru"}, {"*", "en"}, {strings.Repeat("ru,", 500), "ru"}, {"de," + strings.Repeat("x", 500), "en"},
		{"\x00", "en"}, {"uk", "en"}, // who reads Ukrainian is not taken for a reader of Russian
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", tt.header)
		if got := s.languageOf(r).tag; got != tt.want {
			t.Errorf("%.40q: %s, want %s", tt.header, got, tt.want)
		}
	}
	b := s.browser(t)
	b.start().fill("answer=me").fill("answer=no-signs").at("/q/age")
	// The switch keeps the page and the answers, and the choice stays.
	b.get("/q/age?lang=ru").at("/q/age").says("Сколько вам лет?")
	if !strings.Contains(b.body, `<html lang="ru"`) {
		t.Error("the page does not say that it is in Russian")
	}
	b.fill("answer=x").fails(http.StatusUnprocessableEntity).silent("Enter")
	b.get("/q/age").fill("answer=50").fill("answer=often").fill("answer=many").fill("year=2019", "month=марта").at("/q/own-words")
	b.fill().at("/answers").says("Нет, ничего из этого", "март").fill().at("/result").says("Беспокойные ноги", "Невролог")
	b.get("/result/print").says("синдром беспокойных ног")
	b.get("/nosuch").fails(http.StatusNotFound).silent("There is no such page")
	b.get("/result?lang=xx").at("/result").says("Беспокойные ноги") // one that is not offered changes nothing
	b.get("/result?lang=en").at("/result").says("Restless legs")
	u, err := url.Parse(s.web.URL)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(b.client.Jar.Cookies(u), func(c *http.Cookie) bool { return c.Name == cookieLanguage && c.Value == "en" }) {
		t.Error("the choice is not kept")
	}
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for path, want := range map[string]string{
		"//evil.example?lang=en": "/evil.example", `/\evil.example?lang=en`: "/evil.example",
		"/result/print?lang=en&size=large": "/result/print?size=large",
	} {
		if b.get(path); b.status != http.StatusSeeOther || b.got.Get("Location") != want {
			t.Errorf("%s: %d to %q", path, b.status, b.got.Get("Location"))
		}
	}
}

// A language that lacks a single text is not offered.
func TestIncompleteLanguageIsNotOffered(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) {
		o.Definition = edited(t, "text/ru.yaml", "warm-bath: Тёплая ванна вечером.", "")
	})
	b := s.browser(t)
	b.header.Set("Accept-Language", "ru")
	b.get("/?lang=ru").at("/").says("A short check of your legs.")
	if strings.Contains(b.body, "lang=ru") {
		t.Error("offered all the same")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	st.Close()
	_, err := New(t.Context(), Options{
		Store: st, Definition: definition(t), Secret: testSecret, Log: slog.New(slog.DiscardHandler), Now: time.Now, Keep: day,
	})
	if err == nil {
		t.Error("a server without a store")
	}
}
