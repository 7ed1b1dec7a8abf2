package clinic

import (
	"slices"

	q "ekbom/internal/questionnaire"
	"ekbom/web/page"
)

// ChangesView is the page of what other answers would have changed.
type ChangesView struct {
	Base
	Page   string // address of the submission
	Name   string // of the patient; empty: not given
	Level  q.Urgency
	Cut    bool // time ran out before all was worked out
	Groups []TurnGroup
}

// TurnGroup is the turns of one kind of conclusions.
type TurnGroup struct {
	ID      string
	Heading string
	Turns   []Turn
}

// Turn is a smallest change of answers, and the conclusions that go or come by it.
type Turn struct {
	Names   []Conclusion
	What    string // "Not concluded, if"
	Level   q.Urgency
	Leveled bool // Level is told: the urgency then
	Swaps   []Swap
	Far     int // only more than so many changes do it, and Swaps is empty; 0: not so
	Others  int // further changes that do it
}

// Conclusion is named, and has a place on the page: #ID.
type Conclusion struct{ ID, Name string }

// Swap is another answer to one question.
type Swap struct {
	ID, Question  string
	More, Less    []string // ticks more and less, where the others stay
	Was, Is       page.Answer
	Lacking       bool // the question had no answer yet
	Opens, Closes bool // the question is only asked then, or no longer
}

// ticks reports whether only some ticks change.
func (s Swap) ticks() bool { return len(s.More)+len(s.Less) > 0 }

// Equal reports whether two swaps say the same.
func (s Swap) Equal(o Swap) bool {
	return s.ID == o.ID && s.Is.State == o.Is.State && slices.Equal(s.Is.Values, o.Is.Values)
}
