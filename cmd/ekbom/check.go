package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/wording"
)

type checkCommand struct {
	JSON         bool          `help:"Print the report as JSON."`
	Limit        time.Duration `default:"1m" help:"Longest time to prove one questionnaire."`
	WriteCase    bool          `help:"Save what breaks a property as a case in cases/broken.yaml of the folder."`
	ProposeCases bool          `help:"Print cases for what no case exercises yet instead of the report, as a file to be judged by a clinician."`
	Dir          *string       `arg:"" optional:"" help:"A questionnaire's folder, or a folder of such folders. Without it: the shipped ones."`
}

// report is what check found out about one questionnaire.
type report struct {
	Folder        string                         `json:"folder"`
	Questionnaire *questionnaire.Ref             `json:"questionnaire,omitempty"`
	Counts        *counts                        `json:"counts,omitempty"`
	Reachable     map[string]map[string][]string `json:"reachable,omitempty"` // kind, id, cases that reach it
	Proof         *proofReport                   `json:"proof,omitempty"`
	Coverage      *coverageReport                `json:"coverage,omitempty"`
	Readers       []readerReport                 `json:"readers,omitempty"` // by question: what its answer is for
	Findings      []finding                      `json:"findings"`
	Languages     map[string][]finding           `json:"languages,omitempty"` // what each further language lacks
	Others        []report                       `json:"others,omitempty"`    // of further questionnaires, where several are checked
}

const codeCaseDiffers = "case-differs"

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
	FewestQuestions int `json:"fewest_questions"` // on any path
	MostQuestions   int `json:"most_questions"`
}

type finding struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Code   string `json:"code"`
	What   string `json:"what"`
	Mend   string `json:"mend,omitempty"`

	Rules   []foundRule `json:"rules,omitempty"` // that it is about
	Example *example    `json:"example,omitempty"`
}

func (f finding) String() string {
	fault := questionnaire.Fault{Place: questionnaire.Place{File: f.File, Line: f.Line, Column: f.Column}, Code: f.Code, What: f.What, Mend: f.Mend}.Error()
	return fault + f.shown()
}

// Validate refuses what cannot be meant.
func (c *checkCommand) Validate() error {
	if c.Limit <= 0 {
		return errNoTime
	}
	if c.ProposeCases && (c.WriteCase || c.JSON) {
		return errors.New("--propose-cases prints a file of cases and goes with neither --write-case nor --json")
	}
	if c.Dir != nil && *c.Dir == "" {
		return errors.New("the folder's name is empty")
	}
	return nil
}

// Run checks every questionnaire and prints the reports; findings go to standard error as well.
func (c *checkCommand) Run(s *stage) error {
	dir := ""
	if c.Dir != nil {
		dir = *c.Dir
	}
	folders, err := findFolders(dir)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if c.WriteCase && f.shipped {
			return wrongUse{fmt.Errorf("--write-case writes into a folder, and %s is a shipped questionnaire: name its folder", f.name)}
		}
	}
	if c.ProposeCases {
		return c.propose(s, folders)
	}
	var reports []report
	faulty := false
	for _, f := range folders {
		r := checkFolder(s, f, c)
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
		enc := json.NewEncoder(s.raw)
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

func checkFolder(s *stage, f folder, c *checkCommand) report {
	r := report{Folder: f.name, Findings: []finding{}}
	in := func(fault questionnaire.Fault) finding {
		return finding{File: filepath.Join(f.name, fault.File), Line: fault.Line, Column: fault.Column, Code: fault.Code, What: fault.What, Mend: fault.Mend}
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
	ctx, cancel := context.WithTimeout(s.ctx, c.Limit)
	defer cancel()
	proven := proof.Check(ctx, d, proof.Limits{})
	r.prove(d, proven, f.name, s)
	r.Coverage = newCoverageReport(proof.Cover(ctx, d), wording.New(d, d.Texts["en"]), f.name, s.ctx.Err() != nil)
	for _, reader := range proof.Readers(d) {
		r.Readers = append(r.Readers, readerReport(reader))
	}
	if c.WriteCase {
		if err := writeCases(f.name, d, proven); err != nil {
			r.Findings = append(r.Findings, finding{File: filepath.Join(f.name, fileBroken), Code: "case-not-written", What: err.Error(),
				Mend: "the file is as it was; mend it, or move it away, and check again"})
		}
	}
	return r
}

// caseDiffers is a case that comes out otherwise than it says.
func caseDiffers(c *questionnaire.Case, differs string) questionnaire.Fault {
	return questionnaire.Fault{Place: c.Place, Code: codeCaseDiffers, What: fmt.Sprintf("%s: %s", c.ID, differs),
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
	r.Proof.print(w)
	fmt.Fprintf(w, "  %s, %s with %s, %s, %s, %s\n", count(c.RedFlags, "red flag"), count(c.Causes, "cause"), count(c.Rules, "rule"),
		count(c.Specialists, "specialist"), plural(c.Advice, "piece of advice", "pieces of advice"), count(c.Sources, "source"))
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
	printReaders(w, r.Readers)
	r.Coverage.print(w)
	switch {
	case c.Cases == 0:
		fmt.Fprintln(w, "  no cases: nobody has said what should come of any answers")
	default:
		fmt.Fprintf(w, "  %s, %s\n", count(c.Cases, "case"), r.asExpected())
	}
	fmt.Fprintf(w, "  %s\n", r.verdict())
}

func (r *report) asExpected() string {
	differ := map[questionnaire.Place]bool{}
	for _, f := range r.Findings {
		if f.Code == codeCaseDiffers {
			differ[questionnaire.Place{File: f.File, Line: f.Line}] = true
		}
	}
	if len(differ) == 0 {
		return "all as expected"
	}
	return fmt.Sprintf("%d not as expected", len(differ))
}
