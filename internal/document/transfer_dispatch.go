package document

import (
	"context"
	"fmt"
	"strings"
	"time"

	"entrepot/ent"
	entshipment "entrepot/ent/shipment"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Dispatch sends goods of an approved transfer on their way, as one shipment: all
// that is outstanding, or the lines that are named. One posting takes them from the
// source, out of what is promised to the transfer, and puts them in transit to the
// target, SKU by SKU and batch by batch. The shipment keeps what they were worth. It
// may be called again for the rest. It needs document:execute.
//
// Of more than [MaxAtOnce] lines it checks everything but what the posting itself
// finds, and answers with the job that books it as of now; a dry run never does.
//
// Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it returns
// EXCEEDS_OUTSTANDING, ARCHIVED, LOCKED, RATE_MISSING, and INSUFFICIENT_STOCK when
// less is promised than is asked for.
func (s *Service) Dispatch(ctx context.Context, in DispatchInput) (Result, error) {
	return s.dispatch(ctx, in, &large{kind: dispatchJob})
}

func (s *Service) dispatch(ctx context.Context, in DispatchInput, big *large) (Result, error) {
	tidy := in
	tidy.tidy()
	var shipment *ent.Shipment
	return s.change(ctx, edit{
		operation: "transferDispatch", needs: auth.DocumentExecute, intent: in.Intent, which: in.Which, input: in,
		shipment: func() *ent.Shipment { return shipment }, large: big,
		check: tidy.check,
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) (posted []ledger.Posted, err error) {
			if doc.Kind != stock.DocumentTransfer {
				return nil, fault.New(fault.Invalid, in.field(), "document %s is no transfer: use documentExecute", doc.No)
			}
			to, err := step(doc, stock.DocumentExecute)
			if err != nil {
				return nil, err
			}
			d := &departure{doc: doc, field: in.field(), at: moment(in.OccurredAt, now), note: in.Note}
			if err := tidy.choose(d); err != nil {
				return nil, err
			}
			if err := s.prepare(ctx, tx, d); err != nil {
				return nil, err
			}
			shipment = nil
			asked := tidy
			asked.Which, asked.OccurredAt = Which{No: doc.No, ExpectedVersion: in.ExpectedVersion}, &d.at
			title := fmt.Sprintf("Dispatch of %s, %d lines", doc.No, len(d.leaving))
			if later, err := big.later(ctx, tx, now, in.Intent, len(d.leaving), title, asked); later || err != nil {
				return nil, err
			}
			one, err := s.depart(ctx, tx, now, d)
			if err != nil {
				return nil, err
			}
			tell(ctx, doc, stock.DocumentExecute, to, one.ID, in.Note, now)
			shipment, err = d.ship(ctx, tx, tidy.Shipment, one, now)
			return []ledger.Posted{one}, err
		},
	})
}

// departure is one dispatch.
type departure struct {
	doc     *ent.Document
	field   fault.Path // that names it
	at      time.Time
	note    string
	leaving []leaving
	source  string
	target  string
	codes   lookup.Codes
	posting int64 // the id it will have
	taken   []taken
}

// leaving is what of one line shall go. at leads to it in the input.
type leaving struct {
	line     *ent.DocumentLine
	at       fault.Path
	batch    string
	code     string // of the bin that was named
	bin      *int64
	quantity int64
}

// taken is what of one part, of one batch, the promise gave.
type taken struct {
	part     int // place in leaving
	batch    string
	quantity int64
}

func (in *DispatchInput) tidy() {
	in.Shipment.Carrier, in.Shipment.TrackingNo = strings.TrimSpace(in.Shipment.Carrier), strings.TrimSpace(in.Shipment.TrackingNo)
	lines := make([]DispatchLine, len(in.Lines)) // the caller's stay as they are: they are hashed
	for i, l := range in.Lines {
		l.BatchNo, l.LocationCode = strings.TrimSpace(l.BatchNo), strings.ToUpper(strings.TrimSpace(l.LocationCode))
		lines[i] = l
	}
	in.Lines = lines
}

func (in *DispatchInput) check(faults *fault.List, now time.Time) {
	checkNote(in.Note)(faults, now)
	if in.OccurredAt != nil {
		command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
	}
	at := fault.Input.At("shipment")
	command.CheckLine(faults, at.At("carrier"), in.Shipment.Carrier, "a carrier", MaxCarrier)
	command.CheckLine(faults, at.At("trackingNo"), in.Shipment.TrackingNo, "a tracking number", MaxCarrier)
	command.CheckText(faults, at.At("note"), in.Shipment.Note, "a note", maxNote)
	if left := moment(in.OccurredAt, now); in.Shipment.ETA != nil && in.Shipment.ETA.Before(left) {
		faults.Add(fault.Invalid, at.At("eta"), "it cannot come before it leaves, at %s", left.UTC().Format(time.RFC3339))
	}
	if len(in.Lines) > MaxShipmentLines {
		faults.Add(fault.TooMany, fault.Input.At("lines"), "one dispatch names at most %d lines, this names %d; send several", MaxShipmentLines, len(in.Lines))
		return
	}
	for i, l := range in.Lines {
		at := fault.Input.At("lines").Item(i)
		checkUnits(faults, at.At("quantity"), l.Quantity)
		if l.Quantity == 0 {
			faults.Add(fault.Invalid, at.At("quantity"), "give what leaves, or leave the line out")
		}
	}
}

// choose finds the lines that are named, or all that are outstanding.
func (in *DispatchInput) choose(d *departure) error {
	lines := fault.Input.At("lines")
	if len(in.Lines) == 0 {
		for i, l := range d.doc.Edges.Lines {
			if n := Outstanding(l); n > 0 {
				d.leaving = append(d.leaving, leaving{line: l, at: lines.Item(i), quantity: n, bin: l.LocationID})
			}
		}
		if len(d.leaving) == 0 {
			return fault.New(fault.Invalid, d.field, "nothing of document %s is outstanding: end it with documentComplete once it came", d.doc.No)
		}
		return nil
	}
	var faults fault.List
	left := map[int]int64{}
	for i, l := range in.Lines {
		at := lines.Item(i)
		if l.LineNo < 1 || l.LineNo > len(d.doc.Edges.Lines) {
			faults.Add(fault.NotFound, at.At("lineNo"), "document %s has lines 1 to %d, not %d", d.doc.No, len(d.doc.Edges.Lines), l.LineNo)
			continue
		}
		line := d.doc.Edges.Lines[l.LineNo-1] // numbered without a gap
		if line.BatchNo != "" && l.BatchNo != "" && l.BatchNo != line.BatchNo {
			faults.Add(fault.Invalid, at.At("batchNo"), "line %d is of batch %s", l.LineNo, line.BatchNo)
			continue
		}
		if _, known := left[l.LineNo]; !known {
			left[l.LineNo] = Outstanding(line)
		}
		n := left[l.LineNo]
		if l.Quantity > n {
			more := l.Quantity - n
			f := faults.Add(fault.ExceedsOutstanding, at.At("quantity"), "line %d, SKU %s, has %d units outstanding, which is %d too few", l.LineNo, line.Sku, n, more)
			f.CurrentQuantity, f.ShortBy = &n, &more
		}
		left[l.LineNo] = max(n-l.Quantity, 0)
		part := leaving{line: line, at: at, batch: l.BatchNo, code: l.LocationCode, quantity: l.Quantity}
		if l.LocationCode == "" {
			part.bin = line.LocationID
		}
		d.leaving = append(d.leaving, part)
	}
	return faults.Err()
}

// ship writes the shipment, its lines and what it changes of the transfer.
func (d *departure) ship(ctx context.Context, tx store.Tx, in ShipmentInput, p ledger.Posted, now time.Time) (*ent.Shipment, error) {
	lines, err := d.carry(p)
	if err != nil {
		return nil, err
	}
	before, err := tx.Ent.Shipment.Query().Where(entshipment.DocumentID(d.doc.ID)).Count(ctx)
	if err != nil {
		return nil, err
	}
	s := &ent.Shipment{
		DocumentID: d.doc.ID, ShipmentNo: before + 1, WarehouseID: d.doc.WarehouseID, TargetWarehouseID: *d.doc.TargetWarehouseID,
		State: stock.ShipmentInTransit, Carrier: in.Carrier, TrackingNo: in.TrackingNo, Eta: d.eta(in), DispatchedAt: d.at, Note: in.Note,
		PostingID: p.ID, CreatedBy: auth.From(ctx).UserID, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	s.Edges.Lines = lines
	rows := make([]*ent.DocumentExecution, len(d.taken))
	for i, t := range d.taken {
		l := d.leaving[t.part]
		l.line.ExecutedQuantity += t.quantity
		d.doc.ExecutedQuantity += t.quantity
		s.Quantity += t.quantity
		rows[i] = &ent.DocumentExecution{
			DocumentID: d.doc.ID, LineNo: l.line.LineNo, Version: d.doc.Version, PostingID: &p.ID, Sku: l.line.Sku, BatchNo: t.batch,
			Bucket: stock.BucketAvailable, LocationID: l.bin, Quantity: t.quantity, LineQuantity: t.quantity,
		}
	}
	if err := insertExecutions(ctx, tx, rows); err != nil {
		return nil, err
	}
	if err := updateLines(ctx, tx, d.doc.Edges.Lines); err != nil {
		return nil, err
	}
	return s, insertShipment(ctx, tx, s)
}

// eta is when the shipment is expected: as told, else when the transfer is.
func (d *departure) eta(in ShipmentInput) *time.Time {
	if in.ETA != nil {
		at := store.Moment(*in.ETA)
		return &at
	}
	return d.doc.ExpectedAt
}
