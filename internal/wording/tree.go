package wording

import (
	"fmt"

	q "ekbom/internal/questionnaire"
)

// Node is a condition as a tree for reading: a sentence, or how many of the parts below must hold.
type Node struct {
	Name  string // "fact numb-feet", where it has one
	Says  string // "any of these", or a test in words; empty where the name says it all
	Parts []Node
	Of    *q.Condition
}

// Trees gives conditions that are read one after the other as trees. Facts, scores and the pattern are opened where they first
// stand; other rules are only named, as each has its own tree.
func (w *Words) Trees(conditions []*q.Condition) []Node {
	opened, trees := map[*q.Condition]bool{}, make([]Node, len(conditions))
	for i, c := range conditions {
		if c == nil {
			trees[i] = Node{Says: "always"}
			continue
		}
		if n, ok := w.nameOf(c); ok && n.before == "fact" {
			trees[i] = w.node(c, opened)
		} else {
			trees[i] = w.open(c, opened)
		}
	}
	return trees
}

// title gives the words that a questionnaire has for a named rule, if it has any.
func (w *Words) title(n name) string {
	id := q.ID(n.id)
	switch n.before {
	case "red flag":
		return w.t.RedFlags[id].Name
	case "look-alike":
		return w.t.LookAlikes[id].Name
	case "cause":
		return w.t.Causes[id].Name
	case "criterion":
		return w.t.Criteria[id].Name
	}
	return ""
}

func (w *Words) node(c *q.Condition, opened map[*q.Condition]bool) Node {
	n, named := w.nameOf(c)
	switch {
	case !named:
		return w.open(c, opened)
	case n.before != "fact" && n.before != "score" && n.before != "pattern":
		return Node{Name: n.String(), Says: w.title(n), Of: c}
	case opened[c]:
		return Node{Name: n.String(), Says: "see above", Of: c}
	}
	opened[c] = true
	out := w.open(c, opened)
	out.Name = n.String()
	return out
}

// open says a condition by its parts, whatever its name.
func (w *Words) open(c *q.Condition, opened map[*q.Condition]bool) Node {
	says, parts := "", c
	switch {
	case c.Op == q.OpNot:
		parts = c.Parts[0]
		if _, _, plain := alternatives(parts); plain || len(parts.Parts) == 0 {
			return Node{Says: w.join(c, false), Of: c}
		}
		if n, ok := w.nameOf(parts); ok {
			out := w.node(parts, opened)
			out.Name, out.Of = "not "+n.String(), c
			return out
		}
		says = map[q.Op]string{q.OpAll: "not all of these", q.OpAny: "none of these", q.OpAtLeast: w.count(parts, "fewer than") + " these"}[parts.Op]
	case len(c.Parts) == 0:
		return Node{Says: w.join(c, false), Of: c}
	default:
		if _, _, plain := alternatives(c); plain {
			return Node{Says: w.join(c, false), Of: c}
		}
		says = map[q.Op]string{q.OpAll: "all of these", q.OpAny: "any of these", q.OpAtLeast: w.count(c, "at least") + " these"}[c.Op]
	}
	out := Node{Says: says, Of: c}
	for i, p := range parts.Parts {
		part := w.node(p, opened)
		if parts.Op == q.OpAtLeast && weighs(parts) {
			part.Says += fmt.Sprintf(" (%s)", points(parts.Weights[i]))
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}

func points(n int) string {
	if n == 1 {
		return "1 point"
	}
	return fmt.Sprintf("%d points", n)
}
