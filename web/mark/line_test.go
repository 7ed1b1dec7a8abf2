package mark

import (
	"bytes"
	"strings"
	"testing"
)

// TestLine: the line is small, calms with every step and lies still at the end.
func TestLine(t *testing.T) {
	t.Parallel()
	swing := func(behind float64) (sum int) {
		for _, field := range strings.FieldsFunc(line(behind), func(r rune) bool { return r == 'q' || r == 'M' || r == 'h' })[1:] {
			n := 0
			for _, r := range strings.Fields(strings.ReplaceAll(field, "-", " "))[1] {
				n = n*10 + int(r-'0')
			}
			sum += n
		}
		return sum
	}
	before := swing(0)
	for step := 1; step < 20; step++ {
		now := swing(float64(step) / 20)
		if now >= before {
			t.Errorf("step %d swings by %d, the step before by %d", step, now, before)
		}
		before = now
	}
	if got := line(1); got != "M0 16h240" {
		t.Errorf("at the end %q", got)
	}
	for _, behind := range []float64{-1, 0, 0.5, 2} {
		var b bytes.Buffer
		if err := Line(behind).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if b.Len() >= 400 {
			t.Errorf("%d bytes at %v", b.Len(), behind)
		}
	}
}
