package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ekbom/internal/store/storetest"
)

// says waits until a command has printed something.
func (o *output) says(t *testing.T, word string) {
	t.Helper()
	for range 3000 {
		if strings.Contains(o.String(), word) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%q is never said:\n%s", word, o.String())
}

func TestServeDevRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		env  []string
		want int
		says string
	}{
		{"all addresses", []string{"--addr", ":0"}, nil, exitWrongUse, "listens on this machine alone"},
		{"all addresses of IPv6", []string{"--addr", "[::]:0"}, nil, exitWrongUse, "listens on this machine alone"},
		{"an address of the network", []string{"--addr", "192.0.2.1:8080"}, nil, exitWrongUse, "listens on this machine alone"},
		{"from the environment", nil, []string{"EKBOM_ADDR=0.0.0.0:8080"}, exitWrongUse, "--addr 127.0.0.1:8080, not 0.0.0.0:8080"},
		{"a database", []string{"--addr", "127.0.0.1:0", "--db", "sqlite:" + filepath.Join(t.TempDir(), "x.db")}, nil, exitWrongUse, "a database of its own"},
		{"PostgreSQL", []string{"--addr", "127.0.0.1:0", "--db", "postgres://x@127.0.0.1/x"}, nil, exitWrongUse, "a database of its own"},
		{"no questionnaire", []string{"--addr", "127.0.0.1:0", "--questionnaires", "/nowhere"}, nil, exitWrongUse, "/nowhere"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
			defer stop()
			code, _, stderr := command(ctx, tt.env, append([]string{"serve", "--dev"}, tt.args...)...)
			if code != tt.want || !strings.Contains(stderr, tt.says) {
				t.Errorf("exit code %d: %s", code, stderr)
			}
		})
	}
}

// The loop of an author: begun on a faulty folder, mended, a case that differs, its link opened. The database of the real server
// is not touched.
func TestServeDev(t *testing.T) {
	t.Parallel()
	real := storetest.SQLite(t)
	before, err := os.ReadFile(strings.TrimPrefix(real, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(legs)); err != nil {
		t.Fatal(err)
	}
	edit(t, dir+"/rules.yaml", "{nights: many}", "{nights: most}")
	if err := os.Mkdir(dir+"/.schema", 0o700); err != nil { // as ekbom schema --write leaves it
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stdout, stderr output
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--dev", "--addr", "localhost:0", "--questionnaires", dir}, nil, &stdout, &stderr,
			[]string{"EKBOM_DB=" + real, "EKBOM_BASE_URL=https://legs.example.org", "EKBOM_SECRET_FILE=/nowhere/secret"})
	}()
	at := stdout.address(t, stderr.String)
	host, _, err := net.SplitHostPort(strings.TrimPrefix(at, "http://"))
	if err != nil || !net.ParseIP(host).IsLoopback() {
		t.Errorf("at %s", at)
	}
	stderr.says(t, "1 fault; nothing is served yet")
	stderr.says(t, "rules.yaml:6:")
	res, err := http.Get(at + "/q/age")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), "rules.yaml:6") {
		t.Errorf("while there is a fault: %d, %s", res.StatusCode, body)
	}
	edit(t, dir+"/rules.yaml", "{nights: most}", "{nights: many}")
	stderr.says(t, "no fault, serving 1.0.0")
	stdout.says(t, "gone when this stops")
	if body := get(t, http.DefaultClient, at+"/"); !strings.Contains(body, `id="author"`) {
		t.Error("no panel")
	}

	if schema, err := os.ReadFile(dir + "/.schema/rules.json"); err != nil || !strings.Contains(string(schema), "nights") {
		t.Errorf("the schemas for editors are not renewed: %v", err)
	}

	if err := os.Mkdir(dir+"/cases", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/cases/first.yaml", []byte(`- case: calm-man-44
  story: Nothing the matter.
  answers: {who: me, signs: no-signs, age: 44, urge: never, own-words: blank}
  expect: {urgency: emergency}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	stderr.says(t, "case-differs")
	link := regexp.MustCompile(`open (http://\S+)`).FindAllStringSubmatch(stderr.String(), -1)
	if link == nil {
		t.Fatalf("no link: %s", stderr.String())
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	found := ""
	for _, l := range link {
		if strings.Contains(l[1], "who=me&signs=no-signs&age=44&urge=never&own-words=") {
			found = l[1]
		}
	}
	if body := get(t, &http.Client{Jar: jar}, found); !strings.Contains(body, "case-differs") || !strings.Contains(body, "Concluded") {
		t.Errorf("%s: %s", found, body)
	}

	stop()
	if code := <-done; code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	if after, err := os.ReadFile(strings.TrimPrefix(real, "sqlite:")); err != nil || string(after) != string(before) {
		t.Error("the real database was written: ", err)
	}
}
