package clinic

import (
	"strings"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/web/locale"
	"ekbom/web/page"
)

// Column is a column of a table. On a narrow screen each row is a card, and Name stands beside each cell.
type Column struct {
	Name   string
	Figure bool // numbers, set at the end of the column
	Silent bool // the name is for readers only
}

// class of a cell in this column.
func (c Column) class() string {
	if c.Figure {
		return "figure"
	}
	return ""
}

// Pager leads to what stands before and after the rows that are shown; an empty address leads nowhere.
type Pager struct {
	Before, After         string
	BeforeText, AfterText string // words of the links
}

// Field is one line to fill in, with a label of its own.
type Field struct {
	ID, Name     string
	Label        string
	Hint         string
	Value        string
	Type         string // of the input; empty: text
	Autocomplete string // empty: off
	Numeric      bool   // a phone shows digits
	Optional     bool
	Narrow       bool // for a few signs
	Fixed        bool // is shown, and cannot be changed
	Focus        bool // has the focus when the page opens; never with a fault on the page
	Faults       []page.Fault
}

// Area is a field for many lines, of Length signs at most.
type Area struct {
	ID, Name string
	Label    string
	Hint     string
	Value    string
	Length   int
	Rows     int
	Optional bool
	Faults   []page.Fault
}

// Choice is a list to choose one from: folded (a select) or, with Open, as radio buttons.
type Choice struct {
	ID, Name string
	Label    string
	Hint     string
	Options  []page.Option
	Faults   []page.Fault
}

// Tick is a box to tick.
type Tick struct {
	ID, Name, Value string
	Label           string
	Hint            string
	Ticked          bool
	Faults          []page.Fault
}

// Fact is a line of a list of what is known.
type Fact struct {
	Name   string
	Values []string // none: Open says so
	Open   string   // words for what is not known or was not answered
}

// Event is an entry of a history.
type Event struct {
	At    time.Time
	Who   string
	What  string // one line
	Text  string // own words; may be empty
	Heavy bool   // more than a trace: a note or a message
}

// Interruption names a risk before an act that is hard to undo.
type Interruption struct {
	Heading string
	Whose   *Subject // nil: not about one submission
	Risks   []string
	Action  string // takes Fields
	Fields  []page.Field
	Button  string
	Back    string
	No      string // words of the link back
}

// describedBy lists what is said about a field: the words that do not change, then what is wrong.
func describedBy(id string, hint, limit bool, faults []page.Fault) string {
	var ids []string
	if hint {
		ids = append(ids, id+"-hint")
	}
	if limit {
		ids = append(ids, id+"-limit")
	}
	if len(faults) > 0 {
		ids = append(ids, id+"-fault")
	}
	return strings.Join(ids, " ")
}

func (f Field) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Field) autocomplete() string {
	if f.Autocomplete == "" {
		return "off"
	}
	return f.Autocomplete
}

// StateWord names a state.
func StateWord(l *locale.Printer, s review.State) string {
	switch s {
	case review.Received:
		return l.T("state.received")
	case review.InReview:
		return l.T("state.in-review")
	case review.NeedsInformation:
		return l.T("state.needs-information")
	case review.Reviewed:
		return l.T("state.reviewed")
	}
	return l.T("state.set-aside")
}

// stateShape is a path on a ground of 16 by 16: an empty ring fills up as the work goes on.
func stateShape(s review.State) string {
	switch s {
	case review.Received:
		return "M8 2a6 6 0 1 0 .01 0z"
	case review.InReview:
		return "M8 2a6 6 0 1 0 .01 0zM8 2v12"
	case review.NeedsInformation:
		return "M8 2a6 6 0 1 0 .01 0zM6.3 6.4a1.8 1.8 0 1 1 2.4 1.7Q8 8.4 8 9.2M8 11.4v.1"
	case review.Reviewed:
		return "M8 2a6 6 0 1 0 .01 0zM5.2 8.2l2 2 3.6-4.2"
	}
	return "M8 2a6 6 0 1 0 .01 0zM5 8h6"
}

// Subject says which submission an act is about.
type Subject struct {
	Name      string // as typed; may be empty
	Sent      time.Time
	Urgency   q.Urgency
	Withdrawn bool
}

func (s Subject) called(l *locale.Printer) string {
	switch {
	case s.Withdrawn:
		return l.T("submission.nameless.withdrawn")
	case s.Name == "":
		return l.T("submission.nameless")
	}
	return s.Name
}

// UrgencyWord names an urgency for staff. They may read it months later, when "today", as the patient reads it, is wrong.
func UrgencyWord(l *locale.Printer, u q.Urgency) string {
	switch u {
	case q.Emergency:
		return l.T("soon.emergency")
	case q.SameDay:
		return l.T("soon.same-day")
	case q.Soon:
		return l.T("soon.soon")
	case q.Routine:
		return l.T("soon.routine")
	}
	return l.T("soon.self-care")
}
