package graph

import (
	"strings"
	"unicode"
)

// The sizes of text, in pixels at 96 for an inch. None is under 9.
const (
	sizeTitle = 20
	sizeHead  = 14
	sizeName  = 13
	sizeText  = 12
	sizeSmall = 11
)

// widths gives, for a size of 100, how wide letters are in DejaVu Sans, the widest of the common sans-serif fonts. So a line
// that fits by this measure fits in any of them.
var widths = []struct {
	width   int
	letters string
}{
	{32, " ,.Iijl'·"}, {37, "-/:;\\f|"}, {43, "!()[]rt"}, {46, `"`}, {53, "*J`sz“”"}, {57, "?L_cгзсэ"},
	{62, "FTaekovxyГТабвекотухчья"}, {66, "$0123456789EKPSYbdghnpquЕЗРУийлнпрё"}, {72, "ABCRVXZАБВКСХЧЬЭЯдцъ"},
	{77, "DHNUИЙЛНПм"}, {82, "&GOQwДОЦы"}, {88, "#+<=>M^~МФЪфю→"}, {93, "Ыжш"}, {97, "%mщ"}, {101, "@W…—"}, {110, "ШЖЩЮ"},
}

var widthOf = func() map[rune]int {
	m := map[rune]int{}
	for _, w := range widths {
		for _, r := range w.letters {
			m[r] = w.width
		}
	}
	return m
}()

// letter gives the width of a letter for a size of 100.
func letter(r rune) int {
	w, ok := widthOf[r]
	switch {
	case ok:
		return w
	case unicode.Is(unicode.Mn, r):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), r > 0x2fff:
		return 110
	case unicode.IsUpper(r):
		return 80
	}
	return 72
}

func letters(s string) (sum int) {
	for _, r := range s {
		sum += letter(r)
	}
	return sum
}

// scaled gives the width in pixels of letters that sum up to so much for a size of 100.
func scaled(sum, size int, bold bool) int {
	if bold {
		sum = sum * 116 / 100
	}
	return (sum*size + 99) / 100
}

// width gives a bound on how wide a line of text becomes, in pixels.
func width(s string, size int, bold bool) int { return scaled(letters(s), size, bold) }

// wrap breaks a text into lines that fit, at spaces where it can.
func wrap(s string, size int, bold bool, room int) (lines []string) {
	line, sum := "", 0
	end := func() {
		if line != "" {
			lines = append(lines, line)
		}
		line, sum = "", 0
	}
	for _, word := range strings.Fields(s) {
		wide := letters(word)
		if line != "" && scaled(sum+letter(' ')+wide, size, bold) <= room {
			line, sum = line+" "+word, sum+letter(' ')+wide
			continue
		}
		end()
		if scaled(wide, size, bold) <= room {
			line, sum = word, wide
			continue
		}
		for _, r := range word { // wider than a line: broken anywhere
			if scaled(sum+letter(r), size, bold) > room {
				end()
			}
			line, sum = line+string(r), sum+letter(r)
		}
	}
	end()
	return lines
}

// clip bounds a text, so that no box is taller than a sheet.
func clip(lines []string, most int) []string {
	if len(lines) <= most {
		return lines
	}
	return append(lines[:most-1:most-1], "…")
}

// escape makes text safe within SVG. Signs that XML cannot hold are left out.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	return escaper.Replace(s)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
