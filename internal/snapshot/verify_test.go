package snapshot

import (
	"context"
	"strings"
	"testing"

	"entrepot/internal/ledger"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestVerifyNamesSnapshotsThatAreWrong(t *testing.T) {
	t.Parallel()
	const first, second = ` WHERE day <= '2025-11-20 23:59:59'`, ` WHERE day > '2025-11-20 23:59:59'`
	corruptions := map[string]struct{ sql, named string }{
		"a stock's bucket":       {"UPDATE stock_snapshots SET hold_quantity = hold_quantity + 1" + first, "stock 1, day 2025-11-20"},
		"a stock's SKU":          {"UPDATE stock_snapshots SET sku = 'OTHER'" + first, "stock 1, day 2025-11-20"},
		"a lost row of a stock":  {"DELETE FROM stock_snapshots" + first, "warehouse 1, day 2025-11-20"},
		"a worth":                {"UPDATE cost_snapshots SET value = value + 1" + first, "worth of SKU SKU-0 in warehouse 1, day 2025-11-20"},
		"a lost worth":           {"DELETE FROM cost_snapshots" + first, "warehouse 1, day 2025-11-20"},
		"a total":                {"UPDATE warehouse_snapshots SET in_transit_quantity = 9" + second, "warehouse 1, day 2025-11-21"},
		"a total value":          {"UPDATE warehouse_snapshots SET value = value + 1" + second, "warehouse 1, day 2025-11-21"},
		"a count of SKUs":        {"UPDATE warehouse_snapshots SET sku_count = 2" + second, "warehouse 1, day 2025-11-21"},
		"rows without their day": {"DELETE FROM warehouse_snapshots" + first, "stock 1, day 2025-11-20"},
		"a midnight":             {"UPDATE warehouse_snapshots SET as_of = '2025-11-20 11:00:00+00:00'" + first, "day 2025-11-20"},
	}
	for name, c := range corruptions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *store.DB) {
				w := newWorld(t, db, noon)
				id := w.warehouse("UTC")
				w.in(id, 0, 5)
				w.clock = noon.AddDate(0, 0, 2)
				w.takeAll()
				w.verify()
				w.write(func(ctx context.Context, tx store.Tx) error {
					_, err := tx.SQL.ExecContext(ctx, c.sql)
					return err
				})
				r, err := ledger.Verify(t.Context(), db, Rules()...)
				if err != nil {
					t.Fatal(err)
				}
				var named []string
				for _, check := range r.Checks {
					named = append(named, check.Broken...)
				}
				if r.OK() || !strings.Contains(strings.Join(named, "\n"), c.named) {
					t.Errorf("verify does not name %q: %q", c.named, named)
				}
			})
		})
	}
}
