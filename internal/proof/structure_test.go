package proof

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
)

// Each kind of fault that random questionnaires do not have, sown into a sound one. What is found, and noted, is that and no more.
func TestStructureOfSmall(t *testing.T) {
	t.Parallel()
	never := m{"all": []any{m{"pregnant": "yes"}, m{"age": m{"below": 12}}}} // below 12 nobody is asked
	first := func(rules m, list string) m { return rules[list].([]any)[0].(m) }
	tests := []struct {
		name string
		edit func(rules m)
		want []string
	}{
		{"sound", func(m) {}, nil},
		{"band", func(rules m) {
			load := rules["scores"].(m)["load"].(m)
			load["terms"] = append(load["terms"].([]any), m{"term": "none", "points": 4, "when": m{"signs": "no-signs"}})
			load["bands"] = append(load["bands"].([]any), m{"band": "five", "from": 5}) // 4 and 1, but who has no signs has no fever
		}, []string{`band-never: nobody's score "load" lies in the band "five"`, "never-happens: no path has the urgency self-care"}},
		{"referral", func(rules m) { rules["referrals"].([]any)[1].(m)["when"] = never }, []string{`never-referred: nothing ever leads to "midwife"`}},
		{"first address", func(rules m) { rules["referrals"].([]any)[1].(m)["first"] = never },
			[]string{`never-first: "midwife" is never the first address by its own rule`}},
		{"never ahead of another", func(rules m) {
			first(rules, "referrals")["first"] = m{"not": m{"signs": "no-signs"}}
			rules["referrals"].([]any)[1].(m)["first"] = m{"all": []any{m{"pregnant": "yes"}, m{"signs": "pain"}}}
		}, []string{`never-first: "midwife" is never the first address by its own rule`}},
		{"address", func(rules m) {
			doctor := first(rules, "referrals")
			doctor["when"] = m{"signs": "pain"}
			delete(doctor, "causes")
			delete(doctor, "from")
		}, []string{"no-address: somebody should be seen, but nothing says by whom"}},
		{"match", func(rules m) {
			rules["pattern"].(m)["none"] = m{"all": []any{m{"criterion": m{"sore": "not-met"}}, never}}
		}, []string{"never-happens: no path has the match none"}},
		{"urgency", func(rules m) { first(rules, "causes")["urgency"] = "soon" }, []string{"never-happens: no path has the urgency routine"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, faults := q.Load(questionnairetest.Small(func(_, rules m, files fstest.MapFS) {
				first(rules, "referrals")["from"] = "routine" // who is not sure has an address, too
				if tt.edit(rules); tt.name == "band" {
					text := string(files["text/en.yaml"].Data)
					text = strings.Replace(text, `"hot": "Hot"`, `"hot": "Hot", "none": "None"`, 1)
					files["text/en.yaml"].Data = []byte(strings.Replace(text, `"light": "Light"`, `"light": "Light", "five": "Five"`, 1))
				}
			}))
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			r := Check(t.Context(), d, Limits{})
			var got []string
			for _, f := range slices.Concat(r.Findings, r.Notes) {
				if f.Code != "unheard-option" {
					got = append(got, fmt.Sprintf("%s: %s", f.Code, f.What))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A question with very many runs of numbers keeps them apart by other rules; the count is that of trying every path.
func TestManyRunsOfNumbers(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(questionnairetest.Small(func(_, rules m, _ fstest.MapFS) {
		var odd []any
		for age := 1; age < 119; age += 2 {
			odd = append(odd, m{"age": m{"from": age, "below": age + 1}})
		}
		rules["referrals"].([]any)[0].(m)["from"] = "routine"
		rules["facts"].(m)["odd"] = m{"any": odd}
		rules["advice"].([]any)[0].(m)["unless"] = m{"fact": "odd"}
	}))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	model, _ := one(t.Context(), d)
	if n := len(model.blocks[2].symbols); n <= fewSymbols {
		t.Fatalf("only %d runs", n)
	}
	r := Check(t.Context(), d, Limits{})
	if len(r.Findings) > 0 || len(r.Unproven) > 0 {
		t.Errorf("%v %v", r.Findings, r.Unproven)
	}
	paths := 0
	walk(d, func(q.Answers) { paths++ })
	if !r.Paths.Exact() || r.Paths.From.Int64() != int64(paths) {
		t.Errorf("%v paths, by trying each %d", r.Paths, paths)
	}
}

// An answer that only the property speaks of tells something, so the example names it: a number is one as much as an option.
func TestExampleNamesWhatThePropertyReads(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(questionnairetest.Small(func(_, rules m, files fstest.MapFS) {
		files["properties.yaml"] = &fstest.MapFile{Data: []byte(`properties:
  - {property: old-are-seen, says: From 90 on somebody is seen., whenever: {age: {from: 90}}, then: {outcome: {urgency: {from: routine}}}}
  - {property: tellers-are-seen, says: Who tells something is seen., whenever: {words: answered}, then: {outcome: {urgency: {from: routine}}}}
`)}
	}))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var told [][]int
	for _, f := range Check(t.Context(), d, Limits{}).Findings {
		if f.Code == "property-broken" {
			told = append(told, f.Example.Telling)
			if !f.Example.Smallest {
				t.Errorf("%s: not the smallest", f.What)
			}
		}
	}
	age, _ := d.Question("age")
	words, _ := d.Question("words")
	if len(told) != 2 || !slices.Contains(told[0], age) || !slices.Contains(told[1], words) {
		t.Errorf("told are %v, not %d and %d", told, age, words)
	}
}

// Editions of which nobody's answers fit both are not the same: nothing is compared.
func TestCompareApart(t *testing.T) {
	t.Parallel()
	edition := func(option string) *q.Definition {
		files := questionnairetest.Small(nil)
		for name, f := range files {
			files[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(f.Data), `"me"`, `"`+option+`"`))}
			if name == "definition.yaml" && option != "me" {
				files[name].Data = []byte(strings.ReplaceAll(string(files[name].Data), `"other"`, `"them"`))
			} else if option != "me" {
				files[name].Data = []byte(strings.Replace(string(files[name].Data), `"other": "`, `"them": "`, 1))
			}
		}
		d, faults := q.Load(files)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		return d
	}
	old := edition("me")
	if c := Compare(t.Context(), old, old, Limits{}); c.Apart() || len(c.Differences) > 0 {
		t.Errorf("the same: apart %v, %v", c.Apart(), c.Differences)
	}
	for _, steps := range []int{0, 1} { // also where nothing can be counted
		if c := Compare(t.Context(), old, edition("myself"), Limits{Steps: steps}); !c.Apart() {
			t.Errorf("nobody's answers fit both, and %v are said to", c.AnswerSets)
		}
	}
}

// What is told in words has no number to be called by.
func TestNamesOfAnswers(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(questionnairetest.Small(func(_, _ m, files fstest.MapFS) { delete(files, "cases/all.yaml") }))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var names []string
	for _, g := range Cover(t.Context(), d).goals {
		if g.Kind == GoalAnswer && (strings.HasPrefix(g.Name, "since: ") || strings.HasPrefix(g.Name, "words: ")) {
			names = append(names, g.Name)
		}
	}
	if diff := cmp.Diff([]string{"since: a date", "since: unsure", "words: own words", "words: blank"}, names); diff != "" {
		t.Error(diff)
	}
}
