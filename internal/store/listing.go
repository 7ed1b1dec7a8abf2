package store

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

// Listed is a submission with the response that it is of.
type Listed struct {
	review.Submission
	Response q.Response // zero when it was withdrawn
}

// listedAtOnce is how many submissions of a list are in memory at a time.
const listedAtOnce = 200

// CountListed says how many submissions a filter finds now.
func (st *Staff) CountListed(ctx context.Context, f review.Filter) (n int64, err error) {
	if err := st.may(account.ExportQueue); err != nil {
		return 0, err
	}
	return st.countListed(ctx, st.store, f)
}

func (st *Staff) countListed(ctx context.Context, tx *Store, f review.Filter) (n int64, err error) {
	query, args := st.countQuery(f)
	if err := tx.queryRow(ctx, query, args, &n); err != nil {
		return 0, fmt.Errorf("count list: %w", err)
	}
	return n, nil
}

// List gives all submissions that a filter finds, in the order of the queue, with their responses. First it is recorded how
// many there are; detail says the rest of what is recorded. They are read in small parts as they are asked for, and nothing
// is locked meanwhile: what is sent after st was made is left out, what is withdrawn or purged before its turn is not there.
func (st *Staff) List(ctx context.Context, f review.Filter, detail string) (iter.Seq2[Listed, error], error) {
	if f.To.IsZero() || f.To.After(st.now) {
		f.To = st.now
	}
	var event int64
	err := st.act(ctx, account.ExportQueue, func(tx *Store) error {
		n, err := st.countListed(ctx, tx, f)
		if err != nil {
			return err
		}
		if err := st.record(ctx, tx, audit.Listed, "", strings.TrimSpace(strconv.FormatInt(n, 10)+" "+detail)); err != nil {
			return err
		}
		return tx.queryRow(ctx, `SELECT seq FROM audit_heads WHERE clinic_id = $1`, []any{string(st.who.Clinic)}, &event)
	})
	if err != nil {
		return nil, err
	}
	return func(yield func(Listed, error) bool) {
		var after *review.Key
		for {
			page, err := st.queue(ctx, f, after, nil, listedAtOnce)
			if err != nil {
				yield(Listed{}, err)
				return
			}
			responses, err := st.responsesOf(ctx, page.Submissions)
			if err == nil {
				err = st.noteListed(ctx, event, responses)
			}
			if err != nil {
				yield(Listed{}, err)
				return
			}
			for _, s := range page.Submissions {
				l := Listed{Submission: s}
				if s.Withdrawn.IsZero() {
					l.Response = responses[s.ID]
				}
				if !yield(l, nil) {
					return
				}
			}
			if !page.Later {
				return
			}
			k := page.Submissions[len(page.Submissions)-1].Key()
			after = &k
		}
	}, nil
}

// noteListed notes of which submissions the answers go out with a list, before they do: each of the patients sees it.
func (st *Staff) noteListed(ctx context.Context, event int64, responses map[q.ResponseID]q.Response) error {
	if len(responses) == 0 {
		return nil
	}
	args := []any{string(st.who.Clinic), event}
	var rows []string
	for id := range responses {
		args = append(args, string(id))
		rows = append(rows, "("+place(len(args))+", $1, CAST($2 AS bigint))")
	}
	_, err := st.store.exec(ctx, `INSERT INTO listed (submission_id, clinic_id, seq) VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT (submission_id, seq) DO NOTHING`, args...)
	if err != nil {
		return fmt.Errorf("note list: %w", err)
	}
	return nil
}

// responsesOf reads the responses of submissions that were not withdrawn.
func (st *Staff) responsesOf(ctx context.Context, all []review.Submission) (map[q.ResponseID]q.Response, error) {
	found := make(map[q.ResponseID]q.Response, len(all))
	if len(all) == 0 {
		return found, nil
	}
	args := []any{string(st.who.Clinic)}
	var places []string
	for _, s := range all {
		args = append(args, string(s.ID))
		places = append(places, place(len(args)))
	}
	err := st.store.queryRows(ctx, `SELECT `+prefixed("r", responseColumns)+` FROM submissions s JOIN responses r ON r.id = s.id
		WHERE s.clinic_id = $1 AND s.withdrawn IS NULL AND s.id IN (`+strings.Join(places, ", ")+`)`, args,
		func(scan func(...any) error) error {
			var row responseRow
			if err := scan(row.dest()...); err != nil {
				return err
			}
			r, err := row.response()
			found[r.ID] = r
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read responses: %w", err)
	}
	return found, nil
}
