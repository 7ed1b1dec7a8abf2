package review

import "time"

// Wait is how long a submission waited, as statistics tell it.
type Wait string

// The waits.
const (
	WithinHour  Wait = "1h"
	WithinShift Wait = "8h"
	WithinDay   Wait = "1d"
	Within3Days Wait = "3d"
	WithinWeek  Wait = "7d"
	Longer      Wait = "longer"
)

// Waits lists the waits from the shortest.
func Waits() []Wait {
	return []Wait{WithinHour, WithinShift, WithinDay, Within3Days, WithinWeek, Longer}
}

// WaitOf gives the wait of a time.
func WaitOf(d time.Duration) Wait {
	const day = 24 * time.Hour
	for _, w := range []struct {
		most time.Duration
		wait Wait
	}{{time.Hour, WithinHour}, {8 * time.Hour, WithinShift}, {day, WithinDay}, {3 * day, Within3Days}, {7 * day, WithinWeek}} {
		if d <= w.most {
			return w.wait
		}
	}
	return Longer
}
