package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// spread is the median of some figures with the lowest and highest.
type spread struct{ low, median, high float64 }

func spreadOf(figures []float64) spread {
	sorted := slices.Sorted(slices.Values(figures))
	n := len(sorted)
	return spread{sorted[0], (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[n-1]}
}

func (s spread) String() string {
	return fmt.Sprintf("%s (%s to %s)", figure(s.median), figure(s.low), figure(s.high))
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

// table is printed at the end.
type table struct{ rows [][5]string }

// verdict of a budget.
func met(ok bool) string {
	if ok {
		return "met"
	}
	return "NOT MET"
}

func (t *table) heading(title string) { t.rows = append(t.rows, [5]string{title}) }

// add writes what was measured, what it is beside, the budget and whether it is met; the last two may be empty.
func (t *table) add(what, ours, beside, budget, verdict string) {
	t.rows = append(t.rows, [5]string{"  " + what, ours, beside, budget, verdict})
}

func (t *table) print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "what\tours\tbeside\tbudget\t")
	for _, r := range t.rows {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", r[0], r[1], r[2], r[3], r[4])
	}
	return tw.Flush()
}
