package store

import (
	"context"
	"fmt"
	"time"

	"ekbom/internal/account"
	q "ekbom/internal/questionnaire"
)

// dayKinds are the counts of what happened on a day.
func dayKinds() []TallyKind {
	return []TallyKind{CountUrgency, CountCause, CountAsked, CountUnsure, CountRule, CountNotMe, CountStopped, CountFirstLook, CountClosed}
}

// idleDraft is how long nobody touched a draft that counts as ended where it stands.
const idleDraft = 24 * time.Hour

// Statistics reads what was counted from a day to before another. Submissions themselves are not looked at. Drafts for the
// clinic that ended but still lie there count as stopped, too.
func (st *Staff) Statistics(ctx context.Context, from, to time.Time) ([]Tally, error) {
	if err := st.may(account.SeeStatistics); err != nil {
		return nil, err
	}
	var all []Tally
	for _, kind := range dayKinds() {
		tallies, err := st.store.tallies(ctx, st.who.Clinic, kind, from, to)
		if err != nil {
			return nil, err
		}
		all = append(all, tallies...)
	}
	until := st.now.Add(-idleDraft)
	if to.Before(until) {
		until = to
	}
	err := st.store.queryRows(ctx, `SELECT place, count(*) FROM responses
		WHERE clinic_id = $1 AND status = 'draft' AND updated >= $2 AND updated < $3 AND place <> '' GROUP BY place`,
		[]any{string(st.who.Clinic), stamp(from), stamp(until)}, func(scan func(...any) error) error {
			t := Tally{Kind: CountStopped, Day: from}
			err := scan(&t.Key, &t.N)
			all = append(all, t)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("count drafts: %w", err)
	}
	return all, nil
}

// Editions lists the hashes of all editions of questionnaires that were ever served, the newest first.
func (st *Staff) Editions(ctx context.Context) ([]q.Ref, error) {
	if err := st.may(account.ExportQueue); err != nil {
		return nil, err
	}
	var all []q.Ref
	err := st.store.queryRows(ctx, `SELECT id, version, hash FROM questionnaires ORDER BY created DESC, hash`, nil,
		func(scan func(...any) error) error {
			var r q.Ref
			err := scan((*string)(&r.ID), &r.Version, &r.Hash)
			all = append(all, r)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("list editions: %w", err)
	}
	return all, nil
}
