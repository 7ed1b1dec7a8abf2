package proof

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

func shipped(t testing.TB, name string) *q.Definition {
	files, err := questionnaires.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	d, faults := q.Load(files)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return d
}

// steps counts a change by its meaning, without the model.
func steps(d *q.Definition, was, is q.Answers) (n int) {
	for i := range d.Questions {
		qu, a, b := &d.Questions[i], was[i], is[i]
		several := func(x q.Answer) bool {
			return qu.Type == q.Choices && x.State == q.Given && (qu.None < 0 || !x.Has(qu.None))
		}
		switch {
		case b.State == q.NotReached || a.Equal(b):
		case several(b) && several(a):
			n += bits.OnesCount64(a.Options ^ b.Options)
		case several(b):
			n += bits.OnesCount64(b.Options)
		case qu.Type == q.Number && a.State == q.Given && b.State == q.Given:
			n++
		default:
			n++
		}
	}
	return n
}

// reached tells whether what a turn is about came true.
func (t Turn) reached(was, is *assess.Outcome) bool {
	has := func(list []q.ID) bool { return slices.Contains(list, t.ID) }
	fired := func(flags []assess.RedFlag) bool {
		return slices.ContainsFunc(flags, func(f assess.RedFlag) bool { return f.ID == t.ID })
	}
	met := func() bool {
		return slices.ContainsFunc(is.Pattern.Criteria, func(c assess.Criterion) bool { return c.ID == t.ID && c.State == q.Met })
	}
	strength := func(o *assess.Outcome) (s q.Strength) {
		for _, c := range o.Causes {
			if c.ID == t.ID {
				s = c.Strength
			}
		}
		return s
	}
	switch t.Kind {
	case UrgencyFalls:
		return is.Urgency < was.Urgency
	case UrgencyRises:
		return is.Urgency > was.Urgency
	case FlagEnds, FlagRuledOut:
		return !fired(is.RedFlags) && !fired(is.OpenFlags)
	case FlagFires:
		return fired(is.RedFlags)
	case MatchFalls:
		return is.Pattern.Match < was.Pattern.Match
	case MatchRises:
		return is.Pattern.Match > max(was.Pattern.Match, q.MatchNone)
	case CriterionEnds:
		return !met()
	case CriterionComes:
		return met()
	case CauseEnds:
		return !has(is.Reached().Causes)
	case CauseGrows:
		return strength(is) > strength(was)
	case CauseComes:
		return has(is.Reached().Causes)
	case ReferralEnds:
		return !has(is.Reached().Specialists)
	case AdviceEnds:
		return !has(is.Reached().Advice)
	}
	return has(is.Reached().Advice)
}

// due lists the turns that must be told of an outcome: each conclusion has one that ends it, or brings what comes next.
func due(d *q.Definition, o *assess.Outcome) (all []string) {
	add := func(kind TurnKind, id q.ID) { all = append(all, fmt.Sprint(kind, " ", id)) }
	if o.Urgency > q.SelfCare {
		add(UrgencyFalls, "")
	}
	for _, f := range o.RedFlags {
		add(FlagEnds, f.ID)
	}
	for _, f := range o.OpenFlags {
		if slices.ContainsFunc(f.Because, func(r assess.Reason) bool { return !slices.Contains(o.Missing, r.Question) }) {
			add(FlagRuledOut, f.ID)
			add(FlagFires, f.ID)
		}
	}
	for _, c := range o.Pattern.Criteria {
		if c.State == q.Met {
			add(CriterionEnds, c.ID)
		} else {
			add(CriterionComes, c.ID)
		}
	}
	for _, c := range o.Causes {
		add(CauseEnds, c.ID)
		at := slices.IndexFunc(d.Causes, func(cause q.Cause) bool { return cause.ID == c.ID })
		if slices.ContainsFunc(d.Causes[at].Rules, func(r q.CauseRule) bool { return r.Strength > c.Strength }) {
			add(CauseGrows, c.ID)
		}
	}
	for _, s := range o.Specialists {
		add(ReferralEnds, s.ID)
	}
	return all
}

// Every turn does what it says, and trying every path finds none with fewer steps, and none at all where it says so. Where
// answers are lacking already, all other sets of answers that lack no more are tried as well.
func TestTurnsAgreeWithEveryPath(t *testing.T) {
	t.Parallel()
	met := map[TurnKind]int{}
	lackings := 0
	ages := 0
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 4)
		numbers := []int{-1}
		for i := range d.Questions {
			if d.Questions[i].Type == q.Number {
				numbers = append(numbers, i)
			}
		}
		d.Clinic.Age = rapid.SampledFrom(numbers).Draw(t, "age")
		open := make([]bool, len(d.Questions))
		for i := range open {
			open[i] = rapid.IntRange(0, 3).Draw(t, "lacking") == 0
		}
		var paths []q.Answers
		walkOpen(d, open, func(a q.Answers) { paths = append(paths, slices.Clone(a)) })
		at := rapid.IntRange(0, len(paths)-1).Draw(t, "path")
		was := assess.Evaluate(d, paths[at])
		if len(was.Missing) > 0 {
			lackings++
		}
		var outcomes []*assess.Outcome
		for _, p := range paths {
			is := assess.Evaluate(d, p)
			if slices.ContainsFunc(is.Missing, func(id q.ID) bool { return !slices.Contains(was.Missing, id) }) {
				is = nil // an answer is taken back, or a question that opens has none
			}
			outcomes = append(outcomes, is)
		}
		var told []string
		above := *was // what is told already of how urgent it could be
		for _, turn := range NewTurns(d).Of(context.Background(), paths[at]) {
			told = append(told, fmt.Sprint(turn.Kind, " ", turn.ID))
			met[turn.Kind]++
			least, aged := -1, -1
			for i, o := range outcomes {
				if o == nil || !turn.reached(&above, o) {
					continue
				}
				n, by := steps(d, paths[at], paths[i]), &least
				if k := d.Clinic.Age; k >= 0 && paths[at][k].State == q.Given && paths[i][k].State != q.NotReached && !paths[i][k].Equal(paths[at][k]) {
					by = &aged
				}
				if *by < 0 || n < *by {
					*by = n
				}
			}
			if least < 0 && aged > 0 { // another age is told only where nothing else does it
				least = aged
				ages++
			}
			if turn.Far && least > FewSteps {
				continue
			}
			if len(turn.Changed) == 0 {
				if least >= 0 {
					t.Fatalf("%+v: nothing found, by trying every path %d steps", turn, least)
				}
				continue
			}
			then := slices.Clone(paths[at])
			for _, c := range turn.Changed {
				if c.Unanswered != slices.Contains(was.Missing, d.Questions[c.Question].ID) {
					t.Fatalf("%+v: lacking before were %v", turn, was.Missing)
				}
				then[c.Question] = c.Is
			}
			o := assess.Evaluate(d, then)
			if turn.Steps != least || steps(d, paths[at], then) != least {
				t.Fatalf("%+v: %d steps, by trying every path %d", turn, turn.Steps, least)
			}
			if !turn.reached(&above, o) || o.Urgency != turn.Urgency || o.Pattern.Match != turn.Match {
				t.Fatalf("%+v does not lead there from %+v", turn, paths[at])
			}
			if turn.Kind == UrgencyRises {
				above.Urgency = turn.Urgency
			}
		}
		most := was.Urgency
		for _, o := range outcomes {
			if o != nil {
				most = max(most, o.Urgency)
			}
		}
		if most != above.Urgency {
			t.Fatalf("answers can come to %s, told are %v", most, told)
		}
		for _, must := range due(d, was) {
			if !slices.Contains(told, must) {
				t.Fatalf("nothing is told of %s, only of %v", must, told)
			}
		}
	})
	for kind := UrgencyFalls; kind <= AdviceAllowed; kind++ {
		if met[kind] == 0 {
			t.Errorf("kind %d never came up", kind)
		}
	}
	if lackings == 0 || ages == 0 {
		t.Errorf("answers were lacking %d times, another age did it %d times", lackings, ages)
	}
}

func TestTurnsOfShipped(t *testing.T) {
	t.Parallel()
	d := shipped(t, "rls")
	turns := NewTurns(d)
	longest, all := time.Duration(0), time.Duration(0)
	n := 0
	for i := 0; i < len(d.Cases); i += 7 {
		c := d.Cases[i]
		began := time.Now()
		found := turns.Of(context.Background(), c.Answers)
		took := time.Since(began)
		longest, all, n = max(longest, took), all+took, n+1
		if len(found) == 0 {
			t.Errorf("%s: nothing found", c.ID)
		}
	}
	t.Logf("%d people, %s each, at most %s", n, all/time.Duration(n), longest)

	// Whoever stops at the first sign of danger has most answers lacking. One other answer ends the emergency, but to need no
	// doctor takes many.
	broken := d.NewAnswers()
	i, _ := d.Question("emergency-signs")
	broken[i] = q.Answer{State: q.Given, Options: 1}
	falls, doctor := Turn{}, Turn{}
	for _, x := range turns.Of(context.Background(), broken) {
		switch {
		case x.Kind == UrgencyFalls:
			falls = x
		case x.Kind == ReferralEnds && x.ID == "doctor":
			doctor = x
		}
	}
	if falls.Steps != 1 || falls.Urgency != q.SameDay || len(falls.Changed) != 1 || falls.Changed[0].Question != i {
		t.Errorf("the emergency ends with %+v", falls)
	}
	if !doctor.Far || len(doctor.Changed) > 0 {
		t.Errorf("no doctor with %+v", doctor)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range d.Cases[:5] {
		for _, x := range turns.Of(ended, c.Answers) {
			if len(x.Changed) == 0 {
				t.Errorf("%s: %+v is said to be impossible after no search", c.ID, x)
			}
		}
	}
}

// Many may ask at once, and the same answers are always told the same.
func TestTurnsForMany(t *testing.T) {
	t.Parallel()
	d := shipped(t, "heartburn")
	turns := NewTurns(d)
	const many = 4
	found := make([][][]Turn, many)
	var wait sync.WaitGroup
	for i := range many {
		wait.Go(func() {
			for _, c := range d.Cases[:10] {
				found[i] = append(found[i], turns.Of(context.Background(), c.Answers))
			}
		})
	}
	wait.Wait()
	for i := range many {
		if diff := cmp.Diff(found[0], found[i]); diff != "" {
			t.Fatal(diff)
		}
	}
}

func BenchmarkTurns(b *testing.B) {
	d := shipped(b, "rls")
	turns := NewTurns(d)
	for i := 0; b.Loop(); i++ {
		turns.Of(context.Background(), d.Cases[(7*i)%len(d.Cases)].Answers)
	}
}
