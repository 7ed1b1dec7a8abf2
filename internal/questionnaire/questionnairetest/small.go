package questionnairetest

import (
	"encoding/json"
	"testing/fstest"
)

// Small is a faultless questionnaire in which every part of the format occurs. change edits its files before loading.
func Small(change func(definition, rules M, files fstest.MapFS)) fstest.MapFS {
	definition := M{
		"questionnaire": "small", "version": "1.2.3", "reviewed": "2026-01-02",
		"speaks_for_another": M{"who": "other"},
		"clinic": M{
			"age": "age", "over_time": []string{"pregnant", "burden"},
			"groups": []any{M{"group": "body", "questions": []string{"signs", "pregnant"}}, M{"group": "rest", "questions": []string{"since"}}},
		},
		"sections": []any{
			M{"section": "one", "questions": []any{
				M{"question": "who", "type": "choice", "options": []string{"me", "other"}, "unsure": false},
				M{"question": "signs", "type": "choices", "options": []string{"pain", "fever", "no-signs"}, "none": "no-signs"},
				M{"question": "age", "type": "number", "range": M{"from": 0, "to": 120}, "usual": M{"from": 1, "to": 100}, "unsure": false},
			}},
			M{"section": "two", "questions": []any{
				M{"question": "pregnant", "type": "choice", "options": []string{"yes", "no"}, "decline": true, "ask": M{"age": M{"from": 12, "below": 55}}, "if_not_asked": "no"},
				M{"question": "since", "type": "date", "unread": "For the clinician."},
				M{"question": "burden", "type": "number", "range": M{"from": 0, "to": 10}, "unread": "For the clinician."},
				M{"question": "words", "type": "text", "length": 20, "optional": true, "unread": "For the clinician."},
			}},
		},
	}
	rules := M{
		"facts":  M{"adult": M{"age": M{"from": 18}}},
		"scores": M{"load": M{"terms": []any{M{"term": "hurts", "points": 2, "when": M{"signs": "pain"}}, M{"term": "hot", "points": 1, "when": M{"signs": "fever"}}}, "bands": []any{M{"band": "light", "from": 0}, M{"band": "heavy", "from": 2}}}},
		"red_flags": []any{
			M{"red_flag": "both", "urgency": "emergency", "if_unknown": "soon", "when": M{"all": []any{M{"signs": "pain"}, M{"signs": "fever"}}}, "source": []string{"s1"}},
			M{"red_flag": "expecting", "urgency": "same-day", "if_unknown": "soon", "when": M{"all": []any{M{"pregnant": "yes"}, M{"signs": "pain"}}}, "source": []string{"s1"}},
		},
		"criteria":    []any{M{"criterion": "sore", "met": M{"signs": "pain"}, "earlier": M{"signs": "fever"}, "source": "s1"}},
		"pattern":     M{"full": M{"criterion": M{"sore": "met"}}, "partial": M{"criterion": M{"sore": []string{"met", "earlier"}}}, "none": M{"criterion": M{"sore": "not-met"}}, "shown": M{"fact": "adult"}},
		"look_alikes": []any{M{"look_alike": "cold", "when": M{"signs": "fever"}, "source": "s1"}},
		"causes": []any{M{"cause": "strain", "urgency": "routine", "rules": []any{
			M{"rule": "strain-weak", "strength": "weak", "when": M{"signs": []string{"pain", "fever"}}, "source": "s1"},
			M{"rule": "strain-strong", "strength": "strong", "when": M{"score": M{"load": M{"from": 2}}}, "source": "s1"},
		}, "against": []any{M{"look_alike": "cold"}}}},
		"hide_causes": "same-day",
		"referrals": []any{
			M{"specialist": "doctor", "named_by": "source", "causes": []string{"strain"}, "when": M{"not": M{"signs": "no-signs"}}, "source": "s1"},
			M{"specialist": "midwife", "named_by": "evidence", "when": M{"pregnant": "yes"}, "first": M{"pregnant": "yes"}, "source": "s1"},
		},
		"exclusions": M{"heat": M{"any": []any{M{"signs": "fever"}, M{"pregnant": []string{"yes", "unsure", "declined"}}}}},
		"advice": []any{
			M{"advice": "bath", "kind": "comfort", "contains": []string{"heat"}, "when": M{"signs": "pain"}, "unless": M{"age": M{"below": 6}}, "source": "s1"},
			M{"advice": "call-sooner", "kind": "sooner", "when": M{"always": true}, "source": "s1"},
		},
	}
	files := Files(definition, rules)
	var text M
	if err := json.Unmarshal(files["text/en.yaml"].Data, &text); err != nil {
		panic(err)
	}
	text["scores"] = M{"load": M{"name": "Load", "terms": M{"hurts": "Hurts", "hot": "Hot"}, "bands": M{"light": "Light", "heavy": "Heavy"}}}
	put := func(name string, v any) {
		data, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			panic(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	put("text/en.yaml", text)
	put("cases/all.yaml", []any{M{"case": "sore", "story": "Sore.", "answers": M{"who": "me", "signs": []string{"pain"}, "age": 70, "since": "2020-05", "burden": 3, "words": "blank"},
		"expect": M{"urgency": "routine", "causes": M{"strain": "strong"}, "red_flags": []string{}}}})
	if change != nil {
		change(definition, rules, files)
		put("definition.yaml", definition)
		put("rules.yaml", rules)
	}
	return files
}
