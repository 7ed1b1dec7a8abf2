package store_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"runtime"
	"strings"
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

// aim is what a call of the walk is aimed at: all of one clinic.
type aim struct {
	clinic     account.Clinic
	submission q.ResponseID
	person     account.ID
	session    []byte // hash of a token of the person
	passkey    []byte // of the person
	fresh      string // a word that no other call uses
}

// walked is one way to call a method of *store.Staff.
type walked struct {
	method string
	right  account.Right
	call   func(ctx context.Context, st *store.Staff, at aim) (any, error)
	own    error // of somebody who may, aimed at their own clinic
	alien  error // of an admin, aimed at another clinic; nil: they get what is their own
	denied bool  // that is recorded as a try to reach what belongs elsewhere
}

// gives fits a call that gives nothing but an error.
func gives(err error) (any, error) { return nil, err }

var (
	missing = store.ErrNotFound
)

// walk lists every exported method of *store.Staff. Each asks for a right first, and reaches nothing of another clinic.
var walk = []walked{
	{method: "Who", call: func(_ context.Context, st *store.Staff, _ aim) (any, error) { return st.Who(), nil }},

	// The queue, and one submission.
	{method: "Queue", right: account.Review, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return st.Queue(ctx, review.Filter{Assignee: at.person}, nil, nil)
	}},
	{method: "Queue", right: account.Review, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		return st.Queue(ctx, review.Filter{Name: "norrland", Newest: true}, nil, &review.Key{Rank: 4, Sent: noon.Add(day)})
	}},
	{method: "Counts", right: account.Review, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		states, unread, err := st.Counts(ctx)
		return fmt.Sprint(states, unread), err
	}},
	{method: "Load", right: account.Review, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) { return st.Load(ctx) }},
	{method: "Now", right: account.Review, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) { return st.Now(ctx) }},
	{method: "Arrivals", right: account.Review, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) { return st.Arrivals(ctx, 0) }},
	{method: "Colleagues", right: account.Review, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) { return st.Colleagues(ctx) }},
	{method: "Next", right: account.Review, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		return st.Next(ctx, review.Filter{}, "")
	}},
	{method: "Open", right: account.Review, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return st.Open(ctx, at.submission, audit.Opened)
	}},
	{method: "Desk", right: account.Review, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return st.Desk(ctx, at.submission)
	}},
	{method: "Note", right: account.Review, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Note(ctx, at.submission, "a note"))
	}},
	{method: "Message", right: account.Review, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Message(ctx, at.submission, "a message"))
	}},
	{method: "Move", right: account.Review, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Move(ctx, at.submission, store.Step{Revision: 1, To: review.InReview}))
	}},
	{method: "Assign", right: account.Review, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Assign(ctx, at.submission, 1, at.person))
	}},
	{method: "Assign", right: account.Review, alien: review.ErrNobody, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		own, err := st.Queue(ctx, review.Filter{Nobody: true}, nil, nil) // of their own, to somebody elsewhere
		if err != nil {
			return nil, err
		}
		s := own.Submissions[0]
		return gives(st.Assign(ctx, s.ID, s.Revision, at.person))
	}},

	// Lists, holds, erasure.
	{method: "CountListed", right: account.ExportQueue, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		n, err := st.CountListed(ctx, review.Filter{Name: "norrland"})
		if st.Who().Clinic != at.clinic.ID && n != 0 {
			err = fmt.Errorf("%d of another clinic", n)
		}
		return nil, err
	}},
	{method: "List", right: account.ExportQueue, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		all, err := st.List(ctx, review.Filter{}, "")
		if err != nil {
			return nil, err
		}
		return drained(all)
	}},
	{method: "Editions", right: account.ExportQueue, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) { return st.Editions(ctx) }},
	{method: "Hold", right: account.HoldAndErase, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Hold(ctx, at.submission, "asked for by a court"))
	}},
	{method: "Free", right: account.HoldAndErase, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Free(ctx, at.submission, "over"))
	}},
	{method: "OfPerson", right: account.HoldAndErase, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return st.OfPerson(ctx, at.submission)
	}},
	{method: "Erase", right: account.HoldAndErase, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Erase(ctx, at.submission, []q.ResponseID{at.submission}))
	}},

	// Statistics and trails.
	{method: "Statistics", right: account.SeeStatistics, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		return st.Statistics(ctx, noon.AddDate(0, 0, -7), noon.AddDate(0, 0, 7))
	}},
	{method: "Readers", right: account.SeeReaders, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		events, _, err := st.Readers(ctx, store.Trail{Actor: string(at.person)})
		return events, err
	}},
	{method: "Names", right: account.SeeReaders, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) { return st.Names(ctx) }},
	{method: "Trail", right: account.SeeAudit, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		events, _, err := st.Trail(ctx, store.Trail{Actor: string(at.person), Action: audit.SignedIn})
		return events, err
	}},

	// People and the clinic.
	{method: "People", right: account.ManagePeople, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) { return st.People(ctx) }},
	{method: "Person", right: account.ManagePeople, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return st.Person(ctx, at.person)
	}},
	{method: "Invite", right: account.ManagePeople, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		a := account.Account{ID: account.ID("invited-" + at.fresh), Clinic: at.clinic.ID, Login: "invited." + at.fresh, Name: "Kim", Role: account.Reviewer}
		return gives(st.Invite(ctx, a, []byte("link-"+at.fresh)))
	}},
	{method: "SetRole", right: account.ManagePeople, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.SetRole(ctx, at.person, account.Lead))
	}},
	{method: "Disable", right: account.ManagePeople, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Disable(ctx, at.person))
	}},
	{method: "Enable", right: account.ManagePeople, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Enable(ctx, at.person))
	}},
	{method: "Reset", right: account.ManagePeople, alien: missing, denied: true, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.Reset(ctx, at.person, []byte("link-"+at.fresh)))
	}},
	{method: "ChangeClinic", right: account.ManageClinic, alien: store.ErrStale, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.ChangeClinic(ctx, at.clinic, at.clinic))
	}},
	{method: "Due", right: account.ManageClinic, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		n, err := st.Due(ctx, 0)
		if st.Who().Clinic != at.clinic.ID && n > 1 {
			err = fmt.Errorf("more are due than they have: %d", n)
		}
		return nil, err
	}},
	{method: "OpenClinic", right: account.ManageClinic, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		c := account.Clinic{ID: q.ClinicID("opened-" + at.fresh), Slug: "opened-" + at.fresh, Name: "A further clinic " + at.fresh, Keep: account.KeepDefault}
		first := account.Account{ID: account.ID("first-" + at.fresh), Login: "first." + at.fresh, Name: "Kim"}
		return gives(st.OpenClinic(ctx, c, first, []byte("first-"+at.fresh)))
	}},
	{method: "OpenClinic", right: account.ManageClinic, own: account.ErrSlug, alien: account.ErrSlug, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		c := account.Clinic{ID: q.ClinicID("again-" + at.fresh), Slug: at.clinic.Slug, Name: "In its place", Keep: account.KeepDefault}
		return gives(st.OpenClinic(ctx, c, account.Account{ID: account.ID("again-" + at.fresh), Login: "again." + at.fresh, Name: "Kim"}, []byte("again-"+at.fresh)))
	}},

	// One's own account. What is aimed at belongs to somebody else, in the same clinic as well as in another.
	{method: "Me", right: account.OwnAccount, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) { return st.Me(ctx) }},
	{method: "ChangePassword", right: account.OwnAccount, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.ChangePassword(ctx, "a hash", at.session))
	}},
	{method: "TurnOnTwoSteps", right: account.OwnAccount, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		return gives(st.TurnOnTwoSteps(ctx, []byte("sealed"), 1, nil, nil))
	}},
	{method: "RenewRecovery", right: account.OwnAccount, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		return gives(st.RenewRecovery(ctx, [][]byte{[]byte("recovery")}))
	}},
	{method: "TurnOffTwoSteps", right: account.OwnAccount, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		return gives(st.TurnOffTwoSteps(ctx))
	}},
	{method: "Sessions", right: account.OwnAccount, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		return st.Sessions(ctx, noon.Add(-day))
	}},
	{method: "EndSession", right: account.OwnAccount, own: missing, alien: missing, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.EndSession(ctx, at.session))
	}},
	{method: "EndOtherSessions", right: account.OwnAccount, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) {
		return gives(st.EndOtherSessions(ctx, nil))
	}},
	{method: "Passkeys", right: account.OwnAccount, call: func(ctx context.Context, st *store.Staff, _ aim) (any, error) { return st.Passkeys(ctx) }},
	{method: "AddPasskey", right: account.OwnAccount, own: store.ErrConflict, alien: store.ErrConflict, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.AddPasskey(ctx, store.Passkey{ID: at.passkey, Name: "taken", Data: []byte(`{}`)}))
	}},
	{method: "AddPasskey", right: account.OwnAccount, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.AddPasskey(ctx, store.Passkey{ID: []byte("own-" + at.fresh), Name: "own", Data: []byte(`{}`)}))
	}},
	{method: "RemovePasskey", right: account.OwnAccount, own: missing, alien: missing, call: func(ctx context.Context, st *store.Staff, at aim) (any, error) {
		return gives(st.RemovePasskey(ctx, at.passkey))
	}},
}

// drained gives all of a list.
func drained(all iter.Seq2[store.Listed, error]) (any, error) {
	var list []store.Listed
	for l, err := range all {
		if err != nil {
			return list, err
		}
		list = append(list, l)
	}
	return list, nil
}

const day = 24 * time.Hour

// TestStaffMethodsAreWalked fails when a method is new and nobody said who may call it.
func TestStaffMethodsAreWalked(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, w := range walk {
		listed[w.method] = true
	}
	staff := reflect.TypeFor[*store.Staff]()
	for m := range staff.Methods() {
		pc := m.Func.Pointer()
		if file, _ := runtime.FuncForPC(pc).FileLine(pc); strings.HasSuffix(file, "_test.go") {
			continue // only tests have it
		}
		if !listed[m.Name] {
			t.Errorf("method %s of *store.Staff is not walked: add it to the table", m.Name)
		}
		delete(listed, m.Name)
	}
	for name := range listed {
		t.Errorf("there is no method %s", name)
	}
}

// TestStaffWalk calls every method as each role, and as somebody of another clinic.
func TestStaffWalk(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		north, south := newWard(t, s, "norrland"), newWard(t, s, "south")
		south.send(t, "south-one", q.Soon, noon, "south-code", "Bo")
		calls := 0
		// target makes what a call is aimed at, so that no call finds what another one left.
		target := func() aim {
			t.Helper()
			calls++
			fresh := fmt.Sprint(calls)
			id := account.ID("norrland-person-" + fresh)
			at := aim{
				clinic: north.clinic, submission: q.ResponseID("norrland-" + fresh), person: id, fresh: fresh,
				session: []byte("norrland-session-" + fresh), passkey: []byte("norrland-passkey-" + fresh),
			}
			north.send(t, string(at.submission), q.Routine, noon, "norrland-code-"+fresh, "Anna Norrland")
			a := account.Account{
				ID: id, Clinic: north.clinic.ID, Login: string(id), Name: "Kim Norrland", Role: account.Reviewer, Status: account.Active, Created: noon,
			}
			owner := north.s.Staff(account.Principal{Account: id, Clinic: a.Clinic, Name: a.Name, Role: a.Role}, noon)
			for _, err := range []error{
				north.s.AddAccount(t.Context(), a),
				north.s.CreateSession(t.Context(), store.Session{TokenHash: at.session, Account: id, Stage: store.StageFull, Created: noon, Seen: noon, Expires: noon.Add(day)}, nil),
				owner.AddPasskey(t.Context(), store.Passkey{ID: at.passkey, Name: "norrland", Data: []byte(`{}`)}),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			return at
		}
		for _, w := range walk {
			at := target()
			before := north.everything(t)
			stranger := south.as(account.Admin)
			tries := south.tries(t)
			got, err := w.call(t.Context(), stranger, at)
			if !errors.Is(err, w.alien) {
				t.Errorf("%s aimed at another clinic: %v, want %v", w.method, err, w.alien)
			}
			if told := fmt.Sprintf("%+v %q", got, got); strings.Contains(strings.ToLower(told), "norrland") {
				t.Errorf("%s tells another clinic's: %s", w.method, told)
			}
			if diff := cmp.Diff(before, north.everything(t)); diff != "" {
				t.Errorf("%s changes another clinic: %s", w.method, diff)
			}
			if n := south.tries(t) - tries; n != 1 && w.denied || n != 0 && !w.denied {
				t.Errorf("%s: %d tries recorded", w.method, n)
			}
			for _, role := range account.Roles() {
				at := target()
				before := north.everything(t)
				_, err := w.call(t.Context(), north.as(role), at)
				if w.right != "" && !role.May(w.right) {
					if !errors.Is(err, store.ErrForbidden) {
						t.Errorf("%s as %s: %v, want it forbidden", w.method, role, err)
					}
					if diff := cmp.Diff(before, north.everything(t)); diff != "" {
						t.Errorf("%s is forbidden to a %s, and yet: %s", w.method, role, diff)
					}
					continue
				}
				if !errors.Is(err, w.own) {
					t.Errorf("%s as %s: %v, want %v", w.method, role, err, w.own)
				}
			}
			if w.right == "" {
				continue
			}
			if _, err := w.call(t.Context(), north.s.Staff(account.Principal{Account: at.person, Clinic: at.clinic.ID, Role: "owner"}, noon), at); !errors.Is(err, store.ErrForbidden) {
				t.Errorf("%s in a role that is none: %v", w.method, err)
			}
		}
		for _, w := range []ward{north, south} {
			if result, err := w.s.VerifyAudit(t.Context(), w.clinic.ID); err != nil || result.Fault != nil {
				t.Errorf("%+v %v", result, err)
			}
		}
	})
}

// everything is all that the store has of a clinic, as far as somebody could change it.
func (w ward) everything(t *testing.T) (all []string) {
	t.Helper()
	for _, query := range []string{
		`SELECT id || ' ' || state || ' ' || CAST(revision AS text) || ' ' || coalesce(assignee, '') || CASE WHEN held THEN ' held' ELSE '' END ||
			CASE WHEN opened IS NULL THEN '' ELSE ' opened' END FROM submissions WHERE clinic_id = $1 ORDER BY id`,
		`SELECT submission_id || ' ' || kind || ' ' || text FROM entries JOIN submissions ON id = submission_id WHERE clinic_id = $1 ORDER BY id, n`,
		`SELECT id || ' ' || status FROM responses WHERE clinic_id = $1 ORDER BY id`,
		`SELECT id || ' ' || name || ' ' || role || ' ' || status || ' ' || coalesce(password, '') || CASE WHEN totp_secret IS NULL THEN '' ELSE ' two steps' END
			FROM accounts WHERE clinic_id = $1 ORDER BY id`,
		`SELECT account_id FROM sessions JOIN accounts ON id = account_id WHERE clinic_id = $1 ORDER BY 1`,
		`SELECT account_id || ' ' || passkeys.name FROM passkeys JOIN accounts ON accounts.id = account_id WHERE clinic_id = $1 ORDER BY 1`,
		`SELECT slug || ' ' || name || ' ' || CAST(keep_days AS text) || CASE WHEN closed IS NULL THEN '' ELSE ' closed' END || CASE WHEN two_steps THEN ' two steps' ELSE '' END
			FROM clinics WHERE id = $1`,
		`SELECT CAST(seq AS text) FROM audit_heads WHERE clinic_id = $1`,
		`SELECT kind || ' ' || day || ' ' || key || ' ' || CAST(n AS text) FROM tallies WHERE clinic_id = $1 ORDER BY 1`,
	} {
		err := w.s.QueryRows(t.Context(), query, []any{string(w.clinic.ID)}, func(scan func(...any) error) error {
			var row string
			err := scan(&row)
			all = append(all, row)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// tries counts the recorded tries of a clinic's people to reach what belongs elsewhere.
func (w ward) tries(t *testing.T) (n int) {
	t.Helper()
	err := w.s.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE clinic_id = $1 AND action = 'denied'`, []any{string(w.clinic.ID)}, &n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
