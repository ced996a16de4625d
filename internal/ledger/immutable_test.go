package ledger_test

import (
	"testing"

	"entgo.io/ent/dialect"

	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestJournalIsImmutable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.must(b.move(b.key(0, 0, ""), ledger.In(stock.BucketAvailable, 5)))
		attempts := []string{
			"UPDATE stock_movements SET quantity_delta = 6",
			"UPDATE stock_movements SET unit_cost = 1 WHERE id = 1",
			"DELETE FROM stock_movements",
			"UPDATE postings SET actor_id = 2",
			"DELETE FROM postings",
			"UPDATE stock_location_movements SET quantity_delta = 1 WHERE id = 0",
			"DELETE FROM document_events WHERE id = 0",
		}
		if db.Dialect() == dialect.Postgres {
			attempts = append(attempts, "TRUNCATE stock_movements", "TRUNCATE postings CASCADE")
		} else {
			attempts = append(attempts[:5],
				"INSERT OR REPLACE INTO stock_movements SELECT * FROM stock_movements",
				"INSERT OR REPLACE INTO postings SELECT * FROM postings",
				"PRAGMA recursive_triggers = 0; INSERT OR REPLACE INTO stock_movements SELECT * FROM stock_movements")
		}
		for _, stmt := range attempts {
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				_, err := tx.SQL.ExecContext(t.Context(), stmt)
				return err
			})
			if err == nil {
				t.Errorf("%s was not refused", stmt)
			}
		}
		if r := b.verify(); r.Movements != 1 {
			t.Errorf("report %+v", r)
		}
	})
}

func TestIdentityIsHeldByTheDatabase(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.must(b.move(b.key(0, 0, ""), ledger.In(stock.BucketAvailable, 5)))
		for _, stmt := range []string{
			"UPDATE stocks SET available_quantity = 6",
			"UPDATE stocks SET physical_quantity = -1, available_quantity = -1",
			"UPDATE stocks SET allocated_quantity = 6, available_quantity = -1",
			"UPDATE stocks SET in_transit_quantity = -1",
			"UPDATE stocks SET damaged_quantity = NULL",
			"UPDATE stocks SET batch_no = NULL",
			"UPDATE stock_costs SET value = -1",
			"INSERT INTO stocks (warehouse_id, sku, batch_no, changed_at) SELECT warehouse_id, sku, batch_no, changed_at FROM stocks",
			"INSERT INTO stocks (warehouse_id, sku, batch_no, changed_at) SELECT warehouse_id, 'NO SUCH SKU', '', changed_at FROM stocks",
		} {
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				_, err := tx.SQL.ExecContext(t.Context(), stmt)
				return err
			})
			if !store.Violates(err) {
				t.Errorf("%s: %v, want a violated constraint", stmt, err)
			}
		}
		b.verify()
	})
}
