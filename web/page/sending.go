package page

import (
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/review"
	"ekbom/web/locale"
	"ekbom/web/plot"
)

// Names of the form fields around sending.
const (
	FieldClinic  = "clinic"  // on the start page of a clinic its slug, in order to send its id
	FieldName    = "name"    // of the person
	FieldWords   = "words"   // their own
	FieldConsent = "consent" // Yes
	FieldOf      = "of"      // which of the responses under a return code
	FieldBegin   = "begin"   // BeginOld or anything else
	FieldNotMe   = "not-me"  // a cause in which the person does not find themself,
	FieldMe      = "me"      // and one in which they do after all
	Yes          = "yes"
	BeginOld     = "old"
)

// DestinationView fills the start page that a clinic's link opens. Its forms post to /start, and to Path.
type DestinationView struct {
	Base
	Clinic    string
	Slug      string
	Closed    bool
	Emergency []string // as on the start page
	Fewest    int
	Most      int
	DraftDays int
	Continue  string // address where the answers in this browser go on; empty: none
	Sent      bool   // those answers were sent already
	Meant     bool   // they are meant for this clinic
}

// Letter is what a person types in order to send, as it stands in the fields.
type Letter struct {
	Name, Year, Month, Day, Words string
}

// SendView fills the page on which a clinic is chosen and a letter typed. Its form posts to /send.
type SendView struct {
	Base
	Urgency   Urgency
	Flags     []Flag
	Clinics   []Option // to choose from; when there is only one it is Chosen
	Closed    bool     // the clinic chosen before takes nothing any more
	Letter    Letter
	ByAnother bool // somebody else fills it in
	NameMost  int
	WordsMost int
	Faults    []Fault
	Back      string
}

// CheckSendView shows all that is going to be sent. Its form posts to /send/check.
type CheckSendView struct {
	Base
	Urgency   Urgency
	Flags     []Flag
	Clinic    string
	KeepDays  int
	Name      string
	Born      string // in words
	Words     string
	ByAnother bool
	Causes    []Cause // as the person saw them
	Sections  []AnswerSection
	Revision  string
	Faults    []Fault
}

// Look is that somebody of a clinic read what was sent, once or several times on the same day.
type Look struct {
	At     time.Time // the first time
	Role   account.Role
	Action audit.Action
	Times  int
}

// Message is what a clinic wrote to the person.
type Message struct {
	At   time.Time
	Text string
}

// Receipt is what became of one response that was sent.
type Receipt struct {
	Of        string // names it in the form that withdraws it
	Clinic    string
	Sent      time.Time
	Withdrawn time.Time // zero: not
	State     review.State
	Held      bool
	Looks     []Look // the newest first
	Messages  []Message
}

// EarlierResponse is another response under the same return code.
type EarlierResponse struct {
	Of   string
	At   time.Time
	Kind ResponseKind
}

// ResponseKind says how far a response got.
type ResponseKind int

// The kinds of responses.
const (
	KindDraft ResponseKind = iota
	KindResult
	KindSent
)

// SentView fills the page that says what became of what was sent. Its forms post to /again and /earlier.
type SentView struct {
	Base
	Locked    bool // the person tried to change what was sent
	Urgency   Urgency
	Flags     []Flag
	Receipts  []Receipt // the newest first; at least one
	Code      string
	Result    string // address of the result
	Earlier   []EarlierResponse
	Continue  bool // the newest response is a draft
	Withdrawn bool // of the one in this browser
}

// WithdrawView asks once before something is withdrawn. The form posts to /withdraw.
type WithdrawView struct {
	Base
	Known  bool // this browser holds the answers; otherwise the code is asked for
	Clinic string
	Sent   time.Time
	Held   bool
	Of     string
	Code   string // as typed
	Faults []Fault
	Back   string
}

// Changed is an answer that differs from the one given last time.
type Changed struct {
	Question string
	Was, Is  Answer
	Asked    [2]bool // then, and now
}

// Moment is what was answered at one time to the questions that are told over time.
type Moment struct {
	At      time.Time
	Answers []Answer
}

// Since says what changed since a person answered last time.
type Since struct {
	Date    time.Time
	Was, Is string // how soon to be seen, in words
	Changes []Changed
	More    int         // how many more changed
	Same    int         // how many answers did not change
	Drawn   []string    // short questions whose answers are told over time
	Moments []Moment    // the oldest first, this one last
	Trace   *plot.Trace // of the moments; nil: nothing to draw
}

func roleWord(l *locale.Printer, r account.Role) string {
	switch r {
	case account.Lead:
		return l.T("sent.role.lead")
	case account.Admin:
		return l.T("sent.role.admin")
	}
	return l.T("sent.role.reviewer")
}

// said tells a look in one line.
func (k Look) said(l *locale.Printer) string {
	said, role := "", roleWord(l, k.Role)
	switch k.Action {
	case audit.Printed:
		said = l.T("sent.look.printed", "role", role)
	case audit.Exported, audit.Listed:
		said = l.T("sent.look.exported", "role", role)
	default:
		said = l.T("sent.look.opened", "role", role)
	}
	if k.Times > 1 {
		said = l.N("sent.look.times", k.Times, "look", said)
	}
	return said
}

// state says where the clinic's work stands, in plain words.
func (r Receipt) state(l *locale.Printer) string {
	switch {
	case !r.Withdrawn.IsZero():
		return l.T("sent.state.withdrawn")
	case r.State == review.InReview:
		return l.T("sent.state.in-review")
	case r.State == review.NeedsInformation:
		return l.T("sent.state.needs-information")
	case r.State == review.Reviewed:
		return l.T("sent.state.reviewed")
	case r.State == review.SetAside:
		return l.T("sent.state.set-aside")
	case len(r.Looks) > 0:
		return l.T("sent.state.opened")
	}
	return l.T("sent.state.received")
}

func (e EarlierResponse) kind(l *locale.Printer) string {
	switch e.Kind {
	case KindSent:
		return l.T("earlier.sent")
	case KindResult:
		return l.T("earlier.result")
	}
	return l.T("earlier.draft")
}
