// Package wording says in plain words what the conditions of a questionnaire ask for and what somebody answered, for
// authors and clinicians. What a patient reads comes from one of the questionnaire's languages; the words between are English.
package wording

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	q "ekbom/internal/questionnaire"
)

// Words finds words for one definition in one language. It only reads, so many goroutines may use it.
type Words struct {
	d     *q.Definition
	t     *q.Text
	names map[*q.Condition]name // statements that have a name
	joins map[string]name       // and those that are made of several, by their parts
	twice map[string]bool       // short names that several questions share
}

// name is how a statement is called: "red flag" "clot-in-leg". Those of one kind can be listed together.
type name struct {
	before, id, after string
}

func (n name) String() string { return n.before + " " + n.id + n.after }

// New prepares the words of a definition. Where the text lacks something, its id stands in.
func New(d *q.Definition, t *q.Text) *Words {
	w := &Words{d: d, t: t, names: map[*q.Condition]name{}, joins: map[string]name{}, twice: map[string]bool{}}
	seen := map[string]bool{}
	for i := range d.Questions {
		short := w.short(i)
		w.twice[short], seen[short] = seen[short], true
	}
	for _, f := range d.Facts {
		w.call(f.When, name{"fact", string(f.ID), ""})
	}
	for _, f := range d.RedFlags {
		w.call(f.When, name{"red flag", string(f.ID), ""})
	}
	for _, a := range d.LookAlikes {
		w.call(a.When, name{"look-alike", string(a.ID), ""})
	}
	for _, c := range d.Causes {
		var rules []*q.Condition
		for _, r := range c.Rules {
			rules = append(rules, r.When)
		}
		w.callAny(rules, name{"cause", string(c.ID), ""})
	}
	for _, c := range d.Criteria {
		w.call(c.Met, name{"criterion", string(c.ID), " met"})
		if c.Earlier != nil {
			w.callAny([]*q.Condition{c.Met, c.Earlier}, name{"criterion", string(c.ID), " met or earlier"})
		}
	}
	w.call(d.Pattern.Full, name{"pattern", "full", ""})
	w.callAny([]*q.Condition{d.Pattern.Full, d.Pattern.Partial}, name{"pattern", "full or partial", ""})
	for u := q.Routine; u <= q.Emergency; u++ {
		var flags []*q.Condition
		for _, f := range d.RedFlags {
			if f.Urgency >= u {
				flags = append(flags, f.When)
			}
		}
		w.callAny(flags, name{"some red flag of", u.String(), strings.TrimPrefix(From(u), u.String())})
	}
	for _, s := range d.Scores {
		sum := q.Condition{Op: q.OpAtLeast}
		for _, t := range s.Terms {
			sum.Parts, sum.Weights = append(sum.Parts, t.When), append(sum.Weights, t.Points)
		}
		w.joins[sumKey(&sum)] = name{"score", string(s.ID), ""}
	}
	return w
}

// From says of an urgency that it or a higher one is meant.
func From(u q.Urgency) string {
	if u == q.Emergency {
		return u.String()
	}
	return u.String() + " or more urgent"
}

// call names a statement; the first name stays.
func (w *Words) call(c *q.Condition, n name) {
	if _, named := w.names[c]; !named && c != nil {
		w.names[c] = n
	}
}

// callAny names "any of these", the way Load joins them.
func (w *Words) callAny(parts []*q.Condition, n name) {
	parts = once(parts)
	if len(parts) == 1 {
		w.call(parts[0], n)
	} else if key := partsKey(q.OpAny, parts); w.joins[key] == (name{}) {
		w.joins[key] = n
	}
}

func once(parts []*q.Condition) (list []*q.Condition) {
	for _, p := range parts {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

func partsKey(op q.Op, parts []*q.Condition) string {
	key := fmt.Sprint(op)
	for _, p := range once(parts) {
		key += fmt.Sprintf(" %p", p)
	}
	return key
}

// sumKey tells sums of the same parts with other weights apart.
func sumKey(c *q.Condition) string { return fmt.Sprint(partsKey(c.Op, c.Parts), c.Weights) }

// nameOf gives the name of a statement that is worth one: what a single question tells is said in the question's words.
func (w *Words) nameOf(c *q.Condition) (name, bool) {
	if _, _, plain := alternatives(c); plain {
		return name{}, false
	}
	if len(c.Parts) == 0 {
		return name{}, false // always, never
	}
	if n, ok := w.names[c]; ok {
		return n, true
	}
	switch c.Op {
	case q.OpAny:
		n, ok := w.joins[partsKey(q.OpAny, c.Parts)]
		return n, ok
	case q.OpAtLeast:
		n, ok := w.joins[sumKey(c)]
		n.after = " from " + strconv.Itoa(c.Least)
		return n, ok
	case q.OpAll:
		return w.state(c)
	}
	return name{}, false
}

// state names "not met", "earlier", "partial" and "none", which say as well that no higher state holds.
func (w *Words) state(c *q.Condition) (name, bool) {
	if len(c.Parts) == 2 {
		for _, k := range w.d.Criteria {
			switch {
			case !negates(c.Parts[0], k.Met):
			case k.Earlier != nil && c.Parts[1] == k.Earlier:
				return name{"criterion", string(k.ID), " earlier"}, true
			case negates(c.Parts[1], k.Earlier):
				return name{"criterion", string(k.ID), " not met"}, true
			}
		}
	}
	p := &w.d.Pattern
	switch {
	case !negates(c.Parts[0], p.Full):
	case len(c.Parts) == 2 && c.Parts[1] == p.Partial:
		return name{"pattern", "partial", ""}, true
	case len(c.Parts) == 3 && negates(c.Parts[1], p.Partial) && c.Parts[2] == p.None:
		return name{"pattern", "none", ""}, true
	}
	return name{}, false
}

// negates reports whether c is the opposite of another condition; nil stands for the one that never holds.
func negates(c, of *q.Condition) bool {
	if of == nil {
		return c.Op == q.OpNot && c.Parts[0].Op == q.OpAny && len(c.Parts[0].Parts) == 0
	}
	return c.Op == q.OpNot && c.Parts[0] == of || of.Op == q.OpNot && of.Parts[0] == c
}

// Question gives the short name of a question, with its id where another question has the same.
func (w *Words) Question(i int) string {
	short := w.short(i)
	if w.twice[short] {
		return fmt.Sprintf("%s (%s)", short, w.d.Questions[i].ID)
	}
	return short
}

func (w *Words) short(i int) string {
	id := w.d.Questions[i].ID
	return cmp.Or(w.t.Questions[id].Short, string(id))
}

// Option gives the words of an option.
func (w *Words) Option(question, option int) string {
	qu := &w.d.Questions[question]
	return cmp.Or(w.t.Questions[qu.ID].Options[qu.Options[option]], string(qu.Options[option]))
}

const (
	notSure      = "not sure"
	ratherNotSay = "rather not say"
)

// Answer gives an answer with its question: Age: 34 years.
func (w *Words) Answer(i int, a q.Answer) string { return w.Question(i) + ": " + w.value(i, a) }

func (w *Words) value(i int, a q.Answer) string {
	switch a.State {
	case q.NotReached:
		return "not answered"
	case q.Unsure:
		return notSure
	case q.Declined:
		return ratherNotSay
	case q.Blank:
		return "left blank"
	}
	switch w.d.Questions[i].Type {
	case q.Number:
		return w.amount(i, strconv.Itoa(a.Number))
	case q.Choice, q.Choices:
		return list(w.quoted(i, a.Options), "and")
	}
	return quote(a.Text)
}

// Condition gives a condition in one line: “Signs that should not wait: “One leg newly swollen” or not sure”. What has a name
// is called by it; a fact is followed by what it stands for when it is the whole condition.
func (w *Words) Condition(c *q.Condition) string {
	if c == nil {
		return "always"
	}
	if n, ok := w.nameOf(c); ok && n.before == "fact" {
		return n.String() + ": " + w.join(c, false)
	}
	return w.join(c, false)
}

// Lines gives the same as Condition with each part of an all or any on a line of its own.
func (w *Words) Lines(c *q.Condition) []string {
	if c != nil && (c.Op == q.OpAll || c.Op == q.OpAny) {
		if _, named := w.nameOf(c); !named {
			if _, _, plain := alternatives(c); !plain && len(c.Parts) > 0 {
				between := "or "
				if c.Op == q.OpAll {
					between = "and "
				}
				lines := w.parts(c)
				for i := range lines[1:] {
					lines[1+i] = between + lines[1+i]
				}
				return lines
			}
		}
	}
	return []string{w.Condition(c)}
}

// say gives a part of a condition.
func (w *Words) say(c *q.Condition) string {
	if n, ok := w.nameOf(c); ok {
		return n.String()
	}
	return w.join(c, true)
}

// join says a condition by its parts, in brackets where it is a part itself.
func (w *Words) join(c *q.Condition, within bool) string {
	if question, tests, ok := alternatives(c); ok {
		return w.Question(question) + ": " + list(w.tests(question, tests), "or")
	}
	switch c.Op {
	case q.OpOutcome:
		return w.look(c.Look).String()
	case q.OpNot:
		return w.not(c.Parts[0], within)
	case q.OpAtLeast:
		return bracket(fmt.Sprintf("%s: %s", w.count(c, "at least"), strings.Join(w.weighed(c), "; ")), within)
	}
	parts := w.parts(c)
	switch {
	case len(parts) == 0 && c.Op == q.OpAll:
		return "always"
	case len(parts) == 0:
		return "never"
	case c.Op == q.OpAll:
		return bracket(strings.Join(parts, ", and "), within && len(parts) > 1)
	}
	return bracket(strings.Join(parts, ", or "), within && len(parts) > 1)
}

// not says the opposite of a condition.
func (w *Words) not(c *q.Condition, within bool) string {
	if question, tests, ok := alternatives(c); ok {
		return w.Question(question) + ": " + w.other(question, tests)
	}
	if n, ok := w.nameOf(c); ok {
		return "not " + n.String()
	}
	switch c.Op {
	case q.OpAny:
		return bracket("none of: "+strings.Join(w.parts(c), "; "), within)
	case q.OpAll:
		return bracket("not all of: "+strings.Join(w.parts(c), "; "), within)
	case q.OpAtLeast:
		return bracket(fmt.Sprintf("%s: %s", w.count(c, "fewer than"), strings.Join(w.weighed(c), "; ")), within)
	}
	return "not " + w.say(c)
}

// parts says the parts of an all or any. Alternatives of one question, and names of one kind, are said together where the
// first of them stands.
func (w *Words) parts(c *q.Condition) []string {
	between := "or"
	if c.Op == q.OpAll {
		between = "and"
	}
	type group struct {
		says     string // a part that stands for itself
		question int
		tests    []q.Test
		name     name
		ids      []string
	}
	var groups []*group
	questions, names := map[int]*group{}, map[name]*group{}
	for _, p := range c.Parts {
		if question, tests, ok := alternatives(p); ok && c.Op == q.OpAny {
			g := questions[question]
			if g == nil {
				g = &group{question: question}
				groups, questions[question] = append(groups, g), g
			}
			g.tests = append(g.tests, tests...)
			continue
		}
		n, ok := w.called(p)
		if !ok {
			groups = append(groups, &group{says: w.say(p)})
			continue
		}
		kind := name{before: n.before, after: n.after}
		g := names[kind]
		if g == nil {
			g = &group{name: kind}
			groups, names[kind] = append(groups, g), g
		}
		g.ids = append(g.ids, n.id)
	}
	said := make([]string, len(groups))
	for i, g := range groups {
		switch {
		case g.tests != nil:
			said[i] = w.Question(g.question) + ": " + list(w.tests(g.question, g.tests), between)
		case g.ids != nil:
			g.name.id = list(g.ids, between)
			said[i] = g.name.String()
		default:
			said[i] = g.says
		}
	}
	return said
}

func (w *Words) called(c *q.Condition) (name, bool) {
	if c.Op == q.OpOutcome {
		return w.look(c.Look), true
	}
	return w.nameOf(c)
}

// count begins a sentence about at_least.
func (w *Words) count(c *q.Condition, how string) string {
	if weighs(c) {
		return fmt.Sprintf("%s %d points of", how, c.Least)
	}
	return fmt.Sprintf("%s %d of", how, c.Least)
}

func weighs(c *q.Condition) bool {
	return slices.ContainsFunc(c.Weights, func(n int) bool { return n != 1 })
}

// weighed says the parts of an at_least, with the points of each where they differ from 1.
func (w *Words) weighed(c *q.Condition) (said []string) {
	for i, p := range c.Parts {
		part := w.say(p)
		if weighs(c) {
			part += fmt.Sprintf(" (%d)", c.Weights[i])
		}
		said = append(said, part)
	}
	return said
}

// alternatives gives the tests of one question of which any makes the condition true, and whether it is of that kind.
func alternatives(c *q.Condition) (question int, tests []q.Test, ok bool) {
	if c.Op == q.OpTest {
		return c.Test.Question, []q.Test{c.Test}, true
	}
	if c.Op != q.OpAny || len(c.Parts) == 0 {
		return 0, nil, false
	}
	for _, p := range c.Parts {
		if p.Op != q.OpTest || p.Test.Question != c.Parts[0].Test.Question {
			return 0, nil, false
		}
		tests = append(tests, p.Test)
	}
	return tests[0].Question, tests, true
}

// tests says what answers make one of some tests of a question true.
func (w *Words) tests(question int, tests []q.Test) (said []string) {
	qu := &w.d.Questions[question]
	var options uint64
	for _, t := range tests {
		options |= t.Options
	}
	rest := (uint64(1)<<len(qu.Options) - 1) &^ options
	without := options != 0 && w.shorterWithout(qu, options, rest)
	if !without {
		said = w.quoted(question, options)
	}
	for _, t := range tests {
		if t.Kind == q.TestNumber {
			said = append(said, w.Span(question, t.Range))
		}
	}
	for _, state := range []struct {
		kind q.TestKind
		says string
	}{{q.TestAnswered, "answered"}, {q.TestUnsure, notSure}, {q.TestDeclined, ratherNotSay}} {
		if slices.ContainsFunc(tests, func(t q.Test) bool { return t.Kind == state.kind }) {
			said = append(said, state.says)
		}
	}
	if without { // last, so that nothing behind it can be read as one more exception
		said = append(said, "any option but "+list(w.quoted(question, rest), "and"))
	}
	return said
}

// shorterWithout reports whether naming the other options says the same in fewer words. Where several can be ticked, that
// is so only for the one that excludes all others.
func (w *Words) shorterWithout(qu *q.Question, options, rest uint64) bool {
	if rest == 0 || bits.OnesCount64(rest) >= bits.OnesCount64(options) {
		return false
	}
	return qu.Type == q.Choice || qu.None >= 0 && rest == 1<<qu.None
}

// other says what answers make all of some tests of a question false.
func (w *Words) other(question int, tests []q.Test) string {
	if len(tests) == 1 && tests[0].Kind == q.TestNumber {
		all, r := w.d.Questions[question].Range, tests[0].Range
		switch {
		case r.From <= all.From:
			return w.Span(question, q.Range{From: r.To + 1, To: all.To})
		case r.To >= all.To:
			return w.Span(question, q.Range{From: all.From, To: r.From - 1})
		}
	}
	said := w.tests(question, tests)
	switch {
	case len(said) > 1:
		return "neither " + strings.Join(said, " nor ")
	case tests[0].Kind == q.TestUnsure || tests[0].Kind == q.TestDeclined:
		return "other than " + said[0]
	}
	return "not " + said[0]
}

// Span says a range of numbers within those that a question takes.
func (w *Words) Span(question int, r q.Range) string {
	all := w.d.Questions[question].Range
	number := func(n int) string { return w.amount(question, strconv.Itoa(n)) }
	r.From, r.To = max(r.From, all.From), min(r.To, all.To)
	switch {
	case r.From == r.To:
		return number(r.From)
	case r.From == all.From:
		return "below " + number(r.To+1)
	case r.To == all.To:
		return number(r.From) + " or more"
	}
	return fmt.Sprintf("%d to %s", r.From, number(r.To))
}

func (w *Words) amount(question int, number string) string {
	if unit := w.t.Units[w.d.Questions[question].ID]; unit != "" {
		return number + " " + unit
	}
	return number
}

func (w *Words) quoted(question int, options uint64) (said []string) {
	for i := range w.d.Questions[question].Options {
		if options&(1<<i) != 0 {
			said = append(said, quote(w.Option(question, i)))
		}
	}
	return said
}

// look says what a property asks of an outcome.
func (w *Words) look(l q.Look) name {
	switch l.Kind {
	case q.LookUrgency:
		switch {
		case l.Urgency == l.UrgencyTo:
			return name{"the urgency is", l.Urgency.String(), ""}
		case l.UrgencyTo == q.Emergency:
			return name{"the urgency is", l.Urgency.String(), " or more urgent"}
		case l.Urgency == q.SelfCare:
			return name{"the urgency is", "below", " " + (l.UrgencyTo + 1).String()}
		}
		return name{"the urgency is", l.Urgency.String(), " to " + l.UrgencyTo.String()}
	case q.LookAdvice:
		return name{"the advice", string(w.d.Advice[l.At].ID), " is given"}
	case q.LookSpecialist:
		return name{"it leads to", string(w.d.Referrals[l.At].Specialist), ""}
	case q.LookFirst:
		return name{"the first address is", string(w.d.Referrals[l.At].Specialist), ""}
	case q.LookCause:
		return name{"the patient sees the cause", string(w.d.Causes[l.At].ID), ""}
	case q.LookStrength:
		return name{"the cause", string(w.d.Causes[l.At].ID), " is concluded with strength " + l.Strength.String()}
	case q.LookAgainst:
		return name{"something speaks against the cause", string(w.d.Causes[l.At].ID), ""}
	case q.LookMatch:
		return name{"the match is", l.Match.String(), ""}
	case q.LookShown:
		return name{"the patient sees", "the match", ""}
	case q.LookOpen:
		meanwhile := ""
		if l.Urgency == l.UrgencyTo {
			meanwhile = ", and counts as " + l.Urgency.String()
		}
		return name{"it cannot be told:", "red flag " + string(w.d.RedFlags[l.At].ID), meanwhile}
	case q.LookCrisis:
		return name{"the crisis line is shown beside", "red flag " + string(w.d.RedFlags[l.At].ID), ""}
	}
	return name{"it is asked:", w.Question(l.At), ""}
}

func quote(s string) string { return "“" + s + "”" }

func bracket(s string, do bool) string {
	if do {
		return "(" + s + ")"
	}
	return s
}

// list joins with commas, and a word before the last.
func list(items []string, between string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " " + between + " " + items[last]
}
