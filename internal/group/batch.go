package group

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// timeout ends a batch that hangs: its members' clients do not.
const timeout = 30 * time.Second

// ErrApart is what a [Work] returns when its members do not fit together, which
// is nothing unusual. Other errors are written to the log, unless they are faults.
var ErrApart = errors.New("the commands of a batch must go one by one")

// Work does a batch of two members or more in one transaction: it answers or
// refuses those that it decides about. The batch is in the order of arrival.
//
// It may run twice, as the callback of store.InTx may; answers of an earlier run
// are forgotten. ctx is not the context of any client: it does not end with one,
// and nothing about who asks may be read from it.
type Work[P, A any] func(ctx context.Context, tx store.Tx, batch []*Member[P, A]) error

// Member is one command of a batch.
type Member[P, A any] struct {
	// Plan is what the command brought along.
	Plan P

	ctx    context.Context
	turn   chan turn
	called bool // to lead or into a batch: it cannot leave any more
	reply  *reply[A]
}

type reply[A any] struct {
	answer A
	err    error
}

// Answer is what the client will get once the batch is committed.
func (m *Member[P, A]) Answer(a A) { m.reply = &reply[A]{answer: a} }

// Refuse ends the command with err, a fault.List as a rule, while the others of
// the batch go on. Nothing of it may have been written.
func (m *Member[P, A]) Refuse(err error) { m.reply = &reply[A]{err: err} }

// settle returns the reply, and without one goes alone.
func (m *Member[P, A]) settle(alone func() (A, error)) (A, error) {
	if m.reply == nil {
		return alone()
	}
	return m.reply.answer, m.reply.err
}

// commit does the batch and lets everybody go, whatever happens, also a panic of
// the work: that goes up to the leader's client.
func (q *Queue[P, A]) commit(batch []*Member[P, A]) {
	var once sync.Once
	pass := func() { once.Do(q.pass) }
	finished, committed := false, false
	defer func() {
		pass()
		for _, m := range batch {
			if !committed {
				m.reply = nil
			}
			m.turn <- ended // of the leader too, who does not read it
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), timeout)
	defer cancel()
	err := q.db.InTx(ctx, func(tx store.Tx) error {
		finished = false // InTx may run this twice
		for _, m := range batch {
			m.reply = nil
		}
		if err := q.work(ctx, tx, batch); err != nil {
			return err
		}
		finished = true
		pass() // while the disk works, the next batch begins
		return nil
	})
	committed = finished && err == nil // of a dry run, InTx returns nil too
	var faults fault.List
	if err != nil && !errors.Is(err, ErrApart) && !errors.As(err, &faults) {
		slog.WarnContext(ctx, "a batch of commands goes one by one", "commands", len(batch), "err", err.Error())
	}
}
