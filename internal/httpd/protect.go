package httpd

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"entrepot/internal/fault"
	"entrepot/internal/file"
)

// protect sets the headers that every answer carries and bounds the body. A
// page that needs more than nothing sets its own Content-Security-Policy.
func protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		most := int64(maxBody)
		if r.URL.Path == uploads {
			most = file.MaxSize + wrapping
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// recovering turns a panic into a 500 with the request id, and a line in the
// log with the stack. Panics of resolvers do not come this far.
func recovering(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // the very value is the signal, see net/http
				panic(v)
			}
			log.ErrorContext(r.Context(), "panic", "value", fmt.Sprint(v), "stack", string(debug.Stack()),
				"requestId", fault.RequestID(r.Context()))
			fail(w, r, http.StatusInternalServerError, fault.Internal, "internal error")
		}()
		next.ServeHTTP(w, r)
	})
}

// fail answers in the form of the graph's errors, which every client of this
// server reads.
func fail(w http.ResponseWriter, r *http.Request, status int, code fault.Code, message string) {
	writeJSON(w, status, map[string]any{"errors": []any{map[string]any{
		"message":    message,
		"extensions": map[string]any{"code": code, "requestId": fault.RequestID(r.Context())},
	}}})
}
