package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/export"
	"ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/page"
)

// recordTable lists what can be done with a submission as a record: keep it, hand it out, erase it.
func (s *Server) recordTable() []staffRoute {
	const one = pathSubmission + "{submission}"
	return []staffRoute{
		{"GET", one + "/hold", account.HoldAndErase, s.showHold},
		{"POST", one + "/hold", account.HoldAndErase, s.hold},
		{"POST", one + "/free", account.HoldAndErase, s.free},
		{"GET", one + "/erase", account.HoldAndErase, s.showErase},
		{"POST", one + "/erase", account.HoldAndErase, s.erase},
		{"GET", one + "/person.json", account.HoldAndErase, s.exportPerson},
		{"GET", pathErased, account.HoldAndErase, s.showErased},
	}
}

const pathErased = "/clinic/erased"

const (
	fieldConfirmed = "confirmed"
	fieldOf        = "of"
)

// holdActions are the links of a submission's page to what leads may do with it as a record.
func holdActions(p *person, sub review.Submission) clinic.HoldActions {
	if !p.May(account.HoldAndErase) {
		return clinic.HoldActions{}
	}
	path := submissionPath(sub.ID)
	return clinic.HoldActions{Held: sub.Held, Hold: path + "/hold", Erase: path + "/erase"}
}

func (s *Server) showHold(w http.ResponseWriter, r *http.Request, p *person) error {
	path := submissionPath(submissionOf(r))
	form := p.kept(path + "/hold")
	if form == nil {
		form = p.kept(path + "/free")
	}
	return s.holdPage(w, r, p, http.StatusOK, form.Get(fieldReason), "")
}

func (s *Server) holdPage(w http.ResponseWriter, r *http.Request, p *person, status int, reason, wrong string) error {
	d, err := p.store.Desk(r.Context(), submissionOf(r))
	if err != nil {
		return err
	}
	path := submissionPath(d.ID)
	b := s.frame(r, p, path+"/hold")
	view := clinic.HoldView{
		Base: b, Whose: subject(d.Submission), Held: d.Held, Action: path + "/hold", Back: path,
		Reason: clinic.Area{ID: fieldReason, Name: fieldReason, Label: b.L.T("hold.reason"), Hint: b.L.T("hold.reason.hint"), Value: reason,
			Length: review.TextLength, Rows: 4},
	}
	if d.Held {
		view.Action = path + "/free"
	}
	if wrong != "" {
		view.Faults = []page.Fault{{Field: fieldReason, Text: wrong}}
		view.Reason.Faults = view.Faults
	}
	return s.render(w, status, clinic.Hold(view))
}

// subject names a submission on the pages that ask before something is done with it.
func subject(sub review.Submission) clinic.Subject {
	return clinic.Subject{Name: sub.Name, Sent: local(sub.Sent), Urgency: sub.Urgency, Withdrawn: !sub.Withdrawn.IsZero()}
}

func (s *Server) hold(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	return s.held(w, r, p, p.store.Hold(r.Context(), submissionOf(r), reasonOf(r)))
}

func (s *Server) free(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	return s.held(w, r, p, p.store.Free(r.Context(), submissionOf(r), reasonOf(r)))
}

func reasonOf(r *http.Request) string {
	return questionnaire.CleanText(r.PostForm.Get(fieldReason))
}

func (s *Server) held(w http.ResponseWriter, r *http.Request, p *person, err error) error {
	l := s.door(r, "").L
	switch {
	case errors.Is(err, review.ErrEmptyText):
		return s.holdPage(w, r, p, http.StatusUnprocessableEntity, "", l.T("fault.hold.reason"))
	case errors.Is(err, review.ErrLongText):
		return s.holdPage(w, r, p, http.StatusUnprocessableEntity, reasonOf(r), l.T("fault.hold.long", "most", review.TextLength))
	case err != nil:
		return err
	}
	return redirect(w, submissionPath(submissionOf(r)))
}

func (s *Server) showErase(w http.ResponseWriter, r *http.Request, p *person) error {
	return s.erasePage(w, r, p, http.StatusOK, "")
}

func (s *Server) erasePage(w http.ResponseWriter, r *http.Request, p *person, status int, wrong string) error {
	id := submissionOf(r)
	all, err := p.store.OfPerson(r.Context(), id)
	if err != nil {
		return err
	}
	path := submissionPath(id)
	b := s.frame(r, p, path+"/erase")
	view := clinic.EraseView{
		Base: b, Export: path + "/person.json", Action: path + "/erase", Back: path,
		Confirm: clinic.Field{ID: fieldConfirmed, Name: fieldConfirmed, Label: b.L.T("erase.confirm", "word", shortID(string(id))),
			Hint: b.L.T("erase.confirm.hint"), Narrow: true},
	}
	var shown []string
	for _, sub := range all {
		view.Submissions = append(view.Submissions, clinic.EraseRow{
			Address: submissionPath(sub.ID), Sent: local(sub.Sent), Name: sub.Name, Withdrawn: !sub.Withdrawn.IsZero(), State: sub.State, Held: sub.Held,
		})
		view.Held = view.Held || sub.Held
		shown = append(shown, string(sub.ID))
	}
	// One field: a form has no more of them than a question has options, and a person may have sent more than that.
	view.Fields = []page.Field{{Name: fieldOf, Value: strings.Join(shown, " ")}}
	if wrong != "" {
		view.Faults = []page.Fault{{Field: fieldConfirmed, Text: wrong}}
		view.Confirm.Faults = view.Faults
	}
	return s.render(w, status, clinic.Erase(view))
}

// erase removes all that one person sent, once its sign was typed. What the page did not show is not erased.
func (s *Server) erase(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	l := s.door(r, "").L
	id := submissionOf(r)
	if !strings.EqualFold(strings.TrimSpace(r.PostForm.Get(fieldConfirmed)), shortID(string(id))) {
		return s.erasePage(w, r, p, http.StatusUnprocessableEntity, l.T("fault.erase.confirm", "word", shortID(string(id))))
	}
	var saw []questionnaire.ResponseID
	for _, of := range strings.Fields(r.PostForm.Get(fieldOf)) {
		saw = append(saw, questionnaire.ResponseID(of))
	}
	err := p.store.Erase(r.Context(), id, saw)
	switch {
	case errors.Is(err, store.ErrHeld):
		return s.erasePage(w, r, p, http.StatusConflict, l.T("erase.held"))
	case errors.Is(err, store.ErrStale):
		return s.erasePage(w, r, p, http.StatusConflict, l.T("fault.erase.stale"))
	case err != nil:
		return err
	}
	return redirect(w, pathErased)
}

func (s *Server) showErased(w http.ResponseWriter, r *http.Request, p *person) error {
	return s.render(w, http.StatusOK, clinic.Erased(clinic.ErasedView{Base: s.frame(r, p, pathErased), Queue: pathQueue}))
}

// exportPerson gives all that one person sent as a file, one submission after the other. Each is recorded as exported.
func (s *Server) exportPerson(w http.ResponseWriter, r *http.Request, p *person) error {
	id := submissionOf(r)
	all, err := p.store.OfPerson(r.Context(), id)
	if err != nil {
		return err
	}
	files := []export.Submission{}
	for _, sub := range all {
		d, err := p.store.Open(r.Context(), sub.ID, audit.Exported)
		if errors.Is(err, store.ErrNotFound) {
			continue // purged meanwhile
		}
		if err != nil {
			return err
		}
		file, err := s.submissionFile(r, p, d)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(files); err != nil {
		return err
	}
	sendFile(w, "application/json; charset=utf-8", "ekbom-person-"+shortID(string(id))+".json", b.Bytes())
	return nil
}
