package export_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ekbom/internal/account"
	"ekbom/internal/assess"
	"ekbom/internal/export"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
	"ekbom/internal/review"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type m = map[string]any

func definition(t *testing.T) *q.Definition {
	t.Helper()
	d, faults := q.Load(questionnairetest.Files(m{
		"questionnaire": "small", "version": "1.2.3", "reviewed": "2026-01-02",
		"sections": []any{m{"section": "one", "questions": []any{
			m{"question": "signs", "type": "choices", "options": []string{"pain", "fever", "no-signs"}, "none": "no-signs"},
			m{"question": "age", "type": "number", "range": m{"from": 0, "to": 120}, "unread": "For the test."},
			m{"question": "pregnant", "type": "choice", "options": []string{"early", "late"}, "ask": m{"signs": "fever"}, "if_not_asked": "no"},
			m{"question": "family", "type": "choice", "options": []string{"mother", "nobody"}, "decline": true, "unread": "For the test."},
			m{"question": "since", "type": "date", "unread": "For the test."},
			m{"question": "words", "type": "text", "length": 200, "optional": true, "unread": "For the test."},
			m{"question": "last", "type": "choice", "options": []string{"a", "b"}, "unread": "For the test."},
		}}},
	}, m{
		"red_flags": []any{m{"red_flag": "hot", "urgency": "same-day", "if_unknown": "soon", "when": m{"signs": "fever"}, "source": "s1"},
			m{"red_flag": "late", "urgency": "soon", "if_unknown": "routine", "when": m{"pregnant": "late"}, "source": "s1"}},
		"criteria": []any{m{"criterion": "sore", "met": m{"signs": "pain"}, "source": "s1"}},
		"pattern":  m{"full": m{"criterion": m{"sore": "met"}}, "partial": m{"signs": "fever"}, "none": m{"criterion": m{"sore": "not-met"}}, "shown": m{"always": true}},
		"causes": []any{m{"cause": "strain", "urgency": "routine", "rules": []any{m{"rule": "sore", "strength": "strong", "when": m{"signs": "pain"}, "source": "s1"}},
			"against": []any{}}},
		"referrals":  []any{m{"specialist": "doctor", "named_by": "source", "causes": []string{"strain"}, "source": "s1"}},
		"exclusions": m{}, "advice": []any{},
	}))
	for _, f := range faults {
		t.Error(f.Error())
	}
	if d == nil {
		t.FailNow()
	}
	d.Hash = strings.Repeat("0", 64) // the golden file says nothing about the files of this test
	return d
}

func answers(t *testing.T, d *q.Definition, words map[q.ID][]string) q.Answers {
	t.Helper()
	all := d.NewAnswers()
	for id, w := range words {
		i, ok := d.Question(id)
		if !ok {
			t.Fatal(id)
		}
		a, fault := d.ParseAnswer(i, w)
		if fault != nil {
			t.Fatal(fault)
		}
		a.At = noon.Unix() - 60
		all[i] = a
	}
	return all
}

func written(t *testing.T, s export.Submission) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile("testdata/"+name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func sample() (review.Submission, []review.Entry, export.Exported) {
	s := review.Submission{
		ID: "0193", Urgency: q.Routine, Age: review.From45, Name: "Anna Berg", Sent: noon, State: review.InReview, Assigned: "Robin",
	}
	history := []review.Entry{
		{At: noon.Add(time.Hour), Author: "a1", Name: "Robin", Kind: review.Moved, From: review.Received, To: review.InReview},
		{At: noon.Add(time.Hour), Author: "a1", Name: "Robin", Kind: review.Taken, Person: "Robin"},
		{At: noon.Add(2 * time.Hour), Author: "a1", Name: "Robin", Kind: review.Note, Text: "Ferritin?\n<b>Call</b> first."},
	}
	return s, history, export.Exported{At: noon.Add(3 * time.Hour), By: "Robin", Role: account.Reviewer}
}

func TestSubmission(t *testing.T) {
	t.Parallel()
	d := definition(t)
	all := answers(t, d, map[q.ID][]string{"signs": {"pain"}, "age": {"52"}, "pregnant": {"late"}, "family": {"declined"}, "since": {"2019-05"}, "words": {"I cannot sleep.\n\"Really\" <not>."}})
	kept, err := json.Marshal(assess.Evaluate(d, all))
	if err != nil {
		t.Fatal(err)
	}
	s, history, by := sample()
	out := export.NewSubmission(s, history, by)
	out.Tell(d, q.Response{
		Ref: d.Ref, Outcome: kept, Completed: noon.Add(-time.Minute), NotMe: []q.ID{"strain"},
		Letter: q.Letter{Name: "Anna Berg", Born: "1974-02-28", Words: "Please call."},
	}, all)
	golden(t, "submission.json", written(t, out))
}

func TestKeptOutcomeDiffers(t *testing.T) {
	t.Parallel()
	d := definition(t)
	all := answers(t, d, map[q.ID][]string{"signs": {"pain"}})
	for _, tt := range []struct {
		name, kept  string
		differences int
	}{
		{"another urgency", strings.Replace(mustOutcome(t, d, all), `"urgency":"routine"`, `"urgency":"self-care"`, 1), 1},
		{"unreadable", `{"urgency":`, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, history, by := sample()
			out := export.NewSubmission(s, history, by)
			out.Tell(d, q.Response{Ref: d.Ref, Outcome: []byte(tt.kept)}, all)
			var got struct {
				Outcome    *assess.Outcome `json:"outcome"`
				OutcomeNow *assess.Outcome `json:"outcome_now"`
			}
			if err := json.Unmarshal(written(t, out), &got); err != nil {
				t.Fatal(err)
			}
			if len(out.Differences) != tt.differences || got.OutcomeNow == nil || got.OutcomeNow.Urgency != q.Routine {
				t.Errorf("differences %v, now %+v", out.Differences, got.OutcomeNow)
			}
			if (got.Outcome == nil) != (tt.differences == 0) {
				t.Errorf("kept %+v", got.Outcome)
			}
		})
	}
}

func mustOutcome(t *testing.T, d *q.Definition, all q.Answers) string {
	t.Helper()
	kept, err := json.Marshal(assess.Evaluate(d, all))
	if err != nil {
		t.Fatal(err)
	}
	return string(kept)
}

// Of a submission that was withdrawn nothing is told that the patient sent.
func TestWithdrawn(t *testing.T) {
	t.Parallel()
	s, history, by := sample()
	s.Withdrawn = noon.Add(90 * time.Minute)
	golden(t, "withdrawn.json", written(t, export.NewSubmission(s, history, by)))
}
