package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"ekbom/bench/script"
)

// database is what a server wrote, seen from outside.
type database struct {
	*sql.DB
	url string
}

func openDatabase(url string) (*database, error) {
	driver, dsn := "pgx", url
	if path, isFile := strings.CutPrefix(url, "sqlite:"); isFile {
		driver, dsn = "sqlite", "file:"+path+"?_busy_timeout=5000"
	}
	db, err := sql.Open(driver, dsn)
	return &database{db, url}, err
}

// row gives the only response.
func (db *database) row(ctx context.Context) (r script.Row, err error) {
	err = db.QueryRowContext(ctx, `SELECT questionnaire_id, questionnaire_version, questionnaire_hash, status, answers, confirmed,
		outcome, letter, not_me, place FROM responses`).Scan(&r.Questionnaire, &r.Version, &r.Hash, &r.Status, &r.Answers, &r.Confirmed, &r.Outcome,
		&r.Letter, &r.NotMe, &r.Place)
	return r, err
}

func (db *database) empty(ctx context.Context) error {
	_, err := db.ExecContext(ctx, `DELETE FROM responses`)
	return err
}

// ledger is what a server has acknowledged.
type ledger struct {
	people, saves, answers, completed int
}

func (l *ledger) add(more ledger) {
	l.people += more.people
	l.saves += more.saves
	l.answers += more.answers
	l.completed += more.completed
}

// audit compares what was acknowledged with what is in the database. A row begins at revision 1 and rises by one with each
// save.
func (db *database) audit(ctx context.Context, want ledger) error {
	keys := "json_object_keys(answers)"
	if strings.HasPrefix(db.url, "sqlite:") {
		keys = "json_each(answers)"
	}
	var got ledger
	err := db.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(revision - 1), 0), count(completed) FROM responses`).
		Scan(&got.people, &got.saves, &got.completed)
	if err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM responses, `+keys).Scan(&got.answers); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("acknowledged were %+v, in the database are %+v", want, got)
	}
	return nil
}
