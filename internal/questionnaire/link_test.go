package questionnaire_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	q "ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

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

// What stands in a link is what was answered, for every kind of answer.
func TestQueryRoundTrip(t *testing.T) {
	t.Parallel()
	check := func(d *q.Definition, answers q.Answers) string {
		query := d.Query(answers)
		got, faults := d.ParseQuery(query)
		if diff := cmp.Diff(answers, got); diff != "" || len(faults) > 0 {
			return query + "\n" + diff
		}
		return ""
	}
	d := shipped(t)
	for _, c := range d.Cases {
		if diff := check(d, c.Answers); diff != "" {
			t.Errorf("%s: %s", c.ID, diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 6)
		if diff := check(d, draw(t, d)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestQueryWords(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(os.DirFS("../server/testdata/legs"))
	if d == nil {
		t.Fatal(faults)
	}
	for _, tt := range []struct{ query, back, fault string }{
		{"who=me&signs=cold-leg,swollen&age=44", "who=me&signs=cold-leg,swollen&age=44", ""},
		{"age=44&signs=swollen&signs=cold-leg", "signs=cold-leg,swollen&age=44", ""}, // any order, also as a form would send it
		{"own-words=", "own-words=", ""},
		{"own-words=blank", "own-words=blank", ""}, // own words may be any
		{"own-words=a,%20b%26c=d%0A%C3%A9", "own-words=a%2C+b%26c%3Dd%0A%C3%A9", ""},
		{"nights=declined&urge=unsure&since=2019-03", "urge=unsure&nights=declined&since=2019-03", ""},
		{"", "", ""},
		{"age=444&who=me", "who=me", `444 is no answer to "age"`},
		{"legs=two&who=me", "who=me", `"legs": no such question`},
		{"urge=oftn", "", `"oftn" is no answer to "urge" (did you mean "often"?); give never`},
		{"signs=no-signs,swollen", "", `"no-signs" stands beside another answer`},
		{"who=%zz", "", "cannot be read"},
	} {
		answers, faults := d.ParseQuery(tt.query)
		said := ""
		for _, f := range faults {
			said += f.Error()
		}
		if got := d.Query(answers); got != tt.back || !strings.Contains(said, tt.fault) || (said == "") != (tt.fault == "") {
			t.Errorf("%s: %s, faults %q", tt.query, got, said)
		}
	}
}

// Answers go over to another edition as far as that takes them.
func TestCarry(t *testing.T) {
	t.Parallel()
	old, faults := q.Load(os.DirFS("../server/testdata/legs"))
	if old == nil {
		t.Fatal(faults)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../server/testdata/legs")); err != nil {
		t.Fatal(err)
	}
	for file, change := range map[string][]string{
		"definition.yaml": {"[few, many]", "[some, many]", "to: 120", "to: 90", "to: 100", "to: 80", "length: 40", "length: 400"},
		"text/en.yaml":    {"few:", "some:"}, "text/ru.yaml": {"few:", "some:"},
	} {
		content, err := os.ReadFile(dir + "/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+file, []byte(strings.NewReplacer(change...).Replace(string(content))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, faults := q.Load(os.DirFS(dir))
	if d == nil {
		t.Fatal(faults)
	}
	answers, wrong := old.ParseQuery("who=me&signs=no-signs&age=95&urge=often&nights=few&own-words=")
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	taken, lost := d.Carry(old, answers)
	if got := d.Query(taken); got != "who=me&signs=no-signs&urge=often&own-words=" {
		t.Error(got)
	}
	if !slices.Equal(lost, []q.ID{"age", "nights"}) {
		t.Error(lost)
	}
}
