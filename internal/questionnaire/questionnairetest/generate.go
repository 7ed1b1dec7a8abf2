// Package questionnairetest makes questionnaires for tests: small ones that are easy to change by hand, and random ones.
package questionnairetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing/fstest"

	"pgregory.net/rapid"
)

// M is a mapping of a questionnaire's file. JSON is YAML, so files are written from these.
type M = map[string]any

// Files turns the parts of a questionnaire into a folder. English texts are made up for everything in it.
func Files(definition, rules M) fstest.MapFS {
	file := func(v any) *fstest.MapFile {
		data, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			panic(err) // parts are plain values
		}
		return &fstest.MapFile{Data: data}
	}
	return fstest.MapFS{
		"definition.yaml": file(definition),
		"rules.yaml":      file(rules),
		"sources.yaml":    file(M{"sources": M{"s1": M{"title": "A source", "evidence": "1", "reviewed": "2026-01-02"}}}),
		"text/en.yaml":    file(texts(definition, rules)),
	}
}

func texts(definition, rules M) M {
	list := func(v any) []M {
		switch v := v.(type) {
		case []M:
			return v
		case []any:
			var out []M
			for _, x := range v {
				out = append(out, x.(M))
			}
			return out
		}
		return nil
	}
	sections, units, questions := M{}, M{}, M{}
	for _, s := range list(definition["sections"]) {
		sections[s["section"].(string)] = "Section"
		for _, q := range list(s["questions"]) {
			id := q["question"].(string)
			options := M{}
			if names, ok := q["options"].([]string); ok {
				for _, o := range names {
					options[o] = "Option " + o
				}
			}
			if q["type"] == "number" {
				units[id] = "units"
			}
			questions[id] = M{"text": "What about " + id + "?", "short": id, "why": "It helps.", "options": options}
		}
	}
	named := func(key, id string, text func(M) any) M {
		out := M{}
		for _, x := range list(rules[key]) {
			out[x[id].(string)] = text(x)
		}
		return out
	}
	groups := M{}
	if clinic, ok := definition["clinic"].(M); ok {
		for _, g := range list(clinic["groups"]) {
			id := g["group"].(string)
			groups[id] = "Group " + id
		}
	}
	name := func(M) any { return M{"name": "Name"} }
	scores := M{}
	if all, ok := rules["scores"].(M); ok {
		for id, s := range all {
			terms, bands := M{}, M{}
			for _, t := range list(s.(M)["terms"]) {
				terms[t["term"].(string)] = "Term"
			}
			for _, b := range list(s.(M)["bands"]) {
				bands[b["band"].(string)] = "Band"
			}
			scores[id] = M{"name": "Score", "terms": terms, "bands": bands}
		}
	}
	urgency, pattern := M{}, M{}
	for _, u := range []string{"self-care", "routine", "soon", "same-day", "emergency"} {
		urgency[u] = M{"heading": "Heading " + u, "sentence": "Sentence " + u, "steps": []string{"Step"}}
	}
	for _, m := range []string{"unknown", "none", "partial", "full"} {
		pattern[m] = "Match " + m
	}
	all := M{
		"language": "en", "title": "Title",
		"start":    M{"lead": "Lead", "for": "All", "gets": []string{"a"}, "cannot": []string{"b"}, "at_hand": []string{"c"}},
		"sections": sections, "units": units, "questions": questions, "scores": scores, "urgency": urgency, "pattern": pattern,
		"red_flags":   named("red_flags", "red_flag", func(M) any { return M{"name": "Name", "act": "Act"} }),
		"criteria":    named("criteria", "criterion", name),
		"look_alikes": named("look_alikes", "look_alike", name),
		"causes":      named("causes", "cause", func(M) any { return M{"name": "Name", "sentence": "Sentence"} }),
		"specialists": named("referrals", "specialist", func(M) any { return M{"name": "Name", "does": "Does"} }),
		"advice":      named("advice", "advice", func(M) any { return "Advice" }),
		"about":       []string{"About"},
	}
	if len(groups) > 0 {
		all["groups"] = groups
	}
	return all
}

// Generate makes a faultless random questionnaire with at most the given number of questions.
func Generate(t *rapid.T, most int) fstest.MapFS { return generate(t, most, false) }

// Rich is Generate with everything else that the format has: every type of question, answers that can be declined or left
// blank, scores, look-alikes, causes that are not shown, and several referrals, exclusions and pieces of advice.
func Rich(t *rapid.T, most int) fstest.MapFS { return generate(t, most, true) }

func generate(t *rapid.T, most int, rich bool) fstest.MapFS {
	g := generator{T: t}
	types := 3
	if rich {
		types = 6
	}
	n := rapid.IntRange(1, most).Draw(t, "questions")
	var questions []any
	for i := range n {
		id := fmt.Sprintf("q%d", i)
		question := M{"question": id, "unread": "For the test."}
		if i > 0 && rapid.IntRange(0, 2).Draw(t, "conditional") > 0 {
			question["ask"] = g.condition(i, 2)
			question["if_not_asked"] = rapid.SampledFrom([]string{"no", "unknown"}).Draw(t, "meaning")
		}
		shape := shape{id: id}
		switch rapid.IntRange(0, types).Draw(t, "type") {
		case 0, 1:
			shape.options = []string{"a", "b", "c"}[:rapid.IntRange(2, 3).Draw(t, "options")]
			question["type"], question["options"] = "choice", shape.options
		case 2:
			shape.options = []string{"a", "b", "none-of-these"}
			question["type"], question["options"], question["none"] = "choices", shape.options, "none-of-these"
		case 3:
			question["type"], question["range"] = "number", M{"from": 0, "to": 3}
		case 4:
			shape.options = []string{"a", "b"}
			question["type"], question["options"] = "choices", shape.options
		case 5:
			shape.words = true
			question["type"] = "date"
		case 6:
			shape.words = true
			question["type"], question["length"] = "text", 20
		}
		if question["type"] != "text" {
			shape.unsure = rapid.Bool().Draw(t, "unsure")
			question["unsure"] = shape.unsure
		}
		if rich {
			shape.decline = question["type"] != "text" && rapid.Bool().Draw(t, "decline")
			question["decline"] = shape.decline
			question["optional"] = rapid.IntRange(0, 2).Draw(t, "optional") == 0
			if question["type"] == "text" {
				delete(question, "decline")
			}
		}
		g.shapes = append(g.shapes, shape)
		questions = append(questions, question)
	}
	levels := []string{"routine", "soon", "same-day", "emergency"}
	var flags, causes, criteria []any
	for i := range rapid.IntRange(1, 4).Draw(t, "flags") {
		level := rapid.IntRange(0, 3).Draw(t, "urgency")
		flags = append(flags, M{"red_flag": fmt.Sprintf("f%d", i), "urgency": levels[level], "if_unknown": levels[rapid.IntRange(0, level).Draw(t, "if unknown")],
			"crisis": rapid.Bool().Draw(t, "crisis"), "when": g.condition(n, 3), "source": []string{"s1"}})
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "causes") {
		var rules []any
		for j, strength := range []string{"weak", "strong"} {
			rules = append(rules, M{"rule": fmt.Sprintf("c%d-%d", i, j), "strength": strength, "when": g.condition(n, 3), "source": []string{"s1"}})
		}
		causes = append(causes, M{"cause": fmt.Sprintf("c%d", i), "urgency": "routine", "rules": rules, "against": []any{g.condition(n, 2)}})
	}
	for i := range 2 {
		criteria = append(criteria, M{"criterion": fmt.Sprintf("k%d", i), "met": g.condition(n, 2), "earlier": g.condition(n, 2), "source": []string{"s1"}})
	}
	rules := M{
		"red_flags": flags, "criteria": criteria, "causes": causes,
		"pattern": M{"full": M{"criterion": M{"k0": "met"}}, "partial": M{"criterion": M{"k1": []string{"met", "earlier"}}},
			"none": M{"criterion": M{"k0": "not-met"}}, "shown": M{"always": true}},
		"hide_causes": "same-day",
		"referrals":   []any{M{"specialist": "doctor", "named_by": "source", "when": M{"always": true}, "source": []string{"s1"}}},
		"exclusions":  M{"heat": g.condition(n, 2)},
		"advice":      []any{M{"advice": "bath", "kind": "comfort", "contains": []string{"heat"}, "when": g.condition(n, 2), "source": []string{"s1"}}},
	}
	if rich {
		g.enrich(rules, n, levels)
	}
	read := map[string]bool{}
	for _, q := range questions {
		tests(q.(M)["ask"], read)
	}
	tests(rules, read)
	for _, q := range questions {
		if q := q.(M); read[q["question"].(string)] {
			delete(q, "unread")
		}
	}
	definition := M{"questionnaire": "random", "version": "1.0.0", "reviewed": "2026-01-02",
		"sections": []any{M{"section": "only", "questions": questions}}}
	return Files(definition, rules)
}

// enrich adds to the rules what Generate leaves out.
func (g *generator) enrich(rules M, n int, levels []string) {
	t := g.T
	maybe := func(name string) bool { return rapid.Bool().Draw(t, name) }
	level := func(name string) string { return rapid.SampledFrom(levels).Draw(t, name) }
	flags := rules["red_flags"].([]any)
	if maybe("two flags with one condition") {
		flags = append(flags, M{"red_flag": "again", "urgency": level("urgency"), "if_unknown": "routine", "crisis": true, "when": flags[0].(M)["when"], "source": []string{"s1"}})
		rules["red_flags"] = flags
	}
	rules["look_alikes"] = []any{M{"look_alike": "other", "when": g.condition(n, 2), "source": []string{"s1"}}}
	rules["scores"] = M{"load": M{"bands": []any{M{"band": "light", "from": 0}, M{"band": "heavy", "from": 2}}, "terms": []any{
		M{"term": "one", "points": 1, "when": g.condition(n, 2)}, M{"term": "two", "points": 2, "when": g.condition(n, 2)}}}}
	for i, c := range rules["causes"].([]any) {
		c := c.(M)
		c["urgency"] = rapid.SampledFrom(append([]string{"self-care"}, levels...)).Draw(t, "urgency of a cause")
		c["shown"] = rapid.IntRange(0, 3).Draw(t, "shown") > 0
		switch rapid.IntRange(0, 2).Draw(t, "against") {
		case 0:
			delete(c, "against")
		case 1:
			c["against"] = []any{M{"look_alike": "other"}, g.condition(n, 1)}
		}
		c["rules"] = append(c["rules"].([]any), M{"rule": fmt.Sprintf("c%d-score", i), "strength": "moderate", "source": []string{"s1"},
			"when": M{"score": M{"load": M{rapid.SampledFrom([]string{"from", "below"}).Draw(t, "score"): rapid.IntRange(1, 3).Draw(t, "points")}}}})
	}
	if k := rules["criteria"].([]any)[0].(M); maybe("never earlier") {
		delete(k, "earlier")
	}
	rules["pattern"].(M)["shown"] = g.condition(n, 2)
	if rules["hide_causes"] = level("hide"); maybe("nothing hidden") {
		delete(rules, "hide_causes")
	}
	refer := func(id string, more M) M {
		more["specialist"], more["named_by"], more["source"] = id, "evidence", []string{"s1"}
		return more
	}
	rules["referrals"] = []any{
		refer("doctor", M{"when": g.condition(n, 2)}),
		refer("midwife", M{"causes": []string{"c0"}, "first": g.condition(n, 2)}),
		refer("ambulance", M{"from": level("from"), "first_from": level("first from")}),
		refer("nurse", M{"causes": []string{"c0"}, "when": g.condition(n, 1), "from": level("from")}),
	}
	rules["exclusions"] = M{"heat": g.condition(n, 2), "cold": g.condition(n, 2)}
	advise := func(id, kind string, more M) M {
		more["advice"], more["kind"], more["source"] = id, kind, []string{"s1"}
		return more
	}
	rules["advice"] = []any{
		advise("bath", "comfort", M{"contains": []string{"heat", "cold"}, "when": g.condition(n, 2)}),
		advise("pack", "comfort", M{"contains": []string{"cold"}, "when": g.condition(n, 2), "unless": g.condition(n, 2)}),
		advise("rest", "comfort", M{"when": M{"always": true}}),
		advise("bottle", "bring", M{"contains": []string{"heat"}, "when": g.condition(n, 2), "unless": M{"red_flag": "f0"}}),
		advise("stop", "avoid", M{"when": M{"cause": "c0"}}),
	}
}

// tests notes which questions are read anywhere below a value.
func tests(v any, read map[string]bool) {
	switch v := v.(type) {
	case M:
		for k, x := range v {
			read[k] = true
			tests(x, read)
		}
	case []any:
		for _, x := range v {
			tests(x, read)
		}
	}
}

type shape struct {
	id      string
	options []string
	unsure  bool
	decline bool
	words   bool // own words or a date
}

type generator struct {
	*rapid.T
	shapes []shape
}

// condition makes a condition over the first n questions.
func (g *generator) condition(n, depth int) M {
	kind := 0
	if depth > 0 {
		kind = rapid.IntRange(0, 5).Draw(g.T, "kind")
	}
	parts := func(k int) (list []any) {
		for range k {
			list = append(list, g.condition(n, depth-1))
		}
		return list
	}
	switch kind {
	case 2, 3:
		list := parts(2)
		if reflect.DeepEqual(list[0], list[1]) {
			return list[0].(M)
		}
		return M{[]string{"all", "any"}[kind-2]: list}
	case 4:
		return M{"not": g.condition(n, depth-1)}
	case 5:
		return M{"at_least": rapid.IntRange(1, 3).Draw(g.T, "least"), "of": parts(3)}
	}
	s := g.shapes[rapid.IntRange(0, n-1).Draw(g.T, "question")]
	if s.unsure && rapid.IntRange(0, 3).Draw(g.T, "test unsure") == 0 {
		return M{s.id: "unsure"}
	}
	if s.decline && rapid.IntRange(0, 3).Draw(g.T, "test declined") == 0 {
		return M{s.id: []string{"declined"}}
	}
	if s.words {
		return M{s.id: "answered"}
	}
	if s.options == nil {
		at := rapid.IntRange(1, 3).Draw(g.T, "threshold")
		if rapid.Bool().Draw(g.T, "from") {
			return M{s.id: M{"from": at}}
		}
		return M{s.id: M{"below": at}}
	}
	return M{s.id: rapid.SampledFrom(s.options).Draw(g.T, "option")}
}
