package proof

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// Report says what was proven of a questionnaire over every path, and what was not.
type Report struct {
	Paths        Count      // different sets of answers that people can give
	ByUrgency    []*big.Int // of these, by urgency; nil when the diagram did not finish
	Outcomes     Count      // different outcomes of these
	Fewest, Most int        // questions answered on any path
	Exact        bool       // Fewest and Most are met by some path; else they are bounds
	Statements   int        // statements looked at, those that properties make as well
	Properties   int        // properties looked at
	Findings     []Finding  // what is not as it must be
	Notes        []Finding  // what is worth a look, and no fault
	BrokenOff    []string   // properties that need not hold while answers are lacking
	Unproven     []string   // what was not decided within the bounds: "whether ...", properties first
	Undecided    []q.ID     // properties among these
	Large        *q.Place   // the condition with which it grew too large to be proven; nil when it did not
}

// Proven reports whether everything was decided and nothing is wrong.
func (r *Report) Proven() bool { return len(r.Findings) == 0 && len(r.Unproven) == 0 }

// Count is a number, or bounds of it. To is nil where no bound above is known.
type Count struct{ From, To *big.Int }

// Exact reports whether the number is known.
func (c Count) Exact() bool { return c.To != nil && c.From.Cmp(c.To) == 0 }

// Finding is something that is not as it must be, with the smallest example of it where a path shows it.
type Finding struct {
	q.Fault
	Property *q.Property // that is broken, or nil
	Claim    *q.Claim    // of that property, where one is broken
	Rules    []Rule      // that it is about
	Example  *Example
}

// Example is a path that shows something.
type Example struct {
	Answers  q.Answers
	After    q.Answers // for a step: the answers after it; else nil
	Telling  []int     // questions whose answers tell something: some condition names them, or they leave it open
	Smallest bool      // no path with fewer telling answers shows it
}

// Limits bound the work. Time is bounded by the context.
type Limits struct {
	Steps int // of a decision diagram; 0: the usual bound
}

const usualSteps = 2 << 20

// Check proves a questionnaire, or finds where it is not sound. When ctx ends, or the model of it grows beyond its bound, what was
// not decided is named as unproven.
func Check(ctx context.Context, d *q.Definition, limits Limits) *Report {
	if limits.Steps == 0 {
		limits.Steps = usualSteps
	}
	m, w := one(ctx, d)
	c := &checker{ctx: ctx, d: d, m: m, w: w, Report: &Report{Properties: len(d.Properties)}}
	c.structure()
	for i := range d.Properties {
		c.property(&d.Properties[i])
	}
	c.brokenOff()
	c.count(limits) // last: what takes long to count may still be proven
	return c.done()
}

// Decide is Check without numbers, and without examples of steps: for many questionnaires in a row.
func Decide(ctx context.Context, d *q.Definition) *Report {
	m, w := one(ctx, d)
	c := &checker{ctx: ctx, d: d, m: m, w: w, Report: &Report{Properties: len(d.Properties)}, bare: true}
	c.structure()
	for i := range d.Properties {
		c.property(&d.Properties[i])
	}
	return c.done()
}

// done puts the properties that were not decided before all else.
func (c *checker) done() *Report {
	var first []string
	for _, id := range c.Undecided {
		first = append(first, "whether the property "+string(id)+" holds")
	}
	c.Unproven = slices.Concat(first, c.Unproven)
	return c.Report
}

type checker struct {
	*Report
	ctx   context.Context
	d     *q.Definition
	m     *model
	w     *world
	bare  bool          // nobody asks for examples
	twins map[int]*twin // by question: two worlds that differ in the answer to it
	kept  int           // gates of these
}

func (c *checker) find(p q.Place, code, mend, format string, args ...any) *Finding {
	c.Findings = append(c.Findings, Finding{Fault: q.Fault{Place: p, Code: code, What: fmt.Sprintf(format, args...), Mend: mend}})
	return &c.Findings[len(c.Findings)-1]
}

// count fills in numbers.
func (c *checker) count(limits Limits) {
	c.Fewest, c.Most, c.Exact = 0, 0, false
	// Without a diagram: who is always asked answers freely, and nobody answers more than every question.
	from, to := big.NewInt(1), big.NewInt(1)
	for i := range c.d.Questions {
		ways := c.w.ways(i)
		if c.d.Questions[i].Ask == nil {
			from.Mul(from, ways)
			to.Mul(to, ways)
		} else {
			to.Mul(to, ways.Add(ways, big.NewInt(1)))
		}
	}
	c.Paths, c.Outcomes = Count{from, to}, Count{big.NewInt(1), to}
	p := c.d.Path(c.d.NewAnswers())
	c.Fewest, c.Most = p.Fewest, p.Most
	diagram, err := newDiagram(c.ctx, c.m, limits.Steps)
	if err != nil {
		c.Notes = append(c.Notes, Finding{Fault: q.Fault{Code: "not-counted", What: "the decision diagram did not finish within its bound or the time: numbers of paths and of questions are bounds"}})
		return
	}
	all, err := diagram.count(yes)
	if err == nil {
		c.Paths, c.Outcomes.To = Count{all, all}, all
		c.Fewest, c.Most = diagram.answered()
		c.Exact = true
	}
	c.ByUrgency = c.byUrgency(diagram, all)
	c.Outcomes.From, c.Outcomes.To = c.outcomes(diagram, limits.Steps, all)
}

// byUrgency counts the paths of each urgency.
func (c *checker) byUrgency(diagram *diagram, all *big.Int) []*big.Int {
	by := make([]*big.Int, q.Emergency+1)
	above := new(big.Int)
	for u := q.Emergency; u > q.SelfCare; u-- {
		n, err := diagram.count(c.w.from(u))
		if err != nil {
			return nil
		}
		by[u] = new(big.Int).Sub(n, above)
		above = n
	}
	by[q.SelfCare] = new(big.Int).Sub(all, above)
	return by
}

// outcomes counts different outcomes as far as it can: of all conclusions, or of as many as the bound allows, which is a
// bound below.
func (c *checker) outcomes(diagram *diagram, steps int, all *big.Int) (from, to *big.Int) {
	statements := c.w.conclusions()
	reads := map[lit]int{}
	for _, l := range statements {
		reads[l] = len(c.m.formula([]lit{l}, false).blocks)
	}
	slices.SortStableFunc(statements, func(a, b lit) int { return reads[a] - reads[b] }) // those of few questions are counted soonest
	statements = slices.Compact(statements)
	from = big.NewInt(1)
	for n := min(8, len(statements)); ; n = min(n+n/2, len(statements)) {
		diagram.steps = steps / 16
		kinds, err := diagram.kinds(statements[:n])
		if err != nil {
			return from, all
		}
		if from = kinds; n == len(statements) {
			return from, from
		}
	}
}

// ways gives how many answers question i has.
func (w *world) ways(i int) *big.Int {
	alone, together := int64(0), big.NewInt(1)
	for _, s := range w.symbols[i] {
		if s.alone {
			alone += int64(s.ways)
		} else {
			together.Lsh(together, 1)
		}
	}
	return together.Add(together, big.NewInt(alone-1))
}

// conclusions gives statements whose values together are an outcome.
func (w *world) conclusions() (all []lit) {
	d := w.d
	for i := range d.RedFlags {
		r := w.rail(d.RedFlags[i].When)
		all = append(all, r.t, r.f)
	}
	for i := range d.Criteria {
		met := w.rail(d.Criteria[i].Met)
		earlier := rails{no, yes}
		if d.Criteria[i].Earlier != nil {
			earlier = w.rail(d.Criteria[i].Earlier)
		}
		all = append(all, met.t, w.m.or(met.t, earlier.t), w.m.and(met.f, earlier.f))
	}
	all = append(all, w.match(q.MatchFull), w.match(q.MatchPartial), w.match(q.MatchNone), w.rail(d.Pattern.Shown).t)
	for i := range d.LookAlikes {
		all = append(all, w.rail(d.LookAlikes[i].When).t)
	}
	for i := range d.Causes {
		for s := q.Strength(0); s < q.Strong; s++ {
			all = append(all, w.stronger(i, s))
		}
	}
	w.referrals()
	all = append(all, w.spoken...)
	all = append(all, w.ahead...)
	for i := range d.Advice {
		all = append(all, w.given(i))
	}
	return all
}

// possible asks for a path on which all of want are true and checks what is found against the evaluator. decided is false
// when time ran out.
func (c *checker) possible(what string, want ...lit) (found, decided bool) {
	found, decided = c.try(what, want...)
	if !decided {
		c.Unproven = append(c.Unproven, "whether "+what)
	}
	return found, decided
}

// try is possible for what is named elsewhere.
func (c *checker) try(what string, want ...lit) (found, decided bool) {
	c.Statements++
	inputs, f, err := c.m.solve(c.ctx, want...)
	if err != nil {
		c.grown(c.m)
		return false, false
	}
	if inputs == nil {
		return false, true
	}
	answers := c.w.answers(inputs, func(b *block) bool { return f.blocks[b] })
	if !c.w.confirms(answers, want...) {
		c.find(q.Place{}, "prover-disagrees", "tell whoever maintains the program", "the prover and the evaluator disagree about %s", what)
	}
	return true, true
}

// grown notes where a model grew beyond its bound.
func (c *checker) grown(m *model) {
	if c.Large == nil {
		c.Large = m.large()
	}
}

// confirms replays a path: the statements hold for it in the model, and the model's conditions have the values that the
// evaluator gives them.
func (w *world) confirms(answers q.Answers, want ...lit) bool {
	values := w.m.values(w.inputs(answers))
	for _, l := range want {
		if !holds(values, l) {
			return false
		}
	}
	v := w.d.NewValues()
	w.d.Evaluate(answers, v)
	same := true
	w.d.Conditions(func(c *q.Condition) {
		if r, ok := w.rails[c]; ok && c != nil {
			truth := v.Of(c)
			same = same && holds(values, r.t) == (truth == q.True) && holds(values, r.f) == (truth == q.False)
		}
	})
	return same
}

// example looks for the smallest path on which all of want are true. What the conditions name counts as telling, too.
func (c *checker) example(conditions []*q.Condition, want ...lit) *Example {
	ctx, cancel := context.WithTimeout(c.ctx, exampleAtMost)
	defer cancel()
	counts := c.w.named(conditions)
	inputs, _, exact := c.m.smallest(ctx, counts, tick, want...)
	if inputs == nil {
		return nil
	}
	e := &Example{Answers: c.w.answers(inputs, func(*block) bool { return true }), Smallest: exact}
	e.Telling = c.w.telling(e.Answers, counts)
	return e
}

// named says which symbols tell something where the conditions are looked at.
func (w *world) named(conditions []*q.Condition) func(*symbol) bool {
	also := map[*symbol]bool{}
	for i, tests := range tests(func(yield func(*q.Condition)) {
		for _, c := range conditions {
			yield(c)
		}
	}, len(w.d.Questions)) {
		for _, t := range tests {
			for _, s := range w.symbols[i] {
				if s.meets(t, &w.d.Questions[i]) {
					also[s] = true
				}
			}
		}
	}
	return func(s *symbol) bool { return s.telling || also[s] }
}

// exampleAtMost is how long to look for the smallest example of one finding: there is more to prove.
const exampleAtMost = 5 * time.Second

// Examples are chosen by few telling answers above all, then by few ticks, "not sure" and words.
func telling(s *symbol) bool { return s.telling }

func tick(s *symbol) bool {
	return !s.alone || s.state == q.Unsure || s.state == q.Declined || s.words
}

// telling lists the questions whose answers tell something.
func (w *world) telling(answers q.Answers, counts func(*symbol) bool) (list []int) {
	for i, a := range answers {
		for _, s := range w.symbols[i] {
			if counts(s) && s.in(&w.d.Questions[i], a) {
				list = append(list, i)
				break
			}
		}
	}
	return list
}

// property looks for a path that breaks a property.
func (c *checker) property(p *q.Property) {
	empty := true
	for _, claim := range p.Claims {
		when, then := c.w.rail(claim.When), c.w.rail(claim.Then)
		broken := []lit{when.t, -then.t}
		if claim.Never {
			broken[1] = then.t
		}
		can, decided := c.try(string(p.ID), when.t)
		if claim.Never && can {
			can, decided = c.try(string(p.ID), then.t)
		}
		if !decided {
			c.Undecided = append(c.Undecided, p.ID)
			return
		}
		empty = empty && !can
		if !can {
			continue
		}
		found, decided := c.try(string(p.ID), broken...)
		if !decided {
			c.Undecided = append(c.Undecided, p.ID)
			return
		}
		if !found {
			continue
		}
		e := c.example([]*q.Condition{claim.When, claim.Then}, broken...)
		if e != nil && !assess.Broken(c.d, e.Answers, assess.Evaluate(c.d, e.Answers), claim) {
			c.find(p.Place, "prover-disagrees", "tell whoever maintains the program", "the prover and the evaluator disagree about %s", p.ID)
			return
		}
		f := c.broken(p, e)
		f.Claim, f.Rules = &claim, involved(c.d, claim.When, claim.Then)
		return
	}
	for _, s := range p.Steps {
		can, e, decided := c.step(s)
		if !decided {
			c.Undecided = append(c.Undecided, p.ID)
			return
		}
		empty = empty && !can
		if e != nil {
			at := &q.Condition{Op: q.OpTest, Test: q.Test{Question: s.Question}}
			any := &q.Condition{Op: q.OpOutcome, Look: q.Look{Kind: q.LookUrgency, UrgencyTo: q.Emergency}}
			c.broken(p, e).Rules = involved(c.d, at, any)
			return
		}
	}
	if empty {
		c.find(p.Place, "property-empty", "mend it, or take it away: it proves nothing", "%s: nobody's answers ever come to what it speaks of", p.ID)
	}
}

func (c *checker) broken(p *q.Property, e *Example) *Finding {
	f := c.find(p.Place, "property-broken", "mend the rules, or the property if a clinician agrees", "%s does not hold: %s", p.ID, p.Says)
	f.Property, f.Example = p, e
	return f
}
