package catalog

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/kitcomponent"
	"entrepot/ent/product"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// MaxComponents is the most components of one kit.
const MaxComponents = 100

// Component is a part of a kit: Quantity base units of SKU make one unit of it.
type Component struct {
	SKU      string
	Quantity int64
}

// Components are the parts of those of the SKUs, as stored, that are kits, by SKU
// bytes; other products are not in the map. What sort of thing each kit is stays
// so until the transaction ends: whoever would change it waits. The parts may
// change behind the caller's back, so what must stay is copied.
func Components(ctx context.Context, tx store.Tx, skus []string) (_ map[string][]Component, err error) {
	defer fault.Wrap(&err, "catalog.Components")
	kits, err := tx.Ent.Product.Query().Where(page.In(product.FieldSku, skus), product.KindNEQ(stock.ProductStandard), store.Hold).
		Order(ent.Asc(product.FieldSku)).Select(product.FieldSku).Strings(ctx)
	if err != nil || len(kits) == 0 {
		return nil, err
	}
	rows, err := tx.Ent.KitComponent.Query().Where(page.In(kitcomponent.FieldKitSku, kits)).Order(ent.Asc(kitcomponent.FieldSku)).All(ctx)
	return componentsOf(rows), err
}

func componentsOf(rows []*ent.KitComponent) map[string][]Component {
	out := map[string][]Component{}
	for _, c := range rows {
		out[c.KitSku] = append(out[c.KitSku], Component{c.Sku, c.Quantity})
	}
	return out
}
