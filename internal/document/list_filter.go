package document

import (
	"context"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	entdocument "entrepot/ent/document"
	"entrepot/ent/documentline"
	"entrepot/ent/predicate"
	"entrepot/ent/user"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
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
	SKUs           []string
	NoPrefix       *string
	ExternalNo     *string
	ExternalNos    []string
	ExternalPrefix *string
	Party          *string
	Countries      []string
	CreatedBy      []string
	ApprovedBy     []string
	Search         *string
	UpdatedSince   *time.Time
	ExpectedFrom   *time.Time
	ExpectedTo     *time.Time
	OccurredFrom   *time.Time
	OccurredTo     *time.Time
	CreatedFrom    *time.Time
	CreatedTo      *time.Time
	Open           *bool
	// Outstanding asks for open documents with units that are neither executed
	// nor rejected.
	Outstanding *bool
	Reversal    *bool
}

func (f *Filter) predicates(ctx context.Context, db *store.DB) (where []predicate.Document, err error) {
	and := func(given bool, p func() predicate.Document) {
		if given {
			where = append(where, p())
		}
	}
	for field, n := range map[string]int{
		"kinds": len(f.Kinds), "states": len(f.States), "warehouseCodes": len(f.WarehouseCodes), "reasonCodes": len(f.ReasonCodes),
		"skus": len(f.SKUs), "externalNos": len(f.ExternalNos), "countries": len(f.Countries),
		"createdBy": len(f.CreatedBy), "approvedBy": len(f.ApprovedBy),
	} {
		if err := page.Keys("filter."+field, n); err != nil {
			return nil, err
		}
	}
	for field, text := range map[string]*string{"search": f.Search, "party": f.Party} {
		if text != nil {
			if err := page.Search("filter."+field, *text); err != nil {
				return nil, err
			}
		}
	}
	and(f.Kinds != nil, func() predicate.Document { return page.InEnum(entdocument.FieldKind, f.Kinds) })
	and(f.ReasonCodes != nil, func() predicate.Document { return page.In(entdocument.FieldReasonCode, f.ReasonCodes) })
	and(f.SKU != nil, func() predicate.Document { return withSKU(*f.SKU) })
	and(f.SKUs != nil, func() predicate.Document { return withSKU(f.SKUs...) })
	and(f.NoPrefix != nil, func() predicate.Document { return page.StartsWith(entdocument.FieldNo, number(*f.NoPrefix)) })
	and(f.ExternalNo != nil, func() predicate.Document { return entdocument.ExternalNo(*f.ExternalNo) })
	and(f.ExternalNos != nil, func() predicate.Document { return page.In(entdocument.FieldExternalNo, f.ExternalNos) })
	and(f.ExternalPrefix != nil, func() predicate.Document {
		return page.StartsWith(entdocument.FieldExternalNo, strings.TrimSpace(*f.ExternalPrefix))
	})
	and(f.Party != nil, func() predicate.Document { return entdocument.PartyContainsFold(*f.Party) })
	and(f.Countries != nil, func() predicate.Document { return page.In(entdocument.FieldCountry, f.Countries) })
	and(f.CreatedBy != nil, func() predicate.Document { return by(entdocument.FieldCreatedBy, f.CreatedBy) })
	and(f.ApprovedBy != nil, func() predicate.Document { return by(entdocument.FieldApprovedBy, f.ApprovedBy) })
	and(f.Search != nil && *f.Search != "", func() predicate.Document { return f.search() })
	and(f.OccurredFrom != nil, func() predicate.Document { return entdocument.OccurredAtGTE(*f.OccurredFrom) })
	and(f.OccurredTo != nil, func() predicate.Document { return entdocument.OccurredAtLT(*f.OccurredTo) })
	and(f.CreatedFrom != nil, func() predicate.Document { return entdocument.CreatedAtGTE(*f.CreatedFrom) })
	and(f.CreatedTo != nil, func() predicate.Document { return entdocument.CreatedAtLT(*f.CreatedTo) })
	and(f.UpdatedSince != nil, func() predicate.Document { return entdocument.UpdatedAtGTE(store.Moment(*f.UpdatedSince)) })
	and(f.ExpectedFrom != nil, func() predicate.Document { return entdocument.ExpectedAtGTE(store.Moment(*f.ExpectedFrom)) })
	and(f.ExpectedTo != nil, func() predicate.Document { return entdocument.ExpectedAtLT(*f.ExpectedTo) })
	and(f.Outstanding != nil, func() predicate.Document { return outstandingIs(*f.Outstanding) })
	and(f.Reversal != nil, func() predicate.Document { return reversalIs(*f.Reversal) })
	return where, nil
}

func (f *Filter) search() predicate.Document {
	return entdocument.Or(
		page.StartsWith(entdocument.FieldNo, number(*f.Search)),
		page.StartsWith(entdocument.FieldExternalNo, strings.TrimSpace(*f.Search)),
		entdocument.PartyContainsFold(*f.Search),
	)
}

func withSKU(skus ...string) predicate.Document {
	stored := make([]string, len(skus))
	for i, s := range skus {
		stored[i] = strings.ToUpper(strings.TrimSpace(s))
	}
	return func(s *sql.Selector) {
		lines := sql.Dialect(s.Dialect()).Select(documentline.FieldDocumentID).From(sql.Table(documentline.Table))
		page.In(documentline.FieldSku, stored)(lines)
		s.Where(page.InFound(s, entdocument.FieldID, lines))
	}
}

// by: the users of these names did it.
func by(column string, usernames []string) predicate.Document {
	names := make([]string, len(usernames))
	for i, n := range usernames {
		names[i] = auth.Username(n)
	}
	return func(s *sql.Selector) {
		users := sql.Dialect(s.Dialect()).Select(user.FieldID).From(sql.Table(user.Table))
		page.In(user.FieldUsername, names)(users)
		s.Where(page.InFound(s, column, users))
	}
}

// states are those that the filter admits; nil is all. Open documents are those
// that are neither completed nor cancelled.
func (f *Filter) states() []string {
	open := []stock.DocumentState{stock.DocumentDraft, stock.DocumentApproved, stock.DocumentExecuting}
	if f.States == nil && f.Open == nil {
		return nil
	}
	out := []string{}
	for _, s := range stock.DocumentState("").Values() {
		state := stock.DocumentState(s)
		if (f.States == nil || slices.Contains(f.States, state)) && (f.Open == nil || slices.Contains(open, state) == *f.Open) {
			out = append(out, s)
		}
	}
	return out
}

// outstandingIs: whether the document is open and has units that are neither
// executed nor rejected.
func outstandingIs(yes bool) predicate.Document {
	is := entdocument.And(
		entdocument.StateIn(stock.DocumentDraft, stock.DocumentApproved, stock.DocumentExecuting),
		func(s *sql.Selector) {
			s.Where(sql.ExprP(s.C(entdocument.FieldExecutedQuantity) + " + " + s.C(entdocument.FieldRejectedQuantity) + " < " + s.C(entdocument.FieldQuantity)))
		},
	)
	if yes {
		return is
	}
	return entdocument.Not(is)
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
