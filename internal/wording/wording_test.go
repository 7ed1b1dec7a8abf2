package wording

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
	"ekbom/questionnaires"
)

type m = questionnairetest.M

func load(t *testing.T, when any) *q.Definition {
	t.Helper()
	cite := []string{"s1"}
	questions := []m{
		{"question": "age", "type": "number", "range": m{"from": 0, "to": 120}},
		{"question": "colour", "type": "choice", "options": []string{"red", "green", "blue", "black"}, "decline": true},
		{"question": "signs", "type": "choices", "options": []string{"pale", "warm", "sore", "none-of-these"}, "none": "none-of-these"},
		{"question": "note", "type": "text", "length": 100, "optional": true},
	}
	files := questionnairetest.Files(
		m{"questionnaire": "words", "version": "1.0.0", "reviewed": "2026-01-02", "sections": []any{m{"section": "only", "questions": questions}}},
		m{
			"facts": m{"adult": m{"age": m{"from": 18}}, "ill": m{"any": []any{m{"signs": "pale"}, m{"age": m{"below": 3}}}}},
			"scores": m{"load": m{"terms": []any{
				m{"term": "old", "points": 2, "when": m{"age": m{"from": 80}}}, m{"term": "sore", "points": 1, "when": m{"signs": "sore"}}},
				"bands": []any{m{"band": "low", "from": 0}, m{"band": "high", "from": 2}}}},
			"red_flags": []any{
				m{"red_flag": "first", "urgency": "emergency", "if_unknown": "soon", "source": cite, "when": m{"all": []any{m{"signs": "warm"}, m{"colour": "red"}}}},
				m{"red_flag": "second", "urgency": "soon", "if_unknown": "soon", "source": cite, "when": m{"all": []any{m{"signs": "sore"}, m{"note": "answered"}}}},
				m{"red_flag": "third", "urgency": "routine", "if_unknown": "routine", "source": cite, "when": m{"any": []any{m{"fact": "adult"}, m{"fact": "ill"}, m{"score": m{"load": m{"from": 2}}}}}},
			},
			"criteria": []any{
				m{"criterion": "urge", "met": m{"any": []any{m{"colour": "red"}, m{"signs": "sore"}}}, "earlier": m{"colour": "blue"}, "source": cite},
				m{"criterion": "rest", "met": m{"any": []any{m{"colour": "green"}, m{"signs": "sore"}}}, "source": cite},
			},
			"pattern": m{"full": m{"all": []any{m{"criterion": m{"urge": "met"}}, m{"criterion": m{"rest": "met"}}}},
				"partial": m{"criterion": m{"urge": []string{"met", "earlier"}}}, "none": m{"criterion": m{"rest": "not-met"}}, "shown": m{"always": true}},
			"causes": []any{m{"cause": "wear", "urgency": "routine", "rules": []any{
				m{"rule": "a", "strength": "strong", "when": m{"all": []any{m{"signs": "sore"}, m{"age": m{"from": 50}}}}, "source": cite},
				m{"rule": "b", "strength": "weak", "when": m{"all": []any{m{"signs": "sore"}, m{"age": m{"from": 40}}}}, "source": cite}}}},
			"referrals": []any{m{"specialist": "doctor", "named_by": "source", "when": m{"always": true}, "source": cite}},
			"advice":    []any{m{"advice": "asked-for", "kind": "ask", "when": when, "source": cite}},
		})
	words := files["text/en.yaml"]
	words.Data = bytes.Replace(words.Data, []byte(`"scores": {}`),
		[]byte(`"scores": {"load": {"name": "Load", "terms": {"old": "Old", "sore": "Sore"}, "bands": {"low": "Low", "high": "High"}}}`), 1)
	d, faults := q.Load(files)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return d
}

func TestCondition(t *testing.T) {
	t.Parallel()
	many := func(key string, parts ...any) m { return m{key: parts} }
	tests := []struct {
		when m
		want string
	}{
		{m{"age": m{"below": 18}}, "age: below 18 units"},
		{m{"age": m{"from": 18}}, "age: 18 units or more"},
		{m{"fact": "adult"}, "age: 18 units or more"},
		{m{"age": m{"from": 10, "below": 61}}, "age: 10 to 60 units"},
		{m{"age": m{"from": 7, "below": 8}}, "age: 7 units"},
		{m{"not": m{"age": m{"from": 18}}}, "age: below 18 units"},
		{m{"not": m{"age": m{"below": 18}}}, "age: 18 units or more"},
		{m{"not": m{"age": m{"from": 10, "below": 61}}}, "age: not 10 to 60 units"},
		{m{"colour": "red"}, "colour: “Option red”"},
		{m{"colour": []string{"red", "green", "unsure"}}, "colour: “Option red”, “Option green” or not sure"},
		{m{"colour": []string{"red", "green", "blue", "declined"}}, "colour: rather not say or any option but “Option black”"},
		{m{"not": m{"colour": "unsure"}}, "colour: other than not sure"},
		{m{"not": m{"colour": []string{"red", "unsure"}}}, "colour: neither “Option red” nor not sure"},
		{m{"signs": []string{"pale", "warm", "sore"}}, "signs: any option but “Option none-of-these”"},
		{m{"signs": []string{"pale", "warm", "none-of-these"}}, "signs: “Option pale”, “Option warm” or “Option none-of-these”"},
		{m{"not": m{"signs": "pale"}}, "signs: not “Option pale”"},
		{m{"not": m{"signs": []string{"pale", "warm"}}}, "signs: neither “Option pale” nor “Option warm”"},
		{m{"note": "answered"}, "note: answered"},
		{many("any", m{"colour": "red"}, m{"signs": "pale"}, m{"colour": "blue"}), "colour: “Option red” or “Option blue”, or signs: “Option pale”"},
		{many("all", m{"colour": "red"}, many("any", m{"signs": "pale"}, m{"age": m{"below": 9}})),
			"colour: “Option red”, and (signs: “Option pale”, or age: below 9 units)"},
		{m{"not": many("any", m{"signs": "pale"}, m{"age": m{"below": 9}})}, "none of: signs: “Option pale”; age: below 9 units"},
		{m{"not": many("all", m{"signs": "pale"}, m{"age": m{"below": 9}})}, "not all of: signs: “Option pale”; age: below 9 units"},
		{m{"at_least": 2, "of": []any{m{"signs": "pale"}, m{"signs": "warm"}, m{"fact": "ill"}}}, "at least 2 of: signs: “Option pale”; signs: “Option warm”; fact ill"},
		{m{"not": m{"at_least": 2, "of": []any{m{"signs": "pale"}, m{"signs": "warm"}, m{"fact": "ill"}}}},
			"fewer than 2 of: signs: “Option pale”; signs: “Option warm”; fact ill"},
		{m{"fact": "ill"}, "fact ill: signs: “Option pale”, or age: below 3 units"},
		{m{"not": m{"fact": "ill"}}, "not fact ill"},
		{many("all", m{"red_flag": []string{"first", "third"}}, m{"cause": "wear"}), "red flag first or third, and cause wear"},
		{many("any", m{"red_flag": []string{"first"}}, m{"cause": "wear"}, m{"red_flag": "third"}), "red flag first or third, or cause wear"},
		{many("any", m{"urgency": m{"from": "soon"}}, m{"fact": "ill"}), "some red flag of soon or more urgent, or fact ill"},
		{many("all", m{"fact": "ill"}, m{"score": m{"load": m{"from": 2}}}), "fact ill, and score load from 2"},
		{m{"at_least": 2, "of": []any{m{"age": m{"from": 80}}, m{"signs": "sore"}}}, "at least 2 of: age: 80 units or more; signs: “Option sore”"}, // one point each: not the score
		{many("all", m{"fact": "ill"}, m{"score": m{"load": m{"below": 2}}}), "fact ill, and not score load from 2"},
		{many("all", m{"fact": "ill"}, m{"criterion": m{"urge": "met"}}, m{"criterion": m{"rest": "not-met"}}), "fact ill, and criterion urge met, and criterion rest not met"},
		{many("all", m{"fact": "ill"}, m{"criterion": m{"urge": []string{"met", "earlier"}}}, m{"criterion": m{"urge": "not-met"}}),
			"fact ill, and criterion urge met or earlier, and criterion urge not met"},
		{many("all", m{"fact": "ill"}, m{"criterion": m{"urge": "earlier"}}), "fact ill, and criterion urge earlier"},
		{many("all", m{"fact": "ill"}, m{"pattern": "full"}), "fact ill, and pattern full"},
		{many("all", m{"fact": "ill"}, m{"pattern": []string{"full", "partial"}}), "fact ill, and pattern full or partial"},
		{many("all", m{"fact": "ill"}, m{"pattern": "partial"}, m{"pattern": "none"}), "fact ill, and pattern partial and none"},
		{m{"always": true}, "always"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			d := load(t, tt.when)
			if got := New(d, d.Texts["en"]).Condition(d.Advice[0].When); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	d := load(t, m{"always": true})
	w := New(d, d.Texts["en"])
	for _, tt := range []struct {
		question q.ID
		answer   q.Answer
		want     string
	}{
		{"age", q.Answer{State: q.Given, Number: 34}, "age: 34 units"},
		{"colour", q.Answer{State: q.Given, Options: 1}, "colour: “Option red”"},
		{"signs", q.Answer{State: q.Given, Options: 0b111}, "signs: “Option pale”, “Option warm” and “Option sore”"},
		{"note", q.Answer{State: q.Given, Text: "It aches."}, "note: “It aches.”"},
		{"signs", q.Answer{State: q.Unsure}, "signs: not sure"},
		{"colour", q.Answer{State: q.Declined}, "colour: rather not say"},
		{"note", q.Answer{State: q.Blank}, "note: left blank"},
		{"age", q.Answer{}, "age: not answered"},
	} {
		at, _ := d.Question(tt.question)
		if got := w.Answer(at, tt.answer); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

// outline writes a tree with one line for each node.
func outline(n Node, deep string, to *strings.Builder) string {
	to.WriteString(deep + strings.TrimSpace(n.Name+" | "+n.Says) + "\n")
	for _, p := range n.Parts {
		outline(p, deep+"  ", to)
	}
	return to.String()
}

func TestTree(t *testing.T) {
	t.Parallel()
	d := load(t, m{"all": []any{
		m{"not": m{"fact": "ill"}},
		m{"any": []any{m{"fact": "ill"}, m{"red_flag": "first"}, m{"score": m{"load": m{"from": 2}}}}},
		m{"not": m{"colour": "red"}},
		m{"not": m{"all": []any{m{"fact": "adult"}, m{"signs": "pale"}}}},
	}})
	w := New(d, d.Texts["en"])
	want := `| all of these
  not fact ill | any of these
    | signs: “Option pale”
    | age: below 3 units
  | any of these
    fact ill | see above
    red flag first | Name
    score load from 2 | at least 2 points of these
      | age: 80 units or more (2 points)
      | signs: “Option sore” (1 point)
  | colour: not “Option red”
  | not all of these
    | age: 18 units or more
    | signs: “Option pale”
`
	if diff := cmp.Diff(want, outline(w.Trees([]*q.Condition{d.Advice[0].When})[0], "", &strings.Builder{})); diff != "" {
		t.Error(diff)
	}
	again := w.Trees([]*q.Condition{d.Facts[1].When, d.Advice[0].When})
	if ill := again[1].Parts[0]; len(again[0].Parts) != 2 || ill.Name != "not fact ill" || ill.Says != "see above" || len(ill.Parts) > 0 {
		t.Errorf("a fact opened in the first tree is opened again: %+v", again)
	}
	if got := w.Trees([]*q.Condition{d.RedFlags[0].When})[0]; got.Name != "" || len(got.Parts) != 2 {
		t.Errorf("the tree of a red flag is not opened: %+v", got)
	}
}

// Each condition of the shipped questionnaire, in each language, is said in the questionnaire's words.
func TestShipped(t *testing.T) {
	t.Parallel()
	files, err := questionnaires.Open("rls")
	if err != nil {
		t.Fatal(err)
	}
	d, faults := q.Load(files)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for tag, text := range d.Texts {
		w := New(d, text)
		d.Conditions(func(c *q.Condition) {
			if lines := w.Lines(c); strings.Join(lines, ", ") != w.Condition(c) {
				t.Errorf("%s: by lines %q, at once %q", tag, lines, w.Condition(c))
			}
			if s := w.Condition(c); s == "" || strings.Contains(s, "%!") || strings.Contains(s, "()") {
				t.Errorf("%s: %q", tag, s)
			}
		})
	}
	w := New(d, d.Texts["en"])
	for id, want := range map[q.ID]string{
		"pregnancy-half": "Pregnancy, periods, menopause: “Pregnant”",
		"child-signs":    "Age: below 18 years",
		"sex":            "Age: 10 to 60 years",
		"toe-rest-pain":  "What eases the legs: “Letting a leg hang down, out of bed or to the floor” or not sure, and Where it is felt: “Toes”, “Feet” or not sure",
	} {
		at, _ := d.Question(id)
		if got := w.Condition(d.Questions[at].Ask); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", id, got, want)
		}
	}
	at, _ := d.Question("mood-young")
	if got, want := w.Question(at), "Mood in the last 2 weeks (mood-young)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, faults := q.Load(questionnairetest.Generate(t, 5))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		w := New(d, d.Texts["en"])
		d.Conditions(func(c *q.Condition) {
			tree := w.Trees([]*q.Condition{c})[0]
			if w.Condition(c) == "" || tree.Name+tree.Says == "" {
				t.Fatal("a condition without words")
			}
		})
	})
}
