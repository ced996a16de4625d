package catalog

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/barcode"
	"entrepot/ent/kitcomponent"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// hung is what hangs on products, by SKU.
type hung struct {
	barcodes   map[string][]*ent.Barcode
	components map[string][]Component
}

// find finds the products of the rows, and locks them and what they are to
// consist of: whether that may be so is asked of both sides.
func (e *editor) find(ctx context.Context, tx store.Tx) (map[int]*ent.Product, error) {
	var skus []string
	for _, c := range e.rows {
		skus = append(skus, c.sku)
		for _, part := range c.Components {
			skus = append(skus, part.SKU)
		}
	}
	found, err := bySKU(ctx, tx, skus)
	e.kits.products = found
	rows := make(map[int]*ent.Product, len(found))
	for i, c := range e.rows {
		if p := found[c.sku]; p != nil {
			rows[i] = p
		}
	}
	return rows, err
}

func (e *editor) look(ctx context.Context, tx store.Tx) (err error) {
	if e.codes, err = lookBarcodes(ctx, tx, e.rows); err != nil {
		return err
	}
	e.kits, err = lookKits(ctx, tx, e.rows, e.kits.products)
	return err
}

// take lets later rows see what the accepted row i did.
func (e *editor) take(i int) {
	e.codes.take(i)
	e.kits.take(i)
}

// finish writes what hangs on the accepted rows.
func (e *editor) finish(ctx context.Context, tx store.Tx, accepted []int) error {
	if err := e.codes.finish(ctx, tx, accepted); err != nil {
		return err
	}
	return e.kits.finish(ctx, tx, accepted)
}

func (e *editor) show(ctx context.Context, tx store.Tx, rows []*ent.Product) error {
	skus := make([]string, len(rows))
	e.shown.barcodes = make(map[string][]*ent.Barcode, len(rows))
	for i, p := range rows {
		skus[i], e.shown.barcodes[p.Sku] = p.Sku, nil
	}
	found, err := tx.Ent.Barcode.Query().Where(page.In(barcode.FieldSku, skus)).Order(ent.Asc(barcode.FieldID)).All(ctx)
	if err != nil {
		return err
	}
	for _, b := range found {
		e.shown.barcodes[b.Sku] = append(e.shown.barcodes[b.Sku], b)
	}
	parts, err := tx.Ent.KitComponent.Query().Where(page.In(kitcomponent.FieldKitSku, skus)).Order(ent.Asc(kitcomponent.FieldSku)).All(ctx)
	e.shown.components = componentsOf(parts)
	for _, sku := range skus {
		e.shown.components[sku] = append([]Component{}, e.shown.components[sku]...)
	}
	return err
}
