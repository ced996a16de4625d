package document

import (
	"context"
	"time"

	"entrepot/ent"
	entlocation "entrepot/ent/location"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Execute books what was done of an approved document: all that is outstanding,
// or the lines that are named, by one posting. It may be called again for the
// rest. It needs document:execute.
//
// Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it returns
// EXCEEDS_OUTSTANDING, ARCHIVED, LOCKED, RATE_MISSING, INSUFFICIENT_STOCK, and
// with Complete what [Service.Complete] returns.
func (s *Service) Execute(ctx context.Context, in ExecuteInput) (Result, error) {
	return s.change(ctx, edit{
		operation: "documentExecute", needs: auth.DocumentExecute, intent: in.Intent, which: in.Which, input: in,
		check: in.check,
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			to, err := step(doc, stock.DocumentExecute)
			if err != nil {
				return nil, err
			}
			lines, err := in.choose(doc)
			if err != nil {
				return nil, err
			}
			w := work{doc: doc, siteAt: in.field(), lines: lines, at: moment(in.OccurredAt, now), note: in.Note}
			if err := s.ready(ctx, tx, &w); err != nil {
				return nil, err
			}
			w.apply()
			posted, err := s.post(ctx, tx, "documentExecute", []work{w})
			if err != nil {
				return nil, err
			}
			changed := make([]*ent.DocumentLine, len(lines))
			for i, e := range lines {
				changed[i] = e.line
			}
			if err := updateLines(ctx, tx, changed); err != nil {
				return nil, err
			}
			var posting int64
			for _, p := range posted {
				posting = p.ID
			}
			tell(ctx, doc, stock.DocumentExecute, to, posting, in.Note, now)
			if in.Complete {
				return posted, complete(ctx, doc, in.CloseShort, "", now)
			}
			return posted, nil
		},
	})
}

func (in ExecuteInput) check(faults *fault.List, now time.Time) {
	checkNote(in.Note)(faults, now)
	if in.OccurredAt != nil {
		command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
	}
	if len(in.Lines) > MaxLines {
		faults.Add(fault.TooMany, fault.Input.At("lines"), "a document has at most %d lines, this names %d", MaxLines, len(in.Lines))
		return
	}
	seen := map[int]bool{}
	for i, l := range in.Lines {
		at := fault.Input.At("lines").Item(i)
		if l.Quantity < 0 {
			faults.Add(fault.Invalid, at.At("quantity"), "a quantity is not negative; the line knows which way its goods go")
		}
		if l.RejectedQuantity < 0 {
			faults.Add(fault.Invalid, at.At("rejectedQuantity"), "a quantity is not negative")
		}
		if l.Quantity == 0 && l.RejectedQuantity == 0 {
			faults.Add(fault.Invalid, at.At("quantity"), "give what was executed or rejected, or leave the line out")
		}
		if seen[l.LineNo] {
			faults.Add(fault.Invalid, at.At("lineNo"), "line %d is named twice", l.LineNo)
		}
		seen[l.LineNo] = true
	}
}

// choose finds the lines that are named, or all that are outstanding.
func (in ExecuteInput) choose(doc *ent.Document) (chosen []execution, err error) {
	lines := fault.Input.At("lines")
	if len(in.Lines) == 0 {
		for i, l := range doc.Edges.Lines {
			if n := Outstanding(l); n > 0 {
				chosen = append(chosen, execution{line: l, at: lines.Item(i), quantity: n})
			}
		}
		if len(chosen) == 0 {
			return nil, fault.New(fault.Invalid, in.field(), "nothing of document %s is outstanding: end it with documentComplete", doc.No)
		}
		return chosen, nil
	}
	var faults fault.List
	for i, l := range in.Lines {
		at := lines.Item(i)
		if l.LineNo < 1 || l.LineNo > len(doc.Edges.Lines) {
			faults.Add(fault.NotFound, at.At("lineNo"), "document %s has lines 1 to %d, not %d", doc.No, len(doc.Edges.Lines), l.LineNo)
			continue
		}
		line := doc.Edges.Lines[l.LineNo-1] // numbered without a gap
		if l.RejectedQuantity > 0 && doc.Kind != stock.DocumentInbound {
			faults.Add(fault.Invalid, at.At("rejectedQuantity"), "only goods that come can be rejected")
		}
		left := Outstanding(line)
		// Each on its own first: their sum could be out of range.
		if l.Quantity > left || l.RejectedQuantity > left || l.Quantity+l.RejectedQuantity > left {
			more := max(l.Quantity-left, 0) + max(l.RejectedQuantity-left, 0)
			if l.Quantity <= left && l.RejectedQuantity <= left {
				more = l.Quantity + l.RejectedQuantity - left
			}
			f := faults.Add(fault.ExceedsOutstanding, at.At("quantity"), "line %d, SKU %s, has %d units outstanding, which is %d too few", l.LineNo, line.Sku, left, more)
			f.CurrentQuantity, f.ShortBy = &left, &more
		}
		chosen = append(chosen, execution{line: line, at: at, quantity: l.Quantity, rejected: l.RejectedQuantity})
	}
	return chosen, faults.Err()
}

// ready resolves what the work needs and adds what forbids it now, although it
// was allowed when the document was made: archived products and warehouses,
// locked bins.
func (s *Service) ready(ctx context.Context, tx store.Tx, w *work) error {
	house, err := tx.Ent.Warehouse.Get(ctx, w.doc.WarehouseID)
	if err != nil {
		return err
	}
	w.site = house.Code
	w.codes = lookup.In(s.baseCurrency)
	ids, err := w.codes.ResolveAll(ctx, tx, fx.Day(w.at), targets(w.site, w.doc), currencies(w.doc), 1)
	if err != nil {
		return err
	}
	w.posting = ids[0]
	var faults fault.List
	w.codes.CheckWarehouse(&faults, w.siteAt, w.site)
	var bins []int64
	for _, e := range w.lines {
		w.codes.CheckProduct(&faults, e.at, e.line.Sku, arrives(w.doc.Kind, e.line.Quantity) && e.quantity > 0)
		if e.line.LocationID != nil {
			bins = append(bins, *e.line.LocationID)
		}
	}
	if len(bins) > 0 {
		rows, err := tx.Ent.Location.Query().Where(page.In(entlocation.FieldID, bins)).All(ctx)
		if err != nil {
			return err
		}
		byID := map[int64]*ent.Location{}
		for _, r := range rows {
			byID[r.ID] = r
		}
		for _, e := range w.lines {
			if e.line.LocationID != nil && e.quantity > 0 {
				checkBin(&faults, e.at, byID[*e.line.LocationID])
			}
		}
	}
	return faults.Err()
}
