package statistics_test

import (
	"testing"
	"time"

	"ekbom/internal/statistics"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const hidden = statistics.Hidden

func TestParts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		parts, want []int
	}{
		{"nothing", []int{}, []int{}},
		{"none at all", []int{0, 0}, []int{0, 0}},
		{"all large", []int{5, 90, 0, 12}, []int{5, 90, 0, 12}},
		{"one small: the next is hidden with it", []int{3, 90, 0, 12}, []int{hidden, 90, 0, hidden}},
		{"two small that tell each other", []int{1, 1, 90, 12}, []int{hidden, hidden, 90, hidden}},
		{"enough small ones", []int{3, 4, 90, 12}, []int{hidden, hidden, 90, 12}},
		{"three ones are known to be ones", []int{1, 1, 1, 90}, []int{hidden, hidden, hidden, hidden}},
		{"one small and nothing beside it", []int{0, 3, 0}, []int{0, hidden, 0}},
	} {
		if diff := cmp.Diff(tt.want, statistics.Parts(tt.parts)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// Whoever knows the whole cannot tell that a hidden part is small, unless all there is was hidden.
func TestPartsCannotBeWorkedOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.IntRange(0, 12), 1, 8).Draw(t, "parts")
		shown := statistics.Parts(parts)
		left, n, seen := 0, 0, 0
		for i := range parts {
			left += parts[i]
			switch shown[i] {
			case hidden:
				n++
			case parts[i]:
				left -= shown[i]
				seen += shown[i]
			default:
				t.Fatalf("part %d is %d, shown as %d", i, parts[i], shown[i])
			}
			if parts[i] > 0 && parts[i] < statistics.Few && shown[i] != hidden {
				t.Fatalf("%v shows %v", parts, shown)
			}
		}
		if n == 0 || seen == 0 {
			return
		}
		// Each hidden part is at least one, so the most that one can be is what the others leave.
		if most := left - (n - 1); n == 1 || most < statistics.Few {
			t.Fatalf("%v shows %v: a hidden part is at most %d", parts, shown, most)
		}
	})
}

func TestStacks(t *testing.T) {
	t.Parallel()
	counts := [][]int{{6, 2, 9}, {7, 0, 1}, {0, 1, 20}}
	sums := statistics.Parts([]int{13, 3, 30})
	if diff := cmp.Diff([]int{hidden, hidden, 30}, sums); diff != "" {
		t.Error(diff)
	}
	// The first part is hidden as a whole: from its weeks its sum could be had back, and the second with it.
	want := [][]int{{hidden, hidden, hidden}, {hidden, 0, hidden}, {0, hidden, 20}}
	if diff := cmp.Diff(want, statistics.Stacks(counts, sums)); diff != "" {
		t.Error(diff)
	}
	if counts[0][0] != 6 {
		t.Error("what was given was changed")
	}
}

func TestShareOf(t *testing.T) {
	t.Parallel()
	nothing := statistics.Share{N: hidden, Percent: hidden}
	for _, tt := range []struct {
		n, all int
		want   statistics.Share
	}{
		{0, 0, statistics.Share{}}, {0, 50, statistics.Share{}}, {0, 3, nothing}, {2, 3, nothing}, {4, 50, nothing},
		{5, 50, statistics.Share{N: 5, Percent: 10}}, {5, 5, statistics.Share{N: 5, Percent: 100}},
		{46, 50, statistics.Share{N: hidden, Percent: hidden, Nearly: true}}, {45, 50, statistics.Share{N: 45, Percent: 90}},
		{50, 50, statistics.Share{N: 50, Percent: 100}}, {6, 7, statistics.Share{N: hidden, Percent: hidden, Nearly: true}},
		{5, 1000, statistics.Share{N: 5, Percent: 1}},
	} {
		if got := statistics.ShareOf(tt.n, tt.all); got != tt.want {
			t.Errorf("%d of %d: %+v, want %+v", tt.n, tt.all, got, tt.want)
		}
	}
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	sunday := time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC)
	p := statistics.Last(30, sunday)
	if p.From.Format(time.DateOnly) != "2026-10-24" || p.To.Format(time.DateOnly) != "2026-11-23" {
		t.Errorf("%v", p)
	}
	weeks := p.Weeks()
	if len(weeks) != 5 || weeks[0].Format(time.DateOnly) != "2026-10-19" || weeks[4].Format(time.DateOnly) != "2026-11-16" {
		t.Errorf("%v", weeks)
	}
	for d := p.From; d.Before(p.To); d = d.AddDate(0, 0, 1) {
		w, ok := p.Week(d)
		if !ok || !weeks[w].Equal(statistics.Monday(d)) {
			t.Errorf("%s is in week %d, %v", d.Format(time.DateOnly), w, ok)
		}
	}
	for _, d := range []time.Time{p.From.Add(-time.Second), p.To} {
		if _, ok := p.Week(d); ok {
			t.Errorf("%s is in the period", d)
		}
	}
	if n := len(statistics.Last(365, sunday).Weeks()); n != 53 {
		t.Errorf("%d weeks in a year", n)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		parts []int
		at    int
		ok    bool
	}{{[]int{1, 3, 0}, 0, false}, {[]int{3, 3, 0}, 0, true}, {[]int{2, 1, 5}, 2, true}, {[]int{0, 10}, 1, true}, {nil, 0, false}} {
		if at, ok := statistics.Median(tt.parts); at != tt.at || ok != tt.ok {
			t.Errorf("%v: %d %v", tt.parts, at, ok)
		}
	}
}
