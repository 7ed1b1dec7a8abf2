package main

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ekbom/internal/audit"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

const testSecret = "EKBOM_SECRET=a secret of these tests, long enough"

var firstLink = regexp.MustCompile(`first account .*: (http://\S+/clinic/welcome/\S+)`)

// serving runs a server until the test ends, and gives its address and what it has printed.
func serving(t *testing.T, db string, env []string) (at string, stdout *output, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var stderr output
	stdout = &output{}
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--db", db, "--questionnaires", legs}, nil, stdout, &stderr, env)
	}()
	at = stdout.address(t, stderr.String)
	stopped := false
	stop = func() {
		if cancel(); !stopped {
			stopped = true
			if code := <-done; code != exitDone {
				t.Errorf("exit code %d: %s", code, stderr.String())
			}
			if strings.Contains(stderr.String(), "welcome/") {
				t.Error("a link is in the log")
			}
		}
	}
	t.Cleanup(stop)
	return at, stdout, stop
}

// submit posts a form as a browser does and gives where it ends and the page.
func submit(t *testing.T, address string, form url.Values) (path, body string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	res, err := client.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	if err := res.Write(&b); err != nil {
		t.Fatal(err)
	}
	return res.Request.URL.Path, b.String()
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		env := []string{testSecret}
		_, first, stop := serving(t, dsn, env)
		m := firstLink.FindStringSubmatch(first.String())
		if m == nil {
			t.Fatalf("no link: %s", first.String())
		}
		old := strings.SplitAfter(m[1], "/clinic/")[1]
		if code, _, stderr := command(t.Context(), env, "account", "--db", dsn, "add", "--clinic", "river", "--login", "x", "--name", "X"); code != exitFaulty || !strings.Contains(stderr, "open the link that ekbom serve prints") {
			t.Errorf("exit code %d: %s", code, stderr)
		}
		stop()

		at, second, stop := serving(t, dsn, env) // a new link replaces the old
		m = firstLink.FindStringSubmatch(second.String())
		if m == nil || !strings.HasPrefix(m[1], at) || strings.HasSuffix(m[1], old) {
			t.Fatalf("no new link: %s", second.String())
		}
		form := url.Values{"clinic": {"River"}, "slug": {"river"}, "name": {"Anna"}, "login": {"anna"}, "password": {"green herons over water"}}
		if _, body := submit(t, at+"/clinic/"+old, form); !strings.Contains(body, "410 Gone") {
			t.Errorf("the old link: %s", body)
		}
		if path, body := submit(t, m[1], form); strings.Contains(body, "welcome/") || !strings.HasPrefix(path, "/clinic/") {
			t.Errorf("at %s: %s", path, body)
		}
		stop()
		at, third, _ := serving(t, dsn, env)
		if strings.Contains(third.String(), "first account") {
			t.Errorf("a first link beside an account: %s", third.String())
		}

		do := func(code int, says string, args ...string) string {
			t.Helper()
			got, stdout, stderr := command(t.Context(), env, append([]string{"account", "--db", dsn}, args...)...)
			if got != code || !strings.Contains(stdout+stderr, says) {
				t.Errorf("%q: exit code %d, want %d and %q:\n%s%s", args, got, code, says, stdout, stderr)
			}
			return stdout
		}
		do(exitWrongUse, `there is no clinic "hill"; there are: river`, "add", "--clinic", "hill", "--login", "b", "--name", "B")
		do(exitWrongUse, "must be one of", "add", "--clinic", "river", "--login", "b", "--name", "B", "--role", "king")
		do(exitWrongUse, "--name", "add", "--clinic", "river", "--login", "b")
		do(exitWrongUse, "--login", "add", "--clinic", "river", "--login", "b c", "--name", "B")
		do(exitFaulty, `somebody signs in as "anna" already`, "add", "--clinic", "river", "--login", "Anna", "--name", "B")
		do(exitWrongUse, `nobody signs in as "boris"`, "disable", "--login", "boris")
		do(exitWrongUse, `nobody signs in as "boris"`, "reset", "--login", "Boris")

		use := func(printed string) string {
			t.Helper()
			lines := strings.Split(strings.TrimSpace(printed), "\n")
			_, path, ok := strings.Cut(lines[len(lines)-1], "/clinic/welcome/")
			if !ok || len(lines) != 1 {
				t.Fatalf("no link alone: %q", printed)
			}
			_, body := submit(t, at+"/clinic/welcome/"+path, url.Values{"password": {"nine blue lanterns by night"}})
			return body
		}
		invitation := do(exitDone, "For Boris (boris@example.org) of river", "add", "--clinic", "river", "--login", "Boris@example.org", "--name", " Boris ", "--role", "lead")
		if list := do(exitDone, "LOGIN", "list"); !regexp.MustCompile(`river +boris@example.org +Boris +lead +invited +off +never`).MatchString(list) {
			t.Errorf("list:\n%s", list)
		}
		if body := use(invitation); strings.Contains(body, "410 Gone") {
			t.Error(body)
		}
		if body := use(invitation); !strings.Contains(body, "410 Gone") {
			t.Error("the link works twice")
		}
		if list := do(exitDone, "LOGIN", "list", "--clinic", "river"); !regexp.MustCompile(`boris@example.org +Boris +lead +active`).MatchString(list) || strings.Count(list, "\n") != 3 {
			t.Errorf("list:\n%s", list)
		}
		do(exitDone, "signed out everywhere", "disable", "--login", "boris@example.org")
		if _, body := submit(t, at+"/clinic/sign-in", url.Values{"login": {"boris@example.org"}, "password": {"nine blue lanterns by night"}}); !strings.Contains(body, "not right") {
			t.Errorf("shut out, and in: %s", body)
		}
		if body := use(do(exitDone, "For Boris", "reset", "--login", "boris@example.org")); strings.Contains(body, "410 Gone") {
			t.Error(body)
		}

		// All of it stands in the audit trail, which the server and the commands have chained with the same secret.
		st, err := store.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		chain, err := audit.NewChain(strings.TrimPrefix(testSecret, "EKBOM_SECRET="))
		if err != nil {
			t.Fatal(err)
		}
		clinics, err := st.Clinics(t.Context())
		if err != nil || len(clinics) != 1 {
			t.Fatal(clinics, err)
		}
		if chained, err := st.Sealed(chain).VerifyAudit(t.Context(), clinics[0].ID); err != nil || chained.Fault != nil || chained.Events < 10 {
			t.Errorf("audit: %+v, %v", chained, err)
		}
	})
}

func TestAccountWithoutServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dsn := storetest.SQLite(t)
	for _, tt := range []struct {
		name string
		args []string
		env  []string
		want int
		says string
	}{
		{"help", []string{"account", "--help"}, nil, exitDone, "No password is ever given on the command line"},
		{"help of add", []string{"account", "add", "--help"}, nil, exitDone, "reviewer, lead or admin"},
		{"nothing to do", []string{"account"}, nil, exitWrongUse, "expected one of"},
		{"no database", []string{"account", "--db", "sqlite:" + filepath.Join(dir, "none.db"), "list"}, nil, exitFaulty, "there is no database"},
		{"no secret", []string{"account", "--db", dsn, "list"}, nil, exitFaulty, "set EKBOM_SECRET"},
		{"nobody yet", []string{"account", "--db", dsn, "list"}, []string{testSecret}, exitDone, "LOGIN"},
		{"schema", []string{"account", "--db", storetest.EmptyPostgres(t), "list"}, []string{testSecret}, exitFaulty, "ekbom migrate up"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := command(t.Context(), tt.env, tt.args...)
			if code != tt.want || !strings.Contains(strings.Join(strings.Fields(stdout+stderr), " "), tt.says) {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", code, tt.want, tt.says, stdout, stderr)
			}
		})
	}
}
