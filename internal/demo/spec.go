package demo

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	q "ekbom/internal/questionnaire"
)

// spec says how a kind of person answers, by question. A choice of one: "often:5 sometimes:2", weights; of any:
// "calves:70 feet:20", each in a hundred people, and none of them is the question's own "none"; a number: "18-40".
type spec map[q.ID]string

// with gives the spec with some questions answered in another way.
func (s spec) with(other spec) spec {
	all := maps.Clone(s)
	maps.Copy(all, other)
	return all
}

// habit is one question of a spec, read.
type habit struct {
	weights  []float64 // by option
	from, to int       // of a number
}

// read checks a spec against the definition that it is for.
func read(d *q.Definition, s spec) (map[int]habit, error) {
	habits := map[int]habit{}
	for _, id := range slices.Sorted(maps.Keys(s)) {
		i, ok := d.Question(id)
		if !ok {
			return nil, fmt.Errorf("no question %s", id)
		}
		h := habit{weights: make([]float64, len(d.Questions[i].Options))}
		if d.Questions[i].Type == q.Number {
			from, to, _ := strings.Cut(s[id], "-")
			var errFrom, errTo error
			h.from, errFrom = strconv.Atoi(from)
			h.to, errTo = strconv.Atoi(to)
			if errFrom != nil || errTo != nil || h.from > h.to || !d.Questions[i].Range.Contains(h.from) || !d.Questions[i].Range.Contains(h.to) {
				return nil, fmt.Errorf("%s: no range of numbers %q", id, s[id])
			}
			habits[i] = h
			continue
		}
		for _, part := range strings.Fields(s[id]) {
			word, weight, _ := strings.Cut(part, ":")
			o, ok := d.Option(i, q.ID(word))
			n, err := strconv.ParseFloat(weight, 64)
			if !ok || err != nil || n < 0 {
				return nil, fmt.Errorf("%s: %q", id, part)
			}
			h.weights[o] = n
		}
		habits[i] = h
	}
	return habits, nil
}

// choose draws one of several by weight.
func choose(chance *rand.Rand, weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := chance.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// draw gives an answer with a value to question i.
func (h habit) draw(chance *rand.Rand, qu *q.Question) q.Answer {
	a := q.Answer{State: q.Given}
	switch qu.Type {
	case q.Number:
		a.Number = h.from + chance.IntN(h.to-h.from+1)
	case q.Choice:
		a.Options = 1 << choose(chance, h.weights)
	case q.Choices:
		for o, w := range h.weights {
			if o != qu.None && chance.Float64()*100 < w {
				a.Options |= 1 << o
			}
		}
		if a.Options == 0 && qu.None >= 0 {
			a.Options = 1 << qu.None
		} else if a.Options == 0 {
			a.Options = 1 << choose(chance, h.weights)
		}
	}
	return a
}
