package document

import (
	"context"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/documentline"
	"entrepot/ent/predicate"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Filter narrows List. All conditions must hold; From is included, To is not.
type Filter struct {
	Kinds          []stock.DocumentKind
	States         []stock.DocumentState
	WarehouseCodes []string
	ReasonCodes    []string
	SKU            *string
	ExternalNo     *string
	Search         *string
	OccurredFrom   *time.Time
	OccurredTo     *time.Time
	CreatedFrom    *time.Time
	CreatedTo      *time.Time
	Open           *bool
	Reversal       *bool
}

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
	ByNo         OrderField = "NO"
	ByQuantity   OrderField = "QUANTITY"
)

var orderFields = page.Fields[OrderField, *ent.Document]{
	Name: "documents", ID: func(d *ent.Document) int64 { return d.ID },
	Keys: map[OrderField]page.Key[*ent.Document]{
		ByOccurredAt: page.Time(entdocument.FieldOccurredAt, func(d *ent.Document) time.Time { return d.OccurredAt }),
		ByUpdatedAt:  page.Time(entdocument.FieldUpdatedAt, func(d *ent.Document) time.Time { return d.UpdatedAt }),
		ByNo:         page.Text(entdocument.FieldNo, func(d *ent.Document) string { return d.No }),
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
	where, err := f.predicates(ctx, db)
	if err != nil {
		return nil, err
	}
	if o == nil {
		o = &Order{Field: ByEntry, Direction: page.Desc}
	}
	return page.Read(ctx, a, orderFields.Order(o.Field, o.Direction), db.Ent().Document.Query().Where(where...))
}

func (f *Filter) predicates(ctx context.Context, db *store.DB) (where []predicate.Document, err error) {
	if f == nil {
		return nil, nil
	}
	and := func(given bool, p func() predicate.Document) {
		if given {
			where = append(where, p())
		}
	}
	for field, n := range map[string]int{
		"kinds": len(f.Kinds), "states": len(f.States), "warehouseCodes": len(f.WarehouseCodes), "reasonCodes": len(f.ReasonCodes),
	} {
		if err := page.Keys("filter."+field, n); err != nil {
			return nil, err
		}
	}
	if f.WarehouseCodes != nil {
		ids, err := warehouseIDs(ctx, db, f.WarehouseCodes)
		if err != nil {
			return nil, err
		}
		where = append(where, page.In(entdocument.FieldWarehouseID, ids))
	}
	if f.Search != nil {
		if err := page.Search(*f.Search); err != nil {
			return nil, err
		}
	}
	and(f.Kinds != nil, func() predicate.Document { return entdocument.KindIn(f.Kinds...) })
	and(f.States != nil, func() predicate.Document { return entdocument.StateIn(f.States...) })
	and(f.ReasonCodes != nil, func() predicate.Document { return entdocument.ReasonCodeIn(f.ReasonCodes...) })
	and(f.SKU != nil, func() predicate.Document { return withSKU(strings.ToUpper(strings.TrimSpace(*f.SKU))) })
	and(f.ExternalNo != nil, func() predicate.Document { return entdocument.ExternalNo(*f.ExternalNo) })
	and(f.Search != nil && *f.Search != "", func() predicate.Document { return f.search() })
	and(f.OccurredFrom != nil, func() predicate.Document { return entdocument.OccurredAtGTE(*f.OccurredFrom) })
	and(f.OccurredTo != nil, func() predicate.Document { return entdocument.OccurredAtLT(*f.OccurredTo) })
	and(f.CreatedFrom != nil, func() predicate.Document { return entdocument.CreatedAtGTE(*f.CreatedFrom) })
	and(f.CreatedTo != nil, func() predicate.Document { return entdocument.CreatedAtLT(*f.CreatedTo) })
	if f.Open != nil {
		where = append(where, openIs(*f.Open))
	}
	if f.Reversal != nil {
		where = append(where, reversalIs(*f.Reversal))
	}
	return where, nil
}

func (f *Filter) search() predicate.Document {
	return entdocument.Or(
		page.StartsWith(entdocument.FieldNo, number(*f.Search)),
		page.StartsWith(entdocument.FieldExternalNo, strings.TrimSpace(*f.Search)),
		entdocument.PartyContainsFold(*f.Search),
	)
}

func withSKU(sku string) predicate.Document {
	return func(s *sql.Selector) {
		lines := sql.Table(documentline.Table)
		s.Where(sql.In(s.C(entdocument.FieldID),
			sql.Select(lines.C(documentline.FieldDocumentID)).From(lines).Where(sql.EQ(lines.C(documentline.FieldSku), sku))))
	}
}

// openIs: whether the document is neither completed nor cancelled.
func openIs(yes bool) predicate.Document {
	open := entdocument.StateIn(stock.DocumentDraft, stock.DocumentApproved, stock.DocumentExecuting)
	if yes {
		return open
	}
	return entdocument.Not(open)
}

func reversalIs(yes bool) predicate.Document {
	if yes {
		return entdocument.ReversesIDNotNil()
	}
	return entdocument.ReversesIDIsNil()
}

func warehouseIDs(ctx context.Context, db *store.DB, codes []string) ([]int64, error) {
	stored := make([]string, len(codes))
	for i, c := range codes {
		stored[i] = strings.ToUpper(strings.TrimSpace(c))
	}
	return db.Ent().Warehouse.Query().Where(page.In(entwarehouse.FieldCode, stored)).IDs(ctx)
}
