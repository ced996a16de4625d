package document

import (
	"context"
	"time"

	"entrepot/ent"
	entshipment "entrepot/ent/shipment"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// travelling is the life of a transfer: its goods leave by dispatches and come by
// receipts. It is not reversed: goods that are elsewhere come back by a transfer.
var travelling = common.with(
	passage{action: stock.DocumentExecute, mutation: "transferDispatch", again: true, leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentApproved:  stock.DocumentExecuting,
		stock.DocumentExecuting: stock.DocumentExecuting,
	}},
	passage{action: stock.DocumentReverse, mutation: "documentReverse (the goods are in another warehouse: make a transfer back)"},
	passage{action: stock.DocumentReceive, mutation: "shipmentReceive", again: true, leads: whileExecuting},
	passage{action: stock.DocumentCloseMissing, mutation: "shipmentCloseMissing", again: true, leads: whileExecuting},
	passage{action: stock.DocumentCancelShipment, mutation: "shipmentCancel", again: true, leads: whileExecuting},
	landing,
)

var whileExecuting = map[stock.DocumentState]stock.DocumentState{stock.DocumentExecuting: stock.DocumentExecuting}

// checkTransfer collects the faults of what only a transfer has.
func (in *CreateInput) checkTransfer(faults *fault.List, at fault.Path) {
	switch in.TargetWarehouseCode {
	case "":
		faults.Add(fault.Required, at.At("targetWarehouseCode"), "give the code of the warehouse that the goods go to")
	case in.WarehouseCode:
		faults.Add(fault.Invalid, at.At("targetWarehouseCode"), "a transfer goes to another warehouse; within one, stockMove changes what goods are")
	}
	if in.AdvanceTo == stock.DocumentCompleted {
		faults.Add(fault.Invalid, at.At("advanceTo"), "a transfer travels: approve it, and then use transferDispatch and shipmentReceive")
	}
	for i, l := range in.Lines {
		if l.Bucket != stock.BucketAvailable {
			faults.Add(fault.Invalid, at.At("lines").Item(i).At("bucket"), "a transfer takes available goods, not %s", l.Bucket)
		}
	}
}

// sites are the warehouses that a document is about.
func sites(doc *ent.Document) []int64 {
	if doc.TargetWarehouseID == nil {
		return []int64{doc.WarehouseID}
	}
	return []int64{doc.WarehouseID, *doc.TargetWarehouseID}
}

// arrivedAll refuses to end a transfer of which goods are on their way.
func arrivedAll(ctx context.Context, tx store.Tx, doc *ent.Document, field fault.Path) error {
	rows, err := tx.Ent.Shipment.Query().Where(entshipment.DocumentID(doc.ID), entshipment.StateEQ(stock.ShipmentInTransit)).
		Order(ent.Asc(entshipment.FieldShipmentNo)).All(ctx)
	if err != nil || len(rows) == 0 {
		return err
	}
	var left int64
	for _, r := range rows {
		left += ShipmentOnTheWay(r)
	}
	f := fault.New(fault.Outstanding, field,
		"%d units of document %s are on their way, the first in shipment %d: receive them, or give up with shipmentCloseMissing what will not come", left, doc.No, rows[0].ShipmentNo)
	f[0].CurrentQuantity = &left
	return f
}

// callBackAll calls every shipment of a transfer back that was not called back yet.
// It refuses when something came of any.
func (s *Service) callBackAll(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document, in CancelInput) (posted []ledger.Posted, err error) {
	rows, err := tx.Ent.Shipment.Query().Where(entshipment.DocumentID(doc.ID), entshipment.StateNEQ(stock.ShipmentCancelled)).
		WithLines().Order(ent.Desc(entshipment.FieldShipmentNo)).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if row.Quantity > ShipmentOnTheWay(row) {
			return nil, fault.New(fault.Invalid, fault.Input.At("keepExecuted"),
				"shipment %d of document %s came in part, or some of it was given up: what came stays; settle the rest of it and send keepExecuted: true", row.ShipmentNo, doc.No)
		}
	}
	for _, row := range rows {
		h := &handling{doc: doc, shipment: row, field: in.field(), reason: doc.ReasonCode, note: in.Note}
		if h.at, err = happened(in.OccurredAt, now, row); err != nil {
			return nil, err
		}
		more, err := s.callBack(ctx, tx, now, "documentCancel", h)
		if err != nil {
			return nil, err
		}
		tell(ctx, doc, stock.DocumentCancelShipment, doc.State, more[0].ID, in.Note, now)
		if err := h.save(ctx, tx, now, more[0].ID); err != nil {
			return nil, err
		}
		posted = append(posted, more...)
	}
	return posted, nil
}
