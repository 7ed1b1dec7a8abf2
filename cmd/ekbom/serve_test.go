package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ekbom/internal/store/storetest"
)

const legs = "../../internal/server/testdata/legs"

// TestMain lets this test's program be the program under test, so that it can be killed.
func TestMain(m *testing.M) {
	if os.Getenv("EKBOM_TEST_MAIN") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// output gathers what a command prints while it runs.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

var opened = regexp.MustCompile(`Open (http://\S+)`)

// address waits until a server has said where it is.
func (o *output) address(t *testing.T, failed func() string) string {
	t.Helper()
	for range 3000 {
		if m := opened.FindStringSubmatch(o.String()); m != nil {
			return m[1]
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the server does not start: ", failed())
	return ""
}

// command runs the program inside this process.
func command(ctx context.Context, env []string, args ...string) (code int, stdout, stderr string) {
	var out, err output
	code = run(ctx, args, strings.NewReader(""), &out, &err, env)
	return code, out.String(), err.String()
}

func TestWrongUse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		env  []string
		want int
		says string
	}{
		{"nothing", nil, nil, exitWrongUse, "expected one of"},
		{"unknown command", []string{"sreve"}, nil, exitWrongUse, `did you mean "serve"`},
		{"unknown flag", []string{"serve", "--prot"}, nil, exitWrongUse, "unknown flag"},
		{"help", []string{"--help"}, nil, exitDone, ""},
		{"help of serve", []string{"serve", "--help"}, nil, exitDone, ""},
		{"help of migrate", []string{"migrate", "--help"}, nil, exitDone, ""},
		{"help of migrate up", []string{"migrate", "up", "--help"}, nil, exitDone, ""},
		{"migrate what", []string{"migrate"}, nil, exitWrongUse, "expected one of"},
		{"settings", []string{"serve", "--addr", "nowhere"}, []string{"EKBOM_KEEP_DAYS=x", "EKBOM_KEPT=1"}, exitWrongUse,
			"EKBOM_ADDR: want HOST:PORT, such as 127.0.0.1:8080 or :8080\nEKBOM_KEEP_DAYS: want a whole number of days from 1 to 3650\nEKBOM_KEPT: there is no such setting"},
		{"no questionnaire", []string{"serve", "--questionnaires", "/nowhere"}, nil, exitWrongUse, "/nowhere"},
		{"database", []string{"migrate", "--db", "mysql://x", "up"}, nil, exitWrongUse, "EKBOM_DB: want sqlite:PATH"},
		{"no database", []string{"migrate", "--db", "postgres://u:hush@127.0.0.1:1/x", "status"}, nil, exitFaulty, "database"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := command(t.Context(), tt.env, tt.args...)
			if code != tt.want || !strings.Contains(stderr, tt.says) {
				t.Errorf("exit code %d, want %d; stderr: %s", code, tt.want, stderr)
			}
			if tt.want == exitDone && !strings.Contains(stdout, "Usage: ekbom") {
				t.Errorf("stdout: %s", stdout)
			}
			if strings.Contains(stderr, "hush") {
				t.Error("a password is printed")
			}
		})
	}
	_, stdout, _ := command(t.Context(), nil, "serve", "--help")
	for _, setting := range []string{"EKBOM_ADDR", "EKBOM_DB", "EKBOM_SECRET", "EKBOM_BASE_URL", "EKBOM_TRUSTED_PROXIES",
		"EKBOM_KEEP_DAYS", "EKBOM_EMERGENCY_NUMBERS", "EKBOM_LOG"} {
		if !strings.Contains(stdout, setting) {
			t.Errorf("serve --help does not tell %s", setting)
		}
	}
}

// Another shipped questionnaire is served by its name, and nothing on its pages is about legs.
func TestServeAnother(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stdout, stderr output
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--db", "sqlite:" + filepath.Join(t.TempDir(), "ekbom.db"), "--questionnaires", "heartburn"},
			nil, &stdout, &stderr, nil)
	}()
	at := stdout.address(t, stderr.String)
	if start := get(t, http.DefaultClient, at+"/"); !strings.Contains(start, "Heartburn self-check") {
		t.Errorf("the start page: %s", start)
	}
	for _, page := range []string{"/", "/privacy", "/about", "/sources", "/accessibility", "/return"} {
		if about := regexp.MustCompile(`(?i)\b(restless|legs?)\b`).FindString(get(t, http.DefaultClient, at+page)); about != "" {
			t.Errorf("%s speaks of %q", page, about)
		}
	}
	stop()
	if code := <-done; code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	db := "sqlite:" + filepath.Join(t.TempDir(), "data", "ekbom.db")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stdout, stderr output
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--db", db}, nil, &stdout, &stderr, []string{"EKBOM_LOG=json"})
	}()
	at := stdout.address(t, stderr.String)
	if body := get(t, http.DefaultClient, at+"/"); !strings.Contains(body, `action="/start"`) || !strings.Contains(body, "Restless legs") {
		t.Errorf("the start page: %s", body)
	}

	// A broken questionnaire is refused with every fault, and the running server goes on.
	broken := t.TempDir()
	if err := os.CopyFS(broken, os.DirFS(legs)); err != nil {
		t.Fatal(err)
	}
	edit(t, broken+"/definition.yaml", "type: number", "type: nummer")
	edit(t, broken+"/rules.yaml", "{nights: many}", "{nights: most}")
	code, _, faults := command(t.Context(), nil, "serve", "--addr", "127.0.0.1:0", "--db", db, "--questionnaires", broken)
	if code != exitFaulty || !strings.Contains(faults, "definition.yaml:23:15") || !strings.Contains(faults, "rules.yaml:6:") {
		t.Errorf("exit code %d, faults:\n%s", code, faults)
	}
	// So is an address that is taken.
	code, _, taken := command(t.Context(), nil, "serve", "--addr", strings.TrimPrefix(at, "http://"), "--db", db)
	if code != exitFaulty || !strings.Contains(taken, "address already in use") {
		t.Errorf("exit code %d: %s", code, taken)
	}
	get(t, http.DefaultClient, at+"/readyz")

	stop()
	if code := <-done; code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	if !strings.HasPrefix(stderr.String(), `{"time":`) || !strings.Contains(stderr.String(), `"msg":"stopping"`) {
		t.Errorf("log: %s", stderr.String())
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	dsn := storetest.EmptyPostgres(t)
	code, _, stderr := command(t.Context(), []string{"EKBOM_SECRET=" + strings.Repeat("s", 32)}, "serve", "--addr", "127.0.0.1:0", "--db", dsn)
	if code != exitFaulty || !strings.Contains(stderr, "ekbom migrate up") {
		t.Errorf("serve on an empty database: %d, %s", code, stderr)
	}
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"migrate", "status"}, exitFaulty, "not taken"},
		{[]string{"migrate", "up"}, exitDone, "taken: 00001"},
		{[]string{"migrate", "up"}, exitDone, "nothing to do"},
		{[]string{"migrate", "status"}, exitDone, "taken 2"},
	} {
		code, stdout, stderr := command(t.Context(), []string{"EKBOM_DB=" + dsn}, tt.args...)
		if code != tt.code || !strings.Contains(stdout, tt.says) {
			t.Errorf("%v: %d, %s%s", tt.args, code, stdout, stderr)
		}
	}
}

func edit(t *testing.T, name, from, to string) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(content, []byte(from), []byte(to), 1)
	if bytes.Equal(changed, content) {
		t.Fatalf("%s does not hold %q", name, from)
	}
	if err := os.WriteFile(name, changed, 0o600); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, client *http.Client, address string) string {
	t.Helper()
	res, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v\n%s", address, res.StatusCode, err, body)
	}
	return string(body)
}

// Killed at any moment, a server has lost nothing that it acknowledged.
func TestKill(t *testing.T) {
	t.Parallel()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		rounds := 6
		if testing.Short() {
			rounds = 2
		}
		var visitors []*visitor
		var acknowledged atomic.Int64
		for round := range rounds {
			p := startProcess(t, dsn)
			for _, v := range visitors {
				v.verify(t, p.at)
			}
			ctx, stop := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			var fresh []*visitor
			for range 4 {
				v := newVisitor(t)
				v.acknowledged = &acknowledged
				fresh = append(fresh, v)
				wg.Go(func() { v.answer(ctx, p.at) })
			}
			// On a slow machine it takes a while until there is something to lose.
			for began := time.Now(); acknowledged.Load() < int64(20*(round+1)); time.Sleep(time.Millisecond) {
				if time.Since(began) > time.Minute {
					t.Fatal("the server saves nothing: ", p.stderr.String())
				}
			}
			time.Sleep(rand.N(300 * time.Millisecond))
			p.kill(t)
			stop()
			wg.Wait()
			for _, v := range fresh {
				if v.began {
					visitors = append(visitors, v)
				}
			}
		}
		p := startProcess(t, dsn)
		for _, v := range visitors {
			v.verify(t, p.at)
		}
		p.kill(t)
		t.Logf("%d answers acknowledged, %d kills, none lost", acknowledged.Load(), rounds+1)
	})
}

type process struct {
	cmd            *exec.Cmd
	at             string
	stdout, stderr output
}

func startProcess(t *testing.T, dsn string) *process {
	t.Helper()
	p := &process{}
	p.cmd = exec.Command(os.Args[0], "serve", "--addr", "127.0.0.1:0", "--db", dsn, "--questionnaires", legs)
	p.cmd.Env = append(os.Environ(), "EKBOM_TEST_MAIN=1", "EKBOM_SECRET="+strings.Repeat("s", 32))
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	p.at = p.stdout.address(t, p.stderr.String)
	return p
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
	if strings.Contains(p.stderr.String(), "ERROR") {
		t.Errorf("log: %s", p.stderr.String())
	}
}

// visitor answers one number again and again, each time one higher.
type visitor struct {
	client       *http.Client
	jar          *cookiejar.Jar
	cookies      []*http.Cookie
	began        bool
	saved        int           // the last number that was acknowledged, 0: none
	sent         int           // the last number that was sent
	acknowledged *atomic.Int64 // by all visitors
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{jar: jar, client: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

var revision = regexp.MustCompile(`name="revision" value="([^"]+)"`)

func (v *visitor) answer(ctx context.Context, at string) {
	if v.post(ctx, at+"/start", nil) != nil {
		return
	}
	u, _ := url.Parse(at)
	v.cookies = v.jar.Cookies(u)
	v.began = len(v.cookies) > 0
	for _, first := range []struct{ question, answer string }{{"who", "me"}, {"signs", "no-signs"}} {
		if v.save(ctx, at, first.question, first.answer) != nil {
			return
		}
	}
	for n := 10; ctx.Err() == nil; n = 10 + (n-9)%90 {
		v.sent = n
		if v.save(ctx, at, "age", strconv.Itoa(n)) != nil {
			return
		}
		v.saved = n
	}
}

// save answers one question; nil means that the server has acknowledged it.
func (v *visitor) save(ctx context.Context, at, question, answer string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"/q/"+question, nil)
	if err != nil {
		return err
	}
	res, err := v.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	m := revision.FindSubmatch(body)
	if m == nil {
		return fmt.Errorf("status %d without a form", res.StatusCode)
	}
	if err := v.post(ctx, at+"/q/"+question, url.Values{"answer": {answer}, "revision": {string(m[1])}}); err != nil {
		return err
	}
	v.acknowledged.Add(1)
	return nil
}

func (v *visitor) post(ctx context.Context, address string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := v.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

var age = regexp.MustCompile(`id="age-1"[^>]* value="(\d*)"`)

// verify looks at what the server has after its end: the last number acknowledged, or the one that was on its way.
func (v *visitor) verify(t *testing.T, at string) {
	t.Helper()
	if v.saved == 0 {
		return
	}
	u, _ := url.Parse(at)
	v.jar.SetCookies(u, v.cookies)
	m := age.FindStringSubmatch(get(t, v.client, at+"/q/age"))
	if m == nil {
		t.Fatal("no age on the page")
	}
	if n, _ := strconv.Atoi(m[1]); n != v.saved && n != v.sent {
		t.Errorf("acknowledged %d, sent %d, found %q", v.saved, v.sent, m[1])
	}
}
