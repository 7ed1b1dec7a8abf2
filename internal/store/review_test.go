package store_test

import (
	"errors"
	"fmt"
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

	"github.com/google/go-cmp/cmp"
)

// lines gives a history without its times.
func lines(entries []review.Entry) (all []string) {
	for _, e := range entries {
		all = append(all, strings.Join([]string{string(e.Author), string(e.Kind), e.Text, string(e.From), string(e.To), e.Person}, "|"))
	}
	return all
}

func (w ward) desk(t *testing.T, id q.ResponseID) store.Desk {
	t.Helper()
	d, err := w.as(account.Reviewer).Desk(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// trail lists what was done to a submission, and fails when the chain is broken.
func (w ward) trail(t *testing.T, id string) string {
	t.Helper()
	if result, err := w.s.VerifyAudit(t.Context(), w.clinic.ID); err != nil || result.Fault != nil {
		t.Errorf("%+v %v", result, err)
	}
	var events string
	agg := "group_concat(action || ':' || detail, ' ')"
	if w.s.Engine() == "postgres" {
		agg = "string_agg(action || ':' || detail, ' ' ORDER BY seq)"
	}
	err := w.s.QueryRow(t.Context(), `SELECT `+agg+` FROM (SELECT * FROM audit WHERE clinic_id = $1 AND subject = $2 ORDER BY seq) AS a`,
		[]any{string(w.clinic.ID), id}, &events)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func (w ward) counts(t *testing.T) map[review.State]int64 {
	t.Helper()
	states, _, err := w.as(account.Reviewer).Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for s, n := range states {
		if n == 0 {
			delete(states, s)
		}
	}
	return states
}

func TestReviewOfOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		w.send(t, "one", q.Emergency, noon, "code", "Anna")
		reviewer, lead := w.as(account.Reviewer), w.as(account.Lead)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		move := func(revision int, to review.State, reason string, accepted bool) error {
			return reviewer.Move(t.Context(), "one", store.Step{Revision: revision, To: to, Reason: reason, Accepted: accepted})
		}
		for name, tt := range map[string]struct{ got, want error }{
			"no such move":   {move(1, review.Received, "", false), review.ErrMove},
			"no state":       {move(1, "gone", "", false), review.ErrMove},
			"no reason":      {move(1, review.NeedsInformation, " ", false), review.ErrNoReason},
			"long reason":    {move(1, review.SetAside, strings.Repeat("ж", review.TextLength+1), true), review.ErrLongText},
			"unread":         {move(1, review.Reviewed, "", false), review.ErrRisk},
			"stale":          {move(0, review.InReview, "", false), store.ErrStale},
			"empty note":     {reviewer.Note(t.Context(), "one", " \n"), review.ErrEmptyText},
			"long note":      {reviewer.Note(t.Context(), "one", strings.Repeat("ж", review.TextLength+1)), review.ErrLongText},
			"empty message":  {reviewer.Message(t.Context(), "one", ""), review.ErrEmptyText},
			"stranger":       {reviewer.Assign(t.Context(), "one", 1, "south-lead"), review.ErrNobody},
			"gone":           {reviewer.Note(t.Context(), "none", "text"), store.ErrNotFound},
			"stale assignee": {reviewer.Assign(t.Context(), "one", 7, "north-lead"), store.ErrStale},
		} {
			if !errors.Is(tt.got, tt.want) {
				t.Errorf("%s: %v, want %v", name, tt.got, tt.want)
			}
		}
		if d := w.desk(t, "one"); len(d.History) != 0 || d.Revision != 1 || !d.Unread() || len(d.Audience) != 3 {
			t.Fatalf("refused, and yet %+v", d)
		}
		must(move(1, review.InReview, "", false)) // and so it is the reviewer's
		must(reviewer.Note(t.Context(), "one", "Called."))
		must(reviewer.Note(t.Context(), "one", "Called.")) // sent twice, written once
		must(lead.Note(t.Context(), "one", "Called."))
		must(w.at(account.Lead, noon.Add(3*time.Hour)).Note(t.Context(), "one", "Called.")) // again, much later
		must(reviewer.Message(t.Context(), "one", "Come on Monday."))
		must(lead.Assign(t.Context(), "one", 2, "north-lead"))
		must(lead.Assign(t.Context(), "one", 2, "north-lead")) // has it already
		must(lead.Assign(t.Context(), "one", 3, ""))
		must(move(4, review.Reviewed, "Seen by phone", true))
		want := []string{
			"north-reviewer|moved||received|in-review|", "north-reviewer|taken||||Robin reviewer", "north-reviewer|note|Called.|||",
			"north-lead|note|Called.|||", "north-lead|note|Called.|||", "north-reviewer|message|Come on Monday.|||",
			"north-lead|taken||||Robin lead", "north-lead|taken||||", "north-reviewer|moved|Seen by phone|in-review|reviewed|",
		}
		d := w.desk(t, "one")
		if diff := cmp.Diff(want, lines(d.History)); diff != "" {
			t.Error(diff)
		}
		if d.Revision != 5 || d.Assignee != "" || d.State != review.Reviewed {
			t.Errorf("%+v", d.Submission)
		}
		trail := "sent: moved:in-review assigned:north-reviewer noted: noted: noted: messaged: assigned:north-lead assigned: moved:reviewed"
		if diff := cmp.Diff(trail, w.trail(t, "one")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[review.State]int64{review.Reviewed: 1}, w.counts(t)); diff != "" {
			t.Error(diff)
		}
		var closed int
		if err := s.QueryRow(t.Context(), `SELECT n FROM tallies WHERE kind = 'closed' AND day = '2026-11-22' AND key = 'reviewed'`, nil, &closed); err != nil || closed != 1 {
			t.Errorf("%d closed, %v", closed, err)
		}
		if p, err := reviewer.Queue(t.Context(), review.Filter{}, nil, nil); err != nil || len(p.Submissions) != 0 {
			t.Errorf("closed, and still in the queue: %v %v", p, err)
		}
		if err := move(5, review.InReview, "", false); !errors.Is(err, review.ErrNoReason) {
			t.Errorf("opened again for no reason: %v", err)
		}
		must(move(5, review.InReview, "The ferritin came back", false))
		if p, err := reviewer.Queue(t.Context(), review.Filter{}, nil, nil); err != nil || len(p.Submissions) != 1 {
			t.Errorf("opened again, and not in the queue: %v %v", p, err)
		}
	})
}

func TestNextAndArrivals(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, other := newWard(t, s, "north"), newWard(t, s, "south")
		st := w.as(account.Reviewer)
		w.send(t, "taken", q.Emergency, noon, "a", "")
		w.send(t, "asked", q.SameDay, noon, "b", "")
		w.send(t, "first", q.Soon, noon, "c", "")
		if err := w.as(account.Lead).Assign(t.Context(), "taken", 1, "north-lead"); err != nil {
			t.Fatal(err)
		}
		if err := st.Move(t.Context(), "asked", store.Step{Revision: 1, To: review.NeedsInformation, Reason: "since when?"}); err != nil {
			t.Fatal(err)
		}
		if _, err := st.Next(t.Context(), review.Filter{}, "first"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("next of one: %v", err)
		}
		since, err := st.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if a, err := st.Arrivals(t.Context(), since); err != nil || a.N != 0 {
			t.Errorf("nothing came, and yet %+v %v", a, err)
		}
		other.send(t, "elsewhere", q.Emergency, noon, "d", "")
		w.send(t, "second", q.Routine, noon, "e", "")
		w.send(t, "third", q.SameDay, noon.Add(-time.Hour), "f", "") // by the clock before all others
		if err := st.Note(t.Context(), "first", "A note is no arrival."); err != nil {
			t.Fatal(err)
		}
		if a, err := st.Arrivals(t.Context(), since); err != nil || a != (store.Arrivals{N: 2, Urgency: q.SameDay}) {
			t.Errorf("two came: %+v %v", a, err)
		}
		if next, err := st.Next(t.Context(), review.Filter{}, "first"); err != nil || next.ID != "third" {
			t.Errorf("next: %s %v", next.ID, err)
		}
		if l, err := st.Load(t.Context()); err != nil || l != (store.Load{Nobodys: 4}) {
			t.Errorf("load %+v %v", l, err)
		}
	})
}

// atOnce runs acts at the same moment and gives their errors. On a busy machine the database may ask to try again, as a
// person would.
func atOnce(acts ...func() error) []error {
	errs := make([]error, len(acts))
	var begin, done sync.WaitGroup
	begin.Add(1)
	for i, act := range acts {
		done.Go(func() {
			begin.Wait()
			errs[i] = act()
			for tries := 0; errors.Is(errs[i], store.ErrUnavailable) && tries < 10; tries++ {
				errs[i] = act()
			}
		})
	}
	begin.Done()
	done.Wait()
	return errs
}

// TestTwoAtOnce: of two who change the same submission at the same moment one does, and the other is told.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		reviewer, lead := w.as(account.Reviewer), w.as(account.Lead)
		for i := range 5 {
			id := q.ResponseID(fmt.Sprintf("taken-%d", i))
			w.send(t, string(id), q.Soon, noon, "code"+string(id), "")
			errs := atOnce(
				func() error { return reviewer.Assign(t.Context(), id, 1, "north-reviewer") },
				func() error { return lead.Assign(t.Context(), id, 1, "north-lead") },
			)
			d := w.desk(t, id)
			winner, loser := account.ID("north-reviewer"), errs[1]
			if errs[0] != nil {
				winner, loser = "north-lead", errs[0]
			}
			if errs[0] != nil && errs[1] != nil || !errors.Is(loser, store.ErrStale) {
				t.Errorf("taken over twice: %v", errs)
			}
			// The other one sees who.
			if d.Assignee != winner || d.Revision != 2 || len(d.History) != 1 || d.History[0].Author != winner || d.History[0].Person != d.Assigned {
				t.Errorf("%s won, and yet %+v", winner, d)
			}
		}
		for i := range 5 {
			id := q.ResponseID(fmt.Sprintf("closed-%d", i))
			w.send(t, string(id), q.Soon, noon, "code"+string(id), "")
			step := store.Step{Revision: 1, To: review.Reviewed, Accepted: true}
			aside := store.Step{Revision: 1, To: review.SetAside, Reason: "twice", Accepted: true}
			errs := atOnce(
				func() error { return reviewer.Move(t.Context(), id, step) },
				func() error { return lead.Move(t.Context(), id, aside) },
				func() error { return lead.Note(t.Context(), id, "a note beside") },
				func() error { _, err := reviewer.Open(t.Context(), id, audit.Opened); return err },
			)
			if errs[2] != nil || errs[3] != nil {
				t.Errorf("note and opening stand in nobody's way: %v", errs)
			}
			if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs[0], errs[1]), store.ErrStale) {
				t.Errorf("closed twice: %v", errs)
			}
			d := w.desk(t, id)
			kinds := map[review.EntryKind]int{}
			for _, e := range d.History {
				kinds[e.Kind]++
			}
			if diff := cmp.Diff(map[review.EntryKind]int{review.Moved: 1, review.Note: 1}, kinds); diff != "" || d.State.Open() || d.Unread() {
				t.Errorf("%+v %s", d, diff)
			}
		}
		counts := w.counts(t)
		if counts[review.Received] != 5 || counts[review.Reviewed]+counts[review.SetAside] != 5 {
			t.Errorf("counts %v", counts)
		}
		if _, unread, _ := reviewer.Counts(t.Context()); unread != 5 {
			t.Errorf("%d unread", unread)
		}
		w.trail(t, "closed-0")
	})
}

// TestWithdrawBeside: whoever opens a submission while it is withdrawn sees all of it or nothing, and no count is lost.
func TestWithdrawBeside(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		reviewer, lead := w.as(account.Reviewer), w.as(account.Lead)
		for i := range 5 {
			id := q.ResponseID(fmt.Sprintf("gone-%d", i))
			w.send(t, string(id), q.Soon, noon, "code"+string(id), "Anna Berg")
			var opened store.Dossier
			errs := atOnce(
				func() (err error) { opened, err = reviewer.Open(t.Context(), id, audit.Opened); return err },
				func() error {
					_, err := w.s.Withdraw(t.Context(), id, noon.Add(time.Hour), noon.Add(2*time.Hour))
					return err
				},
				func() error { return lead.Note(t.Context(), id, "a note beside") },
				func() error {
					return lead.Move(t.Context(), id, store.Step{Revision: 1, To: review.Reviewed, Accepted: true})
				},
				func() error { return lead.Assign(t.Context(), id, 1, "north-lead") },
			)
			if errs[0] != nil || errs[1] != nil || errs[2] != nil {
				t.Errorf("opening, withdrawing and a note stand in nobody's way: %v", errs)
			}
			for _, err := range errs[3:] {
				if err != nil && !errors.Is(err, review.ErrWithdrawn) && !errors.Is(err, store.ErrStale) {
					t.Error(err)
				}
			}
			if whole := opened.Name == "Anna Berg" && opened.Response.ID == id; whole != opened.Withdrawn.IsZero() || !whole && (opened.Name != "" || opened.Response.ID != "") {
				t.Errorf("half of it was seen: %+v", opened)
			}
			if d := w.desk(t, id); d.Withdrawn.IsZero() || d.Name != "" {
				t.Errorf("withdrawn, and yet %+v", d.Submission)
			}
		}
		if counts := w.counts(t); len(counts) != 0 {
			t.Errorf("counted are %v", counts)
		}
		if _, unread, err := reviewer.Counts(t.Context()); err != nil || unread != 0 {
			t.Errorf("%d unread, %v", unread, err)
		}
		if p, err := reviewer.Queue(t.Context(), review.Filter{}, nil, nil); err != nil || len(p.Submissions) != 0 {
			t.Errorf("still in the queue: %v %v", p.Submissions, err)
		}
		w.trail(t, "gone-0")
	})
}
