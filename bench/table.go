package main

import (
	"fmt"
	"io"
	"slices"
)

// spread is the median of some figures, with the lowest and the highest.
type spread struct{ low, median, high float64 }

func spreadOf(figures []float64) spread {
	sorted := slices.Sorted(slices.Values(figures))
	n := len(sorted)
	return spread{sorted[0], (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[n-1]}
}

func (s spread) String() string {
	return fmt.Sprintf("%s (%s-%s)", figure(s.median), figure(s.low), figure(s.high))
}

func figure(f float64) string {
	switch {
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

// row is one line of the table. Where there is no budget there is no verdict.
type row struct{ what, ours, beside, ratio, budget, verdict string }

type section struct {
	title string
	rows  []row
}

// table is what is printed at the end.
type table struct{ sections []section }

func (t *table) section(format string, args ...any) {
	t.sections = append(t.sections, section{title: fmt.Sprintf(format, args...)})
}

func (t *table) add(r row) {
	last := &t.sections[len(t.sections)-1]
	last.rows = append(last.rows, r)
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "NOT MET"
}

func (t *table) print(w io.Writer) {
	const layout = "  %-44s %-24s %-24s %-22s %-18s %s\n"
	for _, s := range t.sections {
		fmt.Fprintf(w, "\n%s\n", s.title)
		fmt.Fprintf(w, layout, "", "ours", "beside", "ratio", "budget", "")
		for _, r := range s.rows {
			fmt.Fprintf(w, layout, r.what, r.ours, r.beside, r.ratio, r.budget, r.verdict)
		}
	}
}
