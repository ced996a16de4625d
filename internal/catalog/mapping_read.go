package catalog

import (
	"context"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/codemapping"
	"entrepot/ent/predicate"
	"entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// SKUsOf are the SKUs that codes of a platform mean in a warehouse on a day (of
// UTC): a mapping of the warehouse itself goes before one for all. Codes without a
// meaning are not in the map. Without a warehouse only mappings for all count.
func SKUsOf(ctx context.Context, tx store.Tx, platform string, warehouseID *int64, on time.Time, codes []string) (_ map[string]string, err error) {
	defer fault.Wrap(&err, "catalog.SKUsOf")
	rows, err := tx.Ent.CodeMapping.Query().
		Where(codemapping.Platform(SKU(platform)), page.In(codemapping.FieldExternalCode, codes), holds(on), inScope(warehouseID)).All(ctx)
	out := make(map[string]string, len(rows))
	for code, m := range meaning(rows) {
		out[code] = m.Sku
	}
	return out, err
}

// CodesOf are what a platform calls SKUs in a warehouse on a day (of UTC): the codes
// that [SKUsOf] would bring back to them. Codes of the warehouse itself come before
// those for all, equal ones by bytes. SKUs that the platform does not know are not in
// the map.
func CodesOf(ctx context.Context, tx store.Tx, platform string, warehouseID *int64, on time.Time, skus []string) (_ map[string][]string, err error) {
	defer fault.Wrap(&err, "catalog.CodesOf")
	ours, err := tx.Ent.CodeMapping.Query().
		Where(codemapping.Platform(SKU(platform)), page.In(codemapping.FieldSku, skus), holds(on), inScope(warehouseID)).All(ctx)
	if err != nil || len(ours) == 0 {
		return nil, err
	}
	codes := make([]string, len(ours))
	for i, m := range ours {
		codes[i] = m.ExternalCode
	}
	// In the warehouse itself such a code may mean another SKU.
	rows, err := tx.Ent.CodeMapping.Query().
		Where(codemapping.Platform(SKU(platform)), page.In(codemapping.FieldExternalCode, codes), holds(on), inScope(warehouseID)).All(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b *ent.CodeMapping) int { return strings.Compare(a.ExternalCode, b.ExternalCode) })
	asked, means := make(map[string]bool, len(skus)), meaning(rows)
	for _, sku := range skus {
		asked[sku] = true
	}
	out := map[string][]string{}
	for _, own := range []bool{true, false} {
		for _, m := range rows {
			if means[m.ExternalCode] == m && asked[m.Sku] && (m.WarehouseID != nil) == own {
				out[m.Sku] = append(out[m.Sku], m.ExternalCode)
			}
		}
	}
	return out, nil
}

// meaning is the mapping of each code that counts.
func meaning(rows []*ent.CodeMapping) map[string]*ent.CodeMapping {
	out := make(map[string]*ent.CodeMapping, len(rows))
	for _, m := range rows {
		if out[m.ExternalCode] == nil || m.WarehouseID != nil {
			out[m.ExternalCode] = m
		}
	}
	return out
}

// holds: the mapping is valid on the day.
func holds(on time.Time) predicate.CodeMapping {
	on = day(on)
	return codemapping.And(codemapping.ValidFromLTE(on), codemapping.Or(codemapping.ValidToIsNil(), codemapping.ValidToGTE(on)))
}

func inScope(warehouseID *int64) predicate.CodeMapping {
	if warehouseID == nil {
		return codemapping.WarehouseIDIsNil()
	}
	return codemapping.Or(codemapping.WarehouseIDIsNil(), codemapping.WarehouseID(*warehouseID))
}

// MappingFilter narrows ListMappings. All conditions must hold.
type MappingFilter struct {
	Platforms     []string
	SKUs          []string
	ExternalCodes []string
	// WarehouseCodes asks for mappings of these warehouses only, EveryWarehouse for
	// those of all, or for those of one.
	WarehouseCodes []string
	EveryWarehouse *bool
	OnDate         *time.Time
	UpdatedSince   *time.Time
}

// ListMappings reads a page of mappings in the order of entry. Ends with Forbidden
// without product:view, with BadRequest for arguments outside their limits.
func ListMappings(ctx context.Context, db *store.DB, f *MappingFilter, a page.Args) (_ *page.Connection[*ent.CodeMapping], err error) {
	defer fault.Wrap(&err, "catalog.ListMappings")
	if _, err := auth.Require(ctx, auth.ProductView); err != nil {
		return nil, err
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	return page.Read(ctx, a, mappingsByID, db.Ent().CodeMapping.Query().Where(where...))
}

var mappingsByID = page.Order[*ent.CodeMapping]{Name: "codeMappings", ID: func(m *ent.CodeMapping) int64 { return m.ID }, Direction: page.Asc}

func (f *MappingFilter) predicates() (where []predicate.CodeMapping, err error) {
	if f == nil {
		return nil, nil
	}
	for _, keys := range []struct {
		field string
		given []string
		where func() predicate.CodeMapping
	}{
		{"platforms", f.Platforms, func() predicate.CodeMapping { return page.In(codemapping.FieldPlatform, SKUs(f.Platforms)) }},
		{"skus", f.SKUs, func() predicate.CodeMapping { return page.In(codemapping.FieldSku, SKUs(f.SKUs)) }},
		{"externalCodes", f.ExternalCodes, func() predicate.CodeMapping { return page.In(codemapping.FieldExternalCode, f.ExternalCodes) }},
		{"warehouseCodes", f.WarehouseCodes, func() predicate.CodeMapping { return mappedIn(SKUs(f.WarehouseCodes)) }},
	} {
		if keys.given == nil {
			continue
		}
		if err := page.Keys("filter."+keys.field, len(keys.given)); err != nil {
			return nil, err
		}
		where = append(where, keys.where())
	}
	if f.EveryWarehouse != nil {
		every := codemapping.WarehouseIDIsNil()
		if !*f.EveryWarehouse {
			every = codemapping.WarehouseIDNotNil()
		}
		where = append(where, every)
	}
	if f.OnDate != nil {
		where = append(where, holds(*f.OnDate))
	}
	if f.UpdatedSince != nil {
		where = append(where, codemapping.UpdatedAtGTE(store.Moment(*f.UpdatedSince)))
	}
	return where, nil
}

func mappedIn(codes []string) predicate.CodeMapping {
	return func(s *sql.Selector) {
		w := sql.Dialect(s.Dialect()).Select(warehouse.FieldID).From(sql.Table(warehouse.Table))
		page.In(warehouse.FieldCode, codes)(w)
		s.Where(page.InFound(s, codemapping.FieldWarehouseID, w))
	}
}
