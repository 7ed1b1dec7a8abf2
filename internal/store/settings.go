package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
)

// ChangeClinic changes the settings of the clinic from what the person saw. If somebody changed them meanwhile it is
// ErrStale. A slug that is taken is account.ErrSlug, a name account.ErrName. To ask everybody for a second step one must have it oneself,
// account.ErrNoSteps; those who have none are signed out, and set it up when they come back.
func (st *Staff) ChangeClinic(ctx context.Context, saw, now account.Clinic) error {
	return st.act(ctx, account.ManageClinic, func(tx *Store) error {
		id := string(st.who.Clinic)
		if now.TwoSteps && !saw.TwoSteps {
			own, err := tx.Account(ctx, st.who.Account)
			if err != nil {
				return err
			}
			if !own.TwoSteps {
				return account.ErrNoSteps
			}
		}
		if now.Name != saw.Name {
			if err := tx.freeName(ctx, saw.ID, now.Name); err != nil {
				return err
			}
		}
		if now.Slug != saw.Slug {
			if err := tx.changeSlug(ctx, saw, now.Slug); err != nil {
				return err
			}
		}
		n, err := tx.exec(ctx, `UPDATE clinics SET slug = $2, name = $3, two_steps = $4, keep_days = $5, closed = $6
			WHERE id = $1 AND slug = $7 AND name = $8 AND two_steps = $9 AND keep_days = $10 AND (closed IS NULL) = $11`,
			id, now.Slug, now.Name, now.TwoSteps, now.Keep, stamp(now.Closed), saw.Slug, saw.Name, saw.TwoSteps, saw.Keep, saw.Closed.IsZero())
		switch {
		case errors.Is(err, ErrConflict):
			return account.ErrSlug
		case err != nil:
			return fmt.Errorf("change clinic: %w", err)
		case n == 0:
			return ErrStale
		}
		if now.TwoSteps && !saw.TwoSteps {
			_, err := tx.exec(ctx, `DELETE FROM sessions WHERE account_id IN
				(SELECT id FROM accounts WHERE clinic_id = $1 AND totp_secret IS NULL)`, id)
			if err != nil {
				return fmt.Errorf("change clinic: %w", err)
			}
		}
		detail := changed(saw, now)
		if detail == "" {
			return nil
		}
		return st.record(ctx, tx, audit.ClinicChanged, id, detail)
	})
}

// changeSlug keeps the slug that a clinic has for nobody else: who took it would get this clinic's patients.
func (s *Store) changeSlug(ctx context.Context, c account.Clinic, to string) error {
	var of string
	switch err := s.queryRow(ctx, `SELECT clinic_id FROM former_slugs WHERE slug = $1`, []any{to}, &of); {
	case err == nil && of != string(c.ID):
		return account.ErrSlug
	case err != nil && !errors.Is(err, ErrNotFound):
		return fmt.Errorf("change clinic: %w", err)
	}
	_, err := s.exec(ctx, `INSERT INTO former_slugs (slug, clinic_id) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING`, c.Slug, string(c.ID))
	if err != nil {
		return fmt.Errorf("change clinic: %w", err)
	}
	return nil
}

// changed lists what is different, as the audit trail has it: words, some with a value.
func changed(saw, now account.Clinic) string {
	var all []string
	if saw.Name != now.Name {
		all = append(all, "name")
	}
	if saw.Slug != now.Slug {
		all = append(all, "slug:"+now.Slug)
	}
	if saw.TwoSteps != now.TwoSteps {
		all = append(all, fmt.Sprintf("two-steps:%t", now.TwoSteps))
	}
	if saw.Keep != now.Keep {
		all = append(all, fmt.Sprintf("keep:%d", now.Keep))
	}
	if saw.Closed.IsZero() != now.Closed.IsZero() {
		all = append(all, fmt.Sprintf("closed:%t", !now.Closed.IsZero()))
	}
	return strings.Join(all, " ")
}

// DueMost is where Due ends counting.
const DueMost = 10_000

// Due counts, up to DueMost, the submissions that would be purged if they were kept for so many days.
func (st *Staff) Due(ctx context.Context, keep int) (n int, err error) {
	if err := st.may(account.ManageClinic); err != nil {
		return 0, err
	}
	err = st.store.queryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM submissions
		WHERE clinic_id = $1 AND NOT held AND changed <= $2 ORDER BY changed LIMIT $3) AS due`,
		[]any{string(st.who.Clinic), stamp(kept(st.now, keep)), DueMost}, &n)
	if err != nil {
		return 0, fmt.Errorf("count what is due: %w", err)
	}
	return n, nil
}

// kept is since when something must have changed in order to be kept at now.
func kept(now time.Time, days int) time.Time { return now.AddDate(0, 0, -days) }

// OpenClinic opens a further clinic with its first admin, who joins by the one-time link. The person who does so has no part
// in it. A slug that is taken is account.ErrSlug, a name account.ErrName, a login account.ErrLogin.
func (st *Staff) OpenClinic(ctx context.Context, c account.Clinic, first account.Account, tokenHash []byte) error {
	return st.act(ctx, account.ManageClinic, func(tx *Store) error {
		c.Created, c.Closed = st.now, time.Time{}
		first.Clinic, first.Role, first.Created = c.ID, account.Admin, st.now
		if err := tx.free(ctx, `SELECT 1 FROM clinics WHERE slug = $1 UNION SELECT 1 FROM former_slugs WHERE slug = $1`, c.Slug, account.ErrSlug); err != nil {
			return err
		}
		if err := tx.freeName(ctx, c.ID, c.Name); err != nil {
			return err
		}
		if err := tx.free(ctx, `SELECT 1 FROM accounts WHERE login = $1`, first.Login, account.ErrLogin); err != nil {
			return err
		}
		if err := tx.createClinic(ctx, c, st.event()); err != nil {
			return err
		}
		if err := tx.invite(ctx, first, tokenHash, st.event()); err != nil {
			return err
		}
		return st.record(ctx, tx, audit.ClinicOpened, string(c.ID), c.Slug)
	})
}

// freeName is account.ErrName when a clinic other than id has a name: patients choose theirs by it.
func (s *Store) freeName(ctx context.Context, id q.ClinicID, name string) error {
	all, err := s.Clinics(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.ID != id && strings.EqualFold(c.Name, name) {
			return account.ErrName
		}
	}
	return nil
}

// free is taken when a query finds something.
func (s *Store) free(ctx context.Context, query, key string, taken error) error {
	var there int
	err := s.queryRow(ctx, query, []any{key}, &there)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err == nil:
		return taken
	}
	return err
}

// Trail asks for a stretch of the audit trail.
type Trail struct {
	Actor  string       // an account's id, or one of the actors of audit; empty: anybody
	Action audit.Action // empty: any
	Before int64        // only events with a lower number; 0: the newest
}

// TrailSize is how many events a page of the audit trail has.
const TrailSize = 50

// Trail reads the clinic's audit trail, the newest first, and says whether there is more.
func (st *Staff) Trail(ctx context.Context, f Trail) (events []audit.Event, more bool, err error) {
	if err := st.may(account.SeeAudit); err != nil {
		return nil, false, err
	}
	and := ""
	args := []any{string(st.who.Clinic)}
	if f.Action != "" {
		args = append(args, string(f.Action))
		and = " AND action = $2"
	}
	return st.trail(ctx, f, and, args)
}

// Readers reads who opened, printed and exported what, the newest first, and says whether there is more.
func (st *Staff) Readers(ctx context.Context, f Trail) (events []audit.Event, more bool, err error) {
	if err := st.may(account.SeeReaders); err != nil {
		return nil, false, err
	}
	return st.trail(ctx, f, " AND action IN ('opened', 'printed', 'exported', 'listed')", []any{string(st.who.Clinic)})
}

func (st *Staff) trail(ctx context.Context, f Trail, and string, args []any) ([]audit.Event, bool, error) {
	if f.Actor != "" {
		args = append(args, f.Actor)
		and += " AND actor = " + place(len(args))
	}
	if f.Before > 0 {
		args = append(args, f.Before)
		and += " AND seq < " + place(len(args))
	}
	args = append(args, TrailSize+1)
	events, err := st.store.events(ctx, `clinic_id = $1`+and+` ORDER BY seq DESC LIMIT `+place(len(args)), args...)
	if err != nil {
		return nil, false, err
	}
	more := len(events) > TrailSize
	return events[:min(len(events), TrailSize)], more, nil
}

// Names gives the names of people of the clinic by the ids of their accounts, for the pages that tell what they did.
func (st *Staff) Names(ctx context.Context) (map[account.ID]string, error) {
	if err := st.may(account.SeeReaders); err != nil {
		return nil, err
	}
	names := map[account.ID]string{}
	err := st.store.queryRows(ctx, `SELECT id, name FROM accounts WHERE clinic_id = $1`, []any{string(st.who.Clinic)},
		func(scan func(...any) error) error {
			var m account.Member
			err := scan((*string)(&m.ID), &m.Name)
			names[m.ID] = m.Name
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("names: %w", err)
	}
	return names, nil
}
