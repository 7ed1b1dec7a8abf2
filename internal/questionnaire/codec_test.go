package questionnaire_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	q "ekbom/internal/questionnaire"
)

// Answers in their usual form are read by hand, in any other form by encoding/json: both ways give the same, and all of it.
func TestCodecAgreesWithJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 6)
		answers := draw(t, d)
		for i := range answers {
			if answers[i].State != q.NotReached {
				answers[i].Rev = rapid.IntRange(0, 1<<40).Draw(t, "rev")
				answers[i].At = rapid.Int64().Draw(t, "at")
			}
		}
		usual, err := d.EncodeAnswers(answers)
		if err != nil {
			t.Fatal(err)
		}
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, usual, "", " "); err != nil {
			t.Fatalf("%s: %v", usual, err)
		}
		for _, data := range [][]byte{usual, spaced.Bytes()} {
			back, err := d.DecodeAnswers(data)
			if err != nil {
				t.Fatalf("%s: %v", data, err)
			}
			if diff := cmp.Diff(answers, back); diff != "" {
				t.Fatalf("%s: %s", data, diff)
			}
		}
	})
}

// Own words may hold anything.
func FuzzCodec(f *testing.F) {
	d, faults := q.Load(small(nil))
	if len(faults) > 0 {
		f.Fatal(faults)
	}
	at, _ := d.Question("words")
	f.Add("blank")
	f.Add("\"\\\n<b>\u2028я")
	f.Fuzz(func(t *testing.T, words string) {
		a, fault := d.ParseAnswer(at, []string{words})
		if fault != nil {
			return
		}
		answers := d.NewAnswers()
		answers[at] = a
		data, err := d.EncodeAnswers(answers)
		if err != nil || !json.Valid(data) {
			t.Fatalf("%q: %s, %v", words, data, err)
		}
		back, err := d.DecodeAnswers(data)
		if err != nil || !back[at].Equal(a) {
			t.Fatalf("%q came back as %+v, %v", words, back[at], err)
		}
	})
}
