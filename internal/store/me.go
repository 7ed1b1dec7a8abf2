package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
)

// ErrRequired is what a clinic asks of all its people.
var ErrRequired = errors.New("the clinic requires it")

// Me reads the person's own account with all that they sign in with.
func (st *Staff) Me(ctx context.Context) (Credentials, error) {
	if err := st.may(account.OwnAccount); err != nil {
		return Credentials{}, err
	}
	return st.store.Credentials(ctx, st.who.Account)
}

// ChangePassword gives the person a new password. All sessions but the one kept end.
func (st *Staff) ChangePassword(ctx context.Context, hash string, keep []byte) error {
	return st.act(ctx, account.OwnAccount, func(tx *Store) error {
		n, err := tx.exec(ctx, `UPDATE accounts SET password = $2 WHERE id = $1 AND status = 'active'`, string(st.who.Account), hash)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err == nil {
			err = tx.dropLinks(ctx, st.who.Account)
		}
		if err != nil {
			return fmt.Errorf("change password: %w", err)
		}
		if _, err := st.endSessions(ctx, tx, keep); err != nil {
			return err
		}
		return st.record(ctx, tx, audit.PasswordChanged, string(st.who.Account), "")
	})
}

// TurnOnTwoSteps sets up the second step, or sets it up anew: its sealed secret, the step of the code that proved it, and
// the hashes of the recovery codes. All sessions but the one kept end.
func (st *Staff) TurnOnTwoSteps(ctx context.Context, sealed []byte, step int64, recovery [][]byte, keep []byte) error {
	return st.act(ctx, account.OwnAccount, func(tx *Store) error {
		n, err := tx.exec(ctx, `UPDATE accounts SET totp_secret = $2, totp_step = $3 WHERE id = $1 AND status = 'active'`, string(st.who.Account), sealed, step)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err == nil {
			err = tx.setRecovery(ctx, st.who.Account, recovery)
		}
		if err != nil {
			return fmt.Errorf("turn on second step: %w", err)
		}
		if _, err := st.endSessions(ctx, tx, keep); err != nil {
			return err
		}
		return st.record(ctx, tx, audit.TwoStepsOn, string(st.who.Account), "")
	})
}

// TurnOffTwoSteps takes the second step away. It is ErrRequired when the clinic wants everybody to have one.
func (st *Staff) TurnOffTwoSteps(ctx context.Context) error {
	return st.act(ctx, account.OwnAccount, func(tx *Store) error {
		c, err := tx.Clinic(ctx, st.who.Clinic)
		if err != nil {
			return err
		}
		if c.TwoSteps {
			return ErrRequired
		}
		_, err = tx.exec(ctx, `UPDATE accounts SET totp_secret = NULL, totp_step = 0, recovery = '[]' WHERE id = $1`, string(st.who.Account))
		if err != nil {
			return fmt.Errorf("turn off second step: %w", err)
		}
		return st.record(ctx, tx, audit.TwoStepsOff, string(st.who.Account), "")
	})
}

// RenewRecovery replaces all recovery codes. Without a second step it is ErrNotFound.
func (st *Staff) RenewRecovery(ctx context.Context, hashes [][]byte) error {
	return st.act(ctx, account.OwnAccount, func(tx *Store) error {
		var there int
		err := tx.queryRow(ctx, `SELECT 1 FROM accounts WHERE id = $1 AND totp_secret IS NOT NULL`, []any{string(st.who.Account)}, &there)
		if err == nil {
			err = tx.setRecovery(ctx, st.who.Account, hashes)
		}
		if err != nil {
			return fmt.Errorf("renew recovery codes: %w", err)
		}
		return st.record(ctx, tx, audit.RecoveryRenewed, string(st.who.Account), "")
	})
}

// Sessions lists where the person is signed in, the one seen last first. idle is since when a session must have been seen.
func (st *Staff) Sessions(ctx context.Context, idle time.Time) ([]Session, error) {
	if err := st.may(account.OwnAccount); err != nil {
		return nil, err
	}
	var all []Session
	err := st.store.queryRows(ctx, `SELECT token_hash, account_id, stage, agent, network, created, seen, expires FROM sessions
		WHERE account_id = $1 AND stage = 'full' AND expires > $2 AND seen > $3 ORDER BY seen DESC, token_hash`,
		[]any{string(st.who.Account), stamp(st.now), stamp(idle)}, func(scan func(...any) error) error {
			var s Session
			err := scan(&s.TokenHash, (*string)(&s.Account), (*string)(&s.Stage), &s.Agent, &s.Network, &s.Created, &s.Seen, &s.Expires)
			s.TokenHash = bytes.Clone(s.TokenHash)
			s.Created, s.Seen, s.Expires = s.Created.UTC(), s.Seen.UTC(), s.Expires.UTC()
			all = append(all, s)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return all, nil
}

// EndSession ends one of the person's own sessions by the hash of its token. Anybody else's is ErrNotFound.
func (st *Staff) EndSession(ctx context.Context, tokenHash []byte) error {
	return st.act(ctx, account.OwnAccount, func(tx *Store) error {
		n, err := tx.exec(ctx, `DELETE FROM sessions WHERE token_hash = $1 AND account_id = $2`, tokenHash, string(st.who.Account))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		return st.record(ctx, tx, audit.SessionsEnded, string(st.who.Account), "1")
	})
}

// EndOtherSessions ends all of the person's own sessions but the one kept.
func (st *Staff) EndOtherSessions(ctx context.Context, keep []byte) error {
	return st.act(ctx, account.OwnAccount, func(tx *Store) error {
		n, err := st.endSessions(ctx, tx, keep)
		if err != nil || n == 0 {
			return err
		}
		return st.record(ctx, tx, audit.SessionsEnded, string(st.who.Account), strconv.FormatInt(n, 10))
	})
}

func (st *Staff) endSessions(ctx context.Context, tx *Store, keep []byte) (int64, error) {
	if keep == nil {
		keep = []byte{} // nothing differs from NULL
	}
	n, err := tx.exec(ctx, `DELETE FROM sessions WHERE account_id = $1 AND token_hash <> $2`, string(st.who.Account), keep)
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return n, nil
}
