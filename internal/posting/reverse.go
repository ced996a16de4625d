package posting

import (
	"context"
	"fmt"

	"entrepot/ent"
	entposting "entrepot/ent/posting"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Reverse takes a whole posting back: it posts the opposite change of every
// stock, at the opposite value, and points at what it reverses. It needs
// stock:reverse.
//
// It returns NOT_FOUND, ALREADY_REVERSED, INVALID for a posting that belongs
// to a document (reverse the document) or is itself a reversal, and
// INSUFFICIENT_STOCK when the goods have since gone elsewhere.
func (s *Service) Reverse(ctx context.Context, in ReverseInput) (Result, error) {
	at := fault.Input.At("postingId")
	var original *ent.Posting
	var rows []*ent.StockMovement
	return s.run(ctx, work{
		operation: "postingReverse", kind: stock.MovementReversal, needs: auth.StockReverse,
		command: in.Command, input: in,
		quantity: "postingId",
		name:     func(i int) string { return fmt.Sprintf("SKU %s", rows[i].Sku) },
		check:    func(*fault.List) {},
		look: func(ctx context.Context, tx store.Tx) (_ int64, err error) {
			if original, err = tx.Ent.Posting.Get(ctx, in.PostingID); err != nil && !ent.IsNotFound(err) {
				return 0, err
			}
			if rows, err = movementsOf(ctx, tx, in.PostingID); err != nil {
				return 0, err
			}
			return ledger.NextPosting(ctx, tx)
		},
		plan: func(ctx context.Context, tx store.Tx, _ *fault.List) ([]ledger.Move, *int64, error) {
			switch p := original; {
			case p == nil:
				return nil, nil, fault.New(fault.NotFound, at, "there is no such posting")
			case p.DocumentID != nil:
				return nil, nil, fault.New(fault.Invalid, at, "this posting belongs to a document: reverse the document")
			case p.Kind == stock.MovementReversal:
				return nil, nil, fault.New(fault.Invalid, at, "this posting is a reversal itself: post the change again instead")
			}
			taken, err := tx.Ent.Posting.Query().Where(entposting.ReversesID(in.PostingID)).Exist(ctx)
			if err != nil {
				return nil, nil, err
			}
			if taken {
				return nil, nil, fault.New(fault.AlreadyReversed, at, "this posting has been reversed already")
			}
			return ledger.Reversal(rows), &original.ID, nil
		},
	})
}
