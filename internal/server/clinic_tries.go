package server

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"ekbom/internal/account"

	"github.com/go-chi/chi/v5/middleware"
)

// try is one count that an attempt adds to.
type try struct {
	key  []byte
	most int
}

// Tries within the window before somebody has to wait.
const (
	tryWindow   = 15 * time.Minute
	tryLogin    = 10 // of one name from one network
	tryNetwork  = 60 // of all names from one network: a clinic may have but one address
	tryDevice   = 20 // of one name from a browser that it was signed in from before
	tryCode     = 20 // codes of one account from elsewhere: whoever tries them knows the password
	trySend     = 60 // sendings from one network: a program must not bury the queue of a clinic
	deviceMarks = 8  // how many people's marks one browser carries
)

// tries says what an attempt adds to. A browser in which the account was signed in before has a count of its own: strangers
// who try the name again and again, from wherever, keep nobody out of their own account there.
func (s *Server) tries(r *http.Request, step, login string, id account.ID) []try {
	for _, mark := range s.devices(r) {
		if id != "" && s.vault.KnowsDevice(id, mark, s.Now()) {
			return []try{{s.vault.Attempts(step, "device", string(id), mark), tryDevice}}
		}
	}
	from := s.networkOf(r)
	if step == "code" {
		return []try{{s.vault.Attempts(step, "account", string(id)), tryCode}}
	}
	return []try{
		{s.vault.Attempts(step, "login", login, from), tryLogin},
		{s.vault.Attempts(step, "network", from), tryNetwork},
	}
}

// count adds an attempt, and says how long to wait when there were too many. The widest count comes first: where it is full,
// names that a stranger makes up leave nothing in the store.
func (s *Server) count(r *http.Request, tries []try) (wait time.Duration, err error) {
	for _, t := range slices.Backward(tries) {
		n, err := s.Store.Attempt(r.Context(), t.key, s.Now(), tryWindow)
		if err != nil {
			return 0, err
		}
		if n > t.most {
			return tryWindow, nil
		}
	}
	return 0, nil
}

// forgive takes back an attempt that succeeded.
func (s *Server) forgive(r *http.Request, tries []try) error {
	for i, t := range tries {
		forget := s.Store.Forgive
		if i == 0 {
			forget = s.Store.Forget
		}
		if err := forget(r.Context(), t.key); err != nil {
			return err
		}
	}
	return nil
}

func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// Names of the cookie that marks a browser as one where people have signed in.
const (
	deviceCookieSecure = "__Host-ekbom-device"
	deviceCookiePlain  = "ekbom-device"
	deviceCookieLife   = 180 * day
)

func deviceCookieName(r *http.Request) string {
	if visitOf(r).secure {
		return deviceCookieSecure
	}
	return deviceCookiePlain
}

// devices gives the marks that a browser carries.
func (s *Server) devices(r *http.Request) []string {
	value := cookieValue(r, deviceCookieName(r))
	if value == "" || len(value) > 2000 {
		return nil
	}
	marks := strings.Split(value, "!")
	return marks[:min(len(marks), deviceMarks)]
}

// markDevice marks the browser as one where this account has signed in.
func (s *Server) markDevice(w http.ResponseWriter, r *http.Request, id account.ID) {
	marks := []string{s.vault.Device(id, s.Now())}
	for _, m := range s.devices(r) {
		if len(marks) < deviceMarks && !s.vault.KnowsDevice(id, m, s.Now()) {
			marks = append(marks, m)
		}
	}
	http.SetCookie(w, &http.Cookie{
		Name: deviceCookieName(r), Value: strings.Join(marks, "!"), Path: "/", MaxAge: int(deviceCookieLife.Seconds()),
		Secure: visitOf(r).secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// networkOf is where a request comes from.
func (s *Server) networkOf(r *http.Request) string {
	if ip := middleware.GetClientIP(r.Context()); ip != "" {
		return network(ip)
	}
	return network(r.RemoteAddr)
}
