package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

// folder is one questionnaire's files and the name it is called by in messages.
type folder struct {
	name    string
	files   fs.FS
	shipped bool
}

// usual is the shipped questionnaire that is meant where none is named.
const usual = "rls"

// findFolder gives the questionnaire in a folder, or the shipped one of that name.
func findFolder(name string) (folder, error) {
	if name != "" && isQuestionnaire(name) {
		return folder{name: filepath.Clean(name), files: os.DirFS(name)}, nil
	}
	if f, err := shipped(name); err == nil {
		return f, nil
	}
	return folder{}, wrongUse{fmt.Errorf("%q is neither a folder with a definition.yaml nor a shipped questionnaire (%s)",
		name, strings.Join(questionnaires.Names(), ", "))}
}

func shipped(name string) (folder, error) {
	files, err := questionnaires.Open(name)
	return folder{name, files, true}, err
}

func isQuestionnaire(dir string) bool {
	return questionnaire.IsFolder(os.DirFS(dir))
}

// findFolders gives the questionnaire in dir, or those in its subfolders; without dir, the shipped ones.
func findFolders(dir string) (found []folder, err error) {
	if dir == "" {
		names := questionnaires.Names()
		names = append([]string{usual}, slices.DeleteFunc(names, func(name string) bool { return name == usual })...)
		for _, name := range names {
			f, err := shipped(name)
			if err != nil {
				return nil, err
			}
			found = append(found, f)
		}
		return found, nil
	}
	if entries, err := os.ReadDir(dir); err == nil && !isQuestionnaire(dir) {
		for _, e := range entries {
			sub := filepath.Join(dir, e.Name())
			if questionnaire.Ignored(sub) {
				continue
			}
			// A link counts as what it leads to; one that leads nowhere is told as a questionnaire that is missing.
			if info, err := os.Stat(sub); err != nil || info.IsDir() && isQuestionnaire(sub) {
				found = append(found, folder{name: sub, files: os.DirFS(sub)})
			}
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	f, err := findFolder(dir)
	return []folder{f}, err
}

// errNoTime says that a time to look for something is none.
var errNoTime = errors.New("--limit must be more than 0, such as 30s or 5m")

// load reads a questionnaire. Every fault goes to standard error; then the error is errReported.
func (s *stage) load(f folder) (*questionnaire.Definition, error) {
	d, faults := questionnaire.Load(f.files)
	for _, fault := range faults {
		fault.File = filepath.Join(f.name, fault.File)
		fmt.Fprintln(s.stderr, fault.Error())
	}
	if len(faults) > 0 {
		fmt.Fprintf(s.stderr, "%s: %s\n", f.name, count(len(faults), "fault"))
		return nil, errReported
	}
	return d, nil
}

// loadNamed is load for the questionnaire in a folder, or the shipped one of that name.
func (s *stage) loadNamed(name string) (*questionnaire.Definition, error) {
	f, err := findFolder(name)
	if err != nil {
		return nil, err
	}
	return s.load(f)
}

// count names a number of things.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
