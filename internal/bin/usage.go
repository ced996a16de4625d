package bin

import (
	"context"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Usage is how full a bin is.
type Usage struct {
	// Quantity is how many units lie there.
	Quantity int64
	// UsedCm3 is their volume, rounded up, as far as their sizes are known.
	UsedCm3 int64
}

// Units is how many units lie there; nil of nil.
func (u *Usage) Units() *int64 {
	if u == nil {
		return nil
	}
	return &u.Quantity
}

// Used is the volume in cm³ that they take; nil of nil.
func (u *Usage) Used() *int64 {
	if u == nil {
		return nil
	}
	return &u.UsedCm3
}

// Free is the volume in cm³ that is left in the bin, 0 when it is overfull; nil of
// nil and for a bin without a limit.
func (u *Usage) Free(l *ent.Location) *int64 {
	if u == nil || l.MaxVolumeCm3 == 0 {
		return nil
	}
	free := max(l.MaxVolumeCm3-u.UsedCm3, 0)
	return &free
}

// A sum of volumes beyond all bounds is told as the largest number.
var usageSQL = map[string]string{
	dialect.Postgres: `SELECT l.location_id, sum(l.quantity)::bigint,
  least(ceil(sum(l.quantity::numeric * (p.length_mm * p.width_mm * p.height_mm)) / 1000), 9000000000000000000)::bigint
FROM unnest($1::bigint[]) AS b(id) JOIN location_stocks l ON l.location_id = b.id AND l.quantity > 0
JOIN stocks s ON s.id = l.stock_id AND s.warehouse_id = l.warehouse_id JOIN products p ON p.sku = s.sku GROUP BY l.location_id`,
	dialect.SQLite: `SELECT l.location_id, sum(l.quantity),
  CAST(min(ceil(total(1.0 * l.quantity * (p.length_mm * p.width_mm * p.height_mm)) / 1000), 9e18) AS integer)
FROM json_each($1) b JOIN location_stocks l ON l.location_id = b.value->>0 AND l.quantity > 0
JOIN stocks s ON s.id = l.stock_id JOIN products p ON p.sku = s.sku GROUP BY l.location_id`,
}

// UsageOf is how full each of these bins is; bins where nothing lies are left out.
// People without stock:view get none.
func UsageOf(ctx context.Context, db *store.DB, bins []int64) (_ map[int64]Usage, err error) {
	defer fault.Wrap(&err, "bin.UsageOf")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	args, err := store.Args(db.Dialect(), []store.Column[int64]{{Name: "id", Type: "bigint", Value: func(id int64) any { return id }}}, bins)
	if err != nil {
		return nil, err
	}
	rows, err := db.SQL().QueryContext(ctx, usageSQL[db.Dialect()], args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make(map[int64]Usage, len(bins))
	for rows.Next() {
		var id int64
		var u Usage
		if err := rows.Scan(&id, &u.Quantity, &u.UsedCm3); err != nil {
			return nil, err
		}
		found[id] = u
	}
	return found, rows.Err()
}
