package questionnaire

import (
	"go.yaml.in/yaml/v4"
)

// cases reads one file of made-up people. The definition is compiled: the path of each tells which answers are missing.
func (l *loader) cases(name string) {
	d, root := l.open(name)
	if root == nil {
		return
	}
	// Inherited answers, as written, by case.
	written := map[ID]map[ID]*yaml.Node{}
	for _, n := range d.items(root) {
		c := Case{Answers: l.d.NewAnswers(), Place: d.at(n)}
		var base ID
		own := map[ID]*yaml.Node{}
		all := map[ID]*yaml.Node{}
		d.fields(n, []string{"case", "story", "expect"}, map[string]func(*yaml.Node){
			"case":     func(n *yaml.Node) { c.ID = d.id(n) },
			"story":    func(n *yaml.Node) { c.Story = d.text(n) },
			"based_on": func(n *yaml.Node) { base = d.id(n) },
			"answers":  func(n *yaml.Node) { d.entries(n, func(k, v *yaml.Node) { own[ID(k.Value)] = v }) },
			"expect":   func(n *yaml.Node) { l.expect(d, n, &c.Expect) },
		})
		if base != "" {
			inherited, ok := written[base]
			if !ok {
				d.fault(n, "unknown-case", "name a case that stands above in this file", "there is no case %q above", base)
				continue // what it would have answered is not worth a word
			}
			for id, v := range inherited {
				all[id] = v
			}
		}
		for id, v := range own {
			all[id] = v
			if v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
				delete(all, id)
			}
		}
		for _, other := range l.d.Cases {
			if other.ID == c.ID {
				d.fault(n, "id-twice", "give it another id", "there is another case %q, in %s", c.ID, other.Place)
			}
		}
		written[c.ID] = all
		l.caseAnswers(d, n, &c, all, own)
		l.d.Cases = append(l.d.Cases, c)
	}
}

func (l *loader) caseAnswers(d doc, n *yaml.Node, c *Case, all, own map[ID]*yaml.Node) {
	for _, key := range sortedKeys(all) {
		v := all[key]
		at, ok := l.d.Question(key)
		if !ok {
			var known []ID
			for i := range l.d.Questions {
				known = append(known, l.d.Questions[i].ID)
			}
			d.fault(v, "unknown-question", "name a question of definition.yaml", "there is no question %q%s", key, DidYouMean(key, known))
			continue
		}
		entries := []*yaml.Node{v}
		if v.Kind == yaml.SequenceNode {
			entries = v.Content
		}
		var words []string
		for _, e := range entries {
			if e.Kind != yaml.ScalarNode {
				d.fault(e, "not-an-answer", "give an answer that the question takes", "expected one word, number or text here")
			}
			words = append(words, e.Value)
		}
		if len(words) == 1 && words[0] == WordBlank {
			words = nil
		}
		a, fault := l.d.ParseAnswer(at, words)
		if fault != nil {
			mend := "give an answer that the question takes"
			if fault.Code == FaultOption {
				mend += DidYouMean(ID(fault.Detail), l.d.Questions[at].Options)
			}
			d.fault(v, "not-an-answer", mend, "%s", fault.Error())
			continue
		}
		c.Answers[at] = a
	}
	// Answers off the path do not count, so dropping them changes no question's standing.
	p := l.d.Path(c.Answers)
	for i := range l.d.Questions {
		qu := &l.d.Questions[i]
		switch {
		case p.Asked[i] == True && c.Answers[i].State == NotReached:
			d.fault(n, "answer-missing", "add an answer", "the case %q has no answer to %q, which is asked", c.ID, qu.ID)
		case p.Asked[i] != True && c.Answers[i].State != NotReached:
			if v := own[qu.ID]; v != nil {
				d.fault(v, "answer-off-path", "take it away", "the case %q answers %q, which is not asked", c.ID, qu.ID)
			}
			c.Answers[i] = Answer{}
		}
	}
}

func (l *loader) expect(d doc, n *yaml.Node, e *Expect) {
	known := func(kind string, n *yaml.Node, id ID) ID {
		if l.named[kind+"/"+string(id)] == nil {
			d.fault(n, "unknown-"+kind, "name one of rules.yaml", "there is no %s %q", kind, id)
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
		d.fault(n, "unknown-specialist", "name one of rules.yaml", "there is no referral to %q", id)
		return id
	}
	d.fields(n, []string{"urgency"}, map[string]func(*yaml.Node){
		"urgency": func(n *yaml.Node) { u := word[Urgency](d, n, urgencyNames); e.Urgency = &u },
		"pattern": func(n *yaml.Node) { m := word[Match](d, n, matchNames); e.Pattern = &m },
		"criteria": func(n *yaml.Node) {
			e.Criteria = map[ID]CriterionState{}
			d.entries(n, func(k, v *yaml.Node) {
				if l.named["criterion/"+k.Value+"/met"] == nil {
					d.fault(k, "unknown-criterion", "name one of rules.yaml", "there is no criterion %q", k.Value)
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
