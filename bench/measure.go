package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// server is one of the servers that are compared, with what it has acknowledged so far.
type server struct {
	name string
	*process
	db      *database
	ledger  ledger
	waiting []*browser // of people who are halfway
}

// sample is what one server did in one turn.
type sample struct {
	done      int
	elapsed   time.Duration
	processor time.Duration
}

func (s sample) perSecond() float64 { return float64(s.done) / s.elapsed.Seconds() }
func (s sample) cost() float64      { return float64(s.processor.Microseconds()) / float64(s.done) }

// work is one thing that is measured.
type work struct {
	name     string
	encoding string
	halfway  *turn // where people have to be before it begins; nil: nowhere
	fresh    bool  // and have saved an answer just before
	once     func(b *browser, worker, n int) (ledger, error)
}

func pageWork(encoding, query string, fresh bool, t *turn) work {
	return work{
		name: "page", encoding: encoding, halfway: t, fresh: fresh,
		once: func(b *browser, _, _ int) (ledger, error) {
			a, err := b.get(t.to + query)
			if err == nil && (a.status != http.StatusOK || len(a.body) < 600) {
				err = fmt.Errorf("GET %s: status %d, %d bytes", t.to, a.status, len(a.body))
			}
			return ledger{}, err
		},
	}
}

func saveWork(t *turn) work {
	return work{
		name: "saved answer", halfway: t, fresh: true,
		once: func(b *browser, _, _ int) (ledger, error) { return t.change(b) },
	}
}

func (t *turn) change(b *browser) (ledger, error) {
	b.mind = 1 - b.mind
	_, err := b.fill(t.path, t.minds[b.mind])
	return ledger{saves: 1}, err
}

func journeyWork(list []person) work {
	return work{
		name: "journey",
		once: func(b *browser, worker, n int) (ledger, error) {
			p := &list[(worker*7+n)%len(list)]
			return ledger{people: 1, saves: p.answers + 1, answers: p.answers, completed: 1}, p.play(b, pathResult, nil)
		},
	}
}

// remembered is longer than a server remembers what a browser has just saved.
const remembered = 2500 * time.Millisecond

// browsers gives as many browsers as there are people, each where the work begins.
func (s *server) browsers(people int, w work) (list []*browser, err error) {
	for len(s.waiting) < people {
		b, err := dial(s.addr)
		if err != nil {
			return nil, err
		}
		s.waiting = append(s.waiting, b)
	}
	for _, b := range s.waiting[:people] {
		if t := w.halfway; t != nil && !b.halfway {
			b.encoding = ""
			if err := t.person.play(b, t.to, nil); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			s.ledger.add(ledger{people: 1, saves: t.before, answers: t.before})
		}
		if w.fresh {
			saved, err := w.halfway.change(b)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			s.ledger.add(saved)
		} else if w.halfway != nil {
			time.Sleep(time.Until(b.saved.Add(remembered)))
		}
		b.halfway, b.encoding = w.halfway != nil, w.encoding
	}
	return s.waiting[:people], nil
}

// run lets a number of people do some work at a server for a while, or a number of times when times is not 0. Work that
// was begun is finished.
func (s *server) run(ctx context.Context, w work, people int, while time.Duration, times int) (sample, error) {
	browsers, err := s.browsers(people, w)
	if err != nil {
		return sample{}, err
	}
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var mu sync.Mutex
	var wg sync.WaitGroup
	before, err := s.processor()
	if err != nil {
		return sample{}, err
	}
	begun := time.Now()
	for i, b := range browsers {
		wg.Go(func() {
			var mine ledger
			for n := 0; ctx.Err() == nil && failed.Load() == nil; n++ {
				if times > 0 {
					if done.Add(1) > int64(times) {
						done.Add(-1)
						break
					}
				} else if time.Since(begun) > while {
					break
				} else {
					done.Add(1)
				}
				saved, err := w.once(b, i, n)
				if err != nil {
					err = fmt.Errorf("%s, %s: %w\n%s", s.name, w.name, err, s.log)
					failed.Store(&err)
					break
				}
				mine.add(saved)
			}
			mu.Lock()
			defer mu.Unlock()
			s.ledger.add(mine)
		})
	}
	wg.Wait()
	elapsed := time.Since(begun)
	if err := failed.Load(); err != nil {
		return sample{}, *err
	}
	if err := ctx.Err(); err != nil {
		return sample{}, err
	}
	after, err := s.processor()
	return sample{int(done.Load()), elapsed, after - before}, err
}
