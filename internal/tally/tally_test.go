package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRun runs go test for real on small modules and reads the last line and the error.
func TestRun(t *testing.T) {
	t.Parallel()
	const head = "package a\n\nimport (\"os\"; \"testing\")\n\nvar _ = os.Exit\n\n"
	tests := []struct {
		name   string
		file   string
		strict bool
		last   string // the line with the counts
		shown  string // what the output must hold besides
		ok     bool
	}{
		{name: "subtests count, their parent does not", last: "3 passed, 0 failed", ok: true,
			file: head + `func TestA(t *testing.T) { t.Run("x", func(t *testing.T) {}); t.Run("y", func(t *testing.T) {}) }
func FuzzB(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) {}) }`},
		{name: "a failing subtest fails once", last: "1 passed, 1 failed", shown: "bad y",
			file: head + `func TestA(t *testing.T) { t.Run("x", func(t *testing.T) {}); t.Run("y", func(t *testing.T) { t.Error("bad y") }) }`},
		{name: "a parent that fails by itself counts", last: "1 passed, 1 failed", shown: "bad parent",
			file: head + `func TestA(t *testing.T) { t.Run("x", func(t *testing.T) {}); t.Error("bad parent") }`},
		{name: "a package that does not build", last: "0 passed, 1 failed", shown: "undefined: nothing",
			file: head + `func TestA(t *testing.T) { nothing() }`},
		{name: "a test that ends the process", last: "0 passed, 1 failed", shown: "RUN   TestA",
			file: head + `func TestA(t *testing.T) { os.Exit(3) }`},
		{name: "a panic", last: "0 passed, 1 failed", shown: "boo",
			file: head + `func TestA(t *testing.T) { panic("boo") }`},
		{name: "a skip is named", last: "1 passed, 0 failed", shown: "no database", ok: true,
			file: head + `func TestA(t *testing.T) { t.Skip("no database") }
func TestB(t *testing.T) {}`},
		{name: "a skip fails where all must run", strict: true, last: "1 passed, 1 failed", shown: "no database",
			file: head + `func TestA(t *testing.T) { t.Skip("no database") }
func TestB(t *testing.T) {}`},
		{name: "no test at all", last: "0 passed, 0 failed", file: head + `var _ testing.TB`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "go.mod"), "module a\n\ngo 1.26.0\n")
			write(t, filepath.Join(dir, "a_test.go"), tt.file)
			var out strings.Builder
			err := run(dir, []string{"."}, tt.strict, &out)
			if (err == nil) != tt.ok {
				t.Errorf("error %v, want none: %v", err, tt.ok)
			}
			if !regexp.MustCompile(`(?m)^` + tt.last + `$`).MatchString(out.String()) {
				t.Errorf("no line %q in:\n%s", tt.last, out.String())
			}
			if !strings.Contains(out.String(), tt.shown) {
				t.Errorf("%q is not shown in:\n%s", tt.shown, out.String())
			}
		})
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
