package server

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"ekbom/internal/account"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/page"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
)

// Addresses of those who manage people.
const (
	pathPeople = "/clinic/people"
	pathInvite = pathPeople + "/invite"
	pathLink   = pathPeople + "/link"
	pathPerson = pathPeople + "/a/"
)

// peopleTable lists what can be done with the people of a clinic.
func (s *Server) peopleTable() []staffRoute {
	return []staffRoute{
		{"GET", pathPeople, account.ManagePeople, s.showPeople},
		{"GET", pathInvite, account.ManagePeople, s.showInvite},
		{"POST", pathInvite, account.ManagePeople, s.invite},
		{"GET", pathLink, account.ManagePeople, s.showLink},
		{"GET", pathPerson + "{account}", account.ManagePeople, s.showPerson},
		{"POST", pathPerson + "{account}/role", account.ManagePeople, s.setRole},
		{"POST", pathPerson + "{account}/disable", account.ManagePeople, s.disable},
		{"POST", pathPerson + "{account}/enable", account.ManagePeople, s.enable},
		{"POST", pathPerson + "{account}/reset", account.ManagePeople, s.reset},
	}
}

const (
	fieldName = "name"
	fieldRole = "role"
)

func personPath(id account.ID) string { return pathPerson + url.PathEscape(string(id)) }

func accountOf(r *http.Request) account.ID { return account.ID(chi.URLParam(r, "account")) }

// doneAt goes to a page, which says what was done.
func (s *Server) doneAt(w http.ResponseWriter, r *http.Request, p *person, what, to string) error {
	p.in.set(dataNotice, what)
	if err := s.saveData(r, p.in); err != nil {
		return err
	}
	return redirect(w, to)
}

// wasDone gives what was done on the page before in words, once.
func (s *Server) wasDone(r *http.Request, p *person, l *locale.Printer) (string, error) {
	what := p.in.Data[dataNotice]
	if what == "" {
		return "", nil
	}
	delete(p.in.Data, dataNotice)
	if err := s.saveData(r, p.in); err != nil {
		return "", err
	}
	switch what {
	case "person.role.done":
		return l.T("person.role.done"), nil
	case "person.disabled":
		return l.T("person.disabled"), nil
	case "person.enabled":
		return l.T("person.enabled"), nil
	case "settings.done":
		return l.T("settings.done"), nil
	}
	return "", nil
}

func (s *Server) showPeople(w http.ResponseWriter, r *http.Request, p *person) error {
	people, err := p.store.People(r.Context())
	if err != nil {
		return err
	}
	view := clinic.PeopleView{Base: s.frame(r, p, pathPeople), Invite: pathInvite}
	if view.Notice, err = s.wasDone(r, p, view.L); err != nil {
		return err
	}
	for _, one := range people {
		row := clinic.PersonRow{
			Name: one.Name, Login: one.Login, You: one.ID == p.Account, Role: roleWord(view.Base, one.Role), Status: statusWord(view.L, one.Status),
			Off: one.Status == account.Disabled, TwoSteps: twoSteps(view.L, one.Account), SignedIn: lastSeen(view.L, one.Account), Open: int(one.Open),
			Address: personPath(one.ID),
		}
		view.People = append(view.People, row)
	}
	return s.render(w, http.StatusOK, clinic.People(view))
}

func statusWord(l *locale.Printer, status account.Status) string {
	switch status {
	case account.Invited:
		return l.T("status.invited")
	case account.Disabled:
		return l.T("status.disabled")
	}
	return l.T("status.active")
}

func twoSteps(l *locale.Printer, a account.Account) string {
	if a.TwoSteps {
		return l.T("people.two-steps.yes")
	}
	return l.T("people.two-steps.no")
}

func lastSeen(l *locale.Printer, a account.Account) string {
	if a.SignedIn.IsZero() {
		return l.T("people.never")
	}
	return l.DateTime(local(a.SignedIn))
}

// roles is a choice of the roles that a person may give.
func roles(b clinic.Base, p *person, chosen account.Role) clinic.Choice {
	c := clinic.Choice{ID: fieldRole, Name: fieldRole, Label: b.L.T("people.role")}
	for _, role := range account.Roles() {
		if p.Role.Covers(role) {
			c.Options = append(c.Options, page.Option{Value: string(role), Label: roleMeaning(b.L, role), Chosen: role == chosen})
		}
	}
	return c
}

func roleMeaning(l *locale.Printer, role account.Role) string {
	switch role {
	case account.Lead:
		return l.T("role.lead.does")
	case account.Admin:
		return l.T("role.admin.does")
	}
	return l.T("role.reviewer.does")
}

func (s *Server) showInvite(w http.ResponseWriter, r *http.Request, p *person) error {
	form := p.kept(pathInvite)
	if form == nil {
		form = url.Values{fieldRole: {string(account.Reviewer)}}
	}
	return s.render(w, http.StatusOK, clinic.Invite(s.inviteView(r, p, form, nil)))
}

func (s *Server) inviteView(r *http.Request, p *person, form url.Values, faults []page.Fault) clinic.InviteView {
	b := s.frame(r, p, pathInvite)
	chosen, _ := account.ParseRole(form.Get(fieldRole))
	view := clinic.InviteView{Base: b, Faults: faults, Role: roles(b, p, chosen), Action: pathInvite, Back: pathPeople,
		Fields: newcomer(b.L, form, faults)}
	view.Role.Faults = faultsOf(faults, fieldRole)
	return view
}

// newcomer asks for name and login of somebody new.
func newcomer(l *locale.Printer, form url.Values, faults []page.Fault) []clinic.Field {
	return []clinic.Field{
		{ID: fieldName, Name: fieldName, Label: l.T("invite.name"), Hint: l.T("invite.name.hint"),
			Value: shorten(form.Get(fieldName), 2*account.NameLength), Faults: faultsOf(faults, fieldName)},
		{ID: fieldLogin, Name: fieldLogin, Label: l.T("invite.login"), Hint: l.T("invite.login.hint"),
			Value: shorten(form.Get(fieldLogin), 2*account.LoginLength), Faults: faultsOf(faults, fieldLogin)},
	}
}

// readNewcomer reads name and login of somebody new.
func readNewcomer(l *locale.Printer, form url.Values) (account.Account, []page.Fault, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return account.Account{}, nil, fmt.Errorf("new account: %w", err)
	}
	a := account.Account{ID: account.ID(id.String()), Name: account.Tidy(form.Get(fieldName)), Login: account.Fold(form.Get(fieldLogin))}
	var faults []page.Fault
	if !account.ValidName(a.Name) {
		faults = append(faults, page.Fault{Field: fieldName, Text: l.T("fault.their-name", "count", account.NameLength)})
	}
	if !account.ValidLogin(a.Login) {
		faults = append(faults, page.Fault{Field: fieldLogin, Text: l.T("fault.login", "count", account.LoginLength)})
	}
	return a, faults, nil
}

func (s *Server) invite(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	l := s.door(r, "").L
	a, faults, err := readNewcomer(l, r.PostForm)
	if err != nil {
		return err
	}
	role, ok := account.ParseRole(r.PostForm.Get(fieldRole))
	if !ok || !p.Role.Covers(role) {
		faults = append(faults, page.Fault{Field: fieldRole, Text: l.T("fault.role")})
	}
	a.Role = role
	token := account.NewToken()
	if len(faults) == 0 {
		err = p.store.Invite(r.Context(), a, account.HashToken(token))
	}
	if errors.Is(err, account.ErrLogin) {
		faults, err = []page.Fault{{Field: fieldLogin, Text: l.T("fault.login.taken")}}, nil
	}
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return s.render(w, http.StatusUnprocessableEntity, clinic.Invite(s.inviteView(r, p, r.PostForm, faults)))
	}
	return s.giveLink(w, r, p, oneTimeLink{account.InviteLink, token, a.Name, pathPeople})
}

// oneTimeLink is a link on its way to the one page that shows it.
type oneTimeLink struct {
	kind  account.TokenKind
	token string
	name  string
	back  string
}

// giveLink goes to the page that shows a one-time link. Until then the session holds it, sealed.
func (s *Server) giveLink(w http.ResponseWriter, r *http.Request, p *person, link oneTimeLink) error {
	text := strings.Join([]string{string(link.kind), link.token, link.back, link.name}, "\n")
	p.in.set(dataLink, base64.StdEncoding.EncodeToString(s.vault.Seal(p.Account, []byte(text))))
	if err := s.saveData(r, p.in); err != nil {
		return err
	}
	return redirect(w, pathLink)
}

// showLink shows a one-time link, and forgets it.
func (s *Server) showLink(w http.ResponseWriter, r *http.Request, p *person) error {
	sealed, err := base64.StdEncoding.DecodeString(p.in.Data[dataLink])
	if err != nil || len(sealed) == 0 || r.Method == http.MethodHead {
		return redirect(w, pathPeople)
	}
	text, err := s.vault.Open(p.Account, sealed)
	if err != nil {
		return err
	}
	parts := strings.SplitN(string(text), "\n", 4)
	delete(p.in.Data, dataLink)
	if err := s.saveData(r, p.in); err != nil {
		return err
	}
	b := s.frame(r, p, pathPeople)
	b.Path = "" // this page cannot be shown again, in no language
	kind := account.TokenKind(parts[0])
	return s.render(w, http.StatusOK, clinic.OneTimeLink(clinic.LinkView{
		Base: b, For: parts[3], Link: s.origin(r) + Welcome(parts[1]), Ends: b.L.DateTime(local(s.Now().Add(kind.Life()))), Back: parts[2],
	}))
}

// origin is how people reach this server.
func (s *Server) origin(r *http.Request) string {
	if s.BaseURL != nil {
		return strings.TrimSuffix(s.BaseURL.String(), "/")
	}
	if visitOf(r).secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (s *Server) showPerson(w http.ResponseWriter, r *http.Request, p *person) error {
	return s.personPage(w, r, p, http.StatusOK, "")
}

// personPage shows one of the people, with what is wrong with what was asked for them.
func (s *Server) personPage(w http.ResponseWriter, r *http.Request, p *person, status int, wrong string) error {
	a, err := p.store.Person(r.Context(), accountOf(r))
	if err != nil {
		return err
	}
	people, err := p.store.People(r.Context())
	if err != nil {
		return err
	}
	path := personPath(a.ID)
	b := s.frame(r, p, path)
	l := b.L
	view := clinic.PersonView{
		Base: b, Name: a.Name, You: a.ID == p.Account, Joined: a.Status != account.Invited, Back: pathPeople,
		Facts: []clinic.Fact{
			{Name: l.T("people.login"), Values: []string{a.Login}},
			{Name: l.T("people.role"), Values: []string{roleWord(b, a.Role)}},
			{Name: l.T("people.status"), Values: []string{statusWord(l, a.Status)}},
			{Name: l.T("people.two-steps"), Values: []string{twoSteps(l, a)}},
			{Name: l.T("people.signed-in"), Values: []string{lastSeen(l, a)}},
			{Name: l.T("people.since"), Values: []string{l.Date(local(a.Created))}},
		},
	}
	for _, one := range people {
		if one.ID == a.ID {
			view.Open = int(one.Open)
		}
	}
	if p.Role.Covers(a.Role) {
		role := roles(b, p, a.Role)
		view.Role, view.SetRole = &role, path+"/role"
		switch {
		case view.You:
		case a.Status == account.Disabled:
			view.Enable, view.Reset = path+"/enable", path+"/reset"
		default:
			view.Disable, view.Reset = path+"/disable", path+"/reset"
		}
	}
	if wrong != "" {
		view.Faults = []page.Fault{{Field: fieldRole, Text: wrong}}
		if view.Role != nil {
			view.Role.Faults = view.Faults
		}
	} else if view.Notice, err = s.wasDone(r, p, l); err != nil {
		return err
	}
	return s.render(w, status, clinic.Person(view))
}

// managed goes back to a person's page after something was done with their account, or says why it was not.
func (s *Server) managed(w http.ResponseWriter, r *http.Request, p *person, err error, done string) error {
	if errors.Is(err, account.ErrLastAdmin) {
		return s.personPage(w, r, p, http.StatusUnprocessableEntity, s.door(r, "").L.T("fault.last-admin"))
	}
	if err != nil {
		return err
	}
	return s.doneAt(w, r, p, done, personPath(accountOf(r)))
}

func (s *Server) setRole(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	role, ok := account.ParseRole(r.PostForm.Get(fieldRole))
	if !ok {
		return s.personPage(w, r, p, http.StatusUnprocessableEntity, s.door(r, "").L.T("fault.role"))
	}
	err := p.store.SetRole(r.Context(), accountOf(r), role)
	if err == nil && accountOf(r) == p.Account && !role.May(account.ManagePeople) {
		return redirect(w, pathQueue) // they gave up the right to see the page they were on
	}
	return s.managed(w, r, p, err, "person.role.done")
}

func (s *Server) disable(w http.ResponseWriter, r *http.Request, p *person) error {
	return s.managed(w, r, p, p.store.Disable(r.Context(), accountOf(r)), "person.disabled")
}

func (s *Server) enable(w http.ResponseWriter, r *http.Request, p *person) error {
	return s.managed(w, r, p, p.store.Enable(r.Context(), accountOf(r)), "person.enabled")
}

func (s *Server) reset(w http.ResponseWriter, r *http.Request, p *person) error {
	a, err := p.store.Person(r.Context(), accountOf(r))
	if err != nil {
		return err
	}
	token := account.NewToken()
	if err := p.store.Reset(r.Context(), a.ID, account.HashToken(token)); err != nil {
		return s.managed(w, r, p, err, "")
	}
	return s.giveLink(w, r, p, oneTimeLink{account.ResetLink, token, a.Name, personPath(a.ID)})
}
