// Package review says what can become of a submission: its states, the moves between them, what is written beside it.
package review

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// State is where a submission stands in a clinic.
type State string

// The states.
const (
	Received         State = "received"
	InReview         State = "in-review"
	NeedsInformation State = "needs-information"
	Reviewed         State = "reviewed"
	SetAside         State = "set-aside"
)

// States lists the states in the order of work.
func States() []State { return []State{Received, InReview, NeedsInformation, Reviewed, SetAside} }

// ParseState reads a state's word, and reports whether it is one.
func ParseState(word string) (State, bool) {
	s := State(word)
	return s, slices.Contains(States(), s)
}

// Open reports whether somebody still has to do something.
func (s State) Open() bool { return s == Received || s == InReview || s == NeedsInformation }

var moves = map[State][]State{
	Received:         {InReview, NeedsInformation, Reviewed, SetAside},
	InReview:         {Received, NeedsInformation, Reviewed, SetAside},
	NeedsInformation: {InReview, Reviewed, SetAside},
	Reviewed:         {InReview},
	SetAside:         {InReview},
}

// Moves lists the states that may come next.
func (s State) Moves() []State { return slices.Clone(moves[s]) }

// The reasons why an act is refused.
var (
	ErrMove      = errors.New("no such move from this state")
	ErrNoReason  = errors.New("this move needs a reason")
	ErrLongText  = errors.New("text too long")
	ErrEmptyText = errors.New("text empty")
	ErrRisk      = errors.New("this move has a risk that must be accepted")
	ErrNobody    = errors.New("nobody of that name can take it")
	ErrWithdrawn = errors.New("the patient withdrew it")
)

// WantsReason reports whether a move must say why: asking for more, setting aside, and opening again what was closed.
func (s State) WantsReason(next State) bool {
	return next == NeedsInformation || next == SetAside || !s.Open() && next.Open()
}

// TextLength is the most signs of a note, a reason or a message.
const TextLength = 10_000

// CheckText tells what is wrong with a note, a reason or a message, nil when nothing is.
func CheckText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return ErrEmptyText
	case utf8.RuneCountInString(text) > TextLength:
		return ErrLongText
	}
	return nil
}
