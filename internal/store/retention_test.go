package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

// rows counts what is left of submissions anywhere.
func (w ward) rows(t *testing.T) string {
	t.Helper()
	var out []string
	for _, table := range []string{"submissions", "submission_names", "entries", "responses"} {
		var n int
		if err := w.s.QueryRow(t.Context(), `SELECT count(*) FROM `+table, nil, &n); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, " ")
}

func (w ward) hold(t *testing.T, id q.ResponseID) {
	t.Helper()
	if err := w.as(account.Lead).Hold(t.Context(), id, "a letter from the court"); err != nil {
		t.Fatal(err)
	}
}

func (w ward) counted(t *testing.T) (received, unread int64) {
	t.Helper()
	states, unread, err := w.as(account.Reviewer).Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return states[review.Received], unread
}

func TestHold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w, other := t.Context(), newWard(t, s, "north"), newWard(t, s, "south")
		w.send(t, "one", q.Soon, noon, "code", "Anna")
		other.send(t, "there", q.Soon, noon, "code", "Anna")
		lead := w.as(account.Lead)
		for name, tt := range map[string]struct{ err, want error }{
			"a reviewer":    {w.as(account.Reviewer).Hold(ctx, "one", "why"), store.ErrForbidden},
			"no reason":     {lead.Hold(ctx, "one", " "), review.ErrEmptyText},
			"long reason":   {lead.Hold(ctx, "one", strings.Repeat("x", review.TextLength+1)), review.ErrLongText},
			"elsewhere":     {lead.Hold(ctx, "there", "why"), store.ErrNotFound},
			"nothing there": {lead.Free(ctx, "none", "why"), store.ErrNotFound},
		} {
			if !errors.Is(tt.err, tt.want) {
				t.Errorf("%s: %v, want %v", name, tt.err, tt.want)
			}
		}
		w.hold(t, "one")
		w.hold(t, "one")
		d, err := lead.Open(ctx, "one", audit.Opened)
		if err != nil || !d.Held || d.Revision != 2 || len(d.History) != 1 || d.History[0].Kind != review.Held || d.History[0].Text != "a letter from the court" {
			t.Errorf("held: %+v, %v", d, err)
		}
		// Withdrawn while it is held, it stays for nobody to see, and goes when it is freed.
		if held, err := w.s.Withdraw(ctx, "one", noon, noon.Add(time.Hour)); !held || err != nil {
			t.Fatal(held, err)
		}
		if n, err := w.s.PurgeExpired(ctx, noon.AddDate(50, 0, 0)); n != 0 || err != nil {
			t.Errorf("%d purged while held, %v", n, err)
		}
		if err := lead.Free(ctx, "one", "the case is closed"); err != nil {
			t.Fatal(err)
		}
		if n, err := w.s.PurgeExpired(ctx, noon.Add(2*time.Hour)); n != 1 || err != nil {
			t.Errorf("%d purged when freed, %v", n, err)
		}
		if w.events(t, audit.Held, "one") != 1 || w.events(t, audit.Freed, "one") != 1 || w.events(t, audit.Denied, "there") != 1 {
			t.Error("not recorded")
		}
		w.whole(t)
	})
}

func TestErase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w, other := t.Context(), newWard(t, s, "north"), newWard(t, s, "south")
		for i, id := range []string{"one", "two", "three"} {
			w.send(t, id, q.Soon, noon.Add(time.Duration(i)*time.Minute), "hers", "Anna Berg")
		}
		w.send(t, "his", q.Soon, noon, "his", "Boris")
		other.send(t, "there", q.Soon, noon, "hers", "Anna Berg")
		lead := w.as(account.Lead)
		w.hold(t, "two")
		if _, err := w.s.Withdraw(ctx, "three", noon, noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		all, err := lead.OfPerson(ctx, "two")
		if err != nil || len(all) != 3 || all[0].ID != "one" || all[2].ID != "three" {
			t.Fatalf("of one person: %v, %v", all, err)
		}
		saw := []q.ResponseID{"three", "two", "one"}
		for name, tt := range map[string]struct{ err, want error }{
			"held":       {lead.Erase(ctx, "one", saw), store.ErrHeld},
			"a reviewer": {w.as(account.Reviewer).Erase(ctx, "one", saw), store.ErrForbidden},
			"saw fewer":  {lead.Erase(ctx, "one", saw[:2]), store.ErrStale},
			"elsewhere":  {lead.Erase(ctx, "there", []q.ResponseID{"there"}), store.ErrNotFound},
		} {
			if !errors.Is(tt.err, tt.want) {
				t.Errorf("%s: %v, want %v", name, tt.err, tt.want)
			}
		}
		if _, err := lead.OfPerson(ctx, "there"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("list elsewhere: %v", err)
		}
		if err := lead.Free(ctx, "two", "over"); err != nil {
			t.Fatal(err)
		}
		if err := lead.Erase(ctx, "two", saw); err != nil {
			t.Fatal(err)
		}
		if got := w.rows(t); got != "2 3 0 2" {
			t.Errorf("left: %s", got)
		}
		if received, unread := w.counted(t); received != 1 || unread != 1 {
			t.Errorf("%d received, %d unread", received, unread)
		}
		for _, id := range saw {
			if w.events(t, audit.Erased, string(id)) != 1 {
				t.Errorf("%s: not recorded", id)
			}
		}
		if err := lead.Erase(ctx, "two", saw); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("erased twice: %v", err)
		}
		w.whole(t)
	})
}

func TestPurgeSubmissions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w, other := t.Context(), newWard(t, s, "north"), newWard(t, s, "south")
		const old = 230 // more than two parts
		for i := range old {
			w.send(t, fmt.Sprintf("old-%03d", i), q.Soon, noon.Add(time.Duration(i)*time.Second), fmt.Sprint("code", i), "Anna Berg")
		}
		w.send(t, "held", q.Soon, noon, "held", "Boris")
		w.send(t, "withdrawn", q.Soon, noon, "withdrawn", "Boris")
		w.send(t, "young", q.Soon, noon.AddDate(0, 0, 300), "young", "Boris")
		other.send(t, "there", q.Soon, noon, "there", "Boris")
		w.hold(t, "held")
		if _, err := w.as(account.Reviewer).Open(ctx, "old-000", audit.Opened); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.Withdraw(ctx, "withdrawn", noon, noon.AddDate(2, 0, 0)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Exec(ctx, `UPDATE clinics SET keep_days = 1000 WHERE id = 'south'`); err != nil {
			t.Fatal(err)
		}
		if n, err := w.s.PurgeSubmissions(ctx, noon.AddDate(0, 0, 364)); n != 0 || err != nil {
			t.Fatalf("%d before their time, %v", n, err)
		}
		later := noon.AddDate(0, 0, 370)
		if n, err := w.at(account.Admin, later).Due(ctx, account.KeepDefault); n != old+1 || err != nil {
			t.Errorf("%d due, %v", n, err)
		}
		n, err := w.s.PurgeSubmissions(ctx, later)
		if err != nil || n != old+1 {
			t.Fatalf("%d, %v", n, err)
		}
		// Held, young and the other clinic's; the withdrawn response is the patient's own and stays with them.
		if got := w.rows(t); got != "3 3 1 4" {
			t.Errorf("left: %s", got)
		}
		if received, unread := w.counted(t); received != 2 || unread != 2 {
			t.Errorf("%d received, %d unread", received, unread)
		}
		if w.events(t, audit.Purged, "old-007") != 1 || w.events(t, audit.Purged, "withdrawn") != 1 || w.events(t, audit.Purged, "held") != 0 {
			t.Error("purged without a record")
		}
		if n, err := w.s.PurgeSubmissions(ctx, later); n != 0 || err != nil {
			t.Errorf("second time: %d, %v", n, err)
		}
		w.whole(t)
		other.whole(t)
	})
}

// A purge while people read: they see all of a submission, or that it is gone.
func TestPurgeDuringReads(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := t.Context(), newWard(t, s, "north")
		const n = 40
		for i := range n {
			w.send(t, fmt.Sprint(i), q.Soon, noon, fmt.Sprint("code", i%3), "Anna Berg")
		}
		var wg sync.WaitGroup
		var gone, whole int
		wg.Go(func() {
			for i := range n {
				d, err := w.as(account.Lead).Open(ctx, q.ResponseID(fmt.Sprint(i)), audit.Opened)
				switch {
				case errors.Is(err, store.ErrNotFound):
					gone++
				case err != nil:
					t.Errorf("read: %v", err)
				case d.Response.ID != d.ID || d.Name != "Anna Berg":
					t.Errorf("half of a submission: %+v", d)
				default:
					whole++
				}
			}
		})
		wg.Go(func() {
			rows, err := w.as(account.Lead).List(ctx, review.Filter{}, "")
			if err != nil {
				t.Errorf("list: %v", err)
				return
			}
			for l, err := range rows {
				if err != nil || l.Name != "Anna Berg" {
					t.Errorf("list: %+v, %v", l, err)
				}
			}
		})
		if _, err := w.s.PurgeSubmissions(ctx, noon.AddDate(1, 0, 1)); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if gone+whole != n {
			t.Errorf("%d gone, %d whole", gone, whole)
		}
		// Those opened before their turn were changed by nobody and went as well.
		if got := w.rows(t); got != "0 0 0 0" {
			t.Errorf("left: %s", got)
		}
		if received, unread := w.counted(t); received != 0 || unread != 0 {
			t.Errorf("%d received, %d unread", received, unread)
		}
		w.whole(t)
	})
}

func TestList(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w, other := t.Context(), newWard(t, s, "north"), newWard(t, s, "south")
		for i := range 5 {
			w.send(t, fmt.Sprint(i), q.Urgency(i), noon.Add(time.Duration(i)*time.Minute), fmt.Sprint("code", i), "Anna")
		}
		w.send(t, "late", q.Soon, noon.Add(2*time.Hour), "late", "Anna")
		other.send(t, "there", q.Emergency, noon, "there", "Anna")
		lead := w.as(account.Lead)
		if _, err := w.as(account.Reviewer).List(ctx, review.Filter{}, ""); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("a reviewer: %v", err)
		}
		if n, err := lead.CountListed(ctx, review.Filter{}); n != 6 || err != nil {
			t.Errorf("%d listed, %v", n, err)
		}
		rows, err := lead.List(ctx, review.Filter{}, "open names")
		if err != nil {
			t.Fatal(err)
		}
		// It is recorded before anything is read.
		events, _, err := lead.Readers(ctx, store.Trail{})
		if err != nil || len(events) != 1 || events[0].Action != audit.Listed || events[0].Detail != "5 open names" || events[0].Subject != "" {
			t.Errorf("recorded %+v, %v", events, err)
		}
		if _, err := w.s.Withdraw(ctx, "2", noon.Add(time.Hour), noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		var got []string
		for l, err := range rows {
			if err != nil || l.Response.ID != l.ID {
				t.Errorf("%+v, %v", l, err)
			}
			got = append(got, string(l.ID))
		}
		if fmt.Sprint(got) != "[4 3 1 0]" {
			t.Errorf("listed %v", got)
		}
		for range rows { // stopping early is no fault
			break
		}
		// Whose answers went out with the list can see that, and nobody else.
		for id, want := range map[q.ResponseID]int{"0": 1, "2": 0, "4": 1, "late": 0} {
			r, err := w.s.Receipt(ctx, id)
			if err != nil || len(r.Looks) != want || want > 0 && (r.Looks[0].Action != audit.Listed || r.Looks[0].Role != account.Lead) {
				t.Errorf("%s: looks %+v, %v", id, r.Looks, err)
			}
		}
		w.whole(t)
	})
}

// A long list is read in parts: what was given already need not stay in memory. Not parallel, for the sake of measuring.
func TestListStaysSmall(t *testing.T) {
	const n, size = 10_000, 4000
	s := storetest.Open(t)
	w := newWard(t, s, "north")
	w.send(t, "0", q.Soon, noon, "code", "")
	for _, query := range []string{
		`UPDATE responses SET answers = '{"x":"' || hex(randomblob(` + fmt.Sprint(size/2) + `)) || '"}'`,
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + fmt.Sprint(n-1) + `)
			INSERT INTO responses (id, code_hash, questionnaire_id, questionnaire_version, questionnaire_hash, status, clinic_id, answers,
				confirmed, outcome, revision, created, updated, completed, sent, letter, not_me, place)
			SELECT CAST(i AS text), code_hash, questionnaire_id, questionnaire_version, questionnaire_hash, status, clinic_id, answers,
				confirmed, outcome, revision, created, updated, completed, sent, letter, not_me, place FROM responses, n`,
		`INSERT INTO submissions SELECT r.id, s.clinic_id, s.code_hash, s.rank, s.pattern, s.reason, s.flag, s.age, s.name, s.born, s.sent,
			s.withdrawn, s.state, s.open, s.assignee, s.opened, s.changed, s.held, s.revision FROM submissions s, responses r WHERE r.id <> '0'`,
	} {
		if _, err := s.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	rows, err := w.as(account.Lead).List(context.Background(), review.Filter{}, "")
	if err != nil {
		t.Fatal(err)
	}
	before, seen, most := live(), 0, uint64(0)
	for l, err := range rows {
		if err != nil || len(l.Response.Answers) < size {
			t.Fatalf("%d bytes, %v", len(l.Response.Answers), err)
		}
		if seen++; seen%1000 == 0 {
			most = max(most, live())
		}
	}
	if seen != n {
		t.Errorf("%d rows", seen)
	}
	if grown := int64(most) - int64(before); grown > 8<<20 {
		t.Errorf("%d MB are held of %d MB", grown>>20, n*size>>20)
	}
}
