package reservation

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Freeing gives up what a reservation holds, or a part of it.
type Freeing struct {
	ReservationID int64
	// Parts are what is given up; none is everything that is open or short.
	Parts []Part
	// By says who, why and by which command, and the id of the posting if it was drawn.
	By ledger.Posting
	At fault.Path
}

// Free posts that stocks no longer hold what is given up. Nothing is posted, and
// the posting's id is 0, when no stock held any of it; a reservation that is closed
// already is left as it is. It returns the faults NOT_FOUND and EXCEEDS_OUTSTANDING.
func Free(ctx context.Context, tx store.Tx, now time.Time, f Freeing) (_ *ent.Reservation, posted ledger.Posted, err error) {
	defer fault.Wrap(&err, "reservation.Free")
	list, err := lock(ctx, tx, now, f.By.BaseCurrency, []int64{f.ReservationID})
	if err != nil {
		return nil, posted, err
	}
	if len(list) == 0 {
		return nil, posted, notFound(f.At)
	}
	h := list[0]
	if h.row.State != stock.ReservationActive {
		return h.row, posted, nil
	}
	moves, e, err := h.free(now, f)
	if err != nil {
		return nil, posted, err
	}
	if len(moves) > 0 {
		f.By.Kind, f.By.Moves = stock.MovementReservation, moves
		if posted, err = ledger.Post(ctx, tx, f.By); err != nil {
			return nil, posted, err
		}
		e.posting = &posted.ID
	}
	h.tell(e)
	return h.row, posted, save(ctx, tx, h)
}

// free plans what is given up: what is owed first, since no stock holds it. It
// reads nothing.
func (h *held) free(now time.Time, f Freeing) (moves []ledger.Move, e event, err error) {
	c := newCutter(h, func(a *allocation) int64 { return a.open() + a.ShortQuantity })
	var faults fault.List
	if c.parts(&faults, f.Parts); len(faults) > 0 {
		return nil, e, faults
	}
	if len(f.Parts) == 0 {
		c.all()
	}
	sum := map[*allocation]int64{}
	for _, k := range c.cuts {
		sum[k.alloc] += k.n
	}
	e = event{action: stock.ReservationDoRelease, by: f.By, at: now}
	for _, a := range h.parts {
		n := sum[a]
		if n == 0 {
			continue
		}
		owed := min(n, a.ShortQuantity)
		e.entries = append(e.entries, entry{part: a, released: n, short: -owed})
		if n > owed {
			moves = append(moves, a.move(len(moves), ledger.Delta{Allocated: owed - n}))
		}
	}
	return moves, e, nil
}
