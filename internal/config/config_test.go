package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "db")
	if err := os.WriteFile(file, []byte("postgres://u:hush@db/ekbom\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	plain := Config{Addr: "127.0.0.1:8080", DB: "sqlite:data/ekbom.db", Keep: 30 * 24 * time.Hour,
		EmergencyNumbers: []string{"112"}, LogFormat: "text"}
	with := func(change func(*Config)) *Config { c := plain; change(&c); return &c }
	for _, tt := range []struct {
		name  string
		env   []string
		flags map[string]string
		want  *Config
	}{
		{name: "nothing set", want: &plain},
		{name: "empty counts as not set", env: []string{"EKBOM_DB=", "EKBOM_KEEP_DAYS="}, want: &plain},
		{name: "others' variables", env: []string{"HOME=/root", "EKBOM_TEST_POSTGRES=x", "odd"}, want: &plain},
		{name: "all", env: []string{
			"EKBOM_ADDR=:80", "EKBOM_DB=sqlite:/var/lib/e.db", "EKBOM_SECRET=" + strings.Repeat("s", 32),
			"EKBOM_BASE_URL=https://legs.example.org/", "EKBOM_TRUSTED_PROXIES=10.0.0.0/8, 192.0.2.7,2001:db8::/32",
			"EKBOM_KEEP_DAYS=7", "EKBOM_EMERGENCY_NUMBERS=112, 103", "EKBOM_CRISIS_NUMBERS=116 123", "EKBOM_LOG=json",
		}, want: &Config{
			Addr: ":80", DB: "sqlite:/var/lib/e.db", Secret: strings.Repeat("s", 32),
			BaseURL: &url.URL{Scheme: "https", Host: "legs.example.org"},
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"),
				netip.MustParsePrefix("2001:db8::/32")},
			Keep: 7 * 24 * time.Hour, EmergencyNumbers: []string{"112", "103"}, CrisisNumbers: []string{"116 123"}, LogFormat: "json",
		}},
		{name: "secret from a file", env: []string{"EKBOM_DB_FILE=" + file},
			want: with(func(c *Config) { c.DB = "postgres://u:hush@db/ekbom" })},
		{name: "flag wins", env: []string{"EKBOM_ADDR=:1", "EKBOM_DB_FILE=/nowhere"},
			flags: map[string]string{"EKBOM_ADDR": ":2", "EKBOM_DB": "sqlite:x"},
			want:  with(func(c *Config) { c.Addr = ":2"; c.DB = "sqlite:x" })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Load(tt.env, tt.flags)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoadFaults(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{
		"EKBOM_ADDR=8080", "EKBOM_ADDR=localhost:nonsense", "EKBOM_DB=mysql://x", "EKBOM_DB=sqlite:", "EKBOM_DB=postgres://u:hush@[bad/e", "EKBOM_SECRET=short",
		"EKBOM_DB_FILE=/no/such/file", "EKBOM_BASE_URL=legs.example.org", "EKBOM_BASE_URL=https://x/path",
		"EKBOM_BASE_URL=https://u:p@x", "EKBOM_TRUSTED_PROXIES=10.0.0.0/99", "EKBOM_TRUSTED_PROXIES=proxy",
		"EKBOM_KEEP_DAYS=0", "EKBOM_KEEP_DAYS=ten", "EKBOM_EMERGENCY_NUMBERS=,", "EKBOM_EMERGENCY_NUMBERS=call us",
		"EKBOM_LOG=xml", "EKBOM_KEEPDAYS=3", "EKBOM_ADDR_FILE=/x",
	} {
		t.Run(entry, func(t *testing.T) {
			t.Parallel()
			name, _, _ := strings.Cut(entry, "=")
			if _, err := Load([]string{entry}, nil); err == nil || !strings.HasPrefix(err.Error(), name+": ") || strings.Contains(err.Error(), "hush") {
				t.Errorf("error %v, want one about %s", err, name)
			}
		})
	}
	_, err := Load([]string{"EKBOM_ADDR=x", "EKBOM_KEEP_DAYS=x", "EKBOM_NONSENSE=x"}, nil)
	if got := strings.Count(fmt.Sprint(err), "\n") + 1; got != 3 {
		t.Errorf("%d faults reported, want all 3: %v", got, err)
	}
	_, err = Load([]string{"EKBOM_SECRET=" + strings.Repeat("s", 40), "EKBOM_SECRET_FILE=/x"}, nil)
	if err == nil || !strings.Contains(err.Error(), "set twice") {
		t.Errorf("secret set twice: %v", err)
	}
}

func TestPrintsNoSecret(t *testing.T) {
	t.Parallel()
	for _, db := range []string{"postgres://u:hush@db/e", "postgres://db/e?user=u&password=hush"} {
		c, err := Load([]string{"EKBOM_DB=" + db, "EKBOM_SECRET=" + strings.Repeat("hush", 10)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if s := fmt.Sprintf(verb, c); strings.Contains(s, "hush") {
				t.Errorf("%s prints a secret: %s", verb, s)
			}
		}
		if s := c.LogValue().String(); strings.Contains(s, "hush") {
			t.Errorf("log value holds a secret: %s", s)
		}
	}
}

func TestSecretIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	c := &Config{DB: "sqlite:" + filepath.Join(dir, "ekbom.db")}
	var wg sync.WaitGroup
	got := make([]string, 16)
	for i := range got {
		wg.Go(func() {
			secret, err := c.OpenSecret()
			if err != nil {
				t.Error(err)
			}
			got[i] = secret
		})
	}
	wg.Wait()
	for _, s := range got {
		if s != got[0] || len(s) < 52 {
			t.Fatalf("secrets differ or are short: %q and %q", s, got[0])
		}
	}
	path := filepath.Join(dir, "secret")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("files left over: %v", left)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := c.OpenSecret(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("secret readable by others: %v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 5); err != nil {
		t.Fatal(err)
	}
	if _, err := c.OpenSecret(); err == nil || !strings.Contains(err.Error(), "too short") {
		t.Errorf("cut secret: %v", err)
	}
	given := &Config{Secret: strings.Repeat("x", 32)}
	if s, err := given.OpenSecret(); err != nil || s != given.Secret {
		t.Errorf("given secret: %q, %v", s, err)
	}
}
