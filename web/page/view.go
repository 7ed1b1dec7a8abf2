// Package page draws every page a patient sees. A handler fills a view struct with finished words, chosen in the person's
// language and voice, and the page of the same name turns it into HTML: Question(QuestionView), Result(ResultView). Nothing
// here looks anything up or decides what is true.
//
// The names of form fields are a contract with the handlers: FieldAnswer, FieldYear, FieldMonth, FieldDay, FieldRevision
// and FieldCode.
package page

import (
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/web/locale"
	"ekbom/web/static"
)

// Names of form fields.
const (
	FieldAnswer   = "answer"   // once for each chosen option, "unsure" and "declined" included; a number or own words
	FieldYear     = "year"     // a date comes in three fields, month and day may be blank;
	FieldMonth    = "month"    // a digit or a month's name in the page's language (Printer.Month reads it)
	FieldDay      = "day"      //
	FieldRevision = "revision" // QuestionView.Revision, sent back
	FieldThen     = "then"     // ThenKeep when "save and leave" was pressed: what was entered is saved, nothing entered is
	ThenKeep      = "keep"     // no fault, and the next page is /keep
	FieldCode     = "code"     // the return code
)

// Base is what every page needs besides its own content.
type Base struct {
	L         *locale.Printer
	Assets    static.Assets
	Service   string     // name of the questionnaire, in the header and in every title
	Path      string     // address of this page without query, for the language links
	Languages []Language // those offered; no switch is shown for fewer than two
	Draft     bool       // this browser holds answers: "leave and delete" is shown
	Numbers   []Phone    // emergency numbers set by the operator; may be empty
	Crisis    []Phone    // lines for people in despair, set by the operator; may be empty
	Contact   string     // address or e-mail of the operator; may be empty
}

// Language is one language the pages are offered in.
type Language struct {
	Tag  string // BCP 47
	Name string // in the language itself
}

// Phone is a number to call.
type Phone struct {
	Name   string // "Ambulance"
	Number string // as written for people; links drop everything but digits and a leading plus
}

// Progress says how far somebody has come. Fewest and Most count the questions after this one and are always true.
type Progress struct {
	Number, Fewest, Most int
}

// Fault is one thing to mend on a form.
type Fault struct {
	Field string // id of the control that the link in the summary leads to
	Text  string // what to do, for example from FaultText
}

// Option is one thing to choose.
type Option struct {
	Value  string // what the form sends
	Label  string
	Chosen bool
}

// Answer is an answer in words. Values is read only when State is Given; other states have words of their own.
type Answer struct {
	State  q.AnswerState
	Values []string // the options chosen, or one number with its unit, date or text
}

// Quote is an answer with its question, told back to the person.
type Quote struct {
	Question string // the short form
	Answer   Answer
	Change   string // address where it can be changed; empty: no link
}

// StartView fills the start page. Its form posts to /start.
type StartView struct {
	Base
	Lead         string
	Gets, Cannot []string
	For          string
	AtHand       []string
	Emergency    []string // signs that need help before anything is asked; may be empty
	Fewest, Most int      // questions on the shortest and the longest path
	DraftDays    int      // how long answers are kept
	Continue     string   // address of the first open question of a draft in this browser; empty: none
}

// QuestionView fills a question page. A control's id is the question's id, a hyphen and a number from 1 or one of the words
// "unsure", "declined", "day", "month", "year"; FirstField gives the first. Its form posts to Action.
type QuestionView struct {
	Base
	ID       string
	Type     q.Type
	Section  string
	Text     string // the question
	Hint     string
	Why      string
	Because  []Quote  // the earlier answers that made this question matter; may be empty
	Options  []Option // of a choice or choices, without the exclusive one
	None     *Option  // the exclusive option of choices
	Unsure   *Option  // nil: not offered; only Chosen is read
	Declined *Option  // nil: not offered; only Chosen is read
	Optional bool
	Value    string // number or own words as typed
	Unit     string
	Length   int // most signs of own words
	Year     string
	Month    string
	Day      string
	Faults   []Fault
	Progress Progress
	Revision string // sent back, so that a change from another window is noticed
	Back     string // address of the page before on the path
	Action   string // where the form posts to
	Changing bool   // reached by "Change": the button returns to the answers
	Returned bool   // the person has just come back by code: a line says that this is the first open question
}

// UnusualView asks once whether an odd number is right. The form posts to Action.
type UnusualView struct {
	Base
	Section string
	Quote   Quote
	Action  string
	Back    string // the question page
}

// CheckEmergencyView plays back the answers that raise an emergency. The form posts to /emergency/check.
type CheckEmergencyView struct {
	Base
	Quotes []Quote // each with its change address
	Crisis bool    // somebody may be in despair
	Back   string
}

// Urgency is how soon to be seen, in words.
type Urgency struct {
	Level    q.Urgency
	Heading  string
	Sentence string
	Steps    []string
}

// Flag is a red flag.
type Flag struct {
	Name    string
	Act     string
	Urgency q.Urgency
	Because []Quote
	Crisis  bool // of somebody in despair: help is offered, and no illness named
}

// OpenSign is an answer that leaves warning signs open.
type OpenSign struct {
	Quote
	Level q.Urgency // of the most urgent sign that it leaves open
}

// Kindness is offered to somebody who may be in despair.
type Kindness int

// The kinds of it.
const (
	NoKindness   Kindness = iota
	AfterUnsure           // they could not tell
	AfterDecline          // they would rather not say
)

// EmergencyView fills the page shown when help is needed now.
type EmergencyView struct {
	Base
	Urgency Urgency
	Flags   []Flag
	Change  string // where the answers that led here can be changed
	Send    string // where it can be sent to a clinic; empty: nowhere
	Sent    bool   // it was sent
}

// AnswerSection is a run of answers under a section's name.
type AnswerSection struct {
	Name string
	Rows []AnswerRow
}

// AnswerRow is one answer in a list.
type AnswerRow struct {
	Question string // the short form when checking, the whole text on the sheet
	Answer   Answer
	Change   string
}

// AnswersView fills the page where answers are checked. The form posts to /answers.
type AnswersView struct {
	Base
	Sent     bool // they stay as they are
	Sections []AnswerSection
	Back     string
}

// Criterion is one part of the pattern.
type Criterion struct {
	Name    string
	State   q.CriterionState
	Because []Quote
}

// Pattern is how well the answers match. When it is not shown, the page is silent about it.
type Pattern struct {
	Shown    bool
	Heading  string // empty: the interface's own
	Match    q.Match
	Sentence string
	Criteria []Criterion
}

// Source is where a conclusion comes from.
type Source struct {
	Title    string
	ID       string
	Article  string // heading in the source article; may be empty
	Address  string // may be empty
	Reviewed time.Time
}

// Cause is a possible reason to discuss.
type Cause struct {
	ID       string
	NotMe    bool // the person does not find themself in it
	Name     string
	Clinical string // may be empty
	Sentence string
	Strength q.Strength
	Rule     string // id, for the clinician's sheet
	Because  []Quote
	Known    bool // told behind an earlier cause already: Because holds what is new
	Against  []Quote
	Open     []string // short questions answered "not sure" that could change it
	Sources  []Source
}

// Specialist is somebody who can help.
type Specialist struct {
	Name    string
	Does    string
	NamedBy q.Namer
	For     []string // names of the causes that lead there
}

// Score is a sum of named terms; From and To differ when terms are open.
type Score struct {
	Name             string
	From, To, Most   int
	BandFrom, BandTo string
	Terms            []Term
}

// Term is one part of a score.
type Term struct {
	Name   string
	Points int
	Truth  q.Truth
}

// Edition names the questionnaire that made a result.
type Edition struct {
	Version  string
	Hash     string
	Reviewed time.Time
}

// ResultView fills the result.
type ResultView struct {
	Base
	Urgency      Urgency
	Flags        []Flag // fired
	OpenSigns    []OpenSign
	OpenFirst    bool // they make the urgency
	Kindness     Kindness
	Pattern      Pattern
	Causes       []Cause // those shown to the patient
	CausesHidden bool    // left out because something more urgent comes first
	Scores       []Score
	Help         []Specialist // first address first
	Ask          []string
	Bring        []string
	Open         []Quote // not sure, rather not say, not provided; without what OpenSigns and Kindness are about
	Comfort      []string
	Avoid        []string
	Sooner       []string
	About        []string
	Edition      Edition
	Completed    time.Time
	Since        *Since // nil: the first time
	Send         string // where it can be sent to a clinic; empty: nowhere
	Sent         bool   // it was sent
	Back         string
}

// NotAsked is a question that did not matter, and the answers that made it so.
type NotAsked struct {
	Question string
	Because  []Quote
}

// SheetView fills the printed sheet: page one the summary for the clinic, page two all answers.
type SheetView struct {
	Base
	Large        bool
	Code         string // return code in groups; empty: a line to write it on
	Until        time.Time
	QR           *QR  // of the return address; nil: none
	ByAnother    bool // somebody else filled it in
	Urgency      Urgency
	Fired        []Flag
	OpenFlags    []Flag   // not answered or not sure
	Unsure       []string // short questions answered "not sure"
	Denied       []string // names of the red flags that the answers speak against
	OwnWords     string
	Criteria     []Criterion
	LookAlikes   []string
	Scores       []Score
	Facts        []AnswerSection // timeline, place, sleep ... in the order of the clinic summary, short questions
	Causes       []Cause         // those shown to the patient
	CausesHidden bool            // left out because something more urgent comes first
	Help         []Specialist
	Ask          []string
	Bring        []string
	Sections     []AnswerSection // every answer, whole question texts
	NotAsked     []NotAsked
	Edition      Edition
	Completed    time.Time // zero: not finished (printed from the emergency page)
	Printed      time.Time
	Back         string // the page this was opened from
}

// QR is a code of square modules: Path is SVG path data of strokes of width 1 on a grid of Size by Size, quiet zone included.
type QR struct {
	Size int
	Path string
}

// KeepView fills the page that gives the return code.
type KeepView struct {
	Base
	Earlier   []EarlierResponse // under the same code
	Code      string            // in groups
	Until     time.Time         // zero: as long as a clinic has the answers
	Answered  int               // how many answers are saved
	Address   string            // where to return, as a person types it
	QR        *QR
	Back      string // where "carry on" leads
	Completed bool   // what is kept is a result
}

// ReturnView fills the page where a return code is entered. The form posts to /return.
type ReturnView struct {
	Base
	Code   string // as typed
	Faults []Fault
}

// DeleteView asks once before everything is deleted. The form posts to /delete.
type DeleteView struct {
	Base
	Known    bool // this browser holds the answers; otherwise the code is asked for
	Answered int
	Several  bool   // there are more responses under the code
	Sent     bool   // a clinic has one
	Code     string // as typed
	Faults   []Fault
	Back     string
}

// DeletedView says that everything is gone.
type DeletedView struct {
	Base
	Held bool // something sent to a clinic had to stay
}

// PrivacyView fills the page about what is kept.
type PrivacyView struct {
	Base
	DraftDays int
}

// AboutView fills the page about the questionnaire and its sources.
type AboutView struct {
	Base
	About   []string
	Edition Edition
}

// SourcesView fills the list of sources.
type SourcesView struct {
	Base
	Sources []Source
	Edition Edition
}

// AccessibilityView fills the accessibility statement.
type AccessibilityView struct{ Base }

// Field is one hidden field, carrying on what was typed but could not be saved.
type Field struct{ Name, Value string }

// ConflictView shows an answer that was changed in another window meanwhile.
type ConflictView struct {
	Base
	Question string
	Yours    Answer // just entered, not saved
	Saved    Answer
	Action   string  // takes Fields again, to save what was just entered
	Fields   []Field // with the new revision
	Keep     string  // address to go on with what is saved
}

// ProblemView fills a plain error page.
type ProblemView struct {
	Base
	Status    int     // 400, 403, 404, 405, 409, 410, 413, 422, 429, 500 or 503; others read as 500
	RequestID string  // to tell the operator; may be empty
	Retry     int     // minutes to wait, for 429; 0: not known
	Action    string  // with Fields: a button sends the form again, so that nothing typed is lost
	Fields    []Field //
}
