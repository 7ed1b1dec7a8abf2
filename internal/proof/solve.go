package proof

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"

	"github.com/crillab/gophersat/solver"
)

// formula is the part of a model that a question hangs on, as clauses for the solver.
type formula struct {
	m       *model
	numbers []int32 // by node: its variable, 0 without one
	stated  []uint8 // by node: which directions are in clauses already
	clauses [][]int
	last    int32
	blocks  map[*block]bool
}

// formula states that all of want are true, with everything that bears on it; with whole, everything else as well.
func (m *model) formula(want []lit, whole bool) *formula {
	f := &formula{m: m, numbers: make([]int32, len(m.gates)), stated: make([]uint8, len(m.gates)), blocks: map[*block]bool{}}
	for _, l := range want {
		f.clause(l)
	}
	for _, c := range m.clauses {
		f.clause(c...)
	}
	if whole {
		for _, b := range m.blocks {
			f.block(b)
		}
	}
	return f
}

func (f *formula) block(b *block) {
	if f.blocks[b] {
		return
	}
	f.blocks[b] = true
	for _, c := range b.clauses {
		f.clause(c...)
	}
}

// clause states that some of the literals are true.
func (f *formula) clause(lits ...lit) {
	clause := make([]int, 0, len(lits))
	for _, l := range lits {
		switch l {
		case yes:
			return
		case no:
		default:
			clause = append(clause, f.number(l))
		}
	}
	// An empty clause, which nothing fulfils, is written as two that contradict each other.
	if len(clause) == 0 {
		f.last++
		f.clauses = append(f.clauses, []int{int(f.last)}, []int{-int(f.last)})
		return
	}
	f.clauses = append(f.clauses, clause)
	for _, l := range lits {
		f.state(l)
	}
}

func (f *formula) number(l lit) int {
	n := &f.numbers[l.node()]
	if *n == 0 {
		f.last++
		*n = f.last
	}
	if l < 0 {
		return -int(*n)
	}
	return int(*n)
}

// state adds what it takes for l to be true. The other direction is not needed unless something asks for it.
func (f *formula) state(l lit) {
	if l.node() == yes {
		return
	}
	direction := uint8(1)
	if l < 0 {
		direction = 2
	}
	if f.stated[l.node()]&direction != 0 {
		return
	}
	f.stated[l.node()] |= direction
	g := &f.m.gates[l.node()]
	switch {
	case g.input > 0:
		f.block(f.m.symbols[g.input-1].block)
	case l > 0:
		for _, p := range g.parts {
			f.clause(-l, p)
		}
	default:
		any := make([]lit, 0, len(g.parts)+1)
		any = append(any, -l)
		for _, p := range g.parts {
			any = append(any, -p)
		}
		f.clause(any...)
	}
}

// inputs reads a solution.
func (f *formula) inputs(solution []bool) []bool {
	inputs := make([]bool, len(f.m.symbols))
	for i, s := range f.m.symbols {
		if n := f.numbers[s.lit]; n != 0 && int(n) <= len(solution) {
			inputs[i] = solution[n-1]
		}
	}
	return inputs
}

// turn is held while the library searches: all of its solvers share one buffer, so two at once would spoil each other.
var turn = make(chan struct{}, 1)

// search lets the library work. When ctx ends, the search is left behind and nothing of it is used. The library has no way
// to be stopped, but it tells each clause that it learns: where nobody listens any more it fails, which ends the search and
// gives its turn and its memory back. Should it fail while somebody waits, search panics.
func search(ctx context.Context, work func(learned chan string)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case turn <- struct{}{}:
	}
	learned, done := make(chan string, 64), make(chan error, 1)
	go func() {
		var failed error
		defer func() {
			if r := recover(); r != nil {
				failed = fmt.Errorf("the solver: %v\n%s", r, debug.Stack())
			}
			<-turn
			done <- failed
		}()
		work(learned)
	}()
	ended := ctx.Done()
	for {
		select {
		case <-learned:
		case failed := <-done:
			if failed != nil {
				panic(failed) // where whoever asked can catch it
			}
			return nil
		case <-ended:
			leave(learned, done)
			return ctx.Err()
		}
	}
}

// solve finds one way of answering for which all of want are true; nil when there is none. Symbols of blocks that do not
// bear on it are left out. The error is ctx's, when time ran out before it was decided, or says that the model grew beyond its bound.
func (m *model) solve(ctx context.Context, want ...lit) (inputs []bool, f *formula, err error) {
	if err := cmp.Or(m.err, ctx.Err()); err != nil {
		return nil, nil, err
	}
	f = m.formula(want, false)
	inputs, err = f.solve(ctx)
	return inputs, f, err
}

// solve finds inputs for which all clauses are true; nil when there are none. The error is ctx's, or says that the model grew
// beyond its bound.
func (f *formula) solve(ctx context.Context) ([]bool, error) {
	if err := cmp.Or(f.m.err, ctx.Err()); err != nil {
		return nil, err
	}
	var solution []bool
	status := solver.Indet
	err := search(ctx, func(learned chan string) {
		s := solver.New(solver.ParseSliceNb(f.clauses, int(f.last)))
		s.Certified, s.CertChan = true, learned
		if status = s.Solve(); status == solver.Sat {
			solution = s.Model()
		}
	})
	switch {
	case err != nil:
		return nil, err
	case status == solver.Sat:
		return f.inputs(solution), nil
	case status == solver.Unsat:
		return nil, nil
	}
	return nil, ctx.Err()
}

// atMost states that no more than most of the literals are true, by counting them one after another.
func (f *formula) atMost(lits []lit, most int) {
	var before []int // variables: more than so many of the literals so far are true
	for _, l := range lits {
		x := f.number(l)
		f.state(-l) // it is only avoided by what makes it false
		if most == 0 {
			f.clauses = append(f.clauses, []int{-x})
			continue
		}
		if len(before) == most {
			f.clauses = append(f.clauses, []int{-x, -before[most-1]})
		}
		now := make([]int, min(len(before)+1, most))
		for k := range now {
			f.last++
			now[k] = int(f.last)
			if k < len(before) {
				f.clauses = append(f.clauses, []int{-before[k], now[k]})
			}
			if k == 0 {
				f.clauses = append(f.clauses, []int{-x, now[0]})
			} else {
				f.clauses = append(f.clauses, []int{-x, -before[k-1], now[k]})
			}
		}
		before = now
	}
}

// smallest finds the way of answering with the fewest symbols that count, and of these one with the fewest that count then,
// for which all of want are true; nil when there is none. total is how many count. exact says that none has fewer; when time
// runs out it is false, and some way is given if one was found.
func (m *model) smallest(ctx context.Context, counts, then func(*symbol) bool, want ...lit) (inputs []bool, total int, exact bool) {
	var first, second []lit
	for _, s := range m.symbols {
		if counts(s) {
			first = append(first, s.lit)
		}
		if then(s) {
			second = append(second, s.lit)
		}
	}
	within := func(n, k int) ([]bool, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f := m.formula(want, true)
		if n < len(first) {
			f.atMost(first, n)
		}
		if k < len(second) {
			f.atMost(second, k)
		}
		return f.solve(ctx)
	}
	chosen := func(lits []lit) (n int) {
		for _, l := range lits {
			if inputs[m.gates[l].input-1] {
				n++
			}
		}
		return n
	}
	inputs, err := within(len(first), len(second))
	if inputs == nil {
		return nil, 0, err == nil
	}
	// From below: that few answers cannot do it is soon decided, and few is what it comes to.
	total = chosen(first)
	for n := range total {
		fewer, err := within(n, len(second))
		if err != nil {
			return inputs, total, false
		}
		if fewer != nil {
			inputs, total = fewer, n
			break
		}
	}
	for k := range chosen(second) {
		plainer, err := within(total, k)
		if err != nil {
			break
		}
		if plainer != nil {
			inputs = plainer
			break
		}
	}
	return inputs, total, true
}
