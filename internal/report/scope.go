package report

import (
	"context"
	"strings"

	"entrepot/ent"
	entproduct "entrepot/ent/product"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/catalog"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// StockSummaryFilter narrows a summary by what and where. All conditions must
// hold. It knows no quantities: those are what the summary tells.
type StockSummaryFilter struct {
	WarehouseCodes    []string
	WarehouseCategory *stock.WarehouseCategory
	LocationType      *stock.WarehouseLocationType
	OwnershipType     *stock.WarehouseOwnership
	BusinessType      *stock.WarehouseBusinessType
	SKUs              []string
	SKUPrefix         *string
	BatchNo           *string
	Categories        []string
	Brands            []string
}

// scope is a filter with the warehouses found.
type scope struct {
	filter     StockSummaryFilter
	warehouses []*ent.Warehouse
	// all says that no warehouse was left out, so that none need be named.
	all bool
}

func (f *StockSummaryFilter) scope(ctx context.Context, db *store.DB) (*scope, error) {
	s := &scope{}
	if f != nil {
		s.filter = *f
	}
	for _, keys := range []struct {
		name string
		n    int
	}{
		{"warehouseCodes", len(s.filter.WarehouseCodes)},
		{"skus", len(s.filter.SKUs)},
		{"categories", len(s.filter.Categories)},
		{"brands", len(s.filter.Brands)},
	} {
		if err := page.Keys("filter."+keys.name, keys.n); err != nil {
			return nil, err
		}
	}
	places := warehouse.Filter{
		Codes: s.filter.WarehouseCodes, Category: s.filter.WarehouseCategory, LocationType: s.filter.LocationType,
		OwnershipType: s.filter.OwnershipType, BusinessType: s.filter.BusinessType,
	}
	where, err := places.Where()
	if err != nil {
		return nil, err
	}
	s.all = len(where) == 0
	s.warehouses, err = db.Ent().Warehouse.Query().Where(where...).Order(ent.Asc(entwarehouse.FieldID)).All(ctx)
	return s, err
}

// narrow is the conditions on the rows of a table, with AND before each. The
// table has warehouse_id and sku, and batch_no when batches is true: a condition on
// batches is then one of them.
func (s *scope) narrow(p *store.Params, table string, batches bool) string {
	var b strings.Builder
	and := func(condition string) { b.WriteString(" AND " + condition) }
	if !s.all {
		and(p.AmongIDs(table+".warehouse_id", s.ids()))
	}
	f := s.filter
	if f.SKUs != nil {
		and(p.Among(table+".sku", catalog.SKUs(f.SKUs)))
	}
	if f.SKUPrefix != nil {
		prefix := catalog.SKU(*f.SKUPrefix)
		and(table + ".sku >= " + p.Add(prefix) + " AND " + table + ".sku < " + p.Add(prefix+"\U0010FFFF"))
	}
	if f.BatchNo != nil && batches {
		and(table + ".batch_no = " + p.Add(s.batchNo()))
	}
	for _, of := range []struct {
		column string
		values []string
	}{{entproduct.FieldCategory, f.Categories}, {entproduct.FieldBrand, f.Brands}} {
		if of.values != nil {
			and(table + ".sku IN (SELECT sku FROM products WHERE " + p.Among(of.column, of.values) + ")")
		}
	}
	return b.String()
}

// byBatch says whether the filter tells batches of a SKU apart.
func (s *scope) byBatch() bool { return s.filter.BatchNo != nil }

// whole says whether nothing is filtered.
func (s *scope) whole() bool {
	f := s.filter
	return s.all && f.SKUs == nil && f.SKUPrefix == nil && f.BatchNo == nil && f.Categories == nil && f.Brands == nil
}

func (s *scope) batchNo() string { return strings.TrimSpace(*s.filter.BatchNo) }

// warehouseIDs are the keys of the warehouses that a filter admits.
func warehouseIDs(ctx context.Context, db *store.DB, f warehouse.Filter) ([]int64, error) {
	where, err := f.Where()
	if err != nil {
		return nil, err
	}
	return db.Ent().Warehouse.Query().Where(where...).IDs(ctx)
}
