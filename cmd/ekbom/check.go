package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
)

type checkCommand struct {
	JSON bool   `help:"Print the report as JSON."`
	Dir  string `arg:"" optional:"" help:"A questionnaire's folder, or a folder of such folders. Without it: the shipped ones."`
}

// report is what check found out about one questionnaire.
type report struct {
	Folder        string                         `json:"folder"`
	Questionnaire *questionnaire.Ref             `json:"questionnaire,omitempty"`
	Counts        *counts                        `json:"counts,omitempty"`
	Reachable     map[string]map[string][]string `json:"reachable,omitempty"` // kind, id, cases that reach it
	Findings      []finding                      `json:"findings"`
	Languages     map[string][]finding           `json:"languages,omitempty"` // what each further language lacks
	Others        []report                       `json:"others,omitempty"`    // of further questionnaires, where several are checked
}

type counts struct {
	Questions       int `json:"questions"`
	Options         int `json:"options"`
	Conditions      int `json:"conditions"`
	RedFlags        int `json:"red_flags"`
	Causes          int `json:"causes"`
	Rules           int `json:"rules"`
	Specialists     int `json:"specialists"`
	Advice          int `json:"advice"`
	Sources         int `json:"sources"`
	Cases           int `json:"cases"`
	FewestQuestions int `json:"fewest_questions"` // bounds over every path
	MostQuestions   int `json:"most_questions"`
}

type finding struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Code   string `json:"code"`
	What   string `json:"what"`
	Mend   string `json:"mend,omitempty"`
}

func (f finding) String() string {
	return questionnaire.Fault{Place: questionnaire.Place{File: f.File, Line: f.Line, Column: f.Column}, Code: f.Code, What: f.What, Mend: f.Mend}.Error()
}

// Run checks every questionnaire and prints the reports; findings go to standard error as well.
func (c *checkCommand) Run(s *stage) error {
	folders, err := findFolders(c.Dir)
	if err != nil {
		return err
	}
	var reports []report
	faulty := false
	for _, f := range folders {
		r := checkFolder(f)
		faulty = faulty || len(r.Findings) > 0
		for _, f := range r.Findings {
			fmt.Fprintln(s.stderr, f)
		}
		if !c.JSON {
			r.print(s.stdout)
		}
		reports = append(reports, r)
	}
	if c.JSON {
		enc := json.NewEncoder(s.stdout)
		enc.SetIndent("", "  ")
		first := reports[0]
		first.Others = reports[1:]
		if err := enc.Encode(first); err != nil {
			return err
		}
	}
	if faulty {
		return errReported
	}
	return nil
}

func checkFolder(f folder) report {
	r := report{Folder: f.name, Findings: []finding{}}
	in := func(fault questionnaire.Fault) finding {
		return finding{filepath.Join(f.name, fault.File), fault.Line, fault.Column, fault.Code, fault.What, fault.Mend}
	}
	d, faults := questionnaire.Load(f.files)
	for _, fault := range faults {
		r.Findings = append(r.Findings, in(fault))
	}
	if d == nil {
		return r
	}
	r.Questionnaire, r.Languages = &d.Ref, map[string][]finding{}
	for tag, t := range d.Texts {
		r.Languages[tag] = []finding{}
		for _, m := range t.Missing {
			r.Languages[tag] = append(r.Languages[tag], in(m))
		}
	}
	r.reach(d)
	for i := range d.Cases {
		c := &d.Cases[i]
		for _, differs := range assess.CheckCase(d, c) {
			r.Findings = append(r.Findings, in(caseDiffers(c, differs)))
		}
	}
	r.count(d)
	return r
}

// caseDiffers is a case that comes out otherwise than it says.
func caseDiffers(c *questionnaire.Case, differs string) questionnaire.Fault {
	return questionnaire.Fault{Place: c.Place, Code: "case-differs", What: fmt.Sprintf("%s: %s", c.ID, differs),
		Mend: "mend the rules, or the case if a clinician agrees"}
}

// reach notes for every id that rules can conclude which cases do so.
func (r *report) reach(d *questionnaire.Definition) {
	r.Reachable = map[string]map[string][]string{}
	kinds := []string{"red_flags", "look_alikes", "causes", "specialists", "advice"}
	for _, k := range kinds {
		r.Reachable[k] = map[string][]string{}
	}
	know := func(kind string, id questionnaire.ID) { r.Reachable[kind][string(id)] = []string{} }
	for _, x := range d.RedFlags {
		know("red_flags", x.ID)
	}
	for _, x := range d.LookAlikes {
		know("look_alikes", x.ID)
	}
	for _, x := range d.Causes {
		know("causes", x.ID)
	}
	for _, x := range d.Referrals {
		know("specialists", x.Specialist)
	}
	for _, x := range d.Advice {
		know("advice", x.ID)
	}
	for i := range d.Cases {
		got := assess.Evaluate(d, d.Cases[i].Answers).Reached()
		for k, ids := range [][]questionnaire.ID{got.RedFlags, got.LookAlikes, got.Causes, got.Specialists, got.Advice} {
			for _, id := range ids {
				r.Reachable[kinds[k]][string(id)] = append(r.Reachable[kinds[k]][string(id)], string(d.Cases[i].ID))
			}
		}
	}
}

func (r *report) count(d *questionnaire.Definition) {
	c := &counts{Questions: len(d.Questions), RedFlags: len(d.RedFlags), Causes: len(d.Causes), Specialists: len(d.Referrals),
		Advice: len(d.Advice), Sources: len(d.Sources), Cases: len(d.Cases)}
	for _, q := range d.Questions {
		c.Options += len(q.Options)
	}
	for _, cause := range d.Causes {
		c.Rules += len(cause.Rules)
	}
	d.Conditions(func(x *questionnaire.Condition) {
		if x != nil {
			c.Conditions++
		}
	})
	p := d.Path(d.NewAnswers())
	c.FewestQuestions, c.MostQuestions = p.Fewest, p.Most
	r.Counts = c
}

func (r *report) print(w io.Writer) {
	if r.Counts == nil {
		fmt.Fprintf(w, "%s: %s; not fit to be served\n", r.Folder, count(len(r.Findings), "fault"))
		return
	}
	c := r.Counts
	fmt.Fprintf(w, "%s %s (%s)\n", r.Questionnaire.ID, r.Questionnaire.Version, r.Questionnaire.Hash[:12])
	fmt.Fprintf(w, "  %d questions with %d options; a person answers between %d and %d\n", c.Questions, c.Options, c.FewestQuestions, c.MostQuestions)
	fmt.Fprintf(w, "  %d red flags, %d causes with %d rules, %d specialists, %d pieces of advice, %d sources\n",
		c.RedFlags, c.Causes, c.Rules, c.Specialists, c.Advice, c.Sources)
	for _, tag := range slices.Sorted(maps.Keys(r.Languages)) {
		if lacks := r.Languages[tag]; len(lacks) == 0 {
			fmt.Fprintf(w, "  language %s: complete\n", tag)
		} else {
			fmt.Fprintf(w, "  language %s: not offered, it lacks %s\n", tag, count(len(lacks), "text"))
			for _, m := range lacks {
				fmt.Fprintf(w, "    %s\n", m)
			}
		}
	}
	for _, kind := range []string{"red_flags", "look_alikes", "causes", "specialists", "advice"} {
		fmt.Fprintf(w, "  %s and the cases that reach them\n", strings.ReplaceAll(kind, "_", "-"))
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		for _, id := range slices.Sorted(maps.Keys(r.Reachable[kind])) {
			cases := r.Reachable[kind][id]
			names := strings.Join(cases[:min(3, len(cases))], ", ")
			if len(cases) == 0 {
				names = "no case reaches it"
			} else if len(cases) > 3 {
				names += ", ..."
			}
			fmt.Fprintf(t, "    %s\t%d\t%s\n", id, len(cases), names)
		}
		t.Flush()
	}
	switch {
	case c.Cases == 0:
		fmt.Fprintln(w, "  no cases: nobody has said what should come of any answers")
	case len(r.Findings) == 0:
		fmt.Fprintf(w, "  %s, all as expected\n", count(c.Cases, "case"))
	default:
		fmt.Fprintf(w, "  %s in %s\n", count(len(r.Findings), "finding"), count(c.Cases, "case"))
	}
}
