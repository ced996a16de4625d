package ledger

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"

	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// StartBins puts all that lies in a warehouse into its bins, which held nothing so
// far: what is damaged into the DAMAGED bin, everything else into RECEIVE, as goods
// that arrive. From then on what lies in its bins adds up to its stocks. The
// posting is a relocation, of which Kind is filled in; an empty warehouse gets
// none, and its id is 0.
//
// The caller says in the same transaction that the warehouse tracks bins, and
// holds it alone, so that nobody posts there meanwhile.
func StartBins(ctx context.Context, tx store.Tx, p Posting, warehouseID int64) (postingID int64, err error) {
	defer fault.Wrap(&err, "ledger.StartBins")
	errands, see, err := everything(ctx, tx, warehouseID)
	if err != nil || len(errands) == 0 {
		return 0, err
	}
	one := []Posting{p}
	if err := drawIDs(ctx, tx, one); err != nil {
		return 0, err
	}
	p = one[0]
	p.Kind, p.OccurredAt = stock.MovementRelocation, store.Moment(p.OccurredAt)
	f, err := writerFor(tx).floor(ctx, tx, see)
	if err != nil {
		return 0, err
	}
	work := newHandling(f)
	if refused := work.do(errands); len(refused) > 0 {
		return 0, refused
	}
	at := store.Time{Time: store.Moment(p.Now)}
	if p.Now.IsZero() {
		at = f.at
	}
	return p.ID, writerFor(tx).relocate(ctx, tx, p, work.rows([]Posting{p}, func(place) store.Time { return at }))
}

// everything is that all units of the warehouse come. It locks its stocks.
func everything(ctx context.Context, tx store.Tx, warehouseID int64) ([]errand, sight, error) {
	query := `SELECT id, sku, batch_no, physical_quantity, damaged_quantity FROM stocks WHERE warehouse_id = $1 AND physical_quantity > 0
ORDER BY sku, batch_no`
	if tx.Dialect == dialect.Postgres {
		query += " FOR UPDATE"
	}
	see := sight{warehouses: []int64{warehouseID}}
	rows, err := tx.SQL.QueryContext(ctx, query, warehouseID)
	if err != nil {
		return nil, see, fmt.Errorf("lock stocks: %w", err)
	}
	defer rows.Close()
	var errands []errand
	for rows.Next() {
		e := errand{Key: Key{WarehouseID: warehouseID}}
		var physical, damaged int64
		if err := rows.Scan(&e.stock, &e.SKU, &e.BatchNo, &physical, &damaged); err != nil {
			return nil, see, err
		}
		see.stocks = append(see.stocks, e.stock)
		for _, part := range []struct {
			units   int64
			damaged bool
		}{{physical - damaged, false}, {damaged, true}} {
			if e.units, e.damaged = part.units, part.damaged; e.units > 0 {
				errands = append(errands, e)
			}
		}
	}
	return errands, see.tidy(), rows.Err()
}
