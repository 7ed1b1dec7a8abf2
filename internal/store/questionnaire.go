package store

import (
	"context"
	"fmt"
	"time"

	q "ekbom/internal/questionnaire"
)

// SaveQuestionnaire keeps the files of an edition, so that responses pinned to it can be explained when the shipped
// files have moved on. Saving the same edition again changes nothing.
func (s *Store) SaveQuestionnaire(ctx context.Context, ref q.Ref, archive []byte) error {
	_, err := s.exec(ctx, `INSERT INTO questionnaires (hash, id, version, archive, created) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO NOTHING`, ref.Hash, ref.ID, ref.Version, archive, stamp(time.Now()))
	if err != nil {
		return fmt.Errorf("save questionnaire %s %s: %w", ref.ID, ref.Version, err)
	}
	return nil
}

// Questionnaire gives the files of an edition as they were saved, or ErrNotFound.
func (s *Store) Questionnaire(ctx context.Context, hash string) ([]byte, error) {
	var archive []byte
	err := s.queryRow(ctx, `SELECT archive FROM questionnaires WHERE hash = $1`, []any{hash}, &archive)
	if err != nil {
		return nil, fmt.Errorf("read questionnaire: %w", err)
	}
	return archive, nil
}
