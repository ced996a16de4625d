package job

import (
	"context"
	"time"

	"entrepot/ent"
	entjob "entrepot/ent/job"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Kept is how long jobs that have ended are shown.
const Kept = 90 * 24 * time.Hour

// CancelInput names a job to be cancelled.
type CancelInput struct {
	command.Intent
	JobID int64 `json:"jobId,omitempty"`
}

// Changed tells what became of a job.
type Changed struct {
	command.Done
	Job *ent.Job
}

// Cancel ends a job that waits or runs. What it has committed stays; the step that runs
// is rolled back. Twice is harmless. It needs job:run, for the jobs of others also
// job:view. It returns NOT_FOUND, and INVALID_TRANSITION when the job has ended
// otherwise.
func Cancel(ctx context.Context, db *store.DB, now func() time.Time, in CancelInput) (res Changed, err error) {
	res.Done, err = command.Run(ctx, db, now, command.Work[int64]{
		Operation: "jobCancel", Needs: auth.JobRun, Intent: in.Intent, KeyOptional: true, Input: in,
		Check: func(*fault.List, time.Time) {},
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (int64, error) {
			res.Job, err = lock(ctx, tx, in.JobID)
			if err != nil {
				return 0, err
			}
			switch res.Job.State {
			case stock.JobCancelled:
				return in.JobID, nil
			case stock.JobQueued, stock.JobRunning:
			default:
				return 0, fault.New(fault.InvalidTransition, fault.Input.At("jobId"), "the job has ended already: it is %s", res.Job.State)
			}
			res.Job, err = tx.Ent.Job.UpdateOneID(in.JobID).AddVersion(1).AddFence(1).SetState(stock.JobCancelled).
				SetFinishedAt(now).ClearLeaseUntil().Save(ctx)
			return in.JobID, err
		},
		Again: func(ctx context.Context, tx store.Tx, id int64) (err error) {
			res.Job, err = tx.Ent.Job.Get(ctx, id)
			return err
		},
	})
	return res, err
}

// lock holds a job that who asks may see, or returns NOT_FOUND.
func lock(ctx context.Context, tx store.Tx, id int64) (*ent.Job, error) {
	where, err := visible(ctx)
	if err != nil {
		return nil, err
	}
	row, err := tx.Ent.Job.Query().Where(append(where, entjob.ID(id))...).Where(store.Lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, fault.Input.At("jobId"), "you have no such job")
	}
	return row, err
}

// Forget removes jobs that ended before, at most so many, oldest first, with the rows
// that they refused; n is how many. A job that another one takes up again stays as
// long as that one.
func Forget(ctx context.Context, tx store.Tx, before time.Time, most int) (n int64, err error) {
	defer fault.Wrap(&err, "job.Forget")
	// One statement at a time: the rows point at the job.
	const old = `SELECT id FROM jobs WHERE finished_at < $1
  AND NOT EXISTS (SELECT 1 FROM jobs r WHERE r.retry_of_id = jobs.id) ORDER BY id LIMIT $2`
	if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM job_rows WHERE job_id IN (`+old+`)`, store.Moment(before), most); err != nil {
		return 0, err
	}
	res, err := tx.SQL.ExecContext(ctx, `DELETE FROM jobs WHERE id IN (`+old+`)`, store.Moment(before), most)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
