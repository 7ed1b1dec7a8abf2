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
		return wordAnswered
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
