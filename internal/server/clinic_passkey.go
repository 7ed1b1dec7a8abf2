package server

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/page"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Addresses for passkeys.
const (
	pathByPasskey     = pathSignIn + "/passkey"
	pathBeginPasskey  = pathMe + "/passkeys/begin"
	pathNewPasskey    = pathMe + "/passkeys/new"
	pathRemovePasskey = pathMe + "/passkeys/remove"
)

// Fields and session data of passkeys.
const (
	fieldCredential      = "credential"
	fieldChallenge       = "challenge"
	fieldPasskey         = "passkey"
	fieldPasskeyName     = "passkey-name"
	fieldPasskeyPassword = "password-passkey"
	dataPasskey          = "passkey"         // what the new passkey is checked against
	dataPasskeyOptions   = "passkey-options" // what the browser is asked
)

// challengeLife is how long a page of the door can be used with a passkey.
const challengeLife = 30 * time.Minute

// relyingParty is who we are to passkeys, or nil where there can be none: they are bound to a host name, and browsers use
// them over TLS only, or on this very machine.
func (s *Server) relyingParty(r *http.Request) *webauthn.WebAuthn {
	origin := s.BaseURL
	if origin == nil {
		origin = &url.URL{Scheme: "http", Host: r.Host}
		if visitOf(r).secure {
			origin.Scheme = "https"
		}
		if origin.Hostname() != "localhost" {
			return nil // a name that the operator has not set may be anybody's
		}
	}
	host := origin.Hostname()
	if net.ParseIP(host) != nil || origin.Scheme != "https" && host != "localhost" {
		return nil
	}
	party, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Ekbom", RPOrigins: []string{origin.String()}, AttestationPreference: protocol.PreferNoAttestation,
		// It stands for both steps: the key is what they have, and they show it that they are themselves.
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		s.Log.Error("passkeys", "error", err.Error())
		return nil
	}
	return party
}

// keyHolder is a person as passkeys know them.
type keyHolder struct {
	account account.Account
	keys    []webauthn.Credential
}

// WebAuthnID and the rest are what the library asks of a person.
func (h *keyHolder) WebAuthnID() []byte                         { return []byte(h.account.ID) }
func (h *keyHolder) WebAuthnName() string                       { return h.account.Login }
func (h *keyHolder) WebAuthnDisplayName() string                { return h.account.Name }
func (h *keyHolder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// sealedChallenge is a challenge as it waits in the page of the door. It works once, and not for long.
type sealedChallenge struct {
	Session webauthn.SessionData
	At      time.Time
}

const challengeOwner account.ID = "passkey challenge" // no account has this id

// passkeyForm lets a browser sign in with a passkey; nil where it cannot.
func (s *Server) passkeyForm(r *http.Request) *clinic.PasskeyForm {
	party := s.relyingParty(r)
	if party == nil {
		return nil
	}
	asked, session, err := party.BeginDiscoverableLogin()
	if err != nil {
		s.Log.Error("passkeys", "error", err.Error())
		return nil
	}
	options, err := json.Marshal(asked.Response)
	if err != nil {
		return nil
	}
	sealed, err := json.Marshal(sealedChallenge{*session, s.Now()})
	if err != nil {
		return nil
	}
	return &clinic.PasskeyForm{
		Action: pathByPasskey, Options: string(options), Challenge: base64.StdEncoding.EncodeToString(s.vault.Seal(challengeOwner, sealed)),
	}
}

// challenge opens a challenge that a page of the door has sent back, and uses it up.
func (s *Server) challenge(r *http.Request) (webauthn.SessionData, error) {
	var c sealedChallenge
	sealed, err := base64.StdEncoding.DecodeString(r.PostForm.Get(fieldChallenge))
	if err != nil {
		return c.Session, errWrongPasskey
	}
	raw, err := s.vault.Open(challengeOwner, sealed)
	if err != nil || json.Unmarshal(raw, &c) != nil || s.Now().Sub(c.At).Abs() > challengeLife {
		return c.Session, errWrongPasskey
	}
	n, err := s.Store.Attempt(r.Context(), s.vault.Attempts("challenge", c.Session.Challenge), s.Now(), 2*challengeLife)
	if err == nil && n > 1 {
		err = errWrongPasskey
	}
	return c.Session, err
}

var errWrongPasskey = errors.New("passkey not accepted")

// signInByPasskey lets somebody in whose passkey signs our challenge.
func (s *Server) signInByPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	party := s.relyingParty(r)
	if party == nil {
		return errNoPage
	}
	refuse := func(status int, text string) error {
		view := s.signInView(r, r.PostForm)
		view.Faults = []page.Fault{{Field: fieldLogin, Text: text}}
		return s.render(w, status, clinic.SignIn(view))
	}
	l := s.door(r, "").L
	tries := []try{{s.vault.Attempts("passkey", s.networkOf(r)), tryNetwork}}
	if wait, err := s.count(r, tries); err != nil {
		return err
	} else if wait > 0 {
		return refuse(http.StatusTooManyRequests, l.N("door.wait", minutes(wait)))
	}
	a, err := s.checkPasskey(r, party)
	if errors.Is(err, errWrongPasskey) {
		if a.ID != "" {
			if err := s.Store.SignInFailed(r.Context(), a, s.Now(), "passkey"); err != nil {
				return err
			}
		}
		return refuse(http.StatusUnprocessableEntity, l.T("door.passkey.wrong"))
	}
	if err != nil {
		return err
	}
	if err := s.forgive(r, tries); err != nil {
		return err
	}
	data := carriedData(r.PostForm)
	if err := s.startSession(w, r, a, store.StageFull, data); err != nil {
		return err
	}
	return redirect(w, arrive(data))
}

// checkPasskey gives whose passkey has signed. With errWrongPasskey it gives whose it would have been, if that is known.
func (s *Server) checkPasskey(r *http.Request, party *webauthn.WebAuthn) (account.Account, error) {
	session, err := s.challenge(r)
	if err != nil {
		return account.Account{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(r.PostForm.Get(fieldCredential)))
	if err != nil {
		return account.Account{}, errWrongPasskey
	}
	var broken error // of ours, not of the passkey
	var known store.Passkey
	var cred store.Credentials
	_, signed, err := party.ValidatePasskeyLogin(func(id, handle []byte) (webauthn.User, error) {
		var key webauthn.Credential
		if known, broken = s.Store.Passkey(r.Context(), id); broken != nil {
			return nil, broken
		}
		if string(handle) != string(known.Account) {
			return nil, errWrongPasskey
		}
		if cred, broken = s.Store.Credentials(r.Context(), known.Account); broken != nil {
			return nil, broken
		}
		if broken = json.Unmarshal(known.Data, &key); broken != nil {
			return nil, broken
		}
		return &keyHolder{cred.Account, []webauthn.Credential{key}}, nil
	}, session, parsed)
	switch {
	case errors.Is(broken, store.ErrNotFound):
		return account.Account{}, errWrongPasskey
	case broken != nil:
		return account.Account{}, fmt.Errorf("passkey: %w", broken)
	case err != nil, signed.Authenticator.CloneWarning, cred.Account.Status != account.Active:
		return cred.Account, errWrongPasskey
	}
	if known.Data, err = json.Marshal(signed); err != nil {
		return account.Account{}, fmt.Errorf("passkey: %w", err)
	}
	known.Used = s.Now()
	switch err := s.Store.UsePasskey(r.Context(), known); {
	case errors.Is(err, store.ErrNotFound):
		return cred.Account, errWrongPasskey // taken away in this very moment
	case err != nil:
		return account.Account{}, err
	}
	return cred.Account, nil
}

// beginPasskey asks the password, and makes what a new passkey is made from.
func (s *Server) beginPasskey(w http.ResponseWriter, r *http.Request, p *person) error {
	party := s.relyingParty(r)
	if party == nil {
		return errNoPage
	}
	ok, err := s.confirmed(w, r, p, fieldPasskeyPassword, "me.confirm.wrong")
	if !ok || err != nil {
		return err
	}
	all, err := p.store.Passkeys(r.Context())
	if err != nil {
		return err
	}
	holder := &keyHolder{account: p.account}
	for _, k := range all {
		var key webauthn.Credential
		if err := json.Unmarshal(k.Data, &key); err != nil {
			return fmt.Errorf("passkey: %w", err)
		}
		holder.keys = append(holder.keys, key)
	}
	asked, session, err := party.BeginRegistration(holder, webauthn.WithExclusions(webauthn.Credentials(holder.keys).CredentialDescriptors()))
	if err != nil {
		return fmt.Errorf("passkey: %w", err)
	}
	p.in.set(dataBegun, strconv.FormatInt(s.Now().Unix(), 10))
	for name, value := range map[string]any{dataPasskey: session, dataPasskeyOptions: asked.Response} {
		raw, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("passkey: %w", err)
		}
		p.in.set(name, string(raw))
	}
	if err := s.saveData(r, p.in); err != nil {
		return err
	}
	return redirect(w, pathNewPasskey)
}

func (s *Server) showNewPasskey(w http.ResponseWriter, r *http.Request, p *person) error {
	if !s.begun(p, dataPasskey) {
		return redirect(w, pathMe)
	}
	return s.drawNewPasskey(w, r, p, http.StatusOK, "")
}

func (s *Server) drawNewPasskey(w http.ResponseWriter, r *http.Request, p *person, status int, fault string) error {
	b := s.frame(r, p, pathNewPasskey)
	view := clinic.PasskeyView{
		Base: b, Action: pathNewPasskey, Options: p.in.Data[dataPasskeyOptions], Back: pathMe,
		Name: clinic.Field{
			ID: fieldPasskeyName, Name: fieldPasskeyName, Label: b.L.T("passkey.name"), Hint: b.L.T("passkey.name.hint"), Value: device(b, r.UserAgent()),
		},
	}
	if fault != "" {
		view.Faults = []page.Fault{{Field: fieldPasskeyName, Text: fault}}
	}
	return s.render(w, status, clinic.Passkey(view))
}

// savePasskey keeps a passkey that the browser has made.
func (s *Server) savePasskey(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	party := s.relyingParty(r)
	var session webauthn.SessionData
	if party == nil || !s.begun(p, dataPasskey) || json.Unmarshal([]byte(p.in.Data[dataPasskey]), &session) != nil {
		return redirect(w, pathMe)
	}
	l := s.frame(r, p, pathNewPasskey).L
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(r.PostForm.Get(fieldCredential)))
	if err != nil {
		return s.drawNewPasskey(w, r, p, http.StatusUnprocessableEntity, l.T("passkey.failed"))
	}
	key, err := party.CreateCredential(&keyHolder{account: p.account}, session, parsed)
	if err != nil {
		return s.drawNewPasskey(w, r, p, http.StatusUnprocessableEntity, l.T("passkey.failed"))
	}
	// Once each: what has been checked is not checked again.
	delete(p.in.Data, dataPasskey)
	delete(p.in.Data, dataPasskeyOptions)
	name := cutTo(account.Tidy(r.PostForm.Get(fieldPasskeyName)), account.NameLength)
	if name == "" {
		name = device(s.frame(r, p, pathMe), r.UserAgent())
	}
	raw, err := json.Marshal(key)
	if err != nil {
		return fmt.Errorf("passkey: %w", err)
	}
	switch err := p.store.AddPasskey(r.Context(), store.Passkey{ID: key.ID, Name: name, Data: raw}); {
	case errors.Is(err, store.ErrConflict):
		return s.done(w, r, p.in, "me.passkeys.full")
	case err != nil:
		return err
	}
	return s.done(w, r, p.in, "me.passkeys.added")
}

func (s *Server) removePasskey(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := readForm(r); err != nil {
		return err
	}
	id, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(r.PostForm.Get(fieldPasskey)))
	if err != nil {
		return errBadForm
	}
	// One that is gone already is as good.
	if err := p.store.RemovePasskey(r.Context(), id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return s.done(w, r, p.in, "me.passkeys.removed")
}

// ownPasskeys lists the person's passkeys for their own page.
func (s *Server) ownPasskeys(r *http.Request, p *person, b clinic.Base) ([]clinic.OwnPasskey, error) {
	all, err := p.store.Passkeys(r.Context())
	if err != nil {
		return nil, err
	}
	var list []clinic.OwnPasskey
	for _, k := range all {
		one := clinic.OwnPasskey{ID: base64.RawURLEncoding.EncodeToString(k.ID), Name: k.Name, Added: b.L.DateTime(local(k.Created)), Used: b.L.T("me.passkeys.never")}
		if !k.Used.IsZero() {
			one.Used = b.L.DateTime(local(k.Used))
		}
		list = append(list, one)
	}
	return list, nil
}
