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

// width gives a bound on how wide a line of text becomes, in pixels.
func width(s string, size int, bold bool) int {
	sum := 0
	for _, r := range s {
		w, ok := widthOf[r]
		switch {
		case ok:
		case unicode.Is(unicode.Mn, r):
			w = 0
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), r > 0x2fff:
			w = 110
		case unicode.IsUpper(r):
			w = 80
		default:
			w = 72
		}
		sum += w
	}
	if bold {
		sum = sum * 116 / 100
	}
	return (sum*size + 99) / 100
}

// wrap breaks a text into lines that fit, at spaces where it can.
func wrap(s string, size int, bold bool, room int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && width(line+" "+word, size, bold) <= room {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = ""
		for _, r := range word { // a word wider than a line is broken anywhere
			if width(line+string(r), size, bold) > room && line != "" {
				lines, line = append(lines, line), ""
			}
			line += string(r)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
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
