package questionnaire

import "slices"

// order finds questions that hang on a later one.
func (l *loader) order() {
	for i := range l.d.Questions {
		qu := &l.d.Questions[i]
		later := map[int]bool{}
		qu.Ask.Questions(func(q int) {
			if q >= i && !later[q] {
				later[q] = true
				l.reader.fault(qu.Place, "reads-later", "move one of the two, or ask by an earlier question",
					"%q is asked depending on %q, which does not come before it", qu.ID, l.d.Questions[q].ID)
			}
		})
	}
}

// lint finds what is wrong although all can be understood: what nothing uses.
func (l *loader) lint() {
	d := l.d
	// What could not be read may well have been the use that is lacking: nobody shall take away a question about danger
	// because an option is misspelt elsewhere.
	complete := l.found == 0
	read := make([]bool, len(d.Questions))
	d.Conditions(func(c *Condition) { c.Questions(func(q int) { read[q] = true }) })
	for i := range d.Questions {
		qu := &d.Questions[i]
		switch {
		case complete && !read[i] && qu.Unread == "":
			l.reader.fault(qu.Place, "unread-question", "use it in a rule, say why it is asked under unread, or take it away", "no rule reads %q", qu.ID)
		case read[i] && qu.Unread != "":
			l.reader.fault(qu.Place, "read-after-all", "take unread away", "%q is read by a rule", qu.ID)
		}
	}
	for _, f := range d.Facts {
		if complete && !l.usedFacts[f.ID] {
			l.reader.fault(f.Place, "unused-fact", "use it or take it away", "nothing uses the fact %q", f.ID)
		}
	}
	for _, s := range d.Sources {
		if complete && !l.usedSrc[s.ID] {
			l.reader.fault(s.Place, "unused-source", "cite it or take it away", "nothing cites the source %q", s.ID)
		}
	}
	contained := map[ID]bool{}
	for _, a := range d.Advice {
		for _, r := range a.Contains {
			contained[r] = true
			if !slices.ContainsFunc(d.Exclusions, func(e Exclusion) bool { return e.Remedy == r }) {
				l.reader.fault(a.Place, "unknown-remedy", "add it under exclusions", "%q contains %q, which has no exclusion", a.ID, r)
			}
		}
	}
	for _, e := range d.Exclusions {
		if !contained[e.Remedy] {
			l.reader.fault(e.Place, "unused-exclusion", "name it under contains of an advice, or take it away", "no advice contains %q", e.Remedy)
		}
	}
}
