package load

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/bin"
	"entrepot/internal/catalog"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// stockLists load what hangs on stocks, and stocks that hang on others.
type stockLists struct {
	stocksIn         *nested[int64, bool, *ent.Stock]  // of a warehouse
	stocksOf         *nested[string, bool, *ent.Stock] // of a SKU
	movementsOfStock *nested[int64, whole, *ent.StockMovement]
	movementsOfSKU   *nested[string, whole, *ent.StockMovement]
	placesOf         *nested[int64, whole, *ent.LocationStock]
	costs            *loader[ledger.Place, ledger.Costs]
	batches          *loader[catalog.BatchKey, *ent.Batch]
}

func (l *loaders) newStockLists(db *store.DB) stockLists {
	return stockLists{
		stocksIn: newNested(nestedOf[int64, bool, *ent.Stock]{
			open: ledger.PageOfStocksIn,
			fetch: func(ctx context.Context, warehouses []int64, stocked bool, each *page.Each[int64, *ent.Stock], count func(int64) (int, error)) (map[int64]*page.Connection[*ent.Stock], error) {
				return ledger.StocksIn(ctx, db, warehouses, stocked, each, count)
			},
			count: func(ctx context.Context, warehouses []int64, stocked bool) (map[int64]int, error) {
				return ledger.CountStocksIn(ctx, db, warehouses, stocked)
			},
			lead: l.leadStocks,
		}),
		stocksOf: newNested(nestedOf[string, bool, *ent.Stock]{
			open: ledger.PageOfStocksOf,
			fetch: func(ctx context.Context, skus []string, stocked bool, each *page.Each[string, *ent.Stock], count func(string) (int, error)) (map[string]*page.Connection[*ent.Stock], error) {
				return ledger.StocksOf(ctx, db, skus, stocked, each, count)
			},
			count: func(ctx context.Context, skus []string, stocked bool) (map[string]int, error) {
				return ledger.CountStocksOf(ctx, db, skus, stocked)
			},
			lead: l.leadStocks,
		}),
		movementsOfStock: newWhole(db, ledger.PageOfStockMovements, ledger.MovementsOfStocks, ledger.CountMovementsOfStocks, l.leadMovements),
		movementsOfSKU:   newWhole(db, ledger.PageOfSKUMovements, ledger.MovementsOfSKUs, ledger.CountMovementsOfSKUs, l.leadMovements),
		placesOf:         newWhole(db, bin.PageOfPlaces, bin.PlacesOf, bin.CountPlacesOf, l.leadPlaces),
		costs: newLoader(func(ctx context.Context, places []ledger.Place) (map[ledger.Place]ledger.Costs, error) {
			return ledger.CostsOf(ctx, db, places)
		}),
		batches: newLoader(func(ctx context.Context, keys []catalog.BatchKey) (map[catalog.BatchKey]*ent.Batch, error) {
			rows, err := catalog.BatchesByKey(ctx, db, keys)
			return index(l.leadBatches(rows), func(b *ent.Batch) catalog.BatchKey { return catalog.BatchKey{SKU: b.Sku, BatchNo: b.BatchNo} }), err
		}),
	}
}

func (l *stockLists) want(rows []*ent.Stock) {
	l.movementsOfStock.want(distinct(rows, func(s *ent.Stock) int64 { return s.ID })...)
	l.placesOf.want(distinct(rows, func(s *ent.Stock) int64 { return s.ID })...)
	l.costs.want(distinct(rows, place)...)
	for _, s := range rows {
		if s.BatchNo != "" {
			l.batches.want(batchKey(s))
		}
	}
}

func place(s *ent.Stock) ledger.Place { return ledger.Place{WarehouseID: s.WarehouseID, SKU: s.Sku} }

func batchKey(s *ent.Stock) catalog.BatchKey {
	return catalog.BatchKey{SKU: s.Sku, BatchNo: s.BatchNo}
}

// StocksIn is a page of the stocks of a warehouse; of those with units only, when
// stocked is set.
func StocksIn(ctx context.Context, warehouse int64, stocked bool, a page.Args) (*page.Connection[*ent.Stock], error) {
	return from(ctx).stocksIn.load(ctx, warehouse, stocked, a)
}

// StocksOf is a page of the stocks of a SKU; of those with units only, when
// stocked is set.
func StocksOf(ctx context.Context, sku string, stocked bool, a page.Args) (*page.Connection[*ent.Stock], error) {
	return from(ctx).stocksOf.load(ctx, sku, stocked, a)
}

// MovementsOfStock is a page of the movements of a stock, newest first.
func MovementsOfStock(ctx context.Context, stock int64, a page.Args) (*page.Connection[*ent.StockMovement], error) {
	return from(ctx).movementsOfStock.load(ctx, stock, whole{}, a)
}

// MovementsOfSKU is a page of the movements of a SKU, newest first.
func MovementsOfSKU(ctx context.Context, sku string, a page.Args) (*page.Connection[*ent.StockMovement], error) {
	return from(ctx).movementsOfSKU.load(ctx, sku, whole{}, a)
}

// CostsOf are what the goods of a stock cost.
func CostsOf(ctx context.Context, s *ent.Stock) (ledger.Costs, error) {
	return from(ctx).costs.load(ctx, place(s))
}

// Batch of a stock; none for goods without one.
func Batch(ctx context.Context, s *ent.Stock) (*ent.Batch, error) {
	if s.BatchNo == "" {
		return nil, nil
	}
	return from(ctx).batches.load(ctx, batchKey(s))
}
