package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

const submissionColumns = `s.id, coalesce(r.questionnaire_hash, ''), s.rank, s.pattern, s.reason, s.flag, s.age, s.name, s.born, s.sent, s.withdrawn, s.state,
	coalesce(s.assignee, ''), coalesce(a.name, ''), s.opened, s.changed, s.held, s.revision`

const submissionJoins = ` LEFT JOIN accounts a ON a.id = s.assignee LEFT JOIN responses r ON r.id = s.id`

type submissionRow struct {
	s                 review.Submission
	rank              int
	pattern           string
	withdrawn, opened *time.Time
}

func (row *submissionRow) dest() []any {
	s := &row.s
	return []any{(*string)(&s.ID), &s.Edition, &row.rank, &row.pattern, (*string)(&s.Reason), &s.Flag, (*string)(&s.Age), &s.Name, &s.Born, &s.Sent,
		&row.withdrawn, (*string)(&s.State), (*string)(&s.Assignee), &s.Assigned, &row.opened, &s.Changed, &s.Held, &s.Revision}
}

func (row *submissionRow) submission() (review.Submission, error) {
	s := row.s
	s.Urgency = q.Emergency - q.Urgency(row.rank)
	if err := s.Match.UnmarshalText([]byte(row.pattern)); err != nil {
		return s, fmt.Errorf("submission %s: %w", s.ID, err)
	}
	s.Sent, s.Changed, s.Withdrawn, s.Opened = s.Sent.UTC(), s.Changed.UTC(), unstamp(row.withdrawn), unstamp(row.opened)
	return s, nil
}

// submission reads a submission of the person's clinic, or ErrNotFound.
func (st *Staff) submission(ctx context.Context, tx *Store, id q.ResponseID) (review.Submission, error) {
	var row submissionRow
	err := tx.queryRow(ctx, `SELECT `+submissionColumns+` FROM submissions s`+submissionJoins+` WHERE s.clinic_id = $1 AND s.id = $2`,
		[]any{string(st.who.Clinic), string(id)}, row.dest()...)
	if err != nil {
		return review.Submission{}, fmt.Errorf("read submission: %w", err)
	}
	return row.submission()
}

// Dossier is all that a clinic has of one submission.
type Dossier struct {
	review.Submission
	Response q.Response       // zero when it was withdrawn
	Earlier  []q.Response     // sent to this clinic under the same return code, before and after, oldest first
	History  []review.Entry   // oldest first
	Readers  []audit.Event    // who opened, printed and exported it; only for those who may see that
	Audience []account.Member // whom it can be assigned to
}

// Open reads a submission with everything that belongs to it, for one of audit.Opened, audit.Printed and audit.Exported,
// and records that. The first to open it is noted with it.
func (st *Staff) Open(ctx context.Context, id q.ResponseID, why audit.Action) (Dossier, error) {
	var d Dossier
	err := st.actOn(ctx, account.Review, id, func(tx *Store) error {
		d = Dossier{}
		var err error
		if d.Submission, err = st.submission(ctx, tx, id); err != nil {
			return err
		}
		if d.Unread() && d.Withdrawn.IsZero() {
			if err := st.firstLook(ctx, tx, &d.Submission); err != nil {
				return err
			}
		}
		// After what it changes, as everywhere: two transactions that lock in another order each would wait for each other.
		if err := st.record(ctx, tx, why, string(id), ""); err != nil {
			return err
		}
		if d.Withdrawn.IsZero() {
			if d.Response, err = tx.Response(ctx, id); err != nil {
				return err
			}
			if d.Earlier, err = st.others(ctx, tx, id); err != nil {
				return err
			}
		}
		if d.History, err = st.history(ctx, tx, id); err != nil {
			return err
		}
		if st.may(account.SeeReaders) == nil {
			if d.Readers, err = tx.readings(ctx, st.who.Clinic, id, looksShown); err != nil {
				return err
			}
		}
		d.Audience, err = st.members(ctx, tx)
		return err
	})
	if err != nil {
		return Dossier{}, fmt.Errorf("open submission: %w", err)
	}
	return d, nil
}

// firstLook notes that a submission was opened for the first time.
func (st *Staff) firstLook(ctx context.Context, tx *Store, s *review.Submission) error {
	n, err := tx.exec(ctx, `UPDATE submissions SET opened = $3 WHERE clinic_id = $1 AND id = $2 AND opened IS NULL`,
		string(st.who.Clinic), string(s.ID), stamp(st.now))
	if err != nil || n == 0 {
		return err
	}
	s.Opened = st.now
	return tx.count(ctx, st.who.Clinic, Tally{Kind: CountUnread, Key: UnreadKey, N: -1},
		Tally{Kind: CountFirstLook, Day: s.Sent, Key: string(review.WaitOf(st.now.Sub(s.Sent))), N: 1})
}

// othersShown is how many submissions of one return code are read.
const othersShown = 24

// others reads the other responses that came to this clinic under the same return code.
func (st *Staff) others(ctx context.Context, tx *Store, id q.ResponseID) ([]q.Response, error) {
	var rows []responseRow
	err := tx.queryRows(ctx, `SELECT `+prefixed("r", responseColumns)+` FROM submissions s JOIN responses r ON r.id = s.id
		WHERE s.clinic_id = $1 AND s.code_hash = (SELECT code_hash FROM submissions WHERE clinic_id = $1 AND id = $2) AND s.id <> $2
		AND s.withdrawn IS NULL ORDER BY s.sent DESC, s.id DESC LIMIT $3`,
		[]any{string(st.who.Clinic), string(id), othersShown}, func(scan func(...any) error) error {
			var row responseRow
			err := scan(row.dest()...)
			rows = append(rows, row)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read earlier submissions: %w", err)
	}
	var all []q.Response
	for i := range rows {
		r, err := rows[i].response()
		if err != nil {
			return nil, fmt.Errorf("read earlier submissions: %w", err)
		}
		all = append(all, r)
	}
	slices.Reverse(all)
	return all, nil
}

func prefixed(table, columns string) string {
	names := strings.Split(columns, ",")
	for i, n := range names {
		names[i] = table + "." + strings.TrimSpace(n)
	}
	return strings.Join(names, ", ")
}

// history reads what was written beside a submission.
func (st *Staff) history(ctx context.Context, tx *Store, id q.ResponseID) ([]review.Entry, error) {
	var all []review.Entry
	err := tx.queryRows(ctx, `SELECT e.at, e.author, e.name, e.kind, e.text, e.from_state, e.to_state, e.person
		FROM entries e JOIN submissions s ON s.id = e.submission_id WHERE s.clinic_id = $1 AND s.id = $2 ORDER BY e.n`,
		[]any{string(st.who.Clinic), string(id)}, func(scan func(...any) error) error {
			var e review.Entry
			err := scan(&e.At, (*string)(&e.Author), &e.Name, (*string)(&e.Kind), &e.Text, (*string)(&e.From), (*string)(&e.To), &e.Person)
			e.At = e.At.UTC()
			all = append(all, e)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return all, nil
}

// write adds an entry to a submission's history.
func (st *Staff) write(ctx context.Context, tx *Store, id q.ResponseID, e review.Entry) error {
	_, err := tx.exec(ctx, `INSERT INTO entries (submission_id, n, at, author, name, kind, text, from_state, to_state, person)
		SELECT s.id, (SELECT coalesce(max(n), 0) + 1 FROM entries WHERE submission_id = s.id), $3, $4, $5, $6, $7, $8, $9, $10
		FROM submissions s WHERE s.clinic_id = $1 AND s.id = $2`,
		string(st.who.Clinic), string(id), stamp(st.now), string(st.who.Account), st.who.Name, string(e.Kind), e.Text,
		string(e.From), string(e.To), e.Person)
	if err != nil {
		return fmt.Errorf("write entry: %w", err)
	}
	_, err = tx.exec(ctx, `UPDATE submissions SET changed = $3 WHERE clinic_id = $1 AND id = $2`, string(st.who.Clinic), string(id), stamp(st.now))
	return err
}

// members lists who of the clinic can be given a submission.
func (st *Staff) members(ctx context.Context, tx *Store) ([]account.Member, error) {
	var all []account.Member
	err := tx.queryRows(ctx, `SELECT id, name FROM accounts WHERE clinic_id = $1 AND status = 'active' ORDER BY name, id LIMIT 500`,
		[]any{string(st.who.Clinic)}, func(scan func(...any) error) error {
			var m account.Member
			err := scan((*string)(&m.ID), &m.Name)
			all = append(all, m)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return all, nil
}

// QueueSize is how many submissions a page of the queue has.
const QueueSize = 50

// Queue reads a page of the clinic's submissions: what comes after a key, or what comes before it; without a key, the first.
func (st *Staff) Queue(ctx context.Context, f review.Filter, after, before *review.Key) (review.Page, error) {
	return st.queue(ctx, f, after, before, QueueSize)
}

func (st *Staff) queue(ctx context.Context, f review.Filter, after, before *review.Key, size int) (review.Page, error) {
	if err := st.may(account.Review); err != nil {
		return review.Page{}, err
	}
	query, args := st.queueQuery(f, after, before, size+1)
	var page review.Page
	err := st.store.queryRows(ctx, query, args, func(scan func(...any) error) error {
		var row submissionRow
		if err := scan(row.dest()...); err != nil {
			return err
		}
		s, err := row.submission()
		page.Submissions = append(page.Submissions, s)
		return err
	})
	if err != nil {
		return review.Page{}, fmt.Errorf("queue: %w", err)
	}
	more := len(page.Submissions) > size
	page.Submissions = page.Submissions[:min(len(page.Submissions), size)]
	if before != nil {
		slices.Reverse(page.Submissions)
		page.Earlier, page.Later = more, true
	} else {
		page.Earlier, page.Later = after != nil, more
	}
	return page, nil
}

// wanted writes the conditions of a filter, but for urgency and for being open: of these, branches of a statement ask for one
// each. few: what is looked for has so few rows that no index need give their order.
func (st *Staff) wanted(f review.Filter) (where, opens []string, few bool, args []any) {
	args = []any{string(st.who.Clinic)}
	arg := func(v any) string {
		args = append(args, v)
		return place(len(args))
	}
	where = []string{"s.clinic_id = $1"}
	and := func(condition string) { where = append(where, condition) }
	if f.State != "" {
		and("s.state = " + arg(string(f.State)) + " AND s.withdrawn IS NULL")
	}
	if f.Assignee != "" {
		and("s.assignee = " + arg(string(f.Assignee)))
	}
	if f.Nobody {
		and("s.assignee IS NULL")
	}
	if f.Ready != "" {
		and("s.state IN ('received', 'in-review') AND s.withdrawn IS NULL AND (s.assignee IS NULL OR s.assignee = " + arg(string(f.Ready)) + ")")
	}
	if f.Unread {
		and("s.opened IS NULL AND s.withdrawn IS NULL")
	}
	if f.Age != "" {
		and("s.age = " + arg(string(f.Age)))
	}
	if len(f.CodeHash) > 0 {
		and("s.code_hash = " + arg(f.CodeHash))
	}
	if f.Born != "" {
		and("s.born = " + arg(f.Born) + " AND s.born <> ''")
	}
	for _, word := range NameWords(f.Name) {
		and("s.id IN (SELECT submission_id FROM submission_names WHERE clinic_id = $1 AND word >= " + arg(word) +
			" AND word < " + arg(word+"\U0010FFFF") + ")")
	}
	if !f.From.IsZero() {
		and("s.sent >= " + arg(stamp(f.From)))
	}
	if !f.To.IsZero() {
		and("s.sent < " + arg(stamp(f.To)))
	}

	few = len(f.CodeHash) > 0 || f.Born != ""
	narrowed := f.Assignee != "" || f.Nobody || f.Unread || f.Age != ""
	opens = []string{""}
	switch {
	case f.State == "" && !few && f.Name == "" && !f.Unread: // who searches wants to find, whatever became of it
		opens = []string{isOpen(!f.Closed)}
	case f.State != "" && narrowed:
		opens = []string{isOpen(f.State.Open())}
	case f.State == "" && !few:
		opens = []string{isOpen(true), isOpen(false)}
	}
	return where, opens, few, args
}

// countQuery writes the statement that counts what a filter finds.
func (st *Staff) countQuery(f review.Filter) (string, []any) {
	where, opens, _, args := st.wanted(f)
	if len(opens) == 1 && opens[0] != "" {
		where = append(where, opens[0])
	}
	if f.Urgency != nil {
		where = append(where, "s.rank = "+strconv.Itoa(review.Rank(*f.Urgency)))
	}
	return "SELECT count(*) FROM submissions s WHERE " + strings.Join(where, " AND "), args
}

// queueQuery writes the statement of a page. Its text comes from here alone; what was asked for stands in the arguments.
//
// However many submissions there are, a page reads about as many as it shows: each branch of the statement walks one stretch
// of one index in the order of that index and stops at the limit. The indexes are by rank, then time; so where the order is
// by time alone, or times are bounded, each rank is a branch of its own, and what they give is put in order. Only who looks
// for a name, a birth date or a code reads what they find, and sorts that.
func (st *Staff) queueQuery(f review.Filter, after, before *review.Key, limit int) (string, []any) {
	where, opens, few, args := st.wanted(f)
	arg := func(v any) string {
		args = append(args, v)
		return place(len(args))
	}
	const anyRank = -1
	ranks := []int{anyRank}
	switch {
	case f.Urgency != nil:
		ranks = []int{review.Rank(*f.Urgency)}
	case !few && (f.Newest || !f.From.IsZero() || !f.To.IsZero()):
		ranks = []int{0, 1, 2, 3, 4}
	}

	// Forward runs in the order shown, backward against it.
	key, ascending := after, !f.Newest
	if before != nil {
		key, ascending = before, !ascending
	}
	sign, direction := ">", " ASC"
	if !ascending {
		sign, direction = "<", " DESC"
	}
	order := func(columns ...string) string {
		return " ORDER BY " + strings.Join(columns, direction+", ") + direction + " LIMIT " + strconv.Itoa(limit)
	}
	var rank, sent, id string
	last := 0
	if key != nil {
		last = min(max(key.Rank, 0), 4)
		sent, id = arg(stamp(key.Sent)), arg(string(key.ID))
		if !f.Newest && ranks[0] == anyRank {
			rank = arg(last)
		}
	}
	var branches []string
	for _, open := range opens {
		for _, r := range ranks {
			and := slices.Clone(where)
			if open != "" {
				and = append(and, open)
			}
			byTime := f.Newest || r != anyRank
			if r != anyRank {
				and = append(and, "s.rank = "+strconv.Itoa(r))
			}
			switch {
			case key == nil:
			case !byTime:
				and = append(and, "(s.rank, s.sent, s.id) "+sign+" ("+rank+", "+sent+", "+id+")")
			case f.Newest || f.Urgency != nil || r == last:
				and = append(and, "(s.sent, s.id) "+sign+" ("+sent+", "+id+")")
			case r > last != ascending: // all of this rank was before
				and = append(and, "1 = 0")
			}
			columns := []string{"s.rank", "s.sent", "s.id"}
			if byTime {
				columns = columns[1:]
			}
			branches = append(branches, "SELECT * FROM (SELECT s.* FROM submissions s WHERE "+strings.Join(and, " AND ")+
				order(columns...)+") AS b"+strconv.Itoa(len(branches)))
		}
	}
	columns := []string{"s.rank", "s.sent", "s.id"}
	if f.Newest {
		columns = columns[1:]
	}
	return "SELECT " + submissionColumns + " FROM (" + strings.Join(branches, " UNION ALL ") + ") AS s" + submissionJoins +
		order(columns...), args
}

func isOpen(open bool) string {
	if open {
		return "s.open = TRUE"
	}
	return "s.open = FALSE"
}

// Counts says how many submissions are in each state, and how many nobody has opened.
func (st *Staff) Counts(ctx context.Context) (states map[review.State]int64, unread int64, err error) {
	if err := st.may(account.Review); err != nil {
		return nil, 0, err
	}
	states = map[review.State]int64{}
	for _, kind := range []TallyKind{CountState, CountUnread} {
		tallies, err := st.store.tallies(ctx, st.who.Clinic, kind, time.Time{}, time.Time{})
		if err != nil {
			return nil, 0, err
		}
		for _, t := range tallies {
			if kind == CountUnread {
				unread = t.N
				continue
			}
			states[review.State(t.Key)] = t.N
		}
	}
	return states, unread, nil
}
