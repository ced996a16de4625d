package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"entrepot/internal/store"
)

// A LATERAL with FOR UPDATE cannot become a hash join, and locks in the order
// of k.
const pgWorths = `
SELECT sc.* FROM (SELECT w, s FROM unnest($1::bigint[], $2::text[]) AS k(w, s) ORDER BY w, s COLLATE "C") AS k
CROSS JOIN LATERAL (
  SELECT id, warehouse_id, sku, quantity, value, version FROM stock_costs WHERE warehouse_id = k.w AND sku = k.s FOR UPDATE) AS sc`

func (postgres) worths(ctx context.Context, tx store.Tx, keys []costKey) (map[costKey]worth, error) {
	rows, err := tx.SQL.QueryContext(ctx, pgWorths, costKeyArgs(keys)...)
	if err != nil {
		return nil, fmt.Errorf("lock worths: %w", err)
	}
	defer rows.Close()
	found := make(map[costKey]worth, len(keys))
	for rows.Next() {
		var k costKey
		var c worth
		if err := rows.Scan(&c.id, &k.warehouseID, &k.sku, &c.quantity, &c.value, &c.version); err != nil {
			return nil, err
		}
		found[k] = c
	}
	return found, rows.Err()
}

// Sorted first, then locked: LockRows stands above the sort.
const pgLock = `
SELECT st.warehouse_id, st.sku, st.batch_no, st.physical_quantity, st.available_quantity, st.allocated_quantity,
  st.damaged_quantity, st.hold_quantity, st.in_transit_quantity, st.version
FROM stocks st JOIN unnest($1::bigint[], $2::text[], $3::text[]) AS k(w, s, b) ON (st.warehouse_id, st.sku, st.batch_no) = (k.w, k.s, k.b)
ORDER BY st.warehouse_id, st.sku, st.batch_no FOR UPDATE OF st`

func (postgres) lock(ctx context.Context, tx store.Tx, keys []Key) (map[Key]Balance, error) {
	w, s, b := keyColumns(keys)
	rows, err := tx.SQL.QueryContext(ctx, pgLock, w, s, b)
	if err != nil {
		return nil, fmt.Errorf("lock stocks: %w", err)
	}
	return scanBalances(rows)
}

func scanBalances(rows *sql.Rows) (map[Key]Balance, error) {
	defer rows.Close()
	found := map[Key]Balance{}
	for rows.Next() {
		var k Key
		var q Balance
		if err := rows.Scan(&k.WarehouseID, &k.SKU, &k.BatchNo, &q.Physical, &q.Available, &q.Allocated,
			&q.Damaged, &q.OnHold, &q.InTransit, &q.Version); err != nil {
			return nil, err
		}
		found[k] = q
	}
	return found, rows.Err()
}
