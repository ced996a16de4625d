package reservation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	entreservation "entrepot/ent/reservation"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// openIs is the condition that an allocation holds something; it is that of the
// index over open allocations.
const openIs = "a.quantity > a.deducted_quantity + a.released_quantity + a.short_quantity"

// expiredOn are the reservations that have expired and still stand as holding
// some of the goods, by id. It begins at the expired ones, which are few: those that
// the sweep has not come to.
func expiredOn(ctx context.Context, tx store.Tx, now time.Time, list []goods) (ids []int64, err error) {
	warehouses, skus := make([]int64, len(list)), make([]string, len(list))
	for i, g := range list {
		warehouses[i], skus[i] = g.warehouse, g.sku
	}
	rows, err := tx.SQL.QueryContext(ctx, expiredSQL[tx.Dialect], now, store.IDs(tx.Dialect, warehouses), store.Strings(tx.Dialect, skus))
	if err != nil {
		return nil, fmt.Errorf("look for expired holds: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

var expiredSQL = map[string]string{
	dialect.Postgres: expiredOnSQL("unnest($2::bigint[], $3::text[]) AS k(w, s)"),
	dialect.SQLite:   expiredOnSQL(zipped([]string{"$2", "$3"}, []string{"w", "s"}) + " AS k"),
}

func expiredOnSQL(pairs string) string {
	return `SELECT r.id FROM reservations r WHERE r.state = 'ACTIVE' AND r.expires_at IS NOT NULL AND r.expires_at <= $1
  AND EXISTS (SELECT 1 FROM reservation_allocations a JOIN ` + pairs + ` ON k.w = a.warehouse_id AND k.s = a.sku
    WHERE a.reservation_id = r.id AND ` + openIs + `)
ORDER BY r.id`
}

// activeOf is the active reservation of a business object, not locked, or nil.
func activeOf(ctx context.Context, tx store.Tx, businessType, businessID string) (*ent.Reservation, error) {
	r, err := tx.Ent.Reservation.Query().Where(entreservation.BusinessType(businessType), entreservation.BusinessID(businessID),
		entreservation.StateEQ(stock.ReservationActive)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return r, err
}

// lockExpired locks reservations and returns those that are active and expired.
func lockExpired(ctx context.Context, tx store.Tx, now time.Time, base string, ids []int64) ([]*held, error) {
	slices.Sort(ids)
	list, err := lock(ctx, tx, now, base, slices.Compact(ids))
	return slices.DeleteFunc(list, func(h *held) bool {
		return h.row.State != stock.ReservationActive || !h.expired(now)
	}), err
}

// expire lets go what expired reservations hold, by one posting of the system's
// own. They are locked, and their stocks, if others are to be locked too.
func expire(ctx context.Context, tx store.Tx, now time.Time, base string, list []*held) error {
	_, err := letGo(ctx, tx, now, list, stock.ReservationDoExpire, ledger.Posting{
		Operation: "reservationExpire", ReasonCode: "EXPIRED", BaseCurrency: base, RequestID: fault.RequestID(ctx), OccurredAt: now,
	})
	return err
}

// letGo ends all that reservations hold or are owed.
func letGo(ctx context.Context, tx store.Tx, now time.Time, list []*held, action stock.ReservationAction, by ledger.Posting) (posted ledger.Posted, err error) {
	for _, h := range list {
		for _, a := range h.parts {
			if n := a.open(); n > 0 {
				by.Moves = append(by.Moves, a.move(len(by.Moves), ledger.Delta{Allocated: -n}))
			}
		}
	}
	var posting *int64
	if len(by.Moves) > 0 {
		by.Kind = stock.MovementReservation
		if by.ID, err = ledger.NextPostingBeside(ctx, tx); err != nil {
			return posted, err
		}
		if posted, err = ledger.Post(ctx, tx, by); err != nil {
			return posted, err
		}
		posting = &posted.ID
	}
	for _, h := range list {
		e := event{action: action, by: by, at: now}
		for _, a := range h.parts {
			if n := a.open(); n+a.ShortQuantity > 0 {
				e.entries = append(e.entries, entry{part: a, released: n + a.ShortQuantity, short: -a.ShortQuantity})
			}
		}
		if h.open() > 0 {
			e.posting = posting
		}
		h.tell(e)
	}
	return posted, save(ctx, tx, list...)
}

// AnyExpired says whether reservations that have expired still stand as holding
// some of the goods of these stocks.
func AnyExpired(ctx context.Context, tx store.Tx, now time.Time, keys []ledger.Key) (bool, error) {
	ids, err := expiredOn(ctx, tx, now, goodsOf(keys))
	return len(ids) > 0, err
}

func goodsOf(keys []ledger.Key) []goods {
	list := make([]goods, len(keys))
	for i, k := range keys {
		list[i] = goods{k.WarehouseID, k.SKU}
	}
	return list
}

// FreeExpired lets go what expired reservations hold of these stocks, by a posting
// of the system's own, and says whether there was any. It locks the reservations,
// and then these stocks and theirs together, so that the caller may go on to take.
func FreeExpired(ctx context.Context, tx store.Tx, now time.Time, base string, keys []ledger.Key) (freed bool, err error) {
	defer fault.Wrap(&err, "reservation.FreeExpired")
	ids, err := expiredOn(ctx, tx, now, goodsOf(keys))
	if err != nil || len(ids) == 0 {
		return false, err
	}
	gone, err := lockExpired(ctx, tx, now, base, ids)
	if err != nil || len(gone) == 0 {
		return false, err
	}
	if _, err := ledger.Lock(ctx, tx, append(keysOf(gone), keys...)); err != nil {
		return false, err
	}
	return true, expire(ctx, tx, now, base, gone)
}
