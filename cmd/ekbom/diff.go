package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/config"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/server"
	"ekbom/internal/store"
	"ekbom/internal/wording"
)

type diffCommand struct {
	JSON  bool          `help:"Print everything as JSON."`
	DB    *string       `name:"db" placeholder:"URL" help:"Count as well which of the responses kept there would come to another outcome: sqlite:PATH or postgres://..."`
	Limit time.Duration `default:"1m" help:"Longest time to compare. What is not decided by then is named."`
	Old   string        `arg:"" help:"The edition before: a folder, a shipped questionnaire, or a git revision."`
	New   string        `arg:"" help:"The edition after."`
}

// Help tells what is compared.
func (*diffCommand) Help() string {
	return `Says which answers come to another urgency, red flag, cause, referral, advice, match, question or voice in the new edition: how many sets of
answers, counted over all that people can give, and the one with the fewest telling answers.

A git revision is v1.0:questionnaires/rls, or only v1.0 beside a folder: ekbom diff HEAD questionnaires/rls shows what is edited and
not yet committed.

An answer set is the answers to every question that either edition asks. What one edition's form does not take (an option that is
gone, a number out of range) is listed and not compared. With --db, answers of completed responses are read and only counts are
printed; names are not read. A difference is not a fault: the exit code is 0, and 1 when not everything was compared in time.`
}

// diffReport is what another edition changes.
type diffReport struct {
	Old         questionnaire.Ref  `json:"old"`
	New         questionnaire.Ref  `json:"new"`
	Edits       []proof.Edit       `json:"edits"` // of the form of questions, and of the order of conclusions
	AnswerSets  countReport        `json:"answer_sets"`
	Changed     countReport        `json:"changed"` // with another outcome
	LessUrgent  countReport        `json:"less_urgent"`
	MoreUrgent  countReport        `json:"more_urgent"`
	Differences []differenceReport `json:"differences"`
	Undecided   []string           `json:"undecided"`
	TooLarge    bool               `json:"too_large,omitempty"` // more conditions than can be compared
	Stored      *storedReport      `json:"stored,omitempty"`
}

type differenceReport struct {
	Part    proof.Part       `json:"part"`
	ID      questionnaire.ID `json:"id,omitempty"`
	From    string           `json:"from,omitempty"`
	To      string           `json:"to,omitempty"`
	Urgency string           `json:"urgency,omitempty"` // less or more
	Count   countReport      `json:"count"`
	Example *pairReport      `json:"example,omitempty"`
}

// pairReport is an answer set as both editions take it.
type pairReport struct {
	Old      map[questionnaire.ID]any `json:"old"`
	New      map[questionnaire.ID]any `json:"new"`
	Telling  []string                 `json:"telling"` // in the author's words
	Smallest bool                     `json:"smallest"`
	Link     string                   `json:"link"` // opens it on "serve --dev" of the new edition
}

// storedReport counts the completed responses that a database keeps. It names nobody and no answer.
type storedReport struct {
	Completed  int `json:"completed"`
	Sent       int `json:"sent"` // of these, to a clinic
	Changed    int `json:"changed"`
	LessUrgent int `json:"less_urgent"`
	MoreUrgent int `json:"more_urgent"`
	Lost       int `json:"lost"` // with answers that the new edition does not take
	Open       int `json:"open"` // that the new edition asks more
	Unreadable int `json:"unreadable"`
}

// Validate refuses what cannot be meant.
func (c *diffCommand) Validate() error {
	if c.Limit <= 0 {
		return errNoTime
	}
	if c.DB != nil && *c.DB == "" {
		return errors.New("--db is empty: write sqlite:PATH or postgres://")
	}
	return nil
}

// Run compares two editions.
func (c *diffCommand) Run(s *stage) error {
	was, err := findEdition(s.ctx, c.Old, c.New)
	if err != nil {
		return err
	}
	is, err := findEdition(s.ctx, c.New, c.Old)
	if err != nil {
		return err
	}
	before, err := s.load(was)
	if err != nil {
		return err
	}
	after, err := s.load(is)
	if err != nil {
		return err
	}
	var kept *store.Store
	if c.DB != nil {
		if kept, err = c.open(s); err != nil {
			return err
		}
		defer kept.Close()
	}
	ctx, stop := context.WithTimeout(s.ctx, c.Limit)
	defer stop()
	compared := proof.Compare(ctx, before, after, proof.Limits{})
	r := newDiffReport(compared, s.devAddress())
	if kept != nil {
		if r.Stored, err = stored(s.ctx, kept, compared); err != nil {
			return fmt.Errorf("--db: %w", err)
		}
	}
	if c.JSON {
		enc := json.NewEncoder(s.raw)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			return err
		}
	} else {
		r.print(s.stdout, compared)
	}
	if compared.Apart() {
		fmt.Fprintln(s.stderr, "ekbom: no set of answers is taken by both editions, so nothing was compared")
		return errReported
	}
	if len(r.Undecided) > 0 {
		why := fmt.Sprintf("within %s: give more with --limit", c.Limit)
		switch {
		case s.ctx.Err() != nil:
			why = "before it was stopped"
		case compared.Large != nil:
			why = fmt.Sprintf("as the conditions together are too large, up to that of %s:%d", compared.Large.File, compared.Large.Line)
		}
		fmt.Fprintf(s.stderr, "ekbom: %s not compared %s\n", plural(len(r.Undecided), "conclusion was", "conclusions were"), why)
		return errReported
	}
	return nil
}

func newDiffReport(c *proof.Comparison, devAddress string) *diffReport {
	r := &diffReport{Old: c.Old.Ref, New: c.New.Ref, Edits: c.Edits, AnswerSets: newCountReport(c.AnswerSets), Changed: newCountReport(c.Changed),
		LessUrgent: newCountReport(c.Calmer), MoreUrgent: newCountReport(c.MoreUrgent), Differences: []differenceReport{}, Undecided: append([]string{}, c.Undecided...), TooLarge: c.Large != nil}
	before, after := wording.New(c.Old, c.Old.Texts["en"]), wording.New(c.New, c.New.Texts["en"])
	for _, d := range c.Differences {
		out := differenceReport{Part: d.Part, ID: d.ID, From: d.From, To: d.To, Count: newCountReport(d.Count)}
		switch d.Direction {
		case proof.Calmer:
			out.Urgency = "less"
		case proof.MoreUrgent:
			out.Urgency = "more"
		}
		if e := d.Example; e != nil {
			out.Example = &pairReport{Old: plainAnswers(c.Old, e.Old), New: plainAnswers(c.New, e.New), Telling: []string{}, Smallest: e.Smallest,
				Link: devAddress + server.OpenLink(c.New, e.New)}
			for _, said := range e.Telling {
				d, words, whose := c.New, after, ""
				if said.Old {
					d, words, whose = c.Old, before, " (asked before only)"
				}
				out.Example.Telling = append(out.Example.Telling, fmt.Sprintf("%s [%s: %s]%s", words.Answer(said.Question, said.Answer),
					d.Questions[said.Question].ID, strings.Join(d.Words(said.Question, said.Answer), ", "), whose))
			}
		}
		r.Differences = append(r.Differences, out)
	}
	return r
}

func plainAnswers(d *questionnaire.Definition, answers questionnaire.Answers) map[questionnaire.ID]any {
	plain := map[questionnaire.ID]any{}
	for i, a := range answers {
		if a.State != questionnaire.NotReached {
			plain[d.Questions[i].ID] = assess.Plain(d, i, a)
		}
	}
	return plain
}

// open opens the database whose responses are counted.
func (c *diffCommand) open(s *stage) (*store.Store, error) {
	conf, err := config.Load([]string{}, map[string]string{"EKBOM_DB": *c.DB})
	if err != nil {
		return nil, wrongUse{errors.New(strings.ReplaceAll(err.Error(), "EKBOM_DB", "--db"))}
	}
	if err := haveDatabase(conf); err != nil {
		return nil, fmt.Errorf("--db: %w", err)
	}
	st, err := store.Open(s.ctx, conf.DB)
	if err != nil {
		return nil, fmt.Errorf("--db: %w", err)
	}
	if err := st.CheckSchema(s.ctx); err != nil {
		st.Close()
		return nil, fmt.Errorf("--db: %w", err)
	}
	return st, nil
}

// stored counts what becomes of the responses in a database.
func stored(ctx context.Context, st *store.Store, compared *proof.Comparison) (*storedReport, error) {
	r := &storedReport{}
	editions := map[string]*questionnaire.Definition{compared.Old.Hash: compared.Old, compared.New.Hash: compared.New}
	for kept, err := range st.CompletedAnswers(ctx, compared.Old.ID) {
		if err != nil {
			return nil, err
		}
		edition, known := editions[kept.Edition]
		if !known {
			archive, err := st.Questionnaire(ctx, kept.Edition)
			if err != nil {
				return nil, err
			}
			if files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive))); err == nil {
				edition, _ = questionnaire.Load(files)
			}
			editions[kept.Edition] = edition
		}
		r.add(compared, edition, kept)
	}
	return r, nil
}

// add counts one response. Its answers are given to both editions, as far as they take them.
func (r *storedReport) add(c *proof.Comparison, edition *questionnaire.Definition, kept store.Completed) {
	r.Completed++
	if kept.Sent {
		r.Sent++
	}
	if edition == nil {
		r.Unreadable++
		return
	}
	answers, err := edition.DecodeAnswers(kept.Answers)
	if err != nil {
		r.Unreadable++
		return
	}
	before, _ := c.Old.Carry(edition, answers)
	after, lost := c.New.Carry(edition, answers)
	if len(lost) > 0 {
		r.Lost++
	}
	path := c.New.Path(after)
	for i, a := range after {
		if a.State == questionnaire.NotReached && path.Asked[i] == questionnaire.True {
			r.Open++
			break
		}
	}
	differs, urgency := c.Tell(before, after)
	if differs {
		r.Changed++
	}
	switch urgency {
	case proof.Calmer:
		r.LessUrgent++
	case proof.MoreUrgent:
		r.MoreUrgent++
	}
}

// largest is how many differences of one kind are printed.
const largest = 3

func (r *diffReport) print(w io.Writer, c *proof.Comparison) {
	fmt.Fprintf(w, "%s %s (%s) → %s %s (%s)\n", r.Old.ID, r.Old.Version, r.Old.Hash[:12], r.New.ID, r.New.Version, r.New.Hash[:12])
	if r.Old.ID != r.New.ID {
		fmt.Fprintln(w, "  These are different questionnaires: an id that both have is taken to mean the same.")
	}
	for _, e := range r.Edits {
		fmt.Fprintf(w, "  %s\n", editWords(c, e))
	}
	switch {
	case c.Apart():
		fmt.Fprintln(w, "\nNothing is compared: no set of answers is taken by both editions. Some question that everybody is asked has no answer in common.")
	case len(r.Differences) == 0 && len(r.Undecided) == 0:
		fmt.Fprintf(w, "\nNo difference: each of %s answer sets that both editions take comes to the same outcome.\n", r.AnswerSets)
	default:
		fmt.Fprintf(w, "\nAnswer sets that both editions take: %s\n", r.AnswerSets)
		fmt.Fprintf(w, "  with another outcome: %s%s\n  less urgent: %s\n  more urgent: %s\n", r.Changed, share(c), r.LessUrgent, r.MoreUrgent)
	}
	last := ""
	shown, more := 0, 0
	left := func() {
		if more > 0 {
			fmt.Fprintf(w, "  and %d more of this kind (--json prints all)\n", more)
		}
		shown, more = 0, 0
	}
	for _, d := range r.Differences {
		if kind := heading(d); kind != last {
			left()
			fmt.Fprintf(w, "\n%s\n", kind)
			last = kind
		}
		if shown == largest {
			more++
			continue
		}
		shown++
		d.print(w)
	}
	left()
	for i, u := range r.Undecided {
		if i == 0 {
			fmt.Fprintf(w, "\nNOT decided:\n")
		}
		fmt.Fprintf(w, "  %s\n", u)
	}
	if r.Stored != nil {
		r.Stored.print(w)
	}
}

// share says what part of the answer sets has another outcome.
func share(c *proof.Comparison) string {
	if !c.AnswerSets.Exact() || !c.Changed.Exact() || c.AnswerSets.From.Sign() == 0 || c.Changed.From.Sign() == 0 {
		return ""
	}
	part, _ := new(big.Rat).SetFrac(c.Changed.From, c.AnswerSets.From).Float64()
	switch percent := 100 * part; {
	case percent < 0.01:
		return " (less than 0.01%)"
	case percent < 1:
		return fmt.Sprintf(" (%.2f%%)", percent)
	default:
		return fmt.Sprintf(" (%.0f%%)", percent)
	}
}

// heading names the kind under which a difference is told.
func heading(d differenceReport) string {
	name := map[proof.Part]string{
		proof.PartUrgency: "Urgency", proof.PartRedFlag: "Red flags", proof.PartCause: "Causes concluded", proof.PartCauseSeen: "Causes shown to the patient",
		proof.PartAgainst: "What speaks against a cause", proof.PartReferral: "Who is named", proof.PartFirst: "First address", proof.PartAdvice: "Advice", proof.PartMatch: "Match of the pattern",
		proof.PartMatchSeen: "Match shown to the patient", proof.PartCriterion: "Criteria", proof.PartLookAlike: "Look-alikes",
		proof.PartScore: "Scores", proof.PartQuestion: "Questions asked", proof.PartVoice: "To whom the texts speak",
	}[d.Part]
	if d.Urgency != "" {
		name += ", " + d.Urgency + " urgent"
	}
	return name
}

func (d *differenceReport) print(w io.Writer) {
	what := "other points or open terms"
	if d.From != "" {
		what = d.From + " → " + d.To
	}
	if d.ID != "" {
		what = string(d.ID) + ": " + what
	}
	fmt.Fprintf(w, "  %s, for %s\n", what, answerSets(d.Count))
	if d.Example == nil {
		fmt.Fprintf(w, "    no example was found within the time\n")
		return
	}
	kind := "smallest example"
	if !d.Example.Smallest {
		kind = "example, perhaps not the smallest"
	}
	if len(d.Example.Telling) == 0 {
		fmt.Fprintf(w, "    %s: answers that no rule listens to\n", kind)
		return
	}
	fmt.Fprintf(w, "    %s:\n", kind)
	for _, line := range d.Example.Telling {
		fmt.Fprintf(w, "      %s\n", line)
	}
}

func answerSets(c countReport) string {
	if c.From == "1" && (c.Exact || c.To == "") {
		return c.String() + " answer set"
	}
	return c.String() + " answer sets"
}

// editWords tells an edit in the author's words.
func editWords(c *proof.Comparison, e proof.Edit) string {
	text := func(d *questionnaire.Definition) string {
		return fmt.Sprintf("“%s”", d.Texts["en"].Questions[e.Of].Text)
	}
	answers := func(d *questionnaire.Definition) string {
		var list []string
		for _, id := range e.Answers {
			if said := d.Texts["en"].Questions[e.Of].Options[id]; said != "" {
				list = append(list, fmt.Sprintf("“%s” [%s]", said, id))
			} else {
				list = append(list, string(id))
			}
		}
		return strings.Join(list, ", ")
	}
	switch e.Kind {
	case proof.QuestionAdded:
		return fmt.Sprintf("new question %s: %s", e.Of, text(c.New))
	case proof.QuestionRemoved:
		return fmt.Sprintf("question %s is gone: %s", e.Of, text(c.Old))
	case proof.AnswersAdded:
		return fmt.Sprintf("%s: takes %s as well; not compared where both ask", e.Of, answers(c.New))
	case proof.AnswersRemoved:
		return fmt.Sprintf("%s: no longer takes %s; not compared where both ask", e.Of, answers(c.Old))
	case proof.OrderChanged:
		return fmt.Sprintf("%s: stand in another order: %s", strings.ReplaceAll(string(e.Of), "_", " "), moved(e))
	case proof.OptionsMoved:
		return fmt.Sprintf("%s: its options stand in another order: %s", e.Of, moved(e))
	case proof.AskChanged:
		return fmt.Sprintf("%s: the condition of asking is written otherwise", e.Of)
	}
	was := strings.ReplaceAll(strings.TrimSuffix(string(e.Kind), "-changed"), "-", " ")
	return fmt.Sprintf("%s: %s was %s, is %s", e.Of, was, orNone(e.Was), orNone(e.Is))
}

// moved tells both orders where that is one line.
func moved(e proof.Edit) string {
	if line := fmt.Sprintf("was %s; is %s", e.Was, e.Is); len(line) <= 160 {
		return line
	}
	return "--json prints both"
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func (r *storedReport) print(w io.Writer) {
	fmt.Fprintf(w, "\nStored: %s, %d of them sent to a clinic\n", count(r.Completed, "completed response"), r.Sent)
	fmt.Fprintf(w, "  with another outcome: %d\n  less urgent: %d\n  more urgent: %d\n", r.Changed, r.LessUrgent, r.MoreUrgent)
	for _, note := range []struct {
		n    int
		says string
	}{
		{r.Lost, "with answers that the new edition does not take, evaluated without these"},
		{r.Open, "that the new edition would ask more, evaluated with that left open"},
		{r.Unreadable, "that could not be read, and are not counted above"},
	} {
		if note.n > 0 {
			fmt.Fprintf(w, "  %s: %d\n", note.says, note.n)
		}
	}
}
