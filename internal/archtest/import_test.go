package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// domain is what the program is about.
var domain = []string{"internal/questionnaire", "internal/assess", "internal/returncode", "internal/account", "internal/review",
	"internal/audit"}

// rooms says which packages of this module each package may import. A new package needs a line here and a room in
// docs/architecture.md.
var rooms = map[string][]string{
	"internal/questionnaire": nil,
	"internal/assess":        {"internal/questionnaire"},
	"internal/wording":       {"internal/questionnaire"},
	"internal/schema":        {"internal/questionnaire"},
	"internal/graph":         {"internal/questionnaire", "internal/wording"},
	"internal/returncode":    nil,
	"internal/account":       {"internal/questionnaire"},
	"internal/review":        {"internal/questionnaire", "internal/account"},
	"internal/audit":         {"internal/questionnaire"},
	"internal/export":        domain,
	"internal/statistics":    nil,
	"internal/proof":         {"internal/questionnaire", "internal/assess"},
	"internal/author":        {"internal/questionnaire", "internal/assess"},
	"internal/config":        nil,
	"questionnaires":         nil,
	"migrations":             nil,
	"web/static":             nil,
	"web/locale":             domain,
	"web/mark":               slices.Concat(domain, []string{"web/locale"}),
	"web/plot":               {"web/locale"},
	"web/author":             {"web/static"},
	"web/page":               slices.Concat(domain, []string{"web/locale", "web/mark", "web/plot", "web/static"}),
	"web/clinic":             slices.Concat(domain, []string{"web/locale", "web/mark", "web/page", "web/plot", "web/static"}),
	"internal/store":         slices.Concat(domain, []string{"migrations"}),
	"internal/demo":          slices.Concat(domain, []string{"internal/store"}),
	"internal/server":        slices.Concat(domain, []string{"internal/export", "internal/statistics", "internal/author", "internal/proof", "internal/store", "web/author", "web/clinic", "web/locale", "web/mark", "web/page", "web/plot", "web/static"}),
	"cmd/ekbom": slices.Concat(domain, []string{"internal/author", "internal/config", "internal/demo", "internal/graph", "internal/proof", "internal/schema", "internal/server", "internal/store", "internal/wording", "web/locale",
		"questionnaires"}),
}

// testRooms are for tests and checks only; the program must not contain them.
var testRooms = map[string][]string{
	"internal/questionnaire/questionnairetest": {"internal/questionnaire"},
	"internal/store/storetest":                 {"internal/store"},
	"internal/archtest":                        nil,
	"internal/e2e":                             nil,
	"internal/tally":                           nil,
	"internal/mutants":                         {"internal/questionnaire", "internal/assess", "internal/proof"},
}

// fences says who alone may import a package from elsewhere. With them the domain stays free of web, database and logging.
var fences = map[string][]string{
	"database/sql":                        {"internal/store", "internal/store/storetest"},
	"pgregory.net/rapid":                  {"internal/questionnaire/questionnairetest"},
	"github.com/chromedp/chromedp":        {"internal/e2e"},
	"github.com/jackc/pgx/v5":             {"internal/store", "internal/store/storetest"},
	"modernc.org/sqlite":                  {"internal/store"},
	"github.com/pressly/goose/v3":         {"internal/store"},
	"github.com/a-h/templ":                {"web/author", "web/clinic", "web/mark", "web/page", "web/plot", "internal/server"},
	"github.com/go-chi/chi/v5":            {"internal/server"},
	"github.com/go-chi/httprate":          {"internal/server"},
	"github.com/gorilla/sessions":         {"internal/server"},
	"github.com/klauspost/compress":       {"internal/server"},
	"github.com/prometheus/client_golang": {"internal/server"},
	"github.com/alecthomas/kong":          {"cmd/ekbom"},
	"github.com/crillab/gophersat":        {"internal/proof"},
	"github.com/alexedwards/argon2id":     {"internal/account"},
	"github.com/ccojocar/zxcvbn-go":       {"internal/account"},
	"github.com/go-webauthn/webauthn":     {"internal/server"},
	"github.com/pquerna/otp":              {"internal/account"},
	"go.yaml.in/yaml/v4":                  {"internal/questionnaire", "internal/mutants", "web/locale"},
	"net/http":                            {"internal/server", "web/static", "cmd/ekbom"},
	// internal/config and internal/returncode use it to keep themselves out of logs.
	"log/slog": {"internal/server", "internal/store", "internal/config", "internal/returncode", "cmd/ekbom"},
	"log":      nil,
}

// goPackage is a package as `go list` describes it.
type goPackage struct {
	ImportPath string
	Dir        string
	Standard   bool
	Imports    []string
	Module     *struct {
		Path, Version, Dir string
		Main               bool
	}
}

func goList(t *testing.T, args ...string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,Standard,Imports,Module"}, args...)...)
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var packages []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range goList(t, "./...") {
		room := strings.TrimPrefix(p.ImportPath, "ekbom/")
		may, ok := rooms[room]
		if !ok {
			may, ok = testRooms[room]
		}
		if !ok {
			t.Errorf("%s has no room: give it one here and in docs/architecture.md", room)
		}
		for _, imported := range p.Imports {
			if own, ok := strings.CutPrefix(imported, "ekbom/"); ok && !slices.Contains(may, own) {
				t.Errorf("%s must not import %s", room, own)
			}
			for library, allowed := range fences {
				if (imported == library || strings.HasPrefix(imported, library+"/") && strings.Contains(library, ".")) && !slices.Contains(allowed, room) {
					t.Errorf("%s must not import %s", room, imported)
				}
			}
		}
	}
}

func TestProgramHoldsNoTestCode(t *testing.T) {
	t.Parallel()
	foreign := []string{"testing", "github.com/chromedp", "github.com/google/go-cmp", "github.com/santhosh-tekuri/jsonschema", "pgregory.net/rapid", "ekbom/bench"}
	for room := range testRooms {
		foreign = append(foreign, "ekbom/"+room)
	}
	for _, p := range goList(t, "-deps", "./cmd/ekbom") {
		for _, f := range foreign {
			if p.ImportPath == f || strings.HasPrefix(p.ImportPath, f+"/") {
				t.Errorf("the program links %s", p.ImportPath)
			}
		}
	}
}
