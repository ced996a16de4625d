package catalog

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/store"
)

// Missing is a product that ought to exist.
type Missing struct {
	SKU, Name     string
	Price         *money.Amount
	PriceCurrency string
}

// Ensure makes those products that do not exist, and leaves the others as they
// are, also under their SKU in other words or archived. Two calls at once do no
// harm. It needs product:edit, and returns the faults of all rows, at most
// command.MaxRows, with paths such as input/rows/3/sku.
func Ensure(ctx context.Context, db *store.DB, now time.Time, missing []Missing) (created int, err error) {
	defer fault.Wrap(&err, "catalog.Ensure")
	if _, err := auth.Require(ctx, auth.ProductEdit); err != nil {
		return 0, err
	}
	if len(missing) > command.MaxRows {
		return 0, fault.New(fault.TooMany, fault.Input.At("rows"), "one call takes at most %d products, not %d", command.MaxRows, len(missing))
	}
	e := editor{at: func(i int) fault.Path { return fault.Input.At("rows").Item(i) }, rows: make([]change, len(missing))}
	rows := make([]*ent.Product, len(missing))
	var faults fault.List
	for i, m := range missing {
		e.rows[i] = change{sku: SKU(m.SKU), Fields: Fields{Name: &m.Name, Price: m.Price}}
		if m.Price != nil {
			e.rows[i].PriceCurrency = &m.PriceCurrency
		}
		rows[i] = &ent.Product{CreatedAt: store.Moment(now), UpdatedAt: store.Moment(now)}
		e.check(&faults, i)
		e.merge(&faults, i, rows[i], nil)
	}
	if err := faults.Err(); err != nil {
		return 0, err
	}
	err = db.InTx(ctx, func(tx store.Tx) error {
		created, err = store.InsertAll(ctx, tx, products.Name, products.Columns, rows)
		return err
	})
	return created, err
}
