package document

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Complete ends a document of which something was executed. Completing twice
// does no harm. It needs document:execute; beside NOT_FOUND, STALE_VERSION and
// INVALID_TRANSITION it returns OUTSTANDING when some of it was not done and
// CloseShort does not say that this is meant.
func (s *Service) Complete(ctx context.Context, in CompleteInput) (Result, error) {
	return s.change(ctx, edit{
		operation: "documentComplete", needs: auth.DocumentExecute, intent: in.Intent, which: in.Which, input: in,
		check: checkNote(in.Note),
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			return s.complete(ctx, tx, doc, in.CloseShort, in.Note, now)
		},
	})
}

func (s *Service) complete(ctx context.Context, tx store.Tx, doc *ent.Document, closeShort bool, note string, now time.Time) ([]ledger.Posted, error) {
	to, err := step(doc, stock.DocumentComplete)
	if err != nil || to == doc.State {
		return nil, err
	}
	if left := doc.Quantity - doc.ExecutedQuantity - doc.RejectedQuantity; left > 0 && !closeShort {
		f := fault.New(fault.Outstanding, fault.Input.At("closeShort"),
			"%d units of document %s are outstanding: execute them, or send closeShort: true to end it without them", left, doc.No)
		f[0].CurrentQuantity = &left
		return nil, f
	}
	if doc.TargetWarehouseID != nil {
		if err := arrivedAll(ctx, tx, doc, fault.Input.At("closeShort")); err != nil {
			return nil, err
		}
	}
	freed, err := s.hooksOf(doc.Kind).free.run(ctx, tx, now, doc)
	if err != nil {
		return nil, err
	}
	tell(ctx, doc, stock.DocumentComplete, to, 0, note, now)
	return freed, nil
}

// Cancel gives a document up. What was executed of it is reversed, or stays and
// only the rest is given up, as KeepExecuted says. Cancelling twice does no
// harm; a completed document is reversed instead. It needs document:create, and
// document:execute when stock was moved. It returns NOT_FOUND, STALE_VERSION,
// INVALID_TRANSITION, and INSUFFICIENT_STOCK when the goods have gone elsewhere.
func (s *Service) Cancel(ctx context.Context, in CancelInput) (Result, error) {
	return s.change(ctx, edit{
		operation: "documentCancel", needs: auth.DocumentCreate, intent: in.Intent, which: in.Which, input: in,
		check: func(faults *fault.List, now time.Time) {
			checkNote(in.Note)(faults, now)
			if in.OccurredAt != nil {
				command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
			}
		},
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			to, err := step(doc, stock.DocumentCancel)
			if err != nil || to == doc.State {
				return nil, err
			}
			var posted []ledger.Posted
			if doc.ExecutedQuantity > 0 {
				if _, err := auth.Require(ctx, auth.DocumentExecute); err != nil {
					return nil, err
				}
			}
			switch {
			case doc.Kind == stock.DocumentTransfer && in.KeepExecuted:
				err = arrivedAll(ctx, tx, doc, fault.Input.At("keepExecuted"))
			case doc.Kind == stock.DocumentTransfer:
				posted, err = s.callBackAll(ctx, tx, now, doc, in)
			}
			if err != nil {
				return nil, err
			}
			if doc.ExecutedQuantity > 0 && !in.KeepExecuted {
				if err := checkNoReturns(ctx, tx, doc, in.field()); err != nil {
					return nil, err
				}
				posted, err = s.takeBack(ctx, tx, "documentCancel", now, doc, takingBack{by: doc.ID, field: in.field(), reason: doc.ReasonCode, note: in.Note, at: moment(in.OccurredAt, now)})
				if err != nil {
					return nil, err
				}
				doc.ExecutedQuantity = 0
				for _, l := range doc.Edges.Lines {
					l.ExecutedQuantity = 0
				}
				if err := updateLines(ctx, tx, doc.Edges.Lines); err != nil {
					return nil, err
				}
			} else {
				freed, err := s.hooksOf(doc.Kind).free.run(ctx, tx, now, doc)
				if err != nil {
					return nil, err
				}
				posted = append(posted, freed...)
			}
			tell(ctx, doc, stock.DocumentCancel, to, 0, in.Note, now)
			return posted, nil
		},
	})
}

func checkNote(note string) func(*fault.List, time.Time) {
	return func(faults *fault.List, _ time.Time) {
		command.CheckText(faults, fault.Input.At("note"), note, "a note", maxNote)
	}
}
