package store_test

import (
	"errors"
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

func TestReceipt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		w.send(t, "one", q.Soon, noon, "code", "Anna Berg")
		w.send(t, "two", q.Soon, noon, "code", "Anna Berg")
		hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
		for i, act := range []audit.Action{audit.Opened, audit.Printed} {
			if _, err := w.at(account.Lead, hour(i+1)).Open(t.Context(), "one", act); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.at(account.Reviewer, hour(3)).Open(t.Context(), "two", audit.Opened); err != nil {
			t.Fatal(err)
		}
		if err := w.at(account.Reviewer, hour(4)).Note(t.Context(), "one", "only for colleagues"); err != nil {
			t.Fatal(err)
		}
		if err := w.at(account.Reviewer, hour(5)).Message(t.Context(), "one", "Come on Monday."); err != nil {
			t.Fatal(err)
		}
		got, err := w.s.Receipt(t.Context(), "one")
		if err != nil {
			t.Fatal(err)
		}
		want := store.Receipt{
			Response: "one", Clinic: w.clinic, Sent: noon, State: review.Received,
			Looks:    []store.Look{{At: hour(2), Role: account.Lead, Action: audit.Printed}, {At: hour(1), Role: account.Lead, Action: audit.Opened}},
			Messages: []store.Message{{At: hour(5), Text: "Come on Monday."}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, err := w.s.Receipt(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of nothing: %v", err)
		}
	})
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		w.send(t, "one", q.Soon, noon, "code", "Anna Berg")
		w.send(t, "held", q.Soon, noon, "code", "Anna Berg")
		if _, err := s.Exec(t.Context(), `UPDATE submissions SET held = $1 WHERE id = 'held'`, true); err != nil {
			t.Fatal(err)
		}
		later, expires := noon.Add(time.Hour), noon.Add(30*24*time.Hour)
		if err := w.as(account.Reviewer).Note(t.Context(), "one", "call her"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if held, err := w.s.Withdraw(t.Context(), "one", later, expires); held || err != nil {
				t.Errorf("held %v, %v", held, err)
			}
		}
		if held, err := w.s.Withdraw(t.Context(), "held", later, expires); !held || err != nil {
			t.Errorf("held %v, %v", held, err)
		}
		if _, err := w.s.Withdraw(t.Context(), "none", later, expires); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("what was never sent: %v", err)
		}
		for id, end := range map[q.ResponseID]time.Time{"one": expires, "held": {}} {
			r := read(t, w.s, id)
			if r.Status != q.Withdrawn || !r.Expires.Equal(end) {
				t.Errorf("%s: %s until %v", id, r.Status, r.Expires)
			}
			d, err := w.as(account.Lead).Open(t.Context(), id, audit.Opened)
			if err != nil || d.Name != "" || d.Response.ID != "" || len(d.Earlier) != 0 || d.Withdrawn.IsZero() || d.State != review.Received {
				t.Errorf("%s: the clinic sees %+v, %v", id, d, err)
			}
			if d.Urgency != q.SelfCare || d.Match != q.MatchUnknown || d.Reason != "" || d.Flag || d.Age != "" {
				t.Errorf("%s: still there of what was answered: %+v", id, d.Submission)
			}
		}
		states, unread, err := w.as(account.Reviewer).Counts(t.Context())
		if err != nil || states[review.Received] != 0 || unread != 0 {
			t.Errorf("counts %v, %d unread, %v", states, unread, err)
		}
		for name, tt := range map[string]struct {
			f    review.Filter
			want int
		}{
			"open": {review.Filter{}, 0}, "received": {review.Filter{State: review.Received}, 0}, "name": {review.Filter{Name: "anna"}, 0},
			"closed": {review.Filter{Closed: true}, 2}, "code": {review.Filter{CodeHash: []byte("code")}, 2},
		} {
			if p, err := w.as(account.Reviewer).Queue(t.Context(), tt.f, nil, nil); err != nil || len(p.Submissions) != tt.want {
				t.Errorf("%s: %d, %v, want %d", name, len(p.Submissions), err, tt.want)
			}
		}
		d, err := w.as(account.Reviewer).Desk(t.Context(), "one")
		if err != nil || len(d.History) != 1 {
			t.Errorf("the clinic's own notes: %+v, %v", d.History, err)
		}
		err = w.as(account.Reviewer).Move(t.Context(), "one", store.Step{Revision: d.Revision, To: review.SetAside, Reason: "gone", Accepted: true})
		if !errors.Is(err, review.ErrWithdrawn) {
			t.Errorf("moved after it was withdrawn: %v", err)
		}
		if err := w.as(account.Reviewer).Assign(t.Context(), "one", d.Revision, w.people[account.Lead].ID); !errors.Is(err, review.ErrWithdrawn) {
			t.Errorf("assigned after it was withdrawn: %v", err)
		}
		var told int
		if err := s.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE action = 'withdrawn' AND actor = 'patient'`, nil, &told); err != nil || told != 2 {
			t.Errorf("%d events, %v", told, err)
		}
		// Time does its work, and the one under hold stays.
		if n, err := w.s.PurgeExpired(t.Context(), expires); n != 1 || err != nil {
			t.Errorf("purged %d, %v", n, err)
		}
	})
}

func TestDeleteByCode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		for _, id := range []string{"sent", "held", "another"} {
			w.send(t, id, q.Soon, noon, map[string]string{"another": "other"}[id]+"code", "Anna")
		}
		if _, err := s.Exec(t.Context(), `UPDATE submissions SET held = $1 WHERE id = 'held'`, true); err != nil {
			t.Fatal(err)
		}
		draft := newResponse(t)
		draft.Ref = q.Ref{ID: "legs", Version: "1", Hash: "hash"}
		if err := w.s.CreateResponse(t.Context(), draft, []byte("code")); err != nil {
			t.Fatal(err)
		}
		for i, want := range []int{2, 0} {
			if gone, stays, err := w.s.DeleteByCode(t.Context(), []byte("code"), noon); len(gone) != want || stays != 1 || err != nil {
				t.Errorf("try %d: %v gone, %d stay, %v", i, gone, stays, err)
			}
		}
		if _, _, err := w.s.DeleteByCode(t.Context(), []byte("unknown"), noon); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown code: %v", err)
		}
		read(t, w.s, "another")
		if left, err := w.s.ResponsesByCode(t.Context(), []byte("code")); err != nil || len(left) != 1 || left[0].ID != "held" {
			t.Errorf("left: %v, %v", left, err)
		}
		if states, _, err := w.as(account.Reviewer).Counts(t.Context()); err != nil || states[review.Received] != 1 {
			t.Errorf("counts %v, %v", states, err)
		}
	})
}

func TestAgainIsOneDraft(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		done := create(t, s, newResponse(t, func(r *q.Response) { r.Status = q.Completed }))
		var wg sync.WaitGroup
		var mu sync.Mutex
		begun := map[q.ResponseID]bool{}
		for range 8 {
			next := newResponse(t, func(r *q.Response) { r.Created = start.Add(time.Minute) })
			wg.Go(func() {
				r, err := s.Again(t.Context(), next, code)
				if errors.Is(err, store.ErrUnavailable) {
					return // lost against the others more often than it is tried
				}
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				begun[r.ID] = true
			})
		}
		wg.Wait()
		all, err := s.ResponsesByCode(t.Context(), code)
		if err != nil || len(all) != 2 || len(begun) != 1 || !begun[all[0].ID] || all[1].ID != done.ID {
			t.Errorf("begun %v, kept %d, %v", begun, len(all), err)
		}
	})
}

func TestStoppedIsCounted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		for _, change := range []func(*q.Response){
			func(r *q.Response) { r.Clinic, r.Place = "north", "urge" },
			func(r *q.Response) { r.Clinic, r.Place = "north", "urge" },
			func(r *q.Response) { r.Clinic, r.Place = "north", "age" },
			func(r *q.Response) { r.Place = "urge" },                                        // meant for no clinic
			func(r *q.Response) { r.Clinic = "north" },                                      // all answered
			func(r *q.Response) { r.Clinic, r.Place, r.Status = "north", "x", q.Completed }, // finished
			func(r *q.Response) { r.Clinic, r.Place, r.Expires = "north", "urge", start.Add(time.Hour) },
		} {
			create(t, w.s, newResponse(t, func(r *q.Response) { r.Expires = start; change(r) }))
		}
		if n, err := w.s.PurgeExpired(t.Context(), start); n != 6 || err != nil {
			t.Fatalf("purged %d, %v", n, err)
		}
		got := map[string]int64{}
		for _, key := range []string{"urge", "age", "x"} {
			var n int64
			err := s.QueryRow(t.Context(), `SELECT n FROM tallies WHERE clinic_id = 'north' AND kind = 'stopped' AND day = $1 AND key = $2`,
				[]any{start.Format(time.DateOnly), key}, &n)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Fatal(err)
			}
			got[key] = n
		}
		if diff := cmp.Diff(map[string]int64{"urge": 2, "age": 1, "x": 0}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// Many at once: whatever wins, the response is sent once and what the clinic has is what was agreed to.
func TestSendAgainstSendAndEdit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		r := create(t, w.s, newResponse(t, func(r *q.Response) { r.Status, r.Clinic, r.Revision = q.Completed, "north", 1 }))
		edited := r
		edited.Answers = []byte(`{"urge": {"a":["no"],"r":2}}`)
		sent := r
		sent.Sent = noon
		var wg sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			wg.Go(func() {
				if i%2 == 0 {
					results[i] = w.s.Send(t.Context(), sent, review.Submission{Age: review.AgeUnknown, Name: "Anna"}, nil)
				} else {
					results[i] = w.s.UpdateResponse(t.Context(), edited)
				}
			})
		}
		wg.Wait()
		done := 0
		for i, err := range results {
			switch {
			case err == nil:
				done++
			case !errors.Is(err, store.ErrStale) && !errors.Is(err, store.ErrSent) && !errors.Is(err, store.ErrUnavailable):
				t.Errorf("%d: %v", i, err)
			}
		}
		after := read(t, w.s, r.ID)
		states, unread, err := w.as(account.Reviewer).Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wasSent := !after.Sent.IsZero()
		if done != 1 || wasSent != (states[review.Received] == 1) || wasSent != (unread == 1) {
			t.Errorf("%d done, sent %v, counts %v, %d unread", done, wasSent, states, unread)
		}
		if wasSent && string(after.Answers) != string(r.Answers) {
			t.Errorf("sent with answers %s", after.Answers)
		}
	})
}

func TestWithdrawAgainstOpen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		w.send(t, "one", q.Soon, noon, "code", "Anna")
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = w.s.Withdraw(t.Context(), "one", noon, noon.Add(time.Hour))
				} else {
					var d store.Dossier
					d, err = w.as(account.Reviewer).Open(t.Context(), "one", audit.Opened)
					if err == nil && !d.Withdrawn.IsZero() && (d.Response.ID != "" || d.Name != "") {
						t.Error("opened as withdrawn, with what was withdrawn")
					}
				}
				if err != nil && !errors.Is(err, store.ErrUnavailable) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		states, unread, err := w.as(account.Reviewer).Counts(t.Context())
		if err != nil || states[review.Received] != 0 || unread != 0 {
			t.Errorf("counts %v, %d unread, %v", states, unread, err)
		}
		if result, err := w.s.VerifyAudit(t.Context(), w.clinic.ID); err != nil || result.Fault != nil {
			t.Errorf("%+v %v", result, err)
		}
	})
}
