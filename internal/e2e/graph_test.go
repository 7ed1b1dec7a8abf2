package e2e_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// Every line of text of a drawing stays within its box and the sheet, clear of other lines, in the fonts that are there and in
// the widest common one; it prints on as many sheets as it says.
func TestDrawings(t *testing.T) {
	t.Parallel()
	v := visit(t, &service{})
	const outside = `(() => {
		const measure = css => [...document.querySelectorAll(css)].map(e => ({e, b: e.getBBox()}));
		const texts = measure("text"), boxes = measure("rect.box, rect.danger, rect.gate, rect.pill"), faults = [];
		texts.forEach(({e, b}, n) => {
			const fault = what => faults.push(e.textContent + ": " + what), middle = b.y + b.height / 2;
			if (parseFloat(getComputedStyle(e).fontSize) < 9) fault("too small");
			if (b.x < 0 || b.x + b.width > 794) fault("off the sheet");
			for (const {b: o} of boxes) {
				const within = b.x >= o.x && b.x <= o.x + o.width && middle > o.y && middle < o.y + o.height;
				if (within && (b.x + b.width > o.x + o.width - 2 || b.y < o.y - 1 || b.y + b.height > o.y + o.height + 1)) fault("out of its box");
			}
			for (const {e: other, b: o} of texts.slice(n + 1)) {
				if (b.x < o.x + o.width && o.x < b.x + b.width && Math.abs(middle - o.y - o.height / 2) < Math.min(b.height, o.height) - 5) fault("over " + other.textContent);
			}
		});
		return faults;
	})()`
	for _, drawing := range []struct {
		name string
		args []string
	}{
		{"flow", nil}, {"flow-ru", []string{"--lang", "ru"}}, {"flow-heartburn", []string{"heartburn"}},
		{"cause", []string{"--of", "cause/rls"}}, {"cause-ru", []string{"--of", "cause/rls", "--lang", "ru"}}, {"advice", []string{"--of", "warm-bath"}},
	} {
		file := filepath.Join(t.TempDir(), drawing.name+".svg")
		if out, err := exec.Command(program, append([]string{"graph", "-o", file}, drawing.args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		v.open("file://" + file)
		for _, font := range []string{"", `document.documentElement.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "style")).textContent = 'text{font-family:"DejaVu Sans"!important}'; `} {
			for _, fault := range get(v, "measure the text", chromedp.Evaluate[[]string](font+outside)) {
				t.Errorf("%s: %s", drawing.name, fault)
			}
		}
		for _, scheme := range []string{"light", "dark"} {
			v.scheme(scheme)
			v.picture(drawing.name + "-" + scheme)
		}
		sheets := get(v, "count the sheets", chromedp.Evaluate[int](`document.documentElement.height.baseVal.value / 1123`))
		if pages := v.print(drawing.name, chromedp.PaperA4); len(pages) != sheets {
			t.Errorf("%s: printed on %d pages, drawn on %d sheets", drawing.name, len(pages), sheets)
		}
	}
}
