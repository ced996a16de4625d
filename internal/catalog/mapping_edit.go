package catalog

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/ent/codemapping"
	"entrepot/ent/product"
	"entrepot/ent/warehouse"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// mappingEditor holds the rows of a command and what its transaction read for them.
type mappingEditor struct {
	at         func(i int) fault.Path
	rows       []MappingRow
	warehouses map[string]int64
	products   map[string]bool
	of         map[codeScope][]*ent.CodeMapping // all periods of a code, by scope
	planned    map[int]*ent.CodeMapping
}

// codeScope is within what a code means one thing on a day; warehouse 0 is all.
type codeScope struct {
	platform, code string
	warehouse      int64
}

func scopeOf(m *ent.CodeMapping) codeScope {
	s := codeScope{platform: m.Platform, code: m.ExternalCode}
	if m.WarehouseID != nil {
		s.warehouse = *m.WarehouseID
	}
	return s
}

// scope is that of row i; ok is false when it names a warehouse that is not there.
func (e *mappingEditor) scope(i int) (s codeScope, ok bool) {
	r := e.rows[i]
	s = codeScope{platform: r.Platform, code: r.ExternalCode}
	if r.WarehouseCode == "" {
		return s, true
	}
	s.warehouse, ok = e.warehouses[r.WarehouseCode]
	return s, ok
}

// find finds the mappings that the rows name among all periods of their codes. The
// codes are held by name: two commands cannot both find that a day is free.
func (e *mappingEditor) find(ctx context.Context, tx store.Tx) (map[int]*ent.CodeMapping, error) {
	var names, platforms, codes, sites []string
	for _, r := range e.rows {
		names = append(names, r.Platform+"\x00"+r.ExternalCode)
		platforms, codes = append(platforms, r.Platform), append(codes, r.ExternalCode)
		if r.WarehouseCode != "" {
			sites = append(sites, r.WarehouseCode)
		}
	}
	if err := store.LockNames(ctx, tx, codemapping.Table, names); err != nil {
		return nil, err
	}
	if err := e.findWarehouses(ctx, tx, sites); err != nil {
		return nil, err
	}
	found, err := tx.Ent.CodeMapping.Query().
		Where(page.InPairs(codemapping.FieldPlatform, codemapping.FieldExternalCode, platforms, codes), store.Lock).
		Order(ent.Asc(codemapping.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	e.of, e.planned = map[codeScope][]*ent.CodeMapping{}, map[int]*ent.CodeMapping{}
	for _, m := range found {
		e.of[scopeOf(m)] = append(e.of[scopeOf(m)], m)
	}
	rows := map[int]*ent.CodeMapping{}
	for i, r := range e.rows {
		scope, ok := e.scope(i)
		if !ok {
			continue
		}
		for _, m := range e.of[scope] {
			if day(m.ValidFrom).Equal(r.ValidFrom) {
				rows[i] = m
			}
		}
	}
	return rows, nil
}

func (e *mappingEditor) findWarehouses(ctx context.Context, tx store.Tx, codes []string) error {
	e.warehouses = map[string]int64{}
	if len(codes) == 0 {
		return nil
	}
	found, err := tx.Ent.Warehouse.Query().Where(page.In(warehouse.FieldCode, codes)).Select(warehouse.FieldID, warehouse.FieldCode).All(ctx)
	for _, w := range found {
		e.warehouses[w.Code] = w.ID
	}
	return err
}

func (e *mappingEditor) look(ctx context.Context, tx store.Tx) error {
	e.products = map[string]bool{}
	var skus []string
	for _, r := range e.rows {
		if r.SKU != nil {
			skus = append(skus, *r.SKU)
		}
	}
	if len(skus) == 0 {
		return nil
	}
	found, err := tx.Ent.Product.Query().Where(page.In(product.FieldSku, skus)).Select(product.FieldSku).Strings(ctx)
	for _, sku := range found {
		e.products[sku] = true
	}
	return err
}

func (e *mappingEditor) merge(faults *fault.List, i int, m, old *ent.CodeMapping) bool {
	r, at := e.rows[i], e.at(i)
	scope, ok := e.scope(i)
	if !ok {
		faults.Add(fault.NotFound, at.At("warehouseCode"), "there is no warehouse %q", command.Short(r.WarehouseCode))
		return false
	}
	if old == nil {
		m.Platform, m.ExternalCode, m.ValidFrom = r.Platform, r.ExternalCode, r.ValidFrom
		if scope.warehouse != 0 {
			m.WarehouseID = &scope.warehouse
		}
		if r.SKU == nil {
			faults.Add(fault.Required, at.At("sku"), "give our SKU")
		}
	}
	if r.SKU != nil {
		if m.Sku = *r.SKU; !e.products[m.Sku] {
			faults.Add(fault.NotFound, at.At("sku"), "there is no SKU %q", command.Short(m.Sku))
		}
	}
	if r.ValidTo != nil || r.ClearValidTo {
		m.ValidTo = r.ValidTo
	}
	if r.Note != nil {
		m.Note = *r.Note
	}
	for _, other := range e.of[scope] {
		if other != old && overlap(m, other) {
			faults.Add(fault.Taken, at.At("validFrom"), "code %s means SKU %s from %s %s already: end that before, with codeMappingUpdate",
				command.Short(r.ExternalCode), other.Sku, other.ValidFrom.Format(time.DateOnly), until(other))
		}
	}
	e.planned[i] = m
	return false
}

// take lets later rows see the period that the accepted row i has now.
func (e *mappingEditor) take(i int) {
	m := e.planned[i]
	scope := scopeOf(m)
	for j, other := range e.of[scope] {
		if day(other.ValidFrom).Equal(day(m.ValidFrom)) {
			e.of[scope][j] = m
			return
		}
	}
	e.of[scope] = append(e.of[scope], m)
}

// overlap: both hold on some day; both ends of a period belong to it.
func overlap(a, b *ent.CodeMapping) bool {
	return (a.ValidTo == nil || !day(b.ValidFrom).After(day(*a.ValidTo))) && (b.ValidTo == nil || !day(a.ValidFrom).After(day(*b.ValidTo)))
}

func until(m *ent.CodeMapping) string {
	if m.ValidTo == nil {
		return "on"
	}
	return "to " + m.ValidTo.Format(time.DateOnly)
}
