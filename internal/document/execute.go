package document

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Execute books what was done of an approved document: all that is outstanding,
// or the parts of lines that are named, by one posting. It may be called again for
// the rest. It needs document:execute.
//
// Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it returns
// EXCEEDS_OUTSTANDING, ARCHIVED, LOCKED, RATE_MISSING, INSUFFICIENT_STOCK, and
// with Complete what [Service.Complete] returns.
func (s *Service) Execute(ctx context.Context, told ExecuteInput) (Result, error) {
	in := told.tidy()
	return s.change(ctx, edit{
		operation: "documentExecute", needs: auth.DocumentExecute, intent: in.Intent, which: in.Which, input: told,
		check: in.check,
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			if doc.Kind == stock.DocumentTransfer {
				return nil, fault.New(fault.InvalidTransition, in.field(), "document %s is a transfer, whose goods travel: use transferDispatch and shipmentReceive", doc.No)
			}
			to, err := step(doc, stock.DocumentExecute)
			if err != nil {
				return nil, err
			}
			parts, err := in.choose(doc)
			if err != nil {
				return nil, err
			}
			w := work{doc: doc, siteAt: in.field(), parts: parts, version: doc.Version + 1, at: moment(in.OccurredAt, now), note: in.Note}
			if err := s.ready(ctx, tx, now, &w); err != nil {
				return nil, err
			}
			if err := s.takeReserved(ctx, tx, now, &w); err != nil {
				return nil, err
			}
			w.apply()
			posted, err := s.post(ctx, tx, "documentExecute", []work{w})
			if err != nil {
				return nil, err
			}
			if err := w.save(ctx, tx); err != nil {
				return nil, err
			}
			var posting int64
			for _, p := range posted {
				posting = p.ID
			}
			tell(ctx, doc, stock.DocumentExecute, to, posting, in.Note, now)
			if !in.Complete {
				return posted, nil
			}
			freed, err := s.complete(ctx, tx, doc, in.CloseShort, "", now)
			return append(posted, freed...), err
		},
	})
}

// save writes what was executed, and how far its lines and those rows are.
func (w work) save(ctx context.Context, tx store.Tx) error {
	seen := map[int]bool{}
	var changed []*ent.DocumentLine
	for _, p := range w.parts {
		if !seen[p.line.LineNo] {
			seen[p.line.LineNo] = true
			changed = append(changed, p.line)
		}
	}
	if err := updateLines(ctx, tx, changed); err != nil {
		return err
	}
	return insertExecutions(ctx, tx, w.rows())
}
