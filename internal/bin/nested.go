package bin

import (
	"context"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/ent/locationstock"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// The lists below read one page for each of many parents in one statement, of
// places where something lies. People without stock:view get none; BadRequest is for
// arguments outside their limits.

// PageOfStocksAt is a page of what lies in a bin, in the order of entry of stocks.
func PageOfStocksAt(a page.Args) (*page.Each[int64, *ent.LocationStock], error) {
	return page.NewEach[int64](a, page.Order[*ent.LocationStock]{
		Name: "stocksOfLocation",
		Ties: []page.Key[*ent.LocationStock]{page.Int(locationstock.FieldStockID, func(s *ent.LocationStock) int64 { return s.StockID })},
	})
}

// StocksAt reads that page of each of these bins.
func StocksAt(ctx context.Context, db *store.DB, bins []int64, each *page.Each[int64, *ent.LocationStock], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.LocationStock], err error) {
	defer fault.Wrap(&err, "bin.StocksAt")
	return read(ctx, db, locationstock.FieldLocationID, bins, each, func(s *ent.LocationStock) int64 { return s.LocationID }, count)
}

// CountStocksAt counts the stocks that lie in each of these bins.
func CountStocksAt(ctx context.Context, db *store.DB, bins []int64) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "bin.CountStocksAt")
	return count(ctx, db, locationstock.FieldLocationID, bins, func(c counted) int64 { return c.LocationID })
}

// PageOfPlaces is a page of the bins where a stock lies, in the order in which it
// first came there.
func PageOfPlaces(a page.Args) (*page.Each[int64, *ent.LocationStock], error) {
	return page.NewEach[int64](a, page.Order[*ent.LocationStock]{Name: "locationsOfStock", ID: func(s *ent.LocationStock) int64 { return s.ID }})
}

// PlacesOf reads that page of each of these stocks.
func PlacesOf(ctx context.Context, db *store.DB, stocks []int64, each *page.Each[int64, *ent.LocationStock], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.LocationStock], err error) {
	defer fault.Wrap(&err, "bin.PlacesOf")
	return read(ctx, db, locationstock.FieldStockID, stocks, each, func(s *ent.LocationStock) int64 { return s.StockID }, count)
}

// CountPlacesOf counts the bins where each of these stocks lies.
func CountPlacesOf(ctx context.Context, db *store.DB, stocks []int64) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "bin.CountPlacesOf")
	return count(ctx, db, locationstock.FieldStockID, stocks, func(c counted) int64 { return c.StockID })
}

func read(ctx context.Context, db *store.DB, column string, parents []int64, each *page.Each[int64, *ent.LocationStock],
	parentOf func(*ent.LocationStock) int64, count func(int64) (int, error),
) (map[int64]*page.Connection[*ent.LocationStock], error) {
	return each.Read(ctx, parents, func(ctx context.Context) ([]*ent.LocationStock, error) {
		if !auth.From(ctx).Can(auth.StockView) {
			return nil, nil
		}
		return db.Ent().LocationStock.Query().Where(locationstock.QuantityGT(0), each.Where(column, parents)).Order(each.OrderBy).All(ctx)
	}, parentOf, count)
}

type counted struct {
	LocationID int64 `json:"location_id"`
	StockID    int64 `json:"stock_id"`
	Count      int   `json:"count"`
}

func count(ctx context.Context, db *store.DB, column string, parents []int64, parentOf func(counted) int64) (map[int64]int, error) {
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	var rows []counted
	err := db.Ent().LocationStock.Query().Where(page.In(column, parents), locationstock.QuantityGT(0)).
		GroupBy(column).Aggregate(ent.Count()).Scan(ctx, &rows)
	counts := make(map[int64]int, len(rows))
	for _, r := range rows {
		counts[parentOf(r)] = r.Count
	}
	return counts, err
}

// Usage is how full a bin is.
type Usage struct {
	// Quantity is how many units lie there.
	Quantity int64
	// UsedCm3 is their volume, rounded up, as far as their sizes are known.
	UsedCm3 int64
}

// A sum of volumes beyond all bounds is told as the largest number.
var usageSQL = map[string]string{
	dialect.Postgres: `SELECT l.location_id, sum(l.quantity)::bigint,
  least(ceil(sum(l.quantity::numeric * (p.length_mm * p.width_mm * p.height_mm)) / 1000), 9000000000000000000)::bigint
FROM unnest($1::bigint[]) AS b(id) JOIN location_stocks l ON l.location_id = b.id AND l.quantity > 0
JOIN stocks s ON s.id = l.stock_id AND s.warehouse_id = l.warehouse_id JOIN products p ON p.sku = s.sku GROUP BY l.location_id`,
	dialect.SQLite: `SELECT l.location_id, sum(l.quantity),
  CAST(min(ceil(total(1.0 * l.quantity * (p.length_mm * p.width_mm * p.height_mm)) / 1000), 9e18) AS integer)
FROM json_each($1) b JOIN location_stocks l ON l.location_id = b.value->>0 AND l.quantity > 0
JOIN stocks s ON s.id = l.stock_id JOIN products p ON p.sku = s.sku GROUP BY l.location_id`,
}

// UsageOf is how full each of these bins is; bins where nothing lies are left out.
// People without stock:view get none.
func UsageOf(ctx context.Context, db *store.DB, bins []int64) (_ map[int64]Usage, err error) {
	defer fault.Wrap(&err, "bin.UsageOf")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	args, err := store.Args(db.Dialect(), []store.Column[int64]{{Name: "id", Type: "bigint", Value: func(id int64) any { return id }}}, bins)
	if err != nil {
		return nil, err
	}
	rows, err := db.SQL().QueryContext(ctx, usageSQL[db.Dialect()], args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make(map[int64]Usage, len(bins))
	for rows.Next() {
		var id int64
		var u Usage
		if err := rows.Scan(&id, &u.Quantity, &u.UsedCm3); err != nil {
			return nil, err
		}
		found[id] = u
	}
	return found, rows.Err()
}
