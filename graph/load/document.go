package load

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// documentLoaders load what hangs on documents.
type documentLoaders struct {
	byID      *loader[int64, *ent.Document]
	reversals *loader[int64, *ent.Document]
	lines     *nested[int64, whole, *ent.DocumentLine]
	events    *nested[int64, whole, *ent.DocumentEvent]
	postings  *nested[int64, whole, *ent.Posting]
	costs     *loader[int64, []*document.LandedCost]
	values    *loader[int64, []*document.Value]

	executions *nested[int64, whole, *ent.DocumentExecution] // of a line
}

func (l *loaders) newDocumentLoaders(db *store.DB) documentLoaders {
	return documentLoaders{
		byID: newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Document, error) {
			rows, err := document.ByID(ctx, db, ids)
			return index(l.leadDocuments(rows), func(d *ent.Document) int64 { return d.ID }), err
		}),
		reversals: newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Document, error) {
			rows, err := document.ReversalsOf(ctx, db, ids)
			return index(l.leadDocuments(rows), func(d *ent.Document) int64 { return *d.ReversesID }), err
		}),
		lines:    newWhole(db, document.PageOfLines, document.LinesOf, document.CountLines, l.leadLines),
		events:   newWhole(db, document.PageOfEvents, document.EventsOf, document.CountEvents, l.leadEvents),
		postings: newWhole(db, ledger.PageOfPostings, ledger.PostingsOf, ledger.CountPostings, l.leadPostings),
		costs: newLoader(func(ctx context.Context, ids []int64) (map[int64][]*document.LandedCost, error) {
			costs, err := document.LandedCostsOf(ctx, db, ids)
			for _, list := range costs {
				for _, c := range list {
					l.users.want(c.CreatedBy)
					for _, line := range c.Lines {
						l.products.want(line.Sku)
					}
				}
			}
			return costs, err
		}),
		values: newLoader(func(ctx context.Context, ids []int64) (map[int64][]*document.Value, error) {
			values, err := document.ValuesOf(ctx, db, ids)
			for _, list := range values {
				for _, v := range list {
					l.warehouses.want(v.WarehouseID)
				}
			}
			return values, err
		}),

		executions: newWhole(db, document.PageOfExecutions, document.ExecutionsOf, document.CountExecutions, l.leadExecutions),
	}
}

// Documents notes where the rows of a list lead to.
func Documents(ctx context.Context, rows []*ent.Document) { from(ctx).leadDocuments(rows) }

func (l *loaders) leadDocuments(rows []*ent.Document) []*ent.Document {
	for _, d := range rows {
		l.warehouses.want(d.WarehouseID)
		if d.TargetWarehouseID != nil {
			l.warehouses.want(*d.TargetWarehouseID)
		}
		l.users.want(d.CreatedBy)
		if d.ApprovedBy != nil {
			l.users.want(*d.ApprovedBy)
		}
		if d.ReversesID != nil {
			l.documents.byID.want(*d.ReversesID)
		}
		if d.ReturnOfID != nil {
			l.documents.byID.want(*d.ReturnOfID)
		}
		l.documents.reversals.want(d.ID)
		l.documents.lines.want(d.ID)
		l.shipments.of.want(d.ID)
		l.documents.events.want(d.ID)
		l.documents.postings.want(d.ID)
		l.documents.costs.want(d.ID)
		l.documents.values.want(d.ID)
		if d.Kind == stock.DocumentStocktake {
			l.stocktakes.of.want(d.ID)
		}
	}
	return rows
}

func (l *loaders) leadLines(rows []*ent.DocumentLine) []*ent.DocumentLine {
	for _, r := range rows {
		l.products.want(r.Sku)
		l.documents.executions.want(r.ID)
		if r.LocationID != nil {
			l.locations.want(*r.LocationID)
		}
	}
	return rows
}

func (l *loaders) leadExecutions(rows []*ent.DocumentExecution) []*ent.DocumentExecution {
	for _, r := range rows {
		if r.LocationID != nil {
			l.locations.want(*r.LocationID)
		}
		if r.PostingID != nil {
			l.postings.want(*r.PostingID)
		}
	}
	return rows
}

func (l *loaders) leadEvents(rows []*ent.DocumentEvent) []*ent.DocumentEvent {
	for _, r := range rows {
		l.users.want(r.ActorID)
		if r.PostingID != nil {
			l.postings.want(*r.PostingID)
		}
	}
	return rows
}

// Document by key; none for the key 0.
func Document(ctx context.Context, id int64) (*ent.Document, error) {
	if id == 0 {
		return nil, nil
	}
	return from(ctx).documents.byID.load(ctx, id)
}

// DocumentReversalOf is the document that took this one back.
func DocumentReversalOf(ctx context.Context, id int64) (*ent.Document, error) {
	return from(ctx).documents.reversals.load(ctx, id)
}

// PostingsOf is a page of the postings of a document.
func PostingsOf(ctx context.Context, id int64, a page.Args) (*page.Connection[*ent.Posting], error) {
	return from(ctx).documents.postings.load(ctx, id, whole{}, a)
}

// LinesOf is a page of the lines of a document. Those of a dry run come with it.
func LinesOf(ctx context.Context, doc *ent.Document, a page.Args) (*page.Connection[*ent.DocumentLine], error) {
	l := from(ctx)
	if doc.Edges.Lines == nil {
		return l.documents.lines.load(ctx, doc.ID, whole{}, a)
	}
	each, err := document.PageOfLines(a)
	if err != nil {
		return nil, err
	}
	l.leadLines(doc.Edges.Lines)
	return each.Of(doc.Edges.Lines), nil
}

// ExecutionsOf is a page of what was done of a line. That of a dry run comes with it.
func ExecutionsOf(ctx context.Context, line *ent.DocumentLine, a page.Args) (*page.Connection[*ent.DocumentExecution], error) {
	l := from(ctx)
	if line.Edges.Executions == nil {
		return l.documents.executions.load(ctx, line.ID, whole{}, a)
	}
	each, err := document.PageOfExecutions(a)
	if err != nil {
		return nil, err
	}
	l.leadExecutions(line.Edges.Executions)
	return each.Of(line.Edges.Executions), nil
}

// EventsOf is a page of the events of a document; in a dry run only of those
// that would be new.
func EventsOf(ctx context.Context, doc *ent.Document, a page.Args) (*page.Connection[*ent.DocumentEvent], error) {
	l := from(ctx)
	if doc.Edges.Events == nil {
		return l.documents.events.load(ctx, doc.ID, whole{}, a)
	}
	each, err := document.PageOfEvents(a)
	if err != nil {
		return nil, err
	}
	l.leadEvents(doc.Edges.Events)
	return each.Of(doc.Edges.Events), nil
}

// LandedCosts are the costs that a document bears.
func LandedCosts(ctx context.Context, id int64) ([]*document.LandedCost, error) {
	return from(ctx).documents.costs.load(ctx, id)
}

// Values are what the goods of a document were worth, by warehouse.
func Values(ctx context.Context, id int64) ([]*document.Value, error) {
	return from(ctx).documents.values.load(ctx, id)
}
