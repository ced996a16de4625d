package posting

import (
	"context"
	"fmt"

	"entrepot/ent"
	entposting "entrepot/ent/posting"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Reverse takes a whole posting back: it posts the opposite change of every
// stock, at the opposite value, and points at what it reverses. It needs
// stock:reverse. Reservations that a loss made short get back what they lost.
//
// It returns NOT_FOUND, ALREADY_REVERSED, INVALID for a posting that belongs
// to a document (reverse the document) or a reservation, or is itself a reversal or a relocation, ARCHIVED for one
// in a warehouse that went out of use, and INSUFFICIENT_STOCK when the goods have
// since gone elsewhere.
func (s *Service) Reverse(ctx context.Context, in ReverseInput) (Result, error) {
	at := reversedPosting
	var original *ent.Posting
	var rows []*ent.StockMovement
	var owed *reservation.Restoration
	return s.run(ctx, work{
		operation: "postingReverse", kind: stock.MovementReversal, needs: auth.StockReverse,
		command: in.Command, input: in,
		quantity: "postingId",
		name:     func(i int) string { return fmt.Sprintf("SKU %s", rows[i].Sku) },
		check:    func(*fault.List) {},
		again:    func(ctx context.Context, tx store.Tx) error { return notReversed(ctx, tx, in.PostingID) },
		look: func(ctx context.Context, tx store.Tx) (_ int64, err error) {
			if original, err = tx.Ent.Posting.Get(ctx, in.PostingID); err != nil && !ent.IsNotFound(err) {
				return 0, err
			}
			if rows, err = movementsOf(ctx, tx, in.PostingID); err != nil {
				return 0, err
			}
			return ledger.NextPosting(ctx, tx)
		},
		plan: func(ctx context.Context, tx store.Tx, post *ledger.Posting, faults *fault.List) ([]ledger.Move, error) {
			switch p := original; {
			case p == nil:
				return nil, fault.New(fault.NotFound, at, "there is no such posting")
			case p.DocumentID != nil:
				return nil, fault.New(fault.Invalid, at, "this posting belongs to a document: reverse the document")
			case p.Kind == stock.MovementRelocation:
				return nil, fault.New(fault.Invalid, at, "this posting brought goods from bins to bins: bring them back with stockRelocate")
			case p.Kind == stock.MovementReservation:
				return nil, fault.New(fault.Invalid, at, "this posting belongs to a reservation: release or deduct what it holds")
			case p.Operation == "reservationDeduct":
				return nil, fault.New(fault.Invalid, at, "this posting took what was reserved: use reservationRollback")
			case p.Kind == stock.MovementReversal:
				return nil, fault.New(fault.Invalid, at, "this posting is a reversal itself: post the change again instead")
			}
			if err := notReversed(ctx, tx, in.PostingID); err != nil {
				return nil, err
			}
			now, _ := s.clock()
			by := *post
			by.BaseCurrency = original.BaseCurrency
			var err error
			if owed, err = reservation.Restore(ctx, tx, now, by, original.ID); err != nil {
				return nil, err
			}
			houses := make([]int64, len(rows))
			for i, m := range rows {
				houses[i] = m.WarehouseID
			}
			if err := lookup.CheckInUse(ctx, tx, faults, at, houses...); err != nil {
				return nil, err
			}
			// The rates are those of the original, and so is what they lead to.
			post.ReversesID, post.BaseCurrency = &original.ID, original.BaseCurrency
			return ledger.Reversal(rows), nil
		},
		after: func(ctx context.Context, tx store.Tx, postingID int64) error {
			return owed.Record(ctx, tx, map[int64]int64{original.ID: postingID})
		},
	})
}

var reversedPosting = fault.Input.At("postingId")

func notReversed(ctx context.Context, tx store.Tx, postingID int64) error {
	taken, err := tx.Ent.Posting.Query().Where(entposting.ReversesID(postingID)).Exist(ctx)
	if err == nil && taken {
		return fault.New(fault.AlreadyReversed, reversedPosting, "this posting has been reversed already")
	}
	return err
}
