// Command mutants seeds faults in the shipped rules, one at a time, and prints who notices each: the loader, the proofs, the
// declared properties or the cases.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"text/tabwriter"

	"ekbom/questionnaires"
)

func main() {
	n := flag.Int("n", 400, "how many mutants to look at")
	all := flag.Bool("all", false, "look at every mutant there is")
	flag.Parse()
	if *all {
		*n = 0
	}
	if err := run(*n, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(n int, out io.Writer) error {
	files, err := questionnaires.Open("rls")
	if err != nil {
		return err
	}
	f, err := open(files)
	if err != nil {
		return err
	}
	every := seed(f)
	verdicts, err := judgeAll(f, sample(every, n))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d mutants of %d\n\n", len(verdicts), len(every))
	report(verdicts, out)
	return nil
}

// judgeAll judges on all processors. Trees are changed in place, so every worker has its own folder.
func judgeAll(f *folder, mutants []*mutant) ([]verdict, error) {
	verdicts, errs := make([]verdict, len(mutants)), make([]error, len(mutants))
	next := make(chan int)
	var trees sync.Mutex
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				verdicts[i], errs[i] = judge(f, mutants[i], &trees)
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

var catchers = []string{byLoader, byCases, byProperties}

func report(verdicts []verdict, out io.Writer) {
	by := map[string]map[string]int{}
	var operators []string
	total := map[string]int{}
	for _, v := range verdicts {
		o := v.mutant.Operator
		if by[o] == nil {
			by[o] = map[string]int{}
			operators = append(operators, o)
		}
		by[o][v.caught]++
		total[v.caught]++
	}
	slices.Sort(operators)
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	row := func(name string, counts map[string]int) {
		sum := 0
		for _, c := range counts {
			sum += c
		}
		fmt.Fprintf(t, "%s\t%d\t", name, sum)
		for _, c := range catchers {
			fmt.Fprintf(t, "%d\t", counts[c])
		}
		fmt.Fprintf(t, "%d\t\n", counts[""])
	}
	fmt.Fprintf(t, "operator\tmutants\t")
	for _, c := range catchers {
		fmt.Fprintf(t, "%s\t", c)
	}
	fmt.Fprintf(t, "survived\t\n")
	for _, o := range operators {
		row(o, by[o])
	}
	row("all", total)
	t.Flush()
	fmt.Fprintf(out, "\ncaught: %.1f %%\n\n", 100*(1-float64(total[""])/float64(len(verdicts))))
	for _, v := range verdicts {
		if v.caught == "" {
			fmt.Fprintf(out, "%s:%d: %s\n", v.mutant.File, v.mutant.Line, v.mutant.Name())
		}
	}
}
