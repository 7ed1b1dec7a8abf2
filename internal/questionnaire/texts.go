package questionnaire

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"
)

// text reads one language. What English lacks is a fault; what another language lacks is noted, and keeps it from being
// offered.
func (l *loader) text(name string) {
	d, root := l.open(name)
	if root == nil {
		return
	}
	tag := strings.TrimSuffix(path.Base(name), ".yaml")
	t := &Text{}
	lack := &reader{}
	w := words{d, doc{lack, name}, l.complete}
	def := l.d
	parts := map[string]func(*yaml.Node){
		"language": func(n *yaml.Node) {
			t.Language = d.text(n)
			if parsed, err := language.Parse(t.Language); err != nil || parsed.String() != tag {
				d.fault(n, "not-a-language", "write the tag of the file's name, such as en", "%q is not the language of %s", t.Language, Place{File: name})
			}
		},
		"title": func(n *yaml.Node) { t.Title = d.text(n) },
		"start": func(n *yaml.Node) {
			w.must(n, "start", map[string]func(*yaml.Node){
				"lead":      func(n *yaml.Node) { t.Start.Lead = d.text(n) },
				"for":       func(n *yaml.Node) { t.Start.For = d.text(n) },
				"gets":      func(n *yaml.Node) { t.Start.Gets = d.texts(n) },
				"cannot":    func(n *yaml.Node) { t.Start.Cannot = d.texts(n) },
				"at_hand":   func(n *yaml.Node) { t.Start.AtHand = d.texts(n) },
				"emergency": func(n *yaml.Node) { t.Start.Emergency = d.texts(n) },
				"poster":    func(n *yaml.Node) { t.Start.Poster = d.text(n) },
			}, "emergency", "poster")
		},
		"sections": func(n *yaml.Node) {
			t.Sections = each(w, n, "sections", ids(def.Sections, func(s Section) ID { return s.ID }), w.plain)
		},
		"units": func(n *yaml.Node) {
			var numbers []ID
			for _, qu := range def.Questions {
				if qu.Type == Number {
					numbers = append(numbers, qu.ID)
				}
			}
			t.Units = each(w, n, "units", numbers, w.plain)
		},
		"questions": func(n *yaml.Node) {
			t.Questions = each(w, n, "questions", ids(def.Questions, func(q Question) ID { return q.ID }), func(n *yaml.Node, at string, id ID) QuestionText {
				return w.question(n, at, &def.Questions[def.index[id]], tag == english)
			})
		},
		"scores": func(n *yaml.Node) {
			t.Scores = each(w, n, "scores", ids(def.Scores, func(s Score) ID { return s.ID }), func(n *yaml.Node, at string, id ID) (st ScoreText) {
				s := def.Scores[slices.IndexFunc(def.Scores, func(s Score) bool { return s.ID == id })]
				w.must(n, at, map[string]func(*yaml.Node){
					"name": func(n *yaml.Node) { st.Name = d.text(n) },
					"terms": func(n *yaml.Node) {
						st.Terms = each(w, n, at+".terms", ids(s.Terms, func(t Term) ID { return t.ID }), w.plain)
					},
					"bands": func(n *yaml.Node) {
						st.Bands = each(w, n, at+".bands", ids(s.Bands, func(b Band) ID { return b.ID }), w.plain)
					},
				})
				return st
			})
		},
		"urgency": func(n *yaml.Node) {
			t.Urgency = map[Urgency]UrgencyText{}
			var names []ID
			for _, u := range urgencyNames {
				names = append(names, ID(u))
			}
			for id, ut := range each(w, n, "urgency", names, func(n *yaml.Node, at string, _ ID) (ut UrgencyText) {
				w.must(n, at, map[string]func(*yaml.Node){
					"heading":  func(n *yaml.Node) { ut.Heading = d.text(n) },
					"sentence": func(n *yaml.Node) { ut.Sentence = d.text(n) },
					"steps":    func(n *yaml.Node) { ut.Steps = d.texts(n) },
				})
				return ut
			}) {
				var u Urgency
				if u.UnmarshalText([]byte(id)) == nil {
					t.Urgency[u] = ut
				}
			}
		},
		"red_flags": func(n *yaml.Node) {
			t.RedFlags = each(w, n, "red_flags", ids(def.RedFlags, func(f RedFlag) ID { return f.ID }), func(n *yaml.Node, at string, _ ID) RedFlagText {
				ft := w.redFlag(n, true)
				w.need(n, at+".name", ft.Name)
				w.need(n, at+".act", ft.Act)
				if (ft.Sentence == "") != (len(ft.Steps) == 0) {
					d.fault(n, "half-a-text", "give both sentence and steps, or neither", "%s has one of sentence and steps", at)
				}
				return ft
			})
		},
		"criteria": func(n *yaml.Node) {
			t.Criteria = each(w, n, "criteria", ids(def.Criteria, func(c Criterion) ID { return c.ID }), w.name)
		},
		"pattern": func(n *yaml.Node) {
			t.Pattern = map[Match]string{}
			var names []ID
			for _, m := range matchNames {
				names = append(names, ID(m))
			}
			names = append(names, patternHeading)
			for id, s := range each(w, n, "pattern", names, w.plain, patternHeading) {
				var m Match
				if id == patternHeading {
					t.PatternName = s
				} else if m.UnmarshalText([]byte(id)) == nil {
					t.Pattern[m] = s
				}
			}
		},
		"look_alikes": func(n *yaml.Node) {
			t.LookAlikes = each(w, n, "look_alikes", ids(def.LookAlikes, func(a LookAlike) ID { return a.ID }), w.name)
		},
		"causes": func(n *yaml.Node) {
			t.Causes = each(w, n, "causes", ids(def.Causes, func(c Cause) ID { return c.ID }), func(n *yaml.Node, at string, _ ID) (ct CauseText) {
				d.fields(n, nil, map[string]func(*yaml.Node){
					"name":     func(n *yaml.Node) { ct.Name = d.text(n) },
					"clinical": func(n *yaml.Node) { ct.Clinical = d.text(n) },
					"sentence": func(n *yaml.Node) { ct.Sentence = d.text(n) },
				})
				w.need(n, at+".name", ct.Name)
				w.need(n, at+".sentence", ct.Sentence)
				return ct
			})
		},
		"specialists": func(n *yaml.Node) {
			t.Specialists = each(w, n, "specialists", ids(def.Referrals, func(r Referral) ID { return r.Specialist }), func(n *yaml.Node, at string, _ ID) (st SpecialistText) {
				w.must(n, at, map[string]func(*yaml.Node){
					"name": func(n *yaml.Node) { st.Name = d.text(n) },
					"does": func(n *yaml.Node) { st.Does = d.text(n) },
				})
				return st
			})
		},
		"advice": func(n *yaml.Node) {
			t.Advice = each(w, n, "advice", ids(def.Advice, func(a Advice) ID { return a.ID }), w.plain)
		},
		"about": func(n *yaml.Node) { t.About = d.texts(n) },
	}
	// Where there is nothing to name, no text is needed.
	nothing := map[string]bool{
		"units": !slices.ContainsFunc(def.Questions, func(q Question) bool { return q.Type == Number }), "scores": len(def.Scores) == 0,
		"red_flags": len(def.RedFlags) == 0, "criteria": len(def.Criteria) == 0, "pattern": def.Pattern.Absent,
		"look_alikes": len(def.LookAlikes) == 0, "causes": len(def.Causes) == 0, "specialists": len(def.Referrals) == 0,
		"advice": len(def.Advice) == 0,
	}
	if len(def.Clinic.Groups) > 0 {
		parts["groups"] = func(n *yaml.Node) {
			t.Groups = each(w, n, "groups", ids(def.Clinic.Groups, func(g Group) ID { return g.ID }), w.plain)
		}
	}
	var spare []string
	for part, none := range nothing {
		if none {
			spare = append(spare, part)
		}
	}
	w.must(root, "", parts, spare...)
	if tag == english {
		l.faults, l.found = append(l.faults, lack.faults...), l.found+lack.found
	} else {
		t.Missing = lack.listed()
	}
	def.Texts[tag] = t
}

// alike notes which texts a language lacks that may be left out, but not where English has them.
func (l *loader) alike(en *Text) {
	for tag, t := range l.d.Texts {
		lacks := func(at string, has, needed bool) {
			if needed && !has {
				t.Missing = append(t.Missing, Fault{Place: Place{File: path.Join(folderText, tag+".yaml"), Line: 1, Column: 1}, Code: "missing-text",
					What: "there is no text for " + at, Mend: "add it"})
			}
		}
		lacks("start.emergency", len(t.Start.Emergency) > 0, len(en.Start.Emergency) > 0)
		lacks("start.poster", t.Start.Poster != "", en.Start.Poster != "")
		lacks("pattern.heading", t.PatternName != "", en.PatternName != "")
	}
}

// words reads texts and notes the lacking ones.
type words struct {
	doc
	lack     doc
	complete bool // all ids are known; otherwise a text may belong to one that a fault hides
}

// patternHeading stands among the matches of a pattern.
const patternHeading = "heading"

// must reads a mapping of which every key is needed but the spare ones.
func (w words) must(n *yaml.Node, at string, fns map[string]func(*yaml.Node), spare ...string) {
	seen := map[string]bool{}
	with := make(map[string]func(*yaml.Node), len(fns))
	for k, fn := range fns {
		with[k] = func(n *yaml.Node) { seen[k] = true; fn(n) }
	}
	w.doc.fields(n, nil, with)
	for _, k := range sortedKeys(fns) {
		if !seen[k] && !slices.Contains(spare, k) {
			w.missing(n, strings.TrimPrefix(at+"."+k, "."))
		}
	}
}

func (w words) missing(n *yaml.Node, at string) {
	w.lack.fault(n, "missing-text", "add it", "there is no text for %s", at)
}

func (w words) need(n *yaml.Node, at, s string) {
	if s == "" {
		w.missing(n, at)
	}
}

func (w words) plain(n *yaml.Node, _ string, _ ID) string { return w.doc.text(n) }

func (w words) name(n *yaml.Node, at string, _ ID) (t NameText) {
	w.must(n, at, map[string]func(*yaml.Node){"name": func(n *yaml.Node) { t.Name = w.doc.text(n) }})
	return t
}

func (w words) redFlag(n *yaml.Node, own bool) (ft RedFlagText) {
	fns := map[string]func(*yaml.Node){
		"act":      func(n *yaml.Node) { ft.Act = w.doc.text(n) },
		"sentence": func(n *yaml.Node) { ft.Sentence = w.doc.text(n) },
		"steps":    func(n *yaml.Node) { ft.Steps = w.doc.texts(n) },
	}
	if own {
		fns["name"] = func(n *yaml.Node) { ft.Name = w.doc.text(n) }
		fns["other"] = func(n *yaml.Node) {
			o := w.redFlag(n, false)
			ft.Other = &o
		}
	}
	w.doc.fields(n, nil, fns)
	return ft
}

var speaksToReader = regexp.MustCompile(`(?i)\b(you|your|yours|yourself)\b`)

// question reads the words of one question. isEnglish: where the text speaks to the reader, there must be one about
// another person.
func (w words) question(n *yaml.Node, at string, qu *Question, isEnglish bool) QuestionText {
	qt := w.questionPart(n, at, qu, true)
	w.need(n, at+".text", qt.Text)
	w.need(n, at+".short", qt.Short)
	w.need(n, at+".why", qt.Why)
	for _, o := range qu.Options {
		w.need(n, fmt.Sprintf("%s.options.%s", at, o), qt.Options[o])
	}
	if isEnglish && speaksToReader.MatchString(qt.Text) && (qt.Other == nil || qt.Other.Text == "") {
		w.missing(n, at+".other.text")
	}
	return qt
}

func (w words) questionPart(n *yaml.Node, at string, qu *Question, other bool) (qt QuestionText) {
	fns := map[string]func(*yaml.Node){
		"text":  func(n *yaml.Node) { qt.Text = w.doc.text(n) },
		"short": func(n *yaml.Node) { qt.Short = w.doc.text(n) },
		"hint":  func(n *yaml.Node) { qt.Hint = w.doc.text(n) },
		"why":   func(n *yaml.Node) { qt.Why = w.doc.text(n) },
		"options": func(n *yaml.Node) {
			qt.Options = map[ID]string{}
			w.doc.entries(n, func(k, v *yaml.Node) {
				if w.complete && slices.IndexFunc(qu.Options, func(o ID) bool { return string(o) == k.Value }) < 0 {
					w.doc.fault(k, "left-over-text", "take it away", "%s has no option %q%s", qu.ID, k.Value, DidYouMean(ID(k.Value), qu.Options))
				}
				qt.Options[ID(k.Value)] = w.doc.text(v)
			})
		},
	}
	if other {
		fns["other"] = func(n *yaml.Node) {
			o := w.questionPart(n, at+".other", qu, false)
			qt.Other = &o
		}
	}
	w.doc.fields(n, nil, fns)
	return qt
}

// each reads one entry for each known id. The spare ones may be left out.
func each[T any](w words, n *yaml.Node, at string, known []ID, read func(n *yaml.Node, at string, id ID) T, spare ...ID) map[ID]T {
	got := make(map[ID]T, len(known))
	w.doc.entries(n, func(k, v *yaml.Node) {
		id := ID(k.Value)
		if slices.IndexFunc(known, func(i ID) bool { return i == id }) < 0 {
			if w.complete {
				w.doc.fault(k, "left-over-text", "take it away", "there is no %q to have a text under %s%s", id, at, DidYouMean(id, known))
			}
			return
		}
		got[id] = read(v, at+"."+k.Value, id)
	})
	for _, id := range known {
		if _, ok := got[id]; !ok && id != "" && !slices.Contains(spare, id) {
			w.missing(n, at+"."+string(id))
		}
	}
	return got
}

func ids[T any](list []T, id func(T) ID) (out []ID) {
	for _, x := range list {
		out = append(out, id(x))
	}
	return out
}
