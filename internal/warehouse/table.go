package warehouse

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/location"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/command"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

var warehouses = command.Table[ent.Warehouse]{
	Name: entwarehouse.Table,
	Columns: []store.Column[*ent.Warehouse]{
		{Name: entwarehouse.FieldCode, Type: "text", Once: true, Value: func(w *ent.Warehouse) any { return w.Code }},
		{Name: entwarehouse.FieldCurrency, Type: "text", Once: true, Value: func(w *ent.Warehouse) any { return w.Currency }},
		{Name: entwarehouse.FieldCreatedAt, Type: "timestamptz", Once: true, Value: func(w *ent.Warehouse) any { return w.CreatedAt }},
		{Name: entwarehouse.FieldUpdatedAt, Type: "timestamptz", Value: func(w *ent.Warehouse) any { return w.UpdatedAt }},
		{Name: entwarehouse.FieldName, Type: "text", Value: func(w *ent.Warehouse) any { return w.Name }},
		{Name: entwarehouse.FieldCategory, Type: "text", Value: func(w *ent.Warehouse) any { return w.Category }},
		{Name: entwarehouse.FieldLocationType, Type: "text", Value: func(w *ent.Warehouse) any { return w.LocationType }},
		{Name: entwarehouse.FieldOwnershipType, Type: "text", Value: func(w *ent.Warehouse) any { return w.OwnershipType }},
		{Name: entwarehouse.FieldBusinessType, Type: "text", Value: func(w *ent.Warehouse) any { return w.BusinessType }},
		{Name: entwarehouse.FieldTimeZone, Type: "text", Value: func(w *ent.Warehouse) any { return w.TimeZone }},
		{Name: entwarehouse.FieldCapacity, Type: "bigint", Value: func(w *ent.Warehouse) any { return w.Capacity }},
		{Name: entwarehouse.FieldMaxVolumeCm3, Type: "bigint", Value: func(w *ent.Warehouse) any { return w.MaxVolumeCm3 }},
		{Name: entwarehouse.FieldTracksLocations, Type: "boolean", Value: func(w *ent.Warehouse) any { return w.TracksLocations }},
		{Name: entwarehouse.FieldStatus, Type: "text", Value: func(w *ent.Warehouse) any { return w.Status }},
	},
	Head: func(w *ent.Warehouse) command.Head {
		return command.Head{ID: &w.ID, Version: &w.Version, CreatedAt: &w.CreatedAt, UpdatedAt: &w.UpdatedAt}
	},
	ByID: func(ctx context.Context, tx store.Tx, ids []int64) ([]*ent.Warehouse, error) {
		return tx.Ent.Warehouse.Query().Where(page.In(entwarehouse.FieldID, ids)).WithParents(inOrder).All(ctx)
	},
}

var locations = command.Table[ent.Location]{
	Name: location.Table,
	Columns: []store.Column[*ent.Location]{
		{Name: location.FieldWarehouseID, Type: "bigint", Once: true, Value: func(l *ent.Location) any { return l.WarehouseID }},
		{Name: location.FieldCode, Type: "text", Once: true, Value: func(l *ent.Location) any { return l.Code }},
		{Name: location.FieldCreatedAt, Type: "timestamptz", Once: true, Value: func(l *ent.Location) any { return l.CreatedAt }},
		{Name: location.FieldUpdatedAt, Type: "timestamptz", Value: func(l *ent.Location) any { return l.UpdatedAt }},
		{Name: location.FieldType, Type: "text", Value: func(l *ent.Location) any { return l.Type }},
		{Name: location.FieldIsLocked, Type: "boolean", Value: func(l *ent.Location) any { return l.IsLocked }},
		{Name: location.FieldAllowMixing, Type: "boolean", Value: func(l *ent.Location) any { return l.AllowMixing }},
		{Name: location.FieldMaxVolumeCm3, Type: "bigint", Value: func(l *ent.Location) any { return l.MaxVolumeCm3 }},
		{Name: location.FieldStatus, Type: "text", Value: func(l *ent.Location) any { return l.Status }},
	},
	Head: func(l *ent.Location) command.Head {
		return command.Head{ID: &l.ID, Version: &l.Version, CreatedAt: &l.CreatedAt, UpdatedAt: &l.UpdatedAt}
	},
	ByID: func(ctx context.Context, tx store.Tx, ids []int64) ([]*ent.Location, error) {
		return tx.Ent.Location.Query().Where(page.In(location.FieldID, ids)).All(ctx)
	},
}

func inOrder(q *ent.WarehouseQuery) { q.Order(ent.Asc(entwarehouse.FieldID)) }

// byCode finds warehouses by code as stored, and locks them.
func byCode(ctx context.Context, tx store.Tx, codes []string) (map[string]*ent.Warehouse, error) {
	rows, err := tx.Ent.Warehouse.Query().Where(page.In(entwarehouse.FieldCode, codes), store.Lock).
		Order(ent.Asc(entwarehouse.FieldID)).WithParents(inOrder).All(ctx)
	found := make(map[string]*ent.Warehouse, len(rows))
	for _, w := range rows {
		found[w.Code] = w
	}
	return found, err
}
