package warehouse

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/location"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// LocationsByCode finds locations of a warehouse by code as stored, for commands
// that have asked for their own permission.
func LocationsByCode(ctx context.Context, tx store.Tx, warehouseID int64, codes []string) (map[string]*ent.Location, error) {
	rows, err := tx.Ent.Location.Query().Where(location.WarehouseID(warehouseID), page.In(location.FieldCode, codes)).All(ctx)
	found := make(map[string]*ent.Location, len(rows))
	for _, l := range rows {
		found[l.Code] = l
	}
	return found, err
}

// FindLocation reads one location by its warehouse's code and its own, or by its
// id; nil when there is none. Ends with Forbidden without warehouse:view, with
// BadRequest unless it is told exactly one way.
func FindLocation(ctx context.Context, db *store.DB, warehouseCode, code *string, id *page.ID) (_ *ent.Location, err error) {
	defer fault.Wrap(&err, "warehouse.FindLocation")
	if _, err := auth.Require(ctx, auth.WarehouseView); err != nil {
		return nil, err
	}
	byCode := warehouseCode != nil && code != nil
	if byCode == (id != nil) || (warehouseCode == nil) != (code == nil) {
		return nil, fault.Stop(fault.BadRequest, "give either warehouseCode and code, or id")
	}
	query := db.Ent().Location.Query()
	if byCode {
		query.Where(inWarehouses(*warehouseCode), location.Code(Code(*code)))
	} else {
		query.Where(location.ID(id.Of("Location")))
	}
	l, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return l, err
}

// LocationByID finds locations by key, in no order. People without
// warehouse:view get none.
func LocationByID(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Location, err error) {
	defer fault.Wrap(&err, "warehouse.LocationByID")
	if !auth.From(ctx).Can(auth.WarehouseView) {
		return nil, nil
	}
	return db.Ent().Location.Query().Where(page.In(location.FieldID, ids)).All(ctx)
}

// PageOfLocations is a page of the locations of a warehouse, by code. BadRequest
// for arguments outside their limits.
func PageOfLocations(a page.Args) (*page.Each[int64, *ent.Location], error) {
	return page.NewEach[int64](a, locationFields.Order(LocationOrderByCode, page.Asc))
}

// LocationsOf reads that page for each of these warehouses, in one statement.
// People without warehouse:view get none.
func LocationsOf(ctx context.Context, db *store.DB, warehouses []int64, each *page.Each[int64, *ent.Location], count func(warehouse int64) (int, error)) (_ map[int64]*page.Connection[*ent.Location], err error) {
	defer fault.Wrap(&err, "warehouse.LocationsOf")
	return each.Read(ctx, warehouses, func(ctx context.Context) ([]*ent.Location, error) {
		if !auth.From(ctx).Can(auth.WarehouseView) {
			return nil, nil
		}
		return db.Ent().Location.Query().Where(each.Where(location.FieldWarehouseID, warehouses)).Order(each.OrderBy).All(ctx)
	}, func(l *ent.Location) int64 { return l.WarehouseID }, count)
}

// CountLocations counts the locations of each of these warehouses.
func CountLocations(ctx context.Context, db *store.DB, warehouses []int64) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "warehouse.CountLocations")
	if !auth.From(ctx).Can(auth.WarehouseView) {
		return nil, nil
	}
	var rows []counted
	err = db.Ent().Location.Query().Where(page.In(location.FieldWarehouseID, warehouses)).
		GroupBy(location.FieldWarehouseID).Aggregate(ent.Count()).Scan(ctx, &rows)
	counts := make(map[int64]int, len(rows))
	for _, r := range rows {
		counts[r.WarehouseID] = r.Count
	}
	return counts, err
}
