// Package locale holds the words of the pages that do not belong to a questionnaire, and writes numbers, dates and lists the
// way the language does. The words that patients read are one YAML file for each language; those that only staff read are in
// the folder clinic, in parts.
package locale

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Files are the built-in languages.
//
//go:embed *.yaml clinic/*.yaml
var Files embed.FS

// Catalogue holds every language. It is never changed after Load.
type Catalogue struct {
	printers map[string]*Printer
	tags     []string // English first, then by tag
}

// file is one language as written.
type file struct {
	Language  string           `yaml:"language"`
	Name      string           `yaml:"name"`      // in the language itself
	Direction string           `yaml:"direction"` // ltr or rtl
	Months    months           `yaml:"months"`
	Messages  map[string]entry `yaml:"messages"`
}

// months are the names of January to December.
type months struct {
	OfYear []string `yaml:"of_year"` // beside a year: "August 2018"
	OfDay  []string `yaml:"of_day"`  // beside a day, where the language changes the word
}

// entry is a text, or one text for each plural form. Texts name what is put into them: "{count} questions".
type entry map[plural.Form]text

const single = plural.Form(255) // the form of a message without plurals

var forms = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// text is a text cut at its placeholders: words[0] names[0] words[1] ...
type text struct {
	words []string
	names []string
}

func (m *entry) UnmarshalYAML(node *yaml.Node) error {
	*m = entry{}
	if node.Kind == yaml.ScalarNode {
		t, err := cut(node)
		(*m)[single] = t
		return err
	}
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a message is a text or a mapping of plural forms", node.Line)
	}
	for i := 0; i < len(node.Content); i += 2 {
		form, ok := forms[node.Content[i].Value]
		if !ok {
			return fmt.Errorf("line %d: %q is no plural form", node.Content[i].Line, node.Content[i].Value)
		}
		t, err := cut(node.Content[i+1])
		if err != nil {
			return err
		}
		(*m)[form] = t
	}
	return nil
}

func cut(node *yaml.Node) (text, error) {
	var t text
	if node.Kind != yaml.ScalarNode || node.Value == "" {
		return t, fmt.Errorf("line %d: a text is expected", node.Line)
	}
	rest := node.Value
	for {
		before, after, found := strings.Cut(rest, "{")
		t.words = append(t.words, before)
		if !found {
			return t, nil
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed || name == "" || strings.ContainsAny(name, "{ ") {
			return t, fmt.Errorf("line %d: a placeholder is written {name}", node.Line)
		}
		t.names, rest = append(t.names, name), tail
	}
}

// Load reads what patients read: every *.yaml file in the top folder of files, one language each. English must be among them.
func Load(files fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("languages: %w", err)
	}
	c := &Catalogue{printers: map[string]*Printer{}}
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("languages: %w", err)
		}
		p, err := parse(b)
		if err != nil {
			return nil, fmt.Errorf("languages: %s: %w", name, err)
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); p.tag.String() != want {
			return nil, fmt.Errorf("languages: %s: holds language %q", name, p.tag)
		}
		c.printers[p.tag.String()] = p
	}
	if c.printers[english] == nil {
		return nil, errors.New("languages: en.yaml is missing")
	}
	for _, p := range c.printers {
		p.fallback = c.printers[english]
	}
	c.tags = slices.SortedFunc(maps.Keys(c.printers), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	return c, nil
}

const english = "en"

// part is a part of the words that only staff read, as written.
type part struct {
	Language string           `yaml:"language"`
	Messages map[string]entry `yaml:"messages"`
}

// LoadClinic reads what staff read: all that Load reads, and the messages of clinic/LANG.PART.yaml. Messages of all files of
// a language stand in one set, so no key may be there twice. A language that lacks such messages is incomplete here, and
// still complete for patients.
func LoadClinic(files fs.FS) (*Catalogue, error) {
	c, err := Load(files)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "clinic/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("languages: %w", err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("languages: %w", err)
		}
		if err := c.add(strings.TrimSuffix(path.Base(name), ".yaml"), b); err != nil {
			return nil, fmt.Errorf("languages: %s: %w", name, err)
		}
	}
	return c, nil
}

// add puts the messages of one part, named LANG.PART, to those of its language.
func (c *Catalogue) add(name string, b []byte) error {
	var f part
	if err := yaml.Load(b, &f, yaml.WithKnownFields()); err != nil {
		return err
	}
	tag, _, named := strings.Cut(name, ".")
	p := c.printers[tag]
	switch {
	case !named:
		return errors.New("the name of the part is missing: LANG.PART.yaml")
	case f.Language != tag:
		return fmt.Errorf("holds language %q", f.Language)
	case p == nil:
		return fmt.Errorf("%s.yaml is missing", tag)
	}
	if err := checkMessages(f.Messages); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(f.Messages)) {
		if _, twice := p.messages[key]; twice {
			return fmt.Errorf("%s: already in another file of this language", key)
		}
		p.messages[key] = f.Messages[key]
	}
	return nil
}

func checkMessages(all map[string]entry) error {
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if len(all[key]) == 0 {
			return fmt.Errorf("%s: a text is expected", key)
		}
	}
	return nil
}

func rank(tag string) int {
	if tag == english {
		return 0
	}
	return 1
}

func parse(b []byte) (*Printer, error) {
	var f file
	if err := yaml.Load(b, &f, yaml.WithKnownFields()); err != nil {
		return nil, err
	}
	if f.Messages == nil {
		f.Messages = map[string]entry{}
	}
	tag, err := language.Parse(f.Language)
	switch {
	case err != nil:
		return nil, fmt.Errorf("language %q: %w", f.Language, err)
	case f.Name == "":
		return nil, errors.New("name is missing")
	case f.Direction != "ltr" && f.Direction != "rtl":
		return nil, errors.New("direction must be ltr or rtl")
	case len(f.Months.OfYear) != 12 || len(f.Months.OfDay) != 12:
		return nil, errors.New("months must name twelve months twice")
	}
	if err := checkMessages(f.Messages); err != nil {
		return nil, err
	}
	return newPrinter(tag, f), nil
}

// Printer gives the printer of a language, English for one that is not there.
func (c *Catalogue) Printer(tag string) *Printer {
	if p := c.printers[tag]; p != nil {
		return p
	}
	return c.printers[english]
}

// Tags lists the languages there are, English first.
func (c *Catalogue) Tags() []string { return slices.Clone(c.tags) }

// Match picks the language of an Accept-Language header among those offered, the first offered where none fits.
func (c *Catalogue) Match(header string, offered []string) string {
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 {
		return offered[0]
	}
	tags := make([]language.Tag, len(offered))
	for i, o := range offered {
		tags[i] = language.Make(o)
	}
	// Without confidence the matcher still names a language: one that the person does not read.
	_, i, confidence := language.NewMatcher(tags).Match(wanted...)
	if confidence == language.No {
		return offered[0]
	}
	return offered[i]
}

// Missing lists what a language lacks beside English: messages, plural forms, placeholders. It is offered, to
// patients or to staff, only when there is nothing.
func (c *Catalogue) Missing(tag string) []string {
	p := c.printers[tag]
	if p == nil {
		return []string{tag + ".yaml"}
	}
	var missing []string
	say := func(format string, args ...any) { missing = append(missing, fmt.Sprintf(format, args...)) }
	en := c.printers[english].messages
	for _, key := range slices.Sorted(maps.Keys(en)) {
		own, ok := p.messages[key]
		if !ok {
			say("%s: missing", key)
			continue
		}
		if _, alone := en[key][single]; alone {
			if _, alone := own[single]; !alone {
				say("%s: plural forms where English has one text", key)
				continue
			}
		} else {
			for _, form := range p.pluralForms() {
				if _, ok := own[form]; !ok {
					say("%s: plural form %q is missing", key, formName(form))
				}
			}
		}
		want := en[key].placeholders()
		for _, form := range slices.Sorted(maps.Keys(own)) {
			t := own[form]
			names := slices.Compact(slices.Sorted(slices.Values(t.names)))
			// A form that stands for one number only ("one question") may leave the number out.
			if form != single && form != plural.Other && slices.Contains(want, "count") && !slices.Contains(names, "count") {
				names = slices.Sorted(slices.Values(append(names, "count")))
			}
			if !slices.Equal(names, want) {
				say("%s: placeholders %v, English has %v", key, names, want)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.messages)) {
		if _, ok := en[key]; !ok {
			say("%s: not in English", key)
		}
	}
	return missing
}

func (m entry) placeholders() []string {
	for _, form := range []plural.Form{single, plural.Other} {
		if t, ok := m[form]; ok {
			return slices.Compact(slices.Sorted(slices.Values(t.names)))
		}
	}
	return nil
}

func formName(form plural.Form) string {
	for name, f := range forms {
		if f == form {
			return name
		}
	}
	return ""
}
