package document

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/ent/stocktakecount"
	"entrepot/ent/stocktakeline"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// ShownCount is a count as the person may see it.
type ShownCount struct {
	*ent.StocktakeCount
	// BookQuantity is nil for people who are not shown what the books say.
	BookQuantity *int64
}

// PageOfCounts is a page of the counts of a line, oldest first. BadRequest for
// arguments outside their limits.
func PageOfCounts(a page.Args) (*page.Each[int64, *ShownCount], error) {
	return page.NewEach[int64](a, page.Order[*ShownCount]{
		Name: "stocktakeCounts", Direction: page.Asc, ID: func(c *ShownCount) int64 { return c.ID },
	})
}

// CountsOf reads that page for each of these lines. People who are not shown what
// the books say see what they counted themselves; those without document:view
// nothing.
func CountsOf(ctx context.Context, db *store.DB, lines []int64, each *page.Each[int64, *ShownCount], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ShownCount], err error) {
	defer fault.Wrap(&err, "document.CountsOf")
	return each.Read(ctx, lines, func(ctx context.Context) ([]*ShownCount, error) {
		query, blind, err := shownCounts(ctx, db, lines)
		if err != nil || query == nil {
			return nil, err
		}
		rows, err := query.Where(each.Where(stocktakecount.FieldLineID, lines)).Order(each.OrderBy).All(ctx)
		out := make([]*ShownCount, len(rows))
		for i, c := range rows {
			out[i] = &ShownCount{StocktakeCount: c}
			if !blind[c.DocumentID] {
				out[i].BookQuantity = &c.BookQuantity
			}
		}
		return out, err
	}, func(c *ShownCount) int64 { return c.LineID }, count)
}

// CountCounts is how many of them each of these lines has.
func CountCounts(ctx context.Context, db *store.DB, lines []int64) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "document.CountCounts")
	query, _, err := shownCounts(ctx, db, lines)
	if err != nil || query == nil {
		return nil, err
	}
	var rows []struct {
		LineID int64 `json:"line_id"`
		Count  int   `json:"count"`
	}
	err = query.Where(page.In(stocktakecount.FieldLineID, lines)).GroupBy(stocktakecount.FieldLineID).Aggregate(ent.Count()).Scan(ctx, &rows)
	out := make(map[int64]int, len(rows))
	for _, r := range rows {
		out[r.LineID] = r.Count
	}
	return out, err
}

// shownCounts asks for the counts that the person may see, and tells of which
// documents they are not shown what the books say. No query is nothing.
func shownCounts(ctx context.Context, db *store.DB, lines []int64) (*ent.StocktakeCountQuery, map[int64]bool, error) {
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil, nil
	}
	query := db.Ent().StocktakeCount.Query()
	if seesBooks(ctx) {
		return query, nil, nil
	}
	var documents []int64
	err := db.Ent().StocktakeLine.Query().Where(page.In(stocktakeline.FieldID, lines)).Unique(true).Select(stocktakeline.FieldDocumentID).Scan(ctx, &documents)
	if err != nil {
		return nil, nil, err
	}
	blind, err := hidden(ctx, db, documents)
	if len(blind) > 0 {
		ids := make([]int64, 0, len(blind))
		for id := range blind {
			ids = append(ids, id)
		}
		query.Where(stocktakecount.Or(stocktakecount.CounterID(auth.From(ctx).UserID), stocktakecount.DocumentIDNotIn(ids...)))
	}
	return query, blind, err
}

// Moved is what came and left since a line was counted.
type Moved struct{ Came, Left int64 }

// MovedSince tells of lines that are counted, and of which the person is shown what
// the books say, what moved since, in one statement for the stocks and one for the
// bins among them.
func MovedSince(ctx context.Context, db *store.DB, ids []int64) (_ map[int64]*Moved, err error) {
	defer fault.Wrap(&err, "document.MovedSince")
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	lines, err := db.Ent().StocktakeLine.Query().Where(page.In(stocktakeline.FieldID, ids), stocktakeline.StateEQ(stock.CountCounted)).All(ctx)
	if err != nil {
		return nil, err
	}
	if err := veil(ctx, db, lines); err != nil {
		return nil, err
	}
	documents := make([]int64, len(lines))
	for i, l := range lines {
		documents[i] = l.DocumentID
	}
	docs, err := ByID(ctx, db, documents)
	if err != nil {
		return nil, err
	}
	of := make(map[int64]*ent.Document, len(docs))
	for _, d := range docs {
		of[d.ID] = d
	}
	out := make(map[int64]*Moved, len(lines))
	for _, inBins := range []bool{true, false} {
		var chosen []int64
		var spots []spot
		for _, l := range lines {
			if l.BookQuantity != nil && (l.LocationID != nil) == inBins {
				chosen, spots = append(chosen, l.ID), append(spots, spotOf(of[l.DocumentID], l, moment(l.CountedAt, time.Time{})))
			}
		}
		said, err := booksAt(ctx, db.Dialect(), db.SQL(), spots)
		if err != nil {
			return nil, err
		}
		for i, id := range chosen {
			out[id] = &Moved{said[i].came, said[i].left}
		}
	}
	return out, nil
}

// AveragesOf are the moving averages of the goods of lines, as they are now; none
// while nothing lies in the warehouse, and for people without document:view,
// stock:view and cost:view.
func AveragesOf(ctx context.Context, db *store.DB, ids []int64) (_ map[int64]*money.Amount, err error) {
	defer fault.Wrap(&err, "document.AveragesOf")
	if who := auth.From(ctx); !who.Can(auth.DocumentView) || !who.Can(auth.StockView) || !who.Can(auth.CostView) {
		return nil, nil
	}
	p := &store.Params{Dialect: db.Dialect()}
	rows, err := db.SQL().QueryContext(ctx, `SELECT l.id, c.value, c.quantity FROM stocktake_lines l JOIN documents d ON d.id = l.document_id
JOIN stock_costs c ON c.warehouse_id = d.warehouse_id AND c.sku = l.sku WHERE c.quantity > 0 AND `+p.AmongIDs("l.id", ids), p.Values...)
	if err != nil {
		return nil, fmt.Errorf("read averages: %w", err)
	}
	defer rows.Close()
	out := make(map[int64]*money.Amount, len(ids))
	for rows.Next() {
		var id, quantity int64
		var value money.Amount
		if err := rows.Scan(&id, &value, &quantity); err != nil {
			return nil, err
		}
		average, err := value.Share(1, quantity)
		if err != nil {
			return nil, err
		}
		out[id] = &average
	}
	return out, rows.Err()
}
