// Package proof shows of a questionnaire what holds on every path that people can take, and where it does not, the shortest way to
// fall through. A definition becomes a boolean model; a solver decides, a decision diagram counts. It is pure.
package proof

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
)

// lit names a statement of a circuit; the negative is its opposite.
type lit int32

// The statements that are always true and never true.
const (
	yes lit = 1
	no  lit = -yes
)

func (l lit) node() lit {
	if l < 0 {
		return -l
	}
	return l
}

// circuit holds statements made of inputs by "and" and "not". What means the same in form is one statement.
type circuit struct {
	gates []gate // by lit.node(); the first two are unused and yes
	same  map[string]lit
	links int // parts of all gates

	ctx  context.Context // its end is the end of all work
	work int             // since ctx was last looked at
	err  error           // why it was given up; from then on statements mean nothing, and nothing is decided by them
}

// maxGates and maxLinks bound a circuit, so that it takes some 500 MB at most. They are numbers, so that every machine comes to
// the same end.
const (
	maxGates = 1 << 20
	maxLinks = 8 << 20
)

// errManyGates says that a circuit did not finish within its bound.
var errManyGates = errors.New("more statements than are looked at")

// gate is the "and" of its parts; an input has none.
type gate struct {
	parts []lit
	input int // number of the input from 1 on, or 0
}

func newCircuit(ctx context.Context) circuit {
	return circuit{gates: make([]gate, 2), same: map[string]lit{}, ctx: ctx}
}

// stopped reports whether the circuit was given up.
func (c *circuit) stopped() bool {
	if c.work++; c.work > 1<<12 && c.err == nil {
		c.work, c.err = 0, c.ctx.Err()
	}
	return c.err != nil
}

func (c *circuit) input(number int) lit {
	c.gates = append(c.gates, gate{input: number + 1})
	return lit(len(c.gates) - 1)
}

func (c *circuit) and(parts ...lit) lit {
	if c.stopped() {
		return no
	}
	flat := make([]lit, 0, len(parts))
	for _, p := range parts {
		// Short ones are taken apart, so that the same in another order is the same; a chain of long ones stays a chain.
		if g := &c.gates[p.node()]; p > yes && g.input == 0 && len(g.parts) <= 16 {
			flat = append(flat, g.parts...)
		} else if p != yes {
			flat = append(flat, p)
		}
	}
	c.work += len(flat)
	slices.SortFunc(flat, func(a, b lit) int {
		if a.node() != b.node() {
			return int(a.node() - b.node())
		}
		return int(a - b)
	})
	flat = slices.Compact(flat)
	key := make([]byte, 0, 4*len(flat))
	for i, p := range flat {
		if p == no || i > 0 && flat[i-1] == -p {
			return no
		}
		key = binary.LittleEndian.AppendUint32(key, uint32(p))
	}
	switch len(flat) {
	case 0:
		return yes
	case 1:
		return flat[0]
	}
	if l, ok := c.same[string(key)]; ok {
		return l
	}
	if len(c.gates) >= maxGates || c.links+len(flat) > maxLinks {
		c.err = errManyGates
		return no
	}
	c.links += len(flat)
	c.gates = append(c.gates, gate{parts: flat})
	l := lit(len(c.gates) - 1)
	c.same[string(key)] = l
	return l
}

func (c *circuit) or(parts ...lit) lit {
	opposite := make([]lit, len(parts))
	for i, p := range parts {
		opposite[i] = -p
	}
	return -c.and(opposite...)
}

// atLeast is true when the weights of the true parts reach least.
func (c *circuit) atLeast(parts []lit, weights []int, least int) lit {
	return c.counted(parts, weights)(least)
}

// counted is atLeast for several numbers to reach, which share their work.
func (c *circuit) counted(parts []lit, weights []int) func(least int) lit {
	type place struct{ from, least int }
	known := map[place]lit{}
	rest := make([]int, len(parts)+1) // weight of all parts from here on
	for i := len(parts) - 1; i >= 0; i-- {
		rest[i] = rest[i+1] + weights[i]
	}
	var count func(from, least int) lit
	count = func(from, least int) lit {
		switch {
		case c.stopped():
			return no
		case least <= 0:
			return yes
		case rest[from] < least:
			return no
		}
		at := place{from, least}
		if l, ok := known[at]; ok {
			return l
		}
		// Weights are above 0, so reaching it without this part is reaching it with it.
		l := c.or(count(from+1, least), c.and(parts[from], count(from+1, least-weights[from])))
		known[at] = l
		return l
	}
	return func(least int) lit { return count(0, least) }
}

// values computes every statement for given inputs.
func (c *circuit) values(inputs []bool) []bool {
	v := make([]bool, len(c.gates))
	v[yes] = true
	for i := 2; i < len(c.gates); i++ {
		g := &c.gates[i]
		if g.input > 0 {
			v[i] = inputs[g.input-1]
			continue
		}
		v[i] = true
		for _, p := range g.parts {
			if v[p.node()] != (p > 0) {
				v[i] = false
				break
			}
		}
	}
	return v
}

func holds(values []bool, l lit) bool { return values[l.node()] == (l > 0) }
