package graph

import (
	"slices"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/wording"
)

// reply is one answer to a question, with its words.
type reply struct {
	q.Answer
	says string
}

// emergencies finds the answers that alone raise an emergency, whatever else is answered.
func (f *Flow) emergencies(w *wording.Words) {
	var raise []*q.Condition
	for _, flag := range f.d.RedFlags {
		if flag.Urgency == q.Emergency {
			raise = append(raise, flag.When)
		}
	}
	for _, cause := range f.d.Causes {
		for _, r := range cause.Rules {
			if cause.Urgency == q.Emergency {
				raise = append(raise, r.When)
			}
		}
	}
	e := effects{d: f.d, replies: f.replies(w, raise), known: map[*q.Condition]effect{}}
	for _, c := range raise {
		for i, truths := range e.of(c).by {
			s := &f.stops[i]
			for n, truth := range truths {
				if r := &e.replies[i][n]; truth == q.True && !slices.Contains(s.emergency, r.says) {
					s.emergency = append(s.emergency, r.says)
					s.alone += min(1, int(r.Options)) // an option, not a number or a state
				}
			}
		}
	}
}

// replies lists the answers to each question that conditions can tell apart: one option at a time, numbers by the spans
// between thresholds.
func (f *Flow) replies(w *wording.Words, conditions []*q.Condition) [][]reply {
	cuts := make([][]int, len(f.stops))
	for _, c := range conditions {
		eachTest(c, func(t q.Test) {
			for _, at := range []int{t.Range.From, t.Range.To + 1} {
				if all := f.d.Questions[t.Question].Range; t.Kind == q.TestNumber && all.From < at && at <= all.To {
					cuts[t.Question] = append(cuts[t.Question], at)
				}
			}
		})
	}
	replies := make([][]reply, len(f.stops))
	for i := range f.d.Questions {
		qu := &f.d.Questions[i]
		add := func(a q.Answer, says string) { replies[i] = append(replies[i], reply{a, says}) }
		for o := range qu.Options {
			add(q.Answer{State: q.Given, Options: 1 << o}, "“"+w.Option(i, o)+"”")
		}
		if qu.Type == q.Number {
			slices.Sort(cuts[i])
			from := qu.Range.From
			for _, past := range append(slices.Compact(cuts[i]), qu.Range.To+1) {
				add(q.Answer{State: q.Given, Number: from}, w.Span(i, q.Range{From: from, To: past - 1}))
				from = past
			}
		}
		if qu.Unsure {
			add(q.Answer{State: q.Unsure}, "not sure")
		}
		if qu.Decline {
			add(q.Answer{State: q.Declined}, "rather not say")
		}
	}
	return replies
}

// effect is what is known of a condition when only one question was asked and answered.
type effect struct {
	base q.Truth           // while none is
	by   map[int][]q.Truth // by question, for each of its replies; questions that it does not read are left out
}

type effects struct {
	d       *q.Definition
	replies [][]reply
	known   map[*q.Condition]effect
}

func (e *effects) of(c *q.Condition) effect {
	if known, ok := e.known[c]; ok {
		return known
	}
	out := effect{by: map[int][]q.Truth{}}
	switch c.Op {
	case q.OpTest:
		i := c.Test.Question
		for _, r := range e.replies[i] {
			out.by[i] = append(out.by[i], c.Test.Holds(&e.d.Questions[i], q.True, r.Answer))
		}
	case q.OpNot:
		part := e.of(c.Parts[0])
		out.base = part.base.Not()
		for i, truths := range part.by {
			for _, truth := range truths {
				out.by[i] = append(out.by[i], truth.Not())
			}
		}
	default:
		out = e.count(c)
	}
	e.known[c] = out
	return out
}

// tally is the weight of the parts that are true, and of those that are not false.
type tally struct{ sure, possible int }

func (t *tally) add(truth q.Truth, weight int) {
	if truth == q.True {
		t.sure += weight
	}
	if truth != q.False {
		t.possible += weight
	}
}

// count finds the effect on an all, an any or an at_least: all of them ask that enough parts are true.
func (e *effects) count(c *q.Condition) effect {
	least := c.Least
	switch c.Op {
	case q.OpAll:
		least = len(c.Parts)
	case q.OpAny:
		least = 1
	}
	weight := func(n int) int {
		if c.Op == q.OpAtLeast {
			return c.Weights[n]
		}
		return 1
	}
	truth := func(t tally) q.Truth {
		switch {
		case t.sure >= least:
			return q.True
		case t.possible < least:
			return q.False
		}
		return q.Unknown
	}
	var base tally
	changes := map[int][]tally{} // by question and reply: what differs from the base
	for n, p := range c.Parts {
		part := e.of(p)
		base.add(part.base, weight(n))
		for i, truths := range part.by {
			if changes[i] == nil {
				changes[i] = make([]tally, len(truths))
			}
			for r, now := range truths {
				changes[i][r].add(now, weight(n))
				changes[i][r].add(part.base, -weight(n))
			}
		}
	}
	out := effect{base: truth(base), by: map[int][]q.Truth{}}
	for i, list := range changes {
		for _, change := range list {
			out.by[i] = append(out.by[i], truth(tally{base.sure + change.sure, base.possible + change.possible}))
		}
	}
	return out
}
