package warehouse

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/predicate"
	entstock "entrepot/ent/stock"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Filter narrows List. All conditions must hold.
type Filter struct {
	Codes         []string
	Search        *string
	Category      *stock.WarehouseCategory
	LocationType  *stock.WarehouseLocationType
	OwnershipType *stock.WarehouseOwnership
	BusinessType  *stock.WarehouseBusinessType
	Status        *stock.Status
	ParentCode    *string
	Currencies    []string
	// InStock asks for warehouses with physical units.
	InStock      *bool
	UpdatedSince *time.Time
}

// Order orders List.
type Order struct {
	Field     OrderField
	Direction page.Direction
}

// OrderField is a column that warehouses can be ordered by.
type OrderField string

// The values of OrderField.
const (
	OrderByID   OrderField = "ID"
	OrderByCode OrderField = "CODE"
	OrderByName OrderField = "NAME"
	// OrderByCapacity has those without a limit first: 0 is unlimited.
	OrderByCapacity  OrderField = "CAPACITY"
	OrderByCreatedAt OrderField = "CREATED_AT"
	OrderByUpdatedAt OrderField = "UPDATED_AT"
)

var fields = page.Fields[OrderField, *ent.Warehouse]{
	Name: "warehouses", ID: func(w *ent.Warehouse) int64 { return w.ID },
	Keys: map[OrderField]page.Key[*ent.Warehouse]{
		OrderByCode: page.Text(entwarehouse.FieldCode, func(w *ent.Warehouse) string { return w.Code }),
		OrderByName: page.Text(entwarehouse.FieldName, func(w *ent.Warehouse) string { return w.Name }),

		OrderByCapacity:  page.Int(entwarehouse.FieldCapacity, func(w *ent.Warehouse) int64 { return w.Capacity }),
		OrderByCreatedAt: page.Time(entwarehouse.FieldCreatedAt, func(w *ent.Warehouse) time.Time { return w.CreatedAt }),
		OrderByUpdatedAt: page.Time(entwarehouse.FieldUpdatedAt, func(w *ent.Warehouse) time.Time { return w.UpdatedAt }),
	},
}

// List reads a page of warehouses. Ends with Forbidden without warehouse:view,
// with BadRequest for arguments outside their limits.
func List(ctx context.Context, db *store.DB, f *Filter, o *Order, a page.Args) (_ *page.Connection[*ent.Warehouse], err error) {
	defer fault.Wrap(&err, "warehouse.List")
	if _, err := auth.Require(ctx, auth.WarehouseView); err != nil {
		return nil, err
	}
	where, err := f.Where()
	if err != nil {
		return nil, err
	}
	if o == nil {
		o = &Order{Field: OrderByID, Direction: page.Asc}
	}
	return page.Read(ctx, a, fields.Order(o.Field, o.Direction), db.Ent().Warehouse.Query().Where(where...))
}

// Where is the conditions of the filter, none when it is nil: for others who ask
// which warehouses their question is about. BadRequest beyond its limits.
func (f *Filter) Where() (where []predicate.Warehouse, err error) {
	if f == nil {
		return nil, nil
	}
	if f.Codes != nil {
		if err := page.Keys("filter.codes", len(f.Codes)); err != nil {
			return nil, err
		}
		where = append(where, page.In(entwarehouse.FieldCode, codesOf(f.Codes)))
	}
	if f.Category != nil {
		where = append(where, entwarehouse.CategoryEQ(*f.Category))
	}
	if f.LocationType != nil {
		where = append(where, entwarehouse.LocationTypeEQ(*f.LocationType))
	}
	if f.OwnershipType != nil {
		where = append(where, entwarehouse.OwnershipTypeEQ(*f.OwnershipType))
	}
	if f.BusinessType != nil {
		where = append(where, entwarehouse.BusinessTypeEQ(*f.BusinessType))
	}
	if f.Status != nil {
		where = append(where, entwarehouse.StatusEQ(*f.Status))
	}
	if f.ParentCode != nil {
		where = append(where, entwarehouse.HasParentsWith(entwarehouse.Code(Code(*f.ParentCode))))
	}
	if f.Currencies != nil {
		if err := page.Keys("filter.currencies", len(f.Currencies)); err != nil {
			return nil, err
		}
		where = append(where, page.In(entwarehouse.FieldCurrency, codesOf(f.Currencies)))
	}
	if f.InStock != nil {
		where = append(where, inStock(*f.InStock))
	}
	if f.UpdatedSince != nil {
		where = append(where, entwarehouse.UpdatedAtGTE(store.Moment(*f.UpdatedSince)))
	}
	if f.Search == nil || *f.Search == "" {
		return where, nil
	}
	if err := page.Search("filter.search", *f.Search); err != nil {
		return nil, err
	}
	return append(where, entwarehouse.Or(
		page.StartsWith(entwarehouse.FieldCode, Code(*f.Search)),
		entwarehouse.NameContainsFold(*f.Search),
	)), nil
}

func inStock(yes bool) predicate.Warehouse {
	return func(s *sql.Selector) {
		t := sql.Dialect(s.Dialect()).Select(entstock.FieldID).From(sql.Table(entstock.Table))
		t.Where(sql.And(
			sql.ColumnsEQ(t.C(entstock.FieldWarehouseID), s.C(entwarehouse.FieldID)),
			sql.GT(t.C(entstock.FieldPhysicalQuantity), 0),
		))
		if yes {
			s.Where(sql.Exists(t))
		} else {
			s.Where(sql.NotExists(t))
		}
	}
}
