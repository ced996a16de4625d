package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// closing bounds what is written about a run after it has ended.
const closing = 10 * time.Second

// run does the work of a slot and writes how it ended; ok says whether well.
func (r *Runner) run(j Job, l *Lease) (ok bool) {
	log := r.log.With("job", j.Name, "slot", l.Slot, "attempt", l.Attempt)
	ctx, cancel := context.WithCancelCause(r.ctx)
	defer cancel(nil)
	stopped := r.heartbeat(ctx, l, cancel, log)
	rows, err := safely(ctx, j, l)
	cause := context.Cause(ctx)
	cancel(nil)
	stopped.Wait()
	var unwritten error
	switch {
	case l.finished.Load(): // what it returned after that changes nothing
		return true
	case errors.Is(err, ErrReplaced), errors.Is(cause, ErrReplaced):
		unwritten = ErrReplaced
	case err == nil:
		unwritten = r.close(func(ctx context.Context, tx store.Tx) error { return l.end(ctx, tx, Done, rows, "") })
		ok = unwritten == nil
	case r.ctx.Err() != nil:
		log.InfoContext(ctx, "schedule: the program stops, another replica may take it")
		unwritten = r.close(l.release)
	default:
		log.ErrorContext(ctx, "schedule: failed", "err", err.Error())
		unwritten = r.close(func(ctx context.Context, tx store.Tx) error { return l.end(ctx, tx, Failed, rows, fault.Tell(err)) })
	}
	switch {
	case errors.Is(unwritten, ErrReplaced):
		log.WarnContext(ctx, "schedule: another replica took it over; what this one wrote since was rolled back")
	case unwritten != nil:
		log.ErrorContext(ctx, "schedule: how it ended could not be written", "err", unwritten.Error())
	}
	return ok
}

// close writes about a run that has ended, also when the program stops.
func (r *Runner) close(write func(context.Context, store.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), closing)
	defer cancel()
	return r.db.InTx(ctx, func(tx store.Tx) error { return write(ctx, tx) })
}

// heartbeat renews the lease until ctx ends. When the slot is another's, it ends
// the run; when the database does not answer, the run will find that out.
func (r *Runner) heartbeat(ctx context.Context, l *Lease, cancel context.CancelCauseFunc, log *slog.Logger) *sync.WaitGroup {
	beat := r.clock.NewTicker(leaseTime / 3)
	var stopped sync.WaitGroup
	stopped.Go(func() {
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.Chan():
			}
			err := r.db.InTx(ctx, func(tx store.Tx) error { return l.Confirm(ctx, tx) })
			switch {
			case l.finished.Load() || ctx.Err() != nil:
				return
			case errors.Is(err, ErrReplaced):
				cancel(ErrReplaced)
				return
			case err != nil:
				log.WarnContext(ctx, "schedule: cannot renew the lease", "err", err.Error())
			}
		}
	})
	return &stopped
}

// safely runs the job, and makes an error of a panic.
func safely(ctx context.Context, j Job, l *Lease) (rows int64, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return j.Run(ctx, l)
}
