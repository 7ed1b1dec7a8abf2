package review

import (
	"time"

	"ekbom/internal/account"
	q "ekbom/internal/questionnaire"
)

// Filter says which submissions of a clinic are wanted. The zero value: all open ones.
type Filter struct {
	State    State // empty: see Closed
	Closed   bool  // without a State: the closed ones in place of the open ones
	Urgency  *q.Urgency
	Assignee account.ID // empty: anybody's
	Nobody   bool       // only those that nobody has
	Unread   bool       // only those that nobody opened
	Age      AgeBand    // empty: any
	CodeHash []byte     // of a return code
	Name     string     // beginning of any word of the name
	Born     string     // YYYY-MM-DD
	From, To time.Time  // sent in [From, To); zero: no bound
	Newest   bool       // newest first, in place of urgency, then oldest
	Ready    account.ID // only those that wait for the clinic and are nobody's or this person's; empty: any
}

// Key is a submission's place in a queue.
type Key struct {
	Rank int // 0: emergency, 4: self-care
	Sent time.Time
	ID   q.ResponseID
}

// Rank gives an urgency's place in a queue, the most urgent first.
func Rank(u q.Urgency) int { return int(q.Emergency) - int(u) }

// Key gives the submission's place.
func (s Submission) Key() Key { return Key{Rank: Rank(s.Urgency), Sent: s.Sent, ID: s.ID} }

// Page is a stretch of a queue.
type Page struct {
	Submissions []Submission
	Earlier     bool // there are more before
	Later       bool // there are more after
}
