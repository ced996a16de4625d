package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"entrepot/ent"
	entjob "entrepot/ent/job"
	"entrepot/ent/predicate"
	"entrepot/internal/auth"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// ErrReplaced says that the job is no longer this run's: it was cancelled, or its
// lease had ended and another replica took it over. A handler returns it as it is.
var ErrReplaced = errors.New("the job was cancelled, or another replica has taken it over")

// Run is one attempt at a job.
type Run struct {
	// Job is the row as it was when this attempt began.
	Job *ent.Job
	// Who asked for it, as they are now.
	Who *auth.Principal

	r *Runner
}

// Progress is how far a job is.
type Progress struct {
	// Checkpoint is what a later attempt needs to go on from here, as JSON.
	Checkpoint any
	// Total is how many rows there are, nil while nobody knows. Done and Failed are how
	// many of them were accepted and refused, from the very beginning.
	Total        *int64
	Done, Failed int64
	// Refused are the rows that were refused since the last time.
	Refused []Refused
}

// Payload reads what was asked for.
func (r *Run) Payload(to any) error {
	if err := json.Unmarshal([]byte(r.Job.Payload), to); err != nil {
		return fmt.Errorf("the payload of job %d: %w", r.Job.ID, err)
	}
	return nil
}

// Checkpoint reads what the last attempt saved; false when this is the beginning.
func (r *Run) Checkpoint(to any) (bool, error) {
	return CheckpointOf(r.Job, to)
}

// CheckpointOf reads what the last attempt at j saved; false when there is nothing.
func CheckpointOf(j *ent.Job, to any) (bool, error) {
	if j.Checkpoint == "" {
		return false, nil
	}
	if err := json.Unmarshal([]byte(j.Checkpoint), to); err != nil {
		return false, fmt.Errorf("the checkpoint of job %d: %w", j.ID, err)
	}
	return true, nil
}

// Key is the idempotency key of a part of the job, the same in every attempt.
func (r *Run) Key(part any) string { return fmt.Sprintf("job:%d:%v", r.Job.ID, part) }

// Step does a piece of the work in one transaction, if the job is still this run's;
// otherwise it does nothing and returns [ErrReplaced]. What it saves by [Run.Save] in
// the same transaction stands or falls with it.
func (r *Run) Step(ctx context.Context, fn func(tx store.Tx) error) error {
	return r.r.db.InTx(ctx, func(tx store.Tx) error {
		if err := r.Confirm(ctx, tx); err != nil {
			return err
		}
		return fn(tx)
	})
}

// Confirm keeps the job this run's until the transaction ends and renews its lease, or
// returns [ErrReplaced], on which the transaction must roll back.
func (r *Run) Confirm(ctx context.Context, tx store.Tx) error {
	return owned(tx.Ent.Job.Update().Where(r.mine()...).SetLeaseUntil(r.r.until()).Save(ctx))
}

// Save is Confirm that also writes how far the job is. It is for the transaction of
// the work that was done, and best its last statement: the row of the job stays locked
// until the end.
func (r *Run) Save(ctx context.Context, tx store.Tx, p Progress) error {
	raw, err := json.Marshal(p.Checkpoint)
	if err != nil {
		return err
	}
	u := tx.Ent.Job.Update().Where(r.mine()...).AddVersion(1).SetLeaseUntil(r.r.until()).SetCheckpoint(string(raw)).
		SetDoneRows(p.Done).SetFailedRows(p.Failed)
	if p.Total != nil {
		u.SetTotalRows(*p.Total)
	}
	if err := owned(u.Save(ctx)); err != nil {
		return err
	}
	return insertRefused(ctx, tx, r.Job.ID, p.Refused)
}

// mine is the row while it is this run's.
func (r *Run) mine() []predicate.Job {
	return []predicate.Job{entjob.ID(r.Job.ID), entjob.Fence(r.Job.Fence), entjob.StateEQ(stock.JobRunning)}
}

func owned(rows int, err error) error {
	if err == nil && rows == 0 {
		return ErrReplaced
	}
	return err
}

func (r *Runner) until() time.Time { return store.Moment(r.now().Add(r.lease)) }
