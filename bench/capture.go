package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"ekbom/bench/script"
)

// turn is where a saved answer is measured: halfway, one person changes their mind to and fro.
type turn struct {
	person person
	path   string    // of the question
	to     string    // the page after it
	minds  [2]string // what is entered in turn
	before int       // answers saved when the page after it is seen
}

// capture plays every person at our server, whose database is empty, and writes down the bytes of pages and rows.
func capture(ctx context.Context, addr string, db *database, list []person, t *turn) ([]script.Script, error) {
	var scripts []script.Script
	for _, p := range list {
		if err := db.empty(ctx); err != nil {
			return nil, err
		}
		s := script.Script{Pages: map[string]script.Page{}}
		b, err := dial(addr)
		if err != nil {
			return nil, err
		}
		defer b.close()
		answered := 0
		err = p.play(b, pathResult, func(v visit) error {
			page := script.Page{Header: http.Header{}, Body: v.page.body, Saves: map[string]script.Save{}}
			for name, values := range v.page.header {
				if name != "Date" && name != "Content-Length" { // net/http sets these
					page.Header[name] = values
				}
			}
			if s.First == "" {
				s.First = v.path
			}
			s.Pages[v.path] = page
			if v.to == "" {
				return nil
			}
			answered++
			if p.number == t.person.number && v.path == t.path {
				t.to, t.before = v.to, answered
			}
			row, err := db.row(ctx)
			page.Saves[first(v.entered)] = script.Save{Row: row, To: v.to}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("person %d: %w", p.number, err)
		}
		s.Row = s.Pages[s.First].Saves[first(p.entered[s.First])].Row
		s.Row.Answers = "{}"
		scripts = append(scripts, s)
	}
	return scripts, t.capture(ctx, addr, db, scripts)
}

// capture adds what the row looks like when the person has changed their mind.
func (t *turn) capture(ctx context.Context, addr string, db *database, scripts []script.Script) error {
	if err := db.empty(ctx); err != nil {
		return err
	}
	b, err := dial(addr)
	if err != nil {
		return err
	}
	defer b.close()
	if err := t.person.play(b, t.to, nil); err != nil {
		return err
	}
	if _, err := b.fill(t.path, t.minds[1]); err != nil {
		return err
	}
	row, err := db.row(ctx)
	scripts[t.person.number].Pages[t.path].Saves[first(t.minds[1])] = script.Save{Row: row, To: t.to}
	return err
}

// first gives the first answer that is entered; empty when none is.
func first(entered string) string {
	form, err := url.ParseQuery(entered)
	if err != nil {
		return ""
	}
	return form.Get("answer")
}
