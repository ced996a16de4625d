package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Operations on a list of $first rows. None may cost a statement more for 50
// rows than for 2.
var lists = map[string]string{
	"stocks with edges": `query($first: Int!) { stocks(first: $first) { nodes { sku warehouse { code } product { name } } } }`,
	"stocks in edges, filtered and ordered": `query($first: Int!) { stocks(first: $first, filter: {warehouseCodes: ["B0", "B1", "B2", "B3"], nonZero: true}, orderBy: {field: AVAILABLE, direction: DESC}) {
		edges { cursor node { warehouse { name } product { name } } } pageInfo { endCursor } totalCount } }`,
	"the same edge under two names": `query($first: Int!) { stocks(first: $first) { nodes { a: warehouse { code } b: warehouse { name } } } }`,
	"products":                      `query($first: Int!) { products(first: $first) { nodes { sku name price } totalCount } }`,
	"warehouses":                    `query($first: Int!) { warehouses(first: $first) { nodes { code parents { code } } } }`,
	"exchange rates":                `query($first: Int!) { exchangeRates(first: $first) { nodes { fromCurrency rate rateDate } totalCount } }`,
	"movements with edges": `query($first: Int!) { stockMovements(first: $first) { nodes { id unitCost
		warehouse { code } product { name } stock { available } posting { kind actor { username } } } } }`,
	"movements down to the movements of their postings": `query($first: Int!) { stockMovements(first: $first) { nodes {
		posting { reversedBy { id movements { sku product { name } } } reverses { id }
			movements { warehouse { code } stock { product { name } } posting { actor { displayName } } } } } } }`,
}

func TestStatementsDoNotGrowWithThePage(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		seed(t, g, p, 200)
		reverseSome(t, g, p)
		for name, query := range lists {
			few, many := statements(t, g, p, query, 2), statements(t, g, p, query, 50)
			if few != many {
				t.Errorf("%s: %d statements for 2 rows, %d for 50", name, few, many)
			}
		}
		if n := skuStatements(t, g, p, 2); n != skuStatements(t, g, p, 150) {
			t.Errorf("stocksBySku: %d statements for 2 SKUs, %d for 150", n, skuStatements(t, g, p, 150))
		}
	})
}

func TestOnlyTotalCountCounts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		seed(t, g, p, 20)
		for selection, want := range map[string]int64{
			`pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`: 1,
			`nodes { sku } edges { cursor }`:                                 1,
			`totalCount`:                                                     2,
			`a: totalCount b: totalCount ... { c: totalCount ... on StockConnection { totalCount } }`: 2,
			`totalCount @skip(if: true)`: 1,
		} {
			query := fmt.Sprintf(`query($first: Int!) { stocks(first: $first) { %s } }`, selection)
			if n := statements(t, g, p, query, 5); n != want {
				t.Errorf("%s: %d statements, want %d", selection, n, want)
			}
		}
	})
}

func TestAnEdgeThatNobodySelectsIsNotRead(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		seed(t, g, p, 20)
		if n := statements(t, g, p, `query($first: Int!) { stocks(first: $first) { nodes { sku } } }`, 20); n != 1 {
			t.Errorf("%d statements for rows without edges", n)
		}
		if n := statements(t, g, p, `query($first: Int!) { stocks(first: $first) { nodes { warehouse { code } } } }`, 20); n != 2 {
			t.Errorf("%d statements for rows with one edge", n)
		}
	})
}

func statements(t *testing.T, g *graphtest.Graph, p *auth.Principal, query string, first int) int64 {
	t.Helper()
	return count(t, g, p, query, map[string]any{"first": json.Number(fmt.Sprint(first))})
}

func skuStatements(t *testing.T, g *graphtest.Graph, p *auth.Principal, n int) int64 {
	t.Helper()
	skus := make([]any, n)
	for i := range skus {
		skus[i] = fmt.Sprintf("SKU-%04d", i)
	}
	return count(t, g, p, `query($skus: [String!]!) { stocksBySku(skus: $skus) { product { name } stocks { product { name } warehouse { code } } } }`,
		map[string]any{"skus": skus})
}

func count(t *testing.T, g *graphtest.Graph, p *auth.Principal, query string, vars map[string]any) int64 {
	t.Helper()
	ctx, n := store.CountStatements(auth.With(t.Context(), p))
	if r := g.Exec(ctx, query, vars); len(r.Errors) > 0 {
		t.Fatalf("%s: %v", query, r.Errors)
	}
	return n.Load()
}

// reverseSome posts 60 adjustments of their own and takes every second back.
func reverseSome(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	for i := range 60 {
		var out struct {
			StockAdjust struct{ Posting struct{ ID string } }
		}
		g.Do(t, p, `mutation($key: String!, $sku: String!) { stockAdjust(input: {idempotencyKey: $key, reasonCode: "T", changes: [{sku: $sku, warehouseCode: "B0", delta: 1}]}) { posting { id } } }`,
			map[string]any{"key": fmt.Sprint("one", i), "sku": fmt.Sprintf("SKU-%04d", i*2)}).Into(t, &out)
		if i%2 == 0 {
			continue
		}
		var back struct {
			PostingReverse struct{ UserErrors []struct{ Message string } }
		}
		g.Do(t, p, `mutation($key: String!, $id: ID!) { postingReverse(input: {idempotencyKey: $key, reasonCode: "T", postingId: $id}) { userErrors { message } } }`,
			map[string]any{"key": fmt.Sprint("back", i), "id": out.StockAdjust.Posting.ID}).Into(t, &back)
		if len(back.PostingReverse.UserErrors) > 0 {
			t.Fatal(back.PostingReverse.UserErrors)
		}
	}
}
