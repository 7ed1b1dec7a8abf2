// Package clinic draws every page that staff see. A handler fills a view struct with finished words in the person's language,
// and the page of the same name turns it into HTML: Queue(QueueView), Submission(SubmissionView). Nothing here looks anything
// up or decides what is true. Every page stands in layout, or in plain while nobody is signed in, and is made of the parts in
// ui.templ and plot.templ.
package clinic

import (
	"strings"
	"time"

	"ekbom/web/locale"
	"ekbom/web/page"
	"ekbom/web/static"
)

// Base is what every page needs besides its own content. Before somebody has signed in, only the first five are filled.
type Base struct {
	L         *locale.Printer
	Assets    static.Assets
	Path      string // address of this page, for the language links; empty: it may not be shown again
	Languages []page.Language
	Clinic    string // the clinic's name; empty: not known yet
	Person    string
	Role      string // in words
	Nav       []NavItem
	Account   string        // address of the person's own page
	SignOut   string        // takes the form that ends the session
	Stay      string        // takes the form that keeps the session alive
	Idle      time.Duration // a session ends after so long without a request; 0: nothing is said of an end
	Ends      time.Time     // and then at the latest
}

// NavItem is a link to a part of the clinic's pages, or to a list of some state.
type NavItem struct {
	Name    string
	Address string
	Current bool
	Counted bool // Count is shown
	Count   int
}

// ProblemView fills a plain error page.
type ProblemView struct {
	Base
	Status    int    // 400, 401, 403, 404, 405, 409, 413, 429, 500 or 503; others read as 500
	RequestID string // to tell the operator; may be empty
	Retry     int    // minutes to wait, for 429; 0: not known
	Busy      bool   // for 503: others are being served, and the storage answers
	Home      string // address of the page to go on from; empty: none
	Action    string // with Fields: a button sends the form again, so that nothing typed is lost
	Fields    []page.Field
}

// service is what a title ends with.
func (b Base) service() string {
	if b.Clinic == "" {
		return "Ekbom"
	}
	return b.Clinic
}

// in is the address of this page in another language.
func (b Base) in(tag string) string {
	if strings.Contains(b.Path, "?") {
		return b.Path + "&lang=" + tag
	}
	return b.Path + "?lang=" + tag
}

func (v ProblemView) heading() string {
	if v.Busy {
		return v.L.T("changes.busy")
	}
	switch v.Status {
	case 400:
		return v.L.T("clinic.problem.400")
	case 401:
		return v.L.T("clinic.problem.401")
	case 403:
		return v.L.T("clinic.problem.403")
	case 404:
		return v.L.T("clinic.problem.404")
	case 405:
		return v.L.T("clinic.problem.405")
	case 409:
		return v.L.T("clinic.problem.409")
	case 413:
		return v.L.T("clinic.problem.413")
	case 429:
		return v.L.T("clinic.problem.429")
	case 503:
		return v.L.T("clinic.problem.503")
	}
	return v.L.T("clinic.problem.500")
}

func (v ProblemView) text() string {
	if v.Busy {
		return v.L.T("changes.busy.text")
	}
	switch v.Status {
	case 400:
		return v.L.T("clinic.problem.400.text")
	case 401:
		return v.L.T("clinic.problem.401.text")
	case 403:
		return v.L.T("clinic.problem.403.text")
	case 404:
		return v.L.T("clinic.problem.404.text")
	case 405:
		return v.L.T("clinic.problem.405.text")
	case 409:
		return v.L.T("clinic.problem.409.text")
	case 413:
		return v.L.T("clinic.problem.413.text")
	case 429:
		if v.Retry > 0 {
			return v.L.N("clinic.problem.429.minutes", v.Retry)
		}
		return v.L.T("clinic.problem.429.text")
	case 503:
		return v.L.T("clinic.problem.503.text")
	}
	return v.L.T("clinic.problem.500.text")
}
