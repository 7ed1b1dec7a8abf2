package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
)

// Stage says how far a person has come in signing in.
type Stage string

// The stages.
const (
	StageCode  Stage = "code"  // the password was right, the one-time code is to come
	StageEnrol Stage = "enrol" // the password was right, the clinic wants a second step that is not set up yet
	StageFull  Stage = "full"
)

// Session is one sign-in of a person in one browser.
type Session struct {
	TokenHash []byte // of the token in the browser's cookie
	Account   account.ID
	Stage     Stage
	Data      map[string]string
	Agent     string // what the browser calls itself, cut short
	Network   string // where from
	Created   time.Time
	Seen      time.Time
	Expires   time.Time // whatever happens
}

const sessionColumns = `token_hash, account_id, stage, data, agent, network, created, seen, expires`

// CreateSession saves a session. replaced is the hash of the token that the browser had before, which ends; nil for none. One
// that has ended meanwhile, as when the password was changed elsewhere, cannot be replaced: ErrNotFound, also for an account
// that is not active. With the full stage the person has signed in, which is recorded.
func (s *Store) CreateSession(ctx context.Context, sess Session, replaced []byte) error {
	data, err := json.Marshal(sess.Data)
	if err != nil {
		return fmt.Errorf("create session: %w", err)
	}
	return s.InTx(ctx, func(tx *Store) error {
		var before string
		if len(replaced) > 0 {
			var of string
			err := tx.queryRow(ctx, `SELECT account_id, stage FROM sessions WHERE token_hash = $1`, []any{replaced}, &of, &before)
			if err == nil {
				_, err = tx.exec(ctx, `DELETE FROM sessions WHERE token_hash = $1`, replaced)
			}
			if err != nil {
				return fmt.Errorf("replace session: %w", err)
			}
			if of != string(sess.Account) {
				before = ""
			}
		}
		if err := tx.enter(ctx, sess, Stage(before)); err != nil {
			return fmt.Errorf("create session: %w", err)
		}
		_, err := tx.exec(ctx, `INSERT INTO sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			sess.TokenHash, string(sess.Account), string(sess.Stage), string(data), sess.Agent, sess.Network,
			stamp(sess.Created), stamp(sess.Seen), stamp(sess.Expires))
		if err != nil {
			return fmt.Errorf("create session: %w", err)
		}
		return nil
	})
}

// enter records that a person has signed in, unless they had before.
func (s *Store) enter(ctx context.Context, sess Session, before Stage) error {
	a, err := s.Account(ctx, sess.Account)
	if err != nil {
		return err
	}
	if a.Status != account.Active {
		return ErrNotFound
	}
	if sess.Stage != StageFull || before == StageFull {
		return nil
	}
	if _, err := s.exec(ctx, `UPDATE accounts SET signed_in = $2 WHERE id = $1`, string(a.ID), stamp(sess.Seen)); err != nil {
		return err
	}
	return s.record(ctx, by(a, sess.Seen, audit.SignedIn, ""))
}

// SignedIn reads the session of a token with its account and clinic, or ErrNotFound: also when it is over at now, was idle
// since before idle, or when the account is not active.
func (s *Store) SignedIn(ctx context.Context, tokenHash []byte, now, idle time.Time) (Session, account.Account, account.Clinic, error) {
	var sess Session
	var data []byte
	var a accountRow
	var c clinicRow
	dest := append([]any{&sess.TokenHash, (*string)(&sess.Account), (*string)(&sess.Stage), &data, &sess.Agent, &sess.Network,
		&sess.Created, &sess.Seen, &sess.Expires}, append(a.dest(), c.dest()...)...)
	err := s.queryRow(ctx, `SELECT s.token_hash, s.account_id, s.stage, s.data, s.agent, s.network, s.created, s.seen, s.expires,
		a.id, a.clinic_id, a.login, a.name, a.role, a.status, a.totp_secret IS NOT NULL, a.created, a.signed_in,
		c.id, c.slug, c.name, c.created, c.closed, c.two_steps, c.keep_days
		FROM sessions s JOIN accounts a ON a.id = s.account_id JOIN clinics c ON c.id = a.clinic_id
		WHERE s.token_hash = $1 AND s.expires > $2 AND s.seen > $3 AND a.status = 'active'`,
		[]any{tokenHash, stamp(now), stamp(idle)}, dest...)
	if err != nil {
		return Session{}, account.Account{}, account.Clinic{}, fmt.Errorf("read session: %w", err)
	}
	if err := json.Unmarshal(data, &sess.Data); err != nil {
		return Session{}, account.Account{}, account.Clinic{}, fmt.Errorf("read session: %T", err)
	}
	sess.Created, sess.Seen, sess.Expires = sess.Created.UTC(), sess.Seen.UTC(), sess.Expires.UTC()
	return sess, a.account(), c.clinic(), nil
}

// SaveSession saves what a session holds and when it was seen. One that has ended is ErrNotFound.
func (s *Store) SaveSession(ctx context.Context, sess Session) error {
	data, err := json.Marshal(sess.Data)
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	n, err := s.exec(ctx, `UPDATE sessions SET data = $2, seen = $3 WHERE token_hash = $1`, sess.TokenHash, string(data), stamp(sess.Seen))
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	return nil
}

// EndSession ends the session of a token. One that has ended already is no error.
func (s *Store) EndSession(ctx context.Context, tokenHash []byte) error {
	if _, err := s.exec(ctx, `DELETE FROM sessions WHERE token_hash = $1`, tokenHash); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
