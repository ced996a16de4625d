package document

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
)

// consume plans what the promise of the transfer gives for the departure: moves whose
// lines are places in leaving.
func (s *Service) consume(ctx context.Context, tx store.Tx, now time.Time, d *departure) (*reservation.Consumption, error) {
	if d.doc.ReservationID == nil {
		return nil, fault.New(fault.Invalid, d.field, "nothing is promised to document %s", d.doc.No)
	}
	parts := make([]reservation.Part, len(d.leaving))
	for i, l := range d.leaving {
		parts[i] = reservation.Part{LineNo: l.line.LineNo, Quantity: l.quantity, LocationID: l.bin, At: l.at}
		if l.batch != "" {
			parts[i].BatchNo = &l.batch
		}
	}
	return reservation.Consume(ctx, tx, now, reservation.Taking{
		ReservationID: *d.doc.ReservationID, WarehouseID: d.doc.WarehouseID, Parts: parts, At: d.field,
		By: s.by(ctx, d.doc, "transferDispatch", d.note, d.at),
	})
}

// promise reserves the goods of an approved transfer at its source, until it is
// dispatched, ended or given up.
func (s *Service) promise(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
	lines := make([]reservation.Want, len(doc.Edges.Lines))
	for i, l := range doc.Edges.Lines {
		lines[i] = reservation.Want{
			LineNo: l.LineNo, SKU: l.Sku, BatchNo: l.BatchNo, Quantity: l.Quantity, Warehouses: []int64{doc.WarehouseID},
			At: fault.Input.At("lines").Item(i),
		}
	}
	p, err := reservation.Promise(ctx, tx, now, reservation.Request{
		BusinessType: reservedFor, BusinessID: doc.No, Lines: lines, Posting: s.by(ctx, doc, "documentApprove", "", now),
	})
	if err != nil {
		return nil, err
	}
	doc.ReservationID = &p.Reservation.ID
	return []ledger.Posted{p.Posted}, nil
}

// reservedFor is what reservations call a document.
const reservedFor = "DOCUMENT"

// free gives up what is still promised to the transfer.
func (s *Service) free(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
	if doc.ReservationID == nil {
		return nil, nil
	}
	_, posted, err := reservation.Free(ctx, tx, now, reservation.Freeing{ReservationID: *doc.ReservationID, By: s.by(ctx, doc, "documentComplete", "", now)})
	if err != nil || posted.ID == 0 {
		return nil, err
	}
	return []ledger.Posted{posted}, nil
}

// by is who promises, takes and frees for a document. It is no posting of the
// document, whose own are about goods.
func (s *Service) by(ctx context.Context, doc *ent.Document, operation, note string, at time.Time) ledger.Posting {
	return ledger.Posting{
		Operation: operation, ActorID: auth.From(ctx).UserID, ReasonCode: doc.ReasonCode, Note: note,
		RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency, OccurredAt: at,
	}
}
