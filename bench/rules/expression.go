package rules

import (
	"fmt"
	"strconv"
	"strings"

	q "ekbom/internal/questionnaire"
)

// How an answer stands. A question that counts as "no" because it is not asked has a number of its own; one of which it is
// not known whether it is asked is open, whatever its answer.
const (
	standsOpen = iota
	standsNo
	standsBlank
	standsDeclined
	standsUnsure
	standsGiven
)

// Every question is two variables, both whole numbers: how its answer stands, and its value: a number, or the chosen
// options as bits.
func stands(qu *q.Question) string { return "s_" + strings.ReplaceAll(string(qu.ID), "-", "_") }
func value(qu *q.Question) string  { return "v_" + strings.ReplaceAll(string(qu.ID), "-", "_") }

// writer writes conditions in what the languages of the peers have in common.
type writer struct {
	d *q.Definition
	dialect
}

// dialect is where the languages differ.
type dialect struct {
	and, or, not string
	shares       string // holds when the value %s has some of the options %s
	options      func(uint64) string
}

// cLike is what expr and cel-go have in common but for the name of one function.
func cLike(bitAnd string) dialect {
	return dialect{and: " && ", or: " || ", not: "!", shares: bitAnd + "(%s, %s) != 0",
		options: func(options uint64) string { return strconv.FormatUint(options, 10) }}
}

// both gives the expressions that hold when a condition is known to be true, and when it is known to be false.
func (e writer) both(c *q.Condition) []string { return []string{e.when(c, q.True), e.when(c, q.False)} }

// when gives the expression that holds when c is known to be want, which is true or false.
func (e writer) when(c *q.Condition, want q.Truth) string {
	if c == nil {
		return strconv.FormatBool(want == q.True)
	}
	switch c.Op {
	case q.OpTest:
		return e.test(c.Test, want)
	case q.OpNot:
		return e.when(c.Parts[0], want.Not())
	case q.OpAtLeast:
		return e.atLeast(c, want)
	}
	if len(c.Parts) == 0 {
		return strconv.FormatBool((c.Op == q.OpAll) == (want == q.True))
	}
	between := e.and
	if (c.Op == q.OpAny) == (want == q.True) {
		between = e.or
	}
	parts := make([]string, len(c.Parts))
	for i, p := range c.Parts {
		parts[i] = e.when(p, want)
	}
	return "(" + strings.Join(parts, between) + ")"
}

// atLeast adds the weights of the parts known to be as wanted: true for sure when enough are true, false for sure when too
// many are false.
func (e writer) atLeast(c *q.Condition, want q.Truth) string {
	parts := make([]string, len(c.Parts))
	total := 0
	for i, p := range c.Parts {
		parts[i] = fmt.Sprintf("(%s ? %d : 0)", e.when(p, want), c.Weights[i])
		total += c.Weights[i]
	}
	enough := c.Least
	if want == q.False {
		enough = total - c.Least + 1
	}
	return fmt.Sprintf("(%s >= %d)", strings.Join(parts, " + "), enough)
}

func (e writer) test(t q.Test, want q.Truth) string {
	qu := &e.d.Questions[t.Question]
	switch t.Kind {
	case q.TestUnsure:
		return e.state(qu, standsUnsure, want)
	case q.TestDeclined:
		return e.state(qu, standsDeclined, want)
	case q.TestAnswered:
		return e.state(qu, standsGiven, want)
	case q.TestNumber:
		holds := fmt.Sprintf("%[1]s >= %[2]d%[4]s%[1]s <= %[3]d", value(qu), t.Range.From, t.Range.To, e.and)
		if want == q.True {
			return fmt.Sprintf("(%s == %d%s%s)", stands(qu), standsGiven, e.and, holds)
		}
		return e.no(qu, holds)
	}
	holds := e.chosen(qu, t.Options)
	if want == q.True {
		return holds // without an answer no option is chosen
	}
	return e.no(qu, holds)
}

// chosen holds when some of the options is: one number among a few for a single choice, else shared bits.
func (e writer) chosen(qu *q.Question, options uint64) string {
	if qu.Type != q.Choice {
		return fmt.Sprintf(e.shares, value(qu), e.options(options))
	}
	if options&(options-1) == 0 {
		return fmt.Sprintf("%s == %d", value(qu), options)
	}
	return value(qu) + " in " + list(options)
}

// list gives each option alone, as the number it is when chosen.
func list(options uint64) string {
	var singles []string
	for _, one := range singly(options) {
		singles = append(singles, strconv.FormatUint(one, 10))
	}
	return "[" + strings.Join(singles, ", ") + "]"
}

func singly(options uint64) []uint64 {
	singles := []uint64{}
	for ; options != 0; options &= options - 1 {
		singles = append(singles, options&-options)
	}
	return singles
}

// state holds when the answer stands so, or for sure does not.
func (e writer) state(qu *q.Question, s int, want q.Truth) string {
	if want == q.True {
		return fmt.Sprintf("%s == %d", stands(qu), s)
	}
	return fmt.Sprintf("(%[1]s != %[2]d%[4]s%[1]s != %[3]d)", stands(qu), standsOpen, s, e.and)
}

// no holds when a test of a value fails for sure: there is a value and it does not hold, or the question counts as "no".
func (e writer) no(qu *q.Question, holds string) string {
	return fmt.Sprintf("(%[1]s == %[2]d%[5]s%[1]s == %[3]d%[6]s%[7]s(%[4]s))", stands(qu), standsNo, standsGiven, holds, e.or, e.and, e.not)
}
