package reservation

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/ent/reservationevent"
	"entrepot/ent/stockmovement"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Extend moves the instant at which a reservation expires. It needs
// reservation:edit, and returns the faults NOT_FOUND, EXPIRED once that instant
// has come, INVALID_TRANSITION for one that is closed, and IDEMPOTENCY_KEY_REUSED.
func (s *Service) Extend(ctx context.Context, in ExtendInput) (Result, error) {
	received := in
	return s.change(ctx, "reservationExtend", in.Intent, &in.Which, received, in.Note,
		func(faults *fault.List, now time.Time) { checkExpiry(faults, now, in.ExpiresAt, in.TTLSeconds) },
		func(ctx context.Context, tx store.Tx, c *call, h *held) (Result, error) {
			if err := h.usable(c.now, in.at()); err != nil {
				return Result{}, err
			}
			h.row.ExpiresAt = expiry(c.now, in.ExpiresAt, in.TTLSeconds)
			h.tell(event{action: stock.ReservationDoExtend, by: c.post, at: c.now})
			return Result{Reservation: h.row}, save(ctx, tx, h)
		})
}

// Fill promises again what a reservation is short of, out of the stocks that it
// lost it from, as far as they have it. It needs reservation:edit, and returns the
// faults of [Service.Extend], INVALID_TRANSITION when it is short of nothing, and
// INSUFFICIENT_STOCK when there is nothing of it.
func (s *Service) Fill(ctx context.Context, in FillInput) (Result, error) {
	received := in
	return s.change(ctx, "reservationFill", in.Intent, &in.Which, received, in.Note,
		func(*fault.List, time.Time) {},
		func(ctx context.Context, tx store.Tx, c *call, h *held) (Result, error) {
			if err := h.usable(c.now, in.at()); err != nil {
				return Result{}, err
			}
			posted, err := fill(ctx, tx, c.now, h, c.post, in.at())
			return Result{Reservation: h.row, PostingID: posted.ID, Movements: posted.Movements}, err
		})
}

// change is the walk of a command on one reservation that is seldom sent.
func (s *Service) change(ctx context.Context, operation string, intent command.Intent, which *Which, received any, note string,
	check func(*fault.List, time.Time), do func(ctx context.Context, tx store.Tx, c *call, h *held) (Result, error),
) (Result, error) {
	c, err := s.prepare(ctx, operation, intent, received, "", note, func(faults *fault.List, now time.Time) {
		which.check(faults)
		check(faults, now)
	})
	if err != nil {
		return Result{}, err
	}
	var f found
	c.look = func(ctx context.Context, tx store.Tx) (err error) {
		f, err = resolve(ctx, tx, 0, which.objects(), nil)
		return err
	}
	c.do = func(ctx context.Context, tx store.Tx, _ bool) (Result, error) {
		h, err := c.open(ctx, tx, f, *which)
		if err != nil {
			return Result{}, err
		}
		return do(ctx, tx, c, h)
	}
	return s.alone(ctx, c)
}

// Rollback takes a deduction back, exactly and once: the goods are in the warehouse
// again, at their own value, and held again by the reservation. What it gets back
// after it expired, or when its business object has another reservation by now, is
// let go at once. It needs reservation:edit, and returns the faults NOT_FOUND for
// what is no deduction, INVALID for one that a document made, ALREADY_REVERSED,
// ARCHIVED and IDEMPOTENCY_KEY_REUSED.
func (s *Service) Rollback(ctx context.Context, in RollbackInput) (Result, error) {
	at := fault.Input.At("postingId")
	c, err := s.prepare(ctx, "reservationRollback", in.Intent, in, in.ReasonCode, in.Note, func(faults *fault.List, _ time.Time) {
		command.CheckReason(faults, fault.Input.At("reasonCode"), in.ReasonCode)
	})
	if err != nil {
		return Result{}, err
	}
	id := in.PostingID.Of("Posting")
	var original *ent.Posting
	c.look = func(ctx context.Context, tx store.Tx) (err error) {
		if original, err = tx.Ent.Posting.Get(ctx, id); err != nil && !ent.IsNotFound(err) {
			return err
		}
		c.post.ID, err = ledger.NextPosting(ctx, tx)
		return err
	}
	c.do = func(ctx context.Context, tx store.Tx, _ bool) (Result, error) {
		deducted, err := tx.Ent.ReservationEvent.Query().
			Where(reservationevent.PostingID(id), reservationevent.ActionEQ(stock.ReservationDoDeduct)).Exist(ctx)
		switch {
		case err != nil:
			return Result{}, err
		case original == nil || !deducted:
			return Result{}, fault.New(fault.NotFound, at, "there is no such deduction")
		case original.DocumentID != nil:
			return Result{}, fault.New(fault.Invalid, at, "a document took these goods: cancel or reverse the document")
		}
		return c.rollback(ctx, tx, original, at)
	}
	return s.alone(ctx, c)
}

func (c *call) rollback(ctx context.Context, tx store.Tx, original *ent.Posting, at fault.Path) (res Result, err error) {
	by := c.post
	by.BaseCurrency = original.BaseCurrency // the rates are those of the original, and so is what they lead to
	r, err := Restore(ctx, tx, c.now, by, original.ID)
	if err != nil {
		return res, err
	}
	rows, err := tx.Ent.StockMovement.Query().Where(stockmovement.PostingID(original.ID)).All(ctx)
	if err != nil {
		return res, err
	}
	houses := make([]int64, len(rows))
	for i, m := range rows {
		houses[i] = m.WarehouseID
	}
	var faults fault.List
	if err := lookup.CheckInUse(ctx, tx, &faults, at, houses...); err != nil {
		return res, err
	}
	if len(faults) > 0 {
		return res, faults
	}
	by.Kind, by.ReversesID, by.Moves = stock.MovementReversal, &original.ID, ledger.Reversal(rows)
	posted, err := ledger.Post(ctx, tx, by)
	if err != nil {
		return res, err
	}
	res = Result{Reservation: r.Reservations()[0], PostingID: posted.ID, Movements: posted.Movements}
	return res, r.Record(ctx, tx, map[int64]int64{original.ID: posted.ID})
}
