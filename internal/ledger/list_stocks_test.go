package ledger_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// listed are 60 stocks in two warehouses with many ties in every order, and
// times that differ by a microsecond.
func listed(t *testing.T, db *store.DB) (context.Context, []*ent.Stock) {
	t.Helper()
	base := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	err := db.InTx(t.Context(), func(tx store.Tx) error {
		var ids []int64
		for _, code := range []string{"A", "B"} {
			w, err := tx.Ent.Warehouse.Create().SetCode(code).SetName(code).SetCurrency("CNY").SetCreatedAt(base).SetUpdatedAt(base).Save(t.Context())
			if err != nil {
				return err
			}
			ids = append(ids, w.ID)
		}
		products := make([]*ent.ProductCreate, 30)
		for i := range products {
			products[i] = tx.Ent.Product.Create().SetSku(fmt.Sprintf("SKU-%02d", i)).SetName("x").SetCreatedAt(base).SetUpdatedAt(base)
		}
		if err := tx.Ent.Product.CreateBulk(products...).Exec(t.Context()); err != nil {
			return err
		}
		rows := make([]*ent.StockCreate, 60)
		for i := range rows {
			n := int64(i * 7 % 5)
			rows[i] = tx.Ent.Stock.Create().SetWarehouseID(ids[i%2]).SetSku(fmt.Sprintf("SKU-%02d", i*13%30)).
				SetBatchNo([]string{"", "B1"}[i/30]).SetPhysicalQuantity(n + 1).SetDamagedQuantity(1).SetAvailableQuantity(n).
				SetChangedAt(base.Add(time.Duration(i%4) * time.Microsecond))
		}
		return tx.Ent.Stock.CreateBulk(rows...).Exec(t.Context())
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := db.Ent().Stock.Query().All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return auth.With(t.Context(), &auth.Principal{UserID: 1, Permissions: []auth.Permission{auth.StockView}}), all
}

var stockOrders = map[ledger.StockOrderField]func(a, b *ent.Stock) int{
	ledger.StocksByID:        func(a, b *ent.Stock) int { return 0 },
	ledger.StocksBySKU:       func(a, b *ent.Stock) int { return cmp.Compare(a.Sku, b.Sku) },
	ledger.StocksByAvailable: func(a, b *ent.Stock) int { return cmp.Compare(a.AvailableQuantity, b.AvailableQuantity) },
	ledger.StocksByPhysical:  func(a, b *ent.Stock) int { return cmp.Compare(a.PhysicalQuantity, b.PhysicalQuantity) },
	ledger.StocksByChangedAt: func(a, b *ent.Stock) int { return a.ChangedAt.Compare(b.ChangedAt) },
}

func TestPagesOfStocksShowEveryRowOnceInEveryOrderAndDirection(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx, all := listed(t, db)
		for field, compare := range stockOrders {
			for _, dir := range []page.Direction{page.Asc, page.Desc} {
				want := slices.Clone(all)
				slices.SortFunc(want, func(a, b *ent.Stock) int {
					c := cmp.Or(compare(a, b), cmp.Compare(a.ID, b.ID))
					if dir == page.Desc {
						return -c
					}
					return c
				})
				list := func(a page.Args) *page.Connection[*ent.Stock] {
					c, err := ledger.ListStocks(ctx, db, nil, &ledger.StockOrder{Field: field, Direction: dir}, a)
					if err != nil {
						t.Fatalf("%s %s: %v", field, dir, err)
					}
					return c
				}
				name := fmt.Sprintf("%s %s", field, dir)
				sameStocks(t, name+" forward", forward(list, 7), want)
				sameStocks(t, name+" backward", backward(list, 7), want)
				ten, twenty := 10, 20
				sameStocks(t, name+" by offset", list(page.Args{First: &ten, Offset: &twenty}).Nodes, want[20:30])
			}
		}
	})
}

func forward(list func(page.Args) *page.Connection[*ent.Stock], size int) (out []*ent.Stock) {
	a := page.Args{First: &size}
	for {
		c := list(a)
		out = append(out, c.Nodes...)
		info := c.PageInfo()
		if info.HasPreviousPage != (a.After != nil) || !info.HasNextPage {
			return out
		}
		a.After = info.EndCursor
	}
}

func backward(list func(page.Args) *page.Connection[*ent.Stock], size int) (out []*ent.Stock) {
	a := page.Args{Last: &size}
	for {
		c := list(a)
		out = append(slices.Clone(c.Nodes), out...)
		info := c.PageInfo()
		if info.HasNextPage != (a.Before != nil) || !info.HasPreviousPage {
			return out
		}
		a.Before = info.StartCursor
	}
}

func sameStocks(t *testing.T, name string, got, want []*ent.Stock) {
	t.Helper()
	id := func(rows []*ent.Stock) (out []int64) {
		for _, r := range rows {
			out = append(out, r.ID)
		}
		return out
	}
	if !slices.Equal(id(got), id(want)) {
		t.Errorf("%s:\n got %v\nwant %v", name, id(got), id(want))
	}
}

func TestStocksAreFiltered(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx, all := listed(t, db)
		yes, no, batch, prefix, three := true, false, "B1", "sku-1", int64(3)
		for name, c := range map[string]struct {
			f    ledger.StockFilter
			keep func(*ent.Stock) bool
		}{
			"everything":        {ledger.StockFilter{}, func(*ent.Stock) bool { return true }},
			"one warehouse":     {ledger.StockFilter{WarehouseCodes: []string{" b"}}, func(s *ent.Stock) bool { return s.WarehouseID != all[0].WarehouseID }},
			"unknown warehouse": {ledger.StockFilter{WarehouseCodes: []string{"zz"}}, func(*ent.Stock) bool { return false }},
			"no warehouse":      {ledger.StockFilter{WarehouseCodes: []string{}}, func(*ent.Stock) bool { return false }},
			"skus":              {ledger.StockFilter{SKUs: []string{"sku-03", "SKU-04", `it's "odd" \ {}`}}, func(s *ent.Stock) bool { return s.Sku == "SKU-03" || s.Sku == "SKU-04" }},
			"prefix":            {ledger.StockFilter{SKUPrefix: &prefix}, func(s *ent.Stock) bool { return s.Sku[:5] == "SKU-1" }},
			"batch":             {ledger.StockFilter{BatchNo: &batch}, func(s *ent.Stock) bool { return s.BatchNo == "B1" }},
			"with units":        {ledger.StockFilter{NonZero: &yes}, func(*ent.Stock) bool { return true }},
			"without units":     {ledger.StockFilter{NonZero: &no}, func(*ent.Stock) bool { return false }},
			"at least three":    {ledger.StockFilter{AvailableAtLeast: &three}, func(s *ent.Stock) bool { return s.AvailableQuantity >= 3 }},
			"exactly three":     {ledger.StockFilter{AvailableAtLeast: &three, AvailableAtMost: &three}, func(s *ent.Stock) bool { return s.AvailableQuantity == 3 }},
		} {
			want := slices.DeleteFunc(slices.Clone(all), func(s *ent.Stock) bool { return !c.keep(s) })
			size := 100
			got, err := ledger.ListStocks(ctx, db, &c.f, nil, page.Args{First: &size})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			slices.SortFunc(want, func(a, b *ent.Stock) int { return cmp.Compare(a.ID, b.ID) })
			sameStocks(t, name, got.Nodes, want)
			if n, err := got.TotalCount(); n != len(want) || err != nil {
				t.Errorf("%s: totalCount %d, %v; want %d", name, n, err, len(want))
			}
		}
	})
}

func TestStocksByManySKUsComeInTheOrderAsked(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx, _ := listed(t, db)
		list, err := ledger.StocksBySKUs(ctx, db, []string{"sku-09", "NOPE", " SKU-01 ", "SKU-09"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range list {
			got = append(got, fmt.Sprintf("%s %d %d", s.SKU, len(s.Stocks), s.Total().Damaged))
		}
		if want := []string{"SKU-09 2 2", "NOPE 0 0", "SKU-01 2 2", "SKU-09 2 2"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		var stop *fault.Error
		if _, err = ledger.StocksBySKUs(ctx, db, make([]string, page.MaxKeys+1)); !errors.As(err, &stop) || stop.Code != fault.BadRequest {
			t.Errorf("too many SKUs: %v", err)
		}
	})
}
