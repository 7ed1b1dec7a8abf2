package server

import (
	"net/http"
	"slices"
	"strings"

	"ekbom/web/static"

	"github.com/go-chi/chi/v5"
)

// Addresses that other parts of the package name.
const (
	pathStart          = "/"
	pathQuestion       = "/q/"
	pathCheckEmergency = "/emergency/check"
	pathEmergency      = "/emergency"
	pathAnswers        = "/answers"
	pathResult         = "/result"
	pathPrint          = "/result/print"
	pathKeep           = "/keep"
	pathReturn         = "/return"
	pathDelete         = "/delete"
	pathDeleted        = "/deleted"
	pathDestination    = "/c/"
	pathSend           = "/send"
	pathSendClosed     = pathSend + "?" + closed
	pathCheckSend      = "/send/check"
	pathSent           = "/sent"
	pathLocked         = pathSent + "?" + locked
	pathWithdraw       = "/withdraw"
)

// privacy says who may keep a copy of a page.
type privacy int

const (
	public   privacy = iota // the same words for everybody
	personal                // holds somebody's answers, or asks for them
	machine                 // for probes and scrapers
)

type handler func(http.ResponseWriter, *http.Request) error

type route struct {
	method, pattern string
	privacy         privacy
	handle          handler
	limited         bool // tries of a return code are counted
}

// table is the one list of everything the server answers. A GET answers HEAD too.
func (s *Server) table() []route {
	return slices.Concat(s.staffRoutes(), s.doorTable(), s.authorTable(), []route{
		{"GET", pathStart, public, s.showStart, false},
		{"POST", "/start", personal, s.start, false},
		{"GET", "/q/{question}", personal, s.showQuestion, false},
		{"POST", "/q/{question}", personal, s.saveQuestion, false},
		{"GET", "/q/{question}/unusual", personal, s.showUnusual, false},
		{"POST", "/q/{question}/unusual", personal, s.confirmUnusual, false},
		{"GET", pathCheckEmergency, personal, s.checkEmergency, false},
		{"POST", pathCheckEmergency, personal, s.confirmEmergency, false},
		{"GET", pathEmergency, personal, s.showEmergency, false},
		{"GET", pathAnswers, personal, s.showAnswers, false},
		{"POST", pathAnswers, personal, s.complete, false},
		{"GET", pathResult, personal, s.showResult, false},
		{"GET", pathPrint, personal, s.showSheet, false},
		{"GET", pathKeep, personal, s.showKeep, false},
		{"GET", pathReturn, personal, s.showReturn, false},
		{"POST", pathReturn, personal, s.comeBack, true},
		{"GET", pathDelete, personal, s.showDelete, false},
		{"POST", pathDelete, personal, s.delete, true},
		{"GET", pathDeleted, personal, s.showDeleted, false},
		{"GET", "/c/{clinic}", public, s.showDestination, false},
		{"POST", "/c/{clinic}", personal, s.takeDestination, false},
		{"POST", "/result/not-me", personal, s.markNotMe, false},
		{"GET", pathSend, personal, s.showSend, false},
		{"POST", pathSend, personal, s.keepLetter, false},
		{"GET", pathCheckSend, personal, s.checkSend, false},
		{"POST", pathCheckSend, personal, s.sendOff, false},
		{"GET", pathSent, personal, s.showSent, false},
		{"GET", pathWithdraw, personal, s.showWithdraw, false},
		{"POST", pathWithdraw, personal, s.withdraw, true},
		{"POST", "/again", personal, s.again, false},
		{"POST", "/earlier", personal, s.openEarlier, false},
		{"GET", "/privacy", public, s.showPrivacy, false},
		{"GET", "/about", public, s.showAbout, false},
		{"GET", "/sources", public, s.showSources, false},
		{"GET", "/accessibility", public, s.showAccessibility, false},
		{"GET", "/healthz", machine, s.alive, false},
		{"GET", "/readyz", machine, s.ready, false},
		{"GET", "/metrics", machine, s.measure, false},
	})
}

func (s *Server) routes() http.Handler {
	mux := chi.NewRouter()
	limit := s.limitTries()
	for _, rt := range s.table() {
		h := s.serve(rt)
		if rt.limited {
			h = limit(h)
		}
		if s.author != nil && !strings.HasPrefix(rt.pattern, pathClinic) && !strings.HasPrefix(rt.pattern, pathAuthor) {
			h = s.beside(h)
		}
		if strings.HasPrefix(rt.pattern, pathClinic) || rt.pattern == pathCheckSend {
			h = s.clientIP()(h)
		}
		mux.Method(rt.method, rt.pattern, h)
		if rt.method == http.MethodGet {
			mux.Method(http.MethodHead, rt.pattern, h)
		}
	}
	files := s.serveFiles()
	mux.Method(http.MethodGet, static.Prefix+"*", files)
	mux.Method(http.MethodHead, static.Prefix+"*", files)
	mux.NotFound(s.serve(route{"", "none", public, func(http.ResponseWriter, *http.Request) error { return errNoPage }, false}).ServeHTTP)
	mux.MethodNotAllowed(s.serve(route{"", "none", public, func(http.ResponseWriter, *http.Request) error { return errMethod }, false}).ServeHTTP)
	return s.front(mux)
}
