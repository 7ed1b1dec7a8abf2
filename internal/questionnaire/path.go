package questionnaire

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
)

// Path says which questions are asked for the answers given so far.
type Path struct {
	Asked  []Truth // by question; unknown: depends on an answer still to come, or on a "not sure"
	Next   int     // the first question on the path without an answer; -1: complete
	Fewest int     // questions left, the next one included: never fewer than this
	Most   int     // and never more than this, if no answer given is changed
}

// Complete reports whether every question on the path has an answer.
func (p Path) Complete() bool { return p.Next < 0 }

// Path finds the way through the questionnaire. Answers off the path do not count.
func (d *Definition) Path(answers Answers) Path {
	v := d.NewValues()
	d.Evaluate(answers, v)
	return d.PathOf(answers, v)
}

// PathOf is Path for answers whose values were computed already.
func (d *Definition) PathOf(answers Answers, v *Values) Path {
	p := Path{Asked: make([]Truth, len(d.Questions)), Next: -1}
	for i := range d.Questions {
		p.Asked[i] = v.Of(d.Questions[i].Ask)
		if p.Asked[i] == True && answers[i].State == NotReached && p.Next < 0 {
			p.Next = i
		}
	}
	if p.Next >= 0 {
		p.Fewest, p.Most = d.left(answers, v)
	}
	return p
}

// left gives the bounds of the questions left. People come by the same places, so what was worked out is kept.
func (d *Definition) left(answers Answers, v *Values) (fewest, most int) {
	var room [256]byte
	key := room[:0]
	for i, mask := range d.program.asks {
		if mask.isTrue != 0 {
			key = binary.LittleEndian.AppendUint64(key, v.bits[i].isTrue&mask.isTrue)
			key = binary.LittleEndian.AppendUint64(key, v.bits[i].isFalse&mask.isFalse)
		}
	}
	var given uint64
	for i := range answers {
		if answers[i].State != NotReached {
			given |= 1 << (i & 63)
		}
		if i&63 == 63 || i == len(answers)-1 {
			key, given = binary.LittleEndian.AppendUint64(key, given), 0
		}
	}
	if known, ok := d.bounds.get(key); ok {
		return known.fewest, known.most
	}
	s := search{d: d, answers: answers, budget: searchBudget}
	fewest, most = s.left(&hypothesis{bits: slices.Clone(v.bits)}, nil)
	d.bounds.put(string(key), bounds{fewest, most})
	return fewest, most
}

// bounds are the fewest and most questions left.
type bounds struct{ fewest, most int }

// memory keeps bounds by what they hang on. It is emptied when full, so that it never grows with the number of people.
type memory struct {
	mu    sync.RWMutex
	known map[string]bounds
}

const maxKnown = 20_000

func (m *memory) get(key []byte) (bounds, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	b, ok := m.known[string(key)]
	return b, ok
}

func (m *memory) put(key string, b bounds) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= maxKnown {
		m.known = map[string]bounds{}
	}
	m.known[key] = b
}

// Before gives the question on the path before question q; -1 when it is the first.
func (p Path) Before(q int) int {
	for i := q - 1; i >= 0; i-- {
		if p.Asked[i] == True {
			return i
		}
	}
	return -1
}

// searchBudget bounds the work for one page: about a millisecond. Where it runs out the bounds are wider, never wrong.
const searchBudget = 3000

// search counts the questions left. It tries every answer that makes a difference to later questions, and keeps apart
// groups of questions that have nothing to do with each other, so that their counts add up instead of multiplying.
type search struct {
	d       *Definition
	answers Answers
	budget  int
}

// hypothesis is a set of answers, some of them supposed. Only the bits of tests are kept up to date.
type hypothesis struct {
	bits    []pair
	settled [(maxQuestions + 63) / 64]uint64 // answered, supposed, or off the path for good
}

func (h *hypothesis) isSettled(q int) bool { return h.settled[q>>6]&(1<<(q&63)) != 0 }
func (h *hypothesis) settle(q int)         { h.settled[q>>6] |= 1 << (q & 63) }

func (h *hypothesis) truth(c *Condition) Truth {
	if c == nil {
		return True
	}
	if c.Op == OpTest {
		v := Values{h.bits}
		return v.Of(c)
	}
	return c.Combine(h.truth)
}

// left gives the fewest and most questions left among some questions (nil: all). It changes h.
func (s *search) left(h *hypothesis, among []int) (fewest, most int) {
	d := s.d
	if among == nil {
		among = make([]int, len(d.Questions))
		for i := range among {
			among[i] = i
		}
	}
	// What is decided already is counted and left aside. A question is open while its own condition is, or while it is to
	// be asked and later conditions read it.
	var open []int
	asked := make(map[int]Truth, len(among))
	for _, i := range among {
		if h.isSettled(i) {
			continue
		}
		qu := &d.Questions[i]
		ask := h.truth(qu.Ask)
		if ask == Unknown && !s.pending(h, qu.Ask) {
			h.settle(i) // "not sure" keeps it off the path
			continue
		}
		asked[i] = ask
		switch {
		case ask == False:
			s.suppose(h, i, False, Answer{})
		case ask == True && s.answers[i].State != NotReached:
			s.suppose(h, i, True, s.answers[i])
		case ask == True && !d.program.reads[i]:
			fewest, most = fewest+1, most+1
			h.settle(i)
		default:
			open = append(open, i)
		}
	}
	for _, group := range s.groups(h, open) {
		lo, hi := s.group(h, group, asked)
		fewest, most = fewest+lo, most+hi
	}
	return fewest, most
}

// pending reports whether a condition reads a question that is not settled.
func (s *search) pending(h *hypothesis, c *Condition) bool {
	found := false
	c.Questions(func(q int) { found = found || !h.isSettled(q) })
	return found
}

// suppose sets the bits of a question's tests.
func (s *search) suppose(h *hypothesis, i int, asked Truth, a Answer) {
	h.settle(i)
	visit := &s.d.program.visits[i]
	for _, b := range visit.blocks {
		h.bits[b.word].isTrue &^= b.all
		h.bits[b.word].isFalse &^= b.all
	}
	visit.look(&a, asked, s.d.Questions[i].NotAskedIsNo, h.bits)
}

// groups parts open questions so that no condition of one group reads a question of another.
func (s *search) groups(h *hypothesis, open []int) (groups [][]int) {
	of := make(map[int]int, len(open))
	for n, i := range open {
		of[i] = n
		s.d.Questions[i].Ask.Questions(func(q int) {
			joined, isOpen := of[q]
			if !isOpen {
				return
			}
			for j, g := range of {
				if g == joined {
					of[j] = n
				}
			}
		})
	}
	byGroup := map[int]int{}
	for _, i := range open {
		at, ok := byGroup[of[i]]
		if !ok {
			at = len(groups)
			byGroup[of[i]] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], i)
	}
	return groups
}

// group counts the questions left in one group by trying every different answer to its first question to be asked.
func (s *search) group(h *hypothesis, group []int, asked map[int]Truth) (fewest, most int) {
	first := -1
	for _, i := range group {
		if asked[i] == True {
			first = i
			break
		}
	}
	s.budget -= 1 + len(group)
	if first < 0 || s.budget < 0 || s.d.program.classes[first] == nil {
		for _, i := range group {
			most++
			if asked[i] == True && s.answers[i].State == NotReached {
				fewest++
			}
		}
		return fewest, most
	}
	rest := slices.DeleteFunc(slices.Clone(group), func(i int) bool { return i == first })
	fewest = len(group) + 1
	tried := map[string]bool{}
	seen := s.seenBy(first, rest)
	for _, a := range s.d.program.classes[first] {
		key := make([]byte, len(seen))
		for n, t := range seen {
			key[n] = byte(t.Holds(&s.d.Questions[first], True, a))
		}
		if tried[string(key)] {
			continue
		}
		tried[string(key)] = true
		then := &hypothesis{slices.Clone(h.bits), h.settled}
		s.suppose(then, first, True, a)
		lo, hi := s.left(then, rest)
		fewest, most = min(fewest, lo+1), max(most, hi+1)
	}
	return fewest, most
}

// seenBy gives the tests of question i that the conditions of other questions make: answers alike in these are alike.
func (s *search) seenBy(i int, others []int) (tests []Test) {
	for _, o := range others {
		s.d.Questions[o].Ask.leaves(func(c *Condition) {
			if c.Test.Question == i && !slices.Contains(tests, c.Test) {
				tests = append(tests, c.Test)
			}
		})
	}
	return tests
}

// answerClasses gives one answer to question i for every way in which conditions of questions can see it; nil when
// there are too many ways.
func (d *Definition) answerClasses(i int) []Answer {
	qu := &d.Questions[i]
	var all []int
	for j := range d.Questions {
		all = append(all, j)
	}
	tests := (&search{d: d}).seenBy(i, all)
	var classes []Answer
	seen := map[string]bool{}
	add := func(a Answer) {
		key := make([]byte, len(tests))
		for n, t := range tests {
			key[n] = byte(t.Holds(qu, True, a))
		}
		if !seen[string(key)] {
			seen[string(key)] = true
			classes = append(classes, a)
		}
	}
	if qu.Unsure {
		add(Answer{State: Unsure})
	}
	if qu.Decline {
		add(Answer{State: Declined})
	}
	if qu.Optional {
		add(Answer{State: Blank})
	}
	switch qu.Type {
	case Choice:
		for o := range qu.Options {
			add(Answer{State: Given, Options: 1 << o})
		}
	case Number:
		add(Answer{State: Given, Number: qu.Range.From})
		for _, t := range tests {
			for _, n := range []int{t.Range.From - 1, t.Range.From, t.Range.To, t.Range.To + 1} {
				if qu.Range.Contains(n) {
					add(Answer{State: Given, Number: n})
				}
			}
		}
	case Choices:
		// One option stands for all that the same tests name.
		var groups []uint64
		byTests := map[string]bool{}
		for o := range qu.Options {
			key := make([]byte, len(tests))
			for n, t := range tests {
				key[n] = byte(t.Options >> o & 1)
			}
			if o == qu.None {
				add(Answer{State: Given, Options: 1 << o})
			} else if !byTests[string(key)] {
				byTests[string(key)] = true
				groups = append(groups, 1<<o)
			}
		}
		if len(groups) > 12 {
			return nil
		}
		for set := 1; set < 1<<len(groups); set++ {
			var options uint64
			for rest := uint(set); rest != 0; rest &= rest - 1 {
				options |= groups[bits.TrailingZeros(rest)]
			}
			add(Answer{State: Given, Options: options})
		}
	default:
		add(Answer{State: Given, Text: "1"})
	}
	return classes
}
