package app

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jonboulle/clockwork"

	files "entrepot/internal/file"
	"entrepot/internal/fx"
	"entrepot/internal/idempotency"
	"entrepot/internal/job"
	"entrepot/internal/ledger"
	"entrepot/internal/posting"
	"entrepot/internal/reservation"
	"entrepot/internal/schedule"
	"entrepot/internal/snapshot"
	"entrepot/internal/store"
)

const (
	// snapshotLook is how soon after midnight a day is taken.
	snapshotLook = time.Minute
	sweepEvery   = time.Minute
	// batchesEvery is how late a batch may be EXPIRED whose day has passed.
	batchesEvery = time.Hour
	// expireEvery is how long what has expired may stand as held in lists.
	expireEvery = time.Minute
	// Housekeeping removes so many rows in a transaction, and so many
	// transactions' worth in a run: what is left waits for the next one.
	housekeepingEvery = time.Hour
	housekeepingChunk = 1_000
	housekeepingMost  = 500
	// runsKept is how long one may see what ran by the clock.
	runsKept = 90 * 24 * time.Hour
)

// openClock makes what happens by the clock, or nothing when this replica is not to.
func (a *App) openClock() (*schedule.Runner, error) {
	var jobs []schedule.Job
	if a.cfg.Jobs {
		jobs = jobsOf(a.DB, a.cfg.BaseCurrency, a.deps.Log, a.deps.Now)
		if source := a.rateSource(); source != nil {
			jobs = append(jobs, ratesJob(fx.New(a.DB, a.deps.Now), source, a.cfg.BaseCurrency))
		}
	}
	return schedule.New(schedule.Options{DB: a.DB, Jobs: jobs, Log: a.deps.Log, Clock: clockwork.NewRealClock()})
}

func jobsOf(db *store.DB, baseCurrency string, log *slog.Logger, now func() time.Time) []schedule.Job {
	snapshots, postings := snapshot.New(db, now), posting.New(db, baseCurrency, nil)
	reservations := reservation.New(db, baseCurrency, now)
	return []schedule.Job{
		{
			Name: "snapshot",
			Cadence: schedule.At(snapshotLook, func(ctx context.Context, _ time.Time) ([]time.Time, error) {
				return snapshots.Due(ctx)
			}),
			Run: func(ctx context.Context, l *schedule.Lease) (int64, error) {
				return snapshots.Take(ctx, l.Slot, l.Confirm)
			},
		},
		{
			Name: "ledger-sweep", Cadence: schedule.Every(sweepEvery),
			Run: func(ctx context.Context, l *schedule.Lease) (int64, error) {
				compared, err := ledger.Sweep(ctx, db, now, l.Confirm)
				return compared, errors.Join(err, tellDrift(ctx, db, log))
			},
		},
		{
			Name: "reservation-sweep", Cadence: schedule.Every(expireEvery),
			Run: func(ctx context.Context, l *schedule.Lease) (int64, error) {
				return reservations.Sweep(ctx, l.Confirm)
			},
		},
		{
			Name: "batch-expiry", Cadence: schedule.Every(batchesEvery),
			Run: func(ctx context.Context, l *schedule.Lease) (int64, error) {
				return postings.ExpireBatches(ctx, l.Confirm)
			},
		},
		{
			Name: "housekeeping", Cadence: schedule.Every(housekeepingEvery),
			Run: func(ctx context.Context, l *schedule.Lease) (int64, error) {
				return clean(ctx, db, now(), l.Confirm)
			},
		},
	}
}

// tellDrift logs which balances differ from the journal, as long as they do: it must
// not go unseen where nobody asks for metrics.
func tellDrift(ctx context.Context, db *store.DB, log *slog.Logger) error {
	rows, err := ledger.SweepState(ctx, db)
	for _, r := range rows {
		if n := max(r.Drifted, r.LastDrifted); n > 0 {
			log.ErrorContext(ctx, "the ledger drifted: balances differ from the journal; run entrepot verify",
				"balances", r.Balances, "count", n, "first", cmp.Or(r.Named, r.LastNamed))
		}
	}
	return err
}

// clean forgets what is old: idempotency keys, what ran by the clock, background jobs
// and files.
func clean(ctx context.Context, db *store.DB, now time.Time, guard func(context.Context, store.Tx) error) (removed int64, err error) {
	for _, old := range []struct {
		before time.Time
		forget func(ctx context.Context, tx store.Tx, before time.Time, most int) (int64, error)
	}{
		{now.Add(-idempotency.Kept), idempotency.Expire},
		{now.Add(-runsKept), schedule.Forget},
		{now.Add(-job.Kept), job.Forget},
		{now, files.Expire},
	} {
		for range housekeepingMost {
			var n int64
			err := db.InTx(ctx, func(tx store.Tx) (err error) {
				if err := guard(ctx, tx); err != nil {
					return err
				}
				n, err = old.forget(ctx, tx, old.before, housekeepingChunk)
				return err
			})
			if removed += n; err != nil {
				return removed, err
			}
			if n == 0 {
				break
			}
		}
	}
	return removed, nil
}
