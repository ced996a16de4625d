package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"entrepot/ent"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

type in = map[string]any

// masterMutations are all mutations of master data, in an order in which each
// finds what it needs, with an input that changes something.
var masterMutations = []struct {
	name, rows string
	input      in
}{
	{"productCreate", "product { sku name version barcodes { barcode packQuantity } }", in{"sku": "p-1", "name": "One", "barcodes": []any{in{"barcode": "690", "packQuantity": 12}}}},
	{"productUpdate", "product { sku name version price barcodes { barcode } }", in{"sku": "P-1", "price": "1.5", "priceCurrency": "CNY", "barcodes": []any{in{"barcode": "691"}}}},
	{"productArchive", "product { sku status version }", in{"sku": "P-1"}},
	{"productRestore", "product { sku status version }", in{"sku": "P-1"}},
	{"productsImport", "rows { index action product { sku name kind version barcodes { barcode unit } components { sku quantity } } userErrors { code } }", in{"mode": "UPSERT", "errorPolicy": "REJECT_FAILED_ROWS", "rows": []any{
		in{"sku": "P-1", "name": "Uno"},
		in{"sku": "P-2", "name": "Two", "barcodes": []any{in{"barcode": "692", "unit": "BOX"}}},
		in{"sku": "P-3"},
		in{"sku": "K-1", "name": "Kit", "kind": "SALES_KIT", "components": []any{in{"sku": "P-1", "quantity": 2}}},
	}}},
	{"carrierCreate", "carrier { code name volumetricDivisor weightStepG version }", in{"code": "dhl", "name": "DHL", "volumetricDivisor": 5000}},
	{"carrierUpdate", "carrier { code weightStepG version }", in{"code": "DHL", "weightStepG": 500}},
	{"interchangeGroupCreate", "interchangeGroup { code name version members { sku direction priority product { name } } }", in{"code": "g-1", "name": "One", "members": []any{in{"sku": "P-1"}}}},
	{"interchangeGroupUpdate", "interchangeGroup { code version members { sku direction priority } }", in{"code": "G-1", "members": []any{in{"sku": "P-1", "priority": 1}, in{"sku": "P-2", "direction": "STANDS_IN"}}}},
	{"codeMappingCreate", "codeMapping { sku platform externalCode everyWarehouse validFrom validTo version product { name } }", in{"platform": "amazon", "externalCode": "X1", "validFrom": "2026-01-01", "sku": "p-1"}},
	{"codeMappingUpdate", "codeMapping { validTo note version }", in{"platform": "AMAZON", "externalCode": "X1", "validFrom": "2026-01-01", "validTo": "2026-03-31"}},
	{"codeMappingsImport", "rows { index action codeMapping { sku validFrom version } userErrors { code } }", in{"mode": "UPSERT", "errorPolicy": "REJECT_FAILED_ROWS", "rows": []any{
		in{"platform": "AMAZON", "externalCode": "X1", "validFrom": "2026-04-01", "sku": "P-2"}, in{"platform": "AMAZON", "externalCode": "X1", "validFrom": "2026-03-01", "sku": "P-1"},
	}}},
	{"warehouseCreate", "warehouse { code name version parents { code } locations { totalCount nodes { code } } }", in{"code": "w-1", "name": "One", "currency": "CNY", "tracksLocations": false}},
	{"warehouseUpdate", "warehouse { code capacity version timeZone }", in{"code": "W-1", "capacity": 7, "timeZone": "Asia/Shanghai"}},
	{"warehouseArchive", "warehouse { code status version }", in{"code": "W-1"}},
	{"warehouseRestore", "warehouse { code status version }", in{"code": "W-1"}},
	{"warehousesImport", "rows { index action warehouse { code name version parents { code } } userErrors { code } }", in{"mode": "CREATE", "errorPolicy": "REJECT_FAILED_ROWS", "rows": []any{
		in{"code": "W-1", "name": "Again"}, in{"code": "W-2", "name": "Two", "currency": "EUR", "parentCodes": []any{"w-1"}},
	}}},
	{"locationCreate", "location { code type version warehouse { code } }", in{"warehouseCode": "W-1", "code": "r-1", "type": "RECEIVE"}},
	{"locationUpdate", "location { code isLocked version }", in{"warehouseCode": "W-1", "code": "R-1", "isLocked": true}},
	{"locationArchive", "location { code status version }", in{"warehouseCode": "W-1", "code": "R-1"}},
	{"locationRestore", "location { code status version }", in{"warehouseCode": "W-1", "code": "R-1"}},
	{"locationsImport", "rows { index action location { code version warehouse { code } } userErrors { code } }", in{"mode": "UPDATE", "errorPolicy": "REJECT_FAILED_ROWS", "rows": []any{
		in{"warehouseCode": "W-1", "code": "R-1", "allowMixing": true}, in{"warehouseCode": "W-1", "code": "R-9"},
	}}},
	{"approvalRuleCreate", "approvalRule { code name kind minValue separate role status version oneWarehouse warehouse { code } }", in{"code": "r-1", "name": "Four eyes", "kind": "OUTBOUND", "warehouseCode": "w-1", "minValue": "100", "separate": true}},
	{"approvalRuleUpdate", "approvalRule { code name minValue status version }", in{"code": "R-1", "minValue": "200", "status": "ARCHIVED"}},
	{"exchangeRateSet", "exchangeRate { fromCurrency toCurrency rateDate rate source }", in{"fromCurrency": "usd", "toCurrency": "CNY", "date": "2026-01-02", "rate": "7.1"}},
	{"locationsGenerate", "created existing locations { code version warehouse { code } }", in{"warehouseCode": "W-1", "zones": []any{"a"}, "aisles": in{"to": 2}, "levels": in{"to": 2}, "positions": in{"to": 2}}},
}

func TestMasterDataCanBeRehearsedAndSentAgain(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		for _, m := range masterMutations {
			before := masterData(t, db)
			with := func(key string, dry bool) in {
				input := maps.Clone(m.input)
				input["idempotencyKey"], input["dryRun"] = key, dry
				return input
			}
			rehearsed := g.Mutate(t, p, m.name, m.rows, with("key", true))
			if !rehearsed.DryRun || rehearsed.Replayed {
				t.Errorf("%s in a dry run: %s", m.name, rehearsed.Raw)
			}
			if after := masterData(t, db); after != before {
				t.Errorf("%s in a dry run changed\n%s\nto\n%s", m.name, before, after)
			}
			first := g.Mutate(t, p, m.name, m.rows, with("key", false))
			done := masterData(t, db)
			if first.DryRun || first.Replayed || done == before {
				t.Errorf("%s did nothing: %s", m.name, first.Raw)
			}
			if got, want := rowsOf(t, rehearsed), rowsOf(t, first); got != want {
				t.Errorf("%s: rehearsed\n%s\nand done\n%s", m.name, got, want)
			}
			again := g.Mutate(t, p, m.name, m.rows, with("key", false))
			if got, want := rowsOf(t, again), rowsOf(t, first); !again.Replayed || got != want {
				t.Errorf("%s: done\n%s\nand sent again\n%s", m.name, want, again.Raw)
			}
			other := with("key", false)
			for _, code := range []string{"externalCode", "sku", "code", "warehouseCode"} {
				if _, ok := other[code]; ok {
					other[code] = "OTHER"
					break
				}
			}
			if _, ok := other["rate"]; ok {
				other["rate"] = "7.2"
			}
			if rows, ok := other["rows"].([]any); ok {
				other["rows"] = rows[:1]
			}
			if r := g.Mutate(t, p, m.name, m.rows, other); r.Refused() != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
				t.Errorf("%s with another input: %s", m.name, r.Raw)
			}
			if after := masterData(t, db); after != done {
				t.Errorf("%s sent again changed\n%s\nto\n%s", m.name, done, after)
			}
		}
	})
}

func TestRowsOfADryRunHaveAnIDThatNoRowHas(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		var out struct{ Product struct{ ID string } }
		g.Must(t, p, "productCreate", "product { id }", in{"sku": "A", "name": "A", "dryRun": true}).Into(t, &out)
		r := g.Do(t, p, `query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } product(id: $id) { id } }`, in{"id": out.Product.ID})
		if want := `{"node":null,"nodes":[null],"product":null}`; r.Code() != "" || !same(t, r.Data, want) {
			t.Errorf("%s %v", r.Data, r.Errors)
		}
	})
}

// rowsOf is the payload but for what tells how it came about.
func rowsOf(t *testing.T, p graphtest.Payload) string {
	t.Helper()
	var all map[string]json.RawMessage
	p.Into(t, &all)
	delete(all, "dryRun")
	delete(all, "replayed")
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// masterData is all of it, to be compared.
func masterData(t *testing.T, db *store.DB) string {
	t.Helper()
	var b strings.Builder
	ctx := t.Context()
	for _, q := range []func() (any, error){
		func() (any, error) { return db.Ent().Product.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().Barcode.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().KitComponent.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().Carrier.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().InterchangeGroup.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().InterchangeMember.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().CodeMapping.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().Warehouse.Query().Order(ent.Asc("id")).WithParents().All(ctx) },
		func() (any, error) { return db.Ent().Location.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().ApprovalRule.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().ExchangeRate.Query().Order(ent.Asc("id")).All(ctx) },
		func() (any, error) { return db.Ent().IdempotencyKey.Query().Order(ent.Asc("id")).All(ctx) },
	} {
		rows, err := q()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(rows)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", raw)
	}
	return b.String()
}
