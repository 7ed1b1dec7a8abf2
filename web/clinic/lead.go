package clinic

import (
	"time"

	"ekbom/internal/review"
	"ekbom/web/page"
	"ekbom/web/plot"
)

// PeopleView fills the list of a clinic's people.
type PeopleView struct {
	Base
	Notice string
	People []PersonRow
	Invite string // address of the page that invites somebody
}

// PersonRow is one of the people.
type PersonRow struct {
	Name, Login string
	Address     string // of their own page; empty: the person may not manage them
	You         bool
	Role        string
	Status      string
	Off         bool // cannot sign in
	TwoSteps    string
	SignedIn    string
	Open        int
}

func peopleColumns(v PeopleView) []Column {
	return []Column{
		{Name: v.L.T("people.name")}, {Name: v.L.T("people.role")}, {Name: v.L.T("people.status")}, {Name: v.L.T("people.two-steps")},
		{Name: v.L.T("people.signed-in")}, {Name: v.L.T("people.open"), Figure: true},
	}
}

// InviteView fills the page that invites somebody.
type InviteView struct {
	Base
	Faults []page.Fault
	Fields []Field
	Role   Choice
	Action string
	Back   string
}

// PersonView fills the page of one of the people.
type PersonView struct {
	Base
	Notice  string
	Name    string
	Facts   []Fact
	Faults  []page.Fault
	Role    *Choice // nil: cannot be changed
	SetRole string
	Disable string // empty: cannot be disabled
	Enable  string // empty: is not disabled
	Reset   string // empty: cannot be reset
	Joined  bool   // has chosen a password
	You     bool
	Open    int
	Back    string
}

// LinkView shows a one-time link, once.
type LinkView struct {
	Base
	For  string // whose
	Link string
	Ends string // when it stops working
	Back string
}

// SettingsView fills the settings of a clinic.
type SettingsView struct {
	Base
	Notice   string
	Faults   []page.Fault
	Name     Field
	Slug     Field
	Keep     Field
	TwoSteps Tick
	Closed   Tick
	Seen     string // which settings the form was drawn from
	Action   string
	Address  string // what patients open
	Another  string // address of the page that opens a further clinic
}

// NewClinicView fills the page that opens a further clinic.
type NewClinicView struct {
	Base
	Faults []page.Fault
	Clinic []Field
	First  []Field
	Action string
	Back   string
}

// TrailView fills the audit trail and the list of readers.
type TrailView struct {
	Base
	Heading, Lead string
	Action, Clear string
	Filters       []Choice
	Events        []TrailRow
	Pager         Pager
	Found         bool // something was asked for
}

// TrailRow is one event in words.
type TrailRow struct {
	When    time.Time
	Who     string
	Role    string
	What    string
	Address string // of what it was done to; empty: none
	Subject string // its name
	Detail  string
}

func trailColumns(v TrailView) []Column {
	return []Column{
		{Name: v.L.T("trail.when")}, {Name: v.L.T("trail.who")}, {Name: v.L.T("trail.what")}, {Name: v.L.T("trail.subject")},
	}
}

// ExportView fills the page before a queue is exported.
type ExportView struct {
	Base
	Interruption
	Empty    bool // nothing is found
	Filter   []Fact
	Names    Tick
	Codebook string
}

// StatisticsView fills the statistics of a clinic.
type StatisticsView struct {
	Base
	Periods  []NavItem
	From, To string
	Empty    bool
	Small    bool // too few submissions to tell anything of them
	Weeks    plot.Columns
	Urgency  plot.Bars
	Waits    plot.Bars
	Median   string // in words; empty: not known
	Causes   plot.Bars
	Stopped  Rates
	Unsure   Rates
	NotMe    Rates
	Least    int // what is smaller is hidden
}

// Rates are shares of questions or rules, in a table.
type Rates struct {
	Caption, Name, Figure, Share string
	None                         string // words when there is nothing
	Rows                         []Rate
}

// Rate is one row; Count is Hidden when its text says no number.
type Rate struct {
	Label, Code string
	Count       string
	Share       string
}

func (r Rates) columns() []Column {
	return []Column{{Name: r.Name}, {Name: r.Figure, Figure: true}, {Name: r.Share, Figure: true}}
}

// HoldActions leads to what leads may do with a submission as a record; the zero value is nothing.
type HoldActions struct {
	Held        bool
	Hold, Erase string // addresses of the pages
}

// HoldView fills the page that puts a submission under legal hold, or frees it.
type HoldView struct {
	Base
	Whose  Subject
	Held   bool
	Faults []page.Fault
	Reason Area
	Action string
	Back   string
}

// EraseView fills the page that erases all that one person sent.
type EraseView struct {
	Base
	Faults      []page.Fault
	Submissions []EraseRow
	Held        bool // one of them is; nothing can be erased
	Export      string
	Action      string
	Fields      []page.Field
	Confirm     Field
	Back        string
}

// EraseRow is one of the submissions.
type EraseRow struct {
	Address   string
	Sent      time.Time
	Name      string // as typed; may be empty
	Withdrawn bool
	State     review.State
	Held      bool
}

func eraseColumns(v EraseView) []Column {
	return []Column{{Name: v.L.T("erase.sent")}, {Name: v.L.T("queue.name")}, {Name: v.L.T("erase.state")}, {Name: v.L.T("erase.note")}}
}

// ErasedView says that something was erased.
type ErasedView struct {
	Base
	Queue string // address
}
