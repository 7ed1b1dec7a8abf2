package store_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

// join adds an active person to the ward.
func (w ward) join(t *testing.T, name string, role account.Role) account.ID {
	t.Helper()
	a := account.Account{ID: account.ID(string(w.clinic.ID) + "-" + name), Clinic: w.clinic.ID, Login: string(w.clinic.ID) + "." + name,
		Name: name, Role: role, Created: noon}
	token := account.HashToken(string(a.ID))
	if err := w.s.InviteAccount(t.Context(), a, token); err != nil {
		t.Fatal(err)
	}
	if err := w.s.UseLink(t.Context(), token, "hash of "+name, noon); err != nil {
		t.Fatal(err)
	}
	return a.ID
}

// events counts the events of an action on a subject.
func (w ward) events(t *testing.T, action audit.Action, subject string) (n int) {
	t.Helper()
	err := w.s.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE clinic_id = $1 AND action = $2 AND subject = $3`,
		[]any{string(w.clinic.ID), string(action), subject}, &n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w ward) account(t *testing.T, id account.ID) account.Account {
	t.Helper()
	a, err := w.s.Account(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w ward) whole(t *testing.T) {
	t.Helper()
	if result, err := w.s.VerifyAudit(t.Context(), w.clinic.ID); err != nil || result.Fault != nil {
		t.Errorf("audit trail of %s: %v %v", w.clinic.ID, result.Fault, err)
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w, other := t.Context(), newWard(t, s, "north"), newWard(t, s, "south")
		lead, admin := w.as(account.Lead), w.as(account.Admin)
		anna := w.join(t, "anna", account.Reviewer)
		w.send(t, "one", q.Soon, noon, "code", "")
		w.send(t, "two", q.Soon, noon, "code", "")
		if _, err := s.Exec(ctx, `UPDATE submissions SET assignee = $1`, string(anna)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Exec(ctx, `UPDATE submissions SET open = FALSE, state = 'reviewed' WHERE id = 'two'`); err != nil {
			t.Fatal(err)
		}
		if err := lead.Disable(ctx, "north-reviewer"); err != nil {
			t.Fatal(err)
		}
		people, err := lead.People(ctx)
		if err != nil || len(people) != 4 || people[3].ID != "north-reviewer" || people[2].ID != anna || people[2].Open != 1 || people[0].Open != 0 {
			t.Errorf("people %+v, %v", people, err)
		}
		foreign := other.people[account.Reviewer].ID
		hash := account.HashToken("fresh")
		for name, tt := range map[string]struct {
			err  error
			want error
		}{
			"a reviewer":               {w.as(account.Reviewer).SetRole(ctx, anna, account.Lead), store.ErrForbidden},
			"above one's own":          {lead.SetRole(ctx, anna, account.Admin), account.ErrAbove},
			"oneself up":               {lead.SetRole(ctx, "north-lead", account.Admin), account.ErrAbove},
			"somebody above down":      {lead.SetRole(ctx, "north-admin", account.Reviewer), account.ErrAbove},
			"disable somebody above":   {lead.Disable(ctx, "north-admin"), account.ErrAbove},
			"reset somebody above":     {lead.Reset(ctx, "north-admin", hash), account.ErrAbove},
			"enable somebody above":    {lead.Enable(ctx, "north-admin"), account.ErrAbove},
			"a role that is none":      {admin.SetRole(ctx, anna, "king"), account.ErrAbove},
			"oneself out":              {lead.Disable(ctx, "north-lead"), account.ErrOwn},
			"reset oneself":            {lead.Reset(ctx, "north-lead", hash), account.ErrOwn},
			"the last admin down":      {admin.SetRole(ctx, "north-admin", account.Lead), account.ErrLastAdmin},
			"role elsewhere":           {admin.SetRole(ctx, foreign, account.Lead), store.ErrNotFound},
			"disable elsewhere":        {admin.Disable(ctx, foreign), store.ErrNotFound},
			"enable elsewhere":         {admin.Enable(ctx, foreign), store.ErrNotFound},
			"reset elsewhere":          {admin.Reset(ctx, foreign, hash), store.ErrNotFound},
			"nobody":                   {admin.Disable(ctx, "nobody"), store.ErrNotFound},
			"invite above one's own":   {lead.Invite(ctx, account.Account{ID: "x", Login: "x", Name: "X", Role: account.Admin}, hash), account.ErrAbove},
			"invite with a known name": {lead.Invite(ctx, account.Account{ID: "x", Login: "south.lead", Name: "X", Role: account.Lead}, hash), account.ErrLogin},
		} {
			if !errors.Is(tt.err, tt.want) {
				t.Errorf("%s: %v, want %v", name, tt.err, tt.want)
			}
		}
		if _, err := admin.Person(ctx, foreign); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("read elsewhere: %v", err)
		}
		if n := w.events(t, audit.Denied, string(foreign)); n != 5 {
			t.Errorf("%d tries recorded", n)
		}
		if a := other.account(t, foreign); a.Role != account.Reviewer || a.Status != account.Active {
			t.Errorf("changed elsewhere: %+v", a)
		}
		if err := lead.SetRole(ctx, anna, account.Lead); err != nil || w.account(t, anna).Role != account.Lead || w.events(t, audit.AccountChanged, string(anna)) != 1 {
			t.Errorf("role %+v, %v", w.account(t, anna), err)
		}
		if err := lead.SetRole(ctx, anna, account.Lead); err != nil || w.events(t, audit.AccountChanged, string(anna)) != 1 {
			t.Errorf("the same role again: %v", err)
		}
		w.whole(t)
		other.whole(t)
	})
}

func TestDisableEnableReset(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := t.Context(), newWard(t, s, "north")
		lead := w.as(account.Lead)
		anna := w.join(t, "anna", account.Reviewer)
		hash := account.HashToken("browser")
		signIn := func() {
			t.Helper()
			err := w.s.CreateSession(ctx, store.Session{TokenHash: hash, Account: anna, Stage: store.StageFull, Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}, nil)
			if err != nil {
				t.Fatal(err)
			}
		}
		signedIn := func() bool {
			_, _, _, err := w.s.SignedIn(ctx, hash, noon, noon.Add(-time.Hour))
			return err == nil
		}
		signIn()
		if err := lead.Disable(ctx, anna); err != nil || signedIn() || w.account(t, anna).Status != account.Disabled {
			t.Errorf("disabled: %v, still signed in: %v", err, signedIn())
		}
		if err := lead.Disable(ctx, anna); err != nil || w.events(t, audit.AccountDisabled, string(anna)) != 1 {
			t.Errorf("disabled twice: %v", err)
		}
		if err := lead.Enable(ctx, anna); err != nil || w.account(t, anna).Status != account.Active {
			t.Errorf("enabled: %v", err)
		}
		signIn()
		link := account.HashToken("link")
		if err := lead.Reset(ctx, anna, link); err != nil || signedIn() || w.account(t, anna).Status != account.Invited {
			t.Errorf("reset: %v", err)
		}
		if err := w.s.UseLink(ctx, link, "new hash", noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		signIn()
		invited := account.Account{ID: "boris", Login: "boris", Name: "Boris", Role: account.Reviewer, Clinic: "elsewhere"}
		if err := lead.Invite(ctx, invited, account.HashToken("boris")); err != nil {
			t.Fatal(err)
		}
		if a := w.account(t, "boris"); a.Clinic != w.clinic.ID || a.Status != account.Invited {
			t.Errorf("invited %+v", a)
		}
		if err := lead.Disable(ctx, "boris"); err != nil {
			t.Fatal(err)
		}
		if err := w.s.UseLink(ctx, account.HashToken("boris"), "hash", noon.Add(2*time.Hour)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a disabled person joined: %v", err)
		}
		if err := lead.Enable(ctx, "boris"); err != nil || w.account(t, "boris").Status != account.Invited {
			t.Errorf("enabled without a password: %+v %v", w.account(t, "boris"), err)
		}
		w.whole(t)
	})
}

// Two admins who shut each other out at the same moment: one stays.
func TestOneAdminStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := t.Context(), newWard(t, s, "north")
		ids := []account.ID{"north-admin", w.join(t, "a", account.Admin), w.join(t, "b", account.Admin)}
		together(6, func(i int) error {
			by := w.s.Staff(account.Principal{Account: ids[i%3], Clinic: w.clinic.ID, Name: strconv.Itoa(i), Role: account.Admin}, noon)
			if i < 3 {
				return by.Disable(ctx, ids[(i+1)%3])
			}
			return by.SetRole(ctx, ids[i%3], account.Lead)
		})
		var n int
		if err := s.QueryRow(ctx, `SELECT count(*) FROM accounts WHERE role = 'admin' AND status = 'active'`, nil, &n); err != nil || n == 0 {
			t.Errorf("%d admins are left, %v", n, err)
		}
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w, other := t.Context(), newWard(t, s, "north"), newWard(t, s, "south")
		admin := w.as(account.Admin)
		saw := w.clinic
		change := func(saw account.Clinic, f func(*account.Clinic)) error {
			now := saw
			f(&now)
			return admin.ChangeClinic(ctx, saw, now)
		}
		if err := w.as(account.Lead).ChangeClinic(ctx, saw, saw); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("a lead: %v", err)
		}
		if err := change(saw, func(c *account.Clinic) { c.Slug = "south" }); !errors.Is(err, account.ErrSlug) {
			t.Errorf("taken: %v", err)
		}
		if err := change(saw, func(c *account.Clinic) { c.TwoSteps = true }); !errors.Is(err, account.ErrNoSteps) {
			t.Errorf("without an own second step: %v", err)
		}
		if err := change(saw, func(c *account.Clinic) { c.Name, c.Slug, c.Keep, c.Closed = "New name", "new", 90, noon }); err != nil {
			t.Fatal(err)
		}
		if err := change(saw, func(c *account.Clinic) { c.Keep = 10 }); !errors.Is(err, store.ErrStale) {
			t.Errorf("changed meanwhile: %v", err)
		}
		got, err := w.s.Clinic(ctx, saw.ID)
		if err != nil || got.Name != "New name" || got.Slug != "new" || got.Keep != 90 || got.Closed.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
		// Nor does a patient find two clinics of one name.
		namesake := other.clinic
		namesake.Name = "NEW name"
		if err := other.as(account.Admin).ChangeClinic(ctx, other.clinic, namesake); !errors.Is(err, account.ErrName) {
			t.Errorf("the name of another clinic: %v", err)
		}
		// The posters of a clinic never lead to another one.
		taker := other.clinic
		taker.Slug = saw.Slug
		if err := other.as(account.Admin).ChangeClinic(ctx, other.clinic, taker); !errors.Is(err, account.ErrSlug) {
			t.Errorf("the slug that another clinic had: %v", err)
		}
		err = other.as(account.Admin).OpenClinic(ctx, account.Clinic{ID: "west", Slug: saw.Slug, Name: "West", Keep: 1},
			account.Account{ID: "first", Login: "first", Name: "First"}, []byte("link"))
		if !errors.Is(err, account.ErrSlug) {
			t.Errorf("a new clinic with that slug: %v", err)
		}
		events, _, err := admin.Trail(ctx, store.Trail{Action: audit.ClinicChanged})
		if err != nil || len(events) != 1 || events[0].Detail != "name slug:new keep:90 closed:true" {
			t.Errorf("events %+v, %v", events, err)
		}
		// Who has no second step is signed out when it is asked of all.
		if err := admin.TurnOnTwoSteps(ctx, []byte("sealed"), 1, nil, nil); err != nil {
			t.Fatal(err)
		}
		for _, c := range []ward{w, other} {
			for _, id := range []account.ID{c.people[account.Admin].ID, c.people[account.Lead].ID} {
				err := s.CreateSession(ctx, store.Session{TokenHash: account.HashToken(string(id)), Account: id, Stage: store.StageCode, Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}, nil)
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := change(got, func(c *account.Clinic) { c.TwoSteps = true }); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := s.QueryRow(ctx, `SELECT count(*) FROM sessions WHERE account_id <> 'north-lead'`, nil, &left); err != nil || left != 3 {
			t.Errorf("%d sessions, %v", left, err)
		}
		if err := s.QueryRow(ctx, `SELECT count(*) FROM sessions`, nil, &left); err != nil || left != 3 {
			t.Errorf("%d sessions, %v", left, err)
		}
		back := got
		back.TwoSteps = true
		if err := change(back, func(c *account.Clinic) { c.Slug = saw.Slug }); err != nil {
			t.Errorf("its own slug of before: %v", err)
		}
		w.whole(t)
	})
}

func TestOpenClinic(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := t.Context(), newWard(t, s, "north")
		admin, link := w.as(account.Admin), account.HashToken("first")
		c := account.Clinic{ID: "west", Slug: "west", Name: "West", Keep: account.KeepDefault}
		first := account.Account{ID: "first", Login: "first", Name: "First", Role: account.Reviewer}
		if err := w.as(account.Lead).OpenClinic(ctx, c, first, link); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("a lead: %v", err)
		}
		taken := c
		taken.Slug = "north"
		if err := admin.OpenClinic(ctx, taken, first, link); !errors.Is(err, account.ErrSlug) {
			t.Errorf("slug: %v", err)
		}
		taken = c
		taken.Name = "clinic NORTH"
		if err := admin.OpenClinic(ctx, taken, first, link); !errors.Is(err, account.ErrName) {
			t.Errorf("name: %v", err)
		}
		known := first
		known.Login = "north.lead"
		if err := admin.OpenClinic(ctx, c, known, link); !errors.Is(err, account.ErrLogin) {
			t.Errorf("login: %v", err)
		}
		if err := admin.OpenClinic(ctx, c, first, link); err != nil {
			t.Fatal(err)
		}
		if err := s.UseLink(ctx, link, "hash", noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if a := w.account(t, "first"); a.Role != account.Admin || a.Clinic != "west" || a.Status != account.Active {
			t.Errorf("first %+v", a)
		}
		if people, err := admin.People(ctx); err != nil || len(people) != 3 {
			t.Errorf("the opener sees %d people, %v", len(people), err)
		}
		west := w
		west.clinic = c
		if w.events(t, audit.ClinicOpened, "west") != 1 || west.events(t, audit.ClinicOpened, "west") != 1 {
			t.Error("opening was not recorded in both trails")
		}
		w.whole(t)
	})
}

func TestTrail(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w, other := t.Context(), newWard(t, s, "north"), newWard(t, s, "south")
		w.send(t, "one", q.Soon, noon, "code", "")
		other.send(t, "there", q.Soon, noon, "code", "")
		for range store.TrailSize + 5 {
			if _, err := w.as(account.Lead).Open(ctx, "one", audit.Opened); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.as(account.Reviewer).Open(ctx, "one", audit.Printed); err != nil {
			t.Fatal(err)
		}
		admin := w.as(account.Admin)
		var seen []int64
		for f := (store.Trail{}); ; {
			events, more, err := admin.Trail(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				if e.Clinic != w.clinic.ID {
					t.Errorf("an event of %s", e.Clinic)
				}
				seen = append(seen, e.Seq)
			}
			if !more {
				break
			}
			f.Before = events[len(events)-1].Seq
		}
		for i, seq := range seen {
			if seq != int64(len(seen)-i) {
				t.Fatalf("place %d: event %d of %d", i, seq, len(seen))
			}
		}
		if len(seen) != store.TrailSize+11 { // clinic, three accounts, sent, opened and printed
			t.Errorf("%d events", len(seen))
		}
		for name, tt := range map[string]struct {
			f    store.Trail
			want int
		}{
			"by action": {store.Trail{Action: audit.Printed}, 1}, "by person": {store.Trail{Actor: "north-reviewer"}, 1},
			"by both": {store.Trail{Actor: "north-lead", Action: audit.Printed}, 0}, "patients": {store.Trail{Actor: audit.Patient}, 1},
		} {
			if events, more, err := admin.Trail(ctx, tt.f); err != nil || more || len(events) != tt.want {
				t.Errorf("%s: %d events, %v", name, len(events), err)
			}
		}
		lead := w.as(account.Lead)
		if _, _, err := lead.Trail(ctx, store.Trail{}); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("a lead sees the trail: %v", err)
		}
		readers, more, err := lead.Readers(ctx, store.Trail{})
		if err != nil || !more || len(readers) != store.TrailSize || readers[0].Action != audit.Printed {
			t.Errorf("readers: %d, %v, %v", len(readers), more, err)
		}
		if readers, _, err := lead.Readers(ctx, store.Trail{Actor: "north-admin"}); err != nil || len(readers) != 0 {
			t.Errorf("readers: %v, %v", readers, err)
		}
		if names, err := lead.Names(ctx); err != nil || len(names) != 3 || names["north-admin"] != "Robin admin" {
			t.Errorf("names: %v, %v", names, err)
		}
	})
}
