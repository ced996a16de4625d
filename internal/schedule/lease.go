package schedule

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	"github.com/jonboulle/clockwork"

	"entrepot/ent"
	"entrepot/ent/predicate"
	"entrepot/ent/scheduleslot"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

const (
	// leaseTime is how long a run whose replica died is left alone. Every run
	// renews its lease three times as often.
	leaseTime = time.Minute
	// MaxAttempts is how often a slot is begun at most, by whomever.
	MaxAttempts = 5
	backOff     = time.Minute
)

// ErrReplaced says that the slot is no longer this run's: its lease had ended and
// another replica took it over, or ended it.
var ErrReplaced = errors.New("another replica has taken this run over")

// Lease is the right to run a slot, until somebody else has it.
type Lease struct {
	Job string
	// Slot is when the run was due.
	Slot time.Time
	// Attempt counts who began this slot, from 1: the fencing number.
	Attempt int64

	id       int64
	holder   string
	clock    clockwork.Clock
	finished atomic.Bool
}

// Confirm must be called in every transaction in which a run writes. It keeps the
// slot from being taken over until that transaction ends and renews the lease, or
// returns [ErrReplaced], on which the transaction must roll back.
func (l *Lease) Confirm(ctx context.Context, tx store.Tx) error {
	return l.owned(tx.Ent.ScheduleSlot.Update().Where(l.mine()...).SetLeaseUntil(l.until()).Save(ctx))
}

// Finish is Confirm that ends the slot as [Done] in the same transaction, so that
// the last writes of a run and its end are one. A run that does not call it is
// ended when it returns.
func (l *Lease) Finish(ctx context.Context, tx store.Tx, rows int64) error {
	err := l.end(ctx, tx, Done, rows, "")
	if err == nil {
		tx.AfterCommit(func(context.Context) { l.finished.Store(true) })
	}
	return err
}

func (l *Lease) end(ctx context.Context, tx store.Tx, o Outcome, rows int64, why string) error {
	now := store.Moment(l.clock.Now())
	return l.owned(tx.Ent.ScheduleSlot.Update().Where(l.mine()...).
		SetFinishedAt(now).SetOutcome(string(o)).SetRowCount(rows).SetError(why).Save(ctx))
}

// release lets go of a run that the program has no time for: another replica, or
// this one when it is back, may begin it at once.
func (l *Lease) release(ctx context.Context, tx store.Tx) error {
	return l.owned(tx.Ent.ScheduleSlot.Update().Where(l.mine()...).SetLeaseUntil(store.Moment(l.clock.Now())).Save(ctx))
}

// mine is the row while it is this run's.
func (l *Lease) mine() []predicate.ScheduleSlot {
	return []predicate.ScheduleSlot{
		scheduleslot.ID(l.id), scheduleslot.Fence(l.Attempt), scheduleslot.Holder(l.holder), scheduleslot.FinishedAtIsNil(),
	}
}

func (l *Lease) owned(rows int, err error) error {
	if err == nil && rows == 0 {
		return ErrReplaced
	}
	return err
}

func (l *Lease) until() time.Time { return store.Moment(l.clock.Now().Add(leaseTime)) }

// claim takes a slot for this replica: nil when it is somebody else's, or cannot
// be begun now. Over says that nobody ever needs to look at it again.
func (r *Runner) claim(ctx context.Context, job string, slot time.Time) (l *Lease, over bool, err error) {
	defer fault.Wrap(&err, "schedule.claim(%s)", job)
	slot = store.Moment(slot)
	err = r.db.InTx(ctx, func(tx store.Tx) error {
		l, over = nil, false
		if err := lockJob(ctx, tx, job); err != nil {
			return err
		}
		rows, err := tx.Ent.ScheduleSlot.Query().Where(scheduleslot.Job(job),
			scheduleslot.Or(scheduleslot.Slot(slot), scheduleslot.FinishedAtIsNil())).All(ctx)
		if err != nil {
			return err
		}
		now := store.Moment(r.clock.Now())
		var mine *ent.ScheduleSlot
		for _, row := range rows {
			switch {
			case row.Slot.Equal(slot):
				mine = row
			case row.LeaseUntil.After(now): // slots of one job never run side by side
				return nil
			case row.Slot.Before(slot): // nobody took it up while it was due
				if err := lose(ctx, tx, row, now); err != nil {
					return err
				}
			}
		}
		if mine == nil {
			l, err = r.begin(ctx, tx, job, slot, now)
			return err
		}
		l, over, err = r.again(ctx, tx, mine, now)
		return err
	})
	return l, over, err
}

// lockJob lets one replica at a time decide about a job. SQLite has one writer.
func lockJob(ctx context.Context, tx store.Tx, job string) error {
	if tx.Dialect != dialect.Postgres {
		return nil
	}
	_, err := tx.SQL.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('schedule ' || $1, 0))`, job)
	return err
}

func (r *Runner) begin(ctx context.Context, tx store.Tx, job string, slot, now time.Time) (*Lease, error) {
	l := &Lease{Job: job, Slot: slot, Attempt: 1, holder: r.holder, clock: r.clock}
	row, err := tx.Ent.ScheduleSlot.Create().SetJob(job).SetSlot(slot).SetHolder(r.holder).
		SetLeaseUntil(l.until()).SetStartedAt(now).Save(ctx)
	if err != nil {
		return nil, err
	}
	l.id = row.ID
	return l, nil
}

// again takes up a slot that was begun before, when it failed or its replica died.
func (r *Runner) again(ctx context.Context, tx store.Tx, row *ent.ScheduleSlot, now time.Time) (l *Lease, over bool, err error) {
	switch {
	case row.FinishedAt == nil && row.LeaseUntil.After(now):
		return nil, false, nil
	case row.FinishedAt == nil && row.Fence >= MaxAttempts:
		return nil, true, lose(ctx, tx, row, now)
	case row.FinishedAt != nil && (OutcomeOf(row) != Failed || row.Fence >= MaxAttempts):
		return nil, true, nil
	case row.FinishedAt != nil && row.FinishedAt.Add(backOff<<(row.Fence-1)).After(now):
		return nil, false, nil
	}
	l = &Lease{Job: row.Job, Slot: row.Slot, Attempt: row.Fence + 1, id: row.ID, holder: r.holder, clock: r.clock}
	n, err := tx.Ent.ScheduleSlot.Update().Where(asSeen(row)...).SetHolder(r.holder).AddFence(1).SetLeaseUntil(l.until()).
		SetStartedAt(now).ClearFinishedAt().SetOutcome("").SetRowCount(0).SetError("").Save(ctx)
	if err != nil || n == 0 { // 0: it lives after all
		return nil, false, err
	}
	return l, false, nil
}

// lose ends a run whose replica vanished and that nobody takes up.
func lose(ctx context.Context, tx store.Tx, row *ent.ScheduleSlot, now time.Time) error {
	return tx.Ent.ScheduleSlot.Update().Where(asSeen(row)...).SetFinishedAt(now).SetOutcome(string(Lost)).
		SetError("its replica vanished while it ran").Exec(ctx)
}

// asSeen is the row if its run gave no sign of life since it was read.
func asSeen(row *ent.ScheduleSlot) []predicate.ScheduleSlot {
	return []predicate.ScheduleSlot{
		scheduleslot.ID(row.ID), scheduleslot.Fence(row.Fence), scheduleslot.LeaseUntil(row.LeaseUntil), scheduleslot.Outcome(row.Outcome),
	}
}
