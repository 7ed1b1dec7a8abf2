package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSchemaPrints(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		args      []string
		code      int
		has, none string // of what is printed
	}{
		{"of any questionnaire", []string{"rules"}, exitDone, `"red_flags"`, "much-coffee"},
		{"of a shipped one", []string{"rules", "rls"}, exitDone, "much-coffee", ""},
		{"of a folder", []string{"cases", "../../questionnaires/heartburn"}, exitDone, `"based_on"`, "much-coffee"},
		{"of no such files", []string{"pictures"}, exitWrongUse, "definition, rules, sources, properties, cases, text", ""},
		{"of nothing", nil, exitWrongUse, "--write", ""},
		{"of no such folder", []string{"rules", "nowhere"}, exitWrongUse, "nowhere", ""},
		{"both ways", []string{"rules", "--write", "."}, exitWrongUse, "not both", ""},
		{"written nowhere", []string{"--write", "nowhere"}, exitWrongUse, "not a folder", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ekbom(t, "", append([]string{"schema"}, tt.args...)...)
			printed := r.stdout + r.stderr
			if r.code != tt.code || !strings.Contains(printed, tt.has) || tt.none != "" && strings.Contains(printed, tt.none) {
				t.Errorf("exit %d, printed %.300s", r.code, printed)
			}
		})
	}
}

// The schemas in a folder change nothing about the questionnaire, and follow it while it is worked on.
func TestSchemaIsWritten(t *testing.T) {
	t.Parallel()
	dir := copyShipped(t, "definition.yaml", "restless", "restless")
	rules := filepath.Join(dir, ".schema", "rules.json")
	read := func() []byte {
		data, err := os.ReadFile(rules)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	change := func(name, old, now string) {
		name = filepath.Join(dir, name)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, bytes.Replace(data, []byte(old), []byte(now), 1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := findFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	s := &stage{ctx: t.Context(), stderr: &stderr}
	s.renewSchemas(f)
	if _, err := os.Stat(filepath.Dir(rules)); err == nil {
		t.Error("written unasked")
	}
	before := ekbom(t, "", "outline", "--json", dir).stdout
	if r := ekbom(t, "", "schema", "--write", dir); r.code != exitDone || !strings.Contains(r.stdout, "cases/*.yaml") || !strings.Contains(r.stdout, "=../.schema/cases.json") {
		t.Fatalf("exit %d: %s%s", r.code, r.stdout, r.stderr)
	}
	if r := ekbom(t, "", "outline", "--json", dir); r.code != exitDone || r.stdout != before {
		t.Errorf("with the schemas beside it: exit %d, %.300s", r.code, r.stderr)
	}
	if !bytes.Contains(read(), []byte("much-coffee")) {
		t.Error("the option much-coffee is not in the schema")
	}

	// A new option makes the questionnaire faulty until it has words, and is known all the same.
	change("definition.yaml", "much-coffee", "much-mate")
	s.renewSchemas(f)
	if !bytes.Contains(read(), []byte("much-mate")) {
		t.Error("the new option is not in the schema")
	}

	// While a file cannot be read, what was known stays.
	known := read()
	change("rules.yaml", "red_flags:", "red_flags: [")
	s.renewSchemas(f)
	if r := ekbom(t, "", "schema", "--write", dir); r.code != exitFaulty || !strings.Contains(r.stderr, "[not-yaml]") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	if !bytes.Equal(known, read()) || stderr.Len() > 0 {
		t.Errorf("the schema changed: %s", &stderr)
	}
}

// In an empty folder they help with the first file.
func TestSchemaOfAnEmptyFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if r := ekbom(t, "", "schema", "--write", dir); r.code != exitDone {
		t.Fatal(r.stderr)
	}
	data, err := os.ReadFile(filepath.Join(dir, ".schema", "definition.json"))
	if err != nil || !bytes.Equal(data, []byte(ekbom(t, "", "schema", "definition").stdout)) {
		t.Errorf("not the schema for any questionnaire: %v", err)
	}
}

// A folder may come from somebody else: what its links lead to stays as it is.
func TestSchemaFollowsNoLinks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, link, to string }{
		{"out of the folder", ".schema/rules.json", "../../precious/rules.json"},
		{"to another file of it", ".schema/rules.json", "../rules.yaml"},
		{"to nothing", ".schema/rules.json", "../../precious/new.json"},
		{"the whole folder", ".schema", "../precious"},
		{"the whole folder, inside", ".schema", "cases"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			above := t.TempDir()
			dir := filepath.Join(above, "legs")
			if err := os.CopyFS(dir, os.DirFS(legs)); err != nil {
				t.Fatal(err)
			}
			for _, made := range []string{filepath.Join(above, "precious"), filepath.Join(dir, "cases"), filepath.Dir(filepath.Join(dir, tt.link))} {
				if err := os.MkdirAll(made, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(above, "precious", "rules.json"), []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(tt.to, filepath.Join(dir, tt.link)); err != nil {
				t.Skip(err)
			}
			files := func() (all []string) {
				for _, folder := range []string{filepath.Join(above, "precious"), dir, filepath.Join(dir, "cases")} {
					entries, err := os.ReadDir(folder)
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range entries {
						if e.Type().IsRegular() {
							content, err := os.ReadFile(filepath.Join(folder, e.Name()))
							all = append(all, fmt.Sprint(folder, e.Name(), string(content), err))
						}
					}
				}
				return all
			}
			before := files()
			if r := ekbom(t, "", "schema", "--write", dir); r.code == exitDone || !strings.Contains(r.stderr, "is a link") {
				t.Errorf("exit %d: %s", r.code, r.stderr)
			}
			var stderr bytes.Buffer
			f, err := findFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			(&stage{ctx: t.Context(), stderr: &stderr}).renewSchemas(f)
			if !strings.Contains(stderr.String(), "not renewed") {
				t.Errorf("said %q", stderr.String())
			}
			if !slices.Equal(files(), before) {
				t.Error("it was written through the link")
			}
		})
	}
}
