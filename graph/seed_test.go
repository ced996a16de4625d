package graph_test

import (
	"fmt"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
)

// seed stocks n products in the warehouses B0 to B3 by turns.
func seed(t testing.TB, g *graphtest.Graph, p *auth.Principal, n int) {
	t.Helper()
	g.Warehouses(t, "B0", "B1", "B2", "B3")
	skus := make([]string, n)
	lines := make([]any, n)
	for i := range n {
		skus[i] = fmt.Sprintf("SKU-%04d", i)
		lines[i] = map[string]any{"sku": skus[i], "warehouseCode": fmt.Sprintf("B%d", i%4), "delta": 10 + i}
	}
	g.Products(t, skus...)
	for i := 0; i < n; i += 100 {
		var out struct {
			StockAdjust struct{ UserErrors []struct{ Message string } }
		}
		g.Do(t, p, `mutation($in: StockAdjustInput!) { stockAdjust(input: $in) { userErrors { message } } }`, map[string]any{
			"in": map[string]any{"idempotencyKey": fmt.Sprint("seed", i), "reasonCode": "SEED", "changes": lines[i:min(i+100, n)]},
		}).Into(t, &out)
		if len(out.StockAdjust.UserErrors) > 0 {
			t.Fatal(out.StockAdjust.UserErrors)
		}
	}
}
