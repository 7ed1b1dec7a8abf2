package e2e_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ekbom/questionnaires"
)

// desk is the folder of an author.
type desk struct {
	*testing.T
	dir string
}

func newDesk(t *testing.T) desk {
	t.Helper()
	files, err := questionnaires.Open("rls")
	if err != nil {
		t.Fatal(err)
	}
	d := desk{t, filepath.Join(t.TempDir(), "legs")}
	if err := os.CopyFS(d.dir, files); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d desk) save(file, from, to string) {
	d.Helper()
	name := filepath.Join(d.dir, file)
	content, err := os.ReadFile(name)
	if err != nil {
		d.Fatal(err)
	}
	if !strings.Contains(string(content), from) {
		d.Fatalf("%s does not hold %q", file, from)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(content), from, to, 1)), 0o600); err != nil {
		d.Fatal(err)
	}
}

// until waits for an expression of the page to become true.
func (v *visitor) until(expression string) {
	v.Helper()
	v.do("wait for "+expression, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for {
			// While one page gives way to the next, there may be nothing to ask.
			is, err := chromedp.Evaluate[bool](expression)(ctx, t)
			if err == nil && is {
				return chromedp.Void{}, nil
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, errors.Join(ctx.Err(), err)
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
}

// resize sets the size of the screen.
func (v *visitor) resize(width, height int64) {
	v.do("resize", chromedp.EmulateViewport(width, height))
}

// look checks a page by day and by night.
func (v *visitor) look(name string) {
	v.Helper()
	for _, scheme := range []string{"light", "dark"} {
		v.scheme(scheme)
		v.axe(name + ", " + scheme)
		v.picture("author-" + name + "-" + scheme)
	}
	if get(v, "measure", chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`)) {
		v.Errorf("%s is wider than the screen", name)
	}
}

const (
	faulty  = `document.querySelector("#author .state")?.textContent === "1 fault"`
	settled = `!!document.querySelector("#author .state")?.textContent.startsWith("sound, proven")`
)

// The panel of an author, on a small screen and a large one, renewed by its script without losing what is being typed.
func TestAuthor(t *testing.T) {
	t.Parallel()
	if axeSource == "" {
		missing(t, "no accessibility checker: run npm ci in internal/e2e")
	}
	d := newDesk(t)
	s := startWith(t, nil, "--dev", "--questionnaires", d.dir)
	v := visit(t, s)
	v.resize(320, 640)
	v.open("/dev/at/age")
	v.until(`location.pathname === "/q/age"`)
	v.until(settled)
	v.look("question-320")
	v.press(`.author a[href="/dev/"]`)
	v.wantPath("/dev/")
	v.look("page-320")

	// A fault is saved while an answer is being typed.
	v.open("/q/age")
	v.do("type", chromedp.SendKeys(chromedp.CSS("input.number"), "4"))
	d.save("rules.yaml", "{emergency-signs: [numb-seat,", "{emergency-signs: [numb-seet,")
	v.until(faulty)
	v.until(`!document.querySelector("[data-changed]").hidden`)
	if typed := get(v, "read", chromedp.Evaluate[string](`document.querySelector("input.number").value`)); typed != "4" {
		t.Errorf("typed 4, and there is %q", typed)
	}
	v.look("fault-320")
	v.resize(1280, 800)
	v.look("fault-1280")
	if !get(v, "measure", chromedp.Evaluate[bool](`document.querySelector("main").getBoundingClientRect().right <= document.querySelector("#author").getBoundingClientRect().left`)) {
		t.Error("the panel does not stand beside the page")
	}
	d.save("rules.yaml", "{emergency-signs: [numb-seet,", "{emergency-signs: [numb-seat,")
	v.until(settled)

	// The result with its whole trace; none of it on paper.
	v.open("/dev/")
	get(v, "unfold the cases", chromedp.Evaluate[bool](`document.querySelector("#cases details").open = true`))
	v.press(`#cases a[href^="/dev/open?"]`)
	v.wantPath("/result")
	v.look("result-1280")
	v.resize(320, 640)
	v.look("result-320")
	if paper := strings.Join(v.print("author-result", chromedp.PaperA4), " "); strings.Contains(paper, "author") || strings.Contains(paper, "Author") {
		t.Error("the panel is printed")
	}

	// The author's own page is renewed as well, and what was opened stays open.
	v.open("/dev/")
	get(v, "unfold the cases", chromedp.Evaluate[bool](`document.querySelector("#cases details").open = true`))
	get(v, "mark the page", chromedp.Evaluate[bool](`document.querySelector("h1").parentElement.before("seen"), true`))
	get(v, "go to the cases", chromedp.Evaluate[bool](`document.querySelector("#cases summary").focus(), true`))
	d.save("rules.yaml", "{emergency-signs: [numb-seat,", "{emergency-signs: [numb-seet,")
	v.until(`document.querySelector("main .state")?.textContent === "1 fault"`)
	v.look("page-fault-320")
	for _, stays := range []string{
		`document.querySelector("#cases details").open`, `document.body.textContent.includes("seen")`,
		`document.activeElement === document.querySelector("#cases summary")`,
	} {
		if !get(v, "look", chromedp.Evaluate[bool](stays)) {
			t.Errorf("not so any more: %s", stays)
		}
	}
	d.save("rules.yaml", "{emergency-signs: [numb-seet,", "{emergency-signs: [numb-seat,")
	v.until(`!!document.querySelector("main .state")?.textContent.startsWith("sound, proven")`)

	// Whoever comes by keyboard gets to the panel at once, and keeps their place in it.
	v.open("/dev/at/age")
	v.until(settled)
	v.resize(1280, 800)
	v.do("tab", chromedp.KeyEvent("\t"))
	if !get(v, "look", chromedp.Evaluate[bool](`document.activeElement.matches(".author-top a") && document.activeElement.getBoundingClientRect().top >= 0`)) {
		t.Error("the first stop is not the way to the panel")
	}
	v.do("enter", chromedp.KeyEvent("\r"))
	v.until(`document.activeElement.id === "author"`)
	get(v, "go to what reads it", chromedp.Evaluate[bool](`document.querySelector("#author-readers summary").focus(), true`))
	d.save("rules.yaml", "{emergency-signs: [numb-seat,", "{emergency-signs: [numb-seet,")
	v.until(faulty)
	if !get(v, "look", chromedp.Evaluate[bool](`document.activeElement === document.querySelector("#author-readers summary")`)) {
		t.Error("the place in the panel is lost")
	}

	// What a changed word looks like is one press away.
	d.save("rules.yaml", "{emergency-signs: [numb-seet,", "{emergency-signs: [numb-seat,")
	v.until(settled)
	d.save("text/en.yaml", "    text: How old are you?", "    text: What is your age now?")
	v.until(`!!document.querySelector("[data-changed]:not([hidden]) button")`)
	get(v, "go to the button", chromedp.Evaluate[bool](`document.querySelector("[data-changed] button").focus(), true`))
	v.until(settled)
	if !get(v, "look", chromedp.Evaluate[bool](`document.activeElement.matches("[data-changed] button")`)) {
		t.Error("the place in what tells of the change is lost")
	}
	v.look("words-1280")
	v.press(`[data-changed] button`)
	v.until(`document.querySelector("h1").textContent.includes("What is your age now?")`)

	// Without scripts the panel is renewed by its link.
	w := visit(t, s)
	w.scriptOff()
	w.open("/dev/at/age")
	d.save("rules.yaml", "{emergency-signs: [numb-seat,", "{emergency-signs: [numb-seet,")
	v.open("/q/age")
	v.until(faulty)
	w.press(`.author .links a[href="/q/age"]`)
	w.wantPath("/q/age")
	if said := w.text("#author .state"); said != "1 fault" {
		t.Errorf("after the reload: %s", said)
	}
}

// A folder with faults from the start: they are shown, and once they are mended the questionnaire itself.
func TestAuthorBeginsWithFaults(t *testing.T) {
	t.Parallel()
	if axeSource == "" {
		missing(t, "no accessibility checker: run npm ci in internal/e2e")
	}
	d := newDesk(t)
	d.save("rules.yaml", "{emergency-signs: [numb-seat,", "{emergency-signs: [numb-seet,")
	v := visit(t, startWith(t, nil, "--dev", "--questionnaires", d.dir))
	v.resize(320, 640)
	v.open("/q/age")
	v.until(`document.querySelector("main .state")?.textContent === "1 fault"`)
	v.look("waiting-320")
	d.save("rules.yaml", "{emergency-signs: [numb-seet,", "{emergency-signs: [numb-saet,")
	v.until(`document.querySelector(".findings")?.textContent.includes("numb-saet")`)
	d.save("rules.yaml", "{emergency-signs: [numb-saet,", "{emergency-signs: [numb-seat,")
	v.until(`!!document.querySelector("#author")`)
}
