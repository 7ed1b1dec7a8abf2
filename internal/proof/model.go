package proof

import (
	"cmp"
	"context"
	"errors"
	"slices"

	q "ekbom/internal/questionnaire"
)

// model is every way in which people can answer. Its inputs are the symbols of blocks; a world turns them into what one
// definition asks and concludes.
type model struct {
	circuit
	blocks  []*block
	symbols []*symbol // by input
	worlds  []*world
	clauses [][]lit // what always holds besides the blocks' own rules
	at      q.Place // of the condition at which the circuit was given up
}

// block is the answer to one question, in one world or in several.
type block struct {
	id      q.ID
	symbols []*symbol
	first   int   // input of the first symbol
	shared  bool  // worlds look at it that may not all ask the question
	asked   []lit // by world
	clauses [][]lit
}

// symbol is one thing that an answer can hold: an option, a run of numbers that no condition tells apart, or a state.
type symbol struct {
	lit     lit
	block   *block
	option  q.ID
	numbers q.Range
	state   q.AnswerState // Given for options, numbers, words and dates
	alone   bool          // goes with no other symbol
	telling bool          // some condition names it, or it leaves some test unknown
	words   bool          // own words or a date, where there is anything else to say
	ways    int           // answers that it stands for
}

func newModel(ctx context.Context) *model { return &model{circuit: newCircuit(ctx)} }

// large gives the condition with which a model grew beyond its bound; nil when it did not.
func (m *model) large() *q.Place {
	if !errors.Is(m.err, errManyGates) {
		return nil
	}
	return &m.at
}

// variant is one definition's form of a question.
type variant struct {
	*q.Question
	tests  []q.Test
	ranges []q.Range // further runs of numbers that something tells apart
}

// forms gives a definition's form of each question, as far as an outcome hangs on it.
func forms(d *q.Definition) []variant {
	all := make([]variant, len(d.Questions))
	for i, tests := range tests(d.Conditions, len(d.Questions)) {
		all[i] = variant{Question: &d.Questions[i], tests: tests}
	}
	return all
}

// variants are forms that also tell apart the numbers that only properties speak of.
func variants(d *q.Definition) []variant {
	all := forms(d)
	stated := tests(func(yield func(*q.Condition)) {
		for _, p := range d.Properties {
			for _, c := range p.Claims {
				yield(c.When)
				yield(c.Then)
			}
			for _, s := range p.Steps {
				if s.Kind == q.StepLarger {
					all[s.Question].ranges = append(all[s.Question].ranges, s.Range)
				}
			}
		}
	}, len(d.Questions))
	for i := range all {
		for _, t := range stated[i] {
			if t.Kind == q.TestNumber {
				all[i].ranges = append(all[i].ranges, t.Range)
			}
		}
	}
	return all
}

// alone reports whether an option goes with no other.
func (v variant) alone(option int) bool { return v.Type != q.Choices || option == v.None }

// tests gives the tests of each question that conditions make.
func tests(conditions func(yield func(*q.Condition)), questions int) [][]q.Test {
	tests := make([][]q.Test, questions)
	seen := map[*q.Condition]bool{}
	var walk func(c *q.Condition)
	walk = func(c *q.Condition) {
		if c == nil || seen[c] {
			return
		}
		seen[c] = true
		if c.Op == q.OpTest {
			tests[c.Test.Question] = append(tests[c.Test.Question], c.Test)
		}
		for _, p := range c.Parts {
			walk(p)
		}
	}
	conditions(walk)
	return tests
}

// block makes the block of a question; several variants are forms of it in several definitions.
func (m *model) block(variants ...variant) *block {
	b := &block{id: variants[0].ID, first: len(m.symbols)}
	add := func(s symbol) {
		s.block, s.lit = b, m.input(len(m.symbols))
		m.symbols, b.symbols = append(m.symbols, &s), append(b.symbols, &s)
	}
	// What several variants offer is one symbol; it is alone where all of them say so.
	join := func(s symbol) {
		for _, known := range b.symbols {
			if known.state == s.state && known.option == s.option {
				known.alone, known.telling = known.alone && s.alone, known.telling || s.telling
				return
			}
		}
		add(s)
	}
	var cuts []int
	for _, v := range variants {
		read := len(v.tests) > 0
		for o, id := range v.Options {
			named := slices.ContainsFunc(v.tests, func(t q.Test) bool { return t.Kind == q.TestOptions && t.Options&(1<<o) != 0 })
			join(symbol{option: id, state: q.Given, alone: v.alone(o), telling: named, ways: 1})
		}
		switch v.Type {
		case q.Number:
			cuts = append(cuts, v.Range.From, v.Range.To+1)
			ranges := v.ranges
			for _, t := range v.tests {
				if t.Kind == q.TestNumber {
					ranges = append(ranges, t.Range)
				}
			}
			for _, r := range ranges {
				cuts = append(cuts, r.From, r.To+1)
			}
		case q.FreeText, q.Date:
			join(symbol{state: q.Given, alone: true, telling: read, words: v.Optional, ways: 1})
		}
		for _, s := range []struct {
			state   q.AnswerState
			offered bool
		}{{q.Unsure, v.Unsure}, {q.Declined, v.Decline}, {q.Blank, v.Optional}} {
			if s.offered {
				join(symbol{state: s.state, alone: true, telling: read, ways: 1})
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i := 0; i+1 < len(cuts); i++ {
		r := q.Range{From: cuts[i], To: cuts[i+1] - 1}
		if !slices.ContainsFunc(variants, func(v variant) bool { return v.Range.Contains(r.From) }) {
			continue
		}
		named := slices.ContainsFunc(variants, func(v variant) bool {
			return slices.ContainsFunc(v.tests, func(t q.Test) bool { return t.Kind == q.TestNumber && t.Range.Contains(r.From) })
		})
		add(symbol{numbers: r, state: q.Given, alone: true, telling: named, ways: r.To - r.From + 1})
	}
	m.blocks = append(m.blocks, b)
	return b
}

// one makes a model of one definition alone.
func one(ctx context.Context, d *q.Definition) (*model, *world) { return formed(ctx, d, variants(d)) }

// formed makes a model of one definition's forms of its questions.
func formed(ctx context.Context, d *q.Definition, forms []variant) (*model, *world) {
	m := newModel(ctx)
	blocks := make([]*block, len(d.Questions))
	for i, v := range forms {
		blocks[i] = m.block(v)
	}
	w := m.world(d, blocks)
	m.close()
	return m, w
}

// world adds a definition that asks by the given blocks, one for each of its questions.
func (m *model) world(d *q.Definition, blocks []*block) *world {
	w := &world{m: m, d: d, blocks: blocks, asked: make([]lit, len(d.Questions)), symbols: make([][]*symbol, len(d.Questions)), rails: map[*q.Condition]rails{}}
	for i := range d.Questions {
		w.symbols[i] = w.own(i)
	}
	for i := range d.Questions {
		w.asked[i] = w.rail(d.Questions[i].Ask).t
		b := blocks[i]
		b.asked = append(b.asked, w.asked[i])
		for _, s := range b.symbols {
			if !slices.Contains(w.symbols[i], s) {
				// An answer that this definition's form cannot take is no answer to compare.
				m.clauses = append(m.clauses, []lit{-w.asked[i], -s.lit})
			}
		}
		// Nor are answers put together that only another definition's form lets stand together.
		qu := variant{Question: &d.Questions[i]}
		for j, s := range w.symbols[i] {
			if s.alone {
				continue
			}
			for _, other := range w.symbols[i][j+1:] {
				if !other.alone && (qu.alone(slices.Index(qu.Options, s.option)) || qu.alone(slices.Index(qu.Options, other.option))) {
					m.clauses = append(m.clauses, []lit{-w.asked[i], -s.lit, -other.lit})
				}
			}
		}
	}
	m.worlds = append(m.worlds, w)
	return w
}

// close states the rules of answering, once all worlds are there: who is asked gives one of the answers that the form
// takes, who is not asked gives none.
func (m *model) close() {
	for _, b := range m.blocks {
		asked := m.or(b.asked...)
		some := []lit{-asked}
		for i, s := range b.symbols {
			some = append(some, s.lit)
			b.clauses = append(b.clauses, []lit{-s.lit, asked})
			if len(b.symbols) > fewSymbols {
				continue
			}
			for _, other := range b.symbols[i+1:] {
				if s.alone || other.alone {
					b.clauses = append(b.clauses, []lit{-s.lit, -other.lit})
				}
			}
		}
		if len(b.symbols) > fewSymbols {
			m.apart(b)
		}
		b.clauses = append(b.clauses, some)
	}
}

// fewSymbols is up to how many symbols each pair has a rule of its own: more than options and states can be.
const fewSymbols = 64

// apart keeps the symbols of a block apart with as many rules as there are symbols: none stands beside one before it.
func (m *model) apart(b *block) {
	any, alone := no, no // of those before
	for _, s := range b.symbols {
		if s.alone {
			b.clauses = append(b.clauses, []lit{-s.lit, -any})
			alone = m.or(alone, s.lit)
		} else {
			b.clauses = append(b.clauses, []lit{-s.lit, -alone})
		}
		any = m.or(any, s.lit)
	}
}

// inputs gives the symbols of answers in a world.
func (w *world) inputs(answers q.Answers) []bool {
	inputs := make([]bool, len(w.m.symbols))
	w.mark(inputs, answers)
	return inputs
}

func (w *world) mark(inputs []bool, answers q.Answers) {
	for i, a := range answers {
		for _, s := range w.symbols[i] {
			if s.in(&w.d.Questions[i], a) && (s.state != q.NotReached || w.d.Walk(w.d.Questions[i].Ask, answers) == q.True) {
				inputs[w.m.gates[s.lit].input-1] = true
			}
		}
	}
}

// in reports whether an answer holds a symbol.
func (s *symbol) in(qu *q.Question, a q.Answer) bool {
	switch {
	case a.State != s.state:
		return false
	case s.option != "":
		o := slices.Index(qu.Options, s.option)
		return o >= 0 && a.Has(o)
	case qu.Type == q.Number && s.state == q.Given:
		return s.numbers.Contains(a.Number)
	}
	return true
}

// answers turns inputs into answers: what they say where they are known, and elsewhere the least telling answer.
func (w *world) answers(inputs []bool, known func(*block) bool) q.Answers {
	answers := w.d.NewAnswers()
	for i := range w.d.Questions {
		qu := &w.d.Questions[i]
		if w.d.Walk(qu.Ask, answers) != q.True {
			continue
		}
		var chosen []*symbol
		if known(w.blocks[i]) {
			for _, s := range w.symbols[i] {
				if inputs[w.m.gates[s.lit].input-1] {
					chosen = append(chosen, s)
				}
			}
		}
		if len(chosen) == 0 {
			chosen = []*symbol{w.quiet(i)}
		}
		answers[i] = w.answer(i, chosen)
	}
	return answers
}

// answer puts symbols together to the answer to question i.
func (w *world) answer(i int, chosen []*symbol) q.Answer {
	qu := &w.d.Questions[i]
	a := q.Answer{State: chosen[0].state}
	if a.State != q.Given {
		return a
	}
	for _, s := range chosen {
		if s.option != "" {
			a.Options |= 1 << slices.Index(qu.Options, s.option)
		}
	}
	switch qu.Type {
	case q.Number:
		a.Number = chosen[0].number(qu.Usual)
	case q.FreeText:
		a.Text = "…"
	case q.Date:
		a.Text = "2000"
	}
	return a
}

// number picks one of the numbers that a symbol stands for: a usual one if there is.
func (s *symbol) number(usual q.Range) int {
	return min(max(s.numbers.From, usual.From), s.numbers.To)
}

// quiet gives the least telling answer to question i: "none of these", an option that no rule names; else a given answer
// before "not sure".
func (w *world) quiet(i int) *symbol {
	qu := &w.d.Questions[i]
	rank := func(s *symbol) int {
		switch {
		case s.telling && s.state == q.Given:
			return 2
		case s.telling:
			return 3
		case s.state == q.Given && qu.None >= 0 && s.option != qu.Options[qu.None]:
			return 1
		}
		return 0
	}
	return slices.MinFunc(w.symbols[i], func(a, b *symbol) int { return cmp.Compare(rank(a), rank(b)) })
}
