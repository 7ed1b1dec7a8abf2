package questionnaire_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	q "ekbom/internal/questionnaire"
	. "ekbom/internal/questionnaire/questionnairetest"
)

// leads reports whether question i comes next after answers that raised no emergency, and how many there are.
func leads(d *q.Definition, answers q.Answers, i int) (given int, ok bool) {
	v := d.NewValues()
	d.Evaluate(answers, v)
	for _, f := range d.RedFlags {
		if f.Urgency == q.Emergency && v.Of(f.When) == q.True {
			return 0, false
		}
	}
	p := d.Path(answers)
	for k := range answers {
		if answers[k].State != q.NotReached {
			given++
			if p.Asked[k] != q.True {
				return given, false
			}
		}
	}
	return given, p.Next == i
}

func TestWayToEveryShippedQuestion(t *testing.T) {
	t.Parallel()
	d := shipped(t)
	for i := range d.Questions {
		answers, ok := d.Way(i)
		if !ok {
			t.Errorf("no way to %s", d.Questions[i].ID)
			continue
		}
		given, ok := leads(d, answers, i)
		if !ok {
			t.Errorf("%s does not come next after %s", d.Questions[i].ID, d.Query(answers))
		}
		again, _ := d.Way(i)
		if d.Query(again) != d.Query(answers) {
			t.Errorf("%s: another way the second time", d.Questions[i].ID)
		}
		// No made-up person comes there with fewer.
		for _, c := range d.Cases {
			before := slices.Clone(c.Answers)
			clear(before[i:])
			if n, ok := leads(d, before, i); ok && n < given {
				t.Errorf("%s: %d answers, but the case %s needs %d", d.Questions[i].ID, given, c.ID, n)
			}
		}
	}
}

// A way is never longer than the shortest of all, and there is one where there is any.
func TestWayIsShortest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 5)
		for i := range d.Questions {
			best := -1
			var all func(k int, answers q.Answers)
			all = func(k int, answers q.Answers) {
				if n, ok := leads(d, answers, i); ok && (best < 0 || n < best) {
					best = n
				}
				if k == i {
					return
				}
				for _, a := range append(possible(d, k), q.Answer{}) {
					next := slices.Clone(answers)
					next[k] = a
					all(k+1, next)
				}
			}
			all(0, d.NewAnswers())
			answers, ok := d.Way(i)
			if ok != (best >= 0) {
				t.Fatalf("%s: found %v, shortest %d", d.Questions[i].ID, ok, best)
			}
			if !ok {
				continue
			}
			if n, leads := leads(d, answers, i); !leads || n != best {
				t.Fatalf("%s: %d answers (%v), shortest %d: %s", d.Questions[i].ID, n, leads, best, d.Query(answers))
			}
		}
	})
}

// An emergency may hang on a question that counts as answered no when it is not asked, and so on what opens it.
func TestWayPastAnEmergencyOfWhatIsNotAsked(t *testing.T) {
	t.Parallel()
	question := func(id string, more M) M {
		more["question"], more["type"], more["options"], more["unsure"] = id, "choice", []string{"a", "b"}, false
		return more
	}
	opens := M{"all": []any{M{"q1": "b"}, M{"any": []any{M{"q0": "b"}, M{"q1": "a"}}}}}
	d, faults := q.Load(Files(M{"questionnaire": "way", "version": "1.0.0", "reviewed": "2026-01-02", "sections": []any{M{"section": "only", "questions": []any{
		question("q0", M{}), question("q1", M{}), question("q2", M{"unread": "For the test."}),
		question("q3", M{"ask": opens, "if_not_asked": "no"}),
	}}}}, M{
		"red_flags": []any{M{"red_flag": "f", "urgency": "emergency", "if_unknown": "soon", "when": M{"not": M{"q3": "a"}}, "source": "s1"}},
		"causes":    []any{M{"cause": "c", "rules": []any{M{"rule": "r", "strength": "weak", "when": M{"q0": "a"}, "source": "s1"}}}},
		"referrals": []any{M{"specialist": "doctor", "named_by": "source", "when": M{"always": true}, "source": "s1"}},
		"advice":    []any{},
	}))
	if len(faults) > 0 {
		for _, f := range faults {
			t.Log(f.Error())
		}
		t.FailNow()
	}
	answers, ok := d.Way(2)
	if got := d.Query(answers); !ok || got != "q0=b&q1=b" {
		t.Errorf("the way to q2 is %q, %t", got, ok)
	}
}
