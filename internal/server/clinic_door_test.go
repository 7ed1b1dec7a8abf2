package server

import (
	"crypto/tls"
	"encoding/base32"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"

	"github.com/pquerna/otp/hotp"
	"golang.org/x/net/html"
)

const herons = "green herons over water"

// hire adds a person with the password herons.
func (s *site) hire(t testing.TB, c account.Clinic, login string, role account.Role) account.Account {
	t.Helper()
	a := account.Account{ID: account.ID("id-of-" + login), Clinic: c.ID, Login: login, Name: "Dr " + login, Role: role, Created: s.clock.now()}
	token := account.NewToken()
	if err := s.Store.InviteAccount(t.Context(), a, account.HashToken(token)); err != nil {
		t.Fatal(err)
	}
	hash, err := s.hasher.Hash(t.Context(), herons)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Store.UseLink(t.Context(), account.HashToken(token), hash, s.clock.now()); err != nil {
		t.Fatal(err)
	}
	a.Status = account.Active
	return a
}

// steps sets up the second step of an account and gives its secret and one recovery code.
func (s *site) steps(t testing.TB, a account.Account) (secret []byte, code string) {
	t.Helper()
	secret, code = account.NewTOTP(), "abcd-2345-wxyz"
	who := account.Principal{Account: a.ID, Clinic: a.Clinic, Name: a.Name, Role: a.Role}
	err := s.Store.Staff(who, s.clock.now()).TurnOnTwoSteps(t.Context(), s.vault.Seal(a.ID, secret), 0, [][]byte{s.vault.Recovery(a.ID, code)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return secret, code
}

// oneTime gives the code that an app shows at a moment.
func oneTime(t testing.TB, secret []byte, at time.Time) string {
	t.Helper()
	code, err := hotp.GenerateCode(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret), uint64(at.Unix()/30))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// signIn goes through the door with name and password.
func (b *browser) signIn(login, password string) *browser {
	b.t.Helper()
	return b.get(pathSignIn).fill("login="+login, "password="+password)
}

// inside fails unless the browser is signed in.
func (b *browser) inside() *browser {
	b.t.Helper()
	return b.get(pathMe).at(pathMe)
}

// outside fails if the browser is signed in.
func (b *browser) outside() *browser {
	b.t.Helper()
	if b.get(pathMe); !strings.HasPrefix(b.path, pathSignIn) {
		b.t.Fatalf("signed in, at %s", b.path)
	}
	return b
}

// stay stops the browser from following redirects.
func (b *browser) stay() *browser {
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b
}

func (b *browser) token() string {
	u, err := url.Parse(b.site.web.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == staffCookiePlain {
			return c.Value
		}
	}
	return ""
}

func (b *browser) setToken(token string) *browser {
	u, err := url.Parse(b.site.web.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: staffCookiePlain, Value: token, Path: "/"}})
	return b
}

// recorded says how many events the audit trail of a clinic holds.
func (s *site) recorded(t testing.TB, c account.Clinic) int64 {
	t.Helper()
	chained, err := s.Store.VerifyAudit(t.Context(), c.ID)
	if err != nil || chained.Fault != nil {
		t.Fatal(err, chained.Fault)
	}
	return chained.Events
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	s.hire(t, c, "anna", account.Reviewer)
	b := s.browser(t)
	b.get("/clinic/me").says("Sign in").fill("login= ANNA ", "password="+herons).at(pathMe).says("Dr anna", "Clinic north", "Reviewer")
	if strings.Contains(s.log.String(), herons) || strings.Contains(s.log.String(), "anna") {
		t.Error("the log tells who signed in, or how")
	}
	b.fillAt(pathSignOut)
	if b.says("You are signed out.").got.Get("Cache-Control") != "no-store" {
		t.Error("the page may be kept")
	}
	b.outside()
}

// The answer is the same whether a name is unknown, its password wrong or its account disabled.
func TestSignInTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	s.hire(t, c, "anna", account.Reviewer)
	gone := s.hire(t, c, "gone", account.Reviewer)
	if err := s.Store.DisableAccount(t.Context(), gone.ID, c.ID, s.clock.now()); err != nil {
		t.Fatal(err)
	}
	invited := account.Account{ID: "invited", Clinic: c.ID, Login: "invited", Name: "I", Role: account.Lead, Created: s.clock.now()}
	if err := s.Store.InviteAccount(t.Context(), invited, account.HashToken("t")); err != nil {
		t.Fatal(err)
	}
	before := s.recorded(t, c)
	var bodies []string
	for _, tt := range []struct{ login, password string }{
		{"anna", "wrong password"}, {"nobody", "wrong password"}, {"nobody", herons}, {"gone", herons}, {"gone", "wrong password"}, {"invited", herons},
		{"' OR 1=1 --", "' OR 1=1 --"}, {"anna", strings.Repeat("x", 5000)},
	} {
		b := s.browser(t)
		began := time.Now()
		b.signIn(tt.login, tt.password).fails(http.StatusUnprocessableEntity).says("The name or the password is not right")
		if took := time.Since(began); took < wrongTime {
			t.Errorf("%s: answered after %v already", tt.login, took)
		}
		if b.token() != "" {
			t.Errorf("%s: a session", tt.login)
		}
		if v := b.value("login"); v != tt.login {
			t.Errorf("the name typed is %q on the page", v)
		}
		if b.value("password") != "" {
			t.Error("the password is on the page")
		}
		bodies = append(bodies, strings.ReplaceAll(b.body, html.EscapeString(tt.login), "NAME"))
	}
	for i, body := range bodies {
		if body != bodies[0] {
			t.Errorf("answer %d differs:\n%s\n%s", i, body, bodies[0])
		}
	}
	// Anna twice, gone twice, invited once; the names that nobody has belong to no clinic.
	if n := s.recorded(t, c) - before; n != 5 {
		t.Errorf("%d failures recorded", n)
	}
}

func TestSignInWithNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.browser(t).signIn("", "").fails(http.StatusUnprocessableEntity).says("There is a problem", "Enter the name that you sign in with", "Enter your password")
	b := s.browser(t).signIn("anna", "").fails(http.StatusUnprocessableEntity).silent("Enter the name that")
	if b.value("login") != "anna" {
		t.Error("the name is not kept")
	}
}

func TestSecondStep(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	a := s.hire(t, c, "anna", account.Reviewer)
	secret, recovery := s.steps(t, a)
	b := s.browser(t)
	b.get("/clinic/me").fill("login=anna", "password="+herons).at(pathCode)
	half := b.token()
	// Half a sign-in opens nothing.
	for _, path := range []string{pathMe, pathClinic, pathSteps, pathRecovery} {
		if b.get(path); !strings.HasPrefix(b.path, pathSignIn) {
			t.Errorf("%s is open: %s", path, b.path)
		}
	}
	b.get(pathCode).fill("code=").fails(http.StatusUnprocessableEntity).says("Enter the code that your app shows")
	b.fill("code=000 00").fails(http.StatusUnprocessableEntity).says("This code does not work")
	code := oneTime(t, secret, s.clock.now())
	b.fill("code=" + code[:3] + " " + code[3:]).at(pathMe)
	if b.token() == half {
		t.Error("the session has the same token as before the code")
	}
	if s.browser(t).setToken(half).outside(); b.inside().status != http.StatusOK {
		t.Error("unreachable")
	}

	// The same code again, in another browser, as somebody who looked over a shoulder would.
	spy := s.browser(t)
	spy.signIn("anna", herons).at(pathCode).fill("code=" + code).fails(http.StatusUnprocessableEntity).says("used already")
	// A phone half a minute ahead is fine, one that is minutes behind is not.
	spy.fill("code=" + oneTime(t, secret, s.clock.now().Add(-2*time.Minute))).fails(http.StatusUnprocessableEntity)
	spy.fill("code=" + oneTime(t, secret, s.clock.now().Add(30*time.Second)))
	spy.inside()

	other := s.browser(t)
	other.signIn("anna", herons).fill("code=" + strings.ToUpper(recovery))
	other.inside().says("0 recovery codes are left")
	again := s.browser(t)
	again.signIn("anna", herons).fill("code=" + recovery).fails(http.StatusUnprocessableEntity)
	again.fillAt(pathCancel).at(pathSignIn)
}

// Two browsers that send one code at the same moment: one comes in.
func TestOneCodeTwiceAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s := newSite(t, func(o *Options) { o.Store = st })
		a := s.hire(t, s.clinic(t, "north"), "anna", account.Reviewer)
		secret, _ := s.steps(t, a)
		code := oneTime(t, secret, s.clock.now())
		var browsers [4]*browser
		for i := range browsers {
			browsers[i] = s.browser(t).signIn("anna", herons).at(pathCode)
			browsers[i].stay()
		}
		var wg sync.WaitGroup
		for _, b := range browsers {
			wg.Go(func() { b.fill("code=" + code) })
		}
		wg.Wait()
		in := 0
		for _, b := range browsers {
			if b.status == http.StatusSeeOther {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%d came in with one code", in)
		}
	})
}

var typedKey = regexp.MustCompile(`<bdi>([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})</bdi>`)

// secretOf reads the secret that an enrolment page shows for typing.
func (b *browser) secretOf(t testing.TB) []byte {
	t.Helper()
	m := typedKey.FindStringSubmatch(b.body)
	if m == nil {
		t.Fatalf("no secret on the page:\n%s", b.body)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(m[1], " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestFirstAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stale, err := s.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path, err := s.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser(t)
	b.get(stale).fails(http.StatusGone).says("This link no longer works")
	b.get(path).get(path).at(path).says("Set up the first clinic") // looking uses nothing up
	if got := b.got.Get("Referrer-Policy"); !strings.HasSuffix(got, "strict-origin") {
		t.Errorf("the address goes to others: %s", got)
	}
	b.fill("clinic=", "slug=North Road", "name=", "login=an na", "password=password1234").fails(http.StatusUnprocessableEntity).
		says("Enter the name of the clinic", "Enter a short name of lower-case", "Enter your name", "Enter the name to sign in with", "among the first")
	if b.value("slug") != "North Road" || b.value("password") != "" {
		t.Error("what was typed is not kept, or the password is")
	}
	b.fill("clinic=North  Road\u202e", "slug=North-Road", "name=Anna", "login=Anna@Example.org", "password=annanorthroad").fails(http.StatusUnprocessableEntity).says("your name or the clinic's")
	b.fill("clinic=North Road", "slug=north-road", "name=Anna", "login=Anna@Example.org", "password="+herons).at(pathEnrol).says("North Road asks for a one-time code")
	s.browser(t).get(path).fails(http.StatusGone)
	secret := b.secretOf(t)
	if b.get(pathEnrol); string(b.secretOf(t)) != string(secret) {
		t.Error("loaded again, the page shows another secret")
	}
	if b.get(pathMe); !strings.HasPrefix(b.path, pathSignIn) {
		t.Errorf("inside without the second step: %s", b.path)
	}
	b.get(pathEnrol).fill("code=").fails(http.StatusUnprocessableEntity).says("Enter the code")
	b.fill("code=12345").fails(http.StatusUnprocessableEntity)
	b.fill("code=" + oneTime(t, secret, s.clock.now())).at(pathRecovery).says("Keep your recovery codes")
	codes := regexp.MustCompile(`[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}`).FindAllString(b.body, -1)
	if len(codes) != account.RecoveryCodes {
		t.Fatalf("%d codes: %s", len(codes), b.body)
	}
	b.get(pathRecovery).at(pathRecovery).says(codes[0]) // loaded again they are still there
	b.fillAt(pathRecoveryGot).at(pathMe).says("One-time codes are on", "10 recovery codes are left", "Admin")
	b.get(pathRecovery).at(pathMe).silent(codes[0])
	if link, err := s.FirstLink(t.Context()); err != nil || link != "" {
		t.Errorf("another first link: %q, %v", link, err)
	}
	if log := s.log.String(); strings.Contains(log, strings.TrimPrefix(path, pathWelcome)) {
		t.Error("the link is in the log")
	}
	other := s.browser(t)
	other.signIn("anna@example.org", herons).at(pathCode).fill("code=" + codes[3])
	other.inside()
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	token := account.NewToken()
	a := account.Account{ID: "new", Clinic: c.ID, Login: "boris", Name: "Boris", Role: account.Lead, Created: s.clock.now()}
	if err := s.Store.InviteAccount(t.Context(), a, account.HashToken(token)); err != nil {
		t.Fatal(err)
	}
	b := s.browser(t)
	b.get(Welcome(token)).says("Welcome to Clinic north").fill("password=short").fails(http.StatusUnprocessableEntity).says("at least 12 signs")
	if b.value("login") != "boris" {
		t.Error("the page does not say how to sign in")
	}
	b.fill("login=admin", "password="+herons) // the name cannot be chosen here
	b.inside().says("Boris", "boris", "Lead").silent("admin")
	s.browser(t).get(Welcome(token)).fails(http.StatusGone)
	s.browser(t).post(Welcome(token), url.Values{"password": {herons}}).fails(http.StatusGone)
	s.browser(t).get(Welcome("made-up")).fails(http.StatusGone)

	late := account.NewToken()
	if err := s.Store.ResetAccount(t.Context(), a.ID, c.ID, account.HashToken(late), s.clock.now()); err != nil {
		t.Fatal(err)
	}
	b.outside()
	b.get(Welcome(late)).says("Choose a new password")
	s.clock.jump(account.ResetLink.Life() + time.Second)
	b.fill("password=" + herons).fails(http.StatusGone)
	b.get(Welcome(late)).fails(http.StatusGone)
}

// Strangers who try a name keep nobody out who has signed in from their browser before.
func TestThrottling(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	c := s.clinic(t, "north")
	s.hire(t, c, "anna", account.Reviewer)
	s.hire(t, c, "boris", account.Reviewer)
	from := func(ip string) *browser {
		b := s.browser(t)
		b.header.Set("X-Forwarded-For", ip)
		return b
	}
	owner := from("192.0.2.1")
	owner.signIn("anna", herons)
	owner.inside().fillAt(pathSignOut)

	try := func(b *browser, login string, n int) int {
		t.Helper()
		var wg sync.WaitGroup
		statuses := make([]int, n)
		for i := range n {
			tab := b.tab()
			wg.Go(func() {
				tab.post(pathSignIn, url.Values{"login": {login}, "password": {"wrong password"}})
				statuses[i] = tab.status
			})
		}
		wg.Wait()
		limited := 0
		for _, status := range statuses {
			if status == http.StatusTooManyRequests {
				limited++
			}
		}
		return limited
	}
	for _, login := range []string{"anna", "nobody"} {
		if n := try(from("192.0.2.1"), login, tryLogin+3); n != 3 {
			t.Errorf("%s: %d of three too many were refused", login, n)
		}
	}
	stranger := from("192.0.2.1")
	stranger.signIn("anna", herons).fails(http.StatusTooManyRequests).says("Wait 15 minutes")
	if stranger.got.Get("Retry-After") != "900" {
		t.Errorf("wait %s", stranger.got.Get("Retry-After"))
	}
	// The owner is in the same network, and signs in.
	owner.signIn("anna", herons)
	owner.inside().fillAt(pathSignOut)
	// So does a colleague there, and the owner from a new browser elsewhere.
	from("192.0.2.1").signIn("boris", herons)
	elsewhere := from("198.51.100.7")
	elsewhere.signIn("anna", herons)
	elsewhere.inside()
	// The owner's browser is no way around the count either.
	if n := try(owner, "anna", tryDevice+2); n != 2 {
		t.Errorf("%d of two too many were refused", n)
	}
	// Nor is a mark that was made up, or one of another account.
	forged := from("192.0.2.1")
	u, err := url.Parse(s.web.URL)
	if err != nil {
		t.Fatal(err)
	}
	forged.client.Jar.SetCookies(u, []*http.Cookie{{Name: deviceCookiePlain, Value: "9999999999.AAAA!" + s.vault.Device("id-of-boris", s.clock.now()), Path: "/"}})
	forged.signIn("anna", herons).fails(http.StatusTooManyRequests)

	// Names made up in a network that has tried too often leave no count behind.
	attempts := func(parts ...string) (n int) {
		n, err := s.Store.Attempt(t.Context(), s.vault.Attempts(append([]string{"password"}, parts...)...), s.clock.now(), tryWindow)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for range tryNetwork {
		attempts("network", "203.0.113.9")
	}
	from("203.0.113.9").signIn("made-up", herons).fails(http.StatusTooManyRequests)
	if n := attempts("login", "made-up", "203.0.113.9"); n != 1 {
		t.Errorf("the name was counted %d times", n-1)
	}

	s.clock.jump(tryWindow + time.Second)
	stranger.signIn("anna", herons)
	stranger.inside()
}

// Whoever knows the password cannot go on guessing codes.
func TestThrottlingOfCodes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.hire(t, s.clinic(t, "north"), "anna", account.Reviewer)
	secret, _ := s.steps(t, a)
	b := s.browser(t).signIn("anna", herons).at(pathCode)
	for i := range tryCode {
		if b.post(pathCode, url.Values{"code": {"00000" + strconv.Itoa(i%10)}}); b.status != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d", i, b.status)
		}
	}
	b.post(pathCode, url.Values{"code": {oneTime(t, secret, s.clock.now())}}).fails(http.StatusTooManyRequests)
	// A new browser does not start anew.
	s.browser(t).signIn("anna", herons).at(pathCode).fill("code=" + oneTime(t, secret, s.clock.now())).fails(http.StatusTooManyRequests)
}

func TestForgedSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	s.hire(t, c, "anna", account.Reviewer)
	mallory := s.hire(t, s.clinic(t, "south"), "mallory", account.Admin)

	for _, token := range []string{"x", strings.Repeat("A", 26), strings.Repeat("A", 4000), "' OR 1=1 --", "a b"} {
		s.browser(t).setToken(token).outside()
	}

	// Replayed after signing out.
	b := s.browser(t)
	b.signIn("anna", herons)
	stolen := b.token()
	s.browser(t).setToken(stolen).inside()
	b.inside().fillAt(pathSignOut)
	s.browser(t).setToken(stolen).outside()

	// Fixed: planted in the victim's browser before they sign in. A made-up one is never adopted; one of the attacker's own
	// session ends, so that it cannot be used to look over the victim's shoulder.
	for name, planted := range map[string]string{"made up": strings.Repeat("B", 26), "attacker's own": s.browser(t).as(mallory).token()} {
		victim := s.browser(t).setToken(planted)
		victim.get(pathSignIn).post(pathSignIn, url.Values{"login": {"anna"}, "password": {herons}})
		if victim.inside().says("Dr anna"); victim.token() == planted {
			t.Errorf("%s: the session has the planted token", name)
		}
		s.browser(t).setToken(planted).outside()
	}

	// The cookie is kept from scripts and other sites.
	b = s.browser(t).stay()
	b.post(pathSignIn, url.Values{"login": {"anna"}, "password": {herons}})
	for _, line := range b.got["Set-Cookie"] {
		if !strings.Contains(line, "HttpOnly") || !strings.Contains(line, "SameSite=Lax") || !strings.Contains(line, "Path=/") {
			t.Errorf("cookie %s", line)
		}
	}
	r := httptest.NewRequest(http.MethodPost, pathSignIn, strings.NewReader(url.Values{"login": {"anna"}, "password": {herons}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.TLS = &tls.ConnectionState{}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	for _, name := range []string{staffCookieSecure, deviceCookieSecure} {
		found := false
		for _, cookie := range w.Result().Cookies() {
			found = found || cookie.Name == name && cookie.Secure && cookie.Domain == ""
		}
		if !found {
			t.Errorf("over TLS there is no cookie %s: %v", name, w.Header()["Set-Cookie"])
		}
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	a := s.hire(t, c, "anna", account.Reviewer)
	b := s.browser(t)
	b.signIn("anna", herons)
	for range 3 { // used now and then it goes on
		s.clock.jump(staffIdle - 2*time.Minute)
		b.inside()
	}
	s.clock.jump(staffIdle + time.Minute)
	b.outside()

	// But not for ever.
	b.signIn("anna", herons)
	for used := time.Duration(0); used < staffMost-time.Hour; used += 25 * time.Minute {
		s.clock.jump(25 * time.Minute)
		b.inside()
	}
	for range 4 {
		s.clock.jump(20 * time.Minute)
		b.get(pathMe)
	}
	b.outside()

	// A disabled account is out with its next request.
	b.signIn("anna", herons)
	b.inside()
	if err := s.Store.DisableAccount(t.Context(), a.ID, c.ID, s.clock.now()); err != nil {
		t.Fatal(err)
	}
	b.outside()

	// So is half a sign-in that takes too long.
	slow := s.hire(t, c, "slow", account.Reviewer)
	secret, _ := s.steps(t, slow)
	b.signIn("slow", herons).at(pathCode)
	s.clock.jump(halfTime + time.Second)
	if b.fill("code=" + oneTime(t, secret, s.clock.now())); !strings.HasPrefix(b.path, pathSignIn+"?") {
		t.Errorf("at %s", b.path)
	}
	b.outside()
}

func TestExtend(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.hire(t, s.clinic(t, "north"), "anna", account.Reviewer)
	b := s.browser(t)
	b.signIn("anna", herons)
	b.inside().says("signed out after 30 minutes")
	s.clock.jump(staffIdle - time.Second)
	b.header.Set("Sec-Fetch-Dest", "empty")
	if b.post(pathStay, nil); b.status != http.StatusNoContent {
		t.Errorf("status %d", b.status)
	}
	b.header.Del("Sec-Fetch-Dest")
	s.clock.jump(staffIdle - time.Second)
	b.header.Set("Referer", s.web.URL+pathMe+"?a=b")
	if b.post(pathStay, nil); b.path != pathMe+"?a=b" {
		t.Errorf("without script at %s", b.path)
	}
	b.header.Set("Referer", "https://elsewhere.example/clinic/elsewhere")
	if b.stay().post(pathStay, nil); b.got.Get("Location") != pathQueue {
		t.Errorf("sent to %s", b.got.Get("Location"))
	}
}

// A form that is sent after its session has ended comes back with its text.
func TestStaleForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	a := s.hire(t, c, "anna", account.Reviewer)
	secret, _ := s.steps(t, a)
	note := "Legs better since March.\n<b>Ferritin</b> \"12\" & falling: \u00e4\u0431"
	b := s.browser(t)
	b.header.Set("Referer", s.web.URL+"/clinic/s/one?tab=notes")
	b.post(pathStay, url.Values{"text": {note}, "revision": {"3"}, "kind": {"a", "b"}}).fails(http.StatusUnauthorized).
		says("What you typed is kept here")
	b.header.Del("Referer")
	if strings.Contains(b.body, "<b>Ferritin") {
		t.Error("what was typed is not escaped")
	}
	b.fill("login=anna", "password=wrong password").fails(http.StatusUnprocessableEntity) // and is carried on through faults
	b.fill("login=anna", "password="+herons).at(pathCode)
	b.stay().fill("code=" + oneTime(t, secret, s.clock.now()))
	if b.status != http.StatusSeeOther || b.got.Get("Location") != "/clinic/s/one?tab=notes" {
		t.Fatalf("%d to %s", b.status, b.got.Get("Location"))
	}
	p := b.person(t)
	want := url.Values{"text": {note}, "revision": {"3"}, "kind": {"a", "b"}}
	if got := p.kept(pathStay); got.Encode() != want.Encode() {
		t.Errorf("kept %v", got)
	}
	if p.kept("/clinic/s/two/notes") != nil {
		t.Error("another form gets the text")
	}
	if b.person(t).kept(pathStay) == nil {
		t.Error("a page that is loaded again has lost the text")
	}
	b.post(pathStay, want)
	if b.person(t).kept(pathStay) != nil {
		t.Error("sent again, the text is still kept")
	}
}

// A browser that does not say where a form was is sent to the page above the form's address.
func TestPageOfAForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for posted, want := range map[string]string{
		pathOwnPassword: pathMe, pathEndSession: pathMe, "/clinic/s/one/nosuch": "/clinic/s/one", pathStay: pathQueue, "/clinic/nosuch/x": pathQueue,
	} {
		if got := s.pageOf(httptest.NewRequest(http.MethodPost, posted, nil)); got != want {
			t.Errorf("%s: %s, want %s", posted, got, want)
		}
	}
}

// person gives who is signed in in this browser.
func (b *browser) person(t testing.TB) *person {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, pathMe, nil)
	r.AddCookie(&http.Cookie{Name: staffCookiePlain, Value: b.token()})
	v := &visit{Context: r.Context()}
	p, err := b.site.Server.person(r.WithContext(v))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Passwords and codes that come too late are not put on any page.
func TestStaleSecretsAreNotKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{pathOwnPassword, pathStepsOff, pathRecovery} {
		b := s.browser(t).post(path, url.Values{"old-password": {herons}, "password": {herons}, "password-off": {herons}}).fails(http.StatusUnauthorized)
		if strings.Contains(b.body, herons) || b.value("kept.password") != "" {
			t.Errorf("%s: the password is on the page", path)
		}
	}
}

func TestSafeNext(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/clinic/s/one?tab=notes": "/clinic/s/one?tab=notes", "/clinic/me": "/clinic/me", "/clinic/../result": pathQueue, "": pathQueue,
		"//evil.example/clinic/": pathQueue, "https://evil.example/clinic/me": pathQueue, `/\evil.example/clinic/me`: pathQueue,
		"/clinic//evil.example": "/clinic/evil.example", "javascript:alert(1)": pathQueue, "/clinic/sign-in": pathQueue, "/clinic/sign-out": pathQueue,
		"/clinic/welcome/x": pathQueue, "/clinic/me\r\nSet-Cookie: a=b": pathQueue, "/" + strings.Repeat("a", 600): pathQueue, "/clinicx": pathQueue,
		"/clinic/x%0d%0ay": "/clinic/x%0D%0Ay",
	} {
		if got := safeNext(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
	s := newSite(t)
	s.hire(t, s.clinic(t, "north"), "anna", account.Reviewer)
	b := s.browser(t).get(pathSignIn + "?" + url.Values{"next": {"//evil.example/"}}.Encode()).stay()
	if b.fill("login=anna", "password="+herons); b.got.Get("Location") != pathQueue {
		t.Errorf("sent to %s", b.got.Get("Location"))
	}
}

// Two replicas share sessions, links and counts.
func TestDoorOfReplicas(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		one := newSite(t, func(o *Options) { o.Store = st })
		two := newSite(t, func(o *Options) { o.Store = st })
		one.hire(t, one.clinic(t, "north"), "anna", account.Reviewer)
		b := one.browser(t)
		b.signIn("anna", herons)
		there := two.browser(t).setToken(b.token())
		there.inside()
		for _, login := range []string{"an\x00na", "\xff", strings.Repeat("x", 100_000), "anna\u202e", "a b"} {
			two.browser(t).post(pathSignIn, url.Values{"login": {login}, "password": {"\x00\xff"}}).fails(http.StatusUnprocessableEntity)
		}
		for i := range tryLogin {
			where := []*site{one, two}[i%2]
			where.browser(t).signIn("anna", "wrong password").fails(http.StatusUnprocessableEntity)
		}
		two.browser(t).signIn("anna", herons).fails(http.StatusTooManyRequests)
		there.inside().fillAt(pathSignOut)
		b.outside()
	})
}

// While the database is away, nobody comes in, nothing typed is thrown away without a word, and no password is on a page.
func TestDoorWithoutDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Store.Close()
	b := s.browser(t).post(pathSignIn, url.Values{"login": {"anna"}, "password": {herons}})
	if b.status < 500 || strings.Contains(b.body, herons) {
		t.Errorf("status %d:\n%s", b.status, b.body)
	}
	if strings.Contains(s.log.String(), herons) {
		t.Error("the password is in the log")
	}
}
