package document

import (
	"context"
	"time"

	"entrepot/ent"
	entbatch "entrepot/ent/batch"
	"entrepot/ent/product"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// checkBatches refuses batches that a person names and that may not be sold: one
// that is held, or that does not live long enough behind the day on which the
// goods are to leave. Scrap and returns to the supplier may be of any batch. Goods
// without a batch, and batches that were never entered, have nothing against them.
func (s *Service) checkBatches(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document, parts []part) error {
	if unsold(doc) {
		return nil
	}
	skus, numbers := make([]string, len(parts)), make([]string, len(parts))
	for i, p := range parts {
		skus[i], numbers[i] = p.line.Sku, p.batch
	}
	rows, err := tx.Ent.Batch.Query().Where(page.In(entbatch.FieldSku, skus), page.In(entbatch.FieldBatchNo, numbers)).All(ctx)
	if err != nil {
		return err
	}
	products, err := tx.Ent.Product.Query().Where(page.In(product.FieldSku, skus)).All(ctx)
	if err != nil {
		return err
	}
	house, err := tx.Ent.Warehouse.Get(ctx, doc.WarehouseID)
	if err != nil {
		return err
	}
	day, err := shipDay(doc, house)
	if err != nil {
		return err
	}
	if day.IsZero() {
		zone, err := time.LoadLocation(house.TimeZone)
		if err != nil {
			return err
		}
		y, m, d := now.In(zone).Date()
		day = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	lives := make(map[string]int, len(products))
	for _, p := range products {
		lives[p.Sku] = int(p.MinShelfLifeDays)
	}
	type key struct{ sku, no string }
	known := make(map[key]*ent.Batch, len(rows))
	for _, b := range rows {
		known[key{b.Sku, b.BatchNo}] = b
	}
	var faults fault.List
	for _, p := range parts {
		b := known[key{p.line.Sku, p.batch}]
		if b == nil {
			continue
		}
		at, until := p.at.At("batchNo"), day.AddDate(0, 0, lives[p.line.Sku])
		switch {
		case b.State != stock.BatchAvailable:
			faults.Add(fault.Invalid, at, "batch %s of SKU %s is %s: take another one", command.Short(b.BatchNo), b.Sku, b.State)
		case b.ExpiresOn != nil && !b.ExpiresOn.After(until):
			faults.Add(fault.Invalid, at, "batch %s of SKU %s expires on %s and must live beyond %s: take another one",
				command.Short(b.BatchNo), b.Sku, b.ExpiresOn.Format(time.DateOnly), until.Format(time.DateOnly))
		}
	}
	return faults.Err()
}
