package httpd

import (
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"entrepot/internal/httpd/graphqlhttp"
	"entrepot/internal/store"
)

// metrics are the program's own registry, so that two programs in one test
// process do not meet. No label has values that a client can choose.
type metrics struct {
	registry   *prometheus.Registry
	inFlight   prometheus.Gauge
	requests   *prometheus.HistogramVec
	operations *prometheus.HistogramVec
	fields     *prometheus.CounterVec
}

func newMetrics(db *store.DB, log *slog.Logger, version string) *metrics {
	buckets := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "entrepot_http_requests_in_flight", Help: "Requests that are being answered.",
		}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "entrepot_http_request_seconds", Help: "Time to answer a request.", Buckets: buckets,
		}, []string{"route", "method", "code"}),
		operations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "entrepot_graphql_operation_seconds", Help: "Time to parse, validate and run an operation.", Buckets: buckets,
		}, []string{"kind"}),
		fields: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "entrepot_graphql_root_fields_total",
			Help: "Root fields that ran, by outcome; refused requests have the field \"\". Faults in a payload count as ok.",
		}, []string{"kind", "field", "outcome"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "entrepot_build_info", Help: "Always 1; the label tells the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.inFlight, m.requests, m.operations, m.fields, build, newPools(db), newDrift(db, log),
	)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) request(r *http.Request, code int, took time.Duration) {
	route := r.Pattern
	if _, path, ok := strings.Cut(route, " "); ok {
		route = path
	}
	if route == "" {
		route = "none"
	}
	method := r.Method
	if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, method) {
		method = "other"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(code)).Observe(took.Seconds())
}

func (m *metrics) operation(o graphqlhttp.Observation) {
	if len(o.Fields) == 0 {
		m.fields.WithLabelValues(o.Kind, "", "refused").Inc()
		return
	}
	m.operations.WithLabelValues(o.Kind).Observe(o.Duration.Seconds())
	for _, f := range o.Fields {
		outcome := "ok"
		if f.Failed {
			outcome = "error"
		}
		m.fields.WithLabelValues(o.Kind, f.Name, outcome).Inc()
	}
}
