package graph_test

import (
	"fmt"
	"testing"
	"time"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	daily "entrepot/internal/snapshot"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// past posts units into B0, Shanghai, as if the clock had shown another time.
func past(t *testing.T, g *graphtest.Graph, p *auth.Principal, at, sku, batch string, d ledger.Delta) {
	t.Helper()
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	cost := money.Amount(25_000)
	err = g.Deps.DB.InTx(t.Context(), func(tx store.Tx) error {
		_, err := ledger.Post(t.Context(), tx, ledger.Posting{
			Kind: stock.MovementAdjustment, Operation: "test", ActorID: p.UserID, BaseCurrency: "CNY", OccurredAt: when, Now: when,
			Moves: []ledger.Move{{Key: ledger.Key{WarehouseID: 1, SKU: sku, BatchNo: batch}, Delta: d, UnitCost: &cost, Currency: "CNY", Rate: money.ParityRate}},
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// shanghai is a warehouse with a week behind it, of which the days were taken.
func shanghai(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	g.Warehouses(t, "B0")
	g.Products(t, "P1", "P2")
	db := g.Deps.DB
	if err := db.InTx(t.Context(), func(tx store.Tx) error {
		return tx.Ent.Warehouse.Update().SetTimeZone("Asia/Shanghai").Exec(t.Context())
	}); err != nil {
		t.Fatal(err)
	}
	past(t, g, p, "2025-11-19T15:59:00Z", "P1", "", ledger.In(stock.BucketAvailable, 10)) // the 19th
	past(t, g, p, "2025-11-19T16:01:00Z", "P1", "b", ledger.In(stock.BucketDamaged, 2))   // the 20th there
	past(t, g, p, "2025-11-22T01:00:00Z", "P2", "", ledger.In(stock.BucketAvailable, 1))
	past(t, g, p, "2025-11-22T02:00:00Z", "P1", "", ledger.Delta{Physical: -10})
	snaps := daily.New(db, func() time.Time { return time.Date(2025, 11, 23, 20, 0, 0, 0, time.UTC) })
	for deadline := time.Now().Add(30 * time.Second); ; {
		if _, err := snaps.Take(t.Context(), time.Date(2025, 11, 30, 0, 0, 0, 0, time.UTC), nil); err != nil {
			t.Fatal(err)
		}
		if n := db.Ent().WarehouseSnapshot.Query().CountX(t.Context()); n == 5 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the days are never taken")
		}
	}
}

func TestTheDaysOfAWarehouse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		manager, keeper := g.SignIn(t, auth.RoleManager), g.SignIn(t, auth.RoleKeeper)
		shanghai(t, g, manager)
		const days = `query($f: WarehouseSnapshotFilter) { warehouseSnapshots(filter: $f, first: 2) { totalCount nodes {
			day warehouse { code } asOf skuCount physical available damaged value currency } } }`
		for _, c := range []struct {
			who  *auth.Principal
			f    map[string]any
			want string
		}{
			{manager, nil, `{"warehouseSnapshots":{"totalCount":5,"nodes":[
				{"day":"2025-11-23","warehouse":{"code":"B0"},"asOf":"2025-11-23T16:00:00Z","skuCount":2,"physical":3,"available":1,"damaged":2,"value":"7.5","currency":"CNY"},
				{"day":"2025-11-22","warehouse":{"code":"B0"},"asOf":"2025-11-22T16:00:00Z","skuCount":2,"physical":3,"available":1,"damaged":2,"value":"7.5","currency":"CNY"}]}}`},
			{keeper, map[string]any{"to": "2025-11-20", "from": "2025-11-20", "warehouseCodes": []string{"b0", "none"}}, `{"warehouseSnapshots":{"totalCount":1,"nodes":[
				{"day":"2025-11-20","warehouse":{"code":"B0"},"asOf":"2025-11-20T16:00:00Z","skuCount":1,"physical":12,"available":10,"damaged":2,"value":null,"currency":"CNY"}]}}`},
			{keeper, map[string]any{"warehouseCodes": []string{"none"}}, `{"warehouseSnapshots":{"totalCount":0,"nodes":[]}}`},
			{keeper, map[string]any{"warehouseCodes": []string{}}, `{"warehouseSnapshots":{"totalCount":0,"nodes":[]}}`},
		} {
			if r := g.Do(t, c.who, days, map[string]any{"f": c.f}); len(r.Errors) > 0 || !same(t, r.Data, c.want) {
				t.Errorf("%v: %s %v, want %s", c.f, r.Data, r.Errors, c.want)
			}
		}
	})
}

func TestTheHistoryOfAStock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleAnalyst)
		shanghai(t, g, p)
		day := func(day string, physical, available, damaged int) string {
			return fmt.Sprintf(`{"day":"2025-11-%s","physical":%d,"available":%d,"damaged":%d}`, day, physical, available, damaged)
		}
		for args, want := range map[string]string{
			`sku: "p1", warehouseCode: "b0", from: "2025-11-01", to: "2025-12-31"`: day("19", 10, 10, 0) + "," + day("20", 12, 10, 2) + "," +
				day("21", 12, 10, 2) + "," + day("22", 2, 0, 2) + "," + day("23", 2, 0, 2),
			`sku: "P1", warehouseCode: "B0", from: "2025-11-21", to: "2025-11-22"`:               day("21", 12, 10, 2) + "," + day("22", 2, 0, 2),
			`sku: "P1", warehouseCode: "B0", batchNo: "b", from: "2025-11-21", to: "2025-11-22"`: day("21", 2, 0, 2) + "," + day("22", 2, 0, 2),
			`sku: "P1", warehouseCode: "B0", batchNo: "", from: "2025-11-21", to: "2025-11-22"`:  day("21", 10, 10, 0) + "," + day("22", 0, 0, 0),
			`sku: "none", warehouseCode: "B0", from: "2025-11-23", to: "2025-11-23"`:             day("23", 0, 0, 0),
			`sku: "P1", warehouseCode: "none", from: "2025-11-21", to: "2025-11-22"`:             "",
			`sku: "P1", warehouseCode: "B0", from: "2026-11-21", to: "2026-11-22"`:               "",
		} {
			r := g.Do(t, p, `{ stockHistory(`+args+`) { day physical available damaged } }`, nil)
			if len(r.Errors) > 0 || !same(t, r.Data, `{"stockHistory":[`+want+`]}`) {
				t.Errorf("%s: %s %v, want %s", args, r.Data, r.Errors, want)
			}
		}
		for _, args := range []string{`from: "2025-11-22", to: "2025-11-21"`, `from: "2025-01-01", to: "2026-02-05"`} {
			if code := g.Do(t, p, `{ stockHistory(sku: "P1", warehouseCode: "B0", `+args+`) { day } }`, nil).Code(); code != "BAD_REQUEST" {
				t.Errorf("%s: %q", args, code)
			}
		}
		few := count(t, g, p, `{ stockHistory(sku: "P1", warehouseCode: "B0", from: "2025-11-20", to: "2025-11-20") { day } }`, nil)
		if many := count(t, g, p, `{ stockHistory(sku: "P1", warehouseCode: "B0", from: "2025-01-01", to: "2026-02-04") { day } }`, nil); few != many {
			t.Errorf("%d statements for a day, %d for 400", few, many)
		}
	})
}
