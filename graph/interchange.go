package graph

import (
	"context"

	"entrepot/internal/catalog"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// interchanged is the filter with what stands in for its SKUs, when it asks for that.
func interchanged(ctx context.Context, db *store.DB, f *ledger.StockFilter) (*ledger.StockFilter, error) {
	if f == nil || !f.IncludeInterchange || len(f.SKUs) == 0 {
		return f, nil
	}
	skus, err := catalog.WithStandIns(ctx, db, catalog.SKUs(f.SKUs))
	wider := *f
	wider.SKUs = skus
	return &wider, err
}

// addStandIns adds to each SKU the stocks of what stands in for it, the first choice
// first. A stock that stands in for two is in both lists.
func addStandIns(ctx context.Context, db *store.DB, list []*ledger.SkuStocks) error {
	skus := make([]string, len(list))
	for i, s := range list {
		skus[i] = s.SKU
	}
	found, err := catalog.StandInsOf(ctx, db, skus)
	if err != nil {
		return err
	}
	all, err := catalog.WithStandIns(ctx, db, skus)
	if err != nil {
		return err
	}
	stocks, err := ledger.StocksBySKUs(ctx, db, all[len(skus):])
	if err != nil {
		return err
	}
	bySKU := make(map[string]*ledger.SkuStocks, len(list)+len(stocks))
	for _, s := range append(stocks, list...) {
		bySKU[s.SKU] = &ledger.SkuStocks{SKU: s.SKU, Stocks: s.Stocks}
	}
	for _, s := range list {
		for _, sku := range found[s.SKU] {
			s.StandIns = append(s.StandIns, bySKU[sku])
		}
	}
	return nil
}
