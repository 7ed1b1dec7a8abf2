package questionnaire_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"slices"
	"strings"
	"testing"

	q "ekbom/internal/questionnaire"
)

func archive(t *testing.T, d *q.Definition) fs.FS {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(d.Archive()), int64(len(d.Archive())))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestParseAnswer(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(small(nil))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	tests := []struct {
		question q.ID
		entries  []string
		want     []string // as Words gives them
		fault    string
	}{
		{"who", []string{"me"}, []string{"me"}, ""},
		{"who", []string{" other "}, []string{"other"}, ""},
		{"who", nil, nil, q.FaultMissing},
		{"who", []string{""}, nil, q.FaultMissing},
		{"who", []string{"you"}, nil, q.FaultOption},
		{"who", []string{"me", "other"}, nil, q.FaultOneOnly},
		{"who", []string{"unsure"}, nil, q.FaultNotOffered},
		{"signs", []string{"fever", "pain"}, []string{"pain", "fever"}, ""},
		{"signs", []string{"no-signs"}, []string{"no-signs"}, ""},
		{"signs", []string{"pain", "no-signs"}, nil, q.FaultExclusive},
		{"signs", []string{"pain", "unsure"}, nil, q.FaultExclusive},
		{"signs", []string{"unsure"}, []string{"unsure"}, ""},
		{"signs", []string{"declined"}, nil, q.FaultNotOffered},
		{"pregnant", []string{"declined"}, []string{"declined"}, ""},
		{"age", []string{"42"}, []string{"42"}, ""},
		{"age", []string{"0"}, []string{"0"}, ""},
		{"age", []string{"100"}, []string{"100"}, ""},
		{"age", []string{"42,0"}, []string{"42"}, ""},
		{"age", []string{"40.0"}, []string{"40"}, ""},
		{"age", []string{"42.5"}, nil, q.FaultNumber},
		{"age", []string{"forty"}, nil, q.FaultNumber},
		{"age", []string{"-1"}, nil, q.FaultRange},
		{"age", []string{"121"}, nil, q.FaultRange},
		{"age", []string{"99999999999999999999"}, nil, q.FaultNumber},
		{"since", []string{"2020"}, []string{"2020"}, ""},
		{"since", []string{"2020", "5"}, []string{"2020-05"}, ""},
		{"since", []string{"2020", "2", "29"}, []string{"2020-02-29"}, ""},
		{"since", []string{"2021", "2", "29"}, nil, q.FaultDate},
		{"since", []string{"2021-13"}, nil, q.FaultDate},
		{"since", []string{"1066"}, nil, q.FaultDate},
		{"words", []string{"my legs\r\ncrawl"}, []string{"my legs\ncrawl"}, ""},
		{"words", nil, []string{"blank"}, ""},
		{"words", []string{"  "}, []string{"blank"}, ""},
		{"words", []string{"unsure"}, []string{"unsure"}, ""},
		{"words", []string{"a\u202eb\x00c\u2066"}, []string{"abc"}, ""},
		{"words", []string{"e" + strings.Repeat("\u0301", 300) + "\u2028!"}, []string{"e" + strings.Repeat("\u0301", 4) + "!"}, ""},
		{"words", []string{"twenty-one signs long"}, nil, q.FaultTooLong},
		{"words", []string{strings.Repeat("я", 20)}, []string{strings.Repeat("я", 20)}, ""},
	}
	for _, tt := range tests {
		at, _ := d.Question(tt.question)
		a, fault := d.ParseAnswer(at, tt.entries)
		switch {
		case tt.fault == "" && fault != nil:
			t.Errorf("%s %q: %v", tt.question, tt.entries, fault)
		case tt.fault != "" && (fault == nil || fault.Code != tt.fault):
			t.Errorf("%s %q: fault %v, want %s", tt.question, tt.entries, fault, tt.fault)
		case tt.fault == "" && !slices.Equal(d.Words(at, a), tt.want):
			t.Errorf("%s %q is %q, want %q", tt.question, tt.entries, d.Words(at, a), tt.want)
		}
	}
}

func TestDecodeAnswersRefuses(t *testing.T) {
	t.Parallel()
	d, _ := q.Load(small(nil))
	for _, data := range []string{``, `[]`, `{"nobody":{"a":["me"]}}`, `{"who":{"a":["you"]}}`, `{"age":{"a":["500"]}}`} {
		if _, err := d.DecodeAnswers([]byte(data)); err == nil {
			t.Errorf("accepted %s", data)
		}
	}
	// The very words that stand for states are kept apart from the states.
	answers := d.NewAnswers()
	at, _ := d.Question("words")
	answers[at] = q.Answer{State: q.Given, Text: "blank"}
	data, err := d.EncodeAnswers(answers)
	if err != nil {
		t.Fatal(err)
	}
	back, err := d.DecodeAnswers(data)
	if err != nil || !back[at].Equal(answers[at]) {
		t.Errorf("came back as %+v, %v", back[at], err)
	}
}

func FuzzParseAnswer(f *testing.F) {
	d, _ := q.Load(small(nil))
	for _, s := range []string{"me", "pain", "42", "2020-02-29", "unsure", "", "\xff", "١٢", "1e3", "0x10"} {
		f.Add(0, s, s)
	}
	f.Fuzz(func(t *testing.T, at int, one, two string) {
		if at < 0 {
			at = -(at + 1)
		}
		at %= len(d.Questions)
		a, fault := d.ParseAnswer(at, []string{one, two})
		if fault != nil {
			return
		}
		words := d.Words(at, a)
		if a.State == q.Blank {
			words = nil
		}
		again, fault := d.ParseAnswer(at, words)
		if fault != nil || !again.Equal(a) {
			t.Fatalf("%q was read as %+v, and that as %+v (%v)", []string{one, two}, a, again, fault)
		}
	})
}
