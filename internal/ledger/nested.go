package ledger

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/predicate"
	entstock "entrepot/ent/stock"
	"entrepot/ent/stockmovement"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// The lists below read one page for each of many parents in one statement.
// People without stock:view get none; BadRequest is for arguments outside their
// limits.

// PageOfStocksIn is a page of the stocks of a warehouse, by SKU and batch.
func PageOfStocksIn(a page.Args) (*page.Each[int64, *ent.Stock], error) {
	return page.NewEach[int64](a, page.Order[*ent.Stock]{Name: "warehouseStocks", Ties: []page.Key[*ent.Stock]{bySKU, byBatch}})
}

// StocksIn reads that page of each of these warehouses; of stocks that hold
// units only, when stocked is set.
func StocksIn(ctx context.Context, db *store.DB, warehouses []int64, stocked bool, each *page.Each[int64, *ent.Stock], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.Stock], err error) {
	defer fault.Wrap(&err, "ledger.StocksIn")
	return stocksOf(ctx, db, entstock.FieldWarehouseID, warehouses, stocked, each, func(s *ent.Stock) int64 { return s.WarehouseID }, count)
}

// CountStocksIn counts the stocks of each of these warehouses.
func CountStocksIn(ctx context.Context, db *store.DB, warehouses []int64, stocked bool) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "ledger.CountStocksIn")
	return countStocks(ctx, db, entstock.FieldWarehouseID, warehouses, stocked, func(c counted) int64 { return c.WarehouseID })
}

// PageOfStocksOf is a page of the stocks of a SKU, in the order of entry.
func PageOfStocksOf(a page.Args) (*page.Each[string, *ent.Stock], error) {
	return page.NewEach[string](a, page.Order[*ent.Stock]{Name: "productStocks", ID: func(s *ent.Stock) int64 { return s.ID }})
}

// StocksOf reads that page of each of these SKUs; of stocks that hold units
// only, when stocked is set.
func StocksOf(ctx context.Context, db *store.DB, skus []string, stocked bool, each *page.Each[string, *ent.Stock], count func(string) (int, error)) (_ map[string]*page.Connection[*ent.Stock], err error) {
	defer fault.Wrap(&err, "ledger.StocksOf")
	return stocksOf(ctx, db, entstock.FieldSku, skus, stocked, each, func(s *ent.Stock) string { return s.Sku }, count)
}

// CountStocksOf counts the stocks of each of these SKUs.
func CountStocksOf(ctx context.Context, db *store.DB, skus []string, stocked bool) (_ map[string]int, err error) {
	defer fault.Wrap(&err, "ledger.CountStocksOf")
	return countStocks(ctx, db, entstock.FieldSku, skus, stocked, func(c counted) string { return c.Sku })
}

// PageOfMovements is a page of the movements of a posting, in the order of entry.
func PageOfMovements(a page.Args) (*page.Each[int64, *ent.StockMovement], error) {
	return page.NewEach[int64](a, page.Order[*ent.StockMovement]{Name: "postingMovements", ID: movementID})
}

// MovementsOf reads that page of each of these postings.
func MovementsOf(ctx context.Context, db *store.DB, postings []int64, each *page.Each[int64, *ent.StockMovement], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.StockMovement], err error) {
	defer fault.Wrap(&err, "ledger.MovementsOf")
	return movementsOf(ctx, db, stockmovement.FieldPostingID, postings, each, func(m *ent.StockMovement) int64 { return m.PostingID }, count)
}

// PageOfStockMovements is a page of the movements of a stock, newest first.
func PageOfStockMovements(a page.Args) (*page.Each[int64, *ent.StockMovement], error) {
	return page.NewEach[int64](a, page.Order[*ent.StockMovement]{
		Name: "movementsOfStock", Direction: page.Desc,
		Ties: []page.Key[*ent.StockMovement]{page.Int(stockmovement.FieldStockVersion, func(m *ent.StockMovement) int64 { return m.StockVersion })},
	})
}

// MovementsOfStocks reads that page of each of these stocks.
func MovementsOfStocks(ctx context.Context, db *store.DB, stocks []int64, each *page.Each[int64, *ent.StockMovement], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.StockMovement], err error) {
	defer fault.Wrap(&err, "ledger.MovementsOfStocks")
	return movementsOf(ctx, db, stockmovement.FieldStockID, stocks, each, func(m *ent.StockMovement) int64 { return m.StockID }, count)
}

// CountMovementsOfStocks is how many movements each of these stocks has: they
// are numbered without a gap, so its version tells.
func CountMovementsOfStocks(ctx context.Context, db *store.DB, stocks []int64) (map[int64]int, error) {
	rows, err := FindStocks(ctx, db, stocks)
	counts := make(map[int64]int, len(rows))
	for _, s := range rows {
		counts[s.ID] = int(s.Version)
	}
	return counts, err
}

// PageOfSKUMovements is a page of the movements of a SKU, newest first.
func PageOfSKUMovements(a page.Args) (*page.Each[string, *ent.StockMovement], error) {
	return page.NewEach[string](a, page.Order[*ent.StockMovement]{Name: "movementsOfProduct", Direction: page.Desc, ID: movementID})
}

// MovementsOfSKUs reads that page of each of these SKUs.
func MovementsOfSKUs(ctx context.Context, db *store.DB, skus []string, each *page.Each[string, *ent.StockMovement], count func(string) (int, error)) (_ map[string]*page.Connection[*ent.StockMovement], err error) {
	defer fault.Wrap(&err, "ledger.MovementsOfSKUs")
	return movementsOf(ctx, db, stockmovement.FieldSku, skus, each, func(m *ent.StockMovement) string { return m.Sku }, count)
}

// CountMovementsOfSKUs is how many movements each of these SKUs has: as many as
// its stocks have together.
func CountMovementsOfSKUs(ctx context.Context, db *store.DB, skus []string) (_ map[string]int, err error) {
	defer fault.Wrap(&err, "ledger.CountMovementsOfSKUs")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	rows, err := db.Ent().Stock.Query().Where(page.In(entstock.FieldSku, skus)).Select(entstock.FieldSku, entstock.FieldVersion).All(ctx)
	counts := make(map[string]int, len(skus))
	for _, s := range rows {
		counts[s.Sku] += int(s.Version)
	}
	return counts, err
}

func stocksOf[K int64 | string](ctx context.Context, db *store.DB, column string, parents []K, stocked bool,
	each *page.Each[K, *ent.Stock], parentOf func(*ent.Stock) K, count func(K) (int, error),
) (map[K]*page.Connection[*ent.Stock], error) {
	return each.Read(ctx, parents, func(ctx context.Context) ([]*ent.Stock, error) {
		if !auth.From(ctx).Can(auth.StockView) {
			return nil, nil
		}
		return db.Ent().Stock.Query().Where(ifStocked(stocked), each.Where(column, parents)).Order(each.OrderBy).All(ctx)
	}, parentOf, count)
}

func movementsOf[K int64 | string](ctx context.Context, db *store.DB, column string, parents []K,
	each *page.Each[K, *ent.StockMovement], parentOf func(*ent.StockMovement) K, count func(K) (int, error),
) (map[K]*page.Connection[*ent.StockMovement], error) {
	return each.Read(ctx, parents, func(ctx context.Context) ([]*ent.StockMovement, error) {
		if !auth.From(ctx).Can(auth.StockView) {
			return nil, nil
		}
		return db.Ent().StockMovement.Query().Where(each.Where(column, parents)).Order(each.OrderBy).All(ctx)
	}, parentOf, count)
}

// counted is a parent of stocks, by one of its names, and how many it has.
type counted struct {
	WarehouseID int64  `json:"warehouse_id"`
	Sku         string `json:"sku"`
	Count       int    `json:"count"`
}

func countStocks[K int64 | string](ctx context.Context, db *store.DB, column string, parents []K, stocked bool, parentOf func(counted) K) (map[K]int, error) {
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	var rows []counted
	err := db.Ent().Stock.Query().Where(ifStocked(stocked), page.In(column, parents)).
		GroupBy(column).Aggregate(ent.Count()).Scan(ctx, &rows)
	counts := make(map[K]int, len(rows))
	for _, r := range rows {
		counts[parentOf(r)] = r.Count
	}
	return counts, err
}

// ifStocked leaves out what holds no units, when asked to.
func ifStocked(yes bool) predicate.Stock {
	if yes {
		return nonZero(true)
	}
	return func(*sql.Selector) {}
}
