package questionnaire_test

import (
	"testing"

	"pgregory.net/rapid"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
)

func generate(t *rapid.T, most int) *q.Definition {
	d, faults := q.Load(questionnairetest.Generate(t, most))
	for _, f := range faults {
		t.Error(f.Error())
	}
	if d == nil {
		t.FailNow()
	}
	return d
}

// possible gives every answer to a question, and "not reached".
func possible(d *q.Definition, i int) (all []q.Answer) {
	qu := &d.Questions[i]
	if qu.Unsure {
		all = append(all, q.Answer{State: q.Unsure})
	}
	switch qu.Type {
	case q.Number:
		for n := qu.Range.From; n <= qu.Range.To; n++ {
			all = append(all, q.Answer{State: q.Given, Number: n})
		}
	case q.Choice:
		for o := range qu.Options {
			all = append(all, q.Answer{State: q.Given, Options: 1 << o})
		}
	case q.Choices:
		for set := uint64(1); set < 1<<qu.None; set++ {
			all = append(all, q.Answer{State: q.Given, Options: set})
		}
		all = append(all, q.Answer{State: q.Given, Options: 1 << qu.None})
	}
	return all
}

func draw(t *rapid.T, d *q.Definition) q.Answers {
	answers := d.NewAnswers()
	for i := range answers {
		answers[i] = rapid.SampledFrom(append(possible(d, i), q.Answer{})).Draw(t, string(d.Questions[i].ID))
	}
	return answers
}

// The compiled program and the plain tree walk give every condition the same value.
func TestProgramAgreesWithTreeWalk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 6)
		v := d.NewValues()
		for range 5 {
			answers := draw(t, d)
			d.Evaluate(answers, v)
			d.Conditions(func(c *q.Condition) {
				if got, want := v.Of(c), d.Walk(c, answers); got != want {
					t.Fatalf("condition at %s is %s, by tree walk %s", c.Place, got, want)
				}
			})
		}
	})
}

// Filling a gap never turns true into false or back: a conclusion drawn is drawn for good.
func TestMoreAnswersOnlyDecide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 6)
		full := draw(t, d)
		part := append(q.Answers(nil), full...)
		for i := range part {
			if rapid.Bool().Draw(t, "leave out") {
				part[i] = q.Answer{}
			}
		}
		d.Conditions(func(c *q.Condition) {
			if before := d.Walk(c, part); before != q.Unknown && before != d.Walk(c, full) {
				t.Fatalf("condition at %s was %s with fewer answers", c.Place, before)
			}
		})
	})
}

// leftExactly counts the questions left by trying every answer.
func leftExactly(d *q.Definition, answers q.Answers) (fewest, most int) {
	next := -1
	for i := range answers {
		if d.Walk(d.Questions[i].Ask, answers) == q.True && answers[i].State == q.NotReached {
			next = i
			break
		}
	}
	if next < 0 {
		return 0, 0
	}
	fewest = len(answers)
	for _, a := range possible(d, next) {
		then := append(q.Answers(nil), answers...)
		then[next] = a
		lo, hi := leftExactly(d, then)
		fewest, most = min(fewest, lo+1), max(most, hi+1)
	}
	return fewest, most
}

// The range of questions left is what trying every answer gives, from any point of the journey.
func TestPathBoundsAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 6)
		answers := d.NewAnswers()
		for range rapid.IntRange(0, 4).Draw(t, "answered") {
			p := d.Path(answers)
			if p.Complete() {
				break
			}
			answers[p.Next] = rapid.SampledFrom(possible(d, p.Next)).Draw(t, "answer")
		}
		// Somebody goes back and changes an answer.
		if i := rapid.IntRange(0, len(answers)-1).Draw(t, "changed"); answers[i].State != q.NotReached {
			answers[i] = rapid.SampledFrom(possible(d, i)).Draw(t, "to")
		}
		p := d.Path(answers)
		fewest, most := leftExactly(d, answers)
		if p.Fewest != fewest || p.Most != most {
			t.Fatalf("left between %d and %d, by trying every answer between %d and %d", p.Fewest, p.Most, fewest, most)
		}
	})
}

// Answers to questions that are not asked change no condition.
func TestAnswersOffThePathDoNotCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 6)
		answers := draw(t, d)
		p := d.Path(answers)
		without := append(q.Answers(nil), answers...)
		for i := range without {
			if p.Asked[i] != q.True {
				without[i] = q.Answer{}
			}
		}
		d.Conditions(func(c *q.Condition) {
			if got, want := d.Walk(c, answers), d.Walk(c, without); got != want {
				t.Fatalf("condition at %s is %s because of an answer off the path", c.Place, got)
			}
		})
	})
}

// Answers survive being kept.
func TestAnswersRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 6)
		answers := draw(t, d)
		data, err := d.EncodeAnswers(answers)
		if err != nil {
			t.Fatal(err)
		}
		back, err := d.DecodeAnswers(data)
		if err != nil {
			t.Fatal(err)
		}
		for i := range answers {
			if !answers[i].Equal(back[i]) {
				t.Fatalf("%s: %+v came back as %+v", d.Questions[i].ID, answers[i], back[i])
			}
		}
	})
}
