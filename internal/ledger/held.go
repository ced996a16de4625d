package ledger

import (
	"context"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// HeldBy is how many units of stocks the postings of some operations put on hold
// and nobody took away since; stocks without any are not in the map. Lock the
// stocks before.
//
// The journal tells: each such posting adds what it moved, and whenever fewer units
// than that were left on hold, they were all that was left of it. So what others put
// on hold goes first when units leave the bucket, and what is there for two reasons
// is never given free twice.
func HeldBy(ctx context.Context, tx store.Tx, operations []string, stocks []Key) (_ map[Key]int64, err error) {
	defer fault.Wrap(&err, "ledger.HeldBy")
	p := store.Params{Dialect: tx.Dialect}
	keys, err := store.Given(&p, []store.Column[Key]{
		{Name: "warehouse_id", Type: "bigint", Value: func(k Key) any { return k.WarehouseID }},
		{Name: "sku", Type: "text", Value: func(k Key) any { return k.SKU }},
		{Name: "batch_no", Type: "text", Value: func(k Key) any { return k.BatchNo }},
	}, stocks)
	if err != nil {
		return nil, err
	}
	rows, err := tx.SQL.QueryContext(ctx, `SELECT warehouse_id, sku, batch_no, CAST(sum(own) AS bigint), CAST(min(hold_after - own_so_far) AS bigint) FROM (
  SELECT m.warehouse_id, m.sku, m.batch_no, m.hold_after, m.own, sum(m.own) OVER (PARTITION BY m.stock_id ORDER BY m.stock_version) AS own_so_far FROM (
    SELECT m.stock_id, m.stock_version, m.warehouse_id, m.sku, m.batch_no, m.hold_after, CASE WHEN `+p.Among("p.operation", operations)+` THEN m.hold_delta ELSE 0 END AS own
    FROM `+keys+` AS k JOIN stocks s ON s.warehouse_id = k.warehouse_id AND s.sku = k.sku AND s.batch_no = k.batch_no
    JOIN stock_movements m ON m.stock_id = s.id JOIN postings p ON p.id = m.posting_id) m) m
GROUP BY warehouse_id, sku, batch_no`, p.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	held := map[Key]int64{}
	for rows.Next() {
		var k Key
		var own, least int64
		if err := rows.Scan(&k.WarehouseID, &k.SKU, &k.BatchNo, &own, &least); err != nil {
			return nil, err
		}
		if n := own + min(0, least); n > 0 {
			held[k] = n
		}
	}
	return held, rows.Err()
}
