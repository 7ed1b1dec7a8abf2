package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

type result struct {
	code           int
	stdout, stderr string
}

func ekbom(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(stdin), &stdout, &stderr, nil)
	return result{code, stdout.String(), stderr.String()}
}

// copyShipped copies the shipped questionnaire into a folder, changed by the test.
func copyShipped(t *testing.T, file, old, now string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../questionnaires/rls")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, file)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s does not contain %q", file, old)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(data), old, now, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCheck(t *testing.T) {
	t.Parallel()
	t.Run("shipped", func(t *testing.T) {
		t.Parallel()
		r := ekbom(t, "", "check")
		if r.code != exitDone || r.stderr != "" {
			t.Fatalf("exit %d\n%s", r.code, r.stderr)
		}
		for _, want := range []string{"rls 1.0.0", "heartburn 0.1.0", "all as expected", "language en: complete", "proven over every path"} {
			if !strings.Contains(r.stdout, want) {
				t.Errorf("report lacks %q:\n%s", want, r.stdout)
			}
		}
	})
	t.Run("JSON", func(t *testing.T) {
		t.Parallel()
		r := ekbom(t, "", "check", "--json")
		var first report
		if err := json.Unmarshal([]byte(r.stdout), &first); err != nil {
			t.Fatal(err)
		}
		if r.code != exitDone || first.Questionnaire.ID != usual || first.Counts.Cases < 50 || len(first.Others) != len(questionnaires.Names())-1 {
			t.Errorf("exit %d, first %s, %+v, then %d others", r.code, first.Questionnaire.ID, first.Counts, len(first.Others))
		}
		for _, got := range append(first.Others, first) {
			if got.Counts.Questions == 0 || len(got.Findings) != 0 {
				t.Errorf("%s: %+v, %v", got.Questionnaire.ID, got.Counts, got.Findings)
			}
			if got.Counts.MostQuestions > 60 || got.Counts.FewestQuestions > 25 { // nobody is asked more
				t.Errorf("%s: between %d and %d questions", got.Questionnaire.ID, got.Counts.FewestQuestions, got.Counts.MostQuestions)
			}
			for id, cases := range got.Reachable["causes"] {
				if len(cases) == 0 {
					t.Errorf("%s: no case reaches the cause %s", got.Questionnaire.ID, id)
				}
			}
		}
	})
	faults := []struct{ name, file, old, now, want string }{
		{"unknown option", "rules.yaml", "{age: {from: 18}}", "{sex: femal}", "unknown-option"},
		{"syntax", "definition.yaml", "sections:", "sections: [", "not-yaml"},
		{"text gone", "text/en.yaml", "title:", "titel:", "missing-text"},
		{"case differs", "cases/typical.yaml", "urgency: routine", "urgency: emergency", "case-differs"},
	}
	for _, tt := range faults {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := copyShipped(t, tt.file, tt.old, tt.now)
			r := ekbom(t, "", "check", dir)
			if r.code != exitFaulty || !strings.Contains(r.stderr, tt.want) || !strings.Contains(r.stderr, filepath.Join(dir, tt.file)) {
				t.Errorf("exit %d, want %s:\n%s", r.code, tt.want, r.stderr)
			}
		})
	}
	t.Run("against, where it was written and not where its condition was first", func(t *testing.T) {
		t.Parallel()
		const now = "      - {fact: pattern-like}\n      - {look_alike: growing-pains}\n  - cause: growth-cramps"
		dir := copyShipped(t, "rules.yaml", strings.Replace(now, "      - {look_alike: growing-pains}\n", "", 1), now)
		rules, err := os.ReadFile(filepath.Join(dir, "rules.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		before, _, _ := strings.Cut(string(rules), now)
		want := fmt.Sprintf("rules.yaml:%d:9: what stands second under against of \"night-cramps\" never speaks against it", strings.Count(before, "\n")+2)
		if r := ekbom(t, "", "check", dir); r.code != exitFaulty || !strings.Contains(r.stderr, want) {
			t.Errorf("exit %d, want %s:\n%s", r.code, want, r.stderr)
		}
	})
	t.Run("folders", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		const legs = "../../internal/server/testdata/legs"
		for _, name := range []string{"good", "lost", "misnamed", ".git", "photos"} {
			if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(legs)); err != nil {
				t.Fatal(err)
			}
		}
		for _, err := range []error{
			os.Remove(filepath.Join(dir, "lost", "definition.yaml")),
			os.Rename(filepath.Join(dir, "misnamed", "definition.yaml"), filepath.Join(dir, "misnamed", "definition.yml")),
			os.Remove(filepath.Join(dir, "photos", "definition.yaml")),
			os.Remove(filepath.Join(dir, "photos", "rules.yaml")),
			os.Remove(filepath.Join(dir, "photos", "sources.yaml")),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if os.Symlink("good", filepath.Join(dir, "link")) != nil || os.Symlink("nowhere", filepath.Join(dir, "astray")) != nil {
			t.Skip("no links here")
		}
		r := ekbom(t, "", "check", dir)
		told := strings.ReplaceAll(r.stderr+r.stdout, dir, "")
		for _, want := range []string{"/astray: ", "/lost/definition.yaml: cannot be read [file-missing]; add the file", "call it definition.yaml"} {
			if !strings.Contains(told, want) {
				t.Errorf("lacks %q:\n%s", want, told)
			}
		}
		if r.code != exitFaulty || strings.Count(r.stdout, "no cases: nobody") != 2 || strings.Contains(told, ".git") || strings.Contains(told, "photos") {
			t.Errorf("exit %d:\n%s", r.code, told)
		}
	})
	t.Run("no such folder", func(t *testing.T) {
		t.Parallel()
		if r := ekbom(t, "", "check", "nowhere"); r.code != exitWrongUse || !strings.Contains(r.stderr, "nowhere") {
			t.Errorf("exit %d: %s", r.code, r.stderr)
		}
	})
}

// Run with -update to draw docs/images/flow.svg anew.
func TestGraph(t *testing.T) {
	t.Parallel()
	const flow = "../../docs/images/flow.svg"
	r := ekbom(t, "", "graph")
	if r.code != exitDone || r.stderr != "" {
		t.Fatalf("exit %d\n%s", r.code, r.stderr)
	}
	if *rewrite {
		if err := os.WriteFile(flow, []byte(r.stdout), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if shown, err := os.ReadFile(flow); err != nil || string(shown) != r.stdout {
		t.Errorf("docs/images/flow.svg is not what ekbom graph draws (%v); run go test ./cmd/ekbom -run TestGraph -update", err)
	}
	file := filepath.Join(t.TempDir(), "cause.mmd")
	if r := ekbom(t, "", "graph", "--of", "cause/rls", "--format", "mermaid", "--lang", "ru", "-o", file); r.code != exitDone || r.stdout != "" {
		t.Errorf("exit %d: %s%s", r.code, r.stdout, r.stderr)
	}
	if got, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(got), "flowchart LR\n") || !strings.Contains(string(got), "Беспокойные ноги") {
		t.Errorf("%v\n%s", err, got)
	}
	for _, tt := range []struct {
		code int
		want string
		args []string
	}{
		{exitWrongUse, "nothing of that id", []string{"--of", "no-such-thing"}},
		{exitWrongUse, "write cause/growing-pains or look-alike/growing-pains", []string{"--of", "growing-pains"}},
		{exitWrongUse, "it has en, ru", []string{"--lang", "xx"}},
		{exitWrongUse, "--format", []string{"--format", "png"}},
		{exitFaulty, "unknown-option", []string{copyShipped(t, "rules.yaml", "{age: {from: 18}}", "{sex: femal}")}},
		{exitFaulty, "no such file", []string{"-o", filepath.Join(t.TempDir(), "nowhere", "flow.svg")}},
	} {
		if r := ekbom(t, "", append([]string{"graph"}, tt.args...)...); r.code != tt.code || !strings.Contains(r.stderr, tt.want) || r.stdout != "" {
			t.Errorf("%q: exit %d: %s", tt.args, r.code, r.stderr)
		}
	}
}

func TestOutline(t *testing.T) {
	t.Parallel()
	r := ekbom(t, "", "outline", "--json")
	var got struct {
		Questions []struct {
			ID, Text, Type, Group string
			Ask                   any
		}
	}
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatal(err)
	}
	if r.code != exitDone || len(got.Questions) < 20 || got.Questions[0].Text == "" {
		t.Errorf("exit %d, %d questions", r.code, len(got.Questions))
	}
	for _, q := range got.Questions {
		if want, told := map[string]string{"mood": "mood-and-safety", "filled-in-by": ""}[q.ID]; told && q.Group != want {
			t.Errorf("%s stands in the group %q", q.ID, q.Group)
		}
	}
	if r := ekbom(t, "", "outline", "--lang", "ru", "rls"); r.code != exitDone || !strings.Contains(r.stdout, "asked when Возраст: below 18") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	if r := ekbom(t, "", "outline", "heartburn"); r.code != exitDone || !strings.Contains(r.stdout, "Heartburn self-check (heartburn ") {
		t.Errorf("exit %d: %s%s", r.code, r.stdout, r.stderr)
	}
	if r := ekbom(t, "", "outline", "--lang", "xx"); r.code != exitWrongUse || !strings.Contains(r.stderr, "en") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}

func TestAssess(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answers string
		code          int
		stdout        []string
		stderr        string
	}{
		{"nothing answered", `{}`, exitDone, []string{`"missing"`, `"filled-in-by"`}, ""},
		{"emergency", `{"filled-in-by": "me", "emergency-signs": ["cold-pale-leg"], "age": 60}`, exitDone, []string{`"urgency": "emergency"`, `"leg-without-blood"`}, ""},
		{"off the path", `{"filled-in-by": "me", "age": 40, "child-signs": ["lump"]}`, exitDone, []string{`"missing"`}, "child-signs"},
		{"unknown question", `{"legs": "yes"}`, exitFaulty, nil, "legs"},
		{"unknown option", `{"urge": "always"}`, exitFaulty, nil, "always"},
		{"out of range", `{"age": 999}`, exitFaulty, nil, "999"},
		{"fraction", `{"age": 40.5}`, exitFaulty, nil, "40.5"},
		{"object", `{"age": {}}`, exitFaulty, nil, "age"},
		{"not JSON", `age: 40`, exitFaulty, nil, "JSON"},
		{"list", `[]`, exitFaulty, nil, "JSON"},
		{"two objects", `{} {}`, exitFaulty, nil, "more than one"},
		{"empty", ``, exitFaulty, nil, "JSON"},
		{"too large", `{"own-words": "` + strings.Repeat("x", maxAnswers) + `"}`, exitFaulty, nil, "larger"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ekbom(t, tt.answers, "assess", "--json", "rls")
			if r.code != tt.code || !strings.Contains(r.stderr, tt.stderr) {
				t.Errorf("exit %d: %s", r.code, r.stderr)
			}
			for _, want := range tt.stdout {
				if !strings.Contains(r.stdout, want) {
					t.Errorf("lacks %s:\n%s", want, r.stdout)
				}
			}
		})
	}
}

// Cases, given to assess as files, come out as the same outcomes as when they are evaluated directly. Every seventh is enough:
// each run reads the whole questionnaire anew.
// Every case is read as the command reads it; a few go through the command, which loads the questionnaire each time.
func TestAssessAgreesWithCases(t *testing.T) {
	t.Parallel()
	d, faults := questionnaire.Load(os.DirFS("../../questionnaires/rls"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for i := range d.Cases {
		given := map[questionnaire.ID]any{}
		for at, a := range d.Cases[i].Answers {
			if a.State != questionnaire.NotReached {
				given[d.Questions[at].ID] = assess.Plain(d, at, a)
			}
		}
		in, err := json.Marshal(given)
		if err != nil {
			t.Fatal(err)
		}
		var ignored bytes.Buffer
		answers, err := (&stage{stdin: bytes.NewReader(in), stderr: &ignored}).readPath(d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d.Cases[i].Answers, answers); diff != "" || ignored.Len() > 0 {
			t.Errorf("%s: other answers (-case +read):\n%s%s", d.Cases[i].ID, diff, &ignored)
		}
		if i%60 != 0 {
			continue
		}
		want, err := json.MarshalIndent(assess.Evaluate(d, d.Cases[i].Answers), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if r := ekbom(t, string(in), "assess", "--json"); strings.TrimSpace(r.stdout) != string(want) || r.stderr != "" {
			t.Errorf("%s: another outcome\n%s", d.Cases[i].ID, r.stderr)
		}
	}
	if r := ekbom(t, `{"bleeding": ["black-stools"]}`, "assess", "heartburn"); r.code != exitDone || !strings.Contains(r.stdout, "red flag bleeding") {
		t.Errorf("exit %d for heartburn: %s%s", r.code, r.stdout, r.stderr)
	}
	if r := ekbom(t, `{"age": 52}`, "assess"); r.code != exitDone || !strings.Contains(r.stdout, "urgency: ") {
		t.Errorf("exit %d in plain words: %s", r.code, r.stdout)
	}
}
