package document

import (
	"context"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/documentevent"
	"entrepot/ent/documentexecution"
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
func PageOfLines(a page.Args) (*page.Each[int64, *ent.DocumentLine], error) {
	return page.NewEach[int64](a, lineOrder)
}

// LinesOf reads that page for each of these documents, in one statement. People
// without document:view get none.
func LinesOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[int64, *ent.DocumentLine], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.DocumentLine], err error) {
	defer fault.Wrap(&err, "document.LinesOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.DocumentLine, error) {
		if !auth.From(ctx).Can(auth.DocumentView) {
			return nil, nil
		}
		return db.Ent().DocumentLine.Query().Where(each.Where(documentline.FieldDocumentID, ids)).Order(each.OrderBy).All(ctx)
	}, func(l *ent.DocumentLine) int64 { return l.DocumentID }, count)
}

var eventOrder = page.Order[*ent.DocumentEvent]{
	Name: "documentEvents", Direction: page.Asc, ID: func(e *ent.DocumentEvent) int64 { return e.ID },
	Key: page.Int(documentevent.FieldVersion, func(e *ent.DocumentEvent) int64 { return e.Version }),
}

// PageOfEvents is a page of the events of a document, oldest first. BadRequest
// for arguments outside their limits.
func PageOfEvents(a page.Args) (*page.Each[int64, *ent.DocumentEvent], error) {
	return page.NewEach[int64](a, eventOrder)
}

// EventsOf reads that page for each of these documents, in one statement. People
// without document:view get none.
func EventsOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[int64, *ent.DocumentEvent], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.DocumentEvent], err error) {
	defer fault.Wrap(&err, "document.EventsOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.DocumentEvent, error) {
		if !auth.From(ctx).Can(auth.DocumentView) {
			return nil, nil
		}
		return db.Ent().DocumentEvent.Query().Where(each.Where(documentevent.FieldDocumentID, ids)).Order(each.OrderBy).All(ctx)
	}, func(e *ent.DocumentEvent) int64 { return e.DocumentID }, count)
}

var executionOrder = page.Order[*ent.DocumentExecution]{
	Name: "documentExecutions", Direction: page.Asc, ID: func(e *ent.DocumentExecution) int64 { return e.ID },
}

// PageOfExecutions is a page of what was done of a line, oldest first. BadRequest
// for arguments outside their limits.
func PageOfExecutions(a page.Args) (*page.Each[int64, *ent.DocumentExecution], error) {
	return page.NewEach[int64](a, executionOrder)
}

// ExecutionsOf reads that page for each of these lines, in one statement. People
// without document:view get none.
func ExecutionsOf(ctx context.Context, db *store.DB, lines []int64, each *page.Each[int64, *ent.DocumentExecution], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.DocumentExecution], err error) {
	defer fault.Wrap(&err, "document.ExecutionsOf")
	return each.Read(ctx, lines, func(ctx context.Context) ([]*ent.DocumentExecution, error) {
		if !auth.From(ctx).Can(auth.DocumentView) {
			return nil, nil
		}
		return db.Ent().DocumentExecution.Query().Where(each.Where(documentexecution.FieldLineID, lines)).Order(each.OrderBy).All(ctx)
	}, func(e *ent.DocumentExecution) int64 { return e.LineID }, count)
}

// CountExecutions counts what was done of each of these lines. People without
// document:view get none.
func CountExecutions(ctx context.Context, db *store.DB, lines []int64) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "document.CountExecutions")
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	var rows []struct {
		LineID int64 `json:"line_id"`
		Count  int   `json:"count"`
	}
	err = db.Ent().DocumentExecution.Query().Where(page.In(documentexecution.FieldLineID, lines)).
		GroupBy(documentexecution.FieldLineID).Aggregate(ent.Count()).Scan(ctx, &rows)
	counts := make(map[int64]int, len(rows))
	for _, r := range rows {
		counts[r.LineID] = r.Count
	}
	return counts, err
}

// CountLines is how many lines each of these documents has: the document itself
// tells.
func CountLines(ctx context.Context, db *store.DB, ids []int64) (map[int64]int, error) {
	return counts(ctx, db, ids, func(d *ent.Document) int { return d.LineCount })
}

// CountEvents is how many events each of these documents has: they are numbered
// without a gap, so its version tells.
func CountEvents(ctx context.Context, db *store.DB, ids []int64) (map[int64]int, error) {
	return counts(ctx, db, ids, func(d *ent.Document) int { return int(d.Version) })
}

func counts(ctx context.Context, db *store.DB, ids []int64, of func(*ent.Document) int) (map[int64]int, error) {
	docs, err := ByID(ctx, db, ids)
	counts := make(map[int64]int, len(docs))
	for _, d := range docs {
		counts[d.ID] = of(d)
	}
	return counts, err
}
