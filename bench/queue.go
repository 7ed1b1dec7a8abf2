package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	fewSubmissions = 10_000
	queueRounds    = 5
	queueTime      = 300 * time.Millisecond
	queueGrows     = 1.5 // at most, with many submissions in place of few
)

// hall is a server of ours with its clinic, filled with some number of submissions.
type hall struct {
	*server
	ward  ward
	asks  []asked
	first []byte // page of the queue
}

// asked is one page that somebody asks for.
type asked struct {
	name, path string
	rows       bool // it must have some
	listed     int
}

// queue measures pages of the queue with few and with many submissions, beside a server that reads fifty rows by their keys and
// sends the same bytes. It fails when a statement reads a whole table.
func (b *bench) queue(ctx context.Context) error {
	cluster, err := os.MkdirTemp("", "ekbom-bench-queue-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cluster)
	admin, stop, err := newCluster(ctx, cluster)
	if err != nil {
		return err
	}
	defer stop()
	control, err := openDatabase(admin)
	if err != nil {
		return err
	}
	defer control.Close()
	var halls []*hall
	for _, n := range []int{fewSubmissions, b.submissions} {
		say("queue: filling in %d submissions", n)
		name := fmt.Sprint("queue", n)
		if _, err := control.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
			return err
		}
		h, err := b.hall(ctx, strings.Replace(admin, "/postgres?", "/"+name+"?", 1), n)
		if err != nil {
			return err
		}
		defer h.close()
		halls = append(halls, h)
	}
	page := filepath.Join(b.dir, "page.html")
	if err := os.WriteFile(page, halls[1].first, 0o600); err != nil {
		return err
	}
	var bare []*server
	for _, h := range halls {
		p, err := launch(ctx, b.dir, nil, filepath.Join(b.dir, "rows"), "-db", h.db.url, "-page", page)
		if err != nil {
			return err
		}
		s, err := newServer("bare", p, h.db.url)
		if err != nil {
			return err
		}
		defer s.close()
		bare = append(bare, s)
	}
	say("queue: plans")
	if err := b.plans(ctx, halls[1], filepath.Join(cluster, "log")); err != nil {
		return err
	}
	say("queue: pages")
	return b.pages(ctx, halls, bare)
}

// hall fills a database and starts a server on it.
func (b *bench) hall(ctx context.Context, url string, n int) (*hall, error) {
	db, err := openDatabase(url)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	now := time.Now().UTC().Truncate(time.Second)
	secret := rand.Text() + rand.Text()
	h := &hall{}
	if h.ward, err = newWard(ctx, url, secret, b.d, now); err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := db.fill(ctx, n, b.d, now); err != nil {
		return nil, err
	}
	say("queue: took %s", time.Since(begun).Round(time.Second))
	p, err := launch(ctx, b.dir, []string{"EKBOM_SECRET=" + secret}, filepath.Join(b.dir, "ekbom"), "serve", "--addr", "127.0.0.1:0", "--db", url)
	if err != nil {
		return nil, err
	}
	if h.server, err = newServer("ours", p, url); err != nil {
		return nil, err
	}
	if h.asks, err = h.questions(ctx, now); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// visitor is a browser in which the reviewer of the ward is signed in.
func (h *hall) visitor() (*browser, error) {
	v, err := dial(h.addr)
	if err == nil {
		v.cookie = "ekbom-clinic=" + h.ward.token
	}
	return v, err
}

// questions lists what is asked for, and gets the first page.
func (h *hall) questions(ctx context.Context, now time.Time) ([]asked, error) {
	v, err := h.visitor()
	if err != nil {
		return nil, err
	}
	defer v.close()
	first, err := v.get("/clinic/queue")
	if err != nil {
		return nil, err
	}
	h.first = slices.Clone(first.body)
	if n := listed(h.first); n != 50 {
		return nil, fmt.Errorf("the first page of the queue has %d rows, status %d\n%.600s", n, first.status, h.first)
	}
	// deep gives the place nine tenths down some list, as the link to its next page would.
	deep := func(where string) string {
		var key string
		if err == nil {
			where = "FROM submissions WHERE clinic_id = 'clinic-0' AND " + where
			err = h.db.QueryRowContext(ctx, `SELECT rank || '-' || (extract(epoch FROM sent) * 1000000)::bigint || '-' || id `+where+
				` ORDER BY rank, sent, id OFFSET (SELECT count(*) * 9 / 10 `+where+`) LIMIT 1`).Scan(&key)
		}
		return "after=" + url.QueryEscape(key)
	}
	search := func(typed string) string {
		if err != nil {
			return ""
		}
		var a *answer
		if a, err = v.send(http.MethodPost, "/clinic/queue/search", "search="+url.QueryEscape(typed)); err == nil && a.status != http.StatusSeeOther {
			err = fmt.Errorf("search for %q: status %d", typed, a.status)
		}
		v.cookie = "ekbom-clinic=" + h.ward.token
		if err != nil {
			return ""
		}
		return a.location
	}
	var seq int64
	err = h.db.QueryRowContext(ctx, `SELECT seq FROM audit_heads WHERE clinic_id = 'clinic-0'`).Scan(&seq)
	const queue = "/clinic/queue"
	days := func(ago int) string {
		return "from=" + now.AddDate(0, 0, -ago-7).Format(time.DateOnly) + "&to=" + now.AddDate(0, 0, -ago).Format(time.DateOnly)
	}
	list := []asked{
		{"first page", queue, true, 0},
		{"nine tenths down", queue + "?" + deep("open"), true, 0},
		{"newest first", queue + "?order=newest", true, 0},
		{"of one urgency", queue + "?urgency=routine", true, 0},
		{"of one urgency, nine tenths down", queue + "?urgency=routine&" + deep("open AND rank = 3"), true, 0},
		{"received", queue + "?state=received", true, 0},
		{"reviewed", queue + "?state=reviewed", true, 0},
		{"reviewed, nine tenths down", queue + "?state=reviewed&" + deep("state = 'reviewed' AND withdrawn IS NULL"), true, 0},
		{"reviewed, newest first", queue + "?state=reviewed&order=newest", true, 0},
		{"mine", queue + "?reviewer=me", true, 0},
		{"reviewed by me, newest first", queue + "?state=reviewed&reviewer=me&order=newest", true, 0},
		{"nobody's", queue + "?reviewer=nobody", true, 0},
		{"unread", queue + "?unread=yes", true, 0},
		{"under 18", queue + "?age=under-18", false, 0},
		{"reviewed, age not known", queue + "?state=reviewed&age=unknown", true, 0},
		{"of a week", queue + "?" + days(0), true, 0},
		{"reviewed, of a week last year", queue + "?state=reviewed&" + days(400), true, 0},
		{"search: rare name", search("habeberg"), false, 0},
		{"search: common first name", search("anna"), true, 0},
		{"search: both", search("anna hab"), false, 0},
		{"search: two letters", search("an"), true, 0},
		{"search: birth date", search("1961-04-07"), false, 0},
		{"what is new since the page", queue + "/new?since=" + strconv.FormatInt(seq-3, 10), false, 0},
	}
	for i := range list {
		if err == nil {
			var got *answer
			got, err = v.get(list[i].path)
			v.cookie = "ekbom-clinic=" + h.ward.token
			if err == nil {
				list[i].listed = listed(got.body)
			}
		}
	}
	return list, err
}

var listedRow = regexp.MustCompile(`id="s-`)

// listed counts the rows of a page.
func listed(page []byte) int { return len(listedRow.FindAllIndex(page, -1)) }

func (h *hall) work(a asked) work {
	return work{name: a.name, once: func(v *browser, _, _ int) (ledger, error) {
		v.cookie = "ekbom-clinic=" + h.ward.token
		got, err := v.get(a.path)
		if err == nil && (got.status != http.StatusOK || a.rows && !bytes.Contains(got.body, []byte(`id="s-`))) {
			err = fmt.Errorf("GET %s: status %d, %d rows", a.path, got.status, listed(got.body))
		}
		return ledger{}, err
	}}
}

// ids are starts of ranges all over the table, with a page of rows behind each.
func ids(ctx context.Context, db *database) ([]string, error) {
	found, err := texts(ctx, db, `SELECT id FROM submissions TABLESAMPLE SYSTEM (5) WHERE id < (SELECT id FROM submissions ORDER BY id DESC OFFSET 60 LIMIT 1) LIMIT 2000`)
	if err == nil && len(found) < 50 {
		err = errors.New("too few rows for a sample")
	}
	return found, err
}

func (b *bench) pages(ctx context.Context, halls []*hall, bare []*server) error {
	b.table.section("PostgreSQL, page of a queue, ms, with %s submissions and with %s (half of them in the clinic that looks)",
		thousands(fewSubmissions), thousands(b.submissions))
	millis := func(s *server, w work) (float64, error) {
		got, err := s.run(ctx, w, 1, queueTime, 0)
		return got.elapsed.Seconds() * 1000 / float64(got.done), err
	}
	measure := func(name string, budget bool, pair [2]*server, works [2]work) error {
		var took [2][]float64
		var ratios []float64
		for round := range queueRounds + 1 {
			var now [2]float64
			for i := range pair {
				i := (i + round) % 2
				var err error
				if now[i], err = millis(pair[i], works[i]); err != nil {
					return err
				}
			}
			if round == 0 {
				continue // to get warm
			}
			for i := range took {
				took[i] = append(took[i], now[i])
			}
			ratios = append(ratios, now[1]/now[0])
		}
		r := row{what: name, ours: spreadOf(took[0]).String(), beside: spreadOf(took[1]).String(), ratio: spreadOf(ratios).String()}
		if budget {
			r.budget, r.verdict = "<= "+figure(queueGrows), met(spreadOf(ratios).median <= queueGrows)
		}
		b.table.add(r)
		return nil
	}
	for i, a := range halls[0].asks {
		// Only pages of the same length can be compared.
		name, same := a.name, a.listed == halls[1].asks[i].listed
		if !same {
			name = fmt.Sprintf("%s (%d and %d rows)", a.name, a.listed, halls[1].asks[i].listed)
		}
		err := measure(name, same && !strings.HasPrefix(a.name, "search"), [2]*server{halls[0].server, halls[1].server},
			[2]work{halls[0].work(a), halls[1].work(halls[1].asks[i])})
		if err != nil {
			return err
		}
	}
	var plain [2]work
	for i, s := range bare {
		starts, err := ids(ctx, s.db)
		if err != nil {
			return err
		}
		plain[i] = work{name: "rows", once: func(v *browser, _, n int) (ledger, error) {
			got, err := v.get("/rows?after=" + starts[n%len(starts)])
			if err == nil && got.status != http.StatusOK {
				err = fmt.Errorf("status %d: %s", got.status, got.body)
			}
			return ledger{}, err
		}}
	}
	if err := measure("bare: 50 rows by their keys, the same bytes", false, [2]*server(bare), plain); err != nil {
		return err
	}
	return b.sizes(ctx, halls[1])
}

// sizes says how much disk the rows take.
func (b *bench) sizes(ctx context.Context, h *hall) error {
	b.table.section("PostgreSQL, bytes on disk for each of %s submissions, indexes included (answers and outcome not)", thousands(b.submissions))
	for _, table := range []string{"submissions", "submission_names", "entries", "audit"} {
		var size float64
		if err := h.db.QueryRowContext(ctx, `SELECT pg_total_relation_size($1)`, table).Scan(&size); err != nil {
			return err
		}
		b.table.add(row{what: table, ours: figure(size / float64(b.submissions))})
	}
	return nil
}

func thousands(n int) string {
	if n%1_000_000 == 0 {
		return fmt.Sprint(n/1_000_000, " million")
	}
	return fmt.Sprint(n/1000, " thousand")
}

// escape writes a value as it stands in a database's address.
func escape(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }

// whole is what no statement of the clinic's side may do.
var whole = regexp.MustCompile(`Seq Scan on (submissions|submission_names|entries|audit|responses|tallies)\b`)

// plans has the database write down how it goes about every statement of every page, and prints those about submissions. A plan
// that reads a whole table is an error.
func (b *bench) plans(ctx context.Context, h *hall, log string) error {
	explained := h.db.url + "&options=" + escape("-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 "+
		"-c auto_explain.log_analyze=on -c auto_explain.log_timing=off")
	p, err := launch(ctx, b.dir, []string{"EKBOM_SECRET=" + h.ward.secret}, filepath.Join(b.dir, "ekbom"), "serve", "--addr", "127.0.0.1:0", "--db", explained)
	if err != nil {
		return err
	}
	defer p.stop()
	v, err := dial(p.addr)
	if err != nil {
		return err
	}
	defer v.close()
	statements := 0
	var wrong []error
	for _, a := range h.asks {
		before, err := os.ReadFile(log)
		if err != nil {
			return err
		}
		v.cookie = "ekbom-clinic=" + h.ward.token
		if got, err := v.get(a.path); err != nil || got.status >= 300 {
			return fmt.Errorf("GET %s: %w", a.path, err)
		}
		after, err := os.ReadFile(log)
		if err != nil {
			return err
		}
		for _, entry := range strings.Split(string(after[len(before):]), "LOG:  ")[1:] {
			if !strings.Contains(entry, "Query Text:") {
				continue
			}
			statements++
			if found := whole.FindString(entry); found != "" {
				wrong = append(wrong, fmt.Errorf("%s: %s\n%s", a.name, found, entry))
			}
			if _, plan, ok := strings.Cut(entry, "Limit  ("); ok && strings.Contains(entry, "submissions s ") {
				plan, _, _ = strings.Cut(plan, "\n20") // the next line of the log
				b.explained = append(b.explained, a.name+"\n\tLimit  ("+plan)
			}
		}
	}
	b.table.section("PostgreSQL, plans of all statements of these pages with %s submissions", thousands(b.submissions))
	b.table.add(row{what: fmt.Sprintf("%d statements, whole tables read", statements), ours: fmt.Sprint(len(wrong)), budget: "none", verdict: met(len(wrong) == 0)})
	if statements < 3*len(h.asks) {
		wrong = append(wrong, fmt.Errorf("only %d statements were explained", statements))
	}
	return errors.Join(wrong...)
}
