package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/config"
	"ekbom/internal/store"
)

type auditCommand struct {
	DB     string             `name:"db" placeholder:"URL" help:"sqlite:PATH or postgres://... Else EKBOM_DB, else sqlite:data/ekbom.db."`
	Verify auditVerifyCommand `cmd:"" help:"Check each event against the one before it; exit code 1 when some were changed or taken out."`
}

type auditVerifyCommand struct {
	Clinic string `placeholder:"SHORT-NAME" help:"Only this clinic, by the short name in its address; else all."`
	JSON   bool   `name:"json" help:"Print what was found as JSON."`
}

// Help says what can be found out, and what cannot.
func (*auditVerifyCommand) Help() string {
	return `Every event holds a keyed hash of itself and of the event before it. The key comes from the secret that the server
runs with (EKBOM_SECRET, EKBOM_SECRET_FILE, or the file "secret" that it made), so nobody who can only write to
the database makes up events that fit. Found are events that were changed, added, taken out, or cut off at the end.

Not found is a trail that was put back to how it once was, out of an older copy, or one rewritten by somebody who has the secret:
compare what is printed here with what was noted elsewhere.`
}

// checkedTrail is what was found of one clinic.
type checkedTrail struct {
	Clinic string `json:"clinic"`
	Name   string `json:"name"`
	Events int64  `json:"events"` // that are as they were written, from the first
	Hash   string `json:"hash"`   // of the last of them
	Whole  bool   `json:"whole"`
	Fault  string `json:"fault,omitempty"`
}

// Run checks the trails.
func (c *auditVerifyCommand) Run(s *stage, all *commands) error {
	conf, err := settings(s, map[string]string{"EKBOM_DB": all.Audit.DB})
	if err != nil {
		return err
	}
	chain, err := chainOf(conf)
	if err != nil {
		return err
	}
	st, err := store.Open(s.ctx, conf.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := st.CheckSchema(s.ctx); err != nil {
		return err
	}
	clinics, err := c.clinics(s, st)
	if err != nil {
		return err
	}
	found := []checkedTrail{}
	faulty := false
	for _, clinic := range clinics {
		checked, err := st.Sealed(chain).VerifyAudit(s.ctx, clinic.ID)
		if err != nil {
			return err
		}
		t := checkedTrail{Clinic: clinic.Slug, Name: clinic.Name, Events: checked.Events, Hash: hex.EncodeToString(checked.Hash), Whole: checked.Fault == nil}
		if checked.Fault != nil {
			t.Fault, faulty = checked.Fault.Error(), true
		}
		found = append(found, t)
	}
	if c.JSON {
		enc := json.NewEncoder(s.raw)
		enc.SetIndent("", "  ")
		if err := enc.Encode(found); err != nil {
			return err
		}
	} else {
		for _, t := range found {
			if t.Whole {
				fmt.Fprintf(s.stdout, "%s: whole, %d events, the last with hash %s\n", t.Clinic, t.Events, t.Hash)
			} else {
				fmt.Fprintf(s.stdout, "%s: NOT whole: %s\n", t.Clinic, t.Fault)
			}
		}
	}
	if faulty {
		return errReported
	}
	return nil
}

func (c *auditVerifyCommand) clinics(s *stage, st *store.Store) ([]account.Clinic, error) {
	if c.Clinic == "" {
		return st.Clinics(s.ctx)
	}
	clinic, err := st.ClinicBySlug(s.ctx, c.Clinic)
	if errors.Is(err, store.ErrNotFound) {
		return nil, wrongUse{fmt.Errorf("there is no clinic %q", c.Clinic)}
	}
	return []account.Clinic{clinic}, err
}

// chainOf gives the chain that the server writes. Neither database nor secret is made where there is none: nothing written
// before could be checked with them.
func chainOf(conf *config.Config) (audit.Chain, error) {
	if err := haveDatabase(conf); err != nil {
		return audit.Chain{}, err
	}
	if conf.Secret == "" {
		path := filepath.Join(conf.DataDir(), "secret")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return audit.Chain{}, fmt.Errorf("there is no secret at %s: set EKBOM_SECRET to the one that the server runs with", path)
		}
	}
	secret, err := conf.OpenSecret()
	if err != nil {
		return audit.Chain{}, err
	}
	return audit.NewChain(secret)
}

// haveDatabase refuses a file that is not there: opening it would make an empty one.
func haveDatabase(conf *config.Config) error {
	if path, ok := strings.CutPrefix(conf.DB, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no database at %s", path)
		}
	}
	return nil
}
