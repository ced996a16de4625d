package graph_test

import (
	"slices"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

const adjust = `mutation($in: StockAdjustInput!) { stockAdjust(input: $in) {
	dryRun replayed userErrors { code field index shortBy currentQuantity retryable }
	posting { id } movements { id sku physicalAfter unitCost valueDelta costValueAfter costQuantityAfter
		posting { id } stock { sku available } warehouse { code } product { name } } } }`

type adjusted struct {
	StockAdjust struct {
		DryRun, Replayed bool
		UserErrors       []struct {
			Code            string
			Field           []string
			Index           *int
			ShortBy         *int64
			CurrentQuantity *int64
			Retryable       bool
		}
		Posting   *struct{ ID string }
		Movements []struct {
			ID                   *string
			SKU                  string
			PhysicalAfter        int64
			UnitCost, ValueDelta *string
			CostValueAfter       *string
			CostQuantityAfter    *int64
			Posting              *struct{ ID string }
			Stock                *struct{ Available int64 }
			Warehouse            *struct{ Code string }
			Product              *struct{ Name string }
		}
	}
}

func change(key string, dryRun bool, lines ...map[string]any) map[string]any {
	return map[string]any{"in": map[string]any{"idempotencyKey": key, "reasonCode": "TEST", "dryRun": dryRun, "changes": lines}}
}

func line(sku string, delta int) map[string]any {
	return map[string]any{"sku": sku, "warehouseCode": "w1", "delta": delta, "unitCost": "2.5"}
}

func TestADryRunShowsMovementsWithoutIDsAndWithoutAPosting(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "W1")
		g.Products(t, "S1")
		var out adjusted
		g.Do(t, p, adjust, change("k", true, line("s1", 5))).Into(t, &out)
		a := out.StockAdjust
		if !a.DryRun || a.Posting != nil || len(a.Movements) != 1 {
			t.Fatalf("%+v", a)
		}
		if m := a.Movements[0]; m.ID != nil || m.Posting != nil || m.PhysicalAfter != 5 || m.Warehouse.Code != "W1" || m.Product.Name != "Product S1" {
			t.Errorf("%+v", m)
		}
		out = adjusted{}
		g.Do(t, p, adjust, change("k", false, line("s1", 5))).Into(t, &out)
		if a := out.StockAdjust; a.DryRun || a.Replayed || a.Posting == nil || a.Movements[0].ID == nil || a.Movements[0].Stock.Available != 5 {
			t.Errorf("after the dry run: %+v", a)
		}
	})
}

func TestRefusedLinesComeAsUserErrorsThatNameTheirField(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "W1")
		g.Products(t, "S1", "S2")
		var out adjusted
		g.Do(t, p, adjust, change("k1", false, line("s1", 5))).Into(t, &out)
		out = adjusted{}
		short := line("s1", -7)
		delete(short, "unitCost")
		g.Do(t, p, adjust, change("k2", false, line("s2", 1), short)).Into(t, &out)
		a := out.StockAdjust
		if a.Posting != nil || len(a.Movements) != 0 || len(a.UserErrors) != 1 {
			t.Fatalf("%+v", a)
		}
		e := a.UserErrors[0]
		if e.Code != "INSUFFICIENT_STOCK" || *e.Index != 1 || *e.ShortBy != 2 || *e.CurrentQuantity != 5 || e.Retryable ||
			!slices.Equal(e.Field, []string{"input", "changes", "1", "delta"}) {
			t.Errorf("%+v", e)
		}
	})
}

func TestCostsAreShownToThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		manager, keeper := g.SignIn(t, auth.RoleManager), g.SignIn(t, auth.RoleKeeper)
		g.Warehouses(t, "W1")
		g.Products(t, "S1", "S2")
		var out adjusted
		g.Do(t, manager, adjust, change("k", false, line("s1", 4))).Into(t, &out)
		if m := out.StockAdjust.Movements[0]; *m.UnitCost != "2.5" || *m.ValueDelta != "10" || *m.CostValueAfter != "10" || *m.CostQuantityAfter != 4 {
			t.Errorf("a manager sees %+v", m)
		}
		out = adjusted{}
		g.Do(t, keeper, adjust, change("k", false, line("s2", 4))).Into(t, &out)
		if m := out.StockAdjust.Movements[0]; m.UnitCost != nil || m.ValueDelta != nil || m.CostValueAfter != nil || m.CostQuantityAfter != nil {
			t.Errorf("a keeper sees %+v", m)
		}
	})
}

func TestNodesComeInTheOrderAskedAndOnlyToThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "W1")
		g.Products(t, "S1")
		g.Do(t, p, adjust, change("k", false, line("s1", 4))).Into(t, &struct{}{})
		id := func(typ string, key int64) string { return page.ID{Type: typ, Key: key}.String() }
		ids := []string{id("Stock", 1), id("Nothing", 1), id("Product", 1), id("Warehouse", 99), id("Warehouse", 1), id("User", p.UserID), id("Posting", 1), id("Stock", 1)}
		ask := func(p *auth.Principal) []string {
			var out struct{ Nodes []map[string]any }
			g.Do(t, p, `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, map[string]any{"ids": ids}).Into(t, &out)
			var types []string
			for _, n := range out.Nodes {
				typ, _ := n["__typename"].(string)
				types = append(types, typ)
			}
			return types
		}
		if got := ask(p); !slices.Equal(got, []string{"Stock", "", "Product", "", "Warehouse", "User", "Posting", "Stock"}) {
			t.Errorf("a manager gets %q", got)
		}
		if got := ask(&auth.Principal{UserID: p.UserID}); !slices.Equal(got, []string{"", "", "", "", "", "User", "", ""}) {
			t.Errorf("somebody without permissions gets %q", got)
		}
		if got := ask(nil); !slices.Equal(got, make([]string, len(ids))) {
			t.Errorf("a stranger gets %q", got)
		}
		ids = slices.Repeat(ids[:1], 101)
		if code := g.Do(t, p, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": ids}).Code(); code != "BAD_REQUEST" {
			t.Errorf("101 ids: %q", code)
		}
	})
}

func TestAPostingLeadsToWhatTookItBackAndItsMovementsAreFiltered(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "W1")
		g.Products(t, "S1", "S2")
		var first adjusted
		g.Do(t, p, adjust, change("k", false, line("s1", 4), line("s2", 6))).Into(t, &first)
		id := first.StockAdjust.Posting.ID
		g.Do(t, p, `mutation($id: ID!) { postingReverse(input: {idempotencyKey: "r", reasonCode: "TEST", postingId: $id}) { posting { id } } }`,
			map[string]any{"id": id}).Into(t, &struct{}{})
		var out struct {
			Posting struct {
				Reverses   *struct{}
				ReversedBy struct {
					Kind      string
					Actor     struct{ Username string }
					Reverses  struct{ ID string }
					Movements []struct{ PhysicalDelta int64 }
				}
			}
			Of, Kind, SKU, Early, Where, All struct{ TotalCount int }
			Newest                           struct{ Nodes []struct{ Kind, SKU string } }
		}
		r := g.Do(t, p, `query($id: ID!) {
			posting(id: $id) { reverses { id } reversedBy { kind actor { username } reverses { id } movements { physicalDelta } } }
			all: stockMovements { totalCount }
			of: stockMovements(filter: {postingId: $id}) { totalCount }
			kind: stockMovements(filter: {kinds: [REVERSAL, MOVE]}) { totalCount }
			sku: stockMovements(filter: {sku: "s1", warehouseCode: "w1", batchNo: ""}) { totalCount }
			early: stockMovements(filter: {recordedTo: "2020-01-01T00:00:00Z"}) { totalCount }
			where: stockMovements(filter: {warehouseCode: "nowhere", occurredFrom: "2020-01-01T00:00:00Z"}) { totalCount }
			newest: stockMovements(first: 1) { nodes { kind sku } }
		}`, map[string]any{"id": id})
		r.Into(t, &out)
		b := out.Posting.ReversedBy
		if out.Posting.Reverses != nil || b.Kind != "REVERSAL" || b.Actor.Username != "manager" || b.Reverses.ID != id || len(b.Movements) != 2 || b.Movements[0].PhysicalDelta != -4 {
			t.Errorf("%s", r.Data)
		}
		counts := []int{out.All.TotalCount, out.Of.TotalCount, out.Kind.TotalCount, out.SKU.TotalCount, out.Early.TotalCount, out.Where.TotalCount}
		if !slices.Equal(counts, []int{4, 2, 2, 2, 0, 0}) || out.Newest.Nodes[0].Kind != "REVERSAL" {
			t.Errorf("%v: %s", counts, r.Data)
		}
	})
}
