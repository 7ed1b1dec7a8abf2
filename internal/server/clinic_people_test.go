package server

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
)

// office is a clinic with a person of each role in a browser of their own.
type office struct {
	*site
	clinic account.Clinic
	people map[account.Role]account.Account
	at     map[account.Role]*browser
}

func newOffice(t testing.TB, s *site, slug string) *office {
	t.Helper()
	o := &office{site: s, clinic: s.clinic(t, slug), people: map[account.Role]account.Account{}, at: map[account.Role]*browser{}}
	for _, role := range account.Roles() {
		o.people[role] = s.member(t, o.clinic, role)
		o.at[role] = s.browser(t).as(o.people[role])
	}
	return o
}

// oneTimeLink gives the path of the link that a page shows.
func (b *browser) oneTimeLink() string {
	b.t.Helper()
	found := regexp.MustCompile(`<code>(https?://[^/]+)(/clinic/[^<]+)</code>`).FindStringSubmatch(b.body)
	if found == nil {
		b.t.Fatalf("%s shows no link:\n%s", b.path, b.body)
	}
	if found[1] != b.site.web.URL {
		b.t.Errorf("the link leads to %s", found[1])
	}
	return found[2]
}

const goodPassword = "a plain sentence of some length"

func TestInvitePerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t, newSite(t), "north")
	lead := o.at[account.Lead]
	lead.get(pathPeople).at(pathPeople).says("Robin reviewer", "Robin lead", "you", "Active")
	lead.get(pathInvite).at(pathInvite).silent("Admin. Also")
	lead.fillAt(pathInvite, "name= Anna  Berg ", "login= Anna@Example.org", "role=reviewer").at(pathLink).says("Anna Berg", "shown only now")
	link := lead.oneTimeLink()
	if lead.get(pathLink); lead.path != pathPeople || strings.Contains(lead.body, link) {
		t.Errorf("the link is shown twice, at %s", lead.path)
	}
	lead.says("Anna Berg", "anna@example.org", "Has not joined yet", "Never")
	anna := o.browser(t).get(link)
	anna.fillAt(link, "password="+goodPassword)
	if anna.status != http.StatusOK || !strings.HasPrefix(anna.path, pathQueue) {
		t.Fatalf("joined: at %s, %d", anna.path, anna.status)
	}
	if anna.get(pathPeople); anna.status != http.StatusForbidden {
		t.Errorf("a reviewer sees people: %d", anna.status)
	}
	if anna.get(link); anna.status == http.StatusOK && anna.path == link {
		t.Error("the link works twice")
	}
}

func TestInviteFaults(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o, other := newOffice(t, s, "north"), newOffice(t, s, "south")
	lead := o.at[account.Lead]
	good := url.Values{"name": {"Anna Berg"}, "login": {"anna"}, "role": {"reviewer"}}
	for _, tt := range []struct {
		name, field, value, says string
	}{
		{"no name", "name", " ", "Enter their name"},
		{"long name", "name", strings.Repeat("x", account.NameLength+1), "Enter their name"},
		{"no login", "login", "", "Enter the name to sign in with"},
		{"login with spaces", "login", "anna berg", "Enter the name to sign in with"},
		{"login of another clinic", "login", other.people[account.Lead].Login, "Somebody else signs in with this name"},
		{"role above", "role", "admin", "not above your own"},
		{"no such role", "role", "king", "not above your own"},
		{"script", "name", "<script>alert(1)</script>" + strings.Repeat("x", account.NameLength), "Enter their name"},
	} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form.Set(tt.field, tt.value)
		lead.post(pathInvite, form).fails(http.StatusUnprocessableEntity).says("There is a problem", tt.says)
		if tt.field != "role" && len(tt.value) > 0 && len(tt.value) < 100 && lead.value(tt.field) != tt.value {
			t.Errorf("%s: what was typed is gone: %q", tt.name, lead.value(tt.field))
		}
		if strings.Contains(lead.body, "<script>alert") {
			t.Errorf("%s: script", tt.name)
		}
	}
	if people, err := s.staff(o.people[account.Lead]).People(t.Context()); err != nil || len(people) != 3 {
		t.Errorf("%d people, %v", len(people), err)
	}
}

func TestManagePerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o, other := newOffice(t, s, "north"), newOffice(t, s, "south")
	lead, admin, reviewer := o.at[account.Lead], o.at[account.Admin], o.at[account.Reviewer]
	page := func(role account.Role) string { return personPath(o.people[role].ID) }

	lead.get(page(account.Reviewer)).at(page(account.Reviewer)).fillAt(page(account.Reviewer)+"/role", "role=lead").
		at(page(account.Reviewer)).says("The role is changed")
	lead.get(page(account.Reviewer)).silent("The role is changed")
	if reviewer.get(pathPeople); reviewer.status != http.StatusOK {
		t.Errorf("a new lead sees no people: %d", reviewer.status)
	}
	lead.post(page(account.Reviewer)+"/role", url.Values{"role": {"reviewer"}}).at(page(account.Reviewer))

	// Somebody above, or of another clinic, is out of reach.
	lead.get(page(account.Admin)).at(page(account.Admin)).silent("Disable the account", "Change the role", "New one-time link")
	for _, act := range []string{"/role", "/disable", "/enable", "/reset"} {
		lead.post(page(account.Admin)+act, url.Values{"role": {"reviewer"}}).fails(http.StatusForbidden)
		lead.post(personPath(other.people[account.Reviewer].ID)+act, url.Values{"role": {"reviewer"}}).fails(http.StatusNotFound)
	}
	lead.post(page(account.Lead)+"/role", url.Values{"role": {"admin"}}).fails(http.StatusForbidden)
	lead.post(page(account.Lead)+"/disable", nil).fails(http.StatusForbidden)
	lead.post(page(account.Reviewer)+"/role", url.Values{"role": {"king"}}).fails(http.StatusUnprocessableEntity).says("Choose a role")
	admin.post(page(account.Admin)+"/role", url.Values{"role": {"lead"}}).fails(http.StatusUnprocessableEntity).says("last admin")

	// Disabled, the next request of the person ends at the door.
	reviewer.get(pathQueue).at(pathQueue)
	lead.get(page(account.Reviewer)).fillAt(page(account.Reviewer)+"/disable").says("The account is disabled", "Enable the account")
	if reviewer.get(pathQueue); !strings.HasPrefix(reviewer.path, pathSignIn) {
		t.Errorf("disabled, and at %s", reviewer.path)
	}
	lead.fillAt(page(account.Reviewer) + "/enable").says("The account is enabled")

	lead.get(page(account.Reviewer)).fillAt(page(account.Reviewer) + "/reset").at(pathLink)
	link := lead.oneTimeLink()
	if !lead.linksTo(page(account.Reviewer)) {
		t.Error("no way back")
	}
	s.browser(t).get(link).fillAt(link, "password="+goodPassword)
	if a, err := s.Store.Account(t.Context(), o.people[account.Reviewer].ID); err != nil || a.Status != account.Active {
		t.Errorf("%+v, %v", a, err)
	}
	events, _, err := s.staff(o.people[account.Admin]).Trail(t.Context(), store.Trail{Actor: string(o.people[account.Lead].ID)})
	if err != nil {
		t.Fatal(err)
	}
	var done []audit.Action
	for _, e := range events {
		done = append(done, e.Action)
	}
	slices.Reverse(done)
	want := []audit.Action{audit.SignedIn, audit.AccountChanged, audit.AccountChanged, audit.Denied, audit.Denied, audit.Denied, audit.Denied,
		audit.AccountDisabled, audit.AccountEnabled, audit.AccountReset}
	if !slices.Equal(done, want) {
		t.Errorf("recorded %v", done)
	}
}

func TestGiveUpRole(t *testing.T) {
	t.Parallel()
	o := newOffice(t, newSite(t), "north")
	lead := o.at[account.Lead]
	own := personPath(o.people[account.Lead].ID)
	if lead.get(own).fillAt(own+"/role", "role=reviewer"); lead.path != pathQueue {
		t.Errorf("at %s", lead.path)
	}
	lead.get(pathPeople).fails(http.StatusForbidden)
}

func TestChangeSettings(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o := newOffice(t, s, "north")
	newOffice(t, s, "south")
	admin := o.at[account.Admin]
	admin.get(pathSettings).at(pathSettings).says("Patients open:", s.web.URL+"/c/north")
	admin.fillAt(pathSettings, "name=  The   northern clinic ").at(pathSettings).says("The settings are saved", "The northern clinic")
	admin.get(pathSettings).silent("The settings are saved")

	for _, tt := range []struct{ name, field, value, says string }{
		{"no name", "name", "", "Enter the name of the clinic"},
		{"no slug", "slug", "two words", "Enter a short name"},
		{"slug of another", "slug", "south", "has or had this short name"},
		{"no number", "keep", "long", "whole number of days"},
		{"no days", "keep", "0", "whole number of days"},
		{"too many days", "keep", "99999999999", "whole number of days"},
		{"no own second step", "two-steps", "yes", "Set up one-time codes for your own account first"},
	} {
		admin.get(pathSettings).fillAt(pathSettings, tt.field+"="+tt.value)
		if admin.status == http.StatusOK && admin.path == pathSettings { // a risk was named first
			admin.fillAt(pathSettings)
		}
		admin.fails(http.StatusUnprocessableEntity).says("There is a problem", tt.says)
		if tt.field != "two-steps" && admin.value(tt.field) != tt.value {
			t.Errorf("%s: what was typed is gone: %q", tt.name, admin.value(tt.field))
		}
	}

	// What is hard to undo is named first.
	admin.get(pathSettings).fillAt(pathSettings, "slug=far-north", "closed=yes").says("Save these settings?", "/c/north", "cannot send")
	if c, err := s.Store.Clinic(t.Context(), o.clinic.ID); err != nil || c.Slug != "north" {
		t.Errorf("saved before it was confirmed: %+v, %v", c, err)
	}
	admin.fillAt(pathSettings).at(pathSettings).says("The settings are saved")
	c, err := s.Store.Clinic(t.Context(), o.clinic.ID)
	if err != nil || c.Slug != "far-north" || c.Closed.IsZero() || c.Name != "The northern clinic" {
		t.Errorf("%+v, %v", c, err)
	}

	// Somebody else was faster: nothing is overwritten, and nothing typed is lost.
	tab := admin.tab().get(pathSettings)
	admin.get(pathSettings).fillAt(pathSettings, "keep=400").at(pathSettings)
	tab.fillAt(pathSettings, "name=Mine").fails(http.StatusUnprocessableEntity).says("Somebody else saved other settings")
	if tab.value("name") != "Mine" {
		t.Error("what was typed is gone")
	}
	if c, err := s.Store.Clinic(t.Context(), o.clinic.ID); err != nil || c.Keep != 400 || c.Name == "Mine" {
		t.Errorf("%+v, %v", c, err)
	}
	o.at[account.Lead].get(pathSettings).fails(http.StatusForbidden)
}

func TestShorterKeepingNamesWhatGoes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o := newOffice(t, s, "north")
	b := s.browser(t).quick().fill()
	s.send(t, b, o.clinic, questionnaire.Letter{})
	s.clock.jump(100 * day)
	admin := s.browser(t).as(o.people[account.Admin])
	admin.get(pathSettings).fillAt(pathSettings, "keep=90").says("1 submission is older")
	admin.fillAt(pathSettings).at(pathSettings).says("The settings are saved")
	s.purgeSubmissions(t.Context(), s.clock.now())
	if !strings.Contains(s.log.String(), "purged submissions") {
		t.Error("nothing was purged")
	}
	admin.get(pathAudit).at(pathAudit).says("Deleted after its time", "The server", "kept for 90 days")
}

func TestOpenAnotherClinic(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o := newOffice(t, s, "north")
	admin := o.at[account.Admin]
	admin.get(pathNewClinic).at(pathNewClinic)
	for _, tt := range []struct{ clinic, slug, name, login, says string }{
		{"", "west", "Wera", "wera", "Enter the name of the clinic"},
		{"West", "we st", "Wera", "wera", "Enter a short name"},
		{"West", "north", "Wera", "wera", "has or had this short name"},
		{"West", "west", "", "wera", "Enter their name"},
		{"West", "west", "Wera", o.people[account.Lead].Login, "Somebody else signs in with this name"},
	} {
		admin.get(pathNewClinic).fillAt(pathNewClinic, "clinic="+tt.clinic, "slug="+tt.slug, "name="+tt.name, "login="+tt.login)
		admin.fails(http.StatusUnprocessableEntity).says(tt.says)
	}
	admin.get(pathNewClinic).fillAt(pathNewClinic, "clinic=West", "slug=west", "name=Wera", "login=wera").at(pathLink).says("Wera")
	c, err := s.Store.ClinicBySlug(t.Context(), "west")
	if err != nil || !c.TwoSteps {
		t.Errorf("%+v, %v", c, err)
	}
	s.browser(t).get(admin.oneTimeLink()).says("West")
	admin.get(pathPeople).silent("Wera")
	o.at[account.Lead].get(pathNewClinic).fails(http.StatusForbidden)
}
