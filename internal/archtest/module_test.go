package archtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// licences tells a licence by words that stand in its text, the narrower first.
var licences = []struct {
	name  string
	words string
}{
	{"GPL", `GNU (LESSER |AFFERO )?GENERAL PUBLIC LICENSE`},
	{"MPL-2.0", `Mozilla Public License,? [Vv]ersion 2\.0`},
	{"Apache-2.0", `Apache License Version 2\.0`},
	{"BSD", `Redistribution and use in source and binary forms`},
	{"ISC", `Permission to use, copy, modify, and/?(or)? distribute this software for any purpose with or without fee`},
	{"MIT", `Permission is hereby granted, free of charge, to any person obtaining a copy`},
}

func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`(?i)^(licen[cs]e|copying)(\.\w+)?$`)
	for _, file := range files {
		if !name.MatchString(filepath.Base(file)) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range licences {
			if regexp.MustCompile(l.words).MatchString(strings.Join(strings.Fields(string(text)), " ")) {
				return l.name
			}
		}
	}
	return "unknown"
}

// TestLicences allows only licences that let anybody pass the program on. What only tests use is not passed on.
func TestLicences(t *testing.T) {
	t.Parallel()
	linked := map[string]bool{"MIT": true, "BSD": true, "Apache-2.0": true, "ISC": true}
	tested := map[string]bool{"MIT": true, "BSD": true, "Apache-2.0": true, "ISC": true, "MPL-2.0": true}
	for _, tt := range []struct {
		name    string
		list    []string
		allowed map[string]bool
	}{
		{"in the program", []string{"-deps", "./cmd/ekbom"}, linked},
		{"in tests", []string{"-deps", "-test", "./..."}, tested},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			for _, p := range goList(t, tt.list...) {
				if p.Module == nil || p.Module.Main || seen[p.Module.Path] {
					continue
				}
				seen[p.Module.Path] = true
				if l := licenceOf(t, p.Module.Dir); !tt.allowed[l] {
					t.Errorf("%s is under %s", p.Module.Path, l)
				}
			}
			if len(seen) < 10 {
				t.Errorf("only %d modules looked at", len(seen))
			}
		})
	}
	if l := licenceOf(t, root); l != "Apache-2.0" {
		t.Errorf("our own licence is %s", l)
	}
}

// TestToolsAgree: a newer templ writes calls that an older library does not have.
func TestToolsAgree(t *testing.T) {
	t.Parallel()
	library, tool := required(t, "go.mod"), required(t, "tools.mod")
	const templ = "github.com/a-h/templ"
	if library[templ] == "" || library[templ] != tool[templ] {
		t.Errorf("templ is %q as library and %q as tool", library[templ], tool[templ])
	}
}

func required(t *testing.T, file string) map[string]string {
	t.Helper()
	cmd := exec.Command("go", "mod", "edit", "-json", file)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go mod edit -json %s: %v", file, err)
	}
	var mod struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, r := range mod.Require {
		versions[r.Path] = r.Version
	}
	return versions
}

// TestTemplatesAreFresh makes every *_templ.go anew and compares it with the file that is kept.
func TestTemplatesAreFresh(t *testing.T) {
	t.Parallel()
	copied := t.TempDir()
	var targets []string
	walk(t, func(path string, content []byte) {
		source, ok := strings.CutSuffix(path, ".templ")
		if !ok {
			return
		}
		targets = append(targets, source+"_templ.go")
		if err := os.MkdirAll(filepath.Join(copied, filepath.Dir(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, path), content, 0o600); err != nil {
			t.Fatal(err)
		}
	})
	if len(targets) == 0 {
		t.Fatal("no template found")
	}
	cmd := exec.Command("go", "tool", "-modfile=tools.mod", "templ", "generate", "-path", filepath.Join(copied, "web"))
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("templ generate: %v\n%s", err, out)
	}
	for _, path := range targets {
		want, err := os.ReadFile(filepath.Join(copied, path))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(filepath.Join(root, path))
		if err != nil || string(kept) != string(want) {
			t.Errorf("%s is not what its template gives: run make generate (%v)", path, err)
		}
	}
	walk(t, func(path string, _ []byte) {
		source, ok := strings.CutSuffix(path, "_templ.go")
		if _, err := os.Stat(filepath.Join(root, source+".templ")); ok && err != nil {
			t.Errorf("%s has no template any more", path)
		}
	})
}
