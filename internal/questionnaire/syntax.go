package questionnaire

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const (
	mendYAML    = "mind the indentation, close each bracket, put a space behind each colon, and quotes around words that hold a colon; the mistake may stand a line above"
	mendQuotes  = "put quotes around the text"
	mendControl = "take it out, or type the text anew"
)

// parse makes a tree of a file, or says in words of writing why it is none.
func parse(name string, data []byte) (root yaml.Node, fault *Fault) {
	at := func(p Place, code, mend, format string, args ...any) (yaml.Node, *Fault) {
		p.File = name
		return root, &Fault{Place: p, Code: code, What: fmt.Sprintf(format, args...), Mend: mend}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for offset := 0; offset < len(data); {
		r, size := utf8.DecodeRune(data[offset:])
		switch {
		case r == utf8.RuneError && size == 1:
			return at(placeOf(data, offset), "not-utf-8", "save it as text in UTF-8", "the file is not saved as UTF-8")
		case r != '\r' && unfit(r):
			return at(placeOf(data, offset), "control-sign", mendControl, "there is a sign here that cannot be seen (%U)", r)
		}
		offset += size
	}
	if countNodes(data) > maxNodes {
		return at(Place{Line: 1, Column: 1}, "too-many-values", "split it, or take out what is not needed", "the file holds more than %d values", maxNodes)
	}
	err := yaml.Load(data, &root)
	if err == nil {
		if one := root.Content; len(one) == 1 && one[0].Kind == yaml.ScalarNode && one[0].Value == "" && one[0].Style == 0 {
			return at(Place{Line: 1, Column: 1}, "file-empty", "write its keys into it", "there is nothing in the file")
		}
		return root, nil
	}
	one, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return at(Place{Line: 1, Column: 1}, "not-yaml", mendYAML, "not readable as YAML: %s", err)
	}
	where := Place{Line: max(1, one.Mark.Line), Column: max(1, one.Mark.Column)}
	context := Place{Line: one.ContextMark.Line, Column: one.ContextMark.Column}
	offset := offsetOf(data, where)
	switch {
	case strings.Contains(one.Message, "no documents"):
		return at(where, "file-empty", "write its keys into it", "there is nothing in the file, or comments only")
	case strings.Contains(one.Message, "found multiple"):
		return at(secondDocument(data), "not-yaml", "take the line out", "a line of --- begins a second document here")
	case one.ContextMsg == "while scanning a quoted scalar":
		return at(context, "not-yaml", "close it; a quote within a text needs the other kind of quotes around the whole", "the quote that is opened here is never closed")
	case one.ContextMsg == "while scanning a tag", one.ContextMsg == "while scanning a directive", one.ContextMsg == "while scanning an anchor",
		one.ContextMsg == "while scanning an alias", one.ContextMsg == "while scanning a block scalar":
		code := "not-yaml"
		if one.ContextMsg == "while scanning a tag" {
			code = codeTag
		}
		return at(context, code, mendQuotes, "a text cannot begin with %q", data[offsetOf(data, context)])
	case strings.HasSuffix(one.Message, "in a YAML tag"):
		return at(placeOf(data, max(0, bytes.LastIndexByte(data[:offset], '!'))), codeTag, mendQuotes, "a text cannot begin with '!'")
	case strings.HasPrefix(one.Message, "unknown anchor"):
		return at(where, "anchor", mendQuotes, "a text cannot begin with \"*\"")
	case one.Message == "found character that cannot start any token" && offset < len(data) && data[offset] == '\t':
		return at(where, "not-yaml", "write spaces instead", "there is a tab where a line is indented")
	case one.Message == "found character that cannot start any token" && offset < len(data):
		return at(where, "not-yaml", mendQuotes, "a text cannot begin with %q", data[offset])
	}
	if opened := quoteBefore(data, offset); one.Message == "did not find expected key" && opened >= 0 {
		return at(placeOf(data, opened), "not-yaml", "close it where the text ends; a quote within a text needs the other kind of quotes around the whole",
			"the text in quotes that begins here ends in line %d, and something follows it there", where.Line)
	}
	return at(where, "not-yaml", mendYAML, "not readable as YAML: %s", one.Message)
}

const codeTag = "tag"

// hidden reports whether a sign is never seen, or turns the direction of what is read: nobody writes it on purpose.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

// unfit reports whether a sign does not belong into a text. The marks of direction do: where a script runs from the right, they
// put a bracket or a number in its place, and turn nothing else.
func unfit(r rune) bool {
	return hidden(r) && r != '\n' && r != '\t' && !strings.ContainsRune("\u200e\u200f\u061c", r)
}

// placeOf gives the line and column of a byte.
func placeOf(data []byte, offset int) Place {
	before := data[:offset]
	line := bytes.LastIndexByte(before, '\n') + 1
	return Place{Line: 1 + bytes.Count(before, []byte("\n")), Column: 1 + utf8.RuneCount(before[line:])}
}

// offsetOf is the byte at a line and column.
func offsetOf(data []byte, p Place) int {
	offset := 0
	for range p.Line - 1 {
		next := bytes.IndexByte(data[offset:], '\n')
		if next < 0 {
			return len(data)
		}
		offset += next + 1
	}
	for range p.Column - 1 {
		_, size := utf8.DecodeRune(data[offset:])
		offset += size
	}
	return min(offset, max(0, len(data)-1))
}

// quoteBefore finds where the text in quotes began that ends right before a byte; -1 when there is none.
func quoteBefore(data []byte, offset int) int {
	before := bytes.TrimRight(data[:offset], " ")
	if len(before) == 0 || !strings.ContainsRune(`"'`, rune(before[len(before)-1])) {
		return -1
	}
	return bytes.LastIndexByte(before[:len(before)-1], before[len(before)-1])
}

// secondDocument finds the line that begins a second document.
func secondDocument(data []byte) Place {
	begun, at := false, 0
	for line := range bytes.Lines(data) {
		if begun && bytes.HasPrefix(line, []byte("---")) {
			return placeOf(data, at)
		}
		word := bytes.TrimSpace(line)
		begun = begun || len(word) > 0 && word[0] != '#'
		at += len(line)
	}
	return Place{Line: 1, Column: 1}
}

// countNodes says how many values a file can hold at most, before anything is made of them.
func countNodes(data []byte) (n int) {
	for _, c := range data {
		switch c {
		case '\n', ',', ':', '[', '{':
			n++
		}
	}
	return n
}
