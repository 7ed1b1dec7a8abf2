package main

import (
	"bytes"
	"os"
	"path/filepath"
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
