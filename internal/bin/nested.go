package bin

import (
	"context"

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
