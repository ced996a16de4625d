package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestProductsAndWarehousesAreFoundByWhatPeopleType(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleAnalyst)
		g.Products(t, "AB-1", "AB-2", "CD_1", "X%")
		g.Warehouses(t, "BER", "BOS", "SZX")
		for query, want := range map[string]string{
			`products(filter: {search: "ab"}) { nodes { sku } }`:                           `[{"sku":"AB-1"},{"sku":"AB-2"}]`,
			`products(filter: {search: "product cd"}) { nodes { sku } }`:                   `[{"sku":"CD_1"}]`,
			`products(filter: {search: "%"}) { nodes { sku } }`:                            `[{"sku":"X%"}]`,
			`products(filter: {search: "_"}) { nodes { sku } }`:                            `[{"sku":"CD_1"}]`,
			`products(filter: {skus: ["ab-2", "nope"]}) { nodes { sku } }`:                 `[{"sku":"AB-2"}]`,
			`products(filter: {status: ARCHIVED}) { nodes { sku } }`:                       `[]`,
			`products(orderBy: {field: SKU, direction: DESC}, first: 2) { nodes { sku } }`: `[{"sku":"X%"},{"sku":"CD_1"}]`,
			`products(orderBy: {field: NAME}, first: 1) { nodes { sku } }`:                 `[{"sku":"AB-1"}]`,
			`products(orderBy: {field: UPDATED_AT}, last: 1) { nodes { sku } }`:            `[{"sku":"X%"}]`,
			`warehouses(filter: {search: "b"}) { nodes { code } }`:                         `[{"code":"BER"},{"code":"BOS"}]`,
			`warehouses(filter: {search: "house s"}) { nodes { code } }`:                   `[{"code":"SZX"}]`,
			`warehouses(filter: {codes: ["bos"], category: PHYSICAL, locationType: DOMESTIC, ownershipType: SELF, businessType: STANDARD, status: ACTIVE}) { nodes { code } }`: `[{"code":"BOS"}]`,
			`warehouses(orderBy: {field: CODE, direction: DESC}) { nodes { code } }`:                                                                                           `[{"code":"SZX"},{"code":"BOS"},{"code":"BER"}]`,
		} {
			var out map[string]struct{ Nodes any }
			r := g.Do(t, p, "{ found: "+query+" }", nil)
			r.Into(t, &out)
			if got := fmt.Sprintf(`{"found":{"nodes":%s}}`, want); !same(t, r.Data, got) {
				t.Errorf("%s\n got %s\nwant %s", query, r.Data, got)
			}
		}
		for query, want := range map[string]string{
			`{ product(sku: " ab-1 ") { sku } }`:                  `{"product":{"sku":"AB-1"}}`,
			`{ product(sku: "nope") { sku } }`:                    `{"product":null}`,
			`{ warehouse(code: "ber") { code } }`:                 `{"warehouse":{"code":"BER"}}`,
			`{ warehouse(code: "") { code } }`:                    `{"warehouse":null}`,
			`{ stock(sku: "ab-1", warehouseCode: "ber") { id } }`: `{"stock":null}`,
			`{ stockAsOf(sku: "ab-1", warehouseCode: "ber", at: "2026-01-01T00:00:00Z", basis: OCCURRED) { physical } }`: `{"stockAsOf":{"physical":0}}`,
			`{ stockAsOf(sku: "ab-1", warehouseCode: "nope", at: "2026-01-01T00:00:00Z") { physical } }`:                 `{"stockAsOf":null}`,
			`{ serverLimits { maxPageSize maxLines maxDocumentLines maxImportRows maxQuantity idempotencyDays } }`:       `{"serverLimits":{"maxPageSize":200,"maxLines":250,"maxDocumentLines":5000,"maxImportRows":250,"maxQuantity":2147483647,"idempotencyDays":30}}`,
		} {
			if r := g.Do(t, p, query, nil); r.Code() != "" || !same(t, r.Data, want) {
				t.Errorf("%s\n got %s %v\nwant %s", query, r.Data, r.Errors, want)
			}
		}
	})
}

// A database takes so many parameters, and no more.
func TestAFilterTakesAThousandValuesOfEachKind(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		for _, c := range []struct{ list, of, field, value string }{
			{"documents", "Document", "kinds", "INBOUND"},
			{"documents", "Document", "states", "DRAFT"},
			{"documents", "Document", "reasonCodes", "SALE"},
			{"documents", "Document", "warehouseCodes", "SZ01"},
			{"stockMovements", "StockMovement", "kinds", "INBOUND"},
			{"locations", "Location", "types", "STORAGE"},
			{"locations", "Location", "codes", "A-01"},
		} {
			query := fmt.Sprintf(`query($f: %sFilter) { %s(filter: $f) { nodes { __typename } } }`, c.of, c.list)
			for n, want := range map[int]string{1000: "", 70_000: "BAD_REQUEST"} {
				r := g.Do(t, p, query, map[string]any{"f": map[string]any{c.field: slices.Repeat([]string{c.value}, n)}})
				if r.Code() != want {
					t.Errorf("%s by %d %s: %v", c.list, n, c.field, r.Errors)
				}
			}
		}
	})
}

func TestEdgesAreNullForThoseWhoMayNotSeeWhereTheyLead(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		seed(t, g, p, 1)
		r := g.Do(t, &auth.Principal{UserID: p.UserID, Permissions: []auth.Permission{auth.StockView}},
			`{ stocks { nodes { sku warehouse { code } product { name } } } }`, nil)
		if want := `{"stocks":{"nodes":[{"sku":"SKU-0000","warehouse":null,"product":null}]}}`; r.Code() != "" || !same(t, r.Data, want) {
			t.Errorf("%s %v", r.Data, r.Errors)
		}
	})
}

func TestWhatIsDeferredComesWithTheRest(t *testing.T) {
	t.Parallel()
	g := graphtest.New(t, testdb.SQLite(t))
	p := g.SignIn(t, auth.RoleManager)
	seed(t, g, p, 2)
	r := g.Do(t, p, `{ stocks { nodes { ... @defer { warehouse { code } } sku ...F @defer(label: "f") } } } fragment F on Stock { product { name } }`, nil)
	want := `{"stocks":{"nodes":[{"warehouse":{"code":"B0"},"sku":"SKU-0000","product":{"name":"Product SKU-0000"}},
		{"warehouse":{"code":"B1"},"sku":"SKU-0001","product":{"name":"Product SKU-0001"}}]}}`
	if r.Code() != "" || !same(t, r.Data, want) {
		t.Errorf("%s %v", r.Data, r.Errors)
	}
}

func TestListsInListsHaveAnEnd(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		seed(t, g, p, 200)
		lines := make([]map[string]any, 200)
		for i := range lines {
			lines[i] = map[string]any{"sku": fmt.Sprintf("SKU-%04d", i), "quantity": 1}
		}
		g.Do(t, p, `mutation($lines: [InboundLineInput!]!) { inboundCreate(input: {idempotencyKey: "big", warehouseCode: "B1", advanceTo: COMPLETED, lines: $lines}) { document { no } } }`,
			map[string]any{"lines": lines}).Into(t, &struct{}{})
		around := `{ documents(first: 1) { nodes { postings { nodes { movements { posting { movements { %s } } } } } } } }`
		if r := g.Do(t, p, fmt.Sprintf(around, "sku"), nil); r.Code() != "" {
			t.Errorf("40,000 elements: %v", r.Errors)
		}
		if r := g.Do(t, p, fmt.Sprintf(around, "posting { movements { posting { movements { posting { movements { sku } } } } } }"), nil); r.Code() != "BAD_REQUEST" || len(r.Errors) != 1 {
			t.Errorf("200 to the power of five: %d errors, %q", len(r.Errors), r.Code())
		}
	})
}

// The same product under several selections shows in each what that asks for,
// whatever columns were read for the others.
func TestOneProductIsShownWholeUnderEachSelection(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		seed(t, g, p, 1)
		g.Must(t, p, "productUpdate", "", map[string]any{"sku": "SKU-0000", "brand": "Bosch", "description": "D", "price": "2.5", "priceCurrency": "CNY", "minStock": 4})
		r := g.Do(t, p, `{ a: stocks { nodes { warehouse { code } place: warehouse { ... on Warehouse { name parents { code } capacity } } product { name } all: product { ...L ... { description price } } product { brand } } }
			b: stocksBySku(skus: ["SKU-0000"]) { product { sku minStock } stocks { product { __typename } card: product { ...L } } } } fragment L on Product { brand barcodes { barcode } }`, nil)
		want := `{"a":{"nodes":[{"warehouse":{"code":"B0"},"place":{"name":"Warehouse B0","parents":[],"capacity":0},"product":{"name":"Product SKU-0000","brand":"Bosch"},"all":{"brand":"Bosch","barcodes":[],"description":"D","price":"2.5"}}]},
			"b":[{"product":{"sku":"SKU-0000","minStock":4},"stocks":[{"product":{"__typename":"Product"},"card":{"brand":"Bosch","barcodes":[]}}]}]}`
		if r.Code() != "" || !same(t, r.Data, want) {
			t.Errorf("%s %v", r.Data, r.Errors)
		}
	})
}
