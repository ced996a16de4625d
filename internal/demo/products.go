package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/money"
)

const yuan = money.Amount(10_000)

// A part is one SKU of the company. Number is its place in the range.
type part struct {
	special
	number int
	cost   money.Amount // CNY
}

// catalogue is the whole range, in an order that never changes.
func catalogue() (parts []part) {
	add := func(s special) {
		parts = append(parts, part{special: s, number: len(parts), cost: money.Amount(s.cents) * yuan / 100})
	}
	for _, f := range families {
		of := strings.Fields(f.positions)
		if len(of) == 0 {
			of = []string{""}
		}
		for _, v := range vehicles {
			if !slices.Contains(strings.Fields(f.fits), v.code) {
				continue
			}
			for _, at := range of {
				if s := f.on(v, at); !nonsense[s.sku] {
					add(s)
				}
			}
		}
	}
	for _, s := range specials {
		add(s)
	}
	return parts
}

// on is the part of the family for a vehicle, at a position if it has several.
func (f family) on(v vehicle, at string) special {
	p := position{percent: 100}
	sku, english := f.code+"-"+v.code, f.english
	if at != "" {
		p = positions[at]
		sku, english = sku+"-"+at, english+" "+p.english
	}
	spec := v.years + " " + v.model
	if f.ofEngine {
		spec += " " + v.engine
	}
	percent := v.size * p.percent
	return special{
		sku: sku, name: v.name + p.name + f.name, english: english + ", " + v.english, category: f.category, spec: spec, unit: f.unit,
		cents: f.yuan * percent / 5000 * 50, grams: f.grams * percent / 100_000 * 10,
		length: f.length, width: f.width, height: f.height, minStock: f.minStock, inner: f.inner, outer: f.outer,
	}
}

func (b *books) listProducts(ctx context.Context) error {
	var rows []catalog.ImportRow
	for _, p := range b.parts {
		rows = append(rows, p.row())
	}
	for chunk := range slices.Chunk(rows, command.MaxRows) {
		in := catalog.ImportInput{Import: creating("products-" + chunk[0].SKU), Rows: chunk}
		done, err := b.Catalog.Import(ctx, in)
		if err := onlyTaken(done.UserErrors, err); err != nil {
			return err
		}
	}
	return nil
}

func (p part) row() catalog.ImportRow {
	price, currency, brand, most := p.cost*5/2, "CNY", brands[p.category], p.minStock*12
	r := catalog.ImportRow{SKU: p.sku, Fields: catalog.Fields{
		Name: &p.name, EnglishName: &p.english, Category: &p.category, Brand: &brand, Spec: &p.spec, Unit: &p.unit,
		Price: &price, PriceCurrency: &currency, MinStock: &p.minStock, MaxStock: &most,
		WeightG: &p.grams, LengthMm: &p.length, WidthMm: &p.width, HeightMm: &p.height,
		Barcodes: []catalog.BarcodeInput{{Barcode: ean13(p.number), PackQuantity: 1}},
	}}
	for level, units := range []int64{p.inner, p.outer} {
		if units > 0 {
			r.Barcodes = append(r.Barcodes, catalog.BarcodeInput{Barcode: itf14(level+1, p.number), PackQuantity: units})
		}
	}
	return r
}

// prefix is of a company in China: 690 to 695 are its numbers.
const prefix = "6932104"

func ean13(number int) string { return withCheckDigit(fmt.Sprintf("%s%05d", prefix, number+1)) }

// itf14 is the number of a pack: the level of packing before that of the unit.
func itf14(level, number int) string {
	return withCheckDigit(fmt.Sprintf("%d%s%05d", level, prefix, number+1))
}

// withCheckDigit weighs the digits 3, 1, 3 … from the right, as GS1 does.
func withCheckDigit(digits string) string {
	sum := 0
	for i, d := range digits {
		weight := 1
		if (len(digits)-i)%2 == 1 {
			weight = 3
		}
		sum += weight * int(d-'0')
	}
	return fmt.Sprintf("%s%d", digits, (10-sum%10)%10)
}
