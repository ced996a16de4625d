package document

import (
	"context"
	"fmt"

	"entrepot/ent"
	"entrepot/internal/store"
)

var shipmentLineColumns = []store.Column[*ent.ShipmentLine]{
	{Name: "shipment_id", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return l.ShipmentID }},
	{Name: "line_no", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return int64(l.LineNo) }},
	{Name: "sku", Type: "text", Value: func(l *ent.ShipmentLine) any { return l.Sku }},
	{Name: "batch_no", Type: "text", Value: func(l *ent.ShipmentLine) any { return l.BatchNo }},
	{Name: "quantity", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return l.Quantity }},
	{Name: "value", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return l.Value }},
	{Name: "currency", Type: "text", Value: func(l *ent.ShipmentLine) any { return l.Currency }},
	{Name: "exchange_rate", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return l.ExchangeRate }},
}

// resolved is what a step changes of a shipment's line.
var resolved = []store.Column[*ent.ShipmentLine]{
	{Name: "id", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return l.ID }},
	{Name: "accepted_quantity", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return l.AcceptedQuantity }},
	{Name: "rejected_quantity", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return l.RejectedQuantity }},
	{Name: "missing_quantity", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return l.MissingQuantity }},
	{Name: "returned_quantity", Type: "bigint", Value: func(l *ent.ShipmentLine) any { return l.ReturnedQuantity }},
}

var shipmentEntryColumns = []store.Column[*ent.ShipmentEntry]{
	{Name: "shipment_line_id", Type: "bigint", Value: func(e *ent.ShipmentEntry) any { return e.ShipmentLineID }},
	{Name: "version", Type: "bigint", Value: func(e *ent.ShipmentEntry) any { return e.Version }},
	{Name: "posting_id", Type: "bigint", Value: func(e *ent.ShipmentEntry) any { return e.PostingID }},
	{Name: "accepted_delta", Type: "bigint", Value: func(e *ent.ShipmentEntry) any { return e.AcceptedDelta }},
	{Name: "rejected_delta", Type: "bigint", Value: func(e *ent.ShipmentEntry) any { return e.RejectedDelta }},
	{Name: "missing_delta", Type: "bigint", Value: func(e *ent.ShipmentEntry) any { return e.MissingDelta }},
	{Name: "returned_delta", Type: "bigint", Value: func(e *ent.ShipmentEntry) any { return e.ReturnedDelta }},
	{Name: "rejected_bucket", Type: "text", Value: func(e *ent.ShipmentEntry) any { return e.RejectedBucket }},
	{Name: "location_id", Type: "bigint", Value: func(e *ent.ShipmentEntry) any { return e.LocationID }},
	{Name: "reason_code", Type: "text", Value: func(e *ent.ShipmentEntry) any { return e.ReasonCode }},
	{Name: "occurred_at", Type: "timestamptz", Value: func(e *ent.ShipmentEntry) any { return e.OccurredAt }},
}

// insertShipment writes a shipment, whose id it fills in, and its lines.
func insertShipment(ctx context.Context, tx store.Tx, s *ent.Shipment) error {
	row, err := tx.Ent.Shipment.Create().
		SetDocumentID(s.DocumentID).SetShipmentNo(s.ShipmentNo).SetWarehouseID(s.WarehouseID).SetTargetWarehouseID(s.TargetWarehouseID).
		SetState(s.State).SetCarrier(s.Carrier).SetTrackingNo(s.TrackingNo).SetNillableEta(s.Eta).SetDispatchedAt(s.DispatchedAt).SetNote(s.Note).
		SetPostingID(s.PostingID).SetCreatedBy(s.CreatedBy).SetQuantity(s.Quantity).SetCreatedAt(s.CreatedAt).SetUpdatedAt(s.UpdatedAt).Save(ctx)
	if err != nil {
		return fmt.Errorf("write shipment: %w", err)
	}
	s.ID = row.ID
	for _, l := range s.Edges.Lines {
		l.ShipmentID = s.ID
	}
	if err := store.InsertRows(ctx, tx, "shipment_lines", shipmentLineColumns, s.Edges.Lines); err != nil {
		return fmt.Errorf("write shipment lines: %w", err)
	}
	return nil
}

// saveShipment writes what a step changed of a shipment and of lines of it.
func saveShipment(ctx context.Context, tx store.Tx, s *ent.Shipment, lines []*ent.ShipmentLine, entries []*ent.ShipmentEntry) error {
	n, err := tx.Ent.Shipment.Update().Where(shipmentAt(s.ID, s.Version-1)).
		SetState(s.State).SetVersion(s.Version).SetUpdatedAt(s.UpdatedAt).SetNillableClosedAt(s.ClosedAt).
		SetAcceptedQuantity(s.AcceptedQuantity).SetRejectedQuantity(s.RejectedQuantity).
		SetMissingQuantity(s.MissingQuantity).SetReturnedQuantity(s.ReturnedQuantity).Save(ctx)
	if err != nil {
		return fmt.Errorf("save shipment: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("shipment %d changed while its transfer was locked: %w", s.ID, store.ErrRetry)
	}
	if _, err := store.WriteAll(ctx, tx, `UPDATE shipment_lines SET accepted_quantity = x.accepted_quantity, rejected_quantity = x.rejected_quantity,
  missing_quantity = x.missing_quantity, returned_quantity = x.returned_quantity
FROM `+store.Table(tx.Dialect, resolved)+` AS x WHERE shipment_lines.id = x.id`, resolved, lines); err != nil {
		return fmt.Errorf("save shipment lines: %w", err)
	}
	if err := store.InsertRows(ctx, tx, "shipment_entries", shipmentEntryColumns, entries); err != nil {
		return fmt.Errorf("write shipment entries: %w", err)
	}
	return nil
}
