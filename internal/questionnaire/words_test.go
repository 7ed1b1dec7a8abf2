package questionnaire_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	q "ekbom/internal/questionnaire"
	. "ekbom/internal/questionnaire/questionnairetest"
)

// What is told about a rule says what is wrong and what to write instead. Numbers of lines are left out below.
func TestWords(t *testing.T) {
	t.Parallel()
	flag := func(key string, value any) func(M, M, fstest.MapFS) {
		return func(_, r M, _ fstest.MapFS) {
			f := r["red_flags"].([]any)[0].(M)
			if f[key] = value; value == nil {
				delete(f, key)
			}
		}
	}
	when := func(c any) func(M, M, fstest.MapFS) { return flag("when", c) }
	pain, fever := M{"signs": "pain"}, M{"signs": "fever"}
	property := func(p string) func(M, M, fstest.MapFS) {
		return func(_, _ M, f fstest.MapFS) {
			f["properties.yaml"] = &fstest.MapFile{Data: []byte("properties:\n  - " + p + "\n")}
		}
	}
	for _, tt := range []struct {
		name   string
		change func(definition, rules M, files fstest.MapFS)
		want   string // of the one fault; none: faultless
	}{
		{"no option", when(M{"signs": []any{}}), "there is nothing in this list [empty-list]; name one, or take it away"},
		{"no option under not", when(M{"not": M{"signs": []any{}}}), "[empty-list]"},
		{"no cause", when(M{"cause": []any{}}), "[empty-list]"},
		{"no flag", when(M{"red_flag": []any{}}), "[empty-list]"},
		{"no look-alike", when(M{"look_alike": []any{}}), "[empty-list]"},
		{"no state", when(M{"criterion": M{"sore": []any{}}}), "[empty-list]"},
		{"no match", when(M{"pattern": []any{}}), "[empty-list]"},
		{"no part", when(M{"any": []any{pain, M{"all": []any{}}}}), "[empty-list]"},
		{"no advice", property("{property: a, says: A., whenever: {signs: pain}, then: {outcome: {advice: []}}}"), "[empty-list]"},
		{"no remedy", property("{property: a, says: A., whenever: {signs: pain}, then: {outcome: {remedy: []}}}"), "[empty-list]"},
		{"no open flag", property("{property: a, says: A., whenever: {signs: pain}, then: {outcome: {open: []}}}"), "[empty-list]"},
		{"not sure at nothing", property("{property: a, says: A., not_sure_at: [], counts_as: {signs: pain}}"), "there is nothing in this list [empty-list]"},
		{"more of nothing", property("{property: a, says: A., more_of: {}, never_lowers: urgency}"), `the property "a" speaks of nothing [empty-property]`},
		{"all twice", when(M{"all": []any{pain, fever, pain}}), "the same stands in line N already [part-twice]; take it away, or write what was meant"},
		{"any twice", when(M{"any": []any{M{"not": pain}, M{"not": pain}}}), "[part-twice]"},
		{"option twice", when(M{"signs": []any{"pain", "pain"}}), `the option "pain" stands here already [part-twice]`},
		{"counted twice", when(M{"at_least": 2, "of": []any{pain, fever, fever}}), ""},
		{"a fact and what it means", when(M{"any": []any{M{"fact": "adult"}, M{"age": M{"from": 18}}}}), ""},
		{"Cyrillic question", when(M{"sіgns": "pain"}), `there is no question "sіgns" (did you mean "signs"? the letter і (U+0456) is not a Latin i) [unknown-question]`},
		{"Cyrillic option", when(M{"signs": "раіn"}), `has no option "раіn" (did you mean "pain"? the letter р (U+0440) is not a Latin p) [unknown-option]`},
		{"Cyrillic id", when(M{"fact": "аdult"}), `"аdult" is not an id: the letter а (U+0430) is not a Latin a [not-an-id]; type it anew`},
		{"Cyrillic key", flag("whеn", pain), `the key "whеn" is not known here (did you mean "when"? the letter е (U+0435) is not a Latin e)`},
		{"dash of a word processor", when(M{"signs": "no–signs"}), `(did you mean "no-signs"? the sign – (U+2013) is not a plain dash)`},
		{"slip in another script", when(M{"signs": "pбin"}), `has no option "pбin" (did you mean "pain"?)`},
		{"circle", func(_, r M, _ fstest.MapFS) {
			r["facts"] = M{"adult": M{"fact": "grown"}, "grown": M{"not": M{"fact": "adult"}}}
		}, "rules.yaml:N:13: fact adult depends on itself: fact adult (rules.yaml:N) -> fact grown (rules.yaml:N) -> fact adult [circle]; break the circle"},
		{"circle of one", func(_, r M, _ fstest.MapFS) { r["facts"] = M{"adult": M{"fact": "adult"}} },
			": fact adult depends on itself: fact adult (rules.yaml:N) -> fact adult [circle]"},
		{"circle of a criterion", func(_, r M, _ fstest.MapFS) {
			r["criteria"].([]any)[0].(M)["met"] = M{"criterion": M{"sore": "earlier"}}
		}, "criterion sore (rules.yaml:N) -> criterion sore [circle]"},
		{"circle by urgency", when(M{"urgency": M{"from": "same-day"}}),
			": red flag both depends on itself: red flag both (rules.yaml:N) -> {urgency: {from: same-day}}, which hangs on every red flag of that urgency -> red flag both [circle]"},
		{"urgency without from", when(M{"urgency": "soon"}), "urgency is asked for with from [not-a-condition]; write {urgency: {from: soon}}, which is true when a red flag of at least that is"},
		{"urgency of the outcome without from", property("{property: a, says: A., whenever: {signs: pain}, then: {urgency: emergency}}"),
			"write {urgency: {from: emergency}}, which is true when a red flag of at least that is, or {outcome: {urgency: emergency}}"},
		{"number in words", when(M{"age": "more than 20"}), `the question "age" has no option "more than 20" [unknown-option]; write a range: {from: 20} for 20 and more, {below: 20} for less`},
		{"number alone", when(M{"age": 20}), "write a range: {from: 20}"},
		{"option of a date", when(M{"since": "long"}), "write answered"},
		{"if_unknown missing", flag("if_unknown", nil), `the key "if_unknown" is missing [missing-key]; add if_unknown: self-care, routine, soon, same-day or emergency`},
		{"not sure is no", flag("if_unknown", "self-care"), "both: with if_unknown self-care, who is not sure counts as who said no [not-sure-is-no]; raise if_unknown to routine, soon or same-day"},
		{"not sure of what can wait", func(_, r M, _ fstest.MapFS) {
			r["red_flags"].([]any)[1].(M)["urgency"], r["red_flags"].([]any)[1].(M)["if_unknown"] = "soon", "self-care"
		}, ""},
		{"source without place", func(_, _ M, f fstest.MapFS) {
			f["sources.yaml"].Data = []byte("sources: {s1: {title: A, reviewed: 2026-01-02}}")
		}, `the source "s1" does not say where in it the rules stand [source-without-place]; add article (under which heading of the article) or evidence (in which part of the evidence)`},
		{"no form", property("{property: a, says: A.}"), `the property "a" has none of the forms of a property [not-a-property]; write whenever with then, never with together_with, more_of with never_lowers, not_sure_at with counts_as or not_sure_at with never_lowers`},
		{"half a form", property("{property: a, says: A., not_sure_at: [signs]}"), `has only half of a form: not_sure_at [not-a-property]; write not_sure_at with counts_as or not_sure_at with never_lowers`},
		{"two forms", property("{property: a, says: A., whenever: {signs: pain}, then: {signs: pain}, never: {signs: pain}}"),
			`mixes several forms: never, then, whenever [not-a-property]; make a property of each form: whenever with then or never with together_with`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, faults := q.Load(small(tt.change))
			if tt.want == "" {
				if len(faults) > 0 {
					t.Errorf("told: %v", faults)
				}
				return
			}
			var told []string
			for _, f := range faults {
				if f.Code != "missing-key" || f.Code == "missing-key" && strings.Contains(tt.want, "missing-key") { // a key in other letters is missing too
					told = append(told, lines.ReplaceAllString(f.Error(), "${1}N"))
				}
			}
			if all := strings.Join(told, "\n"); len(told) != 1 || !strings.Contains(all, tt.want) {
				t.Errorf("told:\n%s\nwant:\n%s", all, tt.want)
			}
		})
	}
}

var lines = regexp.MustCompile(`(\.yaml:|\.yaml:N:|in line )\d+`)

// However many faults there are, it is told how many are not listed.
func TestManyFaults(t *testing.T) {
	t.Parallel()
	files := small(nil)
	var sources strings.Builder
	sources.WriteString("sources:\n  s1: {title: A, evidence: b, reviewed: 2026-01-02}\n")
	for i := range 700 {
		fmt.Fprintf(&sources, "  t%d: {title: A, reviewed: 2026-01-02, colour: red}\n", i)
	}
	files["sources.yaml"].Data = []byte(sources.String())
	_, faults := q.Load(files)
	last := faults[len(faults)-1]
	if len(faults) != 501 || last.Code != "more-faults" || last.What != "more faults than are listed: 900" {
		t.Errorf("%d faults, the last one is %v", len(faults), last)
	}
	files["sources.yaml"].Data = []byte("sources: [" + strings.Repeat("1,", 6000) + "1]")
	if _, faults := q.Load(files); len(faults) != 1 || faults[0].Code != "too-many-parts" {
		t.Errorf("6001 parts: %v", faults)
	}
	_, faults = q.Load(small(func(_, r M, _ fstest.MapFS) {
		for i := range 3000 {
			r["facts"].(M)[fmt.Sprintf("f%d", i)] = M{"fact": fmt.Sprintf("f%d", (i+1)%3000)}
		}
	}))
	if circle := faults[0].What; !strings.Contains(circle, "-> 2988 more -> ") || len(circle) > 1000 {
		t.Errorf("a wide circle: %.2000s", circle)
	}
}

// A slip in a case is told once, in words, with what may stand there; not again for each case based on it, and without what only
// seems to follow.
func TestCases(t *testing.T) {
	t.Parallel()
	const whole = "age: 30, who: me, signs: [pain], pregnant: yes, since: 2020, burden: 3, words: blank"
	base := func(answers string) string {
		return "- {case: base, story: A., answers: {" + answers + "}, expect: {urgency: emergency}}\n"
	}
	on := func(id, of, answers string) string {
		return "- {case: " + id + ", story: A., based_on: " + of + ", answers: {" + answers + "}, expect: {urgency: emergency}}\n"
	}
	swap := func(from, to string) string { return strings.Replace(whole, from, to, 1) }
	three := on("b", "base", "") + on("c", "b", "burden: 4") + on("d", "base", "burden: 5")
	for _, tt := range []struct {
		name, cases string
		want        []string
	}{
		{"faultless", base(whole) + three, nil},
		{"option", base(swap("signs: [pain]", "signs: [pian]")) + three,
			[]string{`cases/all.yaml:1: "pian" is no answer to "signs" (did you mean "pain"?) [not-an-answer]; give pain, fever, no-signs or unsure`}},
		{"mended in one that is based on it", base(swap("signs: [pain]", "signs: [pian]")) + on("b", "base", "signs: [pane]"), []string{
			`cases/all.yaml:1: "pian" is no answer to "signs" (did you mean "pain"?) [not-an-answer]; give pain, fever, no-signs or unsure`,
			`cases/all.yaml:2: "pane" is no answer to "signs" (did you mean "pain"?) [not-an-answer]; give pain, fever, no-signs or unsure`}},
		{"number", base(swap("age: 30", "age: 340")) + three,
			[]string{`cases/all.yaml:1: 340 is no answer to "age": it is not between 0 and 120 [not-an-answer]; give a whole number from 0 to 120`}},
		{"no number", base(swap("age: 30", "age: old")),
			[]string{`cases/all.yaml:1: "old" is no whole number, as "age" asks for [not-an-answer]; give a whole number from 0 to 120`}},
		{"exclusive", base(swap("[pain]", "[pain, no-signs]")) + three,
			[]string{`cases/all.yaml:1: "no-signs" stands beside another answer to "signs" [not-an-answer]; give it alone, or take it away`}},
		{"two for one", base(swap("who: me", "who: [me, other]")), []string{`cases/all.yaml:1: "who" takes one answer only [not-an-answer]; give me or other`}},
		{"date", base(swap("2020", "spring")), []string{`cases/all.yaml:1: "spring" is no date, as "since" asks for [not-an-answer]; give a date such as 2024, 2024-03 or 2024-03-15 or unsure`}},
		{"text", base(swap("words: blank", "words: this is far too long for it")),
			[]string{`cases/all.yaml:1: 27 signs are too many for "words" [not-an-answer]; give a text of at most 20 signs or blank`}},
		{"not offered", base(swap("who: me", "who: unsure")), []string{`cases/all.yaml:1: "who" does not offer "unsure" [not-an-answer]; give me or other`}},
		{"no answer", base(swap("who: me", "who: ''")), []string{`cases/all.yaml:1: "who" has no answer [not-an-answer]; give me or other`}},
		{"missing", base(swap("pregnant: yes, ", "")) + three,
			[]string{`cases/all.yaml:1: the case "base" has no answer to "pregnant", which is asked [answer-missing]; add an answer`}},
		{"question", base(whole+", sings: pain") + three,
			[]string{`cases/all.yaml:1: there is no question "sings" (did you mean "signs"?) [unknown-question]; name a question of definition.yaml`}},
		{"based on nobody", on("b", "bese", "") + on("c", "b", "burden: 4") + base(whole), []string{`cases/all.yaml:1: there is no case "bese" above [unknown-case]; name a case that stands above in this file`}},
		{"based on a slip", base(whole) + on("b", "bose", ""), []string{`cases/all.yaml:2: there is no case "bose" above (did you mean "base"?) [unknown-case]; name a case that stands above in this file`}},
		{"based on itself", on("b", "b", ""), []string{`cases/all.yaml:1: there is no case "b" above [unknown-case]; name a case that stands above in this file`}},
		{"expected slip", strings.Replace(base(whole), "urgency: emergency", "urgency: routine, causes: {stran: weak}, first: docter", 1), []string{
			`cases/all.yaml:1: there is no cause "stran" (did you mean "strain"?) [unknown-cause]; name one of rules.yaml`,
			`cases/all.yaml:1: there is no referral to "docter" (did you mean "doctor"?) [unknown-specialist]; name one of rules.yaml`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := small(nil)
			files["cases/all.yaml"] = &fstest.MapFile{Data: []byte(tt.cases)}
			_, faults := q.Load(files)
			var told []string
			for _, f := range faults {
				f.Column = 0
				told = append(told, strings.Replace(f.Error(), ":0: ", ": ", 1))
			}
			if diff := cmp.Diff(tt.want, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// Faults of texts, and of what nothing uses, hide no fault of a case; a fault that hides an id spares the texts that belong to it.
func TestFaultsHideNoOthers(t *testing.T) {
	t.Parallel()
	codes := func(change func(definition, rules M, files fstest.MapFS)) string {
		_, faults := q.Load(small(change))
		var list []string
		for _, f := range faults {
			list = append(list, f.File+" "+f.Code)
		}
		return strings.Join(list, ", ")
	}
	wrong := func(f fstest.MapFS, name, from, to string) {
		f[name].Data = []byte(strings.Replace(string(f[name].Data), from, to, 1))
	}
	for _, tt := range []struct {
		name   string
		change func(definition, rules M, files fstest.MapFS)
		want   string
	}{
		{"a text, a fact, a remedy and a case", func(_, r M, f fstest.MapFS) {
			r["facts"].(M)["child"] = M{"age": M{"below": 18}}
			r["exclusions"] = M{"cold": M{"signs": "pain"}}
			wrong(f, "text/en.yaml", `"hurts": "Hurts"`, `"hot2": "Hurts"`)
			wrong(f, "cases/all.yaml", `"pain"`, `"pane"`)
		}, "rules.yaml unknown-remedy, rules.yaml unused-exclusion, rules.yaml unused-fact, text/en.yaml missing-text, text/en.yaml left-over-text, cases/all.yaml not-an-answer"},
		{"an id that is none", func(_, r M, f fstest.MapFS) {
			r["look_alikes"].([]any)[0].(M)["look_alike"] = "Cold"
			wrong(f, "text/en.yaml", `"hurts": "Hurts"`, `"hurts": "Hurts", "hot2": "Hurts"`)
		}, "rules.yaml unknown-look-alike, rules.yaml not-an-id"},
		{"an option that is none", func(_, r M, f fstest.MapFS) {
			r["look_alikes"].([]any)[0].(M)["when"] = M{"signs": "pane"}
			wrong(f, "text/en.yaml", `"hurts": "Hurts"`, `"hurts": "Hurts", "hot2": "Hurts"`)
		}, "rules.yaml unknown-option, text/en.yaml left-over-text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := codes(tt.change); got != tt.want {
				t.Errorf("told %s\nwant %s", got, tt.want)
			}
		})
	}
}
