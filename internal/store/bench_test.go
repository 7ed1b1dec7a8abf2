package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite"
)

// What one answer costs, beside a program that does no more than keep the same bytes with the same driver, settings and
// database: one row of key and value, written by an upsert. Both take turns in one run, so that a busy machine slows
// both. "ours" and "bare" are medians in microseconds, "of-bare" is the speed of ours where bare is 1.

const (
	benchBlock = 20 // operations of one person in one turn
	bareTable  = `CREATE TABLE bare (id text NOT NULL PRIMARY KEY, value text NOT NULL)`
	bareUpsert = `INSERT INTO bare (id, value) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = excluded.value`
	bareSelect = `SELECT value FROM bare WHERE id = $1`
	bareSQLite = "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=2000"
)

var benchFirst = func() string {
	var b strings.Builder
	for i := range 30 {
		fmt.Fprintf(&b, `%s"question-%02d":{"a":["option-%d"],"r":%d,"t":1795317255}`, []string{"{", ","}[min(i, 1)], i, i%5, i)
	}
	return b.String()
}()

// benchAnswers are as many as an ordinary response has. The last one differs: SQLite does not write what is there.
func benchAnswers(n int) []byte { return fmt.Appendf(nil, `%s,"last":{"a":["%09d"]}}`, benchFirst, n) }

// keeper saves and reads the answers of one person, n counting up from 0.
type keeper struct {
	save func(id string, n int) error
	read func(id string) error
}

func BenchmarkSaveAnswer(b *testing.B) {
	compare(b, func(k keeper, id string, n int) error { return k.save(id, n) })
}

func BenchmarkReadResponse(b *testing.B) {
	compare(b, func(k keeper, id string, _ int) error { return k.read(id) })
}

func compare(b *testing.B, op func(k keeper, id string, n int) error) {
	engines := []struct {
		name string
		open func(b *testing.B) (*store.Store, keeper)
	}{{"sqlite", benchSQLite}, {"postgres", benchPostgres}}
	for _, e := range engines {
		s, bare := e.open(b)
		create(b, s, newResponse(b)) // with its edition
		for _, people := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/%d", e.name, people), func(b *testing.B) { takeTurns(b, ours(b, s), bare, people, op) })
		}
	}
}

func takeTurns(b *testing.B, ours, bare keeper, people int, op func(k keeper, id string, n int) error) {
	ids := make([]string, people)
	for i := range ids {
		ids[i] = string(newID(b))
		for _, k := range []keeper{ours, bare} {
			if err := k.save(ids[i], 0); err != nil {
				b.Fatal(err)
			}
		}
	}
	turn := func(k keeper, round int) float64 {
		begun := time.Now()
		var wg sync.WaitGroup
		for _, id := range ids {
			wg.Go(func() {
				for n := range benchBlock {
					if err := op(k, id, 1+round*benchBlock+n); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		return float64(time.Since(begun).Microseconds()) / float64(people*benchBlock)
	}
	var mine, theirs, speed []float64
	for round := 0; b.Loop(); round++ {
		m, t := turn(ours, round), turn(bare, round)
		mine, theirs, speed = append(mine, m), append(theirs, t), append(speed, t/m)
	}
	for unit, list := range map[string][]float64{"ours": mine, "bare": theirs, "of-bare": speed} {
		slices.Sort(list)
		b.ReportMetric(list[len(list)/2], unit)
	}
	b.ReportMetric(0, "ns/op") // of a pair of turns: tells nothing
}

func ours(b *testing.B, s *store.Store) keeper {
	ctx := b.Context()
	return keeper{
		save: func(id string, n int) error {
			r := q.Response{ID: q.ResponseID(id), Ref: edition, Status: q.Draft, Answers: benchAnswers(n), Revision: n - 1,
				Created: start, Updated: start.Add(time.Duration(n) * time.Second)}
			r.Expires = r.Updated.AddDate(0, 3, 0)
			if n == 0 {
				r.Revision = 0
				return s.CreateResponse(ctx, r, code)
			}
			return s.UpdateResponse(ctx, r)
		},
		read: func(id string) error {
			_, err := s.Response(ctx, q.ResponseID(id))
			return err
		},
	}
}

func benchSQLite(b *testing.B) (*store.Store, keeper) {
	ctx := b.Context()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+bareSQLite)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(bareTable); err != nil {
		b.Fatal(err)
	}
	upsert, err := db.Prepare(bareUpsert)
	if err != nil {
		b.Fatal(err)
	}
	sel, err := db.Prepare(bareSelect)
	if err != nil {
		b.Fatal(err)
	}
	return storetest.Open(b), keeper{
		save: func(id string, n int) error {
			_, err := upsert.ExecContext(ctx, id, string(benchAnswers(n)))
			return err
		},
		read: func(id string) error {
			var value []byte
			return sel.QueryRowContext(ctx, id).Scan(&value)
		},
	}
}

func benchPostgres(b *testing.B) (*store.Store, keeper) {
	ctx := b.Context()
	dsn := storetest.NewServer(b).DSN(b)
	pool, err := pgxpool.New(ctx, dsn+"&pool_max_conns=16")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if _, err := pool.Exec(ctx, bareTable); err != nil {
		b.Fatal(err)
	}
	return open(b, dsn), keeper{
		save: func(id string, n int) error {
			_, err := pool.Exec(ctx, bareUpsert, id, string(benchAnswers(n)))
			return err
		},
		read: func(id string) error {
			var value []byte
			return pool.QueryRow(ctx, bareSelect, id).Scan(&value)
		},
	}
}
