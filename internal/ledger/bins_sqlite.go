package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"entrepot/internal/store"
)

// What pgFloor reads. There is one writer, so nothing needs to be held.
const liteFloor = `
WITH held AS MATERIALIZED (
  SELECT ls.location_id, ls.stock_id, ls.quantity, ls.version FROM json_each(?1) s CROSS JOIN location_stocks ls ON ls.stock_id = s.value
), was AS MATERIALIZED (
  SELECT m.posting_id, m.location_id, m.stock_id, m.quantity_delta FROM json_each(?3) p CROSS JOIN stock_location_movements m ON m.posting_id = p.value
), ids AS MATERIALIZED (
  SELECT location_id AS id FROM held UNION SELECT location_id FROM was UNION SELECT value FROM json_each(?4) UNION SELECT value FROM json_each(?5)
  UNION SELECT l.id FROM json_each(?2) w CROSS JOIN warehouse_locations l ON l.warehouse_id = w.value AND l.type IN ('RECEIVE', 'DAMAGED')
)
SELECT 'bin', l.id, l.warehouse_id, l.max_volume_cm3, 0, l.code, l.type, l.status, l.is_locked, l.allow_mixing, NULL
FROM ids CROSS JOIN warehouse_locations l ON l.id = ids.id
UNION ALL SELECT 'held', location_id, stock_id, quantity, version, '', '', '', false, false, NULL FROM held
UNION ALL SELECT 'was', location_id, stock_id, quantity_delta, posting_id, '', '', '', false, false, NULL FROM was`

func (sqlite) floor(ctx context.Context, tx store.Tx, s sight) (*floor, error) {
	args := make([]any, 5)
	for i, ids := range [][]int64{s.stocks, s.warehouses, s.reverses, s.named, s.into} {
		args[i] = jsonIDs(ids)
	}
	rows, err := tx.SQL.QueryContext(ctx, liteFloor, args...)
	if err != nil {
		return nil, fmt.Errorf("read bins: %w", err)
	}
	f, err := scanFloor(rows)
	if err == nil {
		f.at = store.Time{Time: store.Moment(time.Now())} // the writer's lock is held already
	}
	return f, err
}

const liteShared = `
SELECT l.location_id, l.stock_id, l.quantity, s.sku, p.length_mm * p.width_mm * p.height_mm
FROM json_each(?1) b CROSS JOIN location_stocks l ON l.location_id = b.value AND l.quantity > 0
CROSS JOIN stocks s ON s.id = l.stock_id CROSS JOIN products p ON p.sku = s.sku
UNION ALL
SELECT 0, 0, 0, p.sku, p.length_mm * p.width_mm * p.height_mm FROM products p WHERE p.sku IN (SELECT value FROM json_each(?2))`

func (sqlite) shared(ctx context.Context, tx store.Tx, bins []int64, skus []string) (crowd, error) {
	rows, err := tx.SQL.QueryContext(ctx, liteShared, jsonIDs(bins), store.Strings(tx.Dialect, skus))
	if err != nil {
		return crowd{}, fmt.Errorf("read what shares bins: %w", err)
	}
	return scanCrowd(rows)
}

func jsonIDs(ids []int64) string {
	if ids == nil {
		return "[]"
	}
	raw, _ := json.Marshal(ids) // numbers do not fail
	return string(raw)
}

// liteBins writes what lies in bins, and their journal.
func liteBins(ctx context.Context, tx store.Tx, rows []binRow) error {
	for _, r := range last(rows) {
		if _, err := tx.SQL.ExecContext(ctx, `
INSERT INTO location_stocks (warehouse_id, location_id, stock_id, quantity, version, changed_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (location_id, stock_id) DO UPDATE SET quantity = excluded.quantity, version = excluded.version, changed_at = excluded.changed_at`,
			r.warehouseID, r.location, r.stock, r.after.quantity, r.after.version, r.at.Time); err != nil {
			return fmt.Errorf("record bin: %w", err)
		}
	}
	for _, r := range rows {
		if _, err := tx.SQL.ExecContext(ctx, `
INSERT INTO stock_location_movements (posting_id, warehouse_id, location_id, stock_id, quantity_delta, quantity_after, location_version,
  occurred_at, recorded_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.posting.ID, r.warehouseID, r.location, r.stock, r.delta, r.after.quantity, r.after.version,
			r.posting.OccurredAt, r.at.Time); err != nil {
			return fmt.Errorf("record bin movement: %w", err)
		}
	}
	return nil
}

func (sqlite) relocate(ctx context.Context, tx store.Tx, p Posting, bins []binRow) error {
	if _, err := tx.SQL.ExecContext(ctx, `
INSERT INTO postings (id, kind, operation, actor_id, reason_code, note, request_id, base_currency, document_id, reverses_id,
  occurred_at, recorded_at, transaction_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`, p.args(bins)...); err != nil {
		return fmt.Errorf("record relocation: %w", err)
	}
	return liteBins(ctx, tx, bins)
}
