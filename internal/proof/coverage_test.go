package proof

import (
	"context"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// does tells by the evaluator whether a path reaches a goal; told is false for goals that it is not asked about here.
func (g Goal) does(d *q.Definition, answers q.Answers, o *assess.Outcome, v *q.Values) (does, told bool) {
	has := func(id q.ID, list []q.ID) bool {
		for _, x := range list {
			if x == id {
				return true
			}
		}
		return false
	}
	r := o.Reached()
	words := strings.Fields(g.Name)
	switch {
	case g.Kind == GoalBranch:
		truth := q.True
		if g.Whole.Op == q.OpAll {
			truth = q.False
		}
		sum, own := 0, 0
		for i, p := range g.Whole.Parts {
			if v.Of(p) != truth {
				continue
			}
			weight := 1
			if g.Whole.Op == q.OpAtLeast {
				weight = g.Whole.Weights[i]
			}
			if sum += weight; p == g.Part {
				own += weight
			}
		}
		if g.Whole.Op == q.OpAtLeast {
			return own > 0 && sum >= g.Whole.Least && sum-own < g.Whole.Least, true
		}
		return own == 1 && sum == 1, true
	case g.Kind == GoalPair:
		return has(q.ID(words[0]), r.Causes) && has(q.ID(words[2]), r.Causes), true
	case g.Kind == GoalAnswer:
		at, _ := d.Question(q.ID(strings.TrimSuffix(words[0], ":")))
		if len(words) != 2 || d.Questions[at].Type == q.Number && answers[at].State == q.Given {
			return false, false
		}
		return has(q.ID(words[1]), ids(d.Words(at, answers[at]))), true
	case strings.HasPrefix(g.Name, "red flag "):
		return has(q.ID(words[2]), r.RedFlags), true
	case words[0] == "rule":
		for _, c := range o.Causes {
			if c.ID == q.ID(words[4]) {
				return c.Rule == q.ID(words[1]), true
			}
		}
		return false, true
	case words[0] == "advice":
		return has(q.ID(words[1]), r.Advice), true
	case words[0] == "specialist" && len(words) > 2:
		return len(r.Specialists) > 0 && r.Specialists[0] == q.ID(words[1]), true
	case words[0] == "specialist":
		return has(q.ID(words[1]), r.Specialists), true
	case words[0] == "urgency":
		return o.Urgency.String() == words[1], true
	case words[0] == "pattern":
		return o.Pattern.Match.String() == words[1], true
	case words[0] == "criterion":
		for _, c := range o.Pattern.Criteria {
			if c.ID == q.ID(words[1]) {
				return c.State.String() == strings.Join(words[2:], "-"), true
			}
		}
	}
	return false, false
}

func ids(words []string) (all []q.ID) {
	for _, w := range words {
		all = append(all, q.ID(w))
	}
	return all
}

// Goals mean what the evaluator says; what can happen and what the cases do is what trying every path finds; and what is
// proposed reaches all the rest, with no fewer cases than trying finds necessary.
func TestCoverageAgreesWithEveryPath(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 4)
		var paths []q.Answers
		walk(d, func(a q.Answers) { paths = append(paths, append(q.Answers(nil), a...)) })
		d.Cases = nil
		for range rapid.IntRange(0, 2).Draw(t, "cases") {
			d.Cases = append(d.Cases, q.Case{Answers: paths[rapid.IntRange(0, len(paths)-1).Draw(t, "path")]})
		}
		m, w := one(t.Context(), d)
		all := &Coverage{d: d, m: m, w: w}
		all.goals = all.everyGoal()
		can, done := newMarks(len(all.goals)), newMarks(len(all.goals))
		v := d.NewValues()
		var reached []marks
		for _, path := range paths {
			marks := all.reach(path)
			reached = append(reached, marks)
			d.Evaluate(path, v)
			o := assess.Evaluate(d, path)
			for i, g := range all.goals {
				if marks.has(i) {
					can.add(i)
				}
				if does, told := g.does(d, path, o, v); told && does != marks.has(i) {
					t.Fatalf("%+v is %v in the model, %v by the evaluator, for %+v", g, marks.has(i), does, path)
				}
			}
		}
		for _, c := range d.Cases {
			for i := range all.goals {
				if all.reach(c.Answers).has(i) {
					done.add(i)
				}
			}
		}
		c := Cover(context.Background(), d)
		var possible, covered [goalKinds]int
		for i, g := range all.goals {
			if can.has(i) {
				possible[g.Kind]++
			}
			if done.has(i) {
				covered[g.Kind]++
			}
		}
		for k, got := range c.Kinds {
			if got.Done != covered[k] || got.Possible != possible[k] || got.Undecided != 0 || len(got.Lacks) != possible[k]-covered[k] {
				t.Fatalf("kind %d: %d of %d, by trying every path %d of %d", k, got.Done, got.Possible, covered[k], possible[k])
			}
		}
		p := c.Propose(context.Background())
		if p.Left != 0 || p.Fewest > len(p.Answers) || len(p.Answers) > 0 && p.Fewest == 0 {
			t.Fatalf("%d cases, no fewer than %d, %d goals left", len(p.Answers), p.Fewest, p.Left)
		}
		for _, a := range p.Answers {
			if !d.Path(a).Complete() {
				t.Fatalf("%+v is no path", a)
			}
			d.Cases = append(d.Cases, q.Case{Answers: a})
		}
		for k, got := range Cover(context.Background(), d).Kinds {
			if got.Done != got.Possible {
				t.Fatalf("kind %d: %d of %d with the cases proposed", k, got.Done, got.Possible)
			}
		}
		can.minus(done)
		if p.Fewest > 1 && p.Fewest <= 3 && coverable(maximal(reached, can), can, p.Fewest-1) {
			t.Fatalf("no fewer than %d is said, but fewer do it", p.Fewest)
		}
	})
}

// maximal drops paths that reach no more than another does.
func maximal(all []marks, of marks) (kept []marks) {
	for _, a := range all {
		part := newMarks(64 * len(of))
		for i := range part {
			part[i] = a[i] & of[i]
		}
		worse := false
		for _, b := range kept {
			worse = worse || part.common(b) == part.count()
		}
		if !worse {
			kept = append(kept, part)
		}
	}
	return kept
}

func coverable(all []marks, left marks, cases int) bool {
	if left.count() == 0 {
		return true
	}
	if cases == 0 {
		return false
	}
	for _, a := range all {
		rest := append(marks(nil), left...)
		rest.minus(a)
		if rest.count() < left.count() && coverable(all, rest, cases-1) {
			return true
		}
	}
	return false
}

// When time runs out nothing is said to be proven.
func TestCoverageInNoTime(t *testing.T) {
	t.Parallel()
	d := shipped(t, "heartburn")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	c := Cover(ended, d)
	undecided := 0
	for _, k := range c.Kinds {
		undecided += k.Undecided
	}
	if undecided == 0 {
		t.Error("all is decided in no time")
	}
	if p := c.Propose(ended); len(p.Answers) > 0 && p.Left == 0 {
		t.Errorf("%d cases in no time", len(p.Answers))
	}
}

// A question whose answer can change anything has a reader of that kind, and one without readers changes nothing.
func TestReaders(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 4)
		readers := Readers(d)
		outcomes := map[string]*assess.Outcome{}
		key := func(a q.Answers, without int) string {
			var b strings.Builder
			for i := range a {
				if i != without {
					b.WriteString(string(d.Questions[i].ID) + strings.Join(d.Words(i, a[i]), ",") + ";")
				}
			}
			return b.String()
		}
		for at := range d.Questions {
			clear(outcomes)
			walk(d, func(a q.Answers) {
				o, k := assess.Evaluate(d, a), key(a, at)
				before, met := outcomes[k]
				outcomes[k] = o
				if !met {
					return
				}
				r := readers[at]
				x, y := before.Reached(), o.Reached()
				for _, part := range []struct {
					name    string
					was, is []q.ID
					read    []q.ID
				}{{"red flags", x.RedFlags, y.RedFlags, r.RedFlags}, {"causes", x.Causes, y.Causes, r.Causes},
					{"look-alikes", x.LookAlikes, y.LookAlikes, r.LookAlikes}, {"referrals", x.Specialists, y.Specialists, r.Referrals}} {
					for _, id := range append(without(part.was, part.is), without(part.is, part.was)...) {
						if len(without([]q.ID{id}, part.read)) > 0 {
							t.Fatalf("%s %s hangs on %s, which reads it not: %+v", part.name, id, d.Questions[at].ID, r)
						}
					}
				}
			})
		}
	})
	for _, r := range Readers(shipped(t, "rls")) {
		nothing := len(r.RedFlags)+len(r.Causes)+len(r.LookAlikes)+len(r.Criteria)+len(r.Scores)+len(r.Referrals)+len(r.Advice)+len(r.Questions) == 0 && !r.Pattern && !r.Voice
		if nothing != (r.Unread != "") {
			t.Errorf("%s: nothing reads it is %v, and the reason is %q", r.Question, nothing, r.Unread)
		}
	}
}

func without(list, other []q.ID) (rest []q.ID) {
	for _, id := range list {
		found := false
		for _, x := range other {
			found = found || x == id
		}
		if !found {
			rest = append(rest, id)
		}
	}
	return rest
}

// Numbers that only a property tells apart are one answer.
func TestPropertiesMakeNoAnswers(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(os.DirFS("../../cmd/ekbom/testdata/diff"))
	if faults != nil {
		t.Fatal(faults)
	}
	goals := func() (n int) {
		for _, k := range Cover(t.Context(), d).Kinds[GoalAnswer].Lacks {
			if strings.HasPrefix(k.Name, "age: ") {
				n++
			}
		}
		return n
	}
	before := goals()
	age := &q.Condition{Op: q.OpTest, Test: q.Test{Question: 0, Kind: q.TestNumber, Range: q.Range{From: 5, To: 7}}}
	d.Properties = []q.Property{{ID: "p", Claims: []q.Claim{{When: age, Then: age}}}, {ID: "s", Steps: []q.Step{{Question: 0, Kind: q.StepLarger, Range: q.Range{From: 2, To: 19}}}}}
	if after := goals(); before != 2 || after != before {
		t.Errorf("%d answers, with properties %d", before, after)
	}
}
