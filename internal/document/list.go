package document

import (
	"context"
	"time"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Order orders List.
type Order struct {
	Field     OrderField
	Direction page.Direction
}

// OrderField is a column that documents can be ordered by.
type OrderField string

// The values of OrderField.
const (
	ByEntry      OrderField = "ID"
	ByOccurredAt OrderField = "OCCURRED_AT"
	ByUpdatedAt  OrderField = "UPDATED_AT"
	// ByExpectedAt leaves out documents that nobody expects at a time.
	ByExpectedAt OrderField = "EXPECTED_AT"
	ByNo         OrderField = "NO"
	ByExternalNo OrderField = "EXTERNAL_NO"
	ByQuantity   OrderField = "QUANTITY"
)

var orderFields = page.Fields[OrderField, *ent.Document]{
	Name: "documents", ID: func(d *ent.Document) int64 { return d.ID },
	Keys: map[OrderField]page.Key[*ent.Document]{
		ByOccurredAt: page.Time(entdocument.FieldOccurredAt, func(d *ent.Document) time.Time { return d.OccurredAt }),
		ByUpdatedAt:  page.Time(entdocument.FieldUpdatedAt, func(d *ent.Document) time.Time { return d.UpdatedAt }),
		ByNo:         page.Text(entdocument.FieldNo, func(d *ent.Document) string { return d.No }),
		ByExpectedAt: page.Time(entdocument.FieldExpectedAt, func(d *ent.Document) time.Time { return *d.ExpectedAt }),
		ByExternalNo: page.Text(entdocument.FieldExternalNo, func(d *ent.Document) string { return d.ExternalNo }),
		ByQuantity:   page.Int(entdocument.FieldQuantity, func(d *ent.Document) int64 { return d.Quantity }),
	},
}

// List reads a page of documents, newest first unless told otherwise. Ends with
// Forbidden without document:view, with BadRequest for arguments outside their
// limits.
func List(ctx context.Context, db *store.DB, f *Filter, o *Order, a page.Args) (_ *page.Connection[*ent.Document], err error) {
	defer fault.Wrap(&err, "document.List")
	if _, err := auth.Require(ctx, auth.DocumentView); err != nil {
		return nil, err
	}
	if f == nil {
		f = &Filter{}
	}
	if o == nil {
		o = &Order{Field: ByEntry, Direction: page.Desc}
	}
	where, err := f.predicates(ctx, db)
	if err != nil {
		return nil, err
	}
	order, query := orderFields.Order(o.Field, o.Direction), db.Ent().Document.Query().Where(where...)
	if o.Field == ByExpectedAt {
		query.Where(entdocument.ExpectedAtNotNil())
	}
	states := f.states()
	switch {
	case f.WarehouseCodes != nil:
		if states != nil {
			query.Where(page.In(entdocument.FieldState, states))
		}
		ids, err := warehouseIDs(ctx, db, f.WarehouseCodes)
		if err != nil {
			return nil, err
		}
		return page.ReadOf(ctx, a, order, query, entdocument.FieldWarehouseID, ids)
	case states != nil:
		return page.ReadOf(ctx, a, order, query, entdocument.FieldState, states)
	}
	return page.Read(ctx, a, order, query)
}
