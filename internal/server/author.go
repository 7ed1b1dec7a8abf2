package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ekbom/internal/author"
	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/store"
	writers "ekbom/web/author"
	"ekbom/web/static"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
)

// Addresses that there are only for an author.
const (
	pathAuthor = "/dev/"
	pathOpen   = "/dev/open"
	pathAt     = "/dev/at/"
	pathDraft  = "/dev/draft/"
	pathState  = "/dev/state"
)

// OpenLink gives the address, on a server for an author, that opens a draft with these answers.
func OpenLink(d *questionnaire.Definition, answers questionnaire.Answers) string {
	return pathOpen + "?" + d.Query(answers)
}

// Author serves a questionnaire to the one who writes it: each sound edition as soon as it is saved, with a panel beside every
// patient's page. It is for one person's own machine: it hands drafts to whoever asks.
type Author struct {
	options Options
	folder  *author.Folder
	name    string // of the folder, for people
	run     string // tells this run's turns from those of another
	told    func(author.State)
	assets  static.Assets
	serving atomic.Pointer[Server]

	mu     sync.Mutex
	drafts map[questionnaire.ResponseID]draft
}

// draft is a response that was seen in a browser, and how it was then: to list it, no edition is loaded.
type draft struct {
	session session
	seen    time.Time
	edition string // for people
	answers int
	at      string // address of where it stands
}

// mostDrafts is how many drafts are kept.
const mostDrafts = 30

// NewAuthor makes a server for the author of a folder, called name. Options.Definition is not read: Serve takes what the folder
// holds. told is called whenever something new is known about it.
func NewAuthor(o Options, folder *author.Folder, name string, told func(author.State)) (*Author, error) {
	assets, err := static.Load()
	if err != nil {
		return nil, err
	}
	return &Author{
		options: o, folder: folder, name: name, run: runID(), told: told, assets: assets, drafts: map[questionnaire.ResponseID]draft{},
	}, nil
}

// watchTimeout is how long the end of the server waits for that of the watch.
const watchTimeout = 2 * time.Second

// Serve answers requests from ln until ctx ends. Nothing is purged: the store of an author lasts no longer.
func (a *Author) Serve(ctx context.Context, ln net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		a.Watch(ctx)
	}()
	defer func() {
		stop()
		select {
		case <-watched:
		case <-time.After(watchTimeout): // what it reads may be a disk that does not answer
		}
	}()
	return serve(ctx, ln, a, a.options.Log, func() {})
}

// Watch follows the folder until ctx ends.
func (a *Author) Watch(ctx context.Context) {
	a.folder.Watch(ctx, func(d *questionnaire.Definition) error { return a.adopt(ctx, d) }, a.told)
}

// adopt takes an edition into service. It gets a server of its own; all that they share is in the store. So nothing that a patient's
// server holds has to change while it runs.
func (a *Author) adopt(ctx context.Context, d *questionnaire.Definition) error {
	o := a.options
	o.Definition = d
	s, err := newServer(ctx, o, a)
	if err == nil {
		a.serving.Store(s)
	}
	return err
}

// ServeHTTP answers one request.
func (a *Author) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !ownName(r.Host) {
		h := w.Header()
		h["Content-Security-Policy"], h["X-Content-Type-Options"], h["Cache-Control"] = headerCSP, headerNosniff, headerNoStore
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusMisdirectedRequest)
		fmt.Fprintln(w, "This is for authors on this machine alone. Open it by the address that it printed when it was started, or with localhost instead of the name.")
		return
	}
	if s := a.serving.Load(); s != nil {
		s.ServeHTTP(w, r)
		return
	}
	a.wait(w, r)
}

// ownName reports whether a request names this machine as only this machine does. Any other name can be made to lead here by
// whoever owns it, and then their pages could read ours.
func ownName(host string) bool {
	name := host
	if before, _, err := net.SplitHostPort(host); err == nil {
		name = before
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback() || strings.EqualFold(name, "localhost")
}

// wait answers while there was no edition yet that could draw a page: with what to mend.
func (a *Author) wait(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Content-Security-Policy"], h["X-Content-Type-Options"], h["Cache-Control"] = headerStaffCSP, headerNosniff, headerNoStore
	h["Referrer-Policy"], h["Cross-Origin-Opener-Policy"], h["Cross-Origin-Resource-Policy"] = headerReferrer, headerSameOrigin, headerSameOrigin
	var err error
	switch {
	case strings.HasPrefix(r.URL.Path, static.Prefix):
		a.assets.ServeHTTP(w, r)
	case r.URL.Path == pathState:
		err = a.tellState(w)
	default:
		var page bytes.Buffer
		if err = writers.Waiting(a.assets, a.files()).Render(r.Context(), &page); err == nil {
			send(w, http.StatusServiceUnavailable, &page)
		}
	}
	if err != nil {
		a.options.Log.Error("page of faults", "error", err.Error())
	}
}

// authorTable is what there is only for an author.
func (s *Server) authorTable() []route {
	if s.author == nil {
		return nil
	}
	table := []route{
		{"GET", pathAuthor, personal, s.showAuthor, false},
		{"GET", pathOpen, personal, s.openAnswers, false},
		{"GET", pathAt + "{question}", personal, s.openQuestion, false},
		{"GET", pathDraft + "{draft}", personal, s.openDraft, false},
		{"POST", "/dev/carry", personal, s.carryOver, false},
		{"POST", "/dev/clear", personal, s.clearDrafts, false},
		{"GET", pathState, machine, s.tellState, false},
	}
	for i := range table {
		table[i].handle = s.fromHere(table[i].handle)
	}
	return table
}

// fromHere refuses what another site links to or loads: here a GET too makes drafts and hands them out. Links that are typed or
// pasted come from no site, and old browsers do not say.
func (s *Server) fromHere(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header()["Content-Security-Policy"] = headerStaffCSP // its page asks whether the files have changed
		switch r.Header.Get("Sec-Fetch-Site") {
		case "", "none", "same-origin":
			return next(w, r)
		}
		return s.render(w, http.StatusForbidden, writers.Foreign(s.assets))
	}
}

// openAnswers makes a draft with the answers of a link, and goes to what comes next.
func (s *Server) openAnswers(w http.ResponseWriter, r *http.Request) error {
	e := s.editions.current
	answers, faults := e.ParseQuery(r.URL.RawQuery)
	if len(faults) > 0 {
		view := writers.WrongLink{Assets: s.assets, Open: OpenLink(e.Definition, answers)}
		for _, f := range faults {
			view.Faults = append(view.Faults, f.Error())
		}
		return s.render(w, http.StatusUnprocessableEntity, writers.Wrong(view))
	}
	j, err := s.begin(w, r, answers)
	if err != nil {
		return err
	}
	return redirect(w, j.next())
}

// openQuestion makes a draft that waits at a question.
func (s *Server) openQuestion(w http.ResponseWriter, r *http.Request) error {
	d := s.editions.current.Definition
	i, ok := d.Question(questionnaire.ID(chi.URLParam(r, "question")))
	if !ok {
		return errNoPage
	}
	answers, ok := d.Way(i)
	if !ok {
		return s.render(w, http.StatusNotFound, writers.Nowhere(s.assets, string(d.Questions[i].ID)))
	}
	j, err := s.begin(w, r, answers)
	if err != nil {
		return err
	}
	return redirect(w, j.next())
}

// carryOver begins a draft on the edition served now, with what it takes of this browser's answers.
func (s *Server) carryOver(w http.ResponseWriter, r *http.Request) error {
	old, err := s.load(r, s.session(r))
	if err != nil {
		return err
	}
	answers, _ := s.editions.current.Carry(old.Definition, old.answers)
	j, err := s.begin(w, r, answers)
	if err != nil {
		return err
	}
	return redirect(w, j.next())
}

// begin makes a draft with some answers, and gives it to this browser. With all of them it has its result.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, answers questionnaire.Answers) (*journey, error) {
	e := s.editions.current
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("new response: %w", err)
	}
	now := s.Now().Round(0)
	for i := range answers {
		if answers[i].State != questionnaire.NotReached {
			answers[i].Rev, answers[i].At = 1, now.Unix()
		}
	}
	j := newJourney(r, e, questionnaire.Response{
		ID: questionnaire.ResponseID(id.String()), Ref: e.Ref, Status: questionnaire.Draft, Revision: 1, Created: now, Updated: now,
		Expires: now.Add(s.Keep),
	}, answers)
	if j.response.Answers, err = e.EncodeAnswers(answers); err != nil {
		return nil, fmt.Errorf("new response: %w", err)
	}
	if j.open < 0 {
		j.response.Confirmed = j.raised()
		if len(j.response.Confirmed) == 0 {
			if err := j.finish(now); err != nil {
				return nil, err
			}
		}
	}
	j.response.Place = j.place()
	code := returncode.New()
	if err := s.Store.CreateResponse(r.Context(), j.response, code.Hash(s.codeKey)); err != nil {
		return nil, fmt.Errorf("new response: %w", err)
	}
	sess := session{Response: j.response.ID, Hash: e.Hash, Code: code, Seen: j.response.Revision}
	s.saw(r.Context(), sess, j)
	return j, s.keepSession(w, r, sess)
}

// openDraft gives this browser a draft that was seen before.
func (s *Server) openDraft(w http.ResponseWriter, r *http.Request) error {
	d, ok := s.author.draft(questionnaire.ResponseID(chi.URLParam(r, "draft")))
	if !ok {
		return errNoPage
	}
	response, err := s.Store.Response(r.Context(), d.session.Response)
	if err != nil {
		return err
	}
	return s.goOn(w, r, response, d.session.Code)
}

// tellState says when something has changed.
func (s *Server) tellState(w http.ResponseWriter, _ *http.Request) error {
	return s.author.tellState(w)
}

func (a *Author) tellState(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"turn": a.turn(a.folder.State().Turn)})
}

// turn names a turn of the folder in this run.
func (a *Author) turn(n int) string { return a.run + "-" + strconv.Itoa(n) }

// saw notes a draft. Of more than mostDrafts the one longest unseen is deleted: other sites too may open links that make one.
func (s *Server) saw(ctx context.Context, sess session, j *journey) {
	old, ok := s.author.note(draft{sess, s.Now(), named(j.Definition), j.answered(), j.next()})
	if !ok {
		return
	}
	if err := s.deleteDraft(ctx, old); err != nil {
		s.Log.Error("delete the oldest draft", "error", err.Error())
	}
}

// deleteDraft deletes a draft that is still there. What was sent to a clinic is the clinic's.
func (s *Server) deleteDraft(ctx context.Context, d draft) error {
	err := s.Store.DeleteResponse(ctx, d.session.Response)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrSent) {
		return nil
	}
	return err
}

// note keeps a draft, and gives the one that it takes the place of.
func (a *Author) note(d draft) (old draft, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.drafts[d.session.Response] = d
	if len(a.drafts) <= mostDrafts {
		return draft{}, false
	}
	old = slices.MinFunc(slices.Collect(maps.Values(a.drafts)), func(x, y draft) int { return x.seen.Compare(y.seen) })
	delete(a.drafts, old.session.Response)
	return old, true
}

func (a *Author) draft(id questionnaire.ResponseID) (draft, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	d, ok := a.drafts[id]
	return d, ok
}

// lately gives the drafts, the last seen first.
func (a *Author) lately() []draft {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.SortedFunc(maps.Values(a.drafts), func(x, y draft) int {
		return cmp.Or(y.seen.Compare(x.seen), strings.Compare(string(x.session.Response), string(y.session.Response)))
	})
}

// clearDrafts deletes every draft.
func (s *Server) clearDrafts(w http.ResponseWriter, r *http.Request) error {
	for _, d := range s.author.lately() {
		if err := s.deleteDraft(r.Context(), d); err != nil {
			return err
		}
		s.author.drop(d.session.Response)
	}
	return redirect(w, pathAuthor+"#drafts")
}

func (a *Author) drop(id questionnaire.ResponseID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.drafts, id)
}

// heldPage is a page that waits for the panel beside it.
type heldPage struct {
	*visit
	page bytes.Buffer
}

func (h *heldPage) WriteHeader(status int) { h.wrote, h.status = true, status }

func (h *heldPage) Write(b []byte) (int, error) {
	h.wrote = true
	return h.page.Write(b)
}

// beside puts the author's panel beside what a route answers, if that is a page.
func (s *Server) beside(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := &heldPage{visit: visitOf(r)}
		next.ServeHTTP(h, r)
		page := h.page.Bytes()
		if header := w.Header(); strings.HasPrefix(header.Get("Content-Type"), "text/html") {
			with, err := s.withPanel(r, page)
			if err != nil {
				s.report(r, http.StatusInternalServerError, err)
			} else {
				page = with
			}
			header["Content-Security-Policy"] = headerStaffCSP // the panel asks whether the files have changed
			header.Set("Content-Length", strconv.Itoa(len(page)))
		}
		w.WriteHeader(h.status)
		_, _ = w.Write(page) // an error means that nobody is there any more
	})
}

// withPanel puts the panel into a finished page: so no page of a patient needs to know of it.
func (s *Server) withPanel(r *http.Request, page []byte) ([]byte, error) {
	head, rest, ok := bytes.Cut(page, []byte("</head>"))
	if !ok {
		return page, nil
	}
	tag := bytes.Index(rest, []byte("<body"))
	open := tag + bytes.IndexByte(rest[max(tag, 0):], '>') + 1
	end := bytes.LastIndex(rest, []byte("</body>"))
	if tag < 0 || end < open {
		return page, nil
	}
	panel := s.panel(r)
	var b bytes.Buffer
	b.Write(head)
	draw := func(parts ...templ.Component) (err error) {
		for _, c := range parts {
			if err == nil {
				err = c.Render(r.Context(), &b)
			}
		}
		return err
	}
	err := draw(writers.Head(panel))
	b.WriteString("</head>")
	b.Write(rest[:open])
	if err == nil {
		err = draw(writers.Top(panel))
	}
	b.Write(rest[open:end])
	if err == nil {
		err = draw(writers.Beside(panel))
	}
	b.Write(rest[end:])
	return b.Bytes(), err
}
