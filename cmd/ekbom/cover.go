package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"ekbom/internal/assess"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/wording"
)

// coverageReport is what the cases exercise of all that can happen.
type coverageReport struct {
	Rules    coveredReport `json:"rules"`
	Answers  coveredReport `json:"answers"`
	Branches coveredReport `json:"branches"`
	Pairs    coveredReport `json:"pairs_of_causes"`
	TooLarge bool          `json:"too_large,omitempty"` // more conditions than can be looked at: nothing is counted

	stopped bool // by whoever started it
}

type coveredReport struct {
	Done      int      `json:"done"`
	Possible  int      `json:"possible"`            // that some path can reach, as proven
	Undecided int      `json:"undecided,omitempty"` // time ran out before it was known whether any can
	Lacks     []string `json:"lacks"`
}

func newCoverageReport(c *proof.Coverage, words *wording.Words, folder string, stopped bool) *coverageReport {
	kind := func(k proof.GoalKind) coveredReport {
		covered := c.Kinds[k]
		out := coveredReport{covered.Done, covered.Possible, covered.Undecided, []string{}}
		for _, g := range covered.Lacks {
			out.Lacks = append(out.Lacks, goalName(g, words, folder))
		}
		return out
	}
	return &coverageReport{kind(proof.GoalRule), kind(proof.GoalAnswer), kind(proof.GoalBranch), kind(proof.GoalPair), c.Large != nil, stopped}
}

// goalName says a goal in a line. Of a branch it is the part that decides alone, and where the whole was first written.
func goalName(g proof.Goal, words *wording.Words, folder string) string {
	if g.Kind != proof.GoalBranch {
		return g.Name
	}
	how := map[questionnaire.Op]string{questionnaire.OpAny: "alone makes it true", questionnaire.OpAll: "is the only part that is not so",
		questionnaire.OpAtLeast: "is the one without which it is not reached"}[g.Whole.Op]
	return fmt.Sprintf("%s:%d: %s %s", filepath.Join(folder, g.Whole.Place.File), g.Whole.Place.Line, words.Condition(g.Part), how)
}

// shownLacks is how many of the things that no case exercises are printed of each kind; JSON has all.
const shownLacks = 5

func (c *coverageReport) print(w io.Writer) {
	if c.TooLarge {
		fmt.Fprintln(w, "  what the cases exercise is NOT counted: the conditions are too large together")
		return
	}
	why := "time ran out"
	if c.stopped {
		why = "it was stopped"
	}
	kinds := []struct {
		name string
		coveredReport
	}{{"rules", c.Rules}, {"answers", c.Answers}, {"branches", c.Branches}, {"pairs of causes", c.Pairs}}
	var said []string
	for _, k := range kinds {
		if k.Possible+k.Undecided > 0 {
			said = append(said, fmt.Sprintf("%s %d of %d", k.name, k.Done, k.Possible))
		}
	}
	fmt.Fprintf(w, "  the cases exercise, of all that can happen: %s\n", strings.Join(said, ", "))
	for _, k := range kinds {
		if k.Undecided > 0 {
			fmt.Fprintf(w, "    %s: %s before it was known whether %d more can happen\n", k.name, why, k.Undecided)
		}
		if len(k.Lacks) == 0 {
			continue
		}
		fmt.Fprintf(w, "    %s that no case exercises\n", k.name)
		for _, name := range k.Lacks[:min(shownLacks, len(k.Lacks))] {
			fmt.Fprintf(w, "      %s\n", name)
		}
		if more := len(k.Lacks) - shownLacks; more > 0 {
			fmt.Fprintf(w, "      and %d more; --json lists all, --propose-cases proposes cases for them\n", more)
		}
	}
}

// readerReport is what a question is asked for.
type readerReport struct {
	Question   questionnaire.ID   `json:"question"`
	RedFlags   []questionnaire.ID `json:"red_flags,omitempty"`
	Causes     []questionnaire.ID `json:"causes,omitempty"`
	LookAlikes []questionnaire.ID `json:"look_alikes,omitempty"`
	Criteria   []questionnaire.ID `json:"criteria,omitempty"`
	Pattern    bool               `json:"pattern,omitempty"`
	Scores     []questionnaire.ID `json:"scores,omitempty"`
	Referrals  []questionnaire.ID `json:"referrals,omitempty"`
	Advice     []questionnaire.ID `json:"advice,omitempty"`
	Questions  []questionnaire.ID `json:"questions,omitempty"`
	Voice      bool               `json:"speaks_for_another,omitempty"`
	Unread     string             `json:"unread,omitempty"` // the author's reason to ask it although nothing reads it
}

func printReaders(w io.Writer, readers []readerReport) {
	fmt.Fprintln(w, "  questions and what their answers are for")
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, r := range readers {
		var said []string
		say := func(n int, one, many string) {
			if n > 0 {
				said = append(said, plural(n, one, many))
			}
		}
		say(len(r.RedFlags), "red flag", "red flags")
		say(len(r.Causes), "cause", "causes")
		say(len(r.LookAlikes), "look-alike", "look-alikes")
		say(len(r.Criteria), "criterion", "criteria")
		if r.Pattern {
			said = append(said, "the pattern")
		}
		say(len(r.Scores), "score", "scores")
		say(len(r.Referrals), "referral", "referrals")
		say(len(r.Advice), "piece of advice", "pieces of advice")
		say(len(r.Questions), "question", "questions")
		if r.Voice {
			said = append(said, "whom the texts speak to")
		}
		switch {
		case len(said) > 0:
		case r.Unread != "":
			said = append(said, "no rule: "+r.Unread)
		default:
			said = append(said, "nothing")
		}
		fmt.Fprintf(t, "    %s\t%s\n", r.Question, strings.Join(said, ", "))
	}
	t.Flush()
}

// propose prints cases for what no case exercises yet, as a file of cases.
func (c *checkCommand) propose(s *stage, folders []folder) error {
	if len(folders) != 1 {
		return wrongUse{errors.New("--propose-cases needs the folder or the name of one questionnaire")}
	}
	d, err := s.load(folders[0])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, c.Limit)
	defer cancel()
	covered := proof.Cover(ctx, d)
	p := covered.Propose(ctx)
	fmt.Fprintf(s.stdout, "# Cases for all that no case of %s %s exercises yet, among all that can happen.\n", d.ID, d.Version)
	undecided := 0
	for _, k := range covered.Kinds {
		undecided += k.Undecided
	}
	complete := p.Left+undecided == 0
	why, hint := "time ran out", " Give more with --limit."
	if s.ctx.Err() != nil {
		why, hint = "it was stopped", ""
	}
	switch {
	case covered.Large != nil:
		complete = false
		fmt.Fprintln(s.stdout, "# NOT complete: the conditions are too large together.")
		fmt.Fprintf(s.stderr, "%s: no cases are proposed: the conditions are too large together\n", folders[0].name)
	case !complete:
		fmt.Fprintf(s.stdout, "# NOT complete: %s.%s\n", why, hint)
		fmt.Fprintf(s.stderr, "%s: not complete: %s with %s without a case, and %s of which it is not known whether they can happen\n",
			folders[0].name, why, plural(p.Left, "thing", "things"), plural(undecided, "thing", "things"))
	case len(p.Answers) == 0:
		fmt.Fprintln(s.stdout, "# Nothing is lacking.")
	case len(p.Answers) == p.Fewest:
		fmt.Fprintf(s.stdout, "# %s; no fewer can do it.\n", count(len(p.Answers), "case"))
	default:
		fmt.Fprintf(s.stdout, "# %s; it is shown that fewer than %d cannot do it.\n", count(len(p.Answers), "case"), p.Fewest)
	}
	if len(p.Answers) == 0 {
		fmt.Fprintln(s.stdout, "[]")
	} else {
		fmt.Fprint(s.stdout, `# What is expected below is only what the rules say now. It counts when a clinician has read the answers and judged what
# should come of them: keep, mend the rules or mend the case, then give it a name and move it beside the other cases.
`)
	}
	words := wording.New(d, d.Texts["en"])
	for i, answers := range p.Answers {
		var told []string
		for _, at := range covered.Telling(answers) {
			told = append(told, words.Answer(at, answers[at]))
		}
		story := "To be judged. They told: " + strings.Join(told, "; ") + "."
		text := caseText(d, fmt.Sprintf("proposed-%d", i+1), story, answers, expected(assess.Evaluate(d, answers)))
		fmt.Fprintf(s.stdout, "\n# Only this one exercises:\n#   %s\n%s", strings.Join(goalNames(p.Goals[i], words), "\n#   "), strings.Replace(text, ": \n", ":\n", 1))
	}
	if !complete {
		return errReported
	}
	return nil
}

// goalNames names what a case is for, not all of it where it is much.
func goalNames(goals []proof.Goal, words *wording.Words) (names []string) {
	for _, g := range goals[:min(3, len(goals))] {
		names = append(names, goalName(g, words, ""))
	}
	if more := len(goals) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return names
}

// expected is the expectation that an outcome fulfils.
func expected(o *assess.Outcome) string {
	r := o.Reached()
	list := func(ids []questionnaire.ID) string {
		var words []string
		for _, id := range ids {
			words = append(words, string(id))
		}
		return "[" + strings.Join(words, ", ") + "]"
	}
	lines := []string{"", "    urgency: " + o.Urgency.String()}
	if len(o.Pattern.Criteria) > 0 {
		lines = append(lines, "    pattern: "+o.Pattern.Match.String())
	}
	lines = append(lines, "    red_flags: "+list(r.RedFlags))
	var causes []string
	for _, c := range o.Causes {
		causes = append(causes, fmt.Sprintf("%s: %s", c.ID, c.Strength))
	}
	lines = append(lines, "    causes: {"+strings.Join(causes, ", ")+"}")
	var against []questionnaire.ID
	for _, c := range o.Causes {
		if len(c.Against) > 0 {
			against = append(against, c.ID)
		}
	}
	for _, x := range []struct {
		key string
		ids []questionnaire.ID
	}{{"against", against}, {"look_alikes", r.LookAlikes}, {"specialists", r.Specialists}, {"first", r.Specialists[:min(1, len(r.Specialists))]}, {"advice", r.Advice}} {
		switch {
		case len(x.ids) == 0:
		case x.key == "first":
			lines = append(lines, "    first: "+string(x.ids[0]))
		default:
			lines = append(lines, "    "+x.key+": "+list(x.ids))
		}
	}
	return strings.Join(lines, "\n")
}
