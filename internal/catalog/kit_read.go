package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/ent/kitcomponent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// ComponentsOf are the parts of kits, by SKU bytes. People without product:view
// get none.
func ComponentsOf(ctx context.Context, db *store.DB, kits []string) (_ map[string][]Component, err error) {
	defer fault.Wrap(&err, "catalog.ComponentsOf")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	rows, err := db.Ent().KitComponent.Query().Where(page.In(kitcomponent.FieldKitSku, kits)).Order(ent.Asc(kitcomponent.FieldSku)).All(ctx)
	return componentsOf(rows), err
}

// KitsOf are the kits that SKUs are components of, by SKU bytes. People without
// product:view get none.
func KitsOf(ctx context.Context, db *store.DB, skus []string) (_ map[string][]string, err error) {
	defer fault.Wrap(&err, "catalog.KitsOf")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	rows, err := db.Ent().KitComponent.Query().Where(page.In(kitcomponent.FieldSku, skus)).Order(ent.Asc(kitcomponent.FieldKitSku)).All(ctx)
	out := map[string][]string{}
	for _, c := range rows {
		out[c.Sku] = append(out[c.Sku], c.KitSku)
	}
	return out, err
}

// KitAvailability is how many whole kits the available units of the components in
// one warehouse make.
type KitAvailability struct {
	KitSKU        string
	WarehouseID   int64
	WarehouseCode string
	Quantity      int64
	// Limiting is the component of which the fewest kits can be made, the first by
	// SKU bytes when several are; LimitingAvailable are its available units here,
	// LimitingPerKit how many one kit takes.
	Limiting                          string
	LimitingAvailable, LimitingPerKit int64
}

// The warehouses of a kit are those that ever stocked one of its components; a
// component that is not there counts as none.
var kitAvailabilitySQL = func() map[string]string {
	query := func(among string) string {
		return `WITH parts AS MATERIALIZED (SELECT kit_sku, sku, quantity FROM kit_components WHERE kit_sku ` + among + `),
held AS MATERIALIZED (SELECT warehouse_id, sku, sum(available_quantity) AS n FROM stocks
  WHERE sku IN (SELECT sku FROM parts) GROUP BY warehouse_id, sku),
places AS (SELECT DISTINCT p.kit_sku, h.warehouse_id FROM parts p JOIN held h ON h.sku = p.sku)
SELECT pl.kit_sku, w.id, w.code, p.sku, p.quantity, CAST(coalesce(h.n, 0) AS bigint) FROM places pl
JOIN parts p ON p.kit_sku = pl.kit_sku JOIN warehouses w ON w.id = pl.warehouse_id
LEFT JOIN held h ON h.sku = p.sku AND h.warehouse_id = pl.warehouse_id
ORDER BY pl.kit_sku, w.id, p.sku`
	}
	return map[string]string{
		dialect.Postgres: query("= ANY ($1)"),
		dialect.SQLite:   query("IN (SELECT value FROM json_each($1))"),
	}
}()

// KitAvailabilityOf tells how many whole kits each warehouse could send or build
// now, by kit and in the order of warehouses, in one statement for all kits.
// Units of batches that are on hold are not available; those of a batch that
// expires too soon for a customer are. People without stock:view get none.
func KitAvailabilityOf(ctx context.Context, db *store.DB, kits []string) (_ map[string][]*KitAvailability, err error) {
	defer fault.Wrap(&err, "catalog.KitAvailabilityOf")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	rows, err := db.SQL().QueryContext(ctx, kitAvailabilitySQL[db.Dialect()], store.Strings(db.Dialect(), kits))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]*KitAvailability{}
	var last *KitAvailability
	for rows.Next() {
		var a KitAvailability
		if err := rows.Scan(&a.KitSKU, &a.WarehouseID, &a.WarehouseCode, &a.Limiting, &a.LimitingPerKit, &a.LimitingAvailable); err != nil {
			return nil, err
		}
		a.Quantity = a.LimitingAvailable / a.LimitingPerKit
		switch {
		case last == nil || last.KitSKU != a.KitSKU || last.WarehouseID != a.WarehouseID:
			last = &a
			out[a.KitSKU] = append(out[a.KitSKU], last)
		case a.Quantity < last.Quantity:
			*last = a
		}
	}
	return out, rows.Err()
}

// KitAvailabilities is [KitAvailabilityOf] for one list, by kit, then in the order of
// warehouses. Ends with Forbidden without stock:view, with BadRequest for more than
// page.MaxKeys SKUs.
func KitAvailabilities(ctx context.Context, db *store.DB, skus []string, warehouseCode *string) (_ []*KitAvailability, err error) {
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	if err := page.Keys("skus", len(skus)); err != nil {
		return nil, err
	}
	found, err := KitAvailabilityOf(ctx, db, SKUs(skus))
	out := []*KitAvailability{}
	for _, kit := range slices.Sorted(maps.Keys(found)) {
		out = append(out, InWarehouse(found[kit], warehouseCode)...)
	}
	return out, err
}

// InWarehouse keeps what is in the warehouse of a code, all for none.
func InWarehouse(list []*KitAvailability, warehouseCode *string) []*KitAvailability {
	if warehouseCode == nil {
		return list
	}
	code := strings.ToUpper(strings.TrimSpace(*warehouseCode))
	for _, a := range list {
		if a.WarehouseCode == code {
			return []*KitAvailability{a}
		}
	}
	return nil
}
