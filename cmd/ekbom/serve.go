package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"ekbom/internal/config"
	"ekbom/internal/server"
	"ekbom/internal/store"
)

type serveCommand struct {
	Addr           string `placeholder:"HOST:PORT" help:"Where to listen. Else EKBOM_ADDR, else 127.0.0.1:8080."`
	DB             string `name:"db" placeholder:"URL" help:"sqlite:PATH or postgres://..., without a password, which others on this machine could see: EKBOM_DB and EKBOM_DB_FILE may hold one. Else EKBOM_DB, else sqlite:data/ekbom.db."`
	Questionnaires string `placeholder:"DIR" help:"A questionnaire's folder, a folder with one in it, or the name of a shipped one. Else rls."`
	Dev            bool   `help:"For who writes a questionnaire: read its folder anew on each save, and show beside each page its faults and why it is so. On this machine only, with a database that is gone afterwards."`
}

// Help tells the settings that have no flag.
func (*serveCommand) Help() string {
	return `Settings of the environment (EKBOM_SECRET and EKBOM_DB may also come from the file named by EKBOM_..._FILE):

  EKBOM_ADDR               where to listen
  EKBOM_DB                 sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
  EKBOM_SECRET             at least 32 signs, the same for all replicas; without it one is made and kept in a file: secret beside the SQLite file, or data/secret
  EKBOM_BASE_URL           the address patients use, such as https://legs.example.org
  EKBOM_TRUSTED_PROXIES    whose X-Forwarded-For and X-Forwarded-Proto count, such as 10.0.0.0/8
  EKBOM_KEEP_DAYS          days that answers which were not sent are kept after the last change (30)
  EKBOM_EMERGENCY_NUMBERS  telephone numbers for emergencies (112)
  EKBOM_CRISIS_NUMBERS     telephone numbers for people in despair, shown where their answers call for it
  EKBOM_LOG                text or json

With --dev the folder of --questionnaires is read anew on each save, proven in the background, and its faults and findings
stand beside each page, with the rules and answers because of which it says what it says; /dev/ lists findings, questions,
cases and drafts. It listens on this machine alone. Drafts are in a temporary database: EKBOM_DB, EKBOM_BASE_URL and
EKBOM_TRUSTED_PROXIES do not count, and --db is refused.`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(s *stage) error {
	if c.Dev {
		return c.dev(s)
	}
	conf, err := settings(s, map[string]string{"EKBOM_ADDR": c.Addr, "EKBOM_DB": c.DB})
	if err != nil {
		return err
	}
	f, err := c.folder()
	if err != nil {
		return err
	}
	if f.shipped {
		f.files = withoutCases{f.files}
	}
	definition, err := s.load(f)
	if err != nil {
		return err
	}
	ln, err := (&net.ListenConfig{}).Listen(s.ctx, "tcp", conf.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer ln.Close()
	st, err := openStore(s.ctx, conf.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	secret, err := conf.OpenSecret()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.env, func(v string) bool { return strings.HasPrefix(v, "GOGC=") }) {
		debug.SetGCPercent(collectAt)
	}
	log := logger(s.stderr, conf.LogFormat)
	srv, err := server.New(s.ctx, server.Options{
		Store: st, Definition: definition, Secret: secret, Keep: conf.Keep, BaseURL: conf.BaseURL,
		TrustedProxies: conf.TrustedProxies, EmergencyNumbers: conf.EmergencyNumbers, CrisisNumbers: conf.CrisisNumbers,
		Log: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	log.Info("serving", "config", conf, "questionnaire", definition.ID, "version", definition.Version, "hash", definition.Hash)
	link, err := srv.FirstLink(s.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "Open %s\n", address(conf, ln.Addr()))
	if link != "" {
		fmt.Fprintf(s.stdout, "Make the first account of a clinic, with this link, once: %s%s\n", address(conf, ln.Addr()), link)
	}
	return srv.Serve(s.ctx, ln)
}

// folder is the one questionnaire to serve.
func (c *serveCommand) folder() (folder, error) {
	folders, err := findFolders(c.Questionnaires)
	if err != nil {
		return folder{}, err
	}
	if c.Questionnaires == "" {
		folders = slices.DeleteFunc(folders, func(f folder) bool { return f.name != usual })
	}
	if len(folders) != 1 {
		return folder{}, wrongUse{fmt.Errorf("one questionnaire is served at a time; name the folder of one of these %d", len(folders))}
	}
	return folders[0], nil
}

// openStore opens a database whose schema is ours: SQLite is brought to it, PostgreSQL must be so already.
func openStore(ctx context.Context, db string) (*store.Store, error) {
	st, err := store.Open(ctx, db)
	if err != nil {
		return nil, err
	}
	if st.Engine() == "sqlite" {
		_, err = st.Migrate(ctx)
	} else {
		err = st.CheckSchema(ctx)
	}
	if err != nil {
		st.Close()
		return nil, err
	}
	return st, nil
}

// collectAt is how far the heap may grow before it is swept, in percent. It holds little that lasts, whoever comes by: some
// 20 MB more spare a tenth of the processor time.
const collectAt = 400

// withoutCases leaves out the made-up people of a shipped questionnaire. The tests have met them; to read them again would
// double the time to start.
type withoutCases struct{ fs.FS }

// Open opens a file.
func (f withoutCases) Open(name string) (fs.File, error) {
	if first, _, _ := strings.Cut(name, "/"); first == "cases" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f.FS.Open(name)
}

// settings reads the configuration. Every fault goes to standard error.
func settings(s *stage, flags map[string]string) (*config.Config, error) {
	conf, err := config.Load(s.env, flags)
	if err != nil {
		return nil, wrongUse{fmt.Errorf("settings:\n%w", err)}
	}
	return conf, nil
}

// address is what to open in a browser.
func address(conf *config.Config, at net.Addr) string {
	if conf.BaseURL != nil {
		return conf.BaseURL.String()
	}
	host, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return at.String()
	}
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func logger(w io.Writer, format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}
