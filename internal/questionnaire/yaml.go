package questionnaire

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Bounds on what is read, so that no file can exhaust a machine.
const (
	maxNodes = 200_000 // values of one file
	maxDepth = 60      // nesting of one file
	maxItems = 5000    // items of one list, keys of one mapping
	maxFault = 500     // faults listed
)

// reader collects the faults of all files of one questionnaire.
type reader struct {
	files  fs.FS
	opened map[string]opened
	faults []Fault
	found  int // faults, listed or not

	reading sync.Mutex // one file at a time
	size    int        // of what was read
}

// opened is one file, read and parsed once, by whoever asks first.
type opened struct {
	read   func() ([]byte, *Fault)
	parsed func() (yaml.Node, *Fault)
}

func (r *reader) fault(p Place, code, mend, format string, args ...any) {
	if r.found++; len(r.faults) < maxFault {
		r.faults = append(r.faults, Fault{Place: p, Code: code, What: fmt.Sprintf(format, args...), Mend: mend})
	}
}

// listed gives the faults in the order of the files, and says how many there are beyond.
func (r *reader) listed() []Fault {
	slices.SortStableFunc(r.faults, byPlace)
	if more := r.found - len(r.faults); more > 0 {
		return append(r.faults, Fault{Code: "more-faults", What: fmt.Sprintf("more faults than are listed: %d", more), Mend: "mend those that are listed first"})
	}
	return r.faults
}

// doc is one file being read.
type doc struct {
	*reader
	file string
}

func (d doc) at(n *yaml.Node) Place { return Place{File: d.file, Line: n.Line, Column: n.Column} }

func (d doc) fault(n *yaml.Node, code, mend, format string, args ...any) {
	d.reader.fault(d.at(n), code, mend, format, args...)
}

// parse begins to parse files, each on its own, since that is most of the work of loading.
func (r *reader) parse(names ...string) {
	for _, name := range names {
		read := sync.OnceValues(func() ([]byte, *Fault) { return r.read(name) })
		parsed := sync.OnceValues(func() (yaml.Node, *Fault) {
			data, fault := read()
			if fault != nil {
				return yaml.Node{}, fault
			}
			return parse(name, data)
		})
		r.opened[name] = opened{read, parsed}
		go parsed()
	}
}

// open gives a file as a tree; nil when that cannot be done, which is then a fault.
func (r *reader) open(name string) (doc, *yaml.Node) {
	d := doc{r, name}
	root, fault := r.opened[name].parsed()
	if fault != nil {
		r.fault(fault.Place, fault.Code, fault.Mend, "%s", fault.What)
		return d, nil
	}
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = *root.Content[0]
	}
	if !d.plain(&root, nil, 0) {
		return d, nil
	}
	return d, &root
}

// plain reports whether a tree has no anchors, aliases, tags, signs that cannot be seen or keys given twice, and is not too
// deep. parent is nil at the top.
func (d doc) plain(n, parent *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		d.fault(n, "too-deep", "name inner parts under facts", "nested more than %d levels deep", maxDepth)
		return false
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.fault(n, "anchor", "write the value out, or put quotes around a text that begins with & or *", "anchors and aliases are not allowed")
		return false
	case n.Style&yaml.TaggedStyle != 0 || n.Tag != "" && !strings.HasPrefix(n.Tag, "!!"):
		d.fault(n, codeTag, mendQuotes, "what begins with an exclamation mark is no text to the reader of the file: %q would be lost", n.Tag)
		return false
	case strings.ContainsFunc(n.Value, unfit):
		d.fault(n, "control-sign", mendControl, "there is a sign in %.80q that cannot be seen", n.Value)
		return false
	}
	if len(n.Content) > 2*maxItems || n.Kind == yaml.SequenceNode && len(n.Content) > maxItems {
		d.fault(n, "too-many-parts", "take out what is not needed", "more than %d parts in one place", maxItems)
		return false
	}
	ok := true
	if n.Kind == yaml.MappingNode {
		ok = d.keys(n, parent)
	}
	for _, c := range n.Content {
		ok = d.plain(c, n, depth+1) && ok
	}
	return ok
}

// keys reports whether no key of a mapping is given twice or is half of a text.
func (d doc) keys(n, parent *yaml.Node) bool {
	seen, ok := map[string]bool{}, true
	for i := 0; i < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode:
		case n.Style&yaml.FlowStyle != 0 && k.Style == 0 && v.Tag == "!!null" && v.Line == k.Line && v.Column == k.Column+utf8.RuneCountInString(k.Value) && v.Value == "":
			d.fault(k, "comma-in-text", "put quotes around the whole text", "%q has no value; a text with a comma inside { } needs quotes", k.Value)
			ok = false
		case seen[k.Value] && i > 0 && n.Content[0].Value == k.Value && parent != nil && parent.Kind == yaml.SequenceNode && n.Style&yaml.FlowStyle == 0:
			d.fault(k, "key-twice", "did you forget a dash (-) before it?", "%q is given twice", k.Value)
			return false // all that follows belongs to the next item
		case seen[k.Value]:
			d.fault(k, "key-twice", "keep one of them", "%q is given twice", k.Value)
			ok = false
		}
		seen[k.Value] = true
	}
	return ok
}

// fields calls the function of each key of a mapping. Other keys, and required ones that are missing, are faults. Behind a required
// key may stand what to write there, see oneOf.
func (d doc) fields(n *yaml.Node, required []string, fns map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.fault(n, "not-a-mapping", "write keys with values, one a line", "expected keys with values here")
		return
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		fn := fns[k.Value]
		if fn == nil {
			d.fault(k, "unknown-key", "known here: "+strings.Join(sortedKeys(fns), ", "), "the key %q is not known here%s", k.Value, DidYouMean(k.Value, sortedKeys(fns)))
			continue
		}
		seen[k.Value] = true
		fn(v)
	}
	for _, r := range required {
		if k, _, _ := strings.Cut(r, ":"); !seen[k] {
			d.fault(n, "missing-key", "add "+r, "the key %q is missing", k)
		}
	}
}

// oneOf is a required key with the words of which one may stand there.
func oneOf(key string, words []string) string { return key + ": " + orList(words) }

// orList writes a list as people do: a, b or c.
func orList(words []string) string {
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}

// entries calls fn for each key of a mapping whose keys are ids.
func (d doc) entries(n *yaml.Node, fn func(key *yaml.Node, value *yaml.Node)) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return
	}
	if n.Kind != yaml.MappingNode {
		d.fault(n, "not-a-mapping", "write keys with values, one a line", "expected keys with values here")
		return
	}
	for i := 0; i < len(n.Content); i += 2 {
		fn(n.Content[i], n.Content[i+1])
	}
}

// items gives the parts of a list.
func (d doc) items(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		d.fault(n, "not-a-list", "write a list, one item a line behind a dash", "expected a list here")
		return nil
	}
	return n.Content
}

func (d doc) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		d.fault(n, "not-a-text", "write a text", "expected a text here")
		return ""
	}
	s := strings.TrimSpace(n.Value)
	if s == "" {
		d.fault(n, "empty-text", "write a text or take the key away", "the text is empty")
	}
	return s
}

func (d doc) texts(n *yaml.Node) (list []string) {
	for _, i := range d.items(n) {
		list = append(list, d.text(i))
	}
	return list
}

func (d doc) id(n *yaml.Node) ID {
	s := d.text(n)
	if s != "" && !kebab(s) {
		if sign, plain := lookAlikeSign(s); sign != "" && kebab(plain) {
			d.fault(n, "not-an-id", "type it anew", "%q is not an id: %s", s, sign)
			return ""
		}
		d.fault(n, "not-an-id", "use small letters, digits and dashes, beginning with a letter or digit, at most 60 signs", "%q is not an id", s)
		return ""
	}
	return ID(s)
}

func kebab(s string) bool {
	if len(s) > 60 || s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func (d doc) ids(n *yaml.Node) (list []ID) {
	if n.Kind == yaml.ScalarNode {
		return []ID{d.id(n)}
	}
	for _, i := range d.items(n) {
		list = append(list, d.id(i))
	}
	return list
}

func (d doc) number(n *yaml.Node) int {
	i, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || i < -1_000_000 || i > 1_000_000 {
		d.fault(n, "not-a-number", "write a whole number", "expected a whole number here")
		return 0
	}
	return i
}

func (d doc) boolean(n *yaml.Node) bool {
	switch {
	case n.Kind == yaml.ScalarNode && n.Value == "true":
		return true
	case n.Kind == yaml.ScalarNode && n.Value == "false":
		return false
	}
	d.fault(n, "not-true-or-false", "write true or false", "expected true or false here")
	return false
}

func (d doc) date(n *yaml.Node) time.Time {
	t, err := time.Parse(time.DateOnly, n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		d.fault(n, "not-a-date", "write year-month-day, such as 2026-11-22", "expected a date here")
	}
	return t
}

// word reads one word of a closed set.
func word[T interface {
	~uint8
}](d doc, n *yaml.Node, names []string) T {
	var v T
	if n.Kind != yaml.ScalarNode || parseWord(&v, names, n.Value) != nil {
		known := slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
		d.fault(n, "unknown-word", "write "+orList(known), "%q is not known here%s", n.Value, DidYouMean(n.Value, known))
	}
	return v
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
