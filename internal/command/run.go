package command

import (
	"context"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/idempotency"
	"entrepot/internal/store"
)

// Intent is what every command is told beside its own input. It is no part of
// the hash behind the key.
type Intent struct {
	IdempotencyKey string `json:"-"`
	DryRun         bool   `json:"-"`
	// Along, when set, runs last in the transaction of a command that commits, also of
	// one that was sent before: what it writes stands or falls with the command. Refused
	// are the rows that the command left out. It may run twice, see store.InTx.
	Along func(ctx context.Context, tx store.Tx, refused fault.List) error `json:"-"`
}

// Work is what one command brings to the walk. K is what its key remembers: ids
// and outcomes, never rendered rows, since a repetition may ask for other fields.
type Work[K any] struct {
	// Operation is the mutation's name in the graph.
	Operation string
	Needs     auth.Permission
	Intent    Intent
	// KeyOptional is for commands that do no harm when they happen twice.
	KeyOptional bool
	// Input is hashed for the key. Its json tags must omit what is empty, so
	// that a field added later leaves the hash of older inputs as it was.
	Input any
	// Check collects the faults of the input that need no database.
	Check func(faults *fault.List, now time.Time)
	// Before, when set, runs ahead of the transaction, for what must not be
	// held locked until its end.
	Before func(ctx context.Context, now time.Time) error
	// Do does the work. It may run twice, see store.InTx.
	Do func(ctx context.Context, tx store.Tx, now time.Time) (K, error)
	// Again reads what was done when the key was first sent.
	Again func(ctx context.Context, tx store.Tx, kept K) error
	// Refused, when set, tells which rows the command left out.
	Refused func(kept K) fault.List
}

// Done tells how a command ended.
type Done struct{ DryRun, Replayed bool }

// Run walks w. Beside what Do returns it ends with Unauthenticated or Forbidden,
// and with the fault IDEMPOTENCY_KEY_REUSED when the key was used with another
// input.
func Run[K any](ctx context.Context, db *store.DB, now func() time.Time, w Work[K]) (done Done, err error) {
	defer fault.Wrap(&err, "%s", w.Operation)
	who, err := auth.Require(ctx, w.Needs)
	if err != nil {
		return Done{}, err
	}
	at := store.Moment(now())
	var faults fault.List
	keyed := w.Intent.IdempotencyKey != ""
	if keyed || !w.Intent.DryRun && !w.KeyOptional {
		idempotency.Check(&faults, fault.Input.At("idempotencyKey"), w.Intent.IdempotencyKey)
	}
	w.Check(&faults, at)
	if err := faults.Err(); err != nil {
		return Done{}, err
	}
	key, err := idempotency.New(who.Key(), w.Operation, w.Intent.IdempotencyKey, w.Input)
	if err != nil {
		return Done{}, err
	}
	if w.Before != nil {
		if err := w.Before(ctx, at); err != nil {
			return Done{}, err
		}
	}
	err = db.InTx(ctx, func(tx store.Tx) error {
		done = Done{DryRun: w.Intent.DryRun}
		var kept K
		if keyed && !done.DryRun {
			done.Replayed, err = idempotency.Claim(ctx, tx, key, at, kept, &kept)
			if err != nil {
				return err
			}
			if done.Replayed {
				if err := w.Again(ctx, tx, kept); err != nil {
					return err
				}
				return w.along(ctx, tx, kept)
			}
		}
		kept, err := w.Do(ctx, tx, at)
		switch {
		case err != nil:
			return err
		case done.DryRun:
			return store.Rollback()
		case keyed:
			if err := idempotency.Settle(ctx, tx, key, kept); err != nil {
				return err
			}
		}
		return w.along(ctx, tx, kept)
	})
	return done, err
}

func (w Work[K]) along(ctx context.Context, tx store.Tx, kept K) error {
	if w.Intent.Along == nil {
		return nil
	}
	var refused fault.List
	if w.Refused != nil {
		refused = w.Refused(kept)
	}
	return w.Intent.Along(ctx, tx, refused)
}
