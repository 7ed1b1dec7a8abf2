package questionnaire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// AnswerState says what a person did with a question. Silence is a state of its own and never means no.
type AnswerState uint8

// The states of an answer.
const (
	NotReached AnswerState = iota // not answered yet, or off the path
	Given                         // a value
	Unsure                        // "I'm not sure"
	Declined                      // "I'd rather not say"
	Blank                         // an optional question left without an answer: not provided
)

var answerStateNames = []string{"not-reached", "given", "unsure", "declined", "blank"}

func (s AnswerState) String() string { return answerStateNames[s] }

// Answer is what a person said to one question. The zero value is a question not reached.
type Answer struct {
	State   AnswerState
	Options uint64 // chosen options, bit i for Question.Options[i]
	Number  int
	Text    string // own words, or a date as YYYY, YYYY-MM or YYYY-MM-DD
	Rev     int    // revision of the response that brought this answer
	At      int64  // when it was given, seconds of Unix time
}

// Equal reports whether two answers say the same, whenever they were given.
func (a Answer) Equal(b Answer) bool {
	return a.State == b.State && a.Options == b.Options && a.Number == b.Number && a.Text == b.Text
}

// Has reports whether option i is chosen.
func (a Answer) Has(i int) bool { return a.State == Given && a.Options&(1<<i) != 0 }

// Answers holds one answer for each question of a definition, in its order.
type Answers []Answer

// NewAnswers has no question reached.
func (d *Definition) NewAnswers() Answers { return make(Answers, len(d.Questions)) }

// Reserved words that stand in place of a value in answer files and conditions.
const (
	WordUnsure   = "unsure"
	WordDeclined = "declined"
	WordBlank    = "blank"
	WordAnswered = "answered" // only in conditions
)

// AnswerFault says why an entry is not an answer to its question. A page finds the words for Code, in the language of who
// entered it; Error is for authors.
type AnswerFault struct {
	Question ID
	Code     string
	Detail   string // the option, number or length that is at fault; never shown in a log
	of       *Question
}

// The codes of answer faults.
const (
	FaultMissing    = "missing"     // nothing was entered
	FaultOption     = "option"      // no such option
	FaultOneOnly    = "one-only"    // several options for a choice of one
	FaultExclusive  = "exclusive"   // "none of these" or "not sure" together with another option
	FaultNumber     = "number"      // not a whole number
	FaultRange      = "range"       // a number outside the allowed range
	FaultTooLong    = "too-long"    // more signs than allowed
	FaultDate       = "date"        // not a year, month or day of the calendar
	FaultNotOffered = "not-offered" // unsure, declined or blank where the question does not offer it
)

func (f *AnswerFault) Error() string {
	if f.of == nil { // made by a page, which has its own words
		return fmt.Sprintf("%s: %s %q", f.Question, f.Code, f.Detail)
	}
	return f.what() + "; " + f.mend()
}

func (f *AnswerFault) what() string {
	switch f.Code {
	case FaultMissing:
		return fmt.Sprintf("%q has no answer", f.Question)
	case FaultOption:
		return fmt.Sprintf("%q is no answer to %q%s", f.Detail, f.Question, DidYouMean(f.Detail, f.words()))
	case FaultOneOnly:
		return fmt.Sprintf("%q takes one answer only", f.Question)
	case FaultExclusive:
		return fmt.Sprintf("%q stands beside another answer to %q", f.Detail, f.Question)
	case FaultNumber:
		return fmt.Sprintf("%q is no whole number, as %q asks for", f.Detail, f.Question)
	case FaultRange:
		return fmt.Sprintf("%s is no answer to %q: it is not between %d and %d", f.Detail, f.Question, f.of.Range.From, f.of.Range.To)
	case FaultTooLong:
		return fmt.Sprintf("%s signs are too many for %q", f.Detail, f.Question)
	case FaultDate:
		return fmt.Sprintf("%q is no date, as %q asks for", f.Detail, f.Question)
	default:
		return fmt.Sprintf("%q does not offer %q", f.Question, f.Detail)
	}
}

// mend says what may be answered instead.
func (f *AnswerFault) mend() string {
	if f.Code == FaultExclusive {
		return "give it alone, or take it away"
	}
	var may []string
	switch f.of.Type {
	case Number:
		may = append(may, fmt.Sprintf("a whole number from %d to %d", f.of.Range.From, f.of.Range.To))
	case Date:
		may = append(may, "a date such as 2024, 2024-03 or 2024-03-15")
	case FreeText:
		may = append(may, fmt.Sprintf("a text of at most %d signs", f.of.Length))
	}
	for _, w := range f.words() {
		may = append(may, string(w))
	}
	return "give " + orList(may)
}

// words are the options of the question and the reserved words that it offers.
func (f *AnswerFault) words() []ID {
	words := slices.Clone(f.of.Options)
	for _, w := range []struct {
		word    ID
		offered bool
	}{{WordUnsure, f.of.Unsure}, {WordDeclined, f.of.Decline}, {WordBlank, f.of.Optional}} {
		if w.offered {
			words = append(words, w.word)
		}
	}
	return words
}

// ParseAnswer reads what was entered for question q: the words chosen (option ids, or one of the reserved words) for
// choices, one entry for a number, text or date. Stray spaces are forgiven. The fault is nil when the entry is an answer.
func (d *Definition) ParseAnswer(q int, entries []string) (Answer, *AnswerFault) {
	qu := &d.Questions[q]
	fault := func(code, detail string) (Answer, *AnswerFault) {
		return Answer{}, &AnswerFault{qu.ID, code, detail, qu}
	}
	var words []string
	for _, e := range entries {
		if e = strings.TrimSpace(e); e != "" {
			words = append(words, e)
		}
	}
	if len(words) == 0 {
		if qu.Optional {
			return Answer{State: Blank}, nil
		}
		return fault(FaultMissing, "")
	}
	if qu.Type != FreeText {
		for _, w := range words {
			state, offered := NotReached, false
			switch w {
			case WordUnsure:
				state, offered = Unsure, qu.Unsure
			case WordDeclined:
				state, offered = Declined, qu.Decline
			case WordBlank:
				state, offered = Blank, qu.Optional
			default:
				continue
			}
			switch {
			case !offered:
				return fault(FaultNotOffered, w)
			case len(words) > 1:
				return fault(FaultExclusive, w) // also a number typed and "not sure" ticked
			}
			return Answer{State: state}, nil
		}
	}
	switch qu.Type {
	case Choice, Choices:
		var chosen uint64
		for _, w := range words {
			i, ok := d.Option(q, ID(w))
			if !ok {
				return fault(FaultOption, w)
			}
			chosen |= 1 << i
		}
		several := chosen&(chosen-1) != 0
		if qu.Type == Choice && several {
			return fault(FaultOneOnly, "")
		}
		if several && qu.None >= 0 && chosen&(1<<qu.None) != 0 {
			return fault(FaultExclusive, string(qu.Options[qu.None]))
		}
		return Answer{State: Given, Options: chosen}, nil
	case Number:
		if len(words) > 1 {
			return fault(FaultOneOnly, "")
		}
		// People write "42,0" and "42.0"; both are the whole number 42.
		plain := strings.TrimRight(strings.TrimRight(strings.Replace(words[0], ",", ".", 1), "0"), ".")
		if !strings.Contains(strings.Replace(words[0], ",", ".", 1), ".") {
			plain = words[0]
		}
		n, err := strconv.Atoi(plain)
		if err != nil {
			return fault(FaultNumber, words[0])
		}
		if !qu.Range.Contains(n) {
			return fault(FaultRange, strconv.Itoa(n))
		}
		return Answer{State: Given, Number: n}, nil
	case Date:
		date, ok := parseDate(words)
		if !ok {
			return fault(FaultDate, strings.Join(words, "-"))
		}
		return Answer{State: Given, Text: date}, nil
	default:
		text := CleanText(strings.Join(entries, "\n"))
		if utf8.RuneCountInString(text) > qu.Length {
			return fault(FaultTooLong, strconv.Itoa(utf8.RuneCountInString(text)))
		}
		if text == "" {
			return d.ParseAnswer(q, nil)
		}
		return Answer{State: Given, Text: text}, nil
	}
}

// parseDate reads a year, a month of a year or a day, as one entry "2024-03-15" or as year, month and day apart.
func parseDate(words []string) (string, bool) {
	if len(words) == 1 {
		words = strings.Split(words[0], "-")
	}
	limits := []struct {
		layout string
		width  int
	}{{"2006", 4}, {"2006-01", 2}, {"2006-01-02", 2}}
	if len(words) > len(limits) {
		return "", false
	}
	date := ""
	for i, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil || n <= 0 {
			return "", false
		}
		if i > 0 {
			date += "-"
		}
		date += fmt.Sprintf("%0*d", limits[i].width, n)
	}
	t, err := time.Parse(limits[len(words)-1].layout, date)
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return "", false
	}
	return date, true
}

// maxMarks is how many accents may sit on one letter: more than any language needs, too few to paint over other lines.
const maxMarks = 4

// CleanText trims own words, makes line ends uniform and drops what could make a page or a printed sheet read other than
// it was written: control signs, signs that turn the reading direction, and heaps of accents.
func CleanText(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "")
	marks := 0
	s = strings.Map(func(r rune) rune {
		if !unicode.Is(unicode.Mn, r) {
			marks = 0
		} else if marks++; marks > maxMarks {
			return -1
		}
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Words gives an answer as the entries that ParseAnswer reads.
func (d *Definition) Words(q int, a Answer) []string {
	switch a.State {
	case NotReached:
		return nil
	case Unsure:
		return []string{WordUnsure}
	case Declined:
		return []string{WordDeclined}
	case Blank:
		return []string{WordBlank}
	}
	switch qu := &d.Questions[q]; qu.Type {
	case Number:
		return []string{strconv.Itoa(a.Number)}
	case FreeText, Date:
		return []string{a.Text}
	default:
		var words []string
		for i, o := range qu.Options {
			if a.Has(i) {
				words = append(words, string(o))
			}
		}
		return words
	}
}
