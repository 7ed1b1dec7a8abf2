package proof

import (
	"context"
	"errors"
	"math/big"
	"slices"
)

// errTooLarge says that a diagram did not finish within its bound.
var errTooLarge = errors.New("the decision diagram grew beyond its bound")

// edge leads to a node of a diagram; the negative is the opposite of what it leads to. 1 is true.
type edge int32

// branch is a node: low where its symbol is not chosen, high where it is.
type branch struct {
	level     int32
	low, high edge
}

// diagram holds statements of a model as decision diagrams, in the order of the questions. It counts exactly, as long as
// it stays within its bound. The bound is on steps and not on time, so that every machine with time enough comes to the same end.
type diagram struct {
	ctx   context.Context // its end is the end of all work
	m     *model
	valid edge // every way of answering
	nodes []branch
	same  map[branch]edge
	ands  map[[2]edge]edge
	made  map[lit]edge
	large map[lit]bool // by node: its diagram takes more than a little work
	steps int          // left
}

// newDiagram builds the diagram of every way of answering within a number of steps.
func newDiagram(ctx context.Context, m *model, steps int) (*diagram, error) {
	d := &diagram{ctx: ctx, m: m, nodes: make([]branch, 2), same: map[branch]edge{}, ands: map[[2]edge]edge{}, made: map[lit]edge{yes: 1}, large: map[lit]bool{}, steps: steps}
	d.nodes[1].level = int32(len(m.symbols))
	valid, err := edge(1), error(nil)
	for _, b := range m.blocks {
		// One rule at a time from the last symbol on: each step stays small.
		rules := edge(1)
		for _, c := range slices.Backward(b.clauses) {
			if rules, err = d.narrow(rules, c); err != nil {
				return nil, err
			}
		}
		if valid, err = d.and(valid, rules); err != nil {
			return nil, err
		}
	}
	for _, c := range m.clauses {
		if valid, err = d.narrow(valid, c); err != nil {
			return nil, err
		}
	}
	d.valid = valid
	return d, m.err
}

// narrow adds to e that one of the literals is true.
func (d *diagram) narrow(e edge, lits []lit) (edge, error) {
	opposite := make([]lit, len(lits))
	for i, l := range lits {
		opposite[i] = -l
	}
	none, err := d.all(1, opposite)
	if err != nil {
		return 0, err
	}
	return d.and(e, -none)
}

// all adds to e that all of the literals are true.
func (d *diagram) all(e edge, lits []lit) (edge, error) {
	for _, l := range slices.Backward(lits) {
		part, err := d.of(l)
		if err != nil {
			return 0, err
		}
		if e, err = d.and(e, part); err != nil {
			return 0, err
		}
	}
	return e, nil
}

// of gives the diagram of a statement.
func (d *diagram) of(l lit) (edge, error) {
	if l < 0 {
		e, err := d.of(-l)
		return -e, err
	}
	if e, ok := d.made[l]; ok {
		return e, nil
	}
	g := &d.m.gates[l]
	if g.input > 0 {
		d.made[l] = d.node(int32(g.input-1), -1, 1)
		return d.made[l], nil
	}
	e, err := d.all(1, g.parts)
	if err == nil {
		d.made[l] = e
	}
	return e, err
}

// where gives the diagram of the ways of answering for which a statement is true.
func (d *diagram) where(l lit) (edge, error) {
	if d.m.err != nil {
		return 0, d.m.err
	}
	return d.within(d.valid, l)
}

// smallWork is how many steps a part may take by itself before it is looked at only within what is left of the ways.
const smallWork = 2000

// within adds to e that a statement is true. Part by part from e on, what lies between stays small: so large parts are never
// made for all ways.
func (d *diagram) within(e edge, l lit) (edge, error) {
	if e == -1 {
		return e, nil
	}
	if part, ok := d.small(l); ok {
		return d.and(e, part)
	}
	g := &d.m.gates[l.node()]
	if l < 0 {
		others, err := d.within(e, -l)
		if err != nil {
			return 0, err
		}
		return d.and(e, -others)
	}
	var large []lit
	for _, p := range g.parts {
		part, ok := d.small(p)
		if !ok {
			large = append(large, p)
			continue
		}
		var err error
		if e, err = d.and(e, part); err != nil {
			return 0, err
		}
	}
	for _, p := range large {
		var err error
		if e, err = d.within(e, p); err != nil {
			return 0, err
		}
	}
	return e, nil
}

// small gives the diagram of a statement if it takes little work.
func (d *diagram) small(l lit) (edge, bool) {
	if d.large[l.node()] {
		return 0, false
	}
	left := d.steps
	d.steps = min(left, smallWork)
	given := d.steps
	part, err := d.of(l)
	d.steps = left - (given - max(d.steps, 0))
	if err != nil {
		d.large[l.node()] = true
		return 0, false
	}
	return part, true
}

// node gives the one node of its kind; its high edge is never an opposite.
func (d *diagram) node(level int32, low, high edge) edge {
	if low == high {
		return low
	}
	if high < 0 {
		return -d.node(level, -low, -high)
	}
	b := branch{level, low, high}
	if e, ok := d.same[b]; ok {
		return e
	}
	d.nodes = append(d.nodes, b)
	e := edge(len(d.nodes) - 1)
	d.same[b] = e
	return e
}

func (d *diagram) level(e edge) int32 { return d.nodes[max(e, -e)].level }

// sides gives where an edge leads when the symbol of a level is not chosen and when it is.
func (d *diagram) sides(e edge, level int32) (low, high edge) {
	n := &d.nodes[max(e, -e)]
	switch {
	case n.level != level:
		return e, e
	case e < 0:
		return -n.low, -n.high
	}
	return n.low, n.high
}

func (d *diagram) and(a, b edge) (edge, error) {
	switch {
	case a == -1 || b == -1 || a == -b:
		return -1, nil
	case a == 1 || a == b:
		return b, nil
	case b == 1:
		return a, nil
	case a > b:
		a, b = b, a
	}
	if e, ok := d.ands[[2]edge{a, b}]; ok {
		return e, nil
	}
	if d.steps--; d.steps < 0 {
		return 0, errTooLarge
	}
	if d.steps&0xfff == 0 && d.ctx.Err() != nil {
		return 0, d.ctx.Err()
	}
	level := min(d.level(a), d.level(b))
	aLow, aHigh := d.sides(a, level)
	bLow, bHigh := d.sides(b, level)
	low, err := d.and(aLow, bLow)
	if err != nil {
		return 0, err
	}
	high, err := d.and(aHigh, bHigh)
	if err != nil {
		return 0, err
	}
	e := d.node(level, low, high)
	d.ands[[2]edge{a, b}] = e
	return e, nil
}

// forget gives the diagram of what is true for some choice of the symbols at the levels marked.
func (d *diagram) forget(e edge, marked []bool, known map[edge]edge) (edge, error) {
	if e == 1 || e == -1 {
		return e, nil
	}
	if f, ok := known[e]; ok {
		return f, nil
	}
	level := d.level(e)
	low, high := d.sides(e, level)
	low, err := d.forget(low, marked, known)
	if err != nil {
		return 0, err
	}
	if high, err = d.forget(high, marked, known); err != nil {
		return 0, err
	}
	f := edge(0)
	if marked[level] {
		none, err := d.and(-low, -high)
		if err != nil {
			return 0, err
		}
		f = -none
	} else {
		f = d.node(level, low, high)
	}
	known[e] = f
	return f, nil
}

// count gives the number of answer sets for which a statement is true.
func (d *diagram) count(l lit) (*big.Int, error) {
	if l < no { // what is true in few ways is found with less work
		all, err := d.count(yes)
		if err != nil {
			return nil, err
		}
		others, err := d.count(-l)
		if err != nil {
			return nil, err
		}
		return all.Sub(all, others), nil
	}
	e, err := d.where(l)
	if err != nil {
		return nil, err
	}
	// A way past symbols that make no difference goes on with each of them chosen and not chosen.
	past := func(total *big.Int, from, to int32) *big.Int {
		total = new(big.Int).Set(total)
		for _, s := range d.m.symbols[from:to] {
			total.Mul(total, big.NewInt(int64(1+s.ways)))
		}
		return total
	}
	known := map[edge]*big.Int{1: big.NewInt(1), -1: new(big.Int)}
	var below func(e edge) *big.Int
	below = func(e edge) *big.Int {
		if total, ok := known[e]; ok {
			return total
		}
		level := d.level(e)
		low, high := d.sides(e, level)
		total := past(below(low), level+1, d.level(low))
		chosen := past(below(high), level+1, d.level(high))
		total.Add(total, chosen.Mul(chosen, big.NewInt(int64(d.m.symbols[level].ways))))
		known[e] = total
		return total
	}
	return past(below(e), 0, d.level(e)), nil
}

// cheapest gives the way of answering with the least cost for which a statement is true; nil when there is none.
func (d *diagram) cheapest(cost func(*symbol) int, l lit) ([]bool, error) {
	e, err := d.where(l)
	if err != nil || e == -1 {
		return nil, err
	}
	const never = 1 << 60
	known := map[edge]int{1: 0, -1: never}
	var from func(e edge) int
	from = func(e edge) int {
		if least, ok := known[e]; ok {
			return least
		}
		level := d.level(e)
		low, high := d.sides(e, level)
		known[e] = min(from(low), from(high)+cost(d.m.symbols[level]))
		return known[e]
	}
	from(e)
	inputs := make([]bool, len(d.m.symbols)) // where no branch asks for a symbol it is not chosen
	for e != 1 {
		level := d.level(e)
		low, high := d.sides(e, level)
		if e = low; from(low) > from(high)+cost(d.m.symbols[level]) {
			e, inputs[level] = high, true
		}
	}
	return inputs, nil
}

// answered gives the fewest and most questions answered on any way of answering.
func (d *diagram) answered() (fewest, most int) {
	type place struct {
		e       edge
		level   int32
		counted bool // the block of this level is counted already
	}
	type bounds struct{ fewest, most int }
	known := map[place]bounds{}
	var from func(p place) bounds
	from = func(p place) bounds {
		if int(p.level) == len(d.m.symbols) {
			if p.e == 1 {
				return bounds{}
			}
			return bounds{1 << 30, -1 << 30}
		}
		if b, ok := known[p]; ok {
			return b
		}
		low, high := d.sides(p.e, p.level)
		same := int(p.level)+1 < len(d.m.symbols) && d.m.symbols[p.level+1].block == d.m.symbols[p.level].block
		without := from(place{low, p.level + 1, p.counted && same})
		with := from(place{high, p.level + 1, same})
		if !p.counted {
			with.fewest, with.most = with.fewest+1, with.most+1
		}
		b := bounds{min(without.fewest, with.fewest), max(without.most, with.most)}
		known[p] = b
		return b
	}
	b := from(place{e: d.valid})
	return b.fewest, b.most
}

// kinds gives how many different combinations of values the statements take over all ways of answering.
func (d *diagram) kinds(statements []lit) (*big.Int, error) {
	type function struct {
		e     edge
		reads []bool // by level
		last  int
	}
	if d.m.err != nil {
		return nil, d.m.err
	}
	fs := make([]function, len(statements))
	for i, l := range statements {
		e, err := d.of(l)
		if err != nil {
			return nil, err
		}
		fs[i] = function{e, make([]bool, len(d.m.symbols)), -1}
		seen := map[edge]bool{}
		var walk func(e edge)
		walk = func(e edge) {
			e = max(e, -e)
			if e == 1 || seen[e] {
				return
			}
			seen[e] = true
			n := d.nodes[e]
			fs[i].reads[n.level], fs[i].last = true, max(fs[i].last, int(n.level))
			walk(n.low)
			walk(n.high)
		}
		walk(e)
	}
	slices.SortStableFunc(fs, func(a, b function) int { return a.last - b.last })
	// Symbols that no later statement looks at are forgotten as soon as possible, so that ways which go on alike meet.
	gone := make([][]bool, len(fs)+1)
	later := make([]bool, len(d.m.symbols))
	for i := len(fs); i >= 0; i-- {
		gone[i] = make([]bool, len(d.m.symbols))
		if i < len(fs) {
			for l, reads := range fs[i].reads {
				later[l] = later[l] || reads
			}
		}
		for l := range later {
			gone[i][l] = !later[l]
		}
	}
	type place struct {
		i int
		e edge
	}
	known := map[place]*big.Int{}
	forgotten := make([]map[edge]edge, len(fs)+1)
	for i := range forgotten {
		forgotten[i] = map[edge]edge{}
	}
	var from func(i int, e edge) (*big.Int, error)
	from = func(i int, e edge) (*big.Int, error) {
		e, err := d.forget(e, gone[i], forgotten[i])
		if err != nil {
			return nil, err
		}
		switch {
		case e == -1:
			return new(big.Int), nil
		case i == len(fs):
			return big.NewInt(1), nil
		}
		if total, ok := known[place{i, e}]; ok {
			return total, nil
		}
		total := new(big.Int)
		for _, side := range []edge{fs[i].e, -fs[i].e} {
			part, err := d.and(e, side)
			if err != nil {
				return nil, err
			}
			k, err := from(i+1, part)
			if err != nil {
				return nil, err
			}
			total.Add(total, k)
		}
		known[place{i, e}] = total
		return total, nil
	}
	return from(0, d.valid)
}
