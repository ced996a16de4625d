package ledger_test

import (
	"context"
	"time"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"

	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// plainly writes the rows that an import writes and knows nothing: no guard, no
// lock order, no values. It is what the databases and their drivers take for
// the rows alone; a set per table on PostgreSQL, a statement per row on SQLite.
func (b *bundle) plainly(tx store.Tx, postings []ledger.Posting) error {
	if tx.Dialect == dialect.Postgres {
		return plainSets(b.t.Context(), tx, postings)
	}
	return plainRows(b.t.Context(), tx, postings)
}

func plainSets(ctx context.Context, tx store.Tx, postings []ledger.Posting) error {
	var posting, warehouse, delta pq.Int64Array
	var sku pq.StringArray
	sums := map[ledger.Key]int64{}
	for i, p := range postings {
		for _, m := range p.Moves {
			posting, warehouse = append(posting, int64(i+1)), append(warehouse, m.WarehouseID)
			delta, sku = append(delta, m.Delta.Physical), append(sku, m.SKU)
			sums[m.Key] += m.Delta.Physical
		}
	}
	var sumWarehouse, sumDelta pq.Int64Array
	var sumSKU pq.StringArray
	for k, d := range sums {
		sumWarehouse, sumSKU, sumDelta = append(sumWarehouse, k.WarehouseID), append(sumSKU, k.SKU), append(sumDelta, d)
	}
	if _, err := tx.SQL.ExecContext(ctx, `
UPDATE stocks SET physical_quantity = physical_quantity + d, available_quantity = available_quantity + d, version = version + 10
FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS u(w, s, d) WHERE warehouse_id = w AND sku = s AND batch_no = ''`,
		sumWarehouse, sumSKU, sumDelta); err != nil {
		return err
	}
	if _, err := tx.SQL.ExecContext(ctx, `
UPDATE stock_costs SET quantity = quantity + d, value = value + d, version = version + 1
FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS u(w, s, d) WHERE warehouse_id = w AND sku = s`,
		sumWarehouse, sumSKU, sumDelta); err != nil {
		return err
	}
	_, err := tx.SQL.ExecContext(ctx, `
WITH ids AS MATERIALIZED (
  SELECT i, nextval('postings_id_seq') AS id FROM generate_series(1, $1::bigint) AS i
), po AS (
  INSERT INTO postings (id, kind, operation, actor_id, base_currency, occurred_at, recorded_at, transaction_id)
  SELECT id, 'ADJUSTMENT', 'plain', $6, 'CNY', $7, $7, pg_current_xact_id()::text::bigint FROM ids
)
INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, batch_no, kind,
  quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
  physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at)
SELECT ids.id, w, -ids.id, s, '', 'ADJUSTMENT', d, d, 0, 0, 0, 0, 5, 5, 0, 0, 0, 0, n, 1, 'CNY', 1, 1, 1, 1, 1, $7, $7
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[]) WITH ORDINALITY AS u(i, w, s, d, n) JOIN ids USING (i)`,
		len(postings), posting, warehouse, sku, delta, postings[0].ActorID, start)
	return err
}

func plainRows(ctx context.Context, tx store.Tx, postings []ledger.Posting) error {
	n := 0
	for _, p := range postings {
		var id int64
		if err := tx.SQL.QueryRowContext(ctx, `
INSERT INTO postings (kind, operation, actor_id, base_currency, occurred_at, recorded_at, transaction_id)
VALUES ('ADJUSTMENT', 'plain', ?, 'CNY', ?, ?, 0) RETURNING id`, p.ActorID, p.OccurredAt, p.OccurredAt).Scan(&id); err != nil {
			return err
		}
		for _, m := range p.Moves {
			n++
			if err := plainRow(ctx, tx, id, n, m, p.OccurredAt); err != nil {
				return err
			}
		}
	}
	return nil
}

func plainRow(ctx context.Context, tx store.Tx, posting int64, n int, m ledger.Move, at time.Time) error {
	_, err := tx.SQL.ExecContext(ctx, `
INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, batch_no, kind,
  quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
  physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at)
VALUES (?, ?, ?, ?, '', 'ADJUSTMENT', -1, -1, 0, 0, 0, 0, 5, 5, 0, 0, 0, 0, ?, 1, 'CNY', 1, 1, 1, 1, 1, ?, ?)`,
		posting, m.WarehouseID, -posting, m.SKU, n, at, at)
	if err != nil || n > saleStocks {
		return err // the lines before have sold every stock once
	}
	if _, err := tx.SQL.ExecContext(ctx, `
UPDATE stocks SET physical_quantity = physical_quantity - 1, available_quantity = available_quantity - 1, version = version + 1
WHERE warehouse_id = ? AND sku = ? AND batch_no = ''`, m.WarehouseID, m.SKU); err != nil {
		return err
	}
	_, err = tx.SQL.ExecContext(ctx, `
UPDATE stock_costs SET quantity = quantity - 1, value = value - 1, version = version + 1 WHERE warehouse_id = ? AND sku = ?`,
		m.WarehouseID, m.SKU)
	return err
}
