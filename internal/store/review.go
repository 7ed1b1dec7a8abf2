package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

// Desk is a submission as somebody needs it who is about to do something with it: without any answer.
type Desk struct {
	review.Submission
	History  []review.Entry   // oldest first
	Audience []account.Member // whom it can be assigned to
	Read     bool             // the person has opened it, which is recorded
}

// Desk reads a submission without opening it.
func (st *Staff) Desk(ctx context.Context, id q.ResponseID) (Desk, error) {
	var d Desk
	err := st.actOn(ctx, account.Review, id, func(tx *Store) error {
		d = Desk{}
		var err error
		if d.Submission, err = st.submission(ctx, tx, id); err != nil {
			return err
		}
		if d.History, err = st.history(ctx, tx, id); err != nil {
			return err
		}
		if d.Audience, err = st.members(ctx, tx); err != nil {
			return err
		}
		var times int
		err = tx.queryRow(ctx, `SELECT count(*) FROM audit WHERE clinic_id = $1 AND subject = $2 AND actor = $3
			AND action IN ('opened', 'printed', 'exported')`, []any{string(st.who.Clinic), string(id), string(st.who.Account)}, &times)
		d.Read = times > 0
		return err
	})
	if err != nil {
		return Desk{}, fmt.Errorf("read submission: %w", err)
	}
	return d, nil
}

// Note adds a note for colleagues. It never stands in the way of what others do at the same time.
func (st *Staff) Note(ctx context.Context, id q.ResponseID, text string) error {
	return st.say(ctx, id, review.Note, audit.Noted, text)
}

// Message adds a message that the patient sees on the return page. To somebody who withdrew, nothing is said:
// review.ErrWithdrawn.
func (st *Staff) Message(ctx context.Context, id q.ResponseID, text string) error {
	return st.say(ctx, id, review.Message, audit.Messaged, text)
}

// sameAgain is how long the same text of the same person is one text sent twice.
const sameAgain = time.Minute

func (st *Staff) say(ctx context.Context, id q.ResponseID, kind review.EntryKind, action audit.Action, text string) error {
	err := st.actOn(ctx, account.Review, id, func(tx *Store) error {
		s, err := st.submission(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := review.CheckText(text); err != nil {
			return err
		}
		if kind == review.Message && !s.Withdrawn.IsZero() {
			return review.ErrWithdrawn
		}
		var last review.Entry
		err = tx.queryRow(ctx, `SELECT e.at, e.author, e.kind, e.text FROM entries e JOIN submissions s ON s.id = e.submission_id
			WHERE s.clinic_id = $1 AND s.id = $2 ORDER BY e.n DESC LIMIT 1`, []any{string(st.who.Clinic), string(id)},
			&last.At, (*string)(&last.Author), (*string)(&last.Kind), &last.Text)
		switch {
		case err != nil && !errors.Is(err, ErrNotFound):
			return err
		case err == nil && last.Author == st.who.Account && last.Kind == kind && last.Text == text && st.now.Sub(last.At) < sameAgain:
			return nil
		}
		if err := st.write(ctx, tx, id, review.Entry{Kind: kind, Text: text}); err != nil {
			return err
		}
		return st.record(ctx, tx, action, string(id), "")
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", kind, err)
	}
	return nil
}

// Step is a move that somebody wants to make.
type Step struct {
	Revision int // of the submission that they saw
	To       review.State
	Reason   string
	Accepted bool // they were told the risk
}

// Move moves a submission to another state, as review.Submission.Move allows. What is taken into review is then somebody's:
// the person's, if nobody had it. If somebody changed the submission since that revision it is ErrStale.
func (st *Staff) Move(ctx context.Context, id q.ResponseID, step Step) error {
	err := st.actOn(ctx, account.Review, id, func(tx *Store) error {
		before, err := st.submission(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Revision != step.Revision {
			return ErrStale
		}
		after, err := before.Move(step.To, step.Reason, step.Accepted)
		if err != nil {
			return err
		}
		taken := after.State == review.InReview && before.Assignee == ""
		if taken {
			after.Assignee = st.who.Account
		}
		if err := st.change(ctx, tx, before, after); err != nil {
			return err
		}
		if err := st.write(ctx, tx, id, review.Entry{Kind: review.Moved, Text: step.Reason, From: before.State, To: after.State}); err != nil {
			return err
		}
		if taken {
			if err := st.write(ctx, tx, id, review.Entry{Kind: review.Taken, Person: st.who.Name}); err != nil {
				return err
			}
		}
		counts := []Tally{{Kind: CountState, Key: string(before.State), N: -1}, {Kind: CountState, Key: string(after.State), N: 1}}
		if !after.State.Open() {
			counts = append(counts, Tally{Kind: CountClosed, Day: st.now, Key: string(after.State), N: 1})
		}
		if err := tx.count(ctx, st.who.Clinic, counts...); err != nil {
			return err
		}
		if err := st.record(ctx, tx, audit.Moved, string(id), string(after.State)); err != nil || !taken {
			return err
		}
		return st.record(ctx, tx, audit.Assigned, string(id), string(st.who.Account))
	})
	if err != nil {
		return fmt.Errorf("move submission: %w", err)
	}
	return nil
}

// Assign gives a submission to a person of the clinic, or with an empty id to nobody. Whoever has it already keeps it. If
// somebody changed the submission since that revision it is ErrStale; if there is no such person who can work,
// review.ErrNobody; if the patient withdrew it, review.ErrWithdrawn.
func (st *Staff) Assign(ctx context.Context, id q.ResponseID, revision int, to account.ID) error {
	err := st.actOn(ctx, account.Review, id, func(tx *Store) error {
		before, err := st.submission(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !before.Withdrawn.IsZero():
			return review.ErrWithdrawn
		case before.Assignee == to:
			return nil
		case before.Revision != revision:
			return ErrStale
		}
		name := ""
		if to != "" {
			err := tx.queryRow(ctx, `SELECT name FROM accounts WHERE clinic_id = $1 AND id = $2 AND status = 'active'`,
				[]any{string(st.who.Clinic), string(to)}, &name)
			if errors.Is(err, ErrNotFound) {
				return review.ErrNobody
			}
			if err != nil {
				return err
			}
		}
		after := before
		after.Assignee = to
		if err := st.change(ctx, tx, before, after); err != nil {
			return err
		}
		if err := st.write(ctx, tx, id, review.Entry{Kind: review.Taken, Person: name}); err != nil {
			return err
		}
		return st.record(ctx, tx, audit.Assigned, string(id), string(to))
	})
	if err != nil {
		return fmt.Errorf("assign submission: %w", err)
	}
	return nil
}

// change saves state and assignee of a submission, on condition that it still has the revision that was read.
func (st *Staff) change(ctx context.Context, tx *Store, before, after review.Submission) error {
	var assignee *string
	if after.Assignee != "" {
		assignee = (*string)(&after.Assignee)
	}
	n, err := tx.exec(ctx, `UPDATE submissions SET state = $4, open = $5, assignee = $6, changed = $7, revision = revision + 1
		WHERE clinic_id = $1 AND id = $2 AND revision = $3`,
		string(st.who.Clinic), string(before.ID), before.Revision, string(after.State), after.State.Open() && after.Withdrawn.IsZero(),
		assignee, stamp(st.now))
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// Next gives the submission to go on with: the first of the queue that waits for the clinic and is nobody's or the person's
// own, other than the one just left. If there is none it is ErrNotFound.
func (st *Staff) Next(ctx context.Context, f review.Filter, left q.ResponseID) (review.Submission, error) {
	if err := st.may(account.Review); err != nil {
		return review.Submission{}, err
	}
	f.Ready = st.who.Account
	query, args := st.queueQuery(f, nil, nil, 2)
	next := review.Submission{}
	err := st.store.queryRows(ctx, query, args, func(scan func(...any) error) error {
		var row submissionRow
		if err := scan(row.dest()...); err != nil {
			return err
		}
		s, err := row.submission()
		if s.ID != left && next.ID == "" {
			next = s
		}
		return err
	})
	if err == nil && next.ID == "" {
		err = ErrNotFound
	}
	if err != nil {
		return review.Submission{}, fmt.Errorf("next submission: %w", err)
	}
	return next, nil
}

// Colleagues lists who of the clinic can be given a submission.
func (st *Staff) Colleagues(ctx context.Context) ([]account.Member, error) {
	if err := st.may(account.Review); err != nil {
		return nil, err
	}
	return st.members(ctx, st.store)
}

// Load is how many open submissions a person has, and how many nobody has. Both are counted up to LoadMost.
type Load struct{ Mine, Nobodys int64 }

// LoadMost is where counting ends.
const LoadMost = 1000

// Load counts what waits for the person and for anybody.
func (st *Staff) Load(ctx context.Context) (Load, error) {
	if err := st.may(account.Review); err != nil {
		return Load{}, err
	}
	var l Load
	err := st.store.queryRow(ctx, `SELECT
		(SELECT count(*) FROM (SELECT 1 FROM submissions WHERE clinic_id = $1 AND open = TRUE AND assignee = $2 LIMIT $3) AS mine),
		(SELECT count(*) FROM (SELECT 1 FROM submissions WHERE clinic_id = $1 AND open = TRUE AND assignee IS NULL LIMIT $3) AS nobodys)`,
		[]any{string(st.who.Clinic), string(st.who.Account), LoadMost}, &l.Mine, &l.Nobodys)
	if err != nil {
		return Load{}, fmt.Errorf("load: %w", err)
	}
	return l, nil
}

// Now is a moment of the clinic: everything recorded later has a higher number.
func (st *Staff) Now(ctx context.Context) (int64, error) {
	if err := st.may(account.Review); err != nil {
		return 0, err
	}
	var seq int64
	err := st.store.queryRow(ctx, `SELECT seq FROM audit_heads WHERE clinic_id = $1`, []any{string(st.who.Clinic)}, &seq)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return 0, fmt.Errorf("now: %w", err)
	}
	return seq, nil
}

// Arrivals is what was sent since a moment and still waits.
type Arrivals struct {
	N       int
	Urgency q.Urgency // the highest of them
}

// arrivalsLook is how many events after a moment are looked through.
const arrivalsLook = 5000

// Arrivals counts what was sent since a moment that Now gave. By number and not by the clock, nothing is missed that was
// being written in that moment.
func (st *Staff) Arrivals(ctx context.Context, since int64) (Arrivals, error) {
	if err := st.may(account.Review); err != nil {
		return Arrivals{}, err
	}
	var n, rank int
	err := st.store.queryRow(ctx, `SELECT count(*), coalesce(min(s.rank), 4) FROM audit a
		JOIN submissions s ON s.id = a.subject AND s.clinic_id = a.clinic_id
		WHERE a.clinic_id = $1 AND a.seq > $2 AND a.seq <= $3 AND a.action = 'sent' AND s.open AND s.withdrawn IS NULL`,
		[]any{string(st.who.Clinic), since, since + arrivalsLook}, &n, &rank)
	if err != nil {
		return Arrivals{}, fmt.Errorf("arrivals: %w", err)
	}
	return Arrivals{N: n, Urgency: q.Emergency - q.Urgency(rank)}, nil
}
