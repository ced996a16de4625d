package load

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/document"
	"entrepot/internal/report"
)

// Stocks notes where the rows of a list lead to.
func Stocks(ctx context.Context, rows []*ent.Stock) { from(ctx).leadStocks(rows) }

// Warehouses notes where the rows of a list lead to.
func Warehouses(ctx context.Context, rows []*ent.Warehouse) { from(ctx).leadWarehouses(rows) }

// Products notes where the rows of a list lead to.
func Products(ctx context.Context, rows []*ent.Product) { from(ctx).leadProducts(rows) }

// Locations notes where the rows of a list lead to.
func Locations(ctx context.Context, rows []*ent.Location) { from(ctx).leadLocations(rows) }

// Movements notes where the rows of a list lead to.
func Movements(ctx context.Context, rows []*ent.StockMovement) { from(ctx).leadMovements(rows) }

// StockGroups notes where the groups of a summary lead to.
func StockGroups(ctx context.Context, groups []*report.StockGroup) {
	l := from(ctx)
	for _, g := range groups {
		if sku := g.SKU(); sku != nil {
			l.products.want(*sku)
		}
		if id := g.WarehouseID(); id != nil {
			l.warehouses.want(*id)
		}
	}
}

// ApprovalRules notes where the rows of a list lead to.
func ApprovalRules(ctx context.Context, rows []*ent.ApprovalRule) {
	l := from(ctx)
	for _, r := range rows {
		if r.WarehouseID != nil {
			l.warehouses.want(*r.WarehouseID)
		}
	}
}

// Picks notes where the rows of a pick list lead to.
func Picks(ctx context.Context, rows []*document.Pick) {
	l := from(ctx)
	for _, p := range rows {
		l.products.want(p.SKU)
		if p.LocationID != nil {
			l.locations.want(*p.LocationID)
		}
	}
}

// WarehouseSnapshots notes where the rows of a list lead to.
func WarehouseSnapshots(ctx context.Context, rows []*ent.WarehouseSnapshot) {
	from(ctx).warehouses.want(distinct(rows, func(s *ent.WarehouseSnapshot) int64 { return s.WarehouseID })...)
}

// CardLines notes where the lines of a stock card lead to.
func CardLines(ctx context.Context, lines []*report.CardLine) {
	rows := make([]*ent.StockMovement, len(lines))
	for i, l := range lines {
		rows[i] = l.Movement
	}
	from(ctx).leadMovements(rows)
}

// MovementStatistics notes where the groups of a statistic lead to.
func MovementStatistics(ctx context.Context, groups []*report.MovementStatistic) {
	l := from(ctx)
	for _, g := range groups {
		if sku := g.SKU(); sku != nil {
			l.products.want(*sku)
		}
		if id := g.WarehouseID(); id != nil {
			l.warehouses.want(*id)
		}
		if id := g.OperatorID(); id != nil {
			l.users.want(*id)
		}
	}
}

// SKUs notes that the products of these SKUs may be asked for.
func SKUs(ctx context.Context, skus ...string) { from(ctx).products.want(skus...) }

func (l *loaders) leadWarehouses(rows []*ent.Warehouse) []*ent.Warehouse {
	ids := distinct(rows, func(w *ent.Warehouse) int64 { return w.ID })
	l.parents.want(ids...)
	l.locationsOf.want(ids...)
	l.stocksIn.want(ids...)
	l.overviews.want(ids...)
	return rows
}

func (l *loaders) leadProducts(rows []*ent.Product) []*ent.Product {
	skus := distinct(rows, func(p *ent.Product) string { return p.Sku })
	l.barcodes.want(skus...)
	l.stocksOf.want(skus...)
	l.movementsOfSKU.want(skus...)
	l.goods.want(skus)
	return rows
}

func (l *loaders) leadLocations(rows []*ent.Location) []*ent.Location {
	l.warehouses.want(distinct(rows, func(b *ent.Location) int64 { return b.WarehouseID })...)
	ids := distinct(rows, func(b *ent.Location) int64 { return b.ID })
	l.stocksAt.want(ids...)
	l.usages.want(ids...)
	return rows
}

func (l *loaders) leadStocks(rows []*ent.Stock) []*ent.Stock {
	l.warehouses.want(distinct(rows, func(s *ent.Stock) int64 { return s.WarehouseID })...)
	l.products.want(distinct(rows, func(s *ent.Stock) string { return s.Sku })...)
	l.layers.want(distinct(rows, func(s *ent.Stock) int64 { return s.ID })...)
	l.goods.replacedBy.want(distinct(rows, func(s *ent.Stock) string { return s.Sku })...)
	l.stockLists.want(rows)
	l.shipments.coming.want(distinct(rows, stockKey)...)
	l.reservations.holders.want(distinct(rows, stockKey)...)
	return rows
}

func (l *loaders) leadMovements(rows []*ent.StockMovement) []*ent.StockMovement {
	l.warehouses.want(distinct(rows, func(m *ent.StockMovement) int64 { return m.WarehouseID })...)
	l.products.want(distinct(rows, func(m *ent.StockMovement) string { return m.Sku })...)
	l.stocks.want(distinct(rows, func(m *ent.StockMovement) int64 { return m.StockID })...)
	l.postings.want(distinct(rows, func(m *ent.StockMovement) int64 { return m.PostingID })...)
	return rows
}

func (l *loaders) leadPostings(rows []*ent.Posting) []*ent.Posting {
	for _, p := range rows {
		l.users.want(p.ActorID)
		l.movements.want(p.ID)
		l.reversals.want(p.ID)
		if p.ReversesID != nil {
			l.postings.want(*p.ReversesID)
		}
		if p.DocumentID != nil {
			l.documents.byID.want(*p.DocumentID)
		}
	}
	return rows
}

// distinct leaves out repeats that stand side by side, which is most of them
// where it matters: a page of one warehouse, the movements of one posting.
func distinct[R any, K comparable](rows []R, key func(R) K) []K {
	out := make([]K, 0, len(rows))
	for _, r := range rows {
		if k := key(r); len(out) == 0 || out[len(out)-1] != k {
			out = append(out, k)
		}
	}
	return out
}
