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
		b := d.left(answers, v)
		p.Fewest, p.Most = b.fewest, b.most
	}
	return p
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

// set is a set of questions.
type set [(maxQuestions + 63) / 64]uint64

func (s *set) has(q int) bool { return s[q>>6]&(1<<(q&63)) != 0 }
func (s *set) add(q int)      { s[q>>6] |= 1 << (q & 63) }
func (s *set) drop(q int)     { s[q>>6] &^= 1 << (q & 63) }

func (s *set) holds(other *set) bool {
	for w := range s {
		if other[w]&^s[w] != 0 {
			return false
		}
	}
	return true
}

func (s *set) meets(other *set) bool {
	for w := range s {
		if s[w]&other[w] != 0 {
			return true
		}
	}
	return false
}

func (s *set) join(other *set) {
	for w := range s {
		s[w] |= other[w]
	}
}

// all calls yield for each question of the set, in order.
func (s *set) all(yield func(q int) bool) {
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			if !yield(w<<6 + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}

// graph says which questions decide about which others.
type graph struct {
	length  int        // of the values of all tests
	reads   []set      // by question: the questions that its own condition reads
	tests   [][]uint64 // by question: the tests in that condition, a mask for each word pair
	read    set        // questions that some question's condition reads
	seen    []uint64   // the tests of all these conditions, a mask for each word pair
	classes [][]Answer // by question: one answer for each way in which those conditions can see it; nil: too many ways
}

func (d *Definition) newGraph(tests int) graph {
	n := len(d.Questions)
	g := graph{length: length(tests), reads: make([]set, n), tests: make([][]uint64, n), classes: make([][]Answer, n)}
	g.seen = make([]uint64, g.length/2)
	for i := range d.Questions {
		g.tests[i] = make([]uint64, g.length/2)
		d.Questions[i].Ask.leaves(func(c *Condition) {
			g.reads[i].add(c.Test.Question)
			g.tests[i][c.value.at/2] |= c.value.mask
		})
		for w, mask := range g.tests[i] {
			g.seen[w] |= mask
		}
		g.read.join(&g.reads[i])
	}
	for q := range g.read.all {
		g.classes[q] = d.answerClasses(q)
	}
	return g
}

// searchBudget bounds the work for one page: about a millisecond. Where it runs out the bounds are wider, never wrong.
const searchBudget = 1000

// search counts the questions left. It tries every answer that makes a difference to later questions, keeps apart groups
// of questions that have nothing to do with each other, so that their counts add up instead of multiplying, and counts no
// group twice that it meets again in the same state.
type search struct {
	*graph
	d       *Definition
	answers Answers
	frames  []*frame
	known   map[string]bounds
	key     []byte
	budget  int
}

type bounds struct{ fewest, most int }

// frame is a set of answers, some of them supposed.
type frame struct {
	Values           // of tests only
	asked   []Truth  // by question that is not settled
	settled set      // answered, supposed, or off the path for good
	matter  []uint64 // tests in the conditions of the questions at hand, a mask for each word pair
}

// left gives the fewest and most questions left. People come by the same places, so what was found is remembered.
func (d *Definition) left(answers Answers, v *Values) bounds {
	var room [256]byte
	key := room[:0]
	for w, mask := range d.program.graph.seen {
		if mask != 0 {
			key = binary.LittleEndian.AppendUint64(key, v.words[2*w]&mask)
			key = binary.LittleEndian.AppendUint64(key, v.words[2*w+1]&mask)
		}
	}
	var reached set
	for i := range answers {
		a := &answers[i]
		if a.State == NotReached {
			continue
		}
		reached.add(i)
		// An answer that waits for its question to be asked again, after an earlier one was changed, shows in no test yet.
		if d.program.graph.read.has(i) && v.Of(d.Questions[i].Ask) != True {
			key = binary.LittleEndian.AppendUint16(key, uint16(i))
			key = append(key, byte(a.State))
			key = binary.LittleEndian.AppendUint64(key, a.Options)
			key = binary.LittleEndian.AppendUint64(key, uint64(a.Number))
		}
	}
	for _, w := range reached[:(len(answers)+63)/64] {
		key = binary.LittleEndian.AppendUint64(key, w)
	}
	if b, met := d.places.find(key); met {
		return b
	}
	s := search{graph: &d.program.graph, d: d, answers: answers, known: map[string]bounds{}, budget: searchBudget}
	var everything set
	for i := range d.Questions {
		everything.add(i)
	}
	b := s.left(0, everything, nil)
	d.places.note(string(key), b)
	return b
}

// places remembers bounds by all that they hang on. It is emptied when full, so that it does not grow with the number of
// people.
type places struct {
	mu    sync.RWMutex
	known map[string]bounds
}

const mostPlaces = 20_000

func (p *places) find(key []byte) (b bounds, met bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	b, met = p.known[string(key)]
	return b, met
}

func (p *places) note(key string, b bounds) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= mostPlaces {
		p.known = map[string]bounds{}
	}
	p.known[key] = b
}

func (s *search) frame(depth int) *frame {
	if depth == len(s.frames) {
		s.frames = append(s.frames, &frame{
			Values: Values{make([]uint64, s.length)}, asked: make([]Truth, len(s.d.Questions)), matter: make([]uint64, s.length/2),
		})
	}
	return s.frames[depth]
}

// left counts the questions left among some, after some others have been settled (nil: at the beginning).
func (s *search) left(depth int, among set, news *set) (b bounds) {
	f := s.frame(depth)
	// What is decided already is counted and left aside. A question is open while its own condition is, or while it is to
	// be asked and later conditions read it. Conditions read earlier questions only, so one pass settles all.
	open := among
	for i := range among.all {
		if news != nil && !news.meets(&s.reads[i]) {
			continue
		}
		qu, st := &s.d.Questions[i], &s.d.program.steps[i]
		ask := f.walk(qu.Ask)
		f.asked[i] = ask
		switch {
		case ask == Unknown && !f.settled.holds(&s.reads[i]):
			continue
		case ask == Unknown: // "not sure" keeps it off the path
		case ask == False:
			if qu.NotAskedIsNo {
				f.refuse(st)
			}
		case s.answers[i].State != NotReached:
			f.answer(st, &s.answers[i])
		case s.read.has(i):
			continue
		default:
			b.fewest, b.most = b.fewest+1, b.most+1
		}
		open.drop(i)
		f.settled.add(i)
		if news != nil {
			news.add(i)
		}
	}
	for _, group := range s.groups(&open) {
		g := s.group(depth, group)
		b.fewest, b.most = b.fewest+g.fewest, b.most+g.most
	}
	return b
}

// walk is Definition.Walk for values of tests.
func (v *Values) walk(c *Condition) Truth {
	if c == nil || c.Op == OpTest {
		return v.Of(c)
	}
	return c.Combine(v.walk)
}

// groups parts open questions so that no condition of one group reads a question of another.
func (s *search) groups(open *set) (groups []set) {
	for i := range open.all {
		var joined set
		joined.add(i)
		groups = slices.DeleteFunc(groups, func(g set) bool {
			linked := g.meets(&s.reads[i])
			if linked {
				joined.join(&g)
			}
			return linked
		})
		groups = append(groups, joined)
	}
	return groups
}

// group counts the questions left in one group by trying every different answer to its first question to be asked.
func (s *search) group(depth int, group set) (b bounds) {
	f := s.frames[depth]
	first := -1
	for i := range group.all {
		if s.answers[i].State == NotReached {
			b.most++
			if f.asked[i] == True {
				b.fewest++
			}
		}
		if first < 0 && f.asked[i] == True {
			first = i
		}
	}
	if s.budget < 0 || first < 0 || s.classes[first] == nil {
		return b
	}
	b = bounds{fewest: len(s.answers), most: 0}
	group.drop(first)
	clear(f.matter)
	for i := range group.all {
		for w, mask := range s.tests[i] {
			f.matter[w] |= mask
		}
	}
	for _, a := range s.classes[first] {
		then := s.frame(depth + 1)
		copy(then.words, f.words)
		copy(then.asked, f.asked)
		then.settled = f.settled
		then.settled.add(first)
		then.answer(&s.d.program.steps[first], &a)
		c := s.after(depth+1, first, group, f.matter)
		b.fewest, b.most = min(b.fewest, c.fewest+1), max(b.most, c.most+1)
	}
	return b
}

// after counts the rest of a group once its first question is settled. Two states are the same when they agree in the tests
// that matter.
func (s *search) after(depth, first int, rest set, matter []uint64) bounds {
	s.key = s.key[:0]
	for w := range (len(s.answers) + 63) / 64 {
		s.key = binary.LittleEndian.AppendUint64(s.key, rest[w])
	}
	values := s.frames[depth].words
	for w, mask := range matter {
		if mask != 0 {
			s.key = binary.LittleEndian.AppendUint64(s.key, values[2*w]&mask)
			s.key = binary.LittleEndian.AppendUint64(s.key, values[2*w+1]&mask)
		}
	}
	if b, met := s.known[string(s.key)]; met {
		return b
	}
	key := string(s.key)
	s.budget--
	var news set
	news.add(first)
	b := s.left(depth, rest, &news)
	s.known[key] = b
	return b
}

// answerClasses gives one answer to question i for every way in which conditions of questions can see it; nil when
// there are too many ways.
func (d *Definition) answerClasses(i int) []Answer {
	qu := &d.Questions[i]
	var tests []Test
	for j := range d.Questions {
		d.Questions[j].Ask.leaves(func(c *Condition) {
			if c.Test.Question == i && !slices.Contains(tests, c.Test) {
				tests = append(tests, c.Test)
			}
		})
	}
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
