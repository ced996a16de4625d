package document

import (
	"context"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/documentevent"
	"entrepot/ent/documentline"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Find reads one document by its number or its id; nil when there is none. Ends
// with Forbidden without document:view, with BadRequest unless exactly one is given.
func Find(ctx context.Context, db *store.DB, no *string, id *page.ID) (_ *ent.Document, err error) {
	defer fault.Wrap(&err, "document.Find")
	if _, err := auth.Require(ctx, auth.DocumentView); err != nil {
		return nil, err
	}
	if (no == nil) == (id == nil) {
		return nil, fault.Stop(fault.BadRequest, "give exactly one of no and id")
	}
	w := Which{ID: id}
	if no != nil {
		w.No = *no
	}
	doc, err := db.Ent().Document.Query().Where(w.where()).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return doc, err
}

// ByID finds documents by key, in no order. People without document:view get none.
func ByID(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Document, err error) {
	defer fault.Wrap(&err, "document.ByID")
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	return db.Ent().Document.Query().Where(page.In(entdocument.FieldID, ids)).All(ctx)
}

// ReversalsOf finds the documents that took these back, in no order. People
// without document:view get none.
func ReversalsOf(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Document, err error) {
	defer fault.Wrap(&err, "document.ReversalsOf")
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	return db.Ent().Document.Query().Where(page.In(entdocument.FieldReversesID, ids)).All(ctx)
}

var lineOrder = page.Order[*ent.DocumentLine]{
	Name: "documentLines", Direction: page.Asc, ID: func(l *ent.DocumentLine) int64 { return l.ID },
	Key: page.Int(documentline.FieldLineNo, func(l *ent.DocumentLine) int64 { return int64(l.LineNo) }),
}

// PageOfLines is a page of the lines of a document, in order. BadRequest for
// arguments outside their limits.
func PageOfLines(a page.Args) (*page.Each[*ent.DocumentLine], error) {
	return page.NewEach(a, lineOrder)
}

// LinesOf reads that page for each of these documents, in one statement. People
// without document:view get none.
func LinesOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[*ent.DocumentLine], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.DocumentLine], err error) {
	defer fault.Wrap(&err, "document.LinesOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.DocumentLine, error) {
		if !auth.From(ctx).Can(auth.DocumentView) {
			return nil, nil
		}
		return db.Ent().DocumentLine.Query().Where(each.Where(documentline.Table, documentline.FieldDocumentID, ids)).
			Order(ent.Asc(documentline.FieldDocumentID, documentline.FieldLineNo)).All(ctx)
	}, func(l *ent.DocumentLine) int64 { return l.DocumentID }, count)
}

var eventOrder = page.Order[*ent.DocumentEvent]{
	Name: "documentEvents", Direction: page.Asc, ID: func(e *ent.DocumentEvent) int64 { return e.ID },
	Key: page.Int(documentevent.FieldVersion, func(e *ent.DocumentEvent) int64 { return e.Version }),
}

// PageOfEvents is a page of the events of a document, oldest first. BadRequest
// for arguments outside their limits.
func PageOfEvents(a page.Args) (*page.Each[*ent.DocumentEvent], error) {
	return page.NewEach(a, eventOrder)
}

// EventsOf reads that page for each of these documents, in one statement. People
// without document:view get none.
func EventsOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[*ent.DocumentEvent], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.DocumentEvent], err error) {
	defer fault.Wrap(&err, "document.EventsOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.DocumentEvent, error) {
		if !auth.From(ctx).Can(auth.DocumentView) {
			return nil, nil
		}
		return db.Ent().DocumentEvent.Query().Where(each.Where(documentevent.Table, documentevent.FieldDocumentID, ids)).
			Order(ent.Asc(documentevent.FieldDocumentID, documentevent.FieldVersion)).All(ctx)
	}, func(e *ent.DocumentEvent) int64 { return e.DocumentID }, count)
}

// Counts are the lines and events of documents: both are numbered without a gap,
// so the document itself tells.
func Counts(ctx context.Context, db *store.DB, ids []int64) (lines, events map[int64]int, err error) {
	docs, err := ByID(ctx, db, ids)
	lines, events = make(map[int64]int, len(docs)), make(map[int64]int, len(docs))
	for _, d := range docs {
		lines[d.ID], events[d.ID] = d.LineCount, int(d.Version)
	}
	return lines, events, err
}
