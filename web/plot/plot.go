// Package plot draws plots: bars, columns over time, and the trace of one person's answers. They are drawn by the server as SVG
// without scaling: what lies across is in percent of the plot's width, what lies up and down and the size of text are not. So
// a plot fills any screen and its words stay as large as the page's. Beside every plot stands a table with the same figures.
package plot

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Hidden stands for a count that is too small to be shown.
const Hidden = -1

// Bars are counts of things that have names, as a table whose rows have a bar.
type Bars struct {
	Caption      string
	Name, Figure string // heads of the columns
	Rows         []Bar
}

// Bar is one row.
type Bar struct {
	Label string
	Count int    // Hidden: no bar
	Text  string // what is written: the count, perhaps with its share
	Class string // an urgency's word colours the bar; empty: the accent
}

// length of row i's bar, in percent of the longest.
func (b Bars) length(i int) string {
	most := 0
	for _, r := range b.Rows {
		most = max(most, r.Count)
	}
	if most == 0 || b.Rows[i].Count <= 0 {
		return "0"
	}
	return number(100 * float64(b.Rows[i].Count) / float64(most))
}

// Columns are counts over time, in layers.
type Columns struct {
	ID      string // begins the ids within the plot
	Caption string
	Summary string // the plot in one sentence
	Head    string // of the table's first column
	Total   string // of its last
	Layers  []Layer
	Stacks  []Stack
	Few     string // words for a count that is hidden
}

// Layer is one of the counts of every stack; the first lies at the bottom.
type Layer struct {
	Name  string
	Class string // an urgency's word
}

// Stack is one stretch of time. Counts has one count for each layer.
type Stack struct {
	Short  string // below the plot
	Name   string // in the table
	Counts []int
}

// Sum is what is shown of a stack.
func (s Stack) Sum() (sum int) {
	for _, n := range s.Counts {
		sum += max(n, 0)
	}
	return sum
}

// Trace is what one person answered over time: burden from 0 to 10, and how often, in ordered steps.
type Trace struct {
	ID        string // begins the ids within the plot
	Caption   string
	Summary   string   // the plot in one sentence
	Burden    string   // name of the upper series
	Frequency string   // name of the lower series
	Steps     []string // words of the steps, the least first
	Points    []Point  // the oldest first
}

// Point is one response of the person.
type Point struct {
	At     time.Time
	Short  string // the date below the plot
	Burden int    // below 0: not answered
	Step   int    // index in Steps; below 0: not answered
}

// Sizes in CSS pixels. Two sets of labels are drawn, for plots from narrowPlot and from widePlot on; the style sheet shows one.
const (
	columnsHeight = 180
	burdenHeight  = 130
	stepHeight    = 30
	burdenMost    = 10
	narrowPlot    = 250
	widePlot      = 400
	labelRune     = 9.5 // width of a sign, also for readers who set letters further apart
	labelGap      = 10
	manyPoints    = 20 // marks are smaller beyond
	nameRunes     = 28 // of a series, in one line of a narrow plot
	stepRunes     = 31 // of a step there
)

type axisLabel struct {
	X      string
	Anchor string
	Text   string
	Class  string // whether it stands on a narrow plot or on a wide one
}

type axisTick struct {
	Y    string
	Text int
}

type layerBox struct {
	X, Y, Width, Height string
	Class               string
}

type columnsPlot struct {
	Boxes  []layerBox
	Ticks  []axisTick
	Labels []axisLabel
}

func (c Columns) plot() columnsPlot {
	var p columnsPlot
	most := 0
	for _, s := range c.Stacks {
		most = max(most, s.Sum())
	}
	step := tickStep(most)
	top := max((most+step-1)/step*step, step)
	up := func(n int) float64 { return columnsHeight * float64(n) / float64(top) }
	for n := 0; n <= top; n += step {
		p.Ticks = append(p.Ticks, axisTick{Y: number(columnsHeight - up(n)), Text: n})
	}
	slot := 100 / float64(max(len(c.Stacks), 1))
	width := min(slot*0.7, 12)
	var at []float64
	var texts []string
	for i, s := range c.Stacks {
		middle := slot * (float64(i) + 0.5)
		at, texts = append(at, middle), append(texts, s.Short)
		below := 0
		for j, n := range s.Counts {
			if n <= 0 {
				continue
			}
			p.Boxes = append(p.Boxes, layerBox{
				X: percent(middle - width/2), Y: number(columnsHeight - up(below+n)), Width: percent(width), Height: number(up(n)),
				Class: c.Layers[j].Class,
			})
			below += n
		}
	}
	p.Labels = axisLabels(at, texts, regular)
	return p
}

// tickStep is the round step, 1, 2 or 5 with noughts, that makes at most five steps up to most.
func tickStep(most int) int {
	for scale := 1; ; scale *= 10 {
		for _, n := range []int{1, 2, 5} {
			if n*scale*5 >= most {
				return n * scale
			}
		}
	}
}

type traceMark struct {
	X, Y string
	size int // half of its width
}

func (m traceMark) half() string  { return strconv.Itoa(m.size) }
func (m traceMark) whole() string { return strconv.Itoa(2 * m.size) }

type traceStep struct {
	Y     string
	Short string   // in one line
	Lines []string // beside the plot; the first stands above the second
}

// Above is how far the first of the lines lies above the middle of them.
func (s traceStep) above() string {
	if len(s.Lines) == 1 {
		return "4"
	}
	return "-3"
}

type tracePlot struct {
	Burden, Frequency      string // paths on a ground 1000 wide
	BurdenMarks, FreqMarks []traceMark
	Ticks                  []axisTick
	Steps                  []traceStep
	FrequencyHeight        string
	Labels                 []axisLabel
}

func (t Trace) plot() tracePlot {
	p := tracePlot{FrequencyHeight: strconv.Itoa(t.frequencyHeight())}
	at := t.across()
	size := 5
	if len(t.Points) > manyPoints {
		size = 3
	}
	burden := func(i int) (float64, bool) {
		n := t.Points[i].Burden
		return (burdenHeight-20)*(1-float64(min(n, burdenMost))/burdenMost) + 10, n >= 0
	}
	frequency := func(i int) (float64, bool) {
		n := t.Points[i].Step
		return t.stepY(n), n >= 0 && n < len(t.Steps)
	}
	for i, x := range at {
		if y, ok := burden(i); ok {
			p.BurdenMarks = append(p.BurdenMarks, traceMark{percent(x), number(y), size})
		}
		if y, ok := frequency(i); ok {
			p.FreqMarks = append(p.FreqMarks, traceMark{percent(x), number(y), size})
		}
	}
	p.Burden = path(at, burden, func(i int) float64 {
		return 0.4 * float64(t.Points[i].Burden+t.Points[i+1].Burden)
	})
	p.Frequency = path(at, frequency, func(int) float64 { return 0 })
	for _, n := range []int{0, 5, burdenMost} {
		p.Ticks = append(p.Ticks, axisTick{Y: number((burdenHeight-20)*(1-float64(n)/burdenMost) + 10), Text: n})
	}
	for i, s := range t.Steps {
		p.Steps = append(p.Steps, traceStep{Y: number(t.stepY(i)), Short: shorten(s, stepRunes), Lines: twoLines(s, 26)})
	}
	var texts []string
	for _, point := range t.Points {
		texts = append(texts, point.Short)
	}
	p.Labels = axisLabels(at, texts, scattered)
	return p
}

func (t Trace) frequencyHeight() int { return stepHeight * max(len(t.Steps), 1) }

// nameHeight is the room above each series for its name.
func (t Trace) nameHeight() int {
	return 10 + 14*max(len(twoLines(t.Burden, nameRunes)), len(twoLines(t.Frequency, nameRunes)))
}

// frequencyTop is where the lower series begins, with its name.
func (t Trace) frequencyTop() int { return t.nameHeight() + burdenHeight + 8 }

// height of both series with their names and the dates below.
func (t Trace) height() int { return t.frequencyTop() + t.nameHeight() + t.frequencyHeight() + 32 }

// stepY is where step i lies; its words stand above it.
func (t Trace) stepY(i int) float64 {
	return float64(t.frequencyHeight() - stepHeight*i - 8)
}

// twoLines breaks a text between words into lines of most signs; what does not fit into two is left out.
func twoLines(text string, most int) []string {
	if utf8.RuneCountInString(text) <= most {
		return []string{text}
	}
	words := strings.Split(text, " ")
	first := ""
	for len(words) > 0 && utf8.RuneCountInString(first)+utf8.RuneCountInString(words[0]) < most {
		first = strings.TrimSpace(first + " " + words[0])
		words = words[1:]
	}
	if first == "" || len(words) == 0 {
		return []string{shorten(text, most)}
	}
	return []string{first, shorten(strings.Join(words, " "), most)}
}

// shorten leaves out what is more than most signs.
func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return strings.TrimSpace(string(runes[:most-1])) + "…"
	}
	return text
}

// across gives where each point lies, in percent, by its time. The sides stay free for marks.
func (t Trace) across() []float64 {
	const side = 3
	at := make([]float64, len(t.Points))
	if len(at) == 0 {
		return at
	}
	first, last := t.Points[0].At, t.Points[len(at)-1].At
	for i, p := range t.Points {
		at[i] = 50
		if span := last.Sub(first); span > 0 {
			at[i] = side + (100-2*side)*float64(p.At.Sub(first))/float64(span)
		}
	}
	return at
}

// path joins neighbours that are both there; a gap stays a gap. With a swing it is the restless line, which never leaves the
// straight way by more than half of the swing. Its waves are equal, and each mirrors the one before.
func path(at []float64, y func(int) (float64, bool), swing func(int) float64) string {
	const stride = 14 // of a swing, in thousandths of the width
	var b strings.Builder
	pen := false
	for i := 0; i+1 < len(at); i++ {
		from, here := y(i)
		to, there := y(i + 1)
		if !here || !there {
			pen = false
			continue
		}
		x0, x1 := 10*at[i], 10*at[i+1]
		if !pen {
			b.WriteString("M" + number(x0) + " " + number(from))
			pen = true
		}
		n := 2 * math.Round((x1-x0)/(2*stride))
		if high := swing(i); high > 0 && n > 0 {
			dx, dy := (x1-x0)/n, (to-from)/n
			wave := number(dx) + " " + number(dy)
			b.WriteString("q" + number(dx/2) + " " + number(dy/2-high) + " " + wave + strings.Repeat("t"+wave, int(n)-1))
		}
		b.WriteString("L" + number(x1) + " " + number(to))
	}
	return b.String()
}

// axisLabels places the labels that choose picks for a narrow and for a wide plot.
func axisLabels(at []float64, texts []string, choose func(at []float64, texts []string, width float64) []int) (labels []axisLabel) {
	for _, size := range []struct {
		width float64
		class string
	}{{narrowPlot, "cramped"}, {widePlot, "roomy"}} {
		for _, i := range choose(at, texts, size.width) {
			l := axisLabel{X: percent(at[i]), Anchor: "middle", Text: texts[i], Class: size.class}
			switch from, to := extent(at[i], texts[i], size.width); {
			case from == 0:
				l.X, l.Anchor = "0%", "start"
			case to == size.width:
				l.X, l.Anchor = "100%", "end"
			}
			labels = append(labels, l)
		}
	}
	return labels
}

// regular picks every label, or every second, and so on, for points that stand at equal distances.
func regular(at []float64, texts []string, width float64) []int {
	for stride := 1; ; stride++ {
		var picked []int
		end := math.Inf(-1)
		for i := 0; i < len(at); i += stride {
			from, to := extent(at[i], texts[i], width)
			if from < end+labelGap {
				break
			}
			picked, end = append(picked, i), to
		}
		if len(picked)*stride >= len(at) {
			return picked
		}
	}
}

// scattered picks the first label, the last and those between that have room.
func scattered(at []float64, texts []string, width float64) []int {
	var picked []int
	for k := range at {
		i := k
		switch { // the last comes second
		case k == 1:
			i = len(at) - 1
		case k > 1:
			i = k - 1
		}
		from, to := extent(at[i], texts[i], width)
		if !slices.ContainsFunc(picked, func(j int) bool {
			left, right := extent(at[j], texts[j], width)
			return to+labelGap > left && right+labelGap > from
		}) {
			picked = append(picked, i)
		}
	}
	return picked
}

// extent is the room that a label takes: about its point, and within the plot.
func extent(at float64, text string, width float64) (from, to float64) {
	w := labelRune * float64(utf8.RuneCountInString(text))
	from = max(min(at*width/100-w/2, width-w), 0)
	return from, from + w
}

func percent(v float64) string { return number(v) + "%" }

// number writes with two digits at most behind the point.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }
