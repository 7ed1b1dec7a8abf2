package store

import "context"

// Exec runs any statement, for tests of the seam.
func (s *Store) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return s.exec(ctx, query, args...)
}

// QueryRow reads one row, for tests of the seam.
func (s *Store) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	return s.queryRow(ctx, query, args, dest...)
}
