package store_test

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ekbom/internal/account"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

// door is a clinic with one active account, and a second clinic.
type door struct {
	*store.Store
	clinic, other account.Clinic
	person        account.Account
	stranger      account.Account // of the other clinic
	staff         *store.Staff
}

func openDoor(t *testing.T, s *store.Store) *door {
	t.Helper()
	d := &door{Store: s}
	for i, name := range []string{"River", "Hill"} {
		c := account.Clinic{ID: q.ClinicID(strings.ToLower(name)), Slug: strings.ToLower(name), Name: name, Created: start, Keep: account.KeepDefault}
		if err := s.CreateClinic(t.Context(), c, "operator"); err != nil {
			t.Fatal(err)
		}
		a := account.Account{ID: account.ID("person-" + strconv.Itoa(i)), Clinic: c.ID, Login: "anna" + strconv.Itoa(i), Name: "Anna " + name, Role: account.Reviewer, Created: start}
		token := account.HashToken("invite " + name)
		if err := s.InviteAccount(t.Context(), a, token); err != nil {
			t.Fatal(err)
		}
		if err := s.UseLink(t.Context(), token, "hash of "+name, start); err != nil {
			t.Fatal(err)
		}
		if a, err := s.Account(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		} else if i == 0 {
			d.clinic, d.person = c, a
		} else {
			d.other, d.stranger = c, a
		}
	}
	d.staff = d.as(d.person)
	return d
}

func (d *door) as(a account.Account) *store.Staff {
	return d.Staff(account.Principal{Account: a.ID, Clinic: a.Clinic, Name: a.Name, Role: a.Role}, start)
}

func (d *door) signIn(t *testing.T, a account.Account, token string) []byte {
	t.Helper()
	hash := account.HashToken(token)
	err := d.CreateSession(t.Context(), store.Session{
		TokenHash: hash, Account: a.ID, Stage: store.StageFull, Created: start, Seen: start, Expires: start.Add(12 * time.Hour),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func (d *door) signedIn(t *testing.T, hash []byte) bool {
	t.Helper()
	_, _, _, err := d.SignedIn(t.Context(), hash, start.Add(time.Minute), start.Add(-time.Minute))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// actions gives what the audit trail of a clinic tells of an account, in order, and checks the chain.
func (d *door) actions(t *testing.T, c account.Clinic, of account.ID) string {
	t.Helper()
	var all *string
	err := d.QueryRow(t.Context(), `SELECT string_agg(actor || ':' || action, ' ' ORDER BY seq) FROM audit WHERE clinic_id = $1 AND subject = $2`, []any{string(c.ID), string(of)}, &all)
	if err != nil {
		t.Fatal(err)
	}
	chained, err := d.VerifyAudit(t.Context(), c.ID)
	if err != nil || chained.Fault != nil {
		t.Errorf("audit trail: %v, %v", err, chained.Fault)
	}
	if all == nil {
		return ""
	}
	return *all
}

func (d *door) credentials(t *testing.T, id account.ID) store.Credentials {
	t.Helper()
	cred, err := d.Credentials(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return cred
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		token := account.HashToken("new")
		a := account.Account{ID: "new", Clinic: d.clinic.ID, Login: "boris", Name: "Boris", Role: account.Lead, Created: start}
		if err := d.InviteAccount(ctx, a, token); err != nil {
			t.Fatal(err)
		}
		wantError(t, d.InviteAccount(ctx, account.Account{ID: "twice", Clinic: d.other.ID, Login: "boris", Name: "B", Role: account.Lead, Created: start}, account.HashToken("x")), store.ErrConflict)
		cred, err := d.CredentialsByLogin(ctx, " Boris ")
		if err != nil || cred.Password != "" || cred.Account.Status != account.Invited || cred.Clinic.Name != "River" {
			t.Errorf("credentials %+v, %v", cred, err)
		}
		for range 2 { // looking at it uses nothing up
			l, err := d.Link(ctx, token, start.Add(account.InviteLink.Life()-time.Second))
			if err != nil || l.Kind != account.InviteLink || l.Account.Name != "Boris" || l.Clinic.ID != d.clinic.ID {
				t.Errorf("link %+v, %v", l, err)
			}
		}
		late := start.Add(account.InviteLink.Life())
		_, err = d.Link(ctx, token, late)
		wantError(t, err, store.ErrNotFound)
		wantError(t, d.UseLink(ctx, token, "hash", late), store.ErrNotFound)
		wantError(t, d.UseLink(ctx, account.HashToken("made up"), "hash", start), store.ErrNotFound)
		if err := d.UseLink(ctx, token, "hash", start); err != nil {
			t.Fatal(err)
		}
		wantError(t, d.UseLink(ctx, token, "another", start), store.ErrNotFound)
		if cred := d.credentials(t, "new"); cred.Password != "hash" || cred.Account.Status != account.Active {
			t.Errorf("credentials %+v", cred)
		}
		if got := d.actions(t, d.clinic, "new"); got != "operator:account-added new:account-joined" {
			t.Errorf("audit: %s", got)
		}
	})
}

// Two people who open the same link at once: one of them chooses the password.
func TestLinkWorksOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDoor(t, s)
		token := account.HashToken("new")
		a := account.Account{ID: "new", Clinic: d.clinic.ID, Login: "boris", Name: "Boris", Role: account.Lead, Created: start}
		if err := d.InviteAccount(t.Context(), a, token); err != nil {
			t.Fatal(err)
		}
		if n := together(6, func(i int) error { return d.UseLink(t.Context(), token, "hash "+strconv.Itoa(i), start) }); n != 1 {
			t.Errorf("the link worked %d times", n)
		}
	})
}

// together does n things at once and says how many succeeded.
func together(n int, do func(int) error) int {
	var wg sync.WaitGroup
	var good atomic.Int64
	for i := range n {
		wg.Go(func() {
			if do(i) == nil {
				good.Add(1)
			}
		})
	}
	wg.Wait()
	return int(good.Load())
}

func TestFirstLink(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := &door{Store: s}, t.Context()
		first, second := account.HashToken("first"), account.HashToken("second")
		for _, token := range [][]byte{first, second} {
			if made, err := s.FirstLink(ctx, token, start); err != nil || !made {
				t.Fatal(made, err)
			}
		}
		c := account.Clinic{ID: "river", Slug: "river", Name: "River", Created: start, Keep: 30}
		a := account.Account{ID: "first", Login: "anna", Name: "Anna", Role: account.Admin, Created: start}
		wantError(t, s.UseFirstLink(ctx, first, c, a, "hash"), store.ErrNotFound) // the second took its place
		wantError(t, s.UseLink(ctx, second, "hash", start), store.ErrNotFound)
		if l, err := s.Link(ctx, second, start); err != nil || l.Kind != account.FirstLink || l.Account.ID != "" {
			t.Errorf("link %+v, %v", l, err)
		}
		n := together(4, func(i int) error {
			c, a := c, a
			c.ID, c.Slug, a.ID, a.Login = c.ID+q.ClinicID(strconv.Itoa(i)), c.Slug+strconv.Itoa(i), a.ID+account.ID(strconv.Itoa(i)), a.Login+strconv.Itoa(i)
			return s.UseFirstLink(ctx, second, c, a, "hash")
		})
		if n != 1 {
			t.Fatalf("the first account was made %d times", n)
		}
		all, err := s.Accounts(ctx)
		if err != nil || len(all) != 1 || all[0].Role != account.Admin || all[0].Status != account.Active {
			t.Fatalf("accounts %+v, %v", all, err)
		}
		clinic, err := s.Clinic(ctx, all[0].Clinic)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.actions(t, clinic, all[0].ID); !strings.HasPrefix(got, "operator:account-added first") {
			t.Errorf("audit: %s", got)
		}
		if made, err := s.FirstLink(ctx, account.HashToken("third"), start); err != nil || made {
			t.Errorf("a first link beside an account: %v, %v", made, err)
		}
	})
}

func TestFirstLinkBesideAccounts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		token := account.HashToken("first")
		if made, err := s.FirstLink(t.Context(), token, start); err != nil || !made {
			t.Fatal(made, err)
		}
		openDoor(t, s)
		_, err := s.Link(t.Context(), token, start)
		wantError(t, err, store.ErrNotFound) // nobody fills in a form that is refused then
	})
}

func TestResetAndDisable(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		if err := d.staff.TurnOnTwoSteps(ctx, []byte("sealed"), 7, [][]byte{{1}}, nil); err != nil {
			t.Fatal(err)
		}
		mine, theirs := d.signIn(t, d.person, "mine"), d.signIn(t, d.stranger, "theirs")
		link := account.HashToken("reset")
		wantError(t, d.ResetAccount(ctx, d.person.ID, d.other.ID, link, start), store.ErrNotFound)
		if !d.signedIn(t, mine) {
			t.Error("another clinic's reset ended the session")
		}
		if err := d.ResetAccount(ctx, d.person.ID, d.clinic.ID, link, start); err != nil {
			t.Fatal(err)
		}
		if d.signedIn(t, mine) || !d.signedIn(t, theirs) {
			t.Error("a reset must end the sessions of the account, and no others")
		}
		if cred := d.credentials(t, d.person.ID); cred.Password != "" || cred.Secret != nil || cred.Recovery != 0 || cred.Account.Status != account.Invited {
			t.Errorf("after the reset: %+v", cred)
		}

		wantError(t, d.DisableAccount(ctx, d.person.ID, d.other.ID, start), store.ErrNotFound)
		if err := d.DisableAccount(ctx, d.person.ID, d.clinic.ID, start); err != nil {
			t.Fatal(err)
		}
		_, err := d.Link(ctx, link, start)
		wantError(t, err, store.ErrNotFound)
		wantError(t, d.UseLink(ctx, link, "hash", start), store.ErrNotFound)

		again := account.HashToken("again")
		if err := d.ResetAccount(ctx, d.person.ID, d.clinic.ID, again, start); err != nil {
			t.Fatal(err)
		}
		if err := d.UseLink(ctx, again, "new hash", start); err != nil {
			t.Fatal(err)
		}
		if cred := d.credentials(t, d.person.ID); cred.Password != "new hash" || cred.Account.Status != account.Active {
			t.Errorf("after the second reset: %+v", cred)
		}
		want := "person-0:two-steps-on person-0:signed-in operator:account-reset operator:account-disabled operator:account-reset person-0:account-joined"
		if got := d.actions(t, d.clinic, d.person.ID); !strings.HasSuffix(got, want) {
			t.Errorf("audit: %s", got)
		}
	})
}

func TestDisabledWhileSignedIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDoor(t, s)
		mine := d.signIn(t, d.person, "mine")
		if !d.signedIn(t, mine) {
			t.Fatal("not signed in")
		}
		if err := d.DisableAccount(t.Context(), d.person.ID, d.clinic.ID, start); err != nil {
			t.Fatal(err)
		}
		if d.signedIn(t, mine) {
			t.Error("still signed in")
		}
		late := store.Session{TokenHash: account.HashToken("late"), Account: d.person.ID, Stage: store.StageFull, Created: start, Seen: start, Expires: start.Add(time.Hour)}
		wantError(t, d.CreateSession(t.Context(), late, nil), store.ErrNotFound)
		if _, err := d.Exec(t.Context(), `UPDATE accounts SET status = 'active'`); err != nil {
			t.Fatal(err)
		}
		left := d.signIn(t, d.person, "left")
		if _, err := d.Exec(t.Context(), `UPDATE accounts SET status = 'disabled'`); err != nil {
			t.Fatal(err)
		}
		if d.signedIn(t, left) {
			t.Error("the session of a disabled account is good")
		}
	})
}

// The first step's session becomes that of the second, unless something has ended it meanwhile.
func TestStepUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		make := func(token string, stage store.Stage, replaced []byte) ([]byte, error) {
			hash := account.HashToken(token)
			return hash, d.CreateSession(ctx, store.Session{TokenHash: hash, Account: d.person.ID, Stage: stage, Created: start, Seen: start, Expires: start.Add(time.Hour)}, replaced)
		}
		half, err := make("half", store.StageCode, nil)
		if err != nil {
			t.Fatal(err)
		}
		if cred := d.credentials(t, d.person.ID); !cred.Account.SignedIn.IsZero() {
			t.Error("half a sign-in counts")
		}
		full, err := make("full", store.StageFull, half)
		if err != nil || d.signedIn(t, half) || !d.signedIn(t, full) {
			t.Fatalf("%v", err)
		}
		turned, err := make("turned", store.StageFull, full)
		if err != nil || d.signedIn(t, full) || !d.signedIn(t, turned) {
			t.Fatalf("%v", err)
		}
		if got := d.actions(t, d.clinic, d.person.ID); strings.Count(got, "signed-in") != 1 {
			t.Errorf("audit: %s", got)
		}
		if cred := d.credentials(t, d.person.ID); cred.Account.SignedIn.IsZero() {
			t.Error("not noted as signed in")
		}

		half, err = make("half again", store.StageCode, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.staff.ChangePassword(ctx, "new", turned); err != nil {
			t.Fatal(err)
		}
		_, err = make("too late", store.StageFull, half)
		wantError(t, err, store.ErrNotFound)
		_, err = make("twice", store.StageFull, full)
		wantError(t, err, store.ErrNotFound)
	})
}

// One code used in two places at once gives one success.
func TestUseStepOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		wantError(t, d.UseStep(ctx, d.person.ID, 8), store.ErrStale) // no second step at all
		if err := d.staff.TurnOnTwoSteps(ctx, []byte("sealed"), 7, nil, nil); err != nil {
			t.Fatal(err)
		}
		wantError(t, d.UseStep(ctx, d.person.ID, 7), store.ErrStale) // proved the set-up
		if n := together(8, func(int) error { return d.UseStep(ctx, d.person.ID, 8) }); n != 1 {
			t.Errorf("the code worked %d times", n)
		}
		wantError(t, d.UseStep(ctx, d.person.ID, 6), store.ErrStale)
		if cred := d.credentials(t, d.person.ID); cred.Step != 8 {
			t.Errorf("last step %d", cred.Step)
		}
	})
}

func TestUseRecoveryOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		wantError(t, d.staff.RenewRecovery(ctx, [][]byte{{1}}), store.ErrNotFound) // no second step
		if err := d.staff.TurnOnTwoSteps(ctx, []byte("sealed"), 7, [][]byte{{1}, {2}, {3}}, nil); err != nil {
			t.Fatal(err)
		}
		use := func(code byte) (int, error) { return d.UseRecovery(ctx, d.person, []byte{code}, start) }
		if n := together(8, func(int) error { _, err := use(2); return err }); n != 1 {
			t.Errorf("the code worked %d times", n)
		}
		for _, code := range []byte{2, 9} {
			_, err := use(code)
			wantError(t, err, store.ErrNotFound)
		}
		if left, err := use(1); err != nil || left != 1 {
			t.Errorf("%d left, %v", left, err)
		}
		if err := d.staff.RenewRecovery(ctx, [][]byte{{4}, {5}}); err != nil {
			t.Fatal(err)
		}
		_, err := use(3)
		wantError(t, err, store.ErrNotFound)
		if cred := d.credentials(t, d.person.ID); cred.Recovery != 2 {
			t.Errorf("%d codes", cred.Recovery)
		}
		if got := d.actions(t, d.clinic, d.person.ID); !strings.HasSuffix(got, "two-steps-on person-0:recovery-used person-0:recovery-used person-0:recovery-renewed") {
			t.Errorf("audit: %s", got)
		}
	})
}

func TestSecondStepThatTheClinicRequires(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		if err := d.staff.TurnOnTwoSteps(ctx, []byte("sealed"), 7, [][]byte{{1}}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Exec(ctx, `UPDATE clinics SET two_steps = true WHERE id = $1`, string(d.clinic.ID)); err != nil {
			t.Fatal(err)
		}
		wantError(t, d.staff.TurnOffTwoSteps(ctx), store.ErrRequired)
		if cred := d.credentials(t, d.person.ID); !bytes.Equal(cred.Secret, []byte("sealed")) || !cred.Account.TwoSteps {
			t.Errorf("credentials %+v", cred)
		}
		if _, err := d.Exec(ctx, `UPDATE clinics SET two_steps = false`); err != nil {
			t.Fatal(err)
		}
		if err := d.staff.TurnOffTwoSteps(ctx); err != nil {
			t.Fatal(err)
		}
		if cred := d.credentials(t, d.person.ID); cred.Secret != nil || cred.Recovery != 0 {
			t.Errorf("credentials %+v", cred)
		}
	})
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		a, b, c := d.signIn(t, d.person, "a"), d.signIn(t, d.person, "b"), d.signIn(t, d.person, "c")
		theirs := d.signIn(t, d.stranger, "theirs")
		list := func() int {
			t.Helper()
			all, err := d.staff.Sessions(ctx, start.Add(-time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range all {
				if one.Account != d.person.ID || !one.Created.Equal(start.Truncate(time.Microsecond)) {
					t.Errorf("session %+v", one)
				}
			}
			return len(all)
		}
		if list() != 3 {
			t.Errorf("%d sessions", list())
		}
		wantError(t, d.staff.EndSession(ctx, theirs), store.ErrNotFound)
		if err := d.staff.EndSession(ctx, a); err != nil {
			t.Fatal(err)
		}
		if d.signedIn(t, a) || !d.signedIn(t, b) || !d.signedIn(t, theirs) {
			t.Error("one session was to end")
		}
		if err := d.staff.EndOtherSessions(ctx, b); err != nil {
			t.Fatal(err)
		}
		if d.signedIn(t, c) || !d.signedIn(t, b) || !d.signedIn(t, theirs) {
			t.Error("the other session was to end")
		}
		late := d.signIn(t, d.person, "late")
		if err := d.staff.ChangePassword(ctx, "new hash", b); err != nil {
			t.Fatal(err)
		}
		if d.signedIn(t, late) || !d.signedIn(t, b) || !d.signedIn(t, theirs) {
			t.Error("a new password was to end all other sessions")
		}
		if cred := d.credentials(t, d.person.ID); cred.Password != "new hash" {
			t.Errorf("password %s", cred.Password)
		}
		if cred := d.credentials(t, d.stranger.ID); cred.Password != "hash of Hill" {
			t.Errorf("another's password %s", cred.Password)
		}
		if err := d.SignOut(ctx, d.person, theirs, start); err != nil || !d.signedIn(t, theirs) {
			t.Errorf("signed somebody else out, %v", err)
		}
		if err := d.SignOut(ctx, d.person, b, start); err != nil || d.signedIn(t, b) {
			t.Errorf("not signed out, %v", err)
		}
		if got := d.actions(t, d.clinic, d.person.ID); !strings.Contains(got, "sessions-ended person-0:sessions-ended") ||
			!strings.HasSuffix(got, "password-changed person-0:signed-out") {
			t.Errorf("audit: %s", got)
		}
	})
}

func TestRehash(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		if err := d.Rehash(ctx, d.person.ID, "hash of River", "better"); err != nil {
			t.Fatal(err)
		}
		// The password was changed meanwhile: the new one stays.
		if err := d.Rehash(ctx, d.person.ID, "hash of River", "late"); err != nil {
			t.Fatal(err)
		}
		if cred := d.credentials(t, d.person.ID); cred.Password != "better" {
			t.Errorf("password %s", cred.Password)
		}
	})
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, key := t.Context(), []byte("key")
		try := func(key []byte, at time.Time) int {
			t.Helper()
			n, err := s.Attempt(ctx, key, at, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		var counted sync.Map
		together(6, func(int) error {
			n, err := s.Attempt(ctx, key, start, time.Hour)
			counted.Store(n, true)
			return err
		})
		for n := 1; n <= 6; n++ {
			if _, ok := counted.Load(n); !ok {
				t.Errorf("nobody was number %d", n)
			}
		}
		if n := try([]byte("other"), start); n != 1 {
			t.Errorf("another key starts at %d", n)
		}
		if err := s.Forgive(ctx, key); err != nil {
			t.Fatal(err)
		}
		if n := try(key, start.Add(59*time.Minute)); n != 6 {
			t.Errorf("%d, want 6", n)
		}
		if n := try(key, start.Add(time.Hour)); n != 1 {
			t.Errorf("%d after the window, want 1", n)
		}
		for range 3 {
			if err := s.Forgive(ctx, key); err != nil {
				t.Fatal(err)
			}
		}
		if n := try(key, start.Add(time.Hour)); n != 1 {
			t.Errorf("%d, a count went below zero", n)
		}
		try(key, start.Add(time.Hour))
		if err := s.Forget(ctx, key); err != nil {
			t.Fatal(err)
		}
		if n := try(key, start.Add(time.Hour)); n != 1 {
			t.Errorf("%d after the count was forgotten", n)
		}
	})
}

func TestSignInFailed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDoor(t, s)
		if n := together(5, func(int) error { return d.SignInFailed(t.Context(), d.person, start, "password") }); n != 5 {
			t.Errorf("%d recorded", n)
		}
		if got := d.actions(t, d.clinic, d.person.ID); strings.Count(got, "stranger:sign-in-failed") != 5 {
			t.Errorf("audit: %s", got)
		}
	})
}

func TestPurgeDoor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		mine := d.signIn(t, d.person, "mine")
		if _, err := s.Attempt(ctx, []byte("key"), start, time.Hour); err != nil {
			t.Fatal(err)
		}
		link := account.HashToken("reset")
		if err := d.ResetAccount(ctx, d.stranger.ID, d.other.ID, link, start); err != nil {
			t.Fatal(err)
		}
		rows := func() (n int) {
			t.Helper()
			err := d.QueryRow(context.WithoutCancel(ctx), `SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM links) + (SELECT count(*) FROM attempts)`, nil, &n)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if err := s.PurgeDoor(ctx, start, start.Add(-time.Hour), start.Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		if rows() != 3 || !d.signedIn(t, mine) {
			t.Errorf("%d rows, want 3", rows())
		}
		late := start.Add(24 * time.Hour)
		if err := s.PurgeDoor(ctx, late, late.Add(-30*time.Minute), late.Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		if rows() != 0 {
			t.Errorf("%d rows are left", rows())
		}
	})
}
