package ledger

import (
	"context"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/ent/predicate"
	entstock "entrepot/ent/stock"
	"entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// StockFilter narrows ListStocks. All conditions must hold.
type StockFilter struct {
	WarehouseCodes []string
	SKUs           []string
	SKUPrefix      *string
	BatchNo        *string
	// NonZero asks for stocks with units in any bucket, or for those without.
	NonZero          *bool
	AvailableAtLeast *int64
	AvailableAtMost  *int64
}

// StockOrder orders ListStocks.
type StockOrder struct {
	Field     StockOrderField
	Direction page.Direction
}

// StockOrderField is a column that stocks can be ordered by.
type StockOrderField string

// The values of StockOrderField.
const (
	StocksByID        StockOrderField = "ID"
	StocksBySKU       StockOrderField = "SKU"
	StocksByAvailable StockOrderField = "AVAILABLE"
	StocksByPhysical  StockOrderField = "PHYSICAL"
	StocksByChangedAt StockOrderField = "CHANGED_AT"
)

var stockKeys = map[StockOrderField]page.Key[*ent.Stock]{
	StocksByID:        {},
	StocksBySKU:       page.Text(entstock.FieldSku, func(s *ent.Stock) string { return s.Sku }),
	StocksByAvailable: page.Int(entstock.FieldAvailableQuantity, func(s *ent.Stock) int64 { return s.AvailableQuantity }),
	StocksByPhysical:  page.Int(entstock.FieldPhysicalQuantity, func(s *ent.Stock) int64 { return s.PhysicalQuantity }),
	StocksByChangedAt: page.Time(entstock.FieldChangedAt, func(s *ent.Stock) time.Time { return s.ChangedAt }),
}

// ListStocks reads a page of stocks. Ends with Forbidden without stock:view,
// with BadRequest for arguments outside their limits.
func ListStocks(ctx context.Context, db *store.DB, f *StockFilter, o *StockOrder, a page.Args) (_ *page.Connection[*ent.Stock], err error) {
	defer fault.Wrap(&err, "ledger.ListStocks")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	where, err := f.predicates(ctx, db)
	if err != nil {
		return nil, err
	}
	if o == nil {
		o = &StockOrder{Field: StocksByID, Direction: page.Asc}
	}
	order := page.Order[*ent.Stock]{
		Name: "stocks." + string(o.Field), Key: stockKeys[o.Field],
		ID: func(s *ent.Stock) int64 { return s.ID }, Direction: o.Direction,
	}
	query := func() *ent.StockQuery { return db.Ent().Stock.Query().Where(where...) }
	return page.List(ctx, a, order,
		func(ctx context.Context, s page.Slice) ([]*ent.Stock, error) {
			return query().Where(s.Where).Order(s.OrderBy).Limit(s.Limit).Offset(s.Offset).All(ctx)
		},
		func(ctx context.Context) (int, error) { return query().Count(ctx) })
}

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
	keys := make([]string, len(skus))
	for i, s := range skus {
		keys[i] = stored(s)
	}
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

// FindStocks reads stocks by key, in no order. People without stock:view get none.
func FindStocks(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Stock, err error) {
	defer fault.Wrap(&err, "ledger.FindStocks")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	return db.Ent().Stock.Query().Where(page.In(entstock.FieldID, ids)).All(ctx)
}

func (f *StockFilter) predicates(ctx context.Context, db *store.DB) (where []predicate.Stock, err error) {
	if f == nil {
		return nil, nil
	}
	if f.WarehouseCodes != nil {
		if err := page.Keys("filter.warehouseCodes", len(f.WarehouseCodes)); err != nil {
			return nil, err
		}
		ids, err := warehouseIDs(ctx, db, f.WarehouseCodes...)
		if err != nil {
			return nil, err
		}
		where = append(where, entstock.WarehouseIDIn(ids...))
	}
	if f.SKUs != nil {
		if err := page.Keys("filter.skus", len(f.SKUs)); err != nil {
			return nil, err
		}
		skus := make([]string, len(f.SKUs))
		for i, s := range f.SKUs {
			skus[i] = stored(s)
		}
		where = append(where, page.In(entstock.FieldSku, skus))
	}
	if f.SKUPrefix != nil {
		where = append(where, page.StartsWith(entstock.FieldSku, stored(*f.SKUPrefix)))
	}
	if f.BatchNo != nil {
		where = append(where, entstock.BatchNo(strings.TrimSpace(*f.BatchNo)))
	}
	if f.NonZero != nil {
		// No other bucket holds units when neither of these does.
		empty := entstock.And(entstock.PhysicalQuantity(0), entstock.InTransitQuantity(0))
		if *f.NonZero {
			empty = entstock.Not(empty)
		}
		where = append(where, empty)
	}
	if f.AvailableAtLeast != nil {
		where = append(where, entstock.AvailableQuantityGTE(*f.AvailableAtLeast))
	}
	if f.AvailableAtMost != nil {
		where = append(where, entstock.AvailableQuantityLTE(*f.AvailableAtMost))
	}
	return where, nil
}

// warehouseIDs turns codes into keys, so that the query proper carries the
// column that stocks are partitioned by. Unknown codes have none.
func warehouseIDs(ctx context.Context, db *store.DB, codes ...string) ([]int64, error) {
	keys := make([]string, len(codes))
	for i, c := range codes {
		keys[i] = stored(c)
	}
	return db.Ent().Warehouse.Query().Where(page.In(warehouse.FieldCode, keys)).IDs(ctx)
}

// stored is a code as it is stored, from what a person typed.
func stored(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

// StockAsOf is what one stock held at a moment; nil when there is no such
// warehouse. Ends with Forbidden without stock:view.
func StockAsOf(ctx context.Context, db *store.DB, ref StockRef, at time.Time, basis Basis) (_ *Quantities, err error) {
	defer fault.Wrap(&err, "ledger.StockAsOf")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	ids, err := warehouseIDs(ctx, db, ref.WarehouseCode)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	q, err := AsOf(ctx, db, AsOfQuery{Key: Key{ids[0], stored(ref.SKU), strings.TrimSpace(ref.BatchNo)}, At: at, Basis: basis})
	return &q, err
}
