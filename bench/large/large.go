// Package large makes questionnaires of any size, always the same for the same size, in the shape of the shipped one: two
// questions of five hang on earlier ones, rules read a handful of questions each, facts are shared.
package large

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing/fstest"

	"ekbom/internal/questionnaire/questionnairetest"
)

type m = questionnairetest.M

// Files gives a questionnaire with n questions.
func Files(n int) (fstest.MapFS, error) {
	g := &maker{Rand: rand.New(rand.NewPCG(1, uint64(n)))}
	var sections []any
	read := map[string]bool{}
	for first := 0; first < n; first += 8 {
		var questions []any
		for i := first; i < min(first+8, n); i++ {
			questions = append(questions, g.question(i))
		}
		sections = append(sections, m{"section": fmt.Sprintf("s%d", first/8), "questions": questions})
	}
	levels := []string{"routine", "soon", "same-day", "emergency"}
	facts := m{}
	for i := range n / 4 {
		facts[fmt.Sprintf("fact-%d", i)] = m{"any": []any{g.test(), g.test(), m{"all": []any{g.test(), g.test()}}}}
	}
	fact := func() m { return m{"fact": fmt.Sprintf("fact-%d", g.IntN(n/4))} }
	var flags, causes, criteria, advice, properties []any
	names := []string{}
	for i := range n {
		level := g.IntN(4)
		sign := g.test()
		when := m{"any": []any{sign, m{"all": []any{g.test(), fact()}}}}
		flags = append(flags, m{"red_flag": fmt.Sprintf("flag-%d", i), "urgency": levels[level], "if_unknown": levels[max(0, level-2)], "when": when, "source": "s1"})
		properties = append(properties, m{"property": fmt.Sprintf("sign-%d", i), "says": "This sign is never overlooked.",
			"whenever": sign, "then": m{"outcome": m{"urgency": m{"from": levels[level]}}}})
	}
	for i := range n {
		name := fmt.Sprintf("cause-%d", i)
		names = append(names, name)
		var rules []any
		for j, c := range []m{
			{"all": []any{g.test(), g.test(), fact()}},
			{"at_least": 2, "of": []any{g.test(), g.test(), g.test(), fact()}},
			{"any": []any{g.test(), fact()}},
		} {
			rules = append(rules, m{"rule": fmt.Sprintf("%s-%d", name, j), "strength": []string{"strong", "moderate", "weak"}[j], "when": c, "source": "s1"})
		}
		causes = append(causes, m{"cause": name, "urgency": "routine", "rules": rules, "against": []any{g.test()}})
		advice = append(advice, m{"advice": fmt.Sprintf("advice-%d", i), "kind": "comfort", "contains": []string{[]string{"heat", "massage"}[i%2]}, "when": fact(), "source": "s1"})
	}
	for i := range 4 {
		criteria = append(criteria, m{"criterion": fmt.Sprintf("criterion-%d", i), "met": g.test(), "source": "s1"})
	}
	for i := range g.shapes {
		if s := g.shapes[i]; s.kind == "choices" {
			properties = append(properties, m{"property": "unsure-" + s.id, "says": "Not sure is at least a visit.", "not_sure_at": s.id,
				"counts_as": m{"outcome": m{"urgency": m{"from": "routine"}}}})
		}
	}
	var unsure []any
	for _, s := range g.shapes {
		if s.kind == "choices" {
			unsure = append(unsure, m{s.id: "unsure"})
		}
	}
	flags = append(flags, m{"red_flag": "not-clear", "urgency": "routine", "if_unknown": "routine", "when": m{"any": unsure}, "source": "s1"})
	both := func(a, b string) m {
		return m{"all": []any{m{"criterion": m{a: "met"}}, m{"criterion": m{b: "met"}}}}
	}
	rules := m{
		"facts": facts, "red_flags": flags, "criteria": criteria, "causes": causes, "hide_causes": "same-day",
		"pattern": m{"full": m{"all": []any{both("criterion-0", "criterion-1"), both("criterion-2", "criterion-3")}}, "partial": both("criterion-0", "criterion-1"),
			"none": m{"criterion": m{"criterion-0": "not-met"}}, "shown": fact()},
		"referrals":  []any{m{"specialist": "doctor", "named_by": "source", "causes": names, "from": "routine", "source": "s1"}},
		"exclusions": m{"heat": fact(), "massage": m{"any": []any{fact(), m{"urgency": m{"from": "same-day"}}}}},
		"advice":     append(advice, m{"advice": "ask", "kind": "ask", "when": m{"always": true}, "source": "s1"}),
	}
	tests(sections, read)
	tests(rules, read)
	for _, s := range sections {
		for _, qu := range s.(m)["questions"].([]any) {
			if qu := qu.(m); !read[qu["question"].(string)] {
				qu["unread"] = "For its length."
			}
		}
	}
	used := map[string]bool{}
	named(rules, used)
	for id := range facts {
		if !used[id] {
			delete(facts, id)
		}
	}
	files := questionnairetest.Files(m{"questionnaire": "large", "version": "1.0.0", "reviewed": "2026-01-02", "sections": sections}, rules)
	data, err := json.Marshal(m{"properties": properties})
	files["properties.yaml"] = &fstest.MapFile{Data: data}
	return files, err
}

type shape struct {
	id, kind string
	options  []string
}

type maker struct {
	*rand.Rand
	shapes []shape
}

func (g *maker) question(i int) m {
	s := shape{id: fmt.Sprintf("q%d", i)}
	out := m{"question": s.id}
	if i > 4 && g.IntN(5) < 2 {
		out["ask"], out["if_not_asked"] = g.near(), "no"
	}
	switch k := g.IntN(20); {
	case k < 9:
		s.kind, s.options = "choice", []string{"a", "b", "c", "d"}
		out["options"] = s.options
	case k < 16:
		s.kind, s.options = "choices", []string{"a", "b", "c", "d", "e", "f"}
		out["options"], out["none"] = append([]string{}, "a", "b", "c", "d", "e", "f", "none-of-these"), "none-of-these"
	case k < 19:
		s.kind = "number"
		out["range"], out["unsure"] = m{"from": 0, "to": 100}, false
	default:
		s.kind = "text"
		out["length"], out["optional"] = 200, true
	}
	out["type"] = s.kind
	g.shapes = append(g.shapes, s)
	return out
}

// near tests one of the questions just before.
func (g *maker) near() m {
	from := max(0, len(g.shapes)-12)
	return g.of(g.shapes[from+g.IntN(len(g.shapes)-from)])
}

func (g *maker) test() m { return g.of(g.shapes[g.IntN(len(g.shapes))]) }

func (g *maker) of(s shape) m {
	switch {
	case s.kind == "text":
		return m{s.id: "answered"}
	case s.kind == "number":
		return m{s.id: m{"from": 10 * (1 + g.IntN(9))}}
	}
	return m{s.id: s.options[g.IntN(len(s.options))]}
}

// tests notes which questions are read anywhere below a value.
func tests(v any, read map[string]bool) {
	switch v := v.(type) {
	case m:
		for k, x := range v {
			if k != "question" {
				read[k] = true
			}
			tests(x, read)
		}
	case []any:
		for _, x := range v {
			tests(x, read)
		}
	}
}

// named notes which facts are named anywhere below a value.
func named(v any, used map[string]bool) {
	switch v := v.(type) {
	case m:
		for k, x := range v {
			if id, ok := x.(string); ok && k == "fact" {
				used[id] = true
			}
			named(x, used)
		}
	case []any:
		for _, x := range v {
			named(x, used)
		}
	}
}
