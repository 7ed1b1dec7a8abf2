// Package config reads the operator's settings from the environment, says everything that is wrong with them at once, and
// keeps the secret that sessions and return codes hang on.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config holds every setting. It prints without its secrets.
type Config struct {
	Addr             string         // where to listen
	DB               string         // sqlite:PATH or postgres://...
	Secret           string         // empty: kept in a file of the data folder
	BaseURL          *url.URL       // the address patients use; nil: whatever they came by
	TrustedProxies   []netip.Prefix // whose X-Forwarded-* headers count
	Keep             time.Duration  // how long answers stay after the last change
	EmergencyNumbers []string       // shown wherever help may be needed now
	CrisisNumbers    []string       // shown beside signs that somebody may be in despair
	LogFormat        string         // text or json
}

// setting is one entry of the environment.
type setting struct {
	name, value string // value: when nothing is set
	secret      bool   // may also come from the file named by NAME_FILE
	set         func(*Config, string) error
}

var settings = []setting{
	{name: "EKBOM_ADDR", value: "127.0.0.1:8080", set: func(c *Config, v string) error {
		c.Addr = v
		_, port, err := net.SplitHostPort(v)
		if err == nil {
			_, err = net.LookupPort("tcp", port)
		}
		if err != nil {
			return errors.New("want HOST:PORT, such as 127.0.0.1:8080 or :8080")
		}
		return nil
	}},
	{name: "EKBOM_DB", value: "sqlite:data/ekbom.db", secret: true, set: func(c *Config, v string) error {
		c.DB = v
		path, sqlite := strings.CutPrefix(v, "sqlite:")
		u, err := url.Parse(v) // its error may hold the password
		if sqlite && path != "" || !sqlite && err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") {
			return nil
		}
		return errors.New("want sqlite:PATH or postgres://USER@HOST/NAME")
	}},
	{name: "EKBOM_SECRET", secret: true, set: func(c *Config, v string) error {
		c.Secret = v
		if v != "" && len(v) < 32 {
			return errors.New("want at least 32 signs, such as the output of: openssl rand -hex 32")
		}
		return nil
	}},
	{name: "EKBOM_BASE_URL", set: func(c *Config, v string) error {
		if v == "" {
			return nil
		}
		u, err := url.Parse(v)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" ||
			u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return errors.New("want the address patients use, such as https://legs.example.org, without a path")
		}
		c.BaseURL = &url.URL{Scheme: u.Scheme, Host: u.Host}
		return nil
	}},
	{name: "EKBOM_TRUSTED_PROXIES", set: func(c *Config, v string) error {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			prefix, err := netip.ParsePrefix(part)
			if err != nil {
				addr, addrErr := netip.ParseAddr(part)
				if addrErr != nil {
					return fmt.Errorf("%q is no address or network; want a list such as 10.0.0.0/8, 192.0.2.7", part)
				}
				prefix = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())
			}
			c.TrustedProxies = append(c.TrustedProxies, prefix.Masked())
		}
		return nil
	}},
	{name: "EKBOM_KEEP_DAYS", value: "30", set: func(c *Config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 3650 {
			return errors.New("want a whole number of days from 1 to 3650")
		}
		c.Keep = time.Duration(n) * 24 * time.Hour
		return nil
	}},
	{name: "EKBOM_EMERGENCY_NUMBERS", value: "112", set: func(c *Config, v string) error {
		var err error
		c.EmergencyNumbers, err = telephones(v)
		if err == nil && len(c.EmergencyNumbers) == 0 {
			err = errNumbers
		}
		return err
	}},
	{name: "EKBOM_CRISIS_NUMBERS", set: func(c *Config, v string) error {
		var err error
		c.CrisisNumbers, err = telephones(v)
		return err
	}},
	{name: "EKBOM_LOG", value: "text", set: func(c *Config, v string) error {
		c.LogFormat = v
		if v != "text" && v != "json" {
			return errors.New("want text or json")
		}
		return nil
	}},
}

var errNumbers = errors.New("want one to four numbers, such as 112, 103")

// telephones reads up to four telephone numbers.
func telephones(list string) (numbers []string, err error) {
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if len(part) > 20 || strings.Trim(part, "0123456789 +-()") != "" {
			return nil, fmt.Errorf("%q is no telephone number; want a list such as 112, 103", part)
		}
		numbers = append(numbers, part)
	}
	if len(numbers) > 4 {
		return nil, errNumbers
	}
	return numbers, nil
}

// Fault is a setting that cannot be used.
type Fault struct {
	Name string
	Err  error
}

func (f *Fault) Error() string { return f.Name + ": " + f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }

// Load reads the settings from env, a list of NAME=value. Entries of flags, by the name of the setting, win over it. The
// error joins one *Fault for everything that is wrong.
func Load(env []string, flags map[string]string) (*Config, error) {
	given := map[string]string{}
	for _, entry := range env {
		if name, value, ok := strings.Cut(entry, "="); ok && value != "" && strings.HasPrefix(name, "EKBOM_") {
			given[name] = value
		}
	}
	for name, value := range flags {
		if value != "" {
			given[name] = value
			delete(given, name+"_FILE")
		}
	}
	var faults []error
	fault := func(name string, err error) { faults = append(faults, &Fault{name, err}) }
	c := &Config{}
	for _, s := range settings {
		value, ok := given[s.name]
		delete(given, s.name)
		if file, named := given[s.name+"_FILE"]; named && s.secret {
			delete(given, s.name+"_FILE")
			if ok {
				fault(s.name, fmt.Errorf("set twice; take away %s or %s_FILE", s.name, s.name))
				continue
			}
			content, err := os.ReadFile(file)
			if err != nil {
				fault(s.name+"_FILE", err)
				continue
			}
			value, ok = strings.TrimSpace(string(content)), true
		}
		if !ok {
			value = s.value
		}
		if err := s.set(c, value); err != nil {
			fault(s.name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !strings.HasPrefix(name, "EKBOM_TEST_") {
			fault(name, errors.New("there is no such setting; see ekbom serve --help"))
		}
	}
	return c, errors.Join(faults...)
}

// DataDir is the folder of everything that this server keeps in files.
func (c *Config) DataDir() string {
	if path, ok := strings.CutPrefix(c.DB, "sqlite:"); ok {
		return filepath.Dir(path)
	}
	return "data"
}

// RedactedDB is the database's address without its password.
func (c *Config) RedactedDB() string {
	if strings.HasPrefix(c.DB, "sqlite:") {
		return c.DB
	}
	u, err := url.Parse(c.DB)
	if err != nil {
		return "postgres://[not readable]"
	}
	q := u.Query()
	for _, secret := range []string{"password", "sslpassword"} {
		if !q.Has(secret) {
			continue
		}
		q.Set(secret, "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

// String gives all settings, without secrets.
func (c *Config) String() string {
	secret := "kept in " + c.DataDir()
	if c.Secret != "" {
		secret = "given"
	}
	base := "any"
	if c.BaseURL != nil {
		base = c.BaseURL.String()
	}
	return fmt.Sprintf("addr=%s db=%s secret=%s base_url=%s trusted_proxies=%v keep_days=%d emergency_numbers=%s crisis_numbers=%s log=%s",
		c.Addr, c.RedactedDB(), secret, base, c.TrustedProxies, c.Keep/(24*time.Hour),
		strings.Join(c.EmergencyNumbers, ","), strings.Join(c.CrisisNumbers, ","), c.LogFormat)
}

// GoString keeps secrets out of %#v.
func (c *Config) GoString() string { return c.String() }

// LogValue keeps secrets out of logs.
func (c *Config) LogValue() slog.Value { return slog.StringValue(c.String()) }
