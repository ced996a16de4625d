//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const starts = 5

// facts are what stands beside the table: absolute figures, of this machine on
// this day.
func (b *bench) facts(ctx context.Context, rep *report) error {
	now, peak, err := memory(b.server.pid)
	if err != nil {
		return err
	}
	rep.fact("server memory after the run", "%d MB resident, %d MB at most", now>>20, peak>>20)
	info, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	rep.fact("binary", "%.1f MB", float64(info.Size())/(1<<20))
	if b.wants("start") {
		if err := b.coldStarts(ctx, rep); err != nil {
			return err
		}
	}
	return nil
}

// machineFacts are what was measured, and on what.
func (b *bench) machineFacts(ctx context.Context, rep *report) error {
	var postgres string
	if err := b.db.sql.QueryRowContext(ctx, "SELECT current_setting('server_version') || ', fsync ' || current_setting('fsync') "+
		"|| ', synchronous_commit ' || current_setting('synchronous_commit') || ', shared_buffers ' || current_setting('shared_buffers')").Scan(&postgres); err != nil {
		return err
	}
	version, err := b.command(ctx, "version").Output()
	if err != nil {
		return err
	}
	rep.fact("PostgreSQL", "%s", postgres)
	rep.fact("Entrepot", "%s, %s", strings.TrimSpace(string(version)), runtime.Version())
	rep.fact("machine", "%s, %d cores, load %s", runtime.GOARCH, runtime.NumCPU(), load())
	return nil
}

// coldStarts takes the time from exec to the first 200 at /health. The program
// is in the file cache; the SQLite database is new each time, so that it counts
// the migrations and making the first user, too.
func (b *bench) coldStarts(ctx context.Context, rep *report) error {
	progress("start")
	var sqlite, postgres []time.Duration
	for i := range starts {
		for _, start := range []struct {
			url  string
			took *[]time.Duration
		}{
			{"sqlite:" + filepath.Join(b.dir, fmt.Sprintf("cold-%d.db", i)), &sqlite},
			{b.db.url, &postgres},
		} {
			s, err := b.serve(ctx, start.url)
			if err != nil {
				return err
			}
			s.stop()
			*start.took = append(*start.took, s.started)
		}
	}
	rep.fact("cold start, exec to first 200 at /health", "%d ms on an empty SQLite, %d ms on PostgreSQL (medians of %d)",
		median(sqlite).Milliseconds(), median(postgres).Milliseconds(), starts)
	return nil
}

func load() string {
	raw, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(raw), " ")
	return one
}
