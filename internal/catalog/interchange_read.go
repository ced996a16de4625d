package catalog

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/interchangegroup"
	"entrepot/ent/interchangemember"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// InterchangeFilter narrows ListInterchange. All conditions must hold.
type InterchangeFilter struct {
	Codes []string
	// SKUs asks for groups with one of these members.
	SKUs   []string
	Status *stock.Status
}

// ListInterchange reads a page of interchange groups by code. Ends with Forbidden
// without product:view, with BadRequest for arguments outside their limits.
func ListInterchange(ctx context.Context, db *store.DB, f *InterchangeFilter, a page.Args) (_ *page.Connection[*ent.InterchangeGroup], err error) {
	defer fault.Wrap(&err, "catalog.ListInterchange")
	if _, err := auth.Require(ctx, auth.ProductView); err != nil {
		return nil, err
	}
	query := db.Ent().InterchangeGroup.Query()
	if f == nil {
		f = &InterchangeFilter{}
	}
	if f.Codes != nil {
		if err := page.Keys("filter.codes", len(f.Codes)); err != nil {
			return nil, err
		}
		query.Where(page.In(interchangegroup.FieldCode, SKUs(f.Codes)))
	}
	if f.SKUs != nil {
		if err := page.Keys("filter.skus", len(f.SKUs)); err != nil {
			return nil, err
		}
		query.Where(func(s *sql.Selector) {
			m := sql.Dialect(s.Dialect()).Select(interchangemember.FieldGroupID).From(sql.Table(interchangemember.Table))
			page.In(interchangemember.FieldSku, SKUs(f.SKUs))(m)
			s.Where(page.InFound(s, interchangegroup.FieldID, m))
		})
	}
	if f.Status != nil {
		query.Where(interchangegroup.StatusEQ(*f.Status))
	}
	return page.Read(ctx, a, groupsByCode, query)
}

var groupsByCode = page.Order[*ent.InterchangeGroup]{
	Name: "interchangeGroups", Key: page.Text(interchangegroup.FieldCode, func(g *ent.InterchangeGroup) string { return g.Code }),
	ID: func(g *ent.InterchangeGroup) int64 { return g.ID }, Direction: page.Asc,
}

// GroupsOf are the interchange groups that SKUs are members of, by code. People
// without product:view get none.
func GroupsOf(ctx context.Context, db *store.DB, skus []string) (_ map[string][]*ent.InterchangeGroup, err error) {
	defer fault.Wrap(&err, "catalog.GroupsOf")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	members, err := db.Ent().InterchangeMember.Query().Where(page.In(interchangemember.FieldSku, skus)).All(ctx)
	if err != nil {
		return nil, err
	}
	of := map[int64][]string{}
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i], of[m.GroupID] = m.GroupID, append(of[m.GroupID], m.Sku)
	}
	found, err := db.Ent().InterchangeGroup.Query().Where(page.In(interchangegroup.FieldID, ids)).Order(ent.Asc(interchangegroup.FieldCode)).All(ctx)
	out := map[string][]*ent.InterchangeGroup{}
	for _, g := range found {
		for _, sku := range of[g.ID] {
			out[sku] = append(out[sku], g)
		}
	}
	return out, err
}

// MembersOf are the members of groups, the lowest priority first, equal ones by SKU
// bytes. People without product:view get none.
func MembersOf(ctx context.Context, db *store.DB, groups []int64) (_ map[int64][]*ent.InterchangeMember, err error) {
	defer fault.Wrap(&err, "catalog.MembersOf")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	rows, err := db.Ent().InterchangeMember.Query().Where(page.In(interchangemember.FieldGroupID, groups)).All(ctx)
	return membersOf(rows), err
}
