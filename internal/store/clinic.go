package store

import (
	"context"
	"fmt"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
)

const clinicColumns = `id, slug, name, created, closed, two_steps, keep_days`

type clinicRow struct {
	c      account.Clinic
	closed *time.Time
}

func (row *clinicRow) dest() []any {
	c := &row.c
	return []any{(*string)(&c.ID), &c.Slug, &c.Name, &c.Created, &row.closed, &c.TwoSteps, &c.Keep}
}

func (row *clinicRow) clinic() account.Clinic {
	c := row.c
	c.Created, c.Closed = c.Created.UTC(), unstamp(row.closed)
	return c
}

// CreateClinic opens a clinic. A slug that is taken is ErrConflict. by is who does so: audit.Operator, or the like.
func (s *Store) CreateClinic(ctx context.Context, c account.Clinic, by string) error {
	return s.InTx(ctx, func(tx *Store) error { return tx.createClinic(ctx, c, audit.Event{Actor: by}) })
}

func (s *Store) createClinic(ctx context.Context, c account.Clinic, by audit.Event) error {
	_, err := s.exec(ctx, `INSERT INTO clinics (`+clinicColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		string(c.ID), c.Slug, c.Name, stamp(c.Created), stamp(c.Closed), c.TwoSteps, c.Keep)
	if err != nil {
		return fmt.Errorf("create clinic: %w", err)
	}
	by.Clinic, by.At, by.Action, by.Subject = c.ID, c.Created, audit.ClinicOpened, string(c.ID)
	return s.record(ctx, by)
}

// Clinic reads a clinic, or ErrNotFound.
func (s *Store) Clinic(ctx context.Context, id q.ClinicID) (account.Clinic, error) {
	return s.clinic(ctx, `id = $1`, string(id))
}

// ClinicBySlug reads the clinic of an address, or ErrNotFound.
func (s *Store) ClinicBySlug(ctx context.Context, slug string) (account.Clinic, error) {
	return s.clinic(ctx, `slug = $1`, slug)
}

func (s *Store) clinic(ctx context.Context, where, key string) (account.Clinic, error) {
	var row clinicRow
	if err := s.queryRow(ctx, `SELECT `+clinicColumns+` FROM clinics WHERE `+where, []any{key}, row.dest()...); err != nil {
		return account.Clinic{}, fmt.Errorf("read clinic: %w", err)
	}
	return row.clinic(), nil
}

// Clinics lists all clinics by name, the closed ones too.
func (s *Store) Clinics(ctx context.Context) ([]account.Clinic, error) {
	var all []account.Clinic
	err := s.queryRows(ctx, `SELECT `+clinicColumns+` FROM clinics ORDER BY name, id`, nil, func(scan func(...any) error) error {
		var row clinicRow
		err := scan(row.dest()...)
		all = append(all, row.clinic())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list clinics: %w", err)
	}
	return all, nil
}

// ClinicsInUse lists the clinics that have submissions.
func (s *Store) ClinicsInUse(ctx context.Context) ([]q.ClinicID, error) {
	var ids []q.ClinicID
	err := s.queryRows(ctx, `SELECT id FROM clinics c WHERE EXISTS (SELECT 1 FROM submissions WHERE clinic_id = c.id) ORDER BY id`, nil,
		func(scan func(...any) error) error {
			var id q.ClinicID
			err := scan((*string)(&id))
			ids = append(ids, id)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("list clinics in use: %w", err)
	}
	return ids, nil
}
