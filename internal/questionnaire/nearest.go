package questionnaire

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DidYouMean names, in brackets after a space, the known word nearest to one that is not known, if any is near. Where the two
// look the same, it says which sign differs.
func DidYouMean[U, S ~string](unknown U, known []S) string {
	word := []rune(string(unknown))
	if sign, plain := lookAlikeSign(string(unknown)); sign != "" && slices.Contains(known, S(plain)) {
		return fmt.Sprintf(" (did you mean %q? %s)", plain, sign)
	}
	best, at := 3, ""
	for _, k := range known {
		if dist := editDistance(word, []rune(string(k))); dist < best {
			best, at = dist, string(k)
		}
	}
	if i := slices.IndexFunc(known, func(k S) bool { return len(word) > 3 && strings.Contains(string(k), string(unknown)) }); at == "" && i >= 0 {
		at = string(known[i])
	}
	if at == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", at)
}

func editDistance(a, b []rune) int {
	if d := len(a) - len(b); d > 3 || d < -3 || len(a) > 60 {
		return 99
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// Signs of other scripts, and of word processors, that look like those of ids.
var (
	lookAlikes = []rune("авсеһіјкмнорԛѕтуѵԝхαικνορυ‐‑‒–—−")
	looksLike  = []rune("abcehijkmhopqstyvwxaikvopu------")
)

// lookAlikeSign says of the first sign of a word that only looks as if it could stand in an id what it is, and gives the word
// with plain signs.
func lookAlikeSign(word string) (says, plain string) {
	plain = strings.Map(func(r rune) rune {
		i := slices.Index(lookAlikes, r)
		switch {
		case i < 0:
			return r
		case says != "":
		case unicode.IsLetter(r):
			says = fmt.Sprintf("the letter %c (%U) is not a Latin %c", r, r, looksLike[i])
		default:
			says = fmt.Sprintf("the sign %c (%U) is not a plain dash", r, r)
		}
		return looksLike[i]
	}, word)
	if !utf8.ValidString(word) {
		return "", word
	}
	return says, plain
}
