package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ekbom/internal/questionnaire"
	"ekbom/internal/wording"
)

type outlineCommand struct {
	JSON bool   `help:"Print as JSON."`
	Lang string `default:"en" help:"Language of the texts."`
	Name string `arg:"" optional:"" default:"rls" help:"A shipped questionnaire, or a folder."`
}

type outlineQuestion struct {
	ID       questionnaire.ID `json:"id"`
	Section  questionnaire.ID `json:"section"`
	Type     string           `json:"type"`
	Text     string           `json:"text"`
	Hint     string           `json:"hint,omitempty"`
	Why      string           `json:"why"`
	Options  []outlineOption  `json:"options,omitempty"`
	Range    []int            `json:"range,omitempty"`
	Unsure   bool             `json:"unsure"`
	Decline  bool             `json:"decline"`
	Optional bool             `json:"optional"`
	Group    questionnaire.ID `json:"group,omitempty"` // under which a clinic finds it
	Ask      any              `json:"ask,omitempty"`   // a condition in the form of the files; absent: always asked
}

type outlineOption struct {
	ID   questionnaire.ID `json:"id"`
	Text string           `json:"text"`
	None bool             `json:"none,omitempty"` // excludes all others
}

// Run prints the questions in order.
func (c *outlineCommand) Run(s *stage) error {
	d, err := s.loadNamed(c.Name)
	if err != nil {
		return err
	}
	text, err := textIn(d, c.Lang)
	if err != nil {
		return err
	}
	var questions []outlineQuestion
	for i, q := range d.Questions {
		t := text.Question(q.ID, false)
		out := outlineQuestion{ID: q.ID, Section: d.Sections[q.Section].ID, Type: q.Type.String(), Text: t.Text, Hint: t.Hint, Why: t.Why,
			Unsure: q.Unsure, Decline: q.Decline, Optional: q.Optional, Ask: d.Form(q.Ask)}
		for at, o := range q.Options {
			out.Options = append(out.Options, outlineOption{o, t.Options[o], at == q.None})
		}
		if q.Type == questionnaire.Number {
			out.Range = []int{q.Range.From, q.Range.To}
		}
		for _, g := range d.Clinic.Groups {
			if slices.Contains(g.Questions, i) {
				out.Group = g.ID
			}
		}
		questions = append(questions, out)
	}
	if c.JSON {
		enc := json.NewEncoder(s.raw)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"questionnaire": d.Ref, "title": text.Title, "language": c.Lang, "questions": questions})
	}
	fmt.Fprintf(s.stdout, "%s (%s %s)\n", text.Title, d.ID, d.Version)
	words := wording.New(d, text)
	var section questionnaire.ID
	for i, q := range questions {
		if q.Section != section {
			section = q.Section
			fmt.Fprintf(s.stdout, "\n%s\n", text.Sections[section])
		}
		fmt.Fprintf(s.stdout, "\n%d. %s  [%s, %s]\n", i+1, q.Text, q.ID, q.Type)
		if q.Ask != nil {
			fmt.Fprintf(s.stdout, "   asked when %s\n", words.Condition(d.Questions[i].Ask))
		}
		for _, o := range q.Options {
			fmt.Fprintf(s.stdout, "   - %s  [%s]\n", o.Text, o.ID)
		}
		if len(q.Range) == 2 {
			fmt.Fprintf(s.stdout, "   %d to %d %s\n", q.Range[0], q.Range[1], text.Units[q.ID])
		}
	}
	return nil
}

// textIn gives a questionnaire's texts in a language.
func textIn(d *questionnaire.Definition, lang string) (*questionnaire.Text, error) {
	text, ok := d.Texts[lang]
	if !ok {
		return nil, wrongUse{fmt.Errorf("%s has no texts in %q; it has %s", d.ID, lang, strings.Join(slices.Sorted(maps.Keys(d.Texts)), ", "))}
	}
	return text, nil
}
