// Package storetest gives tests real databases: SQLite in a temporary folder, and PostgreSQL from a private cluster
// that lives as long as the test process, or from the server that EKBOM_TEST_POSTGRES names.
package storetest

import (
	"path/filepath"
	"testing"

	"ekbom/internal/store"
)

// Each runs f on a fresh, migrated store of each engine, in parallel.
func Each(t *testing.T, f func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) { f(t, open(t, dsn)) })
}

// EachDSN runs f with the address of a fresh, migrated database of each engine, in parallel.
func EachDSN(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, Postgres(t))
	})
}

// Open gives a fresh, migrated SQLite store.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return open(t, SQLite(t))
}

// SQLite gives the address of a fresh, migrated SQLite file.
func SQLite(t testing.TB) string {
	t.Helper()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "ekbom.db")
	migrate(t, dsn)
	return dsn
}

func migrate(t testing.TB, dsn string) {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
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
