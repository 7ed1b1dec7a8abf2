package proof

import (
	"context"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// public loads one of the public rule sets: the mended one, with the rules of an edition laid over it.
func public(t *testing.T, name, edition string) (*q.Definition, []q.Fault) {
	t.Helper()
	files := fstest.MapFS{}
	folder := filepath.Join("testdata", "public", name)
	for _, file := range []string{"definition.yaml", "sources.yaml", "properties.yaml", "text/en.yaml", "rules.yaml"} {
		from := filepath.Join(folder, "mended", file)
		if file == "rules.yaml" {
			from = filepath.Join(folder, edition, file)
		}
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		files[file] = &fstest.MapFile{Data: data}
	}
	return q.Load(files)
}

// Public rule sets of others, with the faults that were reported of them left in, are caught with exactly these, and pass once
// mended. testdata/public/README.md tells where they come from.
func TestPublicRuleSets(t *testing.T) {
	t.Parallel()
	const inputs, paths = 29_952, 10_238 // the first is what the source's own test enumerates
	for _, c := range []struct {
		set, edition string
		paths        int64
		broken       map[q.ID]int64 // properties: how many paths break them
		findings     []string       // code, what it is about, and the answers of the smallest example
	}{
		{"orientation-covid19", "mended", inputs, nil, nil},
		{"orientation-covid19", "one-sign-only", inputs, map[q.ID]int64{"everybody-is-told-something": 234}, []string{
			"no-next-step rules.yaml: smell-lost yes, aches yes",
			"property-broken everybody-is-told-something: smell-lost yes, aches yes",
		}},
		{"orientation-covid19", "first-pseudo-code", inputs, map[q.ID]int64{"serious-signs-call-now": 10_296, "one-sign-and-a-factor-gets-an-opinion": 228}, []string{
			"never-true branch-cough",
			"never-true signs-and-major-factor",
			"never-true cough-and-no-risk",
			"never-true cough-and-risk",
			"never-true cough-risk-two-minor",
			"never-true one-and-risk",
			"property-broken serious-signs-call-now: 2 answers",
			"property-broken one-sign-and-a-factor-gets-an-opinion: 2 answers",
		}},
		{"covapp", "mended", paths, nil, nil},
		{"covapp", "as-run", paths, map[q.ID]int64{"symptoms-after-contact-are-the-highest-risk": 4_094}, []string{
			"never-true contact",
			"never-true high",
			"never-true ill-after-contact",
			"property-broken symptoms-after-contact-are-the-highest-risk: 4 answers",
		}},
	} {
		t.Run(c.set+"/"+c.edition, func(t *testing.T) {
			t.Parallel()
			d, faults := public(t, c.set, c.edition)
			if d == nil {
				t.Fatal(faults)
			}
			r := Check(t.Context(), d, Limits{})
			if len(r.Unproven) > 0 {
				t.Errorf("not proven: %v", r.Unproven)
			}
			if !r.Paths.Exact() || r.Paths.From.Cmp(big.NewInt(c.paths)) != 0 {
				t.Errorf("%v paths, want %d", r.Paths, c.paths)
			}
			t.Logf("%v paths, %v outcomes, urgencies %v", r.Paths.From, r.Outcomes.From, r.ByUrgency)
			var got []string
			for _, f := range r.Findings {
				got = append(got, brief(d, f, c.findings))
			}
			if diff := cmp.Diff(c.findings, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			broken, fewest := enumerate(d)
			if diff := cmp.Diff(c.broken, broken); diff != "" {
				t.Errorf("paths that break a property, one by one (-want +got):\n%s", diff)
			}
			for _, f := range r.Findings {
				if f.Property != nil && (!f.Example.Smallest || len(f.Example.Telling) != fewest[f.Property.ID]) {
					t.Errorf("%s: an example of %d answers, %d are enough", f.Property.ID, len(f.Example.Telling), fewest[f.Property.ID])
				}
			}
		})
	}
}

// As it was published the set does not even load: its highest risk asks for something that is nowhere defined.
func TestPublicMissingVariable(t *testing.T) {
	t.Parallel()
	d, faults := public(t, "covapp", "as-published")
	var got []string
	for _, f := range faults {
		got = append(got, fmt.Sprintf("%s:%d: %s [%s]", f.File, f.Line, f.What, f.Code))
	}
	want := []string{
		`rules.yaml:7: there is no fact "contact" (did you mean "contact-relevant"?) [unknown-fact]`,
		`rules.yaml:30: there is no fact "contact" (did you mean "contact-relevant"?) [unknown-fact]`,
	}
	if diff := cmp.Diff(want, got); d != nil || diff != "" {
		t.Errorf("loaded: %t, faults (-want +got):\n%s", d != nil, diff)
	}
}

// brief tells a finding in a few words. Where another example is as small, only its size is told.
func brief(d *q.Definition, f Finding, expected []string) string {
	about := f.File
	switch {
	case f.Property != nil:
		about = string(f.Property.ID)
	case strings.Contains(f.What, `"`):
		about = strings.Split(f.What, `"`)[1]
	}
	s := f.Code + " " + about
	if f.Example == nil {
		return s
	}
	var answers []string
	for _, i := range f.Example.Telling {
		answers = append(answers, fmt.Sprint(d.Questions[i].ID, " ", assess.Plain(d, i, f.Example.Answers[i])))
	}
	if size := fmt.Sprintf("%s: %d answers", s, len(answers)); slices.Contains(expected, size) {
		return size
	}
	return s + ": " + strings.Join(answers, ", ")
}

// enumerate walks every path and tells how many break each property, and with how few telling answers.
func enumerate(d *q.Definition) (broken map[q.ID]int64, fewest map[q.ID]int) {
	_, w := one(context.Background(), d)
	fewest = map[q.ID]int{}
	walk(d, func(answers q.Answers) {
		o := assess.Evaluate(d, answers)
		for _, p := range d.Properties {
			if !slices.ContainsFunc(p.Claims, func(c q.Claim) bool { return assess.Broken(d, answers, o, c) }) {
				continue
			}
			if broken == nil {
				broken = map[q.ID]int64{}
			}
			told := len(w.telling(answers, telling))
			if broken[p.ID] == 0 || told < fewest[p.ID] {
				fewest[p.ID] = told
			}
			broken[p.ID]++
		}
	})
	return broken, fewest
}
