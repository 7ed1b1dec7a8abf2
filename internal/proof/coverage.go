package proof

import (
	"context"
	"fmt"
	"math/bits"
	"math/rand/v2"

	q "ekbom/internal/questionnaire"
)

// GoalKind says what sort of thing a case can exercise.
type GoalKind uint8

// The kinds of goals.
const (
	// GoalRule: a red flag, look-alike or exclusion is true; a criterion has a state; a rule is the one that concludes its cause;
	// advice is given; a referral leads to somebody, and to them first; the match and the urgency have a value.
	GoalRule GoalKind = iota
	// GoalAnswer: an answer is given, "not sure" and the like as well. Numbers that no condition tells apart are one.
	GoalAnswer
	// GoalBranch: one part alone decides a condition. Of an any it is true and no other is; of an all it is false and no other
	// is; of an at_least it is true, and without it the rest would not reach.
	GoalBranch
	// GoalPair: two causes are concluded together.
	GoalPair
	goalKinds = iota
)

// Goal is one thing that some path can do.
type Goal struct {
	Kind GoalKind
	Name string // "red flag clot-in-leg", "urge: often", "gout and rls"; empty for a branch

	Whole, Part *q.Condition // of a branch
	want        []lit        // all true where it is reached
}

func (g *Goal) reached(values []bool) bool {
	for _, l := range g.want {
		if !holds(values, l) {
			return false
		}
	}
	return true
}

// Coverage is what the cases of a questionnaire exercise of all that can happen.
type Coverage struct {
	Kinds [goalKinds]Covered // by GoalKind
	Large *q.Place           // the condition with which it grew too large to be counted: then nothing is; nil when it did not

	d     *q.Definition
	m     *model
	w     *world
	goals []Goal // that can happen
	left  marks  // of these, those that no case does
	tried []tried
}

// Covered counts goals of one kind.
type Covered struct {
	Done, Possible int    // of Possible goals that some path reaches, Done are reached by a case
	Lacks          []Goal // the others
	Undecided      int    // time ran out before it was known whether any path reaches them
}

// marks is a set of goals.
type marks []uint64

func newMarks(n int) marks     { return make(marks, (n+63)/64) }
func (s marks) has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }
func (s marks) add(i int)      { s[i>>6] |= 1 << (i & 63) }
func (s marks) count() (n int) { return s.common(s) }
func (s marks) minus(other marks) {
	for i := range s {
		s[i] &^= other[i]
	}
}

// common counts what two sets share.
func (s marks) common(other marks) (n int) {
	for i := range s {
		n += bits.OnesCount64(s[i] & other[i])
	}
	return n
}

// tried is a path and the goals it reaches.
type tried struct {
	answers q.Answers
	marks
}

// wanders is how many paths are taken by chance before the solver is asked for the goals that none of them reached.
const wanders = 1000

// Cover finds what the cases of a definition exercise. Whether a goal can be reached at all is proven, or counted as undecided
// when ctx ends or the model grows beyond its bound.
func Cover(ctx context.Context, d *q.Definition) *Coverage {
	m, w := formed(ctx, d, forms(d)) // a number that only properties tell apart is no other answer
	c := &Coverage{d: d, m: m, w: w}
	all := c.everyGoal()
	if m.err != nil {
		for _, g := range all {
			c.Kinds[g.Kind].Undecided++
		}
		c.Large = m.large()
		return c
	}
	c.goals = all
	done, can := newMarks(len(all)), newMarks(len(all))
	for i := range d.Cases {
		reached := c.reach(d.Cases[i].Answers)
		for k := range done {
			done[k] |= reached[k]
			can[k] |= reached[k]
		}
	}
	see := func(answers q.Answers) {
		reached, isNew := c.reach(answers), false
		for k := range can {
			isNew = isNew || reached[k]&^can[k] != 0
			can[k] |= reached[k]
		}
		if isNew {
			c.tried = append(c.tried, tried{answers, reached})
		}
	}
	chance := rand.New(rand.NewPCG(1, 1))
	for range wanders {
		if ctx.Err() != nil {
			break
		}
		see(c.wander(chance))
	}
	for i, g := range all {
		if can.has(i) {
			continue
		}
		inputs, f, err := m.solve(ctx, g.want...)
		switch {
		case err != nil:
			c.Kinds[g.Kind].Undecided++
		case inputs != nil:
			see(w.answers(inputs, func(b *block) bool { return f.blocks[b] }))
			if !can.has(i) { // the path does not do what the solver says: nothing is known then
				c.Kinds[g.Kind].Undecided++
			}
		}
	}
	// Only what can happen counts from here on.
	var goals []Goal
	var place []int
	for i, g := range all {
		if !can.has(i) {
			continue
		}
		k := &c.Kinds[g.Kind]
		if k.Possible++; done.has(i) {
			k.Done++
		} else {
			k.Lacks = append(k.Lacks, g)
			goals, place = append(goals, g), append(place, i)
		}
	}
	for i := range c.tried {
		kept := newMarks(len(goals))
		for at, from := range place {
			if c.tried[i].has(from) {
				kept.add(at)
			}
		}
		c.tried[i].marks = kept
	}
	c.goals, c.left = goals, newMarks(len(goals))
	for i := range goals {
		c.left.add(i)
	}
	return c
}

// reach gives the goals that a path reaches.
func (c *Coverage) reach(answers q.Answers) marks {
	values := c.m.values(c.w.inputs(answers))
	reached := newMarks(len(c.goals))
	for i := range c.goals {
		if c.goals[i].reached(values) {
			reached.add(i)
		}
	}
	return reached
}

// wander takes a path by chance: at each question one of the answers, of several some.
func (c *Coverage) wander(chance *rand.Rand) q.Answers {
	answers := c.d.NewAnswers()
	for i := range c.d.Questions {
		if c.d.Walk(c.d.Questions[i].Ask, answers) != q.True {
			continue
		}
		symbols := c.w.symbols[i]
		first := symbols[chance.IntN(len(symbols))]
		chosen := []*symbol{first}
		for _, s := range symbols {
			if !first.alone && !s.alone && s != first && chance.IntN(len(symbols)) < 2 {
				chosen = append(chosen, s)
			}
		}
		answers[i] = c.w.answer(i, chosen)
	}
	return answers
}

// everyGoal lists all goals, whether or not some path reaches them.
func (c *Coverage) everyGoal() (all []Goal) {
	d, m, w := c.d, c.m, c.w
	add := func(kind GoalKind, l lit, name string, args ...any) {
		all = append(all, Goal{Kind: kind, Name: fmt.Sprintf(name, args...), want: []lit{l}})
	}
	for _, f := range d.RedFlags {
		add(GoalRule, w.rail(f.When).t, "red flag %s", f.ID)
	}
	for _, k := range d.Criteria {
		met, earlier := w.rail(k.Met), rails{no, yes}
		if k.Earlier != nil {
			earlier = w.rail(k.Earlier)
			add(GoalRule, m.and(earlier.t, -met.t), "criterion %s earlier", k.ID)
		}
		add(GoalRule, met.t, "criterion %s met", k.ID)
		add(GoalRule, m.and(met.f, earlier.f), "criterion %s not met", k.ID)
		add(GoalRule, m.and(-met.t, -earlier.t, m.or(-met.f, -earlier.f)), "criterion %s unknown", k.ID)
	}
	for match := q.MatchUnknown; match <= q.MatchFull && !d.Pattern.Absent; match++ {
		add(GoalRule, w.match(match), "pattern %s", match)
	}
	for u := q.SelfCare; u <= q.Emergency; u++ {
		add(GoalRule, w.look(q.Look{Kind: q.LookUrgency, Urgency: u, UrgencyTo: u}), "urgency %s", u)
	}
	for _, a := range d.LookAlikes {
		add(GoalRule, w.rail(a.When).t, "look-alike %s", a.ID)
	}
	concluded := make([]lit, len(d.Causes))
	for i, cause := range d.Causes {
		concluded[i] = w.concluded(i)
		for k, r := range cause.Rules {
			reason := []lit{w.rail(r.When).t}
			for j, other := range cause.Rules {
				if other.Strength > r.Strength || other.Strength == r.Strength && j < k {
					reason = append(reason, -w.rail(other.When).t)
				}
			}
			add(GoalRule, m.and(reason...), "rule %s of cause %s", r.ID, cause.ID)
		}
		for _, a := range cause.Against {
			add(GoalRule, m.and(concluded[i], w.rail(a.When).t), "against cause %s, %s:%d", cause.ID, a.File, a.Line)
		}
	}
	for _, x := range d.Exclusions {
		add(GoalRule, w.rail(x.When).t, "exclusion %s", x.Remedy)
	}
	for i, a := range d.Advice {
		add(GoalRule, w.given(i), "advice %s", a.ID)
	}
	w.referrals()
	for i, r := range d.Referrals {
		add(GoalRule, w.spoken[i], "specialist %s", r.Specialist)
		add(GoalRule, w.look(q.Look{Kind: q.LookFirst, At: i}), "specialist %s as the first address", r.Specialist)
	}
	for i := range d.Questions {
		for _, s := range w.symbols[i] {
			add(GoalAnswer, s.lit, "%s: %s", d.Questions[i].ID, s.name(d.Questions[i].Type))
		}
	}
	seen := map[*q.Condition]bool{}
	var walk func(*q.Condition)
	walk = func(cond *q.Condition) {
		if cond == nil || seen[cond] {
			return
		}
		seen[cond] = true
		if m.err != nil && m.at == (q.Place{}) {
			m.at = cond.Place
		}
		for k, l := range w.decisive(cond) {
			all = append(all, Goal{Kind: GoalBranch, Whole: cond, Part: cond.Parts[k], want: l})
		}
		for _, p := range cond.Parts {
			walk(p)
		}
	}
	d.Conditions(walk)
	for i := range d.Causes {
		for j := range d.Causes[:i] {
			all = append(all, Goal{Kind: GoalPair, Name: fmt.Sprintf("%s and %s", d.Causes[j].ID, d.Causes[i].ID), want: []lit{concluded[j], concluded[i]}})
		}
	}
	return all
}

// decisive says of each part of a condition what it takes that it alone makes the condition what it is; nothing for conditions
// that have less than two parts.
func (w *world) decisive(c *q.Condition) (all [][]lit) {
	if len(c.Parts) < 2 {
		return nil
	}
	parts := make([]lit, len(c.Parts))
	for k, p := range c.Parts {
		parts[k] = w.rail(p).t
		if c.Op == q.OpAll {
			parts[k] = w.rail(p).f
		}
	}
	if c.Op == q.OpAtLeast {
		// What weighs more than what is to be reached counts as much as that; so all parts share their work.
		weights := make([]int, len(parts))
		for k := range weights {
			weights[k] = min(c.Weights[k], c.Least)
		}
		reached := w.m.counted(parts, weights)
		for k, l := range parts {
			all = append(all, []lit{l, w.rail(c).t, -reached(c.Least + weights[k])})
		}
		return all
	}
	_, two := w.m.oneAndTwo(parts)
	for _, l := range parts {
		all = append(all, []lit{l, -two})
	}
	return all
}

// oneAndTwo says that at least one, and that at least two of some statements are true. Halving keeps it small.
func (c *circuit) oneAndTwo(parts []lit) (one, two lit) {
	if len(parts) == 1 {
		return parts[0], no
	}
	half := len(parts) / 2
	one, two = c.oneAndTwo(parts[:half])
	other, more := c.oneAndTwo(parts[half:])
	return c.or(one, other), c.or(two, more, c.and(one, other))
}

// name calls a symbol as files do.
func (s *symbol) name(t q.Type) string {
	switch {
	case s.state == q.Unsure:
		return q.WordUnsure
	case s.state == q.Declined:
		return q.WordDeclined
	case s.state == q.Blank:
		return q.WordBlank
	case s.option != "":
		return string(s.option)
	case t == q.Date:
		return "a date"
	case t == q.FreeText:
		return "own words"
	case s.numbers.From == s.numbers.To:
		return fmt.Sprint(s.numbers.From)
	}
	return fmt.Sprintf("%d to %d", s.numbers.From, s.numbers.To)
}
