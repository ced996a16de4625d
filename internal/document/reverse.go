package document

import (
	"context"
	"errors"
	"slices"
	"time"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/documentexecution"
	entposting "entrepot/ent/posting"
	"entrepot/ent/predicate"
	"entrepot/ent/stockmovement"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/page"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Reverse takes a completed document back by a new one of the same kind, which
// points at it and is completed at once: every posting of the old one is
// reversed, at its own value. It needs stock:reverse.
//
// Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it returns
// ALREADY_REVERSED, INVALID for a document that is a reversal itself or moved
// nothing, ARCHIVED when its warehouse went out of use, and INSUFFICIENT_STOCK
// when the goods have gone elsewhere.
func (s *Service) Reverse(ctx context.Context, in ReverseInput) (res Result, err error) {
	var no string
	res.Done, err = command.Run(ctx, s.db, s.now, command.Work[kept]{
		Operation: "documentReverse", Needs: auth.StockReverse, Intent: in.Intent, Input: in,
		Check: in.check,
		Before: func(ctx context.Context, now time.Time) (err error) {
			if in.DryRun {
				no = provisional()
				return nil
			}
			no, err = s.drawReversal(ctx, in, now)
			return err
		},
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (kept, error) {
			doc, err := open(ctx, tx, in.Which)
			if err != nil {
				return kept{}, err
			}
			if err := reversible(ctx, tx, doc, in.field()); err != nil {
				return kept{}, err
			}
			if err := checkNoReturns(ctx, tx, doc, in.field()); err != nil {
				return kept{}, err
			}
			if no == "" { // it was made after Before had looked for it
				return kept{}, fault.New(fault.Conflict, fault.Path{}, "document %s has just been made; send it again", doc.No)
			}
			posted, err := s.reverse(ctx, tx, in, doc, no, now, &res)
			if err != nil {
				return kept{}, err
			}
			return res.done(posted...), nil
		},
		Again: s.again(&res),
	})
	return res.finish(true), err
}

func (in ReverseInput) check(faults *fault.List, now time.Time) {
	in.Which.check(faults)
	command.CheckReason(faults, fault.Input.At("reasonCode"), in.ReasonCode)
	checkNote(in.Note)(faults, now)
	if in.OccurredAt != nil {
		command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
	}
}

// drawReversal draws the number of the new document. Without an old one it draws
// none: the command will say so.
func (s *Service) drawReversal(ctx context.Context, in ReverseInput, now time.Time) (string, error) {
	old, err := s.db.Ent().Document.Query().Where(in.where()).Only(ctx)
	if ent.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	at, _, err := s.site(ctx, entwarehouse.ID(old.WarehouseID))
	if err != nil {
		return "", err
	}
	return s.drawOne(ctx, at, old.Kind, moment(in.OccurredAt, now))
}

func reversible(ctx context.Context, tx store.Tx, doc *ent.Document, field fault.Path) error {
	if _, err := step(doc, stock.DocumentReverse); err != nil {
		return err
	}
	if doc.ReversesID != nil {
		return fault.New(fault.Invalid, field, "document %s is a reversal itself: make a new document instead", doc.No)
	}
	if doc.ExecutedQuantity == 0 {
		return fault.New(fault.Invalid, field, "document %s moved nothing: there is nothing to reverse", doc.No)
	}
	by, err := tx.Ent.Document.Query().Where(entdocument.ReversesID(doc.ID)).Only(ctx)
	if err == nil {
		return fault.New(fault.AlreadyReversed, field, "document %s has been reversed already, by %s", doc.No, by.No)
	}
	if ent.IsNotFound(err) {
		return nil
	}
	return err
}

func (s *Service) reverse(ctx context.Context, tx store.Tx, in ReverseInput, old *ent.Document, no string, now time.Time, res *Result) ([]ledger.Posted, error) {
	at := moment(in.OccurredAt, now)
	by := mirror(old)
	by.No, by.ReasonCode, by.Note, by.OccurredAt = no, in.ReasonCode, in.Note, at
	by.CreatedBy, by.CreatedAt, by.UpdatedAt = auth.From(ctx).UserID, now, now
	ids, err := nextIDs(ctx, tx, 1)
	if err != nil {
		return nil, err
	}
	by.ID = ids[0]
	by.Edges.Events = []*ent.DocumentEvent{{
		DocumentID: by.ID, Version: 1, Action: stock.DocumentReverse, ToState: stock.DocumentCompleted,
		ActorID: by.CreatedBy, Note: in.Note, RequestID: fault.RequestID(ctx), RecordedAt: now,
	}}
	if err := insertDocuments(ctx, tx, []*ent.Document{by}); err != nil {
		return nil, err
	}
	tell(ctx, old, stock.DocumentReverse, old.State, 0, "reversed by "+no, now)
	if err := save(ctx, tx, old); err != nil {
		return nil, err
	}
	if err := insertEvents(ctx, tx, by.Edges.Events); err != nil {
		return nil, err
	}
	res.Document = by
	posted, err := s.takeBack(ctx, tx, "documentReverse", now, old, takingBack{by: by.ID, field: in.field(), reason: in.ReasonCode, note: in.Note, at: at})
	if err != nil {
		return nil, err
	}
	return posted, mirrorExecutions(ctx, tx, old, by, posted)
}

// mirrorExecutions writes what was executed of old as what is executed of by,
// which takes it back.
func mirrorExecutions(ctx context.Context, tx store.Tx, old, by *ent.Document, posted []ledger.Posted) error {
	ids := make([]int64, len(posted))
	for i, p := range posted {
		ids[i] = p.ID
	}
	reversals, err := tx.Ent.Posting.Query().Where(page.In(entposting.FieldID, ids)).All(ctx)
	if err != nil {
		return err
	}
	postingOf := make(map[int64]*int64, len(reversals))
	for _, p := range reversals {
		if p.ReversesID != nil { // not one that let a promise go
			postingOf[*p.ReversesID] = &p.ID
		}
	}
	was, err := tx.Ent.DocumentExecution.Query().Where(documentexecution.DocumentID(old.ID), documentexecution.QuantityGT(0)).
		Order(ent.Asc(documentexecution.FieldID)).All(ctx)
	if err != nil {
		return err
	}
	lineOf := map[int]int{}
	for _, l := range old.Edges.Lines {
		if l.ExecutedQuantity > 0 {
			lineOf[l.LineNo] = len(lineOf) + 1
		}
	}
	rows := make([]*ent.DocumentExecution, len(was))
	for i, e := range was {
		rows[i] = &ent.DocumentExecution{
			DocumentID: by.ID, LineNo: lineOf[e.LineNo], Version: by.Version, Sku: e.Sku, BatchNo: e.BatchNo, Bucket: e.Bucket,
			FromBucket: e.FromBucket, LocationID: e.LocationID, Quantity: e.Quantity, LineQuantity: e.LineQuantity,
		}
		line := by.Edges.Lines[rows[i].LineNo-1]
		line.Edges.Executions = append(line.Edges.Executions, rows[i])
		if e.PostingID != nil {
			rows[i].PostingID = postingOf[*e.PostingID]
		}
	}
	return insertExecutions(ctx, tx, rows)
}

// mirror is a completed document with what was executed of old.
func mirror(old *ent.Document) *ent.Document {
	by := &ent.Document{
		Kind: old.Kind, State: stock.DocumentCompleted, Version: 1, WarehouseID: old.WarehouseID, ExternalNo: old.ExternalNo,
		Party: old.Party, Country: old.Country, Currency: old.Currency, ReversesID: &old.ID,
	}
	for _, l := range old.Edges.Lines {
		if l.ExecutedQuantity == 0 {
			continue
		}
		quantity := l.ExecutedQuantity
		if l.Quantity < 0 {
			quantity = -quantity
		}
		by.Edges.Lines = append(by.Edges.Lines, &ent.DocumentLine{
			LineNo: len(by.Edges.Lines) + 1, Sku: l.Sku, BatchNo: l.BatchNo, Bucket: l.Bucket, LocationID: l.LocationID,
			Quantity: quantity, ExecutedQuantity: l.ExecutedQuantity, UnitPrice: l.UnitPrice,
		})
		by.Quantity += l.ExecutedQuantity
	}
	by.LineCount, by.ExecutedQuantity = len(by.Edges.Lines), by.Quantity
	return by
}

// takingBack says which document takes the postings of another (or its own)
// back, and how that is to be told.
type takingBack struct {
	by           int64
	field        fault.Path
	reason, note string
	at           time.Time
	// only, when set, narrows which postings are taken back: the document goes on,
	// and what they took of its promise is promised again.
	only predicate.Posting
}

// takeBack reverses every posting of doc that stands, the last one first. All stocks and
// then all worths are locked beforehand in their order, since the postings of
// one document may touch them in any. What was taken from a reservation goes back
// into it: a promise of the document's own is let go with it, and somebody's holds
// the goods again.
func (s *Service) takeBack(ctx context.Context, tx store.Tx, operation string, now time.Time, doc *ent.Document, t takingBack) ([]ledger.Posted, error) {
	var faults fault.List
	if err := lookup.CheckInUse(ctx, tx, &faults, t.field, sites(doc)...); err != nil {
		return nil, err
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	which := []predicate.Posting{entposting.DocumentID(doc.ID), entposting.ReversesIDIsNil()}
	if t.only != nil {
		which = append(which, t.only)
	}
	// A landed cost, for one, may have been taken back by itself before.
	undone, err := tx.Ent.Posting.Query().Where(entposting.DocumentID(doc.ID), entposting.ReversesIDNotNil()).Select(entposting.FieldReversesID).Ints(ctx)
	if err != nil {
		return nil, err
	}
	originals, err := tx.Ent.Posting.Query().Where(which...).
		WithMovements(func(q *ent.StockMovementQuery) { q.Order(ent.Asc(stockmovement.FieldID)) }).
		Order(ent.Desc(entposting.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	originals = slices.DeleteFunc(originals, func(p *ent.Posting) bool { return slices.Contains(undone, int(p.ID)) })
	var keys []ledger.Key
	ids := make([]int64, len(originals))
	for i, p := range originals {
		ids[i] = p.ID
		for _, m := range p.Edges.Movements {
			keys = append(keys, ledger.Key{WarehouseID: m.WarehouseID, SKU: m.Sku, BatchNo: m.BatchNo})
		}
	}
	restored, err := reservation.Restore(ctx, tx, now, s.by(ctx, operation, doc, t.at), ids...)
	if err != nil {
		return nil, err
	}
	if _, err := ledger.Lock(ctx, tx, keys); err != nil {
		return nil, err
	}
	if err := ledger.LockWorths(ctx, tx, keys); err != nil {
		return nil, err
	}
	posted, reversals := make([]ledger.Posted, 0, len(originals)), make(map[int64]int64, len(originals))
	for _, p := range originals {
		one, err := ledger.Post(ctx, tx, ledger.Posting{
			Kind: stock.MovementReversal, Operation: operation, ActorID: auth.From(ctx).UserID, ReasonCode: t.reason, Note: t.note,
			RequestID: fault.RequestID(ctx), DocumentID: &t.by, ReversesID: &p.ID, OccurredAt: t.at,
			BaseCurrency: p.BaseCurrency, Moves: ledger.Reversal(p.Edges.Movements), // the rates are those of the original
		})
		var refused ledger.Refused
		if errors.As(err, &refused) {
			return nil, gone(t.field, doc, refused)
		}
		if err != nil {
			return nil, err
		}
		posted, reversals[p.ID] = append(posted, one), one.ID
	}
	if err := restored.Record(ctx, tx, reversals); err != nil {
		return nil, err
	}
	if t.only != nil {
		return posted, nil
	}
	if err := endLandedCosts(ctx, tx, doc.ID, t.at); err != nil {
		return nil, err
	}
	freed, err := s.hooksOf(doc.Kind).free.run(ctx, tx, now, doc)
	return append(posted, freed...), err
}

// gone tells which goods of the document are not there any more.
func gone(at fault.Path, doc *ent.Document, refused ledger.Refused) error {
	var faults fault.List
	for _, r := range refused {
		if r.Bin != nil {
			lookup.RefuseBin(&faults, at, "what document "+doc.No+" moved of SKU "+r.SKU, r)
			continue
		}
		current, missing, version := r.Current.Of(r.Bucket), r.ShortBy, r.Version
		f := faults.Add(r.Code, at, "what document %s moved has gone elsewhere since: SKU %s has %d units, which is %d too few", doc.No, r.SKU, current, missing)
		f.CurrentQuantity, f.ShortBy, f.CurrentVersion = &current, &missing, &version
	}
	return faults
}
