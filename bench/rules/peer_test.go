package rules

import (
	"testing"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
	"ekbom/questionnaires"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var peers = map[string]func(*q.Definition) (*Peer, error){"cel-go": NewCEL, "expr": NewExpr}

// agree compares a peer with our engine: every condition that the definition states, and the verdict.
type agree struct {
	d    *q.Definition
	peer *Peer
	all  []*q.Condition
	run  program
}

func newAgree(t interface{ Fatal(...any) }, d *q.Definition, peer *Peer) *agree {
	a := &agree{d: d, peer: peer}
	var expressions []string
	d.Conditions(func(c *q.Condition) {
		a.all = append(a.all, c)
		expressions = append(expressions, peer.writer.both(c)...)
	})
	var err error
	if a.run, err = peer.engine.compile(expressions); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *agree) on(t interface {
	Fatal(...any)
	Errorf(string, ...any)
}, answers q.Answers) {
	ours := assess.NewVerdict(a.d)
	ours.Judge(answers)
	if err := a.peer.Judge(answers); err != nil {
		t.Fatal(err)
	}
	if ours.Urgency != a.peer.Urgency {
		t.Errorf("urgency is %s, ours is %s", a.peer.Urgency, ours.Urgency)
	}
	if diff := cmp.Diff(ours.Causes, a.peer.Causes); diff != "" {
		t.Errorf("causes (-ours +theirs):\n%s", diff)
	}
	v, err := a.run()
	if err != nil {
		t.Fatal(err)
	}
	for n, c := range a.all {
		if got, want := truth(v, 2*n), ours.Values.Of(c); got != want {
			t.Errorf("condition %d is %s, ours is %s", n, got, want)
		}
		if v.at(2*n) && v.at(2*n+1) {
			t.Errorf("condition %d is both true and false", n)
		}
	}
}

func rls(t *testing.T) *q.Definition {
	t.Helper()
	files, err := questionnaires.Open("rls")
	if err != nil {
		t.Fatal(err)
	}
	d, faults := q.Load(files)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return d
}

func TestPeersAgreeOnTheShippedCases(t *testing.T) {
	t.Parallel()
	d := rls(t)
	for name, open := range peers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			peer, err := open(d)
			if err != nil {
				t.Fatal(err)
			}
			a := newAgree(t, d, peer)
			for i := range d.Cases {
				a.on(t, d.Cases[i].Answers)
				if t.Failed() {
					t.Fatalf("case %s", d.Cases[i].ID)
				}
			}
		})
	}
}

func TestPeersAgreeOnRandomQuestionnaires(t *testing.T) {
	t.Parallel()
	for name, open := range peers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				d, faults := q.Load(questionnairetest.Generate(t, 6))
				if len(faults) > 0 {
					t.Fatal(faults)
				}
				peer, err := open(d)
				if err != nil {
					t.Fatal(err)
				}
				a := newAgree(t, d, peer)
				for range 4 {
					a.on(t, draw(t, d))
				}
			})
		})
	}
}

// draw gives any answers, also to questions that are not asked.
func draw(t *rapid.T, d *q.Definition) q.Answers {
	answers := d.NewAnswers()
	for i := range d.Questions {
		qu := &d.Questions[i]
		a := &answers[i]
		a.State = rapid.SampledFrom([]q.AnswerState{q.NotReached, q.Given, q.Given, q.Given, q.Given, q.Unsure}).Draw(t, "state")
		if a.State != q.Given {
			continue
		}
		switch qu.Type {
		case q.Number:
			a.Number = rapid.IntRange(qu.Range.From, qu.Range.To).Draw(t, "number")
		case q.Choice:
			a.Options = 1 << rapid.IntRange(0, len(qu.Options)-1).Draw(t, "option")
		case q.Choices:
			a.Options = rapid.Uint64Range(1, 1<<len(qu.Options)-1).Draw(t, "options")
		}
	}
	return answers
}
