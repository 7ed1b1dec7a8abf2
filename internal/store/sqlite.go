package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteDB has one connection that writes, so that writers queue here and never meet a locked database, and several
// that only read, which WAL lets run beside it.
type sqliteDB struct {
	writer, readers *connections
	closed          atomic.Bool
}

const sqliteReaders = 8

// synchronous=FULL: with WAL, NORMAL may lose the last commits when the power fails. secure_delete: what a person has
// deleted is overwritten, not just let go. journal_size_limit: a long WAL does not stay long.
const sqliteOptions = "_journal_mode=WAL&_synchronous=FULL&_busy_timeout=2000&_foreign_keys=1&_txlock=immediate" +
	"&_time_format=sqlite&_defensive=1&_dqs=0&_pragma=secure_delete(1)&_pragma=journal_size_limit(16777216)"

func openSQLite(ctx context.Context, path string) (*sqliteDB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	// SQLite would create the file readable by all; its companions take over the mode of the file.
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("sqlite: %w: %w", ErrUnavailable, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w: %w", ErrUnavailable, err)
	}
	// Somebody may have made the file before, for all to read: answers are nobody else's.
	if err := f.Chmod(0o600); err != nil {
		f.Close()
		return nil, fmt.Errorf("sqlite: %w: %w", ErrUnavailable, err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("sqlite: %w: %w", ErrUnavailable, err)
	}
	dsn := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: sqliteOptions}).String()
	writer, err := openConnections(dsn, 1)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	readers, err := openConnections(dsn+"&_query_only=1", sqliteReaders)
	if err != nil {
		writer.db.Close()
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	s := &sqliteDB{writer: writer, readers: readers}
	if err := writer.db.PingContext(ctx); err != nil {
		s.close()
		return nil, fmt.Errorf("sqlite: %s: %w", path, s.fault(ctx, err))
	}
	return s, nil
}

func (s *sqliteDB) name() string { return "sqlite" }

// close leaves the writer to the end: the last connection folds the WAL into the file.
func (s *sqliteDB) close() {
	s.closed.Store(true)
	s.readers.db.Close()
	s.writer.db.Close()
}

// connections is one or several connections with the statements prepared on them: our SQL is a fixed set of texts, and
// preparing one costs more than running it.
type connections struct {
	db       *sql.DB
	turns    chan struct{} // as many as connections
	prepared sync.Map      // string to *sql.Stmt
}

func openConnections(dsn string, n int) (*connections, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return &connections{db: db, turns: make(chan struct{}, n)}, nil
}

// turn waits until a connection is free; done gives it back.
func (c *connections) turn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c.turns <- struct{}{}:
		return nil
	default:
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	select {
	case c.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *connections) done() { <-c.turns }

func (c *connections) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := c.prepared.Load(query); ok {
		return st.(*sql.Stmt), nil
	}
	st, err := c.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if first, raced := c.prepared.LoadOrStore(query, st); raced {
		st.Close()
		return first.(*sql.Stmt), nil
	}
	return st, nil
}

// exec and queryRow heed the end of ctx while they wait, not after: one statement on one row is done sooner than a
// watch over it is set up, and the busy timeout bounds it.
func (s *sqliteDB) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := s.writer.turn(ctx); err != nil {
		return 0, s.fault(ctx, err)
	}
	defer s.writer.done()
	ctx = context.WithoutCancel(ctx)
	st, err := s.writer.statement(ctx, query)
	if err != nil {
		return 0, s.fault(ctx, err)
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, s.fault(ctx, err)
	}
	return res.RowsAffected()
}

// scrub folds the WAL into the file and empties it. Where a reader is in the way for long, the next one does it.
func (s *sqliteDB) scrub(ctx context.Context) {
	if s.writer.turn(ctx) != nil {
		return
	}
	defer s.writer.done()
	_, _ = s.writer.db.ExecContext(context.WithoutCancel(ctx), `PRAGMA wal_checkpoint(TRUNCATE)`)
}

func (s *sqliteDB) queryRow(ctx context.Context, query string, args []any, dest ...any) error {
	if err := s.readers.turn(ctx); err != nil {
		return s.fault(ctx, err)
	}
	defer s.readers.done()
	ctx = context.WithoutCancel(ctx)
	st, err := s.readers.statement(ctx, query)
	if err != nil {
		return s.fault(ctx, err)
	}
	return s.fault(ctx, st.QueryRowContext(ctx, args...).Scan(dest...))
}

func (s *sqliteDB) queryRows(ctx context.Context, query string, args []any, each func(func(...any) error) error) error {
	if err := s.readers.turn(ctx); err != nil {
		return s.fault(ctx, err)
	}
	defer s.readers.done()
	ctx, cancel := bounded(ctx)
	defer cancel()
	st, err := s.readers.statement(ctx, query)
	if err != nil {
		return s.fault(ctx, err)
	}
	rows, err := st.QueryContext(ctx, args...)
	return s.fault(ctx, readAll(rows, err, each))
}

// readAll reads rows to their end.
func readAll(rows *sql.Rows, err error, each func(func(...any) error) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *sqliteDB) transact(ctx context.Context, fn func(querier) error) error {
	if err := s.writer.turn(ctx); err != nil {
		return fmt.Errorf("begin: %w", s.fault(ctx, err))
	}
	defer s.writer.done()
	tx, err := s.writer.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", s.fault(ctx, err))
	}
	defer tx.Rollback()
	if err := fn(sqliteTx{s, tx}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", s.fault(ctx, err))
	}
	return nil
}

type sqliteTx struct {
	*sqliteDB
	tx *sql.Tx
}

func (t sqliteTx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	res, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, t.fault(ctx, err)
	}
	return res.RowsAffected()
}

func (t sqliteTx) queryRow(ctx context.Context, query string, args []any, dest ...any) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return t.fault(ctx, t.tx.QueryRowContext(ctx, query, args...).Scan(dest...))
}

func (t sqliteTx) queryRows(ctx context.Context, query string, args []any, each func(func(...any) error) error) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	rows, err := t.tx.QueryContext(ctx, query, args...)
	return t.fault(ctx, readAll(rows, err, each))
}

func (s *sqliteDB) migrator() (*sql.DB, func(), goose.Dialect, []goose.ProviderOption, error) {
	return s.writer.db, func() {}, goose.DialectSQLite3, nil, nil
}

func (s *sqliteDB) fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if err, ok := commonFault(ctx, err); ok {
		return err
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		if s.closed.Load() {
			return &fault{ErrUnavailable, "closed"}
		}
		return &fault{errHidden, fmt.Sprintf("sqlite: %T", err)}
	}
	text := fmt.Sprintf("sqlite code %d", e.Code())
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return &fault{ErrConflict, text}
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_PERM:
		return &fault{ErrUnavailable, text}
	}
	// SQLite's texts name tables, columns and SQL, never values.
	return &fault{nil, strings.TrimSpace(e.Error())}
}
