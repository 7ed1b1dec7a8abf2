package proof

import (
	"context"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// Over answers of which some are lacking, a claim is broken exactly when some set of such answers breaks it.
func TestBrokenOffAgreesWithEveryAnswerSet(t *testing.T) {
	t.Parallel()
	only, both, neither := 0, 0, 0
	try := func(t *rapid.T) {
		d := rich(t)
		if len(d.Questions) > 3 {
			t.Skip("too many to try")
		}
		claim := claims(t, d)
		d.Properties = []q.Property{{ID: "p", Says: "says", Claims: []q.Claim{claim}}}
		broken, complete := false, false
		var from func(i int, answers q.Answers)
		from = func(i int, answers q.Answers) {
			if i == len(answers) {
				if assess.Broken(d, answers, assess.Evaluate(d, answers), claim) {
					broken = true
					complete = complete || d.Path(answers).Complete()
				}
				return
			}
			answers[i] = q.Answer{}
			from(i+1, answers)
			if d.Walk(d.Questions[i].Ask, answers) == q.True {
				for _, a := range every(d, i) {
					answers[i] = a
					from(i+1, answers)
				}
			}
			answers[i] = q.Answer{}
		}
		from(0, d.NewAnswers())
		r := Check(context.Background(), d, Limits{})
		if got := len(r.BrokenOff) > 0; got != (broken && !complete) {
			t.Fatalf("broken off: %v, by trying every set %v, of complete ones %v", got, broken, complete)
		}
		if slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == "prover-disagrees" }) {
			t.Fatal("the prover disagrees with the evaluator")
		}
		switch {
		case complete:
			both++
		case broken:
			only++
		default:
			neither++
		}
	}
	for range 10 { // some are rare
		if rapid.Check(t, try); only > 0 && both > 0 && neither > 0 || t.Failed() {
			return
		}
	}
	t.Errorf("only when broken off %d, always %d, never %d: each must occur", only, both, neither)
}

// What keeps people safe in the shipped questionnaires holds before all is answered as well: whoever gives a sign is led on at
// once, and no remedy is given too soon. What needs all answers are names, addresses and what is asked at all.
func TestShippedWhileAnswersAreLacking(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"rls", "heartburn"} {
		d, faults := q.Load(os.DirFS("../../questionnaires/" + name))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		c := &checker{ctx: t.Context(), d: d, Report: &Report{}}
		c.brokenOff()
		if len(c.Unproven) > 0 || len(c.Findings) > 0 {
			t.Errorf("%s: not decided %v, found %v", name, c.Unproven, c.Findings)
		}
		for _, p := range d.Properties {
			for _, claim := range p.Claims {
				urgent := claim.Then.Op == q.OpOutcome && claim.Then.Look.Kind == q.LookUrgency && claim.Then.Look.UrgencyTo == q.Emergency
				remedy := claim.Never && claim.When.Op == q.OpOutcome && claim.When.Look.Kind == q.LookAdvice
				if (urgent || remedy) && slices.Contains(c.BrokenOff, string(p.ID)) {
					t.Errorf("%s: %s does not hold while answers are lacking", name, p.ID)
				}
			}
		}
		if len(c.BrokenOff) > len(d.Properties)/10 {
			t.Errorf("%s: %d of %d properties do not hold while answers are lacking", name, len(c.BrokenOff), len(d.Properties))
		}
	}
}
