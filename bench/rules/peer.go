// Package rules gives the rules of a questionnaire to other rule engines, so that they can be measured beside our own. The
// peers know two values, we know three: each of our conditions becomes two of their expressions, one that holds when the
// condition is known to be true and one that holds when it is known to be false.
package rules

import (
	"slices"

	q "ekbom/internal/questionnaire"
)

// Peer is another engine with the rules of a definition compiled for it. It is not for two goroutines at once.
type Peer struct {
	Urgency q.Urgency
	Causes  []q.Strength // by position in Definition.Causes

	d       *q.Definition
	engine  engine
	writer  writer
	stages  []stage
	asked   []q.Truth
	verdict program // what verdict lists
}

// engine is what we use of a peer.
type engine interface {
	dialect() dialect
	// compile makes one program of many expressions.
	compile(expressions []string) (program, error)
	// set gives question i its two variables.
	set(i, stands, value int)
}

// program computes all its expressions for the variables as they are set. The values count until the next call.
type program func() (values, error)

type values interface{ at(i int) bool }

// stage finds out which questions are asked that read only questions of earlier stages.
type stage struct {
	questions []int
	run       program // nil: always asked
}

func newPeer(d *q.Definition, e engine) (*Peer, error) {
	p := &Peer{d: d, engine: e, writer: writer{d, e.dialect()}, asked: make([]q.Truth, len(d.Questions)),
		Causes: make([]q.Strength, len(d.Causes))}
	for l, questions := range levels(d) {
		st := stage{questions: questions}
		if l > 0 {
			var expressions []string
			for _, i := range questions {
				expressions = append(expressions, p.writer.both(d.Questions[i].Ask)...)
			}
			var err error
			if st.run, err = e.compile(expressions); err != nil {
				return nil, err
			}
		}
		p.stages = append(p.stages, st)
	}
	var expressions []string
	for _, r := range verdict(d) {
		expressions = append(expressions, p.writer.when(r.condition, r.want))
	}
	var err error
	p.verdict, err = e.compile(expressions)
	return p, err
}

// levels groups the questions: those always asked first, then those whose asking reads only questions of earlier levels.
func levels(d *q.Definition) [][]int {
	level := make([]int, len(d.Questions))
	for i := range d.Questions {
		ask := d.Questions[i].Ask
		if ask != nil {
			level[i] = 1
		}
		ask.Questions(func(read int) { level[i] = max(level[i], level[read]+1) })
	}
	groups := make([][]int, slices.Max(level)+1)
	for i, l := range level {
		groups[l] = append(groups[l], i)
	}
	return groups
}

// rail asks whether a condition is known to be true, or known to be false.
type rail struct {
	condition *q.Condition
	want      q.Truth
}

// verdict lists every red flag, known true and known false in turn, then every rule of every cause, known true.
func verdict(d *q.Definition) (rails []rail) {
	for _, f := range d.RedFlags {
		rails = append(rails, rail{f.When, q.True}, rail{f.When, q.False})
	}
	for _, c := range d.Causes {
		for _, r := range c.Rules {
			rails = append(rails, rail{r.When, q.True})
		}
	}
	return rails
}

// Judge does what assess.Verdict does: it finds which questions are asked, evaluates the rules, and sets urgency and
// causes.
func (p *Peer) Judge(answers q.Answers) error {
	if err := p.follow(answers); err != nil {
		return err
	}
	return p.Conclude()
}

// follow sets all variables, stage by stage.
func (p *Peer) follow(answers q.Answers) error {
	for _, st := range p.stages {
		if st.run == nil {
			for _, i := range st.questions {
				p.asked[i] = q.True
				p.encode(i, answers[i])
			}
			continue
		}
		v, err := st.run()
		if err != nil {
			return err
		}
		for n, i := range st.questions {
			p.asked[i] = truth(v, 2*n)
		}
		for _, i := range st.questions {
			p.encode(i, answers[i])
		}
	}
	return nil
}

func truth(v values, i int) q.Truth {
	switch {
	case v.at(i):
		return q.True
	case v.at(i + 1):
		return q.False
	}
	return q.Unknown
}

// encode sets the variables of question i.
func (p *Peer) encode(i int, a q.Answer) {
	qu := &p.d.Questions[i]
	switch {
	case p.asked[i] == q.True:
		s, v := given(qu, a)
		p.engine.set(i, s, v)
	case p.asked[i] == q.False && qu.NotAskedIsNo:
		p.engine.set(i, standsNo, 0)
	default:
		p.engine.set(i, standsOpen, 0)
	}
}

// given says what the variables of a question are when it is asked.
func given(qu *q.Question, a q.Answer) (stands, value int) {
	switch {
	case a.State == q.NotReached:
		return standsOpen, 0
	case a.State == q.Given && qu.Type == q.Number:
		return standsGiven, a.Number
	case a.State == q.Given:
		return standsGiven, int(a.Options)
	case a.State == q.Unsure:
		return standsUnsure, 0
	case a.State == q.Declined:
		return standsDeclined, 0
	}
	return standsBlank, 0
}

// Conclude is the last part of Judge: the variables have been set by an earlier call.
func (p *Peer) Conclude() error {
	v, err := p.verdict()
	if err != nil {
		return err
	}
	p.Urgency = q.SelfCare
	at := 0
	for i := range p.d.RedFlags {
		switch f := &p.d.RedFlags[i]; truth(v, at) {
		case q.True:
			p.Urgency = max(p.Urgency, f.Urgency)
		case q.Unknown:
			p.Urgency = max(p.Urgency, f.IfUnknown)
		}
		at += 2
	}
	for i := range p.d.Causes {
		c := &p.d.Causes[i]
		p.Causes[i] = 0
		for j := range c.Rules {
			if c.Rules[j].Strength > p.Causes[i] && v.at(at) {
				p.Causes[i] = c.Rules[j].Strength
			}
			at++
		}
		if p.Causes[i] > 0 {
			p.Urgency = max(p.Urgency, c.Urgency)
		}
	}
	return nil
}
