package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of `go test -json`.
type event struct {
	Action      string
	Package     string
	Test        string
	Elapsed     float64
	Output      string
	ImportPath  string // what is being built
	FailedBuild string // the build that kept a package from running
}

type testKey struct{ pkg, test string }

// tally counts what has ended and keeps the output of what has not.
type tally struct {
	strict bool // a skipped test is a failure
	out    io.Writer

	passed, failed int
	skipped        []string
	running        map[testKey]string
	build          map[string]string
	subtests       map[testKey]bool // tests that have subtests
	fell           map[testKey]bool // tests and packages in which something failed
}

func newTally(strict bool, out io.Writer) *tally {
	return &tally{
		strict: strict, out: out,
		running: map[testKey]string{}, build: map[string]string{},
		subtests: map[testKey]bool{}, fell: map[testKey]bool{},
	}
}

func (t *tally) add(e event) {
	key := testKey{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		t.build[e.ImportPath] += e.Output
	case "run":
		for _, above := range key.above() {
			t.subtests[above] = true
		}
	case "output":
		t.running[key] += e.Output
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e)
		} else {
			t.endTest(e.Action, key)
		}
		delete(t.running, key)
	}
}

func (t *tally) endTest(action string, key testKey) {
	switch {
	case action == "fail":
		fmt.Fprintf(t.out, "FAIL %s %s\n%s", key.pkg, key.test, t.running[key])
		if !t.fell[key] {
			t.failed++
		}
		for _, above := range key.above() {
			t.fell[above] = true
		}
	case action == "skip":
		t.skipped = append(t.skipped, fmt.Sprintf("%s %s\n%s", key.pkg, key.test, t.running[key]))
		if t.strict {
			t.failed++
		}
	case !t.subtests[key]:
		t.passed++
	}
}

func (t *tally) endPackage(e event) {
	switch {
	case e.Action == "pass":
		fmt.Fprintf(t.out, "ok   %s %.1fs\n", e.Package, e.Elapsed)
	case e.Action == "fail" && !t.fell[testKey{pkg: e.Package}]:
		fmt.Fprintf(t.out, "FAIL %s\n%s", e.Package, t.build[e.FailedBuild])
		t.failed++
		var cut []string // a test that ended the process is the likely culprit
		for key, output := range t.running {
			if key.pkg == e.Package {
				cut = append(cut, output)
			}
		}
		slices.Sort(cut)
		fmt.Fprint(t.out, strings.Join(cut, ""))
	}
}

func (t *tally) report() {
	for _, s := range t.skipped {
		fmt.Fprintf(t.out, "skipped %s", s)
	}
	fmt.Fprintf(t.out, "%d passed, %d failed\n", t.passed, t.failed)
}

// above gives the tests that a subtest belongs to, and last its package.
func (k testKey) above() []testKey {
	var keys []testKey
	for i := strings.LastIndexByte(k.test, '/'); i >= 0; i = strings.LastIndexByte(k.test[:i], '/') {
		keys = append(keys, testKey{k.pkg, k.test[:i]})
	}
	return append(keys, testKey{pkg: k.pkg})
}
