package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"
)

// querier runs statements. exec is for those that change rows, queryRow for those that read, and scans exactly one row;
// without a row its error is ErrNotFound. queryRows calls each for every row with the function that scans it; each must not
// use the querier.
type querier interface {
	exec(ctx context.Context, query string, args ...any) (int64, error)
	queryRow(ctx context.Context, query string, args []any, dest ...any) error
	queryRows(ctx context.Context, query string, args []any, each func(scan func(dest ...any) error) error) error
}

// engine is the seam between the store and a database. Every error that leaves it went through its fault.
type engine interface {
	querier
	name() string
	transact(ctx context.Context, fn func(querier) error) error
	migrator() (db *sql.DB, release func(), dialect goose.Dialect, options []goose.ProviderOption, err error)
	fault(ctx context.Context, err error) error
	scrub(ctx context.Context) // takes what was deleted out of the engine's own journal, as well as it can
	close()
}

// A statement that waits longer, for a connection, a lock or the disk, is given up as ErrUnavailable.
const patience = 3 * time.Second

// errOverrun marks our own deadline, to tell it from one the caller set.
var errOverrun = errors.New("took too long")

// errSerialization is a transaction that lost against another one and may be tried again.
var errSerialization = fmt.Errorf("%w: changed by others at the same moment", ErrUnavailable)

// errHidden stands for an error of binding or scanning, whose text shows the value.
var errHidden = errors.New("error text withheld")

func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, patience, errOverrun)
}

// fault replaces a driver's error. It wraps a sentinel, or nothing, and never the driver's error itself, whose fields
// and text may hold answers.
type fault struct {
	kind error
	text string
}

func (f *fault) Error() string {
	if f.kind == nil {
		return f.text
	}
	return fmt.Sprintf("%v (%s)", f.kind, f.text)
}

func (f *fault) Unwrap() error { return f.kind }

// commonFault deals with what both engines have in common, and says whether it did.
func commonFault(ctx context.Context, err error) (error, bool) {
	var own *fault
	switch {
	case errors.As(err, &own):
		return err, true
	case errors.Is(err, sql.ErrNoRows): // pgx.ErrNoRows matches as well
		return ErrNotFound, true
	case errors.Is(err, errOverrun), errors.Is(context.Cause(ctx), errOverrun):
		return &fault{ErrUnavailable, errOverrun.Error()}, true
	case ctx.Err() != nil:
		return context.Cause(ctx), true
	}
	return nil, false
}
