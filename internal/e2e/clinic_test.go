package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// openClinic makes a further clinic and its first admin, who comes in by the link that is shown once.
func (c *clinician) openClinic(s *service, clinic, slug string) *clinician {
	c.Helper()
	other := &clinician{visitor: visit(c.T, s).desk(), login: slug + "@example.org", password: "nine slow walks by the sea"}
	c.open("/clinic/settings/new-clinic")
	c.write("[name=clinic]", clinic)
	c.write("[name=slug]", slug)
	c.write("[name=name]", "Dr Kim Sand")
	c.write("[name=login]", other.login)
	c.press(mainButton)
	other.join(c.text(".copy code"))
	other.enrol()
	return other
}

// join chooses a password by a one-time link.
func (c *clinician) join(link string) {
	c.Helper()
	_, token, _ := strings.Cut(link, "/clinic/welcome/")
	c.open("/clinic/welcome/" + token)
	c.write("[name=password]", c.password)
	c.press(mainButton)
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

// sendOff sends what the visitor's result says to the clinic it is meant for, and gives the return code.
func (v *visitor) sendOff(name, words string) (code string) {
	v.Helper()
	v.open("/send")
	v.write("[name=name]", name)
	v.write("[name=words]", words)
	v.picture("send")
	v.press(mainButton)
	v.wantPath("/send/check")
	v.wantText(name, words)
	v.picture("send-check")
	v.press(mainButton) // without the consent
	v.wantText("There is a problem")
	v.do("consent", chromedp.Click(chromedp.CSS("[name=consent]")))
	v.press(mainButton)
	v.wantPath("/sent")
	v.picture("sent")
	v.open("/keep")
	return v.text(".ticket .code")
}

var submissionPath = regexp.MustCompile(`^/clinic/s/[0-9a-f-]{36}`)

// What patients send is read, noted and closed by their clinic, the emergency first; they see that; another clinic sees
// nothing of it.
func TestClinic(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := found(t, s, "North Street Surgery", "north")
	c.signOut()

	routine := visit(t, s)
	routine.open("/c/north")
	routine.wantText("North Street Surgery")
	routine.picture("destination")
	routine.press(mainButton)
	routine.finish(typical(t))
	code := routine.sendOff("Anna Berg", "It began after my second child.")

	urgent := visit(t, s)
	urgent.open("/c/north")
	urgent.press(mainButton)
	urgent.walk(someone(t, "an emergency told at the first list", func(o *assess.Outcome, given func(q.ID) q.Answer) bool {
		signs := given("emergency-signs")
		return o.Urgency == q.Emergency && signs.State == q.Given && !signs.Has(len(definition.Questions[1].Options)-1)
	}))
	urgent.wantPath("/emergency/check")
	urgent.press("main form button")
	urgent.wantPath("/emergency")
	urgent.sendOff("Bo Lind", "<script>document.title='x'</script>")

	c.signIn()
	c.picture("clinic-queue")
	var rows []string
	for i := range 2 {
		rows = append(rows, c.text("tbody tr:nth-child("+string(rune('1'+i))+")"))
	}
	if !strings.Contains(rows[0], "Bo Lind") || !strings.Contains(rows[0], "Emergency") || !strings.Contains(rows[1], "Anna Berg") {
		t.Errorf("the queue is %q", rows)
	}
	c.press("tbody tr:nth-child(1) a.open")
	c.wantText("Bo Lind", "<script>document.title='x'</script>")
	c.picture("clinic-emergency")
	c.axe("clinic-emergency")

	c.open("/clinic/queue")
	c.press("tbody tr:nth-child(2) a.open")
	at := c.where()
	if !submissionPath.MatchString(at) {
		t.Fatalf("at %s", at)
	}
	c.wantText("Anna Berg", "It began after my second child.")
	c.picture("clinic-submission")
	c.axe("clinic-submission")
	c.write(`form[action$="/note"] textarea`, "Ferritin asked for.")
	c.press(`form[action$="/note"] button`)
	c.wantText("Ferritin asked for.")
	c.do("open the message", chromedp.Click(chromedp.CSS(`details:has(form[action$="/message"]) summary`)))
	c.write(`form[action$="/message"] textarea`, "Please bring your last blood results.")
	c.press(`form[action$="/message"] button`)
	c.wantText("Please bring your last blood results.")
	c.picture("clinic-message-check")
	c.press(mainButton)
	c.press(`form[action$="/move"] button[value=reviewed]`)
	c.wantText("Reviewed")
	c.picture("clinic-reviewed")
	c.open("/clinic/queue")
	c.wantNoText("Anna Berg")
	c.wantText("Bo Lind")

	routine.open("/sent")
	routine.wantText("Please bring your last blood results.", "opened by")
	routine.wantNoText("Robin Berg", "Ferritin")
	routine.picture("sent-read")
	again := visit(t, s)
	again.open("/return")
	again.write("[name=code]", code)
	again.press(mainButton)
	again.wantText("Please bring your last blood results.")

	// A second clinic, by the link that the admin of the first one makes for it.
	other := c.openClinic(s, "South Hill Clinic", "south")
	other.open("/clinic/queue")
	other.wantPath("/clinic/queue")
	other.wantNoText("Anna Berg", "Bo Lind")
	other.open(at)
	other.wantText("There is nothing here")
	other.open("/clinic/queue")
	other.wantNoText("Bo Lind")
}

// No page of the clinic's side breaks a rule that the checker knows, by day or by night, with nothing in it and with much,
// nor does any need to be moved sideways on a small phone.
func TestClinicAccessibility(t *testing.T) {
	t.Parallel()
	if axeSource == "" {
		missing(t, "no accessibility checker: run npm ci in internal/e2e")
	}
	db := "EKBOM_DB=sqlite:" + filepath.Join(t.TempDir(), "ekbom.db")
	command(t, db, "seed", "--count", "120")
	s := start(t, db)
	full := &clinician{visitor: visit(t, s).desk(), password: "seven quiet legs at dawn"}
	full.join(regexp.MustCompile(`http\S+`).FindString(command(t, db, "account", "reset", "--login", "demo.admin")))
	empty := found(t, start(t), "North Street Surgery", "north")

	full.open("/clinic/queue")
	row := submissionPath.FindString(full.href("tbody tr a.open"))
	for _, c := range []struct {
		*clinician
		name  string
		paths []string
	}{
		{empty, "empty", []string{"/clinic/queue", "/clinic/statistics", "/clinic/readers", "/clinic/people", "/clinic/audit", "/clinic/poster"}},
		{full, "full", []string{
			"/clinic/queue", "/clinic/queue?state=reviewed", "/clinic/queue?state=nonsense", "/clinic/statistics", "/clinic/people",
			"/clinic/people/invite", "/clinic/readers", "/clinic/audit", "/clinic/settings", "/clinic/settings/new-clinic", "/clinic/poster",
			"/clinic/me", "/clinic/nowhere", "/clinic/sign-in", "/clinic/welcome/NOSUCHLINK", row, row + "/print", row + "/changes",
		}},
	} {
		for _, path := range c.paths {
			c.open(path)
			name := c.name + strings.NewReplacer("/", "-", "?", "-").Replace(strings.Replace(path, row, "/clinic/submission", 1))
			for _, scheme := range []string{"light", "dark"} {
				c.scheme(scheme)
				c.axe(name + ", " + scheme)
				c.picture(name + "-" + scheme)
			}
			c.do("take a small phone", chromedp.EmulateViewport(320, 640))
			c.picture(name + "-phone")
			if over := get(c.visitor, "measure", chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); over > 0 {
				t.Errorf("%s must be moved sideways by %d pixels at 320", path, over)
			}
			c.axe(name + ", small")
			c.desk()
			if n := get(c.visitor, "count requests", chromedp.Evaluate[int](`performance.getEntriesByType("resource").filter(e => new URL(e.name).origin !== location.origin).length`)); n > 0 {
				t.Errorf("%s: %d requests to other origins", path, n)
			}
		}
	}
}

// href gives the address of a link.
func (v *visitor) href(css string) string {
	v.Helper()
	return get(v, "look at "+css, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).getAttribute("href")`, css)))
}

// command runs the program to its end and gives what it printed.
func command(t *testing.T, env string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), env)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}
