package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"entrepot/ent"
	entstock "entrepot/ent/stock"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// StockRef names one stock by codes as typed.
type StockRef struct{ SKU, WarehouseCode, BatchNo string }

// FindStock reads one stock; nil when it was never stocked there. Ends with
// Forbidden without stock:view.
func FindStock(ctx context.Context, db *store.DB, ref StockRef) (_ *ent.Stock, err error) {
	defer fault.Wrap(&err, "ledger.FindStock")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	ids, err := warehouseIDs(ctx, db, ref.WarehouseCode)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	s, err := db.Ent().Stock.Query().
		Where(entstock.WarehouseID(ids[0]), entstock.Sku(stored(ref.SKU)), entstock.BatchNo(strings.TrimSpace(ref.BatchNo))).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return s, err
}

// SkuStocks are all stocks of one SKU.
type SkuStocks struct {
	SKU    string
	Stocks []*ent.Stock
	// StandIns are those of what may be sent in its place, when that was asked for.
	StandIns []*SkuStocks
}

// Total is the sum over the stocks.
func (s *SkuStocks) Total() Quantities {
	var t Quantities
	for _, st := range s.Stocks {
		t.Physical += st.PhysicalQuantity
		t.Available += st.AvailableQuantity
		t.Allocated += st.AllocatedQuantity
		t.Damaged += st.DamagedQuantity
		t.OnHold += st.HoldQuantity
		t.InTransit += st.InTransitQuantity
	}
	return t
}

// StocksBySKUs reads the stocks of many SKUs, in the order asked; a SKU that was
// never stocked has none. Ends with Forbidden without stock:view, with
// BadRequest for more than page.MaxKeys SKUs.
func StocksBySKUs(ctx context.Context, db *store.DB, skus []string) (_ []*SkuStocks, err error) {
	defer fault.Wrap(&err, "ledger.StocksBySKUs")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	if err := page.Keys("skus", len(skus)); err != nil {
		return nil, err
	}
	keys := storedAll(skus)
	rows, err := db.Ent().Stock.Query().Where(page.In(entstock.FieldSku, keys)).Order(ent.Asc(entstock.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	bySKU := make(map[string][]*ent.Stock, len(skus))
	for _, r := range rows {
		bySKU[r.Sku] = append(bySKU[r.Sku], r)
	}
	out := make([]*SkuStocks, len(keys))
	for i, k := range keys {
		out[i] = &SkuStocks{SKU: k, Stocks: bySKU[k]}
	}
	return out, nil
}

// StocksOfBatches reads the stocks of batches, in the order of entry: those of
// numbers[i] of skus[i]. People without stock:view get none.
func StocksOfBatches(ctx context.Context, db *store.DB, skus, numbers []string) (_ []*ent.Stock, err error) {
	defer fault.Wrap(&err, "ledger.StocksOfBatches")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	return db.Ent().Stock.Query().Where(page.InPairs(entstock.FieldSku, entstock.FieldBatchNo, skus, numbers)).Order(ent.Asc(entstock.FieldID)).All(ctx)
}

// FindStocks reads stocks by key, in no order. People without stock:view get none.
func FindStocks(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Stock, err error) {
	defer fault.Wrap(&err, "ledger.FindStocks")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	return db.Ent().Stock.Query().Where(page.In(entstock.FieldID, ids)).All(ctx)
}

// StockAsOf is what one stock held at a moment, or all batches of its SKU in its
// warehouse together when batchNo is nil; nil when there is no such warehouse. Ends
// with Forbidden without stock:view.
func StockAsOf(ctx context.Context, db *store.DB, sku, warehouseCode string, batchNo *string, at time.Time, basis Basis) (_ *Quantities, err error) {
	defer fault.Wrap(&err, "ledger.StockAsOf")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	asked := AsOfQuery{Key: Key{SKU: stored(sku)}, AllBatches: batchNo == nil, At: at, Basis: basis}
	p := store.Params{Dialect: db.Dialect()}
	of := "s.warehouse_id = w.id AND s.sku = " + p.Add(asked.SKU)
	if batchNo != nil {
		asked.BatchNo = strings.TrimSpace(*batchNo)
		of += " AND s.batch_no = " + p.Add(asked.BatchNo)
	}
	newest := int64(0)
	err = db.SQL().QueryRowContext(ctx, "SELECT w.id, coalesce((SELECT max(s.version) FROM stocks s WHERE "+of+"), 0) FROM warehouses w WHERE w.code = "+
		p.Add(stored(warehouseCode)), p.Values...).Scan(&asked.WarehouseID, &newest)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	q, err := asked.read(ctx, db, newest)
	return &q, err
}
