// Package e2e_test plays whole journeys in a real browser against the real program.
package e2e_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	q "ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

var (
	definition *q.Definition
	program    string          // the built binary
	browser    context.Context // nil: there is no browser
	noBrowser  string          // why
	axeSource  string          // the accessibility checker; empty: not installed
	pictures   string          // folder for screenshots of failures, and of everything with EKBOM_TEST_PICTURES
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		files, err := questionnaires.Open("rls")
		if err != nil {
			return fail(err)
		}
		d, faults := q.Load(files)
		if d == nil {
			return fail(fmt.Errorf("%d faults in the questionnaire, the first: %w", len(faults), faults[0]))
		}
		definition = d
		dir, err := os.MkdirTemp("", "ekbom-e2e-")
		if err != nil {
			return fail(err)
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "ekbom")
		build := exec.Command("go", "build", "-buildvcs=false", "-o", program, "ekbom/cmd/ekbom")
		if out, err := build.CombinedOutput(); err != nil {
			return fail(fmt.Errorf("build: %w\n%s", err, out))
		}
		pictures = os.Getenv("EKBOM_TEST_PICTURES")
		if data, err := os.ReadFile("node_modules/axe-core/axe.min.js"); err == nil {
			axeSource = string(data)
		}
		chromium := findBrowser()
		if chromium == "" {
			noBrowser = "no browser: install chromium (Debian: apt-get install chromium)"
			return m.Run()
		}
		options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
			chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(filepath.Join(dir, "profile")),
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
			chromedp.Flag("lang", "en-GB"))
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		defer stop()
		ctx, closeBrowser := chromedp.NewContext(allocator)
		defer closeBrowser()
		if err := chromedp.Do(ctx); err != nil {
			return fail(fmt.Errorf("start %s: %w", chromium, err))
		}
		browser = ctx
		return m.Run()
	}())
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func findBrowser() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

// missing skips a test that lacks a tool; with CI set it fails, so that nothing is left out without a word.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// service is one running program with a database of its own.
type service struct {
	base  string
	first chan string // the link of the first account, once the program has said it
	stop  func()
}

func start(t *testing.T, env ...string) *service {
	t.Helper()
	return startWith(t, append([]string{"EKBOM_DB=sqlite:" + filepath.Join(t.TempDir(), "ekbom.db")}, env...))
}

func startWith(t *testing.T, env []string, args ...string) *service {
	t.Helper()
	cmd := exec.Command(program, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	var mu sync.Mutex
	cmd.Stderr = writer(func(p []byte) { mu.Lock(); log.Write(p); mu.Unlock() })
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			mu.Lock()
			defer mu.Unlock()
			t.Logf("the program said:\n%s", log.String())
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, base, ok := strings.Cut(lines.Text(), "Open "); ok {
			s := &service{base: strings.TrimSuffix(strings.TrimSpace(base), "/"), first: make(chan string, 1), stop: stop}
			go func() {
				for lines.Scan() {
					if _, path, ok := strings.Cut(lines.Text(), s.base+"/clinic/welcome/"); ok {
						s.first <- "/clinic/welcome/" + path
					}
				}
			}()
			return s
		}
	}
	t.Fatal("the program did not say where to open it")
	return nil
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

// visitor is one person with a browser of their own: no cookies, no history.
type visitor struct {
	*testing.T
	ctx  context.Context
	base string
}

func visit(t *testing.T, s *service) *visitor {
	t.Helper()
	if browser == nil {
		missing(t, noBrowser)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	v := &visitor{T: t, ctx: ctx, base: s.base}
	// The tab lives as long as the context of its first action, so that one has no deadline.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844)); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			v.picture("failed-" + strings.ReplaceAll(t.Name(), "/", "-"))
		}
	})
	return v
}

const patience = 20 * time.Second

// do runs steps; a failure names what was tried and where.
func (v *visitor) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.Fatalf("%s at %s: %v", what, v.where(), err)
	}
}

func get[T any](v *visitor, what string, action chromedp.Action[T]) T {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, action)
	if err != nil {
		v.Fatalf("%s at %s: %v", what, v.where(), err)
	}
	return got
}

func (v *visitor) where() string {
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "?"
	}
	return strings.TrimPrefix(at, v.base)
}

func (v *visitor) open(path string) {
	v.Helper()
	v.do("open "+path, chromedp.Navigate(v.base+path))
}

// press clicks something that leads to another page, and waits for it.
func (v *visitor) press(css string) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible)))
	if err != nil {
		v.Fatalf("press %s at %s: %v", css, v.where(), err)
	}
}

func (v *visitor) text(css string) string {
	v.Helper()
	return strings.Join(strings.Fields(get(v, "read "+css, chromedp.Text(chromedp.CSS(css)))), " ")
}

func (v *visitor) wantPath(want string) {
	v.Helper()
	// Where a page was redirected, the browser may tell of it a moment after the page is there.
	got := v.where()
	for end := time.Now().Add(2 * time.Second); got != want && time.Now().Before(end); got = v.where() {
		time.Sleep(20 * time.Millisecond)
	}
	if got != want {
		v.Fatalf("at %s, want %s: %s", got, want, v.text("main"))
	}
}

func (v *visitor) wantText(parts ...string) {
	v.Helper()
	all := v.text("main")
	for _, p := range parts {
		if !strings.Contains(strings.ToLower(all), strings.ToLower(p)) {
			v.Errorf("%s does not say %q:\n%s", v.where(), p, all)
		}
	}
}

func (v *visitor) wantNoText(parts ...string) {
	v.Helper()
	all := v.text("main")
	for _, p := range parts {
		if strings.Contains(strings.ToLower(all), strings.ToLower(p)) {
			v.Errorf("%s says %q:\n%s", v.where(), p, all)
		}
	}
}

// scriptOff switches page scripts off for this visitor.
func (v *visitor) scriptOff() {
	v.do("switch scripts off", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
}

// picture saves the whole page as it looks.
func (v *visitor) picture(name string) {
	if pictures == "" {
		return
	}
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	data, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = errors.Join(os.MkdirAll(pictures, 0o750), os.WriteFile(filepath.Join(pictures, strings.ReplaceAll(name, "/", "-")+".png"), data, 0o600))
	}
	if err != nil {
		v.Logf("no picture of %s: %v", name, err)
	}
}

// print gives the page as printed, as text by pages.
func (v *visitor) print(name string, paper chromedp.PaperSize) []string {
	v.Helper()
	v.do("lay it out for paper, not for a phone", chromedp.EmulateReset())
	pdf := get(v, "print", chromedp.PrintToPDF(chromedp.PDFPaper(paper), chromedp.PDFPreferCSSPageSize(), chromedp.PDFOutlineAndTagged()))
	if pictures != "" {
		if err := os.WriteFile(filepath.Join(pictures, name+".pdf"), pdf, 0o600); err != nil {
			v.Log(err)
		}
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		missing(v.T, "no pdftotext: install poppler-utils")
	}
	file := filepath.Join(v.TempDir(), "sheet.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		v.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-raw", file, "-").Output()
	if err != nil {
		v.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}
