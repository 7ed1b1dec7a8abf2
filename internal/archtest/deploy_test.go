package archtest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// compose is the part of the compose format that docker-compose.yml uses.
type compose struct {
	Name     string
	Services map[string]service
	Configs  map[string]struct{ Content string }
	Secrets  map[string]struct{ File string }
	Volumes  map[string]any
	Networks map[string]struct {
		Internal bool
		Ipam     struct{ Config []struct{ Subnet string } }
	}
}

type service struct {
	Image, User, Restart string
	Build                string
	Command              []string
	Environment          map[string]string
	Secrets, Networks    []string
	Volumes, Ports       []string
	Configs              []map[string]string
	DependsOn            any `yaml:"depends_on"`
	Healthcheck          struct {
		Test              []string
		Interval, Timeout string
		Retries           int
		StartPeriod       string `yaml:"start_period"`
	}
	Deploy          struct{ Replicas int }
	ReadOnly        bool     `yaml:"read_only"`
	CapDrop         []string `yaml:"cap_drop"`
	CapAdd          []string `yaml:"cap_add"`
	SecurityOpt     []string `yaml:"security_opt"`
	StopGracePeriod string   `yaml:"stop_grace_period"`
	ShmSize         string   `yaml:"shm_size"`
}

func loadCompose(t *testing.T) (string, compose) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	if err := yaml.Load(text, &c, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	return string(text), c
}

func TestCompose(t *testing.T) {
	t.Parallel()
	text, c := loadCompose(t)
	for _, name := range []string{"app", "db", "migrate", "proxy"} {
		if _, ok := c.Services[name]; !ok {
			t.Fatalf("no service %s", name)
		}
	}
	for name, s := range c.Services {
		if s.Build == "" && !pinned(s.Image) {
			t.Errorf("%s: image %q has no version", name, s.Image)
		}
		for _, secret := range s.Secrets {
			if c.Secrets[secret].File == "" {
				t.Errorf("%s: secret %s comes from no file", name, secret)
			}
		}
		for _, network := range s.Networks {
			if _, ok := c.Networks[network]; !ok {
				t.Errorf("%s: no network %s", name, network)
			}
		}
		if name != "proxy" && len(s.Ports) > 0 {
			t.Errorf("%s is reachable from outside: %v", name, s.Ports)
		}
		for key, value := range s.Environment {
			if strings.Contains(key, "PASSWORD") || strings.Contains(key, "SECRET") || key == "EKBOM_DB" || key == "EKBOM_DB_FILE" {
				file, ok := strings.CutPrefix(value, "/run/secrets/")
				if !strings.HasSuffix(key, "_FILE") || !ok || !slices.Contains(s.Secrets, file) {
					t.Errorf("%s: %s=%s, want a secret kept in a file", name, key, value)
				}
			}
		}
	}
	for _, name := range []string{"app", "migrate"} {
		s := c.Services[name]
		if uid, _, _ := strings.Cut(s.User, ":"); uid == "" || uid == "0" || uid == "root" {
			t.Errorf("%s runs as %q", name, s.User)
		}
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s may do more than it needs", name)
		}
	}
	for _, name := range []string{"db", "proxy"} {
		if h := c.Services[name].Healthcheck; len(h.Test) < 2 || h.Interval == "" || h.Timeout == "" || h.Retries == 0 {
			t.Errorf("%s has no full health check", name)
		}
	}
	if n := c.Services["app"].Deploy.Replicas; n < 2 {
		t.Errorf("%d servers, want two at least", n)
	}
	if !c.Networks["inside"].Internal || !slices.Equal(c.Services["db"].Networks, []string{"inside"}) {
		t.Error("the database can be reached from outside")
	}
	front := c.Networks["front"].Ipam.Config
	if len(front) != 1 || front[0].Subnet != c.Services["app"].Environment["EKBOM_TRUSTED_PROXIES"] {
		t.Error("the servers trust another network than the proxy's")
	}
	// Without the buffer a form that meets a stopped server is lost; without the block anybody may read the metrics.
	for _, line := range []string{"request_buffers", "@machines path /healthz /readyz /metrics", "respond @machines 404"} {
		if !strings.Contains(c.Configs["caddyfile"].Content, line) {
			t.Errorf("the proxy's settings lack %q", line)
		}
	}
	if strings.Contains(text, "postgres://") {
		t.Error("a database address stands in the file")
	}
}

// TestComposeSettings: each setting that the file gives exists in the program. The program refuses unknown ones.
func TestComposeSettings(t *testing.T) {
	t.Parallel()
	known, err := os.ReadFile(filepath.Join(root, "internal/config/config.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, c := loadCompose(t)
	for _, service := range []string{"app", "migrate"} {
		for key := range c.Services[service].Environment {
			if name := strings.TrimSuffix(key, "_FILE"); !bytes.Contains(known, []byte(`"`+name+`"`)) {
				t.Errorf("%s: the program has no setting %s", service, name)
			}
		}
	}
}

// pinned tells whether an image names a version of three numbers, or of two where there are only two.
func pinned(image string) bool {
	return regexp.MustCompile(`^[\w./-]+:\d+\.\d+(\.\d+)?(-[\w.]+)?$`).MatchString(image)
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var user, entry string
	stages := map[string]bool{"scratch": true}
	for _, line := range strings.Split(strings.ReplaceAll(string(text), "\\\n", " "), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "FROM":
			image, stage, _ := strings.Cut(rest, " AS ")
			if !stages[image] && !pinned(image) {
				t.Errorf("image %q has no version", image)
			}
			stages[stage] = true
			user, entry = "", ""
		case "USER":
			user = rest
		case "ENTRYPOINT":
			entry = rest
		}
	}
	if uid, _, _ := strings.Cut(user, ":"); uid == "" || uid == "0" || uid == "root" {
		t.Errorf("the last stage runs as %q", user)
	}
	if entry != `["/ekbom"]` {
		t.Errorf("entry point %q: there is no shell in the image", entry)
	}
	if !strings.Contains(string(text), "CGO_ENABLED=0 go build") {
		t.Error("the binary is not static")
	}
	var mod struct{ Go string }
	goMod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod.Go = regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(goMod))[1]
	if !strings.Contains(string(text), "FROM golang:"+mod.Go+".") {
		t.Errorf("the image is not built with Go %s", mod.Go)
	}
}
