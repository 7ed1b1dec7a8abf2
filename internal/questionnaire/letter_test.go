package questionnaire

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseLetter(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name                           string
		typed, words, year, month, day string
		want                           Letter
		faults                         []LetterFault
	}{
		{name: "nothing"},
		{name: "all", typed: "  Anna\r\n Berg ", words: "a\r\nb", year: "1961", month: "3", day: "07", want: Letter{"Anna Berg", "1961-03-07", "a\nb"}},
		{name: "today", year: "2026", month: "11", day: "22", want: Letter{Born: "2026-11-22"}},
		{name: "tomorrow", year: "2026", month: "11", day: "23", faults: []LetterFault{LetterBornFuture}},
		{name: "31 February", year: "1980", month: "2", day: "31", faults: []LetterFault{LetterBornDate}},
		{name: "leap day", year: "2000", month: "2", day: "29", want: Letter{Born: "2000-02-29"}},
		{name: "no leap day", year: "1900", month: "2", day: "29", faults: []LetterFault{LetterBornDate}},
		{name: "words for digits", year: "last", month: "2", day: "1", faults: []LetterFault{LetterBornDate}},
		{name: "two digits of a year", year: "61", month: "2", day: "1", faults: []LetterFault{LetterBornDate}},
		{name: "only a year", year: "1961", faults: []LetterFault{LetterBornPart}},
		{name: "too long ago", year: "1890", month: "1", day: "1", faults: []LetterFault{LetterBornDate}},
		{name: "most signs", typed: strings.Repeat("я", LetterName), words: strings.Repeat("я", LetterWords),
			want: Letter{Name: strings.Repeat("я", LetterName), Words: strings.Repeat("я", LetterWords)}},
		{name: "too many signs", typed: strings.Repeat("я", LetterName+1), words: strings.Repeat("я", LetterWords+1),
			want:   Letter{Name: strings.Repeat("я", LetterName+1), Words: strings.Repeat("я", LetterWords+1)},
			faults: []LetterFault{LetterNameLong, LetterWordsLong}},
		{name: "signs that turn the direction", typed: "Anna\u202egreB", words: "a\u2066b\x00c\x1b", want: Letter{Name: "AnnagreB", Words: "abc"}},
	} {
		got, faults := ParseLetter(tt.typed, tt.words, tt.year, tt.month, tt.day, today)
		if diff := cmp.Diff(tt.want, got) + cmp.Diff(tt.faults, faults); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	for born, want := range map[string]int{"": -1, "1961-11-22": 65, "1961-11-23": 64, "1961-12-01": 64, "2026-11-22": 0} {
		if got := (Letter{Born: born}).Age(today); got != want {
			t.Errorf("born %q: %d, want %d", born, got, want)
		}
	}
}
