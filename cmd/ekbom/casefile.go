package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"ekbom/internal/assess"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
)

// caseText writes a case the way authors do. expect is the rest of the line behind "expect: ".
func caseText(d *questionnaire.Definition, id, story string, answers questionnaire.Answers, expect string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- case: %s\n  story: %s\n  answers:\n", id, strconv.Quote(story))
	for i, a := range answers {
		if a.State != questionnaire.NotReached {
			fmt.Fprintf(&b, "    %s: %s\n", d.Questions[i].ID, caseAnswer(d, i, a))
		}
	}
	fmt.Fprintf(&b, "  expect: %s\n", expect)
	return b.String()
}

func caseAnswer(d *questionnaire.Definition, i int, a questionnaire.Answer) string {
	words := d.Words(i, a)
	switch qu := &d.Questions[i]; {
	case a.State == questionnaire.Given && qu.Type == questionnaire.Choices:
		return "[" + strings.Join(words, ", ") + "]"
	case a.State == questionnaire.Given && (qu.Type == questionnaire.FreeText || qu.Type == questionnaire.Date):
		return strconv.Quote(words[0])
	}
	return words[0]
}

// fileBroken holds cases of broken properties until an author has sorted them into files of their own.
const fileBroken = "cases/broken.yaml"

// writeCases saves the example of each broken property as a case of its folder. The case expects what the property
// demands, as far as a case can say it, so it stays red until the rules are mended. What an author wrote into the file stays: only
// cases are added whose id no case has.
func writeCases(dir string, d *questionnaire.Definition, p *proof.Report) error {
	var b strings.Builder
	for _, f := range p.Findings {
		if f.Property == nil || f.Example == nil {
			continue
		}
		id := "broken-" + string(f.Property.ID)
		if slices.ContainsFunc(d.Cases, func(k questionnaire.Case) bool { return string(k.ID) == id }) {
			continue
		}
		answers, expect := f.Example.Answers, demanded(d, f.Claim)
		urgency := assess.Evaluate(d, answers).Urgency
		note := "     # the urgency is as it is now"
		switch {
		case f.Example.After != nil: // not less urgent than before the step
			answers, note = f.Example.After, ""
		case f.Claim != nil && !f.Claim.Never && f.Claim.Then.Op == questionnaire.OpOutcome && f.Claim.Then.Look.Kind == questionnaire.LookUrgency:
			look := f.Claim.Then.Look
			urgency, note = max(look.Urgency, min(look.UrgencyTo, questionnaire.Routine)), ""
		case expect == "":
			note += "; say what it should be"
		}
		expect = fmt.Sprintf("{urgency: %s%s}%s", urgency, expect, note)
		b.WriteString(caseText(d, id, "Found by the prover. "+f.Property.Says, answers, expect))
	}
	if b.Len() == 0 {
		return nil
	}
	root, err := os.OpenRoot(dir) // a link to elsewhere is not followed
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(fileBroken), 0o755); err != nil {
		return err
	}
	was, err := root.ReadFile(fileBroken)
	text := string(was)
	switch isNew := errors.Is(err, fs.ErrNotExist); {
	case isNew:
		text = "# Paths that break a property, found by the prover. Sort them into the other files once the rules are mended.\n"
	case err != nil:
		return err
	case text != "" && !strings.HasSuffix(text, "\n"):
		text += "\n"
	}
	if err := root.WriteFile(fileBroken, []byte(text+b.String()), 0o644); err != nil || was == nil {
		return err
	}
	// Where cases cannot be put below what an author wrote, such as a list in brackets, it stays as it was.
	if _, faults := questionnaire.Load(root.FS()); len(faults) > 0 {
		if err := root.WriteFile(fileBroken, was, 0o644); err != nil {
			return err
		}
		return fmt.Errorf("cases cannot be added below what it holds: %s", faults[0].What)
	}
	return nil
}

// demanded gives what a claim demands besides the urgency, in the form of a case's expectation; empty where a case cannot
// say it.
func demanded(d *questionnaire.Definition, c *questionnaire.Claim) string {
	if c == nil || c.Then.Op != questionnaire.OpOutcome {
		return ""
	}
	l := c.Then.Look
	if c.Never {
		if l.Kind == questionnaire.LookAdvice {
			return fmt.Sprintf(", not_advice: [%s]", d.Advice[l.At].ID)
		}
		return ""
	}
	switch l.Kind {
	case questionnaire.LookAdvice:
		return fmt.Sprintf(", advice: [%s]", d.Advice[l.At].ID)
	case questionnaire.LookSpecialist:
		return fmt.Sprintf(", specialists: [%s]", d.Referrals[l.At].Specialist)
	case questionnaire.LookFirst:
		return fmt.Sprintf(", first: %s", d.Referrals[l.At].Specialist)
	case questionnaire.LookStrength:
		return fmt.Sprintf(", causes: {%s: %s}", d.Causes[l.At].ID, l.Strength)
	case questionnaire.LookAgainst:
		return fmt.Sprintf(", against: [%s]", d.Causes[l.At].ID)
	case questionnaire.LookMatch:
		return fmt.Sprintf(", pattern: %s", l.Match)
	}
	return ""
}
