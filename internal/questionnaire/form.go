package questionnaire

// Form gives a condition in the form of the questionnaire's files, as maps, lists, words and numbers. A nil condition is
// nil.
func (d *Definition) Form(c *Condition) any {
	if c == nil {
		return nil
	}
	list := func() []any {
		parts := make([]any, len(c.Parts))
		for i, p := range c.Parts {
			parts[i] = d.Form(p)
		}
		return parts
	}
	switch c.Op {
	case OpAll:
		if len(c.Parts) == 0 {
			return map[string]any{"always": true}
		}
		return map[string]any{"all": list()}
	case OpAny:
		return map[string]any{"any": list()}
	case OpNot:
		return map[string]any{"not": d.Form(c.Parts[0])}
	case OpAtLeast:
		parts := list()
		for i, w := range c.Weights {
			if w != 1 {
				parts[i] = map[string]any{"points": w, "when": parts[i]}
			}
		}
		return map[string]any{"at_least": c.Least, "of": parts}
	}
	if c.Op == OpOutcome {
		return map[string]any{"outcome": d.lookForm(c.Look)}
	}
	qu := &d.Questions[c.Test.Question]
	return map[string]any{string(qu.ID): c.Test.form(qu)}
}

func (t Test) form(qu *Question) any {
	switch t.Kind {
	case TestUnsure:
		return WordUnsure
	case TestDeclined:
		return WordDeclined
	case TestAnswered:
		return WordAnswered
	case TestNumber:
		bounds := map[string]any{}
		if t.Range.From > qu.Range.From {
			bounds["from"] = t.Range.From
		}
		if t.Range.To < qu.Range.To {
			bounds["below"] = t.Range.To + 1
		}
		return bounds
	}
	var options []string
	for i, o := range qu.Options {
		if t.Options&(1<<i) != 0 {
			options = append(options, string(o))
		}
	}
	if len(options) == 1 {
		return options[0]
	}
	return options
}

func (d *Definition) lookForm(l Look) map[string]any {
	switch l.Kind {
	case LookUrgency:
		switch {
		case l.Urgency == l.UrgencyTo:
			return map[string]any{"urgency": l.Urgency.String()}
		case l.UrgencyTo == Emergency:
			return map[string]any{"urgency": map[string]any{"from": l.Urgency.String()}}
		}
		bounds := map[string]any{"below": (l.UrgencyTo + 1).String()}
		if l.Urgency > SelfCare {
			bounds["from"] = l.Urgency.String()
		}
		return map[string]any{"urgency": bounds}
	case LookAdvice:
		return map[string]any{"advice": string(d.Advice[l.At].ID)}
	case LookSpecialist:
		return map[string]any{"specialist": string(d.Referrals[l.At].Specialist)}
	case LookFirst:
		return map[string]any{"first": string(d.Referrals[l.At].Specialist)}
	case LookCause:
		return map[string]any{"cause": string(d.Causes[l.At].ID)}
	case LookStrength:
		return map[string]any{"strength": map[string]any{string(d.Causes[l.At].ID): l.Strength.String()}}
	case LookAgainst:
		return map[string]any{"against": string(d.Causes[l.At].ID)}
	case LookMatch:
		return map[string]any{"match": l.Match.String()}
	case LookShown:
		return map[string]any{"shows": "pattern"}
	case LookOpen:
		if l.Urgency == l.UrgencyTo {
			return map[string]any{"open": map[string]any{string(d.RedFlags[l.At].ID): l.Urgency.String()}}
		}
		return map[string]any{"open": string(d.RedFlags[l.At].ID)}
	case LookCrisis:
		return map[string]any{"crisis": string(d.RedFlags[l.At].ID)}
	}
	return map[string]any{"asked": string(d.Questions[l.At].ID)}
}
