package document

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
)

// batch is new documents with what is told of them and executed of them.
type batch struct {
	docs   []*ent.Document
	events []*ent.DocumentEvent
	works  []work
}

// add takes a settled draft through the steps that it was asked to take.
func (b *batch) add(ctx context.Context, d *draft, codes lookup.Codes, posting int64, now time.Time) {
	b.docs = append(b.docs, d.doc)
	tell(ctx, d.doc, stock.DocumentCreate, stock.DocumentDraft, 0, "", now)
	if d.in.AdvanceTo != stock.DocumentDraft {
		tell(ctx, d.doc, stock.DocumentApprove, stock.DocumentApproved, 0, "", now)
	}
	if d.in.AdvanceTo == stock.DocumentCompleted {
		tell(ctx, d.doc, stock.DocumentExecute, stock.DocumentExecuting, posting, "", now)
		w := work{doc: d.doc, site: d.in.WarehouseCode, siteAt: d.at.At("warehouseCode"), codes: codes, posting: posting, at: d.doc.OccurredAt, note: d.doc.Note}
		w.version = d.doc.Version
		for i, l := range d.doc.Edges.Lines {
			w.parts = append(w.parts, asPlanned(l, d.line(i), Outstanding(l)))
		}
		b.works = append(b.works, w)
		tell(ctx, d.doc, stock.DocumentComplete, stock.DocumentCompleted, 0, "", now)
	}
	b.events = append(b.events, d.doc.Edges.Events...)
}

// Outstanding is how many units of a line are neither executed nor rejected.
func Outstanding(l *ent.DocumentLine) int64 {
	return max(l.Quantity, -l.Quantity) - l.ExecutedQuantity - l.RejectedQuantity
}
