package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

// folder is one questionnaire's files and the name it is called by in messages.
type folder struct {
	name  string
	files fs.FS
}

// findFolder gives the questionnaire in a folder, or the shipped one of that name.
func findFolder(name string) (folder, error) {
	if isQuestionnaire(name) {
		return folder{filepath.Clean(name), os.DirFS(name)}, nil
	}
	if files, err := questionnaires.Open(name); err == nil {
		return folder{name, files}, nil
	}
	return folder{}, wrongUse{fmt.Errorf("%q is neither a folder with a definition.yaml nor a shipped questionnaire (%s)",
		name, strings.Join(questionnaires.Names(), ", "))}
}

func isQuestionnaire(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "definition.yaml"))
	return err == nil
}

// findFolders gives the questionnaire in dir, or those in its subfolders; without dir, the shipped ones.
func findFolders(dir string) (found []folder, err error) {
	if dir == "" {
		for _, name := range questionnaires.Names() {
			f, err := findFolder(name)
			if err != nil {
				return nil, err
			}
			found = append(found, f)
		}
		return found, nil
	}
	if entries, err := os.ReadDir(dir); err == nil && !isQuestionnaire(dir) {
		for _, e := range entries {
			if sub := filepath.Join(dir, e.Name()); e.IsDir() && isQuestionnaire(sub) {
				found = append(found, folder{sub, os.DirFS(sub)})
			}
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	f, err := findFolder(dir)
	return []folder{f}, err
}

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
