package questionnaire

import (
	"maps"
	"strings"

	"go.yaml.in/yaml/v4"
)

// cases reads one file of made-up people. The definition is compiled: the path of each tells which answers are missing.
func (l *loader) cases(name string) {
	d, root := l.open(name)
	if root == nil {
		return
	}
	above := map[ID]*draft{}
	for _, n := range d.items(root) {
		c := Case{Answers: l.d.NewAnswers(), Place: d.at(n)}
		var base *yaml.Node
		own := map[ID]*yaml.Node{}
		w := &draft{all: map[ID]*yaml.Node{}, faulty: map[ID]bool{}}
		d.fields(n, []string{"case", "story", "expect"}, map[string]func(*yaml.Node){
			"case":     func(n *yaml.Node) { c.ID = d.id(n) },
			"story":    func(n *yaml.Node) { c.Story = d.text(n) },
			"based_on": func(n *yaml.Node) { base = n },
			"answers":  func(n *yaml.Node) { d.entries(n, func(k, v *yaml.Node) { own[ID(k.Value)] = v }) },
			"expect":   func(n *yaml.Node) { l.expect(d, n, &c.Expect) },
		})
		for _, other := range l.d.Cases {
			if other.ID == c.ID && c.ID != "" {
				d.fault(n, "id-twice", "give it another id", "there is another case %q, in %s", c.ID, other.Place)
			}
		}
		l.d.Cases = append(l.d.Cases, c)
		var from *draft
		if base != nil {
			id := d.id(base)
			if from = above[id]; from == nil && id != "" {
				d.fault(base, "unknown-case", "name a case that stands above in this file", "there is no case %q above%s", id, DidYouMean(id, sortedKeys(above)))
			}
		}
		above[c.ID] = w
		if base != nil {
			if from == nil || from.unknown {
				w.unknown = true // what it would have answered is not worth a word
				continue
			}
			maps.Copy(w.all, from.all)
			maps.Copy(w.faulty, from.faulty)
		}
		for id, v := range own {
			w.all[id] = v
			delete(w.faulty, id)
			if v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
				delete(w.all, id)
			}
		}
		l.caseAnswers(d, n, &l.d.Cases[len(l.d.Cases)-1], w, own)
	}
}

// draft is what a case answers, as written, for those that are based on it.
type draft struct {
	all     map[ID]*yaml.Node
	faulty  map[ID]bool // told already: no answer, or none where one is needed
	unknown bool        // what it is based on is not known
}

// caseAnswers reads the answers of a case. What is wrong with the answers of another case that it is based on was told there.
func (l *loader) caseAnswers(d doc, n *yaml.Node, c *Case, w *draft, own map[ID]*yaml.Node) {
	for _, key := range sortedKeys(w.all) {
		if w.faulty[key] {
			continue
		}
		v := w.all[key]
		at, ok := l.d.Question(key)
		if !ok {
			w.faulty[key] = true
			d.fault(v, "unknown-question", "name a question of definition.yaml", "there is no question %q%s", key, DidYouMean(key, sortedKeys(l.d.index)))
			continue
		}
		entries := []*yaml.Node{v}
		if v.Kind == yaml.SequenceNode {
			entries = v.Content
		}
		var words []string
		for _, e := range entries {
			if e.Kind != yaml.ScalarNode {
				w.faulty[key] = true
				d.fault(e, "not-an-answer", "give an answer that the question takes", "expected one word, number or text here")
			}
			words = append(words, e.Value)
		}
		if w.faulty[key] {
			continue
		}
		if len(words) == 1 && words[0] == WordBlank {
			words = nil
		}
		a, fault := l.d.ParseAnswer(at, words)
		if fault != nil {
			w.faulty[key] = true
			d.fault(v, "not-an-answer", fault.mend(), "%s", fault.what())
			continue
		}
		c.Answers[at] = a
	}
	// Answers off the path do not count, so dropping them changes no question's standing. While an answer is none, what it would
	// have led to cannot be told.
	p := l.d.Path(c.Answers)
	sure := len(w.faulty) == 0
	for i := range l.d.Questions {
		qu := &l.d.Questions[i]
		switch {
		case p.Asked[i] == True && c.Answers[i].State == NotReached && !w.faulty[qu.ID]:
			w.faulty[qu.ID] = true
			d.fault(n, "answer-missing", "add an answer", "the case %q has no answer to %q, which is asked", c.ID, qu.ID)
		case p.Asked[i] != True && c.Answers[i].State != NotReached:
			if v := own[qu.ID]; v != nil && sure {
				d.fault(v, "answer-off-path", "take it away", "the case %q answers %q, which is not asked", c.ID, qu.ID)
			}
			c.Answers[i] = Answer{}
		}
	}
}

func (l *loader) expect(d doc, n *yaml.Node, e *Expect) {
	known := func(kind string, n *yaml.Node, id ID) ID {
		if l.named[kind+"/"+string(id)] == nil && id != "" {
			d.fault(n, "unknown-"+strings.ReplaceAll(kind, "_", "-"), "name one of rules.yaml", "there is no %s %q%s", strings.ReplaceAll(kind, "_", " "), id, DidYouMean(id, l.namedOf(kind)))
		}
		return id
	}
	list := func(kind string, n *yaml.Node) []ID {
		ids := make([]ID, 0, len(n.Content))
		for _, i := range d.items(n) {
			ids = append(ids, known(kind, i, d.id(i)))
		}
		return ids
	}
	specialist := func(n *yaml.Node) ID {
		id := d.id(n)
		for _, r := range l.d.Referrals {
			if r.Specialist == id {
				return id
			}
		}
		d.fault(n, "unknown-specialist", "name one of rules.yaml", "there is no referral to %q%s", id, DidYouMean(id, ids(l.d.Referrals, func(r Referral) ID { return r.Specialist })))
		return id
	}
	d.fields(n, []string{"urgency"}, map[string]func(*yaml.Node){
		"urgency": func(n *yaml.Node) { u := word[Urgency](d, n, urgencyNames); e.Urgency = &u },
		"pattern": func(n *yaml.Node) { m := word[Match](d, n, matchNames); e.Pattern = &m },
		"criteria": func(n *yaml.Node) {
			e.Criteria = map[ID]CriterionState{}
			d.entries(n, func(k, v *yaml.Node) {
				if l.named["criterion/"+k.Value+"/met"] == nil {
					d.fault(k, "unknown-criterion", "name one of rules.yaml", "there is no criterion %q%s", k.Value, DidYouMean(k.Value, ids(l.d.Criteria, func(c Criterion) ID { return c.ID })))
				}
				e.Criteria[ID(k.Value)] = word[CriterionState](d, v, criterionNames)
			})
		},
		"red_flags": func(n *yaml.Node) { ids := list("red_flag", n); e.RedFlags = &ids },
		"causes": func(n *yaml.Node) {
			e.Causes = map[ID]Strength{}
			d.entries(n, func(k, v *yaml.Node) {
				e.Causes[known("cause", k, ID(k.Value))] = word[Strength](d, v, strengthNames)
			})
		},
		"not_causes":  func(n *yaml.Node) { e.NotCauses = list("cause", n) },
		"against":     func(n *yaml.Node) { e.Against = list("cause", n) },
		"look_alikes": func(n *yaml.Node) { e.LookAlikes = list("look_alike", n) },
		"specialists": func(n *yaml.Node) {
			for _, i := range d.items(n) {
				e.Specialists = append(e.Specialists, specialist(i))
			}
		},
		"first":      func(n *yaml.Node) { e.First = specialist(n) },
		"advice":     func(n *yaml.Node) { e.Advice = list("advice", n) },
		"not_advice": func(n *yaml.Node) { e.NotAdvice = list("advice", n) },
	})
}
