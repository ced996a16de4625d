package ledger_test

import (
	"strings"
	"testing"

	"entgo.io/ent/dialect"

	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Every corruption is made behind the ledger's back, on a database of its own,
// with the triggers and constraints that would refuse it taken away first.
func TestVerifyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	corruptions := map[string]struct{ sql, named string }{
		"a balance":              {"UPDATE stocks SET physical_quantity = physical_quantity + 1, available_quantity = available_quantity + 1 WHERE id = 1", "stock 1"},
		"a bucket":               {"UPDATE stocks SET available_quantity = available_quantity - 1, hold_quantity = hold_quantity + 1 WHERE id = 1", "stock 1"},
		"a version":              {"UPDATE stocks SET version = version + 1 WHERE id = 1", "stock 1"},
		"a lost movement":        {"DELETE FROM stock_movements WHERE id = 2", "SKU-00"},
		"a changed movement":     {"UPDATE stock_movements SET in_transit_delta = 7 WHERE id = 2", "movement 2"},
		"a changed value after":  {"UPDATE stock_movements SET in_transit_after = 7 WHERE id = 2", "movement 2"},
		"a time that runs back":  {"UPDATE stock_movements SET recorded_at = '2001-01-01 00:00:00+00:00' WHERE id = 2", "movement 2"},
		"a worth":                {"UPDATE stock_costs SET value = value + 1 WHERE id = 1", "SKU-00"},
		"a changed value":        {"UPDATE stock_movements SET value_delta = value_delta + 1 WHERE id = 2", "movement 2"},
		"a lost worth":           {"DELETE FROM stock_costs WHERE id = 1", "missing"},
		"a balance out of air":   {"INSERT INTO stocks (warehouse_id, sku, batch_no, changed_at) SELECT warehouse_id, sku, 'air', changed_at FROM stocks WHERE id = 1", "air"},
		"a posting without rows": {"INSERT INTO postings (kind, operation, actor_id, base_currency, occurred_at, recorded_at, transaction_id) SELECT kind, operation, actor_id, base_currency, occurred_at, recorded_at, 0 FROM postings WHERE id = 1", "posting 4"},
		"a kind":                 {"UPDATE stock_movements SET kind = 'COUNT' WHERE id = 2", "movement 2"},
		"goods without worth":    {"UPDATE stock_costs SET quantity = quantity + 1 WHERE id = 1", "SKU-00"},
		"a bin":                  {"INSERT INTO location_stocks (warehouse_id, location_id, stock_id, quantity, changed_at) SELECT warehouse_id, 1, id, 5, changed_at FROM stocks WHERE id = 1", "bin stock 1"},
		"bins' sums":             {"UPDATE warehouses SET tracks_locations = true WHERE id = 1", "stock 1"},
	}
	for name, c := range corruptions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *store.DB) {
				b := setup(t, db)
				k := b.key(0, 0, "")
				for range 3 {
					m := b.move(k, ledger.In(stock.BucketAvailable, 5))
					m.UnitCost = ptr(money.Amount(10_000))
					b.must(m)
				}
				b.verify()
				disarm(t, db)
				exec(t, db, c.sql)
				r, err := ledger.Verify(t.Context(), db)
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

// disarm takes away what keeps the journal immutable.
func disarm(t *testing.T, db *store.DB) {
	t.Helper()
	if db.Dialect() == dialect.Postgres {
		exec(t, db,
			"ALTER TABLE stock_movements DISABLE TRIGGER ALL",
			"ALTER TABLE location_stocks DROP CONSTRAINT location_stocks_location_id",
			"ALTER TABLE stock_movements DROP CONSTRAINT stock_movements_identity_after",
			"ALTER TABLE stock_movements DROP CONSTRAINT stock_movements_worth")
		return
	}
	exec(t, db, "DROP TRIGGER stock_movements_no_update", "DROP TRIGGER stock_movements_no_delete",
		`INSERT INTO warehouse_locations (id, warehouse_id, code, created_at, updated_at) SELECT 1, id, 'A', created_at, updated_at FROM warehouses LIMIT 1`)
}

func exec(t *testing.T, db *store.DB, stmts ...string) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx store.Tx) error {
		for _, s := range stmts {
			if _, err := tx.SQL.ExecContext(t.Context(), s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("corrupt: %v", err)
	}
}
