package clinic

import (
	"ekbom/internal/review"
	"ekbom/web/locale"
	"ekbom/web/page"
)

// ActionsView fills what can be done with one submission. Each form stands for itself.
type ActionsView struct {
	L         *locale.Printer
	Done      string          // what was just done; empty: nothing
	Next      *NextSubmission // after a move
	Queue     string          // address of the queue, at the row of this submission
	State     review.State
	Assigned  string // empty: nobody
	Mine      bool
	Withdrawn bool
	Me        string       // the person's account
	Kept      []page.Field // go with every form
	Note      TextForm
	Message   TextForm
	Move      MoveForm
	Assign    AssignForm
}

// NextSubmission is where to go on.
type NextSubmission struct {
	Address string // empty: nothing waits
	Text    string
}

// TextForm takes a note or a message.
type TextForm struct {
	Action string
	Text   Area
}

// MoveForm takes a move with its reason.
type MoveForm struct {
	Action string
	Reason Area
	Moves  []Move
	Faults []page.Fault
}

// Move is a button of a MoveForm.
type Move struct {
	To    review.State
	Text  string
	First bool // the one that is wanted most
}

// AssignForm takes who has a submission.
type AssignForm struct {
	Action string
	To     Choice
}

// ActKind says which form an ActView shows.
type ActKind int

// The kinds of acts.
const (
	ActNone ActKind = iota
	ActNote
	ActMessage
	ActMove
	ActAssign
)

// ActView is one form on a page of its own: because something in it has to be mended, or somebody else came first.
type ActView struct {
	Base
	Actions ActionsView
	Kind    ActKind
	Faults  []page.Fault
	Page    string  // address of the submission
	Stale   string  // says that somebody came first; empty: nobody did
	Changes []Event // what happened meanwhile
}

// PreviewView shows a message as the patient will read it.
type PreviewView struct {
	Base
	Action string
	Text   string
	Kept   []page.Field
	Page   string
}

// InterruptionView is a risk on a page of its own.
type InterruptionView struct {
	Base
	Interruption
}

func (v ActView) heading() string {
	switch {
	case v.Stale != "":
		return v.L.T("act.stale")
	case v.Kind == ActNote:
		return v.L.T("actions.note")
	case v.Kind == ActMessage:
		return v.L.T("actions.message")
	case v.Kind == ActAssign:
		return v.L.T("actions.assign")
	}
	return v.L.T("actions.move")
}
