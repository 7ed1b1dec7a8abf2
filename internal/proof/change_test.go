package proof

import (
	"context"
	"errors"
	"math/bits"
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
func (t Turn) reached(d *q.Definition, was, is *assess.Outcome) bool {
	has := func(o *assess.Outcome, kind string) bool {
		switch kind {
		case "flag":
			for _, f := range o.RedFlags {
				if f.ID == t.ID {
					return true
				}
			}
		case "open":
			for _, f := range o.OpenFlags {
				if f.ID == t.ID {
					return true
				}
			}
		case "cause":
			for _, c := range o.Causes {
				if c.ID == t.ID {
					return true
				}
			}
		case "specialist":
			for _, s := range o.Specialists {
				if s.ID == t.ID {
					return true
				}
			}
		case "advice":
			for _, a := range o.Advice {
				if a.ID == t.ID {
					return true
				}
			}
		}
		return false
	}
	switch t.Kind {
	case UrgencyFalls:
		return is.Urgency < was.Urgency
	case UrgencyRises:
		return is.Urgency > was.Urgency
	case FlagEnds, FlagRuledOut:
		return !has(is, "flag") && !has(is, "open")
	case FlagFires:
		return has(is, "flag")
	case MatchFalls:
		return is.Pattern.Match < was.Pattern.Match
	case MatchRises:
		return is.Pattern.Match > max(was.Pattern.Match, q.MatchNone)
	case CauseEnds:
		return !has(is, "cause")
	case CauseComes:
		return has(is, "cause")
	case ReferralEnds:
		return !has(is, "specialist")
	}
	return has(is, "advice")
}

// Every turn does what it says, and trying every path finds none with fewer steps, and none at all where it says so.
func TestTurnsAgreeWithEveryPath(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 4)
		var paths []q.Answers
		var outcomes []*assess.Outcome
		walk(d, func(a q.Answers) {
			paths = append(paths, append(q.Answers(nil), a...))
			outcomes = append(outcomes, assess.Evaluate(d, a))
		})
		at := rapid.IntRange(0, len(paths)-1).Draw(t, "path")
		was := outcomes[at]
		turns, err := NewTurns(d).Of(context.Background(), paths[at])
		if err != nil {
			t.Fatal(err)
		}
		for _, turn := range turns {
			if !turn.Exact {
				t.Fatalf("%+v is not exact", turn)
			}
			least := -1
			for i, o := range outcomes {
				if n := steps(d, paths[at], paths[i]); turn.reached(d, was, o) && (least < 0 || n < least) {
					least = n
				}
			}
			if len(turn.Changed) == 0 {
				if least >= 0 {
					t.Fatalf("%+v: nothing found, by trying every path %d steps", turn, least)
				}
				continue
			}
			then := append(q.Answers(nil), paths[at]...)
			for _, c := range turn.Changed {
				then[c.Question] = c.Is
			}
			o := assess.Evaluate(d, then)
			if turn.Steps != least || steps(d, paths[at], then) != least {
				t.Fatalf("%+v: %d steps, by trying every path %d", turn, turn.Steps, least)
			}
			if !turn.reached(d, was, o) || o.Urgency != turn.Urgency || o.Pattern.Match != turn.Match {
				t.Fatalf("%+v does not lead there from %+v", turn, paths[at])
			}
		}
	})
}

func TestTurnsOfShipped(t *testing.T) {
	t.Parallel()
	d := shipped(t, "rls")
	turns := NewTurns(d)
	longest, all := time.Duration(0), time.Duration(0)
	n := 0
	for i := 0; i < len(d.Cases); i += 7 {
		c := d.Cases[i]
		if !d.Path(c.Answers).Complete() {
			continue
		}
		began := time.Now()
		found, err := turns.Of(context.Background(), c.Answers)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		took := time.Since(began)
		longest, all, n = max(longest, took), all+took, n+1
		for _, x := range found {
			if !x.Exact {
				t.Errorf("%s: %+v is not exact", c.ID, x)
			}
		}
	}
	t.Logf("%d people, %s each, at most %s", n, all/time.Duration(n), longest)
	if _, err := turns.Of(context.Background(), d.NewAnswers()); !errors.Is(err, ErrUnanswered) {
		t.Errorf("nobody's answers: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range d.Cases[:5] {
		found, _ := turns.Of(ended, c.Answers)
		for _, x := range found {
			if x.Exact && len(x.Changed) == 0 {
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
				list, err := turns.Of(context.Background(), c.Answers)
				if err != nil {
					t.Error(err)
				}
				found[i] = append(found[i], list)
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
		if _, err := turns.Of(context.Background(), d.Cases[(7*i)%len(d.Cases)].Answers); err != nil && !errors.Is(err, ErrUnanswered) {
			b.Fatal(err)
		}
	}
}
