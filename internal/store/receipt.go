package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

// What a patient may read and do about what they sent. Each method is bound to the id of a response, or to the hash of the
// return code, that the caller has been shown to hold.

// Receipt says what became of a response that was sent.
type Receipt struct {
	Response  q.ResponseID
	Clinic    account.Clinic
	Sent      time.Time
	Withdrawn time.Time // zero: not
	State     review.State
	Held      bool
	Looks     []Look    // the newest first
	Messages  []Message // from the clinic, the oldest first
}

// Look is that somebody of the clinic read it: when and in which role, never who.
type Look struct {
	At     time.Time
	Role   account.Role
	Action audit.Action // Opened, Printed, Exported or Listed
}

// Message is what the clinic wrote to the patient.
type Message struct {
	At   time.Time
	Text string
}

// looksShown is how many looks a patient is shown.
const looksShown = 200

// Receipt says what became of a response, or ErrNotFound when no clinic has it.
func (s *Store) Receipt(ctx context.Context, id q.ResponseID) (Receipt, error) {
	r := Receipt{Response: id}
	var clinic q.ClinicID
	var withdrawn *time.Time
	err := s.queryRow(ctx, `SELECT clinic_id, sent, withdrawn, state, held FROM submissions WHERE id = $1`, []any{string(id)},
		(*string)(&clinic), &r.Sent, &withdrawn, (*string)(&r.State), &r.Held)
	if err != nil {
		return Receipt{}, fmt.Errorf("receipt: %w", err)
	}
	r.Sent, r.Withdrawn = r.Sent.UTC(), unstamp(withdrawn)
	if r.Clinic, err = s.Clinic(ctx, clinic); err != nil {
		return Receipt{}, fmt.Errorf("receipt: %w", err)
	}
	events, err := s.readings(ctx, clinic, id, looksShown)
	if err != nil {
		return Receipt{}, fmt.Errorf("receipt: %w", err)
	}
	for _, e := range events {
		r.Looks = append(r.Looks, Look{At: e.At, Role: account.Role(e.Role), Action: e.Action})
	}
	err = s.queryRows(ctx, `SELECT at, text FROM entries WHERE submission_id = $1 AND kind = 'message' ORDER BY n`, []any{string(id)},
		func(scan func(...any) error) error {
			var m Message
			err := scan(&m.At, &m.Text)
			m.At = m.At.UTC()
			r.Messages = append(r.Messages, m)
			return err
		})
	if err != nil {
		return Receipt{}, fmt.Errorf("receipt: %w", err)
	}
	return r, nil
}

// Withdraw takes a response back from its clinic, which sees neither answers nor name nor words from then on; what the
// clinic wrote itself stays. The response is the patient's alone again and expires, unless it is under legal hold: then it
// stays, for nobody to see, and held is true. Done twice it is done. What no clinic has is ErrNotFound.
func (s *Store) Withdraw(ctx context.Context, id q.ResponseID, now, expires time.Time) (held bool, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		var clinic q.ClinicID
		var state review.State
		var opened, withdrawn *time.Time
		err := tx.queryRow(ctx, `SELECT clinic_id, state, opened, withdrawn, held FROM submissions WHERE id = $1`, []any{string(id)},
			(*string)(&clinic), (*string)(&state), &opened, &withdrawn, &held)
		if err != nil || withdrawn != nil {
			return err
		}
		end := stamp(expires)
		if held {
			end = nil
		}
		for _, change := range []struct {
			query string
			args  []any
		}{
			// What the queue was told about their health goes with the name: the row outlives the answers.
			{`UPDATE submissions SET withdrawn = $2, changed = $2, name = '', born = '', rank = $4, pattern = $5, reason = '', flag = $3, age = '',
				open = $3, revision = revision + 1 WHERE id = $1`,
				[]any{string(id), stamp(now), false, review.Rank(q.SelfCare), q.MatchUnknown.String()}},
			{`DELETE FROM submission_names WHERE submission_id = $1`, []any{string(id)}},
			{`UPDATE responses SET status = 'withdrawn', updated = $2, expires = $3, revision = revision + 1 WHERE id = $1`,
				[]any{string(id), stamp(now), end}},
		} {
			if _, err := tx.exec(ctx, change.query, change.args...); err != nil {
				return err
			}
		}
		counts := []Tally{{Kind: CountState, Key: string(state), N: -1}}
		if opened == nil {
			counts = append(counts, Tally{Kind: CountUnread, Key: UnreadKey, N: -1})
		}
		if err := tx.count(ctx, clinic, counts...); err != nil {
			return err
		}
		return tx.record(ctx, audit.Event{Clinic: clinic, At: now, Actor: audit.Patient, Action: audit.Withdrawn, Subject: string(id)})
	})
	if err != nil {
		return false, fmt.Errorf("withdraw: %w", err)
	}
	return held, nil
}

// responsesShown is how many responses of one return code are read.
const responsesShown = 24

// ResponsesByCode lists the newest responses under the hash of a return code, the newest first.
func (s *Store) ResponsesByCode(ctx context.Context, codeHash []byte) ([]q.Response, error) {
	var all []q.Response
	err := s.queryRows(ctx, `SELECT `+responseColumns+` FROM responses WHERE code_hash = $1 ORDER BY created DESC, id DESC LIMIT $2`,
		[]any{codeHash, responsesShown}, func(scan func(...any) error) error {
			var row responseRow
			if err := scan(row.dest()...); err != nil {
				return err
			}
			r, err := row.response()
			all = append(all, r)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read responses: %w", err)
	}
	return all, nil
}

// Again saves r as a further response under the hash of a return code, and gives it; or the draft that was begun already.
func (s *Store) Again(ctx context.Context, r q.Response, codeHash []byte) (q.Response, error) {
	var begun q.Response
	err := s.InTx(ctx, func(tx *Store) error {
		newest, err := tx.ResponseByCode(ctx, codeHash)
		if err == nil && newest.Status == q.Draft {
			begun = newest
			return nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		begun = r
		return tx.CreateResponse(ctx, r, codeHash)
	})
	if err != nil {
		return q.Response{}, fmt.Errorf("answer again: %w", err)
	}
	return begun, nil
}

// DeleteByCode removes for good everything under the hash of a return code; what a clinic has is withdrawn first. It says
// which responses are gone, and how many had to stay because of a legal hold. Without any it is ErrNotFound.
func (s *Store) DeleteByCode(ctx context.Context, codeHash []byte, now time.Time) (gone []q.ResponseID, stays int, err error) {
	var ids []q.ResponseID
	err = s.queryRows(ctx, `SELECT id FROM responses WHERE code_hash = $1 ORDER BY created`, []any{codeHash},
		func(scan func(...any) error) error {
			var id q.ResponseID
			err := scan((*string)(&id))
			ids = append(ids, id)
			return err
		})
	if err == nil && len(ids) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, 0, fmt.Errorf("delete by code: %w", err)
	}
	for _, id := range ids {
		err := s.DeleteResponse(ctx, id)
		if errors.Is(err, ErrSent) {
			var held bool
			if held, err = s.Withdraw(ctx, id, now, now); err == nil && held {
				stays++
				continue
			}
			if err == nil {
				err = s.DeleteResponse(ctx, id)
			}
		}
		switch {
		case err == nil:
			gone = append(gone, id)
		case !errors.Is(err, ErrNotFound): // deleted by another window meanwhile
			return gone, stays, fmt.Errorf("delete by code: %w", err)
		}
	}
	return gone, stays, nil
}
