package warehouse

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/location"
	"entrepot/ent/predicate"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// LocationFilter narrows ListLocations. All conditions must hold.
type LocationFilter struct {
	WarehouseCodes []string
	Codes          []string
	Search         *string
	Types          []stock.LocationType
	Locked         *bool
	AllowMixing    *bool
	Status         *stock.Status
	UpdatedSince   *time.Time
}

// LocationOrder orders ListLocations.
type LocationOrder struct {
	Field     LocationOrderField
	Direction page.Direction
}

// LocationOrderField is a column that locations can be ordered by.
type LocationOrderField string

// The values of LocationOrderField.
const (
	LocationOrderByID        LocationOrderField = "ID"
	LocationOrderByCode      LocationOrderField = "CODE"
	LocationOrderByWarehouse LocationOrderField = "WAREHOUSE"
	LocationOrderByUpdatedAt LocationOrderField = "UPDATED_AT"
)

var byLocationCode = page.Text(location.FieldCode, func(l *ent.Location) string { return l.Code })

var locationFields = page.Fields[LocationOrderField, *ent.Location]{
	Name: "locations", ID: func(l *ent.Location) int64 { return l.ID },
	Keys: map[LocationOrderField]page.Key[*ent.Location]{
		LocationOrderByCode:      byLocationCode,
		LocationOrderByWarehouse: page.Int(location.FieldWarehouseID, func(l *ent.Location) int64 { return l.WarehouseID }),
		LocationOrderByUpdatedAt: page.Time(location.FieldUpdatedAt, func(l *ent.Location) time.Time { return l.UpdatedAt }),
	},
}

// ListLocations reads a page of locations. Ends with Forbidden without
// warehouse:view, with BadRequest for arguments outside their limits.
func ListLocations(ctx context.Context, db *store.DB, f *LocationFilter, o *LocationOrder, a page.Args) (_ *page.Connection[*ent.Location], err error) {
	defer fault.Wrap(&err, "warehouse.ListLocations")
	if _, err := auth.Require(ctx, auth.WarehouseView); err != nil {
		return nil, err
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	if o == nil {
		o = &LocationOrder{Field: LocationOrderByID, Direction: page.Asc}
	}
	order, query := locationFields.Order(o.Field, o.Direction), db.Ent().Location.Query().Where(where...)
	if o.Field == LocationOrderByWarehouse {
		order.Ties = []page.Key[*ent.Location]{byLocationCode} // unique in its warehouse
	}
	if f == nil || f.WarehouseCodes == nil {
		return page.Read(ctx, a, order, query)
	}
	warehouses, err := db.Ent().Warehouse.Query().Where(page.In(entwarehouse.FieldCode, codesOf(f.WarehouseCodes))).IDs(ctx)
	if err != nil {
		return nil, err
	}
	return page.ReadOf(ctx, a, order, query, location.FieldWarehouseID, warehouses)
}

func (f *LocationFilter) predicates() (where []predicate.Location, err error) {
	if f == nil {
		return nil, nil
	}
	if f.WarehouseCodes != nil {
		if err := page.Keys("filter.warehouseCodes", len(f.WarehouseCodes)); err != nil {
			return nil, err
		}
	}
	if f.Codes != nil {
		if err := page.Keys("filter.codes", len(f.Codes)); err != nil {
			return nil, err
		}
		where = append(where, page.In(location.FieldCode, codesOf(f.Codes)))
	}
	if f.Types != nil {
		if err := page.Keys("filter.types", len(f.Types)); err != nil {
			return nil, err
		}
		where = append(where, page.InEnum(location.FieldType, f.Types))
	}
	if f.Locked != nil {
		where = append(where, location.IsLocked(*f.Locked))
	}
	if f.AllowMixing != nil {
		where = append(where, location.AllowMixing(*f.AllowMixing))
	}
	if f.UpdatedSince != nil {
		where = append(where, location.UpdatedAtGTE(store.Moment(*f.UpdatedSince)))
	}
	if f.Status != nil {
		where = append(where, location.StatusEQ(*f.Status))
	}
	if f.Search == nil || *f.Search == "" {
		return where, nil
	}
	if err := page.Search("filter.search", *f.Search); err != nil {
		return nil, err
	}
	return append(where, page.StartsWith(location.FieldCode, Code(*f.Search))), nil
}

// inWarehouses finds locations by the codes of their warehouses.
func inWarehouses(codes ...string) predicate.Location {
	return func(s *sql.Selector) {
		w := sql.Dialect(s.Dialect()).Select(entwarehouse.FieldID).From(sql.Table(entwarehouse.Table))
		page.In(entwarehouse.FieldCode, codesOf(codes))(w)
		s.Where(sql.In(s.C(location.FieldWarehouseID), w))
	}
}

func codesOf(typed []string) []string {
	codes := make([]string, len(typed))
	for i, c := range typed {
		codes[i] = Code(c)
	}
	return codes
}
