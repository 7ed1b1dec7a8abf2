package main

import (
	"fmt"
	"strings"
	"sync"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
)

// Who can notice a fault, in the order asked.
const (
	byLoader     = "loader"
	byProperties = "properties"
	byCases      = "cases"
)

// verdict says who noticed a mutant, and how.
type verdict struct {
	mutant *mutant
	caught string // empty: nobody
	why    string // what was said first
}

// judge asks one after the other, from the cheapest.
func judge(f *folder, m *mutant, trees *sync.Mutex) (verdict, error) {
	v := verdict{mutant: m}
	trees.Lock()
	files, err := f.with(m.changes)
	trees.Unlock()
	if err != nil {
		return v, err
	}
	if m.Tidy {
		gone := m.Path[strings.LastIndex(m.Path, ".")+1:]
		if err := tidy(files, gone); err != nil {
			return v, err
		}
	}
	d, faults := questionnaire.Load(files)
	if d == nil {
		v.caught, v.why = byLoader, faults[0].Error()
		switch {
		case strings.HasPrefix(faults[0].File, "cases/"): // sorted: whatever else there is comes before the cases
			v.caught = byCases
		case faults[0].File == "properties.yaml":
			v.caught = byProperties
		}
		return v, nil
	}
	for i := range d.Cases {
		if differs := assess.CheckCase(d, &d.Cases[i]); len(differs) > 0 {
			v.caught, v.why = byCases, fmt.Sprintf("%s: %s", d.Cases[i].ID, differs[0])
			return v, nil
		}
	}
	return v, nil
}
