package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

const (
	// closing bounds what is written about a run after it has ended.
	closing = 10 * time.Second
	backOff = 5 * time.Second
)

// work does what River woke this replica for. What it returns is River's: nothing
// when the job needs it no more, a snooze when it is to be woken again.
func (r *Runner) work(ctx context.Context, id int64) error {
	run, err := r.claim(ctx, id)
	if err != nil || run == nil {
		return err
	}
	log := r.log.With("job", run.Job.ID, "kind", run.Job.Kind, "attempt", run.Job.Attempt)
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	beating := r.heartbeat(inner, run, cancel)
	err = r.handle(inner, run)
	cause := context.Cause(inner)
	cancel(nil)
	beating.Wait()

	var list fault.List
	var stop *fault.Error
	switch {
	case errors.Is(err, ErrReplaced), errors.Is(cause, ErrReplaced):
		log.InfoContext(ctx, "job: cancelled, or taken over; what this run had not committed was rolled back")
		return nil
	case err == nil:
		return r.close(ctx, func(ctx context.Context, tx store.Tx) error { return run.end(ctx, tx, stock.JobCompleted, "") })
	case errors.As(cause, &stop): // the person may no longer
		return r.close(ctx, func(ctx context.Context, tx store.Tx) error {
			return run.end(ctx, tx, stock.JobFailed, fault.Tell(cause))
		})
	case ctx.Err() != nil:
		log.InfoContext(ctx, "job: the program stops; the job goes on from its checkpoint")
		if err := r.close(ctx, func(ctx context.Context, tx store.Tx) error { return run.release(ctx, tx, false, "") }); err != nil {
			return err
		}
		return river.JobSnooze(time.Second)
	case errors.As(err, &list) && !list[0].Retryable(), errors.As(err, &stop):
		return r.close(ctx, func(ctx context.Context, tx store.Tx) error {
			return run.end(ctx, tx, stock.JobFailed, fault.Tell(err))
		})
	}
	log.ErrorContext(ctx, "job: failed", "err", err.Error())
	if run.Job.Attempt >= MaxAttempts {
		return r.close(ctx, func(ctx context.Context, tx store.Tx) error {
			return run.end(ctx, tx, stock.JobFailed, fault.Tell(err))
		})
	}
	if err := r.close(ctx, func(ctx context.Context, tx store.Tx) error { return run.release(ctx, tx, true, fault.Tell(err)) }); err != nil {
		return err
	}
	return river.JobSnooze(backOff << run.Job.Attempt)
}

// handle does the work in the name of who asked for it.
func (r *Runner) handle(ctx context.Context, run *Run) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	kind, known := r.kinds[run.Job.Kind]
	if !known {
		return fault.Stop(fault.Invalid, "this version does not know jobs of the kind %s", run.Job.Kind)
	}
	if run.Who, err = auth.ByID(ctx, r.db, run.Job.CreatedBy); err != nil {
		return err
	}
	return kind.Handle(auth.With(ctx, run.Who), run)
}

// heartbeat renews the lease until ctx ends, and ends the run when the job is no
// longer its own or the person may no longer sign in. When the database does not
// answer, the run will find that out.
func (r *Runner) heartbeat(ctx context.Context, run *Run, cancel context.CancelCauseFunc) *sync.WaitGroup {
	var stopped sync.WaitGroup
	stopped.Go(func() {
		beat := time.NewTicker(r.lease / 3)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
			}
			err := r.db.InTx(ctx, func(tx store.Tx) error { return run.Confirm(ctx, tx) })
			if err == nil {
				_, err = auth.ByID(ctx, r.db, run.Job.CreatedBy)
			}
			var stop *fault.Error
			switch {
			case ctx.Err() != nil:
				return
			case errors.Is(err, ErrReplaced), errors.As(err, &stop):
				cancel(err)
				return
			case err != nil:
				r.log.WarnContext(ctx, "job: cannot renew the lease", "job", run.Job.ID, "err", err.Error())
			}
		}
	})
	return &stopped
}

// close writes about a run that has ended, also when the program stops. A run that
// was replaced meanwhile has nothing to write.
func (r *Runner) close(ctx context.Context, write func(context.Context, store.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	err := r.db.InTx(ctx, func(tx store.Tx) error { return write(ctx, tx) })
	if errors.Is(err, ErrReplaced) {
		return nil
	}
	return err
}
