package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/page"

	"github.com/a-h/templ"
)

// What can go wrong besides the store.
var (
	errNoPage    = errors.New("no such page")
	errMethod    = errors.New("no such method here")
	errBadForm   = errors.New("form cannot be read")
	errNoSession = errors.New("this browser holds no answers")
	errGone      = errors.New("the answers are no longer there")
	errForeign   = errors.New("sent from another site")
	errTooMany   = errors.New("too many tries")
	errBusy      = errors.New("changed in other windows again and again")
	errTooLarge  = errors.New("form too large")
	errSent      = errors.New("what was sent is not changed")
)

// statuses is how errors are answered; the first that matches counts. The words for each status belong to the page.
var statuses = []struct {
	err    error
	status int
	log    bool // somebody may have to look into it
}{
	{errNoPage, http.StatusNotFound, false},
	{errSignedOut, http.StatusUnauthorized, false},
	{store.ErrForbidden, http.StatusForbidden, false},
	{account.ErrAbove, http.StatusForbidden, false},
	{account.ErrOwn, http.StatusForbidden, false},
	{store.ErrNotFound, http.StatusNotFound, false},
	{errMethod, http.StatusMethodNotAllowed, false},
	{errForeign, http.StatusForbidden, false},
	{errTooMany, http.StatusTooManyRequests, false},
	{errBadForm, http.StatusBadRequest, false},
	{errNoSession, http.StatusGone, false},
	{errGone, http.StatusGone, false},
	{errTooLarge, http.StatusRequestEntityTooLarge, false},
	{errBusy, http.StatusServiceUnavailable, true},
	{errTurnsBusy, http.StatusServiceUnavailable, false},
	{store.ErrUnavailable, http.StatusServiceUnavailable, true},
}

func statusOf(err error) (status int, log bool) {
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return s.status, s.log
		}
	}
	return http.StatusInternalServerError, true
}

const retryAfter = "5" // seconds; the store is tried again with each request

// serve makes a route's handler answer for its errors and count.
func (s *Server) serve(rt route) http.Handler {
	count := s.metrics.route(rt.pattern)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		v := visitOf(r)
		v.route = rt.pattern
		copies := rt.privacy
		if onClinicSide(r) {
			copies = personal // also where there is no page
		}
		keepCopies(w.Header(), copies)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.fail(w, r, &panicked{p, debug.Stack()})
			}
			count.observe(r.Method, v.status, time.Since(began))
		}()
		err := rt.handle(w, r)
		if errors.Is(err, errSent) {
			err = redirect(w, pathLocked)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// panicked is a mistake of ours that was caught. What was panicked with may hold an answer, so only its type is told.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic with %T", p.value) }

// fail answers an error with its page. What happened is logged here and nowhere else.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	v := visitOf(r)
	// A form that came too slowly ends the request's context as well, but its sender waits for an answer.
	if r.Context().Err() == context.Canceled && !errors.Is(err, errBadForm) {
		return // nobody is there any more
	}
	status, log := statusOf(err)
	if log {
		s.report(r, status, err)
	}
	if v.wrote {
		return // the page is under way; its end is missing and the browser says so
	}
	view := page.ProblemView{Base: s.base(r, ""), Status: status}
	if log {
		view.RequestID = v.id
	}
	switch status {
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", retryAfter)
		if r.Method == http.MethodPost {
			view.Action, view.Fields = r.URL.Path, fieldsOf(r.PostForm)
		}
	case http.StatusTooManyRequests:
		view.Retry = int(triesWindow / time.Minute)
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", "GET, HEAD, POST")
	}
	var drawn templ.Component
	if onClinicSide(r) {
		problem := s.staffProblem(r, view)
		problem.Busy = errors.Is(err, errTurnsBusy)
		drawn = clinic.Problem(problem)
	} else {
		drawn = page.Problem(view)
	}
	if err := s.render(w, status, drawn); err != nil {
		s.Log.Error("page of an error", "request", v.id, "status", status, "error", err.Error())
		if !v.wrote {
			http.Error(w, http.StatusText(status), status)
		}
	}
}

// report logs what went wrong.
func (s *Server) report(r *http.Request, status int, err error) {
	v := visitOf(r)
	args := []any{"request", v.id, "route", v.route, "status", status, "error", err.Error()}
	if p, ok := errors.AsType[*panicked](err); ok {
		args = append(args, "stack", string(p.stack))
	}
	s.Log.Error("request failed", args...)
}

// fieldsOf carries on what was typed.
func fieldsOf(form url.Values) []page.Field {
	var fields []page.Field
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			fields = append(fields, page.Field{Name: name, Value: value})
		}
	}
	return fields
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const largeBuffer = 128 << 10 // a rare large page does not stay in memory

// render draws a page completely before the first byte is sent.
func (s *Server) render(w http.ResponseWriter, status int, c templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= largeBuffer {
			buffers.Put(b)
		}
	}()
	if err := c.Render(context.Background(), b); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	send(w, status, b)
	return nil
}

// send answers with a finished page.
func send(w http.ResponseWriter, status int, b *bytes.Buffer) {
	h := w.Header()
	h["Content-Type"] = contentHTML
	h["Content-Length"] = []string{strconv.Itoa(b.Len())}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // an error means that nobody is there any more
}

var contentHTML = []string{"text/html; charset=utf-8"}

// redirect sends the browser on after a form was read.
func redirect(w http.ResponseWriter, to string) error {
	h := w.Header()
	h["Location"] = []string{to}
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
