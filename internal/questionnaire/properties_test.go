package questionnaire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
)

type m = questionnairetest.M

// propertyFiles is a small questionnaire with the given file of properties.
func propertyFiles(properties string) fstest.MapFS {
	question := func(id, kind string, more m) m {
		out := m{"question": id, "type": kind}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	definition := m{"questionnaire": "small", "version": "1.0.0", "reviewed": "2026-01-02", "sections": []any{m{"section": "only", "questions": []any{
		question("signs", "choices", m{"options": []string{"cold", "hot", "none-of-these"}, "none": "none-of-these"}),
		question("often", "choice", m{"options": []string{"never", "often"}, "unsure": false}),
		question("age", "number", m{"range": m{"from": 0, "to": 120}, "unsure": false}),
	}}}}
	rules := m{
		"facts":       m{"old": m{"age": m{"from": 60}}},
		"red_flags":   []any{m{"red_flag": "cold", "urgency": "soon", "if_unknown": "routine", "when": m{"all": []any{m{"signs": "cold"}, m{"fact": "old"}}}, "source": []string{"s1"}}},
		"criteria":    []any{m{"criterion": "k", "met": m{"often": "often"}, "source": []string{"s1"}}},
		"pattern":     m{"full": m{"criterion": m{"k": "met"}}, "partial": m{"signs": "hot"}, "none": m{"often": "never"}, "shown": m{"always": true}},
		"causes":      []any{m{"cause": "heat-loss", "rules": []any{m{"rule": "r", "strength": "weak", "when": m{"signs": "cold"}, "source": []string{"s1"}}}}},
		"referrals":   []any{m{"specialist": "doctor", "named_by": "source", "when": m{"always": true}, "source": []string{"s1"}}},
		"exclusions":  m{"heat": m{"signs": "hot"}},
		"advice":      []any{m{"advice": "bath", "kind": "comfort", "contains": []string{"heat"}, "when": m{"signs": "cold"}, "source": []string{"s1"}}},
		"hide_causes": "emergency",
	}
	files := questionnairetest.Files(definition, rules)
	files["properties.yaml"] = &fstest.MapFile{Data: []byte(properties)}
	return files
}

func TestProperties(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(propertyFiles(`properties:
  - {property: a, says: A., whenever: {signs: cold}, then: {outcome: {urgency: {from: routine, below: emergency}}}, source: s1}
  - {property: b, says: B., never: {outcome: {remedy: heat}}, together_with: {outcome: {strength: {heat-loss: weak}}}}
  - {property: c, says: C., more_of: {signs: [hot, cold], often: [never, often], age: {from: 10, below: 21}}, never_lowers: urgency}
  - {property: d, says: D., not_sure_at: [signs], counts_as: {any: [{outcome: {first: doctor}}, {outcome: {open: cold}}, {outcome: {asked: age}}]}}
  - {property: e, says: E., not_sure_at: {signs: none-of-these}, never_lowers: urgency}
`))
	if faults != nil {
		t.Fatal(faults)
	}
	var got []any
	for _, p := range d.Properties {
		for _, c := range p.Claims {
			got = append(got, []any{p.ID, d.Form(c.When), d.Form(c.Then), c.Never})
		}
		for _, s := range p.Steps {
			got = append(got, []any{p.ID, d.Questions[s.Question].ID, s.Kind, s.Options, s.Range})
		}
	}
	gotJSON, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := `["a",{"signs":"cold"},{"outcome":{"urgency":{"below":"emergency","from":"routine"}}},false]
["b",{"outcome":{"advice":"bath"}},{"outcome":{"strength":{"heat-loss":"weak"}}},true]
["c","signs",0,[1,0],{"From":0,"To":0}]
["c","often",1,[0,1],{"From":0,"To":0}]
["c","age",2,null,{"From":10,"To":20}]
["d",{"signs":"unsure"},{"any":[{"outcome":{"first":"doctor"}},{"outcome":{"open":"cold"}},{"outcome":{"asked":"age"}}]},false]
["e","signs",3,[2],{"From":0,"To":0}]`
	var lines []string
	for _, g := range got {
		line, _ := json.Marshal(g)
		lines = append(lines, string(line))
	}
	if diff := cmp.Diff(want, strings.Join(lines, "\n")); diff != "" {
		t.Errorf("properties differ (-want +got):\n%s\n%s", diff, gotJSON)
	}
	without, _ := q.Load(func() fstest.MapFS { f := propertyFiles(""); delete(f, "properties.yaml"); return f }())
	if without.Hash != d.Hash {
		t.Error("properties change nothing for a patient, so they must not change the hash")
	}
}

func TestFaultyProperties(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ property, want string }{
		"no form":              {`{property: a, says: A.}`, "not-a-property"},
		"half a form":          {`{property: a, says: A., whenever: {signs: cold}}`, "not-a-property"},
		"two forms":            {`{property: a, says: A., whenever: {signs: cold}, never: {signs: hot}}`, "not-a-property"},
		"not a mapping":        {`a`, "not-a-mapping"},
		"unknown key":          {`{property: a, says: A., when: {signs: cold}}`, "unknown-key"},
		"unknown option":       {`{property: a, says: A., whenever: {signs: frozen}, then: {signs: cold}}`, "unknown-option"},
		"unknown question":     {`{property: a, says: A., not_sure_at: [sign], counts_as: {signs: cold}}`, "unknown-question"},
		"not offered":          {`{property: a, says: A., not_sure_at: [often], counts_as: {signs: cold}}`, "not-offered"},
		"none is not more":     {`{property: a, says: A., more_of: {signs: [cold, none-of-these]}, never_lowers: urgency}`, "none-is-not-more"},
		"nothing later":        {`{property: a, says: A., more_of: {often: never}, never_lowers: urgency}`, "nothing-later"},
		"range outside":        {`{property: a, says: A., more_of: {age: {from: 100, below: 200}}, never_lowers: urgency}`, "threshold-out-of-range"},
		"lowers what":          {`{property: a, says: A., more_of: {signs: [cold, hot]}, never_lowers: causes}`, "unknown-word"},
		"several noes":         {`{property: a, says: A., not_sure_at: {signs: [cold, hot]}, never_lowers: urgency}`, "not-an-answer"},
		"unknown advice":       {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {advice: path}}}`, "unknown-advice"},
		"one unknown remedy":   {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {remedy: [heat, cold]}}}`, "unknown-remedy"},
		"unknown remedy":       {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {remedy: cold}}}`, "unknown-remedy"},
		"unknown specialist":   {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {first: nurse}}}`, "unknown-specialist"},
		"unknown cause":        {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {cause: heat}}}`, "unknown-cause"},
		"unknown strength":     {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {strength: {heat-loss: huge}}}}`, "unknown-word"},
		"shows what":           {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {shows: causes}}}`, "unknown-word"},
		"every urgency":        {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {urgency: {from: self-care}}}}`, "every-urgency"},
		"two keys":             {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {urgency: soon, first: doctor}}}`, "not-a-condition"},
		"unknown source":       {`{property: a, says: A., whenever: {signs: cold}, then: {signs: hot}, source: s9}`, "unknown-source"},
		"given twice":          {"{property: a, says: A., whenever: {signs: cold}, then: {signs: hot}}\n  - {property: a, says: A., whenever: {signs: cold}, then: {signs: hot}}", "id-twice"},
		"empty urgency bounds": {`{property: a, says: A., whenever: {signs: cold}, then: {outcome: {urgency: {from: soon, below: soon}}}}`, "range-empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, faults := q.Load(propertyFiles("properties:\n  - " + tt.property + "\n"))
			found := false
			for _, f := range faults {
				found = found || f.Code == tt.want && f.File == "properties.yaml" && f.Line > 0
			}
			if !found {
				t.Errorf("want %s, got %v", tt.want, faults)
			}
		})
	}
	_, faults := q.Load(func() fstest.MapFS {
		f := propertyFiles("properties: []\n")
		f["rules.yaml"].Data = []byte(strings.Replace(string(f["rules.yaml"].Data), `"signs": "hot"`, `"outcome": {"urgency": "soon"}`, 1))
		return f
	}())
	if len(faults) == 0 || faults[0].Code != "outcome-outside-property" {
		t.Errorf("a rule that looks at the outcome: %v", faults)
	}
}
