package clinic

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/web/locale"
	"ekbom/web/page"
	"ekbom/web/plot"
	"ekbom/web/static"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "write the golden files anew")

func printer(t testing.TB) *locale.Printer {
	t.Helper()
	c, err := locale.LoadClinic(locale.Files)
	if err != nil {
		t.Fatal(err)
	}
	return c.Printer("en")
}

var moment = time.Date(2026, time.November, 22, 3, 12, 0, 0, time.UTC)

func base(t testing.TB) Base {
	t.Helper()
	a, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	return Base{
		L: printer(t), Assets: a, Path: "/clinic/queue?state=received", Languages: []page.Language{{Tag: "en", Name: "English"}, {Tag: "ru", Name: "Русский"}},
		Clinic: "Sleep clinic of the northern county hospital", Person: "Dr. Maximiliane von und zu Hohenstaufen-Brandt", Role: "Lead",
		Nav: []NavItem{
			{Name: "Queue", Address: "/clinic/queue", Current: true, Counted: true, Count: 1284}, {Name: "Statistics", Address: "/clinic/statistics"},
			{Name: "People", Address: "/clinic/people"}, {Name: "Audit trail", Address: "/clinic/audit"},
		},
		Account: "/clinic/me", SignOut: "/clinic/sign-out", Stay: "/clinic/extend", Idle: 30 * time.Minute, Ends: moment.Add(12 * time.Hour),
	}
}

// both draws parts one below the other.
func both(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			if err := p.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// within draws a part that takes children.
func within(parent, child templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return parent.Render(templ.WithChildren(ctx, child), w)
	})
}

var someFaults = []page.Fault{{Field: "reason", Text: "Write why"}}

// hostile is what somebody may type who wants to break a page.
const hostile = `</title></text>"'><script>alert(1)</script><svg onload=alert(1)>` + "\u202e"

func someRows(t testing.TB) templ.Component {
	l := printer(t)
	columns := []Column{{Name: "Urgency"}, {Name: "Sent"}, {Name: "Person"}, {Name: "Age", Figure: true}, {Name: "State"}, {Name: "Do", Silent: true}}
	row := func(class string, u q.Urgency, s review.State, name string) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			if _, err := io.WriteString(w, `<tr role="row" class="`+class+`">`); err != nil {
				return err
			}
			link := `<a class="open" href="/clinic/s/1">` + templ.EscapeString(name) + `</a>`
			err := both(
				within(rowHead(columns[0]), urgency(l, u)), within(cell(columns[1]), templ.Raw("22 November 2026, 03:12")),
				within(cell(columns[2]), templ.Raw(link)), within(cell(columns[3]), templ.Raw("45 to 64")), within(cell(columns[4]), state(l, s)),
				within(cell(columns[5]), templ.Raw(`<a href="/take">Take</a>`)),
			).Render(ctx, w)
			if err == nil {
				_, err = io.WriteString(w, "</tr>")
			}
			return err
		})
	}
	var rows []templ.Component
	rows = append(rows, templ.Raw(`<tbody role="rowgroup">`))
	for i, u := range []q.Urgency{q.Emergency, q.SameDay, q.Soon, q.Routine, q.SelfCare} {
		rows = append(rows, row([]string{"unread", ""}[i%2], u, review.States()[i], []string{"Åke Ö.", "Annemarieluisechristinavonderundzuderhohentannenstein", hostile, "Bo", "No name"}[i]))
	}
	rows = append(rows, templ.Raw("</tbody>"))
	return within(table("Open submissions", columns), both(rows...))
}

// shown is one part in one state, and what must be in it, as selectors with the number of their elements.
type shown struct {
	name string
	part templ.Component
	want map[string]int
}

func parts(t testing.TB) []shown {
	l, b := printer(t), base(t)
	options := []page.Option{{Value: "a", Label: "Anybody", Chosen: true}, {Value: "b", Label: "Only mine"}}
	return []shown{
		{"urgency", both(urgency(l, q.Emergency), urgency(l, q.SameDay), urgency(l, q.Soon), urgency(l, q.Routine), urgency(l, q.SelfCare)), map[string]int{"span.urgency": 5, "svg": 5}},
		{"state", both(state(l, review.Received), state(l, review.InReview), state(l, review.NeedsInformation), state(l, review.Reviewed), state(l, review.SetAside)), map[string]int{"span.state": 5, "svg": 5}},
		{"tabs", tabs("States", b, []NavItem{{Name: "Open", Address: "/clinic/queue", Current: true, Counted: true, Count: 12}, {Name: "Reviewed", Address: "/clinic/queue?state=reviewed", Counted: true}}), map[string]int{"a": 2, "[aria-current=page]": 1, "span.count": 2}},
		{"table", someRows(t), map[string]int{"table[role=table]": 1, "caption": 1, "th[scope=col]": 6, "th[scope=row]": 5, "td[data-head=State]": 5, "a.open": 5, "script": 0}},
		{"pager of one", pager(l, Pager{}), map[string]int{"nav": 0}},
		{"pager", pager(l, Pager{Before: "/clinic/queue?before=1", After: "/clinic/queue?after=2", BeforeText: "More urgent", AfterText: "Less urgent"}), map[string]int{"a[rel=prev]": 1, "a[rel=next]": 1}},
		{"filters", within(filters(l, "/clinic/queue", "/clinic/queue"), both(choice(l, Choice{ID: "who", Name: "who", Label: "Who has it", Options: options}), field(l, Field{ID: "name", Name: "name", Label: "Name"}))), map[string]int{"form[method=get]": 1, "select": 1, "option[selected]": 1, "button": 1, "a": 1}},
		{"filters not set", filters(l, "/clinic/queue", ""), map[string]int{"a": 0}},
		{"notice", notice("The note is saved."), map[string]int{"p[role=status]": 1}},
		{"no notice", both(notice(""), warn("")), map[string]int{"p": 0}},
		{"warning", warn("Somebody else opened this 2 minutes ago."), map[string]int{"p.warn": 1}},
		{"empty", empty("Nothing waits", "New submissions appear here, the most urgent first."), map[string]int{"div.empty": 1, "svg": 1}},
		{"more", within(more("How this adds up"), templ.Raw("<p>So.</p>")), map[string]int{"details": 1, "summary": 1}},
		{"summary of faults", both(faults(l, someFaults), area(l, Area{ID: "reason", Name: "reason", Label: "Reason", Length: 10000, Rows: 4, Faults: someFaults})), map[string]int{"[role=alert]": 1, "a[href=#reason]": 1, "textarea[aria-invalid=true]": 1}},
		{"no faults", faults(l, nil), map[string]int{"div": 0}},
		{"field", field(l, Field{ID: "login", Name: "login", Label: "Name to sign in with", Hint: "As in your invitation", Value: hostile, Autocomplete: "username", Optional: true}), map[string]int{"input[autocomplete=username]": 1, "input[aria-describedby=login-hint]": 1, "script": 0}},
		{"field with a fault", field(l, Field{ID: "reason", Name: "code", Label: "Code", Numeric: true, Narrow: true, Faults: someFaults}), map[string]int{"input[inputmode=numeric]": 1, "input[aria-invalid=true]": 1, "input[autocomplete=off]": 1}},
		{"password", field(l, Field{ID: "password", Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password", Focus: true}), map[string]int{"input[type=password]": 1, "input[autofocus]": 1, "input[spellcheck]": 0}},
		{"area", area(l, Area{ID: "note", Name: "note", Label: "Note", Hint: "Colleagues read it; the person does not.", Value: hostile, Length: 10000, Rows: 5, Optional: true}), map[string]int{"textarea[data-length=10000]": 1, "span[hidden]": 1, "script": 0}},
		{"choice with a fault", choice(l, Choice{ID: "reason", Name: "who", Label: "Who", Options: options, Faults: someFaults}), map[string]int{"select[aria-invalid=true]": 1}},
		{"radios", radios(l, Choice{ID: "next", Name: "next", Label: "What next", Hint: "Closing can be undone.", Options: options}), map[string]int{"fieldset": 1, "legend": 1, "input[type=radio]": 2, "input[checked]": 1}},
		{"radios with a fault", radios(l, Choice{ID: "reason", Name: "next", Label: "What next", Options: options, Faults: someFaults}), map[string]int{"fieldset[aria-invalid=true]": 1}},
		{"tick", tick(l, Tick{ID: "accept", Name: "accept", Value: "yes", Label: "I have called the person", Hint: "Or somebody else has."}), map[string]int{"input[type=checkbox]": 1, "input[checked]": 0}},
		{"tick with a fault", tick(l, Tick{ID: "reason", Name: "accept", Value: "yes", Label: "I have called the person", Ticked: true, Faults: someFaults}), map[string]int{"input[checked]": 1, "input[aria-invalid=true]": 1}},
		{"facts", facts([]Fact{{Name: "Born", Values: []string{"6 August 1958"}}, {Name: "Own words", Values: []string{"It crawls.\n" + hostile}}, {Name: "Medicines", Values: []string{"Levodopa", "Iron"}}, {Name: "Ferritin", Open: "Not asked"}}), map[string]int{"dt": 4, "dd": 4, "dd.none": 1, "li": 2, "script": 0}},
		{"timeline", timeline(l, []Event{{At: moment, Who: "Robin", What: "Moved from Received to In review"}, {At: moment.Add(time.Hour), Who: hostile, What: "Note", Text: "Called, no answer.\n" + hostile, Heavy: true}}), map[string]int{"li": 2, "li.heavy": 1, "time": 2, "script": 0}},
		{"interruption", interruption(l, Interruption{Heading: "Close an emergency?", Whose: &Subject{Name: hostile, Urgency: q.Emergency}, Risks: []string{"Nobody has opened it yet."}, Action: "/clinic/s/1/move", Fields: []page.Field{{Name: "to", Value: hostile}}, Button: "Close it", Back: "/clinic/s/1", No: "Go back"}), map[string]int{"h1": 1, "button.danger": 1, "input[type=hidden]": 1, "a[href=/clinic/s/1]": 1, "script": 0}},
		{"bars", plot.Bars{Caption: "Reasons", Name: "Reason", Figure: "Submissions", Rows: []plot.Bar{{Label: "Low iron", Count: 40, Text: "40"}, {Label: hostile, Count: 3, Text: "3"}, {Label: "Nothing", Text: "0"}, {Label: "Kidneys", Count: plot.Hidden, Text: "fewer than 5"}}}.Table(), map[string]int{"th[scope=row]": 4, "rect": 4, "rect[width=100%]": 1, "rect[width=0%]": 2, "script": 0}},
		{"columns", plotColumns(l, someWeeks(12)), map[string]int{"svg[role=img]": 1, "title": 1, "desc": 1, "details": 1, "tbody tr": 12, "script": 0}},
		{"columns of nothing", plotColumns(l, someWeeks(0)), map[string]int{"svg": 0, "p.none": 1}},
		{"trace", plotTrace(l, someTrace(7)), map[string]int{"svg[role=img]": 1, "path.trend": 1, "path.often": 1, "circle": 6, "details": 1, "tbody tr": 7, "script": 0}},
		{"trace of one", plotTrace(l, someTrace(1)), map[string]int{"svg[role=img]": 1, "circle": 1}},
		{"trace of nothing", plotTrace(l, someTrace(0)), map[string]int{"svg": 0, "p.none": 1}},
		{"trace of sixty", plotTrace(l, someTrace(60)), map[string]int{"tbody tr": 60}},
	}
}

func parse(t testing.TB, c templ.Component) *html.Node {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// find gives the elements that fit a selector: "tbody tr", "a.open", "input[type=radio]", "[hidden]".
func find(root *html.Node, selector string) (all []*html.Node) {
	if outer, inner, nested := strings.Cut(selector, " "); nested {
		for _, n := range find(root, outer) {
			all = append(all, find(n, inner)...)
		}
		return all
	}
	rest, condition, _ := strings.Cut(strings.TrimSuffix(selector, "]"), "[")
	name, class, _ := strings.Cut(rest, ".")
	key, want, exact := strings.Cut(condition, "=")
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || name != "" && n.Data != name {
			continue
		}
		if classes, _ := attr(n, "class"); class != "" && !slices.Contains(strings.Fields(classes), class) {
			continue
		}
		if got, there := attr(n, key); key != "" && (!there || exact && got != want) {
			continue
		}
		all = append(all, n)
	}
	return all
}

// check holds a page, or a part of one, to what people without a mouse, eyes, colours or scripts rely on, and to the content
// policy.
func check(t *testing.T, root *html.Node) {
	t.Helper()
	ids := map[string]*html.Node{}
	for _, n := range find(root, "[id]") {
		id, _ := attr(n, "id")
		if ids[id] != nil || id == "" {
			t.Errorf("id %q is empty or there twice", id)
		}
		ids[id] = n
	}
	labels := map[string]bool{}
	for _, n := range find(root, "label") {
		id, _ := attr(n, "for")
		labels[id] = true
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s has %s", n.Data, a.Key)
			}
			if slices.Contains([]string{"for", "aria-labelledby", "aria-describedby"}, a.Key) {
				for _, id := range strings.Fields(a.Val) {
					if ids[id] == nil {
						t.Errorf("%s of %s names %q, which is not there", a.Key, n.Data, id)
					}
				}
			}
		}
		kind, _ := attr(n, "type")
		id, _ := attr(n, "id")
		if slices.Contains([]string{"input", "select", "textarea"}, n.Data) && kind != "hidden" && !labels[id] {
			t.Errorf("field %q has no label", id)
		}
		if _, invalid := attr(n, "aria-invalid"); invalid {
			said, _ := attr(n, "aria-describedby")
			if !slices.ContainsFunc(strings.Fields(said), func(id string) bool { return strings.HasSuffix(id, "-fault") }) {
				t.Errorf("%s %q does not say what is wrong", n.Data, id)
			}
		}
		if n.Data == "script" && n.FirstChild != nil || n.Data == "style" {
			t.Errorf("inline %s", n.Data)
		}
		if n.Data == "svg" && n.Parent.Data != "svg" {
			_, hidden := attr(n, "aria-hidden")
			if role, _ := attr(n, "role"); !hidden && (role != "img" || find(n, "title") == nil || find(n, "desc") == nil) {
				t.Error("a picture neither hidden from readers nor told to them")
			}
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	for _, s := range parts(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			root := parse(t, s.part)
			check(t, root)
			for selector, want := range s.want {
				if got := len(find(root, selector)); got != want {
					t.Errorf("%d of %s, want %d", got, selector, want)
				}
			}
		})
	}
}

// TestPartsGolden holds the markup of the parts to what was last agreed on: pages of every kind are made of them.
func TestPartsGolden(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	for _, s := range parts(t) {
		if s.name == "trace of sixty" {
			continue
		}
		got.WriteString("<!-- " + s.name + " -->\n")
		if err := s.part.Render(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		got.WriteString("\n")
	}
	const golden = "testdata/parts.html"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	lines := func(b []byte) []string { return strings.Split(strings.ReplaceAll(string(b), "><", ">\n<"), "\n") }
	if diff := cmp.Diff(lines(want), lines(got.Bytes())); diff != "" {
		t.Errorf("the parts differ from %s (-want +got), run with -update when it is meant to:\n%s", golden, diff)
	}
}

// all is every part on one page.
func all(t testing.TB) templ.Component {
	var drawn []templ.Component
	drawn = append(drawn, templ.Raw("<h1>Parts</h1>"))
	for _, s := range parts(t) {
		if slices.Contains([]string{"interruption", "summary of faults"}, s.name) || strings.Contains(s.name, "fault") {
			continue // an h1 of its own, ids of another
		}
		drawn = append(drawn, templ.Raw("<section><h2>"+s.name+"</h2>"), s.part, templ.Raw("</section>"))
	}
	return both(drawn...)
}

func TestFrame(t *testing.T) {
	t.Parallel()
	b := base(t)
	stranger := b
	stranger.Clinic, stranger.Person, stranger.Role, stranger.Nav, stranger.Idle, stranger.Path = "", "", "", nil, 0, ""
	tests := []struct {
		name string
		page templ.Component
		want map[string]int
	}{
		{"signed in", within(layout(b, frame{title: "Queue", wide: true}), templ.Raw("<h1>Queue</h1>")), map[string]int{
			"main": 1, "h1": 1, "header nav": 1, "a[aria-current=page]": 1, "form[action=/clinic/sign-out]": 1, "form[action=/clinic/extend]": 1,
			"div[data-idle=1800]": 1, "a[href=/clinic/queue?state=received&lang=ru]": 1, "body.wide": 1,
		}},
		{"signed out", within(plain(stranger, frame{title: "Sign in"}), templ.Raw("<h1>Sign in</h1>")), map[string]int{
			"main": 1, "h1": 1, "nav": 0, "form": 0, "body.door": 1,
		}},
		{"problem", Problem(ProblemView{Base: b, Status: 503, RequestID: "x-1", Home: "/clinic/queue", Action: "/clinic/s/1/note", Fields: []page.Field{{Name: "note", Value: hostile}}}), map[string]int{
			"h1": 1, "form[action=/clinic/s/1/note]": 1, "input[name=note]": 1, "main a[href=/clinic/queue]": 1, "header nav": 1,
		}},
		{"problem of a stranger", Problem(ProblemView{Base: stranger, Status: 404}), map[string]int{"h1": 1, "nav": 0, "form": 0, "bdi": 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := parse(t, tt.page)
			check(t, root)
			for selector, want := range tt.want {
				if got := len(find(root, selector)); got != want {
					t.Errorf("%d of %s, want %d", got, selector, want)
				}
			}
			if first, _ := attr(find(root, "a")[0], "href"); first != "#main" {
				t.Errorf("the first link leads to %q, want the main part", first)
			}
		})
	}
}

// TestProblems: every status has a heading of its own.
func TestProblems(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for _, status := range []int{400, 401, 403, 404, 405, 409, 413, 429, 500, 503} {
		v := ProblemView{Base: base(t), Status: status}
		if before, twice := seen[v.heading()]; twice {
			t.Errorf("%d and %d share %q", before, status, v.heading())
		}
		seen[v.heading()] = status
		if v.text() == "" || v.text() == v.heading() {
			t.Errorf("%d says nothing more", status)
		}
	}
	for v, want := range map[*ProblemView]string{
		{Base: base(t), Status: 429, Retry: 1}: "Wait 1 minute and try again. This protects your account.",
		{Base: base(t), Status: 429}:           "Wait a little and try again. This protects your account.",
		{Base: base(t), Status: 418}:           "What you saved is not lost. Try again in a moment.",
	} {
		if got := v.text(); got != want {
			t.Errorf("%d says %q, want %q", v.Status, got, want)
		}
	}
}

// TestLook writes all parts to the folder EKBOM_LOOK_DIR, to be opened in a browser. Without it they are only drawn.
func TestLook(t *testing.T) {
	dir := os.Getenv("EKBOM_LOOK_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	b := base(t)
	write := func(name string, content []byte) {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, address := range []string{b.Assets.Clinic, b.Assets.Desk, b.Assets.Icon} {
		w := httptest.NewRecorder()
		b.Assets.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		write(address, w.Body.Bytes())
	}
	faulty := both(templ.Raw("<h1>Set aside</h1>"))
	for _, s := range parts(t) {
		if s.name == "summary of faults" {
			faulty = both(s.part, templ.Raw("<h1>Set aside</h1>"))
		}
	}
	for name, c := range map[string]templ.Component{
		"parts":        within(layout(b, frame{title: "Parts", wide: true}), all(t)),
		"faults":       within(layout(b, frame{title: "Set aside", failed: true}), faulty),
		"interruption": within(layout(b, frame{title: "Close"}), interruption(b.L, Interruption{Heading: "Close an emergency?", Risks: []string{"Nobody has opened it yet.", "The person was told to call an ambulance."}, Action: "/", Button: "Close it", Back: "/", No: "Go back"})),
		"problem":      Problem(ProblemView{Base: b, Status: 503, RequestID: "x-1", Home: "/clinic/queue", Action: "/", Fields: []page.Field{{Name: "note", Value: "x"}}}),
		"door":         within(plain(b, frame{title: "Sign in"}), both(templ.Raw("<h1>Sign in</h1><form>"), field(b.L, Field{ID: "login", Name: "login", Label: "Name"}), field(b.L, Field{ID: "password", Name: "password", Label: "Password", Type: "password"}), templ.Raw(`<p class="go"><button>Sign in</button></p></form>`))),
	} {
		var page bytes.Buffer
		if err := c.Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		write(name+".html", page.Bytes())
	}
}
