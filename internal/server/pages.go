package server

import (
	"net/http"

	"ekbom/web/page"
)

func (s *Server) showPrivacy(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, http.StatusOK, page.Privacy(page.PrivacyView{Base: s.base(r, "/privacy"), DraftDays: int(s.Keep / day)}))
}

func (s *Server) showAbout(w http.ResponseWriter, r *http.Request) error {
	e := s.editions.current
	view := page.AboutView{Base: s.base(r, "/about"), About: e.in(visitOf(r).language).About, Edition: e.pageEdition()}
	return s.render(w, http.StatusOK, page.About(view))
}

func (s *Server) showSources(w http.ResponseWriter, r *http.Request) error {
	e := s.editions.current
	view := page.SourcesView{Base: s.base(r, "/sources"), Edition: e.pageEdition()}
	for i := range e.Sources {
		view.Sources = append(view.Sources, pageSource(&e.Sources[i]))
	}
	return s.render(w, http.StatusOK, page.Sources(view))
}

func (s *Server) showAccessibility(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, http.StatusOK, page.Accessibility(page.AccessibilityView{Base: s.base(r, "/accessibility")}))
}
