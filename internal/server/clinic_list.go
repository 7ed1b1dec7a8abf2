package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/export"
	"ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
)

// Addresses of the queue as a file.
const (
	pathExport   = "/clinic/export"
	pathCodebook = pathExport + "/codebook.csv"
)

// listTable lists the ways to take a queue out of the system.
func (s *Server) listTable() []staffRoute {
	return []staffRoute{
		{"GET", pathExport, account.ExportQueue, s.showExport},
		{"POST", pathExport, account.ExportQueue, s.exportQueue},
		{"GET", pathCodebook, account.ExportQueue, s.showCodebook},
	}
}

const fieldNames = "names"

// showExport says what would leave the system, for the queue that the address asks for.
func (s *Server) showExport(w http.ResponseWriter, r *http.Request, p *person) error {
	b := s.frame(r, p, pathExport)
	l := b.L
	a := s.ask(l, p, r.URL.Query())
	a.words.Del(askAfter)
	a.words.Del(askBefore)
	b.Path = address(pathExport, a.words)
	n, err := p.store.CountListed(r.Context(), a.Filter)
	if err != nil {
		return err
	}
	view := clinic.ExportView{
		Base: b, Empty: n == 0, Filter: s.filterFacts(l, p, &a), Codebook: pathCodebook,
		Names: clinic.Tick{ID: fieldNames, Name: fieldNames, Value: yes, Label: l.T("export.names"), Hint: l.T("export.names.hint")},
		Interruption: clinic.Interruption{
			Heading: l.N("export.title", int(n)),
			Risks:   []string{l.T("export.risk.health"), l.T("export.risk.words"), l.T("export.risk.yours"), l.T("export.risk.recorded")},
			Action:  pathExport, Fields: fieldsOf(a.words), Button: l.T("export.button"), Back: queueAddress(a.words), No: l.T("export.no"),
		},
	}
	if n == 0 {
		view.Heading = l.T("export.empty")
	}
	return s.render(w, http.StatusOK, clinic.Export(view))
}

// filterFacts tells what a queue is narrowed by.
func (s *Server) filterFacts(l *locale.Printer, p *person, a *ask) (facts []clinic.Fact) {
	fact := func(name, value string) { facts = append(facts, clinic.Fact{Name: name, Values: []string{value}}) }
	switch {
	case a.searched():
		fact(l.T("queue.search"), a.typed)
	case a.State != "":
		fact(l.T("queue.state"), clinic.StateWord(l, a.State))
	case !a.Unread:
		fact(l.T("queue.state"), l.T("queue.filter.open"))
	}
	if a.Urgency != nil {
		fact(l.T("queue.urgency"), clinic.UrgencyWord(l, *a.Urgency))
	}
	if a.Age != "" {
		fact(l.T("queue.age"), ageWord(l, a.Age))
	}
	switch {
	case a.Assignee == p.Account:
		fact(l.T("queue.reviewer"), l.T("queue.me"))
	case a.Assignee != "":
		fact(l.T("queue.reviewer"), l.T("export.colleague"))
	case a.Nobody:
		fact(l.T("queue.reviewer"), l.T("queue.nobody"))
	}
	if a.Unread {
		fact(l.T("queue.state"), l.T("queue.tab.unread"))
	}
	if !a.From.IsZero() {
		fact(l.T("queue.filter.from"), l.Date(local(a.From)))
	}
	if !a.To.IsZero() {
		fact(l.T("queue.filter.to"), l.Date(local(a.To).AddDate(0, 0, -1)))
	}
	return facts
}

// A list is recorded with words that say what it was narrowed by, and with neither names nor codes: names when they were
// wanted, and name:value or a word alone for each part of the filter.
func listedDetail(a *ask, names bool) string {
	var all []string
	add := func(is bool, word string) {
		if is {
			all = append(all, word)
		}
	}
	add(names, "names")
	add(a.State != "", "state:"+string(a.State))
	if a.Urgency != nil {
		add(true, "urgency:"+a.Urgency.String())
	}
	add(a.Age != "", "age:"+string(a.Age))
	add(a.Assignee != "", "reviewer")
	add(a.Nobody, "nobody")
	add(a.Unread, "unread")
	add(!a.From.IsZero(), "from:"+a.From.Format(time.DateOnly))
	add(!a.To.IsZero(), "to:"+a.To.AddDate(0, 0, -1).Format(time.DateOnly))
	add(len(a.CodeHash) > 0, "by-code")
	add(a.Name != "", "by-name")
	add(a.Born != "", "by-born")
	return strings.Join(all, " ")
}

// listedWords puts what listedDetail wrote, behind a count, into words.
func listedWords(l *locale.Printer, detail string) string {
	words := strings.Fields(detail)
	if len(words) == 0 {
		return ""
	}
	var all []string
	if n, err := strconv.Atoi(words[0]); err == nil {
		all = append(all, l.N("listed.count", n))
	}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, ":")
		switch name {
		case "names":
			all = append(all, l.T("listed.names"))
		case "state":
			if state, ok := review.ParseState(value); ok {
				all = append(all, clinic.StateWord(l, state))
			}
		case "urgency":
			if u, ok := parseUrgency(value); ok {
				all = append(all, clinic.UrgencyWord(l, u))
			}
		case "age":
			if band, ok := review.ParseAgeBand(value); ok {
				all = append(all, ageWord(l, band))
			}
		case "reviewer":
			all = append(all, l.T("listed.reviewer"))
		case "nobody":
			all = append(all, l.T("queue.nobody"))
		case "unread":
			all = append(all, l.T("queue.tab.unread"))
		case "from":
			all = append(all, l.T("listed.from", "date", l.PartialDate(value)))
		case "to":
			all = append(all, l.T("listed.to", "date", l.PartialDate(value)))
		case "by-code", "by-name", "by-born":
			all = append(all, l.T("listed.search"))
		}
	}
	return l.Join(all)
}

// Every so many rows a list is sent on, and has as long again.
const (
	listFlush   = 200
	listTimeout = 30 * time.Second
)

// exportQueue sends a queue as a table, row by row. It was recorded before the first.
func (s *Server) exportQueue(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	l := s.door(r, "").L
	a := s.ask(l, p, r.PostForm)
	if len(a.faults) > 0 {
		return fmt.Errorf("%w: no such filter", errBadForm)
	}
	editions, err := s.allEditions(r, p)
	if err != nil {
		return err
	}
	names := r.PostForm.Get(fieldNames) == yes
	rows, err := p.store.List(ctx, a.Filter, listedDetail(&a, names))
	if err != nil {
		return err
	}
	csvHeaders(w, "ekbom-submissions-"+s.Now().Format("20060102-1504")+".csv")
	table := export.NewQueue(w, editions, names)
	flow := http.NewResponseController(w)
	written := 0
	send := func() error {
		if err := flow.SetWriteDeadline(time.Now().Add(listTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		return table.Flush()
	}
	err = table.Head()
	for row, rowErr := range rows {
		if err = errors.Join(err, rowErr); err != nil {
			break
		}
		if err = s.listRow(r, table, row.Submission, row.Response); err != nil {
			break
		}
		if written++; written%listFlush == 0 {
			if err = send(); err != nil {
				break
			}
		}
	}
	if err == nil {
		err = send()
	}
	if err != nil {
		// Half of a list must not look like all of it: the connection is cut, so that the browser says so.
		if ctx.Err() == nil {
			s.report(r, http.StatusOK, fmt.Errorf("export: %w", err))
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}

// listRow writes a submission with the answers of its edition; without them, if there are none any more.
func (s *Server) listRow(r *http.Request, table *export.Queue, sub review.Submission, response questionnaire.Response) error {
	if response.ID == "" {
		return table.Row(sub, nil, response, nil)
	}
	e, err := s.edition(r.Context(), response.Ref.Hash)
	if err != nil {
		return err
	}
	answers, err := e.DecodeAnswers(response.Answers)
	if err != nil {
		return fmt.Errorf("answers of response %s do not fit edition %.12s", response.ID, e.Hash) // the error may quote an answer
	}
	return table.Row(sub, e.Definition, response, answers)
}

func csvHeaders(w http.ResponseWriter, name string) {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// allEditions are those of the questionnaire that is served, as far as they can be read, the current one first. They make
// the columns of a table, which so are the same whatever is listed.
func (s *Server) allEditions(r *http.Request, p *person) ([]*questionnaire.Definition, error) {
	refs, err := p.store.Editions(r.Context())
	if err != nil {
		return nil, err
	}
	all := []*questionnaire.Definition{s.Definition}
	for _, ref := range refs {
		if ref.Hash == s.Definition.Hash {
			continue
		}
		e, err := s.edition(r.Context(), ref.Hash)
		if errors.Is(err, store.ErrUnavailable) || r.Context().Err() != nil {
			return nil, err
		}
		if err != nil {
			continue // nothing of it can be listed
		}
		if !slices.Contains(all, e.Definition) {
			all = append(all, e.Definition)
		}
	}
	return all, nil
}

func (s *Server) showCodebook(w http.ResponseWriter, r *http.Request, p *person) error {
	editions, err := s.allEditions(r, p)
	if err != nil {
		return err
	}
	csvHeaders(w, "ekbom-codebook.csv")
	return export.Codebook(w, editions, s.door(r, "").L.Tag())
}

// exportAddress is the page that exports a queue.
func (a *ask) exportAddress() string {
	words := url.Values{}
	for name, values := range a.words {
		if name != askAfter && name != askBefore {
			words[name] = values
		}
	}
	return address(pathExport, words)
}
