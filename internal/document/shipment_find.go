package document

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/predicate"
	entshipment "entrepot/ent/shipment"
	"entrepot/ent/shipmententry"
	"entrepot/ent/shipmentline"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// ShipmentsByID finds shipments by key, in no order. People without document:view
// get none.
func ShipmentsByID(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Shipment, err error) {
	defer fault.Wrap(&err, "document.ShipmentsByID")
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	return db.Ent().Shipment.Query().Where(page.In(entshipment.FieldID, ids)).All(ctx)
}

// PageOfShipments is a page of the shipments of a transfer, in the order in which
// they left. BadRequest for arguments outside their limits.
func PageOfShipments(a page.Args) (*page.Each[int64, *ent.Shipment], error) {
	return page.NewEach[int64](a, page.Order[*ent.Shipment]{
		Name: "documentShipments", Direction: page.Asc, ID: func(s *ent.Shipment) int64 { return s.ID },
		Key: page.Int(entshipment.FieldShipmentNo, func(s *ent.Shipment) int64 { return int64(s.ShipmentNo) }),
	})
}

// ShipmentsOf reads that page for each of these documents, in one statement. People
// without document:view get none.
func ShipmentsOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[int64, *ent.Shipment], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.Shipment], err error) {
	defer fault.Wrap(&err, "document.ShipmentsOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.Shipment, error) {
		if !auth.From(ctx).Can(auth.DocumentView) {
			return nil, nil
		}
		return db.Ent().Shipment.Query().Where(each.Where(entshipment.FieldDocumentID, ids)).Order(each.OrderBy).All(ctx)
	}, func(s *ent.Shipment) int64 { return s.DocumentID }, count)
}

// CountShipments counts the shipments of each of these documents. People without
// document:view get none.
func CountShipments(ctx context.Context, db *store.DB, ids []int64) (map[int64]int, error) {
	return countBy(ctx, db, entshipment.Table, entshipment.FieldDocumentID, ids)
}

// PageOfShipmentLines is a page of the lines of a shipment, by the number of the
// transfer's line. BadRequest for arguments outside their limits.
func PageOfShipmentLines(a page.Args) (*page.Each[int64, *ent.ShipmentLine], error) {
	return page.NewEach[int64](a, page.Order[*ent.ShipmentLine]{
		Name: "shipmentLines", Direction: page.Asc, ID: func(l *ent.ShipmentLine) int64 { return l.ID },
		Key: page.Int(shipmentline.FieldLineNo, func(l *ent.ShipmentLine) int64 { return int64(l.LineNo) }),
	})
}

// ShipmentLinesOf reads that page for each of these shipments, in one statement.
// People without document:view get none.
func ShipmentLinesOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[int64, *ent.ShipmentLine], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.ShipmentLine], err error) {
	defer fault.Wrap(&err, "document.ShipmentLinesOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.ShipmentLine, error) {
		if !auth.From(ctx).Can(auth.DocumentView) {
			return nil, nil
		}
		return db.Ent().ShipmentLine.Query().Where(each.Where(shipmentline.FieldShipmentID, ids)).Order(each.OrderBy).All(ctx)
	}, func(l *ent.ShipmentLine) int64 { return l.ShipmentID }, count)
}

// CountShipmentLines counts the lines of each of these shipments. People without
// document:view get none.
func CountShipmentLines(ctx context.Context, db *store.DB, ids []int64) (map[int64]int, error) {
	return countBy(ctx, db, shipmentline.Table, shipmentline.FieldShipmentID, ids)
}

// PageOfShipmentEntries is a page of what became of a shipment's line, oldest first.
// BadRequest for arguments outside their limits.
func PageOfShipmentEntries(a page.Args) (*page.Each[int64, *ent.ShipmentEntry], error) {
	return page.NewEach[int64](a, page.Order[*ent.ShipmentEntry]{
		Name: "shipmentEntries", Direction: page.Asc, ID: func(e *ent.ShipmentEntry) int64 { return e.ID },
	})
}

// ShipmentEntriesOf reads that page for each of these lines, in one statement.
// People without document:view get none.
func ShipmentEntriesOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[int64, *ent.ShipmentEntry], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.ShipmentEntry], err error) {
	defer fault.Wrap(&err, "document.ShipmentEntriesOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.ShipmentEntry, error) {
		if !auth.From(ctx).Can(auth.DocumentView) {
			return nil, nil
		}
		return db.Ent().ShipmentEntry.Query().Where(each.Where(shipmententry.FieldShipmentLineID, ids)).Order(each.OrderBy).All(ctx)
	}, func(e *ent.ShipmentEntry) int64 { return e.ShipmentLineID }, count)
}

// CountShipmentEntries counts the entries of each of these lines. People without
// document:view get none.
func CountShipmentEntries(ctx context.Context, db *store.DB, ids []int64) (map[int64]int, error) {
	return countBy(ctx, db, shipmententry.Table, shipmententry.FieldShipmentLineID, ids)
}

func countBy(ctx context.Context, db *store.DB, table, column string, ids []int64) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "count %s", table)
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	query := sql.Dialect(db.Dialect()).Select(column, sql.Count("*")).From(sql.Table(table)).GroupBy(column)
	page.In(column, ids)(query)
	text, args := query.Query()
	rows, err := db.SQL().QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := make(map[int64]int, len(ids))
	for rows.Next() {
		var id int64
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		counts[id] = n
	}
	return counts, rows.Err()
}

// FindShipment reads one shipment by its id, or by the number of its transfer and its
// own; nil when there is none. Ends with Forbidden without document:view, with
// BadRequest unless it is told exactly one way.
func FindShipment(ctx context.Context, db *store.DB, id *page.ID, documentNo *string, shipmentNo *int) (_ *ent.Shipment, err error) {
	defer fault.Wrap(&err, "document.FindShipment")
	if _, err := auth.Require(ctx, auth.DocumentView); err != nil {
		return nil, err
	}
	if (documentNo == nil) != (shipmentNo == nil) || (id == nil) == (documentNo == nil) {
		return nil, fault.Stop(fault.BadRequest, "give id, or documentNo and shipmentNo")
	}
	var where predicate.Shipment
	if id != nil {
		where = entshipment.ID(id.Of("Shipment"))
	} else {
		doc, err := Find(ctx, db, documentNo, nil)
		if doc == nil {
			return nil, err
		}
		where = entshipment.And(entshipment.DocumentID(doc.ID), entshipment.ShipmentNo(*shipmentNo))
	}
	row, err := db.Ent().Shipment.Query().Where(where).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}
