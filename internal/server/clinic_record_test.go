package server

import (
	"encoding/json"
	"fmt"
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

func TestHoldPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o := newOffice(t, s, "north")
	id := s.queued(t, o.clinic, "one", returncode.New(), review.Submission{Urgency: questionnaire.Soon, Name: "Anna"})
	path := submissionPath(id)
	lead := o.at[account.Lead]
	o.at[account.Reviewer].get(path).silent("legal hold", "Erase everything")
	lead.get(path).says("Not under legal hold").get(lead.link("Put under legal hold")).at(path+"/hold").says("Anna", "Within days", "Sent on").fillAt(path+"/hold", "reason= ").fails(http.StatusUnprocessableEntity).says("Enter the reason")
	long := strings.Repeat("x", review.TextLength+1)
	lead.fillAt(path+"/hold", "reason="+long).fails(http.StatusUnprocessableEntity).says("Shorten the reason")
	if lead.value("reason") != long {
		t.Error("what was typed is gone")
	}
	lead.fillAt(path+"/hold", "reason=<b>The court</b> \u202easked.\x00").at(path)
	lead.says("Under legal hold", "Erase everything of this person")
	if d := s.deskOf(t, o.people[account.Lead], id); !d.Held || d.History[0].Text != "<b>The court</b> asked." {
		t.Errorf("%+v", d)
	}
	if strings.Contains(lead.body, "<b>The court") {
		t.Error("markup of a reason is on the page")
	}
	lead.get(path+"/erase").says("Nothing can be erased", "Under legal hold", "Anna").silent("Erase for good")
	lead.post(path+"/erase", url.Values{"confirmed": {shortID(string(id))}, "of": {string(id)}}).fails(http.StatusConflict)
	lead.get(path+"/hold").says("End the legal hold").fillAt(path+"/free", "reason=Over.").at(path)
	if d := s.deskOf(t, o.people[account.Lead], id); d.Held {
		t.Error("still held")
	}
	o.at[account.Reviewer].get(path + "/hold").fails(http.StatusForbidden)
	o.at[account.Reviewer].post(path+"/hold", url.Values{"reason": {"x"}}).fails(http.StatusForbidden)
}

func TestErasePerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o := newOffice(t, s, "north")
	code := returncode.New()
	var ids []questionnaire.ResponseID
	for i := range 3 {
		ids = append(ids, s.queued(t, o.clinic, fmt.Sprint("response-of-hers-", i), code, review.Submission{Name: "Anna Berg", Sent: s.clock.now().Add(time.Duration(i) * time.Second)}))
	}
	his := s.queued(t, o.clinic, "response-of-his", returncode.New(), review.Submission{Name: "Boris"})
	path := submissionPath(ids[1])
	lead := o.at[account.Lead]
	lead.get(path + "/person.json")
	var files []struct {
		ID       string
		Exported struct{ Role string }
	}
	if err := json.Unmarshal([]byte(lead.body), &files); err != nil || len(files) != 3 || files[0].ID != string(ids[0]) || files[0].Exported.Role != "lead" {
		t.Errorf("%+v, %v", files, err)
	}
	if kept := lead.got.Get("Content-Disposition"); !strings.HasPrefix(kept, "attachment") || strings.Contains(kept, "Anna") {
		t.Errorf("Content-Disposition %s", kept)
	}
	readers, _, err := s.staff(o.people[account.Lead]).Readers(t.Context(), store.Trail{})
	if err != nil || len(readers) != 3 {
		t.Errorf("recorded %v, %v", readers, err)
	}

	word := shortID(string(ids[1]))
	lead.get(path+"/erase").says("3 submissions", "Type "+word+" to erase")
	lead.fillAt(path+"/erase", "confirmed=yes").fails(http.StatusUnprocessableEntity).says("Type " + word)
	// Something came in between: it is shown before it is erased.
	tab := lead.tab().get(path + "/erase")
	ids = append(ids, s.queued(t, o.clinic, "response-of-hers-9", code, review.Submission{}))
	tab.fillAt(path+"/erase", "confirmed="+word).fails(http.StatusConflict).says("4 submissions", "meanwhile")
	tab.fillAt(path+"/erase", "confirmed= "+strings.ToUpper(word)+" ").at(pathErased).says("nothing of this person")
	for _, id := range ids {
		lead.get(submissionPath(id)).fails(http.StatusNotFound)
		if _, err := s.Store.Response(t.Context(), id); err == nil {
			t.Errorf("the answers of %s are still there", id)
		}
	}
	lead.get(submissionPath(his)).at(submissionPath(his))
	lead.get(pathQueue).silent("Anna Berg")
	o.at[account.Admin].get(pathAudit+"?action=erased").says("Erased", "Robin lead").silent("Anna")
	o.at[account.Reviewer].get(submissionPath(his) + "/erase").fails(http.StatusForbidden)
}

func TestTrailPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o, other := newOffice(t, s, "north"), newOffice(t, s, "south")
	id := s.queued(t, o.clinic, "one", returncode.New(), review.Submission{Name: "Anna"})
	reviewer, lead, admin := o.at[account.Reviewer], o.at[account.Lead], o.at[account.Admin]
	for range store.TrailSize + 3 {
		reviewer.get(submissionPath(id))
	}
	reviewer.get(submissionPath("nothing-here"))
	other.at[account.Reviewer].get(submissionPath(id)).fails(http.StatusNotFound)

	admin.get(pathAudit).at(pathAudit).says("Opened", "Robin reviewer", "Older").silent("Anna", "Newest")
	admin.get(admin.link("Older")).says("Invited", "The operator of the server", "Opened a clinic", "Sent", "A patient", "Newest")
	admin.get(pathAudit + "?who=" + url.QueryEscape(string(o.people[account.Reviewer].ID)) + "&action=signed-in").says("Show all again")
	admin.get(pathAudit + "?action=printed").says("Nothing found")
	admin.get(pathAudit + "?action=nonsense&before=x&who=" + strings.Repeat("x", 100)).at(pathAudit + "?action=nonsense&before=x&who=" + strings.Repeat("x", 100)).says("Opened")
	other.at[account.Admin].get(pathAudit+"?action=denied").says("Refused", "Something of another clinic")

	lead.get(pathReaders).at(pathReaders).says("Readers", "Opened", "Older").silent("Invited")
	lead.get(pathReaders + "?who=" + url.QueryEscape(string(o.people[account.Admin].ID))).says("Nothing found")
	lead.get(pathAudit).fails(http.StatusForbidden)
	reviewer.get(pathReaders).fails(http.StatusForbidden)
}

func TestStatisticsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o := newOffice(t, s, "north")
	lead := o.at[account.Lead]
	lead.get(pathStatistics).at(pathStatistics).says("Nothing was sent in this time", "Last 30 days", "Last 365 days")
	send := func(n int, u questionnaire.Urgency, counts ...store.Tally) {
		t.Helper()
		for range n {
			now := s.clock.now()
			r := questionnaire.Response{ID: questionnaire.ResponseID(returncode.New().String()), Ref: s.Definition.Ref, Status: questionnaire.Completed,
				Clinic: o.clinic.ID, Answers: []byte(`{}`), Outcome: []byte(`{}`), Revision: 1, Created: now, Updated: now, Completed: now}
			if err := s.Store.CreateResponse(t.Context(), r, []byte(r.ID)); err != nil {
				t.Fatal(err)
			}
			r.Sent = now
			all := []store.Tally{{Kind: store.CountUrgency, Day: now, Key: u.String(), N: 1}}
			for _, c := range counts {
				c.Day, c.N = now, 1
				all = append(all, c)
			}
			if err := s.Store.Send(t.Context(), r, review.Submission{Urgency: u, Age: review.AgeUnknown}, all); err != nil {
				t.Fatal(err)
			}
		}
	}
	send(3, questionnaire.Routine)
	lead.get(pathStatistics).says("Too few submissions", "Fewer than 5")
	asked := store.Tally{Kind: store.CountAsked, Key: "who"}
	send(27, questionnaire.Routine, asked, store.Tally{Kind: store.CountCause, Key: "nosuchcause"})
	send(8, questionnaire.Soon, asked, store.Tally{Kind: store.CountUnsure, Key: "who"})
	send(2, questionnaire.Emergency, store.Tally{Kind: store.CountUnsure, Key: "age"}, store.Tally{Kind: store.CountAsked, Key: "age"})
	// The two emergencies are hidden, and so is what would give them away.
	lead.get(pathStatistics).says("30 (75 %)", "hidden", "nosuchcause", "27 (68 %)", "8", "23 %", "fewer than 5")
	lead.silent("2 (5 %)", "8 (20 %)")
	s.clock.jump(25 * time.Minute)
	lead.get(pathStatistics + "?days=30").says("30 (75 %)")
	lead.get(pathStatistics + "?days=31").says("Last 90 days")
	draft := questionnaire.Response{ID: "draft", Ref: s.Definition.Ref, Status: questionnaire.Draft, Clinic: o.clinic.ID, Answers: []byte(`{}`), Revision: 1,
		Created: s.clock.now(), Updated: s.clock.now().Add(-2 * day), Expires: s.clock.now().Add(day), Place: "legs"}
	if err := s.Store.CreateResponse(t.Context(), draft, []byte("draft")); err != nil {
		t.Fatal(err)
	}
	lead.get(pathStatistics).says("Where people stop", "1 other").silent("Nobody has stopped", "legs")
	o.at[account.Reviewer].get(pathStatistics).fails(http.StatusForbidden)
}

func TestEraseOfMuch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o, code := newOffice(t, s, "north"), returncode.New()
	var id questionnaire.ResponseID
	for i := range fieldLimit + 1 {
		id = s.queued(t, o.clinic, fmt.Sprintf("one-%03d", i), code, review.Submission{Urgency: questionnaire.Soon})
	}
	path := submissionPath(id) + "/erase"
	o.at[account.Lead].get(path).fillAt(path, "confirmed="+shortID(string(id))).at(pathErased)
	if n := len(s.queue(t, o.clinic)); n != 0 {
		t.Errorf("%d are left", n)
	}
}
