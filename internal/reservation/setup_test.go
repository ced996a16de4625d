package reservation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"entrepot/ent/warehouse"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
)

// floor is a graph over a database with two warehouses and some products, and a
// manager who works there.
type floor struct {
	*graphtest.Graph
	t       testing.TB
	db      *store.DB
	manager *auth.Principal
	keys    int
}

func setup(t testing.TB, db *store.DB) *floor {
	t.Helper()
	g := graphtest.New(t, db)
	g.Warehouses(t, "SZ01", "LA01")
	g.Products(t, "BRAKE-1", "BRAKE-2", "LAMP-1")
	return &floor{Graph: g, t: t, db: db, manager: g.SignIn(t, auth.RoleManager)}
}

type vars = map[string]any

func (f *floor) receive(sku, warehouse string, n int) {
	f.t.Helper()
	f.keys++
	var data struct{ StockAdjust struct{ UserErrors []struct{ Message string } } }
	f.Do(f.t, f.manager, `mutation($in: StockAdjustInput!) { stockAdjust(input: $in) { userErrors { message } } }`, vars{"in": vars{
		"idempotencyKey": fmt.Sprintf("receive-%d", f.keys), "reasonCode": "TEST",
		"changes": []vars{{"sku": sku, "warehouseCode": warehouse, "delta": n, "unitCost": "10"}},
	}}).Into(f.t, &data)
	if len(data.StockAdjust.UserErrors) > 0 {
		f.t.Fatalf("receive: %v", data.StockAdjust.UserErrors)
	}
}

func (f *floor) warehouse(code string) int64 {
	f.t.Helper()
	id, err := f.db.Ent().Warehouse.Query().Where(warehouse.Code(code)).OnlyID(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

// stands compares what a SKU has in a warehouse, over all batches, as the books say.
func (f *floor) stands(sku, warehouse string, physical, allocated int64) {
	f.t.Helper()
	var p, a int64
	err := f.db.SQL().QueryRowContext(f.t.Context(), `SELECT coalesce(sum(physical_quantity), 0), coalesce(sum(allocated_quantity), 0)
FROM stocks WHERE sku = $1 AND warehouse_id = $2`, sku, f.warehouse(warehouse)).Scan(&p, &a)
	if err != nil {
		f.t.Fatal(err)
	}
	if p != physical || a != allocated {
		f.t.Errorf("%s in %s: %d physical, %d allocated, want %d and %d", sku, warehouse, p, a, physical, allocated)
	}
}

func (f *floor) verify() {
	f.t.Helper()
	r, err := ledger.Verify(context.WithoutCancel(f.t.Context()), f.db, reservation.Rules()...)
	if err != nil {
		f.t.Fatal(err)
	}
	if !r.OK() {
		raw, _ := json.MarshalIndent(r.Checks, "", " ")
		f.t.Errorf("the books are broken: %s", raw)
	}
}
