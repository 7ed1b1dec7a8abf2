package proof

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
)

type m = questionnairetest.M

// wide is a questionnaire of n choices with one red flag over them.
func wide(t *testing.T, n int, facts, when m) *q.Definition {
	t.Helper()
	var questions []any
	for i := range n {
		id := fmt.Sprintf("q%d", i)
		question := m{"question": id, "type": "choices", "options": []string{"a", "b", "none-of-these"}, "none": "none-of-these"}
		if i > 0 && !strings.Contains(fmt.Sprint(facts, when), id+":") {
			question["unread"] = "For the test."
		}
		questions = append(questions, question)
	}
	always := m{"always": true}
	files := questionnairetest.Files(
		m{"questionnaire": "wide", "version": "1.0.0", "reviewed": "2026-01-02", "sections": []any{m{"section": "only", "questions": questions}}},
		m{"facts": facts,
			"red_flags":  []any{m{"red_flag": "f", "urgency": "soon", "if_unknown": "soon", "when": when, "source": "s1"}},
			"criteria":   []any{m{"criterion": "k", "met": m{"q0": "a"}, "source": "s1"}},
			"pattern":    m{"full": m{"q0": "a"}, "partial": m{"q0": "b"}, "none": m{"q0": "none-of-these"}, "shown": always},
			"causes":     []any{m{"cause": "c", "rules": []any{m{"rule": "r", "strength": "weak", "when": m{"q0": "a"}, "source": "s1"}}}},
			"referrals":  []any{m{"specialist": "doctor", "named_by": "source", "when": always, "source": "s1"}},
			"exclusions": m{}, "advice": []any{m{"advice": "x", "kind": "ask", "when": always, "source": "s1"}},
		})
	d, faults := q.Load(files)
	if faults != nil {
		t.Fatal(faults[0], len(faults))
	}
	return d
}

// A thousand facts, each made of the one before, take time and memory in proportion.
func TestLongChains(t *testing.T) {
	t.Parallel()
	facts := m{"f0": m{"q0": "a"}}
	for i := 1; i < 1000; i++ {
		op := []string{"all", "any"}[i/2%2] // pairs, so that what is taken apart could pile up
		facts[fmt.Sprintf("f%d", i)] = m{op: []any{m{"fact": fmt.Sprintf("f%d", i-1)}, m{fmt.Sprintf("q%d", i%200): []string{"a", "b"}[i%2]}}}
	}
	d := wide(t, 200, facts, m{"fact": "f999"})
	circuit, _ := one(t.Context(), d)
	w := circuit.worlds[0]
	for _, f := range d.Facts {
		w.rail(f.When)
	}
	size := 0
	for _, g := range circuit.gates {
		size += len(g.parts)
	}
	if size > 100_000 {
		t.Errorf("%d links between statements", size)
	}
	if r := Check(t.Context(), d, Limits{}); len(r.Unproven) > 0 {
		t.Errorf("not decided: %v", r.Unproven)
	}
}

// The largest count that the loader lets pass is proven.
func TestLargestCount(t *testing.T) {
	t.Parallel()
	var of []any
	for i := range 300 {
		of = append(of, m{fmt.Sprintf("q%d", i): "a"})
	}
	d := wide(t, 300, m{}, m{"at_least": 300, "of": of})
	r := Check(t.Context(), d, Limits{})
	if len(r.Unproven) > 0 || len(r.Findings) > 0 {
		t.Errorf("not decided %v, found %v", r.Unproven, r.Findings)
	}
}

// Without time nothing is called proven, and everything that was not looked at is named.
func TestNoTime(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	d := wide(t, 5, m{}, m{"q1": "a"})
	d.Properties = []q.Property{{ID: "p", Claims: []q.Claim{{When: d.RedFlags[0].When, Then: d.RedFlags[0].When}}}}
	r := Check(ctx, d, Limits{})
	if r.Proven() || len(r.Unproven) == 0 {
		t.Errorf("proven without time: %+v", r)
	}
	for _, f := range r.Findings {
		if f.Code != "property-empty" {
			t.Errorf("found without looking: %+v", f)
		}
	}
}

// A diagram that does not finish gives bounds, and says so.
func TestBounds(t *testing.T) {
	t.Parallel()
	d := wide(t, 40, m{}, m{"q1": "a"})
	exact := Check(t.Context(), d, Limits{})
	r := Check(t.Context(), d, Limits{Steps: 10})
	if !exact.Paths.Exact() || !exact.Exact {
		t.Fatalf("not exact: %+v", exact)
	}
	if r.Exact || r.ByUrgency != nil || r.Paths.From.Cmp(exact.Paths.From) > 0 || r.Paths.To.Cmp(exact.Paths.From) < 0 ||
		r.Fewest > exact.Fewest || r.Most < exact.Most || !slices.ContainsFunc(r.Notes, func(n Finding) bool { return n.Code == "not-counted" }) {
		t.Errorf("bounds are %+v, exactly it is %+v", r, exact)
	}
}

// What cases exercise of long conditions takes memory in proportion, and is decided.
func TestCoverageOfLongConditions(t *testing.T) {
	t.Parallel()
	var of []any
	for i := range 400 {
		of = append(of, m{fmt.Sprintf("q%d", i): "a"})
	}
	d := wide(t, 400, m{"many": m{"any": of}, "each": m{"all": of}}, m{"any": []any{m{"fact": "each"}, m{"all": []any{m{"fact": "many"}, m{"q0": "b"}}}}})
	circuit, w := one(t.Context(), d)
	c := &Coverage{d: d, m: circuit, w: w}
	goals := c.everyGoal()
	size := 0
	for _, g := range circuit.gates {
		size += len(g.parts)
	}
	if size > 100_000 || len(goals) < 800 {
		t.Errorf("%d links between statements for %d goals", size, len(goals))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for kind, k := range Cover(ctx, d).Kinds {
		if k.Undecided > 0 {
			t.Errorf("kind %d: %d not decided, %d can happen", kind, k.Undecided, k.Possible)
		}
	}
}

// counts is a questionnaire whose flags each count n answers of its questions.
func counts(t *testing.T, n, least, flags int) *q.Definition {
	t.Helper()
	var flagged []any
	for f := range flags {
		var of []any
		for i := range n {
			of = append(of, m{fmt.Sprintf("q%d", (i+f)%n): []string{"a", "b"}[f*i%2]})
		}
		flagged = append(flagged, m{"at_least": least, "of": of})
	}
	facts := m{}
	for i, c := range flagged {
		facts[fmt.Sprintf("f%d", i)] = c
		flagged[i] = m{"fact": fmt.Sprintf("f%d", i)}
	}
	facts["a-first"] = m{"any": flagged}
	return wide(t, n, facts, m{"fact": "a-first"})
}

// What is too large ends soon with a word about where, and is never called proven.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	d := counts(t, 300, 150, 12)
	d.Properties = []q.Property{{ID: "p", Claims: []q.Claim{{When: d.RedFlags[0].When, Then: d.RedFlags[0].When}}}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := Check(ctx, d, Limits{})
	if r.Proven() || r.Large == nil || r.Large.File != "rules.yaml" || r.Large.Line == 0 || !slices.Equal(r.Undecided, []q.ID{"p"}) || r.Unproven[0] != "whether the property p holds" {
		t.Errorf("large %v, undecided %v, not proven %v", r.Large, r.Undecided, r.Unproven)
	}
	if len(r.Findings) > 0 {
		t.Errorf("found %v", r.Findings)
	}
	if c := Cover(ctx, d); c.Large == nil || c.Kinds[GoalBranch].Undecided == 0 || c.Kinds[GoalRule].Possible > 0 {
		t.Errorf("coverage: %+v", c.Kinds)
	}
	other := counts(t, 300, 151, 12)
	if c := Compare(ctx, d, other, Limits{}); c.Large == nil || len(c.Undecided) == 0 || len(c.Differences) > 0 {
		t.Errorf("compared: %v, %v", c.Large, c.Undecided)
	}
	if same, err := Equivalent(ctx, d, d); same || err == nil {
		t.Error("two that are too large are the same")
	}
	turns := NewTurns(d)
	if turns.Large() == nil || turns.Of(ctx, d.NewAnswers()) != nil {
		t.Error("turns were found")
	}
	if ctx.Err() != nil {
		t.Error("it took too long")
	}
}

// Nothing goes on being built when the time is over.
func TestBuildingEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := counts(t, 300, 150, 5)
	circuit, w := one(ctx, d)
	for _, f := range d.Facts {
		w.rail(f.When)
	}
	if circuit.err == nil || len(circuit.gates) > 20_000 {
		t.Errorf("%d gates, %v", len(circuit.gates), circuit.err)
	}
}

// What would change a conclusion is looked for no longer than there is time, also where every step has much to look at.
func TestTurnsEnd(t *testing.T) {
	t.Parallel()
	turns := NewTurns(counts(t, 300, 150, 8))
	if turns.Large() != nil {
		t.Fatal("too large")
	}
	answers := turns.d.NewAnswers()
	for i := range answers {
		answers[i] = q.Answer{State: q.Given, Options: 1}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begun := time.Now()
	turns.Of(ctx, answers)
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// The parts of a count share their work.
func TestCoverageOfCounts(t *testing.T) {
	t.Parallel()
	d := counts(t, 300, 150, 1)
	circuit, w := one(t.Context(), d)
	c := &Coverage{d: d, m: circuit, w: w}
	if goals := c.everyGoal(); circuit.err != nil || len(goals) < 300 || len(circuit.gates) > 400_000 {
		t.Errorf("%d gates for %d goals, %v", len(circuit.gates), len(goals), circuit.err)
	}
}

// "A larger number never lowers" does not pair every number with every other.
func TestStepOverManyNumbers(t *testing.T) {
	t.Parallel()
	links := func(runs int) int {
		d, faults := q.Load(questionnairetest.Small(func(definition, rules m, _ fstest.MapFS) {
			var odd []any
			for at := 0; at < runs; at += 2 {
				odd = append(odd, m{"age": m{"from": at, "below": at + 1}})
			}
			for _, qu := range definition["sections"].([]any)[0].(m)["questions"].([]any) {
				if qu.(m)["question"] == "age" {
					qu.(m)["range"] = m{"from": 0, "to": runs}
				}
			}
			rules["facts"].(m)["odd"] = m{"any": odd}
			rules["advice"].([]any)[0].(m)["unless"] = m{"fact": "odd"}
		}))
		if len(faults) > 0 {
			t.Fatal(faults[0])
		}
		age, _ := d.Question("age")
		c := &checker{d: d, ctx: t.Context(), Report: &Report{}}
		built := c.twin(age)
		before := built.m.links
		if built.change(q.Step{Question: age, Kind: q.StepLarger, Range: q.Range{From: 0, To: runs}}) == no {
			t.Fatal("nobody can take the step")
		}
		return built.m.links - before
	}
	if few, many := links(300), links(600); many > 3*few {
		t.Errorf("twice as many numbers take %d links instead of %d", many, few)
	}
}
