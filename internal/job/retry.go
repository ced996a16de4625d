package job

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/ent/file"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// RetryInput asks for the refused rows of a job to be tried again.
type RetryInput struct {
	command.Intent
	JobID int64 `json:"jobId,omitempty"`
	// FileID is a corrected file of these rows; nil tries the rows as they were given.
	FileID *int64 `json:"fileId,omitempty"`
}

// Retry asks for a new job of the same kind over the rows that one refused, by the
// person who asked for that one. It needs job:run. It returns NOT_FOUND, and
// INVALID_TRANSITION when the job still runs, or has nothing to be tried again.
func (r *Runner) Retry(ctx context.Context, in RetryInput) (res Changed, err error) {
	res.Done, err = command.Run(ctx, r.db, r.now, command.Work[int64]{
		Operation: "jobRetryFailed", Needs: auth.JobRun, Intent: in.Intent, Input: in,
		Check: func(*fault.List, time.Time) {},
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (int64, error) {
			old, err := lock(ctx, tx, in.JobID)
			if err != nil {
				return 0, err
			}
			if err := r.retriable(ctx, old); err != nil {
				return 0, err
			}
			n := New{Kind: old.Kind, Title: old.Title, Payload: rawJSON(old.Payload), DryRun: old.DryRun, RetryOfID: &old.ID, TotalRows: &old.FailedRows}
			if in.FileID != nil {
				if err := Readable(ctx, tx, *in.FileID, now); err != nil {
					return 0, err
				}
				n.SourceFileID, n.TotalRows = in.FileID, nil
			}
			res.Job, err = Enqueue(ctx, tx, now, n)
			if err != nil {
				return 0, err
			}
			return res.Job.ID, nil
		},
		Again: func(ctx context.Context, tx store.Tx, id int64) (err error) {
			res.Job, err = tx.Ent.Job.Get(ctx, id)
			return err
		},
	})
	return res, err
}

func (r *Runner) retriable(ctx context.Context, j *ent.Job) error {
	path := fault.Input.At("jobId")
	switch {
	case !Mine(ctx, j):
		return fault.New(fault.NotFound, path, "you have no such job; only who asked for a job tries its rows again")
	case j.State == stock.JobQueued || j.State == stock.JobRunning:
		return fault.New(fault.InvalidTransition, path, "the job has not ended yet: it is %s", j.State)
	case !r.kinds[j.Kind].Retries:
		return fault.New(fault.InvalidTransition, path, "jobs of the kind %s have no rows that could be tried again; start a new one", j.Kind)
	case j.FailedRows == 0:
		return fault.New(fault.InvalidTransition, path, "the job refused no row")
	}
	return nil
}

// Readable returns NOT_FOUND unless who asks has uploaded that file and it is kept
// still.
func Readable(ctx context.Context, tx store.Tx, id int64, now time.Time) error {
	who := auth.From(ctx)
	found, err := tx.Ent.File.Query().Where(file.ID(id), file.CreatedBy(who.UserID), file.Complete(true), file.ExpiresAtGT(now)).Exist(ctx)
	if err == nil && !found {
		return fault.New(fault.NotFound, fault.Input.At("fileId"), "you have no such file, or it has expired; upload it")
	}
	return err
}

// rawJSON is JSON that is kept as it is.
type rawJSON string

// MarshalJSON implements json.Marshaler.
func (j rawJSON) MarshalJSON() ([]byte, error) { return []byte(j), nil }
