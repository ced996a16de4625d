package approval

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/approvalrule"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Filter narrows List. All conditions must hold.
type Filter struct {
	// Kinds are those that rules name; rules for every kind have none.
	Kinds    []stock.DocumentKind
	Status   *stock.Status
	Separate *bool
}

var order = page.Order[*ent.ApprovalRule]{
	Name: "approvalRules", Direction: page.Asc, ID: func(r *ent.ApprovalRule) int64 { return r.ID },
	Key: page.Text(approvalrule.FieldCode, func(r *ent.ApprovalRule) string { return r.Code }),
}

// List reads a page of rules by code: whoever sees documents may know what holds
// them up. Ends with Forbidden without document:view, with BadRequest for
// arguments outside their limits.
func List(ctx context.Context, db *store.DB, f *Filter, a page.Args) (_ *page.Connection[*ent.ApprovalRule], err error) {
	defer fault.Wrap(&err, "approval.List")
	if _, err := auth.Require(ctx, auth.DocumentView); err != nil {
		return nil, err
	}
	q := db.Ent().ApprovalRule.Query()
	if f != nil {
		if f.Kinds != nil {
			if err := page.Keys("filter.kinds", len(f.Kinds)); err != nil {
				return nil, err
			}
			q.Where(approvalrule.KindIn(f.Kinds...))
		}
		if f.Status != nil {
			q.Where(approvalrule.StatusEQ(*f.Status))
		}
		if f.Separate != nil {
			q.Where(approvalrule.Separate(*f.Separate))
		}
	}
	return page.Read(ctx, a, order, q)
}
