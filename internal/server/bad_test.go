package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

func TestAnswersThatDoNotFit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		name, question string
		form           url.Values
		kept           string // a field's value that comes back
	}{
		{name: "nothing", question: "who"},
		{name: "unknown option", question: "who", form: url.Values{"answer": {"the-cat"}}},
		{name: "two of one", question: "who", form: url.Values{"answer": {"me", "someone-else"}}},
		{name: "not offered", question: "who", form: url.Values{"answer": {"unsure"}}},
		{name: "none and some", question: "signs", form: url.Values{"answer": {"cold-leg", "no-signs"}}},
		{name: "unsure and some", question: "signs", form: url.Values{"answer": {"cold-leg", "unsure"}}},
		{name: "below the range", question: "age", form: url.Values{"answer": {"-1"}}, kept: "-1"},
		{name: "above the range", question: "age", form: url.Values{"answer": {"121"}}, kept: "121"},
		{name: "far above", question: "age", form: url.Values{"answer": {"99999999999999999999"}}, kept: "99999999999999999999"},
		{name: "no number", question: "age", form: url.Values{"answer": {"forty"}}, kept: "forty"},
		{name: "half a year", question: "age", form: url.Values{"answer": {"42.5"}}, kept: "42.5"},
		{name: "script", question: "age", form: url.Values{"answer": {`"><script>alert(1)</script>`}}, kept: `"><script>alert(1)</script>`},
		{name: "no such day", question: "since", form: url.Values{"year": {"2019"}, "month": {"2"}, "day": {"30"}}, kept: "2019"},
		{name: "day without month", question: "since", form: url.Values{"year": {"2019"}, "day": {"3"}}, kept: "2019"},
		{name: "month without year", question: "since", form: url.Values{"month": {"3"}}, kept: "3"},
		{name: "date and unsure", question: "since", form: url.Values{"year": {"2019"}, "answer": {"unsure"}}, kept: "2019"},
		{name: "too long", question: "own-words", form: url.Values{"answer": {strings.Repeat("я", 41)}}, kept: strings.Repeat("я", 41)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := s.browser(t)
			b.start().fill("answer=me").fill("answer=no-signs").fill("answer=50").fill("answer=often").fill("answer=few").fill("year=2020").at("/q/own-words")
			before, _ := s.response(t, b)
			b.get("/q/" + tt.question)
			if tt.form == nil {
				tt.form = url.Values{}
			}
			tt.form.Set("revision", b.value("revision"))
			b.post("/q/"+tt.question, tt.form).fails(http.StatusUnprocessableEntity).says("There is a problem")
			if tt.kept != "" && !strings.Contains(b.body, `value="`) && b.value("answer") != tt.kept {
				t.Errorf("what was typed is gone")
			}
			if tt.kept != "" {
				if got := []string{b.value("answer"), b.value("year"), b.value("month"), b.value("day")}; !slices.Contains(got, tt.kept) {
					t.Errorf("typed %q, came back %q", tt.kept, got)
				}
			}
			if strings.Contains(b.body, "<script>alert") {
				t.Error("what was typed became part of the page")
			}
			if !strings.HasPrefix(strings.TrimSpace(text(find(b.root, func(n *html.Node) bool { return n.Data == "title" }))), "Error: ") {
				t.Error("the title does not say that there is an error")
			}
			link := ""
			for _, href := range b.links() {
				if strings.HasPrefix(href, "#"+tt.question) {
					link = strings.TrimPrefix(href, "#")
				}
			}
			if link == "" || find(b.root, func(n *html.Node) bool { return attr(n, "id") == link }) == nil {
				t.Errorf("the summary leads to %q, which is not there", link)
			}
			if after, _ := s.response(t, b); !cmp.Equal(before, after) {
				t.Error("something was saved: ", cmp.Diff(before, after))
			}
		})
	}
}

func TestTamperedForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const form = "application/x-www-form-urlencoded"
	for _, tt := range []struct {
		name, kind, body string
		want             int
	}{
		{"bad escape", form, "answer=%zz", http.StatusBadRequest},
		{"semicolons", form, "answer=me;answer=x", http.StatusBadRequest},
		{"another kind", "application/json", `{"answer":"me"}`, http.StatusBadRequest},
		{"multipart", "multipart/form-data; boundary=x", "--x--", http.StatusBadRequest},
		{"no kind", "", "answer=me", http.StatusBadRequest},
		{"many fields", form, strings.Repeat("answer=me&", 300), http.StatusBadRequest},
		{"too large", form, "answer=" + strings.Repeat("x", bodyLimit), http.StatusRequestEntityTooLarge},
		{"not utf-8", form, "answer=%ff%fe", http.StatusUnprocessableEntity},
		{"zero byte", form, "answer=me%00", http.StatusUnprocessableEntity},
		{"other fields", form, "question=age&next=https://evil.example&answer=me&lang=xx", http.StatusOK},
		{"revision from nowhere", form, "answer=me&revision=99999999999999999999-zzz", http.StatusOK},
		{"revision below nothing", form, "answer=me&revision=-5", http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := s.browser(t)
			b.start().send("/q/who", tt.kind, tt.body)
			if tt.want == http.StatusOK {
				b.at("/q/signs")
				return
			}
			b.fails(tt.want)
			if _, answers := s.response(t, b); answers[0].State != questionnaire.NotReached {
				t.Error("an answer was saved")
			}
			b.get("/q/who").at("/q/who").fill("answer=me").at("/q/signs") // and the person goes on
		})
	}
	// A body that does not say how long it is.
	b := s.browser(t)
	b.start()
	r, err := http.NewRequest(http.MethodPost, s.web.URL+"/q/who", &endless{left: 10 << 20})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", form)
	b.do(r)
	b.fails(http.StatusRequestEntityTooLarge)
}

// endless is a body without a length.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, fmt.Errorf("read too far")
	}
	for i := range p {
		p[i] = 'a'
	}
	e.left -= len(p)
	return len(p), nil
}

func TestAnswerOffThePath(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("answer=me").at("/q/signs")
	before, _ := s.response(t, b)
	for _, path := range []string{"/q/nights", "/q/own-words", "/q/urge"} { // off the path, or ahead on it
		b.post(path, url.Values{"answer": {"often", "few"}, "revision": {b.value("revision")}}).at("/q/signs")
	}
	b.post("/q/nosuch", url.Values{"answer": {"x"}}).fails(http.StatusNotFound)
	if after, _ := s.response(t, b); !cmp.Equal(before, after) {
		t.Error("something was saved: ", cmp.Diff(before, after))
	}
	// A question that left the path in another window.
	b.get("/q/signs").fill("answer=no-signs").fill("answer=50").fill("answer=often").at("/q/nights")
	tab := b.tab()
	tab.get("/q/urge").fill("answer=never").at("/q/own-words")
	b.fill("answer=many").at("/q/own-words")
	if _, answers := s.response(t, b); answers[4].State != questionnaire.NotReached {
		t.Error("an answer off the path was saved")
	}
}

func TestForeignOrigin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start()
	before, _ := s.response(t, b)
	for _, rt := range s.table() {
		if rt.method != http.MethodPost {
			continue
		}
		path := strings.ReplaceAll(rt.pattern, "{question}", "who")
		for name, header := range map[string]http.Header{
			"another site":           {"Origin": {"https://evil.example"}},
			"another site, by fetch": {"Sec-Fetch-Site": {"cross-site"}},
			"a sister site":          {"Sec-Fetch-Site": {"same-site"}, "Origin": {s.web.URL}},
			"hidden":                 {"Origin": {"null"}},
		} {
			b.header = header
			b.post(path, url.Values{"answer": {"me"}}).fails(http.StatusForbidden)
			if t.Failed() {
				t.Fatalf("%s: %s", path, name)
			}
		}
	}
	b.header = http.Header{}
	if after, _ := s.response(t, b); !cmp.Equal(before, after) {
		t.Error("something was saved: ", cmp.Diff(before, after))
	}
	// Without an origin at all it is no browser's form; what a browser sends from elsewhere comes without the cookie.
	if c := b.cookie(); c == nil {
		t.Fatal("no cookie")
	}
	bare := s.browser(t)
	bare.header = http.Header{"Origin": nil}
	bare.post("/q/who", url.Values{"answer": {"me"}}).fails(http.StatusGone)
}

func TestCookies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("answer=me").at("/q/signs")
	good := b.cookie().Value
	elsewhere := newSite(t, func(o *Options) { o.Secret = "another secret, of another server" })
	foreign := elsewhere.browser(t)
	foreign.start()
	for name, value := range map[string]string{
		"forged": "forged", "empty": "", "cut": good[:len(good)/2], "longer": good + "A", "one sign": flip(good), "spaces": "a b",
		"of another server": foreign.cookie().Value, "huge": strings.Repeat("A", 3500),
	} {
		t.Run(name, func(t *testing.T) {
			b := s.browser(t)
			b.setCookie(value)
			for _, rt := range s.table() {
				path := strings.ReplaceAll(rt.pattern, "{question}", "who")
				if rt.method == http.MethodPost {
					continue
				}
				if b.get(path); b.status >= 500 {
					t.Fatalf("%s: %d", path, b.status)
				}
			}
			b.get("/q/who").fails(http.StatusGone)
			b.post("/q/who", url.Values{"answer": {"me"}}).fails(http.StatusGone)
			b.get("/").fill().at("/q/who") // beginning anew just works
		})
	}
	if log := s.log.String(); log != "" {
		t.Errorf("odd cookies were logged: %s", log)
	}
	// The cookie itself.
	set := elsewhere.browser(t)
	set.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := set.post("/start", nil).got.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"} {
		if !strings.Contains(c, want) {
			t.Errorf("cookie %q lacks %s", c, want)
		}
	}
	if strings.Contains(c, "Secure") {
		t.Errorf("without TLS the browser would drop it: %q", c)
	}
}

func flip(s string) string {
	b := []byte(s)
	b[len(b)/2] ^= 1
	return string(b)
}

func TestCookieLivesAsLongAsTheAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start()
	first := b.cookie().Value
	s.clock.jump(25 * time.Hour)
	b.fill("answer=me").at("/q/signs")
	if b.cookie().Value == first {
		t.Error("not written again with the answer")
	}
	r, _ := s.response(t, b)
	if left := r.Expires.Sub(s.Now()); left < 30*day-time.Minute || left > 30*day+time.Minute {
		t.Errorf("kept for %v after the last change", left)
	}
}

func TestBehindAProxy(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	b := s.browser(t)
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.client.Jar = nil
	b.header = http.Header{"X-Forwarded-Proto": {"https"}, "X-Request-Id": {"abc-123"}}
	b.post("/start", nil)
	c := b.got.Get("Set-Cookie")
	if !strings.HasPrefix(c, "__Host-ekbom=") || !strings.Contains(c, "Secure") || strings.Contains(c, "Domain") {
		t.Errorf("cookie behind TLS: %q", c)
	}
	if b.got.Get("Strict-Transport-Security") == "" || b.got.Get("X-Request-Id") != "abc-123" {
		t.Errorf("headers behind TLS: %v", b.got)
	}
	value, _, _ := strings.Cut(strings.TrimPrefix(c, "__Host-ekbom="), ";")
	b.header["Cookie"] = []string{"__Host-ekbom=" + value}
	if b.get("/q/who"); b.status != http.StatusOK {
		t.Errorf("the secure cookie is not read: %d", b.status)
	}
	b.header["Cookie"] = []string{"ekbom=" + value}
	if b.get("/q/who"); b.status != http.StatusGone {
		t.Errorf("a cookie under another name was taken: %d", b.status)
	}
	b.header = http.Header{"X-Forwarded-Proto": {"https"}, "X-Request-Id": {"<script>"}}
	if b.get("/"); b.got.Get("X-Request-Id") == "<script>" {
		t.Error("any request id is taken")
	}
	// From anybody else these headers count for nothing.
	direct := newSite(t).browser(t)
	direct.header = http.Header{"X-Forwarded-Proto": {"https"}, "X-Request-Id": {"abc-123"}}
	if direct.get("/"); direct.got.Get("Strict-Transport-Security") != "" || direct.got.Get("X-Request-Id") == "abc-123" {
		t.Errorf("a stranger's headers count: %v", direct.got)
	}
	base := newSite(t, func(o *Options) { o.BaseURL = &url.URL{Scheme: "https", Host: "legs.example.org"} }).browser(t)
	base.header = http.Header{"Origin": {"https://legs.example.org"}}
	base.client.CheckRedirect = b.client.CheckRedirect
	if base.post("/start", nil); base.status != http.StatusSeeOther || !strings.Contains(base.got.Get("Set-Cookie"), "Secure") {
		t.Errorf("with an https address: %d %v", base.status, base.got)
	}
}

func TestWrongCodes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.quick()
	code := b.session(t).Code.String()
	var pages []string
	for _, typed := range []string{"", "wrong", string(returncode.New()), code[:len(code)-1], strings.Repeat("A", 2000), "\x00"} {
		other := s.browser(t)
		other.header = http.Header{"Connection": {"close"}}
		other.get("/return").post("/return", url.Values{"code": {typed}}).fails(http.StatusUnprocessableEntity)
		if len(other.body) > 0 {
			pages = append(pages, strings.ReplaceAll(text(other.root), typed, ""))
		}
		if other.cookie() != nil {
			t.Errorf("%q opened a session", typed)
		}
	}
	for _, p := range pages[1:3] {
		if p != pages[1] {
			t.Error("a code that is wrong and one that is unknown get different answers")
		}
	}
}

func TestTriesAreLimited(t *testing.T) {
	t.Parallel()
	trust := func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }
	s := newSite(t, trust)
	from := func(ip, path string) *browser {
		b := s.browser(t)
		b.header = http.Header{"X-Forwarded-For": {ip}}
		return b.post(path, url.Values{"code": {returncode.New().String()}})
	}
	for i := range tries {
		// Addresses of one home network count together; both ways of trying count together.
		from(fmt.Sprintf("2001:db8:1:2::%d", i), []string{"/return", "/delete"}[i%2]).fails(http.StatusUnprocessableEntity)
	}
	b := from("2001:db8:1:2:ffff::1", "/return").fails(http.StatusTooManyRequests)
	if n, err := strconv.Atoi(b.got.Get("Retry-After")); err != nil || n < 1 {
		t.Errorf("Retry-After: %q", b.got.Get("Retry-After"))
	}
	from("2001:db8:1:3::1", "/return").fails(http.StatusUnprocessableEntity)
	from("192.0.2.1, 2001:db8:1:2::1", "/return").fails(http.StatusTooManyRequests) // what the client claims does not count
	from("192.0.2.1", "/return").fails(http.StatusUnprocessableEntity)
}

func TestDeletedInAnotherTab(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.quick()
	s.browser(t).get("/delete").fill("code=" + b.session(t).Code.String()).at("/deleted")
	for _, path := range []string{"/q/who", "/q/who/unusual", "/answers", "/result", "/result/print", "/keep", "/emergency", "/emergency/check"} {
		b.get(path).fails(http.StatusGone)
	}
	for _, path := range []string{"/q/who", "/q/age/unusual", "/answers", "/emergency/check"} {
		b.post(path, url.Values{"answer": {"me"}}).fails(http.StatusGone)
	}
	b.get("/").at("/")
	b.get("/delete").at("/delete")
	b.get("/privacy").at("/privacy")
	b.get("/").fill().at("/q/who")
	if log := s.log.String(); log != "" {
		t.Errorf("logged: %s", log)
	}
}

// A form left open while its answers were deleted and new ones begun must not put an old answer among the new.
func TestFormOfDeletedAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start()
	old := b.tab()
	b.get("/delete").fill().at("/deleted").get("/").fill().at("/q/who")
	old.fill("answer=someone-else").at("/q/who")
	if _, answers := s.response(t, b); answers[0].State != questionnaire.NotReached {
		t.Error("saved among the new answers")
	}
}

func TestTwoTabs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("answer=me").fill("answer=no-signs").fill("answer=50").at("/q/urge")
	one, two := b.tab(), b.tab()
	one.get("/q/age")
	two.get("/q/signs")
	// Different questions: both are kept.
	one.fill("answer=51").at("/q/urge")
	two.fill("answer=swollen").at("/q/urge")
	// The same question with the same answer: nothing to say.
	one.get("/q/age")
	two.get("/q/age")
	one.fill("answer=52").at("/q/urge")
	two.fill("answer=52").at("/q/urge")
	// The same question with another answer: the person chooses.
	one.get("/q/age")
	two.get("/q/age")
	one.fill("answer=53").at("/q/urge")
	two.fill("answer=54").fails(http.StatusConflict).says("53", "54")
	if _, answers := s.response(t, b); answers[2].Number != 53 {
		t.Errorf("overwritten without a question: %d", answers[2].Number)
	}
	if !two.linksTo("/q/urge") {
		t.Error("no way to keep what is saved")
	}
	two.fill().at("/q/urge") // use mine
	if _, answers := s.response(t, b); answers[2].Number != 54 || answers[1].Options != 1<<2 {
		t.Errorf("after choosing: %+v", answers)
	}
}

func TestManyTabsAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s := newSite(t, func(o *Options) { o.Store = st })
		b := s.browser(t)
		b.quick()
		b.get("/q/urge").fill("answer=often").fill("answer=few").fill("year=2020").at("/answers")
		var wg sync.WaitGroup
		for path, answer := range map[string]string{
			"/q/who": "someone-else", "/q/signs": "swollen", "/q/age": "61", "/q/urge": "sometimes", "/q/nights": "many", "/q/own-words": "Hello",
		} {
			tab := b.tab().get(path)
			for range 2 { // double click
				tab := tab.tab()
				wg.Go(func() { tab.fill("answer=" + answer) })
			}
		}
		wg.Wait()
		r, answers := s.response(t, b)
		got := map[string][]string{}
		for i, a := range answers {
			got[string(s.Definition.Questions[i].ID)] = s.Definition.Words(i, a)
		}
		want := map[string][]string{"who": {"someone-else"}, "signs": {"swollen"}, "age": {"61"}, "urge": {"sometimes"},
			"nights": {"many"}, "since": {"2020"}, "own-words": {"Hello"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if r.Revision != 15 { // one at the start, 8 answers on the way, 6 changes: no save was done twice
			t.Errorf("revision %d", r.Revision)
		}
	})
}

func TestClockJump(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("answer=me").at("/q/signs")
	created, _ := s.response(t, b)
	s.clock.jump(-20 * 365 * day)
	b.fill("answer=no-signs").at("/q/age")
	back, _ := s.response(t, b)
	if back.Expires.Before(created.Expires) || back.Updated.Before(created.Updated) {
		t.Errorf("a clock set back brought the end nearer: %v", back.Expires)
	}
	s.clock.jump(40 * 365 * day)
	b.fill("answer=50").at("/q/urge")
	s.clock.jump(-20 * 365 * day)
	b.fill("answer=never").at("/q/own-words").fill().at("/answers").fill().at("/result")
	r, answers := s.response(t, b)
	for i, want := range []int{2, 3, 4, 5} {
		if answers[i].Rev != want {
			t.Errorf("answer %d has revision %d, want %d", i, answers[i].Rev, want)
		}
	}
	if r.Completed.Before(r.Created) {
		t.Errorf("completed %v, begun %v", r.Completed, r.Created)
	}
	// The purge does not believe a clock that jumps.
	s.clock.jump(0)
	watch := clockWatch{wall: s.Now(), steady: time.Now()}
	steady := watch.steady
	s.clock.jump(50 * 365 * day)
	s.purgeOnce(t.Context(), &watch, steady.Add(time.Hour))
	b.get("/result").at("/result")
	if !strings.Contains(s.log.String(), "clock jumped") {
		t.Error("the jump was not reported")
	}
	s.purgeOnce(t.Context(), &watch, steady.Add(2*time.Hour))
	b.get("/result").at("/result")
	s.clock.jump(-50 * 365 * day)
	s.purgeOnce(t.Context(), &watch, steady.Add(3*time.Hour))
	s.purgeOnce(t.Context(), &watch, steady.Add(30*time.Hour))
	b.get("/result").at("/result")
}

func TestPurge(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old, fresh := s.browser(t), s.browser(t)
	old.quick()
	s.clock.jump(20 * day)
	fresh.quick()
	s.clock.jump(11 * day) // 31 days after old, 11 after fresh
	watch := clockWatch{wall: s.Now(), steady: time.Now()}
	s.purgeOnce(t.Context(), &watch, time.Now())
	old.get("/answers").fails(http.StatusGone)
	fresh.get("/answers").at("/answers")
	if !strings.Contains(s.log.String(), "count=1") {
		t.Errorf("log: %s", s.log)
	}
	fresh.get("/metrics")
	if !strings.Contains(fresh.body, `ekbom_responses_total{event="purged"} 1`) {
		t.Error("the purge is not counted")
	}
}

func TestStoreGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("answer=me").fill("answer=no-signs").at("/q/age")
	s.Store.Close()
	b.fill("answer=47").fails(http.StatusServiceUnavailable).says("not saved")
	if b.value("answer") != "47" || b.got.Get("Retry-After") == "" {
		t.Errorf("typed 47, kept %q, Retry-After %q", b.value("answer"), b.got.Get("Retry-After"))
	}
	b.get("/q/age").at("/q/age") // for a moment it is remembered
	s.clock.jump(2 * freshFor)
	b.get("/q/age").fails(http.StatusServiceUnavailable)
	if b.got.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	b.post("/answers", nil).fails(http.StatusServiceUnavailable)
	b.post("/return", url.Values{"code": {string(returncode.New())}}).fails(http.StatusServiceUnavailable)
	b.get("/").at("/").get("/privacy").at("/privacy") // what needs no store goes on
	if b.get("/healthz"); b.status != http.StatusOK {
		t.Errorf("alive: %d", b.status)
	}
	if b.get("/readyz"); b.status != http.StatusServiceUnavailable {
		t.Errorf("ready: %d", b.status)
	}
	for _, secret := range []string{"=47\n", "=47 ", "[47]", `"47"`, b.cookie().Value, "answer="} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, s.log)
		}
	}
	if !strings.Contains(s.log.String(), "request=") || !strings.Contains(s.log.String(), "route=/q/{question}") {
		t.Errorf("log: %s", s.log)
	}
}

func TestDatabaseStopsAndComesBack(t *testing.T) {
	t.Parallel()
	pg := storetest.NewServer(t)
	st, err := store.Open(t.Context(), pg.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(st.Close)
	s := newSite(t, func(o *Options) { o.Store = st })
	b := s.browser(t)
	b.start().fill("answer=me").fill("answer=no-signs").at("/q/age")
	pg.Stop(t)
	b.fill("answer=47").fails(http.StatusServiceUnavailable).says("not saved")
	if b.value("answer") != "47" {
		t.Errorf("kept %q", b.value("answer"))
	}
	again := b.tab()
	s.clock.jump(2 * freshFor)
	b.get("/q/age").fails(http.StatusServiceUnavailable)
	pg.Start(t)
	again.fill().at("/q/urge") // pressing Continue again is all
	if _, answers := s.response(t, b); answers[2].Number != 47 {
		t.Errorf("saved %+v", answers[2])
	}
}

func TestOlderEdition(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	first := newSite(t, func(o *Options) { o.Store = st })
	b := first.browser(t)
	b.start().fill("answer=me").fill("answer=no-signs").at("/q/age")
	pinned := b.session(t).Hash

	next := newSite(t, func(o *Options) {
		o.Store, o.Definition = st, edited(t, "text/en.yaml", "How old are you?", "How many years old are you?")
	})
	jar, _ := cookiejar.New(nil)
	u, _ := url.Parse(next.web.URL)
	jar.SetCookies(u, []*http.Cookie{b.cookie()})
	b.site, b.client.Jar = next, jar
	// It finishes as it began.
	b.get("/q/age").at("/q/age").says("How old are you?").fill("answer=50").fill("answer=never").fill().at("/answers").fill().at("/result")
	r, err := st.Response(t.Context(), b.session(t).Response)
	if err != nil {
		t.Fatal(err)
	}
	if r.Ref.Hash != pinned || pinned == next.Definition.Hash || r.Status != questionnaire.Completed {
		t.Errorf("pinned to %s, now %s, served %s", pinned, r.Ref.Hash, next.Definition.Hash)
	}
	// Newcomers get the new one.
	newcomer := next.browser(t)
	newcomer.start().fill("answer=me").fill("answer=no-signs").at("/q/age").says("How many years old are you?")
}

func TestEditionsAreBounded(t *testing.T) {
	t.Parallel()
	es := newEditions(&edition{Definition: definition(t)})
	for i := range 3 * keepEditions {
		es.keep(strconv.Itoa(i), &edition{})
		es.keep(strconv.Itoa(i), &edition{})
	}
	if len(es.older) != keepEditions || len(es.order) != keepEditions || es.open(strconv.Itoa(3*keepEditions-1)) == nil {
		t.Errorf("%d editions kept, %d in order", len(es.older), len(es.order))
	}
}

// On a device that others use, nobody goes on with a response whose code somebody else may have noted.
func TestStartLaterIsAnotherResponse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	first := b.start().session(t).Code
	if again := b.start().session(t).Code; again != first {
		t.Error("pressed twice, it begins twice")
	}
	s.clock.jump(time.Minute)
	if later := b.start().session(t).Code; later == first {
		t.Error("a minute later it goes on under a code that is known already")
	}
}

// Wrong codes from an address keep nobody there from deleting the answers of their own browser.
func TestOwnAnswersAreDeletedDespiteTheLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.start().fill("answer=me")
	for range 2 * tries {
		s.browser(t).post("/return", url.Values{"code": {"XXXXX-XXXXX-XXXX"}})
	}
	s.browser(t).post("/return", url.Values{"code": {"XXXXX-XXXXX-XXXX"}}).fails(http.StatusTooManyRequests)
	b.post("/delete", url.Values{"code": {"XXXXX-XXXXX-XXXX"}}).fails(http.StatusTooManyRequests)
	b.get("/delete").fill().at("/deleted")
}

// An address that not every database takes is that of no page, for whoever asks.
func TestAddressesOfNoText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{pathSubmission + "%00", pathPerson + "%ff", "/c/%00", "/q/%fe"} {
		if b := s.browser(t).get(path); b.status != http.StatusNotFound || b.path != path {
			t.Errorf("%s: %d at %s", path, b.status, b.path)
		}
	}
}

// stalled is a form of which the rest never comes.
type stalled struct{ end func() }

func (b stalled) Read([]byte) (int, error) {
	b.end() // as net/http does
	return 0, os.ErrDeadlineExceeded
}

func TestSlowFormIsAnswered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{pathReturn, pathSignIn} {
		ctx, end := context.WithCancel(t.Context())
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, stalled{end})
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || w.Body.Len() == 0 {
			t.Errorf("%s: %d, %d bytes", path, w.Code, w.Body.Len())
		}
	}
}
