package document

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/ent/landedcost"
	entposting "entrepot/ent/posting"
	"entrepot/ent/stockmovement"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// LandedCostReverseInput takes one cost of a document back.
type LandedCostReverseInput struct {
	command.Intent
	Which
	// LandedCostNo is its number within the document.
	LandedCostNo int    `json:"landedCostNo,omitempty"`
	Note         string `json:"note,omitempty"`
}

// ReverseLandedCost takes one cost of a document back, such as a bill that was
// entered wrongly: the worth falls by what it had risen, as far as goods are there to
// bear it. It needs cost:edit; beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION
// it returns ALREADY_REVERSED.
func (s *Service) ReverseLandedCost(ctx context.Context, in LandedCostReverseInput) (Result, error) {
	return s.change(ctx, edit{
		operation: "landedCostReverse", needs: auth.CostEdit, intent: in.Intent, which: in.Which, input: in,
		check: checkNote(in.Note),
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			if _, err := step(doc, stock.DocumentLandedCost); err != nil {
				return nil, err
			}
			row, err := nthLandedCost(ctx, tx, doc, in.LandedCostNo)
			if err != nil {
				return nil, err
			}
			posted, err := s.unspread(ctx, tx, now, in, doc, row)
			if err != nil {
				return nil, err
			}
			if err := tx.Ent.LandedCost.UpdateOneID(row.ID).SetReversedAt(now).Exec(ctx); err != nil {
				return nil, err
			}
			var posting int64
			for _, p := range posted {
				posting = p.ID
			}
			tell(ctx, doc, stock.DocumentLandedCost, doc.State, posting, in.Note, now)
			return posted, nil
		},
	})
}

func nthLandedCost(ctx context.Context, tx store.Tx, doc *ent.Document, no int) (*ent.LandedCost, error) {
	at := fault.Input.At("landedCostNo")
	rows, err := tx.Ent.LandedCost.Query().Where(landedcost.DocumentID(doc.ID)).Order(ent.Asc(landedcost.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	if no < 1 || no > len(rows) {
		return nil, fault.New(fault.NotFound, at, "document %s bears %d costs, numbered from 1; there is no %d", doc.No, len(rows), no)
	}
	if rows[no-1].ReversedAt != nil {
		return nil, fault.New(fault.AlreadyReversed, at, "cost %d of document %s has been taken back already", no, doc.No)
	}
	return rows[no-1], nil
}

// unspread reverses the posting of a cost, if it had any.
func (s *Service) unspread(ctx context.Context, tx store.Tx, now time.Time, in LandedCostReverseInput, doc *ent.Document, row *ent.LandedCost) ([]ledger.Posted, error) {
	if row.PostingID == nil {
		return nil, nil
	}
	old, err := tx.Ent.Posting.Query().Where(entposting.ID(*row.PostingID)).
		WithMovements(func(q *ent.StockMovementQuery) { q.Order(ent.Asc(stockmovement.FieldID)) }).Only(ctx)
	if err != nil {
		return nil, err
	}
	one, err := ledger.Post(ctx, tx, ledger.Posting{
		Kind: stock.MovementReversal, Operation: "landedCostReverse", ActorID: auth.From(ctx).UserID, ReasonCode: old.ReasonCode, Note: in.Note,
		RequestID: fault.RequestID(ctx), BaseCurrency: old.BaseCurrency, DocumentID: &doc.ID, ReversesID: &old.ID, OccurredAt: now,
		Moves: ledger.Reversal(old.Edges.Movements), // the rates are those of the original
	})
	return []ledger.Posted{one}, err
}
