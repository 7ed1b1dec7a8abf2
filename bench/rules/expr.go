package rules

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	q "ekbom/internal/questionnaire"
)

// NewExpr gives the rules of a definition to expr.
func NewExpr(d *q.Definition) (*Peer, error) {
	e := &exprEngine{variables: map[string]any{}}
	for i := range d.Questions {
		for _, name := range []string{stands(&d.Questions[i]), value(&d.Questions[i])} {
			e.names = append(e.names, name)
			e.variables[name] = 0
		}
	}
	return newPeer(d, e)
}

type exprEngine struct {
	machine   vm.VM
	names     []string // two for each question
	variables map[string]any
}

func (*exprEngine) dialect() dialect { return cLike("bitand") }

func (e *exprEngine) compile(expressions []string) (program, error) {
	p, err := expr.Compile("["+strings.Join(expressions, ",\n")+"]", expr.Env(e.variables), expr.MaxNodes(0))
	if err != nil {
		return nil, fmt.Errorf("expr: %w", err)
	}
	return func() (values, error) {
		list, err := e.machine.Run(p, e.variables)
		if err != nil {
			return nil, fmt.Errorf("expr: %w", err)
		}
		return exprValues(list.([]any)), nil
	}, nil
}

func (e *exprEngine) set(i, stands, value int) {
	e.variables[e.names[2*i]] = stands
	e.variables[e.names[2*i+1]] = value
}

type exprValues []any

func (v exprValues) at(i int) bool { return v[i] == true }
