package clinic

import (
	"strconv"
	"strings"
	"testing"

	"ekbom/web/plot"

	"golang.org/x/net/html"
)

// someWeeks are weeks with counts in five layers; every fifth has one that is hidden.
func someWeeks(n int) plot.Columns {
	c := plot.Columns{
		ID: "weeks", Caption: "Submissions a week", Summary: "Submissions of " + strconv.Itoa(n) + " weeks, by urgency.", Head: "Week of", Total: "All",
		Layers: []plot.Layer{{Name: "Self-care", Class: "self-care"}, {Name: "Routine", Class: "routine"}, {Name: "Soon", Class: "soon"}, {Name: "Same day", Class: "same-day"}, {Name: "Emergency", Class: "emergency"}},
		Few:    "fewer than 5",
	}
	for i := range n {
		day := moment.AddDate(0, 0, 7*i)
		s := plot.Stack{Short: day.Format("2 Jan 2006"), Name: day.Format("2 January 2006"), Counts: []int{9 + i%4, 12 + 5*i%7, 8 + i%3, 3 + i%2, i % 3}}
		if i%5 == 4 {
			s.Counts[4] = plot.Hidden
		}
		c.Stacks = append(c.Stacks, s)
	}
	return c
}

// someTrace are responses of one person; of the third no burden is known, of the fifth no frequency.
func someTrace(n int) Trace {
	t := Trace{Head: "Sent", Missing: "Not answered", Trace: plot.Trace{
		ID: "trace", Caption: "Over time", Summary: "Burden and frequency in " + strconv.Itoa(n) + " responses.",
		Burden: "Burden, 0 to 10", Frequency: "How often",
		Steps: []string{"Never", "Less than once a month", "Once or twice a week", "Every evening or night"},
	}}
	at := moment
	for i := range n {
		at = at.AddDate(0, 0, 17+i*i%40)
		p := plot.Point{At: at, Short: at.Format("2 Jan 2006"), Burden: 9 - i*7%9, Step: (3 + i) % 4}
		switch i {
		case 2:
			p.Burden = -1
		case 4:
			p.Step = -1
		}
		t.Points = append(t.Points, p)
		t.Names = append(t.Names, PointName{Name: at.Format("2 January 2006"), Address: "/clinic/s/" + strconv.Itoa(i)})
	}
	return t
}

// TestPlotsEscape: words cannot become part of a picture.
func TestPlotsEscape(t *testing.T) {
	t.Parallel()
	l := printer(t)
	c, tr := someWeeks(2), someTrace(2)
	c.Caption, c.Summary, c.Stacks[0].Short, c.Stacks[0].Name, c.Layers[0].Name, c.Few = hostile, hostile, hostile, hostile, hostile, hostile
	tr.Caption, tr.Summary, tr.Burden, tr.Frequency, tr.Steps[0], tr.Points[0].Short, tr.Names[0].Name = hostile, hostile, hostile, hostile, hostile, hostile, hostile
	tr.Names[0].Address = "javascript:alert(1)"
	for name, root := range map[string]*html.Node{"columns": parse(t, plotColumns(l, c)), "trace": parse(t, plotTrace(l, tr))} {
		check(t, root)
		if found := find(root, "script"); len(found) > 0 {
			t.Errorf("%s: what was written became a script", name)
		}
		for _, a := range find(root, "a") {
			if href, _ := attr(a, "href"); strings.HasPrefix(href, "javascript:") {
				t.Errorf("%s: leads to %s", name, href)
			}
		}
	}
}
