package reservation

import (
	"context"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// taking is a deduction or release on its way.
type taking struct {
	in     TakeInput
	deduct bool
	codes  []string
}

// Deduct takes goods out of the warehouse that a reservation holds: the parts that
// are named, or all that is open. It needs reservation:edit.
//
// Beside the faults of a malformed input it returns NOT_FOUND, EXPIRED,
// INVALID_TRANSITION for a reservation that is closed, EXCEEDS_OUTSTANDING,
// RATE_MISSING and IDEMPOTENCY_KEY_REUSED.
func (s *Service) Deduct(ctx context.Context, in TakeInput) (Result, error) {
	return s.take(ctx, "reservationDeduct", in, true)
}

// Release gives up what a reservation holds or is short of: the parts that are
// named, or all of it. It needs reservation:edit, and returns the faults of
// [Service.Deduct]; what has expired may be released as well.
func (s *Service) Release(ctx context.Context, in TakeInput) (Result, error) {
	return s.take(ctx, "reservationRelease", in, false)
}

func (s *Service) take(ctx context.Context, operation string, in TakeInput, deduct bool) (Result, error) {
	received := in
	c, err := s.prepare(ctx, operation, in.Intent, received, in.ReasonCode, in.Note, in.check)
	if err != nil {
		return Result{}, err
	}
	if in.OccurredAt != nil {
		c.post.OccurredAt = store.Moment(*in.OccurredAt)
	}
	c.take = &taking{in: in, deduct: deduct, codes: in.codes()}
	var f found
	c.look = func(ctx context.Context, tx store.Tx) (err error) {
		if f, err = resolve(ctx, tx, 1, in.objects(), c.take.codes); err == nil {
			c.post.ID = f.postings[0]
		}
		return err
	}
	c.do = func(ctx context.Context, tx store.Tx, _ bool) (res Result, err error) {
		h, err := c.open(ctx, tx, f, in.Which)
		if err != nil {
			return res, err
		}
		return c.post1(ctx, tx, h, f)
	}
	if in.DryRun || len(in.Lines) > maxGroupWork || in.OccurredAt != nil {
		return s.alone(ctx, c)
	}
	return s.queue.Do(ctx, c, func() (Result, error) { return s.alone(ctx, c) })
}

// objects are the business objects to be resolved: none when an id is given.
func (w Which) objects() []Which {
	if w.ID != nil {
		return nil
	}
	return []Which{w}
}

// id is the key of the reservation that is named, or 0.
func (w Which) id(f found) int64 {
	if w.ID != nil {
		return w.ID.Of("Reservation")
	}
	return f.reservations[[2]string{w.BusinessType, w.BusinessID}]
}

// mine says whether a reservation is the one that is named: an id and a business
// object that are both given must agree.
func (w Which) mine(h *held) bool {
	return w.BusinessType == "" || w.BusinessType == h.row.BusinessType && w.BusinessID == h.row.BusinessID
}

// open locks the reservation that a command names.
func (c *call) open(ctx context.Context, tx store.Tx, f found, w Which) (*held, error) {
	list, err := lock(ctx, tx, c.now, c.post.BaseCurrency, []int64{w.id(f)})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || !w.mine(list[0]) {
		return nil, notFound(w.at())
	}
	return list[0], nil
}

func (in TakeInput) codes() (codes []string) {
	for _, l := range in.Lines {
		if l.WarehouseCode != "" {
			codes = append(codes, l.WarehouseCode)
		}
	}
	return codes
}

// parts are the lines of the input with their warehouses looked up.
func (in TakeInput) parts(faults *fault.List, f found) []Part {
	parts := make([]Part, len(in.Lines))
	for i, l := range in.Lines {
		at := fault.Input.At("lines").Item(i)
		parts[i] = Part{SKU: l.SKU, BatchNo: l.BatchNo, Quantity: l.Quantity, At: at}
		if l.LineNo != nil {
			parts[i].LineNo = int(*l.LineNo)
		}
		if l.WarehouseCode != "" {
			id, known := f.warehouses[l.WarehouseCode]
			if !known {
				faults.Add(fault.NotFound, at.At("warehouseCode"), "there is no warehouse %q", command.Short(l.WarehouseCode))
			}
			parts[i].WarehouseID = id
		}
	}
	return parts
}

// plan is what the command does to its locked reservation. It reads nothing.
func (c *call) plan(h *held, f found) ([]ledger.Move, event, error) {
	in := c.take.in
	var faults fault.List
	parts := in.parts(&faults, f)
	if len(faults) > 0 {
		return nil, event{}, faults
	}
	if !c.take.deduct {
		if h.row.State != stock.ReservationActive {
			return nil, event{}, h.usable(c.now, in.at())
		}
		return h.free(c.now, Freeing{Parts: parts, By: c.post})
	}
	out, err := h.consume(c.now, Taking{Parts: parts, By: c.post, At: in.at()})
	if err != nil {
		return nil, event{}, err
	}
	for _, m := range out.Moves {
		if m.Rate == 0 {
			return nil, event{}, fault.New(fault.RateMissing, in.at(),
				"the goods lie in a warehouse that keeps its costs in %s, and there is no rate from %s to %s; enter one with exchangeRateSet",
				m.Currency, m.Currency, c.post.BaseCurrency)
		}
	}
	return out.Moves, out.told, nil
}

// posting is what the command posts.
func (c *call) posting(moves []ledger.Move) ledger.Posting {
	p := c.post
	p.Kind, p.Moves = stock.MovementReservation, moves
	if c.take != nil && c.take.deduct {
		p.Kind = stock.MovementOutbound
	}
	return p
}

// post1 plans, posts and saves one command on its locked reservation.
func (c *call) post1(ctx context.Context, tx store.Tx, h *held, f found) (res Result, err error) {
	moves, e, err := c.plan(h, f)
	if err != nil {
		return res, err
	}
	if len(moves) > 0 {
		posted, err := ledger.Post(ctx, tx, c.posting(moves))
		if err != nil {
			return res, err
		}
		e.posting, res.PostingID, res.Movements = &posted.ID, posted.ID, posted.Movements
	}
	h.tell(e)
	res.Reservation = h.row
	return res, save(ctx, tx, h)
}
