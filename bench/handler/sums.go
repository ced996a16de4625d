package main

import (
	"database/sql"
	"net/http"
)

// Stocks without units count nowhere.
const summarySQL = `SELECT w.code, s.* FROM (
  SELECT warehouse_id, count(*), count(DISTINCT sku), sum(physical_quantity), sum(available_quantity), sum(allocated_quantity),
    sum(damaged_quantity), sum(hold_quantity), sum(in_transit_quantity)
  FROM stocks WHERE physical_quantity <> 0 OR in_transit_quantity <> 0 GROUP BY warehouse_id) s
JOIN warehouses w ON w.id = s.warehouse_id ORDER BY s.warehouse_id`

// What every stock held after its last movement until then. Adding up all of them,
// or taking what came since from what there is, takes twice as long in the middle
// of the year; so does looking for the last one of each stock.
const summaryAsOfSQL = `SELECT w.code, s.* FROM warehouses w CROSS JOIN LATERAL (
  SELECT w.id, count(*), count(DISTINCT sku), sum(physical_after), sum(available_after), sum(allocated_after),
    sum(damaged_after), sum(hold_after), sum(in_transit_after)
  FROM (
    SELECT DISTINCT ON (stock_id) sku, physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after
    FROM stock_movements WHERE warehouse_id = w.id AND recorded_at <= $2 ORDER BY stock_id, stock_version DESC) m
  WHERE physical_after <> 0 OR in_transit_after <> 0) s
WHERE w.code = $1`

type group struct {
	Warehouse struct {
		Code string `json:"code"`
	} `json:"warehouse"`
	StockCount int64 `json:"stockCount"`
	SKUCount   int64 `json:"skuCount"`
	quantities
}

func stockSummary(statement *sql.Stmt, r *http.Request) (any, error) {
	return groups(statement.QueryContext(r.Context()))
}

func stockSummaryAsOf(statement *sql.Stmt, r *http.Request) (any, error) {
	return groups(statement.QueryContext(r.Context(), r.FormValue("warehouse"), r.FormValue("at")))
}

func groups(rows *sql.Rows, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out struct {
		Nodes []group `json:"nodes"`
	}
	for rows.Next() {
		var g group
		var id int64
		if err := rows.Scan(&g.Warehouse.Code, &id, &g.StockCount, &g.SKUCount,
			&g.Physical, &g.Available, &g.Allocated, &g.Damaged, &g.OnHold, &g.InTransit); err != nil {
			return nil, err
		}
		out.Nodes = append(out.Nodes, g)
	}
	return out, rows.Err()
}
