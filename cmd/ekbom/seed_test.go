package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestSeed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	env := []string{"EKBOM_DB=sqlite:" + filepath.Join(dir, "data", "ekbom.db")}
	code, stdout, stderr := command(t.Context(), env, "seed", "--count", "30")
	if code != exitDone || !regexp.MustCompile(`3\d submissions of \d+ people`).MatchString(stdout) || !strings.Contains(stdout, "account reset --login demo.admin") {
		t.Fatalf("seed: %d\n%s%s", code, stdout, stderr)
	}
	if code, stdout, stderr = command(t.Context(), env, "audit", "verify"); code != exitDone || !strings.Contains(stdout, "demo: whole") {
		t.Errorf("audit verify: %d\n%s%s", code, stdout, stderr)
	}
	if code, stdout, stderr = command(t.Context(), env, "account", "reset", "--login", "demo.admin"); code != exitDone || !strings.Contains(stdout, "/clinic/welcome/") {
		t.Errorf("account reset: %d\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr = command(t.Context(), env, "seed", "--count", "0"); code != exitWrongUse || !strings.Contains(stderr, "--count") {
		t.Errorf("none: %d\n%s", code, stderr)
	}
	// Other people can join them; the same ones cannot.
	if code, _, stderr = command(t.Context(), env, "seed", "--count", "5", "--seed", "2"); code != exitDone {
		t.Errorf("more: %d\n%s", code, stderr)
	}
}
