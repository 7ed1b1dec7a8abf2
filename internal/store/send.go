package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

// Send hands a completed response to its clinic, at r.Sent: the response is locked, the submission made, counted and
// recorded, all or nothing. r.Revision is the revision that was read. sub carries what the queue shows; its id, times and
// state are set here. If another change came first it is ErrStale; if it was sent already, ErrSent; if the clinic takes
// nothing any more, ErrClosed; if response or clinic are gone, ErrNotFound.
func (s *Store) Send(ctx context.Context, r q.Response, sub review.Submission, counts []Tally) error {
	err := s.InTx(ctx, func(tx *Store) error {
		clinic, err := tx.Clinic(ctx, r.Clinic)
		switch {
		case err != nil:
			return err
		case !clinic.Closed.IsZero():
			return ErrClosed
		}
		var codeHash []byte
		if err := tx.queryRow(ctx, `SELECT code_hash FROM responses WHERE id = $1`, []any{string(r.ID)}, &codeHash); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE responses SET revision = revision + 1, sent = $3, updated = $3, clinic_id = $4
			WHERE id = $1 AND revision = $2 AND sent IS NULL AND status = 'completed'`,
			string(r.ID), r.Revision, stamp(r.Sent), string(r.Clinic))
		if err != nil {
			return err
		}
		if n == 0 {
			return tx.whyNot(ctx, r.ID)
		}
		_, err = tx.exec(ctx, `INSERT INTO submissions (id, clinic_id, code_hash, rank, pattern, reason, flag, age, name, born, sent,
			state, open, changed, held, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)`,
			string(r.ID), string(r.Clinic), codeHash, review.Rank(sub.Urgency), sub.Match.String(), string(sub.Reason), sub.Flag, string(sub.Age),
			sub.Name, sub.Born, stamp(r.Sent), string(review.Received), true, stamp(r.Sent), false)
		if err != nil {
			return err
		}
		for _, word := range NameWords(sub.Name) {
			if _, err := tx.exec(ctx, `INSERT INTO submission_names (clinic_id, word, submission_id) VALUES ($1, $2, $3)
				ON CONFLICT DO NOTHING`, string(r.Clinic), word, string(r.ID)); err != nil {
				return err
			}
		}
		counts := append([]Tally{{Kind: CountState, Key: string(review.Received), N: 1}, {Kind: CountUnread, Key: UnreadKey, N: 1}}, counts...)
		if err := tx.count(ctx, r.Clinic, counts...); err != nil {
			return err
		}
		return tx.record(ctx, audit.Event{Clinic: r.Clinic, At: r.Sent, Actor: audit.Patient, Action: audit.Sent, Subject: string(r.ID)})
	})
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

// nameWords is how many words of a name can be searched for.
const nameWords = 8

// NameWords gives the words of a name as they are searched for: in lower case, without the signs around them.
func NameWords(name string) []string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return words[:min(len(words), nameWords)]
}
