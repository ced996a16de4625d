package catalog

import (
	"context"
	"strconv"
	"strings"

	"entrepot/ent"
	"entrepot/ent/barcode"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// BarcodesOf are the barcodes of products, in the order of entry. People
// without product:view get none.
func BarcodesOf(ctx context.Context, db *store.DB, skus []string) (_ []*ent.Barcode, err error) {
	defer fault.Wrap(&err, "catalog.BarcodesOf")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	return db.Ent().Barcode.Query().Where(page.In(barcode.FieldSku, skus)).Order(ent.Asc(barcode.FieldID)).All(ctx)
}

func checkBarcodes(faults *fault.List, path fault.Path, list []BarcodeInput) {
	if len(list) > maxBarcodes {
		faults.Add(fault.TooMany, path, "a product bears at most %d barcodes, not %d", maxBarcodes, len(list))
		return
	}
	first := map[string]bool{}
	for j := range list {
		b := &list[j]
		at := path.At(strconv.Itoa(j))
		b.Barcode = strings.TrimSpace(b.Barcode)
		switch {
		case b.Barcode == "":
			faults.Add(fault.Required, at.At("barcode"), "give the barcode")
		case len(b.Barcode) > MaxSKU:
			faults.Add(fault.Invalid, at.At("barcode"), "a barcode has at most %d bytes, %q has %d", MaxSKU, command.Short(b.Barcode), len(b.Barcode))
		case first[b.Barcode]:
			faults.Add(fault.Invalid, at.At("barcode"), "barcode %s is in the list twice", b.Barcode)
		default:
			command.CheckLine(faults, at.At("barcode"), b.Barcode, "a barcode", MaxSKU)
		}
		first[b.Barcode] = true
		if b.PackQuantity < 1 || b.PackQuantity > maxPack {
			faults.Add(fault.Invalid, at.At("packQuantity"), "a pack holds 1 to %d units, not %d", maxPack, b.PackQuantity)
		}
		b.Unit = strings.TrimSpace(b.Unit)
		command.CheckLine(faults, at.At("unit"), b.Unit, "a unit", 20)
	}
}

// take lets later rows see whose barcodes the accepted row i has taken.
func (p *barcodes) take(i int) {
	for _, b := range p.come[i] {
		p.owner[b.Barcode] = b.Sku
	}
}

// finish writes the barcodes of the accepted rows.
func (p *barcodes) finish(ctx context.Context, tx store.Tx, accepted []int) error {
	var gone []int64
	var come []*ent.Barcode
	for _, i := range accepted {
		gone = append(gone, p.gone[i]...)
		come = append(come, p.come[i]...)
	}
	if len(gone) > 0 {
		if _, err := tx.Ent.Barcode.Delete().Where(page.In(barcode.FieldID, gone)).Exec(ctx); err != nil {
			return err
		}
	}
	n, err := store.InsertAll(ctx, tx, barcode.Table, barcodeColumns, come)
	if err == nil && n < len(come) {
		return store.ErrRetry // somebody else's by now: see whose
	}
	return err
}

// barcodes plans which barcodes go and which come, over all rows of a command.
type barcodes struct {
	of    map[string][]*ent.Barcode // by SKU
	owner map[string]string         // the SKU that bears a barcode
	gone  map[int][]int64           // by row, as is what comes
	come  map[int][]*ent.Barcode
}

// lookBarcodes reads what the products of rows bear and who bears what they are
// to bear; nothing when no row is about barcodes.
func lookBarcodes(ctx context.Context, tx store.Tx, rows []change) (barcodes, error) {
	p := barcodes{
		of: map[string][]*ent.Barcode{}, owner: map[string]string{},
		gone: map[int][]int64{}, come: map[int][]*ent.Barcode{},
	}
	var skus, codes []string
	for _, c := range rows {
		if c.Barcodes == nil {
			continue
		}
		skus = append(skus, c.sku)
		for _, b := range c.Barcodes {
			codes = append(codes, b.Barcode)
		}
	}
	if len(skus) == 0 {
		return p, nil
	}
	found, err := tx.Ent.Barcode.Query().Where(barcode.Or(page.In(barcode.FieldSku, skus), page.In(barcode.FieldBarcode, codes))).
		Order(ent.Asc(barcode.FieldID)).All(ctx)
	for _, b := range found {
		p.of[b.Sku] = append(p.of[b.Sku], b)
		p.owner[b.Barcode] = b.Sku
	}
	return p, err
}

// plan says whether the barcodes of the product of row i change. A list in another
// order is no change.
func (p *barcodes) plan(faults *fault.List, path fault.Path, i int, c change) (changes bool) {
	if c.Barcodes == nil {
		return false
	}
	wanted := make(map[string]BarcodeInput, len(c.Barcodes))
	for _, b := range c.Barcodes {
		wanted[b.Barcode] = b
	}
	stays := map[string]bool{}
	var gone []int64
	for _, b := range p.of[c.sku] {
		if wanted[b.Barcode] == (BarcodeInput{b.Barcode, b.PackQuantity, b.Unit}) {
			stays[b.Barcode] = true
		} else {
			gone = append(gone, b.ID)
		}
	}
	var come []*ent.Barcode
	for j, b := range c.Barcodes {
		if owner, known := p.owner[b.Barcode]; known && owner != c.sku {
			faults.Add(fault.Taken, path.At(strconv.Itoa(j)).At("barcode"), "barcode %s is on SKU %s; take it off there first", b.Barcode, owner)
		} else if !stays[b.Barcode] {
			come = append(come, &ent.Barcode{Sku: c.sku, Barcode: b.Barcode, PackQuantity: b.PackQuantity, Unit: b.Unit})
		}
	}
	p.gone[i], p.come[i] = gone, come
	return len(gone)+len(come) > 0
}

var barcodeColumns = []store.Column[*ent.Barcode]{
	{Name: barcode.FieldSku, Type: "text", Value: func(b *ent.Barcode) any { return b.Sku }},
	{Name: barcode.FieldBarcode, Type: "text", Value: func(b *ent.Barcode) any { return b.Barcode }},
	{Name: barcode.FieldPackQuantity, Type: "bigint", Value: func(b *ent.Barcode) any { return b.PackQuantity }},
	{Name: barcode.FieldUnit, Type: "text", Value: func(b *ent.Barcode) any { return b.Unit }},
}
