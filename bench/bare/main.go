// Command bare is the least that a server of the questionnaire can do: it sends the bytes of our pages and commits the
// rows that ours commits, and knows nothing of questions, rules, languages or other people's answers.
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/klauspost/compress/gzhttp"
	_ "modernc.org/sqlite"

	"ekbom/bench/script"
)

const (
	insert = `INSERT INTO responses (id, questionnaire_id, questionnaire_version, questionnaire_hash, status, clinic_id,
		answers, confirmed, outcome, revision, created, updated, completed, expires, sent, letter, not_me, place, code_hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
	update = `UPDATE responses SET revision = revision + 1, questionnaire_id = $3, questionnaire_version = $4,
		questionnaire_hash = $5, status = $6, clinic_id = $7, answers = $8, confirmed = $9, outcome = $10, updated = $11,
		completed = $12, expires = $13, letter = $14, not_me = $15, place = $16 WHERE id = $1 AND revision = $2 AND sent IS NULL`
	read = `SELECT id, questionnaire_id, questionnaire_version, questionnaire_hash, status, clinic_id, answers, confirmed, outcome,
		revision, created, updated, completed, expires, sent, letter, not_me, place FROM responses WHERE id = $1`
	sqliteOptions = "_journal_mode=WAL&_synchronous=FULL&_busy_timeout=2000&_foreign_keys=1&_txlock=immediate" +
		"&_time_format=sqlite&_defensive=1&_dqs=0&_pragma=secure_delete(1)"
	keep = 30 * 24 * time.Hour
)

func main() {
	log.SetFlags(0)
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	db := flag.String("db", "", "sqlite:PATH or postgres://...; empty: no database")
	file := flag.String("script", "", "the journey")
	flag.Parse()
	if err := serve(*addr, *db, *file); err != nil {
		log.Fatal(err)
	}
}

func serve(addr, db, file string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := script.Read(file)
	if err != nil {
		return err
	}
	kept, err := open(ctx, db)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(600), gzhttp.EnableZstd(false), gzhttp.CompressionLevel(7), gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		return err
	}
	plain := handler(s, kept)
	packed := compress(plain)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") == "" {
			plain.ServeHTTP(w, r)
		} else {
			packed.ServeHTTP(w, r)
		}
	})}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	fmt.Printf("Open http://%s\n", ln.Addr())
	if err := server.Serve(ln); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// database is what we use of one.
type database struct {
	change func(ctx context.Context, query string, args ...any) (rows int64, err error)
	read   func(ctx context.Context, id string) error
}

// response is a row that is read and looked at no further.
type response struct {
	id, questionnaire, version, hash, status string
	clinic                                   *string
	answers, confirmed, outcome              []byte
	letter, notMe                            []byte
	place                                    string
	revision                                 int
	created, updated                         time.Time
	completed, expires, sent                 *time.Time
}

func (r *response) fields() []any {
	return []any{&r.id, &r.questionnaire, &r.version, &r.hash, &r.status, &r.clinic, &r.answers, &r.confirmed, &r.outcome, &r.revision,
		&r.created, &r.updated, &r.completed, &r.expires, &r.sent, &r.letter, &r.notMe, &r.place}
}

func open(ctx context.Context, db string) (*database, error) {
	if path, isFile := strings.CutPrefix(db, "sqlite:"); isFile {
		return openSQLite(ctx, path)
	}
	conf, err := pgxpool.ParseConfig(db)
	if err != nil {
		return nil, err
	}
	conf.MaxConns = 16 // as many as ours
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, err
	}
	return &database{
		change: func(ctx context.Context, query string, args ...any) (int64, error) {
			tag, err := pool.Exec(ctx, query, args...)
			return tag.RowsAffected(), err
		},
		read: func(ctx context.Context, id string) error {
			var r response
			return pool.QueryRow(ctx, read, id).Scan(r.fields()...)
		},
	}, nil
}

// openSQLite has one connection that writes and several that read, as ours.
func openSQLite(ctx context.Context, path string) (*database, error) {
	dsn := (&url.URL{Scheme: "file", Path: path, RawQuery: sqliteOptions}).String()
	writer, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	readers, err := sql.Open("sqlite", dsn+"&_query_only=1")
	if err != nil {
		return nil, err
	}
	readers.SetMaxOpenConns(8)
	readers.SetMaxIdleConns(8)
	prepared := map[string]*sql.Stmt{}
	for _, query := range []string{insert, update} {
		if prepared[query], err = writer.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
	}
	row, err := readers.PrepareContext(ctx, read)
	if err != nil {
		return nil, err
	}
	return &database{
		change: func(ctx context.Context, query string, args ...any) (int64, error) {
			result, err := prepared[query].ExecContext(ctx, args...)
			if err != nil {
				return 0, err
			}
			return result.RowsAffected()
		},
		read: func(ctx context.Context, id string) error {
			var r response
			return row.QueryRowContext(ctx, id).Scan(r.fields()...)
		},
	}, nil
}

// The cookie is the number of the script and the id of the row.
const cookie = "bare"

// A GET reads the row first when it asks for that with ?row.
func handler(scripts []script.Script, db *database) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /start", func(w http.ResponseWriter, r *http.Request) {
		number := r.URL.Query().Get("script")
		s, err := find(scripts, number)
		id, idErr := uuid.NewV7()
		if err != nil || idErr != nil {
			http.Error(w, fmt.Sprint(err, idErr), http.StatusBadRequest)
			return
		}
		now := time.Now().UTC().Truncate(time.Microsecond)
		row := &s.Row
		hash := make([]byte, 32)
		copy(hash, id[:])
		if _, err := db.change(r.Context(), insert, id.String(), row.Questionnaire, row.Version, row.Hash, row.Status, nil, row.Answers,
			row.Confirmed, row.Outcome, 1, now, now, nil, now.Add(keep), nil, row.Letter, row.NotMe, row.Place, hash); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: number + "." + id.String(), Path: "/", HttpOnly: true})
		w.Header().Set("Location", s.First)
		w.WriteHeader(http.StatusSeeOther)
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		page, id, err := pageOf(scripts, r)
		if err == nil && r.URL.RawQuery == "row" {
			err = db.read(r.Context(), id)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		h := w.Header()
		for name, values := range page.Header {
			h[name] = values
		}
		w.Write(page.Body)
	})
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		page, id, err := pageOf(scripts, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		save, known := page.Saves[r.PostFormValue("answer")]
		number, _, _ := strings.Cut(r.PostFormValue("revision"), "-")
		revision, err := strconv.Atoi(number)
		if err != nil || !known {
			http.Error(w, "not in the script", http.StatusBadRequest)
			return
		}
		now := time.Now().UTC().Truncate(time.Microsecond)
		row := &save.Row
		var completed *time.Time
		if row.Outcome != nil {
			completed = &now
		}
		n, err := db.change(r.Context(), update, id, revision, row.Questionnaire, row.Version, row.Hash, row.Status, nil,
			row.Answers, row.Confirmed, row.Outcome, now, completed, now.Add(keep), row.Letter, row.NotMe, row.Place)
		if err != nil || n != 1 {
			http.Error(w, fmt.Sprint(n, " rows: ", err), http.StatusConflict)
			return
		}
		w.Header().Set("Location", save.To)
		w.WriteHeader(http.StatusSeeOther)
	})
	return mux
}

func find(scripts []script.Script, number string) (*script.Script, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(scripts) {
		return nil, fmt.Errorf("no script %q", number)
	}
	return &scripts[n], nil
}

// pageOf gives the page that is asked for and the id of the row of who asks.
func pageOf(scripts []script.Script, r *http.Request) (page script.Page, id string, err error) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return page, "", err
	}
	number, id, _ := strings.Cut(c.Value, ".")
	s, err := find(scripts, number)
	if err != nil {
		return page, "", err
	}
	page, known := s.Pages[r.URL.Path]
	if !known {
		return page, "", fmt.Errorf("no page %s", r.URL.Path)
	}
	return page, id, nil
}
