package store_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
)

func TestSeam(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		exec := func(query string, args ...any) error {
			_, err := s.Exec(ctx, query, args...)
			return err
		}
		if err := exec(`CREATE TABLE pairs (a bigint NOT NULL PRIMARY KEY, b text NOT NULL UNIQUE)`); err != nil {
			t.Fatal(err)
		}
		if err := exec(`INSERT INTO pairs (b, a) VALUES ($2, $1)`, 1, "one"); err != nil {
			t.Fatal(err)
		}
		wantError(t, exec(`INSERT INTO pairs (a, b) VALUES ($1, $2)`, 1, "two"), store.ErrConflict)
		wantError(t, exec(`INSERT INTO pairs (a, b) VALUES ($1, $2)`, 2, "one"), store.ErrConflict)
		if err := exec(`UPDATE pairs SET b = $2 || $2 WHERE a = $1`, 1, "x"); err != nil {
			t.Fatal(err)
		}
		var b string
		if err := s.QueryRow(ctx, `SELECT b FROM pairs WHERE a = $1`, []any{1}, &b); err != nil || b != "xx" {
			t.Errorf("got %q, %v, want xx", b, err)
		}
		wantError(t, s.QueryRow(ctx, `SELECT b FROM pairs WHERE a = $1`, []any{7}, &b), store.ErrNotFound)
	})
}

func TestInTx(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a, b := create(t, s, newResponse(t)), create(t, s, newResponse(t))

		both := func(tx *store.Store) error {
			if err := tx.UpdateResponse(ctx, a); err != nil {
				return err
			}
			return tx.UpdateResponse(ctx, b)
		}
		if err := s.InTx(ctx, both); err != nil {
			t.Fatal(err)
		}
		if x, y := read(t, s, a.ID).Revision, read(t, s, b.ID).Revision; x != 1 || y != 1 {
			t.Errorf("after commit revisions are %d and %d, want 1 and 1", x, y)
		}

		a.Revision++ // b is stale now, and takes a with it
		wantError(t, s.InTx(ctx, both), store.ErrStale)
		if x, y := read(t, s, a.ID).Revision, read(t, s, b.ID).Revision; x != 1 || y != 1 {
			t.Errorf("after rollback revisions are %d and %d, want 1 and 1", x, y)
		}

		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic did not reach the caller")
				}
			}()
			s.InTx(ctx, func(tx *store.Store) error {
				if err := tx.DeleteResponse(ctx, a.ID); err != nil {
					t.Error(err)
				}
				if _, err := tx.Response(ctx, a.ID); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("a transaction does not see its own change: %v", err)
				}
				panic("half done")
			})
		}()
		read(t, s, a.ID)

		wantError(t, s.InTx(ctx, func(tx *store.Store) error {
			if _, err := tx.Migrate(ctx); !errors.Is(err, store.ErrNested) {
				t.Errorf("migrate in a transaction: %v", err)
			}
			return tx.InTx(ctx, func(*store.Store) error { return nil })
		}), store.ErrNested)
		create(t, s, newResponse(t)) // and the store goes on
	})
}

// Twenty transactions, of two programs, read a value and then write what follows from it.
func TestInTxLosesNothing(t *testing.T) {
	t.Parallel()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		const writers = 20
		programs := []*store.Store{open(t, dsn), open(t, dsn)}
		ctx, id := t.Context(), create(t, programs[0], newResponse(t)).ID
		errs := make(chan error, writers)
		for i := range writers {
			s := programs[i%2]
			go func() {
				errs <- s.InTx(ctx, func(tx *store.Store) error {
					r, err := tx.Response(ctx, id)
					if err != nil {
						return err
					}
					_, err = tx.Exec(ctx, `UPDATE responses SET revision = $1 WHERE id = $2`, r.Revision+1, id)
					return err
				})
			}()
		}
		for range writers {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if got := read(t, programs[0], id).Revision; got != writers {
			t.Errorf("%d of %d changes arrived", got, writers)
		}
	})
}

// Another program holds what we want to write.
func TestLocked(t *testing.T) {
	t.Parallel()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		ours, theirs := open(t, dsn), open(t, dsn)
		ctx, r := t.Context(), create(t, ours, newResponse(t))
		err := theirs.InTx(ctx, func(tx *store.Store) error {
			if err := tx.UpdateResponse(ctx, r); err != nil {
				return err
			}
			read(t, ours, r.ID) // readers do not wait
			begun := time.Now()
			wantError(t, ours.UpdateResponse(ctx, r), store.ErrUnavailable)
			if waited := time.Since(begun); waited < time.Second || waited > 4*time.Second {
				t.Errorf("waited %v", waited)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, ours.UpdateResponse(ctx, r), store.ErrStale)
		r.Revision++
		if err := ours.UpdateResponse(ctx, r); err != nil {
			t.Error(err)
		}
	})
}

func open(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestClosed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, newResponse(t))
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		s.Close()
		wantError(t, s.Ping(t.Context()), store.ErrUnavailable)
		wantError(t, s.UpdateResponse(t.Context(), r), store.ErrUnavailable)
		wantError(t, s.InTx(t.Context(), func(*store.Store) error { return nil }), store.ErrUnavailable)
	})
}

// No error shows what a row holds, in its text or in the errors it wraps.
func TestErrorsHoldNoValues(t *testing.T) {
	t.Parallel()
	const secret = "restless"
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		r := create(t, s, newResponse(t, func(r *q.Response) { r.ID += secret }))
		with := func(change func(*q.Response)) q.Response { return newResponse(t, change) }
		var n int
		faults := map[string]error{
			"known id":    s.CreateResponse(ctx, r, code),
			"bad answers": s.CreateResponse(ctx, with(func(r *q.Response) { r.Answers = []byte(`{"` + secret + `": x}`) }), code),
			"bad outcome": s.CreateResponse(ctx, with(func(r *q.Response) { r.Outcome = []byte(secret) }), code),
			"bad status":  s.CreateResponse(ctx, with(func(r *q.Response) { r.Status = secret }), code),
			"no edition":  s.CreateResponse(ctx, with(func(r *q.Response) { r.Ref.Hash = secret }), code),
			"bad revision": s.CreateResponse(ctx, with(func(r *q.Response) {
				r.Revision, r.Answers = -1, []byte(`["`+secret+`"]`)
			}), code),
			"scan":  s.QueryRow(ctx, `SELECT id FROM responses WHERE id = $1`, []any{r.ID}, &n),
			"bind":  s.QueryRow(ctx, `SELECT revision FROM responses WHERE revision = $1`, []any{struct{ v string }{secret}}, &n),
			"cast":  s.QueryRow(ctx, `SELECT CAST(CAST($1 AS text) AS bigint)`, []any{secret}, &n),
			"stale": s.UpdateResponse(ctx, with(func(x *q.Response) { x.ID, x.Revision = r.ID, 9 })),
		}
		for name, err := range faults {
			if err == nil {
				if name != "cast" || s.Engine() != "sqlite" { // SQLite casts any text to a number
					t.Errorf("%s: no error", name)
				}
				continue
			}
			if shown := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(shown, secret) {
				t.Errorf("%s: %s", name, shown)
			}
			var driver *pgconn.PgError
			if errors.As(err, &driver) {
				t.Errorf("%s: the driver's error is within reach: %v", name, driver)
			}
		}
	})
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	notDatabase := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(notDatabase, []byte(strings.Repeat("no database\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	tests := []struct {
		name, dsn string
		want      error // nil: any that is not ErrUnavailable
	}{
		{"nothing", "", nil},
		{"no path", "sqlite:", nil},
		{"another engine", "mysql://ekbom:hunter2@db/ekbom", nil},
		{"folder", "sqlite:" + dir, store.ErrUnavailable},
		{"below a file", "sqlite:" + notDatabase + "/x.db", store.ErrUnavailable},
		{"not a database", "sqlite:" + notDatabase, nil},
		{"bad port", "postgres://ekbom:hunter2@db:x/ekbom", nil},
		{"bad option", "postgres://ekbom:hunter2@db/ekbom?sslmode=perhaps&password=hunter2", nil},
		{"bad escape", "postgres://ekbom:hunter2%zz@db/ekbom", nil},
		{"refused", "postgres://ekbom:hunter2@" + gone.Addr().String() + "/ekbom", store.ErrUnavailable},
		{"silent", "postgres://ekbom:hunter2@" + silent.Addr().String() + "/ekbom?sslmode=disable", store.ErrUnavailable},
	}
	for _, tt := range tests {
		begun := time.Now()
		_, err := store.Open(t.Context(), tt.dsn)
		switch {
		case err == nil:
			t.Errorf("%s: opened", tt.name)
			continue
		case tt.want != nil:
			wantError(t, err, tt.want)
		case errors.Is(err, store.ErrUnavailable):
			t.Errorf("%s: %v, which trying later will not mend", tt.name, err)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: shows the password: %v", tt.name, err)
		}
		if took := time.Since(begun); took > 4*time.Second {
			t.Errorf("%s: took %v", tt.name, took)
		}
	}
}

func TestPostgresGone(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	s := open(t, server.DSN(t))
	ctx := t.Context()
	r := create(t, s, newResponse(t))
	if err := s.UpdateResponse(ctx, r); err != nil {
		t.Fatal(err)
	}
	r.Revision++
	if err := s.InTx(ctx, func(tx *store.Store) error {
		server.Stop(t)
		return tx.UpdateResponse(ctx, r)
	}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("lost inside a transaction: %v", err)
	}
	begun := time.Now()
	for range 3 {
		_, err := s.Response(ctx, r.ID)
		wantError(t, err, store.ErrUnavailable)
		wantError(t, s.UpdateResponse(ctx, r), store.ErrUnavailable)
		wantError(t, s.InTx(ctx, func(*store.Store) error { return nil }), store.ErrUnavailable)
		wantError(t, s.Ping(ctx), store.ErrUnavailable)
		wantError(t, s.CheckSchema(ctx), store.ErrUnavailable)
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("fifteen answers took %v", took)
	}
	server.Start(t)
	if diff := cmp.Diff(r, read(t, s, r.ID)); diff != "" {
		t.Errorf("after the crash (-want +got):\n%s", diff)
	}
	if err := s.UpdateResponse(ctx, r); err != nil {
		t.Error(err)
	}
}

// A server that is there but does not answer, such as one whose disk hangs.
func TestPostgresSilent(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	s := open(t, server.DSN(t))
	r := create(t, s, newResponse(t))
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := s.Exec(ctx, `SELECT pg_sleep(20)`); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the caller's deadline: %v", err)
	}
	begun := time.Now()
	_, err := s.Exec(t.Context(), `SELECT pg_sleep(20)`)
	wantError(t, err, store.ErrUnavailable)
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("took %v", took)
	}
	read(t, s, r.ID)
}
