package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"entrepot/ent"
	"entrepot/internal/store"
)

// sqlite writes row by row: a prepared, guarded statement per key is faster
// there than a set, and there is one writer at a time, so nothing races.
type sqlite struct{}

const liteUpdate = `
UPDATE stocks SET physical_quantity = physical_quantity + ?4, allocated_quantity = allocated_quantity + ?5,
  damaged_quantity = damaged_quantity + ?6, hold_quantity = hold_quantity + ?7, in_transit_quantity = in_transit_quantity + ?8,
  available_quantity = available_quantity + ?9, version = version + ?12, changed_at = max(changed_at, ?10)
WHERE warehouse_id = ?1 AND sku = ?2 AND batch_no = ?3
  AND min(physical_quantity + ?4, allocated_quantity + ?5, damaged_quantity + ?6, hold_quantity + ?7,
    in_transit_quantity + ?8, available_quantity + ?9) >= 0
  AND (?11 = -1 OR ?11 = version)
RETURNING id, physical_quantity, available_quantity, allocated_quantity, damaged_quantity, hold_quantity, in_transit_quantity, version, changed_at,
  (SELECT tracks_locations FROM warehouses WHERE id = ?1)`

const liteInsert = `
INSERT INTO stocks (warehouse_id, sku, batch_no, physical_quantity, allocated_quantity, damaged_quantity, hold_quantity,
  in_transit_quantity, available_quantity, version, changed_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?12, ?10
WHERE min(?4, ?5, ?6, ?7, ?8, ?9) >= 0 AND ?11 <= 0
ON CONFLICT (warehouse_id, sku, batch_no) DO NOTHING
RETURNING id, physical_quantity, available_quantity, allocated_quantity, damaged_quantity, hold_quantity, in_transit_quantity, version, changed_at,
  (SELECT tracks_locations FROM warehouses WHERE id = ?1)`

func (l sqlite) change(ctx context.Context, tx store.Tx, now time.Time, changes []change, goods []costKey) ([]written, map[costKey]worth, error) {
	if now.IsZero() {
		now = store.Moment(time.Now()) // the writer's lock is held already
	}
	taken := make([]written, 0, len(changes))
	for _, c := range changes {
		d := c.delta
		args := []any{
			c.WarehouseID, c.SKU, c.BatchNo, d.Physical, d.Allocated, d.Damaged, d.OnHold, d.InTransit, d.Available(), now, c.expects, len(c.parts),
		}
		r := written{Key: c.Key}
		err := scanWritten(tx.SQL.QueryRowContext(ctx, liteUpdate, args...), &r)
		if errors.Is(err, sql.ErrNoRows) {
			err = scanWritten(tx.SQL.QueryRowContext(ctx, liteInsert, args...), &r)
		}
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("change stock: %w", err)
		}
		taken = append(taken, r)
	}
	if len(taken) < len(changes) {
		return taken, nil, nil
	}
	worths, err := l.worths(ctx, tx, goods)
	return taken, worths, err
}

func (sqlite) worths(ctx context.Context, tx store.Tx, keys []costKey) (map[costKey]worth, error) {
	found := make(map[costKey]worth, len(keys))
	for _, k := range keys {
		var w worth
		err := tx.SQL.QueryRowContext(ctx, "SELECT id, quantity, value, version FROM stock_costs WHERE warehouse_id = ? AND sku = ?",
			k.warehouseID, k.sku).Scan(&w.id, &w.quantity, &w.value, &w.version)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return nil, fmt.Errorf("read worth: %w", err)
		default:
			found[k] = w
		}
	}
	return found, nil
}

func scanWritten(row *sql.Row, r *written) error {
	var at store.Time
	q := &r.after
	err := row.Scan(&r.stockID, &q.Physical, &q.Available, &q.Allocated, &q.Damaged, &q.OnHold, &q.InTransit, &q.Version, &at, &r.tracked)
	r.at = store.Moment(at.Time)
	return err
}

func (sqlite) record(ctx context.Context, tx store.Tx, postings []Posting, posted []Posted, worths map[costKey]worth, bins []binRow) error {
	touched := map[costKey]worth{}
	for i, p := range postings {
		if _, err := tx.SQL.ExecContext(ctx, `
INSERT INTO postings (id, kind, operation, actor_id, reason_code, note, request_id, base_currency, document_id, reverses_id,
  occurred_at, recorded_at, transaction_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
			p.ID, p.Kind, p.Operation, p.ActorID, p.ReasonCode, p.Note, p.RequestID, p.BaseCurrency, p.DocumentID, p.ReversesID,
			p.OccurredAt, posted[i].recordedAt()); err != nil {
			return fmt.Errorf("record posting: %w", err)
		}
		for _, m := range posted[i].Movements {
			if err := liteMovement(ctx, tx, m); err != nil {
				return fmt.Errorf("record movement: %w", err)
			}
			if m.CostVersion != nil {
				key := costKey{m.WarehouseID, m.Sku}
				touched[key] = worths[key]
			}
		}
	}
	for _, k := range sortedCostKeys(touched) {
		w := touched[k]
		if _, err := tx.SQL.ExecContext(ctx, `
INSERT INTO stock_costs (warehouse_id, sku, quantity, value, version) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (warehouse_id, sku) DO UPDATE SET quantity = excluded.quantity, value = excluded.value, version = excluded.version`,
			k.warehouseID, k.sku, w.quantity, int64(w.value), w.version); err != nil {
			return fmt.Errorf("record worth: %w", err)
		}
	}
	return liteBins(ctx, tx, bins)
}

func liteMovement(ctx context.Context, tx store.Tx, m *ent.StockMovement) error {
	return tx.SQL.QueryRowContext(ctx, `
INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, batch_no, kind,
  quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
  physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		m.PostingID, m.WarehouseID, m.StockID, m.Sku, m.BatchNo, m.Kind,
		m.QuantityDelta, m.AvailableDelta, m.AllocatedDelta, m.DamagedDelta, m.HoldDelta, m.InTransitDelta,
		m.PhysicalAfter, m.AvailableAfter, m.AllocatedAfter, m.DamagedAfter, m.HoldAfter, m.InTransitAfter, m.StockVersion,
		(*int64)(m.UnitCost), m.Currency, int64(m.ExchangeRate), int64(m.ValueDelta),
		m.CostQuantityAfter, (*int64)(m.CostValueAfter), m.CostVersion, m.OccurredAt, m.RecordedAt).Scan(&m.ID)
}

// recordedAt is the latest recorded_at of the movements.
func (p Posted) recordedAt() time.Time {
	return slices.MaxFunc(p.Movements, func(a, b *ent.StockMovement) int { return a.RecordedAt.Compare(b.RecordedAt) }).RecordedAt
}

func sortedCostKeys(worths map[costKey]worth) []costKey {
	return slices.SortedFunc(maps.Keys(worths), func(a, b costKey) int {
		return cmp.Or(cmp.Compare(a.warehouseID, b.warehouseID), cmp.Compare(a.sku, b.sku))
	})
}

func (sqlite) lock(ctx context.Context, tx store.Tx, keys []Key) (map[Key]Balance, error) {
	found := make(map[Key]Balance, len(keys))
	for _, k := range keys {
		var q Balance
		err := tx.SQL.QueryRowContext(ctx, `
SELECT physical_quantity, available_quantity, allocated_quantity, damaged_quantity, hold_quantity, in_transit_quantity, version
FROM stocks WHERE warehouse_id = ? AND sku = ? AND batch_no = ?`, k.WarehouseID, k.SKU, k.BatchNo).
			Scan(&q.Physical, &q.Available, &q.Allocated, &q.Damaged, &q.OnHold, &q.InTransit, &q.Version)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return nil, fmt.Errorf("read stock: %w", err)
		default:
			found[k] = q
		}
	}
	return found, nil
}
