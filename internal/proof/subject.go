package proof

import (
	"fmt"
	"slices"
	"strings"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// Part is a part of an outcome, as two editions of a questionnaire are compared by it.
type Part string

// The parts, in the order in which they are told.
const (
	PartUrgency   Part = "urgency"
	PartRedFlag   Part = "red-flag"
	PartMatch     Part = "match"
	PartMatchSeen Part = "match-shown"
	PartCriterion Part = "criterion"
	PartCause     Part = "cause"
	PartCauseSeen Part = "cause-shown"
	PartAgainst   Part = "against-cause"
	PartLookAlike Part = "look-alike"
	PartReferral  Part = "referral"
	PartFirst     Part = "first-address"
	PartAdvice    Part = "advice"
	PartScore     Part = "score"
	PartQuestion  Part = "question"
	PartVoice     Part = "voice"
)

// subject is one thing that an outcome tells, in both editions. It is said twice: as statements of a world, and as what is
// read of a finished outcome.
type subject struct {
	part   Part
	id     q.ID
	states func(w *world) []state    // of which one is true
	other  func(old, new *world) lit // in place of states, where there are too many: it is told otherwise
	of     func(d *q.Definition, o told) value
}

// state is one of the things that may be told of a subject.
type state struct {
	value
	is lit
}

// value is what is told of a subject. A change to a lower rank is one to calmer, where ranks differ.
type value struct {
	name string // empty: there is nothing to compare
	rank int
}

// told is an outcome with the answers that led to it.
type told struct {
	*assess.Outcome
	answers q.Answers
}

// subjects gives all that the outcomes of two editions tell. What only one of them knows is told by the other as never so.
func subjects(old, new *q.Definition) []subject {
	all := []subject{{part: PartUrgency,
		states: func(w *world) (states []state) {
			for u := q.SelfCare; u <= q.Emergency; u++ {
				l := w.look(q.Look{Kind: q.LookUrgency, Urgency: u, UrgencyTo: u})
				states = append(states, state{value{u.String(), int(u)}, l})
			}
			return states
		},
		of: func(_ *q.Definition, o told) value { return value{o.Urgency.String(), int(o.Urgency)} },
	}}
	for _, id := range either(old.RedFlags, new.RedFlags, func(f q.RedFlag) q.ID { return f.ID }) {
		all = append(all, redFlag(id))
	}
	all = append(all, match(), matchSeen())
	for _, id := range either(old.Criteria, new.Criteria, func(k q.Criterion) q.ID { return k.ID }) {
		all = append(all, criterion(id))
	}
	for _, id := range either(old.Causes, new.Causes, func(c q.Cause) q.ID { return c.ID }) {
		all = append(all, cause(id), causeSeen(id), against(id))
	}
	for _, id := range either(old.LookAlikes, new.LookAlikes, func(a q.LookAlike) q.ID { return a.ID }) {
		all = append(all, lookAlike(id))
	}
	for _, id := range either(old.Referrals, new.Referrals, func(r q.Referral) q.ID { return r.Specialist }) {
		all = append(all, referral(id))
	}
	all = append(all, first())
	for _, id := range either(old.Advice, new.Advice, func(a q.Advice) q.ID { return a.ID }) {
		all = append(all, advice(id))
	}
	for _, id := range either(old.Scores, new.Scores, func(s q.Score) q.ID { return s.ID }) {
		all = append(all, score(id))
	}
	for _, id := range either(old.Questions, new.Questions, func(qu q.Question) q.ID { return qu.ID }) {
		all = append(all, asked(id))
	}
	return append(all, voice())
}

// either lists the ids of two editions.
func either[T any](old, new []T, id func(T) q.ID) (all []q.ID) {
	for _, x := range slices.Concat(old, new) {
		if !slices.Contains(all, id(x)) {
			all = append(all, id(x))
		}
	}
	return all
}

// place finds what has an id.
func place[T any](list []T, of func(T) q.ID, id q.ID) int {
	return slices.IndexFunc(list, func(x T) bool { return of(x) == id })
}

// only is for an edition that always tells the same.
func only(v value) []state { return []state{{v, yes}} }

func redFlag(id q.ID) subject {
	none := value{"does not fire", 0}
	find := func(d *q.Definition) *q.RedFlag {
		if i := place(d.RedFlags, func(f q.RedFlag) q.ID { return f.ID }, id); i >= 0 {
			return &d.RedFlags[i]
		}
		return nil
	}
	values := func(f *q.RedFlag) (open, fires value) {
		line := ""
		if f.Crisis {
			line = ", with the crisis line"
		}
		return value{fmt.Sprintf("cannot be told (%s%s)", f.IfUnknown, line), 1 + 2*int(f.IfUnknown)},
			value{fmt.Sprintf("fires (%s%s)", f.Urgency, line), 2 + 2*int(f.Urgency)}
	}
	return subject{part: PartRedFlag, id: id,
		states: func(w *world) []state {
			f := find(w.d)
			if f == nil {
				return only(none)
			}
			r := w.rail(f.When)
			open, fires := values(f)
			return []state{{none, r.f}, {open, w.m.and(-r.t, -r.f)}, {fires, r.t}}
		},
		of: func(d *q.Definition, o told) value {
			is := func(f assess.RedFlag) bool { return f.ID == id }
			switch f := find(d); {
			case slices.ContainsFunc(o.RedFlags, is):
				_, fires := values(f)
				return fires
			case slices.ContainsFunc(o.OpenFlags, is):
				open, _ := values(f)
				return open
			}
			return none
		},
	}
}

func match() subject {
	return subject{part: PartMatch,
		states: func(w *world) (states []state) {
			for m := q.MatchUnknown; m <= q.MatchFull; m++ {
				states = append(states, state{value{name: m.String()}, w.match(m)})
			}
			return states
		},
		of: func(_ *q.Definition, o told) value { return value{name: o.Pattern.Match.String()} },
	}
}

// shown tells whether a patient sees something.
func shown(is bool) value {
	if is {
		return value{name: "shown"}
	}
	return value{name: "not shown"}
}

func matchSeen() subject {
	return subject{part: PartMatchSeen,
		states: func(w *world) []state {
			seen := w.rail(w.d.Pattern.Shown).t
			return []state{{shown(true), seen}, {shown(false), -seen}}
		},
		of: func(_ *q.Definition, o told) value { return shown(o.Pattern.Shown) },
	}
}

func criterion(id q.ID) subject {
	absent := value{name: "not looked at"}
	return subject{part: PartCriterion, id: id,
		states: func(w *world) []state {
			i := place(w.d.Criteria, func(k q.Criterion) q.ID { return k.ID }, id)
			if i < 0 {
				return only(absent)
			}
			met, earlier := w.rail(w.d.Criteria[i].Met), rails{no, yes}
			if c := w.d.Criteria[i].Earlier; c != nil {
				earlier = w.rail(c)
			}
			m := w.m
			before, not := m.and(-met.t, earlier.t), m.and(met.f, earlier.f)
			return []state{{value{name: q.Met.String()}, met.t}, {value{name: q.Earlier.String()}, before},
				{value{name: q.NotMet.String()}, not}, {value{name: q.CriterionUnknown.String()}, m.and(-met.t, -earlier.t, -not)}}
		},
		of: func(_ *q.Definition, o told) value {
			for _, k := range o.Pattern.Criteria {
				if k.ID == id {
					return value{name: k.State.String()}
				}
			}
			return absent
		},
	}
}

func causeID(c q.Cause) q.ID { return c.ID }

func cause(id q.ID) subject {
	absent := value{name: "not concluded"}
	return subject{part: PartCause, id: id,
		states: func(w *world) []state {
			i := place(w.d.Causes, causeID, id)
			if i < 0 {
				return only(absent)
			}
			states := []state{{absent, -w.concluded(i)}}
			for s := q.Weak; s <= q.Strong; s++ {
				states = append(states, state{value{name: s.String()}, w.look(q.Look{Kind: q.LookStrength, At: i, Strength: s})})
			}
			return states
		},
		of: func(_ *q.Definition, o told) value {
			for _, c := range o.Causes {
				if c.ID == id {
					return value{name: c.Strength.String()}
				}
			}
			return absent
		},
	}
}

// causeSeen compares whether a patient sees a cause that both editions conclude.
func causeSeen(id q.ID) subject {
	return subject{part: PartCauseSeen, id: id,
		states: func(w *world) []state {
			i := place(w.d.Causes, causeID, id)
			if i < 0 {
				return nil
			}
			seen := w.look(q.Look{Kind: q.LookCause, At: i})
			return []state{{shown(true), seen}, {shown(false), w.m.and(w.concluded(i), -seen)}}
		},
		of: func(_ *q.Definition, o told) value {
			for _, c := range o.Causes {
				if c.ID == id {
					return shown(c.Shown)
				}
			}
			return value{}
		},
	}
}

// against compares whether something speaks against a cause that both editions conclude.
func against(id q.ID) subject {
	some, none := value{name: "something"}, value{name: "nothing"}
	return subject{part: PartAgainst, id: id,
		states: func(w *world) []state {
			i := place(w.d.Causes, causeID, id)
			if i < 0 {
				return nil
			}
			l := w.look(q.Look{Kind: q.LookAgainst, At: i})
			return []state{{some, l}, {none, w.m.and(w.concluded(i), -l)}}
		},
		of: func(_ *q.Definition, o told) value {
			for _, c := range o.Causes {
				switch {
				case c.ID != id:
				case len(c.Against) > 0:
					return some
				default:
					return none
				}
			}
			return value{}
		},
	}
}

func lookAlike(id q.ID) subject {
	found, absent := value{name: "found"}, value{name: "not found"}
	return subject{part: PartLookAlike, id: id,
		states: func(w *world) []state {
			i := place(w.d.LookAlikes, func(a q.LookAlike) q.ID { return a.ID }, id)
			if i < 0 {
				return only(absent)
			}
			l := w.rail(w.d.LookAlikes[i].When).t
			return []state{{found, l}, {absent, -l}}
		},
		of: func(_ *q.Definition, o told) value {
			if slices.ContainsFunc(o.LookAlikes, func(f assess.Finding) bool { return f.ID == id }) {
				return found
			}
			return absent
		},
	}
}

func specialist(r q.Referral) q.ID { return r.Specialist }

func referral(id q.ID) subject {
	absent := value{name: "not named"}
	named := func(r *q.Referral, ahead bool) value {
		if ahead {
			return value{name: fmt.Sprintf("named by %s, ahead of others", r.NamedBy)}
		}
		return value{name: fmt.Sprintf("named by %s", r.NamedBy)}
	}
	return subject{part: PartReferral, id: id,
		states: func(w *world) []state {
			i := place(w.d.Referrals, specialist, id)
			if i < 0 {
				return only(absent)
			}
			w.referrals()
			r := &w.d.Referrals[i]
			return []state{{absent, -w.spoken[i]}, {named(r, false), w.m.and(w.spoken[i], -w.ahead[i])}, {named(r, true), w.ahead[i]}}
		},
		of: func(d *q.Definition, o told) value {
			if !slices.ContainsFunc(o.Specialists, func(s assess.Specialist) bool { return s.ID == id }) {
				return absent
			}
			r := &d.Referrals[place(d.Referrals, specialist, id)]
			return named(r, r.First != nil && d.Walk(r.First, o.answers) == q.True || r.FirstFrom > q.SelfCare && o.Urgency >= r.FirstFrom)
		},
	}
}

func first() subject {
	nobody := value{name: "nobody"}
	return subject{part: PartFirst,
		states: func(w *world) []state {
			w.referrals()
			states := []state{{nobody, -w.m.or(w.spoken...)}}
			for i, r := range w.d.Referrals {
				states = append(states, state{value{name: string(r.Specialist)}, w.look(q.Look{Kind: q.LookFirst, At: i})})
			}
			return states
		},
		of: func(_ *q.Definition, o told) value {
			if len(o.Specialists) == 0 {
				return nobody
			}
			return value{name: string(o.Specialists[0].ID)}
		},
	}
}

func advice(id q.ID) subject {
	absent := value{name: "not given"}
	given := func(k q.AdviceKind) value { return value{name: fmt.Sprintf("given (%s)", k)} }
	return subject{part: PartAdvice, id: id,
		states: func(w *world) []state {
			i := place(w.d.Advice, func(a q.Advice) q.ID { return a.ID }, id)
			if i < 0 {
				return only(absent)
			}
			l := w.given(i)
			return []state{{given(w.d.Advice[i].Kind), l}, {absent, -l}}
		},
		of: func(_ *q.Definition, o told) value {
			for _, a := range o.Advice {
				if a.ID == id {
					return given(a.Kind)
				}
			}
			return absent
		},
	}
}

// score compares which terms of a score are true, false and open, and their points.
func score(id q.ID) subject {
	find := func(d *q.Definition) *q.Score {
		if i := place(d.Scores, func(s q.Score) q.ID { return s.ID }, id); i >= 0 {
			return &d.Scores[i]
		}
		return &q.Score{}
	}
	term := func(s *q.Score, id q.ID) *q.Term {
		if i := place(s.Terms, func(t q.Term) q.ID { return t.ID }, id); i >= 0 {
			return &s.Terms[i]
		}
		return nil
	}
	return subject{part: PartScore, id: id,
		other: func(old, new *world) lit {
			m := old.m
			was, is := find(old.d), find(new.d)
			var any []lit
			for _, id := range either(was.Terms, is.Terms, func(t q.Term) q.ID { return t.ID }) {
				before, after := term(was, id), term(is, id)
				b, a := rails{no, yes}, rails{no, yes}
				if before != nil {
					b = old.rail(before.When)
				}
				if after != nil {
					a = new.rail(after.When)
				}
				if before != nil && after != nil && before.Points != after.Points {
					any = append(any, -b.f, -a.f)
					continue
				}
				any = append(any, m.and(b.t, -a.t), m.and(-b.t, a.t), m.and(b.f, -a.f), m.and(-b.f, a.f))
			}
			return m.or(any...)
		},
		of: func(_ *q.Definition, o told) value {
			points := []string{}
			for _, s := range o.Scores {
				for _, t := range s.Terms {
					if s.ID == id && t.Truth != q.False {
						points = append(points, fmt.Sprintf("%s %d %s", t.ID, t.Points, t.Truth))
					}
				}
			}
			slices.Sort(points)
			return value{name: "points: " + strings.Join(points, ", ")}
		},
	}
}

func asked(id q.ID) subject {
	does, not := value{name: "asked"}, value{name: "not asked"}
	return subject{part: PartQuestion, id: id,
		states: func(w *world) []state {
			i, ok := w.d.Question(id)
			if !ok {
				return only(not)
			}
			return []state{{does, w.asked[i]}, {not, -w.asked[i]}}
		},
		of: func(d *q.Definition, o told) value {
			if i, ok := d.Question(id); ok && d.Walk(d.Questions[i].Ask, o.answers) == q.True {
				return does
			}
			return not
		},
	}
}

// voice compares to whom the texts speak.
func voice() subject {
	own, other := value{name: "to the person"}, value{name: "to somebody who answers for another"}
	return subject{part: PartVoice,
		states: func(w *world) []state {
			if w.d.SpeaksForAnother == nil {
				return only(own)
			}
			l := w.rail(w.d.SpeaksForAnother).t
			return []state{{own, -l}, {other, l}}
		},
		of: func(d *q.Definition, o told) value {
			if d.SpeaksForAnother != nil && d.Walk(d.SpeaksForAnother, o.answers) == q.True {
				return other
			}
			return own
		},
	}
}
