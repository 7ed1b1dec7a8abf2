package main

import (
	"errors"
	"fmt"
	"time"

	"ekbom/internal/audit"
	"ekbom/internal/demo"
	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/store"
)

type seedCommand struct {
	DB    string `name:"db" placeholder:"URL" help:"sqlite:PATH or postgres://... Else EKBOM_DB, else sqlite:data/ekbom.db."`
	Count int    `default:"2000" help:"How many submissions, at least (${default})."`
	Seed  uint64 `default:"1" help:"The same number makes the same people (${default})."`
}

// Help tells what it is for.
func (*seedCommand) Help() string {
	return `Makes a clinic with the short name "demo", four people who work there, and made-up patients who walked the questionnaire in the
last year: submissions, drafts, repeated answers, notes, messages, reads. For looking at queue, plots and statistics, never beside
real patients: a database in which another clinic has submissions is refused. Run it with the settings of the server; run again,
it adds as many more. Nobody gets a password; ekbom account reset --login demo.lead prints a link to choose one.`
}

// Run fills the demo clinic.
func (c *seedCommand) Run(s *stage, _ *commands) error {
	if c.Count < 1 || c.Count > 1_000_000 {
		return wrongUse{errors.New("--count: want a number from 1 to 1000000")}
	}
	conf, err := settings(s, map[string]string{"EKBOM_DB": c.DB})
	if err != nil {
		return err
	}
	d, err := s.loadNamed(usual)
	if err != nil {
		return err
	}
	crowd, err := demo.NewCrowd(d)
	if err != nil {
		return err
	}
	st, err := openStore(s.ctx, conf.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	secret, err := conf.OpenSecret()
	if err != nil {
		return err
	}
	chain, err := audit.NewChain(secret)
	if err != nil {
		return err
	}
	codeKey, err := returncode.Key(secret)
	if err != nil {
		return err
	}
	begun := time.Now()
	f, err := demo.Fill(s.ctx, st.Sealed(chain), crowd, codeKey, c.Seed, c.Count, begun)
	switch {
	case errors.Is(err, store.ErrConflict):
		return fmt.Errorf("these made-up people are there already; take another --seed: %w", err)
	case err != nil:
		return err
	}
	fmt.Fprintf(s.stdout, "%s: %d submissions of %d people, %d drafts, %d acts, in %s.\n", f.Clinic.Name, f.Submissions, f.People, f.Drafts,
		f.Acts, time.Since(begun).Round(100*time.Millisecond))
	for u := questionnaire.Emergency; ; u-- {
		fmt.Fprintf(s.stdout, "  %-10s %d\n", u, f.ByUrgency[u])
		if u == questionnaire.SelfCare {
			break
		}
	}
	fmt.Fprintf(s.stdout, "Opened by somebody: %d, not yet: %d, withdrawn: %d.\n\nWho works there, at %s/clinic/:\n", f.Opened, f.Waiting, f.Withdrawn,
		configured(conf))
	for _, a := range f.Staff {
		fmt.Fprintf(s.stdout, "  %-14s %-9s %s\n", a.Login, a.Role, a.Name)
	}
	fmt.Fprintf(s.stdout, "To sign in as one of them, take the link that this prints:\n  ekbom account reset --login %s\n", f.Staff[len(f.Staff)-1].Login)
	if len(f.Codes) > 0 {
		fmt.Fprintln(s.stdout, "\nReturn codes of made-up patients who came several times:")
	}
	for _, code := range f.Codes {
		fmt.Fprintf(s.stdout, "  %s\n", code)
	}
	return nil
}
