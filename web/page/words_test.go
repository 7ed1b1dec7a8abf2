package page

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

// messages reads en.yaml as it is written: the placeholders of each message, and whether it has plural forms.
func messages(t *testing.T) (placeholders map[string][]string, plural map[string]bool) {
	t.Helper()
	b, err := os.ReadFile("../locale/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Messages map[string]any }
	if err := yaml.Load(b, &f); err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`\{(\w+)\}`)
	placeholders, plural = map[string][]string{}, map[string]bool{}
	for key, m := range f.Messages {
		said, ok := m.(string)
		if forms, several := m.(map[string]any); several {
			plural[key] = true
			said, ok = forms["other"].(string)
		}
		if !ok {
			t.Fatalf("%s is no text", key)
		}
		placeholders[key] = []string{}
		for _, match := range name.FindAllStringSubmatch(said, -1) {
			placeholders[key] = append(placeholders[key], match[1])
		}
		slices.Sort(placeholders[key])
	}
	return placeholders, plural
}

// TestMessages: every message that is used is there, takes what it is given, and every one that is there is used.
func TestMessages(t *testing.T) {
	t.Parallel()
	placeholders, plural := messages(t)
	unused := maps.Clone(placeholders)
	for _, dir := range []string{".", "../locale", "../../internal/server"} {
		for _, f := range goFiles(t, dir) {
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) == 0 {
					return true
				}
				sel, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || sel.Sel.Name != "T" && sel.Sel.Name != "N" {
					return true
				}
				if of, ok := sel.X.(*ast.Ident); ok && of.Name == "rand" {
					return true // rand.N
				}
				key, ok := literal(call.Args[0])
				if !ok {
					t.Errorf("%s: a message without a literal key cannot be checked", f.Name.Name)
					return true
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
				if !slices.Contains(placeholders[key], "count") {
					names = slices.DeleteFunc(names, func(n string) bool { return n == "count" })
				}
				want, known := placeholders[key]
				switch {
				case !known:
					t.Errorf("message %q is not in en.yaml", key)
				case plural[key] != (sel.Sel.Name == "N"):
					t.Errorf("message %q: plural forms %v, called by %s", key, plural[key], sel.Sel.Name)
				case !slices.Equal(names, want):
					t.Errorf("message %q takes %v, is given %v", key, want, names)
				}
				return true
			})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(unused)) {
		t.Errorf("message %q is used nowhere", key)
	}
}

// TestNoWordsInTemplates: whatever a template itself writes holds no words, so that every word can be translated.
func TestNoWordsInTemplates(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t, ".") {
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
