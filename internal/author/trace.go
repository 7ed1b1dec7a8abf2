package author

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// Statement is one condition of the files and what hangs on it.
type Statement struct {
	Kind  string // in the words of the files, such as "red flag"
	ID    q.ID
	Place q.Place
	When  *q.Condition
}

// Statements lists every condition of a definition.
func Statements(d *q.Definition) (all []Statement) {
	for s := range d.Statements() {
		kind, place := string(s.Kind), s.At
		switch s.Kind {
		case q.StatesRule:
			kind = fmt.Sprintf("cause %s, rule", s.Of)
		case q.StatesTerm:
			kind = fmt.Sprintf("score %s, term", s.Of)
		}
		if place.Line == 0 {
			place = s.When.Place
		}
		all = append(all, Statement{kind, s.ID, place, s.When})
	}
	return all
}

// Readers are the statements that read question i, each once.
func Readers(d *q.Definition, i int) (readers []Statement) {
	for _, s := range Statements(d) {
		if n := len(readers); n > 0 && readers[n-1].Kind == s.Kind && readers[n-1].ID == s.ID {
			continue
		}
		if s.When.Reads(i) {
			readers = append(readers, s)
		}
	}
	return readers
}

// Written gives a condition on one line, as it could stand in the files: parts that are a fact or a red flag by their name.
// Facts lists those facts.
func Written(d *q.Definition, c *q.Condition) string {
	if c == nil {
		return "{always: true}"
	}
	if f := factOf(d, c); f != nil {
		return onOneLine(map[string]any{"fact": f.ID})
	}
	return onOneLine(parted(d, c))
}

// FactWritten gives a fact's own condition on one line.
func FactWritten(d *q.Definition, f q.Fact) string { return onOneLine(parted(d, f.When)) }

// onOneLine writes a form as YAML. It holds nothing but ids, words and numbers.
func onOneLine(form any) string {
	written, err := json.Marshal(form)
	if err != nil {
		return err.Error()
	}
	line := strings.NewReplacer(`"`, "", ":", ": ", ",", ", ").Replace(string(written))
	return ranges.ReplaceAllString(line, "{from: $2, below: $1}")
}

// ranges are written the other way round than people do.
var ranges = regexp.MustCompile(`\{below: (-?\d+), from: (-?\d+)\}`)

// Facts lists the facts by whose names Written gives parts of a condition.
func Facts(d *q.Definition, c *q.Condition) (facts []q.Fact) {
	seen := map[*q.Condition]bool{}
	var look func(*q.Condition)
	look = func(c *q.Condition) {
		if c == nil || seen[c] {
			return
		}
		seen[c] = true
		if f := factOf(d, c); f != nil {
			facts = append(facts, *f)
		}
		for _, p := range c.Parts {
			look(p)
		}
	}
	look(c)
	return facts
}

// factOf gives the fact that a condition is. A single test is shorter as it is.
func factOf(d *q.Definition, c *q.Condition) *q.Fact {
	if c.Op != q.OpTest {
		for i := range d.Facts {
			if d.Facts[i].When == c {
				return &d.Facts[i]
			}
		}
	}
	return nil
}

// named is Definition.Form with names.
func named(d *q.Definition, c *q.Condition) any {
	if f := factOf(d, c); f != nil {
		return map[string]any{"fact": f.ID}
	}
	if c.Op != q.OpTest {
		for _, f := range d.RedFlags {
			if f.When == c {
				return map[string]any{"red_flag": f.ID}
			}
		}
	}
	return parted(d, c)
}

// parted writes a condition itself out, and names its parts.
func parted(d *q.Definition, c *q.Condition) any {
	if len(c.Parts) == 0 {
		return d.Form(c)
	}
	if c.Op == q.OpNot {
		return map[string]any{"not": named(d, c.Parts[0])}
	}
	if c.Op == q.OpAny {
		return anyOf(d, c.Parts)
	}
	if s := scoreOf(d, c); s != nil {
		return map[string]any{"score": map[string]any{string(s.ID): map[string]any{"from": c.Least}}}
	}
	var parts []any
	for _, p := range c.Parts {
		if c.Op != q.OpAll || !always(p) {
			parts = append(parts, named(d, p))
		}
	}
	if c.Op == q.OpAll {
		return map[string]any{"all": parts}
	}
	return map[string]any{"at_least": c.Least, "of": parts}
}

// always reports whether a condition is that nothing of nothing holds, as in a criterion that is never "earlier".
func always(c *q.Condition) bool {
	return c.Op == q.OpNot && c.Parts[0].Op == q.OpAny && len(c.Parts[0].Parts) == 0
}

// scoreOf gives the score whose points a condition counts.
func scoreOf(d *q.Definition, c *q.Condition) *q.Score {
	for i := range d.Scores {
		s := &d.Scores[i]
		if c.Op == q.OpAtLeast && slices.EqualFunc(s.Terms, c.Parts, func(t q.Term, p *q.Condition) bool { return t.When == p }) &&
			slices.EqualFunc(s.Terms, c.Weights, func(t q.Term, points int) bool { return t.Points == points }) {
			return s
		}
	}
	return nil
}

// anyOf writes a list of alternatives as shortly as the files may: red flags from an urgency up, and answers to one question.
func anyOf(d *q.Definition, alternatives []*q.Condition) any {
	var parts []any
	for u := q.Routine; u <= q.Emergency; u++ {
		var from []*q.Condition
		for _, f := range d.RedFlags {
			if f.Urgency >= u {
				from = append(from, f.When)
			}
		}
		there := func(c *q.Condition) bool { return slices.Contains(alternatives, c) }
		if len(from) > 1 && !slices.ContainsFunc(from, func(c *q.Condition) bool { return !there(c) }) {
			parts = append(parts, map[string]any{"urgency": map[string]any{"from": u}})
			alternatives = slices.DeleteFunc(slices.Clone(alternatives), func(c *q.Condition) bool { return slices.Contains(from, c) })
			break
		}
	}
	answers := func(c *q.Condition) bool { return c.Op == q.OpTest && c.Test.Kind != q.TestNumber }
	for i, c := range alternatives {
		if !answers(c) {
			parts = append(parts, named(d, c))
			continue
		}
		id := d.Questions[c.Test.Question].ID
		same := func(other *q.Condition) bool { return answers(other) && other.Test.Question == c.Test.Question }
		if slices.IndexFunc(alternatives, same) < i {
			continue // told with the first
		}
		var words []any
		for _, other := range alternatives[i:] {
			if same(other) {
				switch form := d.Form(other).(map[string]any)[string(id)].(type) {
				case []string:
					for _, word := range form {
						if !slices.Contains(words, any(word)) {
							words = append(words, word)
						}
					}
				default:
					if !slices.Contains(words, form) {
						words = append(words, form)
					}
				}
			}
		}
		if len(words) == 1 {
			parts = append(parts, map[string]any{string(id): words[0]})
		} else {
			parts = append(parts, map[string]any{string(id): words})
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return map[string]any{"any": parts}
}

// Conclusion is one thing concluded, with the rule that did so.
type Conclusion struct {
	ID      q.ID
	State   string // urgency, strength, match: whatever it was concluded with
	Rule    q.ID   // where its id is another; empty
	Place   q.Place
	When    *q.Condition // nil: not by a condition of its own
	Because []assess.Reason
	Against []assess.Reason
	Open    []q.ID // questions whose answers could change it
	Held    []Held // what holds advice back
	Sources []q.ID
}

// Held is one thing that holds advice back.
type Held struct {
	By      string
	Because []assess.Reason
}

// Kind is the conclusions of one kind.
type Kind struct {
	Name        string
	Conclusions []Conclusion
}

// Trace is everything that answers lead to, in the order of the rules file.
type Trace struct {
	Settled q.Urgency // by what is true
	Urgency q.Urgency // with what could not be told
	True    []Conclusion
	Untold  []Conclusion // red flags that could not be told
	Causes  []Conclusion
	Pattern Kind
	Further []Kind       // scores, look-alikes, specialists, advice
	Held    []Conclusion // advice that applies and is held back
	Broken  []q.Property // those that the answers break by themselves, without others beside them
}

// Explain traces everything that answers lead to.
func Explain(d *q.Definition, answers q.Answers) Trace {
	o := assess.Evaluate(d, answers)
	t := Trace{Urgency: o.Urgency, Pattern: Kind{Name: "Pattern " + o.Pattern.Match.String()}}
	flags := map[q.ID]*q.RedFlag{}
	for i := range d.RedFlags {
		flags[d.RedFlags[i].ID] = &d.RedFlags[i]
	}
	flag := func(f assess.RedFlag) Conclusion {
		rule := flags[f.ID]
		return Conclusion{ID: f.ID, State: f.Urgency.String(), Place: rule.Place, When: rule.When, Because: f.Because, Sources: f.Source}
	}
	for _, f := range o.RedFlags {
		t.True, t.Settled = append(t.True, flag(f)), max(t.Settled, f.Urgency)
	}
	for _, f := range o.OpenFlags {
		t.Untold = append(t.Untold, flag(f))
	}
	for _, c := range o.Causes {
		t.Causes, t.Settled = append(t.Causes, causeOf(d, c)), max(t.Settled, c.Urgency)
	}
	for i, c := range o.Pattern.Criteria {
		rule := &d.Criteria[i]
		out := Conclusion{ID: c.ID, State: c.State.String(), Place: rule.Place, When: rule.Met, Because: c.Because, Sources: c.Source}
		if c.State == q.Earlier {
			out.When = rule.Earlier
		}
		t.Pattern.Conclusions = append(t.Pattern.Conclusions, out)
	}
	further := func(name string, all []Conclusion) {
		if len(all) > 0 {
			t.Further = append(t.Further, Kind{name, all})
		}
	}
	var alike, scores, specialists, advice []Conclusion
	for i, s := range o.Scores {
		sum := strconv.Itoa(s.From)
		if s.From != s.To {
			sum += " to " + strconv.Itoa(s.To)
		}
		state := fmt.Sprintf("%s of %d, %s", sum, s.Most, s.BandFrom)
		if s.BandFrom != s.BandTo {
			state += " or " + string(s.BandTo)
		}
		scores = append(scores, Conclusion{ID: s.ID, State: state, Place: d.Scores[i].Place})
	}
	for _, a := range o.LookAlikes {
		for _, rule := range d.LookAlikes {
			if rule.ID == a.ID {
				alike = append(alike, Conclusion{ID: a.ID, Place: rule.Place, When: rule.When, Because: a.Because, Sources: a.Source})
			}
		}
	}
	for n, s := range o.Specialists {
		for _, rule := range d.Referrals {
			if rule.Specialist != s.ID {
				continue
			}
			out := Conclusion{ID: s.ID, Place: rule.Place, Because: s.Because, Sources: s.Source}
			var why []string
			if n == 0 {
				why = append(why, "first address")
			}
			if len(s.Causes) > 0 {
				why = append(why, "by "+join(s.Causes))
			}
			switch {
			case len(s.Because) == 0 && rule.From != q.SelfCare && o.Urgency >= rule.From:
				why = append(why, "by urgency from "+rule.From.String())
			case len(s.Because) > 0 || len(s.Causes) == 0:
				out.When = rule.When
			}
			out.State = strings.Join(why, ", ")
			specialists = append(specialists, out)
		}
	}
	for _, a := range o.Advice {
		for _, rule := range d.Advice {
			if rule.ID == a.ID {
				advice = append(advice, Conclusion{ID: a.ID, State: a.Kind.String(), Place: rule.Place, When: rule.When, Because: a.Because, Sources: a.Source})
			}
		}
	}
	further("Scores", scores)
	further("Look-alikes", alike)
	further("Whom to see", specialists)
	further("Advice", advice)
	t.Held = held(d, answers, o)
	for _, p := range d.Properties {
		if slices.ContainsFunc(p.Claims, func(c q.Claim) bool { return assess.Broken(d, answers, o, c) }) {
			t.Broken = append(t.Broken, p)
		}
	}
	return t
}

// held finds the advice that applies and is not given, and why not.
func held(d *q.Definition, answers q.Answers, o *assess.Outcome) (all []Conclusion) {
	v := d.NewValues()
	d.Evaluate(answers, v)
	given := o.Reached().Advice
	for _, a := range d.Advice {
		if v.Of(a.When) != q.True || slices.Contains(given, a.ID) {
			continue
		}
		c := Conclusion{ID: a.ID, State: a.Kind.String(), Place: a.Place, When: a.When}
		if a.Kind == q.Comfort && d.HideCauses != q.SelfCare && o.Urgency >= d.HideCauses {
			c.Held = append(c.Held, Held{By: "the urgency: nothing is to delay getting help"})
		}
		by := func(what string, when *q.Condition) {
			if when == nil || v.Of(when) == q.False {
				return
			}
			if v.Of(when) == q.Unknown {
				what += ", which cannot be told"
			}
			c.Held = append(c.Held, Held{what, assess.Because(d, answers, v, when)})
		}
		by("its own exclusion", a.Unless)
		for _, e := range d.Exclusions {
			if slices.Contains(a.Contains, e.Remedy) {
				by("what excludes "+string(e.Remedy), e.When)
			}
		}
		all = append(all, c)
	}
	return all
}

func causeOf(d *q.Definition, c assess.Cause) Conclusion {
	out := Conclusion{ID: c.ID, State: c.Strength.String(), Rule: c.Rule, Because: c.Because, Against: c.Against, Open: c.Open, Sources: c.Source}
	for _, cause := range d.Causes {
		for _, r := range cause.Rules {
			if cause.ID == c.ID && r.ID == c.Rule {
				out.Place, out.When = r.Place, r.When
			}
		}
	}
	return out
}

func join(ids []q.ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, ", ")
}
