package main

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing/fstest"

	"go.yaml.in/yaml/v4"
)

// The files that faults are seeded in.
const (
	definition = "definition.yaml"
	rules      = "rules.yaml"
	english    = "text/en.yaml"
)

// folder is a questionnaire's folder: its files as they are, and those that change as trees.
type folder struct {
	files fstest.MapFS
	trees map[string]*yaml.Node
	mu    sync.Mutex // held while trees are changed
}

func open(files fs.FS) (*folder, error) {
	f := &folder{files: fstest.MapFS{}, trees: map[string]*yaml.Node{}}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		f.files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{definition, rules, english} {
		if f.trees[name], err = parse(f.files[name].Data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return f, nil
}

func parse(data []byte) (*yaml.Node, error) {
	var root yaml.Node
	if err := yaml.Load(data, &root); err != nil {
		return nil, err
	}
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		return root.Content[0], nil
	}
	return &root, nil
}

// with gives the folder's files with changes made. The trees are as before when it returns.
func (f *folder) with(changes []change) (fstest.MapFS, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	files := fstest.MapFS{}
	for name, file := range f.files {
		files[name] = file
	}
	for _, c := range changes {
		was := *c.at
		*c.at = c.is
		defer func() { *c.at = was }()
	}
	for _, c := range changes {
		data, err := yaml.Marshal(f.trees[c.file])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.file, err)
		}
		files[c.file] = &fstest.MapFile{Data: data}
	}
	return files, nil
}

// change puts something else in the place of a node.
type change struct {
	file string
	at   *yaml.Node
	is   yaml.Node
}

// value gives the value under a key of a mapping, nil without one.
func value(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// items gives the parts of a list, none without one.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

func word(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func boolean(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: s} }

func scalar(n *yaml.Node, s string) yaml.Node {
	is := *n
	is.Value = s
	return is
}

func mapping(key string, v *yaml.Node) yaml.Node {
	return yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle, Content: []*yaml.Node{word(key), v}}
}

func copied(n *yaml.Node) *yaml.Node {
	is := *n
	return &is
}

// without gives a node without count parts from i on.
func without(n *yaml.Node, i, count int) yaml.Node {
	is := *n
	is.Content = append(append([]*yaml.Node{}, n.Content[:i]...), n.Content[i+count:]...)
	return is
}

func withoutKey(n *yaml.Node, key string) yaml.Node {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return without(n, i, 2)
		}
	}
	return *n
}

// added gives a node with more parts at its end.
func added(n *yaml.Node, more ...*yaml.Node) yaml.Node {
	is := *n
	is.Content = append(append([]*yaml.Node{}, n.Content...), more...)
	return is
}

// short gives a node on one line, cut when long.
func short(n *yaml.Node) string {
	var b strings.Builder
	write(&b, n)
	if s := []rune(b.String()); len(s) > 100 {
		return string(s[:97]) + "..."
	}
	return b.String()
}

func write(b *strings.Builder, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteString("{")
		for i := 0; i < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "%s: ", n.Content[i].Value)
			write(b, n.Content[i+1])
		}
		b.WriteString("}")
	case yaml.SequenceNode:
		b.WriteString("[")
		for i, c := range n.Content {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, c)
		}
		b.WriteString("]")
	default:
		b.WriteString(n.Value)
	}
}
