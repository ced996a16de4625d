package posting

import (
	"context"
	"slices"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
)

// blocked says that promises may be in the way of a command: ones that have
// expired, or, of a loss, any. The transaction is rolled back and begun again with
// the reservations locked, which must come before stocks.
type blocked struct {
	keys  []ledger.Key
	loses bool
}

// Error is for the log, should it ever get there.
func (*blocked) Error() string { return "promises are in the way" }

// mayBeBlocked is a *blocked when a first try was refused for want of what is
// available, or found a quantity that counts what has expired as promised still.
func (p plan) mayBeBlocked(ctx context.Context, tx store.Tx, way *blocked, moves []ledger.Move, refused ledger.Refused, faults fault.List) error {
	stale := slices.ContainsFunc(faults, func(f fault.Fault) bool { return f.Code == fault.StaleQuantity })
	if way != nil || !stale && !reservation.Short(refused) {
		return nil
	}
	out := &blocked{keys: keysOf(moves)}
	if p.work.locked != nil {
		out.keys = p.work.locked()
	}
	for _, r := range refused {
		out.loses = out.loses || p.work.loses != nil && r.Short() && slices.ContainsFunc(r.Lines, p.work.loses)
	}
	if out.loses {
		return out
	}
	any, err := reservation.AnyExpired(ctx, tx, p.now, out.keys)
	if err != nil || !any {
		return err
	}
	return out
}

func keysOf(moves []ledger.Move) []ledger.Key {
	keys := make([]ledger.Key, len(moves))
	for i, m := range moves {
		keys[i] = m.Key
	}
	return keys
}

// clear lets go of what has expired and, for losses, locks who holds the stocks.
func (b *blocked) clear(ctx context.Context, tx store.Tx, p plan) (*reservation.Holders, error) {
	switch {
	case b == nil:
		return nil, nil
	case b.loses:
		return reservation.Hold(ctx, tx, p.now, p.post, b.keys)
	}
	_, err := reservation.FreeExpired(ctx, tx, p.now, p.post.BaseCurrency, b.keys)
	return nil, err
}

// yield makes promises give way to the losses among the moves. A stock that
// several lines name gives none: what is left of it depends on all of them.
func (w work) yield(h *reservation.Holders, moves []ledger.Move) (*reservation.Yielded, error) {
	if h == nil {
		return nil, nil
	}
	named := map[ledger.Key]int{}
	for _, m := range moves {
		named[m.Key]++
	}
	var losses []reservation.Loss
	var at []int
	for i, m := range moves {
		n := -m.Delta.Physical
		if n > 0 && m.Delta == (ledger.Delta{Physical: -n}) && w.loses(m.Line) && named[m.Key] == 1 && n <= h.Balance(m.Key).Physical {
			losses, at = append(losses, reservation.Loss{Key: m.Key, Quantity: n, Line: m.Line}), append(at, i)
		}
	}
	y, err := h.Yield(losses)
	if err != nil {
		return nil, err
	}
	for i, m := range y.Moves {
		moves[at[i]].Delta = m.Delta
	}
	return y, nil
}

// follow notes in the reservations what was posted.
func (w work) follow(ctx context.Context, tx store.Tx, y *reservation.Yielded, postingID int64) error {
	if y != nil {
		if err := y.Record(ctx, tx, postingID); err != nil {
			return err
		}
	}
	if w.after != nil {
		return w.after(ctx, tx, postingID)
	}
	return nil
}
