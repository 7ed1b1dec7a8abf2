package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
)

type assessCommand struct {
	JSON bool   `help:"Print the outcome as JSON."`
	Name string `arg:"" optional:"" default:"rls" help:"A shipped questionnaire, or a folder."`
}

// maxAnswers bounds an answers file, in bytes.
const maxAnswers = 1 << 20

// Run reads answers from standard input and prints their outcome.
func (c *assessCommand) Run(s *stage) error {
	d, err := s.loadNamed(c.Name)
	if err != nil {
		return err
	}
	answers, err := s.readPath(d)
	if err != nil {
		return err
	}
	o := assess.Evaluate(d, answers)
	if c.JSON {
		enc := json.NewEncoder(s.raw)
		enc.SetIndent("", "  ")
		return enc.Encode(o)
	}
	printOutcome(s.stdout, d, o)
	return nil
}

// readPath reads answers from standard input and leaves out those to questions that are not asked.
func (s *stage) readPath(d *questionnaire.Definition) (questionnaire.Answers, error) {
	answers, err := readAnswers(d, s.stdin)
	if err != nil {
		return nil, err
	}
	path := d.Path(answers)
	for i := range answers {
		if answers[i].State != questionnaire.NotReached && path.Asked[i] != questionnaire.True {
			fmt.Fprintf(s.stderr, "ignored: %s is not asked for these answers\n", d.Questions[i].ID)
			answers[i] = questionnaire.Answer{}
		}
	}
	return answers, nil
}

// readAnswers reads {"question": "option" | ["a", "b"] | 42 | "unsure" | "declined" | "blank"}. All faults are told at once.
func readAnswers(d *questionnaire.Definition, in io.Reader) (questionnaire.Answers, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxAnswers+1))
	if err != nil {
		return nil, fmt.Errorf("reading answers: %w", err)
	}
	if len(data) > maxAnswers {
		return nil, fmt.Errorf("the answers are larger than %d bytes", maxAnswers)
	}
	given, faults := decodeAnswers(bytes.TrimPrefix(data, []byte("\ufeff"))) // some editors put that sign first
	if given == nil {
		return nil, errors.Join(faults...)
	}
	answers := d.NewAnswers()
	for _, id := range slices.Sorted(maps.Keys(given)) {
		at, ok := d.Question(id)
		if !ok {
			faults = append(faults, fmt.Errorf("there is no question %q [unknown-question]", id))
			continue
		}
		words, err := answerWords(given[id])
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w [not-an-answer]", id, err))
			continue
		}
		a, fault := d.ParseAnswer(at, words)
		if fault != nil {
			faults = append(faults, fmt.Errorf("%w [not-an-answer]", fault))
			continue
		}
		answers[at] = a
	}
	return answers, errors.Join(faults...)
}

// decodeAnswers reads one JSON object, in which each question may stand once.
func decodeAnswers(data []byte) (given map[questionnaire.ID]any, faults []error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	var object json.RawMessage
	at := len(data)
	switch err := dec.Decode(&object); {
	case errors.Is(err, io.EOF):
		return nil, []error{errors.New("there is no JSON on standard input [not-json]: write {\"question\": \"answer\", ...}")}
	case err != nil:
		if e, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = int(e.Offset) - 1
		}
	case object[0] != '{':
		at = int(dec.InputOffset()) - len(object)
	case dec.More():
		return nil, []error{errors.New("there is more than one JSON object on standard input [not-json]")}
	default:
		given, twice := fields(object)
		for _, id := range twice {
			faults = append(faults, fmt.Errorf("%q is answered twice [duplicate-answer]", id))
		}
		return given, faults
	}
	before := data[:at]
	line, column := 1+bytes.Count(before, []byte("\n")), 1+utf8.RuneCount(before[1+bytes.LastIndexByte(before, '\n'):])
	return nil, []error{fmt.Errorf("the answers on standard input are not a JSON object (line %d, column %d) [not-json]: write {\"question\": \"answer\", ...}", line, column)}
}

// fields gives what stands under each key of an object that can be read, and the keys that stand in it twice.
func fields(object json.RawMessage) (given map[questionnaire.ID]any, twice []questionnaire.ID) {
	dec := json.NewDecoder(bytes.NewReader(object))
	dec.UseNumber()
	given = map[questionnaire.ID]any{}
	_, err := dec.Token()
	for err == nil && dec.More() {
		var key json.Token
		if key, err = dec.Token(); err != nil {
			break
		}
		id := questionnaire.ID(fmt.Sprint(key))
		if _, known := given[id]; known {
			twice = append(twice, id)
		}
		var answer any
		err = dec.Decode(&answer)
		given[id] = answer
	}
	return given, twice
}

func answerWords(v any) ([]string, error) {
	switch v := v.(type) {
	case string:
		if v == questionnaire.WordBlank {
			return nil, nil
		}
		return []string{v}, nil
	case json.Number:
		return []string{v.String()}, nil
	case []any:
		var words []string
		for _, x := range v {
			w, ok := x.(string)
			if !ok {
				return nil, errors.New("a list holds option ids only")
			}
			words = append(words, w)
		}
		return words, nil
	}
	return nil, errors.New("an answer is a text, a number or a list of option ids")
}

// printOutcome tells an outcome in plain English, for a person at a terminal.
func printOutcome(w io.Writer, d *questionnaire.Definition, o *assess.Outcome) {
	t := d.Texts["en"]
	because := func(reasons []assess.Reason) string {
		var said []string
		for _, r := range reasons {
			said = append(said, fmt.Sprintf("%s: %s", r.Question, plainWords(r.Answer)))
		}
		return strings.Join(said, "; ")
	}
	fmt.Fprintf(w, "%s\n%s\n", t.Urgency[o.Urgency].Heading, t.Urgency[o.Urgency].Sentence)
	fmt.Fprintf(w, "\nurgency: %s\n", o.Urgency)
	if !d.Pattern.Absent {
		fmt.Fprintf(w, "pattern: %s\n", o.Pattern.Match)
	}
	for _, c := range o.Pattern.Criteria {
		fmt.Fprintf(w, "  %s: %s (%s)\n", c.ID, c.State, because(c.Because))
	}
	for _, f := range o.RedFlags {
		fmt.Fprintf(w, "red flag %s, %s (%s)\n", f.ID, f.Urgency, because(f.Because))
	}
	for _, f := range o.OpenFlags {
		fmt.Fprintf(w, "red flag %s cannot be told, so at least %s (%s)\n", f.ID, f.Urgency, because(f.Because))
	}
	for _, c := range o.Causes {
		fmt.Fprintf(w, "cause %s, %s (%s)", c.ID, c.Strength, because(c.Because))
		if len(c.Against) > 0 {
			fmt.Fprintf(w, "; against: %s", because(c.Against))
		}
		fmt.Fprintln(w)
	}
	for _, a := range o.LookAlikes {
		fmt.Fprintf(w, "look-alike %s (%s)\n", a.ID, because(a.Because))
	}
	for _, s := range o.Specialists {
		fmt.Fprintf(w, "see %s\n", s.ID)
	}
	for _, a := range o.Advice {
		fmt.Fprintf(w, "%s: %s\n", a.Kind, t.Advice[a.ID])
	}
	for _, u := range o.Unknown {
		fmt.Fprintf(w, "open: %s (%s)\n", u.Question, u.State)
	}
	if len(o.Missing) > 0 {
		fmt.Fprintf(w, "without an answer: %v\n", o.Missing)
	}
}

func plainWords(answer any) string {
	switch a := answer.(type) {
	case string:
		return a
	case int:
		return strconv.Itoa(a)
	case []string:
		return strings.Join(a, ", ")
	}
	return "no answer"
}
