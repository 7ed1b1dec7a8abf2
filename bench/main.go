// Command bench measures the rule engine beside others and the server beside one that sends the same bytes and commits the
// same rows, all in one run, and prints what came out beside the budgets. docs/benchmarks.md says what each figure means.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ekbom/bench/rules"
	"ekbom/bench/script"
	q "ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

func main() {
	testing.Init()
	submissions := flag.Int("submissions", 1_000_000, "how many the long queue has")
	part := flag.String("part", "", "measure only engine, proof, postgres, sqlite, memory, start or queue")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *part, *submissions); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

const (
	engineRounds = 5
	engineTime   = "200ms"
	rounds       = 5
	roundTime    = 500 * time.Millisecond
	most         = 20 // made-up people
	memoryFirst  = 200
	memoryThen   = 2000
	memoryGrows  = 1.25 // at most, with ten times as many people: what a full cache and a heap just before it is swept add
	startRounds  = 7
)

var peopleAtOnce = []int{1, 8, 32}

func run(ctx context.Context, part string, submissions int) error {
	begun := time.Now()
	dir, err := os.MkdirTemp("", "ekbom-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d, err := load()
	if err != nil {
		return err
	}
	say("building")
	b := &bench{dir: dir, d: d, people: persons(d, most), submissions: submissions}
	if b.turn, err = halfwayTurn(d, b.people); err != nil {
		return err
	}
	for name, from := range map[string]string{"ekbom": "../cmd/ekbom", "bare": "./bare", "rows": "./rows"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", filepath.Join(dir, name), ".")
		cmd.Dir, cmd.Env = from, append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
	}
	known := false
	for _, p := range []struct {
		name string
		run  func(context.Context) error
	}{{"engine", b.engine}, {"proof", b.prove}, {"postgres", b.postgres}, {"sqlite", b.sqlite}, {"memory", b.memory}, {"start", b.start}, {"queue", b.queue}} {
		if part != "" && part != p.name {
			continue
		}
		known = true
		if err := p.run(ctx); err != nil {
			return err
		}
	}
	if !known {
		return fmt.Errorf("no part %q", part)
	}
	fmt.Printf("%s %s: %d questions, %d red flags, %d causes, %d cases. Median (lowest-highest).\n", d.ID, d.Version,
		len(d.Questions), len(d.RedFlags), len(d.Causes), len(d.Cases))
	b.table.print(os.Stdout)
	if len(b.explained) > 0 {
		fmt.Printf("\nHow PostgreSQL goes about each page of the long queue, with the rows it really met:\n\n%s\n", strings.Join(b.explained, "\n\n"))
	}
	fmt.Printf("\nTook %s.\n", time.Since(begun).Round(time.Second))
	return nil
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

func load() (*q.Definition, error) {
	files, err := questionnaires.Open("rls")
	if err != nil {
		return nil, err
	}
	d, faults := q.Load(files)
	if len(faults) > 0 {
		return nil, faults[0]
	}
	return d, nil
}

type bench struct {
	dir    string
	d      *q.Definition
	people []person
	turn   *turn
	table  table

	submissions int      // of the long queue
	explained   []string // plans of its pages
}

// halfwayTurn finds the question in the middle where a person can change their mind without another question coming up.
func halfwayTurn(d *q.Definition, people []person) (*turn, error) {
	var read []int
	for i := range d.Questions {
		d.Questions[i].Ask.Questions(func(q int) { read = append(read, q) })
	}
	p := people[0]
	for i := len(d.Questions) / 2; i < len(d.Questions); i++ {
		qu := &d.Questions[i]
		path := "/q/" + string(qu.ID)
		entered, asked := p.entered[path]
		if asked && qu.Type == q.Choice && qu.Ask == nil && !slices.Contains(read, i) {
			other := "answer=" + string(qu.Options[0])
			if other == entered {
				other = "answer=" + string(qu.Options[1])
			}
			return &turn{person: p, path: path, minds: [2]string{entered, other}}, nil
		}
	}
	return nil, errors.New("no question to change one's mind about")
}

// engine measures rules and path in this process.
func (b *bench) engine(ctx context.Context) error {
	if err := flag.Set("test.benchtime", engineTime); err != nil {
		return err
	}
	zen, err := rules.StartZen(ctx, "rules/zen")
	switch {
	case errors.Is(err, rules.ErrNoZen):
		say("left out: %v", err)
	case err != nil:
		return err
	default:
		defer zen.Close()
	}
	verdicts, err := rules.Verdicts(b.d, zen)
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		title  string
		list   []rules.Benchmark
		budget float64 // microseconds
	}{
		{"All rules to urgency and causes, µs of processor time, all cases in turn", verdicts, 2},
		{"Next question, and how many are left, µs of processor time, all cases in turn", rules.Paths(b.d, load), 0},
	} {
		say("%s", strings.ToLower(kind.title))
		times, allocs := map[string][]float64{}, map[string]int64{}
		for range engineRounds {
			for _, e := range kind.list {
				if err := ctx.Err(); err != nil {
					return err
				}
				r := testing.Benchmark(e.Run)
				if r.N == 0 {
					return fmt.Errorf("%s failed", e.Name)
				}
				times[e.Name] = append(times[e.Name], r.Extra[rules.ProcessorTime]/1000)
				allocs[e.Name] = r.AllocsPerOp()
			}
		}
		b.table.section("%s", kind.title)
		ours := kind.list[0].Name
		for _, e := range kind.list {
			cost := spreadOf(times[e.Name])
			line := row{what: e.Name}
			if e.Name == ours {
				line.ours = cost.String()
			} else {
				line.beside, line.ratio = cost.String(), figure(cost.median/spreadOf(times[ours]).median)+" times ours"
			}
			if kind.budget > 0 && !e.Outside {
				line.what += fmt.Sprintf(", %d allocations", allocs[e.Name])
			}
			if e.Name == ours && kind.budget > 0 {
				line.budget = fmt.Sprintf("<= %s, 0 allocations", figure(kind.budget))
				line.verdict = met(cost.median <= kind.budget && allocs[e.Name] == 0)
			}
			b.table.add(line)
		}
		if kind.budget > 0 && zen == nil {
			b.table.add(row{what: "zen-engine: left out, it is not installed"})
		}
	}
	return nil
}

func (b *bench) postgres(ctx context.Context) error {
	cluster, err := os.MkdirTemp("", "ekbom-bench-pg-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cluster)
	admin, stop, err := newCluster(ctx, cluster)
	if err != nil {
		return err
	}
	defer stop()
	control, err := openDatabase(admin)
	if err != nil {
		return err
	}
	defer control.Close()
	return b.servers(ctx, "PostgreSQL", func(name string) (string, error) {
		_, err := control.ExecContext(ctx, "CREATE DATABASE "+name)
		return strings.Replace(admin, "/postgres?", "/"+name+"?", 1), err
	})
}

func (b *bench) sqlite(ctx context.Context) error {
	return b.servers(ctx, "SQLite", b.newFile)
}

func (b *bench) newFile(name string) (url string, err error) {
	return "sqlite:" + filepath.Join(b.dir, name+".db"), nil
}

// servers compares ours with the bare one on one kind of database.
func (b *bench) servers(ctx context.Context, engine string, newDatabase func(name string) (url string, err error)) error {
	say("server on %s", engine)
	ours, err := b.ours(ctx, newDatabase, "ours")
	if err != nil {
		return err
	}
	defer ours.close()
	scripts, err := capture(ctx, ours.addr, ours.db, b.people, b.turn)
	if err != nil {
		return err
	}
	file := filepath.Join(b.dir, "script.json")
	if err := script.Write(file, scripts); err != nil {
		return err
	}
	if err := ours.db.empty(ctx); err != nil {
		return err
	}
	bare, err := b.bare(ctx, newDatabase, file)
	if err != nil {
		return err
	}
	defer bare.close()

	journeyCost := 0.0
	if engine == "PostgreSQL" {
		journeyCost = 1.5
	}
	for _, c := range []struct {
		title       string
		work        work
		speed, cost float64 // budgets; 0: none
	}{
		{"question page after an answer, beside the same bytes without a database", pageWork("", "", true, b.turn), 0.8, 1 / 0.8},
		{"the same, compressed by both", pageWork("gzip", "", true, b.turn), 0, 0},
		{"question page opened again, beside the same bytes and reading the same row", pageWork("", "?row", false, b.turn), 0, 0},
		{"saved answer, beside the same update alone", saveWork(b.turn), 0.7, 0},
		{"whole journey, beside the same bytes and rows", journeyWork(b.people), 0, journeyCost},
	} {
		b.table.section("%s, %s", engine, c.title)
		if err := b.compare(ctx, ours, bare, c.work, c.speed, c.cost); err != nil {
			return err
		}
	}
	b.table.section("%s, acknowledged answers looked for in the database", engine)
	for _, s := range []*server{ours, bare} {
		if err := s.db.audit(ctx, s.ledger); err != nil {
			return fmt.Errorf("%s on %s: %w", s.name, engine, err)
		}
		b.table.add(row{what: fmt.Sprintf("%s: %d saves", s.name, s.ledger.saves),
			ours: fmt.Sprintf("%d answers", s.ledger.answers), beside: fmt.Sprintf("%d responses", s.ledger.people),
			budget: "none missing", verdict: met(true)})
	}
	return nil
}

// compare lets both servers take turns at one kind of work. speed is the least share of the other's requests, cost the most
// processor time as a multiple of the other's; 0 where there is no budget.
func (b *bench) compare(ctx context.Context, ours, bare *server, w work, speed, cost float64) error {
	for _, people := range peopleAtOnce {
		var mine, theirs, ratio, myCost, theirCost, costs []float64
		for round := range rounds {
			pair := []*server{ours, bare}
			if round%2 == 1 {
				slices.Reverse(pair)
			}
			samples := map[*server]sample{}
			for _, s := range pair {
				var err error
				if samples[s], err = s.run(ctx, w, people, roundTime, 0); err != nil {
					return err
				}
			}
			m, t := samples[ours], samples[bare]
			mine, theirs, ratio = append(mine, m.perSecond()), append(theirs, t.perSecond()), append(ratio, m.perSecond()/t.perSecond())
			myCost, theirCost, costs = append(myCost, m.cost()), append(theirCost, t.cost()), append(costs, m.cost()/t.cost())
		}
		each := row{what: fmt.Sprintf("%d at once: done each second", people), ours: spreadOf(mine).String(), beside: spreadOf(theirs).String(),
			ratio: spreadOf(ratio).String()}
		if speed > 0 {
			each.budget, each.verdict = ">= "+figure(speed), met(spreadOf(ratio).median >= speed)
		}
		b.table.add(each)
		each = row{what: "  µs of server processor time", ours: spreadOf(myCost).String(), beside: spreadOf(theirCost).String(),
			ratio: spreadOf(costs).String()}
		if cost > 0 {
			each.budget, each.verdict = "<= "+figure(cost), met(spreadOf(costs).median <= cost)
		}
		b.table.add(each)
	}
	return nil
}

// memory looks at what a fresh server holds after some people and after ten times as many.
func (b *bench) memory(ctx context.Context) error {
	say("memory")
	s, err := b.ours(ctx, b.newFile, "memory")
	if err != nil {
		return err
	}
	defer s.close()
	var held [2]int
	for i, people := range []int{memoryFirst, memoryThen - memoryFirst} {
		if _, err := s.run(ctx, journeyWork(b.people), 8, 0, people); err != nil {
			return err
		}
		if held[i], err = s.memory(); err != nil {
			return err
		}
	}
	if err := s.db.audit(ctx, s.ledger); err != nil {
		return err
	}
	b.table.section("SQLite, MB of memory after %d people, and after %d", memoryFirst, memoryThen)
	grown := float64(held[1]) / float64(held[0])
	b.table.add(row{ours: megabytes(held[0]) + ", " + megabytes(held[1]), ratio: figure(grown) + " times",
		budget: "flat: <= " + figure(memoryGrows), verdict: met(grown <= memoryGrows)})
	return nil
}

func megabytes(n int) string { return figure(float64(n) / (1 << 20)) }

// start measures how long the program takes until it is ready.
func (b *bench) start(ctx context.Context) error {
	say("start")
	b.table.section("SQLite, ms from start to ready")
	for _, fresh := range []bool{true, false} {
		var took []float64
		name := "database and secret there"
		if fresh {
			name = "new database, schema and secret"
		}
		for n := range startRounds {
			folder := "there"
			if fresh {
				folder = fmt.Sprint("new", n)
			}
			begun := time.Now()
			p, err := launch(ctx, b.dir, nil, filepath.Join(b.dir, "ekbom"), "serve", "--addr", "127.0.0.1:0",
				"--db", "sqlite:"+filepath.Join(b.dir, folder, "ekbom.db"))
			if err != nil {
				return err
			}
			if fresh || n > 0 {
				took = append(took, float64(time.Since(begun).Microseconds())/1000)
			}
			p.stop()
		}
		ms := spreadOf(took)
		b.table.add(row{what: name, ours: ms.String(), budget: "<= 100", verdict: met(ms.median <= 100)})
	}
	return nil
}

// ours starts our server on a new database.
func (b *bench) ours(ctx context.Context, newDatabase func(string) (string, error), name string) (*server, error) {
	url, err := newDatabase(name)
	if err != nil {
		return nil, err
	}
	program := filepath.Join(b.dir, "ekbom")
	migrate := exec.CommandContext(ctx, program, "migrate", "--db", url, "up")
	if out, err := migrate.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("migrate: %w\n%s", err, out)
	}
	p, err := launch(ctx, b.dir, []string{"EKBOM_SECRET=" + rand.Text() + rand.Text()}, program, "serve", "--addr", "127.0.0.1:0", "--db", url)
	if err != nil {
		return nil, err
	}
	return newServer("ours", p, url)
}

// bare starts the other server on a database of our schema.
func (b *bench) bare(ctx context.Context, newDatabase func(string) (string, error), file string) (*server, error) {
	first, err := b.ours(ctx, newDatabase, "bare") // makes the schema and keeps the edition that rows refer to
	if err != nil {
		return nil, err
	}
	first.close()
	p, err := launch(ctx, b.dir, nil, filepath.Join(b.dir, "bare"), "-db", first.db.url, "-script", file)
	if err != nil {
		return nil, err
	}
	return newServer("bare", p, first.db.url)
}

func newServer(name string, p *process, url string) (*server, error) {
	db, err := openDatabase(url)
	if err != nil {
		p.stop()
		return nil, err
	}
	return &server{name: name, process: p, db: db}, nil
}

func (s *server) close() {
	for _, b := range s.waiting {
		b.close()
	}
	s.db.Close()
	s.stop()
}
