package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	q "ekbom/internal/questionnaire"
)

// Tally names one count of a clinic.
type Tally struct {
	Kind TallyKind
	Day  time.Time // zero: what stands now, not what happened on a day
	Key  string
	N    int64 // in a change: how many more
}

// TallyKind says what is counted.
type TallyKind string

// The kinds of counts. A key is a state, an urgency, or the id of a question, a cause or a rule.
const (
	CountState     TallyKind = "state"      // submissions in a state now
	CountUnread    TallyKind = "unread"     // submissions that nobody opened, now
	CountUrgency   TallyKind = "urgency"    // submissions sent on a day, as are the following
	CountCause     TallyKind = "cause"      //
	CountAsked     TallyKind = "asked"      // questions on the path
	CountUnsure    TallyKind = "unsure"     // questions answered "not sure"
	CountRule      TallyKind = "rule"       // rules that concluded a cause shown to the patient
	CountNotMe     TallyKind = "not-me"     // of those: marked by the patient
	CountStopped   TallyKind = "stopped"    // questions at which a draft ended, on the day of its last change
	CountFirstLook TallyKind = "first-look" // submissions by the time until somebody opened them, on the day sent
	CountClosed    TallyKind = "closed"     // submissions closed on a day, by state
)

// UnreadKey is the one key of CountUnread.
const UnreadKey = "all"

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

const talliesAtOnce = 100

// count changes counts. They are changed in one order everywhere, so that transactions do not block each other in a ring.
func (s *Store) count(ctx context.Context, clinic q.ClinicID, changes ...Tally) error {
	sum := map[Tally]int64{}
	for _, c := range changes {
		n := c.N
		c.N, c.Day = 0, c.Day.UTC().Truncate(24*time.Hour)
		sum[c] += n
	}
	keys := make([]Tally, 0, len(sum))
	for k, n := range sum {
		if n != 0 {
			k.N = n
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b Tally) int {
		return strings.Compare(string(a.Kind)+"\x00"+dayOf(a.Day)+"\x00"+a.Key, string(b.Kind)+"\x00"+dayOf(b.Day)+"\x00"+b.Key)
	})
	for part := range slices.Chunk(keys, talliesAtOnce) {
		var values strings.Builder
		args := []any{string(clinic)}
		for i, k := range part {
			if i > 0 {
				values.WriteString(", ")
			}
			values.WriteString("($1, " + place(len(args)+1) + ", " + place(len(args)+2) + ", " + place(len(args)+3) + ", CAST(" + place(len(args)+4) + " AS bigint))")
			args = append(args, string(k.Kind), dayOf(k.Day), k.Key, k.N)
		}
		_, err := s.exec(ctx, `INSERT INTO tallies (clinic_id, kind, day, key, n) VALUES `+values.String()+`
			ON CONFLICT (clinic_id, kind, day, key) DO UPDATE SET n = tallies.n + excluded.n`, args...)
		if err != nil {
			return fmt.Errorf("count: %w", err)
		}
	}
	return nil
}

func place(n int) string { return "$" + strconv.Itoa(n) }

// tallies reads the counts of some kinds, from a day to before another; zero days: what stands now.
func (s *Store) tallies(ctx context.Context, clinic q.ClinicID, kind TallyKind, from, to time.Time) ([]Tally, error) {
	past := dayOf(to)
	if to.IsZero() {
		past = "0"
	}
	var all []Tally
	err := s.queryRows(ctx, `SELECT day, key, n FROM tallies WHERE clinic_id = $1 AND kind = $2 AND day >= $3 AND day < $4 ORDER BY day, key`,
		[]any{string(clinic), string(kind), dayOf(from), past}, func(scan func(...any) error) error {
			t := Tally{Kind: kind}
			var day string
			if err := scan(&day, &t.Key, &t.N); err != nil {
				return err
			}
			if day != "" {
				t.Day, _ = time.Parse(time.DateOnly, day)
			}
			all = append(all, t)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	return all, nil
}
