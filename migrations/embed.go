// Package migrations holds the steps of the database schema. A step is one file for both engines, NNNNN_what.sql, or
// twins NNNNN_what.sqlite.sql and NNNNN_what.postgres.sql with the same tables, columns and nullability.
package migrations

import "embed"

// Files are the steps.
//
//go:embed *.sql
var Files embed.FS
