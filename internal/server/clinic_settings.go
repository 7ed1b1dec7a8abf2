package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/page"

	"github.com/google/uuid"
)

// Addresses of those who manage the clinic.
const (
	pathSettings  = "/clinic/settings"
	pathNewClinic = pathSettings + "/new-clinic"
)

// settingsTable lists what can be done with a clinic as a whole.
func (s *Server) settingsTable() []staffRoute {
	return []staffRoute{
		{"GET", pathSettings, account.ManageClinic, s.showSettings},
		{"POST", pathSettings, account.ManageClinic, s.changeSettings},
		{"GET", pathNewClinic, account.ManageClinic, s.showNewClinic},
		{"POST", pathNewClinic, account.ManageClinic, s.openClinic},
	}
}

const (
	fieldSlug     = "slug"
	fieldKeep     = "keep"
	fieldTwoSteps = "two-steps"
	fieldClosed   = "closed"
	fieldClinic   = "clinic"
)

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, p *person) error {
	if form := p.kept(pathSettings); form != nil {
		return s.render(w, http.StatusOK, clinic.Settings(s.settingsView(r, p, form, nil)))
	}
	view := s.settingsView(r, p, settingsForm(p.clinic), nil)
	var err error
	if view.Notice, err = s.wasDone(r, p, view.L); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, clinic.Settings(view))
}

// settingsForm is a form that asks for a clinic as it is.
func settingsForm(c account.Clinic) url.Values {
	form := url.Values{fieldName: {c.Name}, fieldSlug: {c.Slug}, fieldKeep: {strconv.Itoa(c.Keep)}, fieldSeen: {settingsSeen(c)}}
	if c.TwoSteps {
		form.Set(fieldTwoSteps, yes)
	}
	if !c.Closed.IsZero() {
		form.Set(fieldClosed, yes)
	}
	return form
}

// settingsSeen stands for the settings that a form was drawn from.
func settingsSeen(c account.Clinic) string {
	text := fmt.Sprintf("%q %q %d %t %t", c.Name, c.Slug, c.Keep, c.TwoSteps, c.Closed.IsZero())
	return fmt.Sprintf("%x", hashToken(text)[:6])
}

func (s *Server) settingsView(r *http.Request, p *person, form url.Values, faults []page.Fault) clinic.SettingsView {
	b := s.frame(r, p, pathSettings)
	l := b.L
	return clinic.SettingsView{
		Base: b, Faults: faults, Action: pathSettings, Another: pathNewClinic, Seen: form.Get(fieldSeen),
		Address: s.origin(r) + "/c/" + p.clinic.Slug,
		Name: clinic.Field{ID: fieldName, Name: fieldName, Label: l.T("settings.name"), Hint: l.T("settings.name.hint"),
			Value: shorten(form.Get(fieldName), 2*account.NameLength), Faults: faultsOf(faults, fieldName)},
		Slug: clinic.Field{ID: fieldSlug, Name: fieldSlug, Label: l.T("settings.slug"), Hint: l.T("settings.slug.hint"), Narrow: true,
			Value: shorten(form.Get(fieldSlug), 2*account.SlugLength), Faults: faultsOf(faults, fieldSlug)},
		Keep: clinic.Field{ID: fieldKeep, Name: fieldKeep, Label: l.T("settings.keep.days"), Hint: l.T("settings.keep.hint"), Narrow: true, Numeric: true,
			Value: shorten(form.Get(fieldKeep), 20), Faults: faultsOf(faults, fieldKeep)},
		TwoSteps: clinic.Tick{ID: fieldTwoSteps, Name: fieldTwoSteps, Value: yes, Label: l.T("settings.two-steps"), Hint: l.T("settings.two-steps.hint"),
			Ticked: form.Get(fieldTwoSteps) == yes, Faults: faultsOf(faults, fieldTwoSteps)},
		Closed: clinic.Tick{ID: fieldClosed, Name: fieldClosed, Value: yes, Label: l.T("settings.closed"), Hint: l.T("settings.closed.hint"),
			Ticked: form.Get(fieldClosed) == yes},
	}
}

// changeSettings saves the settings. What is hard to undo is named first, on a page of its own.
func (s *Server) changeSettings(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	form := r.PostForm
	l := s.door(r, "").L
	now, faults := s.readSettings(l, p.clinic, form)
	if form.Get(fieldSeen) != settingsSeen(p.clinic) {
		faults = append(faults, page.Fault{Field: fieldName, Text: l.T("fault.settings.stale")})
	}
	if len(faults) == 0 && form.Get(fieldAccepted) != yes {
		risks, err := s.settingsRisks(r, p, l, now)
		if err != nil {
			return err
		}
		if len(risks) > 0 {
			form.Set(fieldAccepted, yes)
			return s.render(w, http.StatusOK, clinic.Interrupt(clinic.InterruptionView{
				Base: s.frame(r, p, ""), Interruption: clinic.Interruption{
					Heading: l.T("settings.risks"), Risks: risks, Action: pathSettings, Fields: fieldsOf(form),
					Button: l.T("settings.risks.button"), Back: pathSettings, No: l.T("settings.risks.no"),
				},
			}))
		}
	}
	var err error
	if len(faults) == 0 {
		err = p.store.ChangeClinic(r.Context(), p.clinic, now)
	}
	switch {
	case errors.Is(err, account.ErrSlug):
		faults, err = []page.Fault{{Field: fieldSlug, Text: l.T("fault.slug.taken")}}, nil
	case errors.Is(err, account.ErrName):
		faults, err = []page.Fault{{Field: fieldName, Text: l.T("fault.clinic.taken")}}, nil
	case errors.Is(err, account.ErrNoSteps):
		faults, err = []page.Fault{{Field: fieldTwoSteps, Text: l.T("fault.two-steps")}}, nil
	case errors.Is(err, store.ErrStale):
		faults, err = []page.Fault{{Field: fieldName, Text: l.T("fault.settings.stale")}}, nil
	}
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		// Sent again after reading this, it changes what stands now.
		form.Set(fieldSeen, settingsSeen(p.clinic))
		return s.render(w, http.StatusUnprocessableEntity, clinic.Settings(s.settingsView(r, p, form, faults)))
	}
	return s.doneAt(w, r, p, "settings.done", pathSettings)
}

func (s *Server) readSettings(l *locale.Printer, c account.Clinic, form url.Values) (account.Clinic, []page.Fault) {
	var faults []page.Fault
	c.Name, c.Slug = account.Tidy(form.Get(fieldName)), strings.ToLower(strings.TrimSpace(form.Get(fieldSlug)))
	if !account.ValidName(c.Name) {
		faults = append(faults, page.Fault{Field: fieldName, Text: l.T("fault.clinic", "count", account.NameLength)})
	}
	if !account.ValidSlug(c.Slug) {
		faults = append(faults, page.Fault{Field: fieldSlug, Text: l.T("fault.slug", "count", account.SlugLength)})
	}
	days, err := strconv.Atoi(strings.TrimSpace(form.Get(fieldKeep)))
	if err != nil || days < account.KeepLeast || days > account.KeepMost {
		faults = append(faults, page.Fault{Field: fieldKeep, Text: l.T("fault.keep", "least", account.KeepLeast, "most", account.KeepMost)})
	}
	c.Keep = days
	c.TwoSteps = form.Get(fieldTwoSteps) == yes
	switch closed := form.Get(fieldClosed) == yes; {
	case closed && c.Closed.IsZero():
		c.Closed = s.Now()
	case !closed:
		c.Closed = time.Time{}
	}
	return c, faults
}

// settingsRisks names what would happen that is hard to undo.
func (s *Server) settingsRisks(r *http.Request, p *person, l *locale.Printer, now account.Clinic) (risks []string, err error) {
	if now.Slug != p.clinic.Slug {
		risks = append(risks, l.T("settings.risk.slug", "slug", p.clinic.Slug))
	}
	if now.Keep < p.clinic.Keep {
		due, err := p.store.Due(r.Context(), now.Keep)
		if err != nil {
			return nil, err
		}
		if due >= store.DueMost {
			risks = append(risks, l.T("settings.risk.keep.many", "count", store.DueMost))
		} else if due > 0 {
			risks = append(risks, l.N("settings.risk.keep", due))
		}
	}
	if p.clinic.Closed.IsZero() && !now.Closed.IsZero() {
		risks = append(risks, l.T("settings.risk.closed"))
	}
	return risks, nil
}

func (s *Server) showNewClinic(w http.ResponseWriter, r *http.Request, p *person) error {
	return s.render(w, http.StatusOK, clinic.NewClinic(s.newClinicView(r, p, p.kept(pathNewClinic), nil)))
}

func (s *Server) newClinicView(r *http.Request, p *person, form url.Values, faults []page.Fault) clinic.NewClinicView {
	b := s.frame(r, p, pathNewClinic)
	return clinic.NewClinicView{
		Base: b, Faults: faults, Action: pathNewClinic, Back: pathSettings,
		Clinic: []clinic.Field{
			{ID: fieldClinic, Name: fieldClinic, Label: b.L.T("settings.name"), Hint: b.L.T("settings.name.hint"),
				Value: shorten(form.Get(fieldClinic), 2*account.NameLength), Faults: faultsOf(faults, fieldClinic)},
			{ID: fieldSlug, Name: fieldSlug, Label: b.L.T("settings.slug"), Hint: b.L.T("welcome.slug.hint"),
				Value: shorten(form.Get(fieldSlug), 2*account.SlugLength), Faults: faultsOf(faults, fieldSlug)},
		},
		First: newcomer(b.L, form, faults),
	}
}

// openClinic opens a further clinic. Its first admin gets a one-time link; the person who opened it sees nothing of it.
func (s *Server) openClinic(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	form := r.PostForm
	l := s.door(r, "").L
	first, faults, err := readNewcomer(l, form)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("new clinic: %w", err)
	}
	c := account.Clinic{
		ID: questionnaire.ClinicID(id.String()), Name: account.Tidy(form.Get(fieldClinic)), Slug: strings.ToLower(strings.TrimSpace(form.Get(fieldSlug))),
		TwoSteps: true, Keep: account.KeepDefault,
	}
	if !account.ValidSlug(c.Slug) {
		faults = append([]page.Fault{{Field: fieldSlug, Text: l.T("fault.slug", "count", account.SlugLength)}}, faults...)
	}
	if !account.ValidName(c.Name) {
		faults = append([]page.Fault{{Field: fieldClinic, Text: l.T("fault.clinic", "count", account.NameLength)}}, faults...)
	}
	token := account.NewToken()
	if len(faults) == 0 {
		err = p.store.OpenClinic(r.Context(), c, first, account.HashToken(token))
	}
	switch {
	case errors.Is(err, account.ErrSlug):
		faults, err = []page.Fault{{Field: fieldSlug, Text: l.T("fault.slug.taken")}}, nil
	case errors.Is(err, account.ErrName):
		faults, err = []page.Fault{{Field: fieldClinic, Text: l.T("fault.clinic.taken")}}, nil
	case errors.Is(err, account.ErrLogin):
		faults, err = []page.Fault{{Field: fieldLogin, Text: l.T("fault.login.taken")}}, nil
	}
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return s.render(w, http.StatusUnprocessableEntity, clinic.NewClinic(s.newClinicView(r, p, form, faults)))
	}
	return s.giveLink(w, r, p, oneTimeLink{account.InviteLink, token, first.Name, pathSettings})
}
