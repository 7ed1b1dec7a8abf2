package questionnaire

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// statement is something that conditions may name: a fact, a red flag, a cause. It is read when first needed.
type statement struct {
	name     string // with its kind
	at       Place
	read     func() *Condition
	reading  bool
	finished bool
	is       *Condition
	through  string // what it asks for at this moment, where that is not a name
}

// rules reads rules.yaml in two steps: first the names of everything, then the conditions, which may name one another.
func (l *loader) rules() {
	d, root := l.open(fileRules)
	l.named, l.nodes, l.numbers, l.sizes = map[string]*statement{}, map[string]*Condition{}, map[*Condition]int{}, map[*Condition]int{}
	l.usedFacts, l.usedSrc = map[ID]bool{}, map[ID]bool{}
	var conditions []func()
	l.d.Pattern.Absent = true
	if root != nil {
		later := func(fn func()) { conditions = append(conditions, fn) }
		d.fields(root, []string{"red_flags", "causes", "referrals", "advice"}, map[string]func(*yaml.Node){
			"facts":       func(n *yaml.Node) { l.readFacts(d, n, later) },
			"scores":      func(n *yaml.Node) { l.readScores(d, n, later) },
			"red_flags":   func(n *yaml.Node) { l.readRedFlags(d, n, later) },
			"criteria":    func(n *yaml.Node) { l.readCriteria(d, n, later) },
			"pattern":     func(n *yaml.Node) { l.readPattern(d, n, later) },
			"look_alikes": func(n *yaml.Node) { l.readLookAlikes(d, n, later) },
			"causes":      func(n *yaml.Node) { l.readCauses(d, n, later) },
			"hide_causes": func(n *yaml.Node) { l.d.HideCauses = l.urgencyAbove(d, n) },
			"referrals":   func(n *yaml.Node) { l.readReferrals(d, n, later) },
			"exclusions":  func(n *yaml.Node) { l.readExclusions(d, n, later) },
			"advice":      func(n *yaml.Node) { l.readAdvice(d, n, later) },
		})
	}
	l.complete = l.found == 0
	if p := &l.d.Pattern; p.Absent {
		never := l.never()
		p.Full, p.Partial, p.None, p.Shown = never, never, never, never
	}
	for at := range l.d.Questions {
		if n := l.ask[at]; n != nil {
			l.d.Questions[at].Ask = l.condition(l.defDoc, n)
		}
	}
	if l.voice != nil {
		l.d.SpeaksForAnother = l.condition(l.defDoc, l.voice)
	}
	for _, fn := range conditions {
		fn()
	}
}

// name makes something known to conditions.
func (l *loader) name(d doc, n *yaml.Node, kind string, id ID, read func() *Condition) *statement {
	key := kind + "/" + string(id)
	if l.named[key] != nil && id != "" {
		d.fault(n, "id-twice", "give it another id", "there is another %s %q", kind, id)
	}
	of, _, _ := strings.Cut(string(id), "/") // of whom a state is
	s := &statement{name: strings.TrimSpace(strings.ReplaceAll(kind, "_", " ") + " " + of), at: d.at(n), read: read}
	l.named[key] = s
	return s
}

// of gives the condition behind a name, reading it first when needed.
func (l *loader) of(d doc, n *yaml.Node, kind string, id ID) *Condition {
	s := l.named[kind+"/"+string(id)]
	if id == "" {
		return nil // it is no id, which was told
	}
	if s == nil {
		whose, _, _ := strings.Cut(string(id), "/") // a state is
		if whose == "" {
			d.fault(n, "unknown-pattern", "add pattern to rules.yaml, or take the condition away", "this questionnaire looks for no pattern")
			return nil
		}
		near := ""
		if l.found < maxFault { // beyond, nobody reads it
			near = DidYouMean(whose, l.namedOf(kind))
		}
		d.fault(n, "unknown-"+strings.ReplaceAll(kind, "_", "-"), "name one that exists, or add it to rules.yaml", "there is no %s %q%s",
			strings.ReplaceAll(kind, "_", " "), whose, near)
		return nil
	}
	if kind == "fact" {
		l.usedFacts[id] = true
	}
	return l.finish(d, n, s)
}

// namedOf lists what conditions may name of a kind.
func (l *loader) namedOf(kind string) (known []ID) {
	for key := range l.named {
		if rest, ok := strings.CutPrefix(key, kind+"/"); ok {
			id, _, _ := strings.Cut(rest, "/") // of a state
			known = append(known, ID(id))
		}
	}
	slices.Sort(known)
	return slices.Compact(known)
}

func (l *loader) finish(d doc, n *yaml.Node, s *statement) *Condition {
	if s.reading {
		d.fault(n, "circle", "break the circle", "%s depends on itself: %s", s.name, l.circle(s))
		return nil
	}
	if !s.finished {
		s.reading = true
		l.stack = append(l.stack, s)
		s.is = s.read()
		l.stack = l.stack[:len(l.stack)-1]
		s.reading, s.finished = false, true
	}
	return s.is
}

const maxShown = 12 // statements of one circle

// circle writes the way from a statement to itself.
func (l *loader) circle(s *statement) string {
	var b strings.Builder
	way := l.stack[slices.Index(l.stack, s):]
	for i, on := range way {
		if i == maxShown {
			fmt.Fprintf(&b, "%d more -> ", len(way)-i)
			break
		}
		fmt.Fprintf(&b, "%s (%s:%d) -> ", on.name, on.at.File, on.at.Line)
		if on.through != "" {
			fmt.Fprintf(&b, "%s -> ", on.through)
		}
	}
	return b.String() + s.name
}

func (l *loader) readFacts(d doc, n *yaml.Node, later func(func())) {
	d.entries(n, func(k, v *yaml.Node) {
		id := d.id(k)
		s := l.name(d, k, "fact", id, func() *Condition { return l.condition(d, v) })
		later(func() { l.d.Facts = append(l.d.Facts, Fact{ID: id, When: l.finish(d, k, s), Place: d.at(k)}) })
	})
}

func (l *loader) readScores(d doc, n *yaml.Node, later func(func())) {
	d.entries(n, func(k, v *yaml.Node) {
		score := Score{ID: d.id(k), Place: d.at(k)}
		var terms []*yaml.Node
		d.fields(v, []string{"terms", "bands"}, map[string]func(*yaml.Node){
			"terms": func(n *yaml.Node) { terms = d.items(n) },
			"bands": func(n *yaml.Node) {
				for i, b := range d.items(n) {
					var band Band
					d.fields(b, []string{"band", "from"}, map[string]func(*yaml.Node){
						"band": func(n *yaml.Node) { band.ID = d.id(n) },
						"from": func(n *yaml.Node) { band.From = d.number(n) },
					})
					if i == 0 && band.From != 0 || i > 0 && band.From <= score.Bands[i-1].From {
						d.fault(b, "band-order", "begin at 0 and rise from band to band", "the band %q begins at %d", band.ID, band.From)
					}
					score.Bands = append(score.Bands, band)
				}
			},
		})
		// Read as any other statement, so that a circle through a score is found: its terms are the parts.
		s := l.name(d, k, "score", score.ID, func() *Condition {
			parts := &Condition{Op: OpAtLeast, Place: d.at(k)}
			for _, t := range terms {
				var term Term
				var when *yaml.Node
				d.fields(t, []string{"term", "points", "when"}, map[string]func(*yaml.Node){
					"term":   func(n *yaml.Node) { term.ID = d.id(n) },
					"points": func(n *yaml.Node) { term.Points = d.number(n) },
					"when":   func(n *yaml.Node) { when = n },
				})
				if term.Points < 1 || term.Points > 1000 {
					d.fault(t, "points-out-of-range", "give 1 to 1000 points", "the term %q gives %d points", term.ID, term.Points)
				}
				if when != nil {
					term.When = l.condition(d, when)
				}
				if term.When == nil {
					continue
				}
				score.Terms = append(score.Terms, term)
				parts.Parts, parts.Weights = append(parts.Parts, term.When), append(parts.Weights, term.Points)
			}
			most := 0
			for _, w := range parts.Weights {
				most += w
			}
			l.tooMany(d, k, len(parts.Parts), most)
			return parts
		})
		later(func() { l.finish(d, k, s); l.d.Scores = append(l.d.Scores, score) })
	})
}

func (l *loader) readRedFlags(d doc, n *yaml.Node, later func(func())) {
	for _, i := range d.items(n) {
		before := l.found
		f := RedFlag{Place: d.at(i)}
		var when *yaml.Node
		d.fields(i, []string{"red_flag", oneOf("urgency", urgencyNames[1:]), oneOf("if_unknown", urgencyNames), "when", "source"}, map[string]func(*yaml.Node){
			"red_flag":   func(n *yaml.Node) { f.ID = d.id(n) },
			"urgency":    func(n *yaml.Node) { f.Urgency = word[Urgency](d, n, urgencyNames) },
			"if_unknown": func(n *yaml.Node) { f.IfUnknown = word[Urgency](d, n, urgencyNames) },
			"crisis":     func(n *yaml.Node) { f.Crisis = d.boolean(n) },
			"when":       func(n *yaml.Node) { when = n },
			"source":     func(n *yaml.Node) { f.Source = l.cite(d, n) },
		})
		readable := l.found == before
		if readable && f.IfUnknown > f.Urgency {
			d.fault(i, "unknown-above-known", "lower if_unknown", "%s: not knowing is more urgent than knowing", f.ID)
		}
		if readable && f.Urgency >= SameDay && f.IfUnknown == SelfCare {
			d.fault(i, "not-sure-is-no", "raise if_unknown to routine, soon or same-day", "%s: with if_unknown self-care, who is not sure counts as who said no", f.ID)
		}
		if readable && f.Urgency == SelfCare {
			d.fault(i, "flag-without-urgency", "raise urgency", "%s: a red flag is at least routine", f.ID)
		}
		s := l.name(d, i, "red_flag", f.ID, func() *Condition { return l.conditionOr(d, when) })
		// Known at once, so that {urgency: {from: ...}} can name every flag of a level.
		at := len(l.d.RedFlags)
		l.d.RedFlags = append(l.d.RedFlags, f)
		later(func() { l.d.RedFlags[at].When = l.finish(d, i, s) })
	}
}

func (l *loader) readCriteria(d doc, n *yaml.Node, later func(func())) {
	for _, i := range d.items(n) {
		c := Criterion{Place: d.at(i)}
		var met, earlier *yaml.Node
		d.fields(i, []string{"criterion", "met", "source"}, map[string]func(*yaml.Node){
			"criterion": func(n *yaml.Node) { c.ID = d.id(n) },
			"met":       func(n *yaml.Node) { met = n },
			"earlier":   func(n *yaml.Node) { earlier = n },
			"source":    func(n *yaml.Node) { c.Source = l.cite(d, n) },
		})
		l.states(d, i, "criterion", c.ID, append(slices.Clone(criterionNames), stateBare), func() []*Condition {
			c.Met = l.conditionOr(d, met)
			was := l.never()
			if earlier != nil {
				c.Earlier = l.conditionOr(d, earlier)
				was = c.Earlier
			}
			// In the order of criterionNames. "unknown" cannot be a condition: learning more would make it false.
			return []*Condition{nil,
				l.node(OpAll, d.at(i), l.not(c.Met), l.not(was)),
				l.node(OpAll, d.at(i), l.not(c.Met), was),
				c.Met,
				was}
		})
		later(func() {
			l.finish(d, i, l.named["criterion/"+string(c.ID)+"/met"])
			l.d.Criteria = append(l.d.Criteria, c)
		})
	}
}

// stateBare names the condition of the second highest state as it is written, whether or not the highest holds. No file
// can name it.
const stateBare = "bare"

// states names one statement for each state of something that has several, all read together.
func (l *loader) states(d doc, n *yaml.Node, kind string, id ID, names []string, read func() []*Condition) {
	var all []*Condition
	for i, name := range names {
		l.name(d, n, kind, ID(string(id)+"/"+name), func() *Condition {
			if all == nil {
				all = read()
			}
			return all[i]
		})
	}
}

func (l *loader) readPattern(d doc, n *yaml.Node, later func(func())) {
	parts := map[string]*yaml.Node{}
	part := func(key string) func(*yaml.Node) { return func(n *yaml.Node) { parts[key] = n } }
	keys := []string{"full", "partial", "none", "shown"}
	d.fields(n, keys, map[string]func(*yaml.Node){
		keys[0]: part(keys[0]), keys[1]: part(keys[1]), keys[2]: part(keys[2]), keys[3]: part(keys[3]),
	})
	p := &l.d.Pattern
	p.Absent = false
	l.states(d, n, "pattern", "", append(slices.Clone(matchNames), stateBare), func() []*Condition {
		p.Full, p.Partial, p.None = l.conditionOr(d, parts["full"]), l.conditionOr(d, parts["partial"]), l.conditionOr(d, parts["none"])
		notFull := l.not(p.Full)
		return []*Condition{nil,
			l.node(OpAll, d.at(n), notFull, l.not(p.Partial), p.None),
			l.node(OpAll, d.at(n), notFull, p.Partial),
			p.Full,
			p.Partial}
	})
	later(func() {
		l.finish(d, n, l.named["pattern//full"])
		p.Shown = l.conditionOr(d, parts["shown"])
	})
}

func (l *loader) readLookAlikes(d doc, n *yaml.Node, later func(func())) {
	for _, i := range d.items(n) {
		a := LookAlike{Place: d.at(i)}
		var when *yaml.Node
		d.fields(i, []string{"look_alike", "when", "source"}, map[string]func(*yaml.Node){
			"look_alike": func(n *yaml.Node) { a.ID = d.id(n) },
			"when":       func(n *yaml.Node) { when = n },
			"source":     func(n *yaml.Node) { a.Source = l.cite(d, n) },
		})
		s := l.name(d, i, "look_alike", a.ID, func() *Condition { return l.conditionOr(d, when) })
		later(func() { a.When = l.finish(d, i, s); l.d.LookAlikes = append(l.d.LookAlikes, a) })
	}
}

func (l *loader) readCauses(d doc, n *yaml.Node, later func(func())) {
	for _, i := range d.items(n) {
		c := Cause{Shown: true, Place: d.at(i)}
		var rules, against []*yaml.Node
		d.fields(i, []string{"cause", "rules"}, map[string]func(*yaml.Node){
			"cause":   func(n *yaml.Node) { c.ID = d.id(n) },
			"urgency": func(n *yaml.Node) { c.Urgency = word[Urgency](d, n, urgencyNames) },
			"shown":   func(n *yaml.Node) { c.Shown = d.boolean(n) },
			"rules":   func(n *yaml.Node) { rules = d.items(n) },
			"against": func(n *yaml.Node) { against = d.items(n) },
		})
		if len(rules) == 0 {
			d.fault(i, "cause-without-rule", "add a rule", "nothing concludes %q", c.ID)
		}
		s := l.name(d, i, "cause", c.ID, func() *Condition {
			var some []*Condition
			for _, n := range rules {
				r := CauseRule{Place: d.at(n)}
				var when *yaml.Node
				d.fields(n, []string{"rule", oneOf("strength", strengthNames[1:]), "when", "source"}, map[string]func(*yaml.Node){
					"rule":     func(n *yaml.Node) { r.ID = d.id(n) },
					"strength": func(n *yaml.Node) { r.Strength = word[Strength](d, n, strengthNames) },
					"when":     func(n *yaml.Node) { when = n },
					"source":   func(n *yaml.Node) { r.Source = l.cite(d, n) },
				})
				if r.ID != "" {
					l.name(d, n, "rule", r.ID, nil)
				}
				r.When = l.conditionOr(d, when)
				c.Rules = append(c.Rules, r)
				some = append(some, r.When)
			}
			return l.node(OpAny, d.at(i), some...)
		})
		later(func() {
			l.finish(d, i, s)
			for _, n := range against {
				c.Against = append(c.Against, Objection{l.conditionOr(d, n), d.at(n)})
			}
			l.d.Causes = append(l.d.Causes, c)
		})
	}
}

func (l *loader) readReferrals(d doc, n *yaml.Node, later func(func())) {
	seen := map[ID]bool{}
	for _, i := range d.items(n) {
		r := Referral{Place: d.at(i)}
		var when, first, causes *yaml.Node
		d.fields(i, []string{"specialist", oneOf("named_by", namerNames[1:]), "source"}, map[string]func(*yaml.Node){
			"specialist": func(n *yaml.Node) { r.Specialist = d.id(n) },
			"named_by":   func(n *yaml.Node) { r.NamedBy = word[Namer](d, n, namerNames) },
			"causes":     func(n *yaml.Node) { d.notEmpty(n); causes = n },
			"when":       func(n *yaml.Node) { when = n },
			"first":      func(n *yaml.Node) { first = n },
			"from":       func(n *yaml.Node) { r.From = l.urgencyAbove(d, n) },
			"first_from": func(n *yaml.Node) { r.FirstFrom = l.urgencyAbove(d, n) },
			"source":     func(n *yaml.Node) { r.Source = l.cite(d, n) },
		})
		if seen[r.Specialist] {
			d.fault(i, "id-twice", "join the two", "there is another referral to %q", r.Specialist)
		}
		seen[r.Specialist] = true
		if causes == nil && when == nil && r.From == SelfCare {
			d.fault(i, "missing-key", "add causes, when or from", "nothing leads to %q", r.Specialist)
		}
		later(func() {
			if causes != nil {
				for _, id := range d.ids(causes) {
					l.of(d, causes, "cause", id)
					r.Causes = append(r.Causes, id)
				}
			}
			if when != nil {
				r.When = l.condition(d, when)
			}
			if first != nil {
				r.First = l.condition(d, first)
			}
			l.d.Referrals = append(l.d.Referrals, r)
		})
	}
}

func (l *loader) readExclusions(d doc, n *yaml.Node, later func(func())) {
	d.entries(n, func(k, v *yaml.Node) {
		later(func() {
			l.d.Exclusions = append(l.d.Exclusions, Exclusion{Remedy: d.id(k), When: l.conditionOr(d, v), Place: d.at(k)})
		})
	})
}

func (l *loader) readAdvice(d doc, n *yaml.Node, later func(func())) {
	for _, i := range d.items(n) {
		a := Advice{Place: d.at(i)}
		var when, unless *yaml.Node
		d.fields(i, []string{"advice", oneOf("kind", adviceNames[1:]), "when", "source"}, map[string]func(*yaml.Node){
			"advice":   func(n *yaml.Node) { a.ID = d.id(n) },
			"kind":     func(n *yaml.Node) { a.Kind = word[AdviceKind](d, n, adviceNames) },
			"contains": func(n *yaml.Node) { d.notEmpty(n); a.Contains = d.ids(n) },
			"when":     func(n *yaml.Node) { when = n },
			"unless":   func(n *yaml.Node) { unless = n },
			"source":   func(n *yaml.Node) { a.Source = l.cite(d, n) },
		})
		l.name(d, i, "advice", a.ID, nil)
		later(func() {
			a.When = l.conditionOr(d, when)
			if unless != nil {
				a.Unless = l.condition(d, unless)
			}
			l.d.Advice = append(l.d.Advice, a)
		})
	}
}

// urgencyAbove reads an urgency that not every outcome has.
func (l *loader) urgencyAbove(d doc, n *yaml.Node) Urgency {
	u := word[Urgency](d, n, urgencyNames)
	if u == SelfCare {
		d.fault(n, "every-urgency", "name a higher one", "every outcome is at least %s", u)
	}
	return u
}

// cite reads the sources of a rule.
func (l *loader) cite(d doc, n *yaml.Node) []ID {
	list := d.ids(n)
	if len(list) == 0 {
		d.fault(n, "no-source", "name a source", "a rule needs a source")
	}
	for _, id := range list {
		l.usedSrc[id] = true
		if id != "" && !slices.ContainsFunc(l.d.Sources, func(s Source) bool { return s.ID == id }) {
			var known []ID
			for _, s := range l.d.Sources {
				known = append(known, s.ID)
			}
			d.fault(n, "unknown-source", "add it to sources.yaml", "there is no source %q%s", id, DidYouMean(string(id), known))
		}
	}
	return list
}

// conditionOr reads a condition; where there is none to read, a fault was already given and a stand-in goes on.
func (l *loader) conditionOr(d doc, n *yaml.Node) *Condition {
	if n != nil {
		if c := l.condition(d, n); c != nil {
			return c
		}
	}
	return l.never()
}

func (l *loader) never() *Condition { return l.node(OpAny, Place{}) }

// condition reads the one form that conditions have. It gives nil after a fault.
func (l *loader) condition(d doc, n *yaml.Node) *Condition {
	const mend = "write one of the forms listed under Conditions in docs/format.md"
	if n.Kind != yaml.MappingNode || len(n.Content) < 2 {
		d.fault(n, "not-a-condition", mend, "expected a condition here")
		return nil
	}
	if k := n.Content[0]; k.Value == "at_least" {
		return l.atLeast(d, n)
	}
	if len(n.Content) != 2 {
		d.fault(n.Content[2], "two-conditions", "put them under all or any", "a condition has one key; %q is the second", n.Content[2].Value)
		return nil
	}
	k, v := n.Content[0], n.Content[1]
	anyOf := func(kind string) *Condition {
		var parts []*Condition
		d.notEmpty(v)
		for _, id := range d.ids(v) {
			parts = append(parts, l.of(d, v, kind, id))
		}
		return l.node(OpAny, d.at(n), parts...)
	}
	var c *Condition
	switch k.Value {
	case "all", "any":
		items := d.items(v)
		var parts []*Condition
		for _, i := range items {
			parts = append(parts, l.condition(d, i))
		}
		if len(parts) == 0 {
			d.fault(v, "empty-list", "add a condition", "%q has no part", k.Value)
		}
		if !l.tooMany(d, v, len(parts), 1) {
			d.partsTwice(items, parts)
		}
		op := OpAll
		if k.Value == "any" {
			op = OpAny
		}
		c = l.node(op, d.at(n), parts...)
	case "not":
		c = l.not(l.condition(d, v))
	case "fact":
		c = l.of(d, v, "fact", d.id(v))
	case "look_alike", "red_flag", "cause":
		c = anyOf(k.Value)
	case "score":
		if d.single(v) {
			c = l.score(d, n, v.Content[0], v.Content[1])
		}
	case "criterion":
		if d.single(v) {
			c = l.state(d, "criterion", d.id(v.Content[0]), v.Content[1], criterionNames)
		}
	case "pattern":
		c = l.state(d, "pattern", "", v, matchNames)
	case "urgency":
		if v.Kind == yaml.ScalarNode {
			mend := fmt.Sprintf("write {urgency: {from: %s}}, which is true when a red flag of at least that is", cmp.Or(v.Value, "soon"))
			if l.inProperties {
				mend += fmt.Sprintf(", or {outcome: {urgency: %s}}", cmp.Or(v.Value, "soon"))
			}
			d.fault(v, "not-a-condition", mend, "urgency is asked for with from")
			return nil
		}
		var from Urgency
		d.fields(v, []string{"from"}, map[string]func(*yaml.Node){
			"from": func(n *yaml.Node) { from = word[Urgency](d, n, urgencyNames) },
		})
		c = l.node(OpAny, d.at(n), l.flagsFrom(d, n, from)...)
	case "outcome":
		c = l.outcome(d, v)
	case "always":
		if !d.boolean(v) {
			d.fault(v, "never", "take the rule away", "always is always true")
		}
		c = l.node(OpAll, d.at(n))
	default:
		c = l.test(d, n, k, v)
	}
	return c
}

// flagsFrom gives the conditions of all red flags of at least an urgency. Whose condition asks for it hangs on each of them.
func (l *loader) flagsFrom(d doc, n *yaml.Node, from Urgency) (parts []*Condition) {
	if last := len(l.stack) - 1; last >= 0 {
		asks := l.stack[last]
		asks.through = fmt.Sprintf("{urgency: {from: %s}}, which hangs on every red flag of that urgency", from)
		defer func() { asks.through = "" }()
	}
	for _, f := range l.d.RedFlags {
		if f.Urgency >= from && f.ID != "" {
			c := l.of(d, n, "red_flag", f.ID)
			parts = append(parts, c)
			if c == nil {
				break // told once is enough
			}
		}
	}
	return parts
}

// single reports whether a mapping names one thing.
func (d doc) single(n *yaml.Node) bool {
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 {
		return true
	}
	d.fault(n, "not-a-condition", "name one; join several with all or any", "expected one name with its value here")
	return false
}

// notEmpty refuses a list of nothing where one of several is meant: as a condition it would never be true.
func (d doc) notEmpty(n *yaml.Node) {
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		d.fault(n, "empty-list", "name one, or take it away", "there is nothing in this list")
	}
}

// partsTwice finds parts of all or any that are written twice: one of them was meant to be another.
func (d doc) partsTwice(items []*yaml.Node, parts []*Condition) {
	first := map[*Condition]*yaml.Node{}
	for i, c := range parts {
		switch before := first[c]; {
		case c == nil:
		case before == nil:
			first[c] = items[i]
		case sameWriting(before, items[i]):
			d.fault(items[i], "part-twice", "take it away, or write what was meant", "the same stands in line %d already", before.Line)
		}
	}
}

func sameWriting(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, sameWriting)
}

func (l *loader) atLeast(d doc, n *yaml.Node) *Condition {
	least := 0
	var parts []*Condition
	d.fields(n, []string{"at_least", "of"}, map[string]func(*yaml.Node){
		"at_least": func(n *yaml.Node) { least = d.number(n) },
		"of": func(n *yaml.Node) {
			for _, i := range d.items(n) {
				parts = append(parts, l.condition(d, i))
			}
		},
	})
	if least < 1 || least > len(parts) {
		d.fault(n, "count-out-of-range", fmt.Sprintf("choose from 1 to %d", len(parts)), "at least %d of %d", least, len(parts))
		return nil
	}
	if l.tooMany(d, n, len(parts), least) {
		return nil
	}
	weights := make([]int, len(parts))
	for i := range weights {
		weights[i] = 1
	}
	return l.weighted(d.at(n), least, parts, weights)
}

// tooMany finds conditions that could not be proven in any bearable time.
func (l *loader) tooMany(d doc, n *yaml.Node, parts, least int) bool {
	switch {
	case parts > maxParts:
		d.fault(n, "too-many-parts", "name groups of them under facts", "%d parts in one condition; at most %d are allowed", parts, maxParts)
	case parts*least > maxCount:
		d.fault(n, "count-too-large", "count fewer things, or give fewer points", "%d things counted up to %d; the product may be at most %d", parts, least, maxCount)
	default:
		return false
	}
	return true
}

func (l *loader) score(d doc, n, name, bounds *yaml.Node) *Condition {
	terms := l.of(d, name, "score", d.id(name))
	from, below, has := 0, 0, ""
	d.fields(bounds, nil, map[string]func(*yaml.Node){
		"from":  func(n *yaml.Node) { from, has = d.number(n), has+"from" },
		"below": func(n *yaml.Node) { below, has = d.number(n), has+"below" },
	})
	if terms == nil {
		return nil
	}
	most := 0
	for _, w := range terms.Weights {
		most += w
	}
	limit := from + below
	switch {
	case has != "from" && has != "below":
		d.fault(bounds, "score-bounds", "give from or below", "give one bound for the score")
	case limit < 1 || limit > most:
		d.fault(bounds, "threshold-out-of-range", fmt.Sprintf("choose from 1 to %d", most), "the score never crosses %d", limit)
	case has == "below":
		return l.not(l.weighted(d.at(n), limit, terms.Parts, terms.Weights))
	default:
		return l.weighted(d.at(n), limit, terms.Parts, terms.Weights)
	}
	return nil
}

// state reads {kind: state} or a list of states.
func (l *loader) state(d doc, kind string, id ID, v *yaml.Node, names []string) *Condition {
	list := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		d.notEmpty(v)
		list = v.Content
	}
	// "met or earlier", "full or partial": the second does not ask that the first does not hold, which would make the
	// whole unknown while the first is.
	first, second := names[len(names)-1], names[len(names)-2]
	both := slices.ContainsFunc(list, func(n *yaml.Node) bool { return n.Value == first })
	var parts []*Condition
	for _, n := range list {
		state := n.Value
		if i := slices.Index(names, state); i <= 0 {
			d.fault(n, "unknown-state", "write one of "+strings.Join(names[1:], ", "), "%q is not a state that a condition may name", state)
			continue
		}
		if both && state == second {
			state = stateBare
		}
		parts = append(parts, l.of(d, v, kind, ID(string(id)+"/"+state)))
	}
	return l.node(OpAny, d.at(v), parts...)
}

var firstNumber = regexp.MustCompile(`\d{1,7}`)

// test reads {question: option}, a list of them, or {question: {from: 1, below: 5}}.
func (l *loader) test(d doc, n, k, v *yaml.Node) *Condition {
	at, ok := l.d.Question(ID(k.Value))
	if !ok {
		known := slices.Clone(reservedQuestions)
		for i := range l.d.Questions {
			known = append(known, l.d.Questions[i].ID)
		}
		d.fault(k, "unknown-question", "name a question of definition.yaml, or one of the forms of a condition", "there is no question %q%s", k.Value, DidYouMean(k.Value, known))
		return nil
	}
	qu := &l.d.Questions[at]
	if v.Kind == yaml.MappingNode {
		r := Range{math.MinInt32, math.MaxInt32}
		d.fields(v, nil, map[string]func(*yaml.Node){
			"from":  func(n *yaml.Node) { r.From = d.number(n) },
			"below": func(n *yaml.Node) { r.To = d.number(n) - 1 },
		})
		switch {
		case qu.Type != Number:
			d.fault(v, "not-a-number-question", "name options instead", "%q is a question of type %s", qu.ID, qu.Type)
			return nil
		case r.From > r.To || r.From > qu.Range.To || r.To < qu.Range.From || r.From <= qu.Range.From && r.To >= qu.Range.To:
			d.fault(v, "threshold-out-of-range", fmt.Sprintf("the answers lie from %d to %d", qu.Range.From, qu.Range.To), "%s: this is true for all answers or for none", qu.ID)
			return nil
		}
		return l.leaf(n, d, Test{Question: at, Kind: TestNumber, Range: r})
	}
	words := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		d.notEmpty(v)
		words = v.Content
	}
	var options uint64
	var parts []*Condition
	for _, w := range words {
		kind, offered := TestOptions, true
		switch w.Value {
		case WordUnsure:
			kind, offered = TestUnsure, qu.Unsure
		case WordDeclined:
			kind, offered = TestDeclined, qu.Decline
		case WordAnswered:
			kind = TestAnswered
		default:
			i, ok := l.d.Option(at, ID(w.Value))
			if !ok {
				mend := "name an option of the question"
				switch {
				case qu.Type == Number:
					number := cmp.Or(firstNumber.FindString(w.Value), strconv.Itoa(qu.Range.From+1))
					mend = fmt.Sprintf("write a range: {from: %s} for %s and more, {below: %s} for less", number, number, number)
				case qu.Type != Choice && qu.Type != Choices:
					mend = "this question has no options: write answered"
				}
				d.fault(w, "unknown-option", mend, "the question %q has no option %q%s", qu.ID, w.Value, DidYouMean(w.Value, qu.Options))
				continue
			}
			if options&(1<<i) != 0 {
				d.fault(w, "part-twice", "take it away, or write what was meant", "the option %q stands here already", w.Value)
			}
			options |= 1 << i
			continue
		}
		if !offered {
			d.fault(w, "not-offered", "offer it at the question, or take the test away", "the question %q does not offer %q", qu.ID, w.Value)
			continue
		}
		parts = append(parts, l.leaf(n, d, Test{Question: at, Kind: kind}))
	}
	if options != 0 {
		parts = slices.Insert(parts, 0, l.leaf(n, d, Test{Question: at, Kind: TestOptions, Options: options}))
	}
	return l.node(OpAny, d.at(n), parts...)
}

func (l *loader) leaf(n *yaml.Node, d doc, t Test) *Condition {
	return l.share(fmt.Sprintf("test %+v", t), &Condition{Op: OpTest, Test: t, Place: d.at(n)})
}

func (l *loader) not(c *Condition) *Condition {
	switch {
	case c == nil:
		return nil
	case c.Op == OpNot:
		return c.Parts[0]
	}
	return l.share(fmt.Sprint("not ", l.number(c)), &Condition{Op: OpNot, Parts: []*Condition{c}, Place: c.Place})
}

func (l *loader) weighted(at Place, least int, parts []*Condition, weights []int) *Condition {
	c := &Condition{Op: OpAtLeast, Least: least, Place: at}
	for i, p := range parts {
		if p == nil {
			return nil
		}
		if at := slices.Index(c.Parts, p); at >= 0 {
			c.Weights[at] += weights[i] // the same statement twice counts twice
			continue
		}
		c.Parts, c.Weights = append(c.Parts, p), append(c.Weights, weights[i])
	}
	key := fmt.Sprint("at-least ", least, c.Weights)
	for _, p := range c.Parts {
		key += fmt.Sprint(" ", l.number(p))
	}
	return l.share(key, c)
}

// node gives all or any of parts, each part once; nil when a part had a fault.
func (l *loader) node(op Op, at Place, parts ...*Condition) *Condition {
	var flat []*Condition
	for _, p := range parts {
		if p == nil {
			return nil
		}
		if !slices.Contains(flat, p) {
			flat = append(flat, p)
		}
	}
	if len(flat) == 1 {
		return flat[0]
	}
	key := fmt.Sprint("op ", op)
	for _, p := range flat {
		key += fmt.Sprint(" ", l.number(p))
	}
	return l.share(key, &Condition{Op: op, Parts: flat, Place: at})
}

func (l *loader) number(c *Condition) int { return l.numbers[c] }

// share gives the one node for a meaning.
func (l *loader) share(key string, c *Condition) *Condition {
	if same := l.nodes[key]; same != nil {
		return same
	}
	l.nodes[key], l.numbers[c] = c, len(l.numbers)
	l.measure(c)
	return c
}

// measure finds conditions that are too large once everything they name is written out: a few facts, each naming the one
// before it twice, are more than any machine can look through.
func (l *loader) measure(c *Condition) {
	size, faulty := 1, false
	for _, p := range c.Parts {
		size += l.sizes[p]
		faulty = faulty || l.sizes[p] > maxSize
	}
	if l.sizes[c] = min(size, maxSize+1); size > maxSize && !faulty {
		l.reader.fault(c.Place, "condition-too-large", "name fewer facts within facts", "written out in full, this condition has more than %d parts", maxSize)
	}
}
