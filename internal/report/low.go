package report

import (
	"context"
	"slices"
	"sync"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// LowState says on which side of its bounds a product is, the gravest first.
type LowState string

// The values of LowState.
const (
	OutOfStock LowState = "OUT_OF_STOCK"
	BelowMin   LowState = "BELOW_MIN"
	AboveMax   LowState = "ABOVE_MAX"
)

var lowStates = []LowState{OutOfStock, BelowMin, AboveMax}

// LowStock is a product of which there is too little or too much.
type LowStock struct {
	SKU string
	// Min is the fewest available units there should be, 0 for any number, and Max
	// the most physical ones, nil for any number.
	Min   int64
	Max   *int64
	State LowState

	Physical, Available, InTransit int64
	// ShortBy is how many units are missing to Min, Excess how many there are above Max.
	ShortBy, Excess int64
}

// LowStockFilter narrows LowStocks. All conditions must hold.
type LowStockFilter struct {
	// WarehouseCodes are those whose units count; all when nil. Virtual warehouses
	// never count.
	WarehouseCodes []string
	States         []LowState
	SKUPrefix      *string
	Categories     []string
	Brands         []string
	// CountInTransit counts units on their way as if they were there.
	CountInTransit  bool
	IncludeArchived bool
}

// LowStockOrder orders LowStocks.
type LowStockOrder struct {
	Field     LowStockOrderField
	Direction page.Direction
}

// LowStockOrderField is what low stocks can be ordered by.
type LowStockOrderField string

// The values of LowStockOrderField.
const (
	LowBySKU       LowStockOrderField = "SKU"
	LowByShort     LowStockOrderField = "SHORT_BY"
	LowByExcess    LowStockOrderField = "EXCESS"
	LowByAvailable LowStockOrderField = "AVAILABLE"
)

var lowKeys = map[LowStockOrderField]page.Key[*LowStock]{
	LowByShort:     page.Int("short_by", func(l *LowStock) int64 { return l.ShortBy }),
	LowByExcess:    page.Int("excess", func(l *LowStock) int64 { return l.Excess }),
	LowByAvailable: page.Int("available", func(l *LowStock) int64 { return l.Available }),
}

// LowStockPage is a page of low stocks.
type LowStockPage struct {
	*page.Connection[*LowStock]
	counts func() ([]LowStockCount, error)
}

// LowStockCount is how many products are in a state.
type LowStockCount struct {
	State LowState
	Count int
}

// Counts tells for every state how many products are in it, over all pages.
func (p *LowStockPage) Counts() ([]LowStockCount, error) { return p.counts() }

// LowStocks lists the products of which there is less than their minimum or more
// than their maximum, over the chosen warehouses together. Ends with Forbidden
// without stock:view, with BadRequest for arguments outside their limits.
func LowStocks(ctx context.Context, db *store.DB, f *LowStockFilter, o *LowStockOrder, a page.Args) (_ *LowStockPage, err error) {
	defer fault.Wrap(&err, "report.LowStocks")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	if f == nil {
		f = &LowStockFilter{}
	}
	if o == nil {
		o = &LowStockOrder{Field: LowBySKU}
	}
	q := lowQuery{LowStockFilter: *f, db: db}
	if q.warehouses, err = f.warehouses(ctx, db); err != nil {
		return nil, err
	}
	counts := sync.OnceValues(func() ([]LowStockCount, error) { return q.count(ctx) })
	c, err := page.List(ctx, a,
		page.Order[*LowStock]{
			Name: "lowStock." + string(o.Field), Key: lowKeys[o.Field], Direction: o.Direction,
			Ties: []page.Key[*LowStock]{page.Text("sku", func(l *LowStock) string { return l.SKU })},
		},
		func(ctx context.Context, s page.Slice) ([]*LowStock, error) {
			return q.read(ctx, s, o.Field == LowBySKU)
		},
		func(context.Context) (n int, err error) {
			all, err := counts()
			for _, c := range all {
				n += c.Count
			}
			return n, err
		})
	if err != nil {
		return nil, err
	}
	return &LowStockPage{c, counts}, nil
}

func (f *LowStockFilter) warehouses(ctx context.Context, db *store.DB) ([]int64, error) {
	for _, keys := range []struct {
		name string
		n    int
	}{{"warehouseCodes", len(f.WarehouseCodes)}, {"categories", len(f.Categories)}, {"brands", len(f.Brands)}} {
		if err := page.Keys("filter."+keys.name, keys.n); err != nil {
			return nil, err
		}
	}
	physical := stock.WarehousePhysical
	ids, err := warehouseIDs(ctx, db, warehouse.Filter{Codes: f.WarehouseCodes, Category: &physical})
	slices.Sort(ids)
	return ids, err
}
