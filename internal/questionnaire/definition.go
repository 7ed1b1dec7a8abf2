// Package questionnaire holds what a questionnaire is: questions, conditions, rules and texts read from the files of one
// folder, the answers a person gives, and the path that the answers open. It is pure: no network, no database, no clock.
package questionnaire

import (
	"slices"
	"time"
)

// ID names a thing within its kind: a question, an option, a rule, a cause. Ids are kebab-case words and keep their
// meaning for ever.
type ID string

// Urgency says how soon to be seen; a higher value is more urgent.
type Urgency uint8

// The urgencies, from the least to the most urgent.
const (
	SelfCare  Urgency = iota
	Routine           // an ordinary appointment
	Soon              // within days
	SameDay           // today
	Emergency         // now
)

var urgencyNames = []string{"self-care", "routine", "soon", "same-day", "emergency"}

func (u Urgency) String() string { return urgencyNames[u] }

// MarshalText gives the word used in files and exports.
func (u Urgency) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads the word used in files and exports.
func (u *Urgency) UnmarshalText(b []byte) error {
	return parseWord(u, urgencyNames, string(b))
}

// Strength says how well a cause is supported by the answers; a higher value is stronger.
type Strength uint8

// The strengths of a cause, from the weakest.
const (
	Weak Strength = iota + 1
	Moderate
	Strong
)

var strengthNames = []string{"", "weak", "moderate", "strong"}

func (s Strength) String() string { return strengthNames[s] }

// MarshalText gives the word used in files and exports.
func (s Strength) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word used in files and exports.
func (s *Strength) UnmarshalText(b []byte) error { return parseWord(s, strengthNames, string(b)) }

// CriterionState says how one part of the pattern stands.
type CriterionState uint8

// The states of a criterion.
const (
	CriterionUnknown CriterionState = iota
	NotMet
	Earlier // was so before the complaint grew severe; counts as fulfilled (IRLSSG 2014, notes to criteria 3 and 4)
	Met
)

var criterionNames = []string{"unknown", "not-met", "earlier", "met"}

func (s CriterionState) String() string { return criterionNames[s] }

// MarshalText gives the word used in files and exports.
func (s CriterionState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word used in files and exports.
func (s *CriterionState) UnmarshalText(b []byte) error {
	return parseWord(s, criterionNames, string(b))
}

// Match says how well the answers fit the pattern that the questionnaire looks for.
type Match uint8

// The matches of a pattern.
const (
	MatchUnknown Match = iota
	MatchNone
	MatchPartial
	MatchFull
)

var matchNames = []string{"unknown", "none", "partial", "full"}

func (m Match) String() string { return matchNames[m] }

// MarshalText gives the word used in files and exports.
func (m Match) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the word used in files and exports.
func (m *Match) UnmarshalText(b []byte) error { return parseWord(m, matchNames, string(b)) }

// Type is the kind of answer that a question takes.
type Type uint8

// The types of questions.
const (
	Choice   Type = iota + 1 // one option
	Choices                  // any options, or the exclusive none
	Number                   // a whole number
	FreeText                 // own words
	Date                     // a year, a month of a year, or a day
)

var typeNames = []string{"", "choice", "choices", "number", "text", "date"}

func (t Type) String() string { return typeNames[t] }

// MarshalText gives the word used in files.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the word used in files.
func (t *Type) UnmarshalText(b []byte) error { return parseWord(t, typeNames, string(b)) }

// AdviceKind says what a piece of advice is for.
type AdviceKind uint8

// The kinds of advice.
const (
	Comfort AdviceKind = iota + 1 // a safe measure at home
	Ask                           // something to ask at the visit
	Bring                         // something to take along
	Avoid                         // something not to do
	Sooner                        // a sign to get help sooner
)

var adviceNames = []string{"", "comfort", "ask", "bring", "avoid", "sooner"}

func (k AdviceKind) String() string { return adviceNames[k] }

// MarshalText gives the word used in files and exports.
func (k AdviceKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the word used in files and exports.
func (k *AdviceKind) UnmarshalText(b []byte) error { return parseWord(k, adviceNames, string(b)) }

// Namer says who names a specialist for a cause.
type Namer uint8

// The namers of a specialist.
const (
	NamedBySource   Namer = iota + 1 // the source article names it
	NamedByEvidence                  // from clinical evidence beyond the article
)

var namerNames = []string{"", "source", "evidence"}

func (n Namer) String() string { return namerNames[n] }

// MarshalText gives the word used in files and exports.
func (n Namer) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads the word used in files and exports.
func (n *Namer) UnmarshalText(b []byte) error { return parseWord(n, namerNames, string(b)) }

// Words gives the words that files use for the values of a closed set, in the order of the values.
func Words[T Urgency | Strength | CriterionState | Match | Type | AdviceKind | Namer]() (names []string) {
	var of T
	switch any(of).(type) {
	case Urgency:
		names = urgencyNames
	case Strength:
		names = strengthNames
	case CriterionState:
		names = criterionNames
	case Match:
		names = matchNames
	case Type:
		names = typeNames
	case AdviceKind:
		names = adviceNames
	case Namer:
		names = namerNames
	}
	return slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
}

type wordError string

func (e wordError) Error() string { return "unknown word " + string(e) }

func parseWord[T ~uint8](to *T, names []string, word string) error {
	i := slices.Index(names, word)
	if i < 0 || word == "" {
		return wordError(word)
	}
	*to = T(i)
	return nil
}

// Ref names exactly one edition of a questionnaire.
type Ref struct {
	ID      ID     `json:"id"`
	Version string `json:"version"`
	Hash    string `json:"hash"` // SHA-256 over all files but the cases and properties, hexadecimal
}

// Definition is one loaded, faultless questionnaire. What it says never changes after Load, and many goroutines may read it.
type Definition struct {
	Ref
	Reviewed  time.Time
	Sections  []Section
	Questions []Question // in the order asked

	Facts      []Fact
	Scores     []Score
	RedFlags   []RedFlag
	Criteria   []Criterion
	Pattern    Pattern
	LookAlikes []LookAlike
	Causes     []Cause
	Referrals  []Referral
	Exclusions []Exclusion
	Advice     []Advice
	Sources    []Source
	Cases      []Case
	Properties []Property

	SpeaksForAnother *Condition // true: the texts for another person are used
	Clinic           ClinicView
	HideCauses       Urgency // from this urgency up, causes and comfort advice are not shown to the patient; SelfCare: always shown

	Texts map[string]*Text // by language tag; English ("en") is always there

	index   map[ID]int // question id to position in Questions
	program program
	places  places // bounds of questions left, remembered
	files   []byte // the folder as a zip archive, for keeping beside pinned responses
}

// ClinicView says what a clinic sees of the answers before all others. Questions are given by their positions.
type ClinicView struct {
	Age      int   // whose number is the age in years, -1 without one
	OverTime []int // drawn over a person's submissions: at most one number from 0 to 10 and one choice whose options run from least to most
	Groups   []Group
}

// Group is questions whose answers are told together.
type Group struct {
	ID        ID
	Questions []int
	Place
}

// Section is a run of questions under one heading.
type Section struct {
	ID          ID
	First, Past int // Questions[First:Past]
}

// Question is one thing asked.
type Question struct {
	ID           ID
	Section      int // position in Definition.Sections
	Type         Type
	Options      []ID
	None         int        // position of the exclusive option, -1 without one
	Range        Range      // allowed numbers
	Usual        Range      // numbers that need no second look
	Length       int        // most signs of a text
	Unsure       bool       // "I'm not sure" is offered
	Decline      bool       // "I'd rather not say" is offered
	Optional     bool       // may be left blank
	Ask          *Condition // nil: always asked
	NotAskedIsNo bool       // tests are false, not unknown, when Ask is false
	Unread       string     // why it is asked although no rule reads it
	Place        Place
}

// Range is a closed range of whole numbers.
type Range struct{ From, To int }

// Contains reports whether n lies in the range.
func (r Range) Contains(n int) bool { return r.From <= n && n <= r.To }

// Fact is a named condition.
type Fact struct {
	ID   ID
	When *Condition
	Place
}

// Score adds points; every term is named.
type Score struct {
	ID    ID
	Terms []Term
	Bands []Band // from the lowest
	Place
}

// Term gives its points when its condition is true.
type Term struct {
	ID     ID
	Points int
	When   *Condition
}

// Band names a part of a score's range, from its first value up.
type Band struct {
	ID   ID
	From int
}

// RedFlag sets a least urgency that nothing else can lower.
type RedFlag struct {
	ID        ID
	Urgency   Urgency
	IfUnknown Urgency // least urgency while it cannot be told
	Crisis    bool    // the operator's crisis line is shown beside it
	When      *Condition
	Source    []ID
	Place
}

// Criterion is one part of the pattern.
type Criterion struct {
	ID      ID
	Met     *Condition
	Earlier *Condition // nil: cannot be "earlier"
	Source  []ID
	Place
}

// Pattern says how the criteria make a match; looked at from full to none.
type Pattern struct {
	Absent              bool // the questionnaire looks for none: no match is ever concluded or shown
	Full, Partial, None *Condition
	Shown               *Condition // a patient sees the match only when true
}

// LookAlike is something else that can feel the same.
type LookAlike struct {
	ID     ID
	When   *Condition
	Source []ID
	Place
}

// Cause is a cause category with the rules that conclude it.
type Cause struct {
	ID      ID
	Urgency Urgency // least urgency once concluded
	Shown   bool    // false: concluded for the clinician only
	Rules   []CauseRule
	Against []Objection
	Place
}

// Objection speaks against a cause.
type Objection struct {
	When *Condition
	Place
}

// CauseRule concludes its cause with a strength.
type CauseRule struct {
	ID       ID
	Strength Strength
	When     *Condition
	Source   []ID
	Place
}

// Referral leads to a specialist type.
type Referral struct {
	Specialist ID
	NamedBy    Namer
	Causes     []ID
	When       *Condition // nil: by causes or urgency alone
	From       Urgency    // also from this urgency of the outcome up; SelfCare: not by urgency
	First      *Condition // nil: never ahead of its rank
	FirstFrom  Urgency    // also first from this urgency up; SelfCare: not by urgency
	Source     []ID
	Place
}

// Exclusion forbids every advice that contains a remedy, unless its condition is false.
type Exclusion struct {
	Remedy ID
	When   *Condition
	Place
}

// Advice is one thing to do, ask, bring, avoid or look out for.
type Advice struct {
	ID       ID
	Kind     AdviceKind
	Contains []ID
	When     *Condition
	Unless   *Condition // nil: no exclusion of its own
	Source   []ID
	Place
}

// Source says where a rule comes from and when that was last read.
type Source struct {
	ID       ID
	Title    string
	Article  string // heading of the source article
	Evidence string // entry of the evidence review
	Address  string
	Reviewed time.Time
	Place
}

// Question gives the position of a question, and whether there is one of that id.
func (d *Definition) Question(id ID) (int, bool) {
	i, ok := d.index[id]
	return i, ok
}

// Option gives the position of an option of question q, and whether there is one of that id.
func (d *Definition) Option(q int, id ID) (int, bool) {
	i := slices.Index(d.Questions[q].Options, id)
	return i, i >= 0
}

// Archive is the questionnaire's folder as a zip archive. Load of it gives an equal Definition.
func (d *Definition) Archive() []byte { return d.files }
