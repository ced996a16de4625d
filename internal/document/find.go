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

// LinesOf reads the lines after+1 to after+first of each document, in their
// order: lines are numbered without a gap. People without document:view get none.
func LinesOf(ctx context.Context, db *store.DB, ids []int64, first, after int) (_ []*ent.DocumentLine, err error) {
	defer fault.Wrap(&err, "document.LinesOf")
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	return db.Ent().DocumentLine.Query().
		Where(page.In(documentline.FieldDocumentID, ids), documentline.LineNoGT(after), documentline.LineNoLTE(after+first)).
		Order(ent.Asc(documentline.FieldDocumentID, documentline.FieldLineNo)).All(ctx)
}

// EventsOf reads the events after+1 to after+first of each document, in their
// order: events are numbered by the document's version, without a gap. People
// without document:view get none.
func EventsOf(ctx context.Context, db *store.DB, ids []int64, first, after int) (_ []*ent.DocumentEvent, err error) {
	defer fault.Wrap(&err, "document.EventsOf")
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	return db.Ent().DocumentEvent.Query().
		Where(page.In(documentevent.FieldDocumentID, ids), documentevent.VersionGT(int64(after)), documentevent.VersionLTE(int64(after+first))).
		Order(ent.Asc(documentevent.FieldDocumentID, documentevent.FieldVersion)).All(ctx)
}
