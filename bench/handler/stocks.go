package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const columns = `s.id, s.sku, s.batch_no, s.physical_quantity, s.available_quantity, s.allocated_quantity,
  s.damaged_quantity, s.hold_quantity, s.in_transit_quantity, s.version, s.changed_at, w.code, w.name, p.sku, p.name`

// The page is cut before the joins: they see 51 rows whatever the planner thinks.
const listSQL = `SELECT ` + columns + `
FROM (SELECT * FROM stocks WHERE id > $1 ORDER BY id LIMIT 51) s
JOIN warehouses w ON w.id = s.warehouse_id JOIN products p ON p.sku = s.sku ORDER BY s.id`

const bySKUSQL = `SELECT ` + columns + `
FROM stocks s JOIN warehouses w ON w.id = s.warehouse_id JOIN products p ON p.sku = s.sku WHERE s.sku = $1 ORDER BY s.id`

type pageInfo struct {
	HasNextPage bool   `json:"hasNextPage"`
	EndCursor   string `json:"endCursor"`
}

type place struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type product struct {
	SKU  string `json:"sku"`
	Name string `json:"name"`
}

type quantities struct {
	Physical  int64 `json:"physical"`
	Available int64 `json:"available"`
	Allocated int64 `json:"allocated"`
	Damaged   int64 `json:"damaged"`
	OnHold    int64 `json:"onHold"`
	InTransit int64 `json:"inTransit"`
}

type stock struct {
	ID      string `json:"id"`
	SKU     string `json:"sku"`
	BatchNo string `json:"batchNo"`
	quantities
	Version   int64     `json:"version"`
	ChangedAt time.Time `json:"changedAt"`
	Warehouse place     `json:"warehouse"`
	Product   product   `json:"product"`

	key int64
}

func stocks(statement *sql.Stmt, r *http.Request) (any, error) {
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 64)
	rows, err := read(statement.QueryContext(r.Context(), after))
	if err != nil {
		return nil, err
	}
	var page struct {
		Nodes    []stock  `json:"nodes"`
		PageInfo pageInfo `json:"pageInfo"`
	}
	if page.PageInfo.HasNextPage = len(rows) > 50; page.PageInfo.HasNextPage {
		rows = rows[:50]
	}
	page.Nodes = rows
	if n := len(rows); n > 0 {
		page.PageInfo.EndCursor = opaque(fmt.Sprintf(`["stocks.ID.ASC",%d]`, rows[n-1].key))
	}
	return page, nil
}

func stocksBySKU(statement *sql.Stmt, r *http.Request) (any, error) {
	sku := r.FormValue("sku")
	rows, err := read(statement.QueryContext(r.Context(), sku))
	if err != nil {
		return nil, err
	}
	type skuStocks struct {
		SKU    string     `json:"sku"`
		Stocks []stock    `json:"stocks"`
		Total  quantities `json:"total"`
	}
	one := skuStocks{SKU: sku, Stocks: rows}
	for _, r := range rows {
		one.Total.Physical += r.Physical
		one.Total.Available += r.Available
		one.Total.Allocated += r.Allocated
		one.Total.Damaged += r.Damaged
		one.Total.OnHold += r.OnHold
		one.Total.InTransit += r.InTransit
	}
	return []skuStocks{one}, nil
}

func read(rows *sql.Rows, err error) ([]stock, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := make([]stock, 0, 51)
	for rows.Next() {
		var s stock
		if err := rows.Scan(&s.key, &s.SKU, &s.BatchNo, &s.Physical, &s.Available, &s.Allocated, &s.Damaged, &s.OnHold, &s.InTransit,
			&s.Version, &s.ChangedAt, &s.Warehouse.Code, &s.Warehouse.Name, &s.Product.SKU, &s.Product.Name); err != nil {
			return nil, err
		}
		s.ID, s.ChangedAt = opaque("Stock:"+strconv.FormatInt(s.key, 10)), s.ChangedAt.UTC()
		all = append(all, s)
	}
	return all, rows.Err()
}
