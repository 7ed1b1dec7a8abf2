package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/author"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/server"
	"ekbom/internal/wording"
)

// dev serves the questionnaire to its author.
func (c *serveCommand) dev(s *stage) error {
	if c.DB != "" {
		return wrongUse{errors.New("--dev keeps its drafts in a database of its own, so that real answers and tries are never mixed: leave --db away")}
	}
	dir, err := os.MkdirTemp("", "ekbom-dev-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// The secret of a real server opens what is not ours.
	conf, err := settings(s, map[string]string{
		"EKBOM_ADDR": c.Addr, "EKBOM_DB": "sqlite:" + filepath.Join(dir, "drafts.db"), "EKBOM_SECRET": rand.Text() + rand.Text(),
	})
	if err != nil {
		return err
	}
	addr, err := net.ResolveTCPAddr("tcp", conf.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if !addr.IP.IsLoopback() {
		return wrongUse{fmt.Errorf("--dev gives drafts to whoever asks, so it listens on this machine alone: --addr 127.0.0.1:%d, not %s", addr.Port, conf.Addr)}
	}
	f, err := c.folder()
	if err != nil {
		return err
	}
	ln, err := net.ListenTCP("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer ln.Close()
	st, err := openStore(s.ctx, conf.DB)
	if err != nil {
		return err
	}
	defer st.Close()
	base := "http://" + ln.Addr().String()
	a, err := server.NewAuthor(server.Options{
		Store: st, Secret: conf.Secret, Keep: conf.Keep, EmergencyNumbers: conf.EmergencyNumbers, CrisisNumbers: conf.CrisisNumbers,
		Log: logger(s.stderr, conf.LogFormat), Now: time.Now,
	}, author.Open(f.files, prove), f.name, func(state author.State) { s.tell(f, base, state) })
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "Open %s\n", base)
	fmt.Fprintf(s.stdout, "All findings, cases and questions: %s/dev/\n", base)
	fmt.Fprintln(s.stdout, "Only for authors, on this machine. Drafts are kept in a temporary database and are gone when this stops; no other is read or written.")
	return a.Serve(s.ctx, ln)
}

// provingTime bounds a proof. What is not decided by then is named.
const provingTime = 2 * time.Minute

// prove finds out what can be found out about a questionnaire.
func prove(ctx context.Context, d *questionnaire.Definition) (r author.Report) {
	for i := range d.Cases {
		c := &d.Cases[i]
		for _, differs := range assess.CheckCase(d, c) {
			r.Findings = append(r.Findings, author.Finding{Fault: caseDiffers(c, differs), Answers: c.Answers})
		}
	}
	ctx, stop := context.WithTimeout(ctx, provingTime)
	defer stop()
	proven := proof.Check(ctx, d, proof.Limits{})
	words := wording.New(d, d.Texts["en"])
	in := func(f proof.Finding) author.Finding {
		out := author.Finding{Fault: f.Fault}
		if f.Example != nil {
			out.Answers, out.After, out.Words = f.Example.Answers, f.Example.After, newExample(d, words, f.Example).words
		}
		for _, r := range f.Rules {
			out.Rules = append(out.Rules, author.Rule{Kind: r.Kind, ID: r.ID, Place: r.Place})
		}
		return out
	}
	for _, f := range proven.Findings {
		r.Findings = append(r.Findings, in(f))
	}
	for _, f := range proven.Notes {
		r.Notes = append(r.Notes, in(f))
	}
	r.Unproven = proven.Unproven
	r.Summary = fmt.Sprintf("Looked at: %s, %s, %s; answer paths: %s.", count(proven.Statements, "statement"),
		plural(proven.Properties, "property", "properties"), count(len(d.Cases), "case"), newCountReport(proven.Paths))
	return r
}

// tell prints what is known about a folder.
func (s *stage) tell(f folder, base string, state author.State) {
	print := func(fault questionnaire.Fault) {
		fault.File = filepath.Join(f.name, fault.File)
		fmt.Fprintln(s.stderr, fault.Error())
	}
	if len(state.Faults) > 0 || state.Proving {
		s.renewSchemas(f) // the files were just read
	}
	at := time.Now().Format(time.TimeOnly)
	switch {
	case len(state.Faults) > 0:
		for _, fault := range state.Faults {
			print(fault)
		}
		served := "nothing is served yet"
		if state.Edition != nil {
			served = state.Edition.Version + " stays served"
		}
		fmt.Fprintf(s.stderr, "%s %s: %s; %s\n", at, f.name, count(len(state.Faults), "fault"), served)
	case state.Proving:
		fmt.Fprintf(s.stderr, "%s %s: no fault, serving %s (%.12s), proving ...\n", at, f.name, state.Edition.Version, state.Edition.Hash)
	default:
		for _, finding := range state.Report.Findings {
			print(finding.Fault)
			for _, said := range finding.Words {
				fmt.Fprintf(s.stderr, "      %s\n", said)
			}
			if finding.Answers != nil {
				fmt.Fprintf(s.stderr, "    open %s%s\n", base, server.OpenLink(state.Edition, finding.Answers))
			}
		}
		fmt.Fprintf(s.stderr, "%s %s: %s, %s not proven. %s\n", at, f.name, count(len(state.Report.Findings), "finding"),
			count(len(state.Report.Unproven), "statement"), state.Report.Summary)
	}
}
