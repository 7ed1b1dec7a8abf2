package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/web/page"
)

// journey is where one person stands: their response with its own edition of the questionnaire.
type journey struct {
	*edition
	response questionnaire.Response
	answers  questionnaire.Answers
	values   *questionnaire.Values
	open     int // the first question on the path without an answer; -1: none
	words    *words
	voice    int
}

// load reads the response of a session.
func (s *Server) load(r *http.Request, sess session) (*journey, error) {
	if sess.none() {
		return nil, errNoSession
	}
	at := s.Now()
	response, err := s.Store.Response(r.Context(), sess.Response)
	if errors.Is(err, store.ErrNotFound) {
		s.recent.forget(sess.Response)
		return nil, errGone
	}
	if err != nil {
		return nil, fmt.Errorf("read response: %w", err)
	}
	j, err := s.journey(r, response)
	if err == nil {
		s.remember(j, at, false)
	}
	return j, err
}

func (s *Server) journey(r *http.Request, response questionnaire.Response) (*journey, error) {
	e, err := s.edition(r.Context(), response.Ref.Hash)
	if err != nil {
		return nil, err
	}
	answers, err := e.DecodeAnswers(response.Answers)
	if err != nil {
		// The error may quote an answer.
		return nil, fmt.Errorf("answers of response %s do not fit edition %.12s", response.ID, e.Hash)
	}
	return newJourney(r, e, response, answers), nil
}

func newJourney(r *http.Request, e *edition, response questionnaire.Response, answers questionnaire.Answers) *journey {
	j := &journey{edition: e, response: response, answers: answers, values: e.NewValues(), words: e.in(visitOf(r).language)}
	j.look()
	return j
}

// look works out where the answers lead.
func (j *journey) look() {
	j.Evaluate(j.answers, j.values)
	j.open = -1
	for i := range j.Questions {
		if j.answers[i].State == questionnaire.NotReached && j.onPath(i) {
			j.open = i
			break
		}
	}
	j.voice = own
	if j.SpeaksForAnother != nil && j.values.Of(j.SpeaksForAnother) == questionnaire.True {
		j.voice = another
	}
}

func (j *journey) onPath(i int) bool { return j.values.Of(j.Questions[i].Ask) == questionnaire.True }

// mayOpen reports whether question i can be seen and answered now: it is on the path, and not ahead of the first open
// question.
func (j *journey) mayOpen(i int) bool {
	if !j.onPath(i) {
		return false
	}
	if j.answers[i].State != questionnaire.NotReached {
		return true
	}
	return i == j.open && len(j.raised()) == 0
}

// raised are the emergency flags that the answers raise.
func (j *journey) raised() (flags []questionnaire.ID) {
	for i := range j.RedFlags {
		f := &j.RedFlags[i]
		if f.Urgency == questionnaire.Emergency && j.values.Of(f.When) == questionnaire.True {
			flags = append(flags, f.ID)
		}
	}
	return flags
}

// unconfirmed are those of them that were not played back yet.
func (j *journey) unconfirmed() []questionnaire.ID {
	return slices.DeleteFunc(j.raised(), func(id questionnaire.ID) bool { return slices.Contains(j.response.Confirmed, id) })
}

func (j *journey) completed() bool { return j.response.Status == questionnaire.Completed }

// sent reports whether a clinic has the response, or had it until it was withdrawn. Its answers stay as they are.
func (j *journey) sent() bool { return !j.response.Sent.IsZero() }

// emergency reports whether the answers raise an emergency that was played back and confirmed.
func (j *journey) emergency() bool { return len(j.raised()) > 0 && len(j.unconfirmed()) == 0 }

// finished reports whether there is a result: all is answered and checked, or an emergency ended the questions.
func (j *journey) finished() bool {
	return j.sent() || j.emergency() || j.completed() && j.open < 0 && len(j.raised()) == 0
}

// place is the question that waits for its answer, if one does.
func (j *journey) place() questionnaire.ID {
	if j.open < 0 || j.completed() || len(j.raised()) > 0 {
		return ""
	}
	return j.Questions[j.open].ID
}

// next is the address where the person goes on. It hangs on nothing but the saved answers.
func (j *journey) next() string {
	switch {
	case j.sent():
		return pathSent
	case len(j.unconfirmed()) > 0:
		return pathCheckEmergency
	case len(j.raised()) > 0:
		return pathEmergency
	case j.open >= 0:
		return questionPath(j.Questions[j.open].ID)
	case j.completed():
		return pathResult
	}
	return pathAnswers
}

// before is the address of the page before question i.
func (j *journey) before(i int) string {
	for i--; i >= 0; i-- {
		if j.onPath(i) {
			return questionPath(j.Questions[i].ID)
		}
	}
	return pathStart
}

// answered counts the answers on the path.
func (j *journey) answered() (n int) {
	for i := range j.answers {
		if j.answers[i].State != questionnaire.NotReached && j.onPath(i) {
			n++
		}
	}
	return n
}

func (j *journey) base(path string) page.Base {
	b := j.words.base
	b.Path, b.Draft = path, true
	return b
}

// text gives the words of question i in the journey's voice.
func (j *journey) text(i int) *questionnaire.QuestionText { return &j.words.voices[j.voice].texts[i] }

// inWords gives an answer to question i in words.
func (j *journey) inWords(i int, a questionnaire.Answer) page.Answer {
	return j.answer(j.words, j.voice, i, a)
}

// saveTries is how often a change is tried when other windows get in between.
const saveTries = 8

// change lets apply change the response of a session and saves it, all of it again when another window saved something in
// between: so the answers of both are kept. apply reports whether there is anything to save. What was sent is not changed:
// errSent.
func (s *Server) change(w http.ResponseWriter, r *http.Request, sess session, apply func(*journey) (bool, error)) (*journey, error) {
	if sess.none() {
		return nil, errNoSession
	}
	j := s.recall(r, sess)
	for range saveTries {
		remembered := j != nil
		if !remembered {
			var err error
			if j, err = s.load(r, sess); err != nil {
				return nil, err
			}
		}
		if j.sent() {
			return nil, errSent
		}
		changed, err := apply(j)
		if remembered && (err != nil || !changed) {
			j = nil // what was remembered may be old: only the store can say that there is nothing to save
			continue
		}
		if err != nil || !changed {
			return j, err
		}
		now := s.Now()
		j.touch(now, s.Keep)
		j.response.Place = j.place()
		if j.response.Answers, err = j.EncodeAnswers(j.answers); err != nil {
			return nil, fmt.Errorf("encode answers: %w", err)
		}
		switch err = s.Store.UpdateResponse(r.Context(), j.response); {
		case err == nil:
			j.response.Revision++
			s.remember(j, now, true)
			sess.Seen = j.response.Revision
			return j, s.keepSession(w, r, sess)
		case errors.Is(err, store.ErrStale), errors.Is(err, store.ErrSent), errors.Is(err, store.ErrNotFound):
			s.recent.forget(sess.Response)
			j = nil // or deleted meanwhile: then there is nothing to read
		default:
			return nil, fmt.Errorf("save response: %w", err)
		}
	}
	return nil, errBusy
}

// touch notes a change. Times never go back, whatever the clock does: an answer given must not bring the end nearer.
func (j *journey) touch(now time.Time, keep time.Duration) {
	now = now.Round(0) // to be compared as the store will, without what only this process knows
	j.response.Updated = latest(j.response.Updated, now)
	j.response.Expires = latest(j.response.Expires, now.Add(keep))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// set gives question i an answer. A result that stood before no longer does, an emergency that the answers no longer raise is
// no longer confirmed, and "this is not me" no longer stands beside a cause that has changed.
func (j *journey) set(i int, a questionnaire.Answer, now time.Time) {
	var before *assess.Outcome
	if len(j.response.NotMe) > 0 {
		before = assess.Evaluate(j.Definition, j.answers)
	}
	a.Rev, a.At = j.response.Revision+1, now.Unix()
	j.answers, j.values = slices.Clone(j.answers), j.NewValues() // they may be remembered
	j.answers[i] = a
	j.response.Status, j.response.Outcome, j.response.Completed = questionnaire.Draft, nil, time.Time{}
	j.look()
	raised := j.raised()
	j.response.Confirmed = slices.DeleteFunc(slices.Clone(j.response.Confirmed), func(id questionnaire.ID) bool {
		return !slices.Contains(raised, id)
	})
	if before != nil {
		after := assess.Evaluate(j.Definition, j.answers)
		j.response.NotMe = slices.DeleteFunc(slices.Clone(j.response.NotMe), func(id questionnaire.ID) bool {
			was, is := causeOf(before, id), causeOf(after, id)
			return was == nil || is == nil || !reflect.DeepEqual(*was, *is)
		})
	}
}

func causeOf(o *assess.Outcome, id questionnaire.ID) *assess.Cause {
	i := slices.IndexFunc(o.Causes, func(c assess.Cause) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &o.Causes[i]
}

// finish computes the outcome and keeps it.
func (j *journey) finish(now time.Time) error {
	outcome, err := json.Marshal(assess.Evaluate(j.Definition, j.answers))
	if err != nil {
		return fmt.Errorf("encode outcome: %w", err)
	}
	j.response.Outcome = outcome
	j.response.Status = questionnaire.Completed
	j.response.Completed = latest(now.Round(0), j.response.Created)
	return nil
}

// discard deletes everything under a return code for good, and says how much had to stay.
func (s *Server) discard(ctx context.Context, codeHash []byte) (stays int, err error) {
	gone, stays, err := s.Store.DeleteByCode(ctx, codeHash, s.Now())
	for _, id := range gone {
		s.recent.keep(id, &memory{gone: true})
		s.metrics.count(eventDeleted)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return stays, err
	}
	return stays, nil
}
