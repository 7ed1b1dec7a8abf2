package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"ekbom/internal/account"
	"ekbom/internal/store"
	"ekbom/web/page"

	"github.com/go-chi/chi/v5"
)

// destination gives the clinic that an address names.
func (s *Server) destination(ctx context.Context, slug string) (account.Clinic, error) {
	slug = strings.ToLower(slug)
	if !account.ValidSlug(slug) {
		return account.Clinic{}, errNoPage
	}
	c, err := s.Store.ClinicBySlug(ctx, slug)
	if errors.Is(err, store.ErrNotFound) {
		return account.Clinic{}, errNoPage
	}
	if err != nil {
		return account.Clinic{}, fmt.Errorf("destination: %w", err)
	}
	return c, nil
}

// showDestination is the start page that a clinic's link opens.
func (s *Server) showDestination(w http.ResponseWriter, r *http.Request) error {
	c, err := s.destination(r.Context(), chi.URLParam(r, "clinic"))
	if err != nil {
		return err
	}
	view := page.DestinationView{
		Base: s.base(r, pathDestination+c.Slug), Clinic: c.Name, Slug: c.Slug, Closed: !c.Closed.IsZero(),
		Emergency: s.editions.current.in(visitOf(r).language).Start.Emergency,
		Fewest:    s.bounds.Fewest, Most: s.bounds.Most, DraftDays: int(s.Keep / day),
	}
	if sess := s.session(r); !sess.none() {
		// Without the store there would be no clinic either; answers that are gone are none.
		if j, err := s.load(r, sess); err == nil && j.answered() > 0 {
			view.Continue, view.Sent, view.Meant = j.next(), j.sent(), j.response.Clinic == c.ID
		}
	}
	return s.render(w, http.StatusOK, page.Destination(view))
}

// takeDestination makes the answers that this browser holds meant for a clinic.
func (s *Server) takeDestination(w http.ResponseWriter, r *http.Request) error {
	c, err := s.destination(r.Context(), chi.URLParam(r, "clinic"))
	if err != nil {
		return err
	}
	if !c.Closed.IsZero() {
		return redirect(w, pathDestination+c.Slug)
	}
	j, err := s.change(w, r, s.session(r), func(j *journey) (bool, error) {
		if j.response.Clinic == c.ID {
			return false, nil
		}
		j.response.Clinic = c.ID
		return true, nil
	})
	if err != nil {
		return err
	}
	return redirect(w, j.next())
}
