// Package server leads a person through a questionnaire over HTTP: it reads what they entered, saves it, asks the domain
// what comes next and fills the views of the pages.
package server

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/page"
	"ekbom/web/static"

	"github.com/go-chi/chi/v5"
	"github.com/gorilla/sessions"
)

// Options is everything a server is made of.
type Options struct {
	Store            *store.Store
	Definition       *questionnaire.Definition // the edition that new responses are pinned to
	Secret           string                    // sessions and return codes hang on it; the same for all replicas
	Keep             time.Duration             // how long answers stay after the last change
	BaseURL          *url.URL                  // the address patients use; nil: whatever they came by
	TrustedProxies   []netip.Prefix            // whose X-Forwarded-* headers count
	EmergencyNumbers []string
	CrisisNumbers    []string // lines for people in despair; may be empty
	Log              *slog.Logger
	Now              func() time.Time
}

// Server serves one questionnaire.
type Server struct {
	Options
	author         *Author // nil: patients are served
	editions       *editions
	catalogue      *locale.Catalogue
	languages      map[string]*language // those offered
	staffCatalogue *locale.Catalogue
	staffBases     map[string]clinic.Base // by language
	offered        []string               // their tags, English first
	assets         static.Assets
	sessions       *sessions.CookieStore
	hasher         *account.Hasher
	vault          *account.Vault
	staffSessions  *staffSessions
	codeKey        []byte      // hashes return codes
	searches       cipher.AEAD // seals what staff search for
	returnQR       *page.QR
	bounds         questionnaire.Path           // of somebody who has not begun
	known          *cache[knownCookie, session] // sessions, by the cookie they came in
	recent         *cache[questionnaire.ResponseID, *memory]
	fresh          *cache[freshKey, fresh]
	turning        *turning
	mark           string // stands where the revision goes in a fresh page
	metrics        *metrics
	routing        sync.Pool     // of *chi.Context
	requests       atomic.Uint64 // counts request ids
	run            string        // first part of request ids
	draining       atomic.Bool
	handler        http.Handler
}

// New makes a server and keeps its edition of the questionnaire in the store, so that responses pinned to it can be
// finished after an upgrade.
func New(ctx context.Context, o Options) (*Server, error) { return newServer(ctx, o, nil) }

func newServer(ctx context.Context, o Options, a *Author) (*Server, error) {
	s := &Server{
		Options: o, author: a, metrics: newMetrics(), run: runID(), mark: rand.Text(),
		turning: newTurning(), known: newCache[knownCookie, session](memories),
		recent: newCache[questionnaire.ResponseID, *memory](memories), fresh: newCache[freshKey, fresh](freshPages),
	}
	chain, err := audit.NewChain(o.Secret)
	if err != nil {
		return nil, err
	}
	s.Store = o.Store.Sealed(chain)
	s.staffSessions = &staffSessions{s.Store, o.Now}
	s.hasher = account.NewHasher()
	if s.vault, err = account.NewVault(o.Secret); err != nil {
		return nil, err
	}
	if err := o.Store.SaveQuestionnaire(ctx, o.Definition.Ref, o.Definition.Archive()); err != nil {
		return nil, fmt.Errorf("keep the questionnaire: %w", err)
	}
	if s.catalogue, err = locale.Load(locale.Files); err != nil {
		return nil, err
	}
	if s.staffCatalogue, err = locale.LoadClinic(locale.Files); err != nil {
		return nil, err
	}
	if s.assets, err = static.Load(); err != nil {
		return nil, err
	}
	key := func(use string, size int) []byte {
		k, keyErr := hkdf.Key(sha256.New, []byte(o.Secret), nil, "ekbom "+use, size)
		err = errors.Join(err, keyErr)
		return k
	}
	s.sessions = newSessions(key("session signature", 32), key("session encryption", 32), o.Keep)
	block, blockErr := aes.NewCipher(key("searches", 32))
	var codeErr error
	s.codeKey, codeErr = returncode.Key(o.Secret)
	if err = errors.Join(err, blockErr, codeErr); err != nil {
		return nil, fmt.Errorf("derive keys: %w", err)
	}
	if s.searches, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, fmt.Errorf("derive keys: %w", err)
	}
	s.offerLanguages()
	s.offerStaffLanguages()
	s.bounds = o.Definition.Path(o.Definition.NewAnswers())
	s.editions = newEditions(s.newEdition(o.Definition))
	if o.BaseURL != nil {
		if s.returnQR, err = drawQR(o.BaseURL.JoinPath(pathReturn).String()); err != nil {
			return nil, fmt.Errorf("draw the return address: %w", err)
		}
	}
	s.routing.New = func() any { return chi.NewRouteContext() }
	s.handler = s.routes()
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

const (
	readTimeout  = 15 * time.Second // a slow phone sends a form in far less
	writeTimeout = 30 * time.Second
	idleTimeout  = 2 * time.Minute
	stopTimeout  = 15 * time.Second
)

// Serve answers requests from ln and purges what has expired until ctx ends. Then it finishes the requests under way, so
// that everything acknowledged is saved and everything else gets its answer.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	go s.purge(background)
	go s.forget(background)
	return serve(ctx, ln, s, s.Log, func() { s.draining.Store(true) })
}

// serve answers requests from ln until ctx ends. stopping is called before the last of them are finished.
func serve(ctx context.Context, ln net.Listener, h http.Handler, log *slog.Logger, stopping func()) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stopping()
	log.Info("stopping", "wait", stopTimeout)
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := srv.Shutdown(deadline); err != nil {
		return fmt.Errorf("stop: %w", errors.Join(err, srv.Close()))
	}
	return nil
}
