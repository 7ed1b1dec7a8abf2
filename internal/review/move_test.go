package review_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"

	"pgregory.net/rapid"
)

var sent = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// TestMoves holds every pair of states to what may become of it.
func TestMoves(t *testing.T) {
	t.Parallel()
	const no, free, reason = "no", "free", "reason"
	want := map[review.State]map[review.State]string{
		review.Received: {review.Received: no, review.InReview: free, review.NeedsInformation: reason, review.Reviewed: free,
			review.SetAside: reason},
		review.InReview: {review.Received: free, review.InReview: no, review.NeedsInformation: reason, review.Reviewed: free,
			review.SetAside: reason},
		review.NeedsInformation: {review.Received: no, review.InReview: free, review.NeedsInformation: no, review.Reviewed: free,
			review.SetAside: reason},
		review.Reviewed: {review.Received: no, review.InReview: reason, review.NeedsInformation: no, review.Reviewed: no,
			review.SetAside: no},
		review.SetAside: {review.Received: no, review.InReview: reason, review.NeedsInformation: no, review.Reviewed: no,
			review.SetAside: no},
	}
	for _, from := range review.States() {
		for _, to := range review.States() {
			s := review.Submission{State: from, Urgency: q.Routine, Opened: sent, Revision: 3}
			bare, bareErr := s.Move(to, " \n", false)
			told, toldErr := s.Move(to, "because", false)
			_, longErr := s.Move(to, strings.Repeat("é", review.TextLength+1), false)
			var errs, long error
			switch want[from][to] {
			case no:
				errs, long = review.ErrMove, review.ErrMove
				if !errors.Is(toldErr, review.ErrMove) || told.State != from {
					t.Errorf("%s to %s: %v", from, to, toldErr)
				}
			case reason:
				errs, long = review.ErrNoReason, review.ErrLongText
			case free:
				long = review.ErrLongText
			default:
				t.Errorf("%s to %s stands in no table", from, to)
			}
			if !errors.Is(bareErr, errs) || !errors.Is(longErr, long) {
				t.Errorf("%s to %s: without a reason %v, want %v; with one too long %v, want %v", from, to, bareErr, errs, longErr, long)
			}
			if errs == nil && bare.State != to || want[from][to] != no && (toldErr != nil || told.State != to) {
				t.Errorf("%s to %s: ends in %s and %s, %v", from, to, bare.State, told.State, toldErr)
			}
			if allowed := slices.Contains(from.Moves(), to); allowed != (want[from][to] != no) {
				t.Errorf("%s lists %s: %v", from, to, allowed)
			}
		}
	}
}

// TestMovesHold walks at random: whatever is tried, a submission is always in one of the states, what is closed opens only
// with a reason, what carries a risk closes only when that was accepted, and nothing but the state ever changes.
func TestMovesHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := review.Submission{
			ID: "one", State: review.Received, Name: "Anna", Revision: 1,
			Urgency: q.Urgency(rapid.IntRange(int(q.SelfCare), int(q.Emergency)).Draw(t, "urgency")),
		}
		if rapid.Bool().Draw(t, "opened") {
			s.Opened = sent
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			to := review.State(rapid.SampledFrom([]string{"received", "in-review", "needs-information", "reviewed", "set-aside", "", "gone"}).Draw(t, "to"))
			reason := rapid.SampledFrom([]string{"", "  ", "because"}).Draw(t, "reason")
			accepted := rapid.Bool().Draw(t, "accepted")
			after, err := s.Move(to, reason, accepted)
			if err != nil {
				if after != s {
					t.Fatalf("refused, and yet changed: %+v", after)
				}
				continue
			}
			if _, known := review.ParseState(string(after.State)); !known || after.State != to {
				t.Fatalf("%s to %q ended in %q", s.State, to, after.State)
			}
			if !s.State.Open() && (!after.State.Open() || strings.TrimSpace(reason) == "") {
				t.Fatalf("closed, and moved to %s for %q", after.State, reason)
			}
			if !after.State.Open() && (s.Urgency >= q.SameDay || s.Unread()) && !accepted {
				t.Fatalf("%s and unread %v closed without a word of its risk", s.Urgency, s.Unread())
			}
			same := after
			same.State = s.State
			if same != s {
				t.Fatalf("more than the state changed: %+v, was %+v", after, s)
			}
			s = after
		}
	})
}
