package document

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// RecountStocktake has lines counted again: their counts so far are void, though
// they stay. It needs document:approve and returns NOT_FOUND, STALE_VERSION and
// INVALID_TRANSITION.
func (s *Service) RecountStocktake(ctx context.Context, in StocktakeRecountInput) (Result, error) {
	var lines []*ent.StocktakeLine
	res, err := s.change(ctx, edit{
		operation: "stocktakeRecount", needs: auth.DocumentApprove, intent: in.Intent, which: in.Which, input: in, check: in.check,
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) (_ []ledger.Posted, err error) {
			to, err := step(doc, stock.DocumentRecount)
			if err != nil {
				return nil, err
			}
			if lines, err = numbered(ctx, tx, doc.ID, in.LineNos); err != nil {
				return nil, err
			}
			known := make(map[int]bool, len(lines))
			for _, l := range lines {
				known[l.LineNo] = true
				again(l, true)
			}
			var faults fault.List
			for i, n := range in.LineNos {
				if !known[n] {
					faults.Add(fault.NotFound, fault.Input.At("lineNos").Item(i), "stocktake %s has no line %d", doc.No, n)
				}
			}
			if err := faults.Err(); err != nil {
				return nil, err
			}
			tell(ctx, doc, stock.DocumentRecount, to, 0, noted(in.Note, len(lines)), now)
			return nil, updateStanding(ctx, tx, lines)
		},
		counted: func() []*ent.StocktakeLine { return lines },
	})
	return s.seen(ctx, res, err)
}

// noted is what an event says of lines, where nobody said anything else.
func noted(note string, lines int) string {
	if note != "" {
		return note
	}
	return fmt.Sprintf("%d lines", lines)
}
