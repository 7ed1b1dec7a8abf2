package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	q "ekbom/internal/questionnaire"
)

// condition is a mapping with one key: one of forms, or the id of a question with a test of its answer.
type condition struct{}

type forms struct {
	All       []condition                                     `json:"all,omitempty" least:"1" doc:"True when every one is true."`
	Any       []condition                                     `json:"any,omitempty" least:"1" doc:"True when at least one is true."`
	Not       condition                                       `json:"not,omitempty" doc:"True when it is false. Not of unknown is unknown."`
	AtLeast   int                                             `json:"at_least,omitempty" least:"1" doc:"True when so many under of are true."`
	Of        []condition                                     `json:"of,omitempty" least:"1" doc:"What at_least counts."`
	Fact      factID                                          `json:"fact,omitempty" doc:"The named condition under facts."`
	Score     one[scoreID, bound]                             `json:"score,omitempty" doc:"A score reaches a number of points, or stays below it."`
	Criterion one[criterionID, some[above[q.CriterionState]]] `json:"criterion,omitempty" doc:"A criterion has one of these states."`
	Pattern   some[above[q.Match]]                            `json:"pattern,omitempty" doc:"The pattern has one of these matches."`
	LookAlike some[lookAlikeID]                               `json:"look_alike,omitempty" doc:"One of these is concluded."`
	RedFlag   some[redFlagID]                                 `json:"red_flag,omitempty" doc:"One of these is true."`
	Cause     some[causeID]                                   `json:"cause,omitempty" doc:"One of these is concluded."`
	Urgency   flagUrgency                                     `json:"urgency,omitempty" doc:"Some red flag is true whose urgency is at least this."`
	Outcome   outcome                                         `json:"outcome,omitempty" doc:"What is finally concluded and shown. True or false, never unknown."`
	Always    yes                                             `json:"always,omitempty" doc:"Always true."`
}

func (condition) shape(g *generator) object {
	return g.define("condition", func() object {
		o := g.object(reflect.TypeFor[forms]())
		properties := o["properties"].(object)
		if !g.outcome {
			delete(properties, "outcome")
		}
		own := slices.Sorted(maps.Keys(properties))
		o["description"] = "One key: a form of condition, or a question with what its answer must be."
		o["minProperties"] = 1
		o["if"] = object{"required": []string{"at_least"}}
		o["then"] = object{"required": []string{"of"}, "maxProperties": 2}
		o["else"] = object{"properties": object{"of": false}, "maxProperties": 1}
		tests := by[questionID, test]{}.shape(g)
		if g.d == nil {
			o["propertyNames"] = object{"anyOf": []object{{"enum": own}, g.id()}}
			o["additionalProperties"] = tests["additionalProperties"]
			return o
		}
		for id, t := range tests["properties"].(object) {
			if properties[id] == nil {
				properties[id] = t
			}
		}
		return o
	})
}

// test is what an answer must be for a condition to be true.
type test struct{}

func (test) shape(g *generator) object {
	if g.d == nil {
		return object{"anyOf": append(oneOrMore(g.id())["anyOf"].([]object), g.of(reflect.TypeFor[numbers]()))}
	}
	qu := g.question()
	known := optionID{}.known(g)
	if qu.Unsure {
		known = append(known, named{q.WordUnsure, `"I'm not sure" was chosen.`})
	}
	if qu.Decline {
		known = append(known, named{q.WordDeclined, `"I'd rather not say" was chosen.`})
	}
	o := oneOrMore(words(append(known, named{q.WordAnswered, "A value was given."})))
	if qu.Type == q.Number {
		r := says(g.of(reflect.TypeFor[numbers]()), fmt.Sprintf("Answers lie from %d to %d.", qu.Range.From, qu.Range.To))
		o["anyOf"] = append([]object{r}, o["anyOf"].([]object)...)
	}
	return o
}

// numbers is a range of answers.
type numbers struct {
	_     struct{} `keys:"some"`
	From  int      `json:"from,omitempty" doc:"The smallest number that lies in it."`
	Below int      `json:"below,omitempty" doc:"The smallest number that no longer lies in it."`
}

// bound is a bound of a score.
type bound struct {
	_     struct{} `keys:"one"`
	From  int      `json:"from,omitempty" doc:"So many points or more, whatever the open terms would add."`
	Below int      `json:"below,omitempty" doc:"Fewer points than this, whatever the open terms would add."`
}

type flagUrgency struct {
	From word[q.Urgency] `json:"from"`
}

// outcome looks at what is finally concluded and shown; only in properties.
type outcome struct {
	_          struct{}                      `keys:"one"`
	Urgency    urgencies                     `json:"urgency,omitempty" doc:"The urgency of the outcome: one, or a range of them."`
	Advice     some[adviceID]                `json:"advice,omitempty" doc:"One of these is given."`
	Remedy     some[remedyID]                `json:"remedy,omitempty" doc:"Some advice is given that contains one of these."`
	Kind       word[q.AdviceKind]            `json:"kind,omitempty" doc:"Some advice of this kind is given."`
	Specialist some[specialistID]            `json:"specialist,omitempty" doc:"One of these is named."`
	First      some[specialistID]            `json:"first,omitempty" doc:"One of these is the first address."`
	Cause      some[causeID]                 `json:"cause,omitempty" doc:"One of these is shown to the patient."`
	Strength   by[causeID, word[q.Strength]] `json:"strength,omitempty" doc:"A cause is concluded with this strength."`
	Against    some[causeID]                 `json:"against,omitempty" doc:"One of these causes is concluded, and something speaks against it."`
	Match      word[q.Match]                 `json:"match,omitempty" doc:"The match of the pattern, unknown too."`
	Shows      string                        `json:"shows,omitempty" words:"pattern" doc:"The match is shown to the patient."`
	Open       opens                         `json:"open,omitempty" doc:"One of these red flags cannot be told; with an urgency: and counts as that meanwhile."`
	Crisis     some[redFlagID]               `json:"crisis,omitempty" doc:"One of these red flags is true, with the crisis line beside it."`
	Asked      some[questionID]              `json:"asked,omitempty" doc:"One of these questions is asked."`
}

type opens struct{}

func (opens) shape(g *generator) object {
	by := by[redFlagID, word[q.Urgency]]{}.shape(g)
	by["type"] = "object"
	return object{"anyOf": []object{some[redFlagID]{}.shape(g), by}}
}

type urgencies struct{}

func (urgencies) shape(g *generator) object {
	return object{"anyOf": []object{word[q.Urgency]{}.shape(g), g.of(reflect.TypeFor[urgencyRange]())}}
}

type urgencyRange struct {
	From  above[q.Urgency] `json:"from,omitempty" doc:"This urgent or more."`
	Below above[q.Urgency] `json:"below,omitempty" doc:"Less urgent than this."`
}
