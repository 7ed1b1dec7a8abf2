package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/page"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
)

// Welcome is the path of a one-time link.
func Welcome(token string) string { return pathWelcome + token }

// FirstLink gives the path of a new link that creates the first account, in place of any given before; empty when there is
// an account.
func (s *Server) FirstLink(ctx context.Context) (string, error) {
	token := account.NewToken()
	made, err := s.Store.FirstLink(ctx, account.HashToken(token), s.Now())
	if err != nil || !made {
		return "", err
	}
	return Welcome(token), nil
}

// link finds the one-time link of the address. Without one it shows why and gives nil.
func (s *Server) link(w http.ResponseWriter, r *http.Request) (*store.Link, []byte, error) {
	// Where other sites of ours could read it, the address of this page is cut down to the server's.
	w.Header().Set("Referrer-Policy", "same-origin, strict-origin")
	token := account.HashToken(chi.URLParam(r, "token"))
	l, err := s.Store.Link(r.Context(), token, s.Now())
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, s.linkGone(w, r)
	}
	if err != nil {
		return nil, nil, err
	}
	return &l, token, nil
}

func (s *Server) linkGone(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, http.StatusGone, clinic.LinkGone(clinic.LinkGoneView{Base: s.door(r, ""), SignIn: pathSignIn}))
}

// showWelcome shows a one-time link's form. Programs that look at links before people do use nothing up.
func (s *Server) showWelcome(w http.ResponseWriter, r *http.Request) error {
	l, _, err := s.link(w, r)
	if l == nil || err != nil {
		return err
	}
	return s.render(w, http.StatusOK, clinic.Welcome(s.welcomeView(r, l, url.Values{"steps": {"yes"}}, nil)))
}

// welcomeFault is what is wrong with a field of a one-time link's form.
type welcomeFault struct{ field, text string }

func (s *Server) welcomeView(r *http.Request, l *store.Link, form url.Values, faults []welcomeFault) clinic.WelcomeView {
	b := s.door(r, "")
	view := clinic.WelcomeView{Base: b, First: l.Kind == account.FirstLink, Reset: l.Kind == account.ResetLink, Action: r.URL.Path}
	add := func(f clinic.Field) {
		if f.Type != "password" {
			f.Value = cutTo(form.Get(f.ID), 2*account.NameLength)
		}
		f.Name = f.ID
		for _, fault := range faults {
			if fault.field == f.ID {
				f.Faults = append(f.Faults, page.Fault{Field: f.ID, Text: fault.text})
			}
		}
		view.Faults = append(view.Faults, f.Faults...)
		view.Fields = append(view.Fields, f)
	}
	if view.First {
		add(clinic.Field{ID: "clinic", Label: b.L.T("welcome.clinic"), Hint: b.L.T("welcome.clinic.hint"), Autocomplete: "organization"})
		add(clinic.Field{ID: "slug", Label: b.L.T("welcome.slug"), Hint: b.L.T("welcome.slug.hint")})
		add(clinic.Field{ID: "name", Label: b.L.T("welcome.name"), Hint: b.L.T("welcome.name.hint"), Autocomplete: "name"})
		add(clinic.Field{ID: fieldLogin, Label: b.L.T("welcome.login"), Hint: b.L.T("welcome.login.hint"), Autocomplete: "username"})
		view.Steps = &clinic.Tick{
			ID: "steps", Name: "steps", Value: "yes", Label: b.L.T("welcome.steps"), Hint: b.L.T("welcome.steps.hint"), Ticked: form.Get("steps") == "yes",
		}
	} else {
		view.Clinic = l.Clinic.Name
		form = url.Values{fieldLogin: {l.Account.Login}}
		add(clinic.Field{ID: fieldLogin, Label: b.L.T("welcome.login"), Autocomplete: "username", Fixed: true})
	}
	add(clinic.Field{
		ID: fieldPassword, Label: b.L.T("welcome.password"), Hint: b.L.T("welcome.password.hint", "least", account.PasswordLeast),
		Type: "password", Autocomplete: "new-password",
	})
	return view
}

// welcome uses a one-time link: the password is chosen, and the person goes on inside.
func (s *Server) welcome(w http.ResponseWriter, r *http.Request) error {
	l, token, err := s.link(w, r)
	if l == nil || err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	form := r.PostForm
	text := s.door(r, "").L
	now := s.Now()
	c := account.Clinic{
		Name: account.Tidy(form.Get("clinic")), Slug: strings.ToLower(strings.TrimSpace(form.Get("slug"))), Created: now,
		TwoSteps: form.Get("steps") == "yes", Keep: account.KeepDefault,
	}
	a := account.Account{Name: account.Tidy(form.Get("name")), Login: account.Fold(form.Get(fieldLogin)), Role: account.Admin, Created: now}
	var faults []welcomeFault
	if l.Kind == account.FirstLink {
		faults = newcomerFaults(text, &c, a)
	} else {
		c, a = l.Clinic, l.Account
	}
	if weak := account.Weak(form.Get(fieldPassword), a.Name, a.Login, c.Name); weak != "" {
		faults = append(faults, welcomeFault{fieldPassword, passwordFault(text, weak)})
	}
	if len(faults) > 0 {
		return s.render(w, http.StatusUnprocessableEntity, clinic.Welcome(s.welcomeView(r, l, form, faults)))
	}
	hash, err := s.hasher.Hash(r.Context(), form.Get(fieldPassword))
	if err != nil {
		return err
	}
	if l.Kind == account.FirstLink {
		var ids [2]uuid.UUID
		for i := range ids {
			if ids[i], err = uuid.NewV7(); err != nil {
				return fmt.Errorf("new account: %w", err)
			}
		}
		c.ID, a.ID = questionnaire.ClinicID(ids[0].String()), account.ID(ids[1].String())
		err = s.Store.UseFirstLink(r.Context(), token, c, a, hash)
	} else {
		err = s.Store.UseLink(r.Context(), token, hash, now)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return s.linkGone(w, r) // somebody else was faster
	case errors.Is(err, store.ErrConflict):
		faults = []welcomeFault{{"slug", text.T("fault.slug.taken")}}
		return s.render(w, http.StatusUnprocessableEntity, clinic.Welcome(s.welcomeView(r, l, form, faults)))
	case err != nil:
		return err
	}
	cred, err := s.Store.Credentials(r.Context(), a.ID)
	if err != nil {
		return err
	}
	return s.enter(w, r, cred, map[string]string{})
}

// newcomerFaults says what is wrong with a new clinic and its first account.
func newcomerFaults(l *locale.Printer, c *account.Clinic, a account.Account) (faults []welcomeFault) {
	if !account.ValidName(c.Name) {
		faults = append(faults, welcomeFault{"clinic", l.T("fault.clinic", "count", account.NameLength)})
	}
	if !account.ValidSlug(c.Slug) {
		faults = append(faults, welcomeFault{"slug", l.T("fault.slug", "count", account.SlugLength)})
	}
	if !account.ValidName(a.Name) {
		faults = append(faults, welcomeFault{"name", l.T("fault.name", "count", account.NameLength)})
	}
	if !account.ValidLogin(a.Login) {
		faults = append(faults, welcomeFault{fieldLogin, l.T("fault.login", "count", account.LoginLength)})
	}
	return faults
}

// passwordFault says how to choose a better password.
func passwordFault(l *locale.Printer, weak account.Weakness) string {
	switch weak {
	case account.TooShort:
		return l.T("fault.password.too-short", "least", account.PasswordLeast)
	case account.TooLong:
		return l.T("fault.password.too-long", "most", account.PasswordMost)
	case account.HoldsName:
		return l.T("fault.password.holds-name")
	}
	return l.T("fault.password.common")
}
