package document

import (
	"context"
	"strings"
	"time"

	entposting "entrepot/ent/posting"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// CloseMissing gives up units of a shipment that never came: they leave in transit,
// with a reason. What they were worth is written off: it left the source and enters
// no warehouse, see [Carried]. When they turn up before the transfer is ended they
// are received from there. It needs document:execute.
//
// Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it returns
// EXCEEDS_OUTSTANDING, and INVALID for what was lost before it left.
func (s *Service) CloseMissing(ctx context.Context, in CloseMissingInput) (Result, error) {
	return s.onShipment(ctx, shipmentStep{
		operation: "shipmentCloseMissing", action: stock.DocumentCloseMissing, intent: in.Intent, which: in.WhichShipment, input: in,
		note: in.Note, occurredAt: in.OccurredAt, check: in.check,
		do: func(ctx context.Context, tx store.Tx, _ time.Time, h *handling) ([]ledger.Posted, error) {
			h.reason = in.ReasonCode
			if err := in.choose(h); err != nil {
				return nil, err
			}
			codes, site, posting, err := s.targetCodes(ctx, tx, h)
			if err != nil {
				return nil, err
			}
			moves := make([]ledger.Move, len(h.parts))
			for i, a := range h.parts {
				moves[i] = codes.Start(i, lookup.Target{SKU: a.line.Sku, WarehouseCode: site, BatchNo: a.line.BatchNo})
				moves[i].Delta = ledger.In(stock.BucketInTransit, -a.missing)
			}
			return s.postStep(ctx, tx, "shipmentCloseMissing", h, posting, moves)
		},
	})
}

func (in CloseMissingInput) check(faults *fault.List) {
	command.CheckReason(faults, fault.Input.At("reasonCode"), in.ReasonCode)
	if len(in.Lines) > MaxShipmentLines {
		faults.Add(fault.TooMany, fault.Input.At("lines"), "one command names at most %d lines, this names %d; send several", MaxShipmentLines, len(in.Lines))
		return
	}
	for i, l := range in.Lines {
		checkUnits(faults, fault.Input.At("lines").Item(i).At("quantity"), l.Quantity)
	}
}

// choose takes the units that are named, or all that are on their way.
func (in CloseMissingInput) choose(h *handling) error {
	lines := fault.Input.At("lines")
	var faults fault.List
	if len(in.Lines) == 0 {
		for i, l := range h.shipment.Edges.Lines {
			if n := OnTheWay(l); n > 0 {
				h.take(arrival{line: l, at: lines.Item(i), missing: n, reason: in.ReasonCode})
			}
		}
	}
	find := linesOf(h.shipment)
	for i, l := range in.Lines {
		at := lines.Item(i)
		line := find.line(&faults, at, h, l.LineNo, strings.TrimSpace(l.BatchNo))
		if line == nil {
			continue
		}
		left, n := OnTheWay(line), l.Quantity
		if n == 0 {
			n = left
		}
		if n > left || n == 0 {
			more := n - left
			f := faults.Add(fault.ExceedsOutstanding, at.At("quantity"), "line %d, SKU %s, has %d units on their way, which is %d too few", l.LineNo, line.Sku, left, more)
			f.CurrentQuantity, f.ShortBy = &left, &more
			continue
		}
		h.take(arrival{line: line, at: at, missing: n, reason: in.ReasonCode})
	}
	if len(h.parts) == 0 && len(faults) == 0 {
		return fault.New(fault.ExceedsOutstanding, h.field, "nothing of the shipment is on its way any more")
	}
	return faults.Err()
}

// CancelShipment calls a shipment back of which nothing came and nothing was given
// up: its dispatch is reversed, the goods are at the source again and promised to the
// transfer as before. It needs document:execute.
//
// Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it returns INVALID when some
// of it came already, and ARCHIVED when the source went out of use.
func (s *Service) CancelShipment(ctx context.Context, in ShipmentCancelInput) (Result, error) {
	return s.onShipment(ctx, shipmentStep{
		operation: "shipmentCancel", action: stock.DocumentCancelShipment, intent: in.Intent, which: in.WhichShipment, input: in,
		note: in.Note, occurredAt: in.OccurredAt,
		check: func(faults *fault.List) { command.CheckReason(faults, fault.Input.At("reasonCode"), in.ReasonCode) },
		do: func(ctx context.Context, tx store.Tx, now time.Time, h *handling) ([]ledger.Posted, error) {
			h.reason = in.ReasonCode
			return s.callBack(ctx, tx, now, "shipmentCancel", h)
		},
	})
}

// callBack reverses the dispatch of a shipment.
func (s *Service) callBack(ctx context.Context, tx store.Tx, now time.Time, operation string, h *handling) ([]ledger.Posted, error) {
	row := h.shipment
	if row.AcceptedQuantity+row.RejectedQuantity+row.MissingQuantity+row.ReturnedQuantity > 0 {
		return nil, fault.New(fault.Invalid, h.field,
			"shipment %d of document %s cannot be called back: some of it came, was given up or was called back already; receive the rest, or give it up with shipmentCloseMissing",
			row.ShipmentNo, h.doc.No)
	}
	posted, err := s.takeBack(ctx, tx, operation, now, h.doc, takingBack{
		by: h.doc.ID, field: h.field, reason: h.reason, note: h.note, at: h.at, only: entposting.ID(row.PostingID),
	})
	if err != nil {
		return nil, err
	}
	for _, l := range row.Edges.Lines {
		n := l.Quantity
		h.take(arrival{line: l, returned: n, reason: h.reason})
		line := h.doc.Edges.Lines[l.LineNo-1] // numbered without a gap
		line.ExecutedQuantity -= n
		h.doc.ExecutedQuantity -= n
	}
	return posted, updateLines(ctx, tx, h.doc.Edges.Lines)
}
