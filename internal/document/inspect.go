package document

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/documentexecution"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Inspect tells goods of an inbound document apart that came on hold: each part
// becomes available or damaged, by one posting of the document. It may be called
// again for the rest, also when the document has ended. It needs document:execute.
//
// Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it returns INVALID for a
// document that was taken back and for goods of a held batch that would become
// available, EXCEEDS_OUTSTANDING for more than came on hold and
// was not inspected, RATE_MISSING, ARCHIVED, and INSUFFICIENT_STOCK when the goods
// on hold have gone elsewhere.
func (s *Service) Inspect(ctx context.Context, in InspectInput) (Result, error) {
	return s.change(ctx, edit{
		operation: "documentInspect", needs: auth.DocumentExecute, intent: in.Intent, which: in.Which, input: in,
		check: in.check,
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			to, err := step(doc, stock.DocumentInspect)
			if err != nil {
				return nil, err
			}
			if err := stillThere(ctx, tx, doc, in.field()); err != nil {
				return nil, err
			}
			found, err := in.choose(ctx, tx, doc)
			if err != nil {
				return nil, err
			}
			posted, err := s.inspect(ctx, tx, in, doc, found, now)
			if err != nil {
				return nil, err
			}
			tell(ctx, doc, stock.DocumentInspect, to, posted.ID, in.Note, now)
			return []ledger.Posted{posted}, nil
		},
	})
}

func (in InspectInput) check(faults *fault.List, now time.Time) {
	checkNote(in.Note)(faults, now)
	if in.OccurredAt != nil {
		command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
	}
	lines := fault.Input.At("lines")
	switch n := len(in.Lines); {
	case n == 0:
		faults.Add(fault.Required, lines, "say what was found")
	case n > MaxLines:
		faults.Add(fault.TooMany, lines, "one inspection has at most %d parts, this one has %d; send several", MaxLines, n)
		return
	}
	for i, l := range in.Lines {
		at := lines.Item(i)
		if l.Quantity < 1 || l.Quantity > MaxQuantity {
			faults.Add(fault.Invalid, at.At("quantity"), "a part has 1 to %d units, not %d", int64(MaxQuantity), l.Quantity)
		}
		if l.Bucket != stock.BucketAvailable && l.Bucket != stock.BucketDamaged {
			faults.Add(fault.Invalid, at.At("bucket"), "goods that were inspected are AVAILABLE or DAMAGED; what stays on hold is left out")
		}
		if l.ReasonCode != "" {
			command.CheckReason(faults, at.At("reasonCode"), l.ReasonCode)
		}
		lookup.CheckBatchNo(faults, at.At("batchNo"), text(l.BatchNo))
	}
}

// stillThere refuses a document that takes another back, or was taken back.
func stillThere(ctx context.Context, tx store.Tx, doc *ent.Document, field fault.Path) error {
	if doc.ReversesID != nil {
		return fault.New(fault.Invalid, field, "document %s takes another back: it brought nothing", doc.No)
	}
	by, err := tx.Ent.Document.Query().Where(entdocument.ReversesID(doc.ID)).Only(ctx)
	if err == nil {
		return fault.New(fault.Invalid, field, "document %s was taken back by %s", doc.No, by.No)
	}
	if ent.IsNotFound(err) {
		return nil
	}
	return err
}

// waiting is goods of one line and batch that came on hold and nobody inspected.
type waiting struct {
	batch string
	left  int64
}

// choose finds the goods that the parts are about.
func (in InspectInput) choose(ctx context.Context, tx store.Tx, doc *ent.Document) (chosen []part, err error) {
	rows, err := tx.Ent.DocumentExecution.Query().Where(documentexecution.DocumentID(doc.ID), documentexecution.QuantityGT(0)).
		Order(ent.Asc(documentexecution.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	held := map[int][]*waiting{}
	for _, e := range rows {
		n := e.Quantity
		switch {
		case e.FromBucket != nil && *e.FromBucket == stock.BucketOnHold:
			n = -n
		case e.FromBucket != nil || e.Bucket != stock.BucketOnHold:
			continue
		}
		held[e.LineNo] = waits(held[e.LineNo], e.BatchNo, n)
	}
	var faults fault.List
	for i, l := range in.Lines {
		at := fault.Input.At("lines").Item(i)
		if l.LineNo < 1 || l.LineNo > len(doc.Edges.Lines) {
			faults.Add(fault.NotFound, at.At("lineNo"), "document %s has lines 1 to %d, not %d", doc.No, len(doc.Edges.Lines), l.LineNo)
			continue
		}
		chosen = append(chosen, l.take(&faults, at, doc.Edges.Lines[l.LineNo-1], held[l.LineNo])...)
	}
	return chosen, faults.Err()
}

func waits(held []*waiting, batch string, n int64) []*waiting {
	for _, w := range held {
		if w.batch == batch {
			w.left += n
			return held
		}
	}
	return append(held, &waiting{batch, n})
}

// take takes the part from what waits of its line.
func (l InspectLine) take(faults *fault.List, at fault.Path, line *ent.DocumentLine, held []*waiting) (taken []part) {
	rest, there := l.Quantity, int64(0)
	for _, w := range held {
		if l.BatchNo != nil && w.batch != strings.TrimSpace(*l.BatchNo) {
			continue
		}
		n := min(rest, w.left)
		there += w.left
		if n <= 0 {
			continue
		}
		w.left -= n
		rest -= n
		taken = append(taken, part{line: line, at: at, batch: w.batch, bucket: l.Bucket, quantity: n, reason: l.ReasonCode})
	}
	if rest > 0 {
		f := faults.Add(fault.ExceedsOutstanding, at.At("quantity"), "of line %d, SKU %s, %d units wait on hold to be inspected, which is %d too few", l.LineNo, line.Sku, there, rest)
		f.CurrentQuantity, f.ShortBy = &there, &rest
	}
	return taken
}

// inspect posts what was found, and keeps it with the lines.
func (s *Service) inspect(ctx context.Context, tx store.Tx, in InspectInput, doc *ent.Document, found []part, now time.Time) (ledger.Posted, error) {
	w := work{doc: doc, siteAt: in.field(), parts: found, version: doc.Version + 1, at: moment(in.OccurredAt, now), note: in.Note}
	if err := s.ready(ctx, tx, now, &w); err != nil {
		return ledger.Posted{}, err
	}
	var faults fault.List
	w.codes.CheckRate(&faults, w.siteAt, w.site)
	if err := faults.Err(); err != nil {
		return ledger.Posted{}, err
	}
	moves, rows := make([]ledger.Move, len(found)), w.rows()
	from := stock.BucketOnHold
	for i, p := range found {
		if p.bucket == from {
			faults.Add(fault.Invalid, p.at.At("bucket"), "batch %s of SKU %s is held: leave its goods on hold until batchUpdate makes it AVAILABLE", command.Short(p.batch), p.line.Sku)
			continue
		}
		moves[i] = w.codes.Start(i, p.target(w.site))
		moves[i].Delta = ledger.Between(from, p.bucket, p.quantity)
		rows[i].FromBucket, rows[i].LineQuantity = &from, 0
	}
	if err := faults.Err(); err != nil {
		return ledger.Posted{}, err
	}
	posted, err := ledger.Post(ctx, tx, ledger.Posting{
		ID: w.posting, Kind: stock.MovementMove, Operation: "documentInspect", ActorID: auth.From(ctx).UserID,
		ReasonCode: doc.ReasonCode, Note: w.note, RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency,
		DocumentID: &doc.ID, OccurredAt: w.at, Moves: moves,
	})
	var refused ledger.Refused
	if errors.As(err, &refused) {
		return ledger.Posted{}, w.refuse(refused)
	}
	if err != nil {
		return ledger.Posted{}, fmt.Errorf("post inspection: %w", err)
	}
	return posted, insertExecutions(ctx, tx, rows)
}
