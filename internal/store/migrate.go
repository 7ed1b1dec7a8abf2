package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"ekbom/migrations"

	"github.com/pressly/goose/v3"
)

// Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string
	Applied time.Time // zero: not yet
}

// Migrate brings the schema up to date and gives the steps it took. Several programs may do so at once. A schema of a
// later release is left alone: ErrSchemaNew.
func (s *Store) Migrate(ctx context.Context) ([]Migration, error) {
	var done []Migration
	err := s.migrating(ctx, func(p *goose.Provider) error {
		if err := checkSchema(ctx, p); !errors.Is(err, ErrSchemaOld) {
			return err
		}
		results, err := p.Up(ctx)
		var part *goose.PartialError
		if errors.As(err, &part) {
			results = part.Applied
			err = fmt.Errorf("%s: %w", part.Failed.Source.Path, s.engine.fault(ctx, part.Err))
		}
		for _, r := range results {
			done = append(done, migration(r.Source, time.Now()))
		}
		return err
	})
	return done, err
}

// Migrations lists the steps that this program knows.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	var list []Migration
	err := s.migrating(ctx, func(p *goose.Provider) error {
		list = nil
		steps, err := p.Status(ctx)
		for _, st := range steps {
			list = append(list, migration(st.Source, st.AppliedAt))
		}
		return err
	})
	return list, err
}

// CheckSchema is nil when the schema is the one that this program works with, else ErrSchemaOld or ErrSchemaNew.
func (s *Store) CheckSchema(ctx context.Context) error {
	return s.migrating(ctx, func(p *goose.Provider) error { return checkSchema(ctx, p) })
}

func checkSchema(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case current > target:
		return fmt.Errorf("%w (step %d, known are %d)", ErrSchemaNew, current, target)
	case current < target:
		return fmt.Errorf("%w (step %d of %d)", ErrSchemaOld, current, target)
	}
	return nil
}

func migration(src *goose.Source, applied time.Time) Migration {
	name := strings.TrimSuffix(src.Path, ".sql")
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".sqlite"), ".postgres")
	return Migration{Version: src.Version, Name: name, Applied: stampOrZero(applied)}
}

func stampOrZero(t time.Time) time.Time { return unstamp(stamp(t)) }

// migrating runs do on a provider of our engine's steps.
func (s *Store) migrating(ctx context.Context, do func(*goose.Provider) error) error {
	if s.inTx {
		return ErrNested
	}
	other := map[string]string{"sqlite": "postgres", "postgres": "sqlite"}[s.Engine()]
	exclude, err := fs.Glob(migrations.Files, "*."+other+".sql")
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	db, release, dialect, options, err := s.engine.migrator()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer release()
	p, err := goose.NewProvider(dialect, db, migrations.Files,
		append(options, goose.WithDisableGlobalRegistry(true), goose.WithExcludeNames(exclude))...)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	// SQLite has no lock for goose to hold: of programs that migrate at once all but one fail, each time by a step that
	// the other has taken. So whoever fails looks again, at most once for each step and for goose's own table.
	for range len(p.ListSources()) + 1 {
		if err = do(p); err == nil || s.Engine() != "sqlite" || errors.Is(err, ErrSchemaOld) || errors.Is(err, ErrSchemaNew) {
			break
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrSchemaOld), errors.Is(err, ErrSchemaNew):
		return err
	}
	if f := s.engine.fault(ctx, err); !errors.Is(f, errHidden) {
		return fmt.Errorf("migrate: %w", f)
	}
	return fmt.Errorf("migrate: %w", err) // goose's own, which has seen no rows
}
