package job

import (
	"context"
	"log/slog"
)

// quiet is the log without River's news, of which there are many: it passes warnings
// and errors.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}
