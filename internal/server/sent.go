package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/store"
	marks "ekbom/web/mark"
	"ekbom/web/page"

	"github.com/google/uuid"
)

// locked marks the address of /sent for somebody who tried to change what was sent.
const locked = "locked"

// family lists all responses under the return code of a session, the newest first.
func (s *Server) family(r *http.Request, sess session) ([]questionnaire.Response, error) {
	all, err := s.Store.ResponsesByCode(r.Context(), sess.Code.Hash(s.codeKey))
	if err != nil {
		return nil, fmt.Errorf("read by code: %w", err)
	}
	return all, nil
}

// receipts says what became of those of some responses that were sent.
func (s *Server) receipts(r *http.Request, family []questionnaire.Response) (all []page.Receipt, err error) {
	for _, response := range family {
		if response.Sent.IsZero() {
			continue
		}
		got, err := s.Store.Receipt(r.Context(), response.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue // the clinic no longer has it
		}
		if err != nil {
			return nil, err
		}
		out := page.Receipt{
			Of: tag(response.ID), Clinic: got.Clinic.Name, Sent: local(got.Sent), Withdrawn: local(got.Withdrawn), State: got.State, Held: got.Held,
		}
		out.Looks = looks(got.Looks)
		for _, m := range got.Messages {
			out.Messages = append(out.Messages, page.Message{At: local(m.At), Text: m.Text})
		}
		all = append(all, out)
	}
	return all, nil
}

// looks puts together what the same role did on the same day: whoever writes a note opens the page again.
func looks(all []store.Look) (days []page.Look) {
	for _, look := range all {
		at := local(look.At)
		i := slices.IndexFunc(days, func(d page.Look) bool {
			return d.Role == look.Role && d.Action == look.Action && sameDay(d.At, at)
		})
		if i < 0 {
			i, days = len(days), append(days, page.Look{Role: look.Role, Action: look.Action})
		}
		days[i].At, days[i].Times = at, days[i].Times+1 // the newest stands first in all
	}
	return days
}

func sameDay(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() }

// showSent says what became of all that was sent under the return code of this browser.
func (s *Server) showSent(w http.ResponseWriter, r *http.Request) error {
	sess := s.session(r)
	j, err := s.load(r, sess)
	if err != nil {
		return err
	}
	family, err := s.family(r, sess)
	if err != nil {
		return err
	}
	view := page.SentView{
		Base: j.base(pathSent), Locked: r.URL.RawQuery == locked, Code: sess.Code.String(), Earlier: j.others(family),
		Continue: family != nil && family[0].Status == questionnaire.Draft, Withdrawn: j.response.Status == questionnaire.Withdrawn,
	}
	if view.Receipts, err = s.receipts(r, family); err != nil {
		return err
	}
	if len(view.Receipts) == 0 && !j.sent() {
		return redirect(w, j.next())
	}
	if j.sent() {
		o := assess.Evaluate(j.Definition, j.answers)
		view.Urgency, view.Flags = j.urgency(o.Urgency, slices.Concat(o.RedFlags, o.OpenFlags)), j.flags(o.RedFlags)
		if view.Result = pathResult; j.emergency() {
			view.Result = pathPrint
		}
	}
	return s.render(w, http.StatusOK, page.Sent(view))
}

// others are the responses under the same return code besides this one.
func (j *journey) others(family []questionnaire.Response) (all []page.EarlierResponse) {
	for _, response := range family {
		if response.ID == j.response.ID {
			continue
		}
		e := page.EarlierResponse{Of: tag(response.ID), At: local(response.Updated)}
		switch {
		case !response.Sent.IsZero():
			e.At, e.Kind = local(response.Sent), page.KindSent
		case response.Status == questionnaire.Completed:
			e.At, e.Kind = local(response.Completed), page.KindResult
		}
		all = append(all, e)
	}
	return all
}

// openEarlier opens another response under the same return code in this browser.
func (s *Server) openEarlier(w http.ResponseWriter, r *http.Request) error {
	sess := s.session(r)
	if sess.none() {
		return errNoSession
	}
	if err := readForm(r); err != nil {
		return err
	}
	family, err := s.family(r, sess)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(family, func(f questionnaire.Response) bool { return tag(f.ID) == r.PostForm.Get(page.FieldOf) })
	if i < 0 {
		return redirect(w, pathKeep)
	}
	return s.goOn(w, r, family[i], sess.Code)
}

// goOn gives this browser a response, and sends it to where the person goes on.
func (s *Server) goOn(w http.ResponseWriter, r *http.Request, response questionnaire.Response, code returncode.Code) error {
	j, err := s.journey(r, response)
	if err != nil {
		return err
	}
	if err := s.keepSession(w, r, session{Response: response.ID, Hash: response.Ref.Hash, Code: code, Seen: response.Revision}); err != nil {
		return err
	}
	return redirect(w, j.next())
}

// again begins a further response under the same return code. If one was begun already, that goes on.
func (s *Server) again(w http.ResponseWriter, r *http.Request) error {
	sess := s.session(r)
	if err := readForm(r); err != nil {
		return err
	}
	j, err := s.load(r, sess)
	if err != nil {
		return err
	}
	if !j.completed() && !j.sent() {
		return redirect(w, j.next())
	}
	d := s.editions.current.Definition
	answers := d.NewAnswers()
	now := s.Now().Round(0)
	if r.PostForm.Get(page.FieldBegin) == page.BeginOld {
		answers = j.carried(d)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("answer again: %w", err)
	}
	response := questionnaire.Response{
		ID: questionnaire.ResponseID(id.String()), Ref: d.Ref, Status: questionnaire.Draft, Clinic: j.response.Clinic,
		Letter:   questionnaire.Letter{Name: j.response.Letter.Name, Born: j.response.Letter.Born},
		Revision: 1, Created: latest(now, j.response.Created), Updated: now, Expires: now.Add(s.Keep),
	}
	if response.Answers, err = d.EncodeAnswers(answers); err != nil {
		return fmt.Errorf("answer again: %w", err)
	}
	fresh := newJourney(r, s.editions.current, response, answers)
	response.Place = fresh.place()
	begun, err := s.Store.Again(r.Context(), response, sess.Code.Hash(s.codeKey))
	if err != nil {
		return err
	}
	if begun.ID == response.ID {
		s.metrics.count(eventStarted)
	}
	return s.goOn(w, r, begun, sess.Code)
}

// carried gives the answers of j as answers to an edition, as far as it still takes them. What changes from time to time is
// asked anew: signs of danger, and what is drawn over time.
func (j *journey) carried(d *questionnaire.Definition) questionnaire.Answers {
	answers, _ := d.Carry(j.Definition, j.answers)
	for _, q := range d.Clinic.OverTime {
		answers[q] = questionnaire.Answer{}
	}
	for _, f := range d.RedFlags {
		if f.Urgency >= questionnaire.SameDay {
			f.When.Questions(func(q int) { answers[q] = questionnaire.Answer{} })
		}
	}
	return answers
}

// sinceShown is how many changed answers the result tells.
const sinceShown = 12

// since says what changed since the person answered last time under the same return code; nil when this is the first time.
func (s *Server) since(r *http.Request, sess session, j *journey, o *assess.Outcome) (*page.Since, error) {
	family, err := s.family(r, sess)
	if err != nil {
		return nil, err
	}
	times := []*journey{j} // the newest first
	for _, earlier := range family {
		if earlier.Completed.IsZero() || !earlier.Created.Before(j.response.Created) {
			continue
		}
		was, err := s.journey(r, earlier)
		if err != nil {
			return nil, err
		}
		times = append(times, was)
	}
	if len(times) == 1 {
		return nil, nil
	}
	was := times[1]
	out := &page.Since{
		Date: local(was.response.Completed), Is: marks.UrgencyWord(j.words.l, o.Urgency),
		Was: marks.UrgencyWord(j.words.l, assess.Evaluate(was.Definition, was.answers).Urgency),
	}
	changes, same := j.changes(was)
	for _, c := range changes[:min(len(changes), sinceShown)] {
		out.Changes = append(out.Changes, page.Changed{Question: c.Question, Was: c.Was, Is: c.Is, Asked: c.Asked})
	}
	out.Same, out.More = same, max(0, len(changes)-sinceShown)
	for _, i := range j.Clinic.OverTime {
		out.Drawn = append(out.Drawn, j.text(i).Short)
	}
	var moments []moment
	for _, then := range slices.Backward(times) {
		moments = append(moments, moment{at: then.response.Completed, journey: then})
		at := page.Moment{At: local(then.response.Completed)}
		for _, i := range j.Clinic.OverTime {
			at.Answers = append(at.Answers, then.answerTo(j.Questions[i].ID))
		}
		out.Moments = append(out.Moments, at)
	}
	out.Trace = j.trace(j.words.l, j.words.l.T("since.over-time"), moments)
	return out, nil
}

// answerTo gives the answer to a question in words, not reached if it was not asked then.
func (j *journey) answerTo(id questionnaire.ID) page.Answer {
	i, ok := j.Question(id)
	if !ok || !j.onPath(i) {
		return page.Answer{}
	}
	return j.inWords(i, j.answers[i])
}
