package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestPostgresFault(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code  string
		want  error // nil: none of the sentinels
		shown bool  // the message, which holds no value
	}{
		{"23505", ErrConflict, false},
		{"23503", nil, false},
		{"23514", nil, false},
		{"22P02", nil, false},
		{"22021", nil, false},
		{"25P02", nil, false},
		{"42703", nil, true},
		{"40001", ErrUnavailable, false},
		{"40P01", ErrUnavailable, false},
		{"08006", ErrUnavailable, true},
		{"25006", ErrUnavailable, false},
		{"28P01", ErrUnavailable, true},
		{"3D000", ErrUnavailable, true},
		{"53100", ErrUnavailable, true},
		{"53300", ErrUnavailable, true},
		{"55P03", ErrUnavailable, true},
		{"57014", ErrUnavailable, true},
		{"57P01", ErrUnavailable, true},
		{"57P03", ErrUnavailable, true},
		{"58030", ErrUnavailable, true},
		{"", nil, false},
	}
	for _, tt := range tests {
		err := postgresFault(&pgconn.PgError{
			Code: tt.code, Message: "what the server says", Detail: "Key (answers)=(yes)", Hint: "yes", Where: "yes",
			TableName: "responses", ConstraintName: "responses_pkey",
		})
		for _, sentinel := range []error{ErrConflict, ErrUnavailable, ErrNotFound, ErrStale} {
			if got := errors.Is(err, sentinel); got != (sentinel == tt.want) {
				t.Errorf("%s: is %v: %v", tt.code, sentinel, got)
			}
		}
		if got := strings.Contains(err.Error(), "what the server says"); got != tt.shown {
			t.Errorf("%s: message shown is %v: %v", tt.code, got, err)
		}
		if strings.Contains(err.Error(), "yes") {
			t.Errorf("%s: shows a value: %v", tt.code, err)
		}
	}
}
