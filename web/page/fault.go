package page

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	q "ekbom/internal/questionnaire"
	"ekbom/web/locale"
)

// FaultText says how to mend an answer to question qu, whose short form is given.
func FaultText(l *locale.Printer, f *q.AnswerFault, qu *q.Question, short string) string {
	switch f.Code {
	case q.FaultMissing:
		switch qu.Type {
		case q.Choice:
			return l.T("fault.missing.choice", "question", short)
		case q.Choices:
			return l.T("fault.missing.choices", "question", short)
		case q.Number:
			return l.T("fault.missing.number", "question", short)
		case q.Date:
			return l.T("fault.missing.date", "question", short)
		}
		return l.T("fault.missing.text", "question", short)
	case q.FaultOneOnly, q.FaultExclusive:
		switch qu.Type {
		case q.Choice:
			return l.T("fault.one-only", "question", short)
		case q.Choices:
			return l.T("fault.exclusive", "question", short)
		}
		return l.T("fault.either", "question", short)
	case q.FaultNumber:
		return l.T("fault.number", "question", short)
	case q.FaultRange:
		return l.T("fault.range", "question", short, "from", qu.Range.From, "to", qu.Range.To)
	case q.FaultTooLong:
		if n, err := strconv.Atoi(f.Detail); err == nil && n > qu.Length {
			return l.N("fault.too-long", n-qu.Length)
		}
		return l.N("fault.too-long", 1)
	case q.FaultDate:
		return l.T("fault.date", "question", short)
	}
	return l.T("fault.option", "question", short)
}

// LetterFault says how to mend what was typed in order to send, and where.
func LetterFault(l *locale.Printer, f q.LetterFault, typed q.Letter) Fault {
	switch f {
	case q.LetterNameLong:
		return Fault{FieldName, l.N("send.fault.name", utf8.RuneCountInString(typed.Name)-q.LetterName)}
	case q.LetterWordsLong:
		return Fault{FieldWords, l.N("send.fault.words", utf8.RuneCountInString(typed.Words)-q.LetterWords)}
	case q.LetterBornPart:
		return Fault{FieldDay, l.T("send.fault.born.part")}
	case q.LetterBornFuture:
		return Fault{FieldDay, l.T("send.fault.born.future")}
	}
	return Fault{FieldDay, l.T("send.fault.born.date")}
}

// CauseID is the id of a cause's part of the result.
func CauseID(id string) string { return "reason-" + id }

// FirstField is the id of the first control of a question.
func FirstField(id string, typ q.Type) string {
	if typ == q.Date {
		return id + "-day"
	}
	return id + "-1"
}

func (p Phone) address() string {
	digits := []byte("tel:")
	for _, r := range p.Number {
		if r == '+' && len(digits) == len("tel:") || r < unicode.MaxASCII && unicode.IsDigit(r) {
			digits = append(digits, byte(r))
		}
	}
	return string(digits)
}
