package document

import (
	"context"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/store"
)

// Value is what the goods that a document moved were worth in one warehouse, less
// what was taken back.
type Value struct {
	WarehouseID int64
	Currency    string
	// Received is what goods that came were worth, with the landed costs that they
	// bear; Consumed what those that left had cost, at the moving average.
	Received, Consumed money.Amount
	// Expensed are landed costs of goods that had left before their bills came.
	Expensed money.Amount
}

// ValuesOf are the values that these documents moved, by warehouse, in one
// statement. People without document:view or cost:view get none.
func ValuesOf(ctx context.Context, db *store.DB, documents []int64) (_ map[int64][]*Value, err error) {
	defer fault.Wrap(&err, "document.ValuesOf")
	if p := auth.From(ctx); !p.Can(auth.DocumentView) || !p.Can(auth.CostView) {
		return nil, nil
	}
	p := store.Params{Dialect: db.Dialect()}
	// A reversal gives back what the other way had moved: its units go against those of
	// the posting that it takes back, so it counts on the other side of the sign.
	rows, err := db.SQL().QueryContext(ctx, `SELECT x.document_id, x.warehouse_id, w.currency, sum(x.received), sum(x.consumed), sum(x.expensed) FROM (
  SELECT p.document_id, m.warehouse_id, 0 AS expensed,
    CASE WHEN (m.quantity_delta >= 0) = (p.reverses_id IS NULL) OR m.quantity_delta = 0 THEN m.value_delta ELSE 0 END AS received,
    CASE WHEN (m.quantity_delta >= 0) = (p.reverses_id IS NULL) OR m.quantity_delta = 0 THEN 0 ELSE -m.value_delta END AS consumed
  FROM postings p JOIN stock_movements m ON m.posting_id = p.id WHERE `+p.AmongIDs("p.document_id", documents)+`
  UNION ALL
  SELECT c.document_id, coalesce(d.target_warehouse_id, d.warehouse_id), l.expensed, 0, 0
  FROM landed_costs c JOIN landed_cost_lines l ON l.landed_cost_id = c.id JOIN documents d ON d.id = c.document_id
  WHERE c.reversed_at IS NULL AND `+p.AmongIDs("c.document_id", documents)+`) x JOIN warehouses w ON w.id = x.warehouse_id
GROUP BY x.document_id, x.warehouse_id, w.currency ORDER BY x.document_id, x.warehouse_id`, p.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64][]*Value{}
	for rows.Next() {
		var document int64
		v := &Value{}
		if err := rows.Scan(&document, &v.WarehouseID, &v.Currency, &v.Received, &v.Consumed, &v.Expensed); err != nil {
			return nil, err
		}
		out[document] = append(out[document], v)
	}
	return out, rows.Err()
}
