package questionnaire

import "cmp"

// Text holds every word of a questionnaire in one language.
type Text struct {
	Language    string
	Title       string
	Start       StartText
	Sections    map[ID]string
	PatternName string // what the pattern is of, as a heading; may be empty
	Groups      map[ID]string
	Units       map[ID]string // by question
	Questions   map[ID]QuestionText
	Scores      map[ID]ScoreText
	Urgency     map[Urgency]UrgencyText
	RedFlags    map[ID]RedFlagText
	Criteria    map[ID]NameText
	Pattern     map[Match]string
	LookAlikes  map[ID]NameText
	Causes      map[ID]CauseText
	Specialists map[ID]SpecialistText
	Advice      map[ID]string
	About       []string

	Missing []Fault // what this language lacks; it is offered only when there is nothing
}

// StartText is the start page's own words.
type StartText struct {
	Lead, For            string
	Gets, Cannot, AtHand []string
	Emergency            []string // signs that need help before anything is asked; may be empty
	Poster               string   // the question on a clinic's poster; may be empty
}

// QuestionText is a question's words. Other holds those that differ when somebody answers for another person.
type QuestionText struct {
	Text, Short, Hint, Why string
	Options                map[ID]string
	Other                  *QuestionText
}

// NameText names something.
type NameText struct{ Name string }

// ScoreText names a score, its terms and bands.
type ScoreText struct {
	Name         string
	Terms, Bands map[ID]string
}

// UrgencyText is what a person reads first on the result.
type UrgencyText struct {
	Heading, Sentence string
	Steps             []string
}

// RedFlagText says what a red flag may be a sign of and what to do now. Sentence and Steps stand in place of the urgency's
// own where those do not fit; Other holds the words that differ when somebody answers for another person.
type RedFlagText struct {
	Name, Act, Sentence string
	Steps               []string
	Other               *RedFlagText
}

// RedFlag gives the words of a red flag, for the person themself or for somebody answering for another.
func (t *Text) RedFlag(id ID, another bool) RedFlagText {
	ft := t.RedFlags[id]
	if !another || ft.Other == nil {
		return ft
	}
	ft.Act = cmp.Or(ft.Other.Act, ft.Act)
	ft.Sentence = cmp.Or(ft.Other.Sentence, ft.Sentence)
	if len(ft.Other.Steps) > 0 {
		ft.Steps = ft.Other.Steps
	}
	return ft
}

// CauseText names a cause in plain and in clinical words.
type CauseText struct{ Name, Clinical, Sentence string }

// SpecialistText says who somebody is and does.
type SpecialistText struct{ Name, Does string }

// Question gives the words of question q, for the person themself or for somebody answering for another.
func (t *Text) Question(id ID, another bool) QuestionText {
	qt := t.Questions[id]
	if !another || qt.Other == nil {
		return qt
	}
	o := qt.Other
	both := QuestionText{
		Text: cmp.Or(o.Text, qt.Text), Short: cmp.Or(o.Short, qt.Short), Hint: cmp.Or(o.Hint, qt.Hint), Why: cmp.Or(o.Why, qt.Why),
		Options: qt.Options,
	}
	if len(o.Options) > 0 {
		both.Options = make(map[ID]string, len(qt.Options))
		for id, own := range qt.Options {
			both.Options[id] = cmp.Or(o.Options[id], own)
		}
	}
	return both
}
