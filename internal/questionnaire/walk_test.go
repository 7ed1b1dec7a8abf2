package questionnaire_test

import (
	"fmt"
	"testing"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
)

// Questions that wait for two others each, which wait for two others: walked over anew each time they would never end.
func TestWalkOfNestedQuestions(t *testing.T) {
	t.Parallel()
	type m = questionnairetest.M
	var questions []any
	id := func(i int) string { return fmt.Sprintf("q%d", i) }
	const n = 100
	for i := range n {
		question := m{"question": id(i), "type": "choice", "options": []string{"yes", "no"}, "unsure": false}
		if i > 1 {
			question["ask"], question["if_not_asked"] = m{"all": []any{m{id(i - 1): "yes"}, m{id(i - 2): "yes"}}}, "no"
		}
		questions = append(questions, question)
	}
	always, last := m{"always": true}, m{id(n - 1): "yes"}
	d, faults := q.Load(questionnairetest.Files(
		m{"questionnaire": "nested", "version": "1.0.0", "reviewed": "2026-01-02", "sections": []any{m{"section": "only", "questions": questions}}},
		m{
			"red_flags":  []any{m{"red_flag": "f", "urgency": "soon", "if_unknown": "soon", "when": last, "source": "s1"}},
			"criteria":   []any{m{"criterion": "k", "met": last, "source": "s1"}},
			"pattern":    m{"full": last, "partial": last, "none": m{"not": last}, "shown": always},
			"causes":     []any{m{"cause": "c", "rules": []any{m{"rule": "r", "strength": "weak", "when": last, "source": "s1"}}}},
			"referrals":  []any{m{"specialist": "doctor", "named_by": "source", "when": always, "source": "s1"}},
			"exclusions": m{}, "advice": []any{m{"advice": "x", "kind": "ask", "when": always, "source": "s1"}},
		}))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	answers := d.NewAnswers()
	for i := range answers {
		answers[i] = q.Answer{State: q.Given, Options: 1}
	}
	if got := d.Walk(d.RedFlags[0].When, answers); got != q.True {
		t.Errorf("all yes: %v", got)
	}
	answers[0].Options = 2
	if got := d.Walk(d.RedFlags[0].When, answers); got != q.False {
		t.Errorf("the first no: %v", got)
	}
}
