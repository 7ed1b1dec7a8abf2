package main

import (
	"fmt"
	"io"
	"math/big"
	"path/filepath"
	"strings"

	"ekbom/internal/assess"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/server"
	"ekbom/internal/wording"
)

// proofReport is what was proven over every path, and what was not.
type proofReport struct {
	Proven     bool              `json:"proven"`
	Paths      countReport       `json:"paths"`                // different sets of answers that people can give
	ByUrgency  map[string]string `json:"by_urgency,omitempty"` // of these, by urgency; absent when not counted within the bound
	Outcomes   countReport       `json:"outcomes"`
	Exact      bool              `json:"questions_exact"` // fewest_questions and most_questions are met by some path
	Statements int               `json:"statements"`
	Properties int               `json:"properties"`

	ProvenStatements int `json:"proven_statements"` // decided; where one does not hold, there is a finding
	ProvenProperties int `json:"proven_properties"`

	Notes     []finding          `json:"notes"`
	Unproven  []string           `json:"unproven"`             // what was not decided: "whether ...", properties first
	Undecided []questionnaire.ID `json:"undecided_properties"` // properties among these
	TooLarge  bool               `json:"too_large,omitempty"`  // more conditions than can be proven

	stopped bool // by whoever started it
}

// countReport is a number or bounds of it, as decimal digits: numbers of paths are larger than JSON's readers can hold.
type countReport struct {
	From  string `json:"from"`
	To    string `json:"to,omitempty"` // absent: no bound above is known
	Exact bool   `json:"exact"`
}

func newCountReport(c proof.Count) countReport {
	r := countReport{From: c.From.String(), Exact: c.Exact()}
	if c.To != nil {
		r.To = c.To.String()
	}
	return r
}

// String gives the number, shortened where it is long.
func (c countReport) String() string {
	switch {
	case c.Exact:
		return short(c.From)
	case c.To == "":
		return "at least " + short(c.From)
	default:
		return fmt.Sprintf("at least %s and at most %s", short(c.From), short(c.To))
	}
}

// short writes a long number by its first digits and the power of ten.
func short(digits string) string {
	if len(digits) <= 15 {
		return grouped(digits)
	}
	n, _ := new(big.Float).SetString(digits)
	mantissa, exponent, _ := strings.Cut(n.Text('e', 3), "e+")
	return fmt.Sprintf("%s x 10^%s", mantissa, strings.TrimLeft(exponent, "0"))
}

func grouped(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// foundRule is a rule that a finding is about.
type foundRule struct {
	Kind string           `json:"kind"`
	ID   questionnaire.ID `json:"id"`
	File string           `json:"file"`
	Line int              `json:"line"`
}

// example is a path that shows a finding, with the fewest answers that tell anything.
type example struct {
	Answers  map[questionnaire.ID]any `json:"answers"`
	After    map[questionnaire.ID]any `json:"after,omitempty"` // what the step changes
	Telling  []questionnaire.ID       `json:"telling"`         // questions whose answers some rule listens to
	Smallest bool                     `json:"smallest"`        // no path with fewer telling answers shows it
	Link     string                   `json:"link"`            // opens it on a running "serve --dev"
	Urgency  string                   `json:"urgency"`         // that it comes to

	words []string
}

// devAddress is where "serve --dev" listens unless told otherwise on its command line.
func (s *stage) devAddress() string {
	addr := "127.0.0.1:8080"
	for _, v := range s.env {
		if value, ok := strings.CutPrefix(v, "EKBOM_ADDR="); ok && value != "" {
			addr = value
		}
	}
	return "http://" + addr
}

func newExample(d *questionnaire.Definition, words *wording.Words, e *proof.Example) *example {
	out := &example{Answers: map[questionnaire.ID]any{}, Telling: []questionnaire.ID{}, Smallest: e.Smallest,
		Urgency: assess.Evaluate(d, e.Answers).Urgency.String()}
	for i, a := range e.Answers {
		if a.State != questionnaire.NotReached {
			out.Answers[d.Questions[i].ID] = assess.Plain(d, i, a)
		}
	}
	for _, i := range e.Telling {
		out.Telling = append(out.Telling, d.Questions[i].ID)
		out.words = append(out.words, fmt.Sprintf("%s [%s: %s]", words.Answer(i, e.Answers[i]), d.Questions[i].ID, strings.Join(d.Words(i, e.Answers[i]), ", ")))
	}
	for i, a := range e.After {
		if !a.Equal(e.Answers[i]) {
			if out.After == nil {
				out.After = map[questionnaire.ID]any{}
			}
			out.After[d.Questions[i].ID] = assess.Plain(d, i, a)
			change := fmt.Sprintf("then %s [%s: %s]", words.Answer(i, a), d.Questions[i].ID, strings.Join(d.Words(i, a), ", "))
			if a.State == questionnaire.NotReached {
				change = fmt.Sprintf("then %s is not asked", d.Questions[i].ID)
			}
			out.words = append(out.words, change)
		}
	}
	if e.After != nil {
		out.Urgency += ", then " + assess.Evaluate(d, e.After).Urgency.String()
	}
	return out
}

// shown gives the lines below a finding: the example in the author's words, and the rules it is about.
func (f finding) shown() string {
	var b strings.Builder
	if e := f.Example; e != nil {
		kind := "Smallest example"
		if !e.Smallest {
			kind = "Example (time ran out before it was known to be the smallest)"
		}
		fmt.Fprintf(&b, "\n    %s, urgency %s:", kind, e.Urgency)
		for _, line := range e.words {
			fmt.Fprintf(&b, "\n      %s", line)
		}
		if len(e.words) < len(e.Answers) {
			fmt.Fprintf(&b, "\n      everything else with answers that no rule listens to")
		}
		fmt.Fprintf(&b, "\n    Open it on \"ekbom serve --dev\": %s", e.Link)
	}
	for i, r := range f.Rules {
		if i == 8 {
			fmt.Fprintf(&b, "\n      and %d more", len(f.Rules)-i)
			break
		}
		if i == 0 {
			fmt.Fprintf(&b, "\n    Rules it is about:")
		}
		fmt.Fprintf(&b, "\n      %s:%d %s %s", r.File, r.Line, r.Kind, r.ID)
	}
	return b.String()
}

// prove adds what the prover found.
func (r *report) prove(d *questionnaire.Definition, p *proof.Report, folder string, s *stage) {
	words := wording.New(d, d.Texts["en"])
	in := func(f proof.Finding) finding {
		out := finding{File: filepath.Join(folder, f.File), Line: f.Line, Column: f.Column, Code: f.Code, What: f.What, Mend: f.Mend}
		for _, rule := range f.Rules {
			out.Rules = append(out.Rules, foundRule{rule.Kind, rule.ID, filepath.Join(folder, rule.File), rule.Line})
		}
		if f.Example != nil {
			out.Example = newExample(d, words, f.Example)
			out.Example.Link = s.devAddress() + server.OpenLink(d, f.Example.Answers)
		}
		return out
	}
	for _, f := range p.Findings {
		r.Findings = append(r.Findings, in(f))
	}
	out := &proofReport{Proven: p.Proven(), Paths: newCountReport(p.Paths), Outcomes: newCountReport(p.Outcomes), Exact: p.Exact,
		Statements: p.Statements, Properties: p.Properties, Notes: []finding{}, Unproven: append([]string{}, p.Unproven...),
		Undecided: append([]questionnaire.ID{}, p.Undecided...), TooLarge: p.Large != nil, stopped: s.ctx.Err() != nil,
		ProvenStatements: p.Statements - (len(p.Unproven) - len(p.Undecided)), ProvenProperties: p.Properties - len(p.Undecided)}
	for _, f := range p.Findings {
		if f.Property != nil {
			out.ProvenProperties--
		}
	}
	if len(p.Unproven) > 0 {
		r.Findings = append(r.Findings, out.notProven(folder, p.Large))
	}
	for _, n := range p.Notes {
		out.Notes = append(out.Notes, in(n))
	}
	if p.ByUrgency != nil {
		out.ByUrgency = map[string]string{}
		for u, n := range p.ByUrgency {
			out.ByUrgency[questionnaire.Urgency(u).String()] = n.String()
		}
	}
	r.Counts.FewestQuestions, r.Counts.MostQuestions = p.Fewest, p.Most
	r.Proof = out
}

// shownOpen is how many statements that were not decided are told; properties are all told, and JSON has all.
const shownOpen = 3

// notProven tells what was not decided, and why.
func (p *proofReport) notProven(folder string, large *questionnaire.Place) finding {
	f := finding{File: folder, Code: "not-proven", Mend: "give more time with --limit, or make conditions simpler"}
	why := "in time"
	switch {
	case p.stopped:
		why, f.Mend = "before it was stopped", ""
	case large != nil:
		why, f.Mend = "as the conditions together are too large", "count fewer parts, or up to less, in at_least"
		if large.File != "" {
			f.File, f.Line, f.Column = filepath.Join(folder, large.File), large.Line, large.Column
			why = "as the conditions up to this one are too large together"
		}
	}
	said := p.Unproven[:min(len(p.Undecided)+shownOpen, len(p.Unproven))]
	f.What = fmt.Sprintf("%s are proven, %s not decided %s; not known %s", p.proven(), p.open(), why, strings.Join(said, "; "))
	if more := len(p.Unproven) - len(said); more > 0 {
		f.What += fmt.Sprintf("; and %d more", more)
	}
	return f
}

// proven counts what is proven.
func (p *proofReport) proven() string {
	return fmt.Sprintf("%s and %s", count(p.ProvenStatements, "statement"), plural(p.ProvenProperties, "property", "properties"))
}

// open counts what is not decided.
func (p *proofReport) open() string {
	return fmt.Sprintf("%s and %s", count(len(p.Unproven)-len(p.Undecided), "statement"), plural(len(p.Undecided), "property", "properties"))
}

func (p *proofReport) print(w io.Writer) {
	fmt.Fprintf(w, "  answer paths: %s\n", p.Paths)
	for u := questionnaire.Emergency; p.ByUrgency != nil; u-- {
		fmt.Fprintf(w, "    %-9s %s\n", u, short(p.ByUrgency[u.String()]))
		if u == questionnaire.SelfCare {
			break
		}
	}
	fmt.Fprintf(w, "  different outcomes: %s\n", p.Outcomes)
	for _, n := range p.Notes {
		fmt.Fprintf(w, "  note: %s\n", n.What)
	}
}

// verdict is the last line.
func (r *report) verdict() string {
	p := r.Proof
	decided := fmt.Sprintf("%s and %s", count(p.Statements, "statement"), plural(p.Properties, "property", "properties"))
	switch {
	case len(r.Findings) == 0 && p.Proven:
		return fmt.Sprintf("proven over every path: %s hold", decided)
	case len(p.Unproven) > 0:
		return fmt.Sprintf("NOT proven: %s not decided, %s are proven; %s", p.open(), p.proven(), count(len(r.Findings), "finding"))
	}
	return fmt.Sprintf("NOT sound: %s", count(len(r.Findings), "finding"))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %s", n, many)
}
