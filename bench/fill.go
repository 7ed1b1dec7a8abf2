package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/store"
)

// ward is the clinic that is measured, among others on the same server: it has half of all submissions.
type ward struct {
	clinic  q.ClinicID
	account account.Account // of a reviewer
	token   string          // of their session
	secret  string          // of the server
}

const wardClinic = q.ClinicID("clinic-0")

// people of the ward who review.
const people = 12

// newWard migrates, opens the clinics and signs a reviewer in.
func newWard(ctx context.Context, url, secret string, d *q.Definition, now time.Time) (ward, error) {
	s, err := store.Open(ctx, url)
	if err != nil {
		return ward{}, err
	}
	defer s.Close()
	if _, err := s.Migrate(ctx); err != nil {
		return ward{}, err
	}
	chain, err := audit.NewChain(secret)
	if err != nil {
		return ward{}, err
	}
	s = s.Sealed(chain)
	if err := s.SaveQuestionnaire(ctx, d.Ref, d.Archive()); err != nil {
		return ward{}, err
	}
	w := ward{clinic: wardClinic, token: account.NewToken(), secret: secret}
	since := now.AddDate(-3, 0, 0)
	for c := range 8 {
		id := fmt.Sprint("clinic-", c)
		if err := s.CreateClinic(ctx, account.Clinic{ID: q.ClinicID(id), Slug: id, Name: "Clinic " + id, Created: since, Keep: 3650}, audit.Operator); err != nil {
			return ward{}, err
		}
		for n := range people {
			if c > 0 && n > 0 {
				break
			}
			a := account.Account{
				ID: account.ID(fmt.Sprintf("%s-%d", id, n)), Clinic: q.ClinicID(id), Login: fmt.Sprintf("%s.%d", id, n), Name: fmt.Sprint("Reviewer ", n),
				Role: account.Reviewer, Status: account.Active, Created: since,
			}
			if err := s.AddAccount(ctx, a); err != nil {
				return ward{}, err
			}
			if c == 0 && n == 0 {
				w.account = a
			}
		}
	}
	return w, s.CreateSession(ctx, store.Session{
		TokenHash: account.HashToken(w.token), Account: w.account.ID, Stage: store.StageFull, Created: now, Seen: now, Expires: now.Add(12 * time.Hour),
	}, nil)
}

// The rows are made by the database itself, with the shares of a clinic in service: most are closed, what is open is mostly
// from the last weeks, few are urgent; names follow a long tail. Every run makes the same ones.
var rows = []string{
	`SELECT setseed(0.42)`,
	`CREATE UNLOGGED TABLE made AS
	SELECT i, sent, lpad(to_hex((extract(epoch FROM sent) * 1000)::bigint), 12, '0') AS ms, md5(i::text) AS h,
		CASE WHEN c < .5 THEN 0 WHEN c < .7 THEN 1 WHEN c < .8 THEN 2 WHEN c < .88 THEN 3 WHEN c < .93 THEN 4 WHEN c < .97 THEN 5 WHEN c < .99 THEN 6 ELSE 7 END AS clinic,
		CASE WHEN u < .012 THEN 0 WHEN u < .06 THEN 1 WHEN u < .2 THEN 2 WHEN u < .975 THEN 3 ELSE 4 END AS rank,
		CASE WHEN o > CASE WHEN i > $n * .975 THEN .6 ELSE .012 END THEN CASE WHEN s < .06 THEN 'set-aside' ELSE 'reviewed' END
			WHEN s < .6 THEN 'received' WHEN s < .8 THEN 'in-review' ELSE 'needs-information' END AS state,
		CASE WHEN a < .03 THEN 'under-18' WHEN a < .13 THEN '18-29' WHEN a < .37 THEN '30-44' WHEN a < .72 THEN '45-64' WHEN a < .94 THEN '65-79' WHEN a < .995 THEN '80-up' ELSE 'unknown' END AS age,
		CASE WHEN n < .72 THEN initcap(firsts[1 + floor(60 * power(f1, 3))::int]) || ' ' || initcap(parts[1 + floor(40 * f2)::int] || parts[1 + floor(40 * f3)::int] || ends[1 + floor(20 * f4)::int]) ELSE '' END AS name,
		CASE WHEN b < .6 THEN (DATE '1930-01-01' + floor(28000 * f5)::int)::text ELSE '' END AS born,
		w < .01 AS withdrawn, floor(12 * p)::int AS person
	FROM (SELECT i, $now - INTERVAL '1095 days' * (1 - i / $n::float8) AS sent, random() AS c, random() AS u, random() AS o, random() AS s, random() AS a, random() AS n,
			random() AS b, random() AS w, random() AS p, random() AS f1, random() AS f2, random() AS f3, random() AS f4, random() AS f5
		FROM generate_series(1, $n) AS i) AS chance,
		(SELECT string_to_array('anna maria peter john ana lucia martin ruth clara simon nora ivan olga helen emil rosa paul ida hugo vera leo mina otto lena karl edith omar leyla jonas greta nils tove arne kaja piotr zofia marek ewa jan hana tomas petra luca giulia marco elena pierre claire louis odile sean niamh owen carys hamza noor yusuf amina chen mei raj priya', ' ') AS firsts,
			string_to_array('ba be bo da de di do fa fe fi ga ge gro ha he hol ka ke kra la le lin ma me mor na ne no pa pe ra re ro sa se sta ta te va wo', ' ') AS parts,
			string_to_array('berg mann son sen ski ova ini ez er ling stein dal man ley ton wick ford holm ic el', ' ') AS ends) AS words`,
	`INSERT INTO responses (id, code_hash, questionnaire_id, questionnaire_version, questionnaire_hash, status, clinic_id, answers, confirmed, outcome,
		revision, created, updated, completed, sent)
	SELECT substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7' || substr(h, 1, 3) || '-8' || substr(h, 4, 3) || '-' || substr(h, 7, 12), sha256(h::bytea), 'rls', '1', $hash,
		'completed', 'clinic-' || clinic, '{}', '[]', '{}', 30, sent, sent, sent, sent FROM made`,
	`INSERT INTO submissions (id, clinic_id, code_hash, rank, pattern, reason, flag, age, name, born, sent, withdrawn, state, open, assignee, opened, changed, held, revision)
	SELECT substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7' || substr(h, 1, 3) || '-8' || substr(h, 4, 3) || '-' || substr(h, 7, 12), 'clinic-' || clinic, sha256(h::bytea), rank,
		CASE WHEN rank = 3 THEN 'full' ELSE 'partial' END, CASE WHEN rank < 2 THEN 'clot-in-leg' WHEN person < 3 THEN 'iron-deficiency' ELSE 'rls' END, rank < 2, age,
		CASE WHEN withdrawn THEN '' ELSE name END, CASE WHEN withdrawn THEN '' ELSE born END, sent, CASE WHEN withdrawn THEN sent + INTERVAL '1 day' END, state,
		NOT withdrawn AND state IN ('received', 'in-review', 'needs-information'),
		CASE WHEN state <> 'received' OR person = 5 THEN 'clinic-' || clinic || '-' || CASE WHEN clinic = 0 THEN person ELSE 0 END END,
		CASE WHEN state <> 'received' OR person > 6 THEN sent + INTERVAL '2 days' END, sent + INTERVAL '3 days', i % 3000 = 0, 3 FROM made`,
	`INSERT INTO submission_names (clinic_id, word, submission_id)
	SELECT clinic_id, word, id FROM submissions, string_to_table(lower(name), ' ') AS word WHERE name <> '' ON CONFLICT DO NOTHING`,
	`INSERT INTO entries (submission_id, n, at, author, name, kind, text, from_state, to_state, person)
	SELECT id, 1, changed, coalesce(assignee, 'clinic-0-0'), 'Reviewer', 'moved', '', 'received', state, '' FROM submissions WHERE state <> 'received'`,
	`INSERT INTO audit (clinic_id, seq, at, actor, name, role, action, subject, detail, hash)
	SELECT clinic_id, 1000 + row_number() OVER (PARTITION BY clinic_id ORDER BY sent), sent, 'patient', '', '', 'sent', id, '', sha256(id::bytea) FROM submissions`,
	`UPDATE audit_heads SET seq = (SELECT max(seq) FROM audit WHERE audit.clinic_id = audit_heads.clinic_id)`,
	`INSERT INTO tallies (clinic_id, kind, day, key, n)
	SELECT clinic_id, 'state', '', state, count(*) FROM submissions WHERE withdrawn IS NULL GROUP BY 1, 4
	UNION ALL SELECT clinic_id, 'unread', '', 'all', count(*) FROM submissions WHERE withdrawn IS NULL AND opened IS NULL GROUP BY 1`,
	`INSERT INTO tallies (clinic_id, kind, day, key, n)
	SELECT 'clinic-' || c, 'asked', ($now::date - d)::text, 'question-' || k, 5 FROM generate_series(0, 7) AS c, generate_series(1, 1095) AS d, generate_series(1, 40) AS k`,
	`DROP TABLE made`,
}

// fill makes n submissions. Indexes are built afterwards, as that takes a third of the time.
func (db *database) fill(ctx context.Context, n int, d *q.Definition, now time.Time) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	exec := func(statement string) {
		if err == nil {
			if _, err = conn.ExecContext(ctx, statement); err != nil {
				err = fmt.Errorf("%.60s: %w", statement, err)
			}
		}
	}
	exec(`SET session_replication_role = replica`) // nothing here refers to what is not there
	exec(`SET maintenance_work_mem = '512MB'`)
	var indexes []string
	if err == nil {
		indexes, err = texts(ctx, db, `SELECT indexdef FROM pg_indexes WHERE tablename IN ('submissions', 'responses', 'submission_names', 'audit')
			AND indexname NOT LIKE '%_pkey' ORDER BY 1`)
	}
	for _, def := range indexes {
		exec("DROP INDEX " + strings.Fields(def)[2])
	}
	set := strings.NewReplacer("$now", "TIMESTAMPTZ '"+now.UTC().Format(time.RFC3339)+"'", "$hash", "'"+d.Hash+"'", "$n", fmt.Sprint(n))
	for _, statement := range rows {
		exec(set.Replace(statement))
	}
	for _, def := range indexes {
		exec(def)
	}
	exec(`VACUUM ANALYZE`)
	exec(`CHECKPOINT`)
	return err
}

// texts gives the one column of a query.
func texts(ctx context.Context, db *database, query string, args ...any) (all []string, err error) {
	found, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var s string
		if err := found.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, found.Err()
}
