package httpd

import (
	"crypto/rand"
	"net/http"
	"strings"

	"entrepot/internal/fault"
)

const headerRequestID = "X-Request-Id"

// identify gives each request its id: the caller's when it is one that may
// stand in a log and a header, else a new one. The answer names it.
func identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(headerRequestID)
		if !sane(id) {
			id = strings.ToLower(rand.Text())
		}
		w.Header().Set(headerRequestID, id)
		next.ServeHTTP(w, r.WithContext(fault.WithRequestID(r.Context(), id)))
	})
}

func sane(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}
