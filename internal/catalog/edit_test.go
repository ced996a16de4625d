package catalog_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"entrepot/ent"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

type in = map[string]any

func open(t *testing.T, db *store.DB) (*graphtest.Graph, *auth.Principal) {
	t.Helper()
	g := graphtest.New(t, db)
	return g, g.SignIn(t, auth.RoleManager)
}

// state is every product with its barcodes.
func state(t *testing.T, db *store.DB) string {
	t.Helper()
	products, err := db.Ent().Product.Query().Order(ent.Asc("id")).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	barcodes, err := db.Ent().Barcode.Query().Order(ent.Asc("id")).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal([]any{products, barcodes})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

const whole = `product { sku name englishName unit price priceCurrency minStock maxStock weightG status version barcodes { barcode packQuantity } }`

type product struct {
	Product *struct {
		Sku, Name, EnglishName, Unit, PriceCurrency, Status string
		Price                                               *string
		MinStock, WeightG, Version                          int64
		MaxStock                                            *int64
		Barcodes                                            []struct {
			Barcode      string
			PackQuantity int64
		}
	}
}

func TestAProductLivesFromItsFirstDayToItsArchive(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		for _, step := range []struct {
			does, mutation string
			input          in
			want           string
		}{
			{
				"tidies codes", "productCreate",
				in{"sku": " ab-1 ", "name": " One ", "price": "1.25", "priceCurrency": "cny", "maxStock": 9, "barcodes": []any{in{"barcode": " 690 "}, in{"barcode": "Box", "packQuantity": 12}}},
				`AB-1 "One" PCS 1.25 CNY 0..9 ACTIVE v1 690×1 Box×12`,
			},
			{"changes what is given", "productUpdate", in{"sku": "AB-1", "name": "Uno", "minStock": 3, "expectedVersion": 1}, `AB-1 "Uno" PCS 1.25 CNY 3..9 ACTIVE v2 690×1 Box×12`},
			{"keeps its version when nothing changes", "productUpdate", in{"sku": "ab-1", "name": "Uno", "barcodes": []any{in{"barcode": "Box", "packQuantity": 12}, in{"barcode": "690"}}}, `AB-1 "Uno" PCS 1.25 CNY 3..9 ACTIVE v2 690×1 Box×12`},
			{"clears by null", "productUpdate", in{"sku": "AB-1", "price": nil, "maxStock": nil}, `AB-1 "Uno" PCS - - 3..- ACTIVE v3 690×1 Box×12`},
			{"takes null for what cannot be empty as not given", "productUpdate", in{"sku": "AB-1", "name": nil, "barcodes": nil}, `AB-1 "Uno" PCS - - 3..- ACTIVE v3 690×1 Box×12`},
			{"replaces barcodes", "productUpdate", in{"sku": "AB-1", "barcodes": []any{in{"barcode": "Box", "packQuantity": 10}, in{"barcode": "691"}}}, `AB-1 "Uno" PCS - - 3..- ACTIVE v4 Box×10 691×1`},
			{"takes barcodes away", "productUpdate", in{"sku": "AB-1", "barcodes": []any{}}, `AB-1 "Uno" PCS - - 3..- ACTIVE v5`},
			{"is archived", "productArchive", in{"sku": "AB-1", "expectedVersion": 5}, `AB-1 "Uno" PCS - - 3..- ARCHIVED v6`},
			{"is archived twice", "productArchive", in{"sku": "AB-1"}, `AB-1 "Uno" PCS - - 3..- ARCHIVED v6`},
			{"is restored", "productRestore", in{"sku": "AB-1"}, `AB-1 "Uno" PCS - - 3..- ACTIVE v7`},
		} {
			var out product
			g.Must(t, p, step.mutation, whole, step.input).Into(t, &out)
			if got := out.String(); got != step.want {
				t.Errorf("%s:\n got %s\nwant %s", step.does, got, step.want)
			}
		}
	})
}

func (o product) String() string {
	p := o.Product
	or := func(v string, ok bool) string {
		if !ok || v == "" {
			return "-"
		}
		return v
	}
	price, most := "", ""
	if p.Price != nil {
		price = *p.Price
	}
	if p.MaxStock != nil {
		most = fmt.Sprint(*p.MaxStock)
	}
	s := fmt.Sprintf("%s %q %s %s %s %d..%s %s v%d", p.Sku, p.Name, p.Unit, or(price, true), or(p.PriceCurrency, true), p.MinStock, or(most, true), p.Status, p.Version)
	for _, b := range p.Barcodes {
		s += fmt.Sprintf(" %s×%d", b.Barcode, b.PackQuantity)
	}
	return s
}

func TestABadProductIsRefusedWithAllThatIsWrong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3000)
	var many []any
	for i := range 51 {
		many = append(many, in{"barcode": fmt.Sprint(i)})
	}
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Must(t, p, "productCreate", "", in{"sku": "A", "name": "A", "price": "1", "priceCurrency": "CNY", "minStock": 5, "maxStock": 9, "barcodes": []any{in{"barcode": "690"}}})
		g.Must(t, p, "productCreate", "", in{"sku": "OLD", "name": "Old"})
		g.Must(t, p, "productArchive", "", in{"sku": "OLD"})
		before := state(t, db)
		for _, bad := range []struct {
			mutation string
			input    in
			want     string
		}{
			{"productCreate", in{"sku": " ", "name": " "}, "REQUIRED input.sku, REQUIRED input.name"},
			{"productCreate", in{"sku": "a", "name": "A"}, "TAKEN input.sku"},
			{"productCreate", in{"sku": "old", "name": "A"}, "TAKEN input.sku"},
			{"productCreate", in{"sku": long, "name": long, "brand": long, "description": long, "unit": long}, "INVALID input.sku, INVALID input.name, INVALID input.brand, INVALID input.unit, INVALID input.description"},
			{"productCreate", in{"sku": "B\u0007", "name": "a\nb"}, "INVALID input.sku, INVALID input.name"},
			{"productCreate", in{"sku": "B", "name": "B", "price": "-1", "priceCurrency": "yuan"}, "INVALID input.priceCurrency, INVALID input.price"},
			{"productCreate", in{"sku": "B", "name": "B", "price": "1"}, "REQUIRED input.priceCurrency"},
			{"productCreate", in{"sku": "B", "name": "B", "priceCurrency": "CNY"}, "INVALID input.priceCurrency"},
			{"productCreate", in{"sku": "B", "name": "B", "minStock": -1, "weightG": "9000000000"}, "INVALID input.minStock, INVALID input.weightG"},
			{"productCreate", in{"sku": "B", "name": "B", "minStock": 2, "maxStock": 1}, "INVALID input.maxStock"},
			{"productUpdate", in{"sku": "A", "minStock": 10}, "INVALID input.minStock"},
			{"productCreate", in{"sku": "B", "name": "B", "barcodes": many}, "TOO_MANY input.barcodes"},
			{
				"productCreate",
				in{"sku": "B", "name": "B", "barcodes": []any{in{"barcode": ""}, in{"barcode": "1", "packQuantity": 0}, in{"barcode": "1", "packQuantity": 1000001}}},
				"REQUIRED input.barcodes.0.barcode, INVALID input.barcodes.1.packQuantity, INVALID input.barcodes.2.barcode, INVALID input.barcodes.2.packQuantity",
			},
			{"productCreate", in{"sku": "B", "name": "B", "barcodes": []any{in{"barcode": "1"}, in{"barcode": "690"}}}, "TAKEN input.barcodes.1.barcode"},
			{"productUpdate", in{"sku": "nope", "name": "B"}, "NOT_FOUND input.sku"},
			{"productUpdate", in{"sku": "A", "name": "B", "expectedVersion": 7}, "STALE_VERSION input.expectedVersion"},
			{"productArchive", in{"sku": "nope"}, "NOT_FOUND input.sku"},
			{"productRestore", in{"sku": "A", "expectedVersion": 9}, "STALE_VERSION input.expectedVersion"},
			{"productCreate", in{"sku": "B", "name": "B", "idempotencyKey": strings.Repeat("k", 101)}, "INVALID input.idempotencyKey"},
			{"productsImport", in{"mode": "CREATE", "rows": []any{}}, "REQUIRED input.rows"},
			{
				"productsImport",
				in{"mode": "UPSERT", "rows": []any{in{"sku": "C", "name": "C"}, in{"sku": "c", "name": "C"}, in{"sku": "D"}, in{"sku": "E", "name": "E", "barcodes": []any{in{"barcode": "690"}}}}},
				"INVALID input.rows.1.sku, REQUIRED input.rows.2.name, TAKEN input.rows.3.barcodes.0.barcode",
			},
			{"productsImport", in{"mode": "CREATE", "errorPolicy": "REJECT_FAILED_ROWS", "rows": []any{in{"sku": "A", "name": "C"}, in{"sku": "old", "name": "C"}}}, "TAKEN input.rows.0.sku, TAKEN input.rows.1.sku"},
			{"productsImport", in{"mode": "UPDATE", "rows": []any{in{"sku": "A", "name": "New", "expectedVersion": 3}, in{"sku": "Z"}}}, "STALE_VERSION input.rows.0.expectedVersion, NOT_FOUND input.rows.1.sku"},
		} {
			for _, dry := range []bool{true, false} {
				bad.input["dryRun"] = dry
				if r := g.Mutate(t, p, bad.mutation, "", bad.input); r.Refused() != bad.want {
					t.Errorf("%s %.200v:\n got %s\nwant %s", bad.mutation, bad.input, r.Refused(), bad.want)
				} else if f := r.UserErrors[0]; (f.Code == "STALE_VERSION") != (f.CurrentVersion != nil) {
					t.Errorf("%s: %+v", bad.mutation, f)
				}
			}
		}
		var rows []any
		for i := range 251 {
			rows = append(rows, in{"sku": fmt.Sprint("R", i), "name": "R"})
		}
		if r := g.Mutate(t, p, "productsImport", "rows { index }", in{"mode": "CREATE", "rows": rows}); r.Refused() != "TOO_MANY input.rows" || !strings.Contains(r.Raw, `"rows": []`) && !strings.Contains(r.Raw, `"rows":[]`) {
			t.Error(r.Raw)
		}
		if after := state(t, db); after != before {
			t.Errorf("changed\n%s\nto\n%s", before, after)
		}
	})
}
