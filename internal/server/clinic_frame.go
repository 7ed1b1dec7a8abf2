package server

import (
	"net/http"
	"strings"

	"ekbom/internal/account"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/page"
)

// part is one of the parts of the clinic's side, as the bar of each page links to them.
type part struct {
	name, address string
	right         account.Right
}

func parts(l *locale.Printer) []part {
	return []part{
		{l.T("frame.queue"), pathQueue, account.Review},
		{l.T("frame.statistics"), pathStatistics, account.SeeStatistics},
		{l.T("frame.people"), pathPeople, account.ManagePeople},
		{l.T("frame.readers"), pathReaders, account.SeeReaders},
		{l.T("frame.audit"), pathAudit, account.SeeAudit},
		{l.T("frame.settings"), pathSettings, account.ManageClinic},
		{l.T("frame.poster"), "/clinic/poster", account.Review},
	}
}

// offerStaffLanguages offers staff the languages in which their pages lack nothing, among those of the patients.
func (s *Server) offerStaffLanguages() {
	s.staffBases = map[string]clinic.Base{}
	var list []page.Language
	for _, tag := range s.offered {
		if tag == english || len(s.staffCatalogue.Missing(tag)) == 0 {
			list = append(list, page.Language{Tag: tag, Name: s.languages[tag].l.Name()})
		}
	}
	for _, lang := range list {
		s.staffBases[lang.Tag] = clinic.Base{L: s.staffCatalogue.Printer(lang.Tag), Assets: s.assets, Languages: list}
	}
}

// door is what the pages of somebody who is not signed in need. path is the page's address, for the links that change the
// language; empty: it may not be shown again.
func (s *Server) door(r *http.Request, path string) clinic.Base {
	b, ok := s.staffBases[visitOf(r).language.tag]
	if !ok {
		b = s.staffBases[english]
	}
	b.Path = path
	return b
}

// frame is what the pages of a signed-in person need.
func (s *Server) frame(r *http.Request, p *person, path string) clinic.Base {
	b := s.door(r, path)
	b.Clinic, b.Person, b.Role = p.clinic.Name, p.account.Name, roleWord(b, p.Role)
	b.Account, b.SignOut, b.Stay = pathMe, pathSignOut, pathStay
	b.Idle, b.Ends = staffIdle, local(p.in.Expires)
	for _, part := range parts(b.L) {
		if p.May(part.right) {
			b.Nav = append(b.Nav, clinic.NavItem{Name: part.name, Address: part.address, Current: strings.HasPrefix(path, part.address)})
		}
	}
	return b
}

func roleWord(b clinic.Base, role account.Role) string {
	switch role {
	case account.Lead:
		return b.L.T("role.lead")
	case account.Admin:
		return b.L.T("role.admin")
	}
	return b.L.T("role.reviewer")
}

// onClinicSide reports whether a request is for the pages of staff.
func onClinicSide(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, pathClinic) }

// staffProblem is the page of an error on the clinic's side.
func (s *Server) staffProblem(r *http.Request, view page.ProblemView) clinic.ProblemView {
	base := s.door(r, "")
	if p := visitOf(r).person; p != nil {
		base = s.frame(r, p, "")
	}
	out := clinic.ProblemView{
		Base: base, Status: view.Status, RequestID: view.RequestID, Retry: view.Retry, Home: pathQueue,
		Action: view.Action, Fields: view.Fields,
	}
	if view.Status == http.StatusUnauthorized {
		out.Home = pathSignIn
	}
	if secretForm(r) {
		out.Action, out.Fields = "", nil
	}
	return out
}

// secretForm reports whether a request's form holds a password or a code, which no page may carry on.
func secretForm(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, pathSignIn) || strings.HasPrefix(r.URL.Path, pathWelcome) || strings.HasPrefix(r.URL.Path, pathMe)
}
