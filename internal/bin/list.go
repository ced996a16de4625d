package bin

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/location"
	"entrepot/ent/locationmovement"
	"entrepot/ent/locationstock"
	entposting "entrepot/ent/posting"
	"entrepot/ent/predicate"
	entstock "entrepot/ent/stock"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// StockFilter narrows ListStocks. All conditions must hold.
type StockFilter struct {
	WarehouseCodes []string
	LocationPrefix *string
	LocationTypes  []stock.LocationType
	SKUs           []string
	Empty          *bool
	ChangedSince   *time.Time
}

// StockOrder orders ListStocks.
type StockOrder struct {
	Field     StockOrderField
	Direction page.Direction
}

// StockOrderField is a column that what lies in bins can be ordered by.
type StockOrderField string

// The values of StockOrderField.
const (
	StocksByID        StockOrderField = "ID"
	StocksByQuantity  StockOrderField = "QUANTITY"
	StocksByChangedAt StockOrderField = "CHANGED_AT"
)

var stockFields = page.Fields[StockOrderField, *ent.LocationStock]{
	Name: "locationStocks", ID: func(s *ent.LocationStock) int64 { return s.ID },
	Keys: map[StockOrderField]page.Key[*ent.LocationStock]{
		StocksByQuantity:  page.Int(locationstock.FieldQuantity, func(s *ent.LocationStock) int64 { return s.Quantity }),
		StocksByChangedAt: page.Time(locationstock.FieldChangedAt, func(s *ent.LocationStock) time.Time { return s.ChangedAt }),
	},
}

// ListStocks reads a page of what lies in bins. Ends with Forbidden without
// stock:view, with BadRequest for arguments outside their limits.
func ListStocks(ctx context.Context, db *store.DB, f *StockFilter, o *StockOrder, a page.Args) (_ *page.Connection[*ent.LocationStock], err error) {
	defer fault.Wrap(&err, "bin.ListStocks")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	if f == nil {
		f = &StockFilter{}
	}
	if o == nil {
		o = &StockOrder{Field: StocksByID, Direction: page.Asc}
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	order, query := stockFields.Order(o.Field, o.Direction), db.Ent().LocationStock.Query().Where(where...)
	if f.WarehouseCodes == nil {
		return page.Read(ctx, a, order, query)
	}
	ids, err := warehousesOf(ctx, db, f.WarehouseCodes)
	if err != nil {
		return nil, err
	}
	return page.ReadOf(ctx, a, order, query, locationstock.FieldWarehouseID, ids)
}

func (f *StockFilter) predicates() (where []predicate.LocationStock, err error) {
	if err := keys("filter", f.WarehouseCodes, f.SKUs); err != nil {
		return nil, err
	}
	bins, err := inBins(locationstock.FieldLocationID, f.LocationPrefix, f.LocationTypes)
	if err != nil {
		return nil, err
	}
	if bins != nil {
		where = append(where, bins)
	}
	if f.SKUs != nil {
		where = append(where, ofSKUs(locationstock.FieldStockID, f.SKUs))
	}
	if f.Empty != nil && *f.Empty {
		where = append(where, locationstock.Quantity(0))
	}
	if f.Empty != nil && !*f.Empty {
		where = append(where, locationstock.QuantityGT(0))
	}
	if f.ChangedSince != nil {
		where = append(where, locationstock.ChangedAtGTE(store.Moment(*f.ChangedSince)))
	}
	return where, nil
}

// MovementFilter narrows ListMovements. All conditions must hold.
type MovementFilter struct {
	WarehouseCodes []string
	LocationPrefix *string
	LocationTypes  []stock.LocationType
	SKUs           []string
	PostingID      *page.ID
	Kinds          []stock.MovementKind
	RecordedSince  *time.Time
	RecordedBefore *time.Time
}

var movementOrder = page.Order[*ent.LocationMovement]{
	Name: "locationMovements", Direction: page.Desc, ID: func(m *ent.LocationMovement) int64 { return m.ID },
}

// ListMovements reads a page of the bins' journal, newest first. Ends with
// Forbidden without stock:view, with BadRequest for arguments outside their limits.
func ListMovements(ctx context.Context, db *store.DB, f *MovementFilter, a page.Args) (_ *page.Connection[*ent.LocationMovement], err error) {
	defer fault.Wrap(&err, "bin.ListMovements")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	if f == nil {
		f = &MovementFilter{}
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	if f.WarehouseCodes != nil {
		ids, err := warehousesOf(ctx, db, f.WarehouseCodes)
		if err != nil {
			return nil, err
		}
		where = append(where, page.In(locationmovement.FieldWarehouseID, ids))
	}
	return page.Read(ctx, a, movementOrder, db.Ent().LocationMovement.Query().Where(where...))
}

func (f *MovementFilter) predicates() (where []predicate.LocationMovement, err error) {
	if err := keys("filter", f.WarehouseCodes, f.SKUs); err != nil {
		return nil, err
	}
	bins, err := inBins(locationmovement.FieldLocationID, f.LocationPrefix, f.LocationTypes)
	if err != nil {
		return nil, err
	}
	if bins != nil {
		where = append(where, bins)
	}
	if f.SKUs != nil {
		where = append(where, ofSKUs(locationmovement.FieldStockID, f.SKUs))
	}
	if f.PostingID != nil {
		where = append(where, locationmovement.PostingID(f.PostingID.Of("Posting")))
	}
	if f.Kinds != nil {
		where = append(where, func(s *sql.Selector) {
			of := sql.Dialect(s.Dialect()).Select(entposting.FieldID).From(sql.Table(entposting.Table))
			page.InEnum(entposting.FieldKind, f.Kinds)(of)
			s.Where(sql.In(s.C(locationmovement.FieldPostingID), of))
		})
	}
	if f.RecordedSince != nil {
		where = append(where, locationmovement.RecordedAtGTE(store.Moment(*f.RecordedSince)))
	}
	if f.RecordedBefore != nil {
		where = append(where, locationmovement.RecordedAtLT(store.Moment(*f.RecordedBefore)))
	}
	return where, nil
}

func keys(at string, warehouseCodes, skus []string) error {
	if err := page.Keys(at+".warehouseCodes", len(warehouseCodes)); err != nil {
		return err
	}
	return page.Keys(at+".skus", len(skus))
}

func warehousesOf(ctx context.Context, db *store.DB, codes []string) ([]int64, error) {
	stored := make([]string, len(codes))
	for i, c := range codes {
		stored[i] = warehouse.Code(c)
	}
	return db.Ent().Warehouse.Query().Where(page.In(entwarehouse.FieldCode, stored)).IDs(ctx)
}

// inBins finds rows of locations by how their codes begin and by type; nil for all.
func inBins(column string, prefix *string, types []stock.LocationType) (func(*sql.Selector), error) {
	if prefix == nil && types == nil {
		return nil, nil
	}
	if prefix != nil {
		if err := page.Search("filter.locationPrefix", *prefix); err != nil {
			return nil, err
		}
	}
	if err := page.Keys("filter.locationTypes", len(types)); err != nil {
		return nil, err
	}
	return func(s *sql.Selector) {
		of := sql.Dialect(s.Dialect()).Select(location.FieldID).From(sql.Table(location.Table))
		if prefix != nil {
			page.StartsWith(location.FieldCode, warehouse.Code(*prefix))(of)
		}
		if types != nil {
			page.InEnum(location.FieldType, types)(of)
		}
		s.Where(sql.In(s.C(column), of))
	}, nil
}

// ofSKUs finds rows of stocks by SKU.
func ofSKUs(column string, skus []string) func(*sql.Selector) {
	stored := make([]string, len(skus))
	for i, sku := range skus {
		stored[i] = warehouse.Code(sku)
	}
	return func(s *sql.Selector) {
		of := sql.Dialect(s.Dialect()).Select(entstock.FieldID).From(sql.Table(entstock.Table))
		page.In(entstock.FieldSku, stored)(of)
		s.Where(sql.In(s.C(column), of))
	}
}
