// Package statistics turns counts into what leads may see: sums over a time, shares, and nothing from which a single person
// could be told.
package statistics

import (
	"slices"
	"time"
)

// Few is the least count that is shown. A smaller one, other than none at all, is hidden.
const Few = 5

// Hidden stands for a count that is not shown.
const Hidden = -1

// Parts hides small counts of parts that make up a whole, when the whole may be known: then one hidden part alone would be
// what the others leave. So further parts are hidden, the smallest first, until two or more are, and until, for all that the
// rest tells, each of them could be as large as Few. No part that is none is hidden.
func Parts(parts []int) []int {
	shown := slices.Clone(parts)
	hidden, sum := 0, 0
	hide := func(i int) {
		shown[i] = Hidden
		hidden++
		sum += parts[i]
	}
	for i, n := range parts {
		if n > 0 && n < Few {
			hide(i)
		}
	}
	for hidden > 0 && (hidden < 2 || sum-(hidden-1) < Few) {
		least := -1
		for i, n := range shown {
			if n > 0 && (least < 0 || n < shown[least]) {
				least = i
			}
		}
		if least < 0 {
			break // all are hidden
		}
		hide(least)
	}
	return shown
}

// Stacks hides small counts of stretches of time, given by stretch and part, beside the sums of the parts over all of the
// time as Parts shows them. What its sum hides is hidden in every stretch.
func Stacks(counts [][]int, sums []int) [][]int {
	shown := make([][]int, len(counts))
	for i := range counts {
		shown[i] = slices.Clone(counts[i])
	}
	for part, sum := range sums {
		column := make([]int, len(counts))
		for i := range counts {
			column[i] = counts[i][part]
		}
		kept := Parts(column)
		for i := range shown {
			shown[i][part] = kept[i]
			if sum == Hidden && column[i] > 0 {
				shown[i][part] = Hidden
			}
		}
	}
	return shown
}

// Share is how many of all, as far as it may be told.
type Share struct {
	N       int // Hidden: not told
	Percent int // Hidden: not told
	Nearly  bool
}

// ShareOf tells n of all. Nothing is told where all are few, or where n are; where all but a few are, only that.
func ShareOf(n, all int) Share {
	switch {
	case all < Few && all > 0, n > 0 && n < Few:
		return Share{N: Hidden, Percent: Hidden}
	case all <= 0:
		return Share{}
	case n < all && all-n < Few:
		return Share{N: Hidden, Percent: Hidden, Nearly: true}
	}
	return Share{N: n, Percent: (200*n + all) / (2 * all)}
}

// Period is a run of whole days, in UTC as the counts are.
type Period struct{ From, To time.Time } // To is the day after the last

const day = 24 * time.Hour

// Last gives the period of so many days that ends with today.
func Last(days int, now time.Time) Period {
	to := now.UTC().Truncate(day).Add(day)
	return Period{From: to.Add(-time.Duration(days) * day), To: to}
}

// Weeks lists the Mondays of the weeks that the period touches.
func (p Period) Weeks() []time.Time {
	var all []time.Time
	for monday := Monday(p.From); monday.Before(p.To); monday = monday.Add(7 * day) {
		all = append(all, monday)
	}
	return all
}

// Week gives the place of a day among the weeks, and whether it is in the period.
func (p Period) Week(t time.Time) (int, bool) {
	if t.Before(p.From) || !t.Before(p.To) {
		return 0, false
	}
	return int(Monday(t).Sub(Monday(p.From)) / (7 * day)), true
}

// Monday gives the Monday of a day's week.
func Monday(t time.Time) time.Time {
	t = t.UTC().Truncate(day)
	return t.Add(-time.Duration((int(t.Weekday())+6)%7) * day)
}

// Median gives the place of the part in which the middle of all lies, and whether there are enough to tell.
func Median(parts []int) (int, bool) {
	all := 0
	for _, n := range parts {
		all += n
	}
	if all < Few {
		return 0, false
	}
	passed := 0
	for i, n := range parts {
		if passed += n; 2*passed >= all {
			return i, true
		}
	}
	return 0, false
}
