package store

import (
	"context"
	"errors"
	"fmt"

	"ekbom/internal/account"
	"ekbom/internal/audit"
)

// Person is somebody of a clinic, as those who manage people see them.
type Person struct {
	account.Account
	Open int64 // submissions that they have and that are not closed
}

// peopleMost is how many people of a clinic are listed.
const peopleMost = 1000

// People lists the people of the clinic by name, those who are disabled last.
func (st *Staff) People(ctx context.Context) ([]Person, error) {
	if err := st.may(account.ManagePeople); err != nil {
		return nil, err
	}
	var all []Person
	err := st.store.queryRows(ctx, `SELECT `+prefixed("a", accountPlain)+`, a.totp_secret IS NOT NULL, a.created, a.signed_in,
		(SELECT count(*) FROM submissions s WHERE s.clinic_id = $1 AND s.assignee = a.id AND s.open = TRUE)
		FROM accounts a WHERE a.clinic_id = $1 ORDER BY CASE WHEN a.status = 'disabled' THEN 1 ELSE 0 END, a.name, a.id LIMIT $2`,
		[]any{string(st.who.Clinic), peopleMost}, func(scan func(...any) error) error {
			var row accountRow
			var open int64
			err := scan(append(row.dest(), &open)...)
			all = append(all, Person{row.account(), open})
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return all, nil
}

// Person reads one of the people of the clinic. Somebody of another clinic is ErrNotFound, which is recorded.
func (st *Staff) Person(ctx context.Context, id account.ID) (account.Account, error) {
	if err := st.may(account.ManagePeople); err != nil {
		return account.Account{}, err
	}
	a, err := st.colleague(ctx, st.store, id)
	return a, st.foreign(ctx, id, err)
}

func (st *Staff) colleague(ctx context.Context, tx *Store, id account.ID) (account.Account, error) {
	a, err := tx.Account(ctx, id)
	if err == nil && a.Clinic != st.who.Clinic {
		err = fmt.Errorf("read account: %w", ErrNotFound)
	}
	if err != nil {
		return account.Account{}, err
	}
	return a, nil
}

// Invite adds a person to the clinic, with the hash of the one-time link by which they choose a password. A role above the
// person's own is account.ErrAbove, a login that is taken account.ErrLogin.
func (st *Staff) Invite(ctx context.Context, a account.Account, tokenHash []byte) error {
	return st.act(ctx, account.ManagePeople, func(tx *Store) error {
		if !st.who.Role.Covers(a.Role) {
			return account.ErrAbove
		}
		a.Clinic, a.Created = st.who.Clinic, st.now
		err := tx.invite(ctx, a, tokenHash, st.event())
		if errors.Is(err, ErrConflict) {
			err = account.ErrLogin
		}
		return err
	})
}

// event begins an event of the person.
func (st *Staff) event() audit.Event {
	return audit.Event{Clinic: st.who.Clinic, At: st.now, Actor: string(st.who.Account), Name: st.who.Name, Role: string(st.who.Role)}
}

// manage runs fn on a person of the clinic whom this person may manage. Somebody of another clinic is ErrNotFound, which is
// recorded; somebody above one's own role account.ErrAbove.
func (st *Staff) manage(ctx context.Context, id account.ID, fn func(tx *Store, a account.Account) error) error {
	err := st.act(ctx, account.ManagePeople, func(tx *Store) error {
		a, err := st.colleague(ctx, tx, id)
		if err != nil {
			return err
		}
		if !st.who.Role.Covers(a.Role) {
			return account.ErrAbove
		}
		return fn(tx, a)
	})
	return st.foreign(ctx, id, err)
}

// foreign records the try to reach a person of another clinic, when err says that nobody was found. It gives err.
func (st *Staff) foreign(ctx context.Context, id account.ID, err error) error {
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	recorded := st.store.InTx(ctx, func(tx *Store) error {
		a, err := tx.Account(ctx, id)
		switch {
		case errors.Is(err, ErrNotFound), err == nil && a.Clinic == st.who.Clinic:
			return nil
		case err != nil:
			return err
		}
		return st.record(ctx, tx, audit.Denied, string(id), "")
	})
	return errors.Join(err, recorded)
}

// SetRole gives a person another role, no higher than one's own. The last admin who can sign in keeps theirs:
// account.ErrLastAdmin.
func (st *Staff) SetRole(ctx context.Context, id account.ID, role account.Role) error {
	return st.manage(ctx, id, func(tx *Store, a account.Account) error {
		switch {
		case !st.who.Role.Covers(role):
			return account.ErrAbove
		case role == a.Role:
			return nil
		}
		if role != account.Admin {
			if err := tx.keepAdmin(ctx, a); err != nil {
				return err
			}
		}
		_, err := tx.exec(ctx, `UPDATE accounts SET role = $3 WHERE id = $1 AND clinic_id = $2`, string(id), string(st.who.Clinic), string(role))
		if err != nil {
			return fmt.Errorf("set role: %w", err)
		}
		return st.record(ctx, tx, audit.AccountChanged, string(id), string(role))
	})
}

// keepAdmin is account.ErrLastAdmin when a is the only admin of their clinic who can sign in.
func (s *Store) keepAdmin(ctx context.Context, a account.Account) error {
	if a.Role != account.Admin || a.Status != account.Active {
		return nil
	}
	var others int64
	err := s.queryRow(ctx, `SELECT count(*) FROM accounts WHERE clinic_id = $1 AND id <> $2 AND role = 'admin' AND status = 'active'`,
		[]any{string(a.Clinic), string(a.ID)}, &others)
	if err == nil && others == 0 {
		err = account.ErrLastAdmin
	}
	return err
}

// Disable shuts a person out at once. Nobody shuts themself out, account.ErrOwn, nor the last admin, account.ErrLastAdmin.
func (st *Staff) Disable(ctx context.Context, id account.ID) error {
	return st.manage(ctx, id, func(tx *Store, a account.Account) error {
		switch {
		case id == st.who.Account:
			return account.ErrOwn
		case a.Status == account.Disabled:
			return nil
		}
		if err := tx.keepAdmin(ctx, a); err != nil {
			return err
		}
		return tx.disable(ctx, id, st.who.Clinic, st.event())
	})
}

// Enable lets a person in again with what they signed in with before. Somebody who never had a password needs a new link.
func (st *Staff) Enable(ctx context.Context, id account.ID) error {
	return st.manage(ctx, id, func(tx *Store, a account.Account) error {
		n, err := tx.exec(ctx, `UPDATE accounts SET status = CASE WHEN password IS NULL THEN 'invited' ELSE 'active' END
			WHERE id = $1 AND clinic_id = $2 AND status = 'disabled'`, string(id), string(st.who.Clinic))
		if err != nil || n == 0 {
			return err
		}
		return st.record(ctx, tx, audit.AccountEnabled, string(id), "")
	})
}

// Reset takes password, second step and sessions from a person, and makes the one-time link by which they choose a new
// password. One's own password is changed elsewhere: account.ErrOwn.
func (st *Staff) Reset(ctx context.Context, id account.ID, tokenHash []byte) error {
	return st.manage(ctx, id, func(tx *Store, a account.Account) error {
		if id == st.who.Account {
			return account.ErrOwn
		}
		if err := tx.keepAdmin(ctx, a); err != nil {
			return err
		}
		return tx.reset(ctx, id, st.who.Clinic, tokenHash, st.event())
	})
}
