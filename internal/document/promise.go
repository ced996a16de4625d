package document

import (
	"context"
	"strconv"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// ownPromise is the business type of what is promised to a document itself; its
// number is the business id.
const ownPromise = "DOCUMENT"

// reasonScrap and reasonSupplierReturn let goods leave that may not be sold.
const (
	reasonScrap          = "SCRAP"
	reasonSupplierReturn = "SUPPLIER_RETURN"
)

// promised says whether a line's goods are promised: only what is available can be.
func promised(l *ent.DocumentLine) bool { return l.Bucket == stock.BucketAvailable }

// promise promises the goods of an outbound document to it, every line in full, for
// as long as it lives: by the day on which it is to leave, batch by batch. A
// document that takes over somebody's reservation has its promise already. It
// returns INSUFFICIENT_STOCK at each line that there is too little for.
func (s *Service) promise(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
	if doc.ReservationID != nil {
		return nil, nil
	}
	house, err := tx.Ent.Warehouse.Get(ctx, doc.WarehouseID)
	if err != nil {
		return nil, err
	}
	req := reservation.Request{
		BusinessType: ownPromise, BusinessID: doc.No, Posting: s.by(ctx, "documentApprove", doc, now),
	}
	ship, err := shipDay(doc, house)
	if err != nil {
		return nil, err
	}
	for i, l := range doc.Edges.Lines {
		if !promised(l) {
			continue
		}
		req.Lines = append(req.Lines, reservation.Want{
			LineNo: len(req.Lines) + 1, BusinessLine: strconv.Itoa(l.LineNo), SKU: l.Sku, BatchNo: l.BatchNo, Quantity: l.Quantity,
			Warehouses: []int64{doc.WarehouseID}, ShipOn: ship, AnyBatch: unsold(doc), At: fault.Input.At("lines").Item(i),
		})
	}
	if len(req.Lines) == 0 {
		return nil, nil
	}
	p, err := reservation.Promise(ctx, tx, now, req)
	if err != nil {
		return nil, err
	}
	doc.ReservationID = &p.Reservation.ID
	return []ledger.Posted{p.Posted}, nil
}

// unsold says that the goods of the document are not sold, so that batches may
// leave which nobody may be sold.
func unsold(doc *ent.Document) bool {
	return doc.ReasonCode == reasonScrap || doc.ReasonCode == reasonSupplierReturn
}

// shipDay is the day, in the warehouse's time zone, on which the goods are to
// leave; zero is today.
func shipDay(doc *ent.Document, house *ent.Warehouse) (time.Time, error) {
	if doc.ExpectedAt == nil {
		return time.Time{}, nil
	}
	zone, err := time.LoadLocation(house.TimeZone)
	if err != nil {
		return time.Time{}, err
	}
	y, m, d := doc.ExpectedAt.In(zone).Date()
	return fx.Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)), nil
}

// by says who promises or frees for the document, and why.
func (s *Service) by(ctx context.Context, operation string, doc *ent.Document, now time.Time) ledger.Posting {
	return ledger.Posting{
		Operation: operation, ActorID: auth.From(ctx).UserID, ReasonCode: doc.ReasonCode, Note: doc.No,
		RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency, OccurredAt: now,
	}
}

// free lets go of what is still promised to the document itself. What it has of
// somebody's reservation stays theirs.
func (s *Service) free(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
	if doc.ReservationID == nil {
		return nil, nil
	}
	r, err := tx.Ent.Reservation.Get(ctx, *doc.ReservationID)
	if err != nil || r.BusinessType != ownPromise || r.BusinessID != doc.No {
		return nil, err
	}
	_, posted, err := reservation.Free(ctx, tx, now, reservation.Freeing{
		ReservationID: r.ID, By: s.by(ctx, "documentFree", doc, now), At: fault.Input,
	})
	if err != nil || posted.ID == 0 {
		return nil, err
	}
	return []ledger.Posted{posted}, nil
}
