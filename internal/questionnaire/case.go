package questionnaire

// Case is a made-up person kept beside the rules: answers and what must come of them.
type Case struct {
	ID      ID
	Story   string
	Answers Answers
	Expect  Expect
	Place
}

// Expect is what a case expects of the outcome. Nil fields are not compared.
type Expect struct {
	Urgency     *Urgency
	Pattern     *Match
	Criteria    map[ID]CriterionState
	RedFlags    *[]ID           // exactly these
	Causes      map[ID]Strength // at least these
	NotCauses   []ID
	Against     []ID // something speaks against at least these
	LookAlikes  []ID // at least these
	Specialists []ID // at least these
	First       ID   // the first address; empty: not compared
	Advice      []ID // at least these
	NotAdvice   []ID
}
