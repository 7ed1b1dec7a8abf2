package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

type postgresDB struct {
	pool   *pgxpool.Pool
	closed atomic.Bool
}

const (
	postgresConns    = 16 // unless the address names pool_max_conns
	postgresAttempts = 20
)

func openPostgres(ctx context.Context, dsn string) (*postgresDB, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		// The parser's own error shows the address, and hides the password only where it recognises one.
		return nil, errors.New("postgres: the address is not valid: want postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE")
	}
	if !strings.Contains(dsn, "pool_max_conns=") {
		cfg.MaxConns = postgresConns
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 2 * time.Second
	}
	if cfg.PingTimeout == 0 {
		cfg.PingTimeout = time.Second
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "ekbom"
	}
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, errors.New("postgres: the address is not valid")
	}
	p := &postgresDB{pool: pool}
	if _, err := p.exec(ctx, `SELECT 1`); err != nil {
		pool.Close()
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return p, nil
}

func (p *postgresDB) name() string { return "postgres" }

// scrub does nothing: PostgreSQL's journal is the operator's, who may need it for a restore.
func (p *postgresDB) scrub(context.Context) {}

func (p *postgresDB) close() {
	p.closed.Store(true)
	p.pool.Close()
}

func (p *postgresDB) exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	tag, err := p.pool.Exec(ctx, query, args...)
	return tag.RowsAffected(), p.fault(ctx, err)
}

func (p *postgresDB) queryRow(ctx context.Context, query string, args []any, dest ...any) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return p.fault(ctx, p.pool.QueryRow(ctx, query, args...).Scan(dest...))
}

func (p *postgresDB) queryRows(ctx context.Context, query string, args []any, each func(func(...any) error) error) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	rows, err := p.pool.Query(ctx, query, args...)
	return p.fault(ctx, scanAll(rows, err, each))
}

// scanAll reads rows to their end.
func scanAll(rows pgx.Rows, err error, each func(func(...any) error) error) error {
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

// transact runs serializable, since at the default level a read and then a write lose what others wrote in between.
func (p *postgresDB) transact(ctx context.Context, fn func(querier) error) error {
	for attempt := 1; ; attempt++ {
		err := p.transactOnce(ctx, fn)
		if !errors.Is(err, errSerialization) || attempt == postgresAttempts {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(rand.N(time.Duration(attempt) * 4 * time.Millisecond)):
		}
	}
}

func (p *postgresDB) transactOnce(ctx context.Context, fn func(querier) error) error {
	limited, cancel := bounded(ctx)
	defer cancel()
	tx, err := p.pool.BeginTx(limited, pgx.TxOptions{IsoLevel: pgx.Serializable})
	if err != nil {
		return fmt.Errorf("begin: %w", p.fault(limited, err))
	}
	defer func() {
		// Also when ctx has ended, or else the connection is lost to the pool.
		limited, cancel := bounded(context.WithoutCancel(ctx))
		defer cancel()
		tx.Rollback(limited)
	}()
	if err := fn(postgresTx{p, tx}); err != nil {
		return err
	}
	limited, cancel = bounded(ctx)
	defer cancel()
	if err := tx.Commit(limited); err != nil {
		return fmt.Errorf("commit: %w", p.fault(limited, err))
	}
	return nil
}

type postgresTx struct {
	*postgresDB
	tx pgx.Tx
}

func (t postgresTx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	tag, err := t.tx.Exec(ctx, query, args...)
	return tag.RowsAffected(), t.fault(ctx, err)
}

func (t postgresTx) queryRow(ctx context.Context, query string, args []any, dest ...any) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return t.fault(ctx, t.tx.QueryRow(ctx, query, args...).Scan(dest...))
}

func (t postgresTx) queryRows(ctx context.Context, query string, args []any, each func(func(...any) error) error) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	rows, err := t.tx.Query(ctx, query, args...)
	return t.fault(ctx, scanAll(rows, err, each))
}

// migrator locks for the session, so that of several programs started at once one migrates and the others wait.
func (p *postgresDB) migrator() (*sql.DB, func(), goose.Dialect, []goose.ProviderOption, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return nil, nil, "", nil, err
	}
	db := stdlib.OpenDBFromPool(p.pool)
	return db, func() { db.Close() }, goose.DialectPostgres, []goose.ProviderOption{goose.WithSessionLocker(locker)}, nil
}

func (p *postgresDB) fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var e *pgconn.PgError
	if errors.As(err, &e) && (e.Code != "57014" || ctx.Err() == nil) { // 57014: cancelled, by us if ctx has ended
		return postgresFault(e)
	}
	if err, ok := commonFault(ctx, err); ok {
		return err
	}
	var network net.Error
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &connect):
		return &fault{ErrUnavailable, connect.Error()} // names user, database and host, never the password
	case errors.As(err, &network), errors.Is(err, net.ErrClosed), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, pgconn.ErrConnClosed), pgconn.SafeToRetry(err):
		return &fault{ErrUnavailable, "connection lost"}
	case p.closed.Load():
		return &fault{ErrUnavailable, "closed"}
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return &fault{nil, pgx.ErrTxCommitRollback.Error()}
	}
	return &fault{errHidden, fmt.Sprintf("postgres: %T", err)}
}

// postgresFault keeps the message only of those classes of errors whose messages hold no values. Detail always may.
func postgresFault(e *pgconn.PgError) error {
	f := &fault{text: "postgres code " + e.Code}
	switch e.Code[:min(2, len(e.Code))] {
	case "08", "28", "3D", "53", "55", "57", "58":
		f.kind = ErrUnavailable
		f.text += ": " + e.Message
	case "23":
		f.text += " on " + e.TableName + " " + e.ConstraintName + e.ColumnName
	case "40":
		f.kind = errSerialization
	case "42":
		f.text += ": " + e.Message
	}
	switch e.Code {
	case "23505":
		f.kind = ErrConflict
	case "25006": // read-only: a standby, or a database in trouble
		f.kind = ErrUnavailable
	}
	return f
}
