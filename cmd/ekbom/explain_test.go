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
			"[comfort warm-bath]\n    held back by the exclusion of heat, because: ", "held back by the urgency",
			"Not asked\n  Sex\n    because: Age: 63 years\n    asked if: Age: 10 to 60 years",
			"Causes one answer away", "Feelings in the legs: also “A muscle", "\nSources\n",
			"  diabetes-meta: Restless legs in diabetes, systematic review and meta-analysis, 2022 (read 2026-",
		}, []string{"only worked out"}},
		{"nothing answered", `{}`, nil, []string{"cannot be told", "not answered", "only worked out when every question"}, nil},
		{"Russian", hotAnkle, []string{"--lang", "ru"}, []string{"because: Возраст: 63", "Urgency: emergency"}, []string{"Age:"}},
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
		"no time":               {hotAnkle, []string{"--limit", "1ns"}, exitDone, "not all that would change the outcome was found within 1ns"},
	} {
		if r := ekbom(t, tt.stdin, append([]string{"explain"}, tt.args...)...); r.code != tt.code || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: exit %d: %s", name, r.code, r.stderr)
		}
	}
}
