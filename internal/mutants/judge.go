package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
)

// Who can notice a fault.
const (
	byLoader     = "loader"
	byProofs     = "proofs"
	byProperties = "properties"
	byCases      = "cases"
	nobody       = "nobody"
	equivalent   = "equivalent" // there is nothing to notice: no answers get another outcome
)

// verdict says who noticed a mutant, and what was said first.
type verdict struct {
	mutant     *mutant
	by         []string
	why        string
	lessUrgent bool // nobody noticed it, and it makes an outcome less urgent
}

func (v *verdict) noticed(by, why string) {
	if len(v.by) == 0 {
		v.why = why
	}
	if !slices.Contains(v.by, by) {
		v.by = append(v.by, by)
	}
}

// court holds what is needed to judge.
type court struct {
	f        *folder
	original *questionnaire.Definition
	noted    map[string]bool // what the proofs note of the original
	ask      bool            // everybody is asked; else only until somebody has noticed
}

// judge asks who notices a mutant.
func (c *court) judge(ctx context.Context, m *mutant) (verdict, error) {
	v := verdict{mutant: m}
	files, err := c.f.with(m.changes)
	if err != nil {
		return v, err
	}
	if m.Tidy {
		if err := tidy(files, m.Path[strings.LastIndex(m.Path, ".")+1:]); err != nil {
			return v, err
		}
	}
	d, faults := questionnaire.Load(files)
	if d == nil {
		by := byLoader
		switch f := faults[0]; { // sorted: what is wrong in the rules themselves comes before properties and cases
		case strings.HasPrefix(f.File, "cases/"):
			by = byCases
		case f.File == "properties.yaml":
			by = byProperties
		}
		v.noticed(by, faults[0].Error())
		return v, nil
	}
	for i := range d.Cases {
		if differs := assess.CheckCase(d, &d.Cases[i]); len(differs) > 0 {
			v.noticed(byCases, fmt.Sprintf("%s: %s", d.Cases[i].ID, differs[0]))
			break
		}
	}
	if len(v.by) > 0 && !c.ask {
		return v, nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	r := proof.Decide(ctx, d)
	if len(r.Unproven) > 0 {
		return v, fmt.Errorf("%s: not decided: %v", m.Name(), r.Unproven)
	}
	for _, f := range r.Findings {
		if f.Property != nil || f.File == "properties.yaml" {
			v.noticed(byProperties, f.Error())
		} else {
			v.noticed(byProofs, f.Error())
		}
	}
	for _, n := range r.Notes {
		if !c.noted[n.What] {
			v.noticed(byProofs, n.Error())
		}
	}
	if len(v.by) > 0 {
		return v, nil
	}
	same, err := proof.Equivalent(ctx, c.original, d)
	if err != nil {
		return v, fmt.Errorf("%s: %w", m.Name(), err)
	}
	if same {
		v.noticed(equivalent, "no answers get another outcome")
		return v, nil
	}
	v.noticed(nobody, "")
	if v.lessUrgent, err = proof.LessUrgent(ctx, c.original, d); err != nil {
		return v, fmt.Errorf("%s: %w", m.Name(), err)
	}
	return v, nil
}
