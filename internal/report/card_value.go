package report

import (
	"context"
	"fmt"

	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/store"
)

// valueAt is what the goods of a card of all batches were worth at a stand. Up to
// the first movement that does not count the ledger has kept it; only movements
// that were numbered after that one and count nevertheless, because they were
// recorded before the others, are added.
func (c *Card) valueAt(ctx context.Context, s stand) (*money.Amount, error) {
	first := c.head + 1
	if s.next.Valid {
		first = min(first, s.next.Int64)
	}
	value, err := c.valueAhead(ctx, first)
	if err != nil {
		return nil, err
	}
	if s.last.Int64 > first {
		p := store.Params{Dialect: c.db.Dialect()}
		var more money.Amount
		err := c.db.SQL().QueryRowContext(ctx, `
SELECT coalesce(sum(m.value_delta), 0) FROM stock_movements m
WHERE m.warehouse_id = `+p.Add(c.WarehouseID)+` AND m.sku = `+p.Add(c.SKU)+` AND m.id > `+p.Add(first)+` AND m.id <= `+p.Add(s.last.Int64)+`
  AND `+s.condition(&p), p.Values...).Scan(&more)
		if err != nil {
			return nil, fmt.Errorf("add up values: %w", err)
		}
		value += more
	}
	return &value, nil
}

// valueAhead is what the SKU was worth after the movements with an id below first.
//
// The worth goes through a posting in an order of its own, goods that arrive
// first, and through postings in the order of their ids, which are drawn while it
// is locked. So it is known where the last posting ended that began before first;
// what that one did from first on is taken off. Movements that leave the worth
// alone, such as promises, are passed over on the way there.
func (c *Card) valueAhead(ctx context.Context, first int64) (value money.Amount, err error) {
	defer fault.Wrap(&err, "report.Card.valueAhead")
	p := store.Params{Dialect: c.db.Dialect()}
	ofSKU := "m.warehouse_id = " + p.Add(c.WarehouseID) + " AND m.sku = " + p.Add(c.SKU) + " AND m.cost_version IS NOT NULL"
	rows, err := c.db.SQL().QueryContext(ctx, `
SELECT m.id, m.value_delta, m.cost_value_after FROM stock_movements m
WHERE `+ofSKU+` AND m.posting_id = (SELECT m.posting_id FROM stock_movements m WHERE `+ofSKU+` AND m.id < `+p.Add(first)+` ORDER BY m.id DESC LIMIT 1)
ORDER BY m.cost_version`, p.Values...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var notYet money.Amount
	for rows.Next() {
		var id int64
		var delta money.Amount
		if err := rows.Scan(&id, &delta, &value); err != nil {
			return 0, err
		}
		if id >= first {
			notYet += delta
		}
	}
	return value - notYet, rows.Err()
}
