package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"ekbom/internal/store"
	"ekbom/web/clinic"
)

// What lies in a session's data.
const (
	dataNext   = "next"   // where the person wanted to go
	dataPosted = "posted" // the path that a form was sent to after the session before had ended
	dataForm   = "form"   // and that form, encoded
	dataSecret = "secret" // of a second step that is being set up, sealed
	dataBegun  = "begun"  // when the person gave their password to set up what lies under secret or passkey
	dataCodes  = "codes"  // new recovery codes, sealed, until the person has said that they are kept
	dataNotice = "notice" // what the next page says was done
	dataLink   = "link"   // a one-time link for somebody else, sealed, until it was shown
)

// askSignInAfter shows the door in place of the answer to a form that was sent without a session, and carries on what was
// typed. Passwords and codes are never carried.
func (s *Server) askSignInAfter(w http.ResponseWriter, r *http.Request) error {
	carried := url.Values{fieldNext: {s.pageOf(r)}}
	if err := readForm(r); err == nil && !secretForm(r) && len(r.PostForm) > 0 {
		carried.Set(fieldPosted, r.URL.Path)
		for name, values := range r.PostForm {
			carried[keptPrefix+name] = values
		}
	}
	view := s.signInView(r, carried)
	view.Notice = view.L.T("door.ended")
	if carried.Has(fieldPosted) {
		view.Notice = view.L.T("door.kept")
	}
	return s.render(w, http.StatusUnauthorized, clinic.SignIn(view))
}

// pageOf is the page that a form was on: the one that the browser names if it is ours, else the nearest above the form's
// address.
func (s *Server) pageOf(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err == nil && from.Host == r.Host {
		return safeNext(from.RequestURI())
	}
	for at := path.Clean(r.URL.Path); strings.HasPrefix(at, pathClinic); at = path.Dir(at) {
		if s.isPage(at) {
			return safeNext(at)
		}
	}
	return pathQueue
}

// isPage reports whether signed-in people find a page at an address.
func (s *Server) isPage(at string) bool {
	parts := strings.Split(at, "/")
	return slices.ContainsFunc(s.staffTable(), func(rt staffRoute) bool {
		pattern := strings.Split(rt.pattern, "/")
		return rt.method == http.MethodGet && slices.EqualFunc(pattern, parts, func(want, got string) bool {
			return want == got || strings.HasPrefix(want, "{") && got != ""
		})
	})
}

// safeNext lets through an address of a page on the clinic's side, and nothing that could lead elsewhere.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || len(next) > 500 || strings.ContainsAny(next, "\\\r\n") {
		return pathQueue
	}
	clean := path.Clean(u.Path)
	if !strings.HasPrefix(clean, pathClinic) || strings.HasPrefix(clean, pathSignIn) || strings.HasPrefix(clean, pathSignOut) ||
		strings.HasPrefix(clean, pathWelcome) {
		return pathQueue
	}
	return (&url.URL{Path: clean, RawQuery: u.RawQuery}).String()
}

// carriedData is what a session keeps of a form with carried fields.
func carriedData(form url.Values) map[string]string {
	data := map[string]string{}
	if next := form.Get(fieldNext); next != "" {
		data[dataNext] = safeNext(next)
	}
	posted := form.Get(fieldPosted)
	if !strings.HasPrefix(path.Clean(posted), pathClinic) {
		return data
	}
	kept := url.Values{}
	for name, values := range form {
		if name, ok := strings.CutPrefix(name, keptPrefix); ok {
			kept[name] = values
		}
	}
	data[dataPosted], data[dataForm] = path.Clean(posted), kept.Encode()
	return data
}

// kept gives what the person typed into the form that goes to a path, when it was sent after their session had ended; else
// nil. It stays until the form is sent again.
func (p *person) kept(posted string) url.Values {
	if p.in.Data[dataPosted] != posted {
		return nil
	}
	form, err := url.ParseQuery(p.in.Data[dataForm])
	if err != nil {
		return nil
	}
	return form
}

// forgetKept drops what kept gave when its form is sent again.
func (s *Server) forgetKept(r *http.Request, p *person) error {
	if p.in.Data[dataPosted] != r.URL.Path {
		return nil
	}
	delete(p.in.Data, dataPosted)
	delete(p.in.Data, dataForm)
	return s.saveData(r, p.in)
}

// saveData saves a session's data. A session that ended meanwhile is no error: the next request finds that out.
func (s *Server) saveData(r *http.Request, in *signedIn) error {
	if err := s.Store.SaveSession(r.Context(), in.Session); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}

func (in *signedIn) set(key, value string) {
	if in.Data == nil {
		in.Data = map[string]string{}
	}
	in.Data[key] = value
}
