package httpd

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/httpd/graphqlhttp"
)

// entry is the line of the log that a request earns; inner handlers add to it.
type entry struct {
	user string
	kind string
	name string
	root []string
}

type entryKey struct{}

// entryOf is the line of the request, or one that nobody will read.
func entryOf(ctx context.Context) *entry {
	if e, ok := ctx.Value(entryKey{}).(*entry); ok {
		return e
	}
	return &entry{}
}

func (e *entry) operation(o graphqlhttp.Observation) {
	e.kind, e.name = o.Kind, o.Name
	for _, f := range o.Fields {
		if len(e.root) < 10 {
			e.root = append(e.root, f.Name)
		}
	}
}

// observe writes one line for each request and counts it. Probes, which come
// every few seconds, are logged at debug.
func observe(log *slog.Logger, m *metrics, now func() time.Time, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := now()
		e := &entry{}
		r = r.WithContext(context.WithValue(r.Context(), entryKey{}, e))
		rec := &recorder{ResponseWriter: w}
		m.inFlight.Inc()
		defer m.inFlight.Dec()
		next.ServeHTTP(rec, r)
		took := now().Sub(start)
		m.request(r, rec.code(), took)

		level := slog.LevelInfo
		if r.URL.Path == "/metrics" || strings.HasPrefix(r.URL.Path, "/health") {
			level = slog.LevelDebug
		}
		log.LogAttrs(r.Context(), level, "request", e.attrs(r, rec, took)...)
	})
}

func (e *entry) attrs(r *http.Request, rec *recorder, took time.Duration) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", rec.code()),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.Int64("bytes", rec.bytes),
		slog.String("requestId", fault.RequestID(r.Context())),
	}
	if e.user != "" {
		attrs = append(attrs, slog.String("user", e.user))
	}
	if e.kind != "" {
		attrs = append(attrs, slog.String("kind", e.kind))
	}
	if len(e.root) > 0 {
		attrs = append(attrs, slog.String("fields", strings.Join(e.root, ",")))
	}
	if e.name != "" {
		attrs = append(attrs, slog.String("operation", e.name[:min(len(e.name), 80)]))
	}
	return attrs
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader remembers the first final status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController through.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
