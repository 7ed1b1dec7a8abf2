package archtest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// made are folders that tools and the program make, by path or, with a slash at the end, by name.
var made = []string{".git", "bin", "data", "secrets", "internal/e2e/out", "node_modules/", "rapid/"}

// walk gives every file that belongs to the project, by its path from the root.
func walk(t *testing.T, visit func(path string, content []byte)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains(made, path) || slices.Contains(made, d.Name()+"/")):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		content, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			return err
		}
		visit(path, content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNothingUnfinished looks for words that stand only in work that is not done, and for addresses of single machines.
func TestNothingUnfinished(t *testing.T) {
	t.Parallel()
	// Put together here, so that this file does not hold them.
	words := []string{"TO" + "DO", "FIX" + "ME", "lorem " + "ipsum", "not " + "implemented", "/wo" + "rk/", "/ho" + "me/", `"resol` + `ved":`}
	walk(t, func(path string, content []byte) {
		if bytes.IndexByte(content, 0) >= 0 {
			return // a picture
		}
		for n, line := range strings.Split(string(content), "\n") {
			for _, word := range words {
				if strings.Contains(line, word) {
					t.Errorf("%s:%d: %q", path, n+1, word)
				}
			}
		}
	})
}

// TestTopLevel keeps the first folder that people see short.
func TestTopLevel(t *testing.T) {
	t.Parallel()
	allowed := strings.Fields(`.ci .dockerignore .gitignore CHANGELOG.md Dockerfile LICENSE Makefile README.md bench cmd
		docker-compose.yml docs go.mod go.sum internal migrations questionnaires tools.mod tools.sum web`)
	walk(t, func(path string, _ []byte) {
		if first, _, _ := strings.Cut(path, "/"); !slices.Contains(allowed, first) {
			t.Errorf("%s does not belong at the top", first)
		}
	})
}

// TestLinks follows every link of the documents to a file and, where it names one, to a heading.
func TestLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`!?\[[^\]]*\]\(([^)\s]+)\)`)
	followed := 0
	walk(t, func(path string, content []byte) {
		if filepath.Ext(path) != ".md" {
			return
		}
		for _, m := range link.FindAllSubmatch(content, -1) {
			target, heading, _ := strings.Cut(string(m[1]), "#")
			if strings.Contains(target, "://") {
				continue
			}
			followed++
			file := filepath.Join(root, filepath.Dir(path), target)
			if target == "" {
				file = filepath.Join(root, path)
			}
			linked, err := os.ReadFile(file)
			if info, statErr := os.Stat(file); statErr == nil && info.IsDir() {
				err = nil
			}
			if err != nil {
				t.Errorf("%s: %v", path, err)
			} else if heading != "" && !slices.Contains(headings(string(linked)), heading) {
				t.Errorf("%s: %s has no heading %q", path, target, heading)
			}
		}
	})
	if followed < 10 {
		t.Errorf("only %d links followed", followed)
	}
}

// headings gives the names under which the headings of a Markdown file are reached.
func headings(text string) []string {
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^#+ +(.+)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}
