package rules

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/ext"

	q "ekbom/internal/questionnaire"
)

// NewCEL gives the rules of a definition to cel-go.
func NewCEL(d *q.Definition) (*Peer, error) {
	options := []cel.EnvOption{ext.Math(), cel.ParserExpressionSizeLimit(-1), cel.ParserRecursionLimit(-1), cel.ExpressionNodeLimit(-1)}
	c := &celEngine{variables: map[string]any{}}
	for i := range d.Questions {
		for _, name := range []string{stands(&d.Questions[i]), value(&d.Questions[i])} {
			options = append(options, cel.Variable(name, cel.IntType))
			c.names = append(c.names, name)
			c.variables[name] = types.IntZero
		}
	}
	var err error
	if c.env, err = cel.NewEnv(options...); err != nil {
		return nil, fmt.Errorf("cel: %w", err)
	}
	return newPeer(d, c)
}

type celEngine struct {
	env       *cel.Env
	names     []string // two for each question
	variables map[string]any
}

func (*celEngine) dialect() dialect { return cLike("math.bitAnd") }

func (c *celEngine) compile(expressions []string) (program, error) {
	ast, issues := c.env.Compile("[" + strings.Join(expressions, ",\n") + "]")
	if err := issues.Err(); err != nil {
		return nil, fmt.Errorf("cel: %w", err)
	}
	p, err := c.env.Program(ast, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, fmt.Errorf("cel: %w", err)
	}
	activation, err := cel.NewActivation(c.variables)
	if err != nil {
		return nil, fmt.Errorf("cel: %w", err)
	}
	return func() (values, error) {
		list, _, err := p.Eval(activation)
		if err != nil {
			return nil, fmt.Errorf("cel: %w", err)
		}
		return celValues{list.(traits.Lister)}, nil
	}, nil
}

func (c *celEngine) set(i, stands, value int) {
	c.variables[c.names[2*i]] = types.Int(stands)
	c.variables[c.names[2*i+1]] = types.Int(value)
}

type celValues struct{ list traits.Lister }

func (v celValues) at(i int) bool { return v.list.Get(types.Int(i)) == ref.Val(types.True) }
