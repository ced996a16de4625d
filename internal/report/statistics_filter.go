package report

import (
	"context"

	"entrepot/ent/user"
	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// MovementStatisticsFilter narrows a statistic of the journal. All conditions must
// hold.
type MovementStatisticsFilter struct {
	WarehouseCodes []string
	SKUs           []string
	Categories     []string
	Kinds          []stock.MovementKind
	// Operators are the user names of those who posted.
	Operators   []string
	ReasonCodes []string
	// IncludeReversed counts work that was taken back, and what took it back, each
	// for itself. Without it neither counts, wherever the other one lies.
	IncludeReversed bool
}

// movementScope is a filter with the rows found that it names.
type movementScope struct {
	MovementStatisticsFilter
	warehouses, operators []int64
}

func (f *MovementStatisticsFilter) scope(ctx context.Context, db *store.DB) (s *movementScope, err error) {
	if f == nil {
		return &movementScope{MovementStatisticsFilter: MovementStatisticsFilter{IncludeReversed: true}}, nil
	}
	for _, keys := range []struct {
		name string
		n    int
	}{
		{"warehouseCodes", len(f.WarehouseCodes)},
		{"skus", len(f.SKUs)},
		{"categories", len(f.Categories)},
		{"kinds", len(f.Kinds)},
		{"operators", len(f.Operators)},
		{"reasonCodes", len(f.ReasonCodes)},
	} {
		if err := page.Keys("filter."+keys.name, keys.n); err != nil {
			return nil, err
		}
	}
	s = &movementScope{MovementStatisticsFilter: *f}
	if f.WarehouseCodes != nil {
		if s.warehouses, err = warehouseIDs(ctx, db, warehouse.Filter{Codes: f.WarehouseCodes}); err != nil {
			return nil, err
		}
	}
	if f.Operators != nil {
		names := make([]string, len(f.Operators))
		for i, name := range f.Operators {
			names[i] = auth.Username(name)
		}
		s.operators, err = db.Ent().User.Query().Where(page.In(user.FieldUsername, names)).IDs(ctx)
	}
	return s, err
}

// needs are the tables that narrow stands on.
func (s *movementScope) needs() needs {
	if s.Operators != nil || s.ReasonCodes != nil {
		return needPosting
	}
	return 0
}

// narrow is the conditions on movements, with AND before each.
func (s *movementScope) narrow(p *store.Params) (where string) {
	and := func(condition string) { where += " AND " + condition }
	if s.WarehouseCodes != nil {
		and(p.AmongIDs("m.warehouse_id", s.warehouses))
	}
	if s.SKUs != nil {
		and(p.Among("m.sku", catalog.SKUs(s.SKUs)))
	}
	if s.Categories != nil {
		and("m.sku IN (SELECT sku FROM products WHERE " + p.Among("category", s.Categories) + ")")
	}
	if s.Kinds != nil {
		kinds := make([]string, len(s.Kinds))
		for i, k := range s.Kinds {
			kinds[i] = string(k)
		}
		and(p.Among("m.kind", kinds))
	}
	if s.Operators != nil {
		and(p.AmongIDs("po.actor_id", s.operators))
	}
	if s.ReasonCodes != nil {
		and(p.Among("po.reason_code", s.ReasonCodes))
	}
	if !s.IncludeReversed {
		and("m.kind <> '" + string(stock.MovementReversal) + "' AND NOT EXISTS (SELECT 1 FROM postings r WHERE r.reverses_id = m.posting_id)")
	}
	return where
}
