package job

import (
	"context"
	"time"

	"entrepot/ent"
	entjob "entrepot/ent/job"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// MaxAttempts is how often a job is begun at most, by whomever.
const MaxAttempts = 5

// claim takes a job that waits for this replica; nil when it does not wait: it has
// ended, was cancelled, or is another's.
func (r *Runner) claim(ctx context.Context, id int64) (run *Run, err error) {
	defer fault.Wrap(&err, "job.claim(%d)", id)
	err = r.db.InTx(ctx, func(tx store.Tx) error {
		run = nil
		now := store.Moment(r.now())
		n, err := tx.Ent.Job.Update().Where(entjob.ID(id), entjob.StateEQ(stock.JobQueued)).
			SetState(stock.JobRunning).SetHolder(r.holder).AddFence(1).AddAttempt(1).AddVersion(1).
			SetLeaseUntil(r.until()).SetStartedAt(now).SetError("").Save(ctx)
		if err != nil || n == 0 {
			return err
		}
		row, err := tx.Ent.Job.Get(ctx, id)
		run = &Run{Job: row, r: r}
		return err
	})
	return run, err
}

// end writes how a run ended.
func (r *Run) end(ctx context.Context, tx store.Tx, state stock.JobState, why string) error {
	return owned(tx.Ent.Job.Update().Where(r.mine()...).AddVersion(1).SetState(state).SetError(why).
		SetFinishedAt(store.Moment(r.r.now())).ClearLeaseUntil().Save(ctx))
}

// release puts the job back into the queue. An attempt that ended only because the
// program stops does not count.
func (r *Run) release(ctx context.Context, tx store.Tx, counts bool, why string) error {
	u := tx.Ent.Job.Update().Where(r.mine()...).AddVersion(1).SetState(stock.JobQueued).SetHolder("").ClearLeaseUntil().SetError(why)
	if !counts {
		u.AddAttempt(-1)
	}
	return owned(u.Save(ctx))
}

// takeOver puts jobs whose replica gives no sign of life back into the queue.
func (r *Runner) takeOver(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "job.takeOver")
	now := store.Moment(r.now())
	lost, err := r.db.Ent().Job.Query().Where(entjob.StateEQ(stock.JobRunning), entjob.LeaseUntilLT(now)).
		Order(ent.Asc(entjob.FieldID)).Limit(takeOverMost).All(ctx)
	if err != nil {
		return err
	}
	for _, row := range lost {
		if err := r.db.InTx(ctx, func(tx store.Tx) error { return r.requeue(ctx, tx, row, now) }); err != nil {
			return err
		}
	}
	return nil
}

const takeOverMost = 100

// requeue acts if the run gave no sign of life since it was read.
func (r *Runner) requeue(ctx context.Context, tx store.Tx, row *ent.Job, now time.Time) error {
	u := tx.Ent.Job.Update().Where(entjob.ID(row.ID), entjob.Fence(row.Fence), entjob.StateEQ(stock.JobRunning), entjob.LeaseUntilLT(now)).
		AddVersion(1).ClearLeaseUntil()
	if row.Attempt >= MaxAttempts {
		return u.SetState(stock.JobFailed).SetFinishedAt(now).SetError("its replica vanished while it ran, each time that it was begun").Exec(ctx)
	}
	n, err := u.SetState(stock.JobQueued).SetHolder("").SetError("its replica vanished while it ran").Save(ctx)
	if err != nil || n == 0 {
		return err
	}
	r.log.WarnContext(ctx, "job: taken over from a replica that vanished", "job", row.ID, "kind", row.Kind, "holder", row.Holder)
	return rouse(ctx, tx, row.ID)
}
