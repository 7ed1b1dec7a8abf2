package graph

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"ekbom/internal/wording"
)

// Mermaid writes the flow as a Mermaid flowchart: thick arrows lead everybody, dotted ones say which question opens which.
func (f *Flow) Mermaid() string {
	var out strings.Builder
	fmt.Fprintf(&out, "flowchart TB\n  accTitle: %s\n  accDescr: %s\n  start([Start])\n", plain(f.t.Title+", the order of the questions"), plain(f.description()))
	for n, section := range f.d.Sections {
		fmt.Fprintf(&out, "  subgraph s%d[%s]\n", n+1, label(cmp.Or(f.t.Sections[section.ID], string(section.ID))))
		for i := section.First; i < section.Past; i++ {
			s := &f.stops[i]
			if s.when != "" {
				fmt.Fprintf(&out, "    w%d{{%s}} --> q%[1]d\n", i+1, label(s.when))
			}
			said, class := []string{fmt.Sprintf("%d %s", i+1, s.name), string(s.id)}, ""
			if danger := f.danger(s); danger != "" {
				said, class = append(said, "⚠ "+danger), ":::danger"
			}
			fmt.Fprintf(&out, "    q%d[%s]%s\n", i+1, label(said...), class)
		}
		out.WriteString("  end\n")
	}
	// Whoever is not asked a question goes straight on along the thick arrows.
	last, aside := "start", []string(nil)
	join := func(to string) {
		fmt.Fprintf(&out, "  %s ==> %s\n", last, to)
		for _, a := range aside {
			fmt.Fprintf(&out, "  %s --> %s\n", a, to)
		}
		last, aside = to, nil
	}
	for i := range f.stops {
		s, here := &f.stops[i], fmt.Sprintf("q%d", i+1)
		if s.when == "" {
			join(here)
			continue
		}
		for _, source := range s.from {
			fmt.Fprintf(&out, "  q%d -.-> w%d\n", source+1, i+1)
		}
		aside = append(aside, here)
	}
	out.WriteString("  finish([Result])\n")
	join("finish")
	out.WriteString("  classDef danger stroke:#a8231c,stroke-width:3px\n")
	return out.String()
}

// Mermaid writes what the subject hangs on as a Mermaid flowchart from left to right.
func (s *Subject) Mermaid() string {
	var out strings.Builder
	fmt.Fprintf(&out, "flowchart LR\n  accTitle: %s\n  accDescr: %s\n  n0([%s])\n", plain(s.title()), plain(s.description()), label(append([]string{s.title(), s.name}, s.facts...)...))
	last := 0
	var write func(n *wording.Node, from int)
	write = func(n *wording.Node, from int) {
		last++
		here, shape := last, "[%s]"
		if len(n.Parts) > 0 {
			shape = "{{%s}}"
		}
		fmt.Fprintf(&out, "  n%d --- n%d"+shape+"\n", from, here, label(n.Name, n.Says))
		for i := range n.Parts {
			write(&n.Parts[i], here)
		}
	}
	for i := range s.branches {
		b := &s.branches[i]
		last++
		here := last
		said := []string{b.says}
		if len(b.sources) > 0 {
			said = append(said, "Sources: "+join(b.sources))
		}
		fmt.Fprintf(&out, "  n0 --- n%d([%s])\n", here, label(said...))
		write(&b.tree, here)
	}
	return out.String()
}

// label quotes the lines of a label. Whatever could mean something to Mermaid is written as a number.
func label(lines ...string) string {
	var kept []string
	for _, line := range lines {
		if line != "" {
			kept = append(kept, encode(line))
		}
	}
	return `"` + strings.Join(kept, "<br>") + `"`
}

func encode(s string) string {
	var out strings.Builder
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	// What begins like an item of a list would be refused.
	item := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
	for at, r := range s {
		switch {
		case at == item && strings.ContainsRune("-+.)", r):
			fmt.Fprintf(&out, "#%d;", r)
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune(" .,:;-()'/“”…→⚠·", r):
			out.WriteRune(r)
		case unicode.IsControl(r):
		default:
			fmt.Fprintf(&out, "#%d;", r)
		}
	}
	return out.String()
}

// plain makes a line for accTitle and accDescr, which know no escapes.
func plain(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune(" .,:-()'/“”…→·", r):
			return r
		}
		return ' '
	}, s)), " ")
}
