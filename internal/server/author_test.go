package server

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/author"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store/storetest"
	"ekbom/questionnaires"

	"golang.org/x/net/html"
)

// workshop is a site for an author, with the folder that it watches.
type workshop struct {
	*site
	dir    string
	author *Author
}

// casesOnly proves what cases tell.
func casesOnly(_ context.Context, d *questionnaire.Definition) (r author.Report) {
	for i := range d.Cases {
		for _, differs := range assess.CheckCase(d, &d.Cases[i]) {
			r.Findings = append(r.Findings, author.Finding{
				Fault:   questionnaire.Fault{Place: d.Cases[i].Place, Code: "case-differs", What: differs, Mend: "mend the rules"},
				Answers: d.Cases[i].Answers,
			})
		}
	}
	return r
}

// newWorkshop serves a copy of a questionnaire to its author.
func newWorkshop(t testing.TB, from string) *workshop {
	t.Helper()
	w := &workshop{site: &site{log: &logBuffer{}, clock: &clock{}}, dir: t.TempDir()}
	if err := os.CopyFS(w.dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	var err error
	w.author, err = NewAuthor(Options{
		Store: storetest.Open(t), Secret: testSecret, Keep: 30 * day, EmergencyNumbers: []string{"112"},
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Now: w.clock.now,
	}, author.Open(os.DirFS(w.dir), casesOnly), "my-folder", func(author.State) {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	watched := make(chan struct{})
	go func() { defer close(watched); w.author.Watch(ctx) }()
	t.Cleanup(func() { stop(); <-watched })
	w.until(t, func(s author.State) bool { return s.Edition != nil && !s.Proving })
	w.Server = w.author.serving.Load()
	w.web = httptest.NewServer(w.author)
	t.Cleanup(w.web.Close)
	return w
}

// until waits for a state of the folder.
func (w *workshop) until(t testing.TB, is func(author.State) bool) {
	t.Helper()
	for range 2000 {
		if is(w.author.folder.State()) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never so: %+v", w.author.folder.State())
}

// save edits files, each from and to, and waits until they were read.
func (w *workshop) save(t testing.TB, files map[string][]string) {
	t.Helper()
	before := w.author.folder.State().Reading
	for file, change := range files {
		name := filepath.Join(w.dir, file)
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(change); i += 2 {
			if !strings.Contains(string(content), change[i]) {
				t.Fatalf("%s does not hold %q", file, change[i])
			}
		}
		if err := os.WriteFile(name, []byte(strings.NewReplacer(change...).Replace(string(content))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.until(t, func(s author.State) bool { return s.Reading > before && !s.Proving })
}

// panel gives the words of the panel beside a page.
func (b *browser) panel() string {
	b.t.Helper()
	panel := find(b.root, func(n *html.Node) bool { return n.Data == "aside" && attr(n, "id") == "author" })
	if panel == nil {
		b.t.Fatalf("%s has no panel:\n%s", b.path, b.body)
	}
	if attr(panel, "lang") != "en" {
		b.t.Error("the panel does not say that it is English")
	}
	return spaced(panel)
}

func (b *browser) panelSays(words ...string) *browser {
	b.t.Helper()
	all := b.panel()
	for _, w := range words {
		if !strings.Contains(all, w) {
			b.t.Fatalf("the panel of %s does not say %q:\n%s", b.path, w, all)
		}
	}
	return b
}

func TestAuthorsLoop(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	b := w.browser(t)
	b.get("/").at("/").panelSays("sound, proven", "legs 1.0.0", "my-folder", "Only for authors")
	b.fill().at("/q/who").fill("answer=me").fill("answer=no-signs").fill("answer=50").fill("answer=often").at("/q/nights")
	b.panelSays("nights , choice, definition.yaml:32", "Asked when {urge: [sometimes, often]}", "because: urge: often",
		"its answers count as no.", "cause restless, rule told-often , rules.yaml:42", "restless weak by rule told-urge rules.yaml:43",
		"Urgency routine by what is true")
	old := b.path

	// A fault: the page stays as it is, and beside it stands what to mend.
	w.save(t, map[string][]string{"rules.yaml": {"{nights: many}", "{nights: most}"}})
	b.get(old).at(old).panelSays("fault", "stays served: legs 1.0.0", "rules.yaml:6 unknown-option", "To mend: name an option")
	b.get("/dev/").at("/dev/").says("rules.yaml:6", "unknown-option", "To mend:")

	// Mended, with a new question and another range: this draft goes on as it began.
	w.save(t, map[string][]string{
		"rules.yaml":      {"{nights: most}", "{nights: many}"},
		"definition.yaml": {"version: 1.0.0", "version: 1.1.0", "[never, sometimes, often]", "[never, sometimes, often, always]", "to: 100", "to: 45", "to: 120", "to: 45"},
		"text/en.yaml":    {"Sometimes, often: Often}", "Sometimes, often: Often, always: At all times}"},
	})
	state := w.author.folder.State()
	if len(state.Faults) > 0 {
		t.Fatal(state.Faults)
	}
	b.get(old).at(old).panelSays("sound, proven", "This draft is on an older edition", "begun on legs 1.0.0", "legs 1.1.0", "does not take these answers: age: 50", "Go on with the new edition")
	b.fill("answer=many").at("/q/since") // on the edition that asked
	w.browser(t).get("/dev/at/urge").at("/q/urge").says("At all times").panelSays("urge , choice", "Always asked")

	// Gone over, it is asked what is no longer an answer, and no more.
	b.get("/q/since").fillAt("/dev/carry").at("/q/age")
	if strings.Contains(b.panel(), "older edition") {
		t.Error("still on the older edition")
	}
	b.fill("answer=44").at("/q/since").fill("year=2019").at("/q/own-words").fill().at("/answers").says("Often", "44").fill().at("/result")
	b.panelSays("Concluded", "restless strong by rule told-often rules.yaml:42", "urge: often", "Whom to see", "neurologist by restless", "warm-bath comfort")
	w.browser(t).get("/dev/").says("Drafts", "5 answers, at /q/since, on legs 1.0.0", "7 answers, at /result, on legs 1.1.0")
	if log := w.log.String(); log != "" {
		t.Errorf("log: %s", log)
	}
}

// A panel that waits tells when something has changed.
func TestAuthorState(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	b := w.browser(t)
	b.get("/q/nosuch")
	before := b.get("/dev/state").body
	if before != b.get("/dev/state").body {
		t.Error("changed without a change")
	}
	w.save(t, map[string][]string{"definition.yaml": {"version: 1.0.0", "version: 1.0.1"}})
	if b.get("/dev/state"); b.body == before || b.got.Get("Cache-Control") != "no-store" {
		t.Errorf("%s after %s, %v", b.body, before, b.got)
	}
}

// The link of every shipped case opens its very answers, where they lead.
func TestOpenLinks(t *testing.T) {
	t.Parallel()
	for _, name := range questionnaires.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t, "../../questionnaires/"+name)
			d := w.author.folder.State().Edition
			opened := 0
			b := w.browser(t)
			b.get("/dev/").at("/dev/")
			page := b.root
			each(page, func(n *html.Node) {
				to := attr(n, "href")
				if n.Data != "a" || !strings.HasPrefix(to, pathOpen) {
					return
				}
				id := questionnaire.ID(strings.TrimSpace(text(n)))
				i := slices.IndexFunc(d.Cases, func(c questionnaire.Case) bool { return c.ID == id })
				if i < 0 {
					t.Fatalf("no case %q", id)
				}
				if opened++; testing.Short() && opened%10 > 0 {
					return
				}
				b.get(to)
				want := "/result"
				o := assess.Evaluate(d, d.Cases[i].Answers)
				if slices.ContainsFunc(o.RedFlags, func(f assess.RedFlag) bool { return f.Urgency == questionnaire.Emergency }) {
					want = "/emergency"
				}
				b.at(want).panelSays("Concluded Urgency", o.Urgency.String())
				r, answers := w.response(t, b)
				if got := d.Query(answers); got != d.Query(d.Cases[i].Answers) || want == "/result" && len(r.Outcome) == 0 {
					t.Errorf("%s: %s", id, got)
				}
			})
			if opened != len(d.Cases) || opened == 0 {
				t.Errorf("%d links for %d cases", opened, len(d.Cases))
			}
			for i := range d.Questions {
				if at := questionPath(d.Questions[i].ID); b.get(pathAt+string(d.Questions[i].ID)).path != at {
					t.Errorf("at %s, want %s", b.path, at)
				}
			}
			if strings.Contains(w.log.String(), "answer") || strings.Contains(w.log.String(), "open?") {
				t.Errorf("log: %s", w.log.String())
			}
		})
	}
}

func TestOpenLinkGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	b := w.browser(t)
	for _, tt := range []struct{ query, at string }{
		{"", "/q/who"},
		{"who=me&signs=no-signs&age=44", "/q/urge"},
		{"who=me&age=44", "/q/signs"}, // what is asked before
		{"who=me&signs=cold-leg", "/emergency/check"},
		{"who=me&signs=no-signs&age=44&urge=never&own-words=", "/result"},
		{"who=me&signs=breathless,swollen&age=44&urge=never&own-words=a+b", "/emergency"},
	} {
		b.get(pathOpen + "?" + tt.query).at(tt.at)
	}
	// An answer that does not fit is told, kept out of the log, and the rest can be opened.
	b.get(pathOpen+"?who=me&signs=cold-log&age=secret").fails(http.StatusUnprocessableEntity).says(`"cold-log" is no answer to "signs" (did you mean "cold-leg"?)`, `"secret" is no whole number, as "age" asks for`)
	rest := find(b.root, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), pathOpen) })
	b.get(attr(rest, "href")).at("/q/signs")
	b.get(pathOpen + "?who=%zz").fails(http.StatusUnprocessableEntity).says("cannot be read")
	b.get("/dev/at/nosuch").fails(http.StatusNotFound)
	b.get("/dev/draft/nosuch").fails(http.StatusNotFound)
	if strings.Contains(w.log.String(), "cold") || strings.Contains(w.log.String(), "secret") {
		t.Errorf("log: %s", w.log.String())
	}
	// A closed database is an error of ours; its line in the log names neither answers nor address.
	w.author.options.Store.Close()
	b.get(pathOpen + "?who=me&signs=cold-leg").fails(http.StatusServiceUnavailable)
	if log := w.log.String(); !strings.Contains(log, "route=/dev/open") || strings.Contains(log, "cold") || strings.Contains(log, "who=") {
		t.Errorf("log: %s", log)
	}
}

// Drafts of one browser can be looked at in another: that is what this server is for, and why it must not be a patient's.
func TestAuthorsDrafts(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	w.browser(t).get(pathOpen + "?who=someone-else&signs=no-signs").at("/q/age")
	b := w.browser(t)
	b.get("/dev/").says("2 answers, at /q/age")
	link := find(b.root, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), pathDraft) })
	b.get(attr(link, "href")).at("/q/age").says("How old are they?")
	b.get("/delete").fill().at("/deleted")
	b.get("/dev/").says("None yet")
	for range mostDrafts + 5 {
		b.get(pathOpen)
		w.clock.jump(time.Second)
	}
	n := 0
	b.get("/dev/")
	each(b.root, func(x *html.Node) {
		if strings.HasPrefix(attr(x, "href"), pathDraft) {
			n++
		}
	})
	if n != mostDrafts {
		t.Errorf("%d drafts", n)
	}
}

// What other sites make with links does not pile up: the oldest drafts are deleted, and all of them when the author says so.
func TestAuthorsDraftsAreDeleted(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	first := w.browser(t).get(pathOpen + "?who=me").at("/q/signs")
	w.clock.jump(time.Second)
	second := w.browser(t).get(pathOpen + "?who=me").at("/q/signs")
	b := w.browser(t)
	for range mostDrafts - 1 {
		w.clock.jump(time.Second)
		b.get(pathOpen)
	}
	kept := func(b *browser) bool {
		_, err := w.Store.Response(t.Context(), b.session(t).Response)
		return err == nil
	}
	if kept(first) || !kept(second) || !kept(b) {
		t.Errorf("kept: %t, %t, %t", kept(first), kept(second), kept(b))
	}
	b.get("/dev/").fillAt("/dev/clear").says("None yet")
	if kept(second) || kept(b) {
		t.Error("still there")
	}
	b.get("/q/age").fails(http.StatusGone)
}

// The list of drafts loads no edition again.
func TestAuthorsDraftsOnManyEditions(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	w.browser(t).get(pathOpen + "?who=me")
	w.save(t, map[string][]string{"definition.yaml": {"version: 1.0.0", "version: 1.0.1"}})
	w.browser(t).get("/dev/").says("1 answer, at /q/signs, on legs 1.0.0")
	if n := len(w.author.serving.Load().editions.order); n > 0 {
		t.Errorf("%d editions were loaded", n)
	}
}

// Whoever owns a name can make it lead to this machine; under such a name nothing is answered.
func TestAuthorsNames(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	waiting := newAuthor(t, os.DirFS(t.TempDir()))
	for _, tt := range []struct {
		host string
		ours bool
	}{
		{"127.0.0.1", true}, {"127.0.0.1:8080", true}, {"127.9.9.9:1", true}, {"localhost", true}, {"LocalHost:8080", true}, {"[::1]", true}, {"[::1]:8080", true},
		{"evil.example", false}, {"evil.example:8080", false}, {"localhost.evil.example", false}, {"127.0.0.1.evil.example:8080", false},
		{"192.0.2.1:8080", false}, {"0.0.0.0:8080", false}, {"", false}, {"127.0.0.1@evil.example", false},
	} {
		for _, a := range []*Author{w.author, waiting} {
			for _, path := range []string{"/", "/dev/", "/dev/state", "/dev/open", "/static/x"} {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Host = tt.host
				got := httptest.NewRecorder()
				a.ServeHTTP(got, r)
				if refused := got.Code == http.StatusMisdirectedRequest; refused == tt.ours {
					t.Errorf("%q %s: %d", tt.host, path, got.Code)
				}
				if !tt.ours && !strings.Contains(got.Body.String(), "on this machine alone") {
					t.Errorf("%q: %s", tt.host, got.Body)
				}
			}
		}
	}
}

func TestAuthorsLinksFromOtherSites(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	b := w.browser(t)
	for _, site := range []string{"cross-site", "same-site", "nonsense"} {
		b.header.Set("Sec-Fetch-Site", site)
		for _, path := range []string{"/dev/", "/dev/open?who=me", "/dev/at/age", "/dev/draft/x", "/dev/state"} {
			b.get(path).fails(http.StatusForbidden).says("type or paste the address")
		}
	}
	if b.cookie() != nil || len(w.author.lately()) > 0 {
		t.Error("a draft was made")
	}
	for _, site := range []string{"none", "same-origin"} {
		b.header.Set("Sec-Fetch-Site", site)
		b.get("/dev/open?who=me").at("/q/signs")
	}
}

// Its cookie is none of a real server's: cookies know no ports.
func TestAuthorsCookie(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	b := w.browser(t)
	b.get(pathOpen)
	if c := b.cookie(); c == nil || c.Name == cookiePlain {
		t.Errorf("cookie %v", c)
	}
}

func TestAuthorsReloadStaysHere(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	b := w.browser(t)
	for _, path := range []string{"/q/..%2F%5Cevil.example", "/q/%2e%2e%2f%2fevil.example", "/q/x%5C..%5C..%5Cevil.example", "/q/a%20b"} {
		if b.get(path); !b.linksTo(path) {
			t.Errorf("%s: %v", path, b.links())
		}
	}
}

// newAuthor serves some files, whatever they are.
func newAuthor(t testing.TB, files fs.FS) *Author {
	t.Helper()
	a, err := NewAuthor(Options{
		Store: storetest.Open(t), Secret: testSecret, Keep: 30 * day, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}, author.Open(files, casesOnly), "my-folder", func(author.State) {})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A folder that is faulty from the start: its faults are shown by a page that renews itself.
func TestAuthorWaits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/legs")); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(dir, "rules.yaml")
	good, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, []byte(strings.ReplaceAll(string(good), "{nights: many}", "{nights: most}")), 0o600); err != nil {
		t.Fatal(err)
	}
	w := &workshop{site: &site{}, dir: dir, author: newAuthor(t, os.DirFS(dir))}
	w.web = httptest.NewServer(w.author)
	t.Cleanup(w.web.Close)
	b := w.browser(t)
	b.get("/dev/").fails(http.StatusServiceUnavailable).says("Nothing is served yet", "is being read")
	ctx, stop := context.WithCancel(t.Context())
	watched := make(chan struct{})
	go func() { defer close(watched); w.author.Watch(ctx) }()
	t.Cleanup(func() { stop(); <-watched })
	w.until(t, func(s author.State) bool { return len(s.Faults) > 0 })
	for _, path := range []string{"/", "/q/age", "/dev/"} {
		b.get(path).fails(http.StatusServiceUnavailable).says("rules.yaml:6", "unknown-option", "To mend:", "my-folder")
		if !strings.Contains(b.got.Get("Content-Security-Policy"), "connect-src 'self'") || b.got.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", b.got)
		}
	}
	for _, element := range []string{"link", "script"} {
		n := find(b.root, func(n *html.Node) bool {
			return n.Data == element && strings.Contains(attr(n, "href")+attr(n, "src"), "author.")
		})
		if n == nil {
			t.Fatal(b.body)
		}
		if got := w.browser(t).get(attr(n, "href") + attr(n, "src")); got.status != http.StatusOK {
			t.Errorf("%s: %d", element, got.status)
		}
	}
	before := b.get("/dev/state").body
	if err := os.WriteFile(rules, good, 0o600); err != nil {
		t.Fatal(err)
	}
	w.until(t, func(s author.State) bool { return s.Edition != nil && !s.Proving })
	if after := b.get("/dev/state").body; after == before || !strings.Contains(after, "turn") {
		t.Errorf("%s after %s", after, before)
	}
	b.get("/").at("/").panelSays("sound, proven")
}

// stuck are files on a disk that does not answer.
type stuck struct{}

func (stuck) Open(string) (fs.File, error) { select {} }

// The server ends also while the folder cannot be read.
func TestAuthorEnds(t *testing.T) {
	t.Parallel()
	a := newAuthor(t, stuck{})
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, ln) }()
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}

// What a result lacks is said beside it: advice that is held back, and properties that it breaks.
func TestAuthorsTrace(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	before := w.author.folder.State().Reading
	property := `properties:
  - property: bath-for-all
    says: Whoever has the urge is told of the bath.
    whenever: {urge: often}
    then: {outcome: {advice: warm-bath}}
`
	if err := os.WriteFile(filepath.Join(w.dir, "properties.yaml"), []byte(property), 0o600); err != nil {
		t.Fatal(err)
	}
	w.until(t, func(s author.State) bool { return s.Reading > before && !s.Proving })
	if faults := w.author.folder.State().Faults; len(faults) > 0 {
		t.Fatal(faults)
	}
	b := w.browser(t)
	b.get(pathOpen + "?who=me&signs=swollen&age=50&urge=often&nights=many&since=2019&own-words=").at("/result")
	b.panelSays("These answers break the property bath-for-all , properties.yaml:2: Whoever has the urge",
		"Advice that applies but is held back: 1", "warm-bath comfort rules.yaml:65", "held back by the urgency: nothing is to delay getting help",
		"held back by what excludes heat signs: [swollen]")
	b.get(pathOpen + "?who=me&signs=no-signs&age=50&urge=often&nights=many&since=2019&own-words=").at("/result")
	if said := b.panel(); strings.Contains(said, "break the property") || strings.Contains(said, "held back") {
		t.Error(said)
	}
	// While answers are lacking nothing is broken yet.
	b.get(pathOpen + "?who=me&signs=swollen&age=50&urge=often").at("/q/nights")
	if said := b.panel(); strings.Contains(said, "break the property") {
		t.Error(said)
	}
}

// A finding is no small thing, faults come first, and what is drawn for an older edition says so.
func TestAuthorsPanel(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	if err := os.Mkdir(filepath.Join(w.dir, "cases"), 0o700); err != nil {
		t.Fatal(err)
	}
	differs := `- case: calm-man-44
  story: Nothing the matter.
  answers: {who: me, signs: no-signs, age: 44, urge: never, own-words: blank}
  expect: {urgency: emergency}
`
	if err := os.WriteFile(filepath.Join(w.dir, "cases", "first.yaml"), []byte(differs), 0o600); err != nil {
		t.Fatal(err)
	}
	w.until(t, func(s author.State) bool { return len(s.Report.Findings) > 0 })
	b := w.browser(t)
	b.get("/dev/at/age").at("/q/age").panelSays("NOT sound: 1 finding")
	if find(b.root, func(n *html.Node) bool { return attr(n, "class") == "state faulty" }) == nil {
		t.Error("it does not look like it")
	}
	changed := func() string {
		return spaced(find(b.root, func(n *html.Node) bool { return has(n, "data-changed") }))
	}
	if said := changed(); !strings.Contains(said, "Reload") {
		t.Error(said)
	}
	w.save(t, map[string][]string{"text/en.yaml": {"How old are you?", "What is your age?"}})
	b.get("/q/age").at("/q/age").says("How old are you?").panelSays("Files and lines: in the edition you began on.")
	if said := changed(); strings.Contains(said, "Reload") || !strings.Contains(said, "Go on with the new edition") {
		t.Error(said)
	}
	w.save(t, map[string][]string{"rules.yaml": {"{nights: many}", "{nights: most}"}})
	said := b.get("/q/age").panel()
	if faults, older := strings.Index(said, "unknown-option"), strings.Index(said, "on an older edition"); faults < 0 || older < faults {
		t.Errorf("faults at %d, the older edition at %d: %s", faults, older, said)
	}
	b.fillAt("/dev/carry").at("/q/age").says("What is your age?")
	if strings.Contains(b.panel(), "edition you began on") {
		t.Error("still on the older edition")
	}
}

// Where patients are served there is nothing of this.
func TestNothingForAuthorsOnPatientsServer(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	s := newSite(t)
	b := s.browser(t)
	for _, rt := range w.authorTable() {
		path := strings.NewReplacer("{question}", "age", "{draft}", "x").Replace(rt.pattern)
		if rt.method == http.MethodPost {
			b.post(path, url.Values{})
		} else {
			b.get(path)
		}
		b.fails(http.StatusNotFound)
	}
	b.quick().fill().at("/result")
	for _, path := range []string{"/", "/q/age", "/result", "/result/print", "/about", "/nosuch"} {
		b.get(path)
		if strings.Contains(b.body, "author") || strings.Contains(b.got.Get("Content-Security-Policy"), "connect-src") {
			t.Errorf("%s: %s\n%s", path, b.got.Get("Content-Security-Policy"), b.body)
		}
	}
	if len(s.authorTable()) > 0 || len(w.authorTable()) == 0 {
		t.Error("routes")
	}
}

// The author's server guards its answers as every other does.
func TestEveryAnswerToAuthorsIsGuarded(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, "testdata/legs")
	w.walk(t, func(rt route, b *browser) { guarded(t, rt, b) })
}
