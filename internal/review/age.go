package review

import "slices"

// AgeBand is a person's age as a queue shows it.
type AgeBand string

// The bands, in years.
const (
	AgeUnknown AgeBand = "unknown"
	Under18    AgeBand = "under-18"
	From18     AgeBand = "18-29"
	From30     AgeBand = "30-44"
	From45     AgeBand = "45-64"
	From65     AgeBand = "65-79"
	From80     AgeBand = "80-up"
)

// AgeBands lists the bands from the youngest; unknown is last.
func AgeBands() []AgeBand {
	return []AgeBand{Under18, From18, From30, From45, From65, From80, AgeUnknown}
}

// ParseAgeBand reads a band's word, and reports whether it is one.
func ParseAgeBand(word string) (AgeBand, bool) {
	b := AgeBand(word)
	return b, slices.Contains(AgeBands(), b)
}

// AgeBandOf gives the band of an age in years.
func AgeBandOf(years int) AgeBand {
	switch {
	case years < 0:
		return AgeUnknown
	case years < 18:
		return Under18
	case years < 30:
		return From18
	case years < 45:
		return From30
	case years < 65:
		return From45
	case years < 80:
		return From65
	}
	return From80
}
