package proof

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// open makes a model of a definition in which a question that is asked may also have no answer yet.
func open(ctx context.Context, d *q.Definition) (*model, *world) {
	m := newModel(ctx)
	blocks := make([]*block, len(d.Questions))
	for i, v := range variants(d) {
		b := m.block(v)
		s := &symbol{block: b, lit: m.input(len(m.symbols)), state: q.NotReached, alone: true, telling: true, ways: 1}
		m.symbols, b.symbols, blocks[i] = append(m.symbols, s), append(b.symbols, s), b
	}
	w := m.world(d, blocks)
	m.close()
	return m, w
}

// brokenOff finds the properties that hold for complete answers and not while some are lacking. People see an outcome only
// when all is answered, but the page for emergencies, and whoever is sent to a clinic from there, come before. So it is noted.
func (c *checker) brokenOff() {
	m, w := open(c.ctx, c.d)
	var lacking []string
	for i := range c.d.Properties {
		p := &c.d.Properties[i]
		if slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Property == p }) {
			continue // it does not hold for complete answers either
		}
		for _, claim := range p.Claims {
			want := []lit{w.rail(claim.When).t, -w.rail(claim.Then).t}
			if claim.Never {
				want[1] = -want[1]
			}
			inputs, f, err := m.solve(c.ctx, want...)
			if err != nil {
				c.grown(m)
				c.Unproven = append(c.Unproven, "whether the property "+string(p.ID)+" holds while answers are lacking")
				break
			}
			if inputs == nil {
				continue
			}
			answers := w.answers(inputs, func(b *block) bool { return f.blocks[b] })
			if !assess.Broken(c.d, answers, assess.Evaluate(c.d, answers), claim) {
				c.find(p.Place, "prover-disagrees", "tell whoever maintains the program", "the prover and the evaluator disagree about %s", p.ID)
			}
			lacking = append(lacking, string(p.ID))
			break
		}
	}
	if len(lacking) == 0 {
		return
	}
	what := fmt.Sprintf("while answers are lacking, %d of %d properties need not hold: %s", len(lacking), len(c.d.Properties), strings.Join(lacking[:min(3, len(lacking))], ", "))
	if more := len(lacking) - 3; more > 0 {
		what += fmt.Sprintf(" and %d more", more)
	}
	c.Notes = append(c.Notes, Finding{Fault: q.Fault{Place: q.Place{File: "properties.yaml"}, Code: "broken-off", What: what}})
	c.BrokenOff = lacking
}
