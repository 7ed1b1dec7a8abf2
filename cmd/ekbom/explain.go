package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/wording"
)

type explainCommand struct {
	Lang  string        `default:"en" help:"Language of the questionnaire's own words. The words between them are English."`
	Limit time.Duration `default:"10s" help:"Longest time to look for what would change the outcome."`
	Name  string        `arg:"" optional:"" default:"rls" help:"A shipped questionnaire, or a folder."`
}

// Run reads answers from standard input and prints what they lead to, why, and what would change it.
func (c *explainCommand) Run(s *stage) error {
	d, err := s.loadNamed(c.Name)
	if err != nil {
		return err
	}
	text, err := textIn(d, c.Lang)
	if err != nil {
		return err
	}
	answers, err := s.readPath(d)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, c.Limit)
	defer cancel()
	x := &explainer{w: s.stdout, d: d, t: text, words: wording.New(d, text), answers: answers, values: d.NewValues(), turns: map[string][]proof.Turn{}, cited: map[questionnaire.ID]bool{}}
	d.Evaluate(answers, x.values)
	turns, err := proof.NewTurns(d).Of(ctx, answers)
	x.complete = !errors.Is(err, proof.ErrUnanswered)
	for _, t := range turns {
		x.turns[turnKey(t.Kind, t.ID)] = append(x.turns[turnKey(t.Kind, t.ID)], t)
	}
	x.explain(assess.Evaluate(d, answers))
	if x.complete && ctx.Err() != nil {
		fmt.Fprintf(s.stderr, "not all that would change the outcome was found within %s; give more with --limit\n", c.Limit)
	}
	return nil
}

func turnKey(kind proof.TurnKind, id questionnaire.ID) string { return fmt.Sprint(kind, " ", id) }

// explainer prints one outcome in plain words.
type explainer struct {
	w        io.Writer
	d        *questionnaire.Definition
	t        *questionnaire.Text
	words    *wording.Words
	answers  questionnaire.Answers
	values   *questionnaire.Values
	turns    map[string][]proof.Turn
	complete bool
	cited    map[questionnaire.ID]bool
}

func (x *explainer) line(depth int, format string, args ...any) {
	fmt.Fprintf(x.w, "%s%s\n", strings.Repeat("  ", depth), fmt.Sprintf(format, args...))
}

func (x *explainer) heading(s string) { fmt.Fprintf(x.w, "\n%s\n", s) }

func (x *explainer) explain(o *assess.Outcome) {
	d, t := x.d, x.t
	x.line(0, "%s, %s %s", t.Title, d.ID, d.Version)
	another := d.SpeaksForAnother != nil && x.values.Of(d.SpeaksForAnother) == questionnaire.True
	x.heading(t.Urgency[o.Urgency].Heading)
	x.line(0, "%s", t.Urgency[o.Urgency].Sentence)
	x.line(0, "Urgency: %s", o.Urgency)
	for _, turn := range slices.Concat(x.turns[turnKey(proof.UrgencyFalls, "")], x.turns[turnKey(proof.UrgencyRises, "")]) {
		how := "less urgent"
		if turn.Kind == proof.UrgencyRises {
			how = "more urgent"
		}
		x.turn(1, turn, how, fmt.Sprintf("%s, %s,", turn.Urgency, how))
	}
	for _, flags := range []struct {
		heading string
		list    []assess.RedFlag
		kinds   []proof.TurnKind
	}{
		{"Warning signs that are there", o.RedFlags, []proof.TurnKind{proof.FlagEnds}},
		{"Warning signs that cannot be told", o.OpenFlags, []proof.TurnKind{proof.FlagRuledOut, proof.FlagFires}},
	} {
		if len(flags.list) > 0 {
			x.heading(flags.heading)
		}
		for _, f := range flags.list {
			x.line(1, "%s [red flag %s, %s]", t.RedFlag(f.ID, another).Name, f.ID, f.Urgency)
			x.reasons("because", f.Because)
			x.sources(f.Source)
			x.would(flags.kinds, f.ID)
		}
	}
	x.pattern(o)
	if len(o.Causes) > 0 {
		x.heading("Causes that the answers point to")
	}
	for _, c := range o.Causes {
		shown := ""
		if !c.Shown {
			shown = "; the patient does not see it"
		}
		name := t.Causes[c.ID]
		if name.Clinical != "" {
			name.Name += " (" + name.Clinical + ")"
		}
		x.line(1, "%s [cause %s by rule %s, %s%s]", name.Name, c.ID, c.Rule, c.Strength, shown)
		x.reasons("because", c.Because)
		x.reasons("against it", c.Against)
		var open []string
		for _, id := range c.Open {
			if at, ok := d.Question(id); ok {
				open = append(open, x.words.Answer(at, x.answers[at]))
			}
		}
		if len(open) > 0 {
			x.line(2, "still open: %s", strings.Join(open, "; "))
		}
		x.sources(c.Source)
		x.would([]proof.TurnKind{proof.CauseEnds}, c.ID)
	}
	if len(o.LookAlikes) > 0 {
		x.heading("What can feel the same")
	}
	for _, a := range o.LookAlikes {
		x.line(1, "%s [look-alike %s]", t.LookAlikes[a.ID].Name, a.ID)
		x.reasons("because", a.Because)
		x.sources(a.Source)
	}
	for _, sc := range o.Scores {
		x.heading(t.Scores[sc.ID].Name)
		if sc.From == sc.To {
			x.line(1, "%d of %d: %s", sc.From, sc.Most, t.Scores[sc.ID].Bands[sc.BandFrom])
		} else {
			x.line(1, "between %d and %d of %d, as some answers are open", sc.From, sc.To, sc.Most)
		}
	}
	if len(o.Specialists) > 0 {
		x.heading("Who can help, the first address first")
	}
	for _, sp := range o.Specialists {
		x.line(1, "%s [%s]", t.Specialists[sp.ID].Name, sp.ID)
		x.reasons("because", sp.Because)
		var causes []string
		for _, id := range sp.Causes {
			causes = append(causes, t.Causes[id].Name)
		}
		if len(causes) > 0 {
			x.line(2, "for: %s", strings.Join(causes, "; "))
		}
		x.sources(sp.Source)
		x.would([]proof.TurnKind{proof.ReferralEnds}, sp.ID)
	}
	x.advice(o)
	x.silence(o)
	x.near()
	x.allSources()
}

func (x *explainer) pattern(o *assess.Outcome) {
	if x.d.Pattern.Absent {
		return
	}
	x.heading(cmp.Or(x.t.PatternName, "Pattern"))
	x.line(1, "%s [%s]", x.t.Pattern[o.Pattern.Match], o.Pattern.Match)
	for _, c := range o.Pattern.Criteria {
		x.line(1, "%s: %s", x.t.Criteria[c.ID].Name, strings.ReplaceAll(c.State.String(), "-", " "))
		x.reasons("because", c.Because)
		x.sources(c.Source)
	}
	for _, kind := range []proof.TurnKind{proof.MatchFalls, proof.MatchRises} {
		for _, turn := range x.turns[turnKey(kind, "")] {
			how := map[proof.TurnKind]string{proof.MatchFalls: "fitting less", proof.MatchRises: "fitting better"}[kind]
			x.turn(1, turn, how, fmt.Sprintf("%s, %s,", turn.Match, how))
		}
	}
}

// advice tells what is given, and what would be were it not for an exclusion.
func (x *explainer) advice(o *assess.Outcome) {
	if len(o.Advice) > 0 {
		x.heading("Advice")
	}
	for _, a := range o.Advice {
		x.line(1, "%s [%s %s]", x.t.Advice[a.ID], a.Kind, a.ID)
		x.reasons("because", a.Because)
		x.sources(a.Source)
	}
	given := o.Reached().Advice
	first := true
	for _, a := range x.d.Advice {
		if x.values.Of(a.When) != questionnaire.True || slices.Contains(given, a.ID) {
			continue
		}
		if first {
			x.heading("Advice that applies but is held back")
			first = false
		}
		x.line(1, "%s [%s %s]", x.t.Advice[a.ID], a.Kind, a.ID)
		x.heldBack("its own exclusion", a.Unless)
		for _, e := range x.d.Exclusions {
			if slices.Contains(a.Contains, e.Remedy) {
				x.heldBack("the exclusion of "+string(e.Remedy), e.When)
			}
		}
		if a.Kind == questionnaire.Comfort && x.d.HideCauses != questionnaire.SelfCare && o.Urgency >= x.d.HideCauses {
			x.line(2, "held back by the urgency: nothing is to delay getting help")
		}
		x.would([]proof.TurnKind{proof.AdviceAllowed}, a.ID)
	}
}

// heldBack tells of an exclusion that is not known to be false.
func (x *explainer) heldBack(name string, c *questionnaire.Condition) {
	if c == nil || x.values.Of(c) == questionnaire.False {
		return
	}
	how := "held back by " + name
	if x.values.Of(c) == questionnaire.Unknown {
		how += ", which cannot be told"
	}
	x.reasons(how+", because", assess.Because(x.d, x.answers, x.values, c))
}

// silence tells what no answer tells, and what was not asked and why.
func (x *explainer) silence(o *assess.Outcome) {
	if len(o.Unknown)+len(o.Missing) > 0 {
		x.heading("Not known")
	}
	for _, u := range o.Unknown {
		at, _ := x.d.Question(u.Question)
		x.line(1, "%s", x.words.Answer(at, x.answers[at]))
	}
	for _, id := range o.Missing {
		at, _ := x.d.Question(id)
		x.line(1, "%s", x.words.Answer(at, x.answers[at]))
	}
	if len(o.NotAsked) > 0 {
		x.heading("Not asked")
	}
	for _, n := range o.NotAsked {
		at, _ := x.d.Question(n.Question)
		x.line(1, "%s", x.words.Question(at))
		x.reasons("because", n.Because)
		x.line(2, "asked if: %s", x.words.Condition(x.d.Questions[at].Ask))
	}
}

// near tells which causes one answer more would add.
func (x *explainer) near() {
	if !x.complete {
		x.heading("What would change this")
		x.line(1, "is only worked out when every question that is asked has an answer")
		return
	}
	first := true
	for i := range x.d.Causes {
		id := x.d.Causes[i].ID
		for _, turn := range x.turns[turnKey(proof.CauseComes, id)] {
			if first {
				x.heading("Causes one answer away")
				first = false
			}
			x.line(1, "%s [cause %s]", x.t.Causes[id].Name, id)
			x.turn(2, turn, "", "concluded as well")
		}
	}
}

// reasons tells the answers behind something.
func (x *explainer) reasons(how string, all []assess.Reason) {
	var said []string
	for _, r := range all {
		at, ok := x.d.Question(r.Question)
		if !ok {
			continue
		}
		a := x.answers[at]
		if words, err := answerWords(r.Answer); err == nil && len(words) > 0 {
			if part, fault := x.d.ParseAnswer(at, words); fault == nil { // of several ticks those that count
				a = part
			}
		}
		said = append(said, x.words.Answer(at, a))
	}
	if len(said) > 0 {
		x.line(2, "%s: %s", how, strings.Join(said, "; "))
	}
}

// sources names where a conclusion comes from; allSources gives their titles at the end.
func (x *explainer) sources(ids []questionnaire.ID) {
	if len(ids) == 0 {
		return
	}
	var words []string
	for _, id := range ids {
		x.cited[id] = true
		words = append(words, string(id))
	}
	x.line(2, "sources: %s", strings.Join(words, ", "))
}

func (x *explainer) allSources() {
	x.heading("Sources")
	for _, s := range x.d.Sources {
		if x.cited[s.ID] {
			x.line(1, "%s: %s (read %s)%s", s.ID, s.Title, s.Reviewed.Format(time.DateOnly), strings.TrimRight(" "+s.Address, " "))
		}
	}
}

// would tells what would change a conclusion.
func (x *explainer) would(kinds []proof.TurnKind, id questionnaire.ID) {
	say := map[proof.TurnKind]string{proof.FlagEnds: "known not to be there", proof.FlagRuledOut: "known not to be there", proof.FlagFires: "there for certain",
		proof.CauseEnds: "not concluded", proof.ReferralEnds: "not an address", proof.AdviceAllowed: "given"}
	for _, kind := range kinds {
		for _, turn := range x.turns[turnKey(kind, id)] {
			x.turn(2, turn, say[kind], say[kind])
		}
	}
}

// turn tells a smallest change of answers. never names what no answers bring.
func (x *explainer) turn(depth int, t proof.Turn, never, what string) {
	if len(t.Changed) == 0 {
		x.line(depth, "no other answers would make it %s", never)
		return
	}
	var said []string
	for _, c := range t.Changed {
		said = append(said, x.change(c))
	}
	x.line(depth, "%s with %s: %s", what, plural(t.Steps, "change", "changes"), strings.Join(said, "; "))
}

func (x *explainer) change(c proof.Change) string {
	question := x.words.Question(c.Question) + ": "
	value := func(a questionnaire.Answer) string {
		return strings.TrimPrefix(x.words.Answer(c.Question, a), question)
	}
	several := func(a questionnaire.Answer) bool {
		qu := &x.d.Questions[c.Question]
		return qu.Type == questionnaire.Choices && a.State == questionnaire.Given && (qu.None < 0 || !a.Has(qu.None))
	}
	switch {
	case c.Is.State == questionnaire.NotReached:
		return question + "not asked then"
	case c.Was.State == questionnaire.NotReached:
		return question + value(c.Is) + " (asked only then)"
	case several(c.Was) && several(c.Is):
		var ticks []string
		if more := c.Is.Options &^ c.Was.Options; more != 0 {
			ticks = append(ticks, "also "+value(questionnaire.Answer{State: questionnaire.Given, Options: more}))
		}
		if less := c.Was.Options &^ c.Is.Options; less != 0 {
			ticks = append(ticks, "without "+value(questionnaire.Answer{State: questionnaire.Given, Options: less}))
		}
		return question + strings.Join(ticks, ", ")
	}
	return question + value(c.Is) + " instead of " + value(c.Was)
}
