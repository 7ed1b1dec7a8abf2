package questionnaire_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	q "ekbom/internal/questionnaire"
)

// What is wrong with the writing of a file is told where it is wrong, in words that say what to do.
func TestSyntax(t *testing.T) {
	t.Parallel()
	const many = 250_000
	for _, tt := range []struct{ name, content, want string }{
		{"tag in front of a text", "a: !How old are you?", `:1:4: what begins with an exclamation mark is no text to the reader of the file: "!How" would be lost [tag]; put quotes around the text`},
		{"tag alone", "a: ! old", "[tag]"},
		{"tag of a type", "a: !!int 3", "[tag]"},
		{"tag of bytes", "a: !!binary aGk=", "[tag]"},
		{"tag of a list", "a: !x [b]", "[tag]"},
		{"tag of the whole", "!x\na: b", "[tag]"},
		{"tag of a key", "!a b: c", "[tag]"},
		{"tag with a comma", "a: !Oh, no", "[tag]"},
		{"tag in a text", "a: Oh no!", ""},
		{"tag in quotes", "a: \"!x\"\nb: '! y'", ""},
		{"empty", "", ":1:1: there is nothing in the file, or comments only [file-empty]; write its keys into it"},
		{"comments", "# nothing\n", "[file-empty]"},
		{"a line of dashes", "---\n", "[file-empty]"},
		{"two documents", "a: 1\n---\nb: 2\n", ":2:1: a line of --- begins a second document here [not-yaml]; take the line out"},
		{"two documents, both begun", "---\n# one\na: 1\n--- # two\nb: 2\n", ":4:1: a line of ---"},
		{"many documents", strings.Repeat("---\n", 150_000), ":2:1: a line of ---"},
		{"one document", "---\na: 1\n", ""},
		{"UTF-8 mark", "\ufeffa: 1\n", ""},
		{"UTF-16", "\xff\xfea\x00:\x00", ":1:1: the file is not saved as UTF-8 [not-utf-8]; save it as text in UTF-8"},
		{"Latin-1", "a: 1\nb: caf\xe9\n", ":2:7: the file is not saved as UTF-8"},
		{"picture", "\x89PNG\r\n\x1a\n\x00\x00", "[not-utf-8]"},
		{"escape", "a: 1\nb: x\x1b[2K", ":2:5: there is a sign here that cannot be seen (U+001B) [control-sign]; take it out, or type the text anew"},
		{"null", "a: x\x00", "[control-sign]"},
		{"C1", "a: x\u009b2K", "[control-sign]"},
		{"delete", "a: x\x7f", "[control-sign]"},
		{"turns the direction", "a: x\u202ey", ":1:5: there is a sign here that cannot be seen (U+202E)"},
		{"turns the direction of a comment", "# x\u2066y\na: 1", "[control-sign]"},
		{"another line end", "a: x\u2028y", "[control-sign]"},
		{"written escape", `a: "x\e[2K"`, `:1:4: there is a sign in "x\x1b[2K" that cannot be seen [control-sign]`},
		{"written null", `a: "\0"`, "[control-sign]"},
		{"written return", `a: "x\ry"`, "[control-sign]"},
		{"written direction", `a: "\u202e"`, "[control-sign]"},
		{"in a key", `"x\e": 1`, "[control-sign]"},
		{"lines and tabs", "a: |\n  x\n  y\tz\r\nb: \"\\n\\t\"\n", ""},
		{"other scripts", "a: Беспокойные ноги, пятница\nb: می\u200cخواهم", ""},
		{"marks of direction", "a: \"\u05e9\u05dc\u05d5\u05dd (RLS)\u200f\"\nb: \u061cx\u200e", ""},
		{"unclosed quote", "a: 1\nb: \"x\nc: 3\nd: 4\n", ":2:4: the quote that is opened here is never closed [not-yaml]; close it;"},
		{"quote closed by the next", "a: 1\nb: \"x\nc: \"y\"\nd: 1\n", ":2:4: the text in quotes that begins here ends in line 3, and something follows it there"},
		{"quote within quotes", "a: 'it's'", ":1:4: the text in quotes that begins here ends in line 1, and something follows it there"},
		{"text behind quotes", `a: "x" y`, ":1:4: the text in quotes"},
		{"percent", "a: %x", `:1:4: a text cannot begin with '%' [not-yaml]; put quotes around the text`},
		{"at", "a: @x", `a text cannot begin with '@' [not-yaml]; put quotes around the text`},
		{"backtick", "a: 1\nb:\n  - `x", ":3:5: a text cannot begin with '`'"},
		{"percent first", "%x: b", "a text cannot begin with '%'"},
		{"star", "a: *x", `a text cannot begin with "*" [anchor]; put quotes around the text`},
		{"star of five", "a: * x", `a text cannot begin with '*'`},
		{"and", "a: & x", `a text cannot begin with '&'`},
		{"anchor", "a: &x y", "[anchor]; write the value out, or put quotes"},
		{"bar", "a: |x|\n", `a text cannot begin with '|'`},
		{"tab", "a:\n\tb: 1", ":2:1: there is a tab where a line is indented [not-yaml]; write spaces instead"},
		{"comma in braces", "a: {none: No, none of these}", `:1:15: "none of these" has no value; a text with a comma inside { } needs quotes [comma-in-text]; put quotes around the whole text`},
		{"comma in the middle", "a: {none: No, none of these, b: c}", `"none of these" has no value`},
		{"comma in other letters", "a: {none: Нет, ничего}", `"ничего" has no value`},
		{"nothing behind the colon", "a: {b: , c: d}", ""},
		{"second of a list without its dash", "a:\n  - red_flag: x\n    urgency: soon\n    red_flag: y\n    urgency: soon\n", `:4:5: "red_flag" is given twice [key-twice]; did you forget a dash (-) before it?`},
		{"key twice", "a: 1\nb: 2\na: 3", `:3:1: "a" is given twice [key-twice]; keep one of them`},
		{"key of an item twice", "a:\n  - b: 1\n    c: 2\n    c: 3", "keep one of them"},
		{"many values", "a: [" + strings.Repeat("1,", many) + "1]", "the file holds more than 200000 values [too-many-values]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := small(nil)
			files["sources.yaml"] = &fstest.MapFile{Data: []byte(tt.content)}
			_, faults := q.Load(files)
			writing := 0
			for _, f := range faults {
				if f.File == "sources.yaml" && f.Code != "unknown-key" && f.Code != "missing-key" {
					writing++
				}
			}
			if tt.want == "" {
				if writing > 0 {
					t.Errorf("told: %v", faults)
				}
				return
			}
			tellsOnly(t, faults, tt.want)
			if writing != 1 || len(faults) != 1 {
				t.Errorf("%d faults: %v", len(faults), faults)
			}
		})
	}
	if got, want := (q.Place{File: "a\x1b.yaml", Line: 3, Column: 1}).String(), `"a\x1b.yaml":3:1`; got != want {
		t.Errorf("a place is %s, want %s", fmt.Sprintf("%q", got), want)
	}
}
