package proof

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// Comparison says what another edition of a questionnaire changes. An answer set is the answers to every question that
// either edition asks; questions of one id and kind of answer are one question. Answers that the form of only one edition
// takes are told as edits and not compared.
type Comparison struct {
	Old, New    *q.Definition
	Edits       []Edit
	AnswerSets  Count // that both editions take
	Changed     Count // of these, with another outcome
	Calmer      Count // of these, less urgent
	MoreUrgent  Count
	Differences []Difference // by part; within each those to calmer first, then those of most answer sets
	Undecided   []string     // what was not decided within the bounds
	Large       *q.Place     // the condition of either edition with which the model grew beyond its bound; nil when it did not

	pair *pair
}

// Difference is one way in which the outcome differs.
type Difference struct {
	Part      Part
	ID        q.ID
	From, To  string // empty where a subject has too many states to name
	Direction Direction
	Count     Count
	Example   *Pair // nil when time ran out before one was found
}

// Direction says whether a change makes an outcome more or less urgent.
type Direction int

// The directions.
const (
	Calmer     Direction = -1
	Neither    Direction = 0
	MoreUrgent Direction = 1
)

// Pair is one answer set as each edition asks for it.
type Pair struct {
	Old, New q.Answers
	Telling  []Said // in the order of the questions: what bears on the difference and is named by some condition, or leaves it open
	Smallest bool   // no answer set with fewer telling answers shows it
}

// Said is what of an answer tells something.
type Said struct {
	Old      bool // Question is one of the old edition, which alone asks it here; else one of the new
	Question int
	Answer   q.Answer
}

// pair is two editions as worlds over shared blocks.
type pair struct {
	m        *model
	old, new *world
	blocks   []*block
	subjects []subject
}

// alike reports whether two questions of one id take answers that can be compared.
func alike(a, b *q.Question) bool {
	options := func(qu *q.Question) bool { return qu.Type == q.Choice || qu.Type == q.Choices }
	return a.Type == b.Type || options(a) && options(b)
}

func newPair(ctx context.Context, old, new *q.Definition) *pair {
	m := newModel(ctx)
	was, is := forms(old), forms(new)
	before, after := make([]*block, len(old.Questions)), make([]*block, len(new.Questions))
	// Questions that only the old edition has keep their place among the others.
	next := 0
	rest := func(to int) {
		for ; next < to; next++ {
			j, ok := new.Question(old.Questions[next].ID)
			if before[next] == nil && (!ok || !alike(&old.Questions[next], &new.Questions[j])) {
				before[next] = m.block(was[next])
			}
		}
	}
	for j := range new.Questions {
		i, ok := old.Question(new.Questions[j].ID)
		if !ok || !alike(&old.Questions[i], &new.Questions[j]) {
			after[j] = m.block(is[j])
			continue
		}
		rest(i)
		before[i] = m.block(was[i], is[j])
		before[i].shared, after[j] = true, before[i]
	}
	rest(len(old.Questions))
	p := &pair{m: m, blocks: m.blocks, subjects: subjects(old, new)}
	p.old, p.new = m.world(old, before), m.world(new, after)
	m.close()
	return p
}

// shift is one way in which a subject is told otherwise.
type shift struct {
	*subject
	from, to value
	when     lit
	least    []bool // the smallest answer set for it, where the diagram found it
}

// changes gives the ways in which a subject may be told otherwise, and that one of them is so.
func (p *pair) changes(s *subject) (ways []shift, any lit) {
	if s.states == nil {
		if any = s.other(p.old, p.new); any != no {
			ways = append(ways, shift{subject: s, when: any})
		}
		return ways, any
	}
	var lits []lit
	after := s.states(p.new)
	for _, from := range s.states(p.old) {
		for _, to := range after {
			if from.name == to.name {
				continue
			}
			if l := p.m.and(from.is, to.is); l != no {
				ways, lits = append(ways, shift{subject: s, from: from.value, to: to.value, when: l}), append(lits, l)
			}
		}
	}
	return ways, p.m.or(lits...)
}

// Equivalent reports whether no answer set gets another outcome and both editions take the same answers. Outcome means all
// that is concluded, whether anything speaks against a cause, to whom the texts speak and the questions asked; not the words, other
// reasons and sources, nor the order of causes within one urgency. The error is ctx's.
func Equivalent(ctx context.Context, old, new *q.Definition) (bool, error) {
	if slices.ContainsFunc(edits(old, new), func(e Edit) bool { return !e.silent() }) {
		return false, nil
	}
	p := newPair(ctx, old, new)
	var all []lit
	for i := range p.subjects {
		_, any := p.changes(&p.subjects[i])
		all = append(all, any)
	}
	inputs, _, err := p.m.solve(ctx, p.m.or(all...))
	return inputs == nil && err == nil, err
}

// LessUrgent reports whether some answer set that both editions take gets a less urgent outcome from the new one. The error is ctx's.
func LessUrgent(ctx context.Context, old, new *q.Definition) (bool, error) {
	p := newPair(ctx, old, new)
	var calmer []lit
	for u := q.Routine; u <= q.Emergency; u++ {
		calmer = append(calmer, p.m.and(p.old.from(u), -p.new.from(u)))
	}
	inputs, _, err := p.m.solve(ctx, p.m.or(calmer...))
	return inputs != nil, err
}

// searchAtMost bounds the search for one smallest example.
const searchAtMost = 5 * time.Second

// Apart reports whether no set of answers is taken by both editions, so that nothing is compared.
func (c *Comparison) Apart() bool { return c.AnswerSets.Exact() && c.AnswerSets.From.Sign() == 0 }

// Compare finds every way in which the outcome of some answer set differs between two editions. When ctx ends, what was not
// decided is named.
func Compare(ctx context.Context, old, new *q.Definition, limits Limits) *Comparison {
	if limits.Steps == 0 {
		limits.Steps = usualSteps
	}
	c := &Comparison{Old: old, New: new, Edits: edits(old, new), pair: newPair(ctx, old, new)}
	found := c.find(ctx)
	counting, stop := halfOf(ctx)
	defer stop()
	n := &counter{ctx: counting, m: c.pair.m, steps: limits.Steps}
	if some, err := c.pair.m.formula(nil, true).solve(ctx); some != nil {
		c.AnswerSets = n.count(yes)
	} else {
		c.AnswerSets = Count{From: big.NewInt(0)}
		if err == nil && c.pair.m.err == nil {
			c.AnswerSets.To = c.AnswerSets.From
		}
	}
	for _, w := range found {
		c.Differences = append(c.Differences, Difference{Part: w.part, ID: w.id, From: w.from.name, To: w.to.name, Direction: w.direction()})
	}
	// First what is counted with little work, then the others.
	for _, n.steps = range []int{limits.Steps / 16, limits.Steps} {
		for i := range found {
			if w, d := &found[i], &c.Differences[i]; !d.Count.Exact() {
				d.Count = n.count(w.when)
				if n.ready() {
					w.least = n.cheapest(w.when, c.pair.plainest(w.when))
				}
			}
		}
	}
	var all []lit
	for _, w := range found {
		all = append(all, w.when)
	}
	c.Changed = none()
	if len(found) > 0 {
		c.Changed = n.count(c.pair.m.or(all...))
	}
	n.ctx = ctx
	for i := range found {
		c.show(ctx, n, &found[i], &c.Differences[i])
	}
	c.sum()
	parts := []Part{PartUrgency, PartRedFlag, PartCause, PartCauseSeen, PartAgainst, PartReferral, PartFirst, PartAdvice, PartMatch, PartMatchSeen,
		PartCriterion, PartLookAlike, PartScore, PartQuestion, PartVoice}
	slices.SortStableFunc(c.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(slices.Index(parts, a.Part), slices.Index(parts, b.Part)), cmp.Compare(rank(a.Direction), rank(b.Direction)),
			b.Count.From.Cmp(a.Count.From))
	})
	return c
}

// find decides what can differ.
func (c *Comparison) find(ctx context.Context) (found []shift) {
	for i := range c.pair.subjects {
		s := &c.pair.subjects[i]
		if c.pair.m.err != nil || ctx.Err() != nil {
			c.Undecided = append(c.Undecided, s.String())
			continue
		}
		ways, any := c.pair.changes(s)
		if possible, decided := c.pair.possible(ctx, any); !decided {
			c.Undecided = append(c.Undecided, s.String())
		} else if possible {
			for _, w := range ways {
				if possible, decided := c.pair.possible(ctx, w.when); possible {
					found = append(found, w)
				} else if !decided {
					c.Undecided = append(c.Undecided, w.String())
				}
			}
		}
	}
	c.Large = c.pair.m.large()
	return found
}

// show looks for an example. Where a difference was not counted, the answer sets like its example are: all that answer alike
// what bears on it.
func (c *Comparison) show(ctx context.Context, n *counter, w *shift, d *Difference) {
	inputs, smallest := c.pair.smallest(ctx, w)
	if inputs == nil || ctx.Err() != nil && w.least == nil {
		return
	}
	bears := c.pair.m.bearing(w.when)
	d.Example = c.pair.example(inputs, bears)
	d.Example.Smallest = smallest
	if !c.pair.confirms(d.Example, w) {
		c.Undecided = append(c.Undecided, w.String()+": the prover and the evaluator disagree, tell whoever maintains the program")
	}
	if d.Count.Exact() {
		return
	}
	var like []lit
	for i, s := range c.pair.m.symbols {
		if !bears[s.block] {
			continue
		}
		if l := s.lit; inputs[i] {
			like = append(like, l)
		} else {
			like = append(like, -l)
		}
	}
	d.Count.From = n.count(c.pair.m.and(like...)).From
}

// sum adds up the differences of urgency, no two of which one answer set shows. As many as the most frequent difference has
// are changed.
func (c *Comparison) sum() {
	c.Calmer, c.MoreUrgent = none(), none()
	for _, d := range c.Differences {
		switch {
		case d.Part != PartUrgency:
		case d.Direction == Calmer:
			c.Calmer = c.Calmer.plus(d.Count)
		default:
			c.MoreUrgent = c.MoreUrgent.plus(d.Count)
		}
		if d.Count.From.Cmp(c.Changed.From) > 0 {
			c.Changed.From = d.Count.From
		}
	}
	if len(c.Undecided) > 0 {
		c.Changed.To, c.Calmer.To, c.MoreUrgent.To = nil, nil, nil
	}
}

// rank puts changes to calmer first.
func rank(t Direction) int {
	if t == Neither {
		return 2
	}
	return int(t)
}

func (s *subject) String() string {
	if s.id == "" {
		return string(s.part)
	}
	return fmt.Sprintf("%s %s", s.part, s.id)
}

func (c *shift) String() string {
	return fmt.Sprintf("%s: %s → %s", c.subject, c.from.name, c.to.name)
}

func (c *shift) direction() Direction { return Direction(cmp.Compare(c.to.rank, c.from.rank)) }

func (p *pair) possible(ctx context.Context, want lit) (possible, decided bool) {
	if want == no && p.m.err == nil {
		return false, true
	}
	inputs, _, err := p.m.solve(ctx, want)
	return inputs != nil, err == nil
}

// counter counts and finds as far as its bound goes.
type counter struct {
	ctx     context.Context
	m       *model
	steps   int
	diagram *diagram
	beyond  bool // not even all answer sets fit within the bound
}

// ready makes a diagram unless there is one with room, and gives it steps to go. One that has grown is left to the collector.
func (n *counter) ready() bool {
	if n.beyond || n.ctx.Err() != nil {
		return false
	}
	if n.diagram == nil || len(n.diagram.ands) > usualSteps {
		d, err := newDiagram(n.ctx, n.m, n.steps)
		if err != nil {
			n.beyond = true
			return false
		}
		n.diagram = d
	}
	n.diagram.steps = n.steps
	return true
}

// count gives the number of answer sets for which a statement is true that is known to be so for some.
func (n *counter) count(l lit) Count {
	if n.ready() {
		if exact, err := n.diagram.count(l); err == nil {
			return Count{exact, exact}
		}
	}
	return Count{From: big.NewInt(1)}
}

// cheapest gives the answer set of least cost for which a statement is true; nil when that is beyond the bound.
func (n *counter) cheapest(l lit, cost func(*symbol) int) []bool {
	if !n.ready() {
		return nil
	}
	inputs, err := n.diagram.cheapest(cost, l)
	if err != nil {
		return nil
	}
	return inputs
}

// halfOf gives the half of the time that is left to ctx.
func halfOf(ctx context.Context) (context.Context, context.CancelFunc) {
	end, limited := ctx.Deadline()
	if !limited {
		return ctx, func() {}
	}
	now := time.Now()
	return context.WithDeadline(ctx, now.Add(end.Sub(now)/2))
}

func none() Count { return Count{new(big.Int), new(big.Int)} }

// plus adds what is counted apart.
func (c Count) plus(more Count) Count {
	sum := Count{From: new(big.Int).Add(c.From, more.From)}
	if c.To != nil && more.To != nil {
		sum.To = new(big.Int).Add(c.To, more.To)
	}
	return sum
}

// telling says what counts for an example to be the smallest: answers that do not bear on the difference do not.
func (p *pair) telling(when lit) (counts, then func(*symbol) bool) {
	bears := p.m.bearing(when)
	return func(s *symbol) bool { return bears[s.block] && telling(s) }, func(s *symbol) bool { return bears[s.block] && tick(s) }
}

// plainest is the same as one cost, which among examples as small prefers plain answers to everything else as well.
func (p *pair) plainest(when lit) func(*symbol) int {
	counts, then := p.telling(when)
	one := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	return func(s *symbol) int {
		return one(counts(s))<<30 + one(then(s))<<20 + one(telling(s))<<10 + one(tick(s))
	}
}

// smallest finds the smallest answer set that shows a difference, or one that may not be it.
func (p *pair) smallest(ctx context.Context, w *shift) (inputs []bool, exact bool) {
	if w.least != nil {
		return w.least, true
	}
	ctx, cancel := context.WithTimeout(ctx, searchAtMost)
	defer cancel()
	counts, then := p.telling(w.when)
	inputs, _, exact = p.m.smallest(ctx, counts, then, w.when)
	return inputs, exact
}

// example gives an answer set as each edition asks for it, and what of it tells something.
func (p *pair) example(inputs []bool, bears map[*block]bool) *Pair {
	known := func(*block) bool { return true }
	e := &Pair{Old: p.old.answers(inputs, known), New: p.new.answers(inputs, known)}
	for _, b := range p.blocks {
		i, j := slices.Index(p.old.blocks, b), slices.Index(p.new.blocks, b)
		if i >= 0 && j >= 0 && e.Old[i].State != q.NotReached && e.New[j].State != q.NotReached {
			e.New[j].Number = e.Old[i].Number // one of those that nothing tells apart
		}
		var said []*symbol
		for _, s := range b.symbols {
			if s.telling && bears[b] && inputs[p.m.gates[s.lit].input-1] {
				said = append(said, s)
			}
		}
		switch {
		case len(said) == 0:
		case j >= 0 && e.New[j].State != q.NotReached:
			e.Telling = append(e.Telling, Said{Question: j, Answer: p.new.part(j, said, e.New[j])})
		default:
			e.Telling = append(e.Telling, Said{Old: true, Question: i, Answer: p.old.part(i, said, e.Old[i])})
		}
	}
	return e
}

// bearing gives the blocks on which it hangs whether a statement is true, and on which it hangs whether these are asked.
func (m *model) bearing(l lit) map[*block]bool {
	blocks, seen := map[*block]bool{}, map[lit]bool{}
	var walk func(l lit)
	walk = func(l lit) {
		if seen[l.node()] {
			return
		}
		seen[l.node()] = true
		g := &m.gates[l.node()]
		for _, p := range g.parts {
			walk(p)
		}
		if g.input > 0 {
			b := m.symbols[g.input-1].block
			blocks[b] = true
			for _, asked := range b.asked {
				walk(asked)
			}
		}
	}
	walk(l)
	return blocks
}

// part gives of an answer only the chosen symbols.
func (w *world) part(i int, chosen []*symbol, a q.Answer) q.Answer {
	a.Options &= w.answer(i, chosen).Options
	return a
}

// Tell compares the outcomes of one person's answers, given to each edition.
func (c *Comparison) Tell(old, new q.Answers) (differs bool, urgency Direction) {
	was, is := assess.Evaluate(c.Old, old), assess.Evaluate(c.New, new)
	for i := range c.pair.subjects {
		s := &c.pair.subjects[i]
		from, to := s.of(c.Old, told{was, old}), s.of(c.New, told{is, new})
		differs = differs || from.name != to.name && from.name != "" && to.name != ""
	}
	return differs, Direction(cmp.Compare(is.Urgency, was.Urgency))
}

// confirms replays an example: both outcomes tell what the model says.
func (p *pair) confirms(e *Pair, c *shift) bool {
	from := c.of(p.old.d, told{assess.Evaluate(p.old.d, e.Old), e.Old})
	to := c.of(p.new.d, told{assess.Evaluate(p.new.d, e.New), e.New})
	if c.states == nil {
		return from != to
	}
	return from == c.from && to == c.to
}
