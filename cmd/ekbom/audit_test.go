package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"
)

const auditSecret = "EKBOM_SECRET=the secret of these tests, long enough"

// trails makes a database with two clinics that have some events, and gives its address and path.
func trails(t *testing.T) (dsn, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ekbom.db")
	dsn = "sqlite:" + path
	st, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	chain, err := audit.NewChain(strings.TrimPrefix(auditSecret, "EKBOM_SECRET="))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, slug := range []string{"north", "south"} {
		c := account.Clinic{ID: questionnaire.ClinicID(slug), Slug: slug, Name: "Clinic " + slug, Created: at, Keep: account.KeepDefault}
		if err := st.Sealed(chain).CreateClinic(t.Context(), c, audit.Operator); err != nil {
			t.Fatal(err)
		}
		for _, role := range account.Roles() {
			a := account.Account{ID: account.ID(slug + string(role)), Clinic: c.ID, Login: slug + string(role), Name: "Robin", Role: role, Status: account.Active, Created: at}
			if err := st.Sealed(chain).AddAccount(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dsn, path
}

// tamper changes the database as somebody does who can get around its own guard.
func tamper(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, drop := range []string{"audit_is_never_changed", "audit_is_never_cut"} {
		if _, err := db.Exec(`DROP TRIGGER IF EXISTS ` + drop); err != nil {
			t.Fatal(err)
		}
	}
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func verify(t *testing.T, env string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), append([]string{"audit", "verify"}, args...), strings.NewReader(""), &stdout, &stderr, []string{env})
	return result{code, stdout.String(), stderr.String()}
}

func TestAuditVerify(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change []string
		env    string
		args   []string
		code   int
		want   string
	}{
		{name: "whole", want: "north: whole, 4 events, the last with hash "},
		{name: "one clinic", args: []string{"--clinic", "south"}, want: "south: whole, 4 events, the last with hash "},
		{
			name: "a changed event", change: []string{`UPDATE audit SET detail = 'admin' WHERE clinic_id = 'south' AND seq = 2`},
			code: exitFaulty, want: "south: NOT whole: event 2 was changed, or the one before it was taken out\n",
		},
		{
			name: "an event taken out", change: []string{`DELETE FROM audit WHERE clinic_id = 'north' AND seq = 3`},
			code: exitFaulty, want: "north: NOT whole: event 4 follows event 2: events are missing\n",
		},
		{
			name: "the end cut off", change: []string{`DELETE FROM audit WHERE clinic_id = 'north' AND seq > 2`},
			code: exitFaulty, want: "north: NOT whole: the chain ends at event 2, but event 4 was written: events are missing\n",
		},
		{
			name:   "the end cut off and hidden",
			change: []string{`DELETE FROM audit WHERE clinic_id = 'north' AND seq > 2`, `DELETE FROM audit_heads WHERE clinic_id = 'north'`},
			code:   exitFaulty, want: "north: NOT whole: the end of the chain was taken out\n",
		},
		{
			name: "the end cut off and put where the rest ends",
			change: []string{`DELETE FROM audit WHERE clinic_id = 'north' AND seq > 2`,
				`UPDATE audit_heads SET seq = 2, hash = (SELECT hash FROM audit WHERE clinic_id = 'north' AND seq = 2) WHERE clinic_id = 'north'`},
			code: exitFaulty, want: "north: NOT whole: the chain does not end in event 2 as it was written\n",
		},
		{
			name:   "all of it taken out",
			change: []string{`DELETE FROM audit WHERE clinic_id = 'north'`, `DELETE FROM audit_heads WHERE clinic_id = 'north'`},
			code:   exitFaulty, want: "north: NOT whole: there is no event, not even that the clinic was opened: all were taken out\n",
		},
		{
			name: "another clinic's fault is not told", change: []string{`DELETE FROM audit WHERE clinic_id = 'north' AND seq = 3`},
			args: []string{"--clinic", "south"}, want: "south: whole, 4 events, the last with hash ",
		},
		{
			name: "another secret", env: "EKBOM_SECRET=a secret with which nothing was written here", code: exitFaulty,
			want: "north: NOT whole: event 1 was changed, or the one before it was taken out\n",
		},
		{name: "no such clinic", args: []string{"--clinic", "west"}, code: exitWrongUse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dsn, path := trails(t)
			tamper(t, path, tt.change...)
			if tt.env == "" {
				tt.env = auditSecret
			}
			r := verify(t, tt.env, append(tt.args, "--db", dsn)...)
			if r.code != tt.code || !strings.Contains(r.stdout, tt.want) {
				t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
			}
			if tt.args != nil && strings.Contains(r.stdout, "north") {
				t.Errorf("told of another clinic\n%s", r.stdout)
			}
		})
	}
}

func TestAuditVerifyJSON(t *testing.T) {
	t.Parallel()
	dsn, path := trails(t)
	tamper(t, path, `UPDATE audit SET actor = 'nobody' WHERE clinic_id = 'north' AND seq = 1`)
	r := verify(t, auditSecret, "--json", "--db", dsn)
	var found []checkedTrail
	if err := json.Unmarshal([]byte(r.stdout), &found); err != nil || r.code != exitFaulty {
		t.Fatalf("exit %d, %v\n%s", r.code, err, r.stdout)
	}
	if len(found) != 2 || len(found[1].Hash) != 64 {
		t.Fatalf("%+v", found)
	}
	found[1].Hash = ""
	want := []checkedTrail{
		{Clinic: "north", Name: "Clinic north", Fault: "event 1 was changed, or the one before it was taken out"},
		{Clinic: "south", Name: "Clinic south", Events: 4, Whole: true},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
}

// Neither a database nor a secret is made by asking.
func TestAuditVerifyMakesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if r := verify(t, auditSecret, "--db", "sqlite:"+filepath.Join(dir, "none.db")); r.code != exitFaulty || !strings.Contains(r.stderr, "there is no database") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	dsn, path := trails(t)
	if r := verify(t, "EKBOM_LOG=text", "--db", dsn); r.code != exitFaulty || !strings.Contains(r.stderr, "there is no secret") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	for _, folder := range []string{dir, filepath.Dir(path)} {
		made, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range made {
			if base := filepath.Base(name); !strings.HasPrefix(base, "ekbom.db") {
				t.Errorf("%s was made", base)
			}
		}
	}
	if r := ekbom(t, "", "audit", "verify", "--help"); r.code != exitDone || !strings.Contains(r.stdout, "keyed hash") {
		t.Errorf("exit %d: %s", r.code, r.stdout)
	}
}
