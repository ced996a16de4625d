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
	var rows []*ent.StockMovement
	return s.run(ctx, work{
		operation: "postingReverse", kind: stock.MovementReversal, needs: auth.StockReverse,
		command: in.Command, input: in,
		quantity: "postingId",
		name:     func(i int) string { return fmt.Sprintf("SKU %s", rows[i].Sku) },
		check:    func(*fault.List) {},
		plan: func(ctx context.Context, tx store.Tx, faults *fault.List) ([]ledger.Move, *int64, error) {
			p, err := tx.Ent.Posting.Get(ctx, in.PostingID)
			if ent.IsNotFound(err) {
				return nil, nil, fault.New(fault.NotFound, at, "there is no such posting")
			}
			if err != nil {
				return nil, nil, err
			}
			if p.DocumentID != nil {
				return nil, nil, fault.New(fault.Invalid, at, "this posting belongs to a document: reverse the document")
			}
			if p.Kind == stock.MovementReversal {
				return nil, nil, fault.New(fault.Invalid, at, "this posting is a reversal itself: post the change again instead")
			}
			taken, err := tx.Ent.Posting.Query().Where(entposting.ReversesID(p.ID)).Exist(ctx)
			if err != nil {
				return nil, nil, err
			}
			if taken {
				return nil, nil, fault.New(fault.AlreadyReversed, at, "this posting has been reversed already")
			}
			rows, err = movementsOf(ctx, tx, p.ID)
			if err != nil {
				return nil, nil, err
			}
			return ledger.Reversal(rows), &p.ID, nil
		},
	})
}
