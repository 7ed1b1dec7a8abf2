package proof

import (
	"context"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
)

func generate(t *rapid.T, most int) *q.Definition {
	return load(t, questionnairetest.Generate(t, most))
}

// rich gives a plain questionnaire, or one in which everything occurs that the format has.
func rich(t *rapid.T) *q.Definition {
	if rapid.Bool().Draw(t, "rich") {
		return load(t, questionnairetest.Rich(t, 3))
	}
	return generate(t, 4)
}

func load(t *rapid.T, files fstest.MapFS) *q.Definition {
	d, faults := q.Load(files)
	for _, f := range faults {
		t.Error(f.Error())
	}
	if d == nil {
		t.FailNow()
	}
	return d
}

// every gives every answer that the form of question i takes.
func every(d *q.Definition, i int) (all []q.Answer) {
	qu := &d.Questions[i]
	for _, s := range []struct {
		state   q.AnswerState
		offered bool
	}{{q.Unsure, qu.Unsure}, {q.Declined, qu.Decline}, {q.Blank, qu.Optional}} {
		if s.offered {
			all = append(all, q.Answer{State: s.state})
		}
	}
	switch qu.Type {
	case q.Number:
		for n := qu.Range.From; n <= qu.Range.To; n++ {
			all = append(all, q.Answer{State: q.Given, Number: n})
		}
	case q.Choice:
		for o := range qu.Options {
			all = append(all, q.Answer{State: q.Given, Options: 1 << o})
		}
	case q.Choices:
		for set := uint64(1); set < 1<<len(qu.Options); set++ {
			if qu.None < 0 || set&(1<<qu.None) == 0 || set == 1<<qu.None {
				all = append(all, q.Answer{State: q.Given, Options: set})
			}
		}
	default:
		all = append(all, q.Answer{State: q.Given, Text: "2000"})
	}
	return all
}

// walk calls yield for every complete path.
func walk(d *q.Definition, yield func(q.Answers)) { walkOpen(d, make([]bool, len(d.Questions)), yield) }

// walkOpen yields as well the sets of answers in which some of the open questions have no answer.
func walkOpen(d *q.Definition, open []bool, yield func(q.Answers)) {
	var from func(i int, answers q.Answers)
	from = func(i int, answers q.Answers) {
		if i == len(answers) {
			yield(answers)
			return
		}
		asked := d.Walk(d.Questions[i].Ask, answers) == q.True
		if !asked || open[i] {
			answers[i] = q.Answer{}
			from(i+1, answers)
		}
		if !asked {
			return
		}
		for _, a := range every(d, i) {
			answers[i] = a
			from(i+1, answers)
		}
		answers[i] = q.Answer{}
	}
	from(0, d.NewAnswers())
}

func cost(s *symbol) int {
	if s.telling {
		return 1
	}
	return 0
}

// Every statement of the model has the value that the evaluator gives, on every path.
func TestModelAgreesWithEvaluator(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := rich(t)
		m, w := one(t.Context(), d)
		type stated struct {
			c *q.Condition
			r rails
		}
		var all []stated
		d.Conditions(func(c *q.Condition) {
			if c != nil {
				all = append(all, stated{c, w.rail(c)})
			}
		})
		looks := everyLook(d)
		lits := make([]lit, len(looks))
		for i, c := range looks {
			lits[i] = w.look(c.Look)
		}
		v := d.NewValues()
		walk(d, func(answers q.Answers) {
			d.Evaluate(answers, v)
			o := assess.Evaluate(d, answers)
			values := m.values(w.inputs(answers))
			for _, b := range m.blocks {
				for _, c := range b.clauses {
					some := false
					for _, l := range c {
						some = some || holds(values, l)
					}
					if !some {
						t.Fatalf("%+v is a path but not in the model", answers)
					}
				}
			}
			for _, s := range all {
				truth := v.Of(s.c)
				if holds(values, s.r.t) != (truth == q.True) || holds(values, s.r.f) != (truth == q.False) {
					t.Fatalf("%v is %s for %+v", d.Form(s.c), truth, answers)
				}
			}
			for i, c := range looks {
				if got, want := holds(values, lits[i]), assess.Holds(d, answers, o, c) == q.True; got != want {
					t.Fatalf("%v is %v in the model, %v in the outcome of %+v", d.Form(c), got, want, answers)
				}
			}
		})
	})
}

// everyLook gives a condition for every part of an outcome.
func everyLook(d *q.Definition) (all []*q.Condition) {
	add := func(l q.Look) { all = append(all, &q.Condition{Op: q.OpOutcome, Look: l}) }
	for u := q.SelfCare; u <= q.Emergency; u++ {
		for to := u; to <= q.Emergency; to++ {
			add(q.Look{Kind: q.LookUrgency, Urgency: u, UrgencyTo: to})
		}
	}
	for i := range d.Advice {
		add(q.Look{Kind: q.LookAdvice, At: i})
	}
	for i := range d.Referrals {
		add(q.Look{Kind: q.LookSpecialist, At: i})
		add(q.Look{Kind: q.LookFirst, At: i})
	}
	for i := range d.Causes {
		add(q.Look{Kind: q.LookCause, At: i})
		add(q.Look{Kind: q.LookAgainst, At: i})
		for s := q.Weak; s <= q.Strong; s++ {
			add(q.Look{Kind: q.LookStrength, At: i, Strength: s})
		}
	}
	for m := q.MatchUnknown; m <= q.MatchFull; m++ {
		add(q.Look{Kind: q.LookMatch, Match: m})
	}
	add(q.Look{Kind: q.LookShown})
	for i := range d.RedFlags {
		add(q.Look{Kind: q.LookOpen, At: i, UrgencyTo: q.Emergency})
		for u := q.SelfCare; u <= q.Emergency; u++ {
			add(q.Look{Kind: q.LookOpen, At: i, Urgency: u, UrgencyTo: u})
		}
		add(q.Look{Kind: q.LookCrisis, At: i})
	}
	for i := range d.Questions {
		add(q.Look{Kind: q.LookAsked, At: i})
	}
	return all
}

// What the solver finds and how small it is agrees with trying every path.
func TestSolverAgreesWithEveryPath(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := rich(t)
		m, w := one(t.Context(), d)
		looks := everyLook(d)
		best := make([]int, len(looks))
		for i := range best {
			best[i] = -1
		}
		walk(d, func(answers q.Answers) {
			o := assess.Evaluate(d, answers)
			telling := 0
			for i, on := range w.inputs(answers) {
				if on {
					telling += cost(m.symbols[i])
				}
			}
			for i, c := range looks {
				if assess.Holds(d, answers, o, c) == q.True && (best[i] < 0 || telling < best[i]) {
					best[i] = telling
				}
			}
		})
		for i, c := range looks {
			l := w.look(c.Look)
			inputs, f, err := m.solve(context.Background(), l)
			if err != nil {
				t.Fatal(err)
			}
			if (inputs != nil) != (best[i] >= 0) {
				t.Fatalf("%v: found %v, by trying every path the smallest is %d", d.Form(c), inputs != nil, best[i])
			}
			if inputs == nil {
				continue
			}
			answers := w.answers(inputs, func(b *block) bool { return f.blocks[b] })
			if assess.Holds(d, answers, assess.Evaluate(d, answers), c) != q.True {
				t.Fatalf("%v does not hold for %+v", d.Form(c), answers)
			}
			if _, total, exact := m.smallest(context.Background(), telling, tick, l); total != best[i] || !exact {
				t.Fatalf("%v: smallest %d (%v), by trying every path %d", d.Form(c), total, exact, best[i])
			}
		}
	})
}

// Counts of the diagram are those of trying every path.
func TestDiagramAgreesWithEveryPath(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := rich(t)
		m, w := one(t.Context(), d)
		looks := everyLook(d)
		lits := make([]lit, len(looks))
		for i, c := range looks {
			lits[i] = w.look(c.Look)
		}
		diagram, err := newDiagram(context.Background(), m, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		counts := make([]int64, len(looks))
		total, fewest, most := int64(0), len(d.Questions), 0
		kinds := map[string]bool{}
		walk(d, func(answers q.Answers) {
			total++
			values := m.values(w.inputs(answers))
			kind := make([]byte, len(lits))
			for i, l := range lits {
				if holds(values, l) {
					counts[i]++
					kind[i] = 1
				}
			}
			kinds[string(kind)] = true
			n := 0
			for _, a := range answers {
				if a.State != q.NotReached {
					n++
				}
			}
			fewest, most = min(fewest, n), max(most, n)
		})
		if got, err := diagram.count(yes); err != nil || got.Int64() != total {
			t.Fatalf("%v paths (%v), by trying %d", got, err, total)
		}
		for i, l := range lits {
			if got, err := diagram.count(l); err != nil || got.Int64() != counts[i] {
				t.Fatalf("%v: %v paths (%v), by trying %d", d.Form(looks[i]), got, err, counts[i])
			}
		}
		if lo, hi := diagram.answered(); lo != fewest || hi != most {
			t.Fatalf("%d to %d questions, by trying %d to %d", lo, hi, fewest, most)
		}
		if got, err := diagram.kinds(lits); err != nil || got.Int64() != int64(len(kinds)) {
			t.Fatalf("%v kinds (%v), by trying %d", got, err, len(kinds))
		}
	})
}
