package server

import (
	"cmp"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/page"
)

const (
	pathQueueSearch = pathQueue + "/search"
	pathQueueNew    = pathQueue + "/new"
)

// queueTable lists what leads through the queue.
func (s *Server) queueTable() []staffRoute {
	return []staffRoute{
		{"GET", pathQueue, account.Review, s.showQueue},
		{"GET", pathQueueSearch, account.Review, func(w http.ResponseWriter, _ *http.Request, _ *person) error { return redirect(w, pathQueue) }},
		{"POST", pathQueueSearch, account.Review, s.search},
		{"GET", pathQueueNew, account.Review, s.tellNew},
	}
}

// Fields of the queue's address.
const (
	askState    = "state"
	askUrgency  = "urgency"
	askAge      = "age"
	askReviewer = "reviewer" // an account's id, or one of the two words below
	askUnread   = "unread"
	askFrom     = "from"
	askTo       = "to"
	askOrder    = "order"
	askSearch   = "search" // sealed
	askAfter    = "after"
	askBefore   = "before"

	reviewerMe     = "me"
	reviewerNobody = "nobody"
	yes            = "yes"
	orderNewest    = "newest"

	fieldSearch = "search"
	fieldBack   = "back"
)

// ask is what an address of the queue asks for.
type ask struct {
	review.Filter
	after, before *review.Key
	words         url.Values // what was understood; it makes the same queue again
	typed         string     // what was searched for
	faults        []page.Fault
}

// ask reads an address of the queue. What is no word of it is left out.
func (s *Server) ask(l *locale.Printer, p *person, given url.Values) ask {
	a := ask{words: url.Values{}}
	is := func(name string, known bool) bool {
		if known {
			a.words.Set(name, given.Get(name))
		}
		return known
	}
	if state, ok := review.ParseState(given.Get(askState)); is(askState, ok) {
		a.State = state
	}
	if u, ok := parseUrgency(given.Get(askUrgency)); is(askUrgency, ok) {
		a.Urgency = &u
	}
	if age, ok := review.ParseAgeBand(given.Get(askAge)); is(askAge, ok) {
		a.Age = age
	}
	switch whose := given.Get(askReviewer); {
	case !is(askReviewer, whose != "" && len(whose) <= 64 && storable(whose)):
	case whose == reviewerMe:
		a.Assignee = p.Account
	case whose == reviewerNobody:
		a.Nobody = true
	default:
		a.Assignee = account.ID(whose)
	}
	a.Unread = is(askUnread, given.Get(askUnread) == yes)
	a.Newest = is(askOrder, given.Get(askOrder) == orderNewest)
	a.after, a.before = parseKey(given.Get(askAfter)), parseKey(given.Get(askBefore))
	if is(askAfter, a.after != nil) {
		a.before = nil
	}
	is(askBefore, a.before != nil)
	a.span(l, given)
	if sealed := given.Get(askSearch); is(askSearch, sealed != "") {
		a.search(s, l, p, sealed)
	}
	return a
}

// span reads from when until when something was sent. The last day counts whole.
func (a *ask) span(l *locale.Printer, given url.Values) {
	day := func(name, fault string) time.Time {
		typed := strings.TrimSpace(given.Get(name))
		if typed == "" {
			return time.Time{}
		}
		a.words.Set(name, typed)
		written, ok := parseDay(l, typed)
		if !ok {
			a.faults = append(a.faults, page.Fault{Field: name, Text: fault})
			return time.Time{}
		}
		a.words.Set(name, written)
		t, _ := time.ParseInLocation(time.DateOnly, written, time.Local)
		return t
	}
	a.From = day(askFrom, l.T("fault.from"))
	if to := day(askTo, l.T("fault.to")); !to.IsZero() {
		a.To = to.AddDate(0, 0, 1)
		if a.To.Before(a.From) || a.To.Equal(a.From) {
			a.faults = append(a.faults, page.Fault{Field: askTo, Text: l.T("fault.span")})
		}
	}
}

// search opens what somebody searched for. A search is for all that the clinic has, so nothing else narrows it.
func (a *ask) search(s *Server, l *locale.Printer, p *person, sealed string) {
	text, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		text, err = s.searches.Open(nil, nil, text, []byte(p.Account))
	}
	if err != nil {
		a.faults = append(a.faults, page.Fault{Field: fieldSearch, Text: l.T("fault.search.gone")})
		return
	}
	a.typed = string(text)
	a.Filter = s.sought(l, a.typed)
	a.words = url.Values{askSearch: {sealed}}
}

// sought tells what a person typed who searches: a return code, a date of birth or a name. What can be none of these is the
// zero Filter.
func (s *Server) sought(l *locale.Printer, typed string) review.Filter {
	if code, err := returncode.Parse(typed); err == nil {
		return review.Filter{CodeHash: code.Hash(s.codeKey)}
	}
	if born, ok := parseDay(l, typed); ok {
		return review.Filter{Born: born}
	}
	if len(store.NameWords(typed)) > 0 && !strings.ContainsFunc(typed, unicode.IsDigit) {
		return review.Filter{Name: typed}
	}
	return review.Filter{}
}

func (a *ask) searched() bool { return a.words.Has(askSearch) }

// with gives the address of this queue with some of its words changed, by turns name and word; an empty word takes one away.
// It begins at the first row again.
func (a *ask) with(changes ...string) string {
	words := url.Values{}
	for name, values := range a.words {
		if name != askAfter && name != askBefore {
			words[name] = values
		}
	}
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == "" {
			words.Del(changes[i])
			continue
		}
		words[changes[i]] = changes[i+1 : i+2]
	}
	return queueAddress(words)
}

func queueAddress(words url.Values) string {
	if len(words) == 0 {
		return pathQueue
	}
	return pathQueue + "?" + words.Encode()
}

// A place in the queue is written rank-microseconds-id.
func placeOf(k review.Key) string {
	return strconv.Itoa(k.Rank) + "-" + strconv.FormatInt(k.Sent.UnixMicro(), 10) + "-" + string(k.ID)
}

func parseKey(written string) *review.Key {
	parts := strings.SplitN(written, "-", 3)
	if len(parts) != 3 || len(written) > 120 || !storable(written) {
		return nil
	}
	rank, rankErr := strconv.Atoi(parts[0])
	sent, sentErr := strconv.ParseInt(parts[1], 10, 64)
	if errors.Join(rankErr, sentErr) != nil || rank < 0 || rank > review.Rank(questionnaire.SelfCare) || sent < 0 || sent > 1<<52 {
		return nil
	}
	return &review.Key{Rank: rank, Sent: time.UnixMicro(sent).UTC(), ID: questionnaire.ResponseID(parts[2])}
}

func parseUrgency(word string) (questionnaire.Urgency, bool) {
	var u questionnaire.Urgency
	err := u.UnmarshalText([]byte(word))
	return u, err == nil
}

// parseDay reads a day as people write it: 2026-03-27, 27.3.2026, 27 March 2026. It gives the first of these forms.
func parseDay(l *locale.Printer, typed string) (string, bool) {
	parts := strings.FieldsFunc(typed, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(parts) != 3 {
		return "", false
	}
	if len(parts[0]) == 4 {
		slices.Reverse(parts)
	}
	month, year := l.Month(parts[1]), parts[2]
	if len(year) != 4 || len(month) > 2 || len(parts[0]) > 2 {
		return "", false
	}
	t, err := time.Parse("2006-1-2", year+"-"+strings.TrimPrefix(month, "0")+"-"+strings.TrimPrefix(parts[0], "0"))
	return t.Format(time.DateOnly), err == nil
}

// showQueue lists the submissions that an address asks for.
func (s *Server) showQueue(w http.ResponseWriter, r *http.Request, p *person) error {
	view := clinic.QueueView{Base: s.frame(r, p, pathQueue)}
	a := s.ask(view.L, p, r.URL.Query())
	view.Path = queueAddress(a.words)
	status := http.StatusOK
	if view.Faults = a.faults; len(a.faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if err := s.fillQueue(r, p, a, &view); err != nil {
		return err
	}
	return s.render(w, status, clinic.Queue(view))
}

// search seals what somebody searches for into the address of its result. So refresh and back work, and neither code nor
// name stands in a log, an address or a history that anybody else could read.
func (s *Server) search(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	view := clinic.QueueView{Base: s.frame(r, p, pathQueue)}
	typed := strings.TrimSpace(strings.ToValidUTF8(r.PostForm.Get(fieldSearch), ""))
	fault := ""
	switch f := s.sought(view.L, typed); {
	case typed == "":
		fault = view.L.T("fault.search.empty")
	case len(f.CodeHash) == 0 && f.Born == "" && f.Name == "", utf8.RuneCountInString(typed) > questionnaire.LetterName, strings.ContainsRune(typed, 0):
		fault = view.L.T("fault.search.unclear")
	default:
		sealed := s.searches.Seal(nil, nil, []byte(typed), []byte(p.Account))
		return redirect(w, queueAddress(url.Values{askSearch: {base64.RawURLEncoding.EncodeToString(sealed)}}))
	}
	a := ask{words: url.Values{}, typed: shorten(typed, questionnaire.LetterName)}
	view.Faults = []page.Fault{{Field: fieldSearch, Text: fault}}
	if err := s.fillQueue(r, p, a, &view); err != nil {
		return err
	}
	return s.render(w, http.StatusUnprocessableEntity, clinic.Queue(view))
}

// shorten keeps the first signs of a text.
func shorten(text string, most int) string {
	for i := range text {
		if most--; most < 0 {
			return text[:i]
		}
	}
	return text
}

// tellNew says in words what was sent since somebody looked, or nothing.
func (s *Server) tellNew(w http.ResponseWriter, r *http.Request, p *person) error {
	since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if err != nil || since < 0 {
		return errBadForm
	}
	came, err := p.store.Arrivals(r.Context(), since)
	if err != nil {
		return err
	}
	if came.N == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	l := s.door(r, "").L
	said := l.N("queue.new", came.N)
	if came.Urgency == questionnaire.Emergency {
		said = l.N("queue.new.emergency", came.N)
	}
	w.Header()["Content-Type"] = []string{"text/plain; charset=utf-8"}
	_, err = w.Write([]byte(said))
	return err
}

// fillQueue reads the rows that are asked for, and what stands around them.
func (s *Server) fillQueue(r *http.Request, p *person, a ask, view *clinic.QueueView) error {
	ctx := r.Context()
	// Before the rows are read: what comes in between is told twice rather than never.
	now, err := p.store.Now(ctx)
	if err != nil {
		return err
	}
	var rows review.Page
	if len(view.Faults) == 0 {
		if rows, err = p.store.Queue(ctx, a.Filter, a.after, a.before); err != nil {
			return err
		}
		if len(rows.Submissions) == 0 && (a.after != nil || a.before != nil) {
			// What stood here is gone; the queue begins anew.
			a.after, a.before = nil, nil
			if rows, err = p.store.Queue(ctx, a.Filter, nil, nil); err != nil {
				return err
			}
		}
	}
	states, unread, err := p.store.Counts(ctx)
	if err != nil {
		return err
	}
	load, err := p.store.Load(ctx)
	if err != nil {
		return err
	}
	colleagues, err := p.store.Colleagues(ctx)
	if err != nil {
		return err
	}
	l := view.L
	view.Searched, view.Find, view.All, view.Poster, view.Top = a.searched(), pathQueueSearch, pathQueue, pathPoster, pathQueue
	view.News = pathQueueNew + "?since=" + strconv.FormatInt(now, 10)
	view.Search = clinic.Field{
		ID: fieldSearch, Name: fieldSearch, Label: l.T("queue.search"), Hint: l.T("queue.search.hint"),
		Value:  cmp.Or(a.typed, p.kept(pathQueueSearch).Get(fieldSearch)),
		Faults: faultsOf(view.Faults, fieldSearch),
	}
	if p.May(account.ExportQueue) {
		view.Export = a.exportAddress()
	}
	view.Tabs = queueTabs(l, &a, states, unread, load)
	view.Orders = []clinic.NavItem{
		{Name: l.T("queue.order.urgent"), Address: a.with(askOrder, ""), Current: !a.Newest},
		{Name: l.T("queue.order.newest"), Address: a.with(askOrder, orderNewest), Current: a.Newest},
	}
	view.Filters = queueFilters(l, &a, colleagues, view.Faults)
	view.Empty = emptiness(&a, states)
	if n := len(rows.Submissions); n > 0 {
		if rows.Earlier {
			view.Pager.Before, view.Pager.BeforeText = a.with(askBefore, placeOf(rows.Submissions[0].Key())), l.T("queue.before")
		}
		if rows.Later {
			view.Pager.After, view.Pager.AfterText = a.with(askAfter, placeOf(rows.Submissions[n-1].Key())), l.T("queue.after")
		}
	}
	back := a.words.Encode()
	for i := range rows.Submissions {
		sub := &rows.Submissions[i]
		reason, err := s.reason(r, l, sub)
		if err != nil {
			return err
		}
		row := clinic.QueueRow{
			ID: string(sub.ID), Address: submissionAddress(sub.ID, back), Sent: sub.Sent, SentText: recently(l, s.Now(), sub.Sent),
			State: sub.State, Reviewer: sub.Assigned, Mine: sub.Assignee == p.Account, Withdrawn: !sub.Withdrawn.IsZero(),
		}
		if !row.Withdrawn {
			row.Urgency, row.Age, row.Reason, row.Name, row.Unread = sub.Urgency, ageWord(l, sub.Age), reason, sub.Name, sub.Unread()
		}
		view.Rows = append(view.Rows, row)
	}
	return nil
}

// submissionAddress is where a submission is read. back says from which queue, so that the way leads back there.
func submissionAddress(id questionnaire.ResponseID, back string) string {
	if back == "" {
		return submissionPath(id)
	}
	return submissionPath(id) + "?" + url.Values{fieldBack: {back}}.Encode()
}

// cameFrom reads from which queue somebody came to a submission: out of the page's address, or out of a form on it.
func (s *Server) cameFrom(r *http.Request, l *locale.Printer, p *person) ask {
	back := r.URL.Query().Get(fieldBack)
	if r.PostForm.Has(fieldBack) {
		back = r.PostForm.Get(fieldBack)
	}
	given, err := url.ParseQuery(back)
	if err != nil || len(back) > 2000 {
		given = nil
	}
	return s.ask(l, p, given)
}

// backTo leads to the queue that somebody came from, to the row of the submission.
func (a *ask) backTo(id questionnaire.ResponseID) string {
	return queueAddress(a.words) + "#s-" + string(id)
}

func faultsOf(all []page.Fault, field string) (own []page.Fault) {
	for _, f := range all {
		if f.Field == field {
			own = append(own, f)
		}
	}
	return own
}

func emptiness(a *ask, states map[review.State]int64) clinic.Emptiness {
	sent := int64(0)
	for _, n := range states {
		sent += n
	}
	switch {
	case a.searched():
		return clinic.NoFind
	case sent == 0:
		return clinic.Nothing
	case a.Urgency == nil && a.Age == "" && a.From.IsZero() && a.To.IsZero() && len(a.faults) == 0 &&
		(a.Assignee == "" || a.words.Get(askReviewer) == reviewerMe) && (a.State == "" || a.Assignee == "" && !a.Nobody):
		return clinic.Done
	}
	return clinic.NoMatch
}

// queueTabs link to the lists that are wanted most.
func queueTabs(l *locale.Printer, a *ask, states map[review.State]int64, unread int64, load store.Load) []clinic.NavItem {
	open := int64(0)
	for state, n := range states {
		if state.Open() {
			open += n
		}
	}
	tab := func(name string, n int64, words ...string) clinic.NavItem {
		clear := []string{askState, "", askReviewer, "", askUnread, "", askSearch, ""}
		address := a.with(append(clear, words...)...)
		item := clinic.NavItem{Name: name, Address: address, Current: !a.searched() && address == a.with(), Counted: true, Count: int(n)}
		if n >= store.LoadMost && (len(words) > 0 && words[0] == askReviewer) {
			item.Name, item.Counted = l.T("queue.tab.many", "name", name, "count", store.LoadMost), false
		}
		return item
	}
	tabs := []clinic.NavItem{tab(l.T("queue.tab.open"), open)}
	for _, state := range review.States() {
		tabs = append(tabs, tab(clinic.StateWord(l, state), states[state], askState, string(state)))
	}
	return append(tabs,
		tab(l.T("queue.tab.mine"), load.Mine, askReviewer, reviewerMe),
		tab(l.T("queue.tab.nobody"), load.Nobodys, askReviewer, reviewerNobody),
		tab(l.T("queue.tab.unread"), unread, askUnread, yes),
	)
}

func queueFilters(l *locale.Printer, a *ask, colleagues []account.Member, faults []page.Fault) clinic.QueueFilters {
	anything := l.T("queue.filter.any")
	choice := func(name, label, none string, add func(option func(value, label string))) clinic.Choice {
		c := clinic.Choice{ID: name, Name: name, Label: label, Options: []page.Option{{Label: none}}}
		add(func(value, label string) {
			c.Options = append(c.Options, page.Option{Value: value, Label: label, Chosen: value == a.words.Get(name)})
		})
		return c
	}
	day := func(name, label string) clinic.Field {
		return clinic.Field{ID: name, Name: name, Label: label, Hint: l.T("queue.filter.day"), Value: a.words.Get(name), Faults: faultsOf(faults, name)}
	}
	f := clinic.QueueFilters{
		Action: pathQueue,
		State: choice(askState, l.T("queue.state"), l.T("queue.filter.open"), func(option func(string, string)) {
			for _, state := range review.States() {
				option(string(state), clinic.StateWord(l, state))
			}
		}),
		Urgency: choice(askUrgency, l.T("queue.urgency"), anything, func(option func(string, string)) {
			for u := questionnaire.Emergency; ; u-- {
				option(u.String(), clinic.UrgencyWord(l, u))
				if u == questionnaire.SelfCare {
					break
				}
			}
		}),
		Age: choice(askAge, l.T("queue.age"), anything, func(option func(string, string)) {
			for _, band := range review.AgeBands() {
				option(string(band), ageWord(l, band))
			}
		}),
		Reviewer: choice(askReviewer, l.T("queue.reviewer"), anything, func(option func(string, string)) {
			option(reviewerMe, l.T("queue.me"))
			option(reviewerNobody, l.T("queue.nobody"))
			for _, c := range colleagues {
				option(string(c.ID), c.Name)
			}
		}),
		From: day(askFrom, l.T("queue.filter.from")), To: day(askTo, l.T("queue.filter.to")),
	}
	for _, name := range []string{askUnread, askOrder} {
		if a.words.Has(name) {
			f.Kept = append(f.Kept, page.Field{Name: name, Value: a.words.Get(name)})
		}
	}
	for _, name := range []string{askUrgency, askAge, askFrom, askTo} {
		f.Set = f.Set || a.words.Has(name)
	}
	if whose := a.words.Get(askReviewer); whose != "" && whose != reviewerMe && whose != reviewerNobody || a.State != "" && whose != "" {
		f.Set = true
	}
	if f.Set {
		f.Clear = pathQueue
	}
	return f
}

// reason gives the main reason of a submission in the words of its own edition.
func (s *Server) reason(r *http.Request, l *locale.Printer, sub *review.Submission) (string, error) {
	switch {
	case sub.Reason == "" && sub.Flag:
		return l.T("queue.not-told"), nil
	case sub.Reason == "":
		return l.T("queue.no-reason"), nil
	}
	if sub.Edition == "" {
		return l.T("queue.reason-unknown"), nil
	}
	e, err := s.edition(r.Context(), sub.Edition)
	if errors.Is(err, store.ErrUnavailable) {
		return "", err
	}
	name := ""
	if err == nil {
		words := e.in(s.languages[l.Tag()])
		if cause := words.Causes[sub.Reason]; sub.Flag {
			name = words.RedFlags[sub.Reason].Name
		} else {
			name = cmp.Or(cause.Clinical, cause.Name)
		}
	}
	return begun(cmp.Or(name, l.T("queue.reason-unknown"))), nil
}

// begun begins a text with a capital.
func begun(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// recently gives a time as short as can be: of today and yesterday without the date.
func recently(l *locale.Printer, now, t time.Time) string {
	now, t = local(now), local(t)
	switch clock := t.Format("15:04"); t.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return l.T("queue.today", "time", clock)
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return l.T("queue.yesterday", "time", clock)
	}
	return l.DateTime(t)
}

func ageWord(l *locale.Printer, band review.AgeBand) string {
	switch band {
	case review.Under18:
		return l.T("age.under-18")
	case review.From18:
		return l.T("age.18-29")
	case review.From30:
		return l.T("age.30-44")
	case review.From45:
		return l.T("age.45-64")
	case review.From65:
		return l.T("age.65-79")
	case review.From80:
		return l.T("age.80-up")
	}
	return l.T("age.unknown")
}
