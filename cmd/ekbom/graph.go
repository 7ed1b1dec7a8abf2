package main

import (
	"fmt"
	"os"

	"ekbom/internal/graph"
)

type graphCommand struct {
	Of     string `placeholder:"ID" help:"Draw what one thing hangs on instead: a question, red flag, cause, specialist, advice, criterion, look-alike, remedy, fact or the pattern, by its id (or kind/id where several have it)."`
	Format string `enum:"svg,mermaid" default:"svg" help:"svg: laid out on sheets of A4, to look at and to print; mermaid: text for pages that draw it."`
	Lang   string `default:"en" help:"Language of the texts."`
	Output string `short:"o" placeholder:"FILE" help:"Write to a file instead of standard output."`
	Name   string `arg:"" optional:"" default:"rls" help:"A shipped questionnaire, or a folder."`
}

// Run draws the questionnaire.
func (c *graphCommand) Run(s *stage) error {
	d, err := s.loadNamed(c.Name)
	if err != nil {
		return err
	}
	text, err := textIn(d, c.Lang)
	if err != nil {
		return err
	}
	var drawing interface {
		SVG() string
		Mermaid() string
	} = graph.NewFlow(d, text)
	if c.Of != "" {
		if drawing, err = graph.NewSubject(d, text, c.Of); err != nil {
			return wrongUse{err}
		}
	}
	out := drawing.SVG()
	if c.Format == "mermaid" {
		out = drawing.Mermaid()
	}
	if c.Output != "" {
		return os.WriteFile(c.Output, []byte(out), 0o644)
	}
	_, err = fmt.Fprint(s.raw, out)
	return err
}
