// Package author draws what `ekbom serve --dev` adds for whoever writes a questionnaire: a panel beside each page of a patient, and
// a page of its own. Its readers are authors, so its words are English and stand here.
package author

import (
	"fmt"

	"ekbom/web/static"
)

// Files says how the files of a questionnaire are.
type Files struct {
	Folder   string
	Edition  string // served now
	Turn     string // another after every change of what stands here
	Reading  string // another each time that changed files were read
	Faults   []Finding
	Proving  bool
	Findings []Finding
	Notes    []Finding // worth a look, and no fault
	Unproven []string
	Summary  string // how much was looked at
}

// Finding is something to look at.
type Finding struct {
	Where, Code, What, Mend string
	Words                   []string  // the answers that matter
	Rules                   []Reader  // that it is about
	Shown                   []Example // one; of a step from some answers to others, both
}

// Example is answers that show something.
type Example struct {
	Open    string // address that shows them on the pages
	Answers string
}

// Panel stands beside a page of a patient.
type Panel struct {
	Assets   static.Assets
	Path     string // of the page that it stands beside
	Files    Files
	Older    *Older    // nil: the page is of the edition that is served now
	Question *Question // nil: the page asks nothing
	Trace    *Trace    // nil: there are no answers
}

// Older is a draft begun on an edition before.
type Older struct {
	Edition string
	Lost    []Said // answers that the edition served now does not take
}

// Said is an answer, in the words of an answers file.
type Said struct{ Question, Answer string }

// Question is the one asked on a page.
type Question struct {
	ID, Where, Type string
	Ask             string // its condition; empty: always asked
	Facts           []Fact
	Because         []Said
	NotAsked        string // what its answers count as where it is not asked
	Readers         []Reader
	Unread          string // why it is asked although no rule reads it
}

// Fact is a named condition.
type Fact struct{ ID, Where, Written string }

// Reader is a statement that reads a question.
type Reader struct{ Kind, ID, Where string }

// Trace is what answers lead to.
type Trace struct {
	Settled, Urgency string
	Done             bool // there is a result
	Broken           []Property
	Groups           []Group
}

// Property is one that answers break.
type Property struct{ ID, Where, Says string }

// Group is conclusions of one kind.
type Group struct {
	Name        string
	Closed      bool // a list to open
	Conclusions []Conclusion
}

// Conclusion is one thing concluded.
type Conclusion struct {
	ID, State, Rule, Where, When string
	Because, Against             []Said
	Open                         []string
	Held                         []Held
	Sources                      []Source
}

// Held is what holds advice back.
type Held struct {
	By      string
	Because []Said
}

// Source is where a rule comes from.
type Source struct{ ID, Title, Address string }

// View fills the page of an author.
type View struct {
	Assets    static.Assets
	Files     Files
	Title     string
	Languages []Language
	Questions []Asked
	Cases     []CaseFile
	Drafts    []Draft
}

// Language is one that lacks something.
type Language struct {
	Tag   string
	Lacks []Finding
}

// Asked is a question in the order of all.
type Asked struct{ ID, Text, Where, Ask, Open string }

// CaseFile is the made-up people of one file.
type CaseFile struct {
	Name    string
	Cases   []Case
	Differs int // how many come out otherwise than they say
}

// Case is a made-up person.
type Case struct {
	ID, Story, Where, Open string
	Differs                bool
}

// Draft is a response given to this server.
type Draft struct {
	Open, At, Edition, Stands string
	Answers                   int
}

// WrongLink fills the page for a link whose answers do not fit the edition served.
type WrongLink struct {
	Assets static.Assets
	Faults []string
	Open   string // the same without what does not fit
}

func (f Files) state() string {
	switch {
	case len(f.Faults) > 0:
		return count(len(f.Faults), "fault")
	case f.Edition == "":
		return "reading ..."
	case f.Proving:
		return "no fault, proving ..."
	case len(f.Findings) > 0:
		return "NOT sound: " + count(len(f.Findings), "finding")
	case len(f.Unproven) > 0:
		return "no fault found, " + count(len(f.Unproven), "statement") + " not proven"
	}
	return "sound, proven"
}

func (f Files) class() string {
	switch {
	case len(f.Faults) > 0:
		return "state faulty"
	case f.Proving, f.Edition == "":
		return "state"
	case len(f.Findings) > 0:
		return "state faulty"
	case len(f.Unproven) > 0:
		return "state found"
	}
	return "state sound"
}

func (f Files) all() []Finding {
	if len(f.Faults) > 0 {
		return f.Faults
	}
	return f.Findings
}

func (f Files) heading() string {
	if len(f.Faults) > 0 {
		return "Faults"
	}
	return "Findings"
}

// shownFindings is how many the panel shows; the author's page has all.
const shownFindings = 5

// longCondition is how many signs of a condition are shown unasked.
const longCondition = 200

func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
