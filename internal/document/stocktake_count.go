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

// CountStocktake enters what somebody counted: a count of each line that never
// changes, with what the books say of the moment at which it was counted. It needs
// document:execute.
//
// Beside NOT_FOUND and INVALID_TRANSITION it returns LOCKED for a bin that
// somebody else locked, or that another stocktake counts, and INVALID for a line
// that must be counted by somebody else.
func (s *Service) CountStocktake(ctx context.Context, in StocktakeCountInput) (Result, error) {
	var counted []*ent.StocktakeLine
	res, err := s.change(ctx, edit{
		operation: "stocktakeCount", needs: auth.DocumentExecute, intent: in.Intent, which: in.Which, input: in, check: in.check,
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) (_ []ledger.Posted, err error) {
			to, err := step(doc, stock.DocumentCount)
			if err != nil {
				return nil, err
			}
			counted, err = in.enter(ctx, tx, doc, now)
			if err != nil {
				return nil, err
			}
			tell(ctx, doc, stock.DocumentCount, to, 0, fmt.Sprintf("%d lines", len(counted)), now)
			return nil, nil
		},
		counted: func() []*ent.StocktakeLine { return counted },
	})
	return s.seen(ctx, res, err)
}

// counted is one line of the input with what it leads to.
type counted struct {
	in       StocktakeCountLine
	at       fault.Path
	line     *ent.StocktakeLine
	quantity int64 // in base units
	moment   time.Time
}

// enter writes the counts and decides about their lines, in the order of the input.
func (in StocktakeCountInput) enter(ctx context.Context, tx store.Tx, doc *ent.Document, now time.Time) ([]*ent.StocktakeLine, error) {
	take, err := stocktakeOf(ctx, tx, doc)
	if err != nil {
		return nil, err
	}
	rows, err := in.findLines(ctx, tx, doc, take, now)
	if err != nil {
		return nil, err
	}
	lines := make([]*ent.StocktakeLine, len(rows))
	for i, r := range rows {
		lines[i] = r.line
	}
	counts, err := countsOf(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	me := auth.From(ctx).UserID
	if err := mayCount(ctx, tx, doc, take, rows, counts, me); err != nil {
		return nil, err
	}
	spots := make([]spot, len(rows))
	for i, r := range rows {
		spots[i] = spotOf(doc, r.line, r.moment)
	}
	said, err := booksAt(ctx, tx.Dialect, tx.SQL, spots)
	if err != nil {
		return nil, err
	}
	entered := make([]*ent.StocktakeCount, len(rows))
	for i, r := range rows {
		entered[i] = &ent.StocktakeCount{
			DocumentID: doc.ID, LineID: r.line.ID, LineNo: r.line.LineNo, Round: r.line.Round, CounterID: me, Quantity: r.quantity,
			BookQuantity: said[i].quantity, CountedAt: r.moment, RecordedAt: now, Note: r.in.Note,
		}
		stand(r.line, judge(r.line, take, append(counts[r.line.ID], entered[i])))
	}
	if err := store.InsertRows(ctx, tx, "stocktake_counts", countColumns, entered); err != nil {
		return nil, fmt.Errorf("write counts: %w", err)
	}
	return lines, updateStanding(ctx, tx, lines)
}

func spotOf(doc *ent.Document, l *ent.StocktakeLine, at time.Time) spot {
	return spot{warehouseID: doc.WarehouseID, location: l.LocationID, sku: l.Sku, batch: l.BatchNo, at: at}
}

// stand brings a line to what its counts come to.
func stand(l *ent.StocktakeLine, v verdict) {
	l.State, l.Round = v.state, v.round
	l.BookQuantity, l.CountedQuantity, l.CountedAt = nil, nil, nil
	if c := v.holds; c != nil {
		l.BookQuantity, l.CountedQuantity, l.CountedAt = &c.BookQuantity, &c.Quantity, &c.CountedAt
	}
}

// mayCount refuses bins that are locked, and lines on which others must decide.
func mayCount(ctx context.Context, tx store.Tx, doc *ent.Document, take *ent.Stocktake, rows []counted, counts map[int64][]*ent.StocktakeCount, me int64) error {
	var faults fault.List
	bins := map[int64]fault.Path{}
	for _, r := range rows {
		if r.line.LocationID != nil {
			bins[*r.line.LocationID] = r.at
		}
		for _, c := range counts[r.line.ID] {
			if take.Counters > 1 && c.CounterID == me && c.Round < r.line.Round {
				faults.Add(fault.Invalid, r.at, "you have counted line %d before: somebody who has not counts it again", r.line.LineNo)
				break
			}
		}
	}
	if err := checkCounted(ctx, tx, doc, bins, &faults); err != nil {
		return err
	}
	return faults.Err()
}
