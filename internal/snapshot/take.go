package snapshot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect"

	entwarehouse "entrepot/ent/warehouse"
	"entrepot/ent/warehousesnapshot"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Guard is asked in every transaction before it writes; what it returns ends the
// work. Nil asks nobody.
type Guard func(ctx context.Context, tx store.Tx) error

// Take takes the days that ended until a moment, were not taken and can be (see
// [Service.Due]), oldest first, each in a transaction of its own, and returns how
// many rows it wrote. Days that others take at the same time are left to them.
//
// A warehouse of which a day cannot be taken holds up no other one; the error is
// returned at the end.
func (s *Service) Take(ctx context.Context, until time.Time, guard Guard) (rows int64, err error) {
	defer fault.Wrap(&err, "snapshot.Take")
	spans, err := s.due(ctx)
	errs := []error{err}
	stuck := map[int64]bool{}
	for i, d := range spans {
		if d.until.After(until) || i == mostDays {
			break
		}
		if stuck[d.place.id] { // its days are taken in order or not at all
			continue
		}
		n, err := s.take(ctx, d, guard)
		if rows += n; err != nil {
			stuck[d.place.id] = true
			errs = append(errs, fmt.Errorf("warehouse %s, day %s: %w", d.place.code, d.day.Format(time.DateOnly), err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return rows, errors.Join(errs...)
}

// take writes the rows of one day of one warehouse: as many statements as for any
// other, over the movements of that day.
func (s *Service) take(ctx context.Context, d span, guard Guard) (rows int64, err error) {
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		rows = 0
		if guard != nil {
			if err := guard(ctx, tx); err != nil {
				return err
			}
		}
		// Whoever takes days of this warehouse does it one after the other.
		w, err := tx.Ent.Warehouse.Query().Where(entwarehouse.ID(d.place.id), store.Lock).Only(ctx)
		if err != nil {
			return err
		}
		taken, err := tx.Ent.WarehouseSnapshot.Query().
			Where(warehousesnapshot.WarehouseID(w.ID), warehousesnapshot.DayGTE(d.day)).Exist(ctx)
		if err != nil || taken {
			return err
		}
		if tx.Dialect == dialect.Postgres {
			// A plan for any day would not know how few of the journal's rows it is.
			if _, err := tx.SQL.ExecContext(ctx, "SET LOCAL plan_cache_mode = force_custom_plan"); err != nil {
				return err
			}
		}
		now := store.Moment(s.now())
		for _, stmt := range []struct {
			sql  string
			args []any
		}{
			{takeStocks, []any{d.day, w.ID, d.after, d.until}},
			{takeCosts, []any{w.ID, d.day, d.after, d.until}},
			{takeWarehouse, []any{w.ID, d.day, d.until, now, w.Currency, d.after}},
		} {
			res, err := tx.SQL.ExecContext(ctx, stmt.sql, stmt.args...)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			rows += n
		}
		return nil
	})
	return rows, err
}

// The movements of a day are found by when they were recorded. The + keeps the
// indexes that begin with the warehouse out of it: they would find every movement
// that it ever had.

// The last movement of a stock until midnight tells what it then held: recorded
// times never run back within a stock.
const takeStocks = `
INSERT INTO stock_snapshots (warehouse_id, stock_id, day, sku, batch_no,
  physical_quantity, available_quantity, allocated_quantity, damaged_quantity, hold_quantity, in_transit_quantity)
SELECT m.warehouse_id, m.stock_id, $1, m.sku, m.batch_no,
  m.physical_after, m.available_after, m.allocated_after, m.damaged_after, m.hold_after, m.in_transit_after
FROM (SELECT stock_id, max(stock_version) AS version FROM stock_movements
  WHERE +warehouse_id = $2 AND recorded_at > $3 AND recorded_at <= $4 GROUP BY stock_id) x
JOIN stock_movements m ON m.stock_id = x.stock_id AND m.stock_version = x.version`

// Worths are summed: the movements of one SKU, which lie in several stocks, may
// be valued in another order than they are recorded in, so that the value after
// the last one until midnight may contain one from after it.
const takeCosts = `
INSERT INTO cost_snapshots (warehouse_id, sku, day, quantity, value)
SELECT $1, m.sku, $2,
  m.quantity + coalesce((SELECT c.quantity FROM cost_snapshots c WHERE c.warehouse_id = $1 AND c.sku = m.sku ORDER BY c.day DESC LIMIT 1), 0),
  m.value + coalesce((SELECT c.value FROM cost_snapshots c WHERE c.warehouse_id = $1 AND c.sku = m.sku ORDER BY c.day DESC LIMIT 1), 0)
FROM (SELECT sku, sum(quantity_delta) AS quantity, sum(value_delta) AS value FROM stock_movements
  WHERE +warehouse_id = $1 AND recorded_at > $3 AND recorded_at <= $4 AND cost_version IS NOT NULL GROUP BY sku) m`

// The totals are those of the day before and what the day's movements changed.
const takeWarehouse = `
INSERT INTO warehouse_snapshots (warehouse_id, day, as_of, taken_at, currency, sku_count,
  physical_quantity, available_quantity, allocated_quantity, damaged_quantity, hold_quantity, in_transit_quantity, value)
SELECT $1, $2, $3, $4, $5, coalesce(p.sku_count, 0) + k.skus,
  coalesce(p.physical_quantity, 0) + m.physical, coalesce(p.available_quantity, 0) + m.available,
  coalesce(p.allocated_quantity, 0) + m.allocated, coalesce(p.damaged_quantity, 0) + m.damaged,
  coalesce(p.hold_quantity, 0) + m.hold, coalesce(p.in_transit_quantity, 0) + m.in_transit, coalesce(p.value, 0) + m.value
FROM (SELECT coalesce(sum(quantity_delta), 0) AS physical, coalesce(sum(available_delta), 0) AS available,
    coalesce(sum(allocated_delta), 0) AS allocated, coalesce(sum(damaged_delta), 0) AS damaged,
    coalesce(sum(hold_delta), 0) AS hold, coalesce(sum(in_transit_delta), 0) AS in_transit, coalesce(sum(value_delta), 0) AS value
  FROM stock_movements WHERE +warehouse_id = $1 AND recorded_at > $6 AND recorded_at <= $3) m
CROSS JOIN (SELECT coalesce(sum(CASE WHEN c.quantity > 0 THEN 1 ELSE 0 END
    - CASE WHEN (SELECT b.quantity FROM cost_snapshots b WHERE b.warehouse_id = $1 AND b.sku = c.sku AND b.day < $2 ORDER BY b.day DESC LIMIT 1) > 0
      THEN 1 ELSE 0 END), 0) AS skus
  FROM cost_snapshots c WHERE c.warehouse_id = $1 AND c.day = $2) k
LEFT JOIN warehouse_snapshots p ON p.warehouse_id = $1 AND p.as_of = $6`
