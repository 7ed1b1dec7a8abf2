// Package graph draws a questionnaire for people to read: the flow of its questions, and what one conclusion hangs on. It
// writes SVG, laid out on sheets of A4, and Mermaid.
package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/wording"
)

// stop is a question on the way.
type stop struct {
	id        q.ID
	name      string
	text      string   // the whole question
	takes     string   // the kind of answer
	when      string   // its condition in words; empty: asked of everybody
	gate      []string // the same by parts
	from      []int    // the questions that its condition reads
	opens     []int    // the questions whose conditions read it
	emergency []string
	options   int // how many there are, and how many of them alone raise an emergency
	alone     int
}

// Flow is the way of a person through a questionnaire.
type Flow struct {
	d     *q.Definition
	t     *q.Text
	stops []stop
}

// NewFlow finds which question opens which.
func NewFlow(d *q.Definition, t *q.Text) *Flow {
	f := &Flow{d: d, t: t, stops: make([]stop, len(d.Questions))}
	w := wording.New(d, t)
	for i := range d.Questions {
		qu, s := &d.Questions[i], &f.stops[i]
		s.id, s.name, s.text, s.takes, s.options = qu.ID, w.Question(i), t.Questions[qu.ID].Text, takes(qu, t), len(qu.Options)
		if qu.Ask != nil {
			s.when, s.gate, s.from = w.Condition(qu.Ask), w.Lines(qu.Ask), reads(qu.Ask)
			for _, source := range s.from {
				f.stops[source].opens = append(f.stops[source].opens, i)
			}
		}
	}
	f.emergencies(w)
	return f
}

// reads gives the questions that a condition looks at, in order.
func reads(c *q.Condition) (questions []int) {
	eachTest(c, func(t q.Test) { questions = append(questions, t.Question) })
	slices.Sort(questions)
	return slices.Compact(questions)
}

// eachTest calls yield for each test in a condition, shared ones once.
func eachTest(c *q.Condition, yield func(q.Test)) {
	seen := map[*q.Condition]bool{}
	var walk func(*q.Condition)
	walk = func(c *q.Condition) {
		if c == nil || seen[c] {
			return
		}
		seen[c] = true
		if c.Op == q.OpTest {
			yield(c.Test)
		}
		for _, p := range c.Parts {
			walk(p)
		}
	}
	walk(c)
}

// takes says what kind of answer a question takes.
func takes(qu *q.Question, t *q.Text) string {
	say := ""
	switch qu.Type {
	case q.Choice:
		say = fmt.Sprintf("one of %d", len(qu.Options))
	case q.Choices:
		say = fmt.Sprintf("any of %d", len(qu.Options))
		if qu.None >= 0 {
			say = fmt.Sprintf("any of %d or none", len(qu.Options)-1)
		}
	case q.Number:
		say = strings.TrimSpace(fmt.Sprintf("%d to %d %s", qu.Range.From, qu.Range.To, t.Units[qu.ID]))
	case q.FreeText:
		say = "own words"
	default:
		say = qu.Type.String()
	}
	for _, more := range []struct {
		offered bool
		says    string
	}{{qu.Unsure, ", not sure"}, {qu.Decline, ", rather not say"}, {qu.Optional, ", may be left blank"}} {
		if more.offered {
			say += more.says
		}
	}
	return say
}

// Where things lie from left to right: the spine with the questions that everybody is asked, the detour with the others,
// and the lanes of the lines that say which opens which.
const (
	spineX   = 44
	boxX     = 64
	boxWide  = 258
	detourX  = 346
	asideX   = 364
	asideW   = 314
	lanesX   = 690
	laneStep = 12
	lanes    = 7
	pad      = 10
	slack    = 5 // at the end of a line; its width is a bound already
	gap      = 10
)

// place is where a question lies.
type place struct{ x, y, wide, tall int }

func (p place) right() int { return p.x + p.wide }

// parts are the wrapped texts of a question's box, from top to bottom.
type parts struct{ gate, name, facts, danger, opens []string }

func (f *Flow) parts(i int) parts {
	s, room := &f.stops[i], boxWide-pad-slack
	var p parts
	if s.when != "" {
		room = asideW - pad - slack
		for n, part := range s.gate {
			if n == 0 {
				part = "when " + numbers(s.from) + " → " + part
			}
			p.gate = append(p.gate, wrap(part, sizeText, false, room)...)
		}
		p.gate = clip(p.gate, 24) // all of it stands in the title of the box
	}
	p.name = clip(wrap(s.name, sizeName, true, room), 8)
	p.facts = clip(wrap(string(s.id)+" · "+s.takes, sizeSmall, false, room), 6)
	if said := f.danger(s); said != "" {
		p.danger = clip(wrap(said, sizeText, true, room-20), 8)
	}
	if len(s.opens) > 0 {
		p.opens = clip(wrap("opens "+numbers(s.opens), sizeSmall, false, room), 6)
	}
	return p
}

// danger says which answers alone raise an emergency: by name while they are few.
func (f *Flow) danger(s *stop) string {
	switch {
	case len(s.emergency) == 0:
		return ""
	case len(s.emergency) <= 3:
		return "Emergency: " + strings.Join(s.emergency, ", ")
	case s.alone == len(s.emergency):
		return fmt.Sprintf("Emergency: %d of the %d options", s.alone, s.options)
	}
	return fmt.Sprintf("Emergency: %d answers", len(s.emergency))
}

// numbers lists questions by their numbers.
func numbers(questions []int) string {
	list := make([]string, len(questions))
	for n, i := range questions {
		list[n] = strconv.Itoa(i + 1)
	}
	return strings.Join(list, ", ")
}

func (p *parts) tall() int {
	tall := 2*8 + len(p.name)*leading(sizeName) + len(p.facts)*leading(sizeSmall) + len(p.danger)*leading(sizeText) + len(p.opens)*leading(sizeSmall)
	if len(p.gate) > 0 {
		tall += len(p.gate)*leading(sizeText) + 10
	}
	return tall
}

// SVG draws the flow.
func (f *Flow) SVG() string {
	c := &canvas{y: pageTop}
	path := f.d.Path(f.d.NewAnswers())
	title := f.t.Title + ": the order of the questions"
	c.y = c.text("title", marginX, c.y, sizeTitle, wrap(title, sizeTitle, true, pageWide-2*marginX)) + 2
	about := fmt.Sprintf("%s %s. %d questions; a person answers between %d and %d of them.", f.d.ID, f.d.Version, len(f.stops), path.Fewest, path.Most)
	c.y = c.text("muted", marginX, c.y, sizeText, wrap(about, sizeText, false, pageWide-2*marginX)) + 10
	f.legend(c)

	places, first := make([]place, len(f.stops)), c.y
	boxes := make([]parts, len(f.stops))
	for i := range f.stops {
		boxes[i] = f.parts(i)
	}
	bent := -1 // where the detour left the spine, -1: it is not on it
	back := func() {
		if bent >= 0 {
			f.detour(c, bent, c.y-2)
			bent, c.y = -1, c.y+gap
		}
	}
	for _, section := range f.d.Sections {
		head := clip(wrap(cmp.Or(f.t.Sections[section.ID], string(section.ID)), sizeHead, true, detourX-boxX-20), 6)
		c.fit(len(head)*leading(sizeHead) + 20 + boxes[section.First].tall() + 3*gap)
		top := c.y
		c.y = c.text("head", boxX, c.y+8, sizeHead, head) + 6
		for i := section.First; i < section.Past; i++ {
			tall, sheet := boxes[i].tall(), c.y/pageTall
			c.fit(tall + 2*gap)
			if c.y/pageTall > sheet && i > section.First {
				c.y = c.text("small muted", boxX, c.y, sizeSmall, []string{head[0] + " (continued)"}) + 6
			}
			at := place{boxX, c.y, boxWide, tall}
			if f.stops[i].when == "" {
				back()
				at.y = c.y
			} else {
				if bent < 0 {
					bent = c.y + 4
					c.y += gap + 4
				}
				at = place{asideX, c.y, asideW, tall}
			}
			places[i] = at
			c.y += tall + gap
		}
		back()
		c.band(top, c.y)
		c.y += gap
	}
	for i := range f.stops {
		f.box(c, i, &boxes[i], places[i])
	}
	f.connect(c, places)
	c.fit(30)
	c.line("spine", fmt.Sprintf("M%d %dV%d", spineX, first+4, c.y+10))
	fmt.Fprintf(&c.boxes, "<circle class=\"disc\" cx=\"%d\" cy=\"%d\" r=\"7\"/>\n", spineX, c.y+10)
	c.y = c.text("head", boxX, c.y+2, sizeHead, []string{"Result"})
	return c.finish(f.t.Language, title, f.description(), fmt.Sprintf("%s %s", f.d.ID, f.d.Version))
}

// description tells the flow to whoever cannot see it.
func (f *Flow) description() string {
	everybody := 0
	for _, s := range f.stops {
		if s.when == "" {
			everybody++
		}
	}
	return fmt.Sprintf("%d of %d questions are asked of everybody, one below the other. The others stand to the right, each with the condition under which it is asked. "+
		"Each box is titled with its question.", everybody, len(f.stops))
}

func (f *Flow) legend(c *canvas) {
	x := marginX
	for _, sign := range []struct{ class, says string }{
		{"spine", "asked of everybody"}, {"detour", "asked only under a condition"}, {"reads", "opens another question"}, {"", "alone raises an emergency"},
	} {
		if sign.class == "" {
			c.warning(x+8, c.y+1)
		} else {
			c.line(sign.class, fmt.Sprintf("M%d %dh24", x, c.y+8))
		}
		c.text("small", x+30, c.y, sizeSmall, []string{sign.says})
		x += 30 + width(sign.says, sizeSmall, false) + 10
	}
	c.y += 30
}

// detour draws the way past questions that not everybody is asked, beside the spine.
func (f *Flow) detour(c *canvas, from, to int) {
	c.line("detour", fmt.Sprintf("M%d %dH%dq8 0 8 8V%dq0 8 -8 8H%d", spineX, from-4, detourX-8, to-8, spineX+8))
	c.line("tip", fmt.Sprintf("M%d %dl9 -4.5v9z", spineX+2, to))
}

func (f *Flow) box(c *canvas, i int, p *parts, at place) {
	s := &f.stops[i]
	title := fmt.Sprintf("%d. %s", i+1, s.text)
	if s.when != "" {
		title += " Asked when: " + s.when + "."
	}
	if len(s.emergency) > 0 {
		title += " Alone an emergency: " + strings.Join(s.emergency, "; ") + "."
	}
	c.open("question", title)
	class, lineX := "box", spineX
	if len(p.danger) > 0 {
		class = "danger"
	}
	c.rect(class, at.x, at.y, at.wide, at.tall, 6)
	y := at.y + 8
	if len(p.gate) > 0 {
		lineX = detourX
		tall := len(p.gate)*leading(sizeText) + 8
		c.rect("gate", at.x+2, at.y+2, at.wide-4, tall, 4)
		y = c.text("", at.x+pad, at.y+5, sizeText, p.gate) + 13
	}
	fmt.Fprintf(&c.boxes, "<circle class=\"disc\" cx=\"%d\" cy=\"%d\" r=\"12\"/><text class=\"number\" x=\"%[1]d\" y=\"%[3]d\">%[4]d</text>\n", lineX, y+8, y+12, i+1)
	y = c.text("name", at.x+pad, y-2, sizeName, p.name)
	y = c.text("small muted", at.x+pad, y, sizeSmall, p.facts)
	if len(p.danger) > 0 {
		c.warning(at.x+pad, y+2)
		y = c.text("urgent", at.x+pad+20, y, sizeText, p.danger)
	}
	c.text("small muted", at.x+pad, y, sizeSmall, p.opens)
	c.close()
}

// wire is the line from a question down to those that it opens.
type wire struct{ from, lane, top, bottom int }

// connect draws which question opens which. Short lines lie innermost. A line that finds no free lane is left out: the
// numbers in the boxes say the same.
func (f *Flow) connect(c *canvas, places []place) {
	var wires []wire
	for i := range f.stops {
		if opens := f.stops[i].opens; len(opens) > 0 {
			at := places[i]
			wires = append(wires, wire{from: i, top: at.y + at.tall - 12, bottom: places[opens[len(opens)-1]].y})
		}
	}
	slices.SortStableFunc(wires, func(a, b wire) int { return cmp.Compare(a.bottom-a.top, b.bottom-b.top) })
	taken := make([][]wire, lanes)
	taps := make([][]wire, len(f.stops))
	for _, w := range wires {
		w.lane = slices.IndexFunc(taken, func(there []wire) bool {
			return !slices.ContainsFunc(there, func(o wire) bool { return w.top <= o.bottom+40 && o.top <= w.bottom+40 })
		})
		if w.lane < 0 {
			continue
		}
		taken[w.lane] = append(taken[w.lane], w)
		for _, to := range f.stops[w.from].opens {
			taps[to] = append(taps[to], w)
		}
	}
	ends := map[int]int{} // by the question that opens: how far down its line goes
	for to, there := range taps {
		slices.SortFunc(there, func(a, b wire) int { return cmp.Compare(a.lane, b.lane) })
		at := places[to]
		for n, w := range there {
			x, y := lanesX+w.lane*laneStep, at.y+10+n*min(9, (at.tall-26)/max(1, len(there)))
			c.line("reads", fmt.Sprintf("M%d %dH%d", x, y, at.right()+6))
			c.line("tip", fmt.Sprintf("M%d %dl7 -3.5v7z", at.right(), y))
			fmt.Fprintf(&c.lines, "<circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"2\"/>\n", x, y)
			ends[w.from] = max(ends[w.from], y)
		}
	}
	for _, there := range taken {
		for _, w := range there {
			at := places[w.from]
			c.line("reads", fmt.Sprintf("M%d %dH%dV%d", at.right(), w.top, lanesX+w.lane*laneStep, ends[w.from]))
			fmt.Fprintf(&c.lines, "<circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"3\"/>\n", at.right(), w.top)
			for sheet := w.top/pageTall + 1; sheet <= ends[w.from]/pageTall; sheet++ { // whose line it is, told anew on each sheet
				x, y := lanesX+w.lane*laneStep, sheet*pageTall+10+w.lane%2*13
				fmt.Fprintf(&c.lines, "<rect class=\"ground\" x=\"%d\" y=\"%d\" width=\"16\" height=\"12\"/><text class=\"number muted\" x=\"%d\" y=\"%d\">%d</text>\n", x-8, y, x, y+10, w.from+1)
			}
		}
	}
}
