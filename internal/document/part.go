package document

import (
	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
)

// part is what of one line is done at once: of one batch, in one bucket and bin.
// at leads to it in the input.
type part struct {
	line *ent.DocumentLine
	at   fault.Path

	batch  string
	bucket stock.Bucket
	bin    *int64

	quantity, rejected int64
	// cost is of one unit that arrives, in currency.
	cost     *money.Amount
	currency string
	// reason is why units were rejected, or are fewer.
	reason string
	// reserved takes from the promise of the document; direct takes what is
	// available although there is one.
	reserved, direct bool
	// told is what a person said of it, if anybody did.
	told ExecuteLine
}

// asPlanned is n units of a line, of the batch, bucket and bin that it names.
func asPlanned(l *ent.DocumentLine, at fault.Path, n int64) part {
	return part{
		line: l, at: at, batch: l.BatchNo, bucket: l.Bucket, bin: l.LocationID,
		quantity: n, cost: l.UnitCost, currency: l.Currency,
	}
}

func (p part) target(site string) lookup.Target {
	return lookup.Target{SKU: p.line.Sku, WarehouseCode: site, BatchNo: p.batch}
}

// rows are the executions of the work, as they are kept. A dry run shows them with
// their lines.
func (w work) rows() []*ent.DocumentExecution {
	rows := make([]*ent.DocumentExecution, 0, len(w.parts))
	add := func(p part) *ent.DocumentExecution {
		row := &ent.DocumentExecution{
			DocumentID: w.doc.ID, LineID: p.line.ID, LineNo: p.line.LineNo, Version: w.version, Sku: p.line.Sku, BatchNo: p.batch,
			Bucket: p.bucket, LocationID: p.bin, Quantity: p.quantity, RejectedQuantity: p.rejected, LineQuantity: p.quantity, ReasonCode: p.reason,
		}
		if p.quantity > 0 {
			row.PostingID = &w.posting
		}
		p.line.Edges.Executions = append(p.line.Edges.Executions, row)
		rows = append(rows, row)
		return row
	}
	for _, p := range w.parts {
		if !p.reserved {
			add(p)
		}
	}
	for n, taken := range w.takenParts() {
		p := w.parts[w.reserved[n]]
		var units int64
		for _, t := range taken {
			units += t.Quantity
		}
		for n, t := range taken {
			row := add(p)
			row.Sku, row.BatchNo, row.LocationID, row.Quantity, row.LineQuantity = t.SKU, t.BatchNo, t.LocationID, t.Quantity, t.Quantity
			if units != p.quantity { // a kit: the first of its components counts it
				row.LineQuantity = 0
				if n == 0 {
					row.LineQuantity = p.quantity
				}
			}
		}
	}
	return rows
}

// takenParts are the goods that the work takes from a promise, by the place in
// reserved of the part that takes them.
func (w work) takenParts() [][]reservation.Taken {
	taken := make([][]reservation.Taken, len(w.reserved))
	if w.taken != nil {
		for i, m := range w.taken.Moves {
			taken[m.Line] = append(taken[m.Line], w.taken.Taken[i])
		}
	}
	return taken
}
