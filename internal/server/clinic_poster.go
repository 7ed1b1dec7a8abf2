package server

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"ekbom/internal/account"
	"ekbom/web/clinic"
)

const pathPoster = "/clinic/poster"

func (s *Server) posterTable() []staffRoute {
	return []staffRoute{{"GET", pathPoster, account.Review, s.showPoster}}
}

// showPoster is the poster that sends patients to the clinic's start page.
func (s *Server) showPoster(w http.ResponseWriter, r *http.Request, p *person) error {
	address := s.patientAddress(r).JoinPath(pathDestination, p.clinic.Slug)
	drawn, err := drawQR(address.String())
	if err != nil {
		return fmt.Errorf("draw the poster: %w", err)
	}
	view := clinic.PosterView{Base: s.frame(r, p, pathPoster), Back: pathQueue, QR: drawn, Address: strings.TrimPrefix(address.String(), address.Scheme+"://")}
	for _, tag := range s.offered {
		text := s.editions.current.in(s.languages[tag])
		view.Posters = append(view.Posters, clinic.Poster{L: s.languages[tag].l, Question: cmp.Or(text.Start.Poster, text.Title)})
	}
	return s.render(w, http.StatusOK, clinic.ThePoster(view))
}

// patientAddress is the address that patients use: the operator's, or the one that this request came by.
func (s *Server) patientAddress(r *http.Request) *url.URL {
	if s.BaseURL != nil {
		return s.BaseURL
	}
	address := &url.URL{Scheme: "http", Host: r.Host}
	if visitOf(r).secure {
		address.Scheme = "https"
	}
	return address
}
