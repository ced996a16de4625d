package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestAnImportTellsWhatBecameOfEachRow(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Must(t, p, "productCreate", "", in{"sku": "A", "name": "A", "barcodes": []any{in{"barcode": "690"}}})
		g.Must(t, p, "productCreate", "", in{"sku": "B", "name": "B"})
		r := g.Mutate(t, p, "productsImport", "rows { index action product { sku name version } userErrors { code } }", in{
			"mode": "UPSERT", "errorPolicy": "REJECT_FAILED_ROWS", "rows": []any{
				in{"sku": "a", "name": "Alpha"},
				in{"sku": "B", "name": "B"},
				in{"sku": "C", "name": "C", "barcodes": []any{in{"barcode": "691"}}},
				in{"sku": "D", "name": "D", "barcodes": []any{in{"barcode": "691"}}},
				in{"sku": "E", "name": "E", "price": "-1", "barcodes": []any{in{"barcode": "692"}}},
				in{"sku": "F", "name": "F", "barcodes": []any{in{"barcode": "692"}}},
				in{"sku": "C", "name": "C again"},
			},
		})
		var out struct {
			Rows []struct {
				Index      int
				Action     string
				Product    *struct{ Sku, Name string }
				UserErrors []struct{ Code string }
			}
		}
		r.Into(t, &out)
		var got []string
		for _, row := range out.Rows {
			s := fmt.Sprint(row.Index, row.Action)
			if row.Product != nil {
				s += row.Product.Name
			}
			for _, e := range row.UserErrors {
				s += " " + e.Code
			}
			got = append(got, s)
		}
		want := []string{"0UPDATEDAlpha", "1UNCHANGEDB", "2CREATEDC", "3REJECTED TAKEN", "4REJECTED INVALID REQUIRED", "5CREATEDF", "6REJECTED INVALID"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
		if r.Refused() != "TAKEN input.rows.3.barcodes.0.barcode, INVALID input.rows.4.price, REQUIRED input.rows.4.priceCurrency, INVALID input.rows.6.sku" {
			t.Error(r.Refused())
		}
	})
}

func TestOfManyWhoTakeOneCodeAtOnceOneGetsIt(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		for round := range 3 {
			var wg sync.WaitGroup
			refused := make([]string, 6)
			for i := range refused {
				wg.Go(func() {
					input := in{"sku": fmt.Sprint("SAME", round), "name": fmt.Sprint("By ", i)}
					if i%2 == 1 {
						input = in{"sku": fmt.Sprint("OTHER", round, i), "name": "x", "barcodes": []any{in{"barcode": fmt.Sprint("same", round)}}}
					}
					refused[i] = g.Mutate(t, p, "productCreate", "", input).Refused()
				})
			}
			wg.Wait()
			slices.Sort(refused)
			want := []string{"", "", "TAKEN input.barcodes.0.barcode", "TAKEN input.barcodes.0.barcode", "TAKEN input.sku", "TAKEN input.sku"}
			if !slices.Equal(refused, want) {
				t.Errorf("%q", refused)
			}
		}
	})
}

func TestOfManyWhoEditOneVersionOneSucceeds(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Must(t, p, "productCreate", "", in{"sku": "A", "name": "A"})
		var wg sync.WaitGroup
		refused := make([]string, 5)
		for i := range refused {
			wg.Go(func() {
				refused[i] = g.Mutate(t, p, "productUpdate", "", in{"sku": "A", "name": fmt.Sprint("By ", i), "expectedVersion": 1}).Refused()
			})
		}
		wg.Wait()
		slices.Sort(refused)
		if s := "STALE_VERSION input.expectedVersion"; !slices.Equal(refused, []string{"", s, s, s, s}) {
			t.Errorf("%q", refused)
		}
	})
}

func TestBarcodesThatTwoReplaceAtOnceAreThoseOfOneOfThem(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Must(t, p, "productCreate", "", in{"sku": "A", "name": "A"})
		var wg sync.WaitGroup
		for _, code := range []string{"1", "2", "3"} {
			wg.Go(func() {
				for range 10 {
					var out product
					r := g.Mutate(t, p, "productUpdate", whole, in{"sku": "A", "barcodes": []any{in{"barcode": code}, in{"barcode": "all"}}})
					if r.Refused() == "CONFLICT " {
						continue
					}
					r.Into(t, &out)
					if r.Refused() != "" || len(out.Product.Barcodes) != 2 || !strings.Contains(r.Raw, `"`+code+`"`) {
						t.Errorf("%s: %s", code, r.Raw)
					}
				}
			})
		}
		wg.Wait()
	})
}
