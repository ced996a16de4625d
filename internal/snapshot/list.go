package snapshot

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/ent/predicate"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/ent/warehousesnapshot"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// Filter narrows [List]. All conditions must hold; both days are included.
type Filter struct {
	WarehouseCodes []string
	From           *time.Time
	To             *time.Time
}

// List reads a page of days of warehouses, the latest day first. Ends with
// Forbidden without stock:view, with BadRequest for arguments outside their limits.
func List(ctx context.Context, db *store.DB, f *Filter, a page.Args) (_ *page.Connection[*ent.WarehouseSnapshot], err error) {
	defer fault.Wrap(&err, "snapshot.List")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	where, err := f.predicates(ctx, db)
	if err != nil {
		return nil, err
	}
	order := page.Order[*ent.WarehouseSnapshot]{
		Name: "warehouseSnapshots", Direction: page.Desc, ID: func(r *ent.WarehouseSnapshot) int64 { return r.ID },
		Key: page.Time(warehousesnapshot.FieldDay, func(r *ent.WarehouseSnapshot) time.Time { return r.Day }),
	}
	return page.Read(ctx, a, order, db.Ent().WarehouseSnapshot.Query().Where(where...))
}

func (f *Filter) predicates(ctx context.Context, db *store.DB) (where []predicate.WarehouseSnapshot, err error) {
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
		where = append(where, page.In(warehousesnapshot.FieldWarehouseID, ids))
	}
	if f.From != nil {
		where = append(where, warehousesnapshot.DayGTE(*f.From))
	}
	if f.To != nil {
		where = append(where, warehousesnapshot.DayLTE(*f.To))
	}
	return where, nil
}

// warehouseIDs are the keys of those of the codes that exist.
func warehouseIDs(ctx context.Context, db *store.DB, codes ...string) ([]int64, error) {
	stored := make([]string, len(codes))
	for i, c := range codes {
		stored[i] = warehouse.Code(c)
	}
	return db.Ent().Warehouse.Query().Where(page.In(entwarehouse.FieldCode, stored)).IDs(ctx)
}
