package export

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"
)

// written gives the file of one row.
func writtenRow(t testing.TB, cells ...string) string {
	t.Helper()
	var b bytes.Buffer
	s := &sheet{w: &b}
	for _, c := range cells {
		s.cell(c)
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCell(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                   "",
		"Anna":               "Anna",
		"Anna Berg":          `"Anna Berg"`,
		"O'Neill":            "O'Neill",
		`say "so"`:           `"say ""so"""`,
		"a,b":                `"a,b"`,
		"two\r\nlines":       "\"two\nlines\"",
		"=1+1":               "'=1+1",
		"+49 30":             "\"'+49 30\"",
		"-1":                 "'-1",
		"@SUM(A1)":           "'@SUM(A1)",
		"\tx":                "\"'\tx\"",
		"\rx":                "\"'\nx\"",
		"  =cmd|' /C calc'!": "\"'  =cmd|' /C calc'!\"",
		"\u00a0=1":           "'\u00a0=1",
		"\ufeff=1":           "'\ufeff=1",
		"＝1":                 "'＝1",
		"'quoted'":           "''quoted'",
		"UNSURE":             "'UNSURE",
		"unsure":             "unsure",
		"NOT-ASKED":          "'NOT-ASKED",
	} {
		if got := writtenRow(t, text); got != want+"\r\n" {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzCell: whatever somebody types, a spreadsheet takes no cell for a formula, and the text can be had back.
func FuzzCell(f *testing.F) {
	for _, seed := range []string{"", "Anna", "=1+1", " -2", "'", "''", "a\"b,c;d\ne\r\nf\rg", "\x00=", "\ufeff+", "UNSURE", "\xff", "＝", "\u202e"} {
		f.Add(seed, "next")
		f.Add("first", seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		line := writtenRow(t, a, b)
		if !strings.HasSuffix(line, "\r\n") || !utf8.ValidString(line) {
			t.Fatalf("%q", line)
		}
		r := csv.NewReader(strings.NewReader(line))
		got, err := r.Read()
		if err != nil || len(got) != 2 {
			t.Fatalf("%q: %q, %v", line, got, err)
		}
		for i, text := range []string{a, b} {
			if trimmed := strings.TrimSpace(got[i]); trimmed != "" && strings.ContainsRune("=+-@", rune(trimmed[0])) {
				t.Errorf("%q could be a formula", got[i])
			}
			if got[i] != "" && strings.ContainsRune("\t\r\n", rune(got[i][0])) {
				t.Errorf("%q begins with a sign that is not seen", got[i])
			}
			text = strings.ToValidUTF8(text, "\uFFFD")
			text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
			if back := strings.TrimPrefix(got[i], "'"); back != text {
				t.Errorf("%q came back as %q", text, back)
			}
		}
	})
}
