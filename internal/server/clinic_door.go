package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/page"
)

// Addresses of the door.
const (
	pathCode    = pathSignIn + "/code"
	pathEnrol   = pathSignIn + "/enrol"
	pathCancel  = pathSignIn + "/cancel"
	pathWelcome = "/clinic/welcome/"
)

// doorTable lists what somebody who is not signed in can reach on the clinic's side.
func (s *Server) doorTable() []route {
	return []route{
		{"GET", pathSignIn, personal, s.showSignIn, false},
		{"POST", pathSignIn, personal, s.signIn, false},
		{"POST", pathByPasskey, personal, s.signInByPasskey, false},
		{"GET", pathCode, personal, s.showCode, false},
		{"POST", pathCode, personal, s.enterCode, false},
		{"GET", pathEnrol, personal, s.showEnrol, false},
		{"POST", pathEnrol, personal, s.enrol, false},
		{"POST", pathCancel, personal, s.signOut, false},
		{"POST", pathSignOut, personal, s.signOut, false},
		{"GET", pathWelcome + "{token}", personal, s.showWelcome, false},
		{"POST", pathWelcome + "{token}", personal, s.welcome, false},
	}
}

// Names of the fields of the door, which are the ids of their controls, too.
const (
	fieldLogin    = "login"
	fieldPassword = "password"
	fieldOneTime  = "code"
	fieldNext     = "next"
	fieldPosted   = "posted"
	keptPrefix    = "kept."
)

const (
	// halfTime is how long a person may take from the password to the code.
	halfTime = 15 * time.Minute
	// wrongTime is how long the answer to a wrong sign-in takes. What is done for a known name and not for an unknown one
	// takes far less, so no clock tells them apart.
	wrongTime = 400 * time.Millisecond
	// hashTime is how long a password may wait for its turn to be hashed.
	hashTime = 5 * time.Second
)

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request) error {
	view := s.signInView(r, url.Values{fieldNext: {r.URL.Query().Get(fieldNext)}})
	switch {
	case r.URL.Query().Has("out"):
		view.Notice = view.L.T("door.out")
	case r.URL.Query().Has(fieldNext) && r.URL.Query().Get(fieldNext) != pathQueue && r.URL.Query().Get(fieldNext) != pathClinic:
		view.Notice = view.L.T("door.ended")
	}
	return s.render(w, http.StatusOK, clinic.SignIn(view))
}

// signInView fills the page that asks for name and password. carried is a form that came with fields to carry on.
func (s *Server) signInView(r *http.Request, carried url.Values) clinic.SignInView {
	base := s.door(r, "")
	view := clinic.SignInView{
		Base: base, Action: pathSignIn, Passkey: s.passkeyForm(r),
		Name:     clinic.Field{ID: fieldLogin, Name: fieldLogin, Label: base.L.T("door.name"), Autocomplete: "username", Value: cutTo(carried.Get(fieldLogin), account.LoginLength), Focus: true},
		Password: clinic.Field{ID: fieldPassword, Name: fieldPassword, Label: base.L.T("door.password"), Type: "password", Autocomplete: "current-password"},
	}
	for _, f := range fieldsOf(carried) {
		if f.Name == fieldNext || f.Name == fieldPosted || strings.HasPrefix(f.Name, keptPrefix) {
			if f.Value != "" {
				view.Kept = append(view.Kept, f)
			}
		}
	}
	return view
}

// signIn checks name and password.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	began := time.Now()
	if err := readForm(r); err != nil {
		return err
	}
	login, password := account.Fold(r.PostForm.Get(fieldLogin)), r.PostForm.Get(fieldPassword)
	view := s.signInView(r, r.PostForm)
	if login == "" {
		view.Name.Faults = []page.Fault{{Field: fieldLogin, Text: view.L.T("door.enter.name")}}
	}
	if password == "" {
		view.Password.Faults = []page.Fault{{Field: fieldPassword, Text: view.L.T("door.enter.password")}}
	}
	if view.Faults = append(view.Name.Faults, view.Password.Faults...); len(view.Faults) > 0 {
		return s.render(w, http.StatusUnprocessableEntity, clinic.SignIn(view))
	}

	var cred store.Credentials
	if account.ValidLogin(login) { // no database need see what cannot be one
		var err error
		if cred, err = s.Store.CredentialsByLogin(r.Context(), login); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	tries := s.tries(r, "password", login, cred.Account.ID)
	if wait, err := s.count(r, tries); err != nil {
		return err
	} else if wait > 0 {
		view.Faults = []page.Fault{{Field: fieldLogin, Text: view.L.N("door.wait", minutes(wait))}}
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		return s.render(w, http.StatusTooManyRequests, clinic.SignIn(view))
	}
	matches, outdated, err := s.matches(r, password, cred.Password)
	if err != nil {
		return err
	}
	if !matches || cred.Account.Status != account.Active {
		if cred.Account.ID != "" {
			if err := s.Store.SignInFailed(r.Context(), cred.Account, s.Now(), "password"); err != nil {
				return err
			}
		}
		rest := time.NewTimer(wrongTime - time.Since(began))
		defer rest.Stop()
		select {
		case <-rest.C:
		case <-r.Context().Done():
		}
		view.Faults = []page.Fault{{Field: fieldLogin, Text: view.L.T("door.wrong")}}
		view.Name.Faults = view.Faults
		return s.render(w, http.StatusUnprocessableEntity, clinic.SignIn(view))
	}
	if outdated {
		better, err := s.hasher.Hash(r.Context(), password)
		if err == nil {
			err = s.Store.Rehash(r.Context(), cred.Account.ID, cred.Password, better)
		}
		if err != nil {
			return err
		}
	}
	if err := s.forgive(r, tries); err != nil {
		return err
	}
	return s.enter(w, r, cred, carriedData(r.PostForm))
}

// matches compares a password, unless too many wait for the same.
func (s *Server) matches(r *http.Request, password, hash string) (matches, outdated bool, err error) {
	ctx, cancel := context.WithTimeoutCause(r.Context(), hashTime, errBusy)
	defer cancel()
	return s.hasher.Matches(ctx, password, hash)
}

// enter goes on after the password was right, or chosen: to the code, to setting it up, or in.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, cred store.Credentials, data map[string]string) error {
	stage, to := store.StageFull, ""
	switch {
	case cred.Secret != nil:
		stage, to = store.StageCode, pathCode
	case cred.Clinic.TwoSteps:
		stage, to = store.StageEnrol, pathEnrol
	}
	if err := s.startSession(w, r, cred.Account, stage, data); err != nil {
		return err
	}
	if to == "" {
		to = arrive(data)
	}
	return redirect(w, to)
}

// arrive is where a person goes who has come in.
func arrive(data map[string]string) string {
	if next := data[dataNext]; next != "" {
		return next
	}
	return pathQueue
}

// startSession gives the browser a new session in place of the one it had: whoever knew that one knows nothing of this.
func (s *Server) startSession(w http.ResponseWriter, r *http.Request, a account.Account, stage store.Stage, data map[string]string) error {
	sess, err := s.staffSessions.Get(r, staffCookieName(r))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	now, life := s.Now(), staffMost
	if stage != store.StageFull {
		life = halfTime
	}
	in := &signedIn{Session: store.Session{
		Account: a.ID, Stage: stage, Data: data, Agent: cutTo(account.Tidy(r.UserAgent()), 300), Network: s.networkOf(r),
		Created: now, Seen: now, Expires: now.Add(life),
	}, account: a}
	if before, _ := sess.Values[signedInKey].(*signedIn); before != nil {
		in.TokenHash = before.TokenHash
	}
	sess.ID, sess.Values[signedInKey] = "", in
	switch err := sess.Save(r, w); {
	case errors.Is(err, store.ErrNotFound):
		return errSignedOut // ended elsewhere in this very moment
	case err != nil:
		return fmt.Errorf("session: %w", err)
	}
	if stage == store.StageFull {
		s.markDevice(w, r, a.ID)
	}
	return nil
}

// half gives the session of somebody who is on their way in, or redirects to the door and gives nil.
func (s *Server) half(w http.ResponseWriter, r *http.Request, stage store.Stage) (*signedIn, error) {
	sess, err := s.staffSessions.Get(r, staffCookieName(r))
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	in, _ := sess.Values[signedInKey].(*signedIn)
	switch {
	case in == nil:
		return nil, redirect(w, pathSignIn+"?"+url.Values{fieldNext: {pathMe}}.Encode())
	case in.Stage == store.StageFull:
		return nil, redirect(w, pathQueue)
	case in.Stage != stage:
		return nil, redirect(w, map[store.Stage]string{store.StageCode: pathCode, store.StageEnrol: pathEnrol}[in.Stage])
	}
	return in, nil
}

// signOut ends the browser's session, whole or half.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	sess, err := s.staffSessions.Get(r, staffCookieName(r))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if in, _ := sess.Values[signedInKey].(*signedIn); in != nil {
		if in.Stage == store.StageFull {
			if err := s.Store.SignOut(r.Context(), in.account, in.TokenHash, s.Now()); err != nil {
				return err
			}
		}
		sess.Options.MaxAge = -1
		if err := sess.Save(r, w); err != nil {
			return fmt.Errorf("session: %w", err)
		}
	}
	w.Header().Set("Clear-Site-Data", clearCache)
	if r.URL.Path == pathCancel {
		return redirect(w, pathSignIn)
	}
	return redirect(w, pathSignIn+"?out=1")
}

// cutTo keeps the first signs of a text.
func cutTo(text string, most int) string {
	n := 0
	for i := range text {
		if n++; n > most {
			return text[:i]
		}
	}
	return text
}
