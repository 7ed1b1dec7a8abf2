package server

import (
	"errors"
	"net/http"

	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/web/page"
)

// withdrawable gives the newest of some responses that a clinic has, or the one that is named.
func withdrawable(family []questionnaire.Response, of string) (questionnaire.Response, bool) {
	for _, response := range family {
		if !response.Sent.IsZero() && response.Status != questionnaire.Withdrawn && (of == "" || tag(response.ID) == of) {
			return response, true
		}
	}
	return questionnaire.Response{}, false
}

// showWithdraw asks once before something is withdrawn.
func (s *Server) showWithdraw(w http.ResponseWriter, r *http.Request) error {
	view := page.WithdrawView{Base: s.base(r, pathWithdraw), Back: pathStart}
	sess := s.session(r)
	if sess.none() {
		return s.render(w, http.StatusOK, page.Withdraw(view))
	}
	family, err := s.family(r, sess)
	if err != nil {
		return err
	}
	if len(family) == 0 {
		return s.render(w, http.StatusOK, page.Withdraw(view))
	}
	response, ok := withdrawable(family, r.URL.Query().Get(page.FieldOf))
	if !ok {
		return redirect(w, pathSent)
	}
	receipt, err := s.Store.Receipt(r.Context(), response.ID)
	if errors.Is(err, store.ErrNotFound) {
		return redirect(w, pathSent)
	}
	if err != nil {
		return err
	}
	view.Known, view.Clinic, view.Sent, view.Held = true, receipt.Clinic.Name, local(receipt.Sent), receipt.Held
	view.Of, view.Back = tag(response.ID), pathSent
	return s.render(w, http.StatusOK, page.Withdraw(view))
}

// withdraw takes what this browser, or the return code typed, has sent back from its clinic. Done twice it is done.
func (s *Server) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	sess := s.session(r)
	if typed := r.PostForm.Get(page.FieldCode); typed != "" || sess.none() {
		response, code, err := s.byCode(r, typed)
		if errors.Is(err, errWrongCode) {
			base := s.base(r, pathWithdraw)
			return s.render(w, http.StatusUnprocessableEntity, page.Withdraw(page.WithdrawView{
				Base: base, Code: cut(typed), Faults: []page.Fault{{Field: fieldCode, Text: base.L.T("fault.code")}}, Back: pathStart,
			}))
		}
		if err != nil {
			return err
		}
		sess = session{Response: response.ID, Hash: response.Ref.Hash, Code: code, Seen: response.Revision}
	}
	family, err := s.family(r, sess)
	if err != nil {
		return err
	}
	if response, ok := withdrawable(family, r.PostForm.Get(page.FieldOf)); ok {
		now := s.Now()
		_, err := s.Store.Withdraw(r.Context(), response.ID, now, now.Add(s.Keep))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		s.metrics.count(eventWithdrawn)
	}
	if err := s.keepSession(w, r, sess); err != nil {
		return err
	}
	return redirect(w, pathSent)
}
