package reservation

import (
	"context"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// fill promises again what a reservation is short of, out of the same stocks, as
// far as they have it. It returns INSUFFICIENT_STOCK when there is nothing of it.
func fill(ctx context.Context, tx store.Tx, now time.Time, h *held, by ledger.Posting, at fault.Path) (ledger.Posted, error) {
	if h.row.ShortQuantity == 0 {
		return ledger.Posted{}, fault.New(fault.InvalidTransition, at, "the reservation is short of nothing")
	}
	var keys []ledger.Key
	for _, a := range h.parts {
		if a.ShortQuantity > 0 {
			keys = append(keys, a.key())
		}
	}
	there, err := ledger.Lock(ctx, tx, keys)
	if err != nil {
		return ledger.Posted{}, err
	}
	e := event{action: stock.ReservationDoFill, by: by, at: now}
	for _, a := range h.parts {
		b := there[a.key()]
		n := min(a.ShortQuantity, b.Available)
		if n <= 0 {
			continue
		}
		b.Available -= n
		there[a.key()] = b
		by.Moves = append(by.Moves, a.move(len(by.Moves), ledger.Delta{Allocated: n}))
		e.entries = append(e.entries, entry{part: a, short: -n})
	}
	if len(by.Moves) == 0 {
		missing, none := h.row.ShortQuantity, int64(0)
		faults := fault.New(fault.InsufficientStock, at, "nothing of the %d units that it is short of is available yet", missing)
		faults[0].CurrentQuantity, faults[0].ShortBy = &none, &missing
		return ledger.Posted{}, faults
	}
	by.Kind = stock.MovementReservation
	posted, err := ledger.Post(ctx, tx, by)
	if err != nil {
		return posted, err
	}
	e.posting = &posted.ID
	h.tell(e)
	return posted, save(ctx, tx, h)
}
