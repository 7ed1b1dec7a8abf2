package questionnaire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Answers are read and written with every page, so their usual form is done here by hand: a tenth of the work of
// encoding/json, which still reads everything else.

// savedAnswer is the form in which answers are kept: by id, so that it can be read without this program.
type savedAnswer struct {
	Words []string `json:"a"`
	Rev   int      `json:"r"`
	At    int64    `json:"t"`
}

// EncodeAnswers gives the answers as JSON by question id, in the order of the questions, for keeping.
func (d *Definition) EncodeAnswers(answers Answers) ([]byte, error) {
	given := 0
	for q := range answers {
		if answers[q].State != NotReached {
			given++
		}
	}
	b := make([]byte, 0, 70*given+2)
	b = append(b, '{')
	for q := range answers {
		a := &answers[q]
		if a.State == NotReached {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, d.Questions[q].ID...) // ids need no escapes
		b = append(b, `":{"a":[`...)
		var err error
		if b, err = d.appendWords(b, q, a); err != nil {
			return nil, fmt.Errorf("answers: %w", err)
		}
		b = append(b, `],"r":`...)
		b = strconv.AppendInt(b, int64(a.Rev), 10)
		b = append(b, `,"t":`...)
		b = strconv.AppendInt(b, a.At, 10)
		b = append(b, '}')
	}
	return append(b, '}'), nil
}

func (d *Definition) appendWords(b []byte, q int, a *Answer) ([]byte, error) {
	qu := &d.Questions[q]
	switch {
	case a.State == Blank:
		return b, nil // no word at all: own words may be the very word "blank"
	case a.State == Given && (qu.Type == Choice || qu.Type == Choices):
		comma := false
		for i, o := range qu.Options {
			if a.Has(i) {
				if comma {
					b = append(b, ',')
				}
				b = append(append(append(b, '"'), o...), '"')
				comma = true
			}
		}
		return b, nil
	case a.State == Given && qu.Type == Number:
		return append(strconv.AppendInt(append(b, '"'), int64(a.Number), 10), '"'), nil
	}
	for i, word := range d.Words(q, *a) {
		if i > 0 {
			b = append(b, ',')
		}
		quoted, err := json.Marshal(word)
		if err != nil {
			return nil, err
		}
		b = append(b, quoted...)
	}
	return b, nil
}

// DecodeAnswers reads what EncodeAnswers wrote. It refuses answers that do not belong to this definition.
func (d *Definition) DecodeAnswers(data []byte) (Answers, error) {
	answers := d.NewAnswers()
	if s := (scanner{rest: data}); d.scanAnswers(&s, answers) {
		return answers, nil
	}
	clear(answers)
	var saved map[ID]savedAnswer
	if err := json.Unmarshal(data, &saved); err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	for id, s := range saved {
		q, ok := d.Question(id)
		if !ok {
			return nil, fmt.Errorf("answers: no question %q in %s %s", id, d.ID, d.Version)
		}
		a, fault := d.ParseAnswer(q, s.Words)
		if fault != nil {
			return nil, fmt.Errorf("answers: %w", fault)
		}
		a.Rev, a.At = s.Rev, s.At
		answers[q] = a
	}
	return answers, nil
}

// scanAnswers reads answers in the form of EncodeAnswers. It reports false for anything else, well or badly formed.
func (d *Definition) scanAnswers(s *scanner, answers Answers) bool {
	if !s.take("{") {
		return false
	}
	var room [8][]byte
	for first := true; !s.take("}"); first = false {
		if !first && !s.take(",") {
			return false
		}
		id, ok := s.word()
		if !ok || !s.take(`:{"a":[`) {
			return false
		}
		q, ok := d.index[ID(id)]
		if !ok {
			return false
		}
		words := room[:0]
		for !s.take("]") {
			if len(words) > 0 && !s.take(",") {
				return false
			}
			w, ok := s.word()
			if !ok {
				return false
			}
			words = append(words, w)
		}
		a, ok := d.answerOf(q, words)
		if !ok || !s.take(`,"r":`) {
			return false
		}
		rev, ok := s.number()
		if !ok || !s.take(`,"t":`) {
			return false
		}
		at, ok := s.number()
		if !ok || !s.take("}") {
			return false
		}
		a.Rev, a.At = int(rev), at
		answers[q] = a
	}
	return len(s.rest) == 0
}

// answerOf is ParseAnswer for words as they are kept.
func (d *Definition) answerOf(q int, words [][]byte) (Answer, bool) {
	qu := &d.Questions[q]
	if qu.Type == Choice || qu.Type == Choices {
		var chosen uint64
		for _, w := range words {
			i := slices.IndexFunc(qu.Options, func(o ID) bool { return string(o) == string(w) })
			if i < 0 {
				chosen = 0
				break
			}
			chosen |= 1 << i
		}
		several := chosen&(chosen-1) != 0
		if chosen != 0 && !(several && (qu.Type == Choice || qu.None >= 0 && chosen&(1<<qu.None) != 0)) {
			return Answer{State: Given, Options: chosen}, true
		}
	}
	entries := make([]string, len(words))
	for i, w := range words {
		entries[i] = string(w)
	}
	a, fault := d.ParseAnswer(q, entries)
	return a, fault == nil
}

// scanner reads JSON that is written without spaces and, where it has strings, without escapes.
type scanner struct{ rest []byte }

func (s *scanner) take(token string) bool {
	if len(s.rest) < len(token) || string(s.rest[:len(token)]) != token {
		return false
	}
	s.rest = s.rest[len(token):]
	return true
}

func (s *scanner) word() ([]byte, bool) {
	if !s.take(`"`) {
		return nil, false
	}
	end := bytes.IndexByte(s.rest, '"')
	if end < 0 || bytes.IndexByte(s.rest[:end], '\\') >= 0 {
		return nil, false
	}
	w := s.rest[:end]
	s.rest = s.rest[end+1:]
	return w, true
}

func (s *scanner) number() (int64, bool) {
	end := 0
	for end < len(s.rest) && (s.rest[end] == '-' || s.rest[end] >= '0' && s.rest[end] <= '9') {
		end++
	}
	n, err := strconv.ParseInt(string(s.rest[:end]), 10, 64)
	s.rest = s.rest[end:]
	return n, err == nil
}
