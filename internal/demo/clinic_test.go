package demo_test

import (
	"errors"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/assess"
	"ekbom/internal/audit"
	"ekbom/internal/demo"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

func sealed(t testing.TB, s *store.Store) *store.Store {
	t.Helper()
	chain, err := audit.NewChain("a secret of these tests, long enough")
	if err != nil {
		t.Fatal(err)
	}
	return s.Sealed(chain)
}

func TestFilledClinicIsWhole(t *testing.T) {
	t.Parallel()
	c, d := crowd(t)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s = sealed(t, s)
		f, err := demo.Fill(t.Context(), s, c, []byte("key"), 1, 150, noon)
		if err != nil {
			t.Fatal(err)
		}
		if f.Submissions < 150 || f.Waiting < 3 || f.Opened < 100 || f.Drafts < 30 || f.Acts < 600 {
			t.Errorf("made %+v", f)
		}
		if result, err := s.VerifyAudit(t.Context(), f.Clinic.ID); err != nil || result.Fault != nil || result.Events < int64(f.Acts) {
			t.Errorf("audit trail: %+v, %v", result, err)
		}
		// Nobody of the clinic can sign in until an operator lets them.
		for _, a := range f.Staff {
			if cred, err := s.Credentials(t.Context(), a.ID); err != nil || cred.Password != "" || cred.Account.Status != account.Active {
				t.Errorf("%s: %s with password %q, %v", a.Login, cred.Account.Status, cred.Password, err)
			}
		}
		// What the counts say is what is there, and what is there is what was answered.
		who := f.Staff[2]
		st := s.Staff(account.Principal{Account: who.ID, Clinic: who.Clinic, Name: who.Name, Role: who.Role}, noon)
		counts, unread, err := st.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found, unreadFound := map[review.State]int64{}, int64(0)
		for _, state := range review.States() {
			var after *review.Key
			for {
				p, err := st.Queue(t.Context(), review.Filter{State: state}, after, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, sub := range p.Submissions {
					found[state]++
					if sub.Unread() {
						unreadFound++
					}
					after = new(review.Key)
					*after = sub.Key()
				}
				if !p.Later {
					break
				}
			}
			if found[state] != counts[state] {
				t.Errorf("%s: %d counted, %d there", state, counts[state], found[state])
			}
		}
		if unread != unreadFound || unread == 0 || found[review.Reviewed] < 80 {
			t.Errorf("%d unread counted, %d there, %v", unread, unreadFound, found)
		}
		p, err := st.Queue(t.Context(), review.Filter{}, nil, nil)
		if err != nil || len(p.Submissions) == 0 {
			t.Fatal(len(p.Submissions), err)
		}
		dossier, err := st.Open(t.Context(), p.Submissions[0].ID, audit.Opened)
		if err != nil {
			t.Fatal(err)
		}
		answers, err := d.DecodeAnswers(dossier.Response.Answers)
		if err != nil {
			t.Fatal(err)
		}
		if sub, _ := store.Prepare(d, dossier.Response, answers, assess.Evaluate(d, answers)); sub.Urgency != dossier.Urgency || sub.Age != dossier.Age || sub.Reason != dossier.Reason {
			t.Errorf("the queue says %+v, the answers %+v", dossier.Submission, sub)
		}
		if _, err := demo.Fill(t.Context(), s, c, []byte("key"), 1, 150, noon); !errors.Is(err, store.ErrConflict) {
			t.Errorf("the same people again: %v", err)
		}
	})
}

func TestRealPatientsKeepMadeUpOnesOut(t *testing.T) {
	t.Parallel()
	c, d := crowd(t)
	s := sealed(t, storetest.Open(t))
	clinic := account.Clinic{ID: "real", Slug: "real", Name: "Real", Created: noon, Keep: account.KeepDefault}
	if err := s.CreateClinic(t.Context(), clinic, audit.Operator); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveQuestionnaire(t.Context(), d.Ref, d.Archive()); err != nil {
		t.Fatal(err)
	}
	r := q.Response{ID: "one", Ref: d.Ref, Status: q.Completed, Clinic: clinic.ID, Answers: []byte(`{}`), Outcome: []byte(`{}`), Revision: 1,
		Created: noon, Updated: noon, Completed: noon, Expires: noon.Add(time.Hour)}
	if err := s.CreateResponse(t.Context(), r, []byte("code")); err != nil {
		t.Fatal(err)
	}
	r.Sent = noon
	if err := s.Send(t.Context(), r, review.Submission{Age: review.AgeUnknown}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Fill(t.Context(), s, c, []byte("key"), 1, 1, noon); !errors.Is(err, demo.ErrInUse) {
		t.Fatalf("filled beside real patients: %v", err)
	}
	if clinics, err := s.Clinics(t.Context()); err != nil || len(clinics) != 1 {
		t.Errorf("%v, %v", clinics, err)
	}
}
