package mark

import (
	"math"
	"strconv"
)

// The restless line is drawn on a ground of lineWidth by lineHeight, in swings of equal width.
const (
	lineWidth  = 240
	lineHeight = 32
	lineSwings = 20
)

// line gives the path of the restless line for the part of the way that lies behind, from 0 to 1. What lies behind is
// calm, what lies ahead swings, and every step calms the whole; at 1 it lies still.
func line(behind float64) string {
	behind = min(max(behind, 0), 1)
	path := append(make([]byte, 0, 320), "M0 "...)
	path = strconv.AppendInt(path, lineHeight/2, 10)
	if behind == 1 {
		return string(strconv.AppendInt(append(path, 'h'), lineWidth, 10))
	}
	for i := range lineSwings {
		at := (float64(i) + 0.5) / lineSwings
		breath := 0.66 + 0.34*math.Sin(float64(i)*0.9-0.6)
		ahead := min(max(1+5*(at-behind), 0.1), 1)
		// A quadratic curve swings half as far as its control point.
		swing := int(math.Round(breath * ahead * (1 - 0.55*behind) * (lineHeight - 4)))
		if i%2 == 0 {
			swing = -swing
		}
		path = append(path, "q6 "...)
		path = strconv.AppendInt(path, int64(swing), 10)
		path = append(path, " 12 0"...)
	}
	return string(path)
}
