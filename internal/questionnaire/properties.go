package questionnaire

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Property is a statement of the author's that must hold on every path that can happen. All of its parts must hold.
type Property struct {
	ID     ID
	Says   string // the same in a plain sentence
	Source []ID
	Claims []Claim
	Steps  []Step
	Place
}

// Claim is broken by answers for which When is true and Then is not true; a claim of Never by those for which both are true.
type Claim struct {
	When, Then *Condition
	Never      bool
}

// StepKind says how one answer changes in a step.
type StepKind uint8

// The kinds of steps.
const (
	StepTick   StepKind = iota // one more of Options is ticked
	StepLater                  // a later of Options instead of an earlier
	StepLarger                 // a larger number within Range
	StepUnsure                 // "I'm not sure" instead of Options[0] alone
)

// Step is a change of the answer to one question that never lowers the urgency, everything else being answered as before.
// Questions that only the new answer opens may be answered in any way.
type Step struct {
	Question int
	Kind     StepKind
	Options  []int // positions
	Range    Range
}

// LookKind says at what part of an outcome a property looks.
type LookKind uint8

// The parts of an outcome. At is the position of the thing meant in its list of the definition.
const (
	LookUrgency    LookKind = iota // the urgency lies from Urgency to UrgencyTo
	LookAdvice                     // a piece of advice is given
	LookSpecialist                 // a referral leads to somebody
	LookFirst                      // a referral is the first address
	LookCause                      // a cause is shown to the patient
	LookStrength                   // a cause is concluded with Strength
	LookAgainst                    // a cause is concluded, and something speaks against it
	LookMatch                      // the match of the pattern is Match
	LookShown                      // the match is shown to the patient
	LookOpen                       // a red flag cannot be told, and counts as Urgency to UrgencyTo meanwhile
	LookCrisis                     // a red flag is true, and the crisis line shown beside it
	LookAsked                      // a question is asked
)

// Look is a test of an outcome. It is true or false, never unknown.
type Look struct {
	Kind               LookKind
	At                 int
	Urgency, UrgencyTo Urgency
	Strength           Strength
	Match              Match
}

// outcome reads {outcome: {...}}.
func (l *loader) outcome(d doc, n *yaml.Node) *Condition {
	if !l.inProperties {
		d.fault(n, "outcome-outside-property", "name the rules instead; only properties.yaml may look at the outcome", "a rule cannot hang on the outcome that it makes")
		return nil
	}
	var parts []*Condition
	one := func(look Look) {
		parts = append(parts, l.share(fmt.Sprintf("look %+v", look), &Condition{Op: OpOutcome, Look: look, Place: d.at(n)}))
	}
	each := func(n *yaml.Node, kind LookKind, what string, known []ID) {
		d.notEmpty(n)
		for _, id := range d.ids(n) {
			at := slices.Index(known, id)
			if id == "" {
				continue
			}
			if at < 0 {
				d.fault(n, "unknown-"+what, "name one that exists", "there is no %s %q%s", strings.ReplaceAll(what, "-", " "), id, DidYouMean(string(id), known))
				continue
			}
			one(Look{Kind: kind, At: at})
		}
	}
	advice := func(n *yaml.Node, has func(*Advice) bool, code string) {
		some := false
		for i := range l.d.Advice {
			if has(&l.d.Advice[i]) {
				one(Look{Kind: LookAdvice, At: i})
				some = true
			}
		}
		if !some {
			d.fault(n, code, "name one that some advice has", "no advice is like that")
		}
	}
	before := l.found
	d.fields(n, nil, map[string]func(*yaml.Node){
		"urgency": func(n *yaml.Node) {
			look := Look{Kind: LookUrgency, UrgencyTo: Emergency}
			if n.Kind == yaml.MappingNode {
				d.fields(n, nil, map[string]func(*yaml.Node){
					"from":  func(n *yaml.Node) { look.Urgency = l.urgencyAbove(d, n) },
					"below": func(n *yaml.Node) { look.UrgencyTo = l.urgencyAbove(d, n) - 1 },
				})
				if look.Urgency > look.UrgencyTo {
					d.fault(n, "range-empty", "put the lower one at from", "no urgency lies there")
				}
			} else {
				look.Urgency = word[Urgency](d, n, urgencyNames)
				look.UrgencyTo = look.Urgency
			}
			one(look)
		},
		"advice": func(n *yaml.Node) { each(n, LookAdvice, "advice", ids(l.d.Advice, func(a Advice) ID { return a.ID })) },
		"remedy": func(n *yaml.Node) {
			d.notEmpty(n)
			for _, id := range d.ids(n) {
				advice(n, func(a *Advice) bool { return slices.Contains(a.Contains, id) }, "unknown-remedy")
			}
		},
		"kind": func(n *yaml.Node) {
			kind := word[AdviceKind](d, n, adviceNames)
			advice(n, func(a *Advice) bool { return a.Kind == kind }, "unknown-advice")
		},
		"specialist": func(n *yaml.Node) {
			each(n, LookSpecialist, "specialist", ids(l.d.Referrals, func(r Referral) ID { return r.Specialist }))
		},
		"first": func(n *yaml.Node) {
			each(n, LookFirst, "specialist", ids(l.d.Referrals, func(r Referral) ID { return r.Specialist }))
		},
		"cause": func(n *yaml.Node) { each(n, LookCause, "cause", l.causeIDs()) },
		"strength": func(n *yaml.Node) {
			d.entries(n, func(k, v *yaml.Node) {
				at := slices.Index(l.causeIDs(), ID(k.Value))
				if at < 0 {
					d.fault(k, "unknown-cause", "name one that exists", "there is no cause %q%s", k.Value, DidYouMean(k.Value, l.causeIDs()))
					return
				}
				one(Look{Kind: LookStrength, At: at, Strength: word[Strength](d, v, strengthNames)})
			})
		},
		"against": func(n *yaml.Node) { each(n, LookAgainst, "cause", l.causeIDs()) },
		"match":   func(n *yaml.Node) { one(Look{Kind: LookMatch, Match: word[Match](d, n, matchNames)}) },
		"shows": func(n *yaml.Node) {
			if n.Value != "pattern" {
				d.fault(n, "unknown-word", "write pattern", "%q is not something that is shown or not", n.Value)
			}
			one(Look{Kind: LookShown})
		},
		"open": func(n *yaml.Node) {
			open := func(n *yaml.Node, id ID, from, to Urgency) {
				known := ids(l.d.RedFlags, func(f RedFlag) ID { return f.ID })
				at := slices.Index(known, id)
				if at < 0 {
					d.fault(n, "unknown-red-flag", "name one that exists", "there is no red flag %q%s", id, DidYouMean(string(id), known))
					return
				}
				one(Look{Kind: LookOpen, At: at, Urgency: from, UrgencyTo: to})
			}
			if n.Kind == yaml.MappingNode {
				d.entries(n, func(k, v *yaml.Node) {
					u := word[Urgency](d, v, urgencyNames)
					open(k, ID(k.Value), u, u)
				})
				return
			}
			d.notEmpty(n)
			for _, id := range d.ids(n) {
				open(n, id, SelfCare, Emergency)
			}
		},
		"crisis": func(n *yaml.Node) {
			each(n, LookCrisis, "red-flag", ids(l.d.RedFlags, func(f RedFlag) ID { return f.ID }))
		},
		"asked": func(n *yaml.Node) {
			each(n, LookAsked, "question", ids(l.d.Questions, func(q Question) ID { return q.ID }))
		},
	})
	if len(n.Content) != 2 {
		d.fault(n, "not-a-condition", "give one key; join several with all or any", "an outcome is looked at by one key")
	}
	if l.found > before {
		return nil
	}
	return l.node(OpAny, d.at(n), parts...)
}

func (l *loader) causeIDs() []ID { return ids(l.d.Causes, func(c Cause) ID { return c.ID }) }

// properties reads what must hold on every path.
func (l *loader) properties(name string) {
	d, root := l.open(name)
	if root == nil {
		return
	}
	l.inProperties = true
	defer func() { l.inProperties = false }()
	seen := map[ID]bool{}
	d.fields(root, []string{"properties"}, map[string]func(*yaml.Node){"properties": func(n *yaml.Node) {
		for _, i := range d.items(n) {
			if i.Kind != yaml.MappingNode {
				d.fault(i, "not-a-mapping", "write keys with values, one a line", "expected keys with values here")
				continue
			}
			p := l.property(d, i)
			if seen[p.ID] {
				d.fault(i, "id-twice", "give it another id", "there is another property %q", p.ID)
			}
			seen[p.ID] = true
			l.d.Properties = append(l.d.Properties, p)
		}
	}})
}

func (l *loader) property(d doc, n *yaml.Node) Property {
	p := Property{Place: d.at(n)}
	before := l.found
	parts := map[string]*yaml.Node{}
	keep := func(key string) func(*yaml.Node) { return func(n *yaml.Node) { parts[key] = n } }
	d.fields(n, []string{"property", "says"}, map[string]func(*yaml.Node){
		"property":      func(n *yaml.Node) { p.ID = d.id(n) },
		"says":          func(n *yaml.Node) { p.Says = d.text(n) },
		"source":        func(n *yaml.Node) { p.Source = l.cite(d, n) },
		"whenever":      keep("whenever"),
		"then":          keep("then"),
		"never":         keep("never"),
		"together_with": keep("together_with"),
		"more_of":       keep("more_of"),
		"not_sure_at":   keep("not_sure_at"),
		"counts_as":     keep("counts_as"),
		"never_lowers":  keep("never_lowers"),
	})
	form := strings.Join(sortedKeys(parts), " ")
	claim := func(when, then *Condition, never bool) {
		if when != nil && then != nil {
			p.Claims = append(p.Claims, Claim{when, then, never})
		}
	}
	switch form {
	case "then whenever":
		claim(l.condition(d, parts["whenever"]), l.condition(d, parts["then"]), false)
	case "never together_with":
		claim(l.condition(d, parts["never"]), l.condition(d, parts["together_with"]), true)
	case "counts_as not_sure_at":
		then := l.condition(d, parts["counts_as"])
		d.notEmpty(parts["not_sure_at"])
		for _, id := range d.ids(parts["not_sure_at"]) {
			if at, ok := l.unsureAt(d, parts["not_sure_at"], id); ok {
				claim(l.leaf(parts["not_sure_at"], d, Test{Question: at, Kind: TestUnsure}), then, false)
			}
		}
	case "more_of never_lowers":
		l.urgencyWord(d, parts["never_lowers"])
		d.entries(parts["more_of"], func(k, v *yaml.Node) { l.more(d, k, v, &p) })
	case "never_lowers not_sure_at":
		l.urgencyWord(d, parts["never_lowers"])
		d.entries(parts["not_sure_at"], func(k, v *yaml.Node) {
			at, ok := l.unsureAt(d, k, ID(k.Value))
			if !ok {
				return
			}
			if options := l.optionsOf(d, v, at); len(options) == 1 {
				p.Steps = append(p.Steps, Step{Question: at, Kind: StepUnsure, Options: options})
			} else {
				d.fault(v, "not-an-answer", "name the one option that means no", "%s: one option is meant here", k.Value)
			}
		})
	default:
		what, mend := notAForm(parts)
		d.fault(n, "not-a-property", mend, "the property %q %s", p.ID, what)
	}
	if l.found == before && len(p.Claims)+len(p.Steps) == 0 {
		d.fault(n, "empty-property", "name a question, or take the property away", "the property %q speaks of nothing", p.ID)
	}
	return p
}

// The forms of a property.
var propertyForms = [][2]string{{"whenever", "then"}, {"never", "together_with"}, {"more_of", "never_lowers"}, {"not_sure_at", "counts_as"}, {"not_sure_at", "never_lowers"}}

// notAForm says why the keys of a property make none of its forms.
func notAForm(given map[string]*yaml.Node) (what, mend string) {
	var all, begun []string
	for _, f := range propertyForms {
		form := f[0] + " with " + f[1]
		all = append(all, form)
		if given[f[0]] != nil || given[f[1]] != nil {
			begun = append(begun, form)
		}
	}
	keys := strings.Join(sortedKeys(given), ", ")
	switch len(given) {
	case 0:
		return "has none of the forms of a property", "write " + orList(all)
	case 1:
		return fmt.Sprintf("has only half of a form: %s", keys), "write " + orList(begun)
	}
	return fmt.Sprintf("mixes several forms: %s", keys), "make a property of each form: " + orList(begun)
}

func (l *loader) urgencyWord(d doc, n *yaml.Node) {
	if n.Value != "urgency" {
		d.fault(n, "unknown-word", "write urgency", "%q is not something that can be lowered", n.Value)
	}
}

// unsureAt finds a question that offers "I'm not sure".
func (l *loader) unsureAt(d doc, n *yaml.Node, id ID) (at int, ok bool) {
	at, ok = l.d.Question(id)
	switch {
	case !ok:
		d.fault(n, "unknown-question", "name a question of definition.yaml", "there is no question %q%s", id, DidYouMean(id, sortedKeys(l.d.index)))
	case !l.d.Questions[at].Unsure:
		d.fault(n, "not-offered", "offer it at the question, or take it away here", "the question %q does not offer %q", id, WordUnsure)
		ok = false
	}
	return at, ok
}

// optionsOf reads positions of options of a question, in the order written.
func (l *loader) optionsOf(d doc, n *yaml.Node, at int) (options []int) {
	d.notEmpty(n)
	for _, id := range d.ids(n) {
		i, ok := l.d.Option(at, id)
		if !ok {
			d.fault(n, "unknown-option", "name an option of the question", "the question %q has no option %q%s", l.d.Questions[at].ID, id, DidYouMean(id, l.d.Questions[at].Options))
			continue
		}
		options = append(options, i)
	}
	return options
}

// more reads one entry under more_of.
func (l *loader) more(d doc, k, v *yaml.Node, p *Property) {
	at, ok := l.d.Question(ID(k.Value))
	if !ok {
		d.fault(k, "unknown-question", "name a question of definition.yaml", "there is no question %q%s", k.Value, DidYouMean(ID(k.Value), sortedKeys(l.d.index)))
		return
	}
	qu := &l.d.Questions[at]
	s := Step{Question: at, Range: qu.Range}
	switch qu.Type {
	case Choices:
		s.Kind, s.Options = StepTick, l.optionsOf(d, v, at)
		if slices.Contains(s.Options, qu.None) {
			d.fault(v, "none-is-not-more", "take it away", "%q excludes all others", qu.Options[qu.None])
		}
	case Choice:
		if s.Kind, s.Options = StepLater, l.optionsOf(d, v, at); len(s.Options) < 2 {
			d.fault(v, "nothing-later", "name at least two options, the least first", "%s: nothing is more than one option", qu.ID)
		}
	case Number:
		s.Kind = StepLarger
		d.fields(v, nil, map[string]func(*yaml.Node){
			"from":  func(n *yaml.Node) { s.Range.From = d.number(n) },
			"below": func(n *yaml.Node) { s.Range.To = d.number(n) - 1 },
		})
		if s.Range.From >= s.Range.To || !qu.Range.Contains(s.Range.From) || !qu.Range.Contains(s.Range.To) {
			d.fault(v, "threshold-out-of-range", "keep it within the question's range", "%s: no two answers lie there", qu.ID)
		}
	default:
		d.fault(k, "question-of-other-type", "name a question with options or a number", "%q is a question of type %s", qu.ID, qu.Type)
	}
	p.Steps = append(p.Steps, s)
}
