package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ekbom/web/page"
	"ekbom/web/static"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"
	"github.com/klauspost/compress/gzhttp"
)

// visit is one request and its answer: what the handlers need to know and what the logs are told. It is the request's own
// context too, so that one value does what three would.
type visit struct {
	http.ResponseWriter
	context.Context
	routing  *chi.Context
	id       string // request id
	route    string // pattern, never the address
	secure   bool   // the browser came by TLS
	language *language
	person   *person // of a clinic, once known
	status   int
	wrote    bool
}

type visitKey struct{}

// Value finds the visit itself and the router's state.
func (v *visit) Value(key any) any {
	switch key {
	case visitKey{}:
		return v
	case chi.RouteCtxKey:
		return v.routing
	}
	return v.Context.Value(key)
}

func visitOf(r *http.Request) *visit { return r.Context().Value(visitKey{}).(*visit) }

func (v *visit) WriteHeader(status int) {
	if !v.wrote {
		v.wrote, v.status = true, status
	}
	v.ResponseWriter.WriteHeader(status)
}

func (v *visit) Write(b []byte) (int, error) {
	v.wrote = true
	return v.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (v *visit) Unwrap() http.ResponseWriter { return v.ResponseWriter }

const (
	bodyLimit  = 64 << 10
	staffLimit = 256 << 10 // a note may be long, and is many bytes a sign in some scripts
	fieldLimit = 200       // a form has as many fields as a question has options, and a few more
)

// front is everything that happens to each request before its route is looked up.
func (s *Server) front(next http.Handler) http.Handler {
	next = s.protect(next)
	noPage := s.serve(route{pattern: "none", handle: func(http.ResponseWriter, *http.Request) error { return errNoPage }})
	tooLarge := s.serve(route{pattern: "none", handle: func(http.ResponseWriter, *http.Request) error { return errTooLarge }})
	visited := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		routing := s.routing.Get().(*chi.Context)
		defer s.routing.Put(routing)
		routing.Reset()
		v := &visit{
			ResponseWriter: w, Context: r.Context(), routing: routing,
			id: s.requestID(r), secure: s.isSecure(r), status: http.StatusOK, route: "none",
		}
		r = r.WithContext(v)
		s.secureHeaders(v)
		v.language = s.languageOf(r)
		if !storable(r.URL.Path) {
			noPage.ServeHTTP(v, r)
			return
		}
		limit := int64(bodyLimit)
		if onClinicSide(r) {
			limit = staffLimit
		}
		if r.ContentLength > limit {
			tooLarge.ServeHTTP(v, r)
			return
		}
		if r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(v, r.Body, limit)
		}
		if s.switchLanguage(v, r) {
			return
		}
		next.ServeHTTP(v, r)
	})
	// The length of a compressed page could tell a listener about its secrets; the jitter hides it (BREACH). Pages this small get
	// a tenth smaller by gzip than by the library's zstd, which a phone on a slow line notices.
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(600), gzhttp.EnableZstd(false), gzhttp.CompressionLevel(7), gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		panic(err) // constant options
	}
	compressed := compress(visited)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header["Accept-Encoding"]) > 0 {
			compressed.ServeHTTP(w, r)
			return
		}
		w.Header()["Vary"] = headerVary
		visited.ServeHTTP(w, r)
	})
}

// protect refuses forms sent from other sites.
func (s *Server) protect(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	if s.BaseURL != nil {
		if err := protection.AddTrustedOrigin(s.BaseURL.String()); err != nil {
			panic(err) // config let through only scheme and host
		}
	}
	protection.SetDenyHandler(s.serve(route{pattern: "none", privacy: personal,
		handle: func(http.ResponseWriter, *http.Request) error { return errForeign }}))
	return protection.Handler(next)
}

// Header values are shared between answers; nothing adds to them.
var (
	headerCSP = []string{"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; " +
		"base-uri 'none'; frame-ancestors 'none'"}
	// A script on a clinic's pages keeps the session alive.
	headerStaffCSP = []string{headerCSP[0] + "; connect-src 'self'"}
	headerNosniff  = []string{"nosniff"}
	// Not no-referrer: with that, browsers without Sec-Fetch-Site (phones of before 2023) send "Origin: null" with our own
	// forms, and CrossOriginProtection would lock their owners out. No address of ours holds anything personal anyway.
	headerReferrer    = []string{"same-origin"}
	headerPermissions = []string{"camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"}
	headerSameOrigin  = []string{"same-origin"}
	headerHSTS        = []string{"max-age=31536000"}
	headerNoStore     = []string{"no-store"}
	headerNoCache     = []string{"private, no-cache"}
	headerNoIndex     = []string{"noindex, nofollow"}
	headerVary        = []string{"Accept-Encoding"}
)

func (s *Server) secureHeaders(v *visit) {
	h := v.Header()
	h["Content-Security-Policy"] = headerCSP
	h["X-Content-Type-Options"] = headerNosniff
	h["Referrer-Policy"] = headerReferrer
	h["Permissions-Policy"] = headerPermissions
	h["Cross-Origin-Opener-Policy"] = headerSameOrigin
	h["Cross-Origin-Resource-Policy"] = headerSameOrigin
	h["X-Request-Id"] = []string{v.id}
	if v.secure {
		h["Strict-Transport-Security"] = headerHSTS
	}
}

// keepCopies says who may keep a copy of the answer.
func keepCopies(h http.Header, p privacy) {
	switch p {
	case personal:
		h["Cache-Control"] = headerNoStore
		h["X-Robots-Tag"] = headerNoIndex
	case public:
		h["Cache-Control"] = headerNoCache // the words depend on the language cookie
	case machine:
		h["Cache-Control"] = headerNoStore
	}
}

// isSecure reports whether the browser came by TLS, as far as we can tell: to us, to a proxy we trust, or because the
// operator says that patients' address is https.
func (s *Server) isSecure(r *http.Request) bool {
	if r.TLS != nil || s.BaseURL != nil && s.BaseURL.Scheme == "https" {
		return true
	}
	return len(s.TrustedProxies) > 0 && r.Header.Get("X-Forwarded-Proto") == "https" && s.fromProxy(r)
}

func (s *Server) fromProxy(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	for _, p := range s.TrustedProxies {
		if p.Contains(peer.Addr().Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

func runID() string { return strings.ToLower(rand.Text()[:8]) }

// requestID names a request in the log and on the page of an error. A proxy that we trust may have named it already.
func (s *Server) requestID(r *http.Request) string {
	if len(s.TrustedProxies) > 0 {
		id := r.Header.Get("X-Request-Id")
		if id != "" && len(id) <= 64 && strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == "" &&
			s.fromProxy(r) {
			return id
		}
	}
	return s.run + "-" + strconv.FormatUint(s.requests.Add(1), 36)
}

// Tries of a return code that one address may make.
const (
	tries       = 10
	triesWindow = 10 * time.Minute
)

// limitTries counts the tries of an address, or of an IPv6 network as small as a home has.
func (s *Server) limitTries() func(http.Handler) http.Handler {
	limited := s.serve(route{pattern: "none", privacy: personal,
		handle: func(http.ResponseWriter, *http.Request) error { return errTooMany }})
	limit := httprate.LimitBy(tries, triesWindow,
		func(r *http.Request) (string, error) {
			ip := middleware.GetClientIP(r.Context())
			if ip == "" {
				// A proxy that says nothing readable must not put all its visitors into one count with the whole world.
				ip, _, _ = net.SplitHostPort(r.RemoteAddr)
			}
			return httprate.CanonicalizeIP(ip), nil
		},
		httprate.WithLimitHandler(limited.ServeHTTP),
		httprate.WithErrorHandler(s.fail),
		httprate.WithResponseHeaders(httprate.ResponseHeaders{RetryAfter: "Retry-After"}),
	)
	clientIP := s.clientIP()
	return func(next http.Handler) http.Handler {
		counted := clientIP(limit(next))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// Somebody who deletes the answers of this very browser tries no code, whatever others at the address did.
			if !s.session(r).none() && readForm(r) == nil && r.PostForm.Get(page.FieldCode) == "" {
				next.ServeHTTP(w, r)
				return
			}
			counted.ServeHTTP(w, r)
		})
	}
}

// clientIP finds out from which address a request comes.
func (s *Server) clientIP() func(http.Handler) http.Handler {
	if len(s.TrustedProxies) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	var prefixes []string
	for _, p := range s.TrustedProxies {
		prefixes = append(prefixes, p.String())
	}
	return middleware.ClientIPFromXFF(prefixes...)
}

// serveFiles serves the style sheet, the script and the icon.
func (s *Server) serveFiles() http.Handler {
	count := s.metrics.route(static.Prefix + "*")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		// These two speak of pages only. Without them three files are 400 bytes lighter on an old phone.
		delete(w.Header(), "Permissions-Policy")
		delete(w.Header(), "Cross-Origin-Opener-Policy")
		s.assets.ServeHTTP(w, r)
		count.observe(r.Method, visitOf(r).status, time.Since(began))
	})
}

func (s *Server) alive(w http.ResponseWriter, _ *http.Request) error {
	_, err := fmt.Fprintln(w, "alive")
	return err
}

// ready says whether this server should get requests: it can reach its store and is not stopping.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	status, word := http.StatusOK, "ready"
	if s.draining.Load() {
		status, word = http.StatusServiceUnavailable, "stopping"
	} else if err := s.Store.Ping(r.Context()); err != nil {
		status, word = http.StatusServiceUnavailable, "database unreachable"
	}
	w.WriteHeader(status)
	_, err := fmt.Fprintln(w, word)
	return err
}
