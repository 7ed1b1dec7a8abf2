package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

// change rewrites a file of a folder.
func change(t *testing.T, dir, file, old, now string) {
	t.Helper()
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
}

// small is a questionnaire of which everything can be worked out by hand.
func small(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/diff")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDiff(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name            string
		file, old, now  string
		stdout, without []string
	}{
		{"nothing", "rules.yaml", "swollen", "swollen",
			[]string{"No difference: each of 180 answer sets that both editions take comes to the same outcome."}, []string{"less urgent"}},
		{"calmer", "rules.yaml", "if_unknown: soon", "if_unknown: routine",
			// Not sure at the legs: 3 answers about sleep at each of 20 ages.
			[]string{"with another outcome: 60 (33%)", "less urgent: 60", "more urgent: 0", "Urgency, less urgent\n  soon → routine, for 60 answer sets",
				"clot: cannot be told (soon) → cannot be told (routine), for 60 answer sets", "Legs: not sure [legs: unsure]"},
			[]string{"Urgency, more urgent", "Causes"}},
		{"more urgent", "rules.yaml", "urgency: same-day", "urgency: emergency",
			[]string{"more urgent: 60", "same-day → emergency, for 60 answer sets", "Legs: “Swollen” [legs: swollen]"}, nil},
		{"both ways, calmer first", "rules.yaml", "same-day\n    if_unknown: soon", "emergency\n    if_unknown: routine",
			[]string{"less urgent: 60\n  more urgent: 60\n\nUrgency, less urgent\n  soon → routine"}, nil},
		{"a threshold", "rules.yaml", "{from: 18}", "{from: 16}",
			// Poor sleep at 16 and 17, whatever the legs; more urgent only where nothing else is.
			[]string{"with another outcome: 6 (3%)", "self-care → routine, for 2 answer sets", "restless: not concluded → strong, for 6 answer sets",
				"Age: 16 years [age: 16]", "Sleep: “Poor” [sleep: poor]"}, []string{"less urgent\n"}},
		{"a rule fewer", "rules.yaml", "when: {sleep: poor}", "when: {all: [{sleep: poor}, {legs: well}]}",
			[]string{"with another outcome: 40 (22%)", "rest: given (comfort) → not given, for 40 answer sets"}, []string{"Causes"}},
		{"another range", "definition.yaml", "range: {from: 1, to: 20}", "range: {from: 10, to: 30}",
			[]string{"age: range was 1 to 20, is 10 to 30", "each of 99 answer sets"}, nil},
		{"options in another order", "definition.yaml", "[well, poor]", "[poor, well]",
			[]string{"sleep: its options stand in another order: was well, poor; is poor, well", "No difference: each of 180"}, nil},
		{"another voice", "definition.yaml", "# voice", "speaks_for_another: {age: {below: 5}}",
			[]string{"To whom the texts speak\n  to the person → to somebody who answers for another, for 36 answer sets", "Age: 1 year"}, []string{"urgent\n"}},
		{"something against", "rules.yaml", "# against", "against: [{legs: swollen}]",
			[]string{"What speaks against a cause\n  restless: nothing → something, for 3 answer sets", "Legs: “Swollen”", "Sleep: “Poor”"}, nil},
		{"not asked", "definition.yaml", "unsure: true # sleep", "ask: {legs: well}\n        if_not_asked: no",
			[]string{"sleep: the condition of asking is written otherwise", "sleep: asked → not asked, for 120 answer sets",
				"restless: strong → not concluded, for 6 answer sets"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			old, now := small(t), small(t)
			change(t, now, tt.file, tt.old, tt.now)
			r := ekbom(t, "", "diff", old, now)
			if r.code != exitDone || r.stderr != "" {
				t.Errorf("exit %d: %s", r.code, r.stderr)
			}
			for _, want := range tt.stdout {
				if !strings.Contains(r.stdout, want) {
					t.Errorf("lacks %q:\n%s", want, r.stdout)
				}
			}
			for _, not := range tt.without {
				if strings.Contains(r.stdout, not) {
					t.Errorf("speaks of %q:\n%s", not, r.stdout)
				}
			}
		})
	}
}

func TestDiffStructure(t *testing.T) {
	t.Parallel()
	old, now := small(t), small(t)
	change(t, now, "definition.yaml", "[well, poor]", "[well, poor, little]")
	change(t, now, "text/en.yaml", "poor: Poor", "poor: Poor, little: Very little")
	change(t, now, "definition.yaml", "      - question: legs", "      - question: feet\n        type: choice\n        options: [warm, cold]\n        unread: The clinician reads it.\n      - question: legs")
	change(t, now, "text/en.yaml", "  legs:", "  feet: {text: How are the feet?, short: Feet, why: It matters., options: {warm: Warm, cold: Cold}}\n  legs:")
	r := ekbom(t, "", "diff", old, now)
	for _, want := range []string{"sleep: takes “Very little” [little] as well", "new question feet: “How are the feet?”",
		"both editions take: 540\n", "feet: not asked → asked, for 540 answer sets\n    smallest example: answers that no rule listens to"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("lacks %q:\n%s", want, r.stdout)
		}
	}
	r = ekbom(t, "", "diff", now, old)
	for _, want := range []string{"sleep: no longer takes “Very little” [little]", "question feet is gone", "feet: asked → not asked"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("lacks %q:\n%s", want, r.stdout)
		}
	}
}

func TestDiffJSON(t *testing.T) {
	t.Parallel()
	old, now := small(t), small(t)
	change(t, now, "rules.yaml", "if_unknown: soon", "if_unknown: routine")
	r := ekbom(t, "", "diff", "--json", old, now)
	var got diffReport
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatal(err)
	}
	if got.AnswerSets.From != "180" || !got.AnswerSets.Exact || got.LessUrgent.From != "60" || len(got.Differences) != 2 || len(got.Undecided) != 0 {
		t.Fatalf("%s", r.stdout)
	}
	d := got.Differences[0]
	if d.Part != proof.PartUrgency || d.From != "soon" || d.To != "routine" || d.Urgency != "less" || !d.Example.Smallest ||
		d.Example.New["legs"] != "unsure" || !strings.Contains(d.Example.Link, "legs=unsure") || got.Stored != nil {
		t.Errorf("%+v %+v", d, d.Example)
	}
}

// An edit of the shipped questionnaire is compared within the budget of a proof.
func TestDiffShipped(t *testing.T) {
	t.Parallel()
	now := copyShipped(t, "rules.yaml", "hide_causes: same-day", "hide_causes: emergency")
	r := ekbom(t, "", "diff", "rls", now)
	if r.code != exitDone || !strings.Contains(r.stdout, "Causes shown to the patient") || !strings.Contains(r.stdout, "more of this kind") {
		t.Errorf("exit %d: %s\n%s", r.code, r.stderr, r.stdout)
	}
	if strings.Contains(r.stdout, "perhaps not the smallest") {
		t.Errorf("an example is not known to be the smallest:\n%s", r.stdout)
	}
}

func TestDiffTimeEnds(t *testing.T) {
	t.Parallel()
	old, now := small(t), small(t)
	change(t, now, "rules.yaml", "if_unknown: soon", "if_unknown: routine")
	r := ekbom(t, "", "diff", "--limit", "1ns", old, now)
	if r.code != exitFaulty || !strings.Contains(r.stdout, "NOT decided") || !strings.Contains(r.stderr, "--limit") || strings.Contains(r.stdout, "No difference") {
		t.Errorf("exit %d: %s\n%s", r.code, r.stderr, r.stdout)
	}
}

// Not parallel: git looks for its repository where the program stands.
func TestDiffGit(t *testing.T) {
	repository := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=A", "-c", "user.email=a@example.org"}, args...)...)
		cmd.Dir = repository
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	dir := filepath.Join(repository, "sets", "small")
	if err := os.CopyFS(dir, os.DirFS("testdata/diff")); err != nil {
		t.Fatal(err)
	}
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "first")
	git("tag", "v1.0")
	change(t, dir, "rules.yaml", "if_unknown: soon", "if_unknown: routine")
	git("commit", "-q", "-a", "-m", "second")
	change(t, dir, "rules.yaml", "urgency: same-day", "urgency: emergency")

	tests := []struct {
		name, in  string
		args      []string
		code      int
		want, not string
	}{
		{"two revisions", repository, []string{"v1.0:sets/small", "HEAD:sets/small"}, exitDone, "less urgent: 60\n  more urgent: 0", ""},
		{"the same from within a folder", dir, []string{"v1.0:./", "HEAD:./"}, exitDone, "less urgent: 60\n  more urgent: 0", ""},
		{"a revision and what is edited", repository, []string{"HEAD~1", "sets/small"}, exitDone, "less urgent: 60\n  more urgent: 60", ""},
		{"what is not committed", dir, []string{"HEAD", "."}, exitDone, "less urgent: 0\n  more urgent: 60", ""},
		{"elsewhere", t.TempDir(), []string{"v1.0", dir}, exitDone, "less urgent: 60", ""},
		{"no repository", t.TempDir(), []string{"v1.0:sets/small", "rls"}, exitWrongUse, "not a git repository", ""},
		{"no such revision", repository, []string{"v2.0:sets/small", "rls"}, exitWrongUse, "v2.0", ""},
		{"no such folder", repository, []string{"v1.0:sets/large", "rls"}, exitWrongUse, "sets/large", ""},
		{"not a questionnaire", repository, []string{"v1.0:sets", "rls"}, exitWrongUse, "no definition.yaml", ""},
		{"a file", repository, []string{"v1.0:sets/small/rules.yaml", "rls"}, exitWrongUse, "git", ""},
		{"an option", repository, []string{"--", "--output=x:y", "rls"}, exitWrongUse, "as a git revision", ""},
		{"no folder named", repository, []string{"v1.0", "rls"}, exitWrongUse, "v1.0:FOLDER", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(tt.in)
			r := ekbom(t, "", append([]string{"diff"}, tt.args...)...)
			if r.code != tt.code || !strings.Contains(r.stdout+r.stderr, tt.want) {
				t.Errorf("exit %d, want %q:\n%s%s", r.code, tt.want, r.stdout, r.stderr)
			}
		})
	}
}

// A repository that somebody else made runs nothing. Not parallel: git looks for its repository where the program stands.
func TestDiffGitRunsNothing(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "ran")
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho >> '"+marker+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	testdata, err := filepath.Abs("testdata/diff")
	if err != nil {
		t.Fatal(err)
	}
	outer := t.TempDir()
	git := func(dir string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=A", "-c", "user.email=a@example.org"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	fill := func(dir string) {
		t.Helper()
		if err := os.CopyFS(filepath.Join(dir, "sets"), os.DirFS(testdata)); err != nil {
			t.Fatal(err)
		}
		git(dir, "add", ".")
		git(dir, "commit", "-q", "-m", "first")
	}
	hostile := func(dir string) {
		t.Helper()
		git(dir, "config", "filter.x.smudge", program)
		git(dir, "config", "core.fsmonitor", program)
		git(dir, "config", "core.pager", program)
		info := filepath.Join(dir, ".git", "info")
		if _, err := os.Stat(filepath.Join(dir, "objects")); err == nil {
			info = filepath.Join(dir, "info")
		}
		if err := os.MkdirAll(info, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(info, "attributes"), []byte("* filter=x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	nothingRan := func(t *testing.T) {
		t.Helper()
		if _, err := os.Stat(marker); err == nil {
			t.Error("a program of the repository was run")
			os.Remove(marker)
		}
	}
	work := filepath.Join(outer, "work")
	git(outer, "init", "-q", "work")
	fill(work)
	hostile(work)
	os.Remove(marker)
	t.Run("filter and watcher", func(t *testing.T) {
		t.Chdir(work)
		r := ekbom(t, "", "diff", "HEAD:sets", "sets")
		if r.code != exitDone || !strings.Contains(r.stdout, "No difference") {
			t.Errorf("exit %d: %s", r.code, r.stderr)
		}
		nothingRan(t)
	})
	t.Run("a repository among the files", func(t *testing.T) {
		inner := filepath.Join(outer, "cloned", "sets")
		if err := os.CopyFS(inner, os.DirFS(filepath.Join(work, ".git"))); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(inner, os.DirFS(testdata)); err != nil {
			t.Fatal(err)
		}
		for _, setting := range []string{"core.bare=false", "core.worktree=" + inner} {
			name, value, _ := strings.Cut(setting, "=")
			git(outer, "config", "--file", filepath.Join(inner, "config"), name, value)
		}
		t.Chdir(inner)
		if r := ekbom(t, "", "diff", "HEAD", "."); r.code != exitWrongUse || !strings.Contains(r.stderr, "bare repository") {
			t.Errorf("exit %d: %s%s", r.code, r.stdout, r.stderr)
		}
		nothingRan(t)
	})
	t.Run("what is not there is not fetched", func(t *testing.T) {
		partial := filepath.Join(outer, "partial")
		git(outer, "init", "-q", "partial")
		fill(partial)
		for _, setting := range []string{"extensions.partialClone=origin", "remote.origin.promisor=true", "remote.origin.url=ext::" + program, "protocol.ext.allow=always"} {
			name, value, _ := strings.Cut(setting, "=")
			git(partial, "config", name, value)
		}
		blob := exec.CommandContext(t.Context(), "git", "rev-parse", "HEAD:sets/rules.yaml")
		blob.Dir = partial
		id, err := blob.Output()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(partial, ".git", "objects", string(id[:2]), strings.TrimSpace(string(id[2:])))); err != nil {
			t.Fatal(err)
		}
		t.Chdir(partial)
		if r := ekbom(t, "", "diff", "HEAD:sets", "sets"); r.code != exitWrongUse {
			t.Errorf("exit %d: %s%s", r.code, r.stdout, r.stderr)
		}
		nothingRan(t)
	})
	t.Run("in a submodule", func(t *testing.T) {
		super := filepath.Join(outer, "super")
		git(outer, "init", "-q", "super")
		git(super, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", work, "sub")
		t.Chdir(filepath.Join(super, "sub"))
		if r := ekbom(t, "", "diff", "HEAD:sets", "sets"); r.code != exitDone || !strings.Contains(r.stdout, "No difference") {
			t.Errorf("exit %d: %s", r.code, r.stderr)
		}
	})
	t.Run("a link is no file", func(t *testing.T) {
		if err := os.Symlink("/etc/passwd", filepath.Join(work, "sets", "link.yaml")); err != nil {
			t.Fatal(err)
		}
		git(work, "-c", "core.fsmonitor=false", "-c", "filter.x.smudge=", "add", ".")
		git(work, "-c", "core.fsmonitor=false", "commit", "-q", "-m", "link")
		os.Remove(marker)
		t.Chdir(work)
		if r := ekbom(t, "", "diff", "HEAD:sets", "sets"); r.code != exitWrongUse || !strings.Contains(r.stderr, "is no file") {
			t.Errorf("exit %d: %s", r.code, r.stderr)
		}
	})
}

func TestDiffStored(t *testing.T) {
	t.Parallel()
	old, now := small(t), small(t)
	change(t, now, "rules.yaml", "if_unknown: soon", "if_unknown: routine")
	change(t, now, "rules.yaml", "{from: 18}", "{from: 16}")
	change(t, now, "definition.yaml", "to: 20}", "to: 19}")
	earlier := small(t)
	change(t, earlier, "text/en.yaml", "How old is the person?", "What is the age?")
	load := func(dir string) *questionnaire.Definition {
		d, faults := questionnaire.Load(os.DirFS(dir))
		if d == nil {
			t.Fatal(faults)
		}
		return d
	}
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		st, err := store.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		if _, err := st.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		for i, kept := range []struct {
			dir, answers string
			status       questionnaire.Status
			sent         bool
		}{
			{old, "age=15&legs=well&sleep=poor", questionnaire.Completed, true},      // the same
			{old, "age=15&legs=unsure&sleep=poor", questionnaire.Completed, true},    // calmer
			{earlier, "age=17&legs=well&sleep=poor", questionnaire.Completed, false}, // more urgent, by another edition's words
			{old, "age=17&legs=swollen&sleep=poor", questionnaire.Completed, false},  // another cause, as urgent
			{old, "age=20&legs=well&sleep=well", questionnaire.Completed, false},     // an age that is not taken any more
			{old, "age=17&legs=unsure&sleep=poor", questionnaire.Draft, false},       // not finished
			{old, "age=17&legs=unsure&sleep=poor", questionnaire.Withdrawn, false},   // taken back
		} {
			d := load(kept.dir)
			answers, faults := d.ParseQuery(kept.answers)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			encoded, err := d.EncodeAnswers(answers)
			if err != nil {
				t.Fatal(err)
			}
			r := questionnaire.Response{ID: questionnaire.ResponseID(string(rune('a' + i))), Ref: d.Ref, Status: kept.status, Answers: encoded,
				Created: at, Updated: at, Expires: at.AddDate(0, 3, 0)}
			if kept.sent {
				r.Sent = at
			}
			if err := st.SaveQuestionnaire(t.Context(), d.Ref, d.Archive()); err != nil {
				t.Fatal(err)
			}
			if err := st.CreateResponse(t.Context(), r, []byte{byte(i)}); err != nil {
				t.Fatal(err)
			}
		}
		r := ekbom(t, "", "diff", "--json", "--db", dsn, old, now)
		var got diffReport
		if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
			t.Fatalf("%v: %s", err, r.stderr)
		}
		want := storedReport{Completed: 5, Sent: 2, Changed: 3, LessUrgent: 1, MoreUrgent: 1, Lost: 1, Open: 1}
		if *got.Stored != want {
			t.Errorf("got %+v, want %+v", *got.Stored, want)
		}
		if r := ekbom(t, "", "diff", "--db", dsn, old, now); !strings.Contains(r.stdout, "Stored: 5 completed responses, 2 of them sent to a clinic\n  with another outcome: 3\n") {
			t.Errorf("%s", r.stdout)
		}
	})
	if r := ekbom(t, "", "diff", "--db", "sqlite:"+filepath.Join(t.TempDir(), "none.db"), old, now); r.code != exitFaulty || !strings.Contains(r.stderr, "no database") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}
