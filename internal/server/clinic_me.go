package server

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/page"
)

// Addresses of the person's own page.
const (
	pathOwnPassword = pathMe + "/password"
	pathSteps       = pathMe + "/second-step"
	pathBeginSteps  = pathMe + "/second-step/begin"
	pathStepsOff    = pathMe + "/second-step/off"
	pathRecovery    = pathMe + "/recovery"
	pathRecoveryGot = pathMe + "/recovery/kept"
	pathEndSession  = pathMe + "/sessions/end"
	pathEndOthers   = pathMe + "/sessions/end-others"
)

// meTable lists what everybody who is signed in may do with their own account.
func (s *Server) meTable() []staffRoute {
	return []staffRoute{
		{"GET", pathMe, account.OwnAccount, s.showMe},
		{"POST", pathOwnPassword, account.OwnAccount, s.changePassword},
		{"POST", pathBeginSteps, account.OwnAccount, s.beginSteps},
		{"GET", pathSteps, account.OwnAccount, s.showSteps},
		{"POST", pathSteps, account.OwnAccount, s.saveSteps},
		{"POST", pathStepsOff, account.OwnAccount, s.turnOffSteps},
		{"GET", pathRecovery, account.OwnAccount, s.showRecovery},
		{"POST", pathRecovery, account.OwnAccount, s.renewRecovery},
		{"POST", pathRecoveryGot, account.OwnAccount, s.keptRecovery},
		{"POST", pathEndSession, account.OwnAccount, s.endOwnSession},
		{"POST", pathEndOthers, account.OwnAccount, s.endOtherSessions},
		{"POST", pathBeginPasskey, account.OwnAccount, s.beginPasskey},
		{"GET", pathNewPasskey, account.OwnAccount, s.showNewPasskey},
		{"POST", pathNewPasskey, account.OwnAccount, s.savePasskey},
		{"POST", pathRemovePasskey, account.OwnAccount, s.removePasskey},
		{"POST", pathStay, account.OwnAccount, s.stay},
	}
}

// Fields of the own page.
const (
	fieldOld     = "old-password"
	fieldNew     = "new-password"
	fieldConfirm = "password"
	fieldOff     = "password-off"
	fieldSession = "session"
)

func (s *Server) showMe(w http.ResponseWriter, r *http.Request, p *person) error {
	view, err := s.meView(r, p)
	if err != nil {
		return err
	}
	if done := p.in.Data[dataNotice]; done != "" {
		view.Notice = view.L.T(done)
		delete(p.in.Data, dataNotice)
		if err := s.saveData(r, p.in); err != nil {
			return err
		}
	}
	return s.render(w, http.StatusOK, clinic.Me(view))
}

func (s *Server) meView(r *http.Request, p *person) (clinic.MeView, error) {
	b := s.frame(r, p, pathMe)
	cred, err := p.store.Me(r.Context())
	if err != nil {
		return clinic.MeView{}, err
	}
	all, err := p.store.Sessions(r.Context(), s.Now().Add(-staffIdle))
	if err != nil {
		return clinic.MeView{}, err
	}
	secret := func(id, label, complete string) clinic.Field {
		return clinic.Field{ID: id, Name: id, Label: b.L.T(label), Type: "password", Autocomplete: complete}
	}
	view := clinic.MeView{
		Base: b, TwoSteps: cred.Secret != nil, Required: cred.Clinic.TwoSteps, Recovery: cred.Recovery,
		Actions: clinic.MeActions{
			Password: pathOwnPassword, Enrol: pathBeginSteps, Off: pathStepsOff, Recovery: pathRecovery, End: pathEndSession, EndOthers: pathEndOthers,
			AddPasskey: pathBeginPasskey, RemovePasskey: pathRemovePasskey,
		},
		Facts: []clinic.Fact{
			{Name: b.L.T("me.name"), Values: []string{cred.Account.Name}},
			{Name: b.L.T("me.login"), Values: []string{cred.Account.Login}},
			{Name: b.L.T("me.role"), Values: []string{b.Role}},
			{Name: b.L.T("me.clinic"), Values: []string{cred.Clinic.Name}},
		},
		Old:     secret(fieldOld, "me.password.old", "current-password"),
		New:     secret(fieldNew, "me.password.new", "new-password"),
		Confirm: secret(fieldConfirm, "me.confirm", "current-password"),
		Passkey: secret(fieldPasskeyPassword, "me.confirm", "current-password"),
		Off:     secret(fieldOff, "me.confirm", "current-password"),
		Columns: []clinic.Column{
			{Name: b.L.T("me.sessions.device")}, {Name: b.L.T("me.sessions.network")}, {Name: b.L.T("me.sessions.started")},
			{Name: b.L.T("me.sessions.seen")}, {Name: b.L.T("me.sessions.act"), Silent: true},
		},
	}
	view.PasskeyColumns = []clinic.Column{
		{Name: b.L.T("me.passkeys.name")}, {Name: b.L.T("me.passkeys.created")}, {Name: b.L.T("me.sessions.seen")}, {Name: b.L.T("me.passkeys.remove"), Silent: true},
	}
	view.CanAddPasskey = s.relyingParty(r) != nil
	if view.Passkeys, err = s.ownPasskeys(r, p, b); err != nil {
		return clinic.MeView{}, err
	}
	view.New.Hint = b.L.T("welcome.password.hint", "least", account.PasswordLeast)
	for _, one := range all {
		view.Sessions = append(view.Sessions, clinic.OwnSession{
			ID: sessionID(one), Device: device(b, one.Agent), Network: one.Network, Started: b.L.DateTime(local(one.Created)),
			Seen: b.L.DateTime(local(one.Seen)), This: sessionID(one) == sessionID(p.in.Session),
		})
	}
	return view, nil
}

// sessionID names one of the person's own sessions in a form. It opens nothing.
func sessionID(one store.Session) string { return base64.RawURLEncoding.EncodeToString(one.TokenHash) }

// device tells a browser from what it calls itself.
func device(b clinic.Base, agent string) string {
	if agent == "" {
		return b.L.T("device.unknown")
	}
	// Most browsers call themselves others', too: the first that matches is right.
	first := func(names ...string) string {
		for i := 0; i+1 < len(names); i += 2 {
			if strings.Contains(agent, names[i]) {
				return names[i+1]
			}
		}
		return ""
	}
	browser := first("Edg", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet", "YaBrowser", "Yandex", "Firefox/", "Firefox",
		"FxiOS", "Firefox", "CriOS", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari")
	if browser == "" {
		browser = b.L.T("device.browser")
	}
	system := first("Windows", "Windows", "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "CrOS", "ChromeOS", "Mac OS X", "macOS", "Linux", "Linux")
	if system == "" {
		return browser
	}
	return b.L.T("device", "browser", browser, "system", system)
}

// refuseMe shows the own page with what is wrong with one of its fields.
func (s *Server) refuseMe(w http.ResponseWriter, r *http.Request, p *person, status int, field, text string) error {
	view, err := s.meView(r, p)
	if err != nil {
		return err
	}
	view.Faults = []page.Fault{{Field: field, Text: text}}
	for _, f := range []*clinic.Field{&view.Old, &view.New, &view.Confirm, &view.Off, &view.Passkey} {
		if f.ID == field {
			f.Faults = view.Faults
		}
	}
	return s.render(w, status, clinic.Me(view))
}

// done goes back to the own page, which says what was done.
func (s *Server) done(w http.ResponseWriter, r *http.Request, in *signedIn, notice string) error {
	in.set(dataNotice, notice)
	if err := s.saveData(r, in); err != nil {
		return err
	}
	return redirect(w, pathMe)
}

// confirmed asks for the person's password again, so that a desk left alone gives away neither account nor second step. When
// it is not theirs, the page has said so.
func (s *Server) confirmed(w http.ResponseWriter, r *http.Request, p *person, field, wrong string) (bool, error) {
	if err := readForm(r); err != nil {
		return false, err
	}
	cred, err := p.store.Me(r.Context())
	if err != nil {
		return false, err
	}
	tries := []try{{s.vault.Attempts("confirm", string(p.Account)), tryLogin}}
	l := s.frame(r, p, pathMe).L
	if wait, err := s.count(r, tries); err != nil {
		return false, err
	} else if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		return false, s.refuseMe(w, r, p, http.StatusTooManyRequests, field, l.N("door.wait", minutes(wait)))
	}
	matches, _, err := s.matches(r, r.PostForm.Get(field), cred.Password)
	if err != nil {
		return false, err
	}
	if !matches {
		return false, s.refuseMe(w, r, p, http.StatusUnprocessableEntity, field, l.T(wrong))
	}
	return true, s.forgive(r, tries)
}

func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, p *person) error {
	ok, err := s.confirmed(w, r, p, fieldOld, "me.password.wrong")
	if !ok || err != nil {
		return err
	}
	fresh := r.PostForm.Get(fieldNew)
	if weak := account.Weak(fresh, p.account.Name, p.account.Login, p.clinic.Name); weak != "" {
		return s.refuseMe(w, r, p, http.StatusUnprocessableEntity, fieldNew, passwordFault(s.frame(r, p, pathMe).L, weak))
	}
	hash, err := s.hasher.Hash(r.Context(), fresh)
	if err != nil {
		return err
	}
	if err := p.store.ChangePassword(r.Context(), hash, p.in.TokenHash); err != nil {
		return err
	}
	return s.renewed(w, r, p, "me.password.changed")
}

// renewed gives the browser a new session after what opens the account has changed.
func (s *Server) renewed(w http.ResponseWriter, r *http.Request, p *person, notice string) error {
	p.in.set(dataNotice, notice)
	if err := s.startSession(w, r, p.account, store.StageFull, p.in.Data); err != nil {
		return err
	}
	return redirect(w, pathMe)
}

// beginSteps makes a secret for the second step, for an account without one or with a new phone.
func (s *Server) beginSteps(w http.ResponseWriter, r *http.Request, p *person) error {
	ok, err := s.confirmed(w, r, p, fieldConfirm, "me.confirm.wrong")
	if !ok || err != nil {
		return err
	}
	p.in.set(dataBegun, strconv.FormatInt(s.Now().Unix(), 10))
	p.in.set(dataSecret, base64.StdEncoding.EncodeToString(s.vault.Seal(p.Account, account.NewTOTP())))
	if err := s.saveData(r, p.in); err != nil {
		return err
	}
	return redirect(w, pathSteps)
}

// begun reports whether something is being set up for which the person gave their password not long ago. A desk left alone
// shows no secret for the rest of the session, and takes nobody else's phone or key.
func (s *Server) begun(p *person, what string) bool {
	at, err := strconv.ParseInt(p.in.Data[dataBegun], 10, 64)
	return err == nil && p.in.Data[what] != "" && s.Now().Sub(time.Unix(at, 0)) < halfTime
}

func (s *Server) showSteps(w http.ResponseWriter, r *http.Request, p *person) error {
	if !s.begun(p, dataSecret) {
		return redirect(w, pathMe)
	}
	return s.drawEnrol(w, r, p.in, s.frame(r, p, pathSteps), http.StatusOK, "")
}

func (s *Server) saveSteps(w http.ResponseWriter, r *http.Request, p *person) error {
	if !s.begun(p, dataSecret) {
		return redirect(w, pathMe)
	}
	return s.finishEnrol(w, r, p.in, s.frame(r, p, pathSteps))
}

func (s *Server) turnOffSteps(w http.ResponseWriter, r *http.Request, p *person) error {
	ok, err := s.confirmed(w, r, p, fieldOff, "me.confirm.wrong")
	if !ok || err != nil {
		return err
	}
	if err := p.store.TurnOffTwoSteps(r.Context()); errors.Is(err, store.ErrRequired) {
		return redirect(w, pathMe) // which says so
	} else if err != nil {
		return err
	}
	return s.renewed(w, r, p, "me.steps.off.done")
}

func (s *Server) renewRecovery(w http.ResponseWriter, r *http.Request, p *person) error {
	ok, err := s.confirmed(w, r, p, fieldConfirm, "me.confirm.wrong")
	if !ok || err != nil {
		return err
	}
	codes, hashes := s.newRecovery(p.Account)
	if err := p.store.RenewRecovery(r.Context(), hashes); err != nil {
		return err
	}
	p.in.set(dataCodes, s.sealCodes(p.Account, codes))
	if err := s.saveData(r, p.in); err != nil {
		return err
	}
	return redirect(w, pathRecovery)
}

// showRecovery shows new recovery codes until the person says that they are kept: a page that was lost on the way can be
// loaded again.
func (s *Server) showRecovery(w http.ResponseWriter, r *http.Request, p *person) error {
	sealed, err := base64.StdEncoding.DecodeString(p.in.Data[dataCodes])
	if err != nil || len(sealed) == 0 {
		return redirect(w, pathMe)
	}
	codes, err := s.vault.Open(p.Account, sealed)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, clinic.Recovery(clinic.RecoveryView{
		Base: s.frame(r, p, pathRecovery), Codes: strings.Fields(string(codes)), Action: pathRecoveryGot,
	}))
}

func (s *Server) keptRecovery(w http.ResponseWriter, r *http.Request, p *person) error {
	delete(p.in.Data, dataCodes)
	next := p.in.Data[dataNext]
	delete(p.in.Data, dataNext)
	if next == "" {
		return s.done(w, r, p.in, "me.steps.on.done")
	}
	if err := s.saveData(r, p.in); err != nil {
		return err
	}
	return redirect(w, next)
}

func (s *Server) endOwnSession(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	hash, err := base64.RawURLEncoding.DecodeString(r.PostForm.Get(fieldSession))
	if err != nil {
		return errBadForm
	}
	// One that has ended by itself is as good.
	if err := p.store.EndSession(r.Context(), hash); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return s.done(w, r, p.in, "me.sessions.ended")
}

func (s *Server) endOtherSessions(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := p.store.EndOtherSessions(r.Context(), p.in.TokenHash); err != nil {
		return err
	}
	return s.done(w, r, p.in, "me.sessions.ended")
}

// stay keeps the session alive, as every request does. The script wants no page; without it the person goes on where they
// were.
func (s *Server) stay(w http.ResponseWriter, r *http.Request, p *person) error {
	p.in.Seen = s.Now()
	if err := s.saveData(r, p.in); err != nil {
		return err
	}
	if r.Header.Get("Sec-Fetch-Dest") == "empty" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return redirect(w, s.pageOf(r))
}
