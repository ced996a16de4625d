package document

import (
	"context"
	"fmt"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Receive books what of a shipment came: all that is on its way, or the lines that
// are named, by one posting. Accepted units become available at the target; rejected
// ones came damaged and enter it as such, or on hold. It may be called again for the
// rest. It needs document:execute.
//
// The goods come in at what they left at: with [CarriedOf] of the line in the
// currency of the warehouse that they left; when the target keeps its costs in
// another one, in base currency at the rate of the dispatch and from that at the
// target's rate on the day of the receipt, so that both sides agree in base currency.
//
// Of more than [MaxAtOnce] lines it checks everything but what the posting itself
// finds, and answers with the job that books it as of now; a dry run never does.
//
// Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it returns
// EXCEEDS_OUTSTANDING, ARCHIVED, LOCKED, RATE_MISSING, INVALID for what came before
// it left, and with Complete what [Service.Complete] returns.
func (s *Service) Receive(ctx context.Context, in ReceiveInput) (Result, error) {
	return s.receive(ctx, in, &large{kind: receiveJob})
}

func (s *Service) receive(ctx context.Context, in ReceiveInput, big *large) (Result, error) {
	tidy := in
	tidy.tidy()
	st := shipmentStep{
		operation: "shipmentReceive", action: stock.DocumentReceive, intent: in.Intent, which: tidy.WhichShipment, input: in,
		note: in.Note, occurredAt: in.OccurredAt, check: tidy.check, large: big,
		do: func(ctx context.Context, tx store.Tx, now time.Time, h *handling) ([]ledger.Posted, error) {
			values, err := tidy.choose(h)
			if err != nil {
				return nil, err
			}
			codes, site, posting, err := s.targetCodes(ctx, tx, h)
			if err != nil {
				return nil, err
			}
			if err := tidy.bins(ctx, tx, h); err != nil {
				return nil, err
			}
			moves, err := h.arrivals(codes, site, values)
			if err != nil {
				return nil, err
			}
			asked := tidy
			asked.WhichShipment = WhichShipment{TransferNo: h.doc.No, ShipmentNo: h.shipment.ShipmentNo, ExpectedVersion: in.ExpectedVersion}
			asked.OccurredAt = &h.at
			title := fmt.Sprintf("Receipt of shipment %d of %s, %d lines", h.shipment.ShipmentNo, h.doc.No, len(h.parts))
			if later, err := big.later(ctx, tx, now, in.Intent, len(h.parts), title, asked); later || err != nil {
				return nil, err
			}
			if err := lookup.Arrive(ctx, tx, store.Moment(s.now()), moves); err != nil {
				return nil, err
			}
			return s.postStep(ctx, tx, "shipmentReceive", h, posting, moves)
		},
	}
	if in.Complete {
		st.after = func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			return s.complete(ctx, tx, doc, false, "", now)
		}
	}
	return s.onShipment(ctx, st)
}

func (in *ReceiveInput) tidy() {
	lines := make([]ReceiveLine, len(in.Lines)) // the caller's stay as they are: they are hashed
	for i, l := range in.Lines {
		l.BatchNo = strings.TrimSpace(l.BatchNo)
		l.LocationCode = strings.ToUpper(strings.TrimSpace(l.LocationCode))
		if l.Rejected > 0 && l.RejectedBucket == "" {
			l.RejectedBucket = stock.BucketDamaged
		}
		if l.Rejected > 0 && l.RejectReason == "" {
			l.RejectReason = "DAMAGED"
		}
		lines[i] = l
	}
	in.Lines = lines
}

func (in *ReceiveInput) check(faults *fault.List) {
	if len(in.Lines) > MaxShipmentLines {
		faults.Add(fault.TooMany, fault.Input.At("lines"), "one receipt names at most %d lines, this names %d; send several", MaxShipmentLines, len(in.Lines))
		return
	}
	for i, l := range in.Lines {
		at := fault.Input.At("lines").Item(i)
		checkUnits(faults, at.At("accepted"), l.Accepted)
		checkUnits(faults, at.At("rejected"), l.Rejected)
		if l.Accepted == 0 && l.Rejected == 0 {
			faults.Add(fault.Invalid, at.At("accepted"), "give what was accepted or rejected, or leave the line out: what did not come stays on its way")
		}
		if l.Rejected > 0 {
			command.CheckReason(faults, at.At("rejectReason"), l.RejectReason)
		}
		switch l.RejectedBucket {
		case "", stock.BucketDamaged, stock.BucketOnHold:
		default:
			faults.Add(fault.Invalid, at.At("rejectedBucket"), "rejected goods are DAMAGED or ON_HOLD, not %s", l.RejectedBucket)
		}
	}
}

func checkUnits(faults *fault.List, at fault.Path, n int64) {
	switch {
	case n < 0:
		faults.Add(fault.Invalid, at, "a quantity is not negative")
	case n > MaxQuantity:
		faults.Add(fault.Invalid, at, "one line has at most %d units, this names %d", int64(MaxQuantity), n)
	}
}

// worths are what the accepted and the rejected units of an arrival carry, in the
// currency of the warehouse that they left.
type worths struct{ accepted, rejected money.Amount }

// choose takes the units that are named, or all that are on their way, and tells
// what they carry.
func (in *ReceiveInput) choose(h *handling) ([]worths, error) {
	lines := fault.Input.At("lines")
	if len(in.Lines) == 0 {
		var values []worths
		for i, l := range h.shipment.Edges.Lines {
			if n := OnTheWay(l); n > 0 {
				v, err := h.arrive(arrival{line: l, at: lines.Item(i), accepted: n})
				if err != nil {
					return nil, err
				}
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			return nil, fault.New(fault.ExceedsOutstanding, h.field, "nothing of the shipment is on its way any more")
		}
		return values, nil
	}
	var faults fault.List
	values := make([]worths, 0, len(in.Lines))
	find := linesOf(h.shipment)
	for i, l := range in.Lines {
		at := lines.Item(i)
		line := find.line(&faults, at, h, l.LineNo, l.BatchNo)
		if line == nil {
			continue
		}
		a := arrival{line: line, at: at, accepted: l.Accepted, rejected: l.Rejected, reason: l.RejectReason}
		if l.Rejected > 0 {
			a.bucket = &l.RejectedBucket
		}
		left, what := OnTheWay(line), "on their way"
		if l.FromMissing {
			left, what = line.MissingQuantity, "given up as missing"
			a.missing = -(l.Accepted + l.Rejected)
		}
		if n := l.Accepted + l.Rejected; n > left {
			f := faults.Add(fault.ExceedsOutstanding, at.At("accepted"), "line %d, SKU %s, has %d units %s, which is %d too few%s",
				l.LineNo, line.Sku, left, what, n-left, hint(line, l))
			more := n - left
			f.CurrentQuantity, f.ShortBy = &left, &more
			continue
		}
		v, err := h.arrive(a)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, faults.Err()
}

// hint tells the way out when units came that had been given up.
func hint(line *ent.ShipmentLine, l ReceiveLine) string {
	if l.FromMissing || line.MissingQuantity == 0 {
		return ""
	}
	return "; those that were given up as missing are received with fromMissing: true"
}

// arrive takes the units of a and tells what they carry.
func (h *handling) arrive(a arrival) (worths, error) {
	came := a.line.AcceptedQuantity + a.line.RejectedQuantity
	var upTo [3]money.Amount
	for i, n := range []int64{came, came + a.accepted, came + a.accepted + a.rejected} {
		var err error
		if upTo[i], err = carried(a.line, n); err != nil {
			return worths{}, err
		}
	}
	h.take(a)
	return worths{upTo[1] - upTo[0], upTo[2] - upTo[1]}, nil
}

// arrivals are the moves that bring the units in. They read nothing.
func (h *handling) arrivals(codes lookup.Codes, site string, values []worths) ([]ledger.Move, error) {
	moves := make([]ledger.Move, 0, len(h.parts))
	for i, a := range h.parts {
		enter := func(n int64, value money.Amount, bucket stock.Bucket, bin *int64) error {
			if n == 0 {
				return nil
			}
			m := codes.Start(i, lookup.Target{SKU: a.line.Sku, WarehouseCode: site, BatchNo: a.line.BatchNo})
			own, err := inOwn(a.line, m, value)
			if err != nil {
				return fault.New(fault.Invalid, a.at, "the value of these goods is out of range in %s", m.Currency)
			}
			m.Delta, m.Value, m.LocationID = ledger.In(bucket, n), &own, bin
			if a.missing == 0 {
				m.Delta.InTransit = -n
			}
			moves = append(moves, m)
			return nil
		}
		if err := enter(a.accepted, values[i].accepted, stock.BucketAvailable, a.location); err != nil {
			return nil, err
		}
		if a.bucket == nil {
			continue
		}
		if err := enter(a.rejected, values[i].rejected, *a.bucket, nil); err != nil {
			return nil, err
		}
	}
	return moves, nil
}

// inOwn is a value that a line carries in the currency of the target.
func inOwn(l *ent.ShipmentLine, m ledger.Move, value money.Amount) (money.Amount, error) {
	if l.Currency == m.Currency {
		return value, nil
	}
	return value.Cross(l.ExchangeRate, m.Rate)
}
