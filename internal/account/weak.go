package account

import (
	_ "embed"
	"encoding/json"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/ccojocar/zxcvbn-go/data"
)

// enough is how many bits of guessing a password must take: ten billion tries, at some fiftieths of a second each.
const enough = 33

// telling is how many bits easier names must make a password for them to be what is wrong with it.
const telling = 3

// The words that passwords are made of. Those of zxcvbn are English; its own estimate takes every Cyrillic sign for a
// random one and "пароль123" for a good password, and costs each start of the program 40 ms. So the lists are read when a
// password is chosen, and judged by signs of any script.
var wordLists = []string{"data/Passwords.json", "data/English.json", "data/FemaleNames.json", "data/MaleNames.json", "data/Surnames.json"}

//go:embed common.txt
var commonWords string // the likeliest first, Russian and of clinics

// judged is how many signs of a password are looked at: what comes behind can only make it better.
const judged = 64

// What one piece of a password takes to guess, in bits.
const (
	bitsSign  = 3.33 // a sign that belongs to nothing
	bitsPiece = 5.6  // at least, for any word: where one ends and the next begins must be guessed too
	bitsStart = 5.6  // the first key or sign of a run
	bitsTurn  = 2.6  // a change of direction
	bitsDate  = 15.2
	bitsYear  = 6.9
)

// guessing estimates how many bits it takes to guess a password for somebody who knows nothing, and for somebody who
// knows the person's own words. The password is cut into pieces in the way that is guessed soonest.
func guessing(password string, own []string) (without, with float64) {
	signs := []rune(strings.ToLower(password))
	if len(signs) > judged {
		signs = signs[:judged]
	}
	ranks := wordsIn(signs)
	without = cheapest(signs, ranks)
	for _, word := range own {
		ranks[word] = 1
	}
	with = cheapest(signs, ranks)
	if strings.ContainsFunc(password, unicode.IsUpper) {
		without, with = without+1, with+1
	}
	return without, with
}

// cheapest cuts signs into pieces: the bits of each stretch are those of the best piece or of its two best halves.
func cheapest(signs []rune, ranks map[string]int) float64 {
	n := len(signs)
	bits := make([][]float64, n+1)
	for i := range bits {
		bits[i] = make([]float64, n+1)
	}
	for size := 1; size <= n; size++ {
		for i := 0; i+size <= n; i++ {
			j := i + size
			best := float64(size) * bitsSign
			if size >= 3 {
				best = min(best, wordBits(signs[i:j], ranks), runBits(signs[i:j]), keyBits(signs[i:j]), dateBits(signs[i:j]))
			}
			for period := 1; period <= size/2; period++ {
				if size%period == 0 && repeats(signs[i:j], period) {
					best = min(best, bits[i][i+period]+math.Log2(float64(size/period))+1)
				}
			}
			for k := i + 1; k < j; k++ {
				best = min(best, bits[i][k]+bits[k][j])
			}
			bits[i][j] = best
		}
	}
	return bits[0][n]
}

func repeats(signs []rune, period int) bool {
	for i := period; i < len(signs); i++ {
		if signs[i] != signs[i-period] {
			return false
		}
	}
	return true
}

// Signs that stand for letters, and the keys of a Russian keyboard with those of an English one.
var (
	lookAlikes = strings.NewReplacer("4", "a", "@", "a", "8", "b", "3", "e", "6", "g", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t", "+", "t", "2", "z")
	toEnglish  = replaceKeys("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.")
	toRussian  = replaceKeys("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю")
)

func replaceKeys(from, to string) *strings.Replacer {
	var pairs []string
	target := []rune(to)
	for i, r := range []rune(from) {
		pairs = append(pairs, string(r), string(target[i]))
	}
	return strings.NewReplacer(pairs...)
}

// spellings gives the words that a stretch may be, and the bits for each disguise.
func spellings(stretch []rune) [5]string {
	word := string(stretch)
	back := make([]rune, len(stretch))
	for i, r := range stretch {
		back[len(back)-1-i] = r
	}
	return [5]string{word, lookAlikes.Replace(word), string(back), toRussian.Replace(word), toEnglish.Replace(word)}
}

func wordBits(stretch []rune, ranks map[string]int) float64 {
	best := math.Inf(1)
	for i, word := range spellings(stretch) {
		if rank := ranks[word]; rank > 0 {
			b := math.Log2(float64(rank)) + 1
			if i > 0 {
				b++
			}
			best = min(best, max(b, bitsPiece))
		}
	}
	return best
}

// wordsIn gives the ranks of those listed words that stand in signs, disguised or not.
func wordsIn(signs []rune) map[string]int {
	wanted := map[string]int{}
	for i := range signs {
		for j := i + 3; j <= min(len(signs), i+24); j++ {
			for _, word := range spellings(signs[i:j]) {
				wanted[word] = 0
			}
		}
	}
	note := func(word string, rank int) {
		if before, ok := wanted[word]; ok && (before == 0 || rank < before) {
			wanted[word] = rank
		}
	}
	for rank, word := range strings.Fields(commonWords) {
		note(word, rank+1)
	}
	for _, name := range wordLists {
		var list struct{ List []string }
		raw, err := data.Asset(name)
		if err == nil {
			err = json.Unmarshal(raw, &list)
		}
		if err != nil {
			panic(err) // the lists are part of the program
		}
		for rank, word := range list.List {
			note(strings.ToLower(word), rank+1)
		}
	}
	return wanted
}

// runBits is for signs that follow each other in the alphabet or count: abc, 321, абв.
func runBits(signs []rune) float64 {
	step := signs[1] - signs[0]
	if step != 1 && step != -1 {
		return math.Inf(1)
	}
	for i := 2; i < len(signs); i++ {
		if signs[i]-signs[i-1] != step {
			return math.Inf(1)
		}
	}
	return bitsStart + math.Log2(float64(len(signs)))
}

var keyRows = [4]string{"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"}

var unshift = replaceKeys(`~!@#$%^&*()_+{}:"<>?`, "`1234567890-=[];',./")

// keyBits is for signs whose keys lie beside each other: qwerty, 1qaz, йцукен.
func keyBits(signs []rune) float64 {
	turns, lastRow, lastCol, lastDR, lastDC := 0, 0, 0, 0, 0
	for i, key := range toEnglish.Replace(unshift.Replace(string(signs))) {
		row, col := -1, -1
		for r, keys := range keyRows {
			if c := strings.IndexRune(keys, key); c >= 0 {
				row, col = r, c
				if r == 0 {
					col-- // the digit row begins one key further out
				}
			}
		}
		if row < 0 {
			return math.Inf(1)
		}
		if i > 0 {
			dr, dc := row-lastRow, col-lastCol
			if dr < -1 || dr > 1 || dc < -1 || dc > 1 || dr == 0 && dc == 0 {
				return math.Inf(1)
			}
			if i > 1 && (dr != lastDR || dc != lastDC) {
				turns++
			}
			lastDR, lastDC = dr, dc
		}
		lastRow, lastCol = row, col
	}
	return bitsStart + float64(turns)*bitsTurn + math.Log2(float64(len(signs)))
}

// dateBits is for days and years of somebody's life.
func dateBits(signs []rune) float64 {
	if len(signs) > len("02.01.2006") {
		return math.Inf(1)
	}
	digits := strings.Map(func(r rune) rune {
		switch r {
		case '.', '-', '/', ' ', '_':
			return -1
		}
		return r
	}, string(signs))
	if len(digits) == 4 && len(signs) == 4 && (digits[:2] == "19" || digits[:2] == "20") && strings.Trim(digits, "0123456789") == "" {
		return bitsYear
	}
	for _, layout := range []string{"02012006", "01022006", "20060102", "020106", "010206", "060102"} {
		if t, err := time.Parse(layout, digits); err == nil && t.Year() > 1900 && t.Year() < 2100 {
			return bitsDate
		}
	}
	return math.Inf(1)
}
