package questionnaire

import (
	"math/bits"
	"slices"
)

// A program evaluates every condition of a definition in one pass of bit tests. Each distinct condition has one bit in two
// sets: known true and known false; in neither set, it is unknown. Conditions are ordered so that a question's own
// condition is known before its answer is looked at.
type program struct {
	words   int     // length of each bit set
	visits  []visit // one for each question, in order
	rest    []op    // conditions that no question waits for
	reads   []bool  // by question: some condition of a question reads it
	classes [][]Answer
}

// visit is what to do at one question.
type visit struct {
	before []op // conditions that the question's own condition is made of
	atoms  []atom
	all    []lane // the bits of all atoms
}

// atom is the bit of a test.
type atom struct {
	bit  int32
	test Test
}

// op computes one bit from others.
type op struct {
	kind  Op
	bit   int32
	least int32
	total int32
	lanes []lane
}

// lane looks at up to 64 parts at once: those that stand for themselves and those whose opposite is meant.
type lane struct {
	word     int32
	weight   int32
	pos, neg uint64
}

// Values holds the value of every condition for one set of answers. It may be used again for other answers of the same
// definition, not by two goroutines at once.
type Values struct {
	isTrue, isFalse []uint64
}

// NewValues makes room for the values of a definition's conditions.
func (d *Definition) NewValues() *Values {
	both := make([]uint64, 2*d.program.words)
	return &Values{both[:d.program.words], both[d.program.words:]}
}

func (v *Values) at(bit int32) Truth {
	switch w, b := bit>>6, uint64(1)<<(bit&63); {
	case v.isTrue[w]&b != 0:
		return True
	case v.isFalse[w]&b != 0:
		return False
	}
	return Unknown
}

func (v *Values) set(bit int32, t Truth) {
	switch w, b := bit>>6, uint64(1)<<(bit&63); t {
	case True:
		v.isTrue[w] |= b
	case False:
		v.isFalse[w] |= b
	}
}

// Of gives the value of a condition of the same definition. A nil condition is true.
func (v *Values) Of(c *Condition) Truth {
	switch {
	case c == nil:
		return True
	case c.Op == OpNot:
		return v.at(c.Parts[0].bit).Not()
	}
	return v.at(c.bit)
}

// Evaluate computes the value of every condition. It allocates nothing.
func (d *Definition) Evaluate(answers Answers, v *Values) {
	clear(v.isTrue)
	clear(v.isFalse)
	p := &d.program
	for i := range p.visits {
		d.visit(i, answers[i], v)
	}
	for i := range p.rest {
		v.run(&p.rest[i])
	}
}

// visit sets the bits that depend on question i: its own condition's parts, then its atoms.
func (d *Definition) visit(i int, a Answer, v *Values) {
	s := &d.program.visits[i]
	for j := range s.before {
		v.run(&s.before[j])
	}
	if len(s.atoms) == 0 {
		return
	}
	qu := &d.Questions[i]
	asked := v.Of(qu.Ask)
	switch {
	case asked == False && qu.NotAskedIsNo:
		for _, l := range s.all {
			v.isFalse[l.word] |= l.pos
		}
	case asked == True && a.State != NotReached:
		for j := range s.atoms {
			v.set(s.atoms[j].bit, s.atoms[j].test.Holds(qu, True, a))
		}
	}
}

func (v *Values) run(o *op) {
	holds, fails := false, false
	switch o.kind {
	case OpAll:
		holds = true
		for i := range o.lanes {
			l := &o.lanes[i]
			t, f := v.isTrue[l.word], v.isFalse[l.word]
			holds = holds && t&l.pos == l.pos && f&l.neg == l.neg
			fails = fails || f&l.pos|t&l.neg != 0
		}
	case OpAny:
		fails = true
		for i := range o.lanes {
			l := &o.lanes[i]
			t, f := v.isTrue[l.word], v.isFalse[l.word]
			fails = fails && f&l.pos == l.pos && t&l.neg == l.neg
			holds = holds || t&l.pos|f&l.neg != 0
		}
	default:
		sure, possible := int32(0), o.total
		for i := range o.lanes {
			l := &o.lanes[i]
			t, f := v.isTrue[l.word], v.isFalse[l.word]
			sure += l.weight * int32(bits.OnesCount64(t&l.pos)+bits.OnesCount64(f&l.neg))
			possible -= l.weight * int32(bits.OnesCount64(f&l.pos)+bits.OnesCount64(t&l.neg))
		}
		holds, fails = sure >= o.least, possible < o.least
	}
	w, b := o.bit>>6, uint64(1)<<(o.bit&63)
	if holds {
		v.isTrue[w] |= b
	} else if fails {
		v.isFalse[w] |= b
	}
}

// compile orders the conditions and gives each its bit. Tests of one question, and parts of one condition, stand close
// together, so that most conditions need one lane or two.
func (d *Definition) compile() {
	p := &d.program
	*p = program{visits: make([]visit, len(d.Questions)), reads: make([]bool, len(d.Questions))}
	bit := int32(0)
	atoms := make([][]*Condition, len(d.Questions))
	seen := map[*Condition]bool{}
	var gather func(c *Condition)
	gather = func(c *Condition) {
		if c == nil || seen[c] {
			return
		}
		seen[c] = true
		if c.Op == OpTest {
			atoms[c.Test.Question] = append(atoms[c.Test.Question], c)
		}
		for _, part := range c.Parts {
			gather(part)
		}
	}
	d.Conditions(gather)
	for i := range atoms {
		for _, c := range atoms[i] {
			c.bit = bit
			p.visits[i].atoms = append(p.visits[i].atoms, atom{bit, c.Test})
			bit++
		}
		p.visits[i].all = d.lanes(atoms[i], nil)
	}
	emitted := map[*Condition]bool{}
	var emit func(c *Condition, to *[]op)
	emit = func(c *Condition, to *[]op) {
		if c == nil || c.Op == OpTest || emitted[c] {
			return
		}
		emitted[c] = true
		for _, part := range c.Parts {
			emit(part, to)
		}
		if c.Op == OpNot {
			return // read through its part
		}
		c.bit = bit
		bit++
		o := op{kind: c.Op, bit: c.bit, least: int32(c.Least), lanes: d.lanes(c.Parts, c.Weights)}
		for _, w := range c.Weights {
			o.total += int32(w)
		}
		*to = append(*to, o)
	}
	for i := range d.Questions {
		emit(d.Questions[i].Ask, &p.visits[i].before)
		d.Questions[i].Ask.Questions(func(q int) { p.reads[q] = true })
	}
	d.Conditions(func(c *Condition) { emit(c, &p.rest) })
	p.words = int(bit+63) / 64
	p.classes = make([][]Answer, len(d.Questions))
	for i := range d.Questions {
		if p.reads[i] {
			p.classes[i] = d.answerClasses(i)
		}
	}
}

// lanes packs parts by word, sign and weight.
func (d *Definition) lanes(parts []*Condition, weights []int) (lanes []lane) {
	for i, c := range parts {
		weight, neg := int32(1), false
		if weights != nil {
			weight = int32(weights[i])
		}
		if c.Op == OpNot {
			c, neg = c.Parts[0], true
		}
		at := slices.IndexFunc(lanes, func(l lane) bool { return l.word == c.bit>>6 && l.weight == weight })
		if at < 0 {
			at = len(lanes)
			lanes = append(lanes, lane{word: c.bit >> 6, weight: weight})
		}
		if mask := uint64(1) << (c.bit & 63); neg {
			lanes[at].neg |= mask
		} else {
			lanes[at].pos |= mask
		}
	}
	return lanes
}

// Conditions calls yield for every condition that something in the definition states, without their parts. Facts stand
// aside: they count only where something else uses them.
func (d *Definition) Conditions(yield func(*Condition)) {
	for i := range d.Questions {
		yield(d.Questions[i].Ask)
	}
	yield(d.SpeaksForAnother)
	for _, f := range d.RedFlags {
		yield(f.When)
	}
	for _, c := range d.Criteria {
		yield(c.Met)
		yield(c.Earlier)
	}
	yield(d.Pattern.Full)
	yield(d.Pattern.Partial)
	yield(d.Pattern.None)
	yield(d.Pattern.Shown)
	for _, a := range d.LookAlikes {
		yield(a.When)
	}
	for _, c := range d.Causes {
		for _, r := range c.Rules {
			yield(r.When)
		}
		for _, a := range c.Against {
			yield(a)
		}
	}
	yield(d.HideCauses)
	for _, s := range d.Scores {
		for _, t := range s.Terms {
			yield(t.When)
		}
	}
	for _, r := range d.Referrals {
		yield(r.When)
		yield(r.First)
	}
	for _, e := range d.Exclusions {
		yield(e.When)
	}
	for _, a := range d.Advice {
		yield(a.When)
		yield(a.Unless)
	}
}

// Walk gives the value of a condition by walking its tree: the plain meaning that the program must agree with.
func (d *Definition) Walk(c *Condition, answers Answers) Truth {
	if c == nil {
		return True
	}
	if c.Op == OpTest {
		qu := &d.Questions[c.Test.Question]
		return c.Test.Holds(qu, d.Walk(qu.Ask, answers), answers[c.Test.Question])
	}
	return c.Combine(func(part *Condition) Truth { return d.Walk(part, answers) })
}
