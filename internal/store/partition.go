package store

import (
	"context"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
)

// PartitionWarehouse moves the balances of one warehouse out of the DEFAULT
// partition of stocks into a partition of their own. It is an operator's
// command for a large warehouse, run by the role that owns the tables: all
// postings wait while the rows move, and it gives up at once rather than queue
// behind a long transaction. At most about 50 partitions: a query that does
// not name the warehouse visits each of them.
func PartitionWarehouse(ctx context.Context, db *DB, code string) error {
	if db.dialect != dialect.Postgres {
		return errors.New("only PostgreSQL has partitions; SQLite needs none")
	}
	_, err := db.once(ctx, func(tx Tx) error { // once: to try again would queue again
		var id int64
		if err := tx.SQL.QueryRowContext(ctx, "SELECT id FROM warehouses WHERE code = $1", code).Scan(&id); err != nil {
			return fmt.Errorf("there is no warehouse %q", code)
		}
		name := fmt.Sprintf("stocks_w%d", id)
		var exists bool
		if err := tx.SQL.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", name).Scan(&exists); err != nil {
			return err
		}
		if exists {
			return fmt.Errorf("warehouse %q has its own partition already (%s)", code, name)
		}
		// A partition cannot be attached while DEFAULT holds rows of it, so the
		// rows move first; the lock comes before all, or postings between the
		// copy and the delete would be lost.
		for _, stmt := range []string{
			"SET LOCAL lock_timeout = '5s'",
			"SET LOCAL statement_timeout = 0",
			"LOCK TABLE stocks IN ACCESS EXCLUSIVE MODE",
			fmt.Sprintf("CREATE TABLE %s (LIKE stocks INCLUDING ALL) WITH (fillfactor = 85)", name),
			fmt.Sprintf("WITH moved AS (DELETE FROM stocks_default WHERE warehouse_id = %d RETURNING *) INSERT INTO %s SELECT * FROM moved", id, name),
			fmt.Sprintf("ALTER TABLE stocks ATTACH PARTITION %s FOR VALUES IN (%d)", name, id),
			"ANALYZE " + name,
		} {
			if _, err := tx.SQL.ExecContext(ctx, stmt); err != nil {
				return fmt.Errorf("%s: %w", stmt, err)
			}
		}
		return nil
	})
	return err
}
