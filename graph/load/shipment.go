package load

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// shipmentLoaders load shipments and what hangs on them.
type shipmentLoaders struct {
	byID    *loader[int64, *ent.Shipment]
	of      *nested[int64, whole, *ent.Shipment] // of a transfer
	lines   *nested[int64, whole, *ent.ShipmentLine]
	entries *nested[int64, whole, *ent.ShipmentEntry]
	worths  *loader[int64, document.Carried]
	coming  *loader[ledger.Key, []*document.Coming] // to a stock
}

func (l *loaders) newShipmentLoaders(db *store.DB) shipmentLoaders {
	return shipmentLoaders{
		byID: newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Shipment, error) {
			rows, err := document.ShipmentsByID(ctx, db, ids)
			return index(l.leadShipments(rows), func(s *ent.Shipment) int64 { return s.ID }), err
		}),
		of:      newWhole(db, document.PageOfShipments, document.ShipmentsOf, document.CountShipments, l.leadShipments),
		lines:   newWhole(db, document.PageOfShipmentLines, document.ShipmentLinesOf, document.CountShipmentLines, l.leadShipmentLines),
		entries: newWhole(db, document.PageOfShipmentEntries, document.ShipmentEntriesOf, document.CountShipmentEntries, l.leadShipmentEntries),
		worths: newLoader(func(ctx context.Context, ids []int64) (map[int64]document.Carried, error) {
			return document.CarriedOfShipments(ctx, db, ids)
		}),
		coming: newLoader(func(ctx context.Context, keys []ledger.Key) (map[ledger.Key][]*document.Coming, error) {
			found, err := document.ComingTo(ctx, db, keys)
			for _, list := range found {
				for _, c := range list {
					l.leadShipments([]*ent.Shipment{c.Shipment})
					l.leadShipmentLines([]*ent.ShipmentLine{c.Line})
				}
			}
			return found, err
		}),
	}
}

// Shipments notes where the rows of a list lead to.
func Shipments(ctx context.Context, rows []*ent.Shipment) { from(ctx).leadShipments(rows) }

func (l *loaders) leadShipments(rows []*ent.Shipment) []*ent.Shipment {
	for _, s := range rows {
		l.warehouses.want(s.WarehouseID, s.TargetWarehouseID)
		l.users.want(s.CreatedBy)
		l.documents.byID.want(s.DocumentID)
		if s.PostingID != 0 {
			l.postings.want(s.PostingID)
		}
		l.shipments.lines.want(s.ID)
		l.shipments.worths.want(s.ID)
	}
	return rows
}

func (l *loaders) leadShipmentLines(rows []*ent.ShipmentLine) []*ent.ShipmentLine {
	for _, r := range rows {
		l.products.want(r.Sku)
		l.shipments.entries.want(r.ID)
	}
	return rows
}

func (l *loaders) leadShipmentEntries(rows []*ent.ShipmentEntry) []*ent.ShipmentEntry {
	for _, r := range rows {
		l.postings.want(r.PostingID)
		if r.LocationID != nil {
			l.locations.want(*r.LocationID)
		}
	}
	return rows
}

// ShipmentsOf is a page of the shipments of a document.
func ShipmentsOf(ctx context.Context, document int64, a page.Args) (*page.Connection[*ent.Shipment], error) {
	return from(ctx).shipments.of.load(ctx, document, whole{}, a)
}

// ShipmentLinesOf is a page of the lines of a shipment. Those of a dry run come with it.
func ShipmentLinesOf(ctx context.Context, s *ent.Shipment, a page.Args) (*page.Connection[*ent.ShipmentLine], error) {
	l := from(ctx)
	if s.Edges.Lines == nil {
		return l.shipments.lines.load(ctx, s.ID, whole{}, a)
	}
	each, err := document.PageOfShipmentLines(a)
	if err != nil {
		return nil, err
	}
	l.leadShipmentLines(s.Edges.Lines)
	return each.Of(s.Edges.Lines), nil
}

// ShipmentEntriesOf is a page of what became of a shipment's line.
func ShipmentEntriesOf(ctx context.Context, line int64, a page.Args) (*page.Connection[*ent.ShipmentEntry], error) {
	return from(ctx).shipments.entries.load(ctx, line, whole{}, a)
}

// WorthOfShipment is what became of the value of a shipment. That of a dry run is
// the sum over its lines, which come with it.
func WorthOfShipment(ctx context.Context, s *ent.Shipment) (document.Carried, error) {
	if s.Edges.Lines == nil {
		return from(ctx).shipments.worths.load(ctx, s.ID)
	}
	return document.CarriedOfLines(s.Edges.Lines)
}

// ComingTo is what is on its way to a stock.
func ComingTo(ctx context.Context, s *ent.Stock) ([]*document.Coming, error) {
	return from(ctx).shipments.coming.load(ctx, stockKey(s))
}

func stockKey(s *ent.Stock) ledger.Key {
	return ledger.Key{WarehouseID: s.WarehouseID, SKU: s.Sku, BatchNo: s.BatchNo}
}

// InTransit notes where the rows of a list lead to.
func InTransit(ctx context.Context, rows []*document.InTransit) {
	for _, r := range rows {
		from(ctx).warehouses.want(r.WarehouseID)
	}
}
