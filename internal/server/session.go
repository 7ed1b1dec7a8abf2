package server

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
)

// session is all that a browser carries: which response is theirs, which edition it is pinned to, and the return code,
// of which the store knows only a hash. It is written anew with every answer saved, so that it lives as long as they do.
// The zero session is none.
type session struct {
	Response questionnaire.ResponseID
	Hash     string
	Code     returncode.Code
	Seen     int // the newest revision that the browser has seen
}

func (s session) none() bool { return s.Response == "" }

// Names of the session cookie. Browsers accept the first only over TLS, from this very host and for all paths.
const (
	cookieSecure = "__Host-ekbom"
	cookiePlain  = "ekbom"
	// Cookies know no ports: an author's server must not write over those of a real one on the same machine.
	cookieAuthor = "ekbom-dev"
)

const sessionKey = "session"

// newSessions keeps sessions in signed and encrypted cookies. They carry no end of their own: a response that is gone
// ends the session, whatever a clock says.
func newSessions(signature, encryption []byte, keep time.Duration) *sessions.CookieStore {
	cs := sessions.NewCookieStore(signature, encryption)
	cs.Options = &sessions.Options{Path: "/", MaxAge: int(keep.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode}
	for _, codec := range cs.Codecs {
		if sc, ok := codec.(*securecookie.SecureCookie); ok {
			sc.MaxAge(0).SetSerializer(sessionText{})
		}
	}
	return cs
}

// sessionText writes the values of a session as four words. It is a tenth of the work and size of the default encoding.
type sessionText struct{}

var errSession = errors.New("not a session")

func (sessionText) Serialize(src any) ([]byte, error) {
	values, ok := src.(map[any]any)
	if !ok {
		return nil, errSession
	}
	v, ok := values[sessionKey].(session)
	if !ok {
		return nil, errSession
	}
	return []byte(strings.Join([]string{string(v.Response), v.Hash, string(v.Code), strconv.Itoa(v.Seen)}, " ")), nil
}

func (sessionText) Deserialize(src []byte, dst any) error {
	values, ok := dst.(*map[any]any)
	words := strings.Split(string(src), " ")
	if !ok || len(words) != 4 {
		return errSession
	}
	seen, err := strconv.Atoi(words[3])
	if err != nil {
		return errSession
	}
	(*values)[sessionKey] = session{
		Response: questionnaire.ResponseID(words[0]), Hash: words[1], Code: returncode.Code(words[2]), Seen: seen,
	}
	return nil
}

func (s *Server) cookieName(r *http.Request) string {
	switch {
	case s.author != nil:
		return cookieAuthor
	case visitOf(r).secure:
		return cookieSecure
	}
	return cookiePlain
}

// session gives this browser's session. A cookie that is forged, cut or from another server is no session.
func (s *Server) session(r *http.Request) session {
	name := s.cookieName(r)
	value := cookieValue(r, name)
	if value == "" {
		return session{}
	}
	// To open a cookie is a third of the work of a page, and the same cookie comes with the next request.
	v, err := s.known.get(knownCookie{name, value}, func() (session, error) {
		sess, err := s.sessions.New(r, name)
		if err != nil {
			return session{}, err
		}
		v, _ := sess.Values[sessionKey].(session)
		return v, nil
	})
	if err != nil {
		return session{}
	}
	return v
}

// knownCookie is a cookie that was written or opened here.
type knownCookie struct{ name, value string }

// cookieValue gives what a cookie holds, without the rest of what http.Request.Cookie makes of it.
func cookieValue(r *http.Request, name string) string {
	for _, line := range r.Header["Cookie"] {
		for part := range strings.SplitSeq(line, ";") {
			if value, ok := strings.CutPrefix(strings.TrimSpace(part), name); ok && strings.HasPrefix(value, "=") {
				return strings.Clone(value[1:]) // the line holds more, and the value may be kept
			}
		}
	}
	return ""
}

// keepSession gives the browser a session.
func (s *Server) keepSession(w http.ResponseWriter, r *http.Request, v session) error {
	name := s.cookieName(r)
	value, err := securecookie.EncodeMulti(name, map[any]any{sessionKey: v}, s.sessions.Codecs...)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	s.known.keep(knownCookie{name, value}, v)
	options := *s.sessions.Options
	options.Secure = visitOf(r).secure
	http.SetCookie(w, sessions.NewCookie(name, value, &options))
	return nil
}

// endSession takes the session from the browser.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request) {
	options := *s.sessions.Options
	options.Secure = visitOf(r).secure
	options.MaxAge = -1
	http.SetCookie(w, sessions.NewCookie(s.cookieName(r), "", &options))
}
