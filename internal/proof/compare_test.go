package proof

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
)

type object = map[string]any

func parse(t *rapid.T, files fstest.MapFS, name string) (o object) {
	if err := json.Unmarshal(files[name].Data, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func write(t *rapid.T, files fstest.MapFS, name string, o object) {
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	files[name] = &fstest.MapFile{Data: data}
}

// enrich adds every kind of conclusion that the generator leaves out, from the conditions that are there.
func enrich(t *rapid.T, files fstest.MapFS) fstest.MapFS {
	rules, text := parse(t, files, "rules.yaml"), parse(t, files, "text/en.yaml")
	flag := rules["red_flags"].([]any)[0].(object)["when"]
	cause := rules["causes"].([]any)[0].(object)["rules"].([]any)
	weak, strong := cause[0].(object)["when"], cause[1].(object)["when"]
	source := []string{"s1"}
	rules["referrals"] = append([]any{
		object{"specialist": "nurse", "named_by": "evidence", "causes": []string{"c0"}, "first": weak, "source": source},
		object{"specialist": "surgeon", "named_by": "source", "when": strong, "from": "same-day", "first_from": "emergency", "source": source},
	}, rules["referrals"].([]any)...)
	rules["look_alikes"] = []any{object{"look_alike": "cramp", "when": flag, "source": source}}
	rules["causes"].([]any)[0].(object)["against"] = []any{flag}
	definition := parse(t, files, "definition.yaml")
	definition["speaks_for_another"] = weak
	write(t, files, "definition.yaml", definition)
	rules["scores"] = object{"burden": object{"bands": []any{object{"band": "light", "from": 0}},
		"terms": []any{object{"term": "t0", "points": 1, "when": weak}, object{"term": "t1", "points": 2, "when": flag}}}}
	for _, id := range []string{"nurse", "surgeon"} {
		text["specialists"].(object)[id] = object{"name": "Name", "does": "Does"}
	}
	text["look_alikes"] = object{"cramp": object{"name": "Name"}}
	text["scores"] = object{"burden": object{"name": "Name", "terms": object{"t0": "T", "t1": "T"}, "bands": object{"light": "Light"}}}
	write(t, files, "rules.yaml", rules)
	write(t, files, "text/en.yaml", text)
	return files
}

// editions makes two editions of a questionnaire: two that share ids and little else, or one with some edits.
func editions(t *rapid.T) (old, new *q.Definition) {
	files := questionnairetest.Generate(t, 3)
	other := maps.Clone(files)
	if rapid.Bool().Draw(t, "another") {
		other = questionnairetest.Generate(t, 3)
	}
	files, other = enrich(t, files), enrich(t, other)
	for range rapid.IntRange(0, 2).Draw(t, "edits") {
		edited := maps.Clone(other)
		edit(t, edited)
		if d, _ := q.Load(edited); d != nil {
			other = edited
		}
	}
	load := func(files fstest.MapFS) *q.Definition {
		d, faults := q.Load(files)
		for _, f := range faults {
			t.Error(f.Error())
		}
		if d == nil {
			t.FailNow()
		}
		return d
	}
	return load(files), load(other)
}

// edit changes one thing, as an author might. Not every edit gives a faultless questionnaire.
func edit(t *rapid.T, files fstest.MapFS) {
	definition, rules := parse(t, files, "definition.yaml"), parse(t, files, "rules.yaml")
	questions := definition["sections"].([]any)[0].(object)["questions"].([]any)
	pick := func(list any) object { return rapid.SampledFrom(list.([]any)).Draw(t, "which").(object) }
	question := pick(questions)
	level := rapid.SampledFrom([]string{"routine", "soon", "same-day", "emergency"}).Draw(t, "level")
	switch rapid.IntRange(0, 11).Draw(t, "edit") {
	case 0:
		flag := pick(rules["red_flags"])
		flag["when"] = object{"not": flag["when"]}
	case 1:
		pick(rules["red_flags"])["urgency"] = level
	case 2:
		pick(rules["causes"])["urgency"] = level
	case 3:
		pick(rules["causes"])["shown"] = false
	case 4:
		pick(rules["referrals"])["from"] = level
	case 5:
		flag := pick(rules["red_flags"])
		flag["when"] = object{"all": []any{flag["when"], pick(pick(rules["causes"])["rules"])["when"]}}
	case 6:
		question["unsure"] = !question["unsure"].(bool)
	case 7:
		if question["type"] == "number" {
			question["range"] = object{"from": rapid.IntRange(0, 1).Draw(t, "from"), "to": rapid.IntRange(2, 5).Draw(t, "to")}
		} else if question["type"] == "choice" {
			question["type"] = "choices"
		} else {
			delete(question, "none")
		}
	case 8:
		pick(rules["advice"])["kind"] = "ask"
	case 9:
		if question["ask"] != nil {
			question["ask"] = object{"not": question["ask"]}
		}
	case 10:
		if cause := pick(rules["causes"]); cause["against"] == nil {
			cause["against"] = []any{pick(rules["red_flags"])["when"]}
		} else {
			delete(cause, "against")
		}
	case 11:
		definition["speaks_for_another"] = pick(rules["red_flags"])["when"]
	}
	write(t, files, "definition.yaml", definition)
	write(t, files, "rules.yaml", rules)
}

// both calls yield for every answer set that two editions take: a path of the old one, and every path of the new one that
// answers alike what both ask.
func both(old, new *q.Definition, yield func(was, is q.Answers)) {
	walk(old, func(was q.Answers) {
		var from func(j int, is q.Answers)
		from = func(j int, is q.Answers) {
			if j == len(is) {
				yield(was, is)
				return
			}
			is[j] = q.Answer{}
			if new.Walk(new.Questions[j].Ask, is) != q.True {
				from(j+1, is)
				return
			}
			i, ok := old.Question(new.Questions[j].ID)
			if ok && alike(&old.Questions[i], &new.Questions[j]) && was[i].State != q.NotReached {
				entries := old.Words(i, was[i])
				if was[i].State == q.Blank {
					entries = nil
				}
				if a, fault := new.ParseAnswer(j, entries); fault == nil {
					is[j] = a
					from(j+1, is)
				}
				is[j] = q.Answer{}
				return
			}
			for _, a := range every(new, j) {
				is[j] = a
				from(j+1, is)
			}
			is[j] = q.Answer{}
		}
		from(0, new.NewAnswers())
	})
}

// conclusions is all of an outcome but the reasons, independent of how it is compared.
func conclusions(d *q.Definition, answers q.Answers, o *assess.Outcome) string {
	said := []any{o.Urgency, o.Pattern.Match, o.Pattern.Shown}
	for _, f := range slices.Concat(o.RedFlags, o.OpenFlags) {
		said = append(said, f.ID, f.Urgency)
	}
	said = append(said, len(o.RedFlags))
	for _, k := range o.Pattern.Criteria {
		said = append(said, k.ID, k.State)
	}
	causes := []string{}
	for _, c := range o.Causes {
		causes = append(causes, fmt.Sprint(c.ID, c.Strength, c.Shown, len(c.Against) > 0))
	}
	slices.Sort(causes)
	said = append(said, causes)
	for _, a := range o.LookAlikes {
		said = append(said, a.ID)
	}
	for _, s := range o.Specialists {
		said = append(said, s.ID, s.NamedBy)
	}
	for _, a := range o.Advice {
		said = append(said, a.ID, a.Kind)
	}
	for _, s := range o.Scores {
		said = append(said, s.ID, s.Terms)
	}
	said = append(said, d.SpeaksForAnother != nil && d.Walk(d.SpeaksForAnother, answers) == q.True)
	for i := range d.Questions {
		if d.Walk(d.Questions[i].Ask, answers) == q.True {
			said = append(said, d.Questions[i].ID)
		}
	}
	return fmt.Sprint(said...)
}

// What a comparison says agrees with trying every answer set.
func TestCompareAgreesWithEveryAnswerSet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		old, new := editions(t)
		type found struct {
			n    int64
			best int
		}
		p := newPair(t.Context(), old, new)
		bears := map[string]map[*block]bool{}
		for i := range p.subjects {
			ways, _ := p.changes(&p.subjects[i])
			for _, w := range ways {
				bears[fmt.Sprint(w.subject, w.from.name, w.to.name)] = p.m.bearing(w.when)
			}
		}
		cost := func(key string, was, is q.Answers) (total int) {
			inputs := p.old.inputs(was)
			p.new.mark(inputs, is)
			for i, s := range p.m.symbols {
				if inputs[i] && bears[key][s.block] {
					total += 1000 * cost(s)
					if tick(s) {
						total++
					}
				}
			}
			return total
		}
		changes := map[string]*found{}
		var sets, calmer, urgent, otherwise int64
		both(old, new, func(was, is q.Answers) {
			sets++
			a, b := assess.Evaluate(old, was), assess.Evaluate(new, is)
			switch {
			case b.Urgency < a.Urgency:
				calmer++
			case b.Urgency > a.Urgency:
				urgent++
			}
			differs := false
			for i := range p.subjects {
				s := &p.subjects[i]
				from, to := s.of(old, told{a, was}), s.of(new, told{b, is})
				if from.name == to.name || from.name == "" || to.name == "" {
					continue
				}
				differs = true
				if s.states == nil {
					from, to = value{}, value{}
				}
				key := fmt.Sprint(s, from.name, to.name)
				cost := cost(key, was, is)
				if f := changes[key]; f == nil {
					changes[key] = &found{1, cost}
				} else {
					f.n, f.best = f.n+1, min(f.best, cost)
				}
			}
			if differs {
				otherwise++
			}
			if got := conclusions(old, was, a) != conclusions(new, is, b); got && !differs && len(edits(old, new)) == 0 {
				t.Fatalf("another outcome of %+v goes unseen", was)
			}
		})
		// With few steps, the solver finds the examples and counts are bounds.
		steps := rapid.SampledFrom([]int{0, 0, 1, 200, 2000}).Draw(t, "steps")
		is := func(c Count, n int64) bool {
			return c.Exact() && c.From.Int64() == n || steps > 0 && c.To == nil && c.From.Int64() <= n
		}
		c := Compare(context.Background(), old, new, Limits{Steps: steps})
		if len(c.Undecided) > 0 {
			t.Fatalf("undecided: %q", c.Undecided)
		}
		for _, n := range []struct {
			what  string
			count Count
			want  int64
		}{{"answer sets", c.AnswerSets, sets}, {"calmer", c.Calmer, calmer}, {"more urgent", c.MoreUrgent, urgent}, {"changed", c.Changed, otherwise}} {
			if !is(n.count, n.want) {
				t.Fatalf("%s: %v, by trying %d", n.what, n.count, n.want)
			}
		}
		for i := range c.Differences {
			x := &c.Differences[i]
			key := fmt.Sprint(&subject{part: x.Part, id: x.ID}, x.From, x.To)
			want := changes[key]
			delete(changes, key)
			switch {
			case want == nil:
				t.Fatalf("%s never happens", key)
			case !is(x.Count, want.n):
				t.Fatalf("%s: %v answer sets, by trying %d", key, x.Count, want.n)
			case x.Example == nil || !x.Example.Smallest:
				t.Fatalf("%s: no smallest example", key)
			}
			if got := cost(key, x.Example.Old, x.Example.New); got != want.best {
				t.Fatalf("%s: costs %d, by trying %d", key, got, want.best)
			}
		}
		for key := range changes {
			t.Fatalf("%s goes unseen", key)
		}
		same, err := Equivalent(context.Background(), old, new)
		silent := !slices.ContainsFunc(c.Edits, func(e Edit) bool { return !e.silent() })
		if want := otherwise == 0 && silent; err != nil || same != want {
			t.Fatalf("equivalent %v (%v), by trying %v", same, err, want)
		}
	})
}
