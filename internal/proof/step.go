package proof

import (
	"context"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// twin is two worlds of one definition in which all questions but one have the same answers.
type twin struct {
	m             *model
	before, after *world
}

func (c *checker) twin(question int) *twin {
	if t := c.twins[question]; t != nil {
		return t
	}
	if c.kept > maxGates { // few questions have properties of steps; where many large ones do, memory comes first
		c.twins, c.kept = nil, 0
	}
	m := newModel(c.ctx)
	before, after := make([]*block, len(c.d.Questions)), make([]*block, len(c.d.Questions))
	for i, v := range variants(c.d) {
		before[i] = m.block(v)
		after[i] = before[i]
		if i == question {
			after[i] = m.block(v)
		} else {
			before[i].shared = true
		}
	}
	t := &twin{m: m}
	t.before, t.after = m.world(c.d, before), m.world(c.d, after)
	m.close()
	if c.twins == nil {
		c.twins = map[int]*twin{}
	}
	c.twins[question] = t
	c.kept += len(m.gates)
	return t
}

// step looks for answers that become less urgent by a step. can says whether anybody can take the step at all.
func (c *checker) step(s q.Step) (can bool, e *Example, decided bool) {
	t := c.twin(s.Question)
	change := t.change(s)
	c.Statements++
	inputs, _, err := t.m.solve(c.ctx, change)
	if err != nil || inputs == nil {
		c.grown(t.m)
		return false, nil, err == nil
	}
	var calmer []lit
	for u := q.Routine; u <= q.Emergency; u++ {
		calmer = append(calmer, t.m.and(t.before.from(u), -t.after.from(u)))
	}
	want := []lit{change, t.m.or(calmer...)}
	if inputs, _, err = t.m.solve(c.ctx, want...); err != nil || inputs == nil {
		c.grown(t.m)
		return true, nil, err == nil
	}
	if c.bare {
		return true, &Example{}, true
	}
	ctx, cancel := context.WithTimeout(c.ctx, exampleAtMost)
	defer cancel()
	counts := func(sym *symbol) bool { return telling(sym) || sym.block.id == c.d.Questions[s.Question].ID }
	best, _, exact := t.m.smallest(ctx, counts, tick, want...)
	if best == nil {
		return true, nil, false
	}
	all := func(*block) bool { return true }
	e = &Example{Answers: t.before.answers(best, all), After: t.after.answers(best, all), Smallest: exact}
	e.Telling = t.before.telling(e.Answers, counts)
	if assess.Evaluate(c.d, e.After).Urgency >= assess.Evaluate(c.d, e.Answers).Urgency {
		c.find(c.d.Questions[s.Question].Place, "prover-disagrees", "tell whoever maintains the program", "the prover and the evaluator disagree about a step at %s", quote(c.d.Questions[s.Question].ID))
	}
	return true, e, true
}

// change says that the step was taken.
func (t *twin) change(s q.Step) lit {
	m, qu := t.m, &t.before.d.Questions[s.Question]
	at := func(w *world, option int) lit {
		for _, sym := range w.symbols[s.Question] {
			if sym.option == qu.Options[option] {
				return sym.lit
			}
		}
		return no
	}
	asked := t.before.asked[s.Question]
	var ways []lit // one for each later answer, so that many are not paired with each other
	switch s.Kind {
	case q.StepTick:
		var given, rest []lit
		for o := range qu.Options {
			given = append(given, at(t.before, o))
		}
		for _, o := range s.Options {
			rest = []lit{m.or(given...), at(t.after, o), -at(t.before, o)}
			for other := range qu.Options {
				if other != o && other != qu.None {
					a, b := at(t.before, other), at(t.after, other)
					rest = append(rest, m.or(-a, b), m.or(a, -b))
				}
			}
			ways = append(ways, m.and(rest...))
		}
	case q.StepLater:
		less := no
		for _, o := range s.Options {
			ways = append(ways, m.and(less, at(t.after, o)))
			less = m.or(less, at(t.before, o))
		}
	case q.StepLarger:
		less := no
		for i, sym := range t.before.symbols[s.Question] { // numbers stand in their order
			if sym.state != q.Given || !s.Range.Contains(sym.numbers.From) {
				continue
			}
			from := less
			if less = m.or(less, sym.lit); sym.numbers.From < sym.numbers.To {
				from = less // a larger number may lie in the same run
			}
			ways = append(ways, m.and(from, t.after.symbols[s.Question][i].lit))
		}
	case q.StepUnsure:
		all := []lit{at(t.before, s.Options[0])}
		for o := range qu.Options {
			if o != s.Options[0] {
				all = append(all, -at(t.before, o))
			}
		}
		for _, sym := range t.after.symbols[s.Question] {
			if sym.state == q.Unsure {
				all = append(all, sym.lit)
			}
		}
		ways = append(ways, m.and(all...))
	}
	return m.and(asked, m.or(ways...))
}
