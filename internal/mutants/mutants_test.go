package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

const rls = "../../questionnaires/rls"

// What is reached: of the faults among the first mutants this share is noticed. Raise it when more is; it may not fall.
const (
	looked = 200
	least  = 97.0 // per cent
)

// explained is a kind of mutant that nobody needs to notice, and why.
type explained struct {
	Operator string `yaml:"operator"`
	Path     string `yaml:"path"` // begins with this
	Why      string `yaml:"why"`
}

func (e explained) covers(m *mutant) bool {
	return e.Operator == m.Operator && strings.HasPrefix(m.Path, e.Path)
}

func survivors(t *testing.T) (list []explained) {
	t.Helper()
	data, err := os.ReadFile("survivors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Load(data, &list, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	return list
}

// Faults seeded in the shipped rules are noticed. Who changes rules sees here which fault nobody would notice: a new property
// or case kills it, or a line in survivors.yaml says why nobody needs to.
func TestFaultsAreNoticed(t *testing.T) {
	t.Parallel()
	c, err := newCourt(rls)
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := c.judgeAll(t.Context(), sample(seed(c.f), looked))
	if err != nil {
		t.Fatal(err)
	}
	known := survivors(t)
	faults, noticed := 0, 0
	for _, v := range verdicts {
		switch m := v.mutant; {
		case slices.Contains(v.by, equivalent):
			continue
		case !slices.Contains(v.by, nobody):
			noticed++
		case v.lessUrgent:
			t.Errorf("nobody notices that some become less urgent by %s:%d: %s", m.File, m.Line, m.Name())
		case !slices.ContainsFunc(known, func(e explained) bool { return e.covers(m) }):
			t.Errorf("nobody notices %s:%d: %s", m.File, m.Line, m.Name())
		}
		faults++
	}
	t.Logf("%d of %d faults are noticed, %.1f %%; %d mutants change nobody's outcome", noticed, faults, share(noticed, faults), len(verdicts)-faults)
	if got := share(noticed, faults); got < least {
		t.Errorf("%.1f %% of the faults are noticed, %.1f %% were before", got, least)
	}
}

// Each line of survivors.yaml is about some mutant, and says why.
func TestSurvivorsAreThere(t *testing.T) {
	t.Parallel()
	f, err := open(os.DirFS(rls))
	if err != nil {
		t.Fatal(err)
	}
	all := seed(f)
	for _, e := range survivors(t) {
		if e.Why == "" || !slices.ContainsFunc(all, e.covers) {
			t.Errorf("%s %s: explains nothing", e.Operator, e.Path)
		}
	}
}

// The same rules always give the same mutants, each of its own name, and making one leaves the rules as they were.
func TestSeeding(t *testing.T) {
	t.Parallel()
	f, err := open(os.DirFS(rls))
	if err != nil {
		t.Fatal(err)
	}
	names := func(list []*mutant) (names []string) {
		for _, m := range list {
			names = append(names, m.Name())
		}
		return names
	}
	before, err := yaml.Marshal(f.trees[rules])
	if err != nil {
		t.Fatal(err)
	}
	all := seed(f)
	picked := sample(all, looked)
	if len(picked) != looked {
		t.Fatalf("%d of %d mutants are picked", len(picked), len(all))
	}
	for _, m := range picked {
		files, err := f.with(m.changes)
		if err != nil {
			t.Fatal(err)
		}
		if m.File == rules && string(files[rules].Data) == string(before) {
			t.Errorf("%s changes nothing", m.Name())
		}
	}
	after, err := yaml.Marshal(f.trees[rules])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("the rules are not as before (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(names(picked), names(sample(seed(f), looked))); diff != "" {
		t.Errorf("not the same mutants again:\n%s", diff)
	}
	seen := map[string]bool{}
	operators := map[string]bool{}
	for _, m := range all {
		if seen[m.Name()] {
			t.Errorf("two mutants are called %s", m.Name())
		}
		seen[m.Name()], operators[m.Operator] = true, true
	}
	for _, m := range picked {
		delete(operators, m.Operator)
	}
	for o := range operators {
		t.Errorf("no mutant of %s is picked", o)
	}
}
