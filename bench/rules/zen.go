package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// ErrNoZen is returned where zen-engine or what it runs on is not installed.
var ErrNoZen = errors.New("zen-engine is not installed: it needs Node.js 20 or later, and npm ci in bench/rules/zen")

// Zen is zen-engine, an engine of decision tables, in a process of its own. It is not for two goroutines at once.
type Zen struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// StartZen starts the program in dir, bench/rules/zen.
func StartZen(ctx context.Context, dir string) (*Zen, error) {
	if _, err := os.Stat(filepath.Join(dir, "node_modules/@gorules/zen-engine/package.json")); err != nil {
		return nil, ErrNoZen
	}
	z := &Zen{cmd: exec.CommandContext(ctx, "node", "judge.mjs")}
	z.cmd.Dir, z.cmd.Stderr = dir, os.Stderr
	var err error
	if z.in, err = z.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := z.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	z.out = json.NewDecoder(out)
	if err := z.cmd.Start(); errors.Is(err, exec.ErrNotFound) {
		return nil, ErrNoZen
	} else if err != nil {
		return nil, fmt.Errorf("zen-engine: %w", err)
	}
	return z, nil
}

// Close ends the process.
func (z *Zen) Close() error { return errors.Join(z.in.Close(), z.cmd.Wait()) }

func (z *Zen) ask(request, answer any) error {
	if err := json.NewEncoder(z.in).Encode(request); err != nil {
		return fmt.Errorf("zen-engine: %w", err)
	}
	if err := z.out.Decode(answer); err != nil {
		return fmt.Errorf("zen-engine: %w", err)
	}
	return nil
}

// judge gives it rules and people, and says for each of the people which rails hold.
func (z *Zen) judge(d *q.Definition, rails []rail, people []q.Answers) ([]hits, error) {
	m := newModel(d, rails)
	request := struct {
		Model  graph            `json:"model"`
		Idle   graph            `json:"idle"`
		People []map[string]any `json:"people"`
	}{Model: m.graph(), Idle: newModel(d, nil).graph()}
	for _, answers := range people {
		request.People = append(request.People, m.person(answers))
	}
	var judged []struct {
		Rows []struct{ Rail int }
	}
	if err := z.ask(request, &judged); err != nil {
		return nil, err
	}
	if len(judged) != len(people) {
		return nil, fmt.Errorf("zen-engine judged %d people of %d", len(judged), len(people))
	}
	var all []hits
	for _, one := range judged {
		h := make(hits, len(rails))
		for _, row := range one.Rows {
			h[row.Rail] = true
		}
		all = append(all, h)
	}
	return all, nil
}

// hits are the rails that hold.
type hits []bool

func (h hits) at(i int) bool { return h[i] }

// benchmarks makes it judge all cases, and fails where urgency or causes are others than ours.
func (z *Zen) benchmarks(d *q.Definition) ([]Benchmark, error) {
	var people []q.Answers
	for i := range d.Cases {
		people = append(people, d.Cases[i].Answers)
	}
	judged, err := z.judge(d, verdict(d), people)
	if err != nil {
		return nil, err
	}
	ours := assess.NewVerdict(d)
	for i, h := range judged {
		theirs := &Peer{d: d, Causes: make([]q.Strength, len(d.Causes)), verdict: func() (values, error) { return h, nil }}
		if err := theirs.Conclude(); err != nil {
			return nil, err
		}
		ours.Judge(people[i])
		if ours.Urgency != theirs.Urgency || !slices.Equal(ours.Causes, theirs.Causes) {
			return nil, fmt.Errorf("zen-engine does not agree with us on the case %s", d.Cases[i].ID)
		}
	}
	return []Benchmark{
		{Name: "zen-engine", Run: z.measure(false), Outside: true},
		{Name: "zen-engine, answers handed over alone", Run: z.measure(true), Outside: true},
	}, nil
}

// measure judges everybody in turn, or only hands over their answers.
func (z *Zen) measure(idle bool) func(*testing.B) {
	return func(b *testing.B) {
		var nanoseconds int64
		if err := z.ask(map[string]any{"times": b.N, "idle": idle}, &nanoseconds); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(nanoseconds)/float64(b.N), ProcessorTime)
	}
}

// model is a questionnaire as a JSON Decision Model: nodes of expressions find out which questions are asked, one node for each
// level, and then one decision table says which rails hold. Each rail is one row whose condition is one cell, and every row that
// hits is collected. Rows with a column for each question, and a row for each alternative, take the engine half as long again or more.
type model struct {
	writer
	rails  []rail
	levels [][]int // the questions that the rails read, if only to know whether another one is asked
}

func newModel(d *q.Definition, rails []rail) *model {
	m := &model{rails: rails, writer: writer{d, dialect{and: " and ", or: " or ", not: "not", shares: "some(%s, # in %s)", options: list}}}
	read := make([]bool, len(d.Questions))
	var mark func(*q.Condition)
	mark = func(c *q.Condition) {
		c.Questions(func(i int) {
			if !read[i] {
				read[i] = true
				mark(d.Questions[i].Ask)
			}
		})
	}
	for _, r := range rails {
		mark(r.condition)
	}
	for _, questions := range levels(d) {
		m.levels = append(m.levels, slices.DeleteFunc(questions, func(i int) bool { return !read[i] }))
	}
	return m
}

// person sets the variables as if every question were asked: the graph sets them anew where one is not.
func (m *model) person(answers q.Answers) map[string]any {
	variables := map[string]any{}
	for _, questions := range m.levels {
		for _, i := range questions {
			qu := &m.d.Questions[i]
			s, v := given(qu, answers[i])
			variables[stands(qu)] = s
			variables[value(qu)] = v
			if qu.Type == q.Choices {
				variables[value(qu)] = singly(uint64(v))
			}
		}
	}
	return variables
}

type (
	graph struct {
		Nodes []node `json:"nodes"`
		Edges []edge `json:"edges"`
	}
	node struct {
		ID      string         `json:"id"`
		Name    string         `json:"name"`
		Type    string         `json:"type"`
		Content map[string]any `json:"content,omitempty"`
	}
	edge struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		From string `json:"sourceId"`
		To   string `json:"targetId"`
	}
)

func (m *model) graph() (g graph) {
	add := func(name, kind string, content map[string]any) {
		if n := len(g.Nodes); n > 0 {
			g.Edges = append(g.Edges, edge{ID: "to " + name, Type: "edge", From: g.Nodes[n-1].ID, To: name})
		}
		g.Nodes = append(g.Nodes, node{ID: name, Name: name, Type: kind, Content: content})
	}
	add("answers", "inputNode", nil)
	for l, questions := range m.levels {
		if l == 0 || len(questions) == 0 {
			continue
		}
		var expressions []map[string]string
		for _, i := range questions {
			qu := &m.d.Questions[i]
			s, v := m.asked(qu)
			expressions = append(expressions, map[string]string{"id": stands(qu), "key": stands(qu), "value": s},
				map[string]string{"id": value(qu), "key": value(qu), "value": v})
		}
		add(fmt.Sprintf("asked %d", l), "expressionNode", map[string]any{"expressions": expressions, "passThrough": true})
	}
	rows := []map[string]string{}
	for n, r := range m.rails {
		rows = append(rows, map[string]string{"_id": strconv.Itoa(n), "when": m.when(r.condition, r.want), "rail": strconv.Itoa(n)})
	}
	add("rules", "decisionTableNode", map[string]any{
		"hitPolicy":   "collect",
		"inputs":      []map[string]string{{"id": "when", "name": "when"}},
		"outputs":     []map[string]string{{"id": "rail", "name": "rail", "field": "rail"}},
		"rules":       rows,
		"outputPath":  "rows",
		"passThrough": false,
	})
	add("verdict", "outputNode", nil)
	return g
}

// asked gives what a question's two variables are set to, once it can be told whether it is asked.
func (m *model) asked(qu *q.Question) (s, v string) {
	otherwise, none := strconv.Itoa(standsOpen), "0"
	if qu.NotAskedIsNo {
		otherwise = fmt.Sprintf("(%s ? %d : %d)", m.when(qu.Ask, q.False), standsNo, standsOpen)
	}
	if qu.Type == q.Choices {
		none = "[]"
	}
	return fmt.Sprintf("%s ? %s : %s", m.when(qu.Ask, q.True), stands(qu), otherwise),
		fmt.Sprintf("$.%s == %d ? %s : %s", stands(qu), standsGiven, value(qu), none)
}
