package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is proposed can be put beside the cases as it is: it loads, comes out as it expects, and then nothing is lacking.
func TestProposeCases(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../questionnaires/heartburn")); err != nil {
		t.Fatal(err)
	}
	// With its first cases only, much is lacking.
	name := filepath.Join(dir, "cases", "people.yaml")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	few := strings.Join(strings.SplitAfterN(string(data), "\n- case: ", 11)[:10], "")
	if err := os.WriteFile(name, []byte(strings.TrimSuffix(few, "- case: ")), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func() (got report) {
		t.Helper()
		r := ekbom(t, "", "check", "--json", dir)
		if r.code != exitDone {
			t.Fatalf("exit %d\n%s", r.code, r.stderr)
		}
		if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	before := read()
	if before.Coverage.Rules.Done == before.Coverage.Rules.Possible {
		t.Fatal("nothing is lacking without cases")
	}
	proposed := ekbom(t, "", "check", "--propose-cases", dir)
	if proposed.code != exitDone || !strings.Contains(proposed.stdout, "judged") || !strings.Contains(proposed.stdout, "To be judged. They told: ") {
		t.Fatalf("exit %d\n%s", proposed.code, proposed.stderr)
	}
	if err := os.WriteFile(filepath.Join(dir, "cases", "proposed.yaml"), []byte(proposed.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	after := read()
	for name, k := range map[string][2]coveredReport{"rules": {before.Coverage.Rules, after.Coverage.Rules}, "answers": {before.Coverage.Answers, after.Coverage.Answers},
		"branches": {before.Coverage.Branches, after.Coverage.Branches}, "pairs": {before.Coverage.Pairs, after.Coverage.Pairs}} {
		if k[1].Done != k[1].Possible || len(k[1].Lacks) > 0 || k[0].Possible != k[1].Possible || k[0].Possible == 0 {
			t.Errorf("%s: %d of %d before, %d of %d after", name, k[0].Done, k[0].Possible, k[1].Done, k[1].Possible)
		}
	}
	if again := ekbom(t, "", "check", "--propose-cases", dir); again.code != exitDone || !strings.Contains(again.stdout, "Nothing is lacking") {
		t.Errorf("exit %d: %s", again.code, again.stdout)
	}
	if r := ekbom(t, "", "check", "--propose-cases", "--limit", "1ns", "heartburn"); r.code != exitFaulty || !strings.Contains(r.stdout, "NOT complete: time ran out") || !strings.Contains(r.stderr, "time ran out") {
		t.Errorf("exit %d in no time: %s", r.code, r.stdout)
	}
	if r := ekbom(t, "", "check", "--propose-cases"); r.code != exitWrongUse || !strings.Contains(r.stderr, "one questionnaire") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}

func TestCheckTellsCoverageAndReaders(t *testing.T) {
	t.Parallel()
	r := ekbom(t, "", "check", "heartburn")
	for _, want := range []string{"the cases exercise, of all that can happen: rules 106 of 106", "branches that no case exercises", "pairs of causes that no case exercises",
		"own-words        no rule: A clinician reads it", "emergency-signs  7 red flags"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("the report lacks %q:\n%s", want, r.stdout)
		}
	}
	if r := ekbom(t, "", "check", "--limit", "1ns", "heartburn"); r.code != exitFaulty || !strings.Contains(r.stdout, "time ran out before it was known whether") {
		t.Errorf("exit %d in no time:\n%s", r.code, r.stdout)
	}
}
