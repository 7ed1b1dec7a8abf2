package proof

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// brute is everything that can be learnt of a questionnaire by trying every path.
type brute struct {
	d     *q.Definition
	paths []q.Answers
	v     []*q.Values
	o     []*assess.Outcome
}

func tryAll(d *q.Definition) *brute {
	b := &brute{d: d}
	walk(d, func(answers q.Answers) {
		answers = slices.Clone(answers)
		v := d.NewValues()
		d.Evaluate(answers, v)
		b.paths, b.v, b.o = append(b.paths, answers), append(b.v, v), append(b.o, assess.Evaluate(d, answers))
	})
	return b
}

// sometimes reports whether something is so on some path.
func (b *brute) sometimes(is func(at int) bool) bool {
	for i := range b.paths {
		if is(i) {
			return true
		}
	}
	return false
}

// Structural findings are those of trying every path.
func TestStructureAgreesWithEveryPath(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	try := func(t *rapid.T) {
		d := generate(t, 4)
		b := tryAll(d)
		want := map[string]bool{}
		must := func(code, what string, is func(at int) bool) bool {
			found := b.sometimes(is)
			if !found {
				want[what], seen[code] = true, true
			}
			return found
		}
		rule := func(kind string, id q.ID, c *q.Condition) bool {
			name := kind + ` "` + string(id) + `"`
			if !must("never-true", name+" is never true", func(at int) bool { return b.v[at].Of(c) == q.True }) {
				return false
			}
			must("always-true", name+" is true for everybody", func(at int) bool { return b.v[at].Of(c) != q.True })
			return true
		}
		for i, qu := range d.Questions {
			asked := func(at int) bool { return b.paths[at][i].State != q.NotReached }
			if must("never-asked", fmt.Sprintf("nobody is ever asked %q", qu.ID), asked) && qu.Ask != nil {
				must("always-asked", fmt.Sprintf("everybody is asked %q, whatever its ask says", qu.ID), func(at int) bool { return !asked(at) })
			}
		}
		for _, f := range d.RedFlags {
			rule("the red flag", f.ID, f.When)
		}
		for _, k := range d.Criteria {
			if rule("the criterion", k.ID, k.Met) {
				must("shadowed", fmt.Sprintf("the criterion %q is never earlier without being met", k.ID), func(at int) bool {
					return b.v[at].Of(k.Earlier) == q.True && b.v[at].Of(k.Met) != q.True
				})
			}
		}
		for i, cause := range d.Causes {
			for _, r := range cause.Rules {
				if !rule("the rule", r.ID, r.When) {
					continue
				}
				if !must("shadowed", fmt.Sprintf("the rule %q is never the reason for %q", r.ID, cause.ID), func(at int) bool {
					return slices.ContainsFunc(b.o[at].Causes, func(c assess.Cause) bool { return c.Rule == r.ID })
				}) {
					continue
				}
				must("contradicted", fmt.Sprintf("whenever the rule %q is true, something speaks against %q", r.ID, cause.ID), func(at int) bool {
					return b.v[at].Of(r.When) == q.True && !slices.ContainsFunc(cause.Against, func(a q.Objection) bool { return b.v[at].Of(a.When) == q.True })
				})
			}
			must("never-against", fmt.Sprintf("what stands first under against of %q never speaks against it", d.Causes[i].ID), func(at int) bool {
				return slices.ContainsFunc(b.o[at].Causes, func(c assess.Cause) bool { return c.ID == cause.ID }) && b.v[at].Of(cause.Against[0].When) == q.True
			})
		}
		for _, a := range d.Advice {
			if must("never-given", fmt.Sprintf("the advice %q is never given", a.ID), func(at int) bool { return len(b.o[at].Advice) > 0 }) {
				must("always-true", fmt.Sprintf("the advice %q applies to everybody", a.ID), func(at int) bool { return b.v[at].Of(a.When) != q.True })
			}
		}
		for _, x := range d.Exclusions {
			if rule("the exclusion", x.Remedy, x.When) {
				must("idle-exclusion", fmt.Sprintf("the exclusion %q never withholds anything", x.Remedy), func(at int) bool {
					return b.v[at].Of(x.When) != q.False && b.v[at].Of(d.Advice[0].When) == q.True
				})
			}
		}
		if b.sometimes(func(at int) bool { return b.o[at].Urgency == q.SelfCare && len(b.o[at].Advice) == 0 }) {
			want["self-care, but no advice is given"] = true
		}
		r := Check(context.Background(), d, Limits{})
		got := map[string]bool{}
		for _, f := range r.Findings {
			got[f.What] = true
			if f.Example != nil && !f.Example.Smallest {
				t.Errorf("%s: the example is not the smallest", f.What)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("findings differ (-trying every path +prover):\n%s", diff)
		}
	}
	lacks := func() (codes []string) {
		for _, code := range []string{"never-asked", "always-asked", "never-true", "always-true", "shadowed", "contradicted", "never-against", "never-given", "idle-exclusion"} {
			if !seen[code] {
				codes = append(codes, code)
			}
		}
		return codes
	}
	for range 10 { // some faults are rare
		if rapid.Check(t, try); len(lacks()) == 0 || t.Failed() {
			return
		}
	}
	t.Errorf("no random questionnaire had the faults %v", lacks())
}

// claims draws a claim over conditions and looks of a definition.
func claims(t *rapid.T, d *q.Definition) q.Claim {
	all := everyLook(d)
	d.Conditions(func(c *q.Condition) {
		if c != nil {
			all = append(all, c)
		}
	})
	one := func(name string) *q.Condition {
		c := rapid.SampledFrom(all).Draw(t, name)
		if rapid.IntRange(0, 3).Draw(t, "not") == 0 {
			c = &q.Condition{Op: q.OpNot, Parts: []*q.Condition{c}}
		}
		return c
	}
	both := func(name string) *q.Condition {
		op := rapid.SampledFrom([]q.Op{q.OpAll, q.OpAny}).Draw(t, "op")
		return &q.Condition{Op: op, Parts: []*q.Condition{one(name), one(name)}}
	}
	return q.Claim{When: both("when"), Then: both("then"), Never: rapid.Bool().Draw(t, "never")}
}

// A claim is broken exactly when some path breaks it, and the example is as small as the smallest of these.
func TestClaimsAgreeWithEveryPath(t *testing.T) {
	t.Parallel()
	broken, held, empty := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		d := rich(t)
		claim := claims(t, d)
		d.Properties = []q.Property{{ID: "p", Says: "says", Claims: []q.Claim{claim}}}
		b := tryAll(d)
		m, w := one(t.Context(), d)
		best, when, then := -1, false, false
		for i, answers := range b.paths {
			when = when || assess.Holds(d, answers, b.o[i], claim.When) == q.True
			then = then || assess.Holds(d, answers, b.o[i], claim.Then) == q.True
			if !assess.Broken(d, answers, b.o[i], claim) {
				continue
			}
			if n := count(m, w, answers); best < 0 || n < best {
				best = n
			}
		}
		f := ofProperty(Check(context.Background(), d, Limits{}))
		switch {
		case best >= 0:
			broken++
			if f == nil || f.Code != "property-broken" || f.Example == nil {
				t.Fatalf("some path breaks it, found %+v", f)
			}
			if got := count(m, w, f.Example.Answers); got != best || !f.Example.Smallest {
				t.Fatalf("the example has %d telling answers, the smallest has %d", got, best)
			}
			if !assess.Broken(d, f.Example.Answers, assess.Evaluate(d, f.Example.Answers), claim) {
				t.Fatal("the example does not break it")
			}
		case !when || claim.Never && !then:
			empty++
			if f == nil || f.Code != "property-empty" {
				t.Fatalf("it speaks of nobody, found %+v", f)
			}
		default:
			held++
			if f != nil {
				t.Fatalf("every path keeps it, found %+v", f)
			}
		}
	})
	if broken == 0 || held == 0 || empty == 0 {
		t.Errorf("broken %d, held %d, empty %d: each must occur", broken, held, empty)
	}
}

func ofProperty(r *Report) *Finding {
	for i := range r.Findings {
		if c := r.Findings[i].Code; c == "property-broken" || c == "property-empty" || c == "prover-disagrees" {
			return &r.Findings[i]
		}
	}
	return nil
}

// count is how many telling answers a path has.
func count(m *model, w *world, answers q.Answers) (n int) {
	for i, on := range w.inputs(answers) {
		if on {
			n += cost(m.symbols[i])
		}
	}
	return n
}

// A step lowers the urgency exactly when it does for some two paths that differ as it says.
func TestStepsAgreeWithEveryPath(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]q.StepKind{"tick": q.StepTick, "later": q.StepLater, "larger": q.StepLarger, "unsure": q.StepUnsure} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stepsAgree(t, kind)
		})
	}
}

func stepsAgree(t *testing.T, kind q.StepKind) {
	broken, held := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var d *q.Definition
		if rapid.Bool().Draw(t, "rich") {
			d = rich(t)
		} else {
			d = generate(t, 3)
		}
		s, ok := drawStep(t, d, kind)
		if !ok {
			t.Skip("no question of this kind")
		}
		d.Properties = []q.Property{{ID: "p", Says: "says", Steps: []q.Step{s}}}
		b := tryAll(d)
		can, worst := false, false
		for i, before := range b.paths {
			for j, after := range b.paths {
				if !stepped(d, s, before, after) {
					continue
				}
				can = true
				worst = worst || b.o[j].Urgency < b.o[i].Urgency
			}
		}
		f := ofProperty(Check(context.Background(), d, Limits{}))
		switch {
		case worst:
			broken++
			if f == nil || f.Code != "property-broken" {
				t.Fatalf("%+v lowers the urgency, found %+v", s, f)
			}
			e := f.Example
			if !stepped(d, s, e.Answers, e.After) || assess.Evaluate(d, e.After).Urgency >= assess.Evaluate(d, e.Answers).Urgency {
				t.Fatalf("%+v then %+v is no example of %+v", e.Answers, e.After, s)
			}
		case !can:
			if f == nil || f.Code != "property-empty" {
				t.Fatalf("nobody can take %+v, found %+v", s, f)
			}
		default:
			held++
			if f != nil {
				t.Fatalf("%+v never lowers the urgency, found %+v", s, f)
			}
		}
	})
	if broken == 0 || held == 0 {
		t.Errorf("broken %d, held %d: each must occur", broken, held)
	}
}

func drawStep(t *rapid.T, d *q.Definition, kind q.StepKind) (q.Step, bool) {
	var fit []int
	for i, qu := range d.Questions {
		if kind == q.StepTick && qu.Type == q.Choices || kind == q.StepLater && qu.Type == q.Choice || kind == q.StepLarger && qu.Type == q.Number ||
			kind == q.StepUnsure && qu.Unsure && len(qu.Options) > 0 {
			fit = append(fit, i)
		}
	}
	if len(fit) == 0 {
		return q.Step{}, false
	}
	s := q.Step{Kind: kind, Question: rapid.SampledFrom(fit).Draw(t, "question")}
	qu := &d.Questions[s.Question]
	switch kind {
	case q.StepTick:
		s.Options = []int{0, 1}
	case q.StepLater:
		s.Options = rapid.Permutation([]int{0, 1}).Draw(t, "order")
	case q.StepLarger:
		s.Range = q.Range{From: rapid.IntRange(0, 1).Draw(t, "from"), To: rapid.IntRange(2, 3).Draw(t, "to")}
	case q.StepUnsure:
		s.Options = []int{rapid.IntRange(0, len(qu.Options)-1).Draw(t, "no")}
	}
	return s, true
}

// stepped reports whether two paths differ as a step says: in the answer to its question, and elsewhere only in what the one
// is asked and the other is not.
func stepped(d *q.Definition, s q.Step, before, after q.Answers) bool {
	for i := range before {
		if i != s.Question && before[i].State != q.NotReached && after[i].State != q.NotReached && !before[i].Equal(after[i]) {
			return false
		}
	}
	a, b := before[s.Question], after[s.Question]
	if a.State != q.Given {
		return false
	}
	switch s.Kind {
	case q.StepTick:
		none := uint64(0)
		if at := d.Questions[s.Question].None; at >= 0 {
			none = 1 << at
		}
		for _, o := range s.Options {
			if b.State == q.Given && a.Options&(1<<o) == 0 && b.Options == a.Options&^none|1<<o {
				return true
			}
		}
	case q.StepLater:
		for i, from := range s.Options {
			for _, to := range s.Options[i+1:] {
				if b.State == q.Given && a.Options == 1<<from && b.Options == 1<<to {
					return true
				}
			}
		}
	case q.StepLarger:
		return b.State == q.Given && a.Number < b.Number && s.Range.Contains(a.Number) && s.Range.Contains(b.Number)
	case q.StepUnsure:
		return b.State == q.Unsure && a.Options == 1<<s.Options[0]
	}
	return false
}
