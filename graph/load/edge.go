package load

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/page"
	"entrepot/internal/report"
)

// Warehouse by key.
func Warehouse(ctx context.Context, id int64) (*ent.Warehouse, error) {
	return from(ctx).warehouses.load(ctx, id)
}

// Location by key.
func Location(ctx context.Context, id int64) (*ent.Location, error) {
	return from(ctx).locations.load(ctx, id)
}

// ParentsOf are the warehouses that a warehouse belongs to. A command that
// changed it has read them already, as its transaction left them.
func ParentsOf(ctx context.Context, w *ent.Warehouse) ([]*ent.Warehouse, error) {
	if parents, err := w.Edges.ParentsOrErr(); err == nil {
		return from(ctx).leadWarehouses(parents), nil
	}
	return from(ctx).parents.load(ctx, w.ID)
}

// LocationsOf is a page of the locations of a warehouse.
func LocationsOf(ctx context.Context, warehouse int64, a page.Args) (*page.Connection[*ent.Location], error) {
	return from(ctx).locationsOf.load(ctx, warehouse, whole{}, a)
}

// BarcodesOf are the barcodes of a product.
func BarcodesOf(ctx context.Context, sku string) ([]*ent.Barcode, error) {
	return from(ctx).barcodes.load(ctx, sku)
}

// ShowBarcodes tells what products bear, as a command left them or, in a dry
// run, would leave them.
func ShowBarcodes(ctx context.Context, of map[string][]*ent.Barcode) {
	for sku, list := range of {
		from(ctx).barcodes.show(sku, list)
	}
}

// Product by SKU code as stored.
func Product(ctx context.Context, sku string) (*ent.Product, error) {
	return from(ctx).products.load(ctx, sku)
}

// User by key.
func User(ctx context.Context, id int64) (*ent.User, error) { return from(ctx).users.load(ctx, id) }

// Stock by key; none for the key 0, which a stock has that a dry run would make.
func Stock(ctx context.Context, id int64) (*ent.Stock, error) {
	if id == 0 {
		return nil, nil
	}
	return from(ctx).stocks.load(ctx, id)
}

// LayersOf are what is left of the receipts of a stock.
func LayersOf(ctx context.Context, stock int64) ([]*report.StockLayer, error) {
	return from(ctx).layers.load(ctx, stock)
}

// Posting by key; none for the key 0, which a posting has that was not made.
func Posting(ctx context.Context, id int64) (*ent.Posting, error) {
	if id == 0 {
		return nil, nil
	}
	return from(ctx).postings.load(ctx, id)
}

// ReversalOf is the posting that took this one back.
func ReversalOf(ctx context.Context, posting int64) (*ent.Posting, error) {
	return from(ctx).reversals.load(ctx, posting)
}

// MovementsOf are the first movements of a posting.
func MovementsOf(ctx context.Context, posting int64, first int) ([]*ent.StockMovement, error) {
	c, err := from(ctx).movements.load(ctx, posting, whole{}, page.Args{First: &first})
	if c == nil {
		return nil, err
	}
	return c.Nodes, err
}

// SignedIn makes the principal known that this very request signed in, so that
// the answer to login may show it to itself.
func SignedIn(ctx context.Context, p *auth.Principal) { from(ctx).self = p }

// Self is the principal that the request acts for, or signed in; nil for a stranger.
func Self(ctx context.Context) *auth.Principal {
	if p := from(ctx).self; p != nil {
		return p
	}
	return auth.From(ctx)
}

// Nodes finds rows of any type by id: one statement for each type, nil for what
// does not exist.
func Nodes[N any](ctx context.Context, ids []*page.ID) ([]N, error) {
	l := from(ctx)
	for _, id := range ids {
		l.wantNode(*id)
	}
	out := make([]N, len(ids))
	for i, id := range ids {
		row, err := l.node(ctx, *id)
		if err != nil {
			return nil, err
		}
		if n, ok := row.(N); ok {
			out[i] = n
		}
	}
	return out, nil
}

func (l *loaders) wantNode(id page.ID) {
	switch id.Type {
	case "Warehouse":
		l.warehouses.want(id.Key)
	case "Location":
		l.locations.want(id.Key)
	case "Product":
		l.productByID.want(id.Key)
	case "User":
		l.users.want(id.Key)
	case "Stock":
		l.stocks.want(id.Key)
	case "Posting":
		l.postings.want(id.Key)
	case "Document":
		l.documents.byID.want(id.Key)
	case "Shipment":
		l.shipments.byID.want(id.Key)
	case "Reservation":
		l.reservations.byID.want(id.Key)
	}
}

// node returns an untyped nil when there is no such row: a nil pointer inside
// of an interface would be taken for one.
func (l *loaders) node(ctx context.Context, id page.ID) (any, error) {
	switch id.Type {
	case "Warehouse":
		return orNil(l.warehouses.load(ctx, id.Key))
	case "Location":
		return orNil(l.locations.load(ctx, id.Key))
	case "Product":
		return orNil(l.productByID.load(ctx, id.Key))
	case "User":
		return orNil(l.users.load(ctx, id.Key))
	case "Stock":
		return orNil(l.stocks.load(ctx, id.Key))
	case "Posting":
		return orNil(l.postings.load(ctx, id.Key))
	case "Document":
		return orNil(l.documents.byID.load(ctx, id.Key))
	case "Shipment":
		return orNil(l.shipments.byID.load(ctx, id.Key))
	case "Reservation":
		return orNil(l.reservations.byID.load(ctx, id.Key))
	}
	return nil, nil
}

func orNil[T any](row *T, err error) (any, error) {
	if row == nil {
		return nil, err
	}
	return row, err
}
