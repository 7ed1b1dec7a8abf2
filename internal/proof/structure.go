package proof

import (
	"slices"

	q "ekbom/internal/questionnaire"
)

// structure looks at each question and rule: that it can happen, that it is not always so, that nothing else speaks in its
// place.
func (c *checker) structure() {
	d, w, m := c.d, c.w, c.m
	// must finds fault with what never happens. It says whether it can.
	must := func(p q.Place, code, mend, what string, want ...lit) bool {
		found, decided := c.possible(what, want...)
		if decided && !found {
			c.find(p, code, mend, "%s", what)
		}
		return found || !decided
	}
	// rule is what most rules must be: sometimes true, and not always.
	rule := func(p q.Place, kind string, id q.ID, when lit) bool {
		name := kind + " " + quote(id)
		if !must(p, "never-true", "mend its condition, or take it away", name+" is never true", when) {
			return false
		}
		must(p, "always-true", "mend its condition, or write {always: true}", name+" is true for everybody", -when)
		return true
	}
	for i := range d.Questions {
		if qu := &d.Questions[i]; must(qu.Place, "never-asked", "mend ask, or take the question away", "nobody is ever asked "+quote(qu.ID), w.asked[i]) && qu.Ask != nil {
			must(qu.Place, "always-asked", "take ask and if_not_asked away", "everybody is asked "+quote(qu.ID)+", whatever its ask says", -w.asked[i])
		}
	}
	if d.SpeaksForAnother != nil {
		rule(d.SpeaksForAnother.Place, "the condition", "speaks_for_another", w.rail(d.SpeaksForAnother).t)
	}
	for i := range d.Facts {
		f := &d.Facts[i]
		rule(f.Place, "the fact", f.ID, w.rail(f.When).t)
	}
	for i := range d.RedFlags {
		f := &d.RedFlags[i]
		rule(f.Place, "the red flag", f.ID, w.rail(f.When).t)
	}
	for i := range d.Criteria {
		k := &d.Criteria[i]
		if rule(k.Place, "the criterion", k.ID, w.rail(k.Met).t) && k.Earlier != nil {
			must(k.Place, "shadowed", "mend its condition, or take earlier away", "the criterion "+quote(k.ID)+" is never earlier without being met",
				w.rail(k.Earlier).t, -w.rail(k.Met).t)
		}
	}
	for i := range d.LookAlikes {
		a := &d.LookAlikes[i]
		rule(a.Place, "the look-alike", a.ID, w.rail(a.When).t)
	}
	for i := range d.Causes {
		c.cause(&d.Causes[i], must, rule)
	}
	for i := range d.Scores {
		s := &d.Scores[i]
		var parts []lit
		var weights []int
		for _, t := range s.Terms {
			parts, weights = append(parts, w.rail(t.When).t), append(weights, t.Points)
			must(s.Place, "never-true", "mend its condition, or take it away", "the term "+quote(t.ID)+" of the score "+quote(s.ID)+" is never true", w.rail(t.When).t)
		}
		for j, b := range s.Bands {
			within := []lit{m.atLeast(parts, weights, b.From)}
			if j+1 < len(s.Bands) {
				within = append(within, -m.atLeast(parts, weights, s.Bands[j+1].From))
			}
			must(s.Place, "band-never", "move its limit, or take it away", "nobody's score "+quote(s.ID)+" lies in the band "+quote(b.ID), within...)
		}
	}
	w.referrals()
	for i := range d.Referrals {
		r := &d.Referrals[i]
		if must(r.Place, "never-referred", "mend its conditions, or take it away", "nothing ever leads to "+quote(r.Specialist), w.spoken[i]) &&
			(r.First != nil || r.FirstFrom > q.SelfCare) {
			must(r.Place, "never-first", "mend first, or take it away", quote(r.Specialist)+" is never the first address by its own rule", w.ahead[i], w.look(q.Look{Kind: q.LookFirst, At: i}))
		}
	}
	for i := range d.Advice {
		a := &d.Advice[i]
		if must(a.Place, "never-given", "mend its conditions: something always withholds it, or it never applies", "the advice "+quote(a.ID)+" is never given", w.given(i)) &&
			(a.When.Op != q.OpAll || len(a.When.Parts) > 0) { // not {always: true}
			must(a.Place, "always-true", "write {always: true}, if that is meant", "the advice "+quote(a.ID)+" applies to everybody", -w.rail(a.When).t)
		}
	}
	for i := range d.Exclusions {
		x := &d.Exclusions[i]
		if !rule(x.Place, "the exclusion", x.Remedy, w.rail(x.When).t) {
			continue
		}
		var withheld []lit
		for j := range d.Advice {
			if a := &d.Advice[j]; slices.Contains(a.Contains, x.Remedy) {
				withheld = append(withheld, w.rail(a.When).t)
			}
		}
		must(x.Place, "idle-exclusion", "mend it, or take it away", "the exclusion "+quote(x.Remedy)+" never withholds anything", -w.rail(x.When).f, m.or(withheld...))
	}
	c.nextStep()
	c.seldom()
	c.unheard()
}

func quote(id q.ID) string { return `"` + string(id) + `"` }

// cause looks at the rules of a cause: each is some path's reason for it, and what speaks against can speak.
func (c *checker) cause(cause *q.Cause, must func(q.Place, string, string, string, ...lit) bool, rule func(q.Place, string, q.ID, lit) bool) {
	w := c.w
	var against []lit
	for _, a := range cause.Against {
		against = append(against, w.rail(a.When).t)
	}
	for i := range cause.Rules {
		r := &cause.Rules[i]
		when := w.rail(r.When).t
		if !rule(r.Place, "the rule", r.ID, when) {
			continue
		}
		// The strongest true rule counts, and of several the one that stands first.
		reason := []lit{when}
		for j, other := range cause.Rules {
			if other.Strength > r.Strength || other.Strength == r.Strength && j < i {
				reason = append(reason, -w.rail(other.When).t)
			}
		}
		if !must(r.Place, "shadowed", "take it away, or move it above those that always speak in its place", "the rule "+quote(r.ID)+" is never the reason for "+quote(cause.ID), reason...) {
			continue
		}
		if len(against) > 0 {
			must(r.Place, "contradicted", "mend the rule, or what stands under against", "whenever the rule "+quote(r.ID)+" is true, something speaks against "+quote(cause.ID), when, -w.m.or(against...))
		}
	}
	concluded := []lit{}
	for _, r := range cause.Rules {
		concluded = append(concluded, w.rail(r.When).t)
	}
	for i, a := range cause.Against {
		must(a.Place, "never-against", "mend it, or take it away", "what stands "+ordinal(i)+" under against of "+quote(cause.ID)+" never speaks against it", against[i], w.m.or(concluded...))
	}
}

func ordinal(i int) string {
	names := []string{"first", "second", "third", "fourth", "fifth"}
	if i < len(names) {
		return names[i]
	}
	return "further down"
}

// nextStep looks for outcomes that leave somebody alone: a visit without an address, self-care without any advice.
func (c *checker) nextStep() {
	rules := q.Place{File: "rules.yaml"}
	none := func(of []lit) lit { return -c.m.or(of...) }
	lonely := []lit{c.w.from(q.Routine), none(c.w.spoken)}
	if found, _ := c.possible("there are outcomes without an address", lonely...); found {
		c.find(rules, "no-address", "add a referral that covers it", "somebody should be seen, but nothing says by whom").Example = c.example(nil, lonely...)
	}
	var given []lit
	for i := range c.d.Advice {
		given = append(given, c.w.given(i))
	}
	lonely = []lit{-c.w.from(q.Routine), none(given)}
	if found, _ := c.possible("there are outcomes without a next step", lonely...); found {
		c.find(rules, "no-next-step", "add advice that covers it", "self-care, but no advice is given").Example = c.example(nil, lonely...)
	}
}

// seldom notes the urgencies and matches that no path has: their texts are read by nobody.
func (c *checker) seldom() {
	note := func(what string, want lit) {
		if found, decided := c.possible(what, want); decided && !found {
			c.Notes = append(c.Notes, Finding{Fault: q.Fault{Place: q.Place{File: "rules.yaml"}, Code: "never-happens", What: what}})
		}
	}
	for u := q.SelfCare; u <= q.Emergency; u++ {
		note("no path has the urgency "+u.String(), c.w.look(q.Look{Kind: q.LookUrgency, Urgency: u, UrgencyTo: u}))
	}
	for m := q.MatchUnknown; m <= q.MatchFull && !c.d.Pattern.Absent; m++ {
		note("no path has the match "+m.String(), c.w.match(m))
	}
}

// unheard notes the options that can be ticked and that no rule reads: perhaps a sign that somebody forgot. The option that
// excludes all others, and the options of a single choice, are often there to be no sign at all.
func (c *checker) unheard() {
	read := make([]uint64, len(c.d.Questions))
	seen := map[*q.Condition]bool{}
	var walk func(*q.Condition)
	walk = func(k *q.Condition) {
		if k == nil || seen[k] {
			return
		}
		seen[k] = true
		if k.Op == q.OpTest && k.Test.Kind == q.TestOptions {
			read[k.Test.Question] |= k.Test.Options
		}
		for _, part := range k.Parts {
			walk(part)
		}
	}
	c.d.Conditions(walk)
	for i := range c.d.Questions {
		qu := &c.d.Questions[i]
		for o, id := range qu.Options {
			if qu.Type == q.Choices && o != qu.None && read[i]&(1<<o) == 0 && qu.Unread == "" {
				c.Notes = append(c.Notes, Finding{Fault: q.Fault{Place: qu.Place, Code: "unheard-option", What: "no rule reads the option " + quote(id) + " of " + quote(qu.ID)}})
			}
		}
	}
}
