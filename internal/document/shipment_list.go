package document

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/predicate"
	entshipment "entrepot/ent/shipment"
	"entrepot/ent/shipmentline"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// ShipmentFilter narrows [Shipments]. All conditions must hold; From is included,
// To and Before are not.
type ShipmentFilter struct {
	States               []stock.ShipmentState
	WarehouseCodes       []string
	TargetWarehouseCodes []string
	SKU                  *string
	Carrier              *string
	TrackingNo           *string
	Search               *string
	EtaBefore            *time.Time
	// Overdue asks for shipments on their way whose ETA is past; false for the others.
	Overdue        *bool
	DispatchedFrom *time.Time
	DispatchedTo   *time.Time
	UpdatedSince   *time.Time
}

// ShipmentOrder orders [Shipments].
type ShipmentOrder struct {
	Field     ShipmentOrderField
	Direction page.Direction
}

// ShipmentOrderField is a column that shipments can be ordered by.
type ShipmentOrderField string

// The values of ShipmentOrderField.
const (
	ShipmentsByEntry        ShipmentOrderField = "ID"
	ShipmentsByDispatchedAt ShipmentOrderField = "DISPATCHED_AT"
	ShipmentsByUpdatedAt    ShipmentOrderField = "UPDATED_AT"
	// ShipmentsByETA leaves out those that nobody expects at a time.
	ShipmentsByETA ShipmentOrderField = "ETA"
)

var shipmentOrders = page.Fields[ShipmentOrderField, *ent.Shipment]{
	Name: "shipments", ID: func(s *ent.Shipment) int64 { return s.ID },
	Keys: map[ShipmentOrderField]page.Key[*ent.Shipment]{
		ShipmentsByDispatchedAt: page.Time(entshipment.FieldDispatchedAt, func(s *ent.Shipment) time.Time { return s.DispatchedAt }),
		ShipmentsByUpdatedAt:    page.Time(entshipment.FieldUpdatedAt, func(s *ent.Shipment) time.Time { return s.UpdatedAt }),
		ShipmentsByETA:          page.Time(entshipment.FieldEta, func(s *ent.Shipment) time.Time { return *s.Eta }),
	},
}

// Shipments reads a page of shipments, newest first unless told otherwise; now says
// what is overdue. Ends with Forbidden without document:view, with BadRequest for
// arguments outside their limits.
func (s *Service) Shipments(ctx context.Context, f *ShipmentFilter, o *ShipmentOrder, a page.Args) (_ *page.Connection[*ent.Shipment], err error) {
	defer fault.Wrap(&err, "document.Shipments")
	if _, err := auth.Require(ctx, auth.DocumentView); err != nil {
		return nil, err
	}
	if f == nil {
		f = &ShipmentFilter{}
	}
	if o == nil {
		o = &ShipmentOrder{Field: ShipmentsByEntry, Direction: page.Desc}
	}
	where, err := f.predicates(store.Moment(s.now()))
	if err != nil {
		return nil, err
	}
	order, query := shipmentOrders.Order(o.Field, o.Direction), s.db.Ent().Shipment.Query().Where(where...)
	if o.Field == ShipmentsByETA {
		query.Where(entshipment.EtaNotNil())
	}
	states := func() {
		if f.States != nil {
			query.Where(page.InEnum(entshipment.FieldState, f.States))
		}
	}
	for _, by := range []struct {
		codes  []string
		column string
	}{{f.TargetWarehouseCodes, entshipment.FieldTargetWarehouseID}, {f.WarehouseCodes, entshipment.FieldWarehouseID}} {
		if by.codes == nil {
			continue
		}
		ids, err := warehouseIDs(ctx, s.db, by.codes)
		if err != nil {
			return nil, err
		}
		if by.column == entshipment.FieldTargetWarehouseID && f.WarehouseCodes != nil {
			query.Where(page.In(by.column, ids))
			continue
		}
		states()
		return page.ReadOf(ctx, a, order, query, by.column, ids)
	}
	if f.States != nil {
		names := make([]string, len(f.States))
		for i, state := range f.States {
			names[i] = string(state)
		}
		return page.ReadOf(ctx, a, order, query, entshipment.FieldState, names)
	}
	return page.Read(ctx, a, order, query)
}

func (f *ShipmentFilter) predicates(now time.Time) (where []predicate.Shipment, err error) {
	for field, n := range map[string]int{
		"states": len(f.States), "warehouseCodes": len(f.WarehouseCodes), "targetWarehouseCodes": len(f.TargetWarehouseCodes),
	} {
		if err := page.Keys("filter."+field, n); err != nil {
			return nil, err
		}
	}
	for field, text := range map[string]*string{"search": f.Search, "carrier": f.Carrier} {
		if text != nil {
			if err := page.Search("filter."+field, *text); err != nil {
				return nil, err
			}
		}
	}
	and := func(given bool, p func() predicate.Shipment) {
		if given {
			where = append(where, p())
		}
	}
	and(f.SKU != nil, func() predicate.Shipment { return carrying(*f.SKU) })
	and(f.Carrier != nil, func() predicate.Shipment { return entshipment.CarrierContainsFold(*f.Carrier) })
	and(f.TrackingNo != nil, func() predicate.Shipment { return entshipment.TrackingNo(*f.TrackingNo) })
	and(f.Search != nil && *f.Search != "", func() predicate.Shipment { return searched(*f.Search) })
	and(f.EtaBefore != nil, func() predicate.Shipment { return entshipment.EtaLT(store.Moment(*f.EtaBefore)) })
	and(f.Overdue != nil, func() predicate.Shipment {
		late := entshipment.And(entshipment.StateEQ(stock.ShipmentInTransit), entshipment.EtaNotNil(), entshipment.EtaLT(now))
		if *f.Overdue {
			return late
		}
		return entshipment.Or(entshipment.StateNEQ(stock.ShipmentInTransit), entshipment.EtaIsNil(), entshipment.EtaGTE(now))
	})
	and(f.DispatchedFrom != nil, func() predicate.Shipment { return entshipment.DispatchedAtGTE(store.Moment(*f.DispatchedFrom)) })
	and(f.DispatchedTo != nil, func() predicate.Shipment { return entshipment.DispatchedAtLT(store.Moment(*f.DispatchedTo)) })
	and(f.UpdatedSince != nil, func() predicate.Shipment { return entshipment.UpdatedAtGTE(store.Moment(*f.UpdatedSince)) })
	return where, nil
}

// carrying: goods of the SKU travel with it, or did.
func carrying(sku string) predicate.Shipment {
	return func(s *sql.Selector) {
		lines := sql.Dialect(s.Dialect()).Select(shipmentline.FieldShipmentID).From(sql.Table(shipmentline.Table))
		page.In(shipmentline.FieldSku, []string{number(sku)})(lines)
		s.Where(page.InFound(s, entshipment.FieldID, lines))
	}
}

// searched: tracking numbers and numbers of transfers that begin with the text, or
// carriers that contain it.
func searched(text string) predicate.Shipment {
	return func(s *sql.Selector) {
		docs := sql.Dialect(s.Dialect()).Select(entdocument.FieldID).From(sql.Table(entdocument.Table))
		page.StartsWith(entdocument.FieldNo, number(text))(docs)
		s.Where(sql.Or(
			page.InFound(s, entshipment.FieldDocumentID, docs),
			sql.HasPrefix(s.C(entshipment.FieldTrackingNo), text),
			sql.ContainsFold(s.C(entshipment.FieldCarrier), text),
		))
	}
}

// Overdue says whether the shipment is on its way although its ETA is past.
func (s *Service) Overdue(row *ent.Shipment) bool {
	return row.State == stock.ShipmentInTransit && row.Eta != nil && row.Eta.Before(s.now())
}
