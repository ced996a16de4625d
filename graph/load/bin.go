package load

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/bin"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// binLists load what lies in locations.
type binLists struct {
	stocksAt *nested[int64, whole, *ent.LocationStock]
	usages   *loader[int64, bin.Usage]
}

func (l *loaders) newBinLists(db *store.DB) binLists {
	return binLists{
		stocksAt: newWhole(db, bin.PageOfStocksAt, bin.StocksAt, bin.CountStocksAt, l.leadPlaces),
		usages: newLoader(func(ctx context.Context, locations []int64) (map[int64]bin.Usage, error) {
			return bin.UsageOf(ctx, db, locations)
		}),
	}
}

func (l *loaders) leadPlaces(rows []*ent.LocationStock) []*ent.LocationStock {
	l.locations.want(distinct(rows, func(s *ent.LocationStock) int64 { return s.LocationID })...)
	l.stocks.want(distinct(rows, func(s *ent.LocationStock) int64 { return s.StockID })...)
	return rows
}

// LocationStocks notes where the rows of a list lead to.
func LocationStocks(ctx context.Context, rows []*ent.LocationStock) { from(ctx).leadPlaces(rows) }

// LocationMovements notes where the rows of a list lead to.
func LocationMovements(ctx context.Context, rows []*ent.LocationMovement) {
	l := from(ctx)
	l.locations.want(distinct(rows, func(m *ent.LocationMovement) int64 { return m.LocationID })...)
	l.stocks.want(distinct(rows, func(m *ent.LocationMovement) int64 { return m.StockID })...)
	for _, m := range rows {
		if m.PostingID != 0 {
			l.postings.want(m.PostingID)
		}
	}
}

// Putaways notes where the places of suggestions lead to.
func Putaways(ctx context.Context, list []*bin.Putaway) {
	for _, p := range list {
		for _, place := range p.Places {
			from(ctx).leadLocations([]*ent.Location{place.Location})
		}
	}
}

// StocksAt is a page of what lies in a location.
func StocksAt(ctx context.Context, location int64, a page.Args) (*page.Connection[*ent.LocationStock], error) {
	return from(ctx).stocksAt.load(ctx, location, whole{}, a)
}

// PlacesOf is a page of the locations where a stock lies.
func PlacesOf(ctx context.Context, stock int64, a page.Args) (*page.Connection[*ent.LocationStock], error) {
	return from(ctx).placesOf.load(ctx, stock, whole{}, a)
}

// UsageOf is how full a location is; nil for people who may not see it.
func UsageOf(ctx context.Context, location int64) (*bin.Usage, error) {
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	u, err := from(ctx).usages.load(ctx, location)
	return &u, err
}
