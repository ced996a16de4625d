package load

import (
	"context"
	"sync"

	"entrepot/ent"
	"entrepot/internal/document"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// documentLoaders load what hangs on documents.
type documentLoaders struct {
	byID      *loader[int64, *ent.Document]
	reversals *loader[int64, *ent.Document]
	postings  *loader[int64, []*ent.Posting]
	lines     *loader[slice, []*ent.DocumentLine]
	events    *loader[slice, []*ent.DocumentEvent]
	// listed are the documents whose lines and events may be asked for: all with
	// the same arguments, since one selection asks for them.
	listed *listed
}

// slice is a page of what a document holds by number.
type slice struct {
	document     int64
	first, after int
}

type listed struct {
	mu  sync.Mutex
	ids []int64
}

func (l *listed) add(ids ...int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids = append(l.ids, ids...)
}

// all is the slices of all documents listed.
func (l *listed) all(first, after int) []slice {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]slice, len(l.ids))
	for i, id := range l.ids {
		out[i] = slice{id, first, after}
	}
	return out
}

func (l *loaders) newDocumentLoaders(db *store.DB) documentLoaders {
	return documentLoaders{
		listed: &listed{},
		byID: newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Document, error) {
			rows, err := document.ByID(ctx, db, ids)
			return index(l.leadDocuments(rows), func(d *ent.Document) int64 { return d.ID }), err
		}),
		reversals: newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Document, error) {
			rows, err := document.ReversalsOf(ctx, db, ids)
			return index(l.leadDocuments(rows), func(d *ent.Document) int64 { return *d.ReversesID }), err
		}),
		postings: newLoader(func(ctx context.Context, ids []int64) (map[int64][]*ent.Posting, error) {
			rows, err := ledger.PostingsOf(ctx, db, ids, page.MaxSize)
			out := make(map[int64][]*ent.Posting, len(ids))
			for _, p := range l.leadPostings(rows) {
				out[*p.DocumentID] = append(out[*p.DocumentID], p)
			}
			return out, err
		}),
		lines: newLoader(func(ctx context.Context, keys []slice) (map[slice][]*ent.DocumentLine, error) {
			return sliced(keys, func(ids []int64, first, after int) ([]*ent.DocumentLine, error) {
				rows, err := document.LinesOf(ctx, db, ids, first, after)
				for _, r := range rows {
					l.products.want(r.Sku)
					if r.LocationID != nil {
						l.locations.want(*r.LocationID)
					}
				}
				return rows, err
			}, func(r *ent.DocumentLine) int64 { return r.DocumentID })
		}),
		events: newLoader(func(ctx context.Context, keys []slice) (map[slice][]*ent.DocumentEvent, error) {
			return sliced(keys, func(ids []int64, first, after int) ([]*ent.DocumentEvent, error) {
				rows, err := document.EventsOf(ctx, db, ids, first, after)
				for _, r := range rows {
					l.users.want(r.ActorID)
					if r.PostingID != nil {
						l.postings.want(*r.PostingID)
					}
				}
				return rows, err
			}, func(r *ent.DocumentEvent) int64 { return r.DocumentID })
		}),
	}
}

// sliced reads the slices of many documents, with one statement for each pair of
// arguments, which is one for each place in the query.
func sliced[R any](keys []slice, read func(ids []int64, first, after int) ([]R, error), document func(R) int64) (map[slice][]R, error) {
	type args struct{ first, after int }
	groups := map[args][]int64{}
	for _, k := range keys {
		a := args{k.first, k.after}
		groups[a] = append(groups[a], k.document)
	}
	out := make(map[slice][]R, len(keys))
	for a, ids := range groups {
		rows, err := read(ids, a.first, a.after)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			k := slice{document(r), a.first, a.after}
			out[k] = append(out[k], r)
		}
	}
	return out, nil
}

// Documents notes where the rows of a list lead to.
func Documents(ctx context.Context, rows []*ent.Document) { from(ctx).leadDocuments(rows) }

func (l *loaders) leadDocuments(rows []*ent.Document) []*ent.Document {
	for _, d := range rows {
		l.warehouses.want(d.WarehouseID)
		l.users.want(d.CreatedBy)
		if d.ApprovedBy != nil {
			l.users.want(*d.ApprovedBy)
		}
		if d.ReversesID != nil {
			l.documents.byID.want(*d.ReversesID)
		}
		l.documents.reversals.want(d.ID)
		l.documents.postings.want(d.ID)
		l.documents.listed.add(d.ID)
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

// PostingsOf are the postings of a document.
func PostingsOf(ctx context.Context, id int64) ([]*ent.Posting, error) {
	return from(ctx).documents.postings.load(ctx, id)
}

// LinesOf are the lines of a document after a number. Those of a dry run come
// with it.
func LinesOf(ctx context.Context, doc *ent.Document, first, after int) ([]*ent.DocumentLine, error) {
	return ofDocument(ctx, from(ctx).documents.lines, doc.ID, doc.Edges.Lines, first, after)
}

// EventsOf are the events of a document after a version; in a dry run only those
// that would be new.
func EventsOf(ctx context.Context, doc *ent.Document, first, after int) ([]*ent.DocumentEvent, error) {
	return ofDocument(ctx, from(ctx).documents.events, doc.ID, doc.Edges.Events, first, after)
}

func ofDocument[R any](ctx context.Context, l *loader[slice, []R], id int64, planned []R, first, after int) ([]R, error) {
	if first < 0 || first > page.MaxSize || after < 0 {
		return nil, fault.Stop(fault.BadRequest, "first is 0 to %d and after is 0 or more", page.MaxSize)
	}
	if planned != nil {
		after = min(after, len(planned))
		return planned[after:min(after+first, len(planned))], nil
	}
	key := slice{id, first, after}
	if !l.knows(key) {
		l.want(from(ctx).documents.listed.all(first, after)...)
	}
	return l.load(ctx, key)
}
