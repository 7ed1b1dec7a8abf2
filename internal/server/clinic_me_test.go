package server

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

const lanterns = "nine blue lanterns by night"

func TestChangePassword(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.hire(t, s.clinic(t, "north"), "anna", account.Reviewer)
	b, phone := s.browser(t), s.browser(t)
	phone.signIn("anna", herons)
	phone.inside()
	b.signIn("anna", herons)
	before := b.token()

	b.inside().fillAt(pathOwnPassword, "old-password=wrong", "new-password="+lanterns).fails(http.StatusUnprocessableEntity).says("not your password until now")
	b.fillAt(pathOwnPassword, "old-password="+herons, "new-password=north clinic").fails(http.StatusUnprocessableEntity)
	b.fillAt(pathOwnPassword, "old-password="+herons, "new-password=qwertyuiop12").fails(http.StatusUnprocessableEntity).says("among the first")
	if strings.Contains(b.body, herons) {
		t.Error("the password is on the page")
	}
	phone.inside()
	b.fillAt(pathOwnPassword, "old-password="+herons, "new-password="+lanterns).at(pathMe).says("Your password is changed")
	b.inside().silent("Your password is changed") // said once
	phone.outside()
	if b.token() == before {
		t.Error("the session has the same token as before")
	}
	s.browser(t).setToken(before).outside()
	s.browser(t).signIn("anna", herons).fails(http.StatusUnprocessableEntity)
	phone.signIn("anna", lanterns)
	phone.inside()

	// Whoever finds the desk unlocked cannot guess on and on.
	for range tryLogin {
		b.inside().fillAt(pathOwnPassword, "old-password=wrong", "new-password="+herons).fails(http.StatusUnprocessableEntity)
	}
	b.inside().fillAt(pathOwnPassword, "old-password="+lanterns, "new-password="+herons).fails(http.StatusTooManyRequests)
}

func TestOwnSecondStep(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	s.hire(t, c, "anna", account.Reviewer)
	b, phone := s.browser(t), s.browser(t)
	b.signIn("anna", herons)
	phone.signIn("anna", herons)
	phone.inside()
	b.get(pathSteps).at(pathMe).says("They are off") // nothing was begun
	b.fillAt(pathBeginSteps, "password=wrong").fails(http.StatusUnprocessableEntity).says("This is not your password")
	b.fillAt(pathBeginSteps, "password="+herons).at(pathSteps)
	begun := b.secretOf(t)
	s.clock.jump(halfTime)
	b.get(pathSteps).at(pathMe) // begun too long ago: somebody else may sit there now
	b.fillAt(pathBeginSteps, "password="+herons).at(pathSteps)
	secret := b.secretOf(t)
	if bytes.Equal(secret, begun) {
		t.Error("begun again with the secret of before")
	}
	b.fillAt(pathSteps, "code=1").fails(http.StatusUnprocessableEntity).says("This code does not work")
	before := b.token()
	b.fillAt(pathSteps, "code="+oneTime(t, secret, s.clock.now())).at(pathRecovery)
	if b.token() == before {
		t.Error("the session has the same token as before")
	}
	phone.outside()
	b.fillAt(pathRecoveryGot).at(pathMe).says("10 recovery codes are left")

	// New recovery codes take the place of the old.
	b.fillAt(pathRecovery, "password="+herons).at(pathRecovery)
	code := regexp.MustCompile(`[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}`).FindString(b.body)
	b.fillAt(pathRecoveryGot)
	phone.signIn("anna", herons).at(pathCode).fill("code=" + code)
	phone.inside().says("9 recovery codes are left")

	// Another phone.
	b.inside().post(pathBeginSteps, url.Values{"password": {herons}}).at(pathSteps)
	other := b.secretOf(t)
	if string(other) == string(secret) {
		t.Error("the new phone gets the old secret")
	}
	b.fillAt(pathSteps, "code="+oneTime(t, other, s.clock.now()))
	b.fillAt(pathRecoveryGot)
	s.clock.jump(time.Minute)
	phone.signIn("anna", herons).at(pathCode).fill("code=" + oneTime(t, secret, s.clock.now())).fails(http.StatusUnprocessableEntity)
	phone.fill("code=" + oneTime(t, other, s.clock.now()))
	phone.inside()

	b.inside().fillAt(pathStepsOff, "password-off=wrong").fails(http.StatusUnprocessableEntity)
	b.fillAt(pathStepsOff, "password-off="+herons).at(pathMe).says("One-time codes are off")
	phone.inside().fillAt(pathSignOut)
	phone.signIn("anna", herons)
	phone.inside()
}

func TestSecondStepThatTheClinicRequires(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := account.Clinic{ID: "north", Slug: "north", Name: "Clinic north", Created: s.clock.now(), Keep: 30, TwoSteps: true}
	if err := s.Store.CreateClinic(t.Context(), c, "operator"); err != nil {
		t.Fatal(err)
	}
	s.hire(t, c, "anna", account.Reviewer)
	b := s.browser(t)
	b.signIn("anna", herons).at(pathEnrol)
	b.fill("code=" + oneTime(t, b.secretOf(t), s.clock.now())).at(pathRecovery)
	b.fillAt(pathRecoveryGot)
	if b.inside().says("asks everybody for one-time codes"); strings.Contains(b.body, `action="`+pathStepsOff) {
		t.Error("it can be turned off on the page")
	}
	b.post(pathStepsOff, url.Values{"password-off": {herons}}).at(pathMe).says("They are on")
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s := newSite(t, func(o *Options) { o.Store = st })
		c := s.clinic(t, "north")
		s.hire(t, c, "anna", account.Reviewer)
		s.hire(t, c, "boris", account.Lead)
		boris := s.browser(t)
		boris.signIn("boris", herons)
		agents := []string{
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
			"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
			"<script>alert(1)</script>\u202e",
		}
		var all []*browser
		for _, agent := range agents {
			b := s.browser(t)
			b.header.Set("User-Agent", agent)
			b.signIn("anna", herons)
			all = append(all, b.inside())
		}
		b := all[0].inside().says("Firefox on Windows", "Safari on iPhone", "Another browser", "127.0.0.1", "this one")
		if strings.Contains(b.body, "alert(1)") || strings.Count(b.body, `name="session"`) != 2 {
			t.Errorf("the list:\n%s", b.body)
		}
		b.fillAt(pathEndSession)
		ended := 0
		for _, other := range all[1:] {
			if other.get(pathMe); other.path != pathMe {
				ended++
			}
		}
		if ended != 1 {
			t.Errorf("%d sessions were ended", ended)
		}
		b.inside().says("this one")
		// Nobody ends another's: it is as if it were not there.
		b.post(pathEndSession, url.Values{"session": {sessionID(boris.person(t).in.Session)}})
		boris.inside()
		if b.post(pathEndSession, url.Values{"session": {"%%%"}}); b.status != http.StatusBadRequest {
			t.Errorf("status %d", b.status)
		}
		b.inside().fillAt(pathEndOthers)
		for _, other := range all[1:] {
			other.outside()
		}
		b.inside()
		boris.inside()
	})
}
