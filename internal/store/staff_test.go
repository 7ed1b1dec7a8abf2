package store_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// ward is a clinic with a person of each role, for tests.
type ward struct {
	s      *store.Store
	clinic account.Clinic
	people map[account.Role]account.Account
}

func newWard(t *testing.T, s *store.Store, slug string) ward {
	t.Helper()
	chain, err := audit.NewChain("a secret of these tests, long enough")
	if err != nil {
		t.Fatal(err)
	}
	w := ward{s: s.Sealed(chain), people: map[account.Role]account.Account{}, clinic: account.Clinic{
		ID: q.ClinicID(slug), Slug: slug, Name: "Clinic " + slug, Created: noon, Keep: account.KeepDefault,
	}}
	if err := w.s.CreateClinic(t.Context(), w.clinic, audit.Operator); err != nil {
		t.Fatal(err)
	}
	for _, role := range account.Roles() {
		a := account.Account{
			ID: account.ID(slug + "-" + string(role)), Clinic: w.clinic.ID, Login: slug + "." + string(role), Name: "Robin " + string(role),
			Role: role, Status: account.Active, Created: noon,
		}
		if err := w.s.AddAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		w.people[role] = a
	}
	return w
}

func (w ward) as(role account.Role) *store.Staff { return w.at(role, noon.Add(time.Hour)) }

func (w ward) at(role account.Role, now time.Time) *store.Staff {
	a := w.people[role]
	return w.s.Staff(account.Principal{Account: a.ID, Clinic: a.Clinic, Name: a.Name, Role: role}, now)
}

// send makes a submission of a clinic.
func (w ward) send(t *testing.T, id string, u q.Urgency, sent time.Time, code, name string) {
	t.Helper()
	ref := q.Ref{ID: "legs", Version: "1", Hash: "hash"}
	if err := w.s.SaveQuestionnaire(t.Context(), ref, []byte("zip")); err != nil {
		t.Fatal(err)
	}
	r := q.Response{ID: q.ResponseID(id), Ref: ref, Status: q.Completed, Clinic: w.clinic.ID, Answers: []byte(`{}`), Outcome: []byte(`{}`),
		Revision: 1, Created: sent, Updated: sent, Completed: sent, Expires: sent.Add(time.Hour)}
	if err := w.s.CreateResponse(t.Context(), r, []byte(code)); err != nil {
		t.Fatal(err)
	}
	r.Sent = sent
	if err := w.s.Send(t.Context(), r, review.Submission{Urgency: u, Age: review.From30, Name: name}, nil); err != nil {
		t.Fatal(err)
	}
}

func TestQueueOrderAndPaging(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		other := newWard(t, s, "south")
		var want []q.ResponseID
		for u := q.Emergency; ; u-- {
			for i := range 25 {
				id := fmt.Sprintf("%v-%02d", u, i)
				// Sent out of order, two at the same moment.
				w.send(t, id, u, noon.Add(time.Duration(i/2)*time.Minute), "code"+id, "Anna Maria Berg")
				want = append(want, q.ResponseID(id))
			}
			if u == q.SelfCare {
				break
			}
		}
		other.send(t, "other", q.Emergency, noon, "code", "Anna")
		st := w.as(account.Reviewer)
		for _, newest := range []bool{false, true} {
			var got []q.ResponseID
			var after *review.Key
			var pages []review.Page
			for {
				p, err := st.Queue(t.Context(), review.Filter{Newest: newest}, after, nil)
				if err != nil {
					t.Fatal(err)
				}
				pages = append(pages, p)
				for _, sub := range p.Submissions {
					got = append(got, sub.ID)
				}
				if !p.Later {
					break
				}
				k := p.Submissions[len(p.Submissions)-1].Key()
				after = &k
			}
			if len(got) != len(want) {
				t.Fatalf("newest %v: %d submissions, want %d", newest, len(got), len(want))
			}
			seen := map[q.ResponseID]bool{}
			for i, id := range got {
				if seen[id] {
					t.Errorf("%s twice", id)
				}
				seen[id] = true
				if !newest && id != want[i] {
					t.Errorf("place %d: %s, want %s", i, id, want[i])
				}
			}
			// And back again.
			k := pages[1].Submissions[0].Key()
			back, err := st.Queue(t.Context(), review.Filter{Newest: newest}, nil, &k)
			if err != nil {
				t.Fatal(err)
			}
			if len(back.Submissions) != store.QueueSize || back.Submissions[0].ID != got[0] || back.Earlier || !back.Later {
				t.Errorf("newest %v: back to %v, %v %v", newest, back.Submissions[0].ID, back.Earlier, back.Later)
			}
		}
		emergency := q.Emergency
		for name, tt := range map[string]struct {
			f    review.Filter
			want int
		}{
			"urgency": {review.Filter{Urgency: &emergency}, 25}, "state": {review.Filter{State: review.Received, Urgency: &emergency}, 25},
			"none in review": {review.Filter{State: review.InReview}, 0}, "closed": {review.Filter{Closed: true}, 0},
			"name": {review.Filter{Name: "mar ber", Urgency: &emergency}, 25}, "no such name": {review.Filter{Name: "aria"}, 0},
			"code": {review.Filter{CodeHash: []byte("codeemergency-03")}, 1}, "another's code": {review.Filter{CodeHash: []byte("code")}, 0},
			"age": {review.Filter{Age: review.From30, Urgency: &emergency}, 25}, "another age": {review.Filter{Age: review.Under18}, 0},
			"nobody's": {review.Filter{Nobody: true, Urgency: &emergency}, 25}, "mine": {review.Filter{Assignee: "north-reviewer"}, 0},
			"unread": {review.Filter{Unread: true, Urgency: &emergency}, 25}, "born": {review.Filter{Born: "1970-01-01"}, 0},
			"sent": {review.Filter{From: noon.Add(time.Minute), To: noon.Add(2 * time.Minute)}, 10},
		} {
			p, err := st.Queue(t.Context(), tt.f, nil, nil)
			if err != nil || len(p.Submissions) != tt.want {
				t.Errorf("%s: %d, %v; want %d", name, len(p.Submissions), err, tt.want)
			}
		}
		states, unread, err := st.Counts(t.Context())
		if err != nil || states[review.Received] != 125 || unread != 125 {
			t.Errorf("counts %v %d %v", states, unread, err)
		}
	})
}

func TestOpenIsRecorded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, other := newWard(t, s, "north"), newWard(t, s, "south")
		w.send(t, "one", q.Soon, noon, "code", "Anna Berg")
		w.send(t, "two", q.Soon, noon.Add(time.Minute), "code", "Anna Berg")
		other.send(t, "there", q.Soon, noon, "code", "")
		d, err := w.as(account.Lead).Open(t.Context(), "one", audit.Opened)
		if err != nil {
			t.Fatal(err)
		}
		if d.Unread() || d.Response.ID != "one" || len(d.Earlier) != 1 || d.Earlier[0].ID != "two" || len(d.Readers) != 1 || len(d.Audience) != 3 {
			t.Errorf("dossier %+v", d)
		}
		if d, err = w.as(account.Reviewer).Open(t.Context(), "one", audit.Printed); err != nil || d.Readers != nil {
			t.Errorf("a reviewer sees readers: %v %v", d.Readers, err)
		}
		if _, unread, _ := w.as(account.Reviewer).Counts(t.Context()); unread != 1 {
			t.Errorf("%d unread", unread)
		}
		if _, err := w.as(account.Reviewer).Open(t.Context(), "there", audit.Opened); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another clinic's: %v", err)
		}
		for _, c := range []ward{w, other} {
			if result, err := c.s.VerifyAudit(t.Context(), c.clinic.ID); err != nil || result.Fault != nil || result.Events < 4 {
				t.Errorf("%s: %+v %v", c.clinic.ID, result, err)
			}
		}
		var denied int
		if err := s.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE action = 'denied' AND clinic_id = 'north' AND subject = 'there'`, nil, &denied); err != nil || denied != 1 {
			t.Errorf("%d tries recorded, %v", denied, err)
		}
	})
}

func TestAuditIsOnlyAdded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		for i := range 3 {
			w.send(t, strconv.Itoa(i), q.Soon, noon, "code", "")
		}
		for _, change := range []string{`UPDATE audit SET actor = 'x'`, `DELETE FROM audit`, `DELETE FROM audit WHERE seq = 3`} {
			if _, err := s.Exec(t.Context(), change); err == nil {
				t.Errorf("%s: done", change)
			}
		}
		// Whoever gets around the trigger is found out.
		drop := `DROP TRIGGER audit_is_never_changed`
		if s.Engine() == "postgres" {
			drop += ` ON audit`
		}
		if _, err := s.Exec(t.Context(), drop); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Exec(t.Context(), `UPDATE audit SET action = 'sent' WHERE seq = 2`); err != nil {
			t.Fatal(err)
		}
		result, err := w.s.VerifyAudit(t.Context(), w.clinic.ID)
		if err != nil || result.Fault == nil {
			t.Errorf("%+v %v", result, err)
		}
	})
}

func TestSendIsOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s, "north")
		w.send(t, "one", q.Soon, noon, "code", "Anna")
		r, err := w.s.Response(t.Context(), "one")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.s.Send(t.Context(), r, review.Submission{}, nil); !errors.Is(err, store.ErrSent) {
			t.Errorf("sent twice: %v", err)
		}
		if err := w.s.UpdateResponse(t.Context(), r); !errors.Is(err, store.ErrSent) {
			t.Errorf("changed after it was sent: %v", err)
		}
		if err := w.s.DeleteResponse(t.Context(), r.ID); !errors.Is(err, store.ErrSent) {
			t.Errorf("deleted after it was sent: %v", err)
		}
		if states, _, err := w.as(account.Reviewer).Counts(t.Context()); err != nil || states[review.Received] != 1 {
			t.Errorf("counts %v %v", states, err)
		}
	})
}
