package server

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/page"
)

// Addresses of what was done.
const (
	pathAudit   = "/clinic/audit"
	pathReaders = "/clinic/readers"
)

// trailTable lists the pages that tell who did what.
func (s *Server) trailTable() []staffRoute {
	return []staffRoute{
		{"GET", pathAudit, account.SeeAudit, s.showAudit},
		{"GET", pathReaders, account.SeeReaders, s.showReaders},
	}
}

const (
	askWho    = "who"
	askAction = "action"
)

// askTrail reads which stretch of the trail is wanted. What makes no sense asks for nothing.
func askTrail(form url.Values) store.Trail {
	f := store.Trail{Actor: form.Get(askWho), Action: audit.Action(form.Get(askAction))}
	if n, err := strconv.ParseInt(form.Get(askBefore), 10, 64); err == nil && n > 0 {
		f.Before = n
	}
	if len(f.Actor) > 64 || !storable(f.Actor) {
		f.Actor = ""
	}
	if !slices.Contains(auditActions(), f.Action) {
		f.Action = ""
	}
	return f
}

func (s *Server) showAudit(w http.ResponseWriter, r *http.Request, p *person) error {
	f := askTrail(r.URL.Query())
	events, more, err := p.store.Trail(r.Context(), f)
	if err != nil {
		return err
	}
	b := s.frame(r, p, pathAudit)
	view := clinic.TrailView{Base: b, Heading: b.L.T("audit.title"), Lead: b.L.T("audit.lead"), Action: pathAudit}
	action := clinic.Choice{ID: askAction, Name: askAction, Label: b.L.T("trail.what"), Options: []page.Option{{Label: b.L.T("trail.any")}}}
	for _, a := range auditActions() {
		action.Options = append(action.Options, page.Option{Value: string(a), Label: actionWord(b.L, a), Chosen: a == f.Action})
	}
	return s.trail(w, r, p, view, f, events, more, []clinic.Choice{action})
}

func (s *Server) showReaders(w http.ResponseWriter, r *http.Request, p *person) error {
	f := askTrail(r.URL.Query())
	f.Action = ""
	events, more, err := p.store.Readers(r.Context(), f)
	if err != nil {
		return err
	}
	b := s.frame(r, p, pathReaders)
	view := clinic.TrailView{Base: b, Heading: b.L.T("readers.title"), Lead: b.L.T("readers.lead"), Action: pathReaders}
	return s.trail(w, r, p, view, f, events, more, nil)
}

// trail puts events into words.
func (s *Server) trail(w http.ResponseWriter, r *http.Request, p *person, view clinic.TrailView, f store.Trail, events []audit.Event, more bool,
	filters []clinic.Choice) error {
	names, err := p.store.Names(r.Context())
	if err != nil {
		return err
	}
	l := view.L
	who := clinic.Choice{ID: askWho, Name: askWho, Label: l.T("trail.who"), Options: []page.Option{{Label: l.T("trail.anybody")}}}
	ids := make([]account.ID, 0, len(names))
	for id := range names {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b account.ID) int {
		return cmp.Or(strings.Compare(names[a], names[b]), strings.Compare(string(a), string(b)))
	})
	for _, id := range ids {
		who.Options = append(who.Options, page.Option{Value: string(id), Label: names[id], Chosen: string(id) == f.Actor})
	}
	if len(filters) > 0 {
		for _, actor := range []string{audit.Patient, audit.Operator, audit.Machine, audit.Stranger} {
			who.Options = append(who.Options, page.Option{Value: actor, Label: actorWord(l, actor), Chosen: actor == f.Actor})
		}
	}
	view.Filters = append([]clinic.Choice{who}, filters...)
	asked := url.Values{}
	if f.Actor != "" {
		asked.Set(askWho, f.Actor)
	}
	if f.Action != "" {
		asked.Set(askAction, string(f.Action))
	}
	if len(asked) > 0 {
		view.Clear = view.Action
	}
	if f.Before > 0 {
		view.Pager.Before, view.Pager.BeforeText = address(view.Action, asked), l.T("trail.newest")
	}
	if more {
		older := url.Values{askBefore: {strconv.FormatInt(events[len(events)-1].Seq, 10)}}
		for name, values := range asked {
			older[name] = values
		}
		view.Pager.After, view.Pager.AfterText = address(view.Action, older), l.T("trail.older")
		view.Path = address(view.Action, asked)
	}
	for _, e := range events {
		view.Events = append(view.Events, trailRow(view.Base, e, names))
	}
	return s.render(w, http.StatusOK, clinic.Trail(view))
}

func address(path string, asked url.Values) string {
	if len(asked) == 0 {
		return path
	}
	return path + "?" + asked.Encode()
}

func trailRow(b clinic.Base, e audit.Event, names map[account.ID]string) clinic.TrailRow {
	row := clinic.TrailRow{When: local(e.At), Who: e.Name, What: actionWord(b.L, e.Action), Detail: detailWord(b, e, names)}
	if row.Who == "" {
		row.Who = actorWord(b.L, e.Actor)
	}
	if role, ok := account.ParseRole(e.Role); ok {
		row.Role = roleWord(b, role)
	}
	switch e.Action {
	case audit.Sent, audit.Withdrawn, audit.Opened, audit.Printed, audit.Exported, audit.Noted, audit.Messaged, audit.Moved, audit.Assigned,
		audit.Held, audit.Freed:
		row.Subject, row.Address = b.L.T("trail.submission", "id", shortID(e.Subject)), submissionPath(questionnaire.ResponseID(e.Subject))
	case audit.Erased, audit.Purged:
		row.Subject = b.L.T("trail.submission", "id", shortID(e.Subject))
	case audit.Denied:
		row.Subject = b.L.T("trail.elsewhere")
	case audit.AccountAdded, audit.AccountJoined, audit.AccountChanged, audit.AccountDisabled, audit.AccountEnabled, audit.AccountReset, audit.SignInFailed:
		row.Subject = names[account.ID(e.Subject)]
	}
	return row
}

// shortID is enough of a submission's id to tell it from others.
func shortID(id string) string { return id[max(0, len(id)-8):] }

// detailWord puts the detail of an event into words.
func detailWord(b clinic.Base, e audit.Event, names map[account.ID]string) string {
	l := b.L
	switch e.Action {
	case audit.Moved:
		if state, ok := review.ParseState(e.Detail); ok {
			return clinic.StateWord(l, state)
		}
	case audit.Assigned:
		if e.Detail == "" {
			return l.T("trail.nobody")
		}
		return names[account.ID(e.Detail)]
	case audit.AccountAdded, audit.AccountChanged:
		if role, ok := account.ParseRole(e.Detail); ok {
			return roleWord(b, role)
		}
	case audit.Listed:
		return listedWords(l, e.Detail)
	case audit.ClinicChanged:
		return changedWords(l, e.Detail)
	case audit.ClinicOpened:
		return e.Detail
	}
	return ""
}

// changedWords tells which settings were changed.
func changedWords(l *locale.Printer, detail string) string {
	var all []string
	for _, word := range strings.Fields(detail) {
		name, value, _ := strings.Cut(word, ":")
		switch {
		case name == "name":
			all = append(all, l.T("changed.name"))
		case name == "slug":
			all = append(all, l.T("changed.slug", "slug", value))
		case name == "keep":
			if days, err := strconv.Atoi(value); err == nil {
				all = append(all, l.N("changed.keep", days))
			}
		case word == "two-steps:true":
			all = append(all, l.T("changed.two-steps.on"))
		case word == "two-steps:false":
			all = append(all, l.T("changed.two-steps.off"))
		case word == "closed:true":
			all = append(all, l.T("changed.closed"))
		case word == "closed:false":
			all = append(all, l.T("changed.opened"))
		}
	}
	return l.Join(all)
}

func actorWord(l *locale.Printer, actor string) string {
	switch actor {
	case audit.Patient:
		return l.T("actor.patient")
	case audit.Operator:
		return l.T("actor.operator")
	case audit.Machine:
		return l.T("actor.server")
	case audit.Stranger:
		return l.T("actor.stranger")
	}
	return l.T("actor.unknown")
}

// auditActions lists all actions in the order in which a filter offers them.
func auditActions() []audit.Action {
	return []audit.Action{
		audit.Sent, audit.Withdrawn, audit.Opened, audit.Printed, audit.Exported, audit.Listed, audit.Noted, audit.Messaged, audit.Moved,
		audit.Assigned, audit.Held, audit.Freed, audit.Erased, audit.Purged, audit.Denied,
		audit.SignedIn, audit.SignInFailed, audit.SignedOut, audit.PasswordChanged, audit.TwoStepsOn, audit.TwoStepsOff, audit.RecoveryUsed,
		audit.RecoveryRenewed, audit.SessionsEnded, audit.PasskeyAdded, audit.PasskeyRemoved,
		audit.AccountAdded, audit.AccountJoined, audit.AccountChanged, audit.AccountDisabled, audit.AccountEnabled, audit.AccountReset,
		audit.ClinicOpened, audit.ClinicChanged,
	}
}

func actionWord(l *locale.Printer, action audit.Action) string {
	switch action {
	case audit.Sent:
		return l.T("action.sent")
	case audit.Withdrawn:
		return l.T("action.withdrawn")
	case audit.Opened:
		return l.T("action.opened")
	case audit.Printed:
		return l.T("action.printed")
	case audit.Exported:
		return l.T("action.exported")
	case audit.Listed:
		return l.T("action.listed")
	case audit.Noted:
		return l.T("action.noted")
	case audit.Messaged:
		return l.T("action.messaged")
	case audit.Moved:
		return l.T("action.moved")
	case audit.Assigned:
		return l.T("action.assigned")
	case audit.Held:
		return l.T("action.held")
	case audit.Freed:
		return l.T("action.freed")
	case audit.Erased:
		return l.T("action.erased")
	case audit.Purged:
		return l.T("action.purged")
	case audit.Denied:
		return l.T("action.denied")
	}
	return personalActionWord(l, action)
}

// personalActionWord is actionWord for what is done to accounts and clinics.
func personalActionWord(l *locale.Printer, action audit.Action) string {
	switch action {
	case audit.SignedIn:
		return l.T("action.signed-in")
	case audit.SignInFailed:
		return l.T("action.sign-in-failed")
	case audit.SignedOut:
		return l.T("action.signed-out")
	case audit.PasswordChanged:
		return l.T("action.password-changed")
	case audit.TwoStepsOn:
		return l.T("action.two-steps-on")
	case audit.TwoStepsOff:
		return l.T("action.two-steps-off")
	case audit.RecoveryUsed:
		return l.T("action.recovery-used")
	case audit.RecoveryRenewed:
		return l.T("action.recovery-renewed")
	case audit.SessionsEnded:
		return l.T("action.sessions-ended")
	case audit.PasskeyAdded:
		return l.T("action.passkey-added")
	case audit.PasskeyRemoved:
		return l.T("action.passkey-removed")
	case audit.AccountAdded:
		return l.T("action.account-added")
	case audit.AccountJoined:
		return l.T("action.account-joined")
	case audit.AccountChanged:
		return l.T("action.account-changed")
	case audit.AccountDisabled:
		return l.T("action.account-disabled")
	case audit.AccountEnabled:
		return l.T("action.account-enabled")
	case audit.AccountReset:
		return l.T("action.account-reset")
	case audit.ClinicOpened:
		return l.T("action.clinic-opened")
	case audit.ClinicChanged:
		return l.T("action.clinic-changed")
	}
	return string(action)
}
