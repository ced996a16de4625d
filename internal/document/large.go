package document

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/job"
	"entrepot/internal/store"
)

// MaxAtOnce is the most lines of a dispatch or a receipt that are booked while the
// person waits. One of more lines is checked, and a job books it.
const MaxAtOnce = 250

// The kinds of jobs that book large transfers. They are kept with the jobs.
const (
	dispatchJob = "transfer-dispatch"
	receiveJob  = "shipment-receive"
)

// Jobs are the kinds of jobs that book large transfers, for the runner.
func (s *Service) Jobs() []job.Kind {
	return []job.Kind{
		{Name: dispatchJob, Handle: func(ctx context.Context, run *job.Run) error {
			var in DispatchInput
			return bookLarge(ctx, run, &in, func(l *large) (Result, error) {
				in.Intent = l.intent()
				return s.dispatch(ctx, in, l)
			})
		}},
		{Name: receiveJob, Handle: func(ctx context.Context, run *job.Run) error {
			var in ReceiveInput
			return bookLarge(ctx, run, &in, func(l *large) (Result, error) {
				in.Intent = l.intent()
				return s.receive(ctx, in, l)
			})
		}},
	}
}

// large is how a command is booked that may be about many lines: at once, or first
// checked and then, by a job, walked again from its beginning. The job is asked for
// under the lock of the document, but does not keep it: what it is about may be gone
// when it runs, and then it is refused like any other command.
type large struct {
	kind  string
	run   *job.Run // that books it; nil while a person waits
	lines int      // that it is about
	asked *ent.Job // that is to book it
}

// later says whether a job is to book the command, and asks for it: input is what the
// job is told. It is called when all that can be known ahead of the booking was checked.
func (l *large) later(ctx context.Context, tx store.Tx, now time.Time, in command.Intent, lines int, title string, input any) (bool, error) {
	l.lines, l.asked = lines, nil
	if l.run != nil || in.DryRun || lines <= MaxAtOnce {
		return false, nil
	}
	var err error
	l.asked, err = job.Enqueue(ctx, tx, now, job.New{Kind: l.kind, Title: title, Payload: input, TotalRows: new(int64(lines))})
	return true, err
}

// intent is that of the command in its job: the same in every attempt.
func (l *large) intent() command.Intent {
	return command.Intent{IdempotencyKey: l.run.Key("book")}
}

// save keeps what the job booked, in the transaction of the booking: an attempt that
// comes after it finds nothing to do.
func (l *large) save(ctx context.Context, tx store.Tx, k kept) error {
	if l.run == nil {
		return nil
	}
	n := int64(l.lines)
	return l.run.Save(ctx, tx, job.Progress{Checkpoint: booked{Kept: &k}, Total: &n, Done: n})
}

// askedFor reads the job that a command asked for, and what it has booked by now;
// nothing when it has not yet.
func askedFor(ctx context.Context, tx store.Tx, k kept) (*ent.Job, kept, error) {
	row, err := tx.Ent.Job.Get(ctx, k.Job)
	if err != nil {
		return nil, k, err
	}
	var b booked
	if _, err := job.CheckpointOf(row, &b); err != nil || b.Kept == nil {
		return row, k, err
	}
	return row, *b.Kept, nil
}
