package questionnaire_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	q "ekbom/internal/questionnaire"
)

// folder writes a faultless questionnaire into a folder and lets a test change it.
func folder(t *testing.T, change func(dir string) error) fs.FS {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, propertyFiles("properties: []\n")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "cases"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := change(dir); err != nil {
		t.Fatal(err)
	}
	return os.DirFS(dir)
}

func TestFolder(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("it has neither links nor pipes for everybody")
	}
	write := func(names ...string) func(string) error {
		return func(dir string) error {
			for _, name := range names {
				name = filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
					return err
				}
				if err := os.WriteFile(name, []byte("[\n"), 0o600); err != nil {
					return err
				}
			}
			return nil
		}
	}
	remove := func(name string, then func(name string) error) func(string) error {
		return func(dir string) error {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return err
			}
			return then(filepath.Join(dir, name))
		}
	}
	link := func(to string) func(string) error { return func(name string) error { return os.Symlink(to, name) } }
	dir0 := func(name string) error { return os.Mkdir(name, 0o700) }
	pipe := func(name string) error { return exec.CommandContext(t.Context(), "mkfifo", name).Run() }
	file := func(name string) error { return os.WriteFile(name, nil, 0o600) }
	rename := func(from, to string) func(string) error {
		return func(dir string) error { return os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)) }
	}
	for _, tt := range []struct {
		name   string
		change func(dir string) error
		want   string // one of the faults; none: faultless
	}{
		{"properties.yaml leads nowhere", remove("properties.yaml", link("nowhere")), "properties.yaml: this is a link that leads nowhere"},
		{"properties.yaml is a folder", remove("properties.yaml", dir0), "properties.yaml: this is a folder in place of a file"},
		{"rules.yaml is a folder", remove("rules.yaml", dir0), "rules.yaml: this is a folder in place of a file"},
		{"rules.yaml is a pipe", remove("rules.yaml", pipe), "rules.yaml: this is not a regular file"},
		{"rules.yaml is a device", remove("rules.yaml", link("/dev/zero")), "rules.yaml: this is not a regular file"},
		{"a case is a pipe", remove("cases/a.yaml", pipe), "cases/a.yaml: this is not a regular file"},
		{"no rules.yaml", remove("rules.yaml", func(string) error { return nil }), "rules.yaml: cannot be read [file-missing]; add the file"},
		{"cases is a file", remove("cases", file), "cases: this is a file in place of a folder"},
		{"cases leads nowhere", remove("cases", link("nowhere")), "cases: this is a link that leads nowhere"},
		{"text is a file", remove("text", file), "text: this is a file in place of a folder"},
		{"a link to a file", func(dir string) error {
			if err := os.Rename(filepath.Join(dir, "rules.yaml"), filepath.Join(dir, ".rules")); err != nil {
				return err
			}
			return os.Symlink(".rules", filepath.Join(dir, "rules.yaml"))
		}, ""},
		{"what others leave there", write(".git/x.yaml", ".vscode/y.yaml", ".schema/rules.json", ".rules.yaml.swp", "cases/.#a.yaml", "cases/#a.yaml#", "text/en.yaml~", "README.md", "cases/README.md"), ""},
		{"a lock that leads nowhere", func(dir string) error { return os.Symlink("me@here", filepath.Join(dir, "cases/.#a.yaml")) }, ""},
		{"notes", write("notes.txt"), "notes.txt: this file is not part of a questionnaire [unknown-file]; take it out of the folder"},
		{"capital letters", rename("rules.yaml", "Rules.yaml"), "Rules.yaml: this file is not part of a questionnaire (did you mean \"rules.yaml\"?) [unknown-file]; call it rules.yaml"},
		{"another ending", rename("definition.yaml", "definition.yml"), "unknown-file]; call it definition.yaml"},
		{"a case with another ending", write("cases/a.YML"), "cases/a.YML: this file is not part of a questionnaire [unknown-file]; call it cases/a.yaml"},
		{"many files", func(dir string) error {
			for i := range 501 {
				if err := file(filepath.Join(dir, "cases", strings.Repeat("a", i%200+1)+strings.Repeat("b", i/200)+".yaml")); err != nil {
					return err
				}
			}
			return nil
		}, "cases: 501 files in one folder; at most 500 are allowed"},
		{"large together", func(dir string) error {
			for _, c := range []string{"a", "b", "c", "d", "e"} {
				if err := os.WriteFile(filepath.Join(dir, "cases", c+".yaml"), []byte(strings.Repeat("#", 2<<20)), 0o600); err != nil {
					return err
				}
			}
			return nil
		}, "folder-too-large"},
		{"a name that forges a line", write("x\nall is well\x1b[2K"), `"x\nall is well\x1b[2K": this file is not part of a questionnaire`},
		{"a name that reads backwards", write("cases/\u202elmay.yaml"), `"cases/\u202elmay.yaml":2:1: `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := folder(t, tt.change)
			type result struct {
				d      *q.Definition
				faults []q.Fault
			}
			loaded := make(chan result, 1)
			go func() {
				d, faults := q.Load(files)
				loaded <- result{d, faults}
			}()
			select {
			case r := <-loaded:
				tellsOnly(t, r.faults, tt.want)
			case <-time.After(time.Minute):
				t.Fatal("it does not end")
			}
		})
	}
}

// tellsOnly wants a fault with these words; none where there are no words.
func tellsOnly(t *testing.T, faults []q.Fault, want string) {
	t.Helper()
	var all []string
	for _, f := range faults {
		all = append(all, f.Error())
	}
	told := strings.Join(all, "\n")
	if (want == "") != (told == "") || !strings.Contains(told, want) {
		t.Errorf("told:\n%s\nwant:\n%s", told, want)
	}
}

// locked is a folder of which one part may not be read.
type locked struct {
	fstest.MapFS
	name string
}

func (l locked) Open(name string) (fs.File, error) {
	if name == l.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.Open(name)
}

func (l locked) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == l.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.ReadDir(name)
}

// Nothing that may not be read passes for something that is not there.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	for _, name := range []string{".", "definition.yaml", "rules.yaml", "properties.yaml", "cases", "cases/all.yaml", "text", "text/en.yaml"} {
		files := propertyFiles("properties: []\n")
		files["cases/all.yaml"] = &fstest.MapFile{Data: []byte("[]")}
		if _, faults := q.Load(files); len(faults) > 0 {
			t.Fatal(faults)
		}
		_, faults := q.Load(locked{files, name})
		if len(faults) != 1 || faults[0].File != name || faults[0].Code != "file-unreadable" || faults[0].What != "may not be read" {
			t.Errorf("%s: %v", name, faults)
		}
	}
	if !q.IsFolder(locked{propertyFiles(""), "."}) {
		t.Error("a folder that may not be looked into may be a questionnaire's")
	}
}

func TestIsFolder(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"definition.yaml": true, "Rules.YML": true, "sources.yml": true, "properties.yaml": true,
		"README.md": false, "en.yaml": false, "cases/a.yaml": false, ".rules.yaml": false} {
		if got := q.IsFolder(fstest.MapFS{name: &fstest.MapFile{}}); got != want {
			t.Errorf("with %s: %t", name, got)
		}
	}
	if q.IsFolder(os.DirFS("nowhere")) {
		t.Error("what is not there is a questionnaire's")
	}
}
