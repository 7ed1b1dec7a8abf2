package questionnaire

// Truth is one of three values: true, false and unknown, combined by Kleene's tables.
type Truth uint8

// The three values. Unknown is the zero value: what nobody has told is not known.
const (
	Unknown Truth = iota
	False
	True
)

var truthNames = []string{"unknown", "false", "true"}

func (t Truth) String() string { return truthNames[t] }

// MarshalText gives the word used in exports.
func (t Truth) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the word used in exports.
func (t *Truth) UnmarshalText(b []byte) error { return parseWord(t, truthNames, string(b)) }

// Not gives the opposite; the opposite of unknown is unknown.
func (t Truth) Not() Truth {
	switch t {
	case True:
		return False
	case False:
		return True
	}
	return Unknown
}

// Op is the kind of a condition.
type Op uint8

// The kinds of conditions. Everything an author can write becomes a tree of these.
const (
	OpTest    Op = iota // one test of one question
	OpAll               // every part is true
	OpAny               // some part is true
	OpNot               // its one part is false
	OpAtLeast           // the weights of the true parts reach Least
	OpOutcome           // a look at what is finally concluded; only in properties
)

// Condition is a statement over answers with three values. Conditions that mean the same share one node: a fact used in
// ten rules is one tree, and comparing two pointers compares two statements.
type Condition struct {
	Op      Op
	Test    Test         // for OpTest
	Look    Look         // for OpOutcome
	Parts   []*Condition // for the others; empty all is true, empty any is false
	Weights []int        // for OpAtLeast, one for each part, all above 0
	Least   int          // for OpAtLeast
	Place   Place        // where it was first written

	value literal // place of its value among Values
}

// TestKind says what a test looks at.
type TestKind uint8

// The kinds of tests.
const (
	TestOptions  TestKind = iota // some chosen option is among Options
	TestNumber                   // the number lies in From..To
	TestUnsure                   // "I'm not sure" was chosen
	TestDeclined                 // "I'd rather not say" was chosen
	TestAnswered                 // a value was given
)

// Test looks at the answer to one question.
type Test struct {
	Question int // position in Definition.Questions
	Kind     TestKind
	Options  uint64
	Range    Range
}

// Holds gives the value of the test for an answer to a question that is asked. asked is the value of the question's own
// condition; when it is false the author's stated meaning (Question.NotAskedIsNo) decides.
func (t Test) Holds(q *Question, asked Truth, a Answer) Truth {
	if asked == False && q.NotAskedIsNo {
		return False
	}
	if asked != True || a.State == NotReached {
		return Unknown
	}
	is := func(b bool) Truth {
		if b {
			return True
		}
		return False
	}
	switch t.Kind {
	case TestUnsure:
		return is(a.State == Unsure)
	case TestDeclined:
		return is(a.State == Declined)
	case TestAnswered:
		return is(a.State == Given)
	}
	if a.State != Given {
		return Unknown
	}
	if t.Kind == TestNumber {
		return is(t.Range.Contains(a.Number))
	}
	return is(a.Options&t.Options != 0)
}

// Combine gives a condition's value from the values of its parts.
func (c *Condition) Combine(value func(*Condition) Truth) Truth {
	switch c.Op {
	case OpNot:
		return value(c.Parts[0]).Not()
	case OpAll:
		all := True
		for _, p := range c.Parts {
			switch value(p) {
			case False:
				return False
			case Unknown:
				all = Unknown
			}
		}
		return all
	case OpAny:
		some := False
		for _, p := range c.Parts {
			switch value(p) {
			case True:
				return True
			case Unknown:
				some = Unknown
			}
		}
		return some
	}
	sure, possible := 0, 0
	for i, p := range c.Parts {
		switch value(p) {
		case True:
			sure += c.Weights[i]
			possible += c.Weights[i]
		case Unknown:
			possible += c.Weights[i]
		}
	}
	switch {
	case sure >= c.Least:
		return True
	case possible < c.Least:
		return False
	}
	return Unknown
}

// Questions calls yield for the position of every question that the condition reads, perhaps more than once.
func (c *Condition) Questions(yield func(q int)) {
	c.leaves(func(leaf *Condition) { yield(leaf.Test.Question) })
}

// Reads reports whether the condition reads a question.
func (c *Condition) Reads(question int) (reads bool) {
	c.Questions(func(q int) { reads = reads || q == question })
	return reads
}

// leaves calls yield for every test in the condition, once.
func (c *Condition) leaves(yield func(*Condition)) {
	seen := map[*Condition]bool{}
	var walk func(*Condition)
	walk = func(c *Condition) {
		if c == nil || seen[c] {
			return
		}
		seen[c] = true
		if c.Op == OpTest {
			yield(c)
		}
		for _, p := range c.Parts {
			walk(p)
		}
	}
	walk(c)
}
