package store

import (
	"context"
	"fmt"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
)

const (
	accountPlain   = `id, clinic_id, login, name, role, status`
	accountColumns = accountPlain + `, totp_secret IS NOT NULL, created, signed_in`
)

type accountRow struct {
	a        account.Account
	signedIn *time.Time
}

func (row *accountRow) dest() []any {
	a := &row.a
	return []any{(*string)(&a.ID), (*string)(&a.Clinic), &a.Login, &a.Name, (*string)(&a.Role), (*string)(&a.Status), &a.TwoSteps,
		&a.Created, &row.signedIn}
}

func (row *accountRow) account() account.Account {
	a := row.a
	a.Created, a.SignedIn = a.Created.UTC(), unstamp(row.signedIn)
	return a
}

// addAccount saves a new account. A login that is taken is ErrConflict.
func (s *Store) addAccount(ctx context.Context, a account.Account, by audit.Event) error {
	_, err := s.exec(ctx, `INSERT INTO accounts (id, clinic_id, login, name, role, status, recovery, created)
		VALUES ($1, $2, $3, $4, $5, $6, '[]', $7)`,
		string(a.ID), string(a.Clinic), a.Login, a.Name, string(a.Role), string(a.Status), stamp(a.Created))
	if err != nil {
		return fmt.Errorf("add account: %w", err)
	}
	by.Clinic, by.At, by.Action, by.Subject, by.Detail = a.Clinic, a.Created, audit.AccountAdded, string(a.ID), string(a.Role)
	return s.record(ctx, by)
}

// AddAccount saves a new account of a clinic, for the operator. A login that is taken is ErrConflict.
func (s *Store) AddAccount(ctx context.Context, a account.Account) error {
	return s.InTx(ctx, func(tx *Store) error { return tx.addAccount(ctx, a, audit.Event{Actor: audit.Operator}) })
}

// Account reads an account, or ErrNotFound.
func (s *Store) Account(ctx context.Context, id account.ID) (account.Account, error) {
	var row accountRow
	err := s.queryRow(ctx, `SELECT `+accountColumns+` FROM accounts WHERE id = $1`, []any{string(id)}, row.dest()...)
	if err != nil {
		return account.Account{}, fmt.Errorf("read account: %w", err)
	}
	return row.account(), nil
}
