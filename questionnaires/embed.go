// Package questionnaires holds the questionnaires that the program ships with, each in a folder of its own. The format is
// described in docs/format.md.
package questionnaires

import (
	"embed"
	"io/fs"
)

//go:embed */*.yaml */*/*.yaml
var files embed.FS

// Names lists the shipped questionnaires.
func Names() (names []string) {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // embedded: there always is a root
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Open gives the folder of a shipped questionnaire; fs.ErrNotExist when there is none of that name.
func Open(name string) (fs.FS, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	if _, err := files.ReadDir(name); err != nil {
		return nil, err
	}
	return fs.Sub(files, name)
}
