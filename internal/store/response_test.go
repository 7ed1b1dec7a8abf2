package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

var (
	edition = q.Ref{ID: "rls", Version: "2026.1", Hash: "6ae8a75555209fd6c44157c0aed8016e763ff435a19cf186f76863140143ff72"}
	code    = bytes.Repeat([]byte{0xc0, 0x00, 0xff, 0x27}, 8)
	start   = time.Date(2026, 11, 22, 3, 14, 15, 926535000, time.UTC)
)

func newID(t testing.TB) q.ResponseID {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return q.ResponseID(id.String())
}

// newResponse gives a valid draft, with the changes of the test.
func newResponse(t testing.TB, changes ...func(*q.Response)) q.Response {
	r := q.Response{
		ID: newID(t), Ref: edition, Status: q.Draft, Answers: []byte(`{"urge": {"a":["yes"],"r":1}}`),
		Created: start, Updated: start, Expires: start.AddDate(0, 3, 0),
	}
	for _, c := range changes {
		c(&r)
	}
	return r
}

// create saves a response and its edition.
func create(t testing.TB, s *store.Store, r q.Response) q.Response {
	t.Helper()
	if err := s.SaveQuestionnaire(t.Context(), r.Ref, []byte("archive")); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateResponse(t.Context(), r, code); err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t testing.TB, s *store.Store, id q.ResponseID) q.Response {
	t.Helper()
	r, err := s.Response(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error is %v, want %v", err, want)
	}
}

func TestResponseRoundTrip(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*q.Response)
	}{
		{"draft", func(*q.Response) {}},
		{"completed for a clinic", func(r *q.Response) {
			r.Status, r.Clinic, r.Completed = q.Completed, "north", start.Add(time.Hour)
			r.Outcome = []byte("{\"urgency\": \"soon\",\n \"causes\":[]}")
			r.Confirmed = []q.ID{"chest-pain", "dvt"}
			r.Revision = 41
		}},
		{"withdrawn", func(r *q.Response) { r.Status = q.Withdrawn }},
		{"never expires", func(r *q.Response) { r.Expires = time.Time{} }},
		{"own words", func(r *q.Response) {
			r.Answers = []byte(`{"words":{"a":["ноги \"крутит\" \\ '; DROP TABLE responses; -- \u0000 🦵"]}}`)
		}},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				want := create(t, s, newResponse(t, tt.change))
				if diff := cmp.Diff(want, read(t, s, want.ID)); diff != "" {
					t.Errorf("created and read (-want +got):\n%s", diff)
				}
			})
		}
	})
}

func TestResponseTimes(t *testing.T) {
	t.Parallel()
	west := time.FixedZone("west", -9*3600-1800)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, at := range []time.Time{
			time.Date(2026, 3, 29, 2, 30, 0, 0, time.UTC),
			time.Date(2026, 12, 31, 23, 59, 59, 999999999, west),
			time.Date(2026, 6, 1, 12, 0, 0, 120000, time.FixedZone("east", 14*3600)),
		} {
			r := create(t, s, newResponse(t, func(r *q.Response) { r.Created, r.Updated, r.Expires = at, at, at }))
			got, want := read(t, s, r.ID), at.UTC().Truncate(time.Microsecond)
			if got.Created != want || got.Updated != want || got.Expires != want {
				t.Errorf("%v came back as %v, %v, %v", at, got.Created, got.Updated, got.Expires)
			}
		}
	})
}

func TestCreateResponseErrors(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, newResponse(t))
		wantError(t, s.CreateResponse(t.Context(), r, code), store.ErrConflict)
		refused := map[string]func(*q.Response){
			"status":            func(r *q.Response) { r.Status = "lost" },
			"negative revision": func(r *q.Response) { r.Revision = -1 },
			"answers missing":   func(r *q.Response) { r.Answers = nil },
			"answers not JSON":  func(r *q.Response) { r.Answers = []byte(`{"urge":`) },
			"outcome not JSON":  func(r *q.Response) { r.Outcome = []byte("well") },
			"edition not saved": func(r *q.Response) { r.Ref.Hash = "0000" },
			"not created":       func(r *q.Response) { r.Created = time.Time{} },
		}
		for name, change := range refused {
			r := newResponse(t, change)
			err := s.CreateResponse(t.Context(), r, code)
			if err == nil || errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrConflict) {
				t.Errorf("%s: error is %v, want one of no sentinel", name, err)
			}
			_, err = s.Response(t.Context(), r.ID)
			wantError(t, err, store.ErrNotFound)
		}
	})
}

func TestResponseByCode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		later := create(t, s, newResponse(t, func(r *q.Response) { r.Created = start.Add(500 * time.Millisecond) }))
		create(t, s, newResponse(t)) // a whole second, written without a fraction
		got, err := s.ResponseByCode(t.Context(), code)
		if err != nil || got.ID != later.ID {
			t.Errorf("got %v, %v, want the newest, %v", got.ID, err, later.ID)
		}
		_, err = s.ResponseByCode(t.Context(), []byte("other"))
		wantError(t, err, store.ErrNotFound)
	})
}

func TestUpdateResponse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		other := create(t, s, newResponse(t))
		r := create(t, s, newResponse(t))
		newer := q.Ref{ID: "rls", Version: "2026.2", Hash: "ff"}
		if err := s.SaveQuestionnaire(t.Context(), newer, []byte("newer")); err != nil {
			t.Fatal(err)
		}
		want := r
		want.Ref, want.Status, want.Clinic, want.Answers = newer, q.Completed, "north", []byte(`{}`)
		want.Confirmed, want.Outcome = []q.ID{"dvt"}, []byte(`{"urgency":"emergency"}`)
		want.Updated, want.Completed, want.Expires = start.Add(time.Minute), start.Add(time.Minute), start.Add(time.Hour)
		if err := s.UpdateResponse(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		want.Revision++
		if diff := cmp.Diff(want, read(t, s, r.ID)); diff != "" {
			t.Errorf("after update (-want +got):\n%s", diff)
		}

		again := r // a second tab, which read before
		again.Answers = []byte(`{"urge":{"a":["no"]}}`)
		wantError(t, s.UpdateResponse(t.Context(), again), store.ErrStale)
		ahead := want
		ahead.Revision += 5
		wantError(t, s.UpdateResponse(t.Context(), ahead), store.ErrStale)
		wantError(t, s.UpdateResponse(t.Context(), newResponse(t)), store.ErrNotFound)
		if diff := cmp.Diff(want, read(t, s, r.ID)); diff != "" {
			t.Errorf("after refused updates (-want +got):\n%s", diff)
		}

		// Back to a draft: what was there is empty again.
		want.Status, want.Clinic, want.Confirmed, want.Outcome, want.Completed = q.Draft, "", nil, nil, time.Time{}
		if err := s.UpdateResponse(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		want.Revision++
		if diff := cmp.Diff(want, read(t, s, r.ID)); diff != "" {
			t.Errorf("after reopening (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(other, read(t, s, other.ID)); diff != "" {
			t.Errorf("another response changed (-want +got):\n%s", diff)
		}
	})
}

// Twelve people, or tabs, change one response at the same moment. Each reads and tries again when it was late.
func TestUpdateResponseLosesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const writers, changes = 12, 5
		id := create(t, s, newResponse(t)).ID
		errs := make(chan error, writers)
		for range writers {
			go func() {
				for done := 0; done < changes; {
					r, err := s.Response(t.Context(), id)
					if err == nil {
						r.Answers = fmt.Appendf(nil, `[%d]`, r.Revision+1)
						err = s.UpdateResponse(t.Context(), r)
					}
					switch {
					case err == nil:
						done++
					case !errors.Is(err, store.ErrStale):
						errs <- err
						return
					}
				}
				errs <- nil
			}()
		}
		for range writers {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		got := read(t, s, id)
		if want := writers * changes; got.Revision != want || string(got.Answers) != fmt.Sprintf("[%d]", want) {
			t.Errorf("revision %d with answers %s, want %d", got.Revision, got.Answers, want)
		}
	})
}

func TestDeleteResponse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, kept := create(t, s, newResponse(t)), create(t, s, newResponse(t))
		if err := s.DeleteResponse(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
		_, err := s.Response(t.Context(), r.ID)
		wantError(t, err, store.ErrNotFound)
		wantError(t, s.UpdateResponse(t.Context(), r), store.ErrNotFound)
		wantError(t, s.DeleteResponse(t.Context(), r.ID), store.ErrNotFound)
		read(t, s, kept.ID)
	})
}

func TestPurgeExpired(t *testing.T) {
	t.Parallel()
	now := start
	past, future := now.Add(-time.Microsecond), now.Add(time.Microsecond)
	tests := []struct {
		name    string
		status  q.Status
		clinic  q.ClinicID
		sent    time.Time
		expires time.Time
		purged  bool
	}{
		{"expired draft", q.Draft, "", time.Time{}, past, true},
		{"draft at the moment", q.Draft, "", time.Time{}, now, true},
		{"open draft", q.Draft, "", time.Time{}, future, false},
		{"expired draft begun through a clinic's link", q.Draft, "north", time.Time{}, past, true},
		{"result meant for a clinic, never sent", q.Completed, "north", time.Time{}, past, true},
		{"expired result", q.Completed, "", time.Time{}, past, true},
		{"result not expired", q.Completed, "", time.Time{}, future, false},
		{"expired, in another zone", q.Completed, "", time.Time{}, past.In(time.FixedZone("east", 14*3600)), true},
		{"sent", q.Completed, "north", past, past, false},
		{"sent and withdrawn", q.Withdrawn, "north", past, past, true},
		{"withdrawn, but held", q.Withdrawn, "north", past, time.Time{}, false},
		{"withdrawn, unsent", q.Withdrawn, "", time.Time{}, past, true},
		{"without a date", q.Completed, "", time.Time{}, time.Time{}, false},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var ids []q.ResponseID
		want := 0
		for _, tt := range tests {
			r := create(t, s, newResponse(t, func(r *q.Response) {
				r.Status, r.Clinic, r.Sent, r.Expires = tt.status, tt.clinic, tt.sent, tt.expires
			}))
			ids = append(ids, r.ID)
			if tt.purged {
				want++
			}
		}
		if n, err := s.PurgeExpired(t.Context(), now); n != want || err != nil {
			t.Errorf("purged %d, %v, want %d", n, err, want)
		}
		for i, tt := range tests {
			if _, err := s.Response(t.Context(), ids[i]); errors.Is(err, store.ErrNotFound) != tt.purged {
				t.Errorf("%s: purged is %v", tt.name, !tt.purged)
			}
		}
		if n, err := s.PurgeExpired(t.Context(), now); n != 0 || err != nil {
			t.Errorf("purged %d more, %v", n, err)
		}
	})
}

// However many have expired, all go.
func TestPurgeManyExpired(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const many = 2*1000 + 1
		if err := s.InTx(t.Context(), func(tx *store.Store) error {
			if err := tx.SaveQuestionnaire(t.Context(), newResponse(t).Ref, []byte("x")); err != nil {
				return err
			}
			for range many {
				r := newResponse(t)
				r.Expires = start
				if err := tx.CreateResponse(t.Context(), r, []byte("hash")); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n, err := s.PurgeExpired(t.Context(), start); n != many || err != nil {
			t.Errorf("purged %d, %v", n, err)
		}
	})
}

// What was deleted cannot be read in any file of the database.
func TestDeletedIsNotLeftInFiles(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const secret = "words that nobody else shall read"
	r := create(t, s, newResponse(t, func(r *q.Response) { r.Answers = []byte(`{"own-words":{"a":["` + secret + `"]}}`) }))
	holds := func() (found []string) {
		files, err := filepath.Glob(strings.TrimPrefix(dsn, "sqlite:") + "*")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, name := range files {
			if data, err := os.ReadFile(name); err == nil && bytes.Contains(data, []byte(secret)) {
				found = append(found, filepath.Base(name))
			}
		}
		return found
	}
	if len(holds()) == 0 {
		t.Fatal("the words are in no file even before: this shows nothing")
	}
	if err := s.DeleteResponse(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if found := holds(); len(found) > 0 {
		t.Errorf("left in %v", found)
	}
}

func TestQuestionnaire(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		archive := []byte{0, 1, 0xff, '\'', 0}
		for range 2 {
			if err := s.SaveQuestionnaire(t.Context(), edition, archive); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Questionnaire(t.Context(), edition.Hash)
		if err != nil || !bytes.Equal(got, archive) {
			t.Errorf("got %x, %v, want %x", got, err, archive)
		}
		_, err = s.Questionnaire(t.Context(), "none")
		wantError(t, err, store.ErrNotFound)
	})
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, newResponse(t))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Response(ctx, r.ID)
		wantError(t, err, context.Canceled)
		wantError(t, s.UpdateResponse(ctx, r), context.Canceled)
		wantError(t, s.InTx(ctx, func(*store.Store) error { return nil }), context.Canceled)

		ctx, cancel = context.WithCancel(t.Context())
		err = s.InTx(ctx, func(tx *store.Store) error {
			if err := tx.UpdateResponse(ctx, r); err != nil {
				return err
			}
			cancel()
			return tx.UpdateResponse(ctx, r)
		})
		wantError(t, err, context.Canceled)
		if errors.Is(err, store.ErrUnavailable) {
			t.Error("a person who went away counts as a database that did")
		}
		if diff := cmp.Diff(r, read(t, s, r.ID)); diff != "" {
			t.Errorf("a cancelled transaction left a trace (-want +got):\n%s", diff)
		}
	})
}

func TestCompletedAnswers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		other := edition
		other.ID, other.Hash = "other", strings.Repeat("b", 64)
		later := edition
		later.Version, later.Hash = "2026.2", strings.Repeat("c", 64)
		want := map[string]string{}
		for i := range 703 { // more than are read at once
			r := newResponse(t)
			r.Answers = fmt.Appendf(nil, `{"age":{"a":["%d"],"r":1}}`, i)
			switch i % 4 {
			case 0:
				r.Ref = other
			case 1:
				r.Ref, r.Sent = later, start
			}
			if i%3 > 0 {
				r.Status, r.Completed = q.Completed, start
				if r.Ref != other {
					want[string(r.Answers)] = fmt.Sprint(r.Ref.Hash, !r.Sent.IsZero())
				}
			}
			create(t, s, r)
		}
		got := map[string]string{}
		for c, err := range s.CompletedAnswers(t.Context(), edition.ID) {
			if err != nil {
				t.Fatal(err)
			}
			got[string(c.Answers)] = fmt.Sprint(c.Edition, c.Sent)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for range s.CompletedAnswers(t.Context(), edition.ID) {
			break // nothing is held by who stops early
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, err := range s.CompletedAnswers(ctx, edition.ID) {
			if err == nil {
				t.Fatal("reads on after its time")
			}
		}
	})
}
