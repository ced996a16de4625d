package ledger

import (
	"context"
	"time"

	"entrepot/ent"
	entstock "entrepot/ent/stock"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// StockOrder orders ListStocks.
type StockOrder struct {
	Field     StockOrderField
	Direction page.Direction
}

// StockOrderField is a column that stocks can be ordered by.
type StockOrderField string

// The values of StockOrderField. The first three have an index. Those of
// quantities and times must not get one: each posting would have to write it,
// where it changes a balance in place now.
const (
	StocksByID        StockOrderField = "ID"
	StocksBySKU       StockOrderField = "SKU"
	StocksByWarehouse StockOrderField = "WAREHOUSE"
	StocksByAvailable StockOrderField = "AVAILABLE"
	StocksByPhysical  StockOrderField = "PHYSICAL"
	StocksByAllocated StockOrderField = "ALLOCATED"
	StocksByDamaged   StockOrderField = "DAMAGED"
	StocksByOnHold    StockOrderField = "ON_HOLD"
	StocksByInTransit StockOrderField = "IN_TRANSIT"
	StocksByChangedAt StockOrderField = "CHANGED_AT"
)

var (
	bySKU   = page.Text(entstock.FieldSku, func(s *ent.Stock) string { return s.Sku })
	byBatch = page.Text(entstock.FieldBatchNo, func(s *ent.Stock) string { return s.BatchNo })

	stockFields = page.Fields[StockOrderField, *ent.Stock]{
		Name: "stocks", ID: func(s *ent.Stock) int64 { return s.ID },
		Keys: map[StockOrderField]page.Key[*ent.Stock]{
			StocksBySKU:       bySKU,
			StocksByWarehouse: page.Int(entstock.FieldWarehouseID, func(s *ent.Stock) int64 { return s.WarehouseID }),
			StocksByAvailable: page.Int(entstock.FieldAvailableQuantity, func(s *ent.Stock) int64 { return s.AvailableQuantity }),
			StocksByPhysical:  page.Int(entstock.FieldPhysicalQuantity, func(s *ent.Stock) int64 { return s.PhysicalQuantity }),
			StocksByAllocated: page.Int(entstock.FieldAllocatedQuantity, func(s *ent.Stock) int64 { return s.AllocatedQuantity }),
			StocksByDamaged:   page.Int(entstock.FieldDamagedQuantity, func(s *ent.Stock) int64 { return s.DamagedQuantity }),
			StocksByOnHold:    page.Int(entstock.FieldHoldQuantity, func(s *ent.Stock) int64 { return s.HoldQuantity }),
			StocksByInTransit: page.Int(entstock.FieldInTransitQuantity, func(s *ent.Stock) int64 { return s.InTransitQuantity }),
			StocksByChangedAt: page.Time(entstock.FieldChangedAt, func(s *ent.Stock) time.Time { return s.ChangedAt }),
		},
	}
)

func (o *StockOrder) order() page.Order[*ent.Stock] {
	if o == nil {
		o = &StockOrder{Field: StocksByID, Direction: page.Asc}
	}
	order := stockFields.Order(o.Field, o.Direction)
	if o.Field == StocksByWarehouse {
		order.Ties = []page.Key[*ent.Stock]{bySKU, byBatch} // the key of stocks
	}
	return order
}

// ListStocks reads a page of stocks. Ends with Forbidden without stock:view,
// with BadRequest for arguments outside their limits.
func ListStocks(ctx context.Context, db *store.DB, f *StockFilter, o *StockOrder, a page.Args) (_ *page.Connection[*ent.Stock], err error) {
	defer fault.Wrap(&err, "ledger.ListStocks")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	if f == nil {
		f = &StockFilter{}
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	warehouses, narrowed, err := f.warehouses(ctx, db)
	if err != nil {
		return nil, err
	}
	query := db.Ent().Stock.Query().Where(where...)
	switch skus := storedAll(f.SKUs); {
	case f.SKUs != nil && narrowed:
		return page.ReadOf(ctx, a, o.order(), query.Where(page.In(entstock.FieldSku, skus)), entstock.FieldWarehouseID, warehouses)
	case narrowed:
		return page.ReadOf(ctx, a, o.order(), query, entstock.FieldWarehouseID, warehouses)
	case f.SKUs != nil:
		return page.ReadOf(ctx, a, o.order(), query, entstock.FieldSku, skus)
	}
	return page.Read(ctx, a, o.order(), query)
}
