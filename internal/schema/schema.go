// Package schema describes the files of a questionnaire as JSON Schema, so that an editor completes and explains what an author
// writes and marks what the questionnaire's loader would refuse. It is made by reflection from structs that look as the files do.
package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ekbom/internal/questionnaire"
)

// Part is one kind of file of a questionnaire.
type Part struct {
	Name  string // definition, rules and so on
	Files string // where such files stand in the folder, as a pattern
	about string
	root  reflect.Type
}

// Parts gives the kinds of files.
func Parts() []Part {
	return []Part{
		{"definition", "definition.yaml", "What is asked, in which order, and when.", reflect.TypeFor[definitionFile]()},
		{"rules", "rules.yaml", "What the answers lead to.", reflect.TypeFor[rulesFile]()},
		{"sources", "sources.yaml", "Where each rule comes from, and when that was last read.", reflect.TypeFor[sourcesFile]()},
		{"properties", "properties.yaml", "What must hold whatever is answered.", reflect.TypeFor[propertiesFile]()},
		{"cases", "cases/*.yaml", "Made-up people with their answers and what must come of them.", reflect.TypeFor[[]caseEntry]()},
		{"text", "text/*.yaml", "Every word that a patient reads, in one language.", reflect.TypeFor[textFile]()},
	}
}

// For gives the schema of a part for one questionnaire, of which only the names need be known: every id that exists is listed
// and no other is allowed. With a nil definition it is the schema for any questionnaire.
func (p Part) For(d *questionnaire.Definition) ([]byte, error) {
	g := &generator{d: d, defs: object{}, outcome: p.Name == "properties", text: &questionnaire.Text{}}
	if d != nil && d.Texts["en"] != nil {
		g.text = d.Texts["en"]
	}
	o := g.of(p.root)
	o["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	o["description"] = p.about
	o["$defs"] = g.defs
	out, err := json.MarshalIndent(o, "", " ")
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", p.Name, err)
	}
	return append(out, '\n'), nil
}

type object = map[string]any

// generator makes the schema of one file.
type generator struct {
	d       *questionnaire.Definition // nil: for any questionnaire
	text    *questionnaire.Text       // its words, shown beside ids
	outcome bool                      // conditions may look at the outcome
	under   questionnaire.ID          // the id whose value is being described
	defs    object
}

// shaper is a type whose schema does not follow from its structure alone.
type shaper interface{ shape(*generator) object }

// of gives the schema of a type.
func (g *generator) of(t reflect.Type) object {
	switch v := reflect.Zero(t).Interface().(type) {
	case shaper:
		return v.shape(g)
	case kind:
		return g.name(v)
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000}
	case reflect.Slice:
		return object{"type": "array", "items": g.of(t.Elem())}
	case reflect.Map:
		return object{"type": []string{"object", "null"}, "propertyNames": g.id(), "additionalProperties": g.of(t.Elem())}
	case reflect.Struct:
		return g.object(t)
	}
	panic("schema: no schema for " + t.String()) // a slip in files.go, met by every test
}

// object gives the schema of a struct. The tags of a field: json its key, with omitempty where it may be left out; doc what an
// editor shows; words the only values of a text; least the smallest number, or the fewest of a list; with a key that must stand
// beside it; for the types of questions that take it; need, beside for: those types need it. Tags of a blank field: some of
// which keys at least one must be there; keys how many keys there are, one or some.
func (g *generator) object(t reflect.Type) object {
	properties, required, with, rules := object{}, []string{}, object{}, []object{}
	o := object{"type": "object", "properties": properties, "additionalProperties": false}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		if f.Name == "_" {
			if some := f.Tag.Get("some"); some != "" {
				var any []object
				for key := range strings.FieldsSeq(some) {
					any = append(any, object{"required": []string{key}})
				}
				o["anyOf"] = any
			}
			switch f.Tag.Get("keys") {
			case "one":
				o["minProperties"], o["maxProperties"] = 1, 1
			case "some":
				o["minProperties"] = 1
			}
			continue
		}
		key, optional := strings.CutSuffix(f.Tag.Get("json"), ",omitempty")
		if !optional {
			required = append(required, key)
		}
		var p object
		if words := strings.Fields(f.Tag.Get("words")); len(words) > 0 {
			p = object{"enum": words}
		} else {
			p = g.of(f.Type)
		}
		if least, err := strconv.Atoi(f.Tag.Get("least")); err == nil {
			bound := "minItems"
			if f.Type.Kind() == reflect.Int {
				bound = "minimum"
			}
			p[bound] = least
		}
		properties[key] = says(p, f.Tag.Get("doc"))
		if other := f.Tag.Get("with"); other != "" {
			with[key] = []string{other}
		}
		if types := strings.Fields(f.Tag.Get("for")); len(types) > 0 {
			others := slices.DeleteFunc(questionnaire.Words[questionnaire.Type](), func(t string) bool { return slices.Contains(types, t) })
			is := object{"properties": object{"type": object{"enum": types}}, "required": []string{"type"}}
			other := object{"properties": object{"type": object{"enum": others}}, "required": []string{"type"}}
			rules = append(rules, object{"if": other, "then": object{"properties": object{key: false}}})
			if f.Tag.Get("need") != "" {
				rules = append(rules, object{"if": is, "then": object{"required": []string{key}}})
			}
		}
	}
	if len(required) > 0 {
		o["required"] = required
	}
	if len(with) > 0 {
		o["dependentRequired"] = with
	}
	if len(rules) > 0 {
		o["allOf"] = rules
	}
	return o
}

// says puts what an editor shows beside a schema.
func says(o object, text string) object {
	if text == "" {
		return o
	}
	described := object{"description": text}
	for k, v := range o {
		if k != "description" {
			described[k] = v
		}
	}
	return described
}

// define names a schema that is used in many places, or in itself.
func (g *generator) define(name string, make func() object) object {
	if g.defs[name] == nil {
		g.defs[name] = object{} // taken, should make come back here
		g.defs[name] = make()
	}
	return object{"$ref": "#/$defs/" + name}
}
