package page

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// find gives the elements below n for which ok holds, in document order.
func find(n *html.Node, ok func(*html.Node) bool) (all []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && ok(d) {
			all = append(all, d)
		}
	}
	return all
}

func named(names ...string) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(names, n.Data) }
}

func classed(class string) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(strings.Fields(attr(n, "class")), class) }
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func within(n *html.Node, ok func(*html.Node) bool) *html.Node {
	for p := range n.Ancestors() {
		if p.Type == html.ElementNode && ok(p) {
			return p
		}
	}
	return nil
}

// TestPages holds every page in every state to what people without a mouse, eyes, colours or scripts rely on.
func TestPages(t *testing.T) {
	t.Parallel()
	titles := map[string]string{}
	for _, s := range pages(t) {
		root, err := html.Parse(bytes.NewReader(render(t, s.page)))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(s.name, func(t *testing.T) {
			ids := map[string]*html.Node{}
			for _, n := range find(root, func(n *html.Node) bool { return has(n, "id") }) {
				if ids[attr(n, "id")] != nil {
					t.Errorf("id %q is there twice", attr(n, "id"))
				}
				ids[attr(n, "id")] = n
			}
			checkFrame(t, root)
			checkInline(t, root)
			checkReferences(t, root, ids)
			checkFields(t, root)
			checkFaults(t, root, ids)
			checkPictures(t, root)
		})
		title := text(find(root, named("title"))[0])
		if before, twice := titles[title]; twice && family(before) != family(s.name) {
			t.Errorf("%s and %s share the title %q", before, s.name, title)
		}
		titles[title] = s.name
	}
}

// family is the page of a state: "question-choice-error" and "question-because" may ask the same question.
func family(name string) string {
	first, _, _ := strings.Cut(name, "-")
	return first
}

func checkFrame(t *testing.T, root *html.Node) {
	t.Helper()
	for _, name := range []string{"h1", "main", "footer"} {
		if got := len(find(root, named(name))); got != 1 {
			t.Errorf("%d of %s, want one", got, name)
		}
	}
	if got := len(find(find(root, named("head"))[0], named("title"))); got != 1 {
		t.Errorf("%d titles, want one", got)
	}
	page := find(root, named("html"))[0]
	if attr(page, "lang") != "en" || attr(page, "dir") != "ltr" {
		t.Errorf("language %q, direction %q", attr(page, "lang"), attr(page, "dir"))
	}
	links := find(root, named("a"))
	if attr(links[0], "href") != "#main" {
		t.Errorf("the first link is %q, want the way to the main part", text(links[0]))
	}
	level := 1
	for _, h := range find(root, named("h1", "h2", "h3", "h4")) {
		next := int(h.Data[1] - '0')
		// A summary of faults stands before the question.
		if next > level+1 && within(h, classed("error-summary")) == nil {
			t.Errorf("heading %q jumps from level %d to %d", text(h), level, next)
		}
		level = next
	}
}

// checkInline finds what the content policy forbids.
func checkInline(t *testing.T, root *html.Node) {
	t.Helper()
	for _, n := range find(root, func(*html.Node) bool { return true }) {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s has %s", n.Data, a.Key)
			}
			if (a.Key == "src" || a.Key == "action" || n.Data == "link" && a.Key == "href") && !strings.HasPrefix(a.Val, "/") {
				t.Errorf("%s leads to %q", n.Data, a.Val)
			}
		}
		if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
			t.Errorf("inline %s", n.Data)
		}
	}
}

func checkReferences(t *testing.T, root *html.Node, ids map[string]*html.Node) {
	t.Helper()
	for _, n := range find(root, func(*html.Node) bool { return true }) {
		for _, key := range []string{"for", "aria-labelledby", "aria-describedby"} {
			for _, id := range strings.Fields(attr(n, key)) {
				if ids[id] == nil {
					t.Errorf("%s of %s names %q, which is not there", key, n.Data, id)
				}
			}
		}
		if n.Data == "a" && (text(n) == "" || attr(n, "href") == "" || strings.Contains(attr(n, "href"), "Sanitization")) {
			t.Errorf("link %q to %q", text(n), attr(n, "href"))
		}
	}
}

// checkPictures wants every picture either told to those who cannot see it, with a table of its figures, or hidden from them.
func checkPictures(t *testing.T, root *html.Node) {
	t.Helper()
	for _, n := range find(root, named("svg")) {
		switch {
		case within(n, named("svg")) != nil, has(n, "aria-hidden"):
		case attr(n, "role") != "img" || text(n.FirstChild) == "" || !has(n, "aria-labelledby"):
			t.Error("a picture is neither told nor hidden")
		case len(find(within(n, named("section")), named("table"))) != 1:
			t.Error("a picture has no table")
		}
	}
}

func checkFields(t *testing.T, root *html.Node) {
	t.Helper()
	labels := map[string]string{}
	for _, l := range find(root, named("label")) {
		labels[attr(l, "for")] = text(l)
	}
	for _, f := range find(root, named("input", "textarea")) {
		kind := attr(f, "type")
		if kind == "hidden" {
			continue
		}
		if labels[attr(f, "id")] == "" {
			t.Errorf("field %q has no label", attr(f, "id"))
		}
		if has(f, "required") {
			t.Errorf("field %q would be checked by the browser", attr(f, "id"))
		}
		if kind == "radio" && within(f, named("fieldset")) == nil {
			t.Errorf("%q stands outside of a group", attr(f, "id"))
		}
	}
	for _, f := range find(root, named("fieldset")) {
		legends := find(f, named("legend"))
		if len(legends) != 1 || len(find(legends[0], named("h1", "h2"))) != 1 {
			t.Error("a group must be named by a heading")
		}
	}
	for _, f := range find(root, named("form")) {
		if attr(f, "method") != "post" {
			t.Errorf("form %q would put answers into an address", attr(f, "action"))
		}
	}
}

func checkFaults(t *testing.T, root *html.Node, ids map[string]*html.Node) {
	t.Helper()
	summaries := find(root, classed("error-summary"))
	if failed := strings.HasPrefix(text(find(root, named("title"))[0]), "Error: "); failed != (len(summaries) == 1) {
		t.Errorf("title says %v of an error, the page %d times", failed, len(summaries))
	}
	for _, s := range summaries {
		if !has(s, "autofocus") || attr(s, "tabindex") != "-1" {
			t.Error("the summary does not take the focus")
		}
		for _, a := range find(s, named("a")) {
			field := ids[strings.TrimPrefix(attr(a, "href"), "#")]
			if field == nil {
				t.Fatalf("%q leads nowhere", text(a))
			}
			if attr(field, "type") == "radio" {
				field = within(field, named("fieldset"))
			}
			if attr(field, "aria-invalid") != "true" {
				t.Errorf("%q leads to a field that is not marked", text(a))
			}
			said := ""
			for _, id := range strings.Fields(attr(field, "aria-describedby")) {
				said += text(ids[id])
			}
			if !strings.Contains(said, "Error: "+text(a)) {
				t.Errorf("the field does not say %q, only %q", text(a), said)
			}
		}
	}
}

// TestEscaping: what people write cannot become part of the page.
func TestEscaping(t *testing.T) {
	t.Parallel()
	const evil = `"><script>alert(1)</script><a href="javascript:alert(1)">`
	v := sheet(t)
	v.OwnWords, v.Sections[0].Rows[0].Answer = evil, given(evil)
	for name, b := range map[string][]byte{
		"sheet":    render(t, Sheet(v)),
		"question": render(t, Question(QuestionView{Base: base(t, "/q/x"), ID: "x", Value: evil})),
		"return":   render(t, Return(ReturnView{Base: base(t, "/return"), Code: evil})),
		"conflict": render(t, Conflict(ConflictView{Base: base(t, ""), Yours: given(evil), Fields: []Field{{evil, evil}}, Keep: "javascript:alert(1)"})),
	} {
		root, err := html.Parse(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range find(root, named("script", "a")) {
			if n.Data == "script" && n.FirstChild != nil || strings.HasPrefix(attr(n, "href"), "javascript:") {
				t.Errorf("%s: what was written became %s", name, n.Data)
			}
		}
	}
}

func TestQuestionControls(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		view QuestionView
		want map[string]string // id to type
	}{
		{"choice", urge(), map[string]string{"urge-1": "radio", "urge-2": "radio", "urge-3": "radio", "urge-4": "radio", "urge-unsure": "radio"}},
		{"choices", signs(), map[string]string{
			"emergency-signs-1": "checkbox", "emergency-signs-2": "checkbox", "emergency-signs-3": "checkbox", "emergency-signs-4": "checkbox",
			"emergency-signs-5": "checkbox", "emergency-signs-unsure": "checkbox", "emergency-signs-declined": "checkbox",
		}},
		{"number", age(), map[string]string{"age-1": "text", "age-unsure": "checkbox"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.view.Base = base(t, tt.view.Action)
			root, err := html.Parse(bytes.NewReader(render(t, Question(tt.view))))
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, f := range find(root, named("input")) {
				switch {
				case attr(f, "type") == "hidden":
					continue
				case has(f, "checked"):
					t.Errorf("%s is chosen beforehand", attr(f, "id"))
				case attr(f, "name") != FieldAnswer:
					t.Errorf("%s is sent as %q", attr(f, "id"), attr(f, "name"))
				}
				got[attr(f, "id")] = attr(f, "type")
			}
			for id, kind := range tt.want {
				if got[id] != kind {
					t.Errorf("%s is %q, want %q", id, got[id], kind)
				}
				delete(got, id)
			}
			if len(got) > 0 {
				t.Errorf("left over: %v", got)
			}
			if first := FirstField(tt.view.ID, tt.view.Type); tt.want[first] == "" {
				t.Errorf("first field %q is not there", first)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		progress Progress
		changing bool
		want     string
	}{
		{"range", Progress{7, 9, 14}, false, "Question 7, 9 to 14 to go"},
		{"exact", Progress{7, 4, 4}, false, "Question 7, 4 to go"},
		{"perhaps the last", Progress{20, 0, 1}, false, "Question 20, at most 1 to go"},
		{"last", Progress{21, 0, 0}, false, "Question 21, the last one"},
		{"changing an answer", Progress{3, 0, 0}, true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := QuestionView{Base: base(t, ""), Progress: tt.progress, Changing: tt.changing}
			if got := v.progress(); got != tt.want {
				t.Errorf("progress %q, want %q", got, tt.want)
			}
		})
	}
}
