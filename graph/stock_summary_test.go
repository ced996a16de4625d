package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/ent/exchangerate"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestASummaryAddsUpWhatTheJournalSays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		all := func(*ent.StockMovement) bool { return true }
		mid := s.movements[len(s.movements)/2]
		for name, q := range map[string]struct {
			at     any
			args   string
			counts func(*ent.StockMovement) bool
		}{
			"now":                  {nil, "", all},
			"as of, as recorded":   {mid.RecordedAt, "", func(m *ent.StockMovement) bool { return !m.RecordedAt.After(mid.RecordedAt) }},
			"as of, as occurred":   {mid.OccurredAt, ", basis: OCCURRED", func(m *ent.StockMovement) bool { return !m.OccurredAt.After(mid.OccurredAt) }},
			"as of tomorrow":       {s.now.Add(24 * time.Hour), "", all},
			"before there was any": {s.movements[0].RecordedAt.Add(-time.Hour), "", func(*ent.StockMovement) bool { return false }},
		} {
			now := s.now
			if at, ok := q.at.(time.Time); ok && at.Before(now) {
				now = at
			}
			for _, by := range [][]string{
				{"WAREHOUSE"},
				{"SKU"},
				{"SKU", "WAREHOUSE"},
				{"CATEGORY"},
				{"BRAND", "LOCATION_TYPE"},
				{"OWNERSHIP", "CURRENCY"},
				{"BATCH"},
				{"WAREHOUSE", "SKU", "BATCH"},
				{"AGE"},
				{"WAREHOUSE", "AGE"},
				{"AGE", "SKU", "BATCH", "CATEGORY"},
			} {
				if slices.Contains(by, "AGE") && strings.Contains(q.args, "OCCURRED") {
					continue
				}
				got, total := s.ask(t, by, q.args, map[string]any{"at": q.at})
				facts := s.facts(q.counts, slices.Contains(by, "AGE"))
				want := s.want(t, facts, by, now)
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("%s, by %v:\n got %s\nwant %s", name, by, strings.Join(only(got, want), "\n     "), strings.Join(only(want, got), "\n     "))
				}
				if sum := s.want(t, facts, nil, now); len(sum) > 0 && !slices.Contains(by, "AGE") && total.line(nil) != sum[0] {
					t.Errorf("%s, by %v, total:\n got %s\nwant %s", name, by, total.line(nil), sum[0])
				}
			}
		}
	})
}

func TestGroupsAreOrderedFilteredAndPagedBothWays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		all := func(*ent.StockMovement) bool { return true }
		by := []string{"SKU", "WAREHOUSE"}
		for field, rank := range map[string]func(groupAnswer) int64{
			"PHYSICAL":    func(g groupAnswer) int64 { return g.Physical },
			"AVAILABLE":   func(g groupAnswer) int64 { return *g.Available },
			"VOLUME":      func(g groupAnswer) int64 { return g.VolumeCm3 },
			"STOCK_COUNT": func(g groupAnswer) int64 { return g.StockCount },
			"VALUE": func(g groupAnswer) int64 {
				v, err := money.ParseAmount(*g.BaseValue)
				if err != nil {
					t.Fatal(err)
				}
				return int64(v)
			},
		} {
			for _, direction := range []string{"ASC", "DESC"} {
				var pages [2][]groupAnswer
				for backward := range pages {
					pages[backward] = s.walk(t, by, field, direction, backward == 1)
				}
				if fmt.Sprint(lines(pages[0], by)) != fmt.Sprint(lines(pages[1], by)) {
					t.Errorf("%s %s: forward and backward differ", field, direction)
				}
				ranks := make([]int64, len(pages[0]))
				for i, g := range pages[0] {
					ranks[i] = rank(g)
					if direction == "DESC" {
						ranks[i] = -ranks[i]
					}
				}
				got := lines(pages[0], by)
				slices.Sort(got)
				if want := s.want(t, s.facts(all, false), by, s.now); !slices.IsSorted(ranks) || !slices.Equal(got, want) {
					t.Errorf("%s %s: not in order, or not each group once: %v", field, direction, ranks)
				}
			}
		}
		for name, f := range map[string]struct {
			filter map[string]any
			keep   func(*fact) bool
		}{
			"warehouse": {map[string]any{"warehouseCodes": []any{"us1", "XX"}}, func(f *fact) bool { return s.warehouses[f.WarehouseID].Code == "US1" }},
			"overseas":  {map[string]any{"locationType": "OVERSEAS", "ownershipType": "SELF"}, func(f *fact) bool { return s.warehouses[f.WarehouseID].Code == "US1" }},
			"nowhere":   {map[string]any{"warehouseCodes": []any{}}, func(*fact) bool { return false }},
			"SKUs":      {map[string]any{"skus": []any{"s1", "S7"}}, func(f *fact) bool { return f.Sku == "S1" || f.Sku == "S7" }},
			"prefix":    {map[string]any{"skuPrefix": "s"}, func(*fact) bool { return true }},
			"batch":     {map[string]any{"batchNo": "L1"}, func(f *fact) bool { return f.BatchNo == "L1" }},
			"product":   {map[string]any{"categories": []any{"C1"}, "brands": []any{"B0"}}, func(f *fact) bool { return f.Sku == "S4" }},
		} {
			for _, by := range [][]string{{"WAREHOUSE"}, {"AGE"}} {
				got, _ := s.ask(t, by, "", map[string]any{"filter": f.filter})
				slices.Sort(got)
				kept := slices.DeleteFunc(s.facts(all, by[0] == "AGE"), func(x *fact) bool { return !f.keep(x) })
				if want := s.want(t, kept, by, s.now); !slices.Equal(got, want) {
					t.Errorf("%s by %v:\n got %s\nwant %s", name, by, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
				}
			}
		}
	})
}

func TestASummaryRefusesWhatItCannotTell(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		admin, analyst := g.SignIn(t, auth.RoleAdmin), g.SignIn(t, auth.RoleAnalyst)
		for args, want := range map[string]string{
			`groupBy: []`:         "total",
			`groupBy: [SKU, SKU]`: "SKU twice",
			`groupBy: [SKU, WAREHOUSE, BATCH, BRAND, CATEGORY]`:             "at most 4",
			`groupBy: [AGE], ageBounds: [30, 30]`:                           "each above the one before",
			`ageBounds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]`:        "at most 12",
			`groupBy: [AGE], asOf: "2026-01-01T00:00:00Z", basis: OCCURRED`: "RECORDED only",
			`groupBy: [AGE], orderBy: {field: AVAILABLE}`:                   "physical units only",
			`first: 201`: "0 to 200",
		} {
			r := g.Do(t, admin, `{ stockSummary(`+args+`) { nodes { physical } } }`, nil)
			if len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Message, want) || r.Errors[0].Extensions["code"] != "BAD_REQUEST" {
				t.Errorf("%s: %v", args, r.Errors)
			}
		}
		r := g.Do(t, analyst, `{ stockSummary(orderBy: {field: VALUE}) { nodes { physical } } }`, nil)
		if len(r.Errors) != 1 || r.Errors[0].Extensions["code"] != "FORBIDDEN" {
			t.Errorf("an order by value tells people without cost:view who is worth more: %v", r.Errors)
		}
		var out struct {
			StockSummary struct {
				Total struct {
					Values, BaseValue any
					Physical          int
				}
			}
		}
		g.Do(t, analyst, `{ stockSummary { nodes { values { amount } baseValue } total { physical values { amount } baseValue } } }`, nil).Into(t, &out)
		if out.StockSummary.Total.Values != nil || out.StockSummary.Total.BaseValue != nil {
			t.Errorf("values for people without cost:view: %+v", out)
		}
	})
}

// Work that is entered late makes quantities by OCCURRED negative. Groups then have
// units in other buckets than the physical one, and batches share a negative worth.
func TestASummaryTellsGoodsThatLeftBeforeTheyCame(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "B0")
		g.Products(t, "P1", "P2")
		past(t, g, p, "2026-11-10T00:00:00Z", "P1", "", ledger.In(stock.BucketAvailable, 10))
		past(t, g, p, "2026-11-10T00:00:00Z", "P2", "", ledger.In(stock.BucketAvailable, 10))
		for key, change := range map[string]string{
			"stockAdjust": `changes: [{sku: "P1", warehouseCode: "B0", delta: -7}]`,
			"stockMove":   `moves: [{sku: "P2", warehouseCode: "B0", from: AVAILABLE, to: DAMAGED, quantity: 2}]`,
		} {
			r := g.Do(t, p, `mutation { `+key+`(input: {idempotencyKey: "`+key+`", reasonCode: "T", occurredAt: "2026-11-05T00:00:00Z", `+change+`}) {
				userErrors { message } } }`, nil)
			if !same(t, r.Data, `{"`+key+`":{"userErrors":[]}}`) {
				t.Fatal(string(r.Data), r.Errors)
			}
		}
		const fields = `{ sku batchNo physical available damaged values { amount } }`
		r := g.Do(t, p, `{ stockSummary(groupBy: [SKU, BATCH], asOf: "2026-11-06T00:00:00Z", basis: OCCURRED) {
			totalCount nodes `+fields+` total `+fields+` } }`, nil)
		want := `{"stockSummary":{"totalCount":2,"nodes":[
			{"sku":"P1","batchNo":"","physical":-7,"available":-7,"damaged":0,"values":[{"amount":"-17.5"}]},
			{"sku":"P2","batchNo":"","physical":0,"available":-2,"damaged":2,"values":[]}],
			"total":{"sku":null,"batchNo":null,"physical":-7,"available":-9,"damaged":2,"values":[{"amount":"-17.5"}]}}}`
		if len(r.Errors) > 0 || !same(t, r.Data, want) {
			t.Errorf("%s %v, want %s", r.Data, r.Errors, want)
		}
	})
}

// One slip in the measures of a product must not take the volume of all others along.
func TestTheLargestProductsHaveAVolume(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "B0")
		const create = `mutation($mm: Long!) { productCreate(input: {sku: "P1", name: "a hall", lengthMm: $mm, widthMm: $mm, heightMm: $mm}) {
			userErrors { code message field } } }`
		r := g.Do(t, p, create, map[string]any{"mm": 100_001})
		if !strings.Contains(string(r.Data), "lengthMm is 0 to 100000, not 100001") {
			t.Errorf("%s %v", r.Data, r.Errors)
		}
		if r := g.Do(t, p, create, map[string]any{"mm": 100_000}); !same(t, r.Data, `{"productCreate":{"userErrors":[]}}`) {
			t.Fatal(string(r.Data), r.Errors)
		}
		past(t, g, p, "2026-01-10T00:00:00Z", "P1", "", ledger.In(stock.BucketAvailable, 9_000_000))
		r = g.Do(t, p, `{ stockSummary { nodes { volumeCm3 } } warehouse(code: "B0") { overview { volumeCm3 } } }`, nil)
		want := `{"stockSummary":{"nodes":[{"volumeCm3":9000000000000000000}]},"warehouse":{"overview":{"volumeCm3":9000000000000000000}}}`
		if len(r.Errors) > 0 || !same(t, r.Data, want) {
			t.Errorf("%s %v, want %s", r.Data, r.Errors, want)
		}
	})
}

func TestASummaryWithoutBoundsOfAgesOrOfVirtualWarehouses(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleAnalyst)
		g.Warehouses(t, "B0")
		g.Products(t, "P1")
		past(t, g, p, "2026-01-10T00:00:00Z", "P1", "", ledger.In(stock.BucketAvailable, 10))
		r := g.Do(t, p, `{ stockSummary(groupBy: [AGE, SKU], ageBounds: []) { totalCount nodes { sku age { fromDays toDays } physical } } }`, nil)
		want := `{"stockSummary":{"totalCount":1,"nodes":[{"sku":"P1","age":{"fromDays":0,"toDays":null},"physical":10}]}}`
		if len(r.Errors) > 0 || !same(t, r.Data, want) {
			t.Errorf("%s %v, want %s", r.Data, r.Errors, want)
		}
		for category, want := range map[string]string{"PHYSICAL": "10", "VIRTUAL": "0"} {
			r := g.Do(t, p, `{ stockSummary(filter: {warehouseCategory: `+category+`}) { total { physical } } }`, nil)
			if len(r.Errors) > 0 || !same(t, r.Data, `{"stockSummary":{"total":{"physical":`+want+`}}}`) {
				t.Errorf("%s: %s %v, want %s", category, r.Data, r.Errors, want)
			}
		}
	})
}

// A rate that nobody entered never counts as 1.
func TestAValueInTheBaseCurrencyNeedsEveryRate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Ent.ExchangeRate.Delete().Where(exchangerate.FromCurrency("EUR")).Exec(t.Context())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var out struct {
			StockSummary struct {
				Nodes []struct {
					Currency  string
					BaseValue *string
				}
				Total struct {
					BaseValue *string
					Values    []struct{ Currency string }
				}
			}
		}
		s.g.Do(t, s.p, `{ stockSummary(groupBy: [CURRENCY], orderBy: {field: VALUE}) { nodes { currency baseValue } total { baseValue values { currency } } } }`, nil).Into(t, &out)
		nodes := out.StockSummary.Nodes
		if len(nodes) != 3 || nodes[0].Currency != "EUR" || nodes[0].BaseValue != nil || nodes[1].BaseValue == nil || nodes[2].BaseValue == nil {
			t.Errorf("got %+v", nodes)
		}
		if total := out.StockSummary.Total; total.BaseValue != nil || len(total.Values) != 3 {
			t.Errorf("total %+v", total)
		}
	})
}

func TestTheLayersOfAStockAreWhatIsLeftOfItsReceipts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		var out struct {
			Stocks struct {
				Nodes []struct {
					SKU, BatchNo string
					Physical     int64
					Warehouse    struct{ Code string }
					Layers       []struct {
						ReceivedAt time.Time
						AgeDays    int
						Units      int64
						Posting    struct{ OccurredAt time.Time }
					}
				}
			}
		}
		s.g.Do(t, s.p, `{ stocks(first: 200) { nodes { sku batchNo physical warehouse { code } layers { receivedAt ageDays units posting { occurredAt } } } } }`, nil).Into(t, &out)
		var got, want []string
		for _, n := range out.Stocks.Nodes {
			sum := int64(0)
			for i, l := range n.Layers {
				sum += l.Units
				got = append(got, fmt.Sprint(n.Warehouse.Code, n.SKU, n.BatchNo, l.ReceivedAt.UTC(), l.Units))
				if !l.Posting.OccurredAt.Equal(l.ReceivedAt) || l.AgeDays != int(s.now.Sub(l.ReceivedAt)/(24*time.Hour)) || i > 0 && l.ReceivedAt.Before(n.Layers[i-1].ReceivedAt) {
					t.Errorf("layer %+v", l)
				}
			}
			if sum != n.Physical {
				t.Errorf("%s in %s: layers of %d units, %d lie there", n.SKU, n.Warehouse.Code, sum, n.Physical)
			}
		}
		for _, f := range s.facts(func(*ent.StockMovement) bool { return true }, true) {
			want = append(want, fmt.Sprint(s.warehouses[f.WarehouseID].Code, f.Sku, f.BatchNo, f.received.UTC(), f.q[0]))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", only(got, want), only(want, got))
		}
	})
}
