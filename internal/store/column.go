package store

import "time"

// stamp gives a time as it is stored: in UTC, to the microsecond that PostgreSQL keeps. A zero time is NULL.
func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Microsecond)
	return &t
}

func unstamp(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// text gives JSON as it is stored, as text: SQLite would keep bytes as a BLOB. No bytes are NULL.
func text(b []byte) *string {
	if b == nil {
		return nil
	}
	s := string(b)
	return &s
}
