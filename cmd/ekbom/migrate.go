package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"ekbom/internal/store"
)

type migrateCommand struct {
	DB     string               `name:"db" placeholder:"URL" help:"sqlite:PATH or postgres://... Else EKBOM_DB, else sqlite:data/ekbom.db."`
	Up     migrateUpCommand     `cmd:"" help:"Take every step that is not taken yet."`
	Status migrateStatusCommand `cmd:"" help:"List the steps; exit code 1 when some are not taken."`
}

type migrateUpCommand struct{}

// Run takes the steps.
func (*migrateUpCommand) Run(s *stage, all *commands) error {
	conf, err := settings(s, map[string]string{"EKBOM_DB": all.Migrate.DB})
	if err != nil {
		return err
	}
	st, err := store.Open(s.ctx, conf.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	done, err := st.Migrate(s.ctx)
	for _, m := range done {
		fmt.Fprintln(s.stdout, "taken:", m.Name)
	}
	if err == nil && len(done) == 0 {
		fmt.Fprintln(s.stdout, "nothing to do")
	}
	return err
}

type migrateStatusCommand struct{}

// Run lists the steps.
func (*migrateStatusCommand) Run(s *stage, all *commands) error {
	conf, err := settings(s, map[string]string{"EKBOM_DB": all.Migrate.DB})
	if err != nil {
		return err
	}
	if path, ok := strings.CutPrefix(conf.DB, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no database at %s", path) // and asking makes none
		}
	}
	st, err := store.Open(s.ctx, conf.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	steps, err := st.Migrations(s.ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	for _, m := range steps {
		when := "not taken"
		if !m.Applied.IsZero() {
			when = "taken " + m.Applied.Local().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\n", m.Name, when)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return st.CheckSchema(s.ctx)
}
