package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"ekbom/internal/questionnaire"
	"ekbom/internal/schema"
)

// schemaFolder stands in a questionnaire's folder and is no part of the questionnaire.
const schemaFolder = ".schema"

type schemaCommand struct {
	Write string `placeholder:"DIR" help:"Write the schemas of a questionnaire's folder into .schema in it. Run it again when ids have changed."`
	Part  string `arg:"" optional:"" help:"Print the schema of these files: definition, rules, sources, properties, cases or text."`
	Name  string `arg:"" optional:"" help:"A shipped questionnaire, or a folder: its ids and no others. Without it: for any questionnaire."`
}

// Run prints one schema, or writes those of a folder.
func (c *schemaCommand) Run(s *stage) error {
	parts := schema.Parts()
	switch at := slices.IndexFunc(parts, func(p schema.Part) bool { return p.Name == c.Part }); {
	case c.Write != "" && c.Part != "":
		return wrongUse{errors.New("print one schema or write all, not both")}
	case c.Write != "":
		return s.writeSchemas(c.Write, parts)
	case at < 0:
		var names []string
		for _, p := range parts {
			names = append(names, p.Name)
		}
		return wrongUse{fmt.Errorf("name the files to print the schema of (%s), or give --write", strings.Join(names, ", "))}
	case c.Name == "":
		return s.printSchema(parts[at], nil)
	default:
		f, err := findFolder(c.Name)
		if err != nil {
			return err
		}
		d, err := s.skeleton(f)
		if err != nil {
			return err
		}
		return s.printSchema(parts[at], d)
	}
}

func (s *stage) printSchema(p schema.Part, d *questionnaire.Definition) error {
	out, err := p.For(d)
	if err != nil {
		return err
	}
	_, err = s.stdout.Write(out)
	return err
}

// writeSchemas writes schemas for a folder. While it has no definition they are those for any questionnaire.
func (s *stage) writeSchemas(dir string, parts []schema.Part) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return wrongUse{fmt.Errorf("%q is not a folder", dir)}
	}
	var d *questionnaire.Definition
	if isQuestionnaire(dir) {
		var err error
		if d, err = s.skeleton(folder{name: filepath.Clean(dir), files: os.DirFS(dir)}); err != nil {
			return err
		}
	}
	if err := writeSchemas(dir, parts, d); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "%s: %s. An editor finds them by the first line of a file:\n", filepath.Join(dir, schemaFolder), count(len(parts), "schema"))
	t := tabwriter.NewWriter(s.stdout, 0, 4, 2, ' ', 0)
	for _, p := range parts {
		up := strings.Repeat("../", strings.Count(p.Files, "/"))
		fmt.Fprintf(t, "  %s\t# yaml-language-server: $schema=%s%s/%s.json\n", p.Files, up, schemaFolder, p.Name)
	}
	return t.Flush()
}

// writeSchemas leaves alone what need not change, since editors begin anew with a schema that is written. A folder may come from
// somebody else: through a link in it nothing is written elsewhere.
func writeSchemas(dir string, parts []schema.Part, d *questionnaire.Definition) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.Mkdir(schemaFolder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := isKind(root, schemaFolder, fs.ModeDir); err != nil {
		return err
	}
	for _, p := range parts {
		out, err := p.For(d)
		if err != nil {
			return err
		}
		name := schemaFolder + "/" + p.Name + ".json"
		if err := isKind(root, name, 0); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if before, err := root.ReadFile(name); err == nil && bytes.Equal(before, out) {
			continue
		}
		if err := root.WriteFile(name, out, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// isKind gives an error unless something is there and itself of this kind, no link to it.
func isKind(root *os.Root, name string, kind fs.FileMode) error {
	info, err := root.Lstat(name)
	if err == nil && info.Mode().Type() != kind {
		err = fmt.Errorf("%s is a link or of another kind, and nothing is written through it: remove it", filepath.Join(root.Name(), name))
	}
	return err
}

// renewSchemas writes the schemas of a folder that has some, as far as its files can be read.
func (s *stage) renewSchemas(f folder) {
	if _, err := os.Stat(filepath.Join(f.name, schemaFolder)); f.shipped || err != nil {
		return
	}
	d, faults := questionnaire.Skeleton(f.files)
	if len(faults) > 0 {
		return // told already
	}
	if err := writeSchemas(f.name, schema.Parts(), d); err != nil {
		fmt.Fprintf(s.stderr, "schemas for editors are not renewed: %v\n", err)
	}
}

// skeleton reads what a questionnaire names, faulty or not. Files that cannot be read at all are told of on standard error; then
// the error is errReported.
func (s *stage) skeleton(f folder) (*questionnaire.Definition, error) {
	d, faults := questionnaire.Skeleton(f.files)
	for _, fault := range faults {
		fault.File = filepath.Join(f.name, fault.File)
		fmt.Fprintln(s.stderr, fault.Error())
	}
	if len(faults) > 0 {
		return nil, errReported
	}
	return d, nil
}
