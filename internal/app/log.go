package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/redis/go-redis/v9"
)

// NewLog makes the log in the configured form.
func NewLog(c Config, w io.Writer) *slog.Logger {
	if c.LogFormat == "text" || c.LogFormat == "auto" && Terminal(w) {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}

// Terminal says whether a person reads what is written there.
func Terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// TakeOverLogs sends to log what libraries write by themselves. It changes the
// whole process, so it is called by the command and not by New.
func TakeOverLogs(log *slog.Logger) {
	slog.SetDefault(log)
	redis.SetLogger(redisLog{log})
}

// redisLog is for go-redis, which also returns as errors what it logs.
type redisLog struct{ log *slog.Logger }

// Printf implements what redis.SetLogger asks for.
func (l redisLog) Printf(ctx context.Context, format string, args ...any) {
	l.log.DebugContext(ctx, "redis", "says", fmt.Sprintf(format, args...))
}
