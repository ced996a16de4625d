package main

import (
	"database/sql"
	"net/http"
)

// One product after the other, until there are enough: grouping all stocks takes
// ten times as long.
const lowSQL = `SELECT p.sku, p.name, p.min_stock, p.max_stock, s.available,
  CASE WHEN s.available >= p.min_stock THEN 'ABOVE_MAX' WHEN s.available = 0 THEN 'OUT_OF_STOCK' ELSE 'BELOW_MIN' END
FROM products p CROSS JOIN LATERAL (
  SELECT coalesce(sum(physical_quantity), 0) AS physical, coalesce(sum(available_quantity), 0) AS available
  FROM stocks WHERE sku = p.sku AND warehouse_id IN (SELECT id FROM warehouses WHERE category = 'PHYSICAL')) s
WHERE p.status = 'ACTIVE' AND (s.available < p.min_stock OR s.physical > p.max_stock) ORDER BY p.sku LIMIT 50`

type low struct {
	SKU       string `json:"sku"`
	Product   name   `json:"product"`
	State     string `json:"state"`
	Available int64  `json:"available"`
	Min       int64  `json:"min"`
	Max       *int64 `json:"max"`
}

type name struct {
	Name string `json:"name"`
}

func lowStock(statement *sql.Stmt, r *http.Request) (any, error) {
	rows, err := statement.QueryContext(r.Context())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out struct {
		Nodes []low `json:"nodes"`
	}
	for rows.Next() {
		var l low
		if err := rows.Scan(&l.SKU, &l.Product.Name, &l.Min, &l.Max, &l.Available, &l.State); err != nil {
			return nil, err
		}
		out.Nodes = append(out.Nodes, l)
	}
	return out, rows.Err()
}
