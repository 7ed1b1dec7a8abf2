package graph

import (
	"fmt"
	"strings"
)

// The picture is as wide as a sheet of A4 and as tall as several; nothing lies across the edge of a sheet but lines and bands.
const (
	pageWide   = 794
	pageTall   = 1123
	pageTop    = 38 // free at the top of each sheet
	pageBottom = 44 // and at its foot
	marginX    = 24
)

// canvas collects the drawing: bands under lines under boxes.
type canvas struct {
	bands, lines, boxes strings.Builder
	y                   int // down to where it is drawn
}

// fit moves on to the next sheet when so much does not fit on this one.
func (c *canvas) fit(tall int) {
	if page := c.y / pageTall; c.y+tall > (page+1)*pageTall-pageBottom {
		c.y = (page+1)*pageTall + pageTop
	}
}

// band fills the width from one height to another, leaving out the edges of sheets.
func (c *canvas) band(from, to int) {
	for page := from / pageTall; page <= to/pageTall; page++ {
		top, past := max(from, page*pageTall+pageTop-12), min(to, (page+1)*pageTall-pageBottom+8)
		if past > top {
			fmt.Fprintf(&c.bands, "<rect class=\"band\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", marginX-10, top, pageWide-2*marginX+20, past-top)
		}
	}
}

// text writes lines from the height y on and gives the height below them.
func (c *canvas) text(class string, x, y, size int, lines []string) int {
	for _, line := range lines {
		fmt.Fprintf(&c.boxes, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", class, x, y+size, escape(line))
		y += leading(size)
	}
	return y
}

// leading is the height of a line of text.
func leading(size int) int { return size + size/3 }

func (c *canvas) rect(class string, x, y, wide, tall, round int) {
	fmt.Fprintf(&c.boxes, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>\n", class, x, y, wide, tall, round)
}

func (c *canvas) line(class, path string) {
	fmt.Fprintf(&c.lines, "<path class=\"%s\" d=\"%s\"/>\n", class, path)
}

// open begins a group that readers hear by its title.
func (c *canvas) open(class, title string) {
	fmt.Fprintf(&c.boxes, "<g class=\"%s\"><title>%s</title>\n", class, escape(title))
}

func (c *canvas) close() { c.boxes.WriteString("</g>\n") }

// warning draws the sign of an emergency, a triangle with a stroke, beside a line of text.
func (c *canvas) warning(x, y int) {
	fmt.Fprintf(&c.boxes, "<path class=\"sign\" d=\"M%d %dl7 12h-14z\"/><path class=\"stroke\" d=\"M%d %dv4m0 1.6v1.4\"/>\n", x+7, y, x+7, y+4)
}

// finish gives the whole picture.
func (c *canvas) finish(lang, title, description, foot string) string {
	pages := c.y/pageTall + 1
	var out strings.Builder
	fmt.Fprintf(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %[1]d %[2]d\" role=\"graphics-document\" aria-labelledby=\"title desc\" lang=\"%s\">\n",
		pageWide, pages*pageTall, escape(lang))
	fmt.Fprintf(&out, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n<style>%s</style>\n", escape(title), escape(description), style)
	fmt.Fprintf(&out, "<rect class=\"ground\" width=\"%d\" height=\"%d\"/>\n", pageWide, pages*pageTall)
	fmt.Fprintf(&out, "<g aria-hidden=\"true\">\n%s%s</g>\n%s", c.bands.String(), c.lines.String(), c.boxes.String())
	for page := range pages {
		said, base := fmt.Sprintf("%s, sheet %d of %d", foot, page+1, pages), (page+1)*pageTall-18
		fmt.Fprintf(&out, "<rect class=\"ground\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"20\"/>", boxX-10, base-14, width(said, sizeSmall, false)+16)
		fmt.Fprintf(&out, "<text class=\"small muted\" x=\"%d\" y=\"%d\">%s</text>\n", boxX, base, escape(said))
	}
	out.WriteString("</svg>\n")
	return out.String()
}

// Colours are written out and not as variables, which some programs that draw SVG do not know. A name stands for one thing:
// box and gate are grounds, spine, detour and reads are lines.
const style = `
@page{size:A4;margin:0}
text{font-family:Arial,"Liberation Sans",Helvetica,"DejaVu Sans",sans-serif;font-size:12px;fill:#1c2430}
.title{font-size:20px;font-weight:bold}.head{font-size:14px;font-weight:bold}.name{font-size:13px;font-weight:bold}.small{font-size:11px}
.bold{font-weight:bold}.number{font-size:11px;font-weight:bold;text-anchor:middle}
.muted{fill:#566171}.urgent{fill:#a8231c;font-weight:bold}
.ground{fill:#fbf9f4}.band{fill:#f1ece0}.box{fill:#fff;stroke:#6b7684}.gate{fill:#e3edf2}.pill{fill:#1f5673}.on-pill{fill:#fff;font-size:11px;font-weight:bold}
.danger{fill:#fff;stroke:#a8231c;stroke-width:2.5}.sign{fill:#a8231c}.stroke{stroke:#fff;stroke-width:1.8;fill:none}
.disc{fill:#fff;stroke:#1f5673;stroke-width:2}.spine{fill:none;stroke:#1f5673;stroke-width:3}.detour{fill:none;stroke:#1f5673;stroke-width:2;stroke-dasharray:5 4}
.reads{fill:none;stroke:#6b7684;stroke-width:1.3}.dot{fill:#6b7684}.tip{fill:#6b7684}.branch{fill:none;stroke:#6b7684;stroke-width:1.3}
@media screen and (prefers-color-scheme:dark){
text{fill:#ece6d9}.muted{fill:#a7b1bd}.urgent{fill:#ff9b8f}
.ground{fill:#10161e}.band{fill:#182029}.box{fill:#19222d;stroke:#74818f}.gate{fill:#1f3442}.pill{fill:#8fc7e3}.on-pill{fill:#10161e}
.danger{fill:#19222d;stroke:#ff9b8f}.sign{fill:#ff9b8f}.stroke{stroke:#10161e}
.disc{fill:#10161e;stroke:#8fc7e3}.spine,.detour{stroke:#8fc7e3}.reads,.branch{stroke:#74818f}.dot,.tip{fill:#74818f}
}
@media print{.ground{fill:#fff}}
`
