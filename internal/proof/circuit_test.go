package proof

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	q "ekbom/internal/questionnaire"
)

// randomModel draws blocks, rules over them and a statement: not what questionnaires make, but anything that a circuit can hold.
func randomModel(t *rapid.T) (*model, []lit) {
	m := newModel(t.Context())
	inputs := 0
	lits := []lit{yes, no}
	for inputs < rapid.IntRange(1, 9).Draw(t, "inputs") {
		b := &block{first: inputs}
		for range rapid.IntRange(1, 3).Draw(t, "symbols") {
			s := &symbol{block: b, lit: m.input(inputs), ways: rapid.IntRange(1, 3).Draw(t, "ways"), state: q.Given,
				alone: rapid.Bool().Draw(t, "alone"), telling: rapid.Bool().Draw(t, "telling"), words: rapid.Bool().Draw(t, "words")}
			m.symbols, b.symbols = append(m.symbols, s), append(b.symbols, s)
			inputs++
		}
		b.asked = []lit{rapid.SampledFrom(lits).Draw(t, "asked")}
		m.blocks = append(m.blocks, b)
		for _, s := range b.symbols {
			lits = append(lits, s.lit, -s.lit)
		}
		for range rapid.IntRange(0, 4).Draw(t, "gates") {
			lits = append(lits, gateOf(t, m, lits))
		}
	}
	m.close()
	for range rapid.IntRange(0, 2).Draw(t, "clauses") {
		m.clauses = append(m.clauses, rapid.SliceOfN(rapid.SampledFrom(lits), 0, 3).Draw(t, "clause"))
	}
	want := rapid.SliceOfN(rapid.SampledFrom(lits), 1, 3).Draw(t, "want")
	return m, append(want, gateOf(t, m, lits))
}

func gateOf(t *rapid.T, m *model, lits []lit) lit {
	parts := rapid.SliceOfN(rapid.SampledFrom(lits), 0, 5).Draw(t, "parts")
	switch rapid.IntRange(0, 2).Draw(t, "gate") {
	case 0:
		return m.and(parts...)
	case 1:
		return m.or(parts...)
	}
	weights := make([]int, len(parts))
	for i := range weights {
		weights[i] = rapid.IntRange(1, 3).Draw(t, "weight")
	}
	return m.atLeast(parts, weights, rapid.IntRange(0, 7).Draw(t, "least"))
}

// ways gives every choice of symbols that keeps the rules of a model, with the values of all statements.
func (m *model) everyWay(yield func(inputs, values []bool)) {
	for set := range 1 << len(m.symbols) {
		inputs := make([]bool, len(m.symbols))
		for i := range inputs {
			inputs[i] = set&(1<<i) != 0
		}
		values := m.values(inputs)
		kept := true
		keep := func(c []lit) {
			some := false
			for _, l := range c {
				some = some || holds(values, l)
			}
			kept = kept && some
		}
		for _, c := range m.clauses {
			keep(c)
		}
		for _, b := range m.blocks {
			for _, c := range b.clauses {
				keep(c)
			}
		}
		if kept {
			yield(inputs, values)
		}
	}
}

// The solver, the search for the smallest, counting up to a limit and the diagram agree with trying every choice of symbols,
// for statements of any kind.
func TestSolverAgreesWithEveryChoice(t *testing.T) {
	t.Parallel()
	found, none := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m, want := randomModel(t)
		all := func(values []bool) bool {
			for _, l := range want {
				if !holds(values, l) {
					return false
				}
			}
			return true
		}
		// Telling symbols first, then ticks.
		best, ways, ticks := -1, int64(0), -1
		price := func(inputs []bool) (total int) {
			for i, s := range m.symbols {
				if inputs[i] {
					total += 1000 * cost(s)
					if tick(s) {
						total++
					}
				}
			}
			return total
		}
		m.everyWay(func(inputs, values []bool) {
			if !all(values) {
				return
			}
			n, on := int64(1), 0
			for i, s := range m.symbols {
				if inputs[i] {
					n *= int64(s.ways)
					on++
				}
			}
			ways += n
			if p := price(inputs); best < 0 || p < best {
				best = p
			}
			if ticks < 0 || on < ticks {
				ticks = on
			}
		})
		// Of the whole model, as only there every block has its say.
		f := m.formula(want, true)
		inputs, err := f.solve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if (inputs != nil) != (ways > 0) {
			t.Fatalf("found %v, by trying there are %d", inputs, ways)
		}
		inputs, total, exact := m.smallest(t.Context(), telling, tick, want...)
		if (inputs != nil) != (ways > 0) || !exact || inputs != nil && (price(inputs) != best || total != best/1000 || !all(m.values(inputs))) {
			t.Fatalf("smallest %v with %d (%v), by trying %d", inputs, total, exact, best)
		}
		var lits []lit
		for _, s := range m.symbols {
			lits = append(lits, s.lit)
		}
		for n := range len(lits) + 1 {
			f := m.formula(want, true)
			f.atMost(lits, n)
			inputs, err := f.solve(t.Context())
			if err != nil || (inputs != nil) != (ticks >= 0 && ticks <= n) {
				t.Fatalf("with at most %d: %v (%v), by trying the fewest are %d", n, inputs, err, ticks)
			}
		}
		d, err := newDiagram(context.Background(), m, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := d.count(m.and(want...)); err != nil || n.Int64() != ways {
			t.Fatalf("%v ways (%v), by trying %d", n, err, ways)
		}
		if ways > 0 {
			found++
		} else {
			none++
		}
	})
	if found == 0 || none == 0 {
		t.Errorf("%d found, %d not: each must occur", found, none)
	}
}

// pigeons is a statement that is never true and that no solver of this kind finds out: so many in one hole less.
func pigeons(n int) (*model, lit) {
	m := newModel(context.Background())
	at := make([][]lit, n)
	var all []lit
	for i := range at {
		b := &block{first: len(m.symbols), asked: []lit{yes}}
		for range n - 1 {
			s := &symbol{block: b, lit: m.input(len(m.symbols)), alone: true, ways: 1, telling: true}
			m.symbols, b.symbols, at[i] = append(m.symbols, s), append(b.symbols, s), append(at[i], s.lit)
		}
		m.blocks = append(m.blocks, b)
		for j := range i {
			for hole := range n - 1 {
				all = append(all, -m.and(at[i][hole], at[j][hole]))
			}
		}
	}
	m.close()
	return m, m.and(all...)
}

// A search that nobody waits for any more ends: the next one has its turn, and nothing of it stays.
func TestHardSearchEnds(t *testing.T) {
	if !endsSearches {
		t.Skip("not with the race detector")
	}
	m, never := pigeons(40)
	before := runtime.NumGoroutine()
	for _, ask := range []func(context.Context) error{
		func(ctx context.Context) error { _, _, err := m.solve(ctx, never); return err },
		func(ctx context.Context) error {
			if inputs, _, exact := m.smallest(ctx, telling, tick, never); inputs != nil || exact {
				t.Error("decided what cannot be")
			}
			return ctx.Err()
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		if err := ask(ctx); err == nil {
			t.Error("decided what takes for ever")
		}
		cancel()
		small, some := pigeons(3)
		ctx, cancel = context.WithTimeout(t.Context(), 30*time.Second)
		if inputs, _, err := small.solve(ctx, some); err != nil || inputs != nil {
			t.Errorf("the next search: %v, %v", inputs, err)
		}
		cancel()
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// A library that fails does so where somebody can catch it, and not in a goroutine that would end the program.
func TestSearchThatFails(t *testing.T) {
	func() {
		defer func() {
			if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "out of clauses") {
				t.Errorf("caught %v", r)
			}
		}()
		_ = search(t.Context(), func(chan string) { panic("out of clauses") })
	}()
	if err := search(t.Context(), func(chan string) {}); err != nil {
		t.Errorf("the next search: %v", err)
	}
}
