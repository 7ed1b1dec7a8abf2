package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ekbom/internal/account"
	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/web/page"
)

// closed marks the address of /send for somebody whose clinic takes nothing any more.
const closed = "closed"

// openClinics lists the clinics that something can be sent to.
func (s *Server) openClinics(ctx context.Context) ([]account.Clinic, error) {
	all, err := s.Store.Clinics(ctx)
	return slices.DeleteFunc(all, func(c account.Clinic) bool { return !c.Closed.IsZero() }), err
}

// sendable gives the journey of this browser's session if it has a result that was not sent; otherwise it has sent the person
// on, and the journey is nil.
func (s *Server) sendable(w http.ResponseWriter, r *http.Request) (*journey, error) {
	j, err := s.load(r, s.session(r))
	if err != nil {
		return nil, err
	}
	if j.sent() || !j.finished() {
		return nil, redirect(w, j.next())
	}
	return j, nil
}

func (s *Server) showSend(w http.ResponseWriter, r *http.Request) error {
	j, err := s.sendable(w, r)
	if j == nil {
		return err
	}
	l := j.response.Letter
	letter := page.Letter{Name: l.Name, Words: l.Words}
	if parts := strings.Split(l.Born, "-"); len(parts) == 3 {
		letter.Year, letter.Month, letter.Day = parts[0], strings.TrimPrefix(parts[1], "0"), strings.TrimPrefix(parts[2], "0")
	}
	return s.renderSend(w, r, j, http.StatusOK, letter, j.response.Clinic, nil)
}

func (s *Server) renderSend(w http.ResponseWriter, r *http.Request, j *journey, status int, letter page.Letter, chosen questionnaire.ClinicID,
	faults []page.Fault) error {
	clinics, err := s.openClinics(r.Context())
	if err != nil {
		return err
	}
	o := assess.Evaluate(j.Definition, j.answers)
	view := page.SendView{
		Base: j.base(pathSend), Urgency: j.urgency(o.Urgency, slices.Concat(o.RedFlags, o.OpenFlags)), Flags: j.flags(o.RedFlags),
		Letter: letter, ByAnother: j.voice == another, NameMost: questionnaire.LetterName, WordsMost: questionnaire.LetterWords,
		Closed: r.URL.RawQuery == closed, Faults: faults, Back: j.next(),
	}
	for _, c := range clinics {
		view.Clinics = append(view.Clinics, page.Option{Value: string(c.ID), Label: c.Name, Chosen: c.ID == chosen || len(clinics) == 1})
	}
	return s.render(w, status, page.Send(view))
}

// keepLetter keeps what was typed in order to send, and to whom, with the result as it is now.
func (s *Server) keepLetter(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil { // first, so that nothing typed is lost whatever fails
		return err
	}
	j, err := s.sendable(w, r)
	if j == nil {
		return err
	}
	typed := page.Letter{
		Name: r.PostForm.Get(page.FieldName), Words: r.PostForm.Get(page.FieldWords),
		Year: r.PostForm.Get(page.FieldYear), Month: r.PostForm.Get(page.FieldMonth), Day: r.PostForm.Get(page.FieldDay),
	}
	letter, wrong := questionnaire.ParseLetter(typed.Name, typed.Words, typed.Year, j.words.l.Month(strings.TrimSpace(typed.Month)), typed.Day, s.Now())
	clinics, err := s.openClinics(r.Context())
	if err != nil {
		return err
	}
	chosen := questionnaire.ClinicID(r.PostForm.Get(page.FieldClinic))
	var faults []page.Fault
	if !slices.ContainsFunc(clinics, func(c account.Clinic) bool { return c.ID == chosen }) {
		faults = append(faults, page.Fault{Field: page.FieldClinic + "-1", Text: j.words.l.T("send.fault.clinic")})
	}
	for _, f := range wrong {
		faults = append(faults, page.LetterFault(j.words.l, f, letter))
	}
	if len(faults) > 0 {
		return s.renderSend(w, r, j, http.StatusUnprocessableEntity, typed, chosen, faults)
	}
	j, err = s.change(w, r, s.session(r), func(j *journey) (bool, error) {
		if !j.finished() || j.completed() && j.response.Letter == letter && j.response.Clinic == chosen {
			return false, nil
		}
		j.response.Letter, j.response.Clinic = letter, chosen
		if j.completed() {
			return true, nil
		}
		return true, j.finish(s.Now()) // an emergency ended the questions
	})
	if err != nil {
		return err
	}
	if !j.finished() {
		return redirect(w, j.next())
	}
	return redirect(w, pathCheckSend)
}

// checkSend shows all that is going to be sent.
func (s *Server) checkSend(w http.ResponseWriter, r *http.Request) error {
	j, err := s.sendable(w, r)
	if j == nil {
		return err
	}
	return s.renderCheck(w, r, j, http.StatusOK, "")
}

// renderCheck shows all that is going to be sent, with a fault, if there is one.
func (s *Server) renderCheck(w http.ResponseWriter, r *http.Request, j *journey, status int, fault string) error {
	c, err := s.Store.Clinic(r.Context(), j.response.Clinic)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !j.completed():
		return redirect(w, pathSend)
	case err == nil && !c.Closed.IsZero():
		return redirect(w, pathSendClosed)
	case err != nil:
		return fmt.Errorf("destination: %w", err)
	}
	o := assess.Evaluate(j.Definition, j.answers)
	result := j.result(o)
	view := page.CheckSendView{
		Base: j.base(pathCheckSend), Urgency: result.Urgency, Flags: result.Flags, Causes: result.Causes, Clinic: c.Name, KeepDays: c.Keep,
		Name: j.response.Letter.Name, Words: j.response.Letter.Words, ByAnother: j.voice == another,
		Sections: j.sections(whole, reached), Revision: revision(&j.response),
	}
	if born := j.response.Letter.Born; born != "" {
		view.Born = j.words.l.PartialDate(born)
	}
	if fault != "" {
		view.Faults = []page.Fault{{Field: page.FieldConsent, Text: fault}}
	}
	return s.render(w, status, page.CheckSend(view))
}

// sendOff hands the response to its clinic. What was shown is what goes: after a change in another window it is shown again.
// Pressed twice it is sent once.
func (s *Server) sendOff(w http.ResponseWriter, r *http.Request) error {
	sess := s.session(r)
	if err := readForm(r); err != nil {
		return err
	}
	j, err := s.sendable(w, r)
	if j == nil {
		return err
	}
	l := j.words.l
	if r.PostForm.Get(page.FieldConsent) != page.Yes {
		return s.renderCheck(w, r, j, http.StatusUnprocessableEntity, l.T("check-send.fault.consent"))
	}
	if drawn, ours := parseRevision(r.PostForm.Get(page.FieldRevision), j.response.ID); !ours || drawn != j.response.Revision {
		return s.renderCheck(w, r, j, http.StatusConflict, l.T("check-send.fault.changed"))
	}
	if !j.completed() {
		return redirect(w, pathSend)
	}
	if wait, err := s.count(r, []try{{s.vault.Attempts("send", s.networkOf(r)), trySend}}); err != nil {
		return err
	} else if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		return s.renderCheck(w, r, j, http.StatusTooManyRequests, l.N("check-send.fault.many", minutes(wait)))
	}
	outcome, response := assess.Evaluate(j.Definition, j.answers), j.response
	response.Sent = latest(s.Now().Round(0), response.Completed)
	sub, counts := store.Prepare(j.Definition, response, j.answers, outcome)
	err = s.Store.Send(r.Context(), response, sub, counts)
	s.recent.forget(response.ID)
	switch {
	case errors.Is(err, store.ErrSent):
		return redirect(w, pathSent)
	case errors.Is(err, store.ErrStale):
		if j, err = s.sendable(w, r); j == nil {
			return err
		}
		return s.renderCheck(w, r, j, http.StatusConflict, l.T("check-send.fault.changed"))
	case errors.Is(err, store.ErrClosed):
		return redirect(w, pathSendClosed)
	case errors.Is(err, store.ErrNotFound):
		return redirect(w, pathSend)
	case err != nil:
		return err
	}
	s.metrics.count(eventSent)
	sess.Seen = response.Revision + 1
	if err := s.keepSession(w, r, sess); err != nil {
		return err
	}
	return redirect(w, pathSent)
}

// markNotMe keeps that the person does not find themself in a cause, or that they do after all.
func (s *Server) markNotMe(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	id, not := questionnaire.ID(r.PostForm.Get(page.FieldNotMe)), true
	if id == "" {
		id, not = questionnaire.ID(r.PostForm.Get(page.FieldMe)), false
	}
	shown := false
	j, err := s.change(w, r, s.session(r), func(j *journey) (bool, error) {
		shown = false
		if !j.completed() {
			return false, nil
		}
		c := causeOf(assess.Evaluate(j.Definition, j.answers), id)
		if shown = c != nil && c.Shown; !shown || slices.Contains(j.response.NotMe, id) == not {
			return false, nil
		}
		if not {
			j.response.NotMe = append(slices.Clone(j.response.NotMe), id)
		} else {
			j.response.NotMe = slices.DeleteFunc(slices.Clone(j.response.NotMe), func(m questionnaire.ID) bool { return m == id })
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	if shown {
		return redirect(w, pathResult+"#"+page.CauseID(string(id)))
	}
	return redirect(w, j.next())
}
