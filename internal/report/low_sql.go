package report

import (
	"context"
	"database/sql"
	"strings"

	"entgo.io/ent/dialect"

	"entrepot/internal/catalog"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// lowQuery is a filter with the warehouses found.
type lowQuery struct {
	LowStockFilter
	db         *store.DB
	warehouses []int64
}

// low is the statement of all rows that the filter admits: sku, min_stock,
// max_stock, physical, available, in_transit, short_by, excess, state.
//
// The products of a page can be looked at one after the other in the order of
// their SKUs, until it is full (bySKU). Over 20,000 products and a million stocks
// on PostgreSQL that takes 8 ms, on the last page as on the first, and 0.6 s when
// none of them is low. Every other order, and the counts, ask for all of them: 0.3 s.
func (q lowQuery) low(p *store.Params, bySKU bool) string {
	coming := ""
	if q.CountInTransit {
		coming = " + in_transit"
	}
	short, excess := "min_stock - (available"+coming+")", "physical"+coming+" - max_stock"
	state := "CASE WHEN " + short + " > 0 THEN CASE WHEN available = 0 THEN '" + string(OutOfStock) + "' ELSE '" + string(BelowMin) + "' END" +
		" WHEN " + excess + " > 0 THEN '" + string(AboveMax) + "' END"
	narrow := "state IS NOT NULL"
	if q.States != nil {
		states := make([]string, len(q.States))
		for i, s := range q.States {
			states[i] = string(s)
		}
		narrow = p.Among("state", states)
	}
	return "SELECT * FROM (SELECT units.*, CASE WHEN " + short + " > 0 THEN " + short + " ELSE 0 END AS short_by, " +
		"CASE WHEN " + excess + " > 0 THEN " + excess + " ELSE 0 END AS excess, " + state + " AS state FROM (" + q.units(p, bySKU) + ") units) low WHERE " + narrow
}

// units are the products that have bounds, with what there is of them.
func (q lowQuery) units(p *store.Params, bySKU bool) string {
	warehouse := "s.warehouse_id"
	if p.Dialect == dialect.SQLite {
		warehouse = "+" + warehouse // or it looks into one warehouse after the other for every SKU
	}
	there := p.AmongIDs(warehouse, q.warehouses)
	here := "s.sku = p.sku AND " + there
	columns := []column{{"physical", sum("s.physical_quantity")}, {"available", sum("s.available_quantity")}, {"in_transit", sum("s.in_transit_quantity")}}
	from := " FROM products p LEFT JOIN stocks s ON " + here
	end := " GROUP BY p.sku, p.min_stock, p.max_stock"
	whole := q.SKUPrefix == nil && q.Categories == nil && q.Brands == nil
	switch {
	case bySKU && p.Dialect == dialect.Postgres:
		from, end = " FROM products p CROSS JOIN LATERAL (SELECT "+list(columns)+" FROM stocks s WHERE "+here+") s", ""
		for i, c := range columns {
			columns[i].expr = "s." + c.name
		}
	case bySKU: // SQLite has no LATERAL
		for i, c := range columns {
			columns[i].expr = "(SELECT " + c.expr + " FROM stocks s WHERE " + here + ")"
		}
		from, end = " FROM products p", ""
	case whole && p.Dialect == dialect.Postgres: // adds up before it joins, and by several workers
		from, end = " FROM products p LEFT JOIN (SELECT s.sku, "+list(columns)+" FROM stocks s WHERE "+there+" GROUP BY s.sku) s ON s.sku = p.sku", ""
		for i, c := range columns {
			columns[i].expr = "coalesce(s." + c.name + ", 0)"
		}
	}
	return "SELECT p.sku, p.min_stock, p.max_stock, " + list(columns) + from + " WHERE " + q.products(p) + end
}

func (q lowQuery) products(p *store.Params) string {
	where := []string{"(p.min_stock > 0 OR p.max_stock IS NOT NULL)"}
	if q.WarehouseCodes != nil && len(q.warehouses) == 0 {
		where = append(where, "1 = 0") // or a mistyped code would tell that everything is out of stock
	}
	if !q.IncludeArchived {
		where = append(where, "p.status = "+p.Add(string(stock.StatusActive)))
	}
	if q.SKUPrefix != nil {
		prefix := catalog.SKU(*q.SKUPrefix)
		where = append(where, "p.sku >= "+p.Add(prefix)+" AND p.sku < "+p.Add(prefix+"\U0010FFFF"))
	}
	if q.Categories != nil {
		where = append(where, p.Among("p.category", q.Categories))
	}
	if q.Brands != nil {
		where = append(where, p.Among("p.brand", q.Brands))
	}
	return strings.Join(where, " AND ")
}

func (q lowQuery) read(ctx context.Context, s page.Slice, bySKU bool) ([]*LowStock, error) {
	p := &store.Params{Dialect: q.db.Dialect()}
	statement := "SELECT sku, min_stock, max_stock, physical, available, in_transit, short_by, excess, state FROM (" + q.low(p, bySKU) + ") page"
	statement += s.Tail(p.Add)
	return query(ctx, q.db.Report, statement, p.Values, func(rows *sql.Rows) (*LowStock, error) {
		l := &LowStock{}
		return l, rows.Scan(&l.SKU, &l.Min, &l.Max, &l.Physical, &l.Available, &l.InTransit, &l.ShortBy, &l.Excess, &l.State)
	})
}

func (q lowQuery) count(ctx context.Context) ([]LowStockCount, error) {
	p := &store.Params{Dialect: q.db.Dialect()}
	statement := "SELECT state, count(*) FROM (" + q.low(p, false) + ") counted GROUP BY state"
	found, err := query(ctx, q.db.Report, statement, p.Values, func(rows *sql.Rows) (c LowStockCount, err error) {
		return c, rows.Scan(&c.State, &c.Count)
	})
	counts := make([]LowStockCount, len(lowStates))
	for i, s := range lowStates {
		counts[i].State = s
		for _, c := range found {
			if c.State == s {
				counts[i] = c
			}
		}
	}
	return counts, err
}
