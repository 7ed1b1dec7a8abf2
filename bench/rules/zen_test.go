package rules

import (
	"os"
	"testing"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"

	"pgregory.net/rapid"
)

func startZen(t *testing.T) *Zen {
	t.Helper()
	z, err := StartZen(t.Context(), "zen")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return z
}

// zenAgrees compares every condition that the definition states.
func zenAgrees(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, z *Zen, d *q.Definition, people []q.Answers) {
	var rails []rail
	d.Conditions(func(c *q.Condition) { rails = append(rails, rail{c, q.True}, rail{c, q.False}) })
	judged, err := z.judge(d, rails, people)
	if err != nil {
		t.Fatal(err)
	}
	ours := assess.NewVerdict(d)
	for i, h := range judged {
		ours.Judge(people[i])
		for n, r := range rails {
			if want := ours.Values.Of(r.condition); h[n] != (want == r.want) {
				t.Fatalf("person %d: condition %d is known to be %s: %t; ours is %s", i, n/2, r.want, h[n], want)
			}
		}
	}
}

func TestZenAgreesOnTheShippedCases(t *testing.T) {
	t.Parallel()
	z := startZen(t)
	d := rls(t)
	var people []q.Answers
	for i := range d.Cases {
		people = append(people, d.Cases[i].Answers)
	}
	zenAgrees(t, z, d, people)
	if _, err := z.benchmarks(d); err != nil {
		t.Error(err)
	}
	if err := z.Close(); err != nil {
		t.Error(err)
	}
}

func TestZenAgreesOnRandomQuestionnaires(t *testing.T) {
	t.Parallel()
	z := startZen(t)
	rapid.Check(t, func(t *rapid.T) {
		d, faults := q.Load(questionnairetest.Generate(t, 6))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		var people []q.Answers
		for range 4 {
			people = append(people, draw(t, d))
		}
		zenAgrees(t, z, d, people)
	})
	if err := z.Close(); err != nil {
		t.Error(err)
	}
}

func TestZenSaysWhereItIsNotInstalled(t *testing.T) {
	t.Parallel()
	if _, err := StartZen(t.Context(), t.TempDir()); err != ErrNoZen {
		t.Errorf("got %v, want %v", err, ErrNoZen)
	}
}
