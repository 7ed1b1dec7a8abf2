package clinic

import (
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/web/page"
)

// QueueView fills the list of a clinic's submissions.
type QueueView struct {
	Base
	Tabs     []NavItem
	Rows     []QueueRow
	Pager    Pager
	Orders   []NavItem // the ways to order the rows
	Search   Field
	Searched bool   // Rows are what was found, whatever became of it
	Find     string // takes the search
	Filters  QueueFilters
	Faults   []page.Fault
	News     string // address that tells what came since; empty: nobody asks
	Top      string // address of what came
	Empty    Emptiness
	All      string // address of the queue with nothing asked for
	Poster   string // address of what invites patients
	Export   string // address of the page that exports these rows; empty: the person may not
}

// QueueFilters narrow the queue.
type QueueFilters struct {
	Set                           bool // any is
	Action, Clear                 string
	State, Urgency, Age, Reviewer Choice
	From, To                      Field
	Kept                          []page.Field // what else the address says
}

// QueueRow is one submission of the queue.
type QueueRow struct {
	ID        string
	Address   string
	Urgency   q.Urgency
	Sent      time.Time
	SentText  string
	Age       string
	Reason    string
	Name      string // as typed; may be empty
	State     review.State
	Reviewer  string // empty: nobody
	Mine      bool
	Unread    bool
	Withdrawn bool
}

// Emptiness says why a queue has no rows.
type Emptiness int

// Why there are no rows.
const (
	Filled  Emptiness = iota
	Nothing           // nothing was ever sent
	Done              // nothing waits
	NoMatch           // nothing for this filter
	NoFind            // nothing for this search
)

// title says which part of the queue is shown: the first tab is all of it.
func (v QueueView) title() string {
	for i, tab := range v.Tabs {
		if tab.Current && i > 0 {
			return v.L.T("queue.title.of", "tab", tab.Name)
		}
	}
	if v.Filters.Set {
		return v.L.T("queue.title.filtered")
	}
	return v.L.T("queue.title")
}

// queueColumns are the columns of the queue.
func queueColumns(v QueueView) []Column {
	return []Column{
		{Name: v.L.T("queue.urgency")}, {Name: v.L.T("queue.received")}, {Name: v.L.T("queue.age")}, {Name: v.L.T("queue.reason")},
		{Name: v.L.T("queue.name")}, {Name: v.L.T("queue.state")}, {Name: v.L.T("queue.reviewer")},
	}
}
