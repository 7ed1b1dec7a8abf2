package graph

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
	"ekbom/internal/wording"
	"ekbom/questionnaires"
)

type m = questionnairetest.M

func load(t interface{ Fatal(...any) }, files fs.FS) *q.Definition {
	d, faults := q.Load(files)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	return d
}

func shipped(t *testing.T, name string) *q.Definition {
	t.Helper()
	files, err := questionnaires.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return load(t, files)
}

// box is a rectangle or a line of text in a drawing.
type box struct {
	class      string
	x, y, w, h int
	text       string
}

// read reads a drawing. It must be faultless XML.
func read(t interface{ Fatal(...any) }, svg string) (boxes []box) {
	dec := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return boxes
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			b := box{text: "<" + e.Name.Local}
			for _, a := range e.Attr {
				n, _ := strconv.Atoi(a.Value)
				switch a.Name.Local {
				case "class":
					b.class = a.Value
				case "x":
					b.x = n
				case "y":
					b.y = n
				case "width":
					b.w = n
				case "height":
					b.h = n
				}
			}
			boxes = append(boxes, b)
		case xml.CharData:
			if len(boxes) > 0 {
				boxes[len(boxes)-1].text += string(e)
			}
		}
	}
}

// tidy checks that boxes lie apart, each on one sheet, and that every line of text lies within the picture.
func tidy(t interface {
	Fatal(...any)
	Errorf(string, ...any)
}, svg string) []box {
	all := read(t, svg)
	var last box
	for _, b := range all {
		switch {
		case strings.HasPrefix(b.text, "<text"):
			if b.x < 0 || b.y%pageTall < 14 || b.x > pageWide {
				t.Errorf("text off the sheet: %+v", b)
			}
		case b.class == "box" || b.class == "danger":
			if b.y/pageTall != (b.y+b.h)/pageTall || b.x+b.w > pageWide-marginX+1 {
				t.Errorf("a box across the edge of a sheet: %+v", b)
			}
			if b.y < last.y+last.h {
				t.Errorf("%+v lies over %+v", b, last)
			}
			last = b
		}
	}
	return all
}

func TestFlow(t *testing.T) {
	t.Parallel()
	d := shipped(t, "rls")
	for tag, text := range d.Texts {
		svg := NewFlow(d, text).SVG()
		said, numbers := "", 0
		for _, b := range tidy(t, svg) {
			_, line, _ := strings.Cut(b.text, ">")
			said += " " + strings.TrimPrefix(b.text, "<text") + line
			switch b.class {
			case "number":
				numbers++
			case "band":
				if b.h < 60 && b.y%pageTall > pageTall-200 {
					t.Errorf("%s: a heading parted from its questions: %+v", tag, b)
				}
			}
		}
		if numbers != len(d.Questions) {
			t.Errorf("%s: %d numbered stops for %d questions", tag, numbers, len(d.Questions))
		}
		for _, qu := range d.Questions {
			if !strings.Contains(said, string(qu.ID)+" · ") {
				t.Errorf("%s: no box for %s", tag, qu.ID)
			}
		}
	}
	f := NewFlow(d, d.Texts["en"])
	at := func(id q.ID) *stop {
		i, _ := d.Question(id)
		return &f.stops[i]
	}
	if s := at("age"); len(s.opens) != 7 || s.when != "" || len(s.emergency) != 0 {
		t.Errorf("age: %+v", s)
	}
	if s := at("child-signs"); s.when != "Age: below 18 years" || len(s.from) != 1 {
		t.Errorf("child-signs: %+v", s)
	}
	if s := at("emergency-signs"); s.alone != 14 || len(s.emergency) != 14 {
		t.Errorf("each sign but none of them is an emergency: %+v", s.emergency)
	}
	if svg := f.SVG(); !strings.Contains(svg, "prefers-color-scheme:dark") || !strings.Contains(svg, "<desc") || regexp.MustCompile(`font-size:[0-8]px`).MatchString(svg) {
		t.Error("no dark colours, no description, or text too small")
	}
}

// Whatever is marked as an emergency is one when the question is answered so and nothing else is known.
func TestAlone(t *testing.T) {
	t.Parallel()
	cite := []string{"s1"}
	d := load(t, questionnairetest.Files(
		m{"questionnaire": "alone", "version": "1.0.0", "reviewed": "2026-01-02", "sections": []any{m{"section": "only", "questions": []any{
			m{"question": "signs", "type": "choices", "options": []string{"pale", "warm", "none-of-these"}, "none": "none-of-these"},
			m{"question": "age", "type": "number", "range": m{"from": 0, "to": 120}, "ask": m{"signs": "warm"}, "if_not_asked": "no"},
			m{"question": "sure", "type": "choice", "options": []string{"yes", "no"}},
		}}}},
		m{"red_flags": []any{
			m{"red_flag": "a", "urgency": "emergency", "if_unknown": "soon", "source": cite, "when": m{"any": []any{m{"signs": "pale"}, m{"age": m{"below": 2}}}}},
			m{"red_flag": "b", "urgency": "emergency", "if_unknown": "soon", "source": cite, "when": m{"all": []any{m{"signs": "warm"}, m{"sure": "yes"}}}},
			m{"red_flag": "c", "urgency": "soon", "if_unknown": "soon", "source": cite, "when": m{"sure": "no"}},
			m{"red_flag": "d", "urgency": "emergency", "if_unknown": "soon", "source": cite, "when": m{"sure": "unsure"}},
		}, "causes": []any{}, "referrals": []any{m{"specialist": "doctor", "named_by": "source", "when": m{"always": true}, "source": cite}}, "advice": []any{}}))
	f := NewFlow(d, d.Texts["en"])
	for i, want := range []string{"Emergency: “Option pale”", "Emergency: below 2 units", "Emergency: not sure"} {
		if got := f.danger(&f.stops[i]); got != want {
			t.Errorf("%s: got %q, want %q", f.stops[i].id, got, want)
		}
	}
}

// The effect of one answer agrees with the plain meaning of conditions, everything else being unknown.
func TestEffects(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := load(t, questionnairetest.Generate(t, 6))
		f := NewFlow(d, d.Texts["en"])
		var conditions []*q.Condition
		d.Conditions(func(c *q.Condition) {
			if c != nil {
				conditions = append(conditions, c)
			}
		})
		e := effects{d: d, replies: f.replies(wording.New(d, d.Texts["en"]), conditions), known: map[*q.Condition]effect{}}
		for _, c := range conditions {
			for i := range d.Questions {
				for n, r := range e.replies[i] {
					got := e.of(c).base
					if truths := e.of(c).by[i]; truths != nil {
						got = truths[n]
					}
					if want := walk(d, c, i, r.Answer); got != want {
						t.Fatalf("%v: %s to %d makes it %s, want %s", d.Form(c), r.says, i, got, want)
					}
				}
			}
		}
	})
}

func walk(d *q.Definition, c *q.Condition, i int, a q.Answer) q.Truth {
	if c.Op != q.OpTest {
		return c.Combine(func(p *q.Condition) q.Truth { return walk(d, p, i, a) })
	}
	if c.Test.Question != i {
		return q.Unknown
	}
	return c.Test.Holds(&d.Questions[i], q.True, a)
}

func TestSubject(t *testing.T) {
	t.Parallel()
	for _, name := range questionnaires.Names() {
		d := shipped(t, name)
		for tag, text := range d.Texts {
			for _, s := range subjects(d, text) {
				got, err := NewSubject(d, text, s.kind+"/"+string(s.id))
				if err != nil {
					t.Fatal(err)
				}
				svg := got.SVG()
				tidy(t, svg)
				wellFormed(t, got.Mermaid())
				for _, b := range got.branches {
					for _, source := range b.sources {
						if !strings.Contains(svg, string(source)+": ") {
							t.Errorf("%s: %s %s names no source %s", tag, s.kind, s.id, source)
						}
					}
				}
			}
		}
	}
	d := shipped(t, "rls")
	en := d.Texts["en"]
	s, err := NewSubject(d, en, "severe-infection")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"red flag: severe-infection", "Urgency: emergency", "at least same-day", "ALL OF THESE", "Signs of illness today: not sure", "rf18: "} {
		if !strings.Contains(s.SVG(), want) {
			t.Errorf("no %q in the picture of severe-infection", want)
		}
	}
	if _, err := NewSubject(d, en, "nothing"); !errors.Is(err, ErrNoSubject) {
		t.Errorf("got %v", err)
	}
	for id, want := range map[string]string{"filled-in-by": "Whom the texts speak to", "how-often": "Scores: burden", "urge": "The pattern", "own-words": "No rule reads it: "} {
		if s, err := NewSubject(d, en, "question/"+id); err != nil || !strings.Contains(strings.Join(s.facts, "\n"), want) {
			t.Errorf("%s: %v, facts lack %q", id, err, want)
		}
	}
	if _, err := NewSubject(d, en, "iron-test"); err != nil {
		t.Error(err)
	}
	if _, err := NewSubject(d, en, "growing-pains"); !errors.Is(err, ErrSeveral) || !strings.Contains(err.Error(), "cause/growing-pains or look-alike/growing-pains") {
		t.Errorf("got %v", err)
	}
}

// statement is a line of a flowchart as this package may write it.
var statement = regexp.MustCompile(`^(flowchart (TB|LR)|  acc(Title|Descr): [^\n#;{}]*|  start\(\[Start\]\)|  finish\(\[Result\]\)|  end|  classDef danger [a-z0-9#:,-]+|` +
	`  subgraph s\d+\["[^"]*"\]|    w\d+\{\{"[^"]*"\}\} --> q\d+|    q\d+\["[^"]*"\](:::danger)?|  \w+ (==>|-->|-\.->) \w+|` +
	`  n0\(\["[^"]*"\]\)|  n\d+ --- n\d+(\["[^"]*"\]|\{\{"[^"]*"\}\}|\(\["[^"]*"\]\)))$`)

func wellFormed(t interface{ Errorf(string, ...any) }, mermaid string) {
	for line := range strings.Lines(mermaid) {
		if !statement.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("not a statement of a flowchart: %s", line)
		}
	}
}

func TestMermaid(t *testing.T) {
	t.Parallel()
	for _, name := range questionnaires.Names() {
		d := shipped(t, name)
		for _, text := range d.Texts {
			got := NewFlow(d, text).Mermaid()
			wellFormed(t, got)
			if len(got) > 40_000 {
				t.Errorf("%d signs: GitHub draws 50,000 at most", len(got))
			}
			for i := range d.Questions {
				if !strings.Contains(got, fmt.Sprintf("q%d[", i+1)) {
					t.Errorf("%s: no question %d", name, i+1)
				}
			}
		}
	}
	for text, want := range map[string]string{
		`say "no" <b> & #1`: `say #34;no#34; #60;b#62; #38; #35;1`,
		"%%{init}%%":        "#37;#37;#123;init#125;#37;#37;",
		"1. one\n2. two":    "1#46; one 2. two",
		"- one":             "#45; one",
		"`md`":              "#96;md#96;",
		"Возраст: 5":        "Возраст: 5",
	} {
		if got := encode(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-zA-Zа-яЖШ漢字é0-9.,“-]{1,40}`)).Draw(t, "words"), " ")
		room := rapid.IntRange(40, 400).Draw(t, "room")
		bold := rapid.Bool().Draw(t, "bold")
		lines := wrap(text, sizeText, bold, room)
		for _, line := range lines {
			if width(line, sizeText, bold) > room {
				t.Fatalf("%q is wider than %d", line, room)
			}
		}
		if got := strings.ReplaceAll(strings.Join(lines, ""), " ", ""); got != strings.ReplaceAll(text, " ", "") {
			t.Fatalf("got %q", got)
		}
	})
}

func TestRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := load(t, questionnairetest.Generate(t, 12))
		f := NewFlow(d, d.Texts["en"])
		tidy(t, f.SVG())
		wellFormed(t, f.Mermaid())
		s, err := NewSubject(d, d.Texts["en"], "cause/c0")
		if err != nil {
			t.Fatal(err)
		}
		tidy(t, s.SVG())
		wellFormed(t, s.Mermaid())
	})
}

// Five hundred questions, most of them hanging on others, with long texts and a condition of six thousand parts.
func TestLarge(t *testing.T) {
	t.Parallel()
	cite := []string{"s1"}
	var questions, groups, signs []any
	facts := m{}
	for i := range 500 {
		id := fmt.Sprintf("q%d", i)
		qu := m{"question": id, "type": "choices", "options": []string{"a", "b", "c", "none-of-these"}, "none": "none-of-these"}
		if i%4 > 0 {
			qu["ask"] = m{"any": []any{m{fmt.Sprintf("q%d", i-i%4): "a"}, m{fmt.Sprintf("q%d", i/2): []string{"b", "unsure"}}}}
			qu["if_not_asked"] = "no"
		}
		for _, o := range []string{"a", "b", "c"} {
			for _, other := range []string{"a", "b", "c", "unsure"} {
				signs = append(signs, m{"all": []any{m{id: o}, m{fmt.Sprintf("q%d", (i+1)%500): other}}})
			}
		}
		questions = append(questions, qu)
		if i%20 == 19 {
			group := fmt.Sprintf("group%d", i)
			facts[group] = m{"any": signs}
			groups, signs = append(groups, m{"fact": group}), nil
		}
	}
	var sections []any
	for i := 0; i < 500; i += 50 {
		sections = append(sections, m{"section": fmt.Sprintf("s%d", i), "questions": questions[i : i+50]})
	}
	d := load(t, questionnairetest.Files(
		m{"questionnaire": "large", "version": "1.0.0", "reviewed": "2026-01-02", "sections": sections},
		m{"facts": facts, "red_flags": []any{m{"red_flag": "any-sign", "urgency": "emergency", "if_unknown": "soon", "source": cite, "when": m{"any": groups}}},
			"causes": []any{}, "referrals": []any{m{"specialist": "doctor", "named_by": "source", "when": m{"always": true}, "source": cite}}, "advice": []any{}}))
	text := *d.Texts["en"]
	text.Questions = map[q.ID]q.QuestionText{}
	for id, qt := range d.Texts["en"].Questions {
		qt.Short = string(id) + strings.Repeat(" quite long", 30) + strings.Repeat("x", 200)
		text.Questions[id] = qt
	}
	begun := time.Now()
	f := NewFlow(d, &text)
	svg := f.SVG()
	flow := f.Mermaid()
	s, err := NewSubject(d, &text, "any-sign")
	if err != nil {
		t.Fatal(err)
	}
	tree := s.SVG()
	if took := time.Since(begun); took > 10*time.Second || len(svg) > 5_000_000 {
		t.Errorf("500 questions took %s and %d bytes", took, len(svg))
	}
	t.Logf("%s, %d bytes", time.Since(begun), len(svg))
	tidy(t, svg)
	tidy(t, tree)
	wellFormed(t, flow)
}
