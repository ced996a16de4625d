package warehouse

import (
	"context"
	"strings"

	"entrepot/ent"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Code is a warehouse's code as it is stored, from what a person typed.
func Code(typed string) string { return strings.ToUpper(strings.TrimSpace(typed)) }

// Find reads one warehouse by its code or its id; nil when there is none. Ends
// with Forbidden without warehouse:view, with BadRequest unless exactly one is given.
func Find(ctx context.Context, db *store.DB, code *string, id *page.ID) (_ *ent.Warehouse, err error) {
	defer fault.Wrap(&err, "warehouse.Find")
	if _, err := auth.Require(ctx, auth.WarehouseView); err != nil {
		return nil, err
	}
	if (code == nil) == (id == nil) {
		return nil, fault.Stop(fault.BadRequest, "give exactly one of code and id")
	}
	query := db.Ent().Warehouse.Query()
	if code != nil {
		query.Where(entwarehouse.Code(Code(*code)))
	} else {
		query.Where(entwarehouse.ID(id.Of("Warehouse")))
	}
	w, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return w, err
}

// ByID finds warehouses by key, in no order. It reads these columns only, or all
// when none are named. People without warehouse:view get none.
func ByID(ctx context.Context, db *store.DB, ids []int64, columns ...string) (_ []*ent.Warehouse, err error) {
	defer fault.Wrap(&err, "warehouse.ByID")
	if !auth.From(ctx).Can(auth.WarehouseView) {
		return nil, nil
	}
	query := db.Ent().Warehouse.Query().Where(page.In(entwarehouse.FieldID, ids))
	if len(columns) > 0 {
		return query.Select(columns...).All(ctx)
	}
	return query.All(ctx)
}

// ParentsOf are the warehouses that each of these belongs to, by key. People
// without warehouse:view get none.
func ParentsOf(ctx context.Context, db *store.DB, ids []int64) (_ map[int64][]*ent.Warehouse, err error) {
	defer fault.Wrap(&err, "warehouse.ParentsOf")
	if !auth.From(ctx).Can(auth.WarehouseView) {
		return nil, nil
	}
	rows, err := db.Ent().Warehouse.Query().Where(page.In(entwarehouse.FieldID, ids)).
		WithParents(func(q *ent.WarehouseQuery) { q.Order(ent.Asc(entwarehouse.FieldID)) }).All(ctx)
	parents := make(map[int64][]*ent.Warehouse, len(rows))
	for _, w := range rows {
		parents[w.ID] = w.Edges.Parents
	}
	return parents, err
}
