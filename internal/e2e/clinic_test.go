package e2e_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// clinician is somebody of a clinic, with a browser at a desk.
type clinician struct {
	*visitor
	login, password, secret string
}

func (v *visitor) write(css, text string) {
	v.Helper()
	v.do("write into "+css, chromedp.SetValue(chromedp.CSS(css), text))
}

const mainButton = "main form .go button[type=submit]"

func (v *visitor) desk() *visitor {
	v.Helper()
	v.do("sit down at a desk", chromedp.EmulateViewport(1280, 900))
	return v
}

// found uses the link of the first account: it opens a clinic that wants one-time codes and makes its admin.
func found(t *testing.T, s *service, clinic, slug string) *clinician {
	t.Helper()
	c := &clinician{visitor: visit(t, s).desk(), login: slug + "@example.org", password: "seven quiet legs at dawn"}
	select {
	case link := <-s.first:
		c.open(link)
	case <-time.After(patience):
		t.Fatal("the program named no link for the first account")
	}
	c.picture("clinic-welcome")
	c.write("[name=clinic]", clinic)
	c.write("[name=slug]", slug)
	c.write("[name=name]", "Dr Robin Berg")
	c.write("[name=login]", c.login)
	c.write("[name=password]", c.password)
	c.press(mainButton)
	c.enrol()
	return c
}

// enrol sets up the second step, as the clinic wants it.
func (c *clinician) enrol() {
	c.Helper()
	c.picture("clinic-enrol")
	c.do("show what to type", chromedp.Click(chromedp.CSS("details summary")))
	c.secret = strings.ReplaceAll(c.text(".secret"), " ", "")
	c.write("[name=code]", c.code(time.Now()))
	c.press(mainButton)
	c.picture("clinic-recovery")
	c.wantText("recovery codes")
	c.press(mainButton)
}

func (c *clinician) code(at time.Time) string {
	c.Helper()
	code, err := totp.GenerateCode(c.secret, at)
	if err != nil {
		c.Fatal(err)
	}
	return code
}

func (c *clinician) signOut() {
	c.Helper()
	c.press("header form button")
}

// signIn comes in with password and one-time code. A code works once, so the one of the next half minute is taken.
func (c *clinician) signIn() {
	c.Helper()
	c.open("/clinic/queue")
	if !strings.HasPrefix(c.where(), "/clinic/sign-in") {
		c.Fatalf("a stranger is let in to %s", c.where())
	}
	c.write("[name=login]", c.login)
	c.write("[name=password]", c.password)
	c.press(mainButton)
	c.write("[name=code]", c.code(time.Now().Add(30*time.Second)))
	c.press(mainButton)
	c.wantPath("/clinic/queue")
}

func emergency(t *testing.T) q.Answers {
	return someone(t, "an adult with one emergency", func(o *assess.Outcome, given func(q.ID) q.Answer) bool {
		return o.Urgency == q.Emergency && len(o.RedFlags) > 0 && o.RedFlags[0].ID != "suicidal-thoughts" && given("filled-in-by").Has(0)
	})
}

var submissionPath = regexp.MustCompile(`^/clinic/s/[0-9a-f-]{36}$`)

func TestFound(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := found(t, s, "North Street Surgery", "north")
	c.picture("clinic-first")
	c.signOut()
	c.signIn()
	c.picture("clinic-queue-empty")
	_ = chromedp.Location
	_ = submissionPath
	_ = emergency
}
