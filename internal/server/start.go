package server

import (
	"fmt"
	"net/http"
	"time"

	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/web/page"

	"github.com/google/uuid"
)

const day = 24 * time.Hour

func (s *Server) showStart(w http.ResponseWriter, r *http.Request) error {
	e := s.editions.current
	text := e.in(visitOf(r).language)
	view := page.StartView{
		Base: s.base(r, pathStart), Lead: text.Start.Lead, Gets: text.Start.Gets, Cannot: text.Start.Cannot,
		For: text.Start.For, AtHand: text.Start.AtHand, Emergency: text.Start.Emergency, Fewest: s.bounds.Fewest, Most: s.bounds.Most,
		DraftDays: int(s.Keep / day),
	}
	if sess := s.session(r); !sess.none() {
		// Without the store the page is as good as for a newcomer.
		if j, err := s.load(r, sess); err == nil && j.answered() > 0 {
			view.Continue = j.next()
		}
	}
	return s.render(w, http.StatusOK, page.Start(view))
}

// doublePress is how soon a second press of "Start" means the same. Later it may be another person at the same device, who
// must not go on under a code that somebody else has noted.
const doublePress = 10 * time.Second

// start makes a response with a return code and gives it to this browser. Pressed twice, it goes on with the first.
func (s *Server) start(w http.ResponseWriter, r *http.Request) error {
	meant, err := s.meant(r)
	if err != nil {
		return err
	}
	if sess := s.session(r); !sess.none() {
		if j, err := s.load(r, sess); err == nil && j.answered() == 0 && j.response.Clinic == meant && j.Hash == s.editions.current.Hash &&
			s.Now().Sub(j.response.Created).Abs() < doublePress {
			return redirect(w, j.next())
		}
	}
	d := s.editions.current.Definition
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("new response: %w", err)
	}
	answers, err := d.EncodeAnswers(d.NewAnswers())
	if err != nil {
		return fmt.Errorf("new response: %w", err)
	}
	now := s.Now().Round(0)
	response := questionnaire.Response{
		ID: questionnaire.ResponseID(id.String()), Ref: d.Ref, Status: questionnaire.Draft, Clinic: meant, Answers: answers,
		Revision: 1, Created: now, Updated: now, Expires: now.Add(s.Keep), Place: d.Questions[0].ID,
	}
	code := returncode.New()
	if err := s.Store.CreateResponse(r.Context(), response, code.Hash(s.codeKey)); err != nil {
		return fmt.Errorf("new response: %w", err)
	}
	s.metrics.count(eventStarted)
	s.remember(newJourney(r, s.editions.current, response, d.NewAnswers()), now, true)
	if err := s.keepSession(w, r, session{Response: response.ID, Hash: d.Hash, Code: code, Seen: response.Revision}); err != nil {
		return err
	}
	return redirect(w, questionPath(d.Questions[0].ID))
}

// meant gives the clinic that a new response is meant for: that of the link which opened the start page, if it takes any.
func (s *Server) meant(r *http.Request) (questionnaire.ClinicID, error) {
	if r.ContentLength == 0 {
		return "", nil
	}
	if err := readForm(r); err != nil {
		return "", err
	}
	slug := r.PostForm.Get(page.FieldClinic)
	if slug == "" {
		return "", nil
	}
	c, err := s.destination(r.Context(), slug)
	if err != nil || !c.Closed.IsZero() {
		return "", err
	}
	return c.ID, nil
}
