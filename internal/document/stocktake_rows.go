package document

import (
	"context"
	"fmt"

	"entrepot/ent"
	entstocktake "entrepot/ent/stocktake"
	"entrepot/ent/stocktakecount"
	"entrepot/ent/stocktakeline"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// stocktakeOf reads what a stocktake document counts. A reversal has none, but no
// step of a count leads to one: it is completed when it is made.
func stocktakeOf(ctx context.Context, tx store.Tx, doc *ent.Document) (*ent.Stocktake, error) {
	take, err := tx.Ent.Stocktake.Query().Where(entstocktake.DocumentID(doc.ID)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("stocktake %s: %w", doc.No, err)
	}
	return take, nil
}

// countLines reads all lines of a stocktake in their order.
func countLines(ctx context.Context, tx store.Tx, doc *ent.Document) ([]*ent.StocktakeLine, error) {
	return tx.Ent.StocktakeLine.Query().Where(stocktakeline.DocumentID(doc.ID)).Order(ent.Asc(stocktakeline.FieldLineNo)).All(ctx)
}

// countsOf are the counts of lines that are not void, oldest first, by line.
func countsOf(ctx context.Context, tx store.Tx, lines []*ent.StocktakeLine) (map[int64][]*ent.StocktakeCount, error) {
	ids, from := make([]int64, len(lines)), make(map[int64]int, len(lines))
	for i, l := range lines {
		ids[i], from[l.ID] = l.ID, l.CountsFrom
	}
	rows, err := tx.Ent.StocktakeCount.Query().Where(page.In(stocktakecount.FieldLineID, ids)).Order(ent.Asc(stocktakecount.FieldID)).All(ctx)
	out := make(map[int64][]*ent.StocktakeCount, len(lines))
	for _, c := range rows {
		if c.Round >= from[c.LineID] {
			out[c.LineID] = append(out[c.LineID], c)
		}
	}
	return out, err
}

// linesAgain are the lines that a command showed when it was first sent, as they are.
func linesAgain(ctx context.Context, tx store.Tx, k kept) ([]*ent.StocktakeLine, error) {
	if len(k.Lines) == 0 {
		return nil, nil
	}
	return numbered(ctx, tx, k.Document, k.Lines)
}

// numbered reads lines of a stocktake by their numbers, in order.
func numbered(ctx context.Context, tx store.Tx, documentID int64, numbers []int) ([]*ent.StocktakeLine, error) {
	keys := make([]int64, len(numbers))
	for i, n := range numbers {
		keys[i] = int64(n)
	}
	return tx.Ent.StocktakeLine.Query().Where(stocktakeline.DocumentID(documentID), page.In(stocktakeline.FieldLineNo, keys)).
		Order(ent.Asc(stocktakeline.FieldLineNo)).All(ctx)
}

var foundColumns = []store.Column[*ent.StocktakeLine]{
	{Name: "document_id", Type: "bigint", Value: func(l *ent.StocktakeLine) any { return l.DocumentID }},
	{Name: "line_no", Type: "bigint", Value: func(l *ent.StocktakeLine) any { return int64(l.LineNo) }},
	{Name: "location_id", Type: "bigint", Value: func(l *ent.StocktakeLine) any { return l.LocationID }},
	{Name: "sku", Type: "text", Value: func(l *ent.StocktakeLine) any { return l.Sku }},
	{Name: "batch_no", Type: "text", Value: func(l *ent.StocktakeLine) any { return l.BatchNo }},
	{Name: "found", Type: "boolean", Value: func(l *ent.StocktakeLine) any { return l.Found }},
}

var countColumns = []store.Column[*ent.StocktakeCount]{
	{Name: "document_id", Type: "bigint", Value: func(c *ent.StocktakeCount) any { return c.DocumentID }},
	{Name: "line_id", Type: "bigint", Value: func(c *ent.StocktakeCount) any { return c.LineID }},
	{Name: "line_no", Type: "bigint", Value: func(c *ent.StocktakeCount) any { return int64(c.LineNo) }},
	{Name: "round", Type: "bigint", Value: func(c *ent.StocktakeCount) any { return int64(c.Round) }},
	{Name: "counter_id", Type: "bigint", Value: func(c *ent.StocktakeCount) any { return c.CounterID }},
	{Name: "quantity", Type: "bigint", Value: func(c *ent.StocktakeCount) any { return c.Quantity }},
	{Name: "book_quantity", Type: "bigint", Value: func(c *ent.StocktakeCount) any { return c.BookQuantity }},
	{Name: "counted_at", Type: "timestamptz", Value: func(c *ent.StocktakeCount) any { return c.CountedAt }},
	{Name: "recorded_at", Type: "timestamptz", Value: func(c *ent.StocktakeCount) any { return c.RecordedAt }},
	{Name: "note", Type: "text", Value: func(c *ent.StocktakeCount) any { return c.Note }},
}

// standing is what counting and approving change of a line.
var standing = []store.Column[*ent.StocktakeLine]{
	{Name: "id", Type: "bigint", Value: func(l *ent.StocktakeLine) any { return l.ID }},
	{Name: "state", Type: "text", Value: func(l *ent.StocktakeLine) any { return string(l.State) }},
	{Name: "round", Type: "bigint", Value: func(l *ent.StocktakeLine) any { return int64(l.Round) }},
	{Name: "counts_from", Type: "bigint", Value: func(l *ent.StocktakeLine) any { return int64(l.CountsFrom) }},
	{Name: "book_quantity", Type: "bigint", Value: func(l *ent.StocktakeLine) any { return l.BookQuantity }},
	{Name: "counted_quantity", Type: "bigint", Value: func(l *ent.StocktakeLine) any { return l.CountedQuantity }},
	{Name: "counted_at", Type: "timestamptz", Value: func(l *ent.StocktakeLine) any { return l.CountedAt }},
	{Name: "posted_quantity", Type: "bigint", Value: func(l *ent.StocktakeLine) any { return l.PostedQuantity }},
}

// updateStanding writes where lines stand.
func updateStanding(ctx context.Context, tx store.Tx, lines []*ent.StocktakeLine) error {
	_, err := store.WriteAll(ctx, tx, `UPDATE stocktake_lines SET state = x.state, round = x.round, counts_from = x.counts_from, book_quantity = x.book_quantity,
  counted_quantity = x.counted_quantity, counted_at = x.counted_at, posted_quantity = x.posted_quantity
FROM `+store.Table(tx.Dialect, standing)+` AS x WHERE stocktake_lines.id = x.id`, standing, lines)
	if err != nil {
		return fmt.Errorf("update lines of a stocktake: %w", err)
	}
	return nil
}

// again has a line counted again; void says that its counts so far do not count.
func again(l *ent.StocktakeLine, void bool) {
	l.State, l.Round = stock.CountRecount, l.Round+1
	l.BookQuantity, l.CountedQuantity, l.CountedAt = nil, nil, nil
	if void {
		l.CountsFrom = l.Round
	}
}
