// Package load batches the edges of the graph within one request. Resolvers
// hand the rows of a list to Stocks, Movements and the like before they return
// it; edges then ask by key. A request has one set of loaders, made by With;
// rows are those that the domain's look-ups show to the request's principal.
package load

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/user"
	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/report"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

type loaders struct {
	warehouses   *shownLoader[int64, *ent.Warehouse]
	products     *shownLoader[string, *ent.Product]
	parents      *loader[int64, []*ent.Warehouse]
	barcodes     *loader[string, []*ent.Barcode]
	locations    *loader[int64, *ent.Location]
	locationsOf  *nested[int64, whole, *ent.Location]
	productByID  *loader[int64, *ent.Product]
	users        *loader[int64, *ent.User]
	stocks       *loader[int64, *ent.Stock]
	postings     *loader[int64, *ent.Posting]
	reversals    *loader[int64, *ent.Posting]
	movements    *nested[int64, whole, *ent.StockMovement]
	documents    documentLoaders
	shipments    shipmentLoaders
	jobs         jobLoaders
	reservations reservationLoaders
	stocktakes   stocktakeLoaders
	overviews    *overviews
	layers       *loader[int64, []*report.StockLayer]
	stockLists
	binLists
	goods goodLoaders

	// self is who signed in by this very request; see SignedIn.
	self *auth.Principal
}

type contextKey struct{}

// With gives the request its loaders. Loaders never outlive a request: what
// they know is as of when they read it, and as its principal may see it.
func With(ctx context.Context, db *store.DB, reports *report.Service) context.Context {
	l := &loaders{}
	l.warehouses = &shownLoader[int64, *ent.Warehouse]{
		of: "Warehouse", fields: warehouseColumns,
		fetch: func(ctx context.Context, ids []int64, columns []string) (map[int64]*ent.Warehouse, error) {
			rows, err := warehouse.ByID(ctx, db, ids, columns...)
			return index(l.leadWarehouses(rows), func(w *ent.Warehouse) int64 { return w.ID }), err
		},
	}
	l.parents = newLoader(func(ctx context.Context, ids []int64) (map[int64][]*ent.Warehouse, error) {
		parents, err := warehouse.ParentsOf(ctx, db, ids)
		for _, list := range parents {
			l.leadWarehouses(list)
		}
		return parents, err
	})
	l.locations = newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Location, error) {
		rows, err := warehouse.LocationByID(ctx, db, ids)
		return index(l.leadLocations(rows), func(b *ent.Location) int64 { return b.ID }), err
	})
	l.locationsOf = newWhole(db, warehouse.PageOfLocations, warehouse.LocationsOf, warehouse.CountLocations, l.leadLocations)
	l.barcodes = newLoader(func(ctx context.Context, skus []string) (map[string][]*ent.Barcode, error) {
		rows, err := catalog.BarcodesOf(ctx, db, skus)
		out := make(map[string][]*ent.Barcode, len(skus))
		for _, b := range rows {
			out[b.Sku] = append(out[b.Sku], b)
		}
		return out, err
	})
	l.products = &shownLoader[string, *ent.Product]{
		of: "Product", fields: productColumns,
		fetch: func(ctx context.Context, skus, columns []string) (map[string]*ent.Product, error) {
			rows, err := catalog.BySKU(ctx, db, skus, columns...)
			return index(l.leadProducts(rows), func(p *ent.Product) string { return p.Sku }), err
		},
	}
	l.productByID = newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Product, error) {
		rows, err := catalog.ByID(ctx, db, ids)
		return index(l.leadProducts(rows), func(p *ent.Product) int64 { return p.ID }), err
	})
	l.users = newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.User, error) {
		if l.self == nil && auth.From(ctx) == nil {
			return nil, nil
		}
		rows, err := db.Ent().User.Query().Where(page.In(user.FieldID, ids)).All(ctx)
		return index(rows, func(u *ent.User) int64 { return u.ID }), err
	})
	l.stocks = newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Stock, error) {
		rows, err := ledger.FindStocks(ctx, db, ids)
		return index(l.leadStocks(rows), func(s *ent.Stock) int64 { return s.ID }), err
	})
	l.postings = newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Posting, error) {
		rows, err := ledger.FindPostings(ctx, db, ids)
		return index(l.leadPostings(rows), func(p *ent.Posting) int64 { return p.ID }), err
	})
	l.reversals = newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Posting, error) {
		rows, err := ledger.ReversalsOf(ctx, db, ids)
		return index(l.leadPostings(rows), func(p *ent.Posting) int64 { return *p.ReversesID }), err
	})
	l.movements = newWhole(db, ledger.PageOfMovements, ledger.MovementsOf,
		func(context.Context, *store.DB, []int64) (map[int64]int, error) { return nil, nil }, // nobody asks how many
		l.leadMovements)
	l.stockLists = l.newStockLists(db)
	l.binLists = l.newBinLists(db)
	l.goods = l.newGoodLoaders(db)
	l.documents = l.newDocumentLoaders(db)
	l.shipments = l.newShipmentLoaders(db)
	l.jobs = l.newJobLoaders(db)
	l.stocktakes = l.newStocktakeLoaders(db)
	l.reservations = l.newReservationLoaders(db)
	l.overviews = newOverviews(reports)
	l.layers = newLoader(func(ctx context.Context, stocks []int64) (map[int64][]*report.StockLayer, error) {
		layers, err := reports.Layers(ctx, stocks)
		for _, of := range layers {
			for _, one := range of {
				l.postings.want(one.PostingID)
			}
		}
		return layers, err
	})
	return context.WithValue(ctx, contextKey{}, l)
}

func from(ctx context.Context) *loaders {
	l, ok := ctx.Value(contextKey{}).(*loaders)
	if !ok {
		panic("load: the request has no loaders; call graph.WithLoaders first")
	}
	return l
}

func index[K comparable, V any](rows []V, key func(V) K) map[K]V {
	out := make(map[K]V, len(rows))
	for _, r := range rows {
		out[key(r)] = r
	}
	return out
}
