package store

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
)

// PasskeysMost is how many passkeys an account may have.
const PasskeysMost = 10

// Passkey is a key in a phone, a computer or a security key that signs a person in.
type Passkey struct {
	ID      []byte
	Account account.ID
	Name    string // as the person calls it
	Data    []byte // JSON: what a sign-in is checked against
	Created time.Time
	Used    time.Time // the last time; zero: never
}

const passkeyColumns = `id, account_id, name, data, created, used`

type passkeyRow struct {
	k    Passkey
	used *time.Time
}

func (row *passkeyRow) dest() []any {
	k := &row.k
	return []any{&k.ID, (*string)(&k.Account), &k.Name, &k.Data, &k.Created, &row.used}
}

func (row *passkeyRow) passkey() Passkey {
	k := row.k
	k.ID, k.Data, k.Created, k.Used = bytes.Clone(k.ID), bytes.Clone(k.Data), k.Created.UTC(), unstamp(row.used)
	return k
}

// Passkey reads a passkey, or ErrNotFound.
func (s *Store) Passkey(ctx context.Context, id []byte) (Passkey, error) {
	var row passkeyRow
	if err := s.queryRow(ctx, `SELECT `+passkeyColumns+` FROM passkeys WHERE id = $1`, []any{id}, row.dest()...); err != nil {
		return Passkey{}, fmt.Errorf("read passkey: %w", err)
	}
	return row.passkey(), nil
}

// UsePasskey keeps what a sign-in has changed about a passkey. One that is gone is ErrNotFound.
func (s *Store) UsePasskey(ctx context.Context, k Passkey) error {
	n, err := s.exec(ctx, `UPDATE passkeys SET data = $2, used = $3 WHERE id = $1`, k.ID, text(k.Data), stamp(k.Used))
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("use passkey: %w", err)
	}
	return nil
}

// Passkeys lists the person's own passkeys, the oldest first.
func (st *Staff) Passkeys(ctx context.Context) ([]Passkey, error) {
	if err := st.may(account.OwnAccount); err != nil {
		return nil, err
	}
	var all []Passkey
	err := st.store.queryRows(ctx, `SELECT `+passkeyColumns+` FROM passkeys WHERE account_id = $1 ORDER BY created, id`,
		[]any{string(st.who.Account)}, func(scan func(...any) error) error {
			var row passkeyRow
			err := scan(row.dest()...)
			all = append(all, row.passkey())
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return all, nil
}

// AddPasskey gives the person one more passkey. One that is known already, or one too many, is ErrConflict.
func (st *Staff) AddPasskey(ctx context.Context, k Passkey) error {
	return st.act(ctx, account.OwnAccount, func(tx *Store) error {
		var n int
		err := tx.queryRow(ctx, `SELECT count(*) FROM passkeys WHERE account_id = $1`, []any{string(st.who.Account)}, &n)
		if err == nil && n >= PasskeysMost {
			err = ErrConflict
		}
		if err == nil {
			_, err = tx.exec(ctx, `INSERT INTO passkeys (id, account_id, name, data, created) VALUES ($1, $2, $3, $4, $5)`,
				k.ID, string(st.who.Account), k.Name, text(k.Data), stamp(st.now))
		}
		if err != nil {
			return fmt.Errorf("add passkey: %w", err)
		}
		return st.record(ctx, tx, audit.PasskeyAdded, string(st.who.Account), "")
	})
}

// RemovePasskey takes one of the person's own passkeys away. Anybody else's is ErrNotFound.
func (st *Staff) RemovePasskey(ctx context.Context, id []byte) error {
	return st.act(ctx, account.OwnAccount, func(tx *Store) error {
		n, err := tx.exec(ctx, `DELETE FROM passkeys WHERE id = $1 AND account_id = $2`, id, string(st.who.Account))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("remove passkey: %w", err)
		}
		return st.record(ctx, tx, audit.PasskeyRemoved, string(st.who.Account), "")
	})
}
