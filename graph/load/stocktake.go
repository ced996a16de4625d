package load

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/document"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// stocktakeLoaders load what hangs on stocktakes.
type stocktakeLoaders struct {
	of       *loader[int64, *ent.Stocktake]              // a document
	progress *loader[int64, *document.StocktakeProgress] // of a document
	lines    *nested[int64, whole, *ent.StocktakeLine]   // of a document
	counts   *nested[int64, whole, *document.ShownCount] // of a line
	moved    *loader[int64, *document.Moved]             // since a line was counted
	averages *loader[int64, *money.Amount]               // of the goods of a line
}

func (l *loaders) newStocktakeLoaders(db *store.DB) stocktakeLoaders {
	return stocktakeLoaders{
		of: newLoader(func(ctx context.Context, documents []int64) (map[int64]*ent.Stocktake, error) {
			rows, err := document.StocktakesOf(ctx, db, documents)
			for _, t := range rows {
				l.documents.byID.want(t.DocumentID)
				l.stocktakes.progress.want(t.DocumentID)
				l.stocktakes.lines.want(t.DocumentID)
			}
			return index(rows, func(t *ent.Stocktake) int64 { return t.DocumentID }), err
		}),
		progress: newLoader(func(ctx context.Context, documents []int64) (map[int64]*document.StocktakeProgress, error) {
			return document.ProgressOf(ctx, db, documents)
		}),
		lines: newWhole(db, document.PageOfStocktakeLines, document.StocktakeLinesOf,
			document.CountStocktakeLines, l.leadStocktakeLines),
		counts: newWhole(db, document.PageOfCounts, document.CountsOf, document.CountCounts, func(rows []*document.ShownCount) []*document.ShownCount {
			for _, c := range rows {
				l.users.want(c.CounterID)
			}
			return rows
		}),
		moved: newLoader(func(ctx context.Context, lines []int64) (map[int64]*document.Moved, error) {
			return document.MovedSince(ctx, db, lines)
		}),
		averages: newLoader(func(ctx context.Context, lines []int64) (map[int64]*money.Amount, error) {
			return document.AveragesOf(ctx, db, lines)
		}),
	}
}

// StocktakeLines notes where the rows of a list lead to.
func StocktakeLines(ctx context.Context, rows []*ent.StocktakeLine) {
	from(ctx).leadStocktakeLines(rows)
}

func (l *loaders) leadStocktakeLines(rows []*ent.StocktakeLine) []*ent.StocktakeLine {
	for _, r := range rows {
		l.documents.byID.want(r.DocumentID)
		l.products.want(r.Sku)
		if r.LocationID != nil {
			l.locations.want(*r.LocationID)
		}
		l.stocktakes.counts.want(r.ID)
		l.stocktakes.moved.want(r.ID)
		l.stocktakes.averages.want(r.ID)
	}
	return rows
}

// Stocktake is what a document counts; none when it counts nothing.
func Stocktake(ctx context.Context, document int64) (*ent.Stocktake, error) {
	return from(ctx).stocktakes.of.load(ctx, document)
}

// StocktakeProgress is how far the stocktake of a document is.
func StocktakeProgress(ctx context.Context, id int64) (*document.StocktakeProgress, error) {
	p, err := from(ctx).stocktakes.progress.load(ctx, id)
	if p == nil {
		p = &document.StocktakeProgress{}
	}
	return p, err
}

// StocktakeLinesOf is a page of the lines of the stocktake of a document.
func StocktakeLinesOf(ctx context.Context, document int64, a page.Args) (*page.Connection[*ent.StocktakeLine], error) {
	return from(ctx).stocktakes.lines.load(ctx, document, whole{}, a)
}

// CountsOf is a page of the counts of a line of a stocktake.
func CountsOf(ctx context.Context, line int64, a page.Args) (*page.Connection[*document.ShownCount], error) {
	return from(ctx).stocktakes.counts.load(ctx, line, whole{}, a)
}

// MovedSince is what moved since a line of a stocktake was counted.
func MovedSince(ctx context.Context, line int64) (*document.Moved, error) {
	return from(ctx).stocktakes.moved.load(ctx, line)
}

// DifferenceValue is what the difference of a line of a stocktake is worth at the
// moving average.
func DifferenceValue(ctx context.Context, line, units int64) (*money.Amount, error) {
	average, err := from(ctx).stocktakes.averages.load(ctx, line)
	if err != nil || average == nil {
		return nil, err
	}
	value, err := average.Times(units)
	return &value, err
}
