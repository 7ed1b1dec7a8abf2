package server

import (
	"context"
	"net/http"
	"time"
)

// memory is a journey as this server last read or saved it. Nothing in it is ever changed.
//
// It spares the store two of three statements of an answered question. A change made from memory is saved only if nobody
// changed the response since, as with one just read. The question after a browser's own save is drawn from memory, within
// the moment that a redirect takes. Everything else is asked of the store: another server may have changed or deleted it.
type memory struct {
	journey
	at    time.Time
	saved bool // by this server, not just read
	gone  bool // deleted here: nothing that is still under way brings it back
}

const (
	memories   = 128             // of about 6 kB: enough for those who are between two pages now
	freshFor   = 2 * time.Second // longer than a redirect takes
	forgetting = time.Minute     // what nobody asks for so long is forgotten, within twice that time
)

// remember keeps where a journey stands, unless something newer is known. One that is completed is at its end.
func (s *Server) remember(j *journey, at time.Time, saved bool) {
	id := j.response.ID
	m, known := s.recent.find(id)
	switch {
	case known && (m.gone || m.response.Revision > j.response.Revision):
		return
	case j.completed(), j.sent():
		s.recent.forget(id)
		return
	}
	m = &memory{journey: *j, at: at, saved: saved}
	m.response.Answers = nil // they are in the journey
	s.recent.keep(id, m)
}

// recall gives a journey from memory to try a change on, nil when there is none.
func (s *Server) recall(r *http.Request, sess session) *journey {
	m, ok := s.recent.find(sess.Response)
	if !ok || m.gone {
		return nil
	}
	return m.again(r)
}

// recallSaved gives the journey as this browser's own save has just left it, nil when it was another's or long ago.
func (s *Server) recallSaved(r *http.Request, sess session) *journey {
	m, ok := s.recent.find(sess.Response)
	if !ok || m.gone || !m.saved || m.response.Revision != sess.Seen {
		return nil
	}
	if age := s.Now().Sub(m.at); age < 0 || age > freshFor {
		return nil
	}
	return m.again(r)
}

func (m *memory) again(r *http.Request) *journey {
	j := m.journey
	j.words = j.in(visitOf(r).language)
	return &j
}

// forget lets memories fade until ctx ends.
func (s *Server) forget(ctx context.Context) {
	tick := time.NewTicker(forgetting)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.recent.grow()
			s.turning.kept.grow()
		}
	}
}
