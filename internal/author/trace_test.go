package author_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"ekbom/internal/author"
	q "ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

func load(t *testing.T) *q.Definition {
	t.Helper()
	d, faults := q.Load(os.DirFS(legs))
	if d == nil {
		t.Fatal(faults)
	}
	return d
}

func shipped(t *testing.T) *q.Definition {
	t.Helper()
	files, err := questionnaires.Open("rls")
	if err != nil {
		t.Fatal(err)
	}
	d, faults := q.Load(files)
	if d == nil {
		t.Fatal(faults)
	}
	return d
}

// What is written can be read again as the condition of a property, and has the same value for everybody in the cases.
func TestWrittenIsRead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"rls", "heartburn"} {
		files := fstest.MapFS{}
		shipped, err := questionnaires.Open(name)
		if err == nil {
			err = fs.WalkDir(shipped, ".", func(path string, e fs.DirEntry, err error) error {
				if err != nil || e.IsDir() || path == "properties.yaml" {
					return err
				}
				data, err := fs.ReadFile(shipped, path)
				files[path] = &fstest.MapFile{Data: data}
				return err
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		d, faults := q.Load(files)
		if d == nil {
			t.Fatal(faults)
		}
		all := author.Statements(d)
		var properties strings.Builder
		properties.WriteString("properties:\n")
		for i, s := range all {
			fmt.Fprintf(&properties, "  - {property: p%d, says: Read again., whenever: %s, then: {always: true}}\n", i, author.Written(d, s.When))
		}
		files["properties.yaml"] = &fstest.MapFile{Data: []byte(properties.String())}
		again, faults := q.Load(files)
		if len(faults) > 0 {
			for _, f := range faults[:min(5, len(faults))] {
				t.Errorf("%v: %s", f, strings.Split(properties.String(), "\n")[f.Line-1])
			}
			continue
		}
		for i, s := range all {
			for _, c := range d.Cases {
				if s.When != nil && again.Walk(again.Properties[i].Claims[0].When, c.Answers) != d.Walk(s.When, c.Answers) {
					t.Errorf("%s %s: %s differs for %s", s.Kind, s.ID, author.Written(d, s.When), c.ID)
					break
				}
			}
		}
	}
}

func TestWritten(t *testing.T) {
	t.Parallel()
	d := shipped(t)
	got := map[q.ID]string{}
	for _, s := range author.Statements(d) {
		if s.Kind == "whether it is asked" {
			got[s.ID] = author.Written(d, s.When)
		}
	}
	for id, want := range map[q.ID]string{
		"self-harm-plan": "{any: [{mood: [thoughts-of-harm, unsure]}, {mood-young: [thoughts-of-harm, unsure]}]}",
		"mood-young":     "{age: {from: 12, below: 18}}",
	} {
		if got[id] != want {
			t.Errorf("%s: %s, want %s", id, got[id], want)
		}
	}
	// What is written can be read again and means the same: the files hold these very words.
	for _, r := range d.Referrals {
		if r.Specialist == "urgent-care" {
			if got := author.Written(d, r.When); got != "{urgency: {from: same-day}}" {
				t.Error(got)
			}
		}
	}
}

func TestReaders(t *testing.T) {
	t.Parallel()
	d := load(t)
	i, _ := d.Question("nights")
	var got []string
	for _, s := range author.Readers(d, i) {
		got = append(got, s.Kind+" "+string(s.ID)+" "+s.Place.String())
	}
	want := []string{
		"score burden, term most-nights rules.yaml:4:3", "pattern full rules.yaml:32:9", "cause restless, rule told-often rules.yaml:42:9",
		"referral neurologist rules.yaml:57:5",
	}
	for n := range got {
		// Columns may be anything: the line is what an editor opens.
		got[n] = got[n][:strings.LastIndexByte(got[n], ':')]
	}
	for n := range want {
		want[n] = want[n][:strings.LastIndexByte(want[n], ':')]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	none, _ := d.Question("own-words")
	if readers := author.Readers(d, none); len(readers) > 0 {
		t.Error(readers)
	}
}

// Every conclusion of every made-up person names the rule that made it, by a line of the files, and its answers.
func TestExplainShipped(t *testing.T) {
	t.Parallel()
	d := shipped(t)
	for _, c := range d.Cases {
		trace := author.Explain(d, c.Answers)
		if c.Expect.Urgency != nil && trace.Urgency != *c.Expect.Urgency || trace.Settled > trace.Urgency {
			t.Errorf("%s: %s, settled %s", c.ID, trace.Urgency, trace.Settled)
		}
		all := slices.Concat(trace.True, trace.Untold, trace.Causes, trace.Pattern.Conclusions)
		for _, k := range trace.Further {
			all = append(all, k.Conclusions...)
		}
		for _, x := range all {
			if x.Place.File != "rules.yaml" || x.Place.Line == 0 {
				t.Errorf("%s: %s stands at %q", c.ID, x.ID, x.Place)
			}
			if len(x.Because) == 0 && x.When != nil && author.Written(d, x.When) != "{always: true}" {
				t.Errorf("%s: %s without a reason", c.ID, x.ID)
			}
		}
		if len(trace.Causes) < len(c.Expect.Causes) {
			t.Errorf("%s: causes %v", c.ID, trace.Causes)
		}
	}
}
