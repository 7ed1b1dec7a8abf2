package server

import (
	"context"
	"net/http"
	"time"
)

// memory is a journey as this server last read or saved it. Nothing in it is ever changed.
//
// It spares the store two of three statements of an answered question. A change made from memory is saved only if nobody
// changed the response since, as with one just read. The page after a save is drawn from memory while it is fresh and not
// older than what the browser has seen; so it does not matter which of several servers saved.
type memory struct {
	journey
	at time.Time
}

const (
	memories   = 128             // of about 6 kB: enough for those who are between two pages now
	freshFor   = 5 * time.Second // longer than a redirect takes
	forgetting = 5 * time.Minute // what nobody asks for so long is forgotten, within twice that time
)

// remember keeps where a journey stands, unless something newer is known. One that is completed is at its end.
func (s *Server) remember(j *journey, at time.Time) {
	id := j.response.ID
	if j.completed() {
		s.recent.forget(id)
		return
	}
	if m, ok := s.recent.find(id); ok && m.response.Revision > j.response.Revision {
		return
	}
	m := &memory{*j, at}
	m.response.Answers = nil // they are in the journey
	s.recent.keep(id, m)
}

// recall gives a journey from memory, nil when there is none.
func (s *Server) recall(r *http.Request, sess session) (j *journey, at time.Time) {
	m, ok := s.recent.find(sess.Response)
	if !ok {
		return nil, time.Time{}
	}
	again := m.journey
	again.words = again.in(visitOf(r).language)
	return &again, m.at
}

// recallFresh gives a journey from memory if a page may be drawn from it.
func (s *Server) recallFresh(r *http.Request, sess session) *journey {
	j, at := s.recall(r, sess)
	if j == nil || j.response.Revision < sess.Seen {
		return nil
	}
	if age := s.Now().Sub(at); age < 0 || age > freshFor {
		return nil
	}
	return j
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
		}
	}
}
