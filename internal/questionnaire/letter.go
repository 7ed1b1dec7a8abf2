package questionnaire

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// LetterFault says what is wrong with a part of a letter as it was typed.
type LetterFault string

// The faults of letters.
const (
	LetterNameLong   LetterFault = "name-long"
	LetterWordsLong  LetterFault = "words-long"
	LetterBornPart   LetterFault = "born-part" // not day, month and year
	LetterBornDate   LetterFault = "born-date" // no such day
	LetterBornFuture LetterFault = "born-future"
)

// ParseLetter reads what a person typed in order to send: name, own words, and the parts of a date of birth as digits. All may
// be empty. Of a name that runs over lines one is made.
func ParseLetter(name, words, year, month, day string, today time.Time) (Letter, []LetterFault) {
	l := Letter{Name: CleanText(strings.Join(strings.Fields(name), " ")), Words: CleanText(words)}
	var faults []LetterFault
	if utf8.RuneCountInString(l.Name) > LetterName {
		faults = append(faults, LetterNameLong)
	}
	parts := []string{strings.TrimSpace(year), strings.TrimSpace(month), strings.TrimSpace(day)}
	switch given := slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == "" }); len(given) {
	case 0:
	case len(parts):
		date, ok := parseDate(parts)
		born, err := time.Parse(time.DateOnly, date)
		switch {
		case !ok || err != nil:
			faults = append(faults, LetterBornDate)
		case born.Format(time.DateOnly) > today.Format(time.DateOnly):
			faults = append(faults, LetterBornFuture)
		default:
			l.Born = date
		}
	default:
		faults = append(faults, LetterBornPart)
	}
	if utf8.RuneCountInString(l.Words) > LetterWords {
		faults = append(faults, LetterWordsLong)
	}
	return l, faults
}

// Age gives the age in years on a day, -1 without a date of birth.
func (l Letter) Age(on time.Time) int {
	born, err := time.Parse(time.DateOnly, l.Born)
	if err != nil {
		return -1
	}
	years := on.Year() - born.Year()
	if on.Month() < born.Month() || on.Month() == born.Month() && on.Day() < born.Day() {
		years--
	}
	return years
}
