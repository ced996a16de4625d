package catalog_test

import (
	"maps"
	"slices"
	"testing"

	"entrepot/internal/catalog"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestACarrierChargesTheLargerWeight(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Must(t, p, "carrierCreate", "", in{"code": "dhl", "name": "DHL", "volumetricDivisor": 5000, "weightStepG": 500})
		g.Must(t, p, "carrierCreate", "", in{"code": "AIR", "name": "Air freight", "volumetricDivisor": 6000})
		g.Must(t, p, "productsImport", "", in{"mode": "CREATE", "rows": []any{
			// 100 × 100 × 100 mm are 1,000 cm³: 200 g by 5000, 166.7 g by 6000.
			in{"sku": "CUBE", "name": "Cube", "weightG": 120, "lengthMm": 100, "widthMm": 100, "heightMm": 100},
			in{"sku": "LEAD", "name": "Lead", "weightG": 1501, "lengthMm": 10, "widthMm": 10, "heightMm": 10},
			in{"sku": "UNKNOWN", "name": "Unknown", "weightG": 10},
			in{"sku": "HUGE", "name": "Huge", "weightG": 1_000_000_000, "lengthMm": 100_000, "widthMm": 100_000, "heightMm": 100_000},
		}})
		for query, want := range map[string]string{
			`{ w: product(sku: "CUBE") { s: shippingWeight(carrierCode: "DHL") { volumeMm3 actualG volumetricG chargeableG incomplete } } }`:                                                             `{"w":{"s":{"volumeMm3":1000000,"actualG":120,"volumetricG":200,"chargeableG":500,"incomplete":false}}}`,
			`{ w: product(sku: "CUBE") { s: shippingWeight(carrierCode: "air", quantity: 5) { actualG volumetricG chargeableG } } }`:                                                                     `{"w":{"s":{"actualG":600,"volumetricG":834,"chargeableG":834}}}`,
			`{ w: product(sku: "LEAD") { s: shippingWeight(carrierCode: "DHL") { volumetricG chargeableG } } }`:                                                                                          `{"w":{"s":{"volumetricG":1,"chargeableG":2000}}}`,
			`{ w: product(sku: "CUBE") { s: shippingWeight(carrierCode: "NONE") { actualG } } }`:                                                                                                         `{"w":{"s":null}}`,
			`{ w: shippingEstimate(carrierCode: "DHL", lines: [{sku: "cube", quantity: 2}, {sku: "LEAD", quantity: 1}, {sku: "UNKNOWN", quantity: 1}]) { actualG volumetricG chargeableG incomplete } }`: `{"w":{"actualG":1751,"volumetricG":401,"chargeableG":2000,"incomplete":true}}`,
		} {
			r := g.Do(t, p, query, nil)
			if len(r.Errors) > 0 {
				t.Error(query, r.Errors)
				continue
			}
			sameJSON(t, string(r.Data), want)
		}
		for _, query := range []string{
			`{ shippingEstimate(carrierCode: "DHL", lines: []) { actualG } }`,
			`{ shippingEstimate(carrierCode: "DHL", lines: [{sku: "NONE", quantity: 1}]) { actualG } }`,
			`{ shippingEstimate(carrierCode: "DHL", lines: [{sku: "CUBE", quantity: 0}]) { actualG } }`,
			`{ shippingEstimate(carrierCode: "DHL", lines: [{sku: "HUGE", quantity: 1000000}]) { actualG } }`,
			`{ product(sku: "CUBE") { shippingWeight(carrierCode: "DHL", quantity: -1) { actualG } } }`,
		} {
			if code := g.Do(t, p, query, nil).Code(); code != "BAD_REQUEST" {
				t.Errorf("%s: %q", query, code)
			}
		}
		for want, change := range map[string]in{
			"INVALID input.volumetricDivisor":     {"code": "DHL", "volumetricDivisor": 0},
			"INVALID input.weightStepG":           {"code": "DHL", "weightStepG": 0},
			"REQUIRED input.name":                 {"code": "DHL", "name": " "},
			"NOT_FOUND input.code":                {"code": "UPS"},
			"STALE_VERSION input.expectedVersion": {"code": "DHL", "expectedVersion": 9},
		} {
			if r := g.Mutate(t, p, "carrierUpdate", "", change); r.Refused() != want {
				t.Errorf("%v: %s, want %s", change, r.Raw, want)
			}
		}
		g.Must(t, p, "carrierUpdate", "", in{"code": "DHL", "status": "ARCHIVED"})
		r := g.Do(t, p, `{ product(sku: "CUBE") { s: shippingWeight(carrierCode: "DHL") { actualG } } carriers(filter: {status: ACTIVE}) { nodes { code } totalCount } }`, nil)
		sameJSON(t, string(r.Data), `{"product":{"s":null},"carriers":{"nodes":[{"code":"AIR"}],"totalCount":1}}`)
	})
}

func TestStandInsComeInTheirOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "SZ01")
		g.Products(t, "OLD", "NEW", "ALIKE", "BEST", "OTHER")
		g.Must(t, p, "interchangeGroupCreate", "", in{"code": "pads", "members": []any{
			in{"sku": "old", "direction": "REPLACED"},
			in{"sku": "NEW", "direction": "STANDS_IN", "priority": 20},
			in{"sku": "ALIKE", "priority": 20},
			in{"sku": "BEST", "direction": "STANDS_IN", "priority": 10},
		}})
		g.Must(t, p, "interchangeGroupCreate", "", in{"code": "MORE", "members": []any{in{"sku": "NEW"}, in{"sku": "OTHER"}, in{"sku": "OLD", "priority": 0}}})
		standIns := func() map[string][]string {
			var got map[string][]string
			err := db.InTx(t.Context(), func(tx store.Tx) (err error) {
				got, err = catalog.StandIns(t.Context(), tx, []string{"OLD", "NEW", "ALIKE", "BEST"})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		want := map[string][]string{"OLD": {"BEST", "ALIKE", "NEW", "OTHER"}, "NEW": {"OLD", "OTHER"}, "ALIKE": {"BEST", "NEW"}}
		if got := standIns(); !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%v, want %v", got, want)
		}
		g.Must(t, p, "interchangeGroupUpdate", "", in{"code": "MORE", "status": "ARCHIVED"})
		delete(want, "NEW")
		want["OLD"] = []string{"BEST", "ALIKE", "NEW"}
		if got := standIns(); !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%v, want %v", got, want)
		}
		for i, sku := range []string{"NEW", "BEST", "OTHER"} {
			if r := adjust(t, g, p, sku, sku, "SZ01", i+1); len(r.UserErrors) > 0 {
				t.Fatal(r.Raw)
			}
		}
		r := g.Do(t, p, `{ alone: stocks(filter: {skus: ["OLD"]}) { nodes { sku } }
			stocks(filter: {skus: ["old"], includeInterchange: true}, orderBy: {field: SKU}) { nodes { sku standsInFor } totalCount }
			stocksBySku(skus: ["OLD", "OTHER"], includeInterchange: true) { sku total { available } standIns { sku total { available } product { name } } }
			plain: stocksBySku(skus: ["OLD"]) { standIns { sku } }
			product(sku: "OLD") { standIns { sku } interchange { code status members { sku direction priority } } }
			interchangeGroups(filter: {skus: ["BEST"]}) { nodes { code } totalCount } }`, nil)
		sameJSON(t, string(r.Data), `{"alone":{"nodes":[]},
			"stocks":{"nodes":[{"sku":"BEST","standsInFor":["ALIKE","OLD"]},{"sku":"NEW","standsInFor":["ALIKE","OLD"]}],"totalCount":2},
			"stocksBySku":[{"sku":"OLD","total":{"available":0},"standIns":[{"sku":"BEST","total":{"available":2},"product":{"name":"Product BEST"}},
				{"sku":"ALIKE","total":{"available":0},"product":{"name":"Product ALIKE"}},{"sku":"NEW","total":{"available":1},"product":{"name":"Product NEW"}}]},
				{"sku":"OTHER","total":{"available":3},"standIns":[]}],
			"plain":[{"standIns":[]}],
			"product":{"standIns":[{"sku":"BEST"},{"sku":"ALIKE"},{"sku":"NEW"}],"interchange":[
				{"code":"MORE","status":"ARCHIVED","members":[{"sku":"OLD","direction":"BOTH","priority":0},{"sku":"NEW","direction":"BOTH","priority":100},{"sku":"OTHER","direction":"BOTH","priority":100}]},
				{"code":"PADS","status":"ACTIVE","members":[{"sku":"BEST","direction":"STANDS_IN","priority":10},{"sku":"ALIKE","direction":"BOTH","priority":20},{"sku":"NEW","direction":"STANDS_IN","priority":20},{"sku":"OLD","direction":"REPLACED","priority":100}]}]},
			"interchangeGroups":{"nodes":[{"code":"PADS"}],"totalCount":1}}`)
		for want, change := range map[string]in{
			"NOT_FOUND input.members.0.sku":    {"code": "PADS", "members": []any{in{"sku": "NONE"}}},
			"INVALID input.members.1.sku":      {"code": "PADS", "members": []any{in{"sku": "NEW"}, in{"sku": "new"}}},
			"INVALID input.members.0.priority": {"code": "PADS", "members": []any{in{"sku": "NEW", "priority": -1}}},
			"NOT_FOUND input.code":             {"code": "NONE"},
		} {
			if r := g.Mutate(t, p, "interchangeGroupUpdate", "", change); r.Refused() != want {
				t.Errorf("%v: %s, want %s", change, r.Raw, want)
			}
		}
	})
}
