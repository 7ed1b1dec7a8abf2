package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/config"
	"ekbom/internal/server"
	"ekbom/internal/store"

	"github.com/google/uuid"
)

type accountCommand struct {
	DB      string                `name:"db" placeholder:"URL" help:"sqlite:PATH or postgres://... Else EKBOM_DB, else sqlite:data/ekbom.db."`
	Add     accountAddCommand     `cmd:"" help:"Add a person to a clinic and print a one-time link, with which they choose a password."`
	List    accountListCommand    `cmd:"" help:"List the people of all clinics, or of one."`
	Disable accountDisableCommand `cmd:"" help:"Shut a person out at once."`
	Reset   accountResetCommand   `cmd:"" help:"Take password and second step from a person and print a one-time link to choose anew."`
}

// Help tells what the commands have in common.
func (*accountCommand) Help() string {
	return `The first account of a server is made with the link that ekbom serve prints. Run these commands with the settings of the
server (EKBOM_DB, EKBOM_SECRET, EKBOM_BASE_URL), on its machine or another; the server may go on running. What they do stands in
the clinic's audit trail as done by the operator. No password is ever given on the command line.`
}

type accountAddCommand struct {
	Clinic string `required:"" placeholder:"SHORT-NAME" help:"The clinic, by the short name in its address."`
	Login  string `required:"" help:"The name to sign in with, such as an e-mail address."`
	Name   string `required:"" help:"The name that colleagues see."`
	Role   string `enum:"reviewer,lead,admin" default:"reviewer" help:"reviewer, lead or admin (${default})."`
}

type accountListCommand struct {
	Clinic string `placeholder:"SHORT-NAME" help:"Only this clinic, by the short name in its address."`
}

type accountDisableCommand struct {
	Login string `required:"" help:"The name that the person signs in with."`
}

type accountResetCommand struct {
	Login string `required:"" help:"The name that the person signs in with."`
}

// Run adds a person.
func (c *accountAddCommand) Run(s *stage, all *commands) error {
	conf, st, err := s.openClinics(all.Account.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	of, err := s.findClinic(st, c.Clinic)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("new account: %w", err)
	}
	a := account.Account{
		ID: account.ID(id.String()), Clinic: of.ID, Login: account.Fold(c.Login), Name: account.Tidy(c.Name), Role: account.Role(c.Role),
		Created: time.Now(),
	}
	if !account.ValidLogin(a.Login) {
		return wrongUse{fmt.Errorf("--login: want at most %d signs without space", account.LoginLength)}
	}
	if !account.ValidName(a.Name) {
		return wrongUse{fmt.Errorf("--name: want at most %d signs", account.NameLength)}
	}
	token := account.NewToken()
	err = st.InviteAccount(s.ctx, a, account.HashToken(token))
	if errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("somebody signs in as %q already", a.Login)
	}
	if err != nil {
		return err
	}
	return s.giveLink(conf, a, of, token, account.InviteLink)
}

// Run lists people.
func (c *accountListCommand) Run(s *stage, all *commands) error {
	_, st, err := s.openClinics(all.Account.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	clinics, err := st.Clinics(s.ctx)
	if err != nil {
		return err
	}
	if c.Clinic != "" {
		of, err := s.findClinic(st, c.Clinic)
		if err != nil {
			return err
		}
		clinics = []account.Clinic{of}
	}
	accounts, err := st.Accounts(s.ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CLINIC\tLOGIN\tNAME\tROLE\tSTATUS\tSECOND STEP\tLAST SIGNED IN")
	for _, of := range clinics {
		for _, a := range accounts {
			if a.Clinic != of.ID {
				continue
			}
			steps, last := "off", "never"
			if a.TwoSteps {
				steps = "on"
			}
			if !a.SignedIn.IsZero() {
				last = a.SignedIn.Local().Format(time.DateTime)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", of.Slug, a.Login, a.Name, a.Role, a.Status, steps, last)
		}
	}
	return w.Flush()
}

// Run shuts a person out.
func (c *accountDisableCommand) Run(s *stage, all *commands) error {
	_, st, err := s.openClinics(all.Account.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	found, err := s.findAccount(st, c.Login)
	if err != nil {
		return err
	}
	if err := st.DisableAccount(s.ctx, found.Account.ID, found.Clinic.ID, time.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.stdout, "%s of %s is shut out and signed out everywhere. To let them in again: ekbom account reset --login %s\n",
		found.Account.Login, found.Clinic.Slug, found.Account.Login)
	return err
}

// Run lets a person choose a password anew.
func (c *accountResetCommand) Run(s *stage, all *commands) error {
	conf, st, err := s.openClinics(all.Account.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	found, err := s.findAccount(st, c.Login)
	if err != nil {
		return err
	}
	token := account.NewToken()
	if err := st.ResetAccount(s.ctx, found.Account.ID, found.Clinic.ID, account.HashToken(token), time.Now()); err != nil {
		return err
	}
	return s.giveLink(conf, found.Account, found.Clinic, token, account.ResetLink)
}

// giveLink prints a one-time link. It goes to standard output alone, so that a script can pass it on.
func (s *stage) giveLink(conf *config.Config, a account.Account, of account.Clinic, token string, kind account.TokenKind) error {
	fmt.Fprintf(s.stderr, "For %s (%s) of %s, to be used once before %s:\n", a.Name, a.Login, of.Slug,
		time.Now().Add(kind.Life()).Format(time.DateTime))
	_, err := fmt.Fprintln(s.stdout, configured(conf)+server.Welcome(token))
	return err
}

// configured is where a server with these settings is opened in a browser.
func configured(conf *config.Config) string {
	if at, err := net.ResolveTCPAddr("tcp", conf.Addr); err == nil {
		return address(conf, at)
	}
	return "http://" + conf.Addr
}

// openClinics opens the database for work on clinics. What is done there is chained into their audit trails, so it needs the
// server's secret.
func (s *stage) openClinics(db string) (*config.Config, *store.Store, error) {
	conf, err := settings(s, map[string]string{"EKBOM_DB": db})
	if err != nil {
		return nil, nil, err
	}
	if path, ok := strings.CutPrefix(conf.DB, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("there is no database at %s; ekbom serve makes one", path)
		}
	}
	if _, err := os.Stat(conf.SecretFile()); conf.Secret == "" && errors.Is(err, fs.ErrNotExist) {
		// A new one would break the chains of the audit trails.
		return nil, nil, fmt.Errorf("the server's secret is not at %s; set EKBOM_SECRET to the one it runs with", conf.SecretFile())
	}
	st, err := store.Open(s.ctx, conf.DB)
	if err != nil {
		return nil, nil, err
	}
	if err := st.CheckSchema(s.ctx); err != nil {
		st.Close()
		return nil, nil, err
	}
	secret, err := conf.OpenSecret()
	if err == nil {
		var chain audit.Chain
		if chain, err = audit.NewChain(secret); err == nil {
			return conf, st.Sealed(chain), nil
		}
	}
	st.Close()
	return nil, nil, err
}

// findClinic finds a clinic by its short name, or names those that there are.
func (s *stage) findClinic(st *store.Store, slug string) (account.Clinic, error) {
	of, err := st.ClinicBySlug(s.ctx, slug)
	if !errors.Is(err, store.ErrNotFound) {
		return of, err
	}
	all, err := st.Clinics(s.ctx)
	if err != nil {
		return of, err
	}
	var known []string
	for _, c := range all {
		known = append(known, c.Slug)
	}
	if len(known) == 0 {
		return of, errors.New("there is no clinic yet: open the link that ekbom serve prints")
	}
	return of, wrongUse{fmt.Errorf("there is no clinic %q; there are: %s", slug, strings.Join(known, ", "))}
}

func (s *stage) findAccount(st *store.Store, login string) (store.Credentials, error) {
	found, err := st.CredentialsByLogin(s.ctx, login)
	if errors.Is(err, store.ErrNotFound) {
		return found, wrongUse{fmt.Errorf("nobody signs in as %q; see ekbom account list", account.Fold(login))}
	}
	return found, err
}
