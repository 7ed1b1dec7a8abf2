package store_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ekbom/internal/account"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

// asked is everything that a queue can be asked for, in combination.
func asked(yield func(name string, f review.Filter, after, before *review.Key)) {
	rank := q.Soon
	for _, base := range []struct {
		name string
		f    review.Filter
	}{{"open", review.Filter{}}, {"closed", review.Filter{Closed: true}}, {"in review", review.Filter{State: review.InReview}},
		{"reviewed", review.Filter{State: review.Reviewed}}} {
		for mask := range 1 << 6 {
			f, name := base.f, base.name
			add := func(bit int, what string, set func()) {
				if mask&(1<<bit) != 0 {
					name += ", " + what
					set()
				}
			}
			add(0, "newest", func() { f.Newest = true })
			add(1, "urgency", func() { f.Urgency = &rank })
			add(2, "dates", func() { f.From, f.To = noon, noon.Add(24*time.Hour) })
			add(3, "age", func() { f.Age = review.Under18 })
			add(4, "unread", func() { f.Unread = true })
			add(5, "mine", func() { f.Assignee = "north-reviewer" })
			whose := []review.Filter{f}
			if mask&(1<<5) == 0 {
				nobodys, ready := f, f
				nobodys.Nobody, ready.Ready = true, "north-reviewer"
				whose = append(whose, nobodys, ready)
			}
			for i, f := range whose {
				name := name + []string{"", ", nobody's", ", ready"}[i]
				yield(name, f, nil, nil)
				for rank := range 5 {
					k := &review.Key{Rank: rank, Sent: noon, ID: "x"}
					yield(fmt.Sprint(name, ", after rank ", rank), f, k, nil)
					yield(fmt.Sprint(name, ", before rank ", rank), f, nil, k)
				}
			}
		}
	}
	for _, f := range []review.Filter{{Name: "an"}, {Name: "an be", Newest: true}, {Name: "an", State: review.Reviewed}, {Born: "1970-01-01"},
		{CodeHash: []byte("code")}, {CodeHash: []byte("code"), State: review.InReview, Newest: true}, {Born: "1970-01-01", Name: "an", From: noon}} {
		yield(fmt.Sprintf("search %+v", f), f, nil, nil)
		yield(fmt.Sprintf("search %+v, on", f), f, &review.Key{Rank: 2, Sent: noon, ID: "x"}, nil)
	}
}

var branch = regexp.MustCompile(`SELECT s\.\* FROM submissions s WHERE .*? LIMIT \d+`)

// Without rows, and so without statistics, as SQLite plans in service.
func TestQueuePlansOnSQLite(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	st := newWard(t, s, "north").as(account.Reviewer)
	seen := 0
	asked(func(name string, f review.Filter, after, before *review.Key) {
		query, args := st.QueueQuery(f, after, before)
		branches := branch.FindAllString(query, -1)
		if len(branches) == 0 {
			t.Fatalf("%s: %s", name, query)
		}
		searched := f.Name != "" || f.Born != "" || len(f.CodeHash) > 0
		for _, text := range branches {
			seen++
			found := false
			err := s.QueryRows(t.Context(), `EXPLAIN QUERY PLAN `+text, args, func(scan func(...any) error) error {
				var id, parent, unused int
				var detail string
				if err := scan(&id, &parent, &unused, &detail); err != nil {
					return err
				}
				found = found || strings.HasPrefix(detail, "SEARCH s USING") && !strings.HasSuffix(detail, "(clinic_id=?)")
				if strings.HasPrefix(detail, "SCAN s") || strings.Contains(detail, "TEMP B-TREE") && !searched {
					t.Errorf("%s: %s\n%s", name, detail, text)
				}
				return nil
			})
			if err != nil || !found {
				t.Fatalf("%s: found %v, %v\n%s", name, found, err, text)
			}
		}
	})
	if seen < 5000 {
		t.Errorf("only %d branches looked at", seen)
	}
}

// plan is a node of a plan as PostgreSQL explains it.
type plan struct {
	Node  string  `json:"Node Type"`
	Table string  `json:"Relation Name"`
	Index string  `json:"Index Name"`
	Rows  float64 `json:"Plan Rows"`
	Plans []plan
}

func (p plan) each(visit func(plan)) {
	visit(p)
	for _, below := range p.Plans {
		below.each(visit)
	}
}

func explain(ctx context.Context, s *store.Store, query string, args []any) (plan, error) {
	var text []byte
	err := store.ErrUnavailable
	for try := 0; try < 5 && errors.Is(err, store.ErrUnavailable); try++ { // a busy machine may need longer than the store's patience
		err = s.QueryRow(ctx, `EXPLAIN (FORMAT JSON) `+query, args, &text)
	}
	if err != nil {
		return plan{}, err
	}
	var roots []struct{ Plan plan }
	err = json.Unmarshal(text, &roots)
	return roots[0].Plan, err
}

// fill makes rows of two clinics with nobody behind them, so that PostgreSQL has something to plan for.
func fill(t *testing.T, s *store.Store, n int) {
	t.Helper()
	if err := s.SaveQuestionnaire(t.Context(), q.Ref{ID: "legs", Version: "1", Hash: "hash"}, []byte("zip")); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO responses (id, code_hash, questionnaire_id, questionnaire_version, questionnaire_hash, status, answers, confirmed, revision,
			created, updated)
		SELECT 'row' || i, sha256(i::text::bytea), 'legs', '1', 'hash', 'completed', '{}', '[]', 1, TIMESTAMPTZ '2026-11-22 12:00Z',
			TIMESTAMPTZ '2026-11-22 12:00Z' FROM generate_series($1::int, $2::int) AS i`,
		`INSERT INTO submissions (id, clinic_id, code_hash, rank, pattern, reason, flag, age, name, born, sent, state, open, assignee,
			opened, changed, held, revision)
		SELECT 'row' || i, CASE WHEN i % 5 = 0 THEN 'south' ELSE 'north' END, sha256(i::text::bytea), CASE WHEN i % 200 = 0 THEN 0 WHEN i % 20 = 0 THEN 1
			WHEN i % 4 = 0 THEN 2 ELSE 3 END, 'full', 'rls', FALSE, (ARRAY['under-18', '18-29', '30-44', '45-64', '65-79', '80-up'])[1 + i % 6],
			'', CASE WHEN i % 2 = 0 THEN (DATE '1930-01-01' + i)::text ELSE '' END, TIMESTAMPTZ '2025-11-22 12:00Z' + i * INTERVAL '20 minutes',
			CASE WHEN i % 12 = 0 THEN 'received' WHEN i % 60 = 1 THEN 'in-review' ELSE 'reviewed' END, i % 12 = 0 OR i % 60 = 1,
			CASE WHEN i % 12 <> 0 AND i % 5 <> 0 THEN 'north-reviewer' END,
			CASE WHEN i % 12 <> 0 THEN TIMESTAMPTZ '2026-11-22 12:00Z' END, TIMESTAMPTZ '2026-11-22 12:00Z', FALSE, 1
		FROM generate_series($1::int, $2::int) AS i`,
		`INSERT INTO submission_names (clinic_id, word, submission_id)
		SELECT CASE WHEN i % 5 = 0 THEN 'south' ELSE 'north' END, substr(md5((i % 977)::text), 1, 6), 'row' || i FROM generate_series($1::int, $2::int) AS i`,
		`INSERT INTO entries (submission_id, n, at, author, name, kind, text, from_state, to_state, person)
		SELECT 'row' || i, 1, TIMESTAMPTZ '2026-11-22 12:00Z', 'north-reviewer', 'Robin', 'note', 'text', '', '', '' FROM generate_series($1::int, $2::int) AS i`,
		`INSERT INTO audit (clinic_id, seq, at, actor, name, role, action, subject, detail, hash)
		SELECT 'north', 1000 + i, TIMESTAMPTZ '2026-11-22 12:00Z', 'patient', '', '', 'sent', 'row' || i, '', ''::bytea FROM generate_series($1::int, $2::int) AS i`,
	} {
		const step = 1000 // each within the store's patience, on a busy machine as well
		for from := 1; from <= n; from += step {
			if _, err := s.Exec(t.Context(), statement, from, from+step-1); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.Exec(t.Context(), `ANALYZE`); err != nil {
		t.Fatal(err)
	}
}

func TestQueuePlansOnPostgreSQL(t *testing.T) {
	t.Parallel()
	dsn := storetest.Postgres(t)
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	st := newWard(t, s, "north").as(account.Reviewer)
	newWard(t, s, "south")
	fill(t, s, 20_000)
	asked(func(name string, f review.Filter, after, before *review.Key) {
		if before != nil || after != nil && after.Rank != 2 {
			return // each plan takes milliseconds
		}
		query, args := st.QueueQuery(f, after, before)
		root, err := explain(t.Context(), s, query, args)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, query)
		}
		searched := f.Name != "" || f.Born != "" || len(f.CodeHash) > 0
		root.each(func(p plan) {
			if strings.Contains(p.Node, "Seq Scan") && p.Table != "accounts" {
				t.Errorf("%s: %s on %s\n%s", name, p.Node, p.Table, query)
			}
			if strings.Contains(p.Node, "Sort") && p.Plans[0].Rows > 10*(store.QueueSize+1) && !searched {
				t.Errorf("%s: sorts %v rows\n%s", name, p.Plans[0].Rows, query)
			}
		})
	})
}

// Whatever is asked for, paging forward gives what a plain look at all submissions gives, each once and in order, and paging
// backward the same from the end.
func TestQueueGivesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		chance := rand.New(rand.NewPCG(3, 14))
		for i := range 150 {
			w.send(t, fmt.Sprintf("row-%03d", i), q.Urgency(chance.IntN(5)), noon.Add(time.Duration(chance.IntN(60))*time.Minute),
				fmt.Sprint("code", i/2), []string{"Anna Berg", "Anna Anders", "Bert Ana", ""}[chance.IntN(4)])
		}
		states := review.States()
		for i := range 150 {
			state := states[chance.IntN(len(states))]
			withdrawn := i%17 == 0
			_, err := s.Exec(t.Context(), `UPDATE submissions SET state = $2, open = $3, age = $4, assignee = $5, opened = $6, born = $7, withdrawn = $8 WHERE id = $1`,
				fmt.Sprintf("row-%03d", i), string(state), state.Open() && !withdrawn, []string{"18-29", "30-44"}[chance.IntN(2)],
				[]any{nil, "north-reviewer", "north-lead"}[chance.IntN(3)], []any{nil, noon}[chance.IntN(2)], []string{"", "1970-01-01"}[chance.IntN(2)],
				map[bool]any{true: noon, false: nil}[withdrawn])
			if err != nil {
				t.Fatal(err)
			}
		}
		st := w.as(account.Reviewer)
		everything, isClosed := map[q.ResponseID]review.Submission{}, map[q.ResponseID]bool{}
		for _, closed := range []bool{false, true} {
			p, err := st.QueueOf(t.Context(), review.Filter{Closed: closed}, nil, nil, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for _, sub := range p.Submissions {
				everything[sub.ID], isClosed[sub.ID] = sub, closed
			}
		}
		if len(everything) != 150 {
			t.Fatalf("%d submissions", len(everything))
		}
		maybe := func(set func()) {
			if chance.IntN(4) == 0 {
				set()
			}
		}
		for range 300 {
			var f review.Filter
			maybe(func() { f.State = states[chance.IntN(len(states))] })
			maybe(func() { f.Closed = true })
			maybe(func() { u := q.Urgency(chance.IntN(5)); f.Urgency = &u })
			maybe(func() { f.Assignee = "north-lead" })
			maybe(func() { f.Nobody = true })
			maybe(func() { f.Unread = true })
			maybe(func() { f.Age = review.From18 })
			maybe(func() { f.Name = []string{"an", "anna be", "b", "x"}[chance.IntN(4)] })
			maybe(func() { f.Born = "1970-01-01" })
			maybe(func() { f.From = noon.Add(time.Duration(chance.IntN(40)) * time.Minute) })
			maybe(func() { f.To = noon.Add(time.Duration(chance.IntN(80)) * time.Minute) })
			maybe(func() { f.Newest = true })
			var want []review.Submission
			for _, sub := range everything {
				if matches(f, sub, isClosed[sub.ID]) {
					want = append(want, sub)
				}
			}
			slices.SortFunc(want, func(a, b review.Submission) int {
				byTime := cmp.Or(a.Sent.Compare(b.Sent), strings.Compare(string(a.ID), string(b.ID)))
				if f.Newest {
					return -byTime
				}
				return cmp.Or(cmp.Compare(b.Urgency, a.Urgency), byTime)
			})
			if n, err := st.Listed(t.Context(), f); err != nil || n != int64(len(want)) {
				t.Fatalf("%+v: %d counted, want %d, %v", f, n, len(want), err)
			}
			for _, forward := range []bool{true, false} {
				var got []review.Submission
				var key *review.Key
				for {
					after, before := key, (*review.Key)(nil)
					if !forward {
						after, before = nil, key
						if key == nil { // from beyond the end
							before = &review.Key{Rank: 5, Sent: noon.Add(1000 * time.Hour), ID: "z"}
							if f.Newest {
								before.Sent = time.Unix(0, 0)
							}
						}
					}
					p, err := st.QueueOf(t.Context(), f, after, before, 7)
					if err != nil {
						t.Fatal(err)
					}
					if forward {
						got = append(got, p.Submissions...)
					} else {
						got = append(slices.Clone(p.Submissions), got...)
					}
					if len(p.Submissions) == 0 || forward && !p.Later || !forward && !p.Earlier {
						break
					}
					k := p.Submissions[0].Key()
					if forward {
						k = p.Submissions[len(p.Submissions)-1].Key()
					}
					key = &k
				}
				ids := func(all []review.Submission) (ids []q.ResponseID) {
					for _, sub := range all {
						ids = append(ids, sub.ID)
					}
					return ids
				}
				if !slices.Equal(ids(got), ids(want)) {
					t.Fatalf("forward %v, %+v:\n%v, want\n%v", forward, f, ids(got), ids(want))
				}
			}
		}
	})
}

// matches is the plain meaning of a filter.
func matches(f review.Filter, s review.Submission, closed bool) bool {
	if !s.Withdrawn.IsZero() && (f.State != "" || f.Unread) {
		return false
	}
	searched := f.Name != "" || f.Born != ""
	for _, word := range store.NameWords(f.Name) {
		if !slices.ContainsFunc(store.NameWords(s.Name), func(n string) bool { return strings.HasPrefix(n, word) }) {
			return false
		}
	}
	return (f.State == "" && (searched || f.Unread || f.Closed == closed) || f.State == s.State) && (f.Urgency == nil || *f.Urgency == s.Urgency) &&
		(f.Assignee == "" || f.Assignee == s.Assignee) && !(f.Nobody && s.Assignee != "") && !(f.Unread && !s.Unread()) &&
		(f.Age == "" || f.Age == s.Age) && (f.Born == "" || f.Born == s.Born) && !s.Sent.Before(f.From) && (f.To.IsZero() || s.Sent.Before(f.To))
}
