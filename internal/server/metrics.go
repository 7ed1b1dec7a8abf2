package server

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what operators watch. No label holds anything that a person said or typed.
type metrics struct {
	handler   http.Handler
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	answers   prometheus.Counter
	responses *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ekbom_http_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ekbom_http_request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
		answers: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "ekbom_answers_saved_total", Help: "Answers saved.",
		}),
		responses: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ekbom_responses_total", Help: "Responses started, completed, returned to by code, sent, withdrawn, deleted and purged.",
		}, []string{"event"}),
	}
	for _, event := range []string{eventStarted, eventCompleted, eventReturned, eventSent, eventWithdrawn, eventDeleted, eventPurged} {
		m.responses.WithLabelValues(event)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.seconds, m.answers, m.responses,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

// What happens to responses.
const (
	eventStarted   = "started"
	eventCompleted = "completed"
	eventReturned  = "returned"
	eventSent      = "sent"
	eventWithdrawn = "withdrawn"
	eventDeleted   = "deleted"
	eventPurged    = "purged"
)

func (m *metrics) count(event string) { m.responses.WithLabelValues(event).Inc() }

// routeMetrics are the counters of one route, looked up once.
type routeMetrics struct {
	seconds  prometheus.Observer
	requests *prometheus.CounterVec
	known    sync.Map // method and status to prometheus.Counter
}

type outcome struct {
	method string
	status int
}

func (m *metrics) route(pattern string) *routeMetrics {
	return &routeMetrics{
		seconds:  m.seconds.WithLabelValues(pattern),
		requests: m.requests.MustCurryWith(prometheus.Labels{"route": pattern}),
	}
}

func (m *routeMetrics) observe(method string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		method = "other" // anybody may invent methods
	}
	m.seconds.Observe(took.Seconds())
	at := outcome{method, status}
	c, ok := m.known.Load(at)
	if !ok {
		c, _ = m.known.LoadOrStore(at, m.requests.WithLabelValues(method, strconv.Itoa(status)))
	}
	c.(prometheus.Counter).Inc()
}

// measure serves the metrics.
func (s *Server) measure(w http.ResponseWriter, r *http.Request) error {
	s.metrics.handler.ServeHTTP(w, r)
	return nil
}
