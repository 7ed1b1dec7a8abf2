package server

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/review"
	"ekbom/internal/store"
)

// table reads the page as a list of rows by the names of their columns.
func (b *browser) table() (rows []map[string]string) {
	b.t.Helper()
	if b.status != http.StatusOK || !strings.HasPrefix(b.got.Get("Content-Type"), "text/csv") ||
		!strings.HasPrefix(b.got.Get("Content-Disposition"), "attachment") || b.got.Get("Cache-Control") != "no-store" {
		b.t.Fatalf("%d %v\n%s", b.status, b.got, b.body)
	}
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.body, "\uFEFF"))).ReadAll()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestExportQueue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o, other := newOffice(t, s, "north"), newOffice(t, s, "south")
	patient := s.browser(t).quick().fill()
	id := s.send(t, patient, o.clinic, questionnaire.Letter{Name: `=HYPERLINK("http://evil.example","Anna")`, Born: "1974-02-28"})
	gone := s.queued(t, o.clinic, "gone", returncode.New(), review.Submission{Urgency: questionnaire.Soon, Name: "Boris"})
	if _, err := s.Store.Withdraw(t.Context(), gone, s.clock.now(), s.clock.now().Add(day)); err != nil {
		t.Fatal(err)
	}
	s.queued(t, other.clinic, "elsewhere", returncode.New(), review.Submission{Urgency: questionnaire.Emergency, Name: "Cleo"})
	s.clock.jump(time.Minute)
	lead := o.at[account.Lead]

	lead.get(pathExport).at(pathExport).says("Export 1 submission?", "recorded", "own words", "All open")
	if lead.chosen() != nil {
		t.Error("names are wanted before anybody asked")
	}
	lead.fillAt(pathExport)
	rows := lead.table()
	if len(rows) != 1 || rows[0]["submission"] != string(id) || rows[0]["urgency"] != "routine" || rows[0]["q.who"] != "me" || rows[0]["version"] != s.Definition.Version {
		t.Fatalf("rows %v", rows)
	}
	for column := range rows[0] {
		if column == "name" || column == "born" {
			t.Errorf("column %s without being asked for", column)
		}
	}
	if strings.Contains(lead.body, "Anna") || strings.Contains(lead.body, "1974") {
		t.Error("a name was exported without being asked for")
	}
	lead.get(pathExport).fillAt(pathExport, "names=yes")
	if rows := lead.table(); rows[0]["name"] != `'=HYPERLINK("http://evil.example","Anna")` || rows[0]["born"] != "1974-02-28" {
		t.Errorf("rows %v", rows)
	}

	// Of what was withdrawn, only that.
	lead.post(pathExport, url.Values{"state": {"received"}, "names": {"yes"}})
	if rows := lead.table(); len(rows) != 1 {
		t.Errorf("rows %v", rows)
	}
	events, _, err := s.staff(o.people[account.Lead]).Readers(t.Context(), store.Trail{})
	if err != nil || len(events) != 3 || events[2].Detail != "1" || events[1].Detail != "1 names" || events[0].Detail != "1 names state:received" {
		t.Errorf("recorded %+v, %v", events, err)
	}
	lead.get(pathReaders).says("Exported a list", "1 submission; with names; Received")
	other.at[account.Lead].post(pathExport, url.Values{"names": {"yes"}})
	if rows := other.at[account.Lead].table(); len(rows) != 1 || rows[0]["name"] != "Cleo" {
		t.Errorf("rows %v", rows)
	}
	o.at[account.Reviewer].get(pathQueue).silent("Export this list")
	o.at[account.Reviewer].get(pathExport).fails(http.StatusForbidden)
	o.at[account.Reviewer].post(pathExport, nil).fails(http.StatusForbidden)
	lead.post(pathExport, url.Values{"from": {"yesterday"}}).fails(http.StatusBadRequest)
	lead.get(pathExport + "?urgency=emergency").says("There is nothing to export")
}

// A search is exported without its words being recorded.
func TestExportSearch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o := newOffice(t, s, "north")
	s.queued(t, o.clinic, "one", returncode.New(), review.Submission{Name: "Anna Berg"})
	s.queued(t, o.clinic, "two", returncode.New(), review.Submission{Name: "Boris Ek"})
	s.clock.jump(time.Minute)
	lead := o.at[account.Lead]
	lead.get(pathQueue).fillAt(pathQueueSearch, "search=anna")
	lead.get(lead.link("Export this list")).says("Export 1 submission?", "anna").fillAt(pathExport, "names=yes")
	if rows := lead.table(); len(rows) != 1 || rows[0]["name"] != "Anna Berg" {
		t.Errorf("rows %v", rows)
	}
	events, _, err := s.staff(o.people[account.Lead]).Readers(t.Context(), store.Trail{})
	if err != nil || len(events) != 1 || events[0].Detail != "1 names by-name" {
		t.Errorf("recorded %+v, %v", events, err)
	}
}

// More submissions than are in memory at once, and answers of an older edition among them.
func TestExportManyOfTwoEditions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o := newOffice(t, s, "north")
	old := edited(t, "definition.yaml", "version: 1.0.0", "version: 0.9.0")
	if err := s.Store.SaveQuestionnaire(t.Context(), old.Ref, old.Archive()); err != nil {
		t.Fatal(err)
	}
	const n = 450
	for i := range n {
		id := fmt.Sprintf("id-%03d", i)
		if i%100 != 7 {
			s.queued(t, o.clinic, id, returncode.New(), review.Submission{Urgency: questionnaire.Urgency(i % 5)})
			continue
		}
		now := s.clock.now()
		r := questionnaire.Response{ID: questionnaire.ResponseID(id), Ref: old.Ref, Status: questionnaire.Completed, Clinic: o.clinic.ID,
			Answers: []byte(`{}`), Outcome: []byte(`{}`), Revision: 1, Created: now, Updated: now, Completed: now}
		if err := s.Store.CreateResponse(t.Context(), r, []byte(id)); err != nil {
			t.Fatal(err)
		}
		r.Sent = now
		if err := s.Store.Send(t.Context(), r, review.Submission{Age: review.AgeUnknown}, nil); err != nil {
			t.Fatal(err)
		}
	}
	s.clock.jump(time.Minute)
	lead := o.at[account.Lead]
	lead.post(pathExport, nil)
	seen, older := map[string]bool{}, 0
	for _, row := range lead.table() {
		seen[row["submission"]] = true
		if row["version"] == old.Version {
			older++
		}
	}
	if len(seen) != n || older != 5 {
		t.Errorf("%d submissions, %d of the older edition", len(seen), older)
	}
	lead.get(pathCodebook)
	told := map[string]string{}
	for _, row := range lead.table() {
		told[row["column"]] += row["editions"]
	}
	if !strings.Contains(told["q.who"], s.Definition.Version) || !strings.Contains(told["q.who"], old.Version) || told["name"] != "" {
		t.Errorf("codebook %v", told)
	}
	if _, ok := told["name"]; !ok {
		t.Error("the codebook does not tell all columns")
	}
}

// When a row cannot be read, the file is cut off where a browser sees it, and not handed out as if it were whole.
func TestExportIsWholeOrFails(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o := newOffice(t, s, "north")
	for i := range 3 {
		s.queued(t, o.clinic, fmt.Sprint("id-", i), returncode.New(), review.Submission{})
	}
	r, err := s.Store.Response(t.Context(), "id-0")
	if err != nil {
		t.Fatal(err)
	}
	r.ID, r.Sent, r.Revision, r.Answers = "spoilt", time.Time{}, 1, []byte(`{"nosuch":{"a":["SECRET"],"r":1,"t":1}}`)
	if err := s.Store.CreateResponse(t.Context(), r, []byte("spoilt")); err != nil {
		t.Fatal(err)
	}
	r.Sent = s.clock.now()
	if err := s.Store.Send(t.Context(), r, review.Submission{}, nil); err != nil {
		t.Fatal(err)
	}
	s.clock.jump(time.Minute)
	lead := o.at[account.Lead]
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.web.URL+pathExport, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := lead.client.Do(req)
	if err == nil {
		_, err = io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("the file ends as if it were whole")
	}
	if log := s.log.String(); !strings.Contains(log, "do not fit edition") || strings.Contains(log, "SECRET") {
		t.Errorf("log: %s", log)
	}
}
