package review

import (
	"time"

	"ekbom/internal/account"
	q "ekbom/internal/questionnaire"
)

// Submission is a response that a patient sent to a clinic, and what the clinic made of it. It has the response's id.
type Submission struct {
	ID        q.ResponseID
	Edition   string // hash of the questionnaire's edition; empty: the answers are gone
	Urgency   q.Urgency
	Match     q.Match
	Reason    q.ID // the main reason: the first red flag that fired, else the first cause; empty: neither
	Flag      bool // the reason is a red flag
	Age       AgeBand
	Name      string // as typed in order to send; empty: none
	Born      string // YYYY-MM-DD, or empty
	Sent      time.Time
	Withdrawn time.Time // zero: not
	State     State
	Assignee  account.ID // empty: nobody
	Assigned  string     // the assignee's name
	Opened    time.Time  // first opened by anybody; zero: unread
	Changed   time.Time  // the last thing done to it; retention counts from here
	Held      bool       // legal hold: not purged, erased or deleted
	Revision  int        // rises by one with every change of state, assignee or hold
}

// Unread reports whether nobody has opened it.
func (s Submission) Unread() bool { return s.Opened.IsZero() }

// Move gives the submission as it is after a move. A risk must have been accepted, where there is one. What the patient
// withdrew stays as it was.
func (s Submission) Move(next State, reason string, accepted bool) (Submission, error) {
	if !s.Withdrawn.IsZero() {
		return s, ErrWithdrawn
	}
	for _, allowed := range moves[s.State] {
		if allowed != next {
			continue
		}
		if err := CheckText(reason); s.State.WantsReason(next) && err != nil {
			if err == ErrEmptyText {
				err = ErrNoReason
			}
			return s, err
		} else if err == ErrLongText {
			return s, err
		}
		if s.Risk(next) && !accepted {
			return s, ErrRisk
		}
		s.State = next
		return s, nil
	}
	return s, ErrMove
}

// Risk reports whether a move should be thought over once more: closing what is an emergency or should be seen the same
// day, or what nobody has opened.
func (s Submission) Risk(next State) bool {
	return !next.Open() && (s.Urgency >= q.SameDay || s.Unread())
}

// EntryKind says what an entry of a submission's history is.
type EntryKind string

// The kinds of entries.
const (
	Note    EntryKind = "note"    // for colleagues
	Message EntryKind = "message" // for the patient, who sees it on the return page
	Moved   EntryKind = "moved"
	Taken   EntryKind = "taken" // assigned to somebody, or to nobody
	Held    EntryKind = "held"
	Freed   EntryKind = "freed" // from legal hold
)

// Entry is one line of a submission's history. Entries are only added.
type Entry struct {
	At       time.Time
	Author   account.ID
	Name     string // the author's, as it was then
	Kind     EntryKind
	Text     string // note, message or reason
	From, To State  // of a move
	Person   string // to whom it was assigned; empty: nobody
}
