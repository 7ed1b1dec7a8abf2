package server

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/store"

	"github.com/gorilla/sessions"
)

// How long a person of a clinic stays signed in.
const (
	staffIdle     = 30 * time.Minute // without doing anything
	staffMost     = 12 * time.Hour   // whatever they do
	staffSeenStep = time.Minute      // the moment last seen is kept this exactly
)

// Names of the cookie of a signed-in person.
const (
	staffCookieSecure = "__Host-ekbom-clinic"
	staffCookiePlain  = "ekbom-clinic"
)

func staffCookieName(r *http.Request) string {
	if visitOf(r).secure {
		return staffCookieSecure
	}
	return staffCookiePlain
}

// staffSessions keeps sessions of staff in the store. The browser holds a random token, the store its hash: nobody who reads
// the database can sign in with what it finds, and a session can be ended from anywhere.
type staffSessions struct {
	store *store.Store
	now   func() time.Time
}

// signedIn is what a session's Values hold under signedInKey.
type signedIn struct {
	store.Session
	account account.Account
	clinic  account.Clinic
}

const signedInKey = "signed-in"

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Get gives the session of a request, the same one each time.
func (ss *staffSessions) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(ss, name)
}

// New reads the session of the request's cookie. A token that is not known, or no longer good, gives a new session, and is
// never adopted.
func (ss *staffSessions) New(r *http.Request, name string) (*sessions.Session, error) {
	sess := sessions.NewSession(ss, name)
	sess.IsNew = true
	sess.Options = &sessions.Options{Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: visitOf(r).secure, MaxAge: int(staffMost.Seconds())}
	token := cookieValue(r, name)
	if token == "" || len(token) > 64 {
		return sess, nil
	}
	now := ss.now()
	found, a, c, err := ss.store.SignedIn(r.Context(), hashToken(token), now, now.Add(-staffIdle))
	if errors.Is(err, store.ErrNotFound) {
		return sess, nil
	}
	if err != nil {
		return sess, err
	}
	sess.ID, sess.IsNew = token, false
	sess.Values[signedInKey] = &signedIn{found, a, c}
	return sess, nil
}

// Save writes a session. A new one, and one whose ID was taken away, gets a new token; the old one ends. MaxAge below zero
// ends it.
func (ss *staffSessions) Save(r *http.Request, w http.ResponseWriter, sess *sessions.Session) error {
	in, _ := sess.Values[signedInKey].(*signedIn)
	if in == nil {
		return errors.New("session: nobody is signed in")
	}
	switch {
	case sess.Options.MaxAge < 0:
		if err := ss.store.EndSession(r.Context(), in.TokenHash); err != nil {
			return err
		}
		http.SetCookie(w, sessions.NewCookie(sess.Name(), "", sess.Options))
		return nil
	case sess.ID != "":
		return ss.store.SaveSession(r.Context(), in.Session)
	}
	token := rand.Text()
	replaced := in.TokenHash
	in.TokenHash = hashToken(token)
	if err := ss.store.CreateSession(r.Context(), in.Session, replaced); err != nil {
		return err
	}
	sess.ID, sess.IsNew = token, false
	http.SetCookie(w, sessions.NewCookie(sess.Name(), token, sess.Options))
	return nil
}

// person is somebody of a clinic who is signed in, for the time of one request.
type person struct {
	account.Principal
	account account.Account
	clinic  account.Clinic
	session *sessions.Session
	in      *signedIn
	store   *store.Staff
}

// errSignedOut says that nobody is signed in, or no longer.
var errSignedOut = errors.New("not signed in")

// person gives who is signed in, or errSignedOut.
func (s *Server) person(r *http.Request) (*person, error) {
	sess, err := s.staffSessions.Get(r, staffCookieName(r))
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	in, _ := sess.Values[signedInKey].(*signedIn)
	if in == nil || in.Stage != store.StageFull {
		return nil, errSignedOut
	}
	now := s.Now()
	who := account.Principal{Account: in.account.ID, Clinic: in.clinic.ID, Name: in.account.Name, Role: in.account.Role}
	p := &person{Principal: who, account: in.account, clinic: in.clinic, session: sess, in: in, store: s.Store.Staff(who, now)}
	// What a page asks by itself does not keep anybody signed in.
	if now.Sub(in.Seen) >= staffSeenStep && r.URL.Path != pathQueueNew {
		in.Seen = now
		if err := s.Store.SaveSession(r.Context(), in.Session); err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("session: %w", err)
		}
	}
	return p, nil
}

// network is where a request comes from, as far as a session's list and a count of tries need it: an address, or an IPv6
// network as small as a home has.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		host, _, splitErr := net.SplitHostPort(address)
		if splitErr != nil {
			return ""
		}
		if ip, err = netip.ParseAddr(host); err != nil {
			return ""
		}
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
