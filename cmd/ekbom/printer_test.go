package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPrinter(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"plain, “quoted” and Возраст\n\tfurther": "plain, “quoted” and Возраст\n\tfurther",
		"\x1b[2Jgone\r":         `\u001b[2Jgone\u000d`,
		"\u009b31m":             `\u009b31m`,
		"\x9b31m":               `\x9b31m`,
		"a\u202eb\u2066c\u061c": `a\u202eb\u2066c\u061c`,
	} {
		var out bytes.Buffer
		if n, err := (&printer{w: &out}).Write([]byte(said)); out.String() != want || n != len(said) || err != nil {
			t.Errorf("%q is written as %q, %d, %v", said, out.String(), n, err)
		}
	}
}

// Words of a questionnaire do not steer the terminal, in text; JSON and drawings are as they are.
func TestTextIsSafe(t *testing.T) {
	t.Parallel()
	dir := small(t)
	change(t, dir, "text/en.yaml", "title: Small", "title: Small\u202e")
	if r := ekbom(t, "", "outline", dir); r.code == exitDone && (strings.Contains(r.stdout, "\u202e") || !strings.Contains(r.stdout, `\u202e`)) {
		t.Errorf("the sign is obeyed: %q", r.stdout)
	}
	if r := ekbom(t, "", "outline", "no\x1b[2Jwhere"); r.code != exitWrongUse || strings.Contains(r.stderr, "\x1b") {
		t.Errorf("exit %d: %q", r.code, r.stderr)
	}
}

// full takes nothing, as a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWhatIsNotWrittenIsNotDone(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"check", "heartburn"}, {"check", "--json", "heartburn"}, {"outline"}, {"graph"}, {"assess"}, {"explain", "--limit", "1ms"}, {"diff", "heartburn", "heartburn"}} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader("{}"), full{}, &stderr, nil); code != exitFaulty || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%q: exit %d: %s", args, code, &stderr)
		}
	}
}

func TestMeaninglessArguments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"check", ""}, "empty"},
		{[]string{"outline", ""}, "neither a folder"},
		{[]string{"check", "--limit=0"}, "--limit"},
		{[]string{"check", "--limit=-1s"}, "--limit"},
		{[]string{"diff", "--limit=-1s", "rls", "rls"}, "--limit"},
		{[]string{"explain", "--limit=0s"}, "--limit"},
		{[]string{"diff", "--db=", "rls", "rls"}, "--db"},
		{[]string{"diff", "--db=mysql:x", "rls", "rls"}, "--db: want"},
		{[]string{"check", "--write-case"}, "shipped"},
		{[]string{"check", "--write-case", "rls"}, "shipped"},
		{[]string{"check", "--propose-cases", "--json", "rls"}, "--propose-cases"},
		{[]string{"check", "--propose-cases", "--write-case", "rls"}, "--propose-cases"},
	} {
		if r := ekbom(t, "", tt.args...); r.code != exitWrongUse || !strings.Contains(r.stderr, tt.want) || r.stdout != "" {
			t.Errorf("%q: exit %d: %s%s", tt.args, r.code, r.stderr, r.stdout)
		}
	}
	missing := filepath.Join(t.TempDir(), "none.db")
	if r := ekbom(t, "", "diff", "--db", "sqlite:"+missing, "rls", "rls"); r.code != exitFaulty || !strings.Contains(r.stderr, "--db: there is no database") || r.stdout != "" {
		t.Errorf("exit %d: %s%s", r.code, r.stderr, r.stdout)
	}
}

// broken is a questionnaire with a property that does not hold.
func broken(t *testing.T) string {
	t.Helper()
	dir := small(t)
	properties := `properties:
  - property: swollen-is-an-emergency
    says: Swollen legs are an emergency.
    whenever: {legs: swollen}
    then: {outcome: {urgency: emergency}}
`
	if err := os.WriteFile(filepath.Join(dir, "properties.yaml"), []byte(properties), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestWriteCaseKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	const own = "# My own words.\n- case: mine\n  story: Mine. # kept\n  answers: {age: 3, legs: well, sleep: well}\n  expect: {urgency: self-care}"
	tests := []struct{ name, was, kept, want string }{
		{"no file", "", "", "- case: broken-swollen-is-an-emergency\n"},
		{"beside a case of mine", own, own + "\n", "- case: broken-swollen-is-an-emergency\n"},
		{"it is there, edited", strings.Replace(own, "mine", "broken-swollen-is-an-emergency", 1), strings.Replace(own, "mine", "broken-swollen-is-an-emergency", 1), ""},
		{"a list in brackets", "[]\n", "[]\n", "[case-not-written]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := broken(t)
			name := filepath.Join(dir, fileBroken)
			if tt.was != "" {
				if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, []byte(tt.was), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			r := ekbom(t, "", "check", "--write-case", dir)
			got, err := os.ReadFile(name)
			if err != nil || r.code != exitFaulty {
				t.Fatalf("exit %d: %v\n%s", r.code, err, r.stderr)
			}
			added, ok := strings.CutPrefix(string(got), tt.kept)
			if !ok || tt.want == "" && added != "" || !strings.Contains(added+r.stderr, tt.want) {
				t.Errorf("it holds now\n%s\n%s", got, r.stderr)
			}
			if r := ekbom(t, "", "check", "--write-case", dir); strings.Contains(r.stderr, "fault") {
				t.Errorf("it cannot be read any more: %s", r.stderr)
			}
			if again, err := os.ReadFile(name); err != nil || string(again) != string(got) {
				t.Errorf("again it is otherwise: %v\n%s", err, again)
			}
		})
	}
	t.Run("a link to elsewhere", func(t *testing.T) {
		t.Parallel()
		dir, elsewhere := broken(t), t.TempDir()
		if err := os.Symlink(elsewhere, filepath.Join(dir, "cases")); err != nil {
			t.Fatal(err)
		}
		r := ekbom(t, "", "check", "--write-case", dir)
		if left, err := os.ReadDir(elsewhere); err != nil || len(left) > 0 || !strings.Contains(r.stderr, "[case-not-written]") {
			t.Errorf("written elsewhere: %v %v\n%s", left, err, r.stderr)
		}
	})
}

// The link of an example leads to where the author's server listens.
func TestLinkIsOfTheConfiguredAddress(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	run(t.Context(), []string{"check", broken(t)}, strings.NewReader(""), &out, &out, []string{"EKBOM_ADDR=127.0.0.1:9999"})
	if !strings.Contains(out.String(), "http://127.0.0.1:9999/dev/open?") {
		t.Errorf("%s", &out)
	}
}

// What is not decided is told as not known, properties first and by name, and whoever stops it is not told to give more time.
func TestNotProven(t *testing.T) {
	t.Parallel()
	dir := broken(t)
	r := ekbom(t, "", "check", "--limit", "1ns", dir)
	for _, want := range []string{"0 statements and 0 properties are proven", "1 property not decided in time; not known whether the property swollen-is-an-emergency holds; whether ", "--limit"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("lacks %q: %s", want, r.stderr)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out, said bytes.Buffer
	code := run(ctx, []string{"check", "--json", dir}, strings.NewReader(""), &out, &said, nil)
	if code != exitFaulty || !strings.Contains(said.String(), "not decided before it was stopped") || strings.Contains(said.String(), "--limit") {
		t.Errorf("exit %d: %s", code, &said)
	}
	var got report
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if p := got.Proof; p.Proven || p.ProvenStatements != 0 || p.ProvenProperties != 0 || len(p.Undecided) != 1 || p.Unproven[0] != "whether the property swollen-is-an-emergency holds" {
		t.Errorf("%+v", p)
	}
	if r := ekbom(t, "", "check", "--limit", time.Minute.String(), dir); strings.Contains(r.stderr, "not-proven") {
		t.Errorf("%s", r.stderr)
	}
}

func TestAnswersAsJSON(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stdin string
		code  int
		want  string
	}{
		"a byte order mark": {"\ufeff" + `{"age": 40}`, exitDone, ""},
		"twice":             {`{"age": 40, "age": 41}`, exitFaulty, `"age" is answered twice [duplicate-answer]`},
		"where":             {"{\"age\": 40,\n  bad}", exitFaulty, "(line 2, column 3) [not-json]"},
		"no such question":  {`{"legs": "yes"}`, exitFaulty, "[unknown-question]"},
		"no such answer":    {`{"age": "old"}`, exitFaulty, "[not-an-answer]"},
	} {
		for _, command := range []string{"assess", "explain"} {
			if r := ekbom(t, tt.stdin, command); r.code != tt.code || !strings.Contains(r.stderr, tt.want) {
				t.Errorf("%s, %s: exit %d: %s", command, name, r.code, r.stderr)
			}
		}
	}
}
