package posting_test

import (
	"strings"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestScansCountBaseUnits(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.Must(t, f.manager, "productUpdate", "", object{"sku": "BRAKE-1", "barcodes": []any{object{"barcode": "box", "packQuantity": 12, "unit": "BOX"}, object{"barcode": "one"}, object{"barcode": "ship", "packQuantity": 1_000_000}}})
		r := f.Do(t, f.manager, `{ a: productByBarcode(barcode: " box ") { sku packQuantity unit product { name } } b: productByBarcode(barcode: "none") { sku } }`, nil)
		if want := `{"a":{"sku":"BRAKE-1","packQuantity":12,"unit":"BOX","product":{"name":"Product BRAKE-1"}},"b":null}`; string(r.Data) != want {
			t.Error(string(r.Data), r.Errors)
		}
		lines := func(l ...any) object {
			return object{"idempotencyKey": "k", "reasonCode": "T", "changes": l}
		}
		line := func(more object) object {
			l := object{"warehouseCode": "SZ01"}
			for k, v := range more {
				l[k] = v
			}
			return l
		}
		for want, l := range map[string]object{
			"INVALID input.changes.0.barcode":                             {"barcode": "box", "packs": 1, "sku": "BRAKE-1"},
			"REQUIRED input.changes.0.packs":                              {"barcode": "box"},
			"REQUIRED input.changes.0.barcode":                            {"packs": 1},
			"NOT_FOUND input.changes.0.barcode":                           {"barcode": "none", "packs": 1},
			"INVALID input.changes.0.packs":                               {"barcode": "ship", "packs": 3000},
			"REQUIRED input.changes.0.sku, INVALID input.changes.0.delta": {},
		} {
			if r := f.Mutate(t, f.manager, "stockAdjust", "", lines(line(l))); r.Refused() != want {
				t.Errorf("%v: %s, want %s", l, r.Raw, want)
			}
		}
		f.Must(t, f.manager, "stockAdjust", "", lines(line(object{"barcode": "box", "packs": 3, "unitCost": "1"}), line(object{"barcode": "one", "packs": -2}), line(object{"sku": "BRAKE-1", "delta": 5})))
		f.holds("36 − 2 + 5", "39/0")
		partly := lines(line(object{"barcode": "none", "packs": 1}), line(object{"barcode": "one", "packs": 1}))
		partly["idempotencyKey"], partly["errorPolicy"] = "p", "REJECT_FAILED_ROWS"
		if r := f.Mutate(t, f.manager, "stockAdjust", "movements { physicalDelta }", partly); r.Refused() != "NOT_FOUND input.changes.0.barcode" || !strings.Contains(r.Raw, `"movements":[{"physicalDelta":1}]`) {
			t.Error(r.Raw)
		}
		doc := object{"idempotencyKey": "d", "warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []any{object{"barcode": "box", "packs": 2}}}
		if r := f.Must(t, f.manager, "inboundCreate", "document { quantity lines { nodes { sku quantity } } }", doc); !strings.Contains(r.Raw, `{"sku":"BRAKE-1","quantity":24}`) {
			t.Error(r.Raw)
		}
		f.holds("received", "64/0")
		doc["idempotencyKey"], doc["lines"] = "e", []any{object{"barcode": "none", "packs": 2}, object{"barcode": "box", "packs": -1}, object{"barcode": "box", "packs": 1, "quantity": 1}}
		if r := f.Mutate(t, f.manager, "inboundCreate", "", doc); r.Refused() != "INVALID input.lines.1.packs, INVALID input.lines.2.barcode" {
			t.Error(r.Raw)
		}
		doc["lines"] = []any{object{"barcode": "none", "packs": 2}}
		if r := f.Mutate(t, f.manager, "inboundCreate", "", doc); r.Refused() != "NOT_FOUND input.lines.0.barcode" {
			t.Error(r.Raw)
		}
		made := f.Must(t, f.manager, "inboundCreate", "document { no version }", object{"idempotencyKey": "u", "warehouseCode": "SZ01", "lines": []any{object{"sku": "LAMP-1", "quantity": 1}}})
		var out struct {
			Document struct {
				No      string
				Version int64
			}
		}
		made.Into(t, &out)
		r2 := f.Must(t, f.manager, "documentUpdate", "document { lines { nodes { sku quantity } } }", object{"idempotencyKey": "v", "no": out.Document.No, "expectedVersion": out.Document.Version, "lines": []any{object{"barcode": "one", "packs": 7}}})
		if !strings.Contains(r2.Raw, `{"sku":"BRAKE-1","quantity":7}`) {
			t.Error(r2.Raw)
		}
	})
}
