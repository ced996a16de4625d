package catalog_test

import (
	"strings"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestProductsAreFoundByAllThatTellsThem(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Must(t, p, "productsImport", "", in{"mode": "CREATE", "rows": []any{
			in{"sku": "A", "name": "Pad", "brand": "Bosch", "category": "Brakes", "spec": "front", "barcodes": []any{in{"barcode": "6901"}, in{"barcode": "6902"}}},
			in{"sku": "B", "name": "Disc", "brand": "Brembo", "category": "Brakes", "spec": "rear", "barcodes": []any{in{"barcode": "7901"}}},
			in{"sku": "C", "name": "Lamp", "brand": "Bosch", "category": "Light", "spec": "rear"},
		}})
		for query, want := range map[string]string{
			`products(filter: {barcodes: ["6901", "7901", "x"]}) { nodes { sku } }`:                   "A B",
			`products(filter: {search: "690"}) { nodes { sku } }`:                                     "A",
			`products(filter: {search: "bosch"}) { nodes { sku } }`:                                   "A C",
			`products(filter: {search: "REAR"}) { nodes { sku } }`:                                    "B C",
			`products(filter: {categories: ["Brakes"], brands: ["Bosch", "x"]}) { nodes { sku } }`:    "A",
			`products(filter: {updatedSince: "2020-01-01T00:00:00Z", skus: ["c"]}) { nodes { sku } }`: "C",
			`products(filter: {updatedSince: "2999-01-01T00:00:00Z"}) { nodes { sku } }`:              "",
			`products(orderBy: {field: CATEGORY, direction: DESC}) { nodes { sku } }`:                 "C B A",
			`products(orderBy: {field: CREATED_AT}, first: 2) { nodes { sku } }`:                      "A B",
		} {
			var out struct {
				Products struct{ Nodes []struct{ Sku string } }
			}
			g.Do(t, p, "{"+query+"}", nil).Into(t, &out)
			var got []string
			for _, n := range out.Products.Nodes {
				got = append(got, n.Sku)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		var one struct{ Product *struct{ Sku string } }
		if g.Do(t, p, `{ product(barcode: " 6902 ") { sku } }`, nil).Into(t, &one); one.Product == nil || one.Product.Sku != "A" {
			t.Error(one.Product)
		}
		if code := g.Do(t, p, `{ product(barcode: "6902", sku: "A") { sku } }`, nil).Code(); code != "BAD_REQUEST" {
			t.Error(code)
		}
	})
}
