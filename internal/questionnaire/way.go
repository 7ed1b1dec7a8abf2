package questionnaire

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
)

// widest is how many different ways are followed at once. Beyond it the longest are dropped: what is found then may not be the
// shortest.
const widest = 400

// Way gives answers after which question q is asked next, as few as possible, without an emergency on the way, which would end
// the questions. It tries single options, all of them, and numbers on both sides of each threshold; ok is false when none of
// that leads there.
func (d *Definition) Way(q int) (answers Answers, ok bool) {
	type way struct {
		answers Answers
		length  int
	}
	front, v := []way{{answers: d.NewAnswers()}}, d.NewValues()
	matter := make([]uint64, d.program.graph.length/2)
	for i := 0; i < q; i++ {
		d.matter(i, q, matter)
		shortest := map[string]way{}
		var found []string // the keys of shortest, so that the same way is found each time
		keep := func(next way) {
			if v.Of(d.Questions[q].Ask) == False {
				return // no further answer leads there
			}
			key := make([]byte, 0, 16*len(matter))
			for w, mask := range matter {
				if mask != 0 {
					key = binary.LittleEndian.AppendUint64(key, v.words[2*w]&mask)
					key = binary.LittleEndian.AppendUint64(key, v.words[2*w+1]&mask)
				}
			}
			old, met := shortest[string(key)]
			if !met {
				found = append(found, string(key))
			}
			if !met || next.length < old.length {
				shortest[string(key)] = next
			}
		}
		tries := d.tries(i)
		for _, at := range front {
			d.Evaluate(at.answers, v)
			if v.Of(d.Questions[i].Ask) != True {
				keep(at)
				continue
			}
			for _, a := range tries {
				next := way{slices.Clone(at.answers), at.length + 1}
				next.answers[i] = a
				if d.Evaluate(next.answers, v); !d.ends(v) {
					keep(next)
				}
			}
		}
		front = front[:0]
		for _, key := range found {
			front = append(front, shortest[key])
		}
		slices.SortStableFunc(front, func(a, b way) int { return cmp.Compare(a.length, b.length) })
		front = front[:min(len(front), widest)]
	}
	for _, at := range front {
		if d.Evaluate(at.answers, v); v.Of(d.Questions[q].Ask) == True {
			return at.answers, true
		}
	}
	return nil, false
}

// matter sets the tests on which it hangs what is asked between question i and question q, and whether that ends before.
func (d *Definition) matter(i, q int, matter []uint64) {
	clear(matter)
	for k := i + 1; k <= q; k++ {
		for w, mask := range d.program.graph.tests[k] {
			matter[w] |= mask
		}
	}
	for _, f := range d.RedFlags {
		if f.Urgency != Emergency {
			continue
		}
		// A question that is not asked may count as answered no, so a flag hangs on what its questions hang on too.
		hangs := make([]bool, len(d.Questions))
		f.When.Questions(func(k int) { hangs[k] = true })
		ahead := false
		for k := len(hangs) - 1; k >= 0; k-- {
			if hangs[k] {
				d.Questions[k].Ask.Questions(func(before int) { hangs[before] = true })
				ahead = ahead || i < k && k < q
			}
		}
		if !ahead {
			continue
		}
		f.When.leaves(func(leaf *Condition) { matter[leaf.value.at/2] |= leaf.value.mask })
		for k := range hangs {
			if hangs[k] {
				for w, mask := range d.program.graph.tests[k] {
					matter[w] |= mask
				}
			}
		}
	}
}

// ends reports whether an emergency ends the questions.
func (d *Definition) ends(v *Values) bool {
	return slices.ContainsFunc(d.RedFlags, func(f RedFlag) bool { return f.Urgency == Emergency && v.Of(f.When) == True })
}

// tries are answers to question i that may lead to different questions, the plainest first.
func (d *Definition) tries(i int) (all []Answer) {
	qu := &d.Questions[i]
	if qu.Optional {
		all = append(all, Answer{State: Blank})
	}
	switch qu.Type {
	case Choice, Choices:
		var several uint64
		for o := range qu.Options {
			if o != qu.None {
				several |= 1 << o
				all = append(all, Answer{State: Given, Options: 1 << o})
			}
		}
		if qu.None >= 0 {
			all = slices.Insert(all, 0, Answer{State: Given, Options: 1 << qu.None})
		}
		if qu.Type == Choices {
			all = append(all, Answer{State: Given, Options: several})
		}
	case Number:
		numbers := map[int]bool{}
		d.Conditions(func(c *Condition) {
			c.leaves(func(leaf *Condition) {
				if t := leaf.Test; t.Question == i && t.Kind == TestNumber {
					for _, n := range []int{t.Range.From - 1, t.Range.From, t.Range.To, t.Range.To + 1} {
						numbers[n] = qu.Range.Contains(n)
					}
				}
			})
		})
		all = append(all, Answer{State: Given, Number: (qu.Usual.From + qu.Usual.To) / 2})
		for _, n := range slices.Sorted(maps.Keys(numbers)) {
			if numbers[n] {
				all = append(all, Answer{State: Given, Number: n})
			}
		}
	case Date:
		all = append(all, Answer{State: Given, Text: "2020"})
	case FreeText:
		all = append(all, Answer{State: Given, Text: "..."})
	}
	if qu.Unsure {
		all = append(all, Answer{State: Unsure})
	}
	if qu.Decline {
		all = append(all, Answer{State: Declined})
	}
	return all
}
