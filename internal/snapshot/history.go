package snapshot

import (
	"context"
	"strings"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// MaxDays is how many days a [History] tells at most.
const MaxDays = 400

// StockDay is what a stock held when a day ended.
type StockDay struct {
	Day time.Time
	ledger.Quantities
}

// HistoryQuery asks for the days of one stock.
type HistoryQuery struct {
	SKU, WarehouseCode string
	// BatchNo is nil for the sum over all batches.
	BatchNo *string
	// From and To are days, both included.
	From, To time.Time
}

// History is what a stock held at the end of each day that was taken, oldest
// first: on days without a row, what its latest row before tells. It is empty when
// there is no such warehouse. Ends with Forbidden without stock:view, with BadRequest
// for more than MaxDays and for a range that ends before it begins.
func History(ctx context.Context, db *store.DB, q HistoryQuery) (_ []*StockDay, err error) {
	defer fault.Wrap(&err, "snapshot.History")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	switch days := q.To.Sub(q.From).Hours()/24 + 1; {
	case days < 1:
		return nil, fault.Stop(fault.BadRequest, "from is later than to")
	case days > MaxDays:
		return nil, fault.Stop(fault.BadRequest, "from and to are %.0f days, at most %d are told at once", days, MaxDays)
	}
	ids, err := warehouseIDs(ctx, db, q.WarehouseCode)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	// Days first: one that is taken in between may have changes and not be told, but
	// never be told without them.
	days, err := q.taken(ctx, db, ids[0])
	if err != nil {
		return nil, err
	}
	changes, err := q.changes(ctx, db, ids[0])
	if err != nil {
		return nil, err
	}
	out := make([]*StockDay, 0, len(days))
	var held ledger.Quantities
	for _, day := range days {
		for len(changes) > 0 && !changes[0].Day.After(day) {
			held, changes = plus(held, changes[0].Quantities), changes[1:]
		}
		out = append(out, &StockDay{day, held})
	}
	return out, nil
}

func (q HistoryQuery) taken(ctx context.Context, db *store.DB, warehouse int64) (days []time.Time, err error) {
	rows, err := db.SQL().QueryContext(ctx, `SELECT day FROM warehouse_snapshots WHERE warehouse_id = $1 AND day >= $2 AND day <= $3 ORDER BY day`,
		warehouse, q.From, q.To)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var day store.Time
		if err := rows.Scan(&day); err != nil {
			return nil, err
		}
		days = append(days, day.UTC())
	}
	return days, rows.Err()
}

// What all stocks of a SKU, or one of them, changed by on each day, those before
// the first day together on the day before it.
const changesSQL = `
SELECT day, sum(physical), sum(available), sum(allocated), sum(damaged), sum(hold), sum(in_transit) FROM (
  SELECT CASE WHEN s.day < $1 THEN $2 ELSE s.day END AS day,
    s.physical_quantity - lag(s.physical_quantity, 1, 0) OVER o AS physical, s.available_quantity - lag(s.available_quantity, 1, 0) OVER o AS available,
    s.allocated_quantity - lag(s.allocated_quantity, 1, 0) OVER o AS allocated, s.damaged_quantity - lag(s.damaged_quantity, 1, 0) OVER o AS damaged,
    s.hold_quantity - lag(s.hold_quantity, 1, 0) OVER o AS hold, s.in_transit_quantity - lag(s.in_transit_quantity, 1, 0) OVER o AS in_transit
  FROM stocks st JOIN stock_snapshots s ON s.stock_id = st.id
  WHERE s.day <= $3 AND st.warehouse_id = $4 AND st.sku = $5 AND ($6 OR st.batch_no = $7)
  WINDOW o AS (PARTITION BY s.stock_id ORDER BY s.day)) changes
GROUP BY day ORDER BY day`

func (q HistoryQuery) changes(ctx context.Context, db *store.DB, warehouse int64) (out []StockDay, err error) {
	all, batch := q.BatchNo == nil, ""
	if !all {
		batch = strings.TrimSpace(*q.BatchNo)
	}
	rows, err := db.SQL().QueryContext(ctx, changesSQL, q.From, q.From.AddDate(0, 0, -1), q.To, warehouse, catalog.SKU(q.SKU), all, batch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var day store.Time
		var d StockDay
		if err := rows.Scan(&day, &d.Physical, &d.Available, &d.Allocated, &d.Damaged, &d.OnHold, &d.InTransit); err != nil {
			return nil, err
		}
		d.Day = day.UTC()
		out = append(out, d)
	}
	return out, rows.Err()
}

func plus(a, b ledger.Quantities) ledger.Quantities {
	return ledger.Quantities{
		Physical: a.Physical + b.Physical, Available: a.Available + b.Available, Allocated: a.Allocated + b.Allocated,
		Damaged: a.Damaged + b.Damaged, OnHold: a.OnHold + b.OnHold, InTransit: a.InTransit + b.InTransit,
	}
}
