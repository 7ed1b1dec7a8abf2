package server

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
)

// clinic opens a clinic.
func (s *site) clinic(t testing.TB, slug string) account.Clinic {
	t.Helper()
	c := account.Clinic{
		ID: questionnaire.ClinicID("clinic-" + slug), Slug: slug, Name: "Clinic " + slug, Created: s.clock.now(), Keep: account.KeepDefault,
	}
	if err := s.Store.CreateClinic(t.Context(), c, audit.Operator); err != nil {
		t.Fatal(err)
	}
	return c
}

// member adds an active person to a clinic.
func (s *site) member(t testing.TB, c account.Clinic, role account.Role) account.Account {
	t.Helper()
	a := account.Account{
		ID: account.ID(rand.Text()), Clinic: c.ID, Login: strings.ToLower(rand.Text()), Name: "Robin " + string(role), Role: role,
		Status: account.Active, Created: s.clock.now(),
	}
	if err := s.Store.AddAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

// as signs the browser in, without the way through the door.
func (b *browser) as(a account.Account) *browser {
	b.t.Helper()
	token := rand.Text()
	now := b.site.clock.now()
	err := b.site.Store.CreateSession(b.t.Context(), store.Session{
		TokenHash: hashToken(token), Account: a.ID, Stage: store.StageFull, Created: now, Seen: now, Expires: now.Add(staffMost),
	}, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	u, err := url.Parse(b.site.web.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: staffCookiePlain, Value: token, Path: "/"}})
	return b
}

// send hands the completed response of a browser to a clinic, and gives its id.
func (s *site) send(t testing.TB, b *browser, c account.Clinic, letter questionnaire.Letter) questionnaire.ResponseID {
	t.Helper()
	r, _ := s.response(t, b)
	r.Clinic, r.Letter = c.ID, letter
	if err := s.Store.UpdateResponse(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	r.Revision++
	r.Sent = s.clock.now()
	sub := review.Submission{Urgency: questionnaire.Routine, Age: review.AgeUnknown, Name: letter.Name, Born: letter.Born}
	if err := s.Store.Send(t.Context(), r, sub, nil); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

func TestStrangersAreSentToTheDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.member(t, s.clinic(t, "north"), account.Reviewer)
	for _, rt := range s.staffTable() {
		b := s.browser(t)
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		path := strings.NewReplacer("{submission}", "x", "{account}", "x", "{session}", "x", "{token}", "x").Replace(rt.pattern)
		if rt.method == http.MethodPost {
			if b.post(path, nil); b.status != http.StatusUnauthorized {
				t.Errorf("POST %s: %d", path, b.status)
			}
			continue
		}
		if b.get(path); b.status != http.StatusSeeOther || !strings.HasPrefix(b.got.Get("Location"), pathSignIn) {
			t.Errorf("GET %s: %d to %q", path, b.status, b.got.Get("Location"))
		}
		if b.got.Get("Cache-Control") != "no-store" {
			t.Errorf("GET %s may be kept", path)
		}
	}
	b := s.browser(t).as(a)
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if b.get(pathClinic); b.status != http.StatusSeeOther || b.got.Get("Location") != pathQueue {
		t.Errorf("signed in: %d to %q", b.status, b.got.Get("Location"))
	}
	s.clock.jump(staffIdle + staffSeenStep)
	if b.get(pathClinic); !strings.HasPrefix(b.got.Get("Location"), pathSignIn) {
		t.Errorf("idle for long: %d to %q", b.status, b.got.Get("Location"))
	}
}
