// Package store keeps responses, and the editions of questionnaires that they answer, in SQLite or PostgreSQL with one
// SQL text. A method that has returned nil has its change on disk.
//
// Errors never carry a row's values: answers are health data, and errors end in logs.
package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ekbom/internal/audit"
)

// The errors that callers tell apart, with errors.Is.
var (
	ErrNotFound    = errors.New("not found")
	ErrStale       = errors.New("changed since it was read")
	ErrConflict    = errors.New("exists already")
	ErrUnavailable = errors.New("database unavailable") // down, full, locked or too slow; trying later may help
	ErrSent        = errors.New("was sent to a clinic")
	ErrForbidden   = errors.New("not allowed to this role")
	ErrHeld        = errors.New("under legal hold")
	ErrClosed      = errors.New("the clinic takes nothing any more")
	ErrNested      = errors.New("transaction inside a transaction")
	ErrSchemaOld   = errors.New("database schema is older than this program: run ekbom migrate up")
	ErrSchemaNew   = errors.New("database schema is newer than this program: run the newer ekbom")
)

// Store is a database, or one transaction on it. It may be used by many goroutines.
type Store struct {
	querier
	engine engine
	inTx   bool
	chain  audit.Chain
}

// Open opens the database that dsn names: "sqlite:PATH", a file that is created when missing, or a "postgres://" or
// "postgresql://" address. It changes no schema.
func Open(ctx context.Context, dsn string) (*Store, error) {
	var e engine
	var err error
	path, isFile := strings.CutPrefix(dsn, "sqlite:")
	switch {
	case isFile && path != "":
		e, err = openSQLite(ctx, path)
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		e, err = openPostgres(ctx, dsn)
	default:
		return nil, errors.New("database: want sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")
	}
	if err != nil {
		return nil, fmt.Errorf("open %w", err)
	}
	return &Store{querier: e, engine: e}, nil
}

// Sealed gives the same store with the chain that its audit events are hashed with.
func (s *Store) Sealed(chain audit.Chain) *Store {
	sealed := *s
	sealed.chain = chain
	return &sealed
}

// Close waits for statements under way and closes the database.
func (s *Store) Close() {
	if !s.inTx {
		s.engine.close()
	}
}

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string { return s.engine.name() }

// Ping reports whether the database answers and holds our tables.
func (s *Store) Ping(ctx context.Context) error {
	var n int
	err := s.queryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM responses LIMIT 1) AS one`, nil, &n)
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

// InTx runs fn in one transaction, which commits when fn returns nil and leaves no trace otherwise. Transactions behave
// as if they ran one after the other; to that end fn may run more than once, so it has no effects outside tx. Inside fn
// only tx is used, never s. A tx has no InTx of its own: ErrNested.
func (s *Store) InTx(ctx context.Context, fn func(tx *Store) error) error {
	if s.inTx {
		return ErrNested
	}
	return s.engine.transact(ctx, func(q querier) error {
		return fn(&Store{querier: q, engine: s.engine, inTx: true, chain: s.chain})
	})
}
