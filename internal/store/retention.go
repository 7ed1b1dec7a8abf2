package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

// Hold puts a submission under legal hold: it is not purged, erased or deleted until it is freed.
func (st *Staff) Hold(ctx context.Context, id q.ResponseID, reason string) error {
	return st.setHeld(ctx, id, true, reason)
}

// Free ends a legal hold. What was to be purged meanwhile is purged then.
func (st *Staff) Free(ctx context.Context, id q.ResponseID, reason string) error {
	return st.setHeld(ctx, id, false, reason)
}

func (st *Staff) setHeld(ctx context.Context, id q.ResponseID, held bool, reason string) error {
	kind, action := review.Held, audit.Held
	if !held {
		kind, action = review.Freed, audit.Freed
	}
	return st.actOn(ctx, account.HoldAndErase, id, func(tx *Store) error {
		s, err := st.submission(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := review.CheckText(reason); err != nil {
			return err
		}
		if s.Held == held {
			return nil
		}
		_, err = tx.exec(ctx, `UPDATE submissions SET held = $3, revision = revision + 1 WHERE clinic_id = $1 AND id = $2`,
			string(st.who.Clinic), string(id), held)
		if err == nil && !held {
			// Withdrawn while it was held: it had to stay, and goes now.
			_, err = tx.exec(ctx, `UPDATE responses SET expires = $3 WHERE id = $2 AND clinic_id = $1 AND status = 'withdrawn' AND expires IS NULL`,
				string(st.who.Clinic), string(id), stamp(st.now))
		}
		if err == nil {
			err = st.write(ctx, tx, id, review.Entry{Kind: kind, Text: reason})
		}
		if err != nil {
			return fmt.Errorf("hold submission: %w", err)
		}
		return st.record(ctx, tx, action, string(id), "")
	})
}

// personMost is how many submissions of one return code are dealt with at once.
const personMost = 500

// OfPerson lists everything that came to the clinic under the return code of a submission, that one too, the oldest first.
func (st *Staff) OfPerson(ctx context.Context, id q.ResponseID) ([]review.Submission, error) {
	var all []review.Submission
	err := st.actOn(ctx, account.HoldAndErase, id, func(tx *Store) (err error) {
		all, err = st.ofPerson(ctx, tx, id)
		return err
	})
	return all, err
}

func (st *Staff) ofPerson(ctx context.Context, tx *Store, id q.ResponseID) ([]review.Submission, error) {
	var all []review.Submission
	err := tx.queryRows(ctx, `SELECT `+submissionColumns+` FROM submissions s`+submissionJoins+` WHERE s.clinic_id = $1 AND s.code_hash =
		(SELECT code_hash FROM submissions WHERE clinic_id = $1 AND id = $2) ORDER BY s.sent, s.id LIMIT $3`,
		[]any{string(st.who.Clinic), string(id), personMost}, func(scan func(...any) error) error {
			var row submissionRow
			if err := scan(row.dest()...); err != nil {
				return err
			}
			s, err := row.submission()
			all = append(all, s)
			return err
		})
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("submissions of one person: %w", err)
	}
	return all, nil
}

// Erase removes for good everything that came to the clinic under the return code of a submission: those submissions that
// the person saw, given by their ids in any order. If there are others by now it is ErrStale; while one of them is under
// legal hold, ErrHeld.
func (st *Staff) Erase(ctx context.Context, id q.ResponseID, saw []q.ResponseID) error {
	err := st.actOn(ctx, account.HoldAndErase, id, func(tx *Store) error {
		all, err := st.ofPerson(ctx, tx, id)
		if err != nil {
			return err
		}
		ids := idsOfAll(all)
		if !slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(saw))) {
			return ErrStale
		}
		for _, s := range all {
			if s.Held {
				return ErrHeld
			}
		}
		if err := tx.remove(ctx, st.who.Clinic, all, true); err != nil {
			return fmt.Errorf("erase: %w", err)
		}
		for _, id := range ids {
			if err := st.record(ctx, tx, audit.Erased, string(id), ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		st.store.scrub(ctx, len(saw))
	}
	return err
}

func idsOfAll(all []review.Submission) []q.ResponseID {
	ids := make([]q.ResponseID, len(all))
	for i, s := range all {
		ids[i] = s.ID
	}
	return ids
}

// remove takes submissions out of everything that holds them, and out of the counts of what stands now. What a patient
// withdrew is theirs alone: it goes only when copies of theirs go, too.
func (s *Store) remove(ctx context.Context, clinic q.ClinicID, all []review.Submission, theirs bool) error {
	args := []any{string(clinic)}
	var places []string
	var counts []Tally
	for _, sub := range all {
		args = append(args, string(sub.ID))
		places = append(places, place(len(args)))
		if !sub.Withdrawn.IsZero() {
			continue // counted out when it was withdrawn
		}
		counts = append(counts, Tally{Kind: CountState, Key: string(sub.State), N: -1})
		if sub.Unread() {
			counts = append(counts, Tally{Kind: CountUnread, Key: UnreadKey, N: -1})
		}
	}
	in := ` IN (` + strings.Join(places, ", ") + `)`
	kept := ""
	if !theirs {
		kept = ` AND status <> 'withdrawn'`
	}
	for _, query := range []string{
		`DELETE FROM submission_names WHERE clinic_id = $1 AND submission_id` + in,
		`DELETE FROM entries WHERE submission_id IN (SELECT id FROM submissions WHERE clinic_id = $1 AND id` + in + `)`,
		`DELETE FROM listed WHERE clinic_id = $1 AND submission_id` + in,
		`DELETE FROM submissions WHERE clinic_id = $1 AND id` + in,
		`DELETE FROM responses WHERE clinic_id = $1 AND sent IS NOT NULL AND id` + in + kept,
	} {
		if _, err := s.exec(ctx, query, args...); err != nil {
			return err
		}
	}
	return s.count(ctx, clinic, counts...)
}

// purgeSubmissionsAtOnce is how many submissions one transaction of a purge removes: each leaves an event, and nobody
// waits long.
const purgeSubmissionsAtOnce = 100

// PurgeSubmissions removes for good the submissions whose clinic kept them long enough since the last thing done to them,
// and says how many, also when an error ends it early. What is under legal hold stays. Each leaves an event in its clinic's
// audit trail.
func (s *Store) PurgeSubmissions(ctx context.Context, now time.Time) (total int, err error) {
	defer func() { s.scrub(ctx, total) }()
	clinics, err := s.Clinics(ctx)
	if err != nil {
		return 0, fmt.Errorf("purge submissions: %w", err)
	}
	for _, c := range clinics {
		for {
			n, err := s.purgeSome(ctx, c, now)
			total += n
			if err != nil {
				return total, fmt.Errorf("purge submissions: %w", err)
			}
			if n < purgeSubmissionsAtOnce {
				break
			}
		}
	}
	return total, nil
}

func (s *Store) purgeSome(ctx context.Context, c account.Clinic, now time.Time) (n int, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		// The days are those of now: somebody may have changed them since the list was read.
		c, err := tx.Clinic(ctx, c.ID)
		if err != nil {
			return err
		}
		var due []review.Submission
		err = tx.queryRows(ctx, `SELECT `+submissionColumns+` FROM submissions s`+submissionJoins+`
			WHERE s.clinic_id = $1 AND NOT s.held AND s.changed <= $2 ORDER BY s.changed LIMIT $3`,
			[]any{string(c.ID), stamp(kept(now, c.Keep)), purgeSubmissionsAtOnce}, func(scan func(...any) error) error {
				var row submissionRow
				if err := scan(row.dest()...); err != nil {
					return err
				}
				sub, err := row.submission()
				due = append(due, sub)
				return err
			})
		n = len(due)
		if err != nil || n == 0 {
			return err
		}
		if err := tx.remove(ctx, c.ID, due, false); err != nil {
			return err
		}
		for _, sub := range due {
			e := audit.Event{Clinic: c.ID, At: now, Actor: audit.Machine, Action: audit.Purged, Subject: string(sub.ID)}
			if err := tx.record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		n = 0
	}
	return n, err
}
