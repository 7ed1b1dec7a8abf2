package rules

import (
	"fmt"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// Benchmark is one engine at one piece of work.
type Benchmark struct {
	Name    string
	Run     func(*testing.B)
	Outside bool // in a process of its own, where allocations cannot be seen
}

// ProcessorTime is the unit of the processor time for one operation of a benchmark, in nanoseconds. On a machine that does
// other things as well it says more than the time on the clock.
const ProcessorTime = "cpu-ns/op"

// Verdicts judge the answers of every case in turn: all rules to urgency and causes. zen may be nil.
func Verdicts(d *q.Definition, zen *Zen) ([]Benchmark, error) {
	ours := assess.NewVerdict(d)
	list := []Benchmark{{Name: "ours", Run: each(d, func(a q.Answers) error {
		ours.Judge(a)
		return nil
	})}}
	for _, p := range []struct {
		name string
		open func(*q.Definition) (*Peer, error)
	}{{"expr", NewExpr}, {"cel-go", NewCEL}} {
		peer, err := p.open(d)
		if err != nil {
			return nil, err
		}
		list = append(list,
			Benchmark{Name: p.name, Run: each(d, peer.Judge)},
			Benchmark{Name: p.name + ", answers set before", Run: func(b *testing.B) {
				if err := peer.Judge(d.Cases[0].Answers); err != nil {
					b.Fatal(err)
				}
				each(d, func(q.Answers) error { return peer.Conclude() })(b)
			}})
	}
	if zen != nil {
		tables, err := zen.benchmarks(d)
		if err != nil {
			return nil, err
		}
		list = append(list, tables...)
	}
	return append(list, Benchmark{Name: "plain walk of the trees", Run: each(d, func(a q.Answers) error {
		for i := range d.RedFlags {
			d.Walk(d.RedFlags[i].When, a)
		}
		for i := range d.Causes {
			for j := range d.Causes[i].Rules {
				d.Walk(d.Causes[i].Rules[j].When, a)
			}
		}
		return nil
	})}), nil
}

// Paths find the next question and how many are left, for everybody of the cases at one question of their way. open gives
// the definition anew: what has been worked out is remembered by it.
func Paths(d *q.Definition, open func() (*q.Definition, error)) []Benchmark {
	v := d.NewValues()
	halfway := func(find func(q.Answers)) func(*testing.B) {
		starts := partial(d)
		return func(b *testing.B) {
			n := 0
			measure(b, func() error {
				find(starts[n])
				if n++; n == len(starts) {
					n = 0
				}
				return nil
			})
		}
	}
	return []Benchmark{
		{Name: "ours, seen before", Run: halfway(func(a q.Answers) {
			d.Evaluate(a, v)
			d.PathOf(a, v)
		})},
		{Name: "ours, never seen before", Run: neverSeen(open)},
		{Name: "plain walk, without how many", Run: halfway(func(a q.Answers) {
			for i := range d.Questions {
				d.Walk(d.Questions[i].Ask, a)
			}
		})},
	}
}

func neverSeen(open func() (*q.Definition, error)) func(*testing.B) {
	return func(b *testing.B) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		b.ReportAllocs()
		var spent, n int64
		for b.Loop() {
			b.StopTimer()
			d, err := open()
			if err != nil {
				b.Fatal(err)
			}
			v, starts := d.NewValues(), partial(d)
			b.StartTimer()
			begun := processorTime(b)
			for _, a := range starts {
				d.Evaluate(a, v)
				d.PathOf(a, v)
			}
			spent, n = spent+processorTime(b)-begun, n+int64(len(starts))
		}
		b.ReportMetric(float64(spent)/float64(n), ProcessorTime)
	}
}

// partial gives the answers of each case up to a question, another one for each case.
func partial(d *q.Definition) (list []q.Answers) {
	for i := range d.Cases {
		answers := append(q.Answers(nil), d.Cases[i].Answers...)
		clear(answers[1+i*7%(len(answers)-1):])
		list = append(list, answers)
	}
	return list
}

func each(d *q.Definition, judge func(q.Answers) error) func(*testing.B) {
	return func(b *testing.B) {
		n := 0
		measure(b, func() error {
			err := judge(d.Cases[n].Answers)
			if n++; n == len(d.Cases) {
				n = 0
			}
			return err
		})
	}
}

func measure(b *testing.B, once func() error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b.ReportAllocs()
	begun := processorTime(b)
	for b.Loop() {
		if err := once(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(processorTime(b)-begun)/float64(b.N), ProcessorTime)
}

func processorTime(b *testing.B) int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(fmt.Errorf("processor time: %w", err))
	}
	return t.Nano()
}
