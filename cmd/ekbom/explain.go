package main

import (
	"cmp"
	"context"
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
	Case  string        `placeholder:"ID" help:"Explain the answers of a case of the questionnaire instead."`
	Name  string        `arg:"" optional:"" default:"rls" help:"A shipped questionnaire, or a folder."`
}

// Validate refuses what cannot be meant.
func (c *explainCommand) Validate() error {
	if c.Limit <= 0 {
		return errNoTime
	}
	return nil
}

// Run reads answers, from standard input or of a case, and prints what they lead to, why, and what would change it.
func (c *explainCommand) Run(s *stage) error {
	d, err := s.loadNamed(c.Name)
	if err != nil {
		return err
	}
	text, err := textIn(d, c.Lang)
	if err != nil {
		return err
	}
	answers, err := c.answers(s, d)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, c.Limit)
	defer cancel()
	x := &explainer{w: s.stdout, d: d, t: text, words: wording.New(d, text), answers: answers, values: d.NewValues(), turns: map[string][]proof.Turn{}, cited: map[questionnaire.ID]bool{}}
	d.Evaluate(answers, x.values)
	turns := proof.NewTurns(d)
	for _, t := range turns.Of(ctx, answers) {
		x.turns[turnKey(t.Kind, t.ID)] = append(x.turns[turnKey(t.Kind, t.ID)], t)
	}
	switch {
	case turns.Large() != nil:
		x.cut = "what would change the outcome was not looked for: the conditions are too large together"
	case s.ctx.Err() != nil:
		x.cut = "not all that would change the outcome was found before it was stopped"
	case ctx.Err() != nil:
		x.cut = fmt.Sprintf("not all that would change the outcome was found within %s; give more with --limit", c.Limit)
	}
	x.explain(assess.Evaluate(d, answers))
	if x.cut != "" {
		fmt.Fprintf(s.stderr, "ekbom: %s\n", x.cut)
		return errReported
	}
	return nil
}

// answers are those to explain.
func (c *explainCommand) answers(s *stage, d *questionnaire.Definition) (questionnaire.Answers, error) {
	if c.Case == "" {
		return s.readPath(d)
	}
	var ids []questionnaire.ID
	for _, k := range d.Cases {
		if string(k.ID) == c.Case {
			return k.Answers, nil
		}
		ids = append(ids, k.ID)
	}
	return nil, wrongUse{fmt.Errorf("%s has no case %q%s", d.ID, c.Case, questionnaire.DidYouMean(c.Case, ids))}
}

func turnKey(kind proof.TurnKind, id questionnaire.ID) string { return fmt.Sprint(kind, " ", id) }

// explainer prints one outcome in plain words.
type explainer struct {
	w       io.Writer
	d       *questionnaire.Definition
	t       *questionnaire.Text
	words   *wording.Words
	answers questionnaire.Answers
	values  *questionnaire.Values
	turns   map[string][]proof.Turn
	cited   map[questionnaire.ID]bool
	cut     string // why not all that would change the outcome is told
}

func (x *explainer) line(depth int, format string, args ...any) {
	fmt.Fprintf(x.w, "%s%s\n", strings.Repeat("  ", depth), fmt.Sprintf(format, args...))
}

func (x *explainer) heading(s string) { fmt.Fprintf(x.w, "\n%s\n", s) }

func (x *explainer) explain(o *assess.Outcome) {
	d, t := x.d, x.t
	x.line(0, "%s, %s %s", t.Title, d.ID, d.Version)
	if x.cut != "" {
		x.line(0, "NOT complete: %s.", x.cut)
	}
	another := d.SpeaksForAnother != nil && x.values.Of(d.SpeaksForAnother) == questionnaire.True
	x.heading(t.Urgency[o.Urgency].Heading)
	x.line(0, "%s", t.Urgency[o.Urgency].Sentence)
	if o.Urgency == questionnaire.Emergency {
		x.line(0, "The patient sees only whom to call and which answers it is for. All else below is for whoever reviews it.")
	}
	x.line(0, "Urgency: %s", o.Urgency)
	for _, turn := range slices.Concat(x.turns[turnKey(proof.UrgencyFalls, "")], x.turns[turnKey(proof.UrgencyRises, "")]) {
		how := "less urgent"
		if turn.Kind == proof.UrgencyRises {
			how = "more urgent"
		}
		x.turn(1, turn, how, fmt.Sprintf("%s, %s,", turn.Urgency, how))
		if turn.Others > 0 {
			x.line(2, "for example; %s it as well", plural(turn.Others, "other change does", "other changes do"))
		}
	}
	flag := func(f assess.RedFlag) string {
		return fmt.Sprintf("%s [red flag %s, %s]", t.RedFlag(f.ID, another).Name, f.ID, f.Urgency)
	}
	if len(o.RedFlags) > 0 {
		x.heading("Warning signs that are there")
	}
	for _, f := range o.RedFlags {
		x.line(1, "%s", flag(f))
		x.reasons("because", f.Because)
		x.sources(f.Source)
		x.would([]proof.TurnKind{proof.FlagEnds}, f.ID)
	}
	x.together("Warning signs that cannot be told", len(o.OpenFlags), func(i int) string {
		f := o.OpenFlags[i]
		x.reasons("because", f.Because)
		x.would([]proof.TurnKind{proof.FlagRuledOut, proof.FlagFires}, f.ID)
		return flag(f)
	})
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
		x.would([]proof.TurnKind{proof.CauseEnds, proof.CauseGrows}, c.ID)
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
		at := slices.IndexFunc(d.Referrals, func(r questionnaire.Referral) bool { return r.Specialist == sp.ID })
		if from := d.Referrals[at].From; from > questionnaire.SelfCare && o.Urgency >= from {
			x.line(2, "for: whoever's urgency is %s", wording.From(from))
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
		x.would([]proof.TurnKind{proof.CriterionEnds, proof.CriterionComes}, c.ID)
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
	x.together("Advice", len(o.Advice), func(i int) string {
		a := o.Advice[i]
		x.reasons("because", a.Because)
		x.sources(a.Source)
		x.would([]proof.TurnKind{proof.AdviceEnds}, a.ID)
		return fmt.Sprintf("%s [%s %s]", x.t.Advice[a.ID], a.Kind, a.ID)
	})
	given := o.Reached().Advice
	held := slices.DeleteFunc(slices.Clone(x.d.Advice), func(a questionnaire.Advice) bool {
		return x.values.Of(a.When) != questionnaire.True || slices.Contains(given, a.ID)
	})
	x.together("Advice that applies but is held back", len(held), func(i int) string {
		a := held[i]
		if a.Kind == questionnaire.Comfort && x.d.HideCauses != questionnaire.SelfCare && o.Urgency >= x.d.HideCauses {
			x.line(2, "held back by the urgency: nothing is to delay getting help")
		}
		x.heldBack("its own exclusion", a.Unless)
		for _, e := range x.d.Exclusions {
			if slices.Contains(a.Contains, e.Remedy) {
				x.heldBack("what excludes "+string(e.Remedy), e.When)
			}
		}
		x.would([]proof.TurnKind{proof.AdviceAllowed}, a.ID)
		return fmt.Sprintf("%s [%s %s]", x.t.Advice[a.ID], a.Kind, a.ID)
	})
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
	x.together("Not asked", len(o.NotAsked), func(i int) string {
		x.reasons("because", o.NotAsked[i].Because)
		at, _ := x.d.Question(o.NotAsked[i].Question)
		return x.words.Question(at)
	})
}

// near tells which causes one answer more would add.
func (x *explainer) near() {
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

// together prints n things under a heading. tell prints what is to say of one and gives its name; those of which the same is
// to be said stand together.
func (x *explainer) together(heading string, n int, tell func(i int) string) {
	if n > 0 {
		x.heading(heading)
	}
	out := x.w
	names := map[string][]string{}
	var all []string
	for i := range n {
		said := new(strings.Builder)
		x.w = said
		name := tell(i)
		if names[said.String()] == nil {
			all = append(all, said.String())
		}
		names[said.String()] = append(names[said.String()], name)
	}
	x.w = out
	for _, said := range all {
		for _, name := range names[said] {
			x.line(1, "%s", name)
		}
		fmt.Fprint(x.w, said)
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
	say := map[proof.TurnKind]string{proof.FlagEnds: "not raised", proof.FlagRuledOut: "not raised, and not open", proof.FlagFires: "raised",
		proof.CriterionEnds: "not met", proof.CriterionComes: "met", proof.CauseEnds: "not concluded", proof.CauseGrows: "stronger",
		proof.ReferralEnds: "not an address", proof.AdviceEnds: "not given", proof.AdviceAllowed: "given"}
	for _, kind := range kinds {
		for _, turn := range x.turns[turnKey(kind, id)] {
			what := say[kind]
			if kind == proof.CauseGrows && turn.Strength > 0 {
				what = turn.Strength.String()
			}
			x.turn(2, turn, say[kind], what)
		}
	}
}

// turn tells a smallest change of answers. never names what no answers bring.
func (x *explainer) turn(depth int, t proof.Turn, never, what string) {
	switch {
	case t.Far:
		x.line(depth, "%s only with more than %d changes", what, proof.FewSteps)
		return
	case len(t.Changed) == 0:
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
	case c.Unanswered:
		return question + value(c.Is) + " (not answered yet)"
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
