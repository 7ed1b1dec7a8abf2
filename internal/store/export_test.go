package store

import (
	"context"

	"ekbom/internal/review"
)

// Exec runs any statement, for tests of the seam.
func (s *Store) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return s.exec(ctx, query, args...)
}

// QueryRow reads one row, for tests of the seam.
func (s *Store) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	return s.queryRow(ctx, query, args, dest...)
}

// QueryRows reads rows, for tests of the seam.
func (s *Store) QueryRows(ctx context.Context, query string, args []any, each func(scan func(dest ...any) error) error) error {
	return s.queryRows(ctx, query, args, each)
}

// QueueQuery gives the statement of a page of the queue, so that a test can have it explained.
func (st *Staff) QueueQuery(f review.Filter, after, before *review.Key) (string, []any) {
	return st.queueQuery(f, after, before, QueueSize+1)
}

// QueueOf is Queue with another size of a page.
func (st *Staff) QueueOf(ctx context.Context, f review.Filter, after, before *review.Key, size int) (review.Page, error) {
	return st.queue(ctx, f, after, before, size)
}

// Listed counts what a filter finds, whoever asks.
func (st *Staff) Listed(ctx context.Context, f review.Filter) (int64, error) {
	return st.countListed(ctx, st.store, f)
}
