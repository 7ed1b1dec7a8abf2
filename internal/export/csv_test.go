package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/export"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
	"ekbom/internal/review"
)

// older is an edition of the same questionnaire that asked something else, and had another option.
func older(t *testing.T) *q.Definition {
	t.Helper()
	d, faults := q.Load(questionnairetest.Files(m{
		"questionnaire": "small", "version": "1.0.0", "reviewed": "2025-01-02",
		"sections": []any{m{"section": "one", "questions": []any{
			m{"question": "signs", "type": "choices", "options": []string{"pain", "no-signs"}, "none": "no-signs"},
			m{"question": "weight", "type": "number", "range": m{"from": 1, "to": 300}, "unread": "For the test."},
		}}},
	}, m{
		"red_flags": []any{m{"red_flag": "hot", "urgency": "same-day", "if_unknown": "soon", "when": m{"signs": "pain"}, "source": "s1"}},
		"criteria":  []any{m{"criterion": "sore", "met": m{"signs": "pain"}, "source": "s1"}},
		"pattern":   m{"full": m{"criterion": m{"sore": "met"}}, "partial": m{"signs": "pain"}, "none": m{"criterion": m{"sore": "not-met"}}, "shown": m{"always": true}},
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
	d.Hash = strings.Repeat("1", 64)
	return d
}

// queue writes some submissions as a table.
func queue(t *testing.T, names bool) []byte {
	t.Helper()
	current, before := definition(t), older(t)
	var b bytes.Buffer
	table := export.NewQueue(&b, []*q.Definition{current, before}, names)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	row := func(id string, d *q.Definition, name string, words map[q.ID][]string) {
		t.Helper()
		all := answers(t, d, words)
		outcome := assess.Evaluate(d, all)
		kept, err := json.Marshal(outcome)
		check(err)
		s := review.Submission{ID: q.ResponseID(id), Urgency: outcome.Urgency, Match: outcome.Pattern.Match, Age: review.From45,
			Name: name, Born: "1974-02-28", Sent: noon, State: review.Received}
		check(table.Row(s, d, q.Response{Ref: d.Ref, Outcome: kept, NotMe: []q.ID{"strain"}}, all))
	}
	check(table.Head())
	row("a", current, `=HYPERLINK("http://x","Anna")`, map[q.ID][]string{"signs": {"pain", "fever"}, "age": {"52"}, "pregnant": {"late"},
		"family": {"declined"}, "since": {"2019-05"}, "words": {"-2+3\n\"never\", she said"}, "last": {"a"}})
	row("b", current, "Борис Ö", map[q.ID][]string{"signs": {"no-signs"}, "age": {"unsure"}, "family": {"mother"}, "since": {"2019"}, "words": nil})
	row("c", current, "", map[q.ID][]string{"signs": {"pain"}, "words": {"BLANK"}})
	row("d", before, "O'Neill, Bo", map[q.ID][]string{"signs": {"pain"}, "weight": {"70"}})
	check(table.Row(review.Submission{ID: "e", Sent: noon, Withdrawn: noon.Add(time.Hour), State: review.Reviewed}, nil, q.Response{}, nil))
	check(table.Row(review.Submission{ID: "f", Age: review.AgeUnknown, Sent: noon, State: review.SetAside}, before,
		q.Response{Ref: before.Ref, Outcome: []byte(`{"red_`)}, before.NewAnswers()))
	check(table.Flush())
	return b.Bytes()
}

func TestQueue(t *testing.T) {
	t.Parallel()
	golden(t, "queue.csv", queue(t, false))
	golden(t, "queue-names.csv", queue(t, true))
}

// Every row has every column, and without names no row tells one.
func TestQueueShape(t *testing.T) {
	t.Parallel()
	for _, names := range []bool{false, true} {
		b := queue(t, names)
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\uFEFF")))).ReadAll()
		if err != nil || len(rows) != 7 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		if told := bytes.Contains(b, []byte("Борис")) || bytes.Contains(b, []byte("1974")); told != names {
			t.Errorf("names wanted: %v, told: %v", names, told)
		}
		if !bytes.HasPrefix(b, []byte("\uFEFFsubmission,")) || bytes.Contains(bytes.ReplaceAll(b, []byte("\r\n"), nil), []byte("\r")) {
			t.Error("not as RFC 4180 has it")
		}
	}
}

func TestCodebook(t *testing.T) {
	t.Parallel()
	current, before := definition(t), older(t)
	var b bytes.Buffer
	if err := export.Codebook(&b, []*q.Definition{current, before}, "de"); err != nil {
		t.Fatal(err)
	}
	golden(t, "codebook.csv", b.Bytes())
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.Bytes(), []byte("\uFEFF")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, r := range rows[1:] {
		told[r[0]] = true
	}
	head, _, _ := strings.Cut(strings.TrimPrefix(string(queue(t, true)), "\uFEFF"), "\r\n")
	for _, column := range strings.Split(head, ",") {
		if !told[column] {
			t.Errorf("column %s is not in the codebook", column)
		}
	}
}
