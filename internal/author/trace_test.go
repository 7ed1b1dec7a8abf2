package author_test

import (
	"os"
	"slices"
	"strings"
	"testing"

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
