package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
)

// Staff is the store as one person of a clinic may use it. Nothing of another clinic can be reached through it: every
// statement is bound to the person's clinic, and what belongs elsewhere is ErrNotFound. What the person's role may not do
// is ErrForbidden. Acts are recorded in the audit trail in the transaction in which they happen; without the record there
// is no act.
type Staff struct {
	store *Store
	who   account.Principal
	now   time.Time
}

// Staff binds the store to a signed-in person, at a moment.
func (s *Store) Staff(who account.Principal, now time.Time) *Staff { return &Staff{s, who, now.UTC()} }

// Who is the person.
func (st *Staff) Who() account.Principal { return st.who }

// may is nil when the person has a right.
func (st *Staff) may(right account.Right) error {
	if !st.who.May(right) {
		return fmt.Errorf("%s: %w", right, ErrForbidden)
	}
	return nil
}

// act runs fn in one transaction, if the person has the right.
func (st *Staff) act(ctx context.Context, right account.Right, fn func(tx *Store) error) error {
	if err := st.may(right); err != nil {
		return err
	}
	return st.store.InTx(ctx, fn)
}

// actOn is act on a submission. The try to reach one of another clinic is recorded.
func (st *Staff) actOn(ctx context.Context, right account.Right, id q.ResponseID, fn func(tx *Store) error) error {
	err := st.act(ctx, right, fn)
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	recorded := st.store.InTx(ctx, func(tx *Store) error {
		var there int
		err := tx.queryRow(ctx, `SELECT 1 FROM submissions WHERE id = $1 AND clinic_id <> $2`, []any{string(id), string(st.who.Clinic)}, &there)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return st.record(ctx, tx, audit.Denied, string(id), "")
	})
	return errors.Join(err, recorded)
}

// record adds an event of the person to their clinic's audit trail.
func (st *Staff) record(ctx context.Context, tx *Store, action audit.Action, subject, detail string) error {
	return tx.record(ctx, audit.Event{
		Clinic: st.who.Clinic, At: st.now, Actor: string(st.who.Account), Name: st.who.Name, Role: string(st.who.Role),
		Action: action, Subject: subject, Detail: detail,
	})
}
