package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

const missing = "no PostgreSQL for tests: install postgresql (initdb and pg_ctl, on PATH or in " +
	"/usr/lib/postgresql/*/bin), or name a server on which databases can be created in EKBOM_TEST_POSTGRES"

// Server is a PostgreSQL server to make databases on.
type Server struct {
	admin string // the address of its database "postgres"
	dir   string // of a private cluster
	bin   string
	owner *syscall.SysProcAttr
	end   func() // as the end of this process would

	template func(t testing.TB) string
}

// shared is one server for all tests of the process.
var shared = sync.OnceValues(func() (*Server, error) {
	if dsn := os.Getenv("EKBOM_TEST_POSTGRES"); dsn != "" {
		return &Server{admin: dsn}, nil
	}
	return newCluster("-F", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
})

// Postgres gives the address of a fresh, migrated PostgreSQL database. Without PostgreSQL the test is skipped, or fails
// when CI=true.
func Postgres(t testing.TB) string {
	t.Helper()
	return sharedServer(t).DSN(t)
}

// EmptyPostgres gives the address of a fresh PostgreSQL database without tables.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	return sharedServer(t).create(t, "template1")
}

func sharedServer(t testing.TB) *Server {
	t.Helper()
	s, err := shared()
	if err != nil {
		lack(t, err)
	}
	return s
}

// NewServer starts a PostgreSQL server for this test alone, which it may Stop and Start. It writes to disk as one in
// service would.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := newCluster()
	if err != nil {
		lack(t, err)
	}
	t.Cleanup(s.end)
	return s
}

func lack(t testing.TB, err error) {
	t.Helper()
	switch {
	case !errors.Is(err, errNoPostgres), os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}

var errNoPostgres = errors.New(missing)

// DSN gives the address of a fresh, migrated database.
func (s *Server) DSN(t testing.TB) string {
	t.Helper()
	if s.template == nil {
		dsn := s.create(t, "template1")
		migrate(t, dsn)
		return dsn
	}
	return s.create(t, s.template(t))
}

// create makes a database as a copy of another, and removes it when the test ends.
func (s *Server) create(t testing.TB, template string) string {
	t.Helper()
	name := "ekbom_test_" + strings.ToLower(rand.Text()[:12])
	if err := s.run(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test may have stopped its own server.
		if err := s.run(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil && s.dir == "" {
			t.Error(err)
		}
	})
	return s.address(name)
}

func (s *Server) address(database string) string {
	u, err := url.Parse(s.admin)
	if err != nil {
		panic("EKBOM_TEST_POSTGRES: want postgres://USER:PASSWORD@HOST/DATABASE")
	}
	u.Path = "/" + database
	return u.String()
}

func (s *Server) run(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// Start starts the server after Stop.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.ctl("start"); err != nil {
		t.Fatal(err)
	}
}

// Stop ends the server as a crash of its machine would: without a word to its clients.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.ctl("stop", "-m", "immediate"); err != nil {
		t.Fatal(err)
	}
}

// watchdog outlives the test process, however it ends, and leaves neither server nor folder behind.
const watchdog = `cat >/dev/null; "$1/pg_ctl" -D "$2/data" -m immediate stop; rm -rf "$2"`

func newCluster(options ...string) (*Server, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ekbom-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, owner: &syscall.SysProcAttr{Setpgid: true}}
	if os.Getuid() == 0 { // which PostgreSQL refuses
		u, err := user.Lookup("postgres")
		if err != nil {
			os.RemoveAll(dir)
			return nil, fmt.Errorf("%w (as root: and a user postgres)", errNoPostgres)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			os.RemoveAll(dir)
			return nil, err
		}
		s.owner.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	guard := s.command("sh", "-c", watchdog, "watchdog", bin, dir)
	stdin, err := guard.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.end = func() {
		stdin.Close()
		guard.Wait()
	}
	if err := guard.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	if out, err := s.command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	conf := strings.Join(append([]string{"-k", dir, "-c", "listen_addresses=", "-c", "max_connections=300",
		"-c", "shared_buffers=32MB", "-c", "max_wal_senders=0", "-c", "wal_level=minimal"}, options...), " ")
	if err := os.WriteFile(filepath.Join(dir, "options"), []byte(conf), 0o644); err != nil {
		return nil, err
	}
	if err := s.ctl("start"); err != nil {
		return nil, err
	}
	s.admin = "postgres://postgres@/postgres?host=" + url.QueryEscape(dir)
	s.template = s.newTemplate()
	return s, nil
}

// newTemplate migrates once; tests then copy. Nobody may be connected to a database that is copied.
func (s *Server) newTemplate() func(testing.TB) string {
	const name = "ekbom_template"
	var mu sync.Mutex
	done := false
	return func(t testing.TB) string {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if !done {
			if err := s.run(t.Context(), "CREATE DATABASE "+name); err != nil {
				t.Fatal(err)
			}
			migrate(t, s.address(name))
			done = true
		}
		return name
	}
}

func (s *Server) ctl(action string, args ...string) error {
	args = append([]string{"-D", filepath.Join(s.dir, "data"), "-w", action}, args...)
	if action == "start" {
		options, err := os.ReadFile(filepath.Join(s.dir, "options"))
		if err != nil {
			return err
		}
		args = append(args, "-l", filepath.Join(s.dir, "log"), "-o", string(options))
	}
	if out, err := s.command(filepath.Join(s.bin, "pg_ctl"), args...).CombinedOutput(); err != nil {
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		return fmt.Errorf("pg_ctl %s: %w\n%s%s", action, err, out, log)
	}
	return nil
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = s.owner
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "LC_ALL=C")
	return cmd
}

// findBin gives the folder of PostgreSQL's programs, of the newest release where there are several.
func findBin() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errNoPostgres
	}
	release := func(p string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(p))))
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return release(a) - release(b) })
	return filepath.Dir(found[len(found)-1]), nil
}
