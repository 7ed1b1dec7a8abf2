package server

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ekbom/internal/questionnaire"
	"ekbom/internal/store/storetest"

	"golang.org/x/net/html"
)

const testSecret = "a secret of these tests, long enough"

// site is a server under test, at a real address.
type site struct {
	*Server
	web   *httptest.Server
	log   *logBuffer
	clock *clock
}

// clock is a clock that tests set.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) jump(d time.Duration) { c.ahead.Add(int64(d)) }

// logBuffer gathers log lines of many goroutines.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var legs = sync.OnceValues(func() (*questionnaire.Definition, []questionnaire.Fault) {
	return questionnaire.Load(os.DirFS("testdata/legs"))
})

func definition(t testing.TB) *questionnaire.Definition {
	t.Helper()
	d, faults := legs()
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return d
}

// newSite serves the test questionnaire on a fresh SQLite store. change may alter the options.
func newSite(t testing.TB, change ...func(*Options)) *site {
	t.Helper()
	s := &site{log: &logBuffer{}, clock: &clock{}}
	o := Options{
		Definition: definition(t), Secret: testSecret, Keep: 30 * day, EmergencyNumbers: []string{"112"},
		Log: slog.New(slog.NewTextHandler(s.log, nil)), Now: s.clock.now,
	}
	for _, c := range change {
		c(&o)
	}
	if o.Store == nil {
		o.Store = storetest.Open(t)
	}
	var err error
	if s.Server, err = New(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	s.web = httptest.NewServer(s.Server)
	t.Cleanup(s.web.Close)
	return s
}

// response gives the one saved response of a browser.
func (s *site) response(t testing.TB, b *browser) (questionnaire.Response, questionnaire.Answers) {
	t.Helper()
	sess := b.session(t)
	r, err := s.Store.Response(t.Context(), sess.Response)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := s.Definition.DecodeAnswers(r.Answers)
	if err != nil {
		t.Fatal(err)
	}
	return r, answers
}

// browser follows links and forms as a person does.
type browser struct {
	t      testing.TB
	site   *site
	client *http.Client
	header http.Header // sent with every request
	sheet              // where it is
}

// sheet is an answer of the server.
type sheet struct {
	path   string // with query
	status int
	got    http.Header
	body   string
	root   *html.Node
	hops   []int // statuses of the redirects on the way
}

func (s *site) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, site: s, header: http.Header{}}
	b.client = &http.Client{Jar: jar, CheckRedirect: b.follow}
	return b
}

// follow counts the redirects on the way.
func (b *browser) follow(r *http.Request, via []*http.Request) error {
	b.hops = append(b.hops, r.Response.StatusCode)
	if len(via) > 5 {
		b.t.Errorf("redirects without end: %s", r.URL.Path)
		return http.ErrUseLastResponse
	}
	return nil
}

// tab is another window of the same browser.
func (b *browser) tab() *browser {
	c := *b
	c.client = &http.Client{Jar: b.client.Jar, CheckRedirect: c.follow}
	return &c
}

func (b *browser) do(r *http.Request) {
	b.t.Helper()
	for name, values := range b.header {
		r.Header[name] = values
	}
	b.sheet = sheet{}
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	b.sheet = sheet{
		path: res.Request.URL.RequestURI(), status: res.StatusCode, got: res.Header, body: string(body), root: root, hops: b.hops,
	}
}

func (b *browser) get(path string) *browser {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, b.site.web.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(r)
	return b
}

func (b *browser) post(path string, form url.Values) *browser {
	b.t.Helper()
	return b.send(path, "application/x-www-form-urlencoded", form.Encode())
}

func (b *browser) send(path, kind, body string) *browser {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, b.site.web.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", b.site.web.URL)
	b.do(r)
	return b
}

// fill submits the form of the page with all that it holds already; entries replace fields of the same name. It fails
// when an entry names an option that the page does not offer.
func (b *browser) fill(entries ...string) *browser {
	b.t.Helper()
	form := find(b.root, func(n *html.Node) bool { return n.Data == "form" && attr(n, "method") == "post" })
	if form == nil {
		b.t.Fatalf("%s has no form:\n%s", b.path, b.body)
	}
	return b.submit(form, entries)
}

// fillAt is fill for the form that goes to an address.
func (b *browser) fillAt(action string, entries ...string) *browser {
	b.t.Helper()
	form := find(b.root, func(n *html.Node) bool {
		return n.Data == "form" && attr(n, "method") == "post" && attr(n, "action") == action
	})
	if form == nil {
		b.t.Fatalf("%s has no form to %s:\n%s", b.path, action, b.body)
	}
	return b.submit(form, entries)
}

func (b *browser) submit(form *html.Node, entries []string) *browser {
	b.t.Helper()
	values, offered := url.Values{}, map[string]bool{}
	each(form, func(n *html.Node) {
		name, value := attr(n, "name"), attr(n, "value")
		switch {
		case n.Data == "textarea":
			offered[name] = true
			values.Set(name, text(n))
		case n.Data == "button" && name != "":
			offered[name+"="+value] = true
		case n.Data == "select":
			each(n, func(o *html.Node) {
				if o.Data == "option" {
					offered[name+"="+attr(o, "value")] = true
					if has(o, "selected") || !values.Has(name) {
						values.Set(name, attr(o, "value"))
					}
				}
			})
		case n.Data != "input" || name == "":
		case attr(n, "type") == "radio" || attr(n, "type") == "checkbox":
			offered[name+"="+value] = true
			if has(n, "checked") {
				values.Add(name, value)
			}
		default:
			offered[name] = true
			values.Add(name, value)
		}
	})
	fresh := map[string]bool{}
	for _, e := range entries {
		name, value, _ := strings.Cut(e, "=")
		if !offered[name] && !offered[e] {
			b.t.Fatalf("%s does not offer %q:\n%s", b.path, e, b.body)
		}
		if !fresh[name] {
			values.Del(name)
			fresh[name] = true
		}
		values.Add(name, value)
	}
	return b.post(attr(form, "action"), values)
}

// start begins a new response.
func (b *browser) start() *browser {
	b.t.Helper()
	b.get("/").fill().at("/q/who")
	return b
}

// at fails unless the browser is at path with a good page.
func (b *browser) at(path string) *browser {
	b.t.Helper()
	if b.path != path || b.status != http.StatusOK {
		b.t.Fatalf("at %s with status %d, want %s\n%s", b.path, b.status, path, b.body)
	}
	return b
}

// fails fails unless the page has the status of an error.
func (b *browser) fails(status int) *browser {
	b.t.Helper()
	if b.status != status {
		b.t.Fatalf("at %s with status %d, want %d\n%s", b.path, b.status, status, b.body)
	}
	if find(b.root, func(n *html.Node) bool { return n.Data == "h1" && strings.TrimSpace(text(n)) != "" }) == nil {
		b.t.Fatalf("a page without words:\n%s", b.body)
	}
	return b
}

// says fails unless the page's text holds all words.
func (b *browser) says(words ...string) *browser {
	b.t.Helper()
	all := strings.Join(strings.Fields(text(b.root)), " ")
	for _, w := range words {
		if !strings.Contains(all, w) {
			b.t.Fatalf("%s does not say %q:\n%s", b.path, w, all)
		}
	}
	return b
}

// silent fails if the page's text holds one of the words.
func (b *browser) silent(words ...string) *browser {
	b.t.Helper()
	all := text(b.root)
	for _, w := range words {
		if strings.Contains(all, w) {
			b.t.Fatalf("%s says %q", b.path, w)
		}
	}
	return b
}

// chosen lists the options that are ticked.
func (b *browser) chosen() (values []string) {
	each(b.root, func(n *html.Node) {
		if n.Data == "input" && has(n, "checked") {
			values = append(values, attr(n, "value"))
		}
	})
	return values
}

// value gives what a field holds.
func (b *browser) value(name string) (value string) {
	each(b.root, func(n *html.Node) {
		if attr(n, "name") == name {
			if value = attr(n, "value"); n.Data == "textarea" {
				value = text(n)
			}
		}
	})
	return value
}

func (b *browser) links() (hrefs []string) {
	each(b.root, func(n *html.Node) {
		if n.Data == "a" {
			hrefs = append(hrefs, attr(n, "href"))
		}
	})
	return hrefs
}

func (b *browser) linksTo(path string) bool { return slices.Contains(b.links(), path) }

// back gives the address of the back link.
func (b *browser) back() string {
	n := find(b.root, func(n *html.Node) bool { return n.Data == "a" && attr(n, "class") == "back" })
	if n == nil {
		return ""
	}
	return attr(n, "href")
}

func (b *browser) cookie() *http.Cookie {
	u, err := url.Parse(b.site.web.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == cookiePlain || c.Name == cookieAuthor {
			return c
		}
	}
	return nil
}

func (b *browser) setCookie(value string) {
	u, err := url.Parse(b.site.web.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: cookiePlain, Value: value, Path: "/"}})
}

// session reads the browser's session as the server would.
func (b *browser) session(t testing.TB) session {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(b.cookie())
	r = r.WithContext(context.WithValue(r.Context(), visitKey{}, &visit{}))
	s := b.site.session(r)
	if s.none() {
		t.Fatal("no session")
	}
	return s
}

func find(n *html.Node, match func(*html.Node) bool) (found *html.Node) {
	each(n, func(n *html.Node) {
		if found == nil && match(n) {
			found = n
		}
	})
	return found
}

func each(n *html.Node, visit func(*html.Node)) {
	if n == nil {
		return
	}
	if n.Type == html.ElementNode {
		visit(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, visit)
	}
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return b.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// edited is the test questionnaire after an edit.
func edited(t testing.TB, file, from, to string) *questionnaire.Definition {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/legs")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, file)
	old, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	fresh := bytes.Replace(old, []byte(from), []byte(to), 1)
	if bytes.Equal(old, fresh) {
		t.Fatalf("%s does not hold %q", file, from)
	}
	if err := os.WriteFile(name, fresh, 0o600); err != nil {
		t.Fatal(err)
	}
	d, faults := questionnaire.Load(os.DirFS(dir))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return d
}
