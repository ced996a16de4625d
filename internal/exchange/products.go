package exchange

import (
	"context"
	"fmt"

	"entrepot/internal/catalog"
	"entrepot/internal/money"
	"entrepot/internal/store"
)

// ensureSKUs is how many products are made in one transaction.
const ensureSKUs = 250

// ensure creates the products that are missing.
func (r *run) ensure(ctx context.Context) error {
	if err := r.stage.collect(ctx); err != nil {
		return err
	}
	for after := ""; ; {
		missing, err := r.stage.products(ctx, after, ensureSKUs, r.currency)
		if err != nil || len(missing) == 0 {
			return err
		}
		created, err := catalog.Ensure(ctx, r.s.db, store.Moment(r.s.now()), missing)
		r.sum.ProductsCreated += int64(created)
		if err != nil {
			return err
		}
		after = missing[len(missing)-1].SKU
	}
}

// collect makes the list of products that orders to be booked need: the name by
// the first line in time that has a description, the price by the first line.
func (st *stage) collect(ctx context.Context) error {
	if _, err := st.db.ExecContext(ctx, `INSERT INTO products
SELECT sku, max(CASE WHEN by_name = 1 THEN CASE description WHEN '' THEN sku ELSE rtrim(substr(description, 1, 200)) END END),
  max(CASE WHEN by_time = 1 THEN price END)
FROM (SELECT l.sku, l.description, l.price,
  row_number() OVER (PARTITION BY l.sku ORDER BY l.description = '', l.at, l.id) AS by_name,
  row_number() OVER (PARTITION BY l.sku ORDER BY l.at, l.id) AS by_time
  FROM lines l JOIN orders o ON o.order_no = l.order_no WHERE o.state = ?)
GROUP BY sku`, orderNew); err != nil {
		return fmt.Errorf("collect the SKUs: %w", err)
	}
	return nil
}

// products are the next ones after a SKU.
func (st *stage) products(ctx context.Context, after string, limit int, currency string) (_ []catalog.Missing, err error) {
	rows, err := st.db.QueryContext(ctx, "SELECT sku, name, price FROM products WHERE sku > ? ORDER BY sku LIMIT ?", after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []catalog.Missing
	for rows.Next() {
		m := catalog.Missing{PriceCurrency: currency}
		var price money.Amount
		if err := rows.Scan(&m.SKU, &m.Name, &price); err != nil {
			return nil, err
		}
		m.Price = &price
		out = append(out, m)
	}
	return out, rows.Err()
}
