package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
)

// answersFile is the file of answers of a shipped case.
func answersFile(t *testing.T, dir string, id questionnaire.ID) string {
	t.Helper()
	d, faults := questionnaire.Load(os.DirFS("../../questionnaires/" + dir))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, c := range d.Cases {
		if c.ID != id {
			continue
		}
		given := map[questionnaire.ID]any{}
		for at, a := range c.Answers {
			if a.State != questionnaire.NotReached {
				given[d.Questions[at].ID] = assess.Plain(d, at, a)
			}
		}
		data, err := json.Marshal(given)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	t.Fatalf("no case %q", id)
	return ""
}

func TestExplain(t *testing.T) {
	t.Parallel()
	hotAnkle := answersFile(t, "rls", "diabetes-hot-ankle-man-63")
	tests := []struct {
		name, stdin string
		args        []string
		want        []string
		not         []string
	}{
		{"emergency", hotAnkle, nil, []string{
			"Call the emergency number now", "Urgency: emergency\n  same-day, less urgent, with 1 change: Where it is felt: “Nowhere, or no special place” instead of “Ankles”",
			"a foot in danger from diabetes (diabetic foot) [red flag diabetic-foot, same-day]\n    because: Signs that should not wait: ",
			"An urge to move the legs: met\n    because: Urge to move the legs: “Sometimes”",
			"[cause diabetes by rule diabetes-known, moderate; the patient does not see it]\n    because: Known illnesses: “Diabetes”\n    sources: diabetes-meta, ",
			"not concluded with 1 change: Known illnesses: “No, none of these illnesses” instead of “Diabetes”",
			"held back by what excludes heat, because: ", "[comfort warm-bath]\n",
			"The patient sees only whom to call", "Not asked\n  Sex\n", "\n    because: Age: 63 years\n",
			"for: whoever's urgency is same-day or more urgent", "not met with 1 change: Urge to move the legs: “Never”",
			"Causes one answer away", "Feelings in the legs: also “A muscle", "\nSources\n",
			"  diabetes-meta: Restless legs in diabetes, systematic review and meta-analysis, 2022 (read 2026-",
		}, nil},
		{"nothing answered", `{}`, nil, []string{
			"cannot be told", "because: Signs that should not wait: not answered\n",
			"An urge to move the legs: unknown\n    because: Urge to move the legs: not answered\n    sources: irlssg-2014\n    met with 1 change: Urge to move the legs: “Nearly always” (not answered yet)",
			"emergency, more urgent, with 1 change: Emergency signs: “Suddenly short of breath, chest pain, or coughing up blood” (not answered yet)\n    for example; 13 other changes do it as well",
			"not an address only with more than 5 changes",
		}, nil},
		{"Russian", hotAnkle, []string{"--lang", "ru"}, []string{"because: Возраст: 63", "Urgency: emergency"}, []string{"Age:"}},
		{"a case", "", []string{"--case", "growing-pains-boy-8"}, []string{"because: Age: 8 years", "not raised with 2 changes: Age: 61 years instead of 8 years"}, nil},
		{"another questionnaire", answersFile(t, "heartburn", "hernia-known-woman-50"), []string{"heartburn"}, []string{"[cause hiatus-hernia by rule", "not concluded with 1 change"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ekbom(t, tt.stdin, append([]string{"explain"}, tt.args...)...)
			if r.code != exitDone || r.stderr != "" {
				t.Fatalf("exit %d: %s", r.code, r.stderr)
			}
			for _, want := range tt.want {
				if !strings.Contains(r.stdout, want) {
					t.Errorf("the report lacks %q:\n%s", want, r.stdout)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(r.stdout, not) {
					t.Errorf("the report says %q", not)
				}
			}
		})
	}
	for name, tt := range map[string]struct {
		stdin string
		args  []string
		code  int
		want  string
	}{
		"no JSON":               {"age: 3", nil, exitFaulty, "JSON"},
		"no such language":      {"{}", []string{"--lang", "xx"}, exitWrongUse, "en"},
		"no such questionnaire": {"{}", []string{"nowhere"}, exitWrongUse, "nowhere"},
		"no such case":          {"", []string{"--case", "diabetes-hot-ankle-man-62"}, exitWrongUse, `did you mean "diabetes-hot-ankle-man-63"`},
		"no time":               {hotAnkle, []string{"--limit", "1ns"}, exitFaulty, "not all that would change the outcome was found within 1ns"},
	} {
		if r := ekbom(t, tt.stdin, append([]string{"explain"}, tt.args...)...); r.code != tt.code || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: exit %d: %s", name, r.code, r.stderr)
		} else if name == "no time" && !strings.Contains(r.stdout, "NOT complete: not all that would change") {
			t.Errorf("the report does not say so:\n%s", r.stdout)
		}
	}
}
