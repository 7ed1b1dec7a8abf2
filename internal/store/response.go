package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	q "ekbom/internal/questionnaire"
)

const responseColumns = `id, questionnaire_id, questionnaire_version, questionnaire_hash, status, clinic_id,
	answers, confirmed, outcome, revision, created, updated, completed, expires, sent, letter, not_me, place`

// CreateResponse saves a new response under the hash of a return code, which repeat assessments share. Its edition must
// have been saved by SaveQuestionnaire. A known id is ErrConflict.
func (s *Store) CreateResponse(ctx context.Context, r q.Response, codeHash []byte) error {
	texts, err := jsonTexts(idsOf(r.Confirmed), r.Letter, idsOf(r.NotMe))
	if err != nil {
		return fmt.Errorf("create response: %w", err)
	}
	_, err = s.exec(ctx, `INSERT INTO responses (`+responseColumns+`, code_hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		string(r.ID), string(r.Ref.ID), r.Ref.Version, r.Ref.Hash, string(r.Status), clinicOf(r),
		text(r.Answers), texts[0], text(r.Outcome), r.Revision, stamp(r.Created), stamp(r.Updated), stamp(r.Completed), stamp(r.Expires),
		stamp(r.Sent), texts[1], texts[2], string(r.Place), codeHash)
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
	var row responseRow
	if err := s.queryRow(ctx, query, []any{key}, row.dest()...); err != nil {
		return q.Response{}, fmt.Errorf("read response: %w", err)
	}
	r, err := row.response()
	if err != nil {
		return q.Response{}, fmt.Errorf("read response %s: %w", row.r.ID, err)
	}
	return r, nil
}

// responseRow is a row of responseColumns as it is scanned.
type responseRow struct {
	r                        q.Response
	clinic                   *string
	confirmed, letter, notMe []byte
	completed, expires, sent *time.Time
}

func (row *responseRow) dest() []any {
	r := &row.r
	// As plain strings, which pgx scans without asking what they are.
	return []any{(*string)(&r.ID), (*string)(&r.Ref.ID), &r.Ref.Version, &r.Ref.Hash, (*string)(&r.Status), &row.clinic,
		&r.Answers, &row.confirmed, &r.Outcome, &r.Revision, &r.Created, &r.Updated, &row.completed, &row.expires,
		&row.sent, &row.letter, &row.notMe, (*string)(&r.Place)}
}

func (row *responseRow) response() (q.Response, error) {
	r := row.r
	for _, part := range []struct {
		name string
		text []byte
		to   any
	}{{"confirmed", row.confirmed, &r.Confirmed}, {"letter", row.letter, &r.Letter}, {"not me", row.notMe, &r.NotMe}} {
		if err := json.Unmarshal(part.text, part.to); err != nil {
			return q.Response{}, fmt.Errorf("%s: %T", part.name, err) // its text may quote what was written
		}
	}
	r.Confirmed, r.NotMe = none(r.Confirmed), none(r.NotMe)
	if row.clinic != nil {
		r.Clinic = q.ClinicID(*row.clinic)
	}
	r.Created, r.Updated = r.Created.UTC(), r.Updated.UTC()
	r.Completed, r.Expires, r.Sent = unstamp(row.completed), unstamp(row.expires), unstamp(row.sent)
	return r, nil
}

// readAtOnce is how many responses one statement reads when all are read: few enough for its patience.
const readAtOnce = 500

// Completed is what somebody answered to the end, without who it was.
type Completed struct {
	Edition string // hash
	Answers []byte
	Sent    bool // to a clinic

	id    string
	other bool // a draft, a response withdrawn, or one to another questionnaire
}

// CompletedAnswers reads the completed responses to a questionnaire one after the other. It is for counting: no person may
// see what it gives, so it is not an act of the audit trail.
func (s *Store) CompletedAnswers(ctx context.Context, questionnaire q.ID) iter.Seq2[Completed, error] {
	return func(yield func(Completed, error) bool) {
		for after := ""; ; {
			page := make([]Completed, 0, readAtOnce)
			err := s.queryRows(ctx, `SELECT id, questionnaire_hash, sent IS NOT NULL, questionnaire_id <> $1 OR status <> 'completed',
				CASE WHEN questionnaire_id = $1 AND status = 'completed' THEN answers END
				FROM responses WHERE id > $2 ORDER BY id LIMIT $3`, []any{string(questionnaire), after, readAtOnce}, func(scan func(...any) error) error {
				var c Completed
				err := scan(&c.id, &c.Edition, &c.Sent, &c.other, &c.Answers)
				page = append(page, c)
				return err
			})
			if err != nil {
				yield(Completed{}, fmt.Errorf("read completed answers: %w", err))
				return
			}
			for _, c := range page {
				if !c.other && !yield(c, nil) {
					return
				}
			}
			if len(page) < readAtOnce {
				return
			}
			after = page[len(page)-1].id
		}
	}
}

// UpdateResponse saves all of r but its Created and Sent times. r.Revision is the revision that was read; the saved one is
// one higher. If another change came first it is ErrStale and nothing is saved; if the response was sent, ErrSent; if it is
// gone, ErrNotFound.
func (s *Store) UpdateResponse(ctx context.Context, r q.Response) error {
	texts, err := jsonTexts(idsOf(r.Confirmed), r.Letter, idsOf(r.NotMe))
	if err != nil {
		return fmt.Errorf("update response: %w", err)
	}
	n, err := s.exec(ctx, `UPDATE responses SET revision = revision + 1, questionnaire_id = $3, questionnaire_version = $4,
		questionnaire_hash = $5, status = $6, clinic_id = $7, answers = $8, confirmed = $9, outcome = $10, updated = $11,
		completed = $12, expires = $13, letter = $14, not_me = $15, place = $16
		WHERE id = $1 AND revision = $2 AND sent IS NULL`,
		string(r.ID), r.Revision, string(r.Ref.ID), r.Ref.Version, r.Ref.Hash, string(r.Status), clinicOf(r),
		text(r.Answers), texts[0], text(r.Outcome), stamp(r.Updated), stamp(r.Completed), stamp(r.Expires), texts[1], texts[2],
		string(r.Place))
	if err == nil && n == 0 {
		err = s.whyNot(ctx, r.ID)
	}
	if err != nil {
		return fmt.Errorf("update response: %w", err)
	}
	return nil
}

// whyNot tells why a response could not be changed.
func (s *Store) whyNot(ctx context.Context, id q.ResponseID) error {
	var sent *time.Time
	switch err := s.queryRow(ctx, `SELECT sent FROM responses WHERE id = $1`, []any{string(id)}, &sent); {
	case err != nil:
		return err
	case sent != nil:
		return ErrSent
	}
	return ErrStale
}

// DeleteResponse removes a response for good. If there is none it is ErrNotFound; if a clinic has it, ErrSent: it must be
// withdrawn first.
func (s *Store) DeleteResponse(ctx context.Context, id q.ResponseID) error {
	n, err := s.exec(ctx, `DELETE FROM responses WHERE id = $1 AND (sent IS NULL OR status = 'withdrawn' AND expires IS NOT NULL)`, string(id))
	if err == nil && n == 0 {
		err = s.whyNot(ctx, id)
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

// PurgeExpired removes for good the responses that have expired by now, and says how many, also when an error ends it
// early. What was sent to a clinic and not withdrawn stays. A draft that was meant for a clinic is counted by the question
// at which it ended.
func (s *Store) PurgeExpired(ctx context.Context, now time.Time) (total int, err error) {
	for {
		n := 0
		err := s.InTx(ctx, func(tx *Store) error {
			n = 0
			stopped := map[q.ClinicID][]Tally{}
			err := tx.queryRows(ctx, `DELETE FROM responses WHERE id IN (SELECT id FROM responses
				WHERE (sent IS NULL OR status = 'withdrawn') AND expires <= $1 ORDER BY expires LIMIT $2)
				RETURNING status, coalesce(clinic_id, ''), place, updated`, []any{stamp(now), purgeAtOnce},
				func(scan func(...any) error) error {
					var r q.Response
					err := scan((*string)(&r.Status), (*string)(&r.Clinic), (*string)(&r.Place), &r.Updated)
					if r.Status == q.Draft && r.Clinic != "" && r.Place != "" {
						stopped[r.Clinic] = append(stopped[r.Clinic], Tally{Kind: CountStopped, Day: r.Updated, Key: string(r.Place), N: 1})
					}
					n++
					return err
				})
			if err != nil {
				return err
			}
			for _, clinic := range slices.Sorted(maps.Keys(stopped)) {
				if err := tx.count(ctx, clinic, stopped[clinic]...); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			total += n
		}
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

// none makes an empty list nil, as it is before it was stored.
func none(ids []q.ID) []q.ID {
	if len(ids) == 0 {
		return nil
	}
	return ids
}

// jsonTexts gives values as JSON texts.
func jsonTexts(values ...any) ([]string, error) {
	texts := make([]string, len(values))
	for i, v := range values {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		texts[i] = string(b)
	}
	return texts, nil
}
