package demo_test

import (
	"strings"
	"testing"
	"unicode"

	"entrepot/ent"
	"entrepot/internal/demo"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// known are the SKUs that texts and tests outside speak of.
const known = `BP-F150-FR BP-F150-RR BD-GOLF-FR BD-GOLF-RR OF-UNI-68 OF-BMW-N20 AF-CIVIC-10 CF-CAMRY-70 SP-IR-06 IC-A4-20T
HL-CRV-L HL-CRV-R TL-TACOMA-L TL-TACOMA-R WB-UNI-24 WB-UNI-18 SA-RAM-FR SA-RAM-RR CA-X5-LL CA-X5-LR WP-EA888 TH-EA888 AL-12V-150 BT-AGM-70`

func TestEveryProductIsWhole(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		prepare(t, db)
		load(t, db, friday)
		products, err := db.Ent().Product.Query().All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]string{}
		for _, p := range products {
			checkProduct(t, p)
			for _, name := range []string{p.Name, p.EnglishName} {
				if other, twice := names[name]; twice {
					t.Errorf("%s and %s are both %s", p.Sku, other, name)
				}
				names[name] = p.Sku
			}
		}
		barcodes, err := db.Ent().Barcode.Query().All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		singles := map[string]int{}
		for _, b := range barcodes {
			code := b.Barcode
			if !checked(code) {
				t.Errorf("%s: the check digit of %s is wrong", b.Sku, code)
			}
			switch {
			case len(code) == 13 && b.PackQuantity == 1 && code >= "690" && code < "696":
				singles[b.Sku]++
			case len(code) != 14 || b.PackQuantity < 2:
				t.Errorf("%s: %s of %d units is neither an EAN-13 nor an ITF-14", b.Sku, code, b.PackQuantity)
			}
		}
		for _, p := range products {
			if singles[p.Sku] != 1 {
				t.Errorf("%s has %d EAN-13", p.Sku, singles[p.Sku])
			}
		}
		for _, sku := range strings.Fields(known) {
			if count(t, db, "SELECT count(*) FROM products WHERE sku = $1", sku) != 1 {
				t.Errorf("there is no %s", sku)
			}
		}
	})
}

func checkProduct(t *testing.T, p *ent.Product) {
	t.Helper()
	chinese := strings.ContainsFunc(p.Name, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	if !chinese || p.EnglishName == "" || strings.ContainsFunc(p.EnglishName, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Errorf("%s is called %q and %q", p.Sku, p.Name, p.EnglishName)
	}
	words := strings.Fields(strings.ToLower(strings.ReplaceAll(p.EnglishName, ",", " ")))
	for i, w := range words[1:] {
		if w == words[i] {
			t.Errorf("%s stammers: %s", p.Sku, p.EnglishName)
		}
	}
	if p.Category == "" || p.Brand == "" || p.Spec == "" || p.Unit == "" || p.Price == nil || *p.Price <= 0 || p.PriceCurrency != "CNY" {
		t.Errorf("something of %s is missing: %+v", p.Sku, p)
	}
	if p.MinStock <= 0 || p.MaxStock == nil || *p.MaxStock <= p.MinStock {
		t.Errorf("%s is to be held between %d and %v", p.Sku, p.MinStock, p.MaxStock)
	}
	// Nothing here floats on water like cork, nor weighs like lead.
	litres := float64(p.LengthMm*p.WidthMm*p.HeightMm) / 1e6
	if density := float64(p.WeightG) / 1000 / litres; density < 0.03 || density > 4 {
		t.Errorf("%s: %d g in %.1f l", p.Sku, p.WeightG, litres)
	}
}

// checked weighs all digits, the check digit among them.
func checked(code string) bool {
	sum := 0
	for i := range code {
		weight := 1
		if (len(code)-i)%2 == 0 {
			weight = 3
		}
		sum += weight * int(code[i]-'0')
	}
	return sum%10 == 0
}

func TestBooksInAnotherCurrency(t *testing.T) {
	t.Parallel()
	db := testdb.SQLite(t)
	prepare(t, db)
	if _, err := demo.Load(t.Context(), demo.New(db, "GBP", still(friday))); err == nil {
		t.Error("there are no rates to GBP")
	}
	if _, err := demo.Load(t.Context(), demo.New(db, "EUR", still(friday))); err != nil {
		t.Error(err)
	}
	verify(t, db)
}
