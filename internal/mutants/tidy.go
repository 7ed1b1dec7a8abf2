package main

import (
	"slices"
	"strings"
	"testing/fstest"

	"ekbom/internal/questionnaire"
	"go.yaml.in/yaml/v4"
)

// tidy does what somebody does who takes a thing out of the rules on purpose: the texts, sources and facts that nothing
// uses any more go as well, and so do mentions of it in other rules and in what cases expect. What else is wrong stays.
func tidy(files fstest.MapFS, gone string) error {
	for range 9 {
		_, faults := questionnaire.Load(files)
		some := false
		for name, list := range byFile(faults) {
			root, err := parse(files[name].Data)
			if err != nil {
				return err
			}
			changed := false
			for _, f := range slices.Backward(list) { // from the end, so that places before it stay as they are
				changed = takeOut(root, f, gone) || changed
			}
			if !changed {
				continue
			}
			data, err := yaml.Marshal(root)
			if err != nil {
				return err
			}
			files[name], some = &fstest.MapFile{Data: data}, true
		}
		if !some {
			return nil
		}
	}
	return nil
}

func byFile(faults []questionnaire.Fault) map[string][]questionnaire.Fault {
	by := map[string][]questionnaire.Fault{}
	for _, f := range faults {
		by[f.File] = append(by[f.File], f)
	}
	return by
}

// takeOut mends one fault by taking out what it is about, where that is no more than a leftover.
func takeOut(root *yaml.Node, f questionnaire.Fault, gone string) bool {
	way := find(root, f.Line, f.Column)
	if len(way) < 2 {
		return false
	}
	at, in := way[len(way)-1], way[len(way)-2]
	switch {
	case slices.Contains([]string{"left-over-text", "unused-source", "unused-fact"}, f.Code):
		return leave(in, at)
	case !strings.HasPrefix(f.Code, "unknown-"):
		return false
	case strings.HasPrefix(f.File, "cases/"):
		return leave(in, at)
	case f.File == rules && at.Kind == yaml.SequenceNode:
		for _, n := range at.Content {
			if n.Value == gone && len(at.Content) > 1 {
				return leave(at, n)
			}
		}
	case f.File == rules && at.Value == gone && len(way) > 3:
		// The whole condition that names it, out of the list that it stands in.
		list := way[len(way)-3]
		return list.Kind == yaml.SequenceNode && len(list.Content) > 1 && leave(list, in)
	}
	return false
}

// find gives the nodes from the root to the one that begins at a place. Of those that begin there it is the last, so that a
// mapping gives way to its first key.
func find(n *yaml.Node, line, column int) []*yaml.Node {
	for _, c := range n.Content {
		if way := find(c, line, column); way != nil {
			if len(way) == 1 && way[0].Kind == yaml.ScalarNode && n.Kind == yaml.MappingNode && n.Line == line && n.Column == column && n.Content[0] == way[0] {
				return []*yaml.Node{n, way[0]}
			}
			return append([]*yaml.Node{n}, way...)
		}
	}
	if n.Line == line && n.Column == column {
		return []*yaml.Node{n}
	}
	return nil
}

// leave takes a part out of a list, or a pair out of a mapping by its key or its value.
func leave(in, part *yaml.Node) bool {
	i := slices.Index(in.Content, part)
	switch {
	case i < 0:
		return false
	case in.Kind == yaml.SequenceNode:
		*in = without(in, i, 1)
	default:
		*in = without(in, i-i%2, 2)
	}
	return true
}
