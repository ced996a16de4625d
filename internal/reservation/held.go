package reservation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	entreservation "entrepot/ent/reservation"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// held is a reservation that the transaction has locked, with its allocations in
// the order in which they were made, and what is to be told of it.
type held struct {
	row   *ent.Reservation
	parts []*allocation
	// seen is the version that was read, and told what happened since.
	seen int64
	told []*event
}

// allocation is what one stock holds for a line.
type allocation struct {
	ent.ReservationAllocation
	lineNo  int
	lineSKU string
	// asked is what of the line was reserved, in units of its SKU.
	asked int64
	site  site
}

// event is a step, with how it changed each allocation.
type event struct {
	action  stock.ReservationAction
	version int64
	posting *int64
	// reverses is the event that a rollback takes back.
	reverses *int64
	by       ledger.Posting // who and why
	at       time.Time
	entries  []entry
}

// entry is how a step changes one allocation.
type entry struct {
	part                      *allocation
	deducted, released, short int64
}

func (a *allocation) key() ledger.Key {
	return ledger.Key{WarehouseID: a.WarehouseID, SKU: a.Sku, BatchNo: a.BatchNo}
}

// open is what the stock still holds for the line.
func (a *allocation) open() int64 {
	return a.Quantity - a.DeductedQuantity - a.ReleasedQuantity - a.ShortQuantity
}

func (h *held) open() int64 {
	return h.row.Quantity - h.row.DeductedQuantity - h.row.ReleasedQuantity - h.row.ShortQuantity
}

// expired says whether the reservation holds nothing any more at an instant,
// whoever has noticed.
func (h *held) expired(now time.Time) bool {
	return h.row.ExpiresAt != nil && !now.Before(*h.row.ExpiresAt)
}

// move is a change of the allocation's stock, for a posting.
func (a *allocation) move(line int, d ledger.Delta) ledger.Move {
	return ledger.Move{Key: a.key(), Line: line, Delta: d, Currency: a.site.currency, Rate: a.site.rate}
}

// tell changes the reservation in memory by a step, and notes it to be saved.
func (h *held) tell(e event) {
	r := h.row
	for _, n := range e.entries {
		n.part.DeductedQuantity += n.deducted
		n.part.ReleasedQuantity += n.released
		n.part.ShortQuantity += n.short
		r.DeductedQuantity += n.deducted
		r.ReleasedQuantity += n.released
		r.ShortQuantity += n.short
	}
	r.Version++
	r.UpdatedAt = e.at
	e.version = r.Version
	h.told = append(h.told, &e)
	h.close(e)
}

// close brings the state to what is left: a reservation is active as long as a
// stock holds something for it or owes it something.
func (h *held) close(e event) {
	r := h.row
	if h.open() > 0 || r.ShortQuantity > 0 {
		r.State, r.ClosedAt = stock.ReservationActive, nil
		return
	}
	switch {
	case e.action == stock.ReservationDoExpire:
		r.State = stock.ReservationExpired
	case r.DeductedQuantity > 0:
		r.State = stock.ReservationCompleted
	default:
		r.State = stock.ReservationReleased
	}
	r.ClosedAt = &e.at
}

// lock reads reservations, in the order of their ids, and keeps them as they are
// until the transaction ends. Those that do not exist are left out.
func lock(ctx context.Context, tx store.Tx, now time.Time, base string, ids []int64) ([]*held, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := tx.Ent.Reservation.Query().Where(page.In(entreservation.FieldID, ids), store.Lock).
		Order(ent.Asc(entreservation.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock reservations: %w", err)
	}
	return withParts(ctx, tx, now, base, rows)
}

// withParts reads the allocations of reservations that are locked.
func withParts(ctx context.Context, tx store.Tx, now time.Time, base string, rows []*ent.Reservation) ([]*held, error) {
	list, byID, ids := make([]*held, len(rows)), make(map[int64]*held, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		list[i] = &held{row: r, seen: r.Version}
		byID[r.ID], ids[i] = list[i], r.ID
	}
	res, err := tx.SQL.QueryContext(ctx, partsSQL[tx.Dialect], store.IDs(tx.Dialect, ids), base, fx.Day(now))
	if err != nil {
		return nil, fmt.Errorf("read allocations: %w", err)
	}
	defer res.Close()
	for res.Next() {
		a := new(allocation)
		var rate sql.NullInt64
		if err := res.Scan(&a.ID, &a.ReservationID, &a.LineID, &a.WarehouseID, &a.Sku, &a.BatchNo, &a.PerUnit, &a.Quantity,
			&a.DeductedQuantity, &a.ReleasedQuantity, &a.ShortQuantity, &a.lineNo, &a.lineSKU, &a.asked,
			&a.site.code, &a.site.currency, &rate); err != nil {
			return nil, err
		}
		a.site.rate = money.Rate(rate.Int64)
		h := byID[a.ReservationID]
		h.parts = append(h.parts, a)
	}
	return list, res.Err()
}

var partsSQL = map[string]string{
	dialect.Postgres: partsOf(dialect.Postgres, "a.reservation_id = ANY ($1)"),
	dialect.SQLite:   partsOf(dialect.SQLite, "a.reservation_id IN (SELECT value FROM json_each($1))"),
}

func partsOf(d, which string) string {
	return `SELECT a.id, a.reservation_id, a.line_id, a.warehouse_id, a.sku, a.batch_no, a.per_unit, a.quantity,
  a.deducted_quantity, a.released_quantity, a.short_quantity, l.line_no, l.sku, l.quantity, wh.code, wh.currency,
  CASE WHEN wh.currency = $2 THEN ` + parity + ` ELSE ` + fx.LatestSQL(d, "wh.currency", "$2", "$3") + ` END
FROM reservation_allocations a JOIN reservation_lines l ON l.id = a.line_id JOIN warehouses wh ON wh.id = a.warehouse_id
WHERE ` + which + ` ORDER BY a.id`
}

// keysOf are the stocks that reservations hold, in lock order.
func keysOf(list []*held) []ledger.Key {
	var keys []ledger.Key
	for _, h := range list {
		for _, a := range h.parts {
			if a.open() > 0 {
				keys = append(keys, a.key())
			}
		}
	}
	slices.SortFunc(keys, ledger.Key.Compare)
	return slices.Compact(keys)
}
