package warehouse

import (
	"context"
	"fmt"

	"entrepot/ent"
	"entrepot/ent/document"
	"entrepot/ent/location"
	entstock "entrepot/ent/stock"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// holding is what keeps a warehouse from going out of use.
type holding struct{ stocks, documents, locations int }

// lookHoldings counts what the warehouses hold, by code.
func lookHoldings(ctx context.Context, tx store.Tx, codes []string) (map[string]holding, error) {
	held := make(map[string]holding, len(codes))
	if len(codes) == 0 {
		return held, nil
	}
	// Whoever posts there holds the warehouse (see package lookup): their goods
	// are counted, and those who come later find it out of use.
	found, err := tx.Ent.Warehouse.Query().Where(page.In(entwarehouse.FieldCode, codes), store.LockAlone).
		Order(ent.Asc(entwarehouse.FieldID)).All(ctx)
	if err != nil || len(found) == 0 {
		return held, err
	}
	ids, byID := make([]int64, 0, len(found)), make(map[int64]*holding, len(found))
	for _, w := range found {
		ids, byID[w.ID] = append(ids, w.ID), &holding{}
	}
	count := func(field func(*holding) *int, rows []counted, err error) error {
		for _, r := range rows {
			*field(byID[r.WarehouseID]) += r.Count
		}
		return err
	}
	var stocks, out, in, bins []counted
	// What is allocated, damaged or on hold is physical too.
	err = tx.Ent.Stock.Query().Where(page.In(entstock.FieldWarehouseID, ids),
		entstock.Or(entstock.PhysicalQuantityNEQ(0), entstock.InTransitQuantityNEQ(0))).
		GroupBy(entstock.FieldWarehouseID).Aggregate(ent.Count()).Scan(ctx, &stocks)
	if err := count(func(h *holding) *int { return &h.stocks }, stocks, err); err != nil {
		return nil, err
	}
	open := document.StateIn(stock.DocumentDraft, stock.DocumentApproved, stock.DocumentExecuting)
	err = tx.Ent.Document.Query().Where(page.In(document.FieldWarehouseID, ids), open).
		GroupBy(document.FieldWarehouseID).Aggregate(ent.Count()).Scan(ctx, &out)
	if err := count(func(h *holding) *int { return &h.documents }, out, err); err != nil {
		return nil, err
	}
	err = tx.Ent.Document.Query().Where(page.In(document.FieldTargetWarehouseID, ids), open).
		GroupBy(document.FieldTargetWarehouseID).Aggregate(ent.Count()).Scan(ctx, &in)
	for i := range in {
		in[i].WarehouseID = in[i].TargetWarehouseID
	}
	if err := count(func(h *holding) *int { return &h.documents }, in, err); err != nil {
		return nil, err
	}
	err = tx.Ent.Location.Query().Where(page.In(location.FieldWarehouseID, ids), location.StatusEQ(stock.StatusActive)).
		GroupBy(location.FieldWarehouseID).Aggregate(ent.Count()).Scan(ctx, &bins)
	if err := count(func(h *holding) *int { return &h.locations }, bins, err); err != nil {
		return nil, err
	}
	for _, w := range found {
		held[w.Code] = *byID[w.ID]
	}
	return held, nil
}

type counted struct {
	WarehouseID       int64 `json:"warehouse_id"`
	TargetWarehouseID int64 `json:"target_warehouse_id"`
	Count             int   `json:"count"`
}

// refuse adds a fault for each thing that stands against the change of old to w.
func (h holding) refuse(faults *fault.List, path fault.Path, w, old *ent.Warehouse) {
	field, doing := "", ""
	switch {
	case w.Status == stock.StatusArchived && old.Status != stock.StatusArchived:
		field, doing = "code", "be archived"
	case w.Category == stock.WarehouseVirtual && old.Category != stock.WarehouseVirtual:
		field, doing = "category", "become virtual"
	}
	if field != "" && h.stocks > 0 {
		faults.Add(fault.Invalid, path.At(field), "warehouse %s cannot %s: it holds, or awaits, %s; move it elsewhere first", old.Code, doing, plural(h.stocks, "stock"))
	}
	if field != "" && h.documents > 0 {
		faults.Add(fault.Invalid, path.At(field), "warehouse %s cannot %s: it has %s; complete or cancel them first", old.Code, doing, plural(h.documents, "open document"))
	}
	if h.locations > 0 && located(old) && !located(w) {
		field = "ownershipType"
		if w.Category == stock.WarehouseVirtual {
			field = "category"
		}
		faults.Add(fault.Invalid, path.At(field), "warehouse %s has %s, and only a physical warehouse that we run has any; archive them first", old.Code, plural(h.locations, "active location"))
	}
}

// located says whether the warehouse has locations.
func located(w *ent.Warehouse) bool {
	return w.Category == stock.WarehousePhysical && w.OwnershipType == stock.WarehouseSelf
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
