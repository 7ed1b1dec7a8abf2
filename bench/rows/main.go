// Command rows is the least that a server of a queue can do: for each page it reads fifty rows by a range of the primary key
// and sends bytes that it was given. It asks nobody who they are, counts nothing and looks at no row.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const query = `SELECT id, rank, pattern, reason, flag, age, name, born, sent, withdrawn, state, assignee, opened, changed, held, revision
	FROM submissions WHERE id > $1 ORDER BY id LIMIT 50`

func main() {
	log.SetFlags(0)
	db := flag.String("db", "", "postgres://...")
	file := flag.String("page", "", "the bytes of a page")
	flag.Parse()
	if err := serve(*db, *file); err != nil {
		log.Fatal(err)
	}
}

func serve(db, file string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, db)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /rows", func(w http.ResponseWriter, r *http.Request) {
		if n, err := read(r.Context(), pool, r.URL.Query().Get("after")); err != nil || n != 50 {
			http.Error(w, fmt.Sprint(n, " rows: ", err), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(page)
	})
	server := &http.Server{Handler: mux}
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

func read(ctx context.Context, pool *pgxpool.Pool, after string) (n int, err error) {
	rows, err := pool.Query(ctx, query, after)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var id, pattern, reason, age, name, born, state string
	var assignee *string
	var sent, changed time.Time
	var withdrawn, opened *time.Time
	var rank, revision int
	var flag, held bool
	for rows.Next() {
		n++
		if err := rows.Scan(&id, &rank, &pattern, &reason, &flag, &age, &name, &born, &sent, &withdrawn, &state, &assignee, &opened,
			&changed, &held, &revision); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}
