package store_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ekbom/internal/store"
	"ekbom/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// eachEmpty runs f with the address of a database without tables.
func eachEmpty(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, "sqlite:"+filepath.Join(t.TempDir(), "new folder", "100%?#.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, storetest.EmptyPostgres(t))
	})
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, dsn string) {
		ctx, s := t.Context(), open(t, dsn)
		wantError(t, s.CheckSchema(ctx), store.ErrSchemaOld)
		steps, err := s.Migrations(ctx)
		if err != nil || len(steps) == 0 || !steps[0].Applied.IsZero() || steps[0].Name != "00001_responses" {
			t.Fatalf("before: %v, %v", steps, err)
		}
		if err := s.Ping(ctx); err == nil {
			t.Error("ready without tables")
		}
		done, err := s.Migrate(ctx)
		if err != nil || len(done) != len(steps) {
			t.Fatalf("took %v, %v", done, err)
		}
		if err := s.CheckSchema(ctx); err != nil {
			t.Error(err)
		}
		after, err := s.Migrations(ctx)
		if err != nil || time.Since(after[0].Applied).Abs() > time.Minute {
			t.Errorf("after: %v, %v", after, err)
		}
		r := create(t, s, newResponse(t))
		if done, err := s.Migrate(ctx); err != nil || len(done) != 0 {
			t.Errorf("second time took %v, %v", done, err)
		}

		if _, err := s.Exec(ctx, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`); err != nil {
			t.Fatal(err)
		}
		wantError(t, s.CheckSchema(ctx), store.ErrSchemaNew)
		_, err = s.Migrate(ctx)
		wantError(t, err, store.ErrSchemaNew)
		read(t, s, r.ID)
	})
}

// Several programs started at once take each step once.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, dsn string) {
		const starters = 4
		type result struct {
			done []store.Migration
			err  error
		}
		results := make(chan result, starters)
		for range starters {
			s := open(t, dsn)
			go func() {
				done, err := s.Migrate(t.Context())
				results <- result{done, err}
			}()
		}
		taken := map[string]int{}
		for range starters {
			r := <-results
			if r.err != nil {
				t.Error(r.err)
			}
			for _, m := range r.done {
				taken[m.Name]++
			}
		}
		steps, err := open(t, dsn).Migrations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range steps {
			if taken[m.Name] != 1 || m.Applied.IsZero() {
				t.Errorf("%s was taken %d times", m.Name, taken[m.Name])
			}
		}
	})
}

// Both engines have the same tables, columns, nullability and indexes, and types that stand for the same.
func TestTwins(t *testing.T) {
	t.Parallel()
	const sqlite = `SELECT json_group_array(line ORDER BY line) FROM (
		SELECT t.name || '.' || c.name || ' ' || CASE lower(c.type) WHEN 'blob' THEN 'bytea' WHEN 'timestamp'
			THEN 'timestamptz' ELSE lower(c.type) END || CASE c."notnull" WHEN 1 THEN ' not null' ELSE '' END AS line
		FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'goose_%'
		UNION ALL SELECT tbl_name || ' ' || name FROM sqlite_schema
		WHERE type = 'index' AND name NOT LIKE 'sqlite_%' AND tbl_name NOT LIKE 'goose_%')`
	const postgres = `SELECT json_agg(line ORDER BY line) FROM (
		SELECT table_name || '.' || column_name || ' ' || CASE udt_name WHEN 'json' THEN 'text' WHEN 'int8' THEN 'bigint'
			ELSE udt_name END || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS line
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'
		UNION ALL SELECT tablename || ' ' || indexname FROM pg_indexes
		WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' AND tablename NOT LIKE 'goose_%') AS lines`
	lines := func(s *store.Store, query string) []string {
		var found []byte
		if err := s.QueryRow(t.Context(), query, nil, &found); err != nil {
			t.Fatal(err)
		}
		var list []string
		if err := json.Unmarshal(found, &list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	pg := lines(open(t, storetest.Postgres(t)), postgres)
	lite := lines(storetest.Open(t), sqlite)
	if diff := cmp.Diff(pg, lite); diff != "" || len(pg) < 20 {
		t.Errorf("%d lines, postgres -, sqlite +:\n%s", len(pg), diff)
	}
}

// The SQLite driver works with the one release of libc that its go.mod names.
func TestLibcVersion(t *testing.T) {
	t.Parallel()
	list := func(format, module string) string {
		out, err := exec.Command("go", "list", "-m", "-f", format, module).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	f, err := os.Open(list("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if v, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "modernc.org/libc "); ok {
			want = v
		}
	}
	if got := list("{{.Version}}", "modernc.org/libc"); got != want || want == "" {
		t.Errorf("modernc.org/libc is %s, modernc.org/sqlite wants %q", got, want)
	}
}
