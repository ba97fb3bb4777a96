package main

import (
	"context"
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"atelier/models/store"
)

// metrics are what operators watch.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	writes   prometheus.Histogram
}

// newMetrics watches a store.
func newMetrics(s *store.Store) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "atelier_request_seconds", Help: "How long requests took, by route, method and class of status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}, []string{"route", "method", "status"}),
		writes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "atelier_write_seconds", Help: "How long transactions took until they were on disk.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
		}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests, m.writes)
	m.registry.MustRegister(queues{s})
	s.WatchWrites(func(took time.Duration) { m.writes.Observe(took.Seconds()) })
	return m
}

// streams counts what is open at a time.
func (m *metrics) streams(open func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "atelier_streams", Help: "How many streams are open.",
	}, func() float64 { return float64(open()) }))
}

// request notes how a request was answered.
func (m *metrics) request(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
}

// handler serves the metrics and the profiles: on an address of their own,
// since they tell too much to strangers.
func (m *metrics) handler() http.Handler {
	x := http.NewServeMux()
	x.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	x.HandleFunc("/debug/pprof/", pprof.Index)
	x.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	x.HandleFunc("/debug/pprof/profile", pprof.Profile)
	x.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	x.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return x
}

// queues counts what waits, whenever the metrics are read.
type queues struct{ store *store.Store }

var (
	waiting = prometheus.NewDesc("atelier_waiting", "How much waits to be done, by kind; counted up to 100000.", []string{"kind"}, nil)
	resting = prometheus.NewDesc("atelier_hosts_resting", "How many other servers are not delivered to for now.", nil, nil)
)

// Describe implements prometheus.Collector.
func (queues) Describe(out chan<- *prometheus.Desc) { out <- waiting; out <- resting }

// Collect implements prometheus.Collector.
func (q queues) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	n, err := q.store.Waiting(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(waiting, err)
		return
	}
	gauge := func(n int, desc *prometheus.Desc, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), labels...)
	}
	gauge(n.Events, waiting, "events")
	gauge(n.Deliveries, waiting, "deliveries")
	gauge(n.Jobs, waiting, "jobs")
	gauge(n.Resting, resting)
}
