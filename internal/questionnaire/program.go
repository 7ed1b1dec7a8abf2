package questionnaire

import (
	"math/bits"
	"slices"
)

// A program evaluates every condition of a definition in one pass of bit tests. Conditions are ordered so that a
// question's own condition is known before its answer is looked at.
type program struct {
	bits  int    // places given to conditions
	steps []step // one for each question, in order
	ops   []op   // in the order in which they run
	lanes []lane // the parts of all ops
	graph graph
}

// literal is the place of a condition's value: its bit is set in the word at when the condition is known to be true, and
// in the word beside it, at^1, when it is known to be false. So the opposite of a condition needs no place of its own.
type literal struct {
	mask uint64
	at   int32
}

func (l literal) not() literal { return literal{l.mask, l.at ^ 1} }

// step is what to do at one question.
type step struct {
	ops   int     // run the ops before this one first: the question's own condition is made of them
	ask   literal // the place of that condition
	all   bool    // asked of everybody
	no    bool    // all tests are false when it is not asked
	tests []tests
}

// tests are up to 64 tests of one question, all in one word. "One of these options, or not sure" counts as one test as well.
type tests struct {
	at      int32
	holds   [Blank + 1]uint64 // by state of the answer: the tests that hold whatever its value
	known   [Blank + 1]uint64 // and those that are not unknown
	named   uint64            // options that some test names
	options []uint64          // by option: the tests that name it
	ranges  []rangeTest
}

type rangeTest struct {
	Range
	mask uint64
}

// op computes one value from others: it is true when some part is, or when the weights of the true parts reach least.
// "All are true" is the opposite of "some opposite is true".
type op struct {
	literal
	pair         [2]literal // most have at most two lanes
	from, past   int32      // the others; all of them when weights count
	counts       bool
	least, total int32
}

// lane looks at all parts of an op that share a word, a sign and a weight.
type lane struct {
	literal
	weight int32
}

// Values holds the value of every condition for one set of answers. It may be used again for other answers of the same
// definition, not by two goroutines at once.
type Values struct{ words []uint64 }

// NewValues makes room for the values of a definition's conditions.
func (d *Definition) NewValues() *Values { return &Values{make([]uint64, length(d.program.bits))} }

// length is how many words hold n values.
func length(n int) int { return 2 * ((n + 63) / 64) }

func (v *Values) holds(l literal) bool { return v.words[l.at]&l.mask != 0 }

// Of gives the value of a condition of the same definition. A nil condition is true.
func (v *Values) Of(c *Condition) Truth {
	if c == nil {
		return True
	}
	return v.At(c.Handle())
}

// Handle finds a condition's value with less work than the condition itself.
type Handle struct{ literal }

// Handle gives the handle of a condition that is not nil.
func (c *Condition) Handle() Handle { return Handle{c.value} }

// Holds reports whether a handle's condition is true.
func (v *Values) Holds(h Handle) bool { return v.holds(h.literal) }

// At gives the value of a handle's condition.
func (v *Values) At(h Handle) Truth {
	switch {
	case v.holds(h.literal):
		return True
	case v.holds(h.not()):
		return False
	}
	return Unknown
}

// Evaluate computes the value of every condition. It allocates nothing.
func (d *Definition) Evaluate(answers Answers, v *Values) {
	clear(v.words)
	p, done := &d.program, 0
	for i := range p.steps {
		s := &p.steps[i]
		if done < s.ops {
			v.run(p.ops[done:s.ops], p.lanes)
			done = s.ops
		}
		switch {
		case s.all || v.holds(s.ask):
			v.answer(s, &answers[i])
		case s.no && v.holds(s.ask.not()):
			v.refuse(s)
		}
	}
	v.run(p.ops[done:], p.lanes)
}

// answer sets the tests of a question that is asked.
func (v *Values) answer(s *step, a *Answer) {
	for i := range s.tests {
		t := &s.tests[i]
		holds := t.holds[a.State]
		if a.State == Given {
			for rest := a.Options & t.named; rest != 0; rest &= rest - 1 {
				holds |= t.options[bits.TrailingZeros64(rest)]
			}
			for _, r := range t.ranges {
				if r.Contains(a.Number) {
					holds |= r.mask
				}
			}
		}
		v.words[t.at] |= holds
		v.words[t.at^1] |= t.known[a.State] &^ holds
	}
}

// refuse makes all tests of a question false.
func (v *Values) refuse(s *step) {
	for i := range s.tests {
		v.words[s.tests[i].at^1] |= s.tests[i].known[Given]
	}
}

func (v *Values) run(ops []op, lanes []lane) {
	words := v.words
	for i := range ops {
		o := &ops[i]
		if o.counts {
			v.count(o, lanes[o.from:o.past])
			continue
		}
		a, b := &o.pair[0], &o.pair[1]
		some := words[a.at]&a.mask | words[b.at]&b.mask
		open := a.mask&^words[a.at^1] | b.mask&^words[b.at^1]
		if o.from < o.past {
			for _, l := range lanes[o.from:o.past] {
				some |= words[l.at] & l.mask
				open |= l.mask &^ words[l.at^1]
			}
		}
		// Without branches: nobody can foretell the answers. A part that is true is open as well, so only one bit is set.
		var holds, fails uint64
		if some != 0 {
			holds = o.mask
		}
		if open == 0 {
			fails = o.mask
		}
		words[o.at] |= holds
		words[o.at^1] |= fails
	}
}

func (v *Values) count(o *op, lanes []lane) {
	sure, possible := int32(0), o.total
	for _, l := range lanes {
		sure += l.weight * int32(bits.OnesCount64(v.words[l.at]&l.mask))
		possible -= l.weight * int32(bits.OnesCount64(v.words[l.at^1]&l.mask))
	}
	if sure >= o.least {
		v.words[o.at] |= o.mask
	} else if possible < o.least {
		v.words[o.at^1] |= o.mask
	}
}

// compile orders the conditions and gives each its place. Tests of one question, and parts of one condition, stand close
// together, so that most conditions need one lane or two.
func (d *Definition) compile() {
	c := compiler{d: d, program: program{steps: make([]step, len(d.Questions))}, done: map[*Condition]bool{}}
	atoms := make([][]*Condition, len(d.Questions))
	d.Conditions(func(stated *Condition) { c.gather(stated, atoms) })
	clear(c.done)
	for i := range atoms {
		c.tests(i, atoms[i])
	}
	c.graph = d.newGraph(c.bits)
	for i := range d.Questions {
		ask, s := d.Questions[i].Ask, &c.steps[i]
		c.emit(ask)
		s.ops, s.all, s.no = len(c.ops), ask == nil, d.Questions[i].NotAskedIsNo
		if ask != nil {
			s.ask = ask.value
		}
	}
	d.Conditions(c.emit)
	d.program = c.program
}

type compiler struct {
	program
	d    *Definition
	done map[*Condition]bool
}

// gather lists the tests within a condition by question, each once, and alternatives of one question's tests as one more.
func (c *compiler) gather(cond *Condition, atoms [][]*Condition) {
	if cond == nil || c.done[cond] {
		return
	}
	c.done[cond] = true
	if cond.Op == OpTest {
		atoms[cond.Test.Question] = append(atoms[cond.Test.Question], cond)
	} else if i, ok := cond.alternatives(); ok {
		atoms[i] = append(atoms[i], cond)
	}
	for _, part := range cond.Parts {
		c.gather(part, atoms)
	}
}

// alternatives gives the question that all alternatives of a condition test, and whether it is one. Numbers stand apart.
func (c *Condition) alternatives() (question int, ok bool) {
	if c.Op != OpAny || len(c.Parts) == 0 {
		return 0, false
	}
	question = c.Parts[0].Test.Question
	for _, p := range c.Parts {
		if p.Op != OpTest || p.Test.Kind == TestNumber || p.Test.Question != question {
			return 0, false
		}
	}
	return question, true
}

// place gives away the next place.
func (c *compiler) place() literal {
	l := literal{1 << (c.bits & 63), int32(length(c.bits+1) - 2)}
	c.bits++
	return l
}

// tests gives the tests of question i their places.
func (c *compiler) tests(i int, atoms []*Condition) {
	qu := &c.d.Questions[i]
	for some := range slices.Chunk(atoms, 64) {
		if c.bits&63+len(some) > 64 {
			c.bits = (c.bits + 63) &^ 63
		}
		t := tests{options: make([]uint64, len(qu.Options))}
		for _, atom := range some {
			atom.value = c.place()
			t.at = atom.value.at
			c.done[atom] = true
			value := func(a Answer) Truth {
				if atom.Op == OpTest {
					return atom.Test.Holds(qu, True, a)
				}
				return atom.Combine(func(p *Condition) Truth { return p.Test.Holds(qu, True, a) })
			}
			number := atom.Op == OpTest && atom.Test.Kind == TestNumber
			if number {
				t.ranges = append(t.ranges, rangeTest{atom.Test.Range, atom.value.mask})
			}
			for s := range t.holds {
				state := value(Answer{State: AnswerState(s)})
				if state != Unknown {
					t.known[s] |= atom.value.mask
				}
				if state == True && !number {
					t.holds[s] |= atom.value.mask
				}
			}
			for o := range t.options {
				if value(Answer{State: Given, Options: 1 << o}) == True {
					t.named |= 1 << o
					t.options[o] |= atom.value.mask
				}
			}
		}
		c.steps[i].tests = append(c.steps[i].tests, t)
	}
}

// emit writes the op of a condition after those of its parts.
func (c *compiler) emit(cond *Condition) {
	if cond == nil || c.done[cond] {
		return
	}
	c.done[cond] = true
	for _, part := range cond.Parts {
		c.emit(part)
	}
	if cond.Op == OpNot {
		cond.value = cond.Parts[0].value.not()
		return
	}
	cond.value = c.place()
	o := op{literal: cond.value, from: int32(len(c.lanes)), counts: cond.Op == OpAtLeast, least: int32(cond.Least)}
	if cond.Op == OpAll {
		o.literal = o.not()
	}
	for i, part := range cond.Parts {
		l := lane{part.value, 1}
		if cond.Op == OpAll {
			l.literal = l.not()
		}
		if cond.Op == OpAtLeast {
			l.weight = int32(cond.Weights[i])
			o.total += l.weight
		}
		c.pack(int(o.from), l)
	}
	if !o.counts {
		for i := range min(len(o.pair), len(c.lanes)-int(o.from)) {
			o.pair[i] = c.lanes[int(o.from)+i].literal
		}
		c.lanes = slices.Delete(c.lanes, int(o.from), min(int(o.from)+len(o.pair), len(c.lanes)))
	}
	o.past = int32(len(c.lanes))
	c.ops = append(c.ops, o)
}

// pack adds a part to an op whose lanes begin at from.
func (c *compiler) pack(from int, l lane) {
	for i := from; i < len(c.lanes); i++ {
		if same := &c.lanes[i]; same.at == l.at && same.weight == l.weight && same.mask&l.mask == 0 {
			same.mask |= l.mask
			return
		}
	}
	c.lanes = append(c.lanes, l)
}

// Walk gives the value of a condition by walking its tree: the plain meaning that the program must agree with.
func (d *Definition) Walk(c *Condition, answers Answers) Truth {
	return (&walker{d: d, answers: answers}).of(c)
}

// walker looks once at who is asked: questions that wait for questions that wait would be walked over and over.
type walker struct {
	d       *Definition
	answers Answers
	asked   map[int]Truth
}

func (w *walker) of(c *Condition) Truth {
	if c == nil {
		return True
	}
	if c.Op == OpTest {
		i := c.Test.Question
		return c.Test.Holds(&w.d.Questions[i], w.asks(i), w.answers[i])
	}
	return c.Combine(w.of)
}

func (w *walker) asks(i int) Truth {
	if w.d.Questions[i].Ask == nil {
		return True
	}
	asked, known := w.asked[i]
	if !known {
		asked = w.of(w.d.Questions[i].Ask)
		if w.asked == nil {
			w.asked = map[int]Truth{}
		}
		w.asked[i] = asked
	}
	return asked
}
