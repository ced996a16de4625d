package load

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/catalog"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// goodLoaders load what hangs on products beside their stocks, and on batches and
// interchange groups.
type goodLoaders struct {
	components   *loader[string, []catalog.Component]
	kits         *loader[string, []string]
	availability *loader[string, []*catalog.KitAvailability]
	groups       *loader[string, []*ent.InterchangeGroup]
	members      *loader[int64, []*ent.InterchangeMember]
	standIns     *loader[string, []string]
	replacedBy   *loader[string, []string]
	carriers     *loader[string, *ent.Carrier]
	stocks       *loader[catalog.BatchKey, []*ent.Stock]
}

func (l *loaders) newGoodLoaders(db *store.DB) goodLoaders {
	// leading notes the products that lists of SKUs lead to.
	leading := func(read func(context.Context, *store.DB, []string) (map[string][]string, error)) *loader[string, []string] {
		return newLoader(func(ctx context.Context, skus []string) (map[string][]string, error) {
			found, err := read(ctx, db, skus)
			for _, list := range found {
				l.products.want(list...)
			}
			return found, err
		})
	}
	return goodLoaders{
		components: newLoader(func(ctx context.Context, kits []string) (map[string][]catalog.Component, error) {
			found, err := catalog.ComponentsOf(ctx, db, kits)
			l.leadComponents(found)
			return found, err
		}),
		kits: leading(catalog.KitsOf),
		availability: newLoader(func(ctx context.Context, kits []string) (map[string][]*catalog.KitAvailability, error) {
			found, err := catalog.KitAvailabilityOf(ctx, db, kits)
			for _, list := range found {
				l.leadAvailability(list)
			}
			return found, err
		}),
		groups: newLoader(func(ctx context.Context, skus []string) (map[string][]*ent.InterchangeGroup, error) {
			found, err := catalog.GroupsOf(ctx, db, skus)
			for _, list := range found {
				l.leadGroups(list)
			}
			return found, err
		}),
		members: newLoader(func(ctx context.Context, groups []int64) (map[int64][]*ent.InterchangeMember, error) {
			found, err := catalog.MembersOf(ctx, db, groups)
			l.leadMembers(found)
			return found, err
		}),
		standIns: leading(catalog.StandInsOf),
		// In whose place a stock stands is told by SKU; nothing leads on from there.
		replacedBy: newLoader(func(ctx context.Context, skus []string) (map[string][]string, error) {
			return catalog.ReplacedBy(ctx, db, skus)
		}),
		carriers: newLoader(func(ctx context.Context, codes []string) (map[string]*ent.Carrier, error) {
			rows, err := catalog.CarriersByCode(ctx, db, codes)
			return index(rows, func(c *ent.Carrier) string { return c.Code }), err
		}),
		stocks: newLoader(func(ctx context.Context, batches []catalog.BatchKey) (map[catalog.BatchKey][]*ent.Stock, error) {
			skus, numbers := make([]string, len(batches)), make([]string, len(batches))
			for i, b := range batches {
				skus[i], numbers[i] = b.SKU, b.BatchNo
			}
			rows, err := ledger.StocksOfBatches(ctx, db, skus, numbers)
			out := make(map[catalog.BatchKey][]*ent.Stock, len(batches))
			for _, s := range l.leadStocks(rows) {
				out[batchKey(s)] = append(out[batchKey(s)], s)
			}
			return out, err
		}),
	}
}

func (g *goodLoaders) want(skus []string) {
	g.components.want(skus...)
	g.kits.want(skus...)
	g.availability.want(skus...)
	g.groups.want(skus...)
	g.standIns.want(skus...)
}

func (l *loaders) leadComponents(of map[string][]catalog.Component) {
	for _, list := range of {
		for _, c := range list {
			l.products.want(c.SKU)
		}
	}
}

func (l *loaders) leadMembers(of map[int64][]*ent.InterchangeMember) {
	for _, list := range of {
		for _, m := range list {
			l.products.want(m.Sku)
		}
	}
}

func (l *loaders) leadGroups(rows []*ent.InterchangeGroup) []*ent.InterchangeGroup {
	for _, g := range rows {
		l.goods.members.want(g.ID)
	}
	return rows
}

func (l *loaders) leadAvailability(rows []*catalog.KitAvailability) {
	for _, a := range rows {
		l.warehouses.want(a.WarehouseID)
		l.products.want(a.Limiting)
	}
}

func (l *loaders) leadBatches(rows []*ent.Batch) []*ent.Batch {
	for _, b := range rows {
		l.products.want(b.Sku)
		l.goods.stocks.want(catalog.BatchKey{SKU: b.Sku, BatchNo: b.BatchNo})
	}
	return rows
}

// Batches notes where the rows of a list lead to.
func Batches(ctx context.Context, rows []*ent.Batch) { from(ctx).leadBatches(rows) }

// InterchangeGroups notes where the rows of a list lead to.
func InterchangeGroups(ctx context.Context, rows []*ent.InterchangeGroup) {
	from(ctx).leadGroups(rows)
}

// KitAvailability notes where the rows of a list lead to.
func KitAvailability(ctx context.Context, rows []*catalog.KitAvailability) {
	from(ctx).leadAvailability(rows)
}

// CodeMappings notes where the rows of a list lead to.
func CodeMappings(ctx context.Context, rows []*ent.CodeMapping) {
	l := from(ctx)
	for _, m := range rows {
		l.products.want(m.Sku)
		if m.WarehouseID != nil {
			l.warehouses.want(*m.WarehouseID)
		}
	}
}

// ComponentsOf are the parts of a kit.
func ComponentsOf(ctx context.Context, sku string) ([]*catalog.Component, error) {
	list, err := from(ctx).goods.components.load(ctx, sku)
	out := make([]*catalog.Component, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, err
}

// ShowComponents tells what products consist of, as a command left them or, in a dry
// run, would leave them.
func ShowComponents(ctx context.Context, of map[string][]catalog.Component) {
	l := from(ctx)
	l.leadComponents(of)
	for sku, list := range of {
		l.goods.components.show(sku, list)
	}
}

// ShowMembers tells what groups consist of, likewise.
func ShowMembers(ctx context.Context, of map[int64][]*ent.InterchangeMember) {
	l := from(ctx)
	l.leadMembers(of)
	for id, list := range of {
		l.goods.members.show(id, list)
	}
}

// KitsOf are the kits that a SKU is a component of.
func KitsOf(ctx context.Context, sku string) ([]*ent.Product, error) {
	return from(ctx).productsOf(ctx, from(ctx).goods.kits, sku)
}

// StandInsOf are what may be sent in the place of a SKU, the first choice first.
func StandInsOf(ctx context.Context, sku string) ([]*ent.Product, error) {
	return from(ctx).productsOf(ctx, from(ctx).goods.standIns, sku)
}

func (l *loaders) productsOf(ctx context.Context, of *loader[string, []string], sku string) ([]*ent.Product, error) {
	skus, err := of.load(ctx, sku)
	out := make([]*ent.Product, 0, len(skus))
	for _, other := range skus {
		p, err := l.products.load(ctx, other)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, err
}

// KitAvailabilityOf is how many whole kits there are of a SKU, by warehouse.
func KitAvailabilityOf(ctx context.Context, sku string) ([]*catalog.KitAvailability, error) {
	return from(ctx).goods.availability.load(ctx, sku)
}

// GroupsOf are the interchange groups of a SKU.
func GroupsOf(ctx context.Context, sku string) ([]*ent.InterchangeGroup, error) {
	return from(ctx).goods.groups.load(ctx, sku)
}

// MembersOf are the members of an interchange group.
func MembersOf(ctx context.Context, group int64) ([]*ent.InterchangeMember, error) {
	return from(ctx).goods.members.load(ctx, group)
}

// ReplacedBy are the SKUs that one may be sent in the place of.
func ReplacedBy(ctx context.Context, sku string) ([]string, error) {
	list, err := from(ctx).goods.replacedBy.load(ctx, sku)
	return append([]string{}, list...), err
}

// Carrier by its code as stored.
func Carrier(ctx context.Context, code string) (*ent.Carrier, error) {
	return from(ctx).goods.carriers.load(ctx, code)
}

// StocksOfBatch are the stocks of a batch.
func StocksOfBatch(ctx context.Context, b *ent.Batch) ([]*ent.Stock, error) {
	return from(ctx).goods.stocks.load(ctx, catalog.BatchKey{SKU: b.Sku, BatchNo: b.BatchNo})
}
