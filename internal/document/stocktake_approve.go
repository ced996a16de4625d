package document

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// ApproveStocktake approves what was counted and posts all differences by one
// posting, on the stock as it is now: what came and left since the counts stays.
// Where the stocktake says so, lines that moved since are sent to be counted again
// instead, and nothing is posted. It needs document:approve.
//
// Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it returns OUTSTANDING
// for lines that nobody counted, ARCHIVED, RATE_MISSING, and INSUFFICIENT_STOCK
// when more has left since a count than was counted.
func (s *Service) ApproveStocktake(ctx context.Context, in StocktakeApproveInput) (Result, error) {
	c := &conclusion{operation: "stocktakeApprove", field: in.field(), uncounted: in.Uncounted, note: in.Note}
	res, err := s.change(ctx, edit{
		operation: c.operation, needs: auth.DocumentApprove, intent: in.Intent, which: in.Which, input: in, check: checkNote(in.Note),
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			if doc.Kind != stock.DocumentStocktake {
				return nil, fault.New(fault.Invalid, in.field(), "document %s is no stocktake: approve it with documentApprove", doc.No)
			}
			return s.conclude(ctx, tx, now, doc, c)
		},
		counted: func() []*ent.StocktakeLine { return c.lines },
	})
	return s.seen(ctx, res, err)
}

// conclusion is how a stocktake is brought to its end.
type conclusion struct {
	operation string
	field     fault.Path // what names the document
	uncounted stock.Uncounted
	note      string
	// lines are those that it was about.
	lines []*ent.StocktakeLine
}

func (s *Service) conclude(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document, c *conclusion) ([]ledger.Posted, error) {
	c.lines = nil // it may run again
	to, err := step(doc, stock.DocumentApprove)
	if err != nil || to == doc.State {
		return nil, err
	}
	take, err := stocktakeOf(ctx, tx, doc)
	if err != nil {
		return nil, err
	}
	lines, err := countLines(ctx, tx, doc)
	if err != nil {
		return nil, err
	}
	counts, err := countsOf(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	if err := c.close(doc, lines, counts, now); err != nil {
		return nil, err
	}
	counted := slices.DeleteFunc(slices.Clone(lines), func(l *ent.StocktakeLine) bool { return l.State == stock.CountSkipped })
	set, err := settle(ctx, tx, doc, counted)
	if err != nil {
		return nil, err
	}
	if take.WhenMoved == stock.MovedRecount {
		if moved := set.moved(); len(moved) > 0 {
			for _, l := range moved {
				again(l, true)
			}
			c.lines = moved
			tell(ctx, doc, stock.DocumentRecount, doc.State, 0, fmt.Sprintf("%d lines moved since they were counted", len(moved)), now)
			return nil, updateStanding(ctx, tx, moved)
		}
	}
	if _, err := unlockBins(ctx, tx, now, doc); err != nil {
		return nil, err
	}
	posted, err := s.postDifferences(ctx, tx, now, doc, c, set)
	if err != nil {
		return nil, err
	}
	for i, l := range counted {
		said := set.said[i].quantity
		l.State, l.BookQuantity, l.PostedQuantity = stock.CountPosted, &said, *l.CountedQuantity-said
	}
	c.lines = lines
	if err := updateStanding(ctx, tx, lines); err != nil {
		return nil, err
	}
	tell(ctx, doc, stock.DocumentApprove, to, posted.ID, c.note, now)
	if posted.ID == 0 {
		return nil, nil
	}
	return []ledger.Posted{posted}, nil
}

// close decides about the lines that are not counted to an end: they are kept, or
// empty if nobody counted them, as the person says.
func (c *conclusion) close(doc *ent.Document, lines []*ent.StocktakeLine, counts map[int64][]*ent.StocktakeCount, now time.Time) error {
	var open, disputed []int
	for _, l := range lines {
		switch {
		case l.State == stock.CountCounted:
		case c.uncounted == stock.UncountedKeep:
			l.State = stock.CountSkipped
			l.BookQuantity, l.CountedQuantity, l.CountedAt = nil, nil, nil
		case l.State == stock.CountRecount || len(counts[l.ID]) > 0:
			disputed = append(disputed, l.LineNo)
		case c.uncounted == stock.UncountedZero:
			none := int64(0)
			l.State, l.CountedQuantity, l.CountedAt = stock.CountCounted, &none, &now
		default:
			open = append(open, l.LineNo)
		}
	}
	var faults fault.List
	at := fault.Input.At("uncounted")
	if n := int64(len(disputed)); n > 0 {
		f := faults.Add(fault.Outstanding, at, "%d lines of stocktake %s are not counted to an end, the first is line %d: have them counted, or send uncounted: KEEP to leave what the books say of them", n, doc.No, disputed[0])
		f.CurrentQuantity = &n
	}
	if n := int64(len(open)); n > 0 {
		f := faults.Add(fault.Outstanding, at, "%d lines of stocktake %s are not counted, the first is line %d: have them counted, or send uncounted: KEEP to leave what the books say of them, or ZERO when there is none of it", n, doc.No, open[0])
		f.CurrentQuantity = &n
	}
	return faults.Err()
}
