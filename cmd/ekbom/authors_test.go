package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var rewrite = flag.Bool("update", false, "write what the commands of docs/authors.md print now into it")

// fence opens a block. What stands behind the language says what a reader does with it:
//
//	yaml file=PATH                  write the file
//	yaml append=PATH                add it at the end
//	yaml in=PATH after="TEXT"       add it below the one line with this text
//	yaml in=PATH instead="TEXT"     put it in place of that line
//	console                         type what stands behind "$ " and see the lines below it
var fence = regexp.MustCompile("^```([a-z]+) ?(.*)$")

// hash is of an edition; it changes with every word.
var hash = regexp.MustCompile(`\([0-9a-f]{12}\)`)

var mark = regexp.MustCompile(`([a-z]+)=("[^"]*"|\S+)`)

// block is one fenced part of the page.
type block struct {
	language string
	marks    map[string]string
	lines    []string
	first    int // position of its first line in the page
}

func blocks(page []string) (all []block) {
	for i := 0; i < len(page); i++ {
		m := fence.FindStringSubmatch(page[i])
		if m == nil {
			continue
		}
		b := block{language: m[1], marks: map[string]string{}, first: i + 1}
		for _, kv := range mark.FindAllStringSubmatch(m[2], -1) {
			b.marks[kv[1]] = strings.Trim(kv[2], `"`)
		}
		for i++; i < len(page) && page[i] != "```"; i++ {
			b.lines = append(b.lines, page[i])
		}
		all = append(all, b)
	}
	return all
}

// The page for authors is true: every file on it is written and every command on it typed, in order, and each prints what the
// page shows. There "..." stands for anything, on a line of its own for any lines, and LINE for a number.
// Run with -update to write what is printed now into the page; what differs only under "..." stays.
func TestAuthorsPage(t *testing.T) { // not parallel: it changes the working directory
	const name = "../../docs/authors.md"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	home, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "questionnaires"), os.DirFS("../../questionnaires")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	page := strings.Split(string(data), "\n")
	type change struct {
		from, to int
		now      []string
	}
	var changes []change
	files, commands := 0, 0
	for _, b := range blocks(page) {
		switch {
		case b.language == "console":
			for at := 0; at < len(b.lines); {
				typed, ok := strings.CutPrefix(b.lines[at], "$ ")
				if !ok {
					t.Fatalf("authors.md:%d: a console begins with what is typed behind a dollar sign", b.first+at+1)
				}
				end := at + 1
				for end < len(b.lines) && !strings.HasPrefix(b.lines[end], "$ ") {
					end++
				}
				got := typeIn(t, typed)
				commands++
				if shown := b.lines[at+1 : end]; !prints(shown, got) {
					t.Errorf("authors.md:%d: %s prints\n%s\nand the page shows\n%s", b.first+at+1, typed, strings.Join(got, "\n"), strings.Join(shown, "\n"))
					changes = append(changes, change{b.first + at + 1, b.first + end, got})
				}
				at = end
			}
		case len(b.marks) > 0:
			if err := b.apply(); err != nil {
				t.Fatalf("authors.md:%d: %v", b.first, err)
			}
			files++
		}
	}
	if files < 10 || commands < 10 {
		t.Errorf("only %d files and %d commands: the marks of the page are not read", files, commands)
	}
	if *rewrite && len(changes) > 0 {
		for i := len(changes) - 1; i >= 0; i-- {
			c := changes[i]
			for n, line := range c.now {
				c.now[n] = hash.ReplaceAllString(line, "(...)")
			}
			page = append(page[:c.from:c.from], append(c.now, page[c.to:]...)...)
		}
		if err := os.WriteFile(home, []byte(strings.Join(page, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// apply does to a file what the marks say.
func (b block) apply() error {
	text := strings.Join(b.lines, "\n") + "\n"
	if name := b.marks["file"]; name != "" {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		return os.WriteFile(name, []byte(text), 0o600)
	}
	name := b.marks["append"] + b.marks["in"]
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if b.marks["append"] != "" {
		return os.WriteFile(name, append(data, text...), 0o600)
	}
	found := b.marks["after"] + b.marks["instead"]
	lines := strings.SplitAfter(string(data), "\n")
	at := -1
	for i, line := range lines {
		if strings.Contains(line, found) {
			if at >= 0 {
				return fmt.Errorf("%s has several lines with %q", name, found)
			}
			at = i
		}
	}
	switch {
	case found == "" || at < 0:
		return fmt.Errorf("%s has no line with %q", name, found)
	case b.marks["after"] != "":
		lines[at] += text
	default:
		lines[at] = text
	}
	return os.WriteFile(name, []byte(strings.Join(lines, "")), 0o600)
}

// typeIn does what somebody types, and gives the lines that come.
func typeIn(t *testing.T, typed string) []string {
	t.Helper()
	typed, from, _ := strings.Cut(typed, " < ")
	words := strings.Fields(typed)
	if len(words) < 2 || words[0] != "ekbom" {
		t.Fatalf("only ekbom is typed on the page, not %q", typed)
	}
	var stdin []byte
	if from != "" {
		var err error
		if stdin, err = os.ReadFile(from); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	run(t.Context(), words[1:], bytes.NewReader(stdin), &out, &out, nil)
	if out.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// prints reports whether lines are as the page shows them.
func prints(shown, lines []string) bool {
	var form strings.Builder
	for _, line := range shown {
		if line == "..." {
			form.WriteString("(.*\n)*")
			continue
		}
		quoted := regexp.QuoteMeta(line)
		quoted = strings.ReplaceAll(quoted, `\.\.\.`, ".*")
		form.WriteString(strings.ReplaceAll(quoted, "LINE", `\d+`) + "\n")
	}
	return regexp.MustCompile(`^` + form.String() + `$`).MatchString(strings.Join(append(lines, ""), "\n"))
}

// The README shows what check really prints of the shipped questionnaire.
func TestReadmeShowsCheck(t *testing.T) {
	t.Parallel()
	const name = "../../README.md"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, b := range blocks(strings.Split(string(data), "\n")) {
		if b.language != "console" {
			continue
		}
		found = true
		if lines := typeIn(t, strings.TrimPrefix(b.lines[0], "$ ")); !prints(b.lines[1:], lines) {
			t.Errorf("%s prints:\n%s", b.lines[0], strings.Join(lines, "\n"))
		}
	}
	if !found {
		t.Error("the README shows no command")
	}
}

func TestPrints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		shown, lines string
		want         bool
	}{
		{"a\nb", "a\nb", true},
		{"a\nb", "a\nc", false},
		{"a", "a\nb", false},
		{"a\n...", "a\nb\nc", true},
		{"...\nc", "a\nb\nc", true},
		{"...\nb", "a\nb\nc", false},
		{"a: LINE faults", "a: 12 faults", true},
		{"a: LINE faults", "a: no faults", false},
		{"a ... z", "a b c z", true},
	} {
		if got := prints(strings.Split(tt.shown, "\n"), strings.Split(tt.lines, "\n")); got != tt.want {
			t.Errorf("%q shows %q: %t", tt.shown, tt.lines, got)
		}
	}
}
