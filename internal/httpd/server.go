package httpd

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer makes a server whose limits bound what a slow or greedy client can
// hold. Writing may take longer than an operation, so that a late answer still
// arrives.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      operationTimeout + 30*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
