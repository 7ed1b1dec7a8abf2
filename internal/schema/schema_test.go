package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"ekbom/internal/questionnaire"
	. "ekbom/internal/questionnaire/questionnairetest"
	"ekbom/internal/schema"
	"ekbom/questionnaires"
)

// full is a faultless questionnaire in which every key that files can have occurs.
func full() fstest.MapFS {
	files := Small(func(d, r M, _ fstest.MapFS) {
		signs := d["sections"].([]any)[0].(M)["questions"].([]any)[1].(M)
		signs["decline"] = true
		flag := r["red_flags"].([]any)[0].(M)
		flag["crisis"] = true
		r["facts"].(M)["many"] = M{"any": []any{
			M{"at_least": 2, "of": []any{M{"who": "me"}, M{"signs": []string{"pain", "unsure", "declined"}}, M{"since": "answered"}, M{"fact": "adult"}}},
			M{"not": M{"score": M{"load": M{"below": 2}}}},
			M{"pattern": "full"}, M{"look_alike": []string{"cold"}}, M{"red_flag": "both"}, M{"urgency": M{"from": "soon"}},
			M{"all": []any{M{"always": true}, M{"age": M{"from": 20, "below": 30}}}},
		}}
		cause := r["causes"].([]any)[0].(M)
		cause["shown"] = false
		cause["against"] = []any{M{"look_alike": "cold"}, M{"fact": "many"}}
		midwife := r["referrals"].([]any)[1].(M)
		midwife["when"], midwife["from"], midwife["first_from"] = M{"cause": "strain"}, "same-day", "emergency"
		since := d["sections"].([]any)[1].(M)["questions"].([]any)[1].(M)
		delete(since, "unread") // many reads it
	})
	change := func(name string, fn func(any) any) {
		var v any
		if err := json.Unmarshal(files[name].Data, &v); err != nil {
			panic(err)
		}
		files[name] = file(fn(v))
	}
	change("sources.yaml", func(v any) any {
		s := v.(M)["sources"].(M)["s1"].(M)
		s["article"], s["address"] = "A heading", "https://example.org"
		return v
	})
	change("text/en.yaml", func(v any) any {
		text := v.(M)
		start := text["start"].(M)
		start["emergency"], start["poster"] = []string{"you cannot breathe"}, "Pain?"
		text["pattern"].(M)["heading"] = "The pattern"
		who := text["questions"].(M)["who"].(M)
		who["hint"] = "A hint"
		who["other"] = M{"text": "What about them?", "short": "them", "hint": "A hint", "why": "It helps.", "options": M{"me": "Them"}}
		flag := text["red_flags"].(M)["both"].(M)
		flag["sentence"], flag["steps"] = "A sentence", []string{"A step"}
		flag["other"] = M{"act": "Act", "sentence": "A sentence", "steps": []string{"A step"}}
		text["causes"].(M)["strain"].(M)["clinical"] = "strain"
		return v
	})
	anyOf := func(outcomes ...M) M {
		var list []any
		for _, o := range outcomes {
			list = append(list, M{"outcome": o})
		}
		return M{"any": list}
	}
	files["properties.yaml"] = file(M{"properties": []any{
		M{"property": "p1", "says": "One.", "source": "s1", "whenever": M{"signs": "pain"}, "then": anyOf(M{"urgency": "emergency"}, M{"urgency": M{"from": "soon", "below": "emergency"}},
			M{"advice": []string{"bath"}}, M{"remedy": "heat"}, M{"kind": "comfort"}, M{"specialist": "doctor"}, M{"first": "doctor"}, M{"cause": "strain"},
			M{"strength": M{"strain": "strong"}}, M{"against": "strain"}, M{"match": "full"}, M{"shows": "pattern"}, M{"open": []string{"both"}}, M{"open": M{"both": "soon"}}, M{"crisis": "both"}, M{"asked": []string{"since"}})},
		M{"property": "p2", "says": "Two.", "never": M{"signs": "pain"}, "together_with": M{"signs": "fever"}},
		M{"property": "p3", "says": "Three.", "more_of": M{"signs": []string{"pain", "fever"}, "pregnant": []string{"no", "yes"}, "age": M{"from": 10, "below": 50}}, "never_lowers": "urgency"},
		M{"property": "p4", "says": "Four.", "not_sure_at": []string{"signs", "pregnant"}, "counts_as": M{"outcome": M{"urgency": M{"from": "soon"}}}},
		M{"property": "p5", "says": "Five.", "not_sure_at": M{"pregnant": "no"}, "never_lowers": "urgency"},
	}})
	change("cases/all.yaml", func(v any) any {
		cases := v.([]any)
		expect := M{"urgency": "routine", "pattern": "full", "criteria": M{"sore": "met"}, "red_flags": []string{"both"}, "causes": M{"strain": "strong"},
			"not_causes": []string{"strain"}, "against": []string{"strain"}, "look_alikes": []string{"cold"}, "specialists": []string{"doctor"}, "first": "doctor",
			"advice": []string{"bath"}, "not_advice": []string{"call-sooner"}}
		return append(cases, M{"case": "second", "story": "Another.", "based_on": cases[0].(M)["case"], "answers": M{"signs": "unsure", "words": "Some words", "burden": 10}, "expect": expect})
	})
	return files
}

func file(v any) *fstest.MapFile {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return &fstest.MapFile{Data: data}
}

// plain gives a file as the values that an editor sees in it.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(n.Content[0])
	case yaml.MappingNode:
		m := M{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plain(c))
		}
		return list
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int", "!!float":
		return json.Number(n.Value)
	}
	return n.Value
}

func read(t failer, files fs.FS, name string) any {
	t.Helper()
	data, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	var n yaml.Node
	if err := yaml.Load(data, &n); err != nil {
		t.Fatal(err)
	}
	return plain(&n)
}

// own compiles the schemas for these files alone.
func own(t failer, files fs.FS) validators {
	t.Helper()
	d, faults := questionnaire.Skeleton(files)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return compile(t, d)
}

// decode gives the schemas as compile does, as plain values.
func decode(t failer, d *questionnaire.Definition) map[string]M {
	t.Helper()
	roots := map[string]M{}
	for _, p := range schema.Parts() {
		data, err := p.For(d)
		if err != nil {
			t.Fatal(err)
		}
		var root M
		if err := json.Unmarshal(data, &root); err != nil {
			t.Fatal(err)
		}
		roots[p.Files] = root
	}
	return roots
}

// patternOf gives the pattern of files to which one belongs.
func patternOf(name string) string {
	if folder, _ := path.Split(name); folder != "" {
		return folder + "*.yaml"
	}
	return name
}

type validators map[string]*jsonschema.Schema

// compile makes the schemas of all parts; those for any questionnaire without a definition.
func compile(t failer, d *questionnaire.Definition) validators {
	t.Helper()
	all := validators{}
	for _, p := range schema.Parts() {
		data, err := p.For(d)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		address := "https://example.org/" + p.Name
		if err := c.AddResource(address, doc); err != nil {
			t.Fatal(err)
		}
		if all[p.Files], err = c.Compile(address); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// of gives the validator of a file.
func (v validators) of(t failer, name string) *jsonschema.Schema {
	t.Helper()
	s := v[patternOf(name)]
	if s == nil {
		t.Fatalf("no schema is for %s", name)
	}
	return s
}

func yamlFiles(t failer, files fs.FS) (names []string) {
	t.Helper()
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// valid fails for every file that one of its two schemas refuses.
func valid(t failer, files fs.FS, all, own validators) {
	t.Helper()
	if _, faults := questionnaire.Load(files); len(faults) > 0 {
		t.Fatal(faults)
	}
	for kind, of := range map[string]validators{"any questionnaire": all, "this one": own} {
		for _, name := range yamlFiles(t, files) {
			if err := of.of(t, name).Validate(read(t, files, name)); err != nil {
				t.Errorf("the schema for %s refuses %s: %v", kind, name, err)
			}
		}
	}
}

func TestFilesAreValid(t *testing.T) {
	t.Parallel()
	all := compile(t, nil)
	for _, name := range questionnaires.Names() {
		files, err := questionnaires.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		valid(t, files, all, own(t, files))
	}
	valid(t, full(), all, own(t, full()))
}

// unknown is a key, a word and an id that nothing has.
const unknown = "zzz-unknown"

// at is a place in a file: keys and positions from its root.
type at []any

func (a at) String() string { return fmt.Sprint([]any(a)...) }

// places lists the place of everything in a value.
func places(v any, here at, yield func(at, any)) {
	yield(slices.Clone(here), v)
	switch v := v.(type) {
	case M:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			places(v[k], append(here, k), yield)
		}
	case []any:
		for i := range v {
			places(v[i], append(here, i), yield)
		}
	}
}

// replaced gives a copy of a value with another one at a place.
func replaced(v any, place at, now any) any {
	if len(place) == 0 {
		return now
	}
	switch v := v.(type) {
	case M:
		v = maps.Clone(v)
		k := place[0].(string)
		v[k] = replaced(v[k], place[1:], now)
		return v
	case []any:
		v = slices.Clone(v)
		i := place[0].(int)
		v[i] = replaced(v[i], place[1:], now)
		return v
	}
	panic("no such place")
}

func with(m M, key string, v any) M {
	m = maps.Clone(m)
	m[key] = v
	return m
}

func without(m M, key string) M {
	m = maps.Clone(m)
	delete(m, key)
	return m
}

// faultsOf loads files with other content in one of them.
func faultsOf(files fstest.MapFS, name string, now any) []questionnaire.Fault {
	files = maps.Clone(files)
	files[name] = file(now)
	_, faults := questionnaire.Load(files)
	return faults
}

// node is a part of a schema, named by where it stands.
type node struct {
	where string
	is    M
}

// alternatives gives all that a value at a node may be, references followed.
func alternatives(root M, n node) (all []node) {
	if ref, ok := n.is["$ref"].(string); ok {
		where := strings.TrimPrefix(ref, "#")
		return alternatives(root, node{where, root["$defs"].(M)[strings.TrimPrefix(ref, "#/$defs/")].(M)})
	}
	all = append(all, n)
	branches, _ := n.is["anyOf"].([]any)
	for i, one := range branches {
		all = append(all, alternatives(root, node{fmt.Sprintf("%s/anyOf/%d", n.where, i), one.(M)})...)
	}
	return all
}

// under gives all that the schema allows at a place of a file, and notes the keys met on the way.
func under(root M, n node, place at, met map[string]bool) (all []node) {
	nodes := alternatives(root, n)
	if len(place) == 0 {
		return nodes
	}
	for _, n := range nodes {
		next := func(key string, is any) {
			if is, ok := is.(M); ok {
				all = append(all, under(root, node{n.where + key, is}, place[1:], met)...)
			}
		}
		switch step := place[0].(type) {
		case int:
			next("/items", n.is["items"])
		case string:
			properties, _ := n.is["properties"].(M)
			if p, ok := properties[step]; ok {
				met[n.where+"/properties/"+step] = true
				next("/properties/"+step, p)
			} else {
				next("/additionalProperties", n.is["additionalProperties"])
			}
		}
	}
	return all
}

// keysIn notes every key that a schema knows, by where it stands.
func keysIn(n node, known map[string]bool) {
	for k, v := range n.is {
		switch v := v.(type) {
		case M:
			switch k {
			case "properties", "$defs":
				for key, is := range v {
					where := "/$defs/" + key // the same in all files
					if k == "properties" {
						where = n.where + "/properties/" + key
						known[where] = true
					}
					keysIn(node{where, is.(M)}, known)
				}
			case "items", "additionalProperties":
				keysIn(node{n.where + "/" + k, v}, known)
			}
		case []any:
			for i, one := range v {
				if k == "anyOf" {
					keysIn(node{fmt.Sprintf("%s/anyOf/%d", n.where, i), one.(M)}, known)
				}
			}
		}
	}
}

// The loader is asked at every place of a questionnaire in which every key occurs what it knows there, by a key that is not
// known; and at every place that holds no mapping, whether it would know keys there. The schema must know the same. Every
// key of the schema must occur in that questionnaire, so no place can be missed.
func TestSchemaKnowsTheKeysOfTheLoader(t *testing.T) {
	t.Parallel()
	files := full()
	roots, met, known := decode(t, nil), map[string]bool{}, map[string]bool{} // met and known by place in a schema
	for pattern, root := range roots {
		keysIn(node{pattern, root}, known)
	}
	for _, name := range yamlFiles(t, files) {
		pattern := patternOf(name)
		root := roots[pattern]
		whole := read(t, files, name)
		places(whole, nil, func(place at, v any) {
			nodes := under(root, node{pattern, root}, place, met)
			var keys []string
			closed := false
			for _, n := range nodes {
				if n.where == "/$defs/condition" {
					keys, closed = nil, false
					break
				}
				if properties, ok := n.is["properties"].(M); ok && n.is["type"] != nil {
					keys, closed = append(keys, slices.Collect(maps.Keys(properties))...), true
				}
			}
			slices.Sort(keys)
			keys = slices.Compact(keys)
			probe := any(M{unknown: 1})
			if m, ok := v.(M); ok {
				probe = with(m, unknown, 1)
			}
			faults := faultsOf(files, name, replaced(whole, place, probe))
			if len(faults) == 0 {
				t.Errorf("%s at %s: the loader takes any key", name, place)
			}
			for _, f := range faults {
				if f.Code != "unknown-key" || !strings.Contains(f.What, unknown) {
					continue
				}
				loader := strings.Split(strings.TrimPrefix(f.Mend, "known here: "), ", ")
				if slices.Equal(loader, []string{"at_least", "of"}) && !closed {
					return // a condition
				}
				if diff := cmp.Diff(loader, keys); diff != "" {
					t.Errorf("%s at %s: keys of the loader (-) and of the schema (+):\n%s", name, place, diff)
				}
				return
			}
			if _, isMapping := v.(M); isMapping && closed && !slices.ContainsFunc(faults, func(f questionnaire.Fault) bool { return f.Code == "left-over-text" }) {
				t.Errorf("%s at %s: the schema knows only %v, the loader says %v", name, place, keys, faults)
			}
		})
	}
	for where := range known {
		if !met[where] {
			t.Errorf("no file has the key of the schema at %s; without it nobody knows whether the loader has it", where)
		}
	}
}

// telling are the codes of faults that lie in the file itself and not in what belongs to it elsewhere.
var telling = []string{"unknown-key", "missing-key", "unknown-word", "unknown-state", "unknown-option", "unknown-question", "unknown-fact", "unknown-score",
	"unknown-criterion", "unknown-red-flag", "unknown-look-alike", "unknown-cause", "unknown-specialist", "unknown-advice", "unknown-remedy",
	"unknown-source", "left-over-text", "not-a-mapping", "not-a-list", "not-a-text", "not-an-id", "not-a-number", "not-true-or-false", "not-a-date",
	"not-a-version", "not-an-address", "not-an-answer", "not-a-condition", "two-conditions", "not-a-property", "empty-text", "ask-without-meaning",
	"source-without-place", "flag-without-urgency", "every-urgency", "score-bounds", "key-of-other-type", "question-of-other-type",
	"empty-list", "empty-group", "empty-section", "no-question", "no-source", "cause-without-rule", "option-count", "points-out-of-range", "length-out-of-range"}

// mutant is another version of a file.
type mutant struct {
	what string
	now  func() any
}

// mutantsAt gives other versions of a value by one of its places: another thing in its stead, a key more, less or renamed.
func mutantsAt(whole any, place at, v any) (all []mutant) {
	add := func(what string, now any) {
		all = append(all, mutant{fmt.Sprintf("%s at %s", what, place), func() any { return replaced(whole, place, now) }})
	}
	for _, now := range []any{unknown, "Not an id!", "self-care", "unknown", nil, -7, true, []any{}, []any{unknown}, M{}} {
		add(fmt.Sprintf("%v", now), now)
	}
	m, ok := v.(M)
	if !ok {
		return all
	}
	add("one key more", with(m, unknown, unknown))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		less := without(m, k)
		add("without "+k, less)
		add(k+" renamed", with(less, unknown, m[k]))
	}
	return all
}

// failer is a test or one draw of it.
type failer interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
	Fatalf(string, ...any)
}

// agree fails when the loader takes what a schema refuses, or refuses for a telling code what the questionnaire's own takes.
func agree(t failer, files fstest.MapFS, all, own validators, name, what string, now any) {
	t.Helper()
	data := file(now).Data
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	faults := faultsOf(files, name, now)
	refused := own.of(t, name).Validate(doc)
	if len(faults) == 0 {
		if refused != nil {
			t.Errorf("%s with %s: the loader takes it, its schema says %v", name, what, refused)
		}
		if err := all.of(t, name).Validate(doc); err != nil {
			t.Errorf("%s with %s: the loader takes it, the schema for any questionnaire says %v", name, what, err)
		}
		return
	}
	if refused != nil {
		return
	}
	for _, f := range faults {
		elsewhere := f.File != name || (strings.HasPrefix(f.Code, "unknown-") || f.Code == "left-over-text") && !strings.Contains(f.What, unknown)
		if slices.Contains(telling, f.Code) && !elsewhere {
			t.Errorf("%s with %s: the schema takes it, the loader says %v", name, what, f)
		}
	}
}

// Every place of a questionnaire in which every key occurs is changed in many ways. One place stands for all with the
// same keys that the questionnaire's own schema describes in one go, or in the same way where any questionnaire's does so.
func TestSchemaAgreesWithTheLoader(t *testing.T) {
	t.Parallel()
	files := full()
	all, own := compile(t, nil), own(t, files)
	d, _ := questionnaire.Skeleton(files)
	anyRoots, ownRoots := decode(t, nil), decode(t, d)
	count := 0
	for _, name := range yamlFiles(t, files) {
		whole, seen := read(t, files, name), map[string]bool{}
		pattern := patternOf(name)
		places(whole, nil, func(place at, v any) {
			here, alike := "own ", "any "
			for _, n := range under(ownRoots[pattern], node{pattern, ownRoots[pattern]}, place, map[string]bool{}) {
				here += n.where + " "
				alike += fmt.Sprint(without(n.is, "description"))
			}
			for _, n := range under(anyRoots[pattern], node{pattern, anyRoots[pattern]}, place, map[string]bool{}) {
				alike += n.where + " "
			}
			if m, ok := v.(M); ok {
				keys := fmt.Sprint(slices.Sorted(maps.Keys(m)))
				here, alike = here+keys, alike+keys
			}
			if seen[here] || seen[alike] {
				return
			}
			seen[here], seen[alike] = true, true
			for _, m := range mutantsAt(whole, place, v) {
				count++
				agree(t, files, all, own, name, m.what, m.now())
			}
		})
	}
	t.Logf("%d mutants", count)
	if count < 2000 {
		t.Errorf("only %d mutants", count)
	}
}

// The same for shipped and for random questionnaires, at random places. The random ones are valid, too.
func TestSchemaAgreesElsewhere(t *testing.T) {
	t.Parallel()
	all := compile(t, nil)
	pick := func(t failer, draw func(below int) int, files fstest.MapFS, own validators) {
		names := yamlFiles(t, files)
		name := names[draw(len(names))]
		whole := read(t, files, name)
		var mutants []mutant
		places(whole, nil, func(place at, v any) { mutants = append(mutants, mutantsAt(whole, place, v)...) })
		m := mutants[draw(len(mutants))]
		agree(t, files, all, own, name, m.what, m.now())
	}
	t.Run("random", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(rt *rapid.T) {
			files := Generate(rt, 6)
			own := own(rt, files)
			valid(rt, files, all, own)
			pick(rt, func(below int) int { return rapid.IntRange(0, below-1).Draw(rt, "pick") }, files, own)
		})
	})
	for _, name := range questionnaires.Names() {
		shipped, err := questionnaires.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		files := fstest.MapFS{}
		for _, name := range yamlFiles(t, shipped) {
			files[name] = file(read(t, shipped, name))
		}
		own := own(t, files)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 30 {
				pick(t, rand.IntN, files, own)
			}
		})
	}
}

func TestConditionsHaveTheKeysOfTheLoader(t *testing.T) {
	t.Parallel()
	forms := decode(t, nil)["properties.yaml"]["$defs"].(M)["condition"].(M)["properties"].(M)
	var keys []questionnaire.ID
	for k := range forms {
		keys = append(keys, questionnaire.ID(k))
	}
	slices.Sort(keys)
	loader := questionnaire.ConditionKeys()
	slices.Sort(loader)
	if diff := cmp.Diff(loader, keys); diff != "" {
		t.Errorf("keys of the loader (-) and of the schema (+):\n%s", diff)
	}
}
