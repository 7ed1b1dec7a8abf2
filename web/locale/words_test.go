package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v4"
	"golang.org/x/net/html"
)

// goFiles parses the Go files of a folder, tests left out.
func goFiles(t *testing.T, dir string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// written is a message as English has it.
type written struct {
	placeholders []string
	plural       bool
	file         string
}

// read gives the English messages of files as they are written.
func read(t *testing.T, files ...string) map[string]written {
	t.Helper()
	name := regexp.MustCompile(`\{(\w+)\}`)
	all := map[string]written{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var f struct{ Messages map[string]any }
		if err := yaml.Load(b, &f); err != nil {
			t.Fatal(err)
		}
		for key, m := range f.Messages {
			w := written{file: file, placeholders: []string{}}
			said, ok := m.(string)
			if forms, several := m.(map[string]any); several {
				w.plural = true
				said, ok = forms["other"].(string)
			}
			if !ok {
				t.Fatalf("%s: %s is no text", file, key)
			}
			for _, match := range name.FindAllStringSubmatch(said, -1) {
				w.placeholders = append(w.placeholders, match[1])
			}
			slices.Sort(w.placeholders)
			all[key] = w
		}
	}
	return all
}

// TestMessagesUsed: every message that is used is there, takes what it is given, and every one that is there is used. Pages
// of patients use none that only staff read.
func TestMessagesUsed(t *testing.T) {
	t.Parallel()
	parts, err := filepath.Glob("clinic/en.*.yaml")
	if err != nil || len(parts) == 0 {
		t.Fatal(err, "no parts")
	}
	patients, staff := read(t, "en.yaml"), read(t, append(parts, "en.yaml")...)
	unused := maps.Clone(staff)
	for _, in := range []struct {
		dir   string
		known map[string]written
	}{{"../page", patients}, {"../mark", patients}, {"../plot", patients}, {".", patients}, {"../clinic", staff}, {"../../internal/server", staff}} {
		for _, f := range goFiles(t, in.dir) {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					checkCall(t, in.dir, n, in.known, unused)
				case *ast.BasicLit:
					checkHandedOn(t, in.dir, n, in.known, unused)
				}
				return true
			})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(unused)) {
		t.Errorf("%s: message %q is used nowhere", unused[key].file, key)
	}
}

// checkCall holds a call of T or N to the message that it names.
func checkCall(t *testing.T, dir string, call *ast.CallExpr, known, unused map[string]written) {
	t.Helper()
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 || sel.Sel.Name != "T" && sel.Sel.Name != "N" {
		return
	}
	if of, ok := sel.X.(*ast.Ident); ok && of.Name == "rand" {
		return // rand.N
	}
	key, ok := literal(call.Args[0])
	if !ok {
		if sel.Sel.Name == "N" || len(call.Args) > 1 {
			t.Errorf("%s: a message with placeholders and without a literal key cannot be checked", dir)
		}
		return
	}
	delete(unused, key)
	names := []string{}
	args := call.Args[1:]
	if sel.Sel.Name == "N" {
		names, args = append(names, "count"), args[1:]
	}
	for i := 0; i < len(args); i += 2 {
		if name, ok := literal(args[i]); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	want, there := known[key]
	if !slices.Contains(want.placeholders, "count") {
		names = slices.DeleteFunc(names, func(n string) bool { return n == "count" })
	}
	switch {
	case !there:
		t.Errorf("%s: message %q is not there", dir, key)
	case want.plural != (sel.Sel.Name == "N"):
		t.Errorf("%s: message %q: plural forms %v, called by %s", dir, key, want.plural, sel.Sel.Name)
	case !slices.Equal(names, want.placeholders):
		t.Errorf("%s: message %q takes %v, is given %v", dir, key, want.placeholders, names)
	}
}

var keyShape = regexp.MustCompile(`^[a-z]+(\.[a-z0-9-]+)+$`)

// checkHandedOn looks at texts that are handed on to be a key somewhere else, such as the notice of a page that follows.
func checkHandedOn(t *testing.T, dir string, l *ast.BasicLit, known, unused map[string]written) {
	t.Helper()
	key, ok := literal(l)
	if !ok || !keyShape.MatchString(key) {
		return
	}
	if _, there := known[key]; there {
		delete(unused, key)
		return
	}
	first, _, _ := strings.Cut(key, ".")
	for other := range known {
		if strings.HasPrefix(other, first+".") {
			t.Errorf("%s: %q looks like a message that is not there", dir, key)
			return
		}
	}
}

// TestNoWordsInTemplates: whatever a template itself writes holds no words, so that every word can be translated.
func TestNoWordsInTemplates(t *testing.T) {
	t.Parallel()
	templates := slices.Concat(goFiles(t, "../page"), goFiles(t, "../mark"), goFiles(t, "../clinic"))
	for _, f := range templates {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			var markup strings.Builder
			ast.Inspect(fn, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "WriteString" && len(call.Args) == 3 {
						if s, ok := literal(call.Args[2]); ok {
							markup.WriteString(s)
						}
					}
				}
				return true
			})
			for _, word := range words(markup.String()) {
				if word != "Ekbom" {
					t.Errorf("%s writes %q itself", fn.Name.Name, word)
				}
			}
		}
	}
	if got := words(`<p title="a tip">Hard words <b>·</b></p><svg aria-label="x"></svg>`); !slices.Equal(got, []string{"a tip", "Hard words", "x"}) {
		t.Errorf("the search itself finds %q", got)
	}
}

// words are the texts and readable attributes of markup that hold letters.
func words(markup string) (found []string) {
	add := func(s string) {
		if s = strings.TrimSpace(s); strings.ContainsFunc(s, unicode.IsLetter) {
			found = append(found, s)
		}
	}
	z := html.NewTokenizer(strings.NewReader(markup))
	for z.Next() != html.ErrorToken {
		tok := z.Token()
		switch tok.Type {
		case html.TextToken:
			add(tok.Data)
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, a := range tok.Attr {
				if slices.Contains([]string{"title", "alt", "aria-label", "placeholder"}, a.Key) {
					add(a.Val)
				}
			}
		}
	}
	return found
}
