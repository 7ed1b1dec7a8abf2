package server

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	purgeEvery = time.Hour
	// leap is how far the wall clock may run away from the time that really passed before it is mistrusted.
	leap = 10 * time.Minute
	// mistrust is how long nothing is purged after that. A clock set wrong for a moment deletes nothing.
	mistrust = 24 * time.Hour
)

// purge deletes expired responses until ctx ends. Replicas do so at different moments; it harms nothing when they meet.
func (s *Server) purge(ctx context.Context) {
	watch := clockWatch{wall: s.Now(), steady: time.Now()}
	// Not at once: a machine may start with a wrong clock and set it right a moment later, which the watch then sees.
	timer := time.NewTimer(purgeEvery/2 + rand.N(purgeEvery/10))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		s.purgeOnce(ctx, &watch, time.Now())
		timer.Reset(purgeEvery*9/10 + rand.N(purgeEvery/5))
	}
}

// purgeOnce deletes what has expired, unless the clock has jumped lately. steady is a time that no one can set.
func (s *Server) purgeOnce(ctx context.Context, watch *clockWatch, steady time.Time) {
	now := s.Now()
	if watch.jumped(now, steady) {
		s.Log.Warn("clock jumped; nothing is purged for a while", "now", now, "wait", mistrust)
	}
	if steady.Before(watch.until) {
		return
	}
	s.purgeSubmissions(ctx, now)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := s.Store.PurgeDoor(ctx, now, now.Add(-staffIdle), now.Add(-tryWindow)); err != nil {
		s.Log.Error("purge", "error", err.Error())
	}
	n, err := s.Store.PurgeExpired(ctx, now)
	if err != nil {
		s.Log.Error("purge", "error", err.Error())
		return
	}
	s.metrics.responses.WithLabelValues(eventPurged).Add(float64(n))
	if n > 0 {
		s.Log.Info("purged expired responses", "count", n)
	}
}

// purgeSubmissions deletes what clinics have kept for as long as they wanted.
func (s *Server) purgeSubmissions(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	n, err := s.Store.PurgeSubmissions(ctx, now)
	if err != nil {
		s.Log.Error("purge submissions", "error", err.Error())
	}
	s.metrics.responses.WithLabelValues(eventPurged).Add(float64(n))
	if n > 0 {
		s.Log.Info("purged submissions", "count", n)
	}
}

// clockWatch compares the wall clock with a steady one.
type clockWatch struct {
	wall, steady time.Time // at the last look
	until        time.Time // nothing is purged before this moment of the steady clock
}

func (c *clockWatch) jumped(wall, steady time.Time) bool {
	drift := wall.Round(0).Sub(c.wall.Round(0)) - steady.Sub(c.steady)
	c.wall, c.steady = wall, steady
	if drift.Abs() <= leap {
		return false
	}
	c.until = steady.Add(mistrust)
	return true
}
