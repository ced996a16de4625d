package httpd

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"entrepot/internal/fault"
)

const healthTimeout = 2 * time.Second

// health answers probes. What is wrong goes to the log; a probe learns only
// that something is.
type health struct{ Options }

type healthAnswer struct {
	Status  string `json:"status"` // ok, down, disabled
	Version string `json:"version,omitempty"`
}

// process says that the process runs, whatever it depends on: restarting it
// would not mend a database.
func (h health) process(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, healthAnswer{"ok", h.Version})
}

func (h health) database(w http.ResponseWriter, r *http.Request) {
	h.answer(w, r, "database", func(ctx context.Context) error {
		var one int
		return h.DB.SQL().QueryRowContext(ctx, "SELECT 1").Scan(&one)
	})
}

// redis is disabled, and healthy, when none is configured: everything works
// without it.
func (h health) redis(w http.ResponseWriter, r *http.Request) {
	if h.PingRedis == nil {
		writeJSON(w, http.StatusOK, healthAnswer{Status: "disabled"})
		return
	}
	h.answer(w, r, "redis", h.PingRedis)
}

func (h health) answer(w http.ResponseWriter, r *http.Request, what string, ping func(context.Context) error) {
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	if err := ping(ctx); err != nil {
		h.Log.WarnContext(ctx, "health", "of", what, "err", err.Error(), "requestId", fault.RequestID(ctx))
		writeJSON(w, http.StatusServiceUnavailable, healthAnswer{Status: "down"})
		return
	}
	writeJSON(w, http.StatusOK, healthAnswer{Status: "ok"})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client is gone: nobody is left to tell
}
