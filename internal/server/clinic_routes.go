package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"ekbom/internal/account"
	"ekbom/internal/store"
)

// Addresses of the clinic's side.
const (
	pathClinic  = "/clinic/"
	pathSignIn  = "/clinic/sign-in"
	pathSignOut = "/clinic/sign-out"
	pathStay    = "/clinic/extend"
	pathMe      = "/clinic/me"
	pathQueue   = "/clinic/queue"

	pathSubmission = "/clinic/s/"
)

// staffHandler answers somebody who is signed in and has the route's right. It reaches the store through p.store alone,
// which is bound to their clinic.
type staffHandler func(w http.ResponseWriter, r *http.Request, p *person) error

type staffRoute struct {
	method, pattern string
	right           account.Right
	handle          staffHandler
}

// staffTable is the one list of what signed-in people can reach. All of it is personal.
func (s *Server) staffTable() []staffRoute {
	return slices.Concat(s.meTable(), s.submissionTable(), s.queueTable(), s.reviewTable(), s.posterTable(),
		s.peopleTable(), s.settingsTable(), s.trailTable(), s.listTable(), s.statisticsTable(), s.recordTable(), []staffRoute{
			{"GET", pathClinic, account.OwnAccount, func(w http.ResponseWriter, _ *http.Request, _ *person) error { return redirect(w, pathQueue) }},
		})
}

// staffRoutes gives the same as routes: each asks who is signed in and what they may do before anything else happens.
func (s *Server) staffRoutes() []route {
	var routes []route
	for _, rt := range s.staffTable() {
		routes = append(routes, route{method: rt.method, pattern: rt.pattern, privacy: personal, handle: s.guarded(rt)})
	}
	return routes
}

func (s *Server) guarded(rt staffRoute) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := s.person(r)
		switch {
		case errors.Is(err, errSignedOut):
			return s.askSignIn(w, r)
		case err != nil:
			return err
		}
		visitOf(r).person = p
		w.Header()["Content-Security-Policy"] = headerStaffCSP
		if !p.May(rt.right) {
			return store.ErrForbidden
		}
		if r.Method == http.MethodPost {
			if err := s.forgetKept(r, p); err != nil {
				return err
			}
		}
		return rt.handle(w, r, p)
	}
}

// askSignIn sends a stranger to the door, and remembers where they wanted to go.
func (s *Server) askSignIn(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return s.askSignInAfter(w, r)
	}
	return redirect(w, pathSignIn+"?"+url.Values{"next": {r.URL.RequestURI()}}.Encode())
}
