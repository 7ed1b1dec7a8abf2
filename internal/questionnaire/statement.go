package questionnaire

import "iter"

// Statement is one condition that something in a definition states, and what hangs on it.
type Statement struct {
	Kind StatementKind
	Of   ID    // the cause of a rule, the score of a term
	ID   ID    // of what hangs on it
	At   Place // zero where the files give it no place of its own
	When *Condition
}

// StatementKind says what hangs on a condition, in words.
type StatementKind string

// The kinds of statements.
const (
	StatesAsk          StatementKind = "whether it is asked"
	StatesVoice        StatementKind = "who is spoken to"
	StatesRedFlag      StatementKind = "red flag"
	StatesMet          StatementKind = "criterion, met"
	StatesEarlier      StatementKind = "criterion, earlier"
	StatesPattern      StatementKind = "pattern"
	StatesLookAlike    StatementKind = "look-alike"
	StatesRule         StatementKind = "rule"
	StatesAgainst      StatementKind = "against cause"
	StatesTerm         StatementKind = "term"
	StatesReferral     StatementKind = "referral"
	StatesFirst        StatementKind = "referral, first"
	StatesExclusion    StatementKind = "exclusion"
	StatesAdvice       StatementKind = "advice"
	StatesAdviceUnless StatementKind = "advice, unless"
)

// Statements lists every condition that something states, without its parts; not those that always hold. Facts stand aside:
// they count only where something else uses them.
func (d *Definition) Statements() iter.Seq[Statement] {
	return func(yield func(Statement) bool) {
		on := true
		state := func(kind StatementKind, of, id ID, at Place, when *Condition) {
			on = on && (when == nil || yield(Statement{kind, of, id, at, when}))
		}
		for i := range d.Questions {
			state(StatesAsk, "", d.Questions[i].ID, d.Questions[i].Place, d.Questions[i].Ask)
		}
		state(StatesVoice, "", "speaks_for_another", Place{}, d.SpeaksForAnother)
		for _, s := range d.Scores {
			for _, t := range s.Terms {
				state(StatesTerm, s.ID, t.ID, s.Place, t.When)
			}
		}
		for _, f := range d.RedFlags {
			state(StatesRedFlag, "", f.ID, f.Place, f.When)
		}
		for _, c := range d.Criteria {
			state(StatesMet, "", c.ID, c.Place, c.Met)
			state(StatesEarlier, "", c.ID, c.Place, c.Earlier)
		}
		state(StatesPattern, "", "full", Place{}, d.Pattern.Full)
		state(StatesPattern, "", "partial", Place{}, d.Pattern.Partial)
		state(StatesPattern, "", "none", Place{}, d.Pattern.None)
		state(StatesPattern, "", "shown", Place{}, d.Pattern.Shown)
		for _, a := range d.LookAlikes {
			state(StatesLookAlike, "", a.ID, a.Place, a.When)
		}
		for _, c := range d.Causes {
			for _, r := range c.Rules {
				state(StatesRule, c.ID, r.ID, r.Place, r.When)
			}
			for _, a := range c.Against {
				state(StatesAgainst, "", c.ID, a.Place, a.When)
			}
		}
		for _, r := range d.Referrals {
			state(StatesReferral, "", r.Specialist, r.Place, r.When)
			state(StatesFirst, "", r.Specialist, r.Place, r.First)
		}
		for _, x := range d.Exclusions {
			state(StatesExclusion, "", x.Remedy, x.Place, x.When)
		}
		for _, a := range d.Advice {
			state(StatesAdvice, "", a.ID, a.Place, a.When)
			state(StatesAdviceUnless, "", a.ID, a.Place, a.Unless)
		}
	}
}

// Conditions calls yield for the condition of every statement.
func (d *Definition) Conditions(yield func(*Condition)) {
	for s := range d.Statements() {
		yield(s.When)
	}
}
