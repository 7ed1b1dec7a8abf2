package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	q "ekbom/internal/questionnaire"
)

const responseColumns = `id, questionnaire_id, questionnaire_version, questionnaire_hash, status, clinic_id,
	answers, confirmed, outcome, revision, created, updated, completed, expires`

// CreateResponse saves a new response under the hash of a return code, which repeat assessments share. Its edition must
// have been saved by SaveQuestionnaire. A known id is ErrConflict.
func (s *Store) CreateResponse(ctx context.Context, r q.Response, codeHash []byte) error {
	confirmed, err := json.Marshal(idsOf(r.Confirmed))
	if err != nil {
		return fmt.Errorf("create response: %w", err)
	}
	_, err = s.exec(ctx, `INSERT INTO responses (`+responseColumns+`, code_hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		string(r.ID), string(r.Ref.ID), r.Ref.Version, r.Ref.Hash, string(r.Status), clinicOf(r),
		text(r.Answers), string(confirmed), text(r.Outcome), r.Revision, stamp(r.Created), stamp(r.Updated), stamp(r.Completed), stamp(r.Expires), codeHash)
	if err != nil {
		return fmt.Errorf("create response: %w", err)
	}
	return nil
}

// Response reads a response, or ErrNotFound.
func (s *Store) Response(ctx context.Context, id q.ResponseID) (q.Response, error) {
	return s.response(ctx, `SELECT `+responseColumns+` FROM responses WHERE id = $1`, string(id))
}

// ResponseByCode reads the newest response under the hash of a return code, or ErrNotFound.
func (s *Store) ResponseByCode(ctx context.Context, codeHash []byte) (q.Response, error) {
	return s.response(ctx, `SELECT `+responseColumns+` FROM responses WHERE code_hash = $1
		ORDER BY created DESC, id DESC LIMIT 1`, codeHash)
}

func (s *Store) response(ctx context.Context, query string, key any) (q.Response, error) {
	var r q.Response
	var clinic *string
	var confirmed []byte
	var completed, expires *time.Time
	// As plain strings, which pgx scans without asking what they are.
	err := s.queryRow(ctx, query, []any{key}, (*string)(&r.ID), (*string)(&r.Ref.ID), &r.Ref.Version, &r.Ref.Hash,
		(*string)(&r.Status), &clinic, &r.Answers, &confirmed, &r.Outcome, &r.Revision, &r.Created, &r.Updated, &completed,
		&expires)
	if err != nil {
		return q.Response{}, fmt.Errorf("read response: %w", err)
	}
	if err := json.Unmarshal(confirmed, &r.Confirmed); err != nil {
		return q.Response{}, fmt.Errorf("read response %s: confirmed: %T", r.ID, err)
	}
	if len(r.Confirmed) == 0 {
		r.Confirmed = nil
	}
	if clinic != nil {
		r.Clinic = q.ClinicID(*clinic)
	}
	r.Created, r.Updated, r.Completed, r.Expires = r.Created.UTC(), r.Updated.UTC(), unstamp(completed), unstamp(expires)
	return r, nil
}

// UpdateResponse saves all of r but its Created time. r.Revision is the revision that was read; the saved one is one
// higher. If another change came first it is ErrStale and nothing is saved; if the response is gone, ErrNotFound.
func (s *Store) UpdateResponse(ctx context.Context, r q.Response) error {
	confirmed, err := json.Marshal(idsOf(r.Confirmed))
	if err != nil {
		return fmt.Errorf("update response: %w", err)
	}
	n, err := s.exec(ctx, `UPDATE responses SET revision = revision + 1, questionnaire_id = $3, questionnaire_version = $4,
		questionnaire_hash = $5, status = $6, clinic_id = $7, answers = $8, confirmed = $9, outcome = $10, updated = $11,
		completed = $12, expires = $13 WHERE id = $1 AND revision = $2`,
		string(r.ID), r.Revision, string(r.Ref.ID), r.Ref.Version, r.Ref.Hash, string(r.Status), clinicOf(r),
		text(r.Answers), string(confirmed), text(r.Outcome), stamp(r.Updated), stamp(r.Completed), stamp(r.Expires))
	if err != nil {
		return fmt.Errorf("update response: %w", err)
	}
	if n == 1 {
		return nil
	}
	var there int
	if err := s.queryRow(ctx, `SELECT 1 FROM responses WHERE id = $1`, []any{r.ID}, &there); err != nil {
		return fmt.Errorf("update response: %w", err)
	}
	return fmt.Errorf("update response: %w", ErrStale)
}

// DeleteResponse removes a response for good. If there is none it is ErrNotFound.
func (s *Store) DeleteResponse(ctx context.Context, id q.ResponseID) error {
	n, err := s.exec(ctx, `DELETE FROM responses WHERE id = $1`, string(id))
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("delete response: %w", err)
	}
	s.scrub(ctx, 1)
	return nil
}

func (s *Store) scrub(ctx context.Context, deleted int) {
	if deleted > 0 && !s.inTx { // inside a transaction nothing is deleted yet
		s.engine.scrub(ctx)
	}
}

// purgeAtOnce is how many responses one statement of a purge removes: few enough that nobody waits for it to end.
const purgeAtOnce = 1000

// PurgeExpired removes for good the drafts, and the responses not meant for a clinic, that have expired by now, and
// says how many, also when an error ends it early. Whatever was sent to a clinic stays.
func (s *Store) PurgeExpired(ctx context.Context, now time.Time) (total int, err error) {
	for {
		n, err := s.exec(ctx, `DELETE FROM responses WHERE id IN (SELECT id FROM responses
			WHERE (status = 'draft' OR clinic_id IS NULL) AND expires <= $1 ORDER BY expires LIMIT $2)`, stamp(now), purgeAtOnce)
		total += int(n)
		if err == nil && n == purgeAtOnce {
			continue
		}
		s.scrub(ctx, total)
		if err != nil {
			err = fmt.Errorf("purge responses: %w", err)
		}
		return total, err
	}
}

func clinicOf(r q.Response) *string {
	if r.Clinic == "" {
		return nil
	}
	return (*string)(&r.Clinic)
}

func idsOf(ids []q.ID) []q.ID {
	if ids == nil {
		return []q.ID{}
	}
	return ids
}
