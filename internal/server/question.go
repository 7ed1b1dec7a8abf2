package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/web/page"

	"github.com/go-chi/chi/v5"
)

// returned marks the address of the question at which somebody has just come back by code.
const returned = "returned"

func (s *Server) showQuestion(w http.ResponseWriter, r *http.Request) error {
	sess := s.session(r)
	j := s.recallSaved(r, sess)
	if j == nil {
		var err error
		if j, err = s.load(r, sess); err != nil {
			return err
		}
	}
	i, ok := j.Question(questionnaire.ID(chi.URLParam(r, "question")))
	if !ok {
		return errNoPage
	}
	if j.sent() {
		return errSent
	}
	if !j.mayOpen(i) {
		return redirect(w, j.next())
	}
	view := j.question(i)
	answerInto(&view, j.Definition, i, j.answers[i])
	view.Returned = strings.HasPrefix(r.URL.RawQuery, returned)
	if j.answers[i].State == questionnaire.NotReached && !view.Returned {
		return s.renderFresh(w, j, i, view)
	}
	return s.render(w, http.StatusOK, page.Question(view))
}

// fresh is the page of a question without an answer, cut where the revision stands. People on the same path get the same
// page, so it is drawn once.
type fresh struct{ before, after []byte }

// freshKey tells such pages apart: by edition, language, voice and question, and by what differs between paths.
type freshKey struct {
	question      *page.QuestionView
	back, because string
	progress      page.Progress
	changing      bool
}

const freshPages = 512 // of about 6 kB

func (s *Server) renderFresh(w http.ResponseWriter, j *journey, i int, view page.QuestionView) error {
	key := freshKey{
		question: &j.words.voices[j.voice].questions[i], back: view.Back, progress: view.Progress, changing: view.Changing,
	}
	for _, c := range view.Because {
		key.because += c.Question + "\x00" + strings.Join(c.Answer.Values, "\x00") + c.Answer.State.String() + c.Change + "\x00"
	}
	drawn, err := s.fresh.get(key, func() (fresh, error) {
		var b bytes.Buffer
		view.Revision = s.mark
		if err := page.Question(view).Render(context.Background(), &b); err != nil {
			return fresh{}, fmt.Errorf("render: %w", err)
		}
		before, after, _ := bytes.Cut(b.Bytes(), []byte(s.mark))
		return fresh{before, after}, nil
	})
	if err != nil {
		return err
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	b.Write(drawn.before)
	b.WriteString(revision(&j.response))
	b.Write(drawn.after)
	send(w, http.StatusOK, b)
	return nil
}

// question is the page of question i without an answer.
func (j *journey) question(i int) page.QuestionView {
	view := j.words.voices[j.voice].questions[i]
	view.Draft = true
	view.Revision = revision(&j.response)
	view.Progress = j.progress(i)
	if ask := j.Questions[i].Ask; ask != nil {
		view.Because = j.quotes(assess.Because(j.Definition, j.answers, j.values, ask))
	}
	view.Back = j.before(i)
	if j.open < 0 && len(j.raised()) == 0 {
		view.Changing, view.Back = true, pathAnswers
	}
	return view
}

// progress counts the questions up to i and bounds those after it.
func (j *journey) progress(i int) page.Progress {
	p := page.Progress{Number: 1}
	for k := range i {
		if j.onPath(k) {
			p.Number++
		}
	}
	if j.open >= 0 {
		left := j.PathOf(j.answers, j.values)
		p.Fewest, p.Most = left.Fewest, left.Most
		if i == j.open {
			p.Fewest, p.Most = p.Fewest-1, p.Most-1
		}
	}
	return p
}

// saveQuestion saves one answer and sends the person on.
func (s *Server) saveQuestion(w http.ResponseWriter, r *http.Request) error {
	sess := s.session(r)
	if sess.none() {
		return errNoSession
	}
	if err := readForm(r); err != nil {
		return err
	}
	id := questionnaire.ID(chi.URLParam(r, "question"))
	leaving := r.PostForm.Get(page.FieldThen) == page.ThenKeep
	var (
		i        int
		fault    *questionnaire.AnswerFault
		given    questionnaire.Answer
		conflict bool
		saved    bool
	)
	j, err := s.change(w, r, sess, func(j *journey) (bool, error) {
		fault, conflict, saved = nil, false, false
		var ok bool
		if i, ok = j.Question(id); !ok {
			return false, errNoPage
		}
		drawn, ours := parseRevision(r.PostForm.Get(page.FieldRevision), j.response.ID)
		if !ours || !j.mayOpen(i) {
			return false, nil // off the path now: nothing is saved and the person is sent to where they are
		}
		if given, fault = readAnswer(j.Definition, i, j.words.l, r.PostForm); fault != nil {
			return false, nil
		}
		old := j.answers[i]
		if old.Equal(given) {
			return false, nil
		}
		if old.State != questionnaire.NotReached && old.Rev > drawn {
			conflict = true
			return false, nil
		}
		j.set(i, given, s.Now())
		saved = true
		return true, nil
	})
	switch {
	case errors.Is(err, store.ErrUnavailable) || errors.Is(err, errBusy):
		return s.keepTyped(w, r, sess, id, err)
	case err != nil:
		return err
	case fault != nil && leaving && fault.Code == questionnaire.FaultMissing:
		return redirect(w, pathKeep)
	case fault != nil:
		view := j.question(i)
		typedInto(&view, r.PostForm)
		view.Faults = []page.Fault{{
			Field: page.FirstField(view.ID, view.Type),
			Text:  page.FaultText(j.words.l, fault, &j.Questions[i], j.text(i).Short),
		}}
		return s.render(w, http.StatusUnprocessableEntity, page.Question(view))
	case conflict:
		return s.showConflict(w, r, j, i, given)
	}
	if saved {
		s.metrics.answers.Inc()
	}
	next := j.next()
	switch {
	case saved && unusual(&j.Questions[i], given) && next != pathCheckEmergency:
		next = questionPath(id) + "/unusual"
	case leaving && next != pathCheckEmergency && next != pathEmergency:
		next = pathKeep
	}
	return redirect(w, next)
}

// keepTyped shows the same question again with what was typed, when the store cannot be reached. The page needs nothing
// from the store: the session names the edition.
func (s *Server) keepTyped(w http.ResponseWriter, r *http.Request, sess session, id questionnaire.ID, err error) error {
	e := s.editions.open(sess.Hash)
	if e == nil {
		return err
	}
	i, ok := e.Question(id)
	if !ok {
		return errNoPage
	}
	words := e.in(visitOf(r).language)
	view := words.voices[own].questions[i]
	view.Draft = true
	view.Revision = r.PostForm.Get(page.FieldRevision)
	typedInto(&view, r.PostForm)
	view.Faults = []page.Fault{{Field: page.FirstField(view.ID, view.Type), Text: words.l.T("fault.not-saved")}}
	s.report(r, http.StatusServiceUnavailable, err)
	w.Header().Set("Retry-After", retryAfter)
	return s.render(w, http.StatusServiceUnavailable, page.Question(view))
}

// showConflict lets the person choose between what they just entered and what another window saved meanwhile.
func (s *Server) showConflict(w http.ResponseWriter, r *http.Request, j *journey, i int, given questionnaire.Answer) error {
	view := page.ConflictView{
		Base: j.base(""), Question: j.text(i).Short, Yours: j.inWords(i, given), Saved: j.inWords(i, j.answers[i]),
		Action: questionPath(j.Questions[i].ID), Keep: j.next(),
	}
	for _, f := range fieldsOf(r.PostForm) {
		if f.Name != page.FieldRevision {
			view.Fields = append(view.Fields, f)
		}
	}
	view.Fields = append(view.Fields, page.Field{Name: page.FieldRevision, Value: revision(&j.response)})
	return s.render(w, http.StatusConflict, page.Conflict(view))
}

// unusual reports whether an answer is allowed, but odd enough to ask again.
func unusual(qu *questionnaire.Question, a questionnaire.Answer) bool {
	return qu.Type == questionnaire.Number && a.State == questionnaire.Given && !qu.Usual.Contains(a.Number)
}

func (s *Server) showUnusual(w http.ResponseWriter, r *http.Request) error {
	j, err := s.load(r, s.session(r))
	if err != nil {
		return err
	}
	i, ok := j.Question(questionnaire.ID(chi.URLParam(r, "question")))
	if !ok {
		return errNoPage
	}
	if !j.onPath(i) || !unusual(&j.Questions[i], j.answers[i]) {
		return redirect(w, j.next())
	}
	at := questionPath(j.Questions[i].ID)
	return s.render(w, http.StatusOK, page.Unusual(page.UnusualView{
		Base: j.base(at + "/unusual"), Section: j.words.Sections[j.Sections[j.Questions[i].Section].ID],
		Quote: j.quote(i, j.answers[i]), Action: at + "/unusual", Back: at,
	}))
}

// confirmUnusual goes on. The number was saved before; asking again changes nothing.
func (s *Server) confirmUnusual(w http.ResponseWriter, r *http.Request) error {
	j, err := s.load(r, s.session(r))
	if err != nil {
		return err
	}
	return redirect(w, j.next())
}

// quote tells an answer back, with the address where it can be changed.
func (j *journey) quote(i int, a questionnaire.Answer) page.Quote {
	return page.Quote{Question: j.text(i).Short, Answer: j.inWords(i, a), Change: j.changePath(i)}
}

// changePath is where the answer to question i can be changed; nowhere once it was sent.
func (j *journey) changePath(i int) string {
	if j.sent() {
		return ""
	}
	return questionPath(j.Questions[i].ID)
}

// quotes tells reasons back.
func (j *journey) quotes(reasons []assess.Reason) (quotes []page.Quote) {
	for i, a := range j.behind(reasons) {
		quotes = append(quotes, j.quote(i, a))
	}
	return quotes
}

// behind gives the questions and answers of reasons. A reason may be a part of an answer: those of several options that
// count.
func (j *journey) behind(reasons []assess.Reason) iter.Seq2[int, questionnaire.Answer] {
	return func(yield func(int, questionnaire.Answer) bool) {
		for _, reason := range reasons {
			i, ok := j.Question(reason.Question)
			if !ok {
				continue
			}
			a := j.answers[i]
			if part, ok := reason.Answer.([]string); ok {
				a.Options = 0
				for _, word := range part {
					if o, ok := j.Option(i, questionnaire.ID(word)); ok {
						a.Options |= 1 << o
					}
				}
			}
			if !yield(i, a) {
				return
			}
		}
	}
}
