//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"entrepot/internal/testdb/servers/child"
)

// importRounds at most are measured: each begins with a new database, so none
// warms up the next.
const importRounds = 3

// imports measures bringing in a file of sales against SQL that books the same
// orders, and whether memory grows with the files.
func (b *bench) imports(ctx context.Context, rep *report) error {
	files, name, err := b.salesFiles()
	if err != nil {
		return err
	}
	what, err := readSales(files...)
	if err != nil {
		return err
	}
	part := filepath.Join(b.dir, "half.csv")
	if err := half(files[0], part); err != nil {
		return err
	}
	rate := &row{work: "import of sales, " + name, limit: "pgbench, limit/import.sql", target: 0.3, atLeast: true, unit: linesPerSecond}
	peak := &row{work: "memory of that import", limit: "import of half of the first file", target: 1.2, unit: megabytes}
	rate.note("%d orders, %d lines, %d SKUs", len(what.orders), what.lines, len(what.names))
	var booking, whole, limits []float64
	var machineOurs, machineTheirs shares
	for i := range min(b.rounds, importRounds) {
		ours, theirs, err := b.importRound(ctx, rate, what, files, &machineOurs, &machineTheirs)
		if err != nil {
			return err
		}
		small, err := b.importHalf(ctx, part)
		if err != nil {
			return err
		}
		whole, booking, limits = append(whole, ours.took.Seconds()), append(booking, ours.booking.Seconds()), append(limits, theirs.Seconds())
		rate.ours, rate.theirs = append(rate.ours, ours.rate(what)), append(rate.theirs, float64(what.lines)/theirs.Seconds())
		peak.ours, peak.theirs = append(peak.ours, float64(ours.peak)), append(peak.theirs, float64(small.peak))
		progress("  round %d: %.1f s against %.1f s, %.2f; %s against %s", i+1, ours.took.Seconds(), theirs.Seconds(), theirs.Seconds()/ours.took.Seconds(),
			megabytes(float64(ours.peak)), megabytes(float64(small.peak)))
	}
	rate.note("%.1f s from start to exit, of which booking the orders %.1f s; the limit, which finds them staged, %.1f s: %.2f × of booking alone",
		median(whole), median(booking), median(limits), median(limits)/median(booking))
	rate.busy = machineOurs.busy() || machineTheirs.busy()
	rate.note("of the machine went %s beside Entrepot, %s beside pgbench", &machineOurs, &machineTheirs)
	rep.rows = append(rep.rows, rate, peak)
	if err := b.importSQLite(ctx, rep, rate, what, files); err != nil {
		return err
	}
	return b.profileImport(ctx, files)
}

func linesPerSecond(v float64) string { return fmt.Sprintf("%.0f lines/s", v) }

func megabytes(v float64) string { return fmt.Sprintf("%.0f MB", v/(1<<20)) }

// imported is one run of the import.
type imported struct {
	took, booking time.Duration
	peak          int64 // bytes of memory
}

func (i imported) rate(what *sales) float64 { return float64(what.lines) / i.took.Seconds() }

// importRound brings the files into a new database, books them by SQL into
// another one, and compares the two.
func (b *bench) importRound(ctx context.Context, r *row, what *sales, files []string, machineOurs, machineTheirs *shares) (ours imported, limit time.Duration, err error) {
	mine, err := b.books(ctx, "bench_import")
	if err != nil {
		return ours, 0, err
	}
	defer mine.close()
	err = b.shared(machineOurs, func() error {
		ours, err = b.importInto(ctx, mine.url, files...)
		return err
	})
	if err != nil {
		return ours, 0, err
	}
	var micros int64
	if micros, err = mine.number(ctx, `SELECT (extract(epoch FROM max(recorded_at) - max(recorded_at) FILTER (WHERE reason_code = 'OPENING')) * 1000000)::bigint FROM postings`); err != nil {
		return ours, 0, err
	}
	ours.booking = time.Duration(micros) * time.Microsecond
	theirs, err := b.books(ctx, "bench_limit")
	if err != nil {
		return ours, 0, err
	}
	defer theirs.close()
	book, err := b.importLimit(ctx, theirs, what)
	if err != nil {
		return ours, 0, err
	}
	err = b.shared(machineTheirs, func() error {
		limit, err = book()
		return err
	})
	if err != nil {
		return ours, 0, err
	}
	for name, d := range map[string]*database{"Entrepot": mine, "the limit": theirs} {
		if err := b.proveImport(ctx, r, name, d, what); err != nil {
			return ours, 0, err
		}
	}
	return ours, limit, compareImports(ctx, r, mine, theirs)
}

func (b *bench) importHalf(ctx context.Context, part string) (imported, error) {
	d, err := b.books(ctx, "bench_import")
	if err != nil {
		return imported{}, err
	}
	defer d.close()
	return b.importInto(ctx, d.url, part)
}

func (b *bench) importSQLite(ctx context.Context, rep *report, r *row, what *sales, files []string) error {
	url := "sqlite:" + filepath.Join(b.dir, "import.db")
	if err := b.openBooks(ctx, url); err != nil {
		return err
	}
	got, err := b.importInto(ctx, url, files...)
	if err != nil {
		return err
	}
	if out, err := b.commandOn(ctx, url, "verify").CombinedOutput(); err != nil {
		r.fail("on SQLite: %v\n%s", err, out)
	}
	rep.fact("the same import on SQLite", "%.1f s, %.0f lines/s, %s at most", got.took.Seconds(), got.rate(what), megabytes(float64(got.peak)))
	return nil
}

// importInto runs the import as a person would, and looks at its memory.
func (b *bench) importInto(ctx context.Context, url string, files ...string) (got imported, err error) {
	args := []string{
		"import", "sales", "--warehouse", importWarehouse, "--currency", importCurrency, "--time-zone", salesZone,
		"--cancel-prefix", cancelPrefix, "--opening", "--rejects", filepath.Join(b.dir, "rejects.csv"),
	}
	for _, f := range files {
		args = append(args, "--file", f)
	}
	var out bytes.Buffer
	cmd := b.commandOn(ctx, url, args...)
	cmd.Env = append(cmd.Env, "ENTREPOT_BASE_CURRENCY="+importCurrency)
	if b.profile != "" {
		_ = os.Remove(b.pprofSocket()) // that of the one before, if any
		cmd.Env = append(cmd.Env, pprofEnv+"="+b.pprofSocket())
	}
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	c, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return got, err
	}
	// What the kernel tells after the end counts what the child shared with us
	// before it became another program.
	for ticks := time.Tick(10 * time.Millisecond); !c.Ended(); {
		if _, peak, err := memory(cmd.Process.Pid); err == nil {
			got.peak = max(got.peak, peak)
		}
		select {
		case <-c.Done():
		case <-ticks:
		}
	}
	got.took = time.Since(began)
	if err := c.Wait(); err != nil {
		return got, fmt.Errorf("import: %w\n%s", err, out.Bytes())
	}
	return got, nil
}

// bookBatches runs limit/import.sql for a number of batches.
func (b *bench) bookBatches(ctx context.Context, d *database, after, n int, ids importIDs) (time.Duration, error) {
	raw, err := limitScripts.ReadFile("limit/import.sql")
	if err != nil {
		return 0, err
	}
	path := filepath.Join(b.dir, "import.sql")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		return 0, err
	}
	p, err := d.pgbench("--no-vacuum", "--protocol=prepared", "--client=1", "--transactions="+strconv.Itoa(n),
		"--define=batch="+strconv.Itoa(after), "--define=warehouse="+strconv.FormatInt(ids.warehouse, 10),
		"--define=actor="+strconv.FormatInt(ids.actor, 10), "--define=facts=fact:sales/"+importWarehouse+"/", "--file="+path)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	done, _, err := p.run(ctx)
	if err == nil && done != int64(n) {
		err = fmt.Errorf("pgbench booked %d of %d batches", done, n)
	}
	return time.Since(began), err
}
