package proof

import (
	"cmp"
	"context"
	"slices"

	q "ekbom/internal/questionnaire"
)

// Proposal is cases that exercise what the cases so far do not.
type Proposal struct {
	Answers []q.Answers
	Goals   [][]Goal // of each case: what no other of them reaches
	Fewest  int      // it is shown that fewer than these cannot do it
	Left    int      // goals that are not reached because time ran out
}

// Telling lists the questions whose answers tell something, so that all else may be left out of a story.
func (c *Coverage) Telling(answers q.Answers) []int { return c.w.telling(answers, telling) }

// starts is how many paths are improved for each case; the best is taken.
const starts = 3

// Propose looks for few cases that reach all that is lacking. They are found by improving the best paths known, so there may be
// fewer; Fewest says below which there cannot be. When ctx ends, the cases found until then are given.
func (c *Coverage) Propose(ctx context.Context) Proposal {
	var p Proposal
	left := slices.Clone(c.left)
	var cases []tried
	for left.count() > 0 && ctx.Err() == nil {
		best := c.next(ctx, left)
		if best.common(left) == 0 {
			break // time ran out before a goal's own path was found again
		}
		cases = append(cases, best)
		left.minus(best.marks)
	}
	p.Left = left.count()
	cases = c.lean(cases)
	for i, t := range cases {
		p.Answers = append(p.Answers, t.answers)
		var goals []Goal
		own := c.own(cases, i)
		for k, g := range c.goals {
			if own.has(k) {
				goals = append(goals, g)
			}
		}
		p.Goals = append(p.Goals, goals)
	}
	p.Fewest = c.fewest(ctx, cases)
	return p
}

// next finds a path that reaches as many of the goals left as can be found.
func (c *Coverage) next(ctx context.Context, left marks) (best tried) {
	byReach := slices.Clone(c.tried)
	slices.SortStableFunc(byReach, func(a, b tried) int { return cmp.Compare(b.common(left), a.common(left)) })
	for _, t := range byReach[:min(starts, len(byReach))] {
		if t = c.climb(ctx, t, left); best.marks == nil || t.common(left) > best.common(left) {
			best = t
		}
	}
	c.tried = append(c.tried, best)
	return best
}

// climb changes one answer after the other as long as more of the goals left are reached.
func (c *Coverage) climb(ctx context.Context, t tried, left marks) tried {
	n := t.common(left)
	for improved := true; improved; {
		improved = false
		for i := range c.d.Questions {
			if ctx.Err() != nil {
				return t
			}
			for _, a := range c.others(i, t.answers[i]) {
				then := c.with(t.answers, i, a)
				if reached := c.reach(then); reached.common(left) > n {
					t, n, improved = tried{then, reached}, reached.common(left), true
				}
			}
		}
	}
	return t
}

// others are the answers to question i that are one step from an answer; none where it is not asked.
func (c *Coverage) others(i int, a q.Answer) (all []q.Answer) {
	if a.State == q.NotReached {
		return nil
	}
	var was []*symbol
	for _, s := range c.w.symbols[i] {
		if s.in(&c.d.Questions[i], a) {
			was = append(was, s)
		}
	}
	for _, s := range c.w.symbols[i] {
		switch given := slices.Contains(was, s); {
		case !given && !s.alone && !was[0].alone:
			all = append(all, c.w.answer(i, append(slices.Clone(was), s)))
		case !given:
			all = append(all, c.w.answer(i, []*symbol{s}))
		case len(was) > 1:
			all = append(all, c.w.answer(i, slices.DeleteFunc(slices.Clone(was), func(x *symbol) bool { return x == s })))
		}
	}
	return all
}

// with gives a path with another answer to question i. Questions that open by it get their quietest answer.
func (c *Coverage) with(answers q.Answers, i int, a q.Answer) q.Answers {
	then := slices.Clone(answers)
	then[i] = a
	v := c.d.NewValues()
	for k := i; k < len(then); k++ {
		if c.d.Questions[k].Ask == nil {
			continue
		}
		c.d.Evaluate(then, v)
		switch asked := v.Of(c.d.Questions[k].Ask) == q.True; {
		case !asked:
			then[k] = q.Answer{}
		case then[k].State == q.NotReached:
			then[k] = c.calm(k)
		}
	}
	return then
}

// calm is the answer to question i that tells least; of numbers one in the middle of the usual.
func (c *Coverage) calm(i int) q.Answer {
	switch qu := &c.d.Questions[i]; {
	case qu.Type == q.Number:
		return q.Answer{State: q.Given, Number: (qu.Usual.From + qu.Usual.To) / 2}
	case qu.Optional && (qu.Type == q.FreeText || qu.Type == q.Date):
		return q.Answer{State: q.Blank}
	}
	return c.w.answer(i, []*symbol{c.w.quiet(i)})
}

// lean drops cases whose goals the others reach, and makes the rest as quiet as their goals allow.
func (c *Coverage) lean(cases []tried) []tried {
	for i := len(cases) - 1; i >= 0; i-- {
		alone := c.own(cases, i)
		if alone.count() == 0 {
			cases = slices.Delete(cases, i, i+1)
		}
	}
	for i := range cases {
		need, t := c.own(cases, i), cases[i]
		for range 2 { // what was needed for a question's sake may be needed no longer
			for k := len(t.answers) - 1; k >= 0; k-- {
				t = c.calmer(t, k, need)
			}
		}
		cases[i] = t
	}
	return cases
}

// calmer makes the answer to question k as quiet as the goals needed allow: all of it, else tick by tick.
func (c *Coverage) calmer(t tried, k int, need marks) tried {
	if t.answers[k].State == q.NotReached {
		return t
	}
	for again := true; again; {
		again = false
		for _, a := range append([]q.Answer{c.calm(k)}, c.fewer(k, t.answers[k])...) {
			if a.Equal(t.answers[k]) {
				return t
			}
			then := c.with(t.answers, k, a)
			if reached := c.reach(then); reached.common(need) == need.count() {
				t, again = tried{then, reached}, true
				break
			}
		}
	}
	return t
}

// fewer are the answers to question i with one tick less.
func (c *Coverage) fewer(i int, a q.Answer) []q.Answer {
	if c.d.Questions[i].Type != q.Choices || a.State != q.Given {
		return nil
	}
	return slices.DeleteFunc(c.others(i, a), func(x q.Answer) bool { return x.State != q.Given || x.Options&^a.Options != 0 })
}

// own is the goals that no other of the cases reaches.
func (c *Coverage) own(cases []tried, i int) marks {
	own := newMarks(len(c.goals))
	for k := range own {
		own[k] = cases[i].marks[k] & c.left[k]
	}
	for j := range cases {
		if j != i {
			own.minus(cases[j].marks)
		}
	}
	return own
}

// together is how many pairs of goals the solver is asked about for the bound.
const together = 3000

// fewest finds goals of which no path reaches two: each needs a case of its own.
func (c *Coverage) fewest(ctx context.Context, cases []tried) int {
	known := slices.Concat(c.tried, cases)
	hits := make([]int, len(c.goals))
	for i := range c.goals {
		for _, t := range known {
			if t.has(i) {
				hits[i]++
			}
		}
	}
	order := make([]int, len(c.goals))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(hits[a], hits[b]) })
	asked := 0
	apart := func(a, b int) bool {
		for _, t := range known {
			if t.has(a) && t.has(b) {
				return false
			}
		}
		if asked++; asked > together {
			return false
		}
		inputs, f, err := c.m.solve(ctx, slices.Concat(c.goals[a].want, c.goals[b].want)...)
		if inputs != nil {
			answers := c.w.answers(inputs, func(x *block) bool { return f.blocks[x] })
			known = append(known, tried{answers, c.reach(answers)})
		}
		return err == nil && inputs == nil
	}
	var group []int
	for _, i := range order {
		if ctx.Err() != nil {
			break
		}
		if !slices.ContainsFunc(group, func(j int) bool { return !apart(i, j) }) {
			group = append(group, i)
		}
	}
	return len(group)
}
