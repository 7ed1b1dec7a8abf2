package assess_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
	"ekbom/questionnaires"
)

func load(t testing.TB, name string) *q.Definition {
	t.Helper()
	files, err := questionnaires.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	d, faults := q.Load(files)
	for _, f := range faults {
		t.Error(f.Error())
	}
	if d == nil {
		t.FailNow()
	}
	return d
}

// draw answers a questionnaire from its beginning, as a person would, now and then stopping short.
func draw(t *rapid.T, d *q.Definition) q.Answers {
	answers := d.NewAnswers()
	for {
		p := d.Path(answers)
		if p.Complete() || rapid.IntRange(0, 60).Draw(t, "stop") == 60 {
			return answers
		}
		answers[p.Next] = drawAnswer(t, d, p.Next)
	}
}

func drawAnswer(t *rapid.T, d *q.Definition, i int) q.Answer {
	qu := &d.Questions[i]
	var states []q.AnswerState
	for state, offered := range map[q.AnswerState]bool{q.Unsure: qu.Unsure, q.Declined: qu.Decline, q.Blank: qu.Optional} {
		if offered {
			states = append(states, state)
		}
	}
	slices.Sort(states)
	if n := rapid.IntRange(0, 7).Draw(t, "state"); n < len(states) {
		return q.Answer{State: states[n]}
	}
	a := q.Answer{State: q.Given}
	switch qu.Type {
	case q.Number:
		a.Number = rapid.IntRange(qu.Range.From, qu.Range.To).Draw(t, string(qu.ID))
	case q.Choice:
		a.Options = 1 << rapid.IntRange(0, len(qu.Options)-1).Draw(t, string(qu.ID))
	case q.Choices:
		free := len(qu.Options)
		if qu.None >= 0 {
			free = qu.None
		}
		a.Options = rapid.Uint64Range(0, 1<<free-1).Draw(t, string(qu.ID))
		// Few people tick half of a long list.
		a.Options &= rapid.Uint64Range(0, 1<<free-1).Draw(t, "of") & rapid.Uint64Range(0, 1<<free-1).Draw(t, "and of")
		if a.Options == 0 {
			a.Options = 1 << (len(qu.Options) - 1)
		}
	case q.Date:
		a.Text = "2020"
	default:
		a.Text = "words"
	}
	return a
}

func asJSON(t interface{ Fatal(...any) }, o *assess.Outcome) string {
	data, err := json.MarshalIndent(o, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// forBoth runs a property on the shipped questionnaire and on random ones.
func forBoth(t *testing.T, property func(t *rapid.T, d *q.Definition)) {
	t.Helper()
	rls := load(t, "rls")
	t.Run("rls", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) { property(t, rls) })
	})
	t.Run("random", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			d, faults := q.Load(questionnairetest.Generate(t, 6))
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			property(t, d)
		})
	})
}

func TestEvaluateIsDeterministic(t *testing.T) {
	t.Parallel()
	forBoth(t, func(t *rapid.T, d *q.Definition) {
		answers := draw(t, d)
		if diff := cmp.Diff(asJSON(t, assess.Evaluate(d, answers)), asJSON(t, assess.Evaluate(d, slices.Clone(answers)))); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Answers kept and read again in whatever order give the same outcome, and so do answers with others off the path.
func TestOnlyAnswersOnThePathMatter(t *testing.T) {
	t.Parallel()
	forBoth(t, func(t *rapid.T, d *q.Definition) {
		answers := draw(t, d)
		want := asJSON(t, assess.Evaluate(d, answers))
		data, err := d.EncodeAnswers(answers)
		if err != nil {
			t.Fatal(err)
		}
		back, err := d.DecodeAnswers(data)
		if err != nil {
			t.Fatal(err)
		}
		p := d.Path(answers)
		for i := range back {
			if p.Asked[i] != q.True {
				back[i] = drawAnswer(t, d, i)
			}
		}
		if diff := cmp.Diff(want, asJSON(t, assess.Evaluate(d, back))); diff != "" {
			t.Fatal(diff)
		}
	})
}

// The urgency is at least that of every red flag that fires, and of every one that cannot be told.
func TestUrgencyIsAtLeastEveryFlags(t *testing.T) {
	t.Parallel()
	forBoth(t, func(t *rapid.T, d *q.Definition) {
		answers := draw(t, d)
		o := assess.Evaluate(d, answers)
		for _, f := range d.RedFlags {
			switch d.Walk(f.When, answers) {
			case q.True:
				if o.Urgency < f.Urgency {
					t.Fatalf("%s fires, urgency is %s", f.ID, o.Urgency)
				}
			case q.Unknown:
				if o.Urgency < f.IfUnknown {
					t.Fatalf("%s cannot be told, urgency is %s", f.ID, o.Urgency)
				}
			}
		}
	})
}

// A conclusion names answers that were given, and without an emergency or same-day flag nothing is hidden.
func TestReasonsAreTheirOwnAnswers(t *testing.T) {
	t.Parallel()
	forBoth(t, func(t *rapid.T, d *q.Definition) {
		answers := draw(t, d)
		o := assess.Evaluate(d, answers)
		given := func(kind string, id q.ID, reasons []assess.Reason) {
			for _, r := range reasons {
				if at, ok := d.Question(r.Question); !ok || answers[at].State == q.NotReached {
					t.Fatalf("%s %s is reasoned from %s, which has no answer", kind, id, r.Question)
				}
			}
		}
		for _, f := range o.RedFlags {
			given("red flag", f.ID, f.Because)
		}
		for _, c := range o.Causes {
			given("cause", c.ID, c.Because)
			given("cause", c.ID, c.Against)
			if c.Rule == "" || len(c.Source) == 0 {
				t.Fatalf("cause %s without rule or source", c.ID)
			}
		}
		for _, s := range o.Specialists {
			if len(s.Because) == 0 && len(s.Causes) == 0 && referral(d, s.ID).From == q.SelfCare && d.Walk(referral(d, s.ID).When, nil) != q.True {
				t.Fatalf("nothing leads to %s", s.ID)
			}
		}
	})
}

func referral(d *q.Definition, id q.ID) *q.Referral {
	for i := range d.Referrals {
		if d.Referrals[i].Specialist == id {
			return &d.Referrals[i]
		}
	}
	return nil
}

// One more sign ticked where signs are listed never lowers the urgency.
func TestOneMoreSignNeverLowersUrgency(t *testing.T) {
	t.Parallel()
	d := load(t, "rls")
	signs := []q.ID{"emergency-signs", "pregnancy-signs", "warning-signs", "child-signs", "illness-signs", "clot-risks"}
	rapid.Check(t, func(t *rapid.T) {
		answers := draw(t, d)
		before := assess.Evaluate(d, answers)
		i, ok := d.Question(rapid.SampledFrom(signs).Draw(t, "list"))
		if !ok {
			t.Fatal("no such question")
		}
		if d.Path(answers).Asked[i] != q.True || answers[i].State != q.Given {
			t.Skip("not asked")
		}
		sign := rapid.IntRange(0, d.Questions[i].None-1).Draw(t, "sign")
		more := slices.Clone(answers)
		more[i].Options = more[i].Options&^(1<<d.Questions[i].None) | 1<<sign
		if after := assess.Evaluate(d, more); after.Urgency < before.Urgency {
			t.Fatalf("%s with %s: urgency fell from %s to %s", d.Questions[i].ID, d.Questions[i].Options[sign], before.Urgency, after.Urgency)
		}
	})
}

func TestCases(t *testing.T) {
	t.Parallel()
	d := load(t, "rls")
	if len(d.Cases) < 50 {
		t.Errorf("%d cases, want at least 50", len(d.Cases))
	}
	for i := range d.Cases {
		for _, differs := range assess.CheckCase(d, &d.Cases[i]) {
			t.Errorf("%s: %s: %s", d.Cases[i].Place, d.Cases[i].ID, differs)
		}
	}
}

// A case that expects what is not so is found out, whatever kind of thing it expects.
func TestCheckCaseFindsDifferences(t *testing.T) {
	t.Parallel()
	d := load(t, "rls")
	emergency, full := q.Emergency, q.MatchFull
	wrong := q.Case{Answers: d.NewAnswers(), Expect: q.Expect{
		Urgency: &emergency, Pattern: &full, Criteria: map[q.ID]q.CriterionState{d.Criteria[0].ID: q.Met},
		RedFlags: &[]q.ID{d.RedFlags[0].ID}, Causes: map[q.ID]q.Strength{d.Causes[0].ID: q.Strong},
		LookAlikes: []q.ID{d.LookAlikes[0].ID}, Specialists: []q.ID{d.Referrals[1].Specialist}, First: "nobody", Advice: []q.ID{"nothing"},
	}}
	if got, want := len(assess.CheckCase(d, &wrong)), 9; got != want {
		t.Errorf("%d differences, want %d: %v", got, want, assess.CheckCase(d, &wrong))
	}
}

func BenchmarkJudge(b *testing.B) {
	d := load(b, "rls")
	v := assess.NewVerdict(d)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v.Judge(d.Cases[i%len(d.Cases)].Answers)
	}
}

func BenchmarkPath(b *testing.B) {
	d := load(b, "rls")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		answers := slices.Clone(d.Cases[i%len(d.Cases)].Answers)
		clear(answers[1+i%(len(answers)-1):])
		d.Path(answers)
	}
}

func TestJudgeDoesNotAllocate(t *testing.T) {
	d := load(t, "rls")
	v := assess.NewVerdict(d)
	if n := testing.AllocsPerRun(100, func() { v.Judge(d.Cases[0].Answers) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
