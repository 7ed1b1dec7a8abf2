package questionnaire

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Place is where something was written.
type Place struct {
	File         string
	Line, Column int
}

func (p Place) String() string {
	file := p.File
	if !utf8.ValidString(file) || strings.ContainsFunc(file, hidden) { // a name must not pass for a line of its own
		file = strconv.Quote(file)
	}
	if p.Line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, p.Line, p.Column)
}

// Fault is something wrong in a questionnaire's files.
type Fault struct {
	Place
	Code string // stable word, such as unknown-option
	What string // what is wrong
	Mend string // how to mend it
}

func (f Fault) Error() string {
	if f.Mend == "" {
		return fmt.Sprintf("%s: %s [%s]", f.Place, f.What, f.Code)
	}
	return fmt.Sprintf("%s: %s [%s]; %s", f.Place, f.What, f.Code, f.Mend)
}
