package report_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/report"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// bounded makes 60 products with and without bounds, some archived, and stocks of
// most of them in three warehouses and in a virtual one.
func (b *books) bounded() []*ent.Product {
	b.t.Helper()
	ctx := b.t.Context()
	var products []*ent.Product
	err := b.db.InTx(ctx, func(tx store.Tx) error {
		pool, err := tx.Ent.Warehouse.Create().SetCode("POOL").SetName("pool").SetCategory(stock.WarehouseVirtual).SetCurrency("CNY").
			SetCreatedAt(opened).SetUpdatedAt(opened).Save(ctx)
		if err != nil {
			return err
		}
		products = nil
		var moves []ledger.Move
		for i := range 60 {
			create := tx.Ent.Product.Create().SetSku(fmt.Sprintf("P-%02d", i*7%60)).SetName("x").SetCategory(fmt.Sprint("C", i%3)).SetBrand(fmt.Sprint("B", i%2)).
				SetMinStock(int64(i % 5 * 10)).SetCreatedAt(opened).SetUpdatedAt(opened)
			if i%4 == 0 {
				create.SetMaxStock(int64(i%5*10 + 20))
			}
			if i%10 == 9 {
				create.SetStatus(stock.StatusArchived)
			}
			p, err := create.Save(ctx)
			if err != nil {
				return err
			}
			products = append(products, p)
			for n, w := range append(slices.Clone(b.warehouses), pool) {
				if b.rnd.IntN(3) == 0 || i%11 == 0 {
					continue
				}
				physical := b.rnd.Int64N(30)
				moves = append(moves, ledger.Move{
					Key: ledger.Key{WarehouseID: w.ID, SKU: p.Sku, BatchNo: batches[n%2]}, Line: len(moves), Currency: w.Currency, Rate: money.ParityRate,
					Delta: ledger.Delta{Physical: physical, Damaged: physical / int64(1+b.rnd.IntN(3)), InTransit: b.rnd.Int64N(20)},
				})
			}
		}
		_, err = ledger.Post(ctx, tx, ledger.Posting{
			Kind: stock.MovementAdjustment, Operation: "test", ActorID: b.users[0].ID, ReasonCode: "T", BaseCurrency: "CNY", OccurredAt: opened, Moves: moves,
		})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return products
}

func (b *books) naiveLow(products []*ent.Product, f report.LowStockFilter) (out []report.LowStock) {
	b.t.Helper()
	places, err := b.db.Ent().Warehouse.Query().All(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	stocks, err := b.db.Ent().Stock.Query().All(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	counts := map[int64]bool{}
	for _, w := range places {
		counts[w.ID] = w.Category == stock.WarehousePhysical && (f.WarehouseCodes == nil || slices.Contains(f.WarehouseCodes, w.Code))
	}
	for _, p := range products {
		if p.Status != stock.StatusActive && !f.IncludeArchived || f.Categories != nil && !slices.Contains(f.Categories, p.Category) ||
			f.Brands != nil && !slices.Contains(f.Brands, p.Brand) || f.SKUPrefix != nil && !strings.HasPrefix(p.Sku, *f.SKUPrefix) {
			continue
		}
		l := report.LowStock{SKU: p.Sku, Min: p.MinStock, Max: p.MaxStock}
		for _, s := range stocks {
			if s.Sku == p.Sku && counts[s.WarehouseID] {
				l.Physical += s.PhysicalQuantity
				l.Available += s.AvailableQuantity
				l.InTransit += s.InTransitQuantity
			}
		}
		coming := int64(0)
		if f.CountInTransit {
			coming = l.InTransit
		}
		l.ShortBy = max(0, l.Min-l.Available-coming)
		if l.Max != nil {
			l.Excess = max(0, l.Physical+coming-*l.Max)
		}
		switch {
		case l.ShortBy > 0 && l.Available == 0:
			l.State = report.OutOfStock
		case l.ShortBy > 0:
			l.State = report.BelowMin
		case l.Excess > 0:
			l.State = report.AboveMax
		}
		if l.State != "" && (f.States == nil || slices.Contains(f.States, l.State)) {
			out = append(out, l)
		}
	}
	return out
}

var lowOrders = map[report.LowStockOrderField]func(report.LowStock) int64{
	report.LowBySKU:       func(report.LowStock) int64 { return 0 },
	report.LowByShort:     func(l report.LowStock) int64 { return l.ShortBy },
	report.LowByExcess:    func(l report.LowStock) int64 { return l.Excess },
	report.LowByAvailable: func(l report.LowStock) int64 { return l.Available },
}

func TestLowStocksAreThoseOutsideTheirBounds(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		products := b.bounded()
		prefix := "P-1"
		for name, f := range map[string]report.LowStockFilter{
			"all":                 {},
			"one warehouse":       {WarehouseCodes: []string{"W1"}},
			"two, and a pool":     {WarehouseCodes: []string{"W1", "W2", "POOL", "nope"}},
			"what is coming":      {CountInTransit: true},
			"archived ones":       {IncludeArchived: true},
			"too little":          {States: []report.LowState{report.OutOfStock, report.BelowMin}},
			"too much":            {States: []report.LowState{report.AboveMax}},
			"no state":            {States: []report.LowState{}},
			"categories, a brand": {Categories: []string{"C0", "C2"}, Brands: []string{"B1"}},
			"a prefix":            {SKUPrefix: &prefix},
		} {
			for field, key := range lowOrders {
				for _, d := range []page.Direction{page.Asc, page.Desc} {
					want := b.naiveLow(products, f)
					slices.SortFunc(want, func(x, y report.LowStock) int {
						c := cmp.Or(cmp.Compare(key(x), key(y)), cmp.Compare(x.SKU, y.SKU))
						if d == page.Desc {
							return -c
						}
						return c
					})
					b.compareLow(fmt.Sprintf("%s by %s %s", name, field, d), f, report.LowStockOrder{Field: field, Direction: d}, want)
				}
			}
		}
		if all := b.naiveLow(products, report.LowStockFilter{}); len(all) < 20 {
			t.Errorf("only %d are low", len(all))
		}
	})
}

func (b *books) compareLow(name string, f report.LowStockFilter, o report.LowStockOrder, want []report.LowStock) {
	b.t.Helper()
	var last *report.LowStockPage
	list := func(a page.Args) *page.Connection[*report.LowStock] {
		p, err := report.LowStocks(b.ctx, b.db, &f, &o, a)
		if err != nil {
			b.t.Fatalf("%s: %v", name, err)
		}
		last = p
		return p.Connection
	}
	for way, got := range map[string][]*report.LowStock{"forward": forward(list, 7), "backward": backward(list, 7)} {
		if fmt.Sprint(told(got)) != fmt.Sprint(toldOf(want)) {
			b.t.Errorf("%s %s:\n got %v\nwant %v", name, way, told(got), toldOf(want))
		}
	}
	counts, err := last.Counts()
	total, err2 := last.TotalCount()
	if err := errors.Join(err, err2); err != nil || total != len(want) || len(counts) != 3 {
		b.t.Errorf("%s: %d in all, %v, want %d (%v)", name, total, counts, len(want), err)
	}
	for _, c := range counts {
		n := 0
		for _, l := range want {
			if l.State == c.State {
				n++
			}
		}
		if c.Count != n {
			b.t.Errorf("%s: %d are %s, want %d", name, c.Count, c.State, n)
		}
	}
}

func told(rows []*report.LowStock) (out []string) {
	for _, l := range rows {
		out = append(out, toldOf([]report.LowStock{*l})...)
	}
	return out
}

func toldOf(rows []report.LowStock) (out []string) {
	for _, l := range rows {
		most := int64(-1)
		if l.Max != nil {
			most = *l.Max
		}
		out = append(out, fmt.Sprint(l.SKU, l.State, l.Min, most, l.Physical, l.Available, l.InTransit, l.ShortBy, l.Excess))
	}
	return out
}

func TestAMistypedWarehouseMakesNothingLow(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.bounded()
		for _, codes := range [][]string{{"nope"}, {"POOL"}, {}} {
			p, err := report.LowStocks(b.ctx, db, &report.LowStockFilter{WarehouseCodes: codes}, nil, page.Args{})
			if err != nil || len(p.Nodes) > 0 {
				t.Errorf("%v: %v, %v", codes, p, err)
			}
		}
		var stop *fault.Error
		_, err := report.LowStocks(b.ctx, db, &report.LowStockFilter{Brands: make([]string, page.MaxKeys+1)}, nil, page.Args{})
		if !errors.As(err, &stop) || stop.Code != fault.BadRequest || !strings.Contains(stop.Message, "filter.brands") {
			t.Errorf("got %v", err)
		}
	})
}
