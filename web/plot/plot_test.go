package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

var moment = time.Date(2026, time.November, 22, 3, 12, 0, 0, time.UTC)

// TestLabels: labels keep away from one another and within the plot at both widths, however the points lie.
func TestLabels(t *testing.T) {
	t.Parallel()
	spread := map[string]func(i, n int) float64{
		"even":     func(i, n int) float64 { return 100 * (float64(i) + 0.5) / float64(n) },
		"to sides": func(i, n int) float64 { return 3 + 94*float64(i)/math.Max(1, float64(n-1)) },
		"bunched":  func(i, n int) float64 { return 97 - 94/float64(1+i*i) },
		"same":     func(int, int) float64 { return 50 },
	}
	for name, at := range spread {
		for _, n := range []int{0, 1, 2, 3, 5, 8, 12, 60} {
			t.Run(fmt.Sprintf("%s of %d", name, n), func(t *testing.T) {
				t.Parallel()
				var where []float64
				var texts []string
				for i := range n {
					where, texts = append(where, at(i, n)), append(texts, []string{"6 Aug 2026", "22 November 2026"}[i%2])
				}
				for kind, choose := range map[string]func([]float64, []string, float64) []int{"regular": regular, "scattered": scattered} {
					if kind == "regular" && name != "even" {
						continue
					}
					labels := axisLabels(where, texts, choose)
					for class, width := range map[string]float64{"cramped": narrowPlot, "roomy": widePlot} {
						end, shown := math.Inf(-1), 0
						for _, at := range sorted(labels, class, width) {
							if at[0] < 0 || at[1] > width {
								t.Errorf("%s: a label lies from %v to %v of %v", kind, at[0], at[1], width)
							}
							if at[0] < end+labelGap {
								t.Errorf("%s: a label begins at %v, the one before ends at %v, of %v", kind, at[0], end, width)
							}
							end = at[1]
							shown++
						}
						if n > 0 && shown == 0 {
							t.Errorf("%s: no label on a plot of %v", kind, width)
						}
					}
				}
			})
		}
	}
}

// sorted gives where the labels of a class lie, from left to right.
func sorted(labels []axisLabel, class string, width float64) (all [][2]float64) {
	for _, l := range labels {
		if l.Class != class {
			continue
		}
		at, err := strconv.ParseFloat(strings.TrimSuffix(l.X, "%"), 64)
		if err != nil {
			panic(err)
		}
		x, w := at*width/100, labelRune*float64(len(l.Text))
		switch l.Anchor {
		case "middle":
			x -= w / 2
		case "end":
			x -= w
		}
		all = append(all, [2]float64{x, x + w})
	}
	slices.SortFunc(all, func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) })
	return all
}

func TestColumns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		most  int
		step  int
		ticks int
	}{
		{"nothing", 0, 1, 2}, {"one", 1, 1, 2}, {"few", 5, 1, 6}, {"more", 6, 2, 4}, {"tens", 41, 10, 6}, {"hundreds", 999, 200, 6}, {"thousands", 1001, 500, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := Columns{Layers: []Layer{{"All", ""}}, Stacks: []Stack{{Counts: []int{tt.most}}}}
			p := c.plot()
			if len(p.Ticks) != tt.ticks || p.Ticks[1].Text != tt.step {
				t.Errorf("%d steps of %d, want %d of %d", len(p.Ticks), p.Ticks[1].Text, tt.ticks, tt.step)
			}
			if last := p.Ticks[len(p.Ticks)-1]; last.Y != "0" || last.Text < tt.most {
				t.Errorf("the uppermost step %d lies at %s", last.Text, last.Y)
			}
		})
	}

	c := Columns{
		Layers: []Layer{{"Low", "routine"}, {"High", "soon"}},
		Stacks: []Stack{{Counts: []int{6, 4}}, {Counts: []int{Hidden, 5}}, {Counts: []int{0, 0}}},
	}
	var got []string
	for _, b := range c.plot().Boxes {
		got = append(got, fmt.Sprint(b.Class, " from ", b.Y, " by ", b.Height))
	}
	// 180 px stand for 10.
	if want := "routine from 72 by 108, soon from 0 by 72, soon from 90 by 90"; strings.Join(got, ", ") != want {
		t.Errorf("boxes %s, want %s", strings.Join(got, ", "), want)
	}
}

func TestTrace(t *testing.T) {
	t.Parallel()
	point := func(days, burden, step int) Point {
		return Point{At: moment.Add(time.Duration(days) * 24 * time.Hour), Burden: burden, Step: step}
	}
	steps := []string{"never", "often", "always"}
	tests := []struct {
		name          string
		points        []Point
		x             []string // of the burden's marks
		lines, breaks int      // parts of the burden's line
		second        int      // marks of the frequency
	}{
		{"none", nil, nil, 0, 0, 0},
		{"one", []Point{point(0, 5, 1)}, []string{"50%"}, 0, 0, 1},
		{"two at once", []Point{point(0, 5, 1), point(0, 6, 1)}, []string{"50%", "50%"}, 1, 0, 2},
		{"time is to scale", []Point{point(0, 5, 1), point(10, 6, 1), point(40, 6, 1)}, []string{"3%", "26.5%", "97%"}, 1, 0, 3},
		{"a gap", []Point{point(0, 5, 1), point(10, 6, -1), point(20, -1, 1), point(30, 6, 7), point(40, 6, 2)}, []string{"3%", "26.5%", "73.5%", "97%"}, 2, 1, 3},
		{"all missing", []Point{point(0, -1, -1), point(10, -1, -1)}, nil, 0, 0, 0},
		{"alone between gaps", []Point{point(0, -1, 0), point(10, 4, 0), point(20, -1, 0)}, []string{"50%"}, 0, 0, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := Trace{Steps: steps, Points: tt.points}.plot()
			var x []string
			for _, m := range p.BurdenMarks {
				x = append(x, m.X)
			}
			if fmt.Sprint(x) != fmt.Sprint(tt.x) {
				t.Errorf("marks at %v, want %v", x, tt.x)
			}
			if got := strings.Count(p.Burden, "M"); got != tt.lines {
				t.Errorf("%d lines, want %d: %s", got, tt.lines, p.Burden)
			}
			if got := len(p.FreqMarks); got != tt.second {
				t.Errorf("%d marks of the frequency, want %d", got, tt.second)
			}
			if strings.Contains(p.Burden+p.Frequency, "NaN") || strings.Contains(p.Burden+p.Frequency, "Inf") {
				t.Errorf("path %s %s", p.Burden, p.Frequency)
			}
		})
	}
}

// TestSwing: the line swings the wider the heavier the burden, and never so far that it would show another number.
func TestSwing(t *testing.T) {
	t.Parallel()
	swing := func(burden int) (most float64) {
		p := Trace{Points: []Point{{At: moment, Burden: burden, Step: -1}, {At: moment.Add(time.Hour), Burden: burden, Step: -1}}}.plot()
		if _, wave, ok := strings.Cut(p.Burden, "q"); ok {
			control, err := strconv.ParseFloat(strings.Fields(wave)[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			most = math.Abs(control) / 2 // a quadratic curve swings half as far as its control point
		}
		return most
	}
	before := -1.0
	for burden := range 11 {
		now := swing(burden)
		if now <= before {
			t.Errorf("burden %d swings by %v, %d by %v", burden, now, burden-1, before)
		}
		before = now
	}
	if half := float64(burdenHeight-20) / burdenMost / 2; before > half {
		t.Errorf("swings by %v, half a step is %v", before, half)
	}
}

func TestTwoLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"Every night", []string{"Every night"}},
		{"About one night a week", []string{"About one", "night a week"}},
		{"Now and then, only after something", []string{"Now and then,", "only after s…"}},
		{"Сверхдлинноесловонаоднойстроке", []string{"Сверхдлинное…"}},
		{"a Сверхдлинноесловонаоднойстроке", []string{"a", "Сверхдлинное…"}},
	}
	for _, tt := range tests {
		if diff := gocmp.Diff(tt.want, twoLines(tt.text, 13)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}
