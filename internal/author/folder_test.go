package author_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ekbom/internal/author"
	"ekbom/internal/questionnaire"
)

const legs = "../server/testdata/legs"

// desk is a folder that is watched while a test works in it.
type desk struct {
	*testing.T
	dir    string
	folder *author.Folder
	states chan author.State

	mu      sync.Mutex
	served  []string // versions
	refuse  error
	proving chan proof
}

// proof is one run of the prover, which the test ends.
type proof struct {
	ctx    context.Context
	of     *questionnaire.Definition
	answer chan []author.Finding
}

func work(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, dir: t.TempDir(), states: make(chan author.State, 100), proving: make(chan proof, 100)}
	if err := os.CopyFS(d.dir, os.DirFS(legs)); err != nil {
		t.Fatal(err)
	}
	d.folder = author.Open(os.DirFS(d.dir), func(ctx context.Context, of *questionnaire.Definition) author.Report {
		p := proof{ctx, of, make(chan []author.Finding, 1)}
		d.proving <- p
		select {
		case <-ctx.Done():
			return author.Report{Summary: "stopped"}
		case found := <-p.answer:
			return author.Report{Findings: found}
		}
	})
	done := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer close(done)
		d.folder.Watch(ctx, func(e *questionnaire.Definition) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.refuse == nil {
				d.served = append(d.served, e.Version)
			}
			return d.refuse
		}, func(s author.State) { d.states <- s })
	}()
	t.Cleanup(func() { stop(); <-done })
	return d
}

func (d *desk) next() author.State {
	d.Helper()
	select {
	case s := <-d.states:
		return s
	case <-time.After(20 * time.Second):
		d.Fatal("nothing is told")
		return author.State{}
	}
}

func (d *desk) quiet() {
	d.Helper()
	select {
	case s := <-d.states:
		d.Fatalf("told %+v", s)
	case <-time.After(900 * time.Millisecond):
	}
}

func (d *desk) write(name, content string) {
	d.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, name), []byte(content), 0o600); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) edit(name, from, to string) {
	d.Helper()
	content, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		d.Fatal(err)
	}
	changed := strings.Replace(string(content), from, to, 1)
	if changed == string(content) {
		d.Fatalf("%s does not hold %q", name, from)
	}
	d.write(name, changed)
}

func TestWatch(t *testing.T) {
	t.Parallel()
	d := work(t)
	s := d.next()
	if s.Edition == nil || s.Edition.Version != "1.0.0" || !s.Proving || len(s.Faults) > 0 || s.Reading != 1 {
		t.Fatalf("at first: %+v", s)
	}
	p := <-d.proving
	p.answer <- []author.Finding{{Fault: questionnaire.Fault{Code: "odd"}}}
	if s := d.next(); s.Proving || len(s.Report.Findings) != 1 || s.Report.Findings[0].Code != "odd" || s.Reading != 1 {
		t.Fatalf("proven: %+v", s)
	}
	d.quiet()

	// A fault: the last good edition stays, and what was found about it no longer matters.
	d.edit("rules.yaml", "{nights: many}", "{nights: most}")
	if s := d.next(); s.Edition.Version != "1.0.0" || len(s.Faults) != 1 || s.Faults[0].Code != "unknown-option" || s.Proving || len(s.Report.Findings) > 0 {
		t.Fatalf("faulty: %+v", s)
	}
	d.edit("rules.yaml", "{nights: most}", "{nights: many}")
	d.edit("definition.yaml", "version: 1.0.0", "version: 1.0.1")
	s = d.next()
	if s.Edition.Version == "1.0.0" { // the two saves may lie apart
		<-d.proving
		s = d.next()
	}
	if s.Edition.Version != "1.0.1" || len(s.Faults) > 0 || !s.Proving {
		t.Fatalf("mended: %+v", s)
	}
	// A newer save ends the proof of an older one.
	old := <-d.proving
	d.edit("definition.yaml", "version: 1.0.1", "version: 1.0.2")
	s = d.next()
	<-old.ctx.Done()
	if s.Edition.Version != "1.0.2" || !s.Proving {
		t.Fatalf("newer: %+v", s)
	}
	newest := <-d.proving
	if newest.of != s.Edition {
		t.Error("another edition is proven")
	}
	newest.answer <- nil
	if s := d.next(); s.Proving || len(s.Report.Findings) > 0 {
		t.Fatalf("proven: %+v", s)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if got := strings.Join(d.served, " "); !strings.HasPrefix(got, "1.0.0 ") || !strings.HasSuffix(got, "1.0.1 1.0.2") {
		t.Errorf("served %s", got)
	}
}

// Editors leave files beside those that they write, replace files and write them in pieces.
func TestWatchEditors(t *testing.T) {
	t.Parallel()
	d := work(t)
	d.next()
	for _, name := range []string{".definition.yaml.swp", "definition.yaml~", ".#rules.yaml", "cases~", ".git"} {
		d.write(name, "x")
	}
	now := time.Now()
	if err := os.Chtimes(filepath.Join(d.dir, "rules.yaml"), now, now); err != nil {
		t.Fatal(err)
	}
	d.quiet()

	// Saved by a new file that takes the old one's name, with the same size and the same time.
	name := filepath.Join(d.dir, "definition.yaml")
	was, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d.write(".new", strings.Replace(string(content), "version: 1.0.0", "version: 1.0.7", 1))
	if err := os.Rename(filepath.Join(d.dir, ".new"), name); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, was.ModTime(), was.ModTime()); err != nil {
		t.Fatal(err)
	}
	if s := d.next(); s.Edition.Version != "1.0.7" || len(s.Faults) > 0 {
		t.Fatalf("replaced: %+v", s)
	}

	// Written in many pieces, each sooner than the last is taken for all: only the whole is read.
	content, err = os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Replace(string(content), "version: 1.0.7", "version: 1.0.8", 1)
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for at := 0; at < len(whole); at += 40 {
		if _, err := f.WriteString(whole[at:min(at+40, len(whole))]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if s := d.next(); s.Edition.Version != "1.0.8" || len(s.Faults) > 0 {
		t.Fatalf("in pieces: %+v", s)
	}
	// Any other file that is no part of a questionnaire is told, as by ekbom check.
	d.write("notes.txt", "x")
	if s := d.next(); len(s.Faults) != 1 || s.Faults[0].Code != "unknown-file" {
		t.Fatalf("notes: %+v", s)
	}
	if err := os.Remove(filepath.Join(d.dir, "notes.txt")); err != nil {
		t.Fatal(err)
	}
	if s := d.next(); len(s.Faults) > 0 {
		t.Fatalf("without notes: %+v", s)
	}
	// The folder goes away, as while another branch is checked out, and comes back.
	away := d.dir + "-away"
	if err := os.Rename(d.dir, away); err != nil {
		t.Fatal(err)
	}
	if s := d.next(); len(s.Faults) == 0 || s.Edition.Version != "1.0.8" {
		t.Fatalf("away: %+v", s)
	}
	if err := os.Rename(away, d.dir); err != nil {
		t.Fatal(err)
	}
	if s := d.next(); len(s.Faults) > 0 || s.Edition.Version != "1.0.8" {
		t.Fatalf("back: %+v", s)
	}
}

// What is no file is told, and nobody waits for it.
func TestWatchPipe(t *testing.T) {
	t.Parallel()
	d := work(t)
	d.next()
	name := filepath.Join(d.dir, "rules.yaml")
	if err := os.Rename(name, d.dir+"/.rules.yaml"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	for s := d.next(); ; s = d.next() { // the two may lie apart
		if slices.ContainsFunc(s.Faults, func(f questionnaire.Fault) bool { return f.File == "rules.yaml" && f.Code != "file-missing" }) {
			break
		}
	}
	if err := os.Rename(d.dir+"/.rules.yaml", name); err != nil {
		t.Fatal(err)
	}
	if s := d.next(); len(s.Faults) > 0 {
		t.Fatalf("mended: %+v", s)
	}
}

// An edition that cannot be served is told, and the one before stays.
func TestWatchNotServed(t *testing.T) {
	t.Parallel()
	d := work(t)
	d.next()
	d.mu.Lock()
	d.refuse = errors.New("disk full")
	d.mu.Unlock()
	d.edit("definition.yaml", "version: 1.0.0", "version: 1.0.1")
	if s := d.next(); s.Edition.Version != "1.0.0" || len(s.Faults) != 1 || s.Faults[0].What != "disk full" {
		t.Fatalf("%+v", s)
	}
}

// What is no file, or leads nowhere, is told as by ekbom check, and holds nobody up.
func TestWatchNoFiles(t *testing.T) {
	t.Parallel()
	d := work(t)
	d.next()
	name := filepath.Join(d.dir, "properties.yaml")
	if err := os.Symlink("nowhere", name); err != nil {
		t.Skip(err)
	}
	if s := d.next(); len(s.Faults) != 1 || s.Faults[0].What != "this is a link that leads nowhere" {
		t.Fatalf("a link: %+v", s)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if s := d.next(); len(s.Faults) > 0 {
		t.Fatalf("without it: %+v", s)
	}
	if err := os.Symlink("/dev/zero", name); err != nil {
		t.Fatal(err)
	}
	if s := d.next(); len(s.Faults) != 1 || s.Faults[0].What != "this is not a regular file" {
		t.Fatalf("a device: %+v", s)
	}
}
