// Command mutants seeds faults in the shipped rules, one at a time, and prints who notices each: the loader, the structural
// proofs, the declared properties or the cases. A mutant that changes nobody's outcome is proven to be none.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"text/tabwriter"

	"ekbom/internal/assess"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
)

const usual = 400 // mutants looked at

func main() {
	n := flag.Int("n", usual, "how many mutants to look at")
	all := flag.Bool("all", false, "look at every mutant there is")
	of := flag.String("of", "questionnaires/rls", "the questionnaire's folder")
	flag.Parse()
	if *all {
		*n = 0
	}
	if err := run(*of, *n, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(folder string, n int, out io.Writer) error {
	c, err := newCourt(folder)
	if err != nil {
		return err
	}
	c.ask = true
	every := seed(c.f)
	verdicts, err := c.judgeAll(context.Background(), sample(every, n))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d mutants of %d\n\n", len(verdicts), len(every))
	report(verdicts, out)
	return nil
}

func newCourt(folder string) (*court, error) {
	f, err := open(os.DirFS(folder))
	if err != nil {
		return nil, err
	}
	d, faults := questionnaire.Load(f.files)
	if d == nil {
		return nil, faults[0]
	}
	for i := range d.Cases {
		if differs := assess.CheckCase(d, &d.Cases[i]); len(differs) > 0 {
			return nil, fmt.Errorf("%s is at fault without any mutant: %s: %s", folder, d.Cases[i].ID, differs[0])
		}
	}
	r := proof.Decide(context.Background(), d)
	if len(r.Findings) > 0 {
		return nil, fmt.Errorf("%s is at fault without any mutant: %w", folder, r.Findings[0])
	}
	c := &court{f: f, original: d, noted: map[string]bool{}}
	for _, n := range r.Notes {
		c.noted[n.What] = true
	}
	return c, nil
}

// judgeAll judges on all processors. They share one folder, whose trees one of them changes at a time.
func (c *court) judgeAll(ctx context.Context, mutants []*mutant) ([]verdict, error) {
	verdicts, errs := make([]verdict, len(mutants)), make([]error, len(mutants))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				verdicts[i], errs[i] = c.judge(ctx, mutants[i])
			}
		})
	}
	for i := range mutants {
		next <- i
	}
	close(next)
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

// report prints a table by operator, then every mutant that nobody noticed.
func report(verdicts []verdict, out io.Writer) {
	columns := []string{byLoader, byProofs, byProperties, byCases, nobody, equivalent}
	by := map[string]map[string]int{"all": {}}
	for _, v := range verdicts {
		for _, row := range []string{v.mutant.Operator, "all"} {
			if by[row] == nil {
				by[row] = map[string]int{}
			}
			by[row]["mutants"]++
			for _, b := range v.by {
				by[row][b]++
			}
		}
	}
	var rows []string
	for row := range by {
		if row != "all" {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "operator\tmutants\t")
	for _, c := range columns {
		fmt.Fprintf(t, "%s\t", c)
	}
	fmt.Fprintln(t)
	for _, row := range append(rows, "all") {
		fmt.Fprintf(t, "%s\t%d\t", row, by[row]["mutants"])
		for _, c := range columns {
			fmt.Fprintf(t, "%d\t", by[row][c])
		}
		fmt.Fprintln(t)
	}
	t.Flush()
	total := by["all"]
	faults := total["mutants"] - total[equivalent]
	calmer := 0
	for _, v := range verdicts {
		if v.lessUrgent {
			calmer++
		}
	}
	fmt.Fprintf(out, "\n%d faults, %d noticed: %.1f %%; of those that nobody notices %d make an outcome less urgent; %d mutants change nobody's outcome\n",
		faults, faults-total[nobody], share(faults-total[nobody], faults), calmer, total[equivalent])
	for _, group := range []string{nobody, equivalent} {
		fmt.Fprintf(out, "\n%s\n", group)
		for _, v := range verdicts {
			if slices.Contains(v.by, group) {
				less := ""
				if v.lessUrgent {
					less = "LESS URGENT "
				}
				fmt.Fprintf(out, "%s%s:%d: %s\n", less, v.mutant.File, v.mutant.Line, v.mutant.Name())
			}
		}
	}
}

func share(part, of int) float64 { return 100 * float64(part) / float64(max(of, 1)) }
