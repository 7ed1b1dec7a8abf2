package server

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"ekbom/internal/questionnaire"
	"ekbom/web/locale"
	"ekbom/web/page"
)

// readForm reads a form within the limits of the server.
func readForm(r *http.Request) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return fmt.Errorf("%w: not a form", errBadForm)
	}
	if err := r.ParseForm(); err != nil {
		r.PostForm = nil // half of what was typed is worse than nothing
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return errTooLarge
		}
		return fmt.Errorf("%w: wrong encoding", errBadForm)
	}
	n := 0
	for _, values := range r.PostForm {
		n += len(values)
	}
	if n > fieldLimit {
		r.PostForm = nil
		return fmt.Errorf("%w: %d fields", errBadForm, n)
	}
	return nil
}

// storable reports whether every database takes a text: PostgreSQL refuses a zero byte and what is not UTF-8.
func storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// readAnswer reads the answer to question i from a form.
func readAnswer(d *questionnaire.Definition, i int, l *locale.Printer, form url.Values) (questionnaire.Answer, *questionnaire.AnswerFault) {
	entries := form[page.FieldAnswer]
	if d.Questions[i].Type != questionnaire.Date {
		return d.ParseAnswer(i, entries)
	}
	year := strings.TrimSpace(form.Get(page.FieldYear))
	month := strings.TrimSpace(form.Get(page.FieldMonth))
	day := strings.TrimSpace(form.Get(page.FieldDay))
	if year == "" && (month != "" || day != "") || month == "" && day != "" {
		// Taken for what they are not, the parts that are there would make another date.
		return questionnaire.Answer{}, &questionnaire.AnswerFault{Question: d.Questions[i].ID, Code: questionnaire.FaultDate}
	}
	typed := make([]string, 0, len(entries)+3)
	typed = append(typed, entries...)
	for _, part := range []string{year, l.Month(month), day} {
		if part != "" {
			typed = append(typed, part)
		}
	}
	return d.ParseAnswer(i, typed)
}

// typedInto puts what was typed back into a question's page.
func typedInto(view *page.QuestionView, form url.Values) {
	entries := form[page.FieldAnswer]
	mark(view, func(value string) bool {
		for _, e := range entries {
			if strings.TrimSpace(e) == value {
				return true
			}
		}
		return false
	})
	switch view.Type {
	case questionnaire.Number, questionnaire.FreeText:
		for _, e := range entries {
			if view.Type == questionnaire.FreeText || e != questionnaire.WordUnsure && e != questionnaire.WordDeclined {
				view.Value = e
				break
			}
		}
	case questionnaire.Date:
		view.Year, view.Month, view.Day = form.Get(page.FieldYear), form.Get(page.FieldMonth), form.Get(page.FieldDay)
	}
}

// answerInto puts a saved answer into a question's page.
func answerInto(view *page.QuestionView, d *questionnaire.Definition, i int, a questionnaire.Answer) {
	words := d.Words(i, a)
	if a.State == questionnaire.Given {
		switch view.Type {
		case questionnaire.Number, questionnaire.FreeText:
			view.Value = words[0]
			return
		case questionnaire.Date:
			parts := append(strings.Split(words[0], "-"), "", "")
			view.Year, view.Month, view.Day = parts[0], strings.TrimPrefix(parts[1], "0"), strings.TrimPrefix(parts[2], "0")
			return
		}
	}
	mark(view, func(value string) bool {
		for _, w := range words {
			if w == value {
				return true
			}
		}
		return false
	})
}

// mark chooses options. The view shares its options with everybody's, so those that change are copied.
func mark(view *page.QuestionView, chosen func(value string) bool) {
	one := func(o *page.Option) *page.Option {
		if o == nil || !chosen(o.Value) {
			return o
		}
		c := *o
		c.Chosen = true
		return &c
	}
	shared := true
	for i := range view.Options {
		if chosen(view.Options[i].Value) {
			if shared {
				view.Options = append([]page.Option(nil), view.Options...)
				shared = false
			}
			view.Options[i].Chosen = true
		}
	}
	view.None, view.Unsure, view.Declined = one(view.None), one(view.Unsure), one(view.Declined)
}

// A form says which state of which response it was drawn from, so that a change made in another window since, or a form
// left over from answers deleted since, is noticed.
func revision(r *questionnaire.Response) string { return strconv.Itoa(r.Revision) + "-" + tag(r.ID) }

func tag(id questionnaire.ResponseID) string { return string(id[max(0, len(id)-6):]) }

// parseRevision gives a revision, and whether it is one of this response. One that cannot be read is the oldest.
func parseRevision(written string, id questionnaire.ResponseID) (rev int, ours bool) {
	number, of, ok := strings.Cut(written, "-")
	if !ok {
		return 0, true
	}
	rev, err := strconv.Atoi(number)
	if err != nil || rev < 0 {
		return 0, true
	}
	return rev, of == tag(id)
}
