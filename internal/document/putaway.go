package document

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/documentexecution"
	entlocation "entrepot/ent/location"
	"entrepot/ent/locationstock"
	entstock "entrepot/ent/stock"
	"entrepot/internal/auth"
	"entrepot/internal/bin"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// mostPutaway is for how many SKUs of a document bins are suggested at once.
const mostPutaway = 250

// Putaway says where what an inbound document brought could be put: of each SKU at
// most what came and still lies in a bin for receipts. It is about the first 250 SKUs
// of which something lies there: ask again when those are put away. Nil when there is
// no such document. Ends with Forbidden without document:view, stock:view and
// warehouse:view, with BadRequest unless exactly one of no and id is given, for a
// document of another kind and for a warehouse that keeps no stock by bin.
func Putaway(ctx context.Context, db *store.DB, no *string, id *page.ID) (_ []*bin.Putaway, err error) {
	defer fault.Wrap(&err, "document.Putaway")
	for _, p := range []auth.Permission{auth.StockView, auth.WarehouseView} {
		if _, err := auth.Require(ctx, p); err != nil {
			return nil, err
		}
	}
	doc, err := Find(ctx, db, no, id)
	if err != nil || doc == nil {
		return nil, err
	}
	if doc.Kind != stock.DocumentInbound {
		return nil, fault.Stop(fault.BadRequest, "document %s brings nothing: only what inbound documents bring is put away", doc.No)
	}
	house, err := db.Ent().Warehouse.Get(ctx, doc.WarehouseID)
	if err != nil {
		return nil, err
	}
	if !house.TracksLocations {
		return nil, fault.Stop(fault.BadRequest, "warehouse %s does not keep its stock by bin", house.Code)
	}
	lines, err := received(ctx, db, doc)
	if err != nil || len(lines) == 0 {
		return []*bin.Putaway{}, err
	}
	return bin.Suggest(ctx, db, house.Code, lines)
}

// received is what a document brought, by SKU in the order in which it came, as far
// as it lies in bins for receipts.
func received(ctx context.Context, db *store.DB, doc *ent.Document) ([]*bin.PutawayLine, error) {
	came, err := db.Ent().DocumentExecution.Query().Where(documentexecution.DocumentID(doc.ID),
		documentexecution.FromBucketIsNil(), documentexecution.BucketNEQ(stock.BucketDamaged), documentexecution.QuantityGT(0)).
		Order(ent.Asc(documentexecution.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	units, order := map[string]int64{}, []string{}
	for _, e := range came {
		if units[e.Sku] == 0 {
			order = append(order, e.Sku)
		}
		units[e.Sku] += e.Quantity
	}
	lying, err := inReceipt(ctx, db, doc.WarehouseID, order)
	var lines []*bin.PutawayLine
	for _, sku := range order {
		if n := min(units[sku], lying[sku]); n > 0 && len(lines) < mostPutaway {
			lines = append(lines, &bin.PutawayLine{SKU: sku, Quantity: n})
		}
	}
	return lines, err
}

// inReceipt is what of SKUs lies in a warehouse's bins for receipts.
func inReceipt(ctx context.Context, db *store.DB, warehouse int64, skus []string) (map[string]int64, error) {
	bins, err := db.Ent().Location.Query().Where(entlocation.WarehouseID(warehouse), entlocation.TypeEQ(stock.LocationReceive)).IDs(ctx)
	if err != nil {
		return nil, err
	}
	stocks, err := db.Ent().Stock.Query().Where(entstock.WarehouseID(warehouse), page.In(entstock.FieldSku, skus)).All(ctx)
	if err != nil {
		return nil, err
	}
	ids, skuOf := make([]int64, len(stocks)), make(map[int64]string, len(stocks))
	for i, s := range stocks {
		ids[i], skuOf[s.ID] = s.ID, s.Sku
	}
	rows, err := db.Ent().LocationStock.Query().Where(page.In(locationstock.FieldLocationID, bins), page.In(locationstock.FieldStockID, ids)).All(ctx)
	lying := map[string]int64{}
	for _, r := range rows {
		lying[skuOf[r.StockID]] += r.Quantity
	}
	return lying, err
}
