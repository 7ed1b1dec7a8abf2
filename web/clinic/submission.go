package clinic

import (
	"cmp"
	"slices"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/web/locale"
	"ekbom/web/page"
	"ekbom/web/plot"
)

// SubmissionView fills the page of one submission, and its print. Of one that was withdrawn there are only the head and
// what the clinic itself wrote.
type SubmissionView struct {
	Base
	Head    SubmissionHead
	Actions ActionsView
	Record  HoldActions
	Back    string // address of the queue
	Print   string // addresses of the print and the export; both are logged
	Export  string
	Changes string // address of what would change the conclusions
	Page    string // address of the page, for the print's way back
	Printed time.Time

	Differs    []Differs // between the outcome that was kept and the one computed now
	Newer      *OtherSubmission
	Urgency    page.Urgency
	Fired      []Flag
	Open       []OpenFlags
	Unanswered []string // names of flags whose questions were not reached
	Denied     []string // of those that the answers speak against
	Unasked    []string // and of those that were not asked about
	Words      []Words
	Pattern    string // how well the answers match, in a sentence
	Criteria   []Criterion
	Groups     []Answers // questions told together; those not asked are left out
	Causes     []Cause
	Hidden     bool // from the patient, because something more urgent comes first
	Alike      []Finding
	Scores     []page.Score
	Help       []Specialist
	Told       []Told // what the patient was told to do
	Unsure     []AnswerRow
	Declined   []AnswerRow
	Blank      []AnswerRow
	Missing    []AnswerRow // on the path, but the questions ended before
	NotAsked   []NotAsked
	Earlier    []Earlier // submissions of the same person, the newest first
	Trace      *Trace    // nil: nothing to draw
	Sections   []Answers // every answer
	Edition    Edition
	History    []Event
	Readers    []Event // for those who may see who read it
}

// SubmissionHead is what stands first.
type SubmissionHead struct {
	Level     q.Urgency
	Age       string // band, in words
	Name      string // as typed; empty: not given
	Born      string // in words; empty: not given
	Received  time.Time
	State     review.State
	Assigned  string // who has it; empty: nobody
	ByAnother bool
	Held      bool
	Withdrawn time.Time // zero: not
}

// OtherSubmission leads to another submission of the same person.
type OtherSubmission struct {
	Address  string
	Received time.Time
}

// Trace is the plot of a person's submissions, and what only its table says.
type Trace struct {
	plot.Trace
	Head    string // of the table's first column
	Missing string // words for what was not answered
	Names   []PointName
}

// PointName is how the table names a point.
type PointName struct {
	Name    string // the date, for example with "this one"
	Address string // empty: the submission that is open
}

// Differs is one part in which the kept outcome is not the one computed now.
type Differs struct {
	Part    string
	Was, Is []string
}

// Reason is an answer behind a conclusion.
type Reason struct {
	ID       string // of the question: its row among all answers is #answer-ID
	Question string
	Answer   page.Answer
}

// Flag is a red flag.
type Flag struct {
	ID      string
	Name    string
	Urgency q.Urgency
	Because []Reason
	At      time.Time // of the last answer that made it so
	Sources []page.Source
}

// OpenFlags are red flags that could not be told because of the same answers.
type OpenFlags struct {
	Because []Reason
	Flags   []Flag
}

// levels are the flags of each urgency. They come with the most urgent first.
func (o OpenFlags) levels() (levels [][]Flag) {
	for i, f := range o.Flags {
		if i == 0 || f.Urgency != o.Flags[i-1].Urgency {
			levels = append(levels, nil)
		}
		last := &levels[len(levels)-1]
		*last = append(*last, f)
	}
	return levels
}

// Reached reports whether a question behind the flag was answered at all.
func (f Flag) Reached() bool {
	return slices.ContainsFunc(f.Because, func(r Reason) bool { return r.Answer.State != q.NotReached })
}

// Words are the person's own.
type Words struct {
	About string // the question; empty: written to the clinic
	Text  string
}

// Criterion is one part of the pattern.
type Criterion struct {
	Name    string
	State   q.CriterionState
	Because []Reason
	Sources []page.Source
}

// Answers are answers under one heading.
type Answers struct {
	ID   string
	Name string
	Rows []AnswerRow
}

// AnswerRow is one answer.
type AnswerRow struct {
	ID       string
	Question string // short among groups, whole among all answers
	Answer   page.Answer
}

// Reached reports whether the question was answered at all.
func (r AnswerRow) Reached() bool { return r.Answer.State != q.NotReached }

// Cause is a cause category that the answers point to.
type Cause struct {
	ID       string
	Name     string
	Clinical string // may be empty
	Strength q.Strength
	Urgency  q.Urgency // that it alone gives to the result; SelfCare when a red flag gives as much
	Rule     string
	Because  []Reason
	Against  []Reason
	Open     []Reason
	Sources  []page.Source
	Hidden   bool // the patient does not see it
	NotMe    bool // the patient says that this is not them
}

// Finding is a conclusion with its answers.
type Finding struct {
	ID      string
	Name    string
	Because []Reason
	Sources []page.Source
}

// Specialist is somebody who can help.
type Specialist struct {
	Name    string
	NamedBy q.Namer
	For     []string
	Because []Reason
	Sources []page.Source
}

// Told is what the patient was told under one heading.
type Told struct {
	Heading string
	Texts   []string
}

// NotAsked is a question that did not matter, and the answers that made it so.
type NotAsked struct {
	Question string
	Because  []Reason
}

// Earlier is another submission of the same person, beside the one that is shown.
type Earlier struct {
	OtherSubmission
	Broken  bool // it cannot be read
	Level   q.Urgency
	Causes  []string
	Other   bool // of another edition
	Changes []Change
	Same    int // answers that are alike
}

// Change is an answer that is not the one given earlier.
type Change struct {
	ID       string
	Question string
	Was, Is  page.Answer
	Asked    [2]bool // then, and now
}

// Edition names the questionnaire.
type Edition struct {
	page.Edition
	Title   string
	Current bool // it is the one that patients fill in now
}

// gone reports whether the patient took it back: what they wrote is hidden.
func (v SubmissionView) gone() bool { return !v.Head.Withdrawn.IsZero() }

func (v SubmissionView) by() string {
	if v.Head.ByAnother {
		return v.L.T("sheet.by.another")
	}
	return v.L.T("sheet.by.person")
}

// ownWords heads what was written, by whoever filled it in.
func (v SubmissionView) ownWords() string {
	if v.Head.ByAnother {
		return v.L.T("submission.words.another")
	}
	return v.L.T("submission.words")
}

// title tells submissions apart in a list of windows, without a name.
func (v SubmissionView) title() string {
	date := v.L.DateTime(v.Head.Received)
	if v.gone() {
		return v.L.T("submission.title.withdrawn", "date", date)
	}
	return v.L.T("submission.title", "urgency", UrgencyWord(v.L, v.Head.Level), "date", date)
}

// heading names a submission without a name.
func (v SubmissionView) heading() string {
	if v.gone() {
		return v.L.T("submission.nameless.withdrawn")
	}
	return v.L.T("submission.nameless")
}

func (v SubmissionView) differsColumns() []Column {
	return []Column{{Name: v.L.T("submission.differs.part")}, {Name: v.L.T("submission.differs.was")}, {Name: v.L.T("submission.differs.is")}}
}

func (v SubmissionView) changesColumns(e Earlier) []Column {
	return []Column{{Name: v.L.T("submission.earlier.question")}, {Name: v.L.Date(e.Received)}, {Name: v.L.T("submission.earlier.here")}}
}

func (w Words) about(l *locale.Printer) string {
	if w.About == "" {
		return l.T("submission.words.letter")
	}
	return w.About
}

// supported are the causes of one strength.
func (v SubmissionView) supported(s q.Strength) (all []Cause) {
	for _, c := range v.Causes {
		if c.Strength == s {
			all = append(all, c)
		}
	}
	return all
}

// name is the clinical name where there is one.
func (c Cause) name() string { return cmp.Or(c.Clinical, c.Name) }

func (v SubmissionView) claimed(all []string) string {
	if len(all) == 0 {
		return v.L.T("submission.differs.nothing")
	}
	return v.L.Join(all)
}

// sideSaid is an answer of one of two submissions in a line.
func (v SubmissionView) sideSaid(asked bool, a page.Answer) string {
	if !asked {
		return v.L.T("submission.earlier.not-asked")
	}
	return a.Said(v.L)
}
