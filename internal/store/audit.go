package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
)

// record adds an event to its clinic's chain. It belongs into the transaction of the act.
func (s *Store) record(ctx context.Context, e audit.Event) error {
	if !s.inTx {
		return errors.New("audit: an event outside of a transaction")
	}
	e.At = e.At.UTC().Truncate(time.Microsecond)
	var end []byte
	err := s.queryRow(ctx, `INSERT INTO audit_heads (clinic_id, seq, hash) VALUES ($1, 1, $2)
		ON CONFLICT (clinic_id) DO UPDATE SET seq = audit_heads.seq + 1 RETURNING seq, hash`,
		[]any{string(e.Clinic), []byte{}}, &e.Seq, &end)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	e.Hash = s.chain.Next(end, e)
	_, err = s.exec(ctx, `INSERT INTO audit (`+auditColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		string(e.Clinic), e.Seq, stamp(e.At), e.Actor, e.Name, e.Role, string(e.Action), e.Subject, e.Detail, e.Hash)
	if err == nil {
		_, err = s.exec(ctx, `UPDATE audit_heads SET hash = $2 WHERE clinic_id = $1`, string(e.Clinic), s.chain.End(e.Hash))
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

const auditColumns = `clinic_id, seq, at, actor, name, role, action, subject, detail, hash`

// readings reads who opened, printed and exported a submission, by itself or in a list, the newest first.
func (s *Store) readings(ctx context.Context, clinic q.ClinicID, id q.ResponseID, most int) ([]audit.Event, error) {
	return s.events(ctx, `clinic_id = $1 AND seq IN (
		SELECT seq FROM audit WHERE clinic_id = $1 AND subject = $2 AND action IN ('opened', 'printed', 'exported')
		UNION SELECT seq FROM listed WHERE submission_id = $2 AND clinic_id = $1) ORDER BY seq DESC LIMIT $3`,
		string(clinic), string(id), most)
}

// events reads audit events that a condition after WHERE names.
func (s *Store) events(ctx context.Context, where string, args ...any) ([]audit.Event, error) {
	var events []audit.Event
	err := s.queryRows(ctx, `SELECT `+auditColumns+` FROM audit WHERE `+where, args, func(scan func(...any) error) error {
		var e audit.Event
		err := scan((*string)(&e.Clinic), &e.Seq, &e.At, &e.Actor, &e.Name, &e.Role, (*string)(&e.Action), &e.Subject, &e.Detail, &e.Hash)
		e.At = e.At.UTC()
		events = append(events, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return events, nil
}

// Chained is what a check of one clinic's audit trail found.
type Chained struct {
	Clinic q.ClinicID
	Events int64
	Hash   []byte // of the last event that fits
	Fault  error  // the first; nil: the chain is whole
}

const auditAtOnce = 1000

// VerifyAudit checks the audit trail of a clinic from its first event to its last.
func (s *Store) VerifyAudit(ctx context.Context, clinic q.ClinicID) (Chained, error) {
	result := Chained{Clinic: clinic}
	var last audit.Event
	for {
		events, err := s.events(ctx, `clinic_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, string(clinic), last.Seq, auditAtOnce)
		if err != nil {
			return result, err
		}
		for _, e := range events {
			if result.Fault = s.chain.Check(last, e); result.Fault != nil {
				return result, nil
			}
			last = e
			result.Events++
			result.Hash = e.Hash
		}
		if len(events) < auditAtOnce {
			break
		}
	}
	var seq int64
	var hash []byte
	err := s.queryRow(ctx, `SELECT seq, hash FROM audit_heads WHERE clinic_id = $1`, []any{string(clinic)}, &seq, &hash)
	switch {
	case errors.Is(err, ErrNotFound) && result.Events == 0:
		result.Fault = errors.New("there is no event, not even that the clinic was opened: all were taken out")
	case errors.Is(err, ErrNotFound):
		result.Fault = errors.New("the end of the chain was taken out")
	case err != nil:
		return result, fmt.Errorf("audit: %w", err)
	case seq > last.Seq:
		result.Fault = fmt.Errorf("the chain ends at event %d, but event %d was written: events are missing", last.Seq, seq)
	case seq < last.Seq || !bytes.Equal(hash, s.chain.End(last.Hash)):
		result.Fault = fmt.Errorf("the chain does not end in event %d as it was written", last.Seq)
	}
	return result, nil
}
