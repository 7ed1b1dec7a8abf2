package schema

import (
	"encoding/json"
	"fmt"
	"reflect"

	q "ekbom/internal/questionnaire"
)

// named is an id that exists, and what it stands for.
type named struct {
	id   q.ID
	says string
}

// kind is a type whose values are ids written elsewhere. Its ids may depend on the id under which it stands.
type kind interface {
	known(*generator) []named
}

type (
	sectionID    struct{}
	groupID      struct{}
	questionID   struct{}
	numberID     struct{} // a question whose answer is a number
	drawnID      struct{} // a question that can be drawn over time
	unsureID     struct{} // a question that offers "I'm not sure"
	optionID     struct{} // an option of the question under which it stands
	factID       struct{}
	scoreID      struct{}
	termID       struct{} // a term of the score under which it stands
	bandID       struct{}
	redFlagID    struct{}
	criterionID  struct{}
	lookAlikeID  struct{}
	causeID      struct{}
	specialistID struct{}
	remedyID     struct{}
	adviceID     struct{}
	sourceID     struct{}
)

func list[T any](of []T, name func(*T) (q.ID, string)) (all []named) {
	for i := range of {
		if id, says := name(&of[i]); id != "" {
			all = append(all, named{id, says})
		}
	}
	return all
}

func (g *generator) questions(may func(*q.Question) bool) []named {
	return list(g.d.Questions, func(x *q.Question) (q.ID, string) {
		if !may(x) {
			return "", ""
		}
		return x.ID, g.text.Questions[x.ID].Text
	})
}

func (sectionID) known(g *generator) []named {
	return list(g.d.Sections, func(x *q.Section) (q.ID, string) { return x.ID, g.text.Sections[x.ID] })
}

func (groupID) known(g *generator) []named {
	return list(g.d.Clinic.Groups, func(x *q.Group) (q.ID, string) { return x.ID, g.text.Groups[x.ID] })
}

func (questionID) known(g *generator) []named {
	return g.questions(func(*q.Question) bool { return true })
}

func (numberID) known(g *generator) []named {
	return g.questions(func(x *q.Question) bool { return x.Type == q.Number })
}

func (drawnID) known(g *generator) []named {
	return g.questions(func(x *q.Question) bool { return x.Type == q.Number || x.Type == q.Choice })
}

func (unsureID) known(g *generator) []named {
	return g.questions(func(x *q.Question) bool { return x.Unsure })
}

func (optionID) known(g *generator) (all []named) {
	qu := g.question()
	for _, id := range qu.Options {
		all = append(all, named{id, g.text.Questions[qu.ID].Options[id]})
	}
	return all
}

func (factID) known(g *generator) []named {
	return list(g.d.Facts, func(x *q.Fact) (q.ID, string) { return x.ID, "" })
}

func (scoreID) known(g *generator) []named {
	return list(g.d.Scores, func(x *q.Score) (q.ID, string) { return x.ID, g.text.Scores[x.ID].Name })
}

func (termID) known(g *generator) []named {
	return list(g.score().Terms, func(x *q.Term) (q.ID, string) { return x.ID, "" })
}

func (bandID) known(g *generator) []named {
	return list(g.score().Bands, func(x *q.Band) (q.ID, string) { return x.ID, fmt.Sprintf("From %d points.", x.From) })
}

func (redFlagID) known(g *generator) []named {
	return list(g.d.RedFlags, func(x *q.RedFlag) (q.ID, string) { return x.ID, g.text.RedFlags[x.ID].Name })
}

func (criterionID) known(g *generator) []named {
	return list(g.d.Criteria, func(x *q.Criterion) (q.ID, string) { return x.ID, g.text.Criteria[x.ID].Name })
}

func (lookAlikeID) known(g *generator) []named {
	return list(g.d.LookAlikes, func(x *q.LookAlike) (q.ID, string) { return x.ID, g.text.LookAlikes[x.ID].Name })
}

func (causeID) known(g *generator) []named {
	return list(g.d.Causes, func(x *q.Cause) (q.ID, string) { return x.ID, g.text.Causes[x.ID].Name })
}

func (specialistID) known(g *generator) []named {
	return list(g.d.Referrals, func(x *q.Referral) (q.ID, string) { return x.Specialist, g.text.Specialists[x.Specialist].Name })
}

func (remedyID) known(g *generator) []named {
	return list(g.d.Exclusions, func(x *q.Exclusion) (q.ID, string) { return x.Remedy, "" })
}

func (adviceID) known(g *generator) []named {
	return list(g.d.Advice, func(x *q.Advice) (q.ID, string) { return x.ID, g.text.Advice[x.ID] })
}

func (sourceID) known(g *generator) []named {
	return list(g.d.Sources, func(x *q.Source) (q.ID, string) { return x.ID, x.Title })
}

// question is the one under whose id the present value stands; without options where there is none.
func (g *generator) question() *q.Question {
	if i, ok := g.d.Question(g.under); ok {
		return &g.d.Questions[i]
	}
	return &q.Question{}
}

func (g *generator) score() *q.Score {
	for i := range g.d.Scores {
		if g.d.Scores[i].ID == g.under {
			return &g.d.Scores[i]
		}
	}
	return &q.Score{}
}

// id is the form of every id. What YAML reads as a number or as true is an id all the same.
func (g *generator) id() object {
	return g.define("id", func() object {
		return object{"type": []string{"string", "integer", "boolean"}, "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": 60, "minimum": 0}
	})
}

// name gives the schema of an id that must exist.
func (g *generator) name(k kind) object {
	if g.d == nil {
		return g.id()
	}
	enum := func() object { return words(k.known(g)) }
	switch k.(type) {
	case optionID, termID, bandID:
		return enum()
	}
	return g.define(reflect.TypeOf(k).Name(), enum)
}

// words gives the schema of a closed set of words.
func words(known []named) object {
	if len(known) == 0 {
		return object{"not": object{}, "description": "There is none yet."}
	}
	var enum []any
	var says []string
	for _, n := range known {
		enum, says = append(enum, n.id), append(says, n.says)
		// An id such as 12 or true is read as a number or as true where it is not quoted.
		if raw := json.RawMessage(n.id); json.Valid(raw) && n.id != "null" {
			enum, says = append(enum, raw), append(says, n.says)
		}
	}
	return object{"enum": enum, "enumDescriptions": says} // the second is read by editors alone
}

// by is a mapping from ids that exist.
type by[K kind, V any] struct{}

func (by[K, V]) shape(g *generator) object {
	var key K
	value := reflect.TypeFor[V]()
	if g.d == nil {
		return object{"type": []string{"object", "null"}, "propertyNames": g.id(), "additionalProperties": g.of(value)}
	}
	defer func(before q.ID) { g.under = before }(g.under)
	properties := object{}
	for _, n := range key.known(g) {
		g.under = n.id
		properties[string(n.id)] = says(g.of(value), n.says)
	}
	return object{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

// one is a mapping from one id that exists.
type one[K kind, V any] struct{}

func (one[K, V]) shape(g *generator) object {
	o := by[K, V]{}.shape(g)
	o["type"], o["minProperties"], o["maxProperties"] = "object", 1, 1
	return o
}

// some is one value or a list of them.
type some[T any] struct{}

func (some[T]) shape(g *generator) object { return oneOrMore(g.of(reflect.TypeFor[T]())) }

// single is one value, perhaps as a list of one.
type single[T any] struct{}

func (single[T]) shape(g *generator) object {
	item := g.of(reflect.TypeFor[T]())
	return object{"anyOf": []object{item, {"type": "array", "items": item, "minItems": 1, "maxItems": 1}}}
}

func oneOrMore(item object) object {
	return object{"anyOf": []object{item, {"type": "array", "items": item, "minItems": 1}}}
}

// word is a word of a closed set of the program's.
type word[T q.Urgency | q.Strength | q.CriterionState | q.Match | q.Type | q.AdviceKind | q.Namer] struct{}

func (word[T]) shape(*generator) object { return object{"enum": q.Words[T]()} }

// above is a word that is not the lowest of its set: not self-care, not unknown.
type above[T q.Urgency | q.CriterionState | q.Match] struct{}

func (above[T]) shape(*generator) object { return object{"enum": q.Words[T]()[1:]} }

// each is a mapping from the words of a closed set.
type each[T q.Urgency | q.Match, V any] struct{}

func (each[T, V]) shape(g *generator) object {
	properties := object{}
	for _, w := range q.Words[T]() {
		properties[w] = g.of(reflect.TypeFor[V]())
	}
	return object{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

// newID is an id where it is given.
type newID struct{}

func (newID) shape(g *generator) object { return g.id() }

type (
	text    struct{}
	version struct{}
	date    struct{}
	address struct{}
	yes     struct{}
)

func (text) shape(*generator) object {
	return object{"type": []string{"string", "number", "boolean"}, "pattern": `\S`}
}

func (version) shape(*generator) object {
	return object{"type": "string", "pattern": `^\d{1,6}\.\d{1,6}\.\d{1,6}$`}
}

func (date) shape(*generator) object {
	return object{"type": "string", "format": "date", "pattern": `^\d{4}-\d{2}-\d{2}$`}
}

func (address) shape(*generator) object { return object{"type": "string", "pattern": "^https://"} }

func (yes) shape(*generator) object { return object{"const": true} }
