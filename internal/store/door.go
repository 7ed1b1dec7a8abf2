package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
)

// Credentials is what somebody who signs in is checked against.
type Credentials struct {
	Account  account.Account
	Clinic   account.Clinic
	Password string // hash; empty: has none yet
	Secret   []byte // of the second step, sealed; nil: has none
	Step     int64  // of the one-time code that was used last
	Recovery int    // codes left
}

// CredentialsByLogin finds an account by the name to sign in with, or ErrNotFound.
func (s *Store) CredentialsByLogin(ctx context.Context, login string) (Credentials, error) {
	return s.credentials(ctx, `login = $1`, account.Fold(login))
}

// Credentials reads those of an account, or ErrNotFound.
func (s *Store) Credentials(ctx context.Context, id account.ID) (Credentials, error) {
	return s.credentials(ctx, `accounts.id = $1`, string(id))
}

func (s *Store) credentials(ctx context.Context, where, key string) (Credentials, error) {
	var a accountRow
	var c clinicRow
	var cred Credentials
	var password *string
	var recovery []byte
	err := s.queryRow(ctx, `SELECT accounts.id, clinic_id, login, accounts.name, role, status, totp_secret IS NOT NULL, accounts.created,
		signed_in, clinics.id, slug, clinics.name, clinics.created, closed, two_steps, keep_days, password, totp_secret, totp_step, recovery
		FROM accounts JOIN clinics ON clinics.id = clinic_id WHERE `+where, []any{key},
		append(append(a.dest(), c.dest()...), &password, &cred.Secret, &cred.Step, &recovery)...)
	if err != nil {
		return Credentials{}, fmt.Errorf("read credentials: %w", err)
	}
	var codes []string
	if err := json.Unmarshal(recovery, &codes); err != nil {
		return Credentials{}, fmt.Errorf("read credentials: %T", err)
	}
	cred.Account, cred.Clinic, cred.Recovery = a.account(), c.clinic(), len(codes)
	if password != nil {
		cred.Password = *password
	}
	return cred, nil
}

// by is an event of a person about themselves.
func by(a account.Account, at time.Time, action audit.Action, detail string) audit.Event {
	return audit.Event{
		Clinic: a.Clinic, At: at, Actor: string(a.ID), Name: a.Name, Role: string(a.Role), Action: action, Subject: string(a.ID), Detail: detail,
	}
}

// SignInFailed records that somebody, who need not be the person, failed to sign in as them. what is which step.
func (s *Store) SignInFailed(ctx context.Context, a account.Account, at time.Time, what string) error {
	return s.InTx(ctx, func(tx *Store) error {
		return tx.record(ctx, audit.Event{Clinic: a.Clinic, At: at, Actor: audit.Stranger, Action: audit.SignInFailed, Subject: string(a.ID), Detail: what})
	})
}

// SignOut ends a session of the person's own and records it.
func (s *Store) SignOut(ctx context.Context, a account.Account, tokenHash []byte, at time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		n, err := tx.exec(ctx, `DELETE FROM sessions WHERE token_hash = $1 AND account_id = $2`, tokenHash, string(a.ID))
		if err != nil || n == 0 {
			return err
		}
		return tx.record(ctx, by(a, at, audit.SignedOut, ""))
	})
}

// Rehash replaces the hash of a password by a better one of the same password. If it has changed since, nothing happens.
func (s *Store) Rehash(ctx context.Context, id account.ID, old, better string) error {
	if _, err := s.exec(ctx, `UPDATE accounts SET password = $3 WHERE id = $1 AND password = $2`, string(id), old, better); err != nil {
		return fmt.Errorf("rehash: %w", err)
	}
	return nil
}

// UseStep takes the step of a one-time code that was right, so that it counts once. One that is not newer than the last is
// ErrStale.
func (s *Store) UseStep(ctx context.Context, id account.ID, step int64) error {
	n, err := s.exec(ctx, `UPDATE accounts SET totp_step = $2 WHERE id = $1 AND totp_step < $2 AND totp_secret IS NOT NULL`, string(id), step)
	if err == nil && n == 0 {
		err = ErrStale
	}
	if err != nil {
		return fmt.Errorf("use one-time code: %w", err)
	}
	return nil
}

// UseRecovery takes a recovery code by its hash, so that it counts once, and says how many are left. One that is not there
// is ErrNotFound.
func (s *Store) UseRecovery(ctx context.Context, a account.Account, hash []byte, at time.Time) (left int, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		var raw []byte
		if err := tx.queryRow(ctx, `SELECT recovery FROM accounts WHERE id = $1 AND totp_secret IS NOT NULL`, []any{string(a.ID)}, &raw); err != nil {
			return err
		}
		var codes [][]byte
		if err := json.Unmarshal(raw, &codes); err != nil {
			return fmt.Errorf("%T", err)
		}
		rest := [][]byte{}
		for _, c := range codes {
			if !bytes.Equal(c, hash) {
				rest = append(rest, c)
			}
		}
		if len(rest) == len(codes) {
			return ErrNotFound
		}
		left = len(rest)
		if err := tx.setRecovery(ctx, a.ID, rest); err != nil {
			return err
		}
		return tx.record(ctx, by(a, at, audit.RecoveryUsed, strconv.Itoa(left)))
	})
	if err != nil {
		return 0, fmt.Errorf("use recovery code: %w", err)
	}
	return left, nil
}

func (s *Store) setRecovery(ctx context.Context, id account.ID, hashes [][]byte) error {
	raw, err := json.Marshal(hashes)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE accounts SET recovery = $2 WHERE id = $1`, string(id), string(raw))
	return err
}

// Attempt counts a try under a key and says how many there were within the window, with this one.
func (s *Store) Attempt(ctx context.Context, key []byte, now time.Time, window time.Duration) (n int, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		return tx.queryRow(ctx, `INSERT INTO attempts (key, n, since) VALUES ($1, 1, $2) ON CONFLICT (key) DO UPDATE SET
			n = CASE WHEN attempts.since <= $3 THEN 1 ELSE attempts.n + 1 END,
			since = CASE WHEN attempts.since <= $3 THEN $2 ELSE attempts.since END RETURNING n`,
			[]any{key, stamp(now), stamp(now.Add(-window))}, &n)
	})
	if err != nil {
		return 0, fmt.Errorf("count attempt: %w", err)
	}
	return n, nil
}

// Forgive takes one try back from a count: it was none of somebody guessing.
func (s *Store) Forgive(ctx context.Context, key []byte) error {
	if _, err := s.exec(ctx, `UPDATE attempts SET n = n - 1 WHERE key = $1 AND n > 0`, key); err != nil {
		return fmt.Errorf("forgive attempt: %w", err)
	}
	return nil
}

// Forget takes back a whole count: somebody who guesses would not have succeeded.
func (s *Store) Forget(ctx context.Context, key []byte) error {
	if _, err := s.exec(ctx, `DELETE FROM attempts WHERE key = $1`, key); err != nil {
		return fmt.Errorf("forget attempts: %w", err)
	}
	return nil
}

// PurgeDoor removes sessions, links and counts that are of no use any more.
func (s *Store) PurgeDoor(ctx context.Context, now, idle, since time.Time) error {
	for _, purge := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM sessions WHERE expires <= $1 OR seen <= $2`, []any{stamp(now), stamp(idle)}},
		{`DELETE FROM links WHERE expires <= $1`, []any{stamp(now)}},
		{`DELETE FROM attempts WHERE since <= $1`, []any{stamp(since)}},
	} {
		if _, err := s.exec(ctx, purge.query, purge.args...); err != nil {
			return fmt.Errorf("purge sign-ins: %w", err)
		}
	}
	return nil
}

// Link is a one-time link that can still be used.
type Link struct {
	Kind    account.TokenKind
	Account account.Account // none with the first link
	Clinic  account.Clinic  // none with the first link
	Expires time.Time
}

// FirstLink makes the link that creates the first account, in place of any made before. When there is an account already
// it makes none and says so.
func (s *Store) FirstLink(ctx context.Context, tokenHash []byte, now time.Time) (made bool, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		made = false
		some, err := tx.anyAccount(ctx)
		if err != nil || some {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM links WHERE kind = $1`, string(account.FirstLink)); err != nil {
			return err
		}
		made = true
		return tx.addLink(ctx, "", account.FirstLink, tokenHash, now)
	})
	if err != nil {
		return false, fmt.Errorf("first link: %w", err)
	}
	return made, nil
}

func (s *Store) anyAccount(ctx context.Context) (bool, error) {
	var n int
	err := s.queryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM accounts LIMIT 1) AS one`, nil, &n)
	return n > 0, err
}

// addLink makes a link in place of those that the account had.
func (s *Store) addLink(ctx context.Context, id account.ID, kind account.TokenKind, tokenHash []byte, now time.Time) error {
	var of *string
	if id != "" {
		of = (*string)(&id)
		if err := s.dropLinks(ctx, id); err != nil {
			return err
		}
	}
	_, err := s.exec(ctx, `INSERT INTO links (token_hash, kind, account_id, created, expires) VALUES ($1, $2, $3, $4, $5)`,
		tokenHash, string(kind), of, stamp(now), stamp(now.Add(kind.Life())))
	return err
}

func (s *Store) dropLinks(ctx context.Context, id account.ID) error {
	_, err := s.exec(ctx, `DELETE FROM links WHERE account_id = $1`, string(id))
	return err
}

// Link reads a one-time link by its token. One that was used, replaced, has expired or never was is ErrNotFound.
func (s *Store) Link(ctx context.Context, tokenHash []byte, now time.Time) (Link, error) {
	l, id, err := s.link(ctx, tokenHash, now)
	if err == nil && id != nil {
		var cred Credentials
		cred, err = s.Credentials(ctx, account.ID(*id))
		l.Account, l.Clinic = cred.Account, cred.Clinic
	}
	if err == nil && l.Kind == account.FirstLink {
		if some, someErr := s.anyAccount(ctx); someErr != nil || some { // ekbom seed makes accounts without it
			err = cmp.Or(someErr, ErrNotFound)
		}
	} else if err == nil && l.Account.Status != account.Invited {
		err = ErrNotFound
	}
	if err != nil {
		return Link{}, fmt.Errorf("read link: %w", err)
	}
	return l, nil
}

func (s *Store) link(ctx context.Context, tokenHash []byte, now time.Time) (l Link, id *string, err error) {
	err = s.queryRow(ctx, `SELECT kind, account_id, expires FROM links WHERE token_hash = $1 AND expires > $2`,
		[]any{tokenHash, stamp(now)}, (*string)(&l.Kind), &id, &l.Expires)
	l.Expires = l.Expires.UTC()
	return l, id, err
}

// UseFirstLink opens the first clinic and makes its first account, with a password. A link that cannot be used is
// ErrNotFound.
func (s *Store) UseFirstLink(ctx context.Context, tokenHash []byte, c account.Clinic, a account.Account, password string) error {
	err := s.InTx(ctx, func(tx *Store) error {
		if err := tx.takeLink(ctx, tokenHash, a.Created, account.FirstLink); err != nil {
			return err
		}
		if some, err := tx.anyAccount(ctx); err != nil || some {
			return errors.Join(err, ErrNotFound)
		}
		if err := tx.createClinic(ctx, c, audit.Event{Actor: audit.Operator}); err != nil {
			return err
		}
		a.Clinic, a.Status = c.ID, account.Invited
		if err := tx.addAccount(ctx, a, audit.Event{Actor: audit.Operator}); err != nil {
			return err
		}
		return tx.join(ctx, a, password, a.Created)
	})
	if err != nil {
		return fmt.Errorf("use first link: %w", err)
	}
	return nil
}

// UseLink gives an account its password. A link that cannot be used is ErrNotFound.
func (s *Store) UseLink(ctx context.Context, tokenHash []byte, password string, now time.Time) error {
	err := s.InTx(ctx, func(tx *Store) error {
		l, err := tx.Link(ctx, tokenHash, now)
		if err != nil {
			return err
		}
		if err := tx.takeLink(ctx, tokenHash, now, l.Kind); err != nil {
			return err
		}
		return tx.join(ctx, l.Account, password, now)
	})
	if err != nil {
		return fmt.Errorf("use link: %w", err)
	}
	return nil
}

func (s *Store) takeLink(ctx context.Context, tokenHash []byte, now time.Time, kind account.TokenKind) error {
	n, err := s.exec(ctx, `DELETE FROM links WHERE token_hash = $1 AND expires > $2 AND kind = $3`, tokenHash, stamp(now), string(kind))
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

func (s *Store) join(ctx context.Context, a account.Account, password string, now time.Time) error {
	n, err := s.exec(ctx, `UPDATE accounts SET password = $2, status = 'active' WHERE id = $1 AND status = 'invited'`, string(a.ID), password)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	return s.record(ctx, by(a, now, audit.AccountJoined, ""))
}

// Accounts lists the accounts of all clinics by clinic and login, for the operator.
func (s *Store) Accounts(ctx context.Context) ([]account.Account, error) {
	var all []account.Account
	err := s.queryRows(ctx, `SELECT `+accountColumns+` FROM accounts ORDER BY clinic_id, login`, nil, func(scan func(...any) error) error {
		var row accountRow
		err := scan(row.dest()...)
		all = append(all, row.account())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return all, nil
}

// InviteAccount saves a new account, for the operator, with the link that chooses its password. A login that is taken is
// ErrConflict.
func (s *Store) InviteAccount(ctx context.Context, a account.Account, tokenHash []byte) error {
	return s.InTx(ctx, func(tx *Store) error { return tx.invite(ctx, a, tokenHash, audit.Event{Actor: audit.Operator}) })
}

func (s *Store) invite(ctx context.Context, a account.Account, tokenHash []byte, by audit.Event) error {
	a.Status = account.Invited
	if err := s.addAccount(ctx, a, by); err != nil {
		return err
	}
	if err := s.addLink(ctx, a.ID, account.InviteLink, tokenHash, a.Created); err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	return nil
}

// ResetAccount takes password, second step, passkeys and sessions from an account, for the operator, and makes the link that chooses
// a new password. A disabled account can be used again after that.
func (s *Store) ResetAccount(ctx context.Context, id account.ID, clinic q.ClinicID, tokenHash []byte, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		return tx.reset(ctx, id, clinic, tokenHash, audit.Event{Clinic: clinic, At: now, Actor: audit.Operator})
	})
}

func (s *Store) reset(ctx context.Context, id account.ID, clinic q.ClinicID, tokenHash []byte, by audit.Event) error {
	err := s.change(ctx, id, clinic, `password = NULL, totp_secret = NULL, totp_step = 0, recovery = '[]', status = 'invited'`)
	if err == nil {
		_, err = s.exec(ctx, `DELETE FROM passkeys WHERE account_id = $1`, string(id))
	}
	if err == nil {
		err = s.addLink(ctx, id, account.ResetLink, tokenHash, by.At)
	}
	if err != nil {
		return fmt.Errorf("reset account: %w", err)
	}
	by.Action, by.Subject = audit.AccountReset, string(id)
	return s.record(ctx, by)
}

// DisableAccount shuts an account out at once, for the operator.
func (s *Store) DisableAccount(ctx context.Context, id account.ID, clinic q.ClinicID, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		return tx.disable(ctx, id, clinic, audit.Event{Clinic: clinic, At: now, Actor: audit.Operator})
	})
}

func (s *Store) disable(ctx context.Context, id account.ID, clinic q.ClinicID, by audit.Event) error {
	err := s.change(ctx, id, clinic, `status = 'disabled'`)
	if err == nil {
		err = s.dropLinks(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("disable account: %w", err)
	}
	by.Action, by.Subject = audit.AccountDisabled, string(id)
	return s.record(ctx, by)
}

// change alters an account of a clinic and ends its sessions.
func (s *Store) change(ctx context.Context, id account.ID, clinic q.ClinicID, set string) error {
	n, err := s.exec(ctx, `UPDATE accounts SET `+set+` WHERE id = $1 AND clinic_id = $2`, string(id), string(clinic))
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `DELETE FROM sessions WHERE account_id = $1`, string(id))
	return err
}
