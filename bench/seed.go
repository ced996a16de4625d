//go:build linux

package main

import (
	"context"
	"database/sql"
	_ "embed" // the SQL
	"fmt"
	"strconv"
)

const (
	warehouses = 50
	firstSKU   = 100_001

	// The stock that sells best, and how often it moved.
	busySKU, busyWarehouse = firstSKU + 1, "W02"
	busyMovements          = 10_000
)

//go:embed seed.sql
var seedSQL string

// seed fills an empty database with n stocks and makes it as it would be after
// a night's rest.
func (d *database) seed(ctx context.Context, n int) error {
	d.skus = (n + warehouses - 1) / warehouses
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // says that it is done already, when it is
	if err := seed(ctx, tx, d.skus); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return rest(ctx, d.sql)
}

// rest is what a night does for the tables. Only for those that were filled: a
// table that was vacuumed while it was empty is planned for as if it stayed so.
func rest(ctx context.Context, on interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
},
) error {
	for _, stmt := range []string{
		"VACUUM (ANALYZE, FREEZE) warehouses, products, postings, stocks, stock_costs, stock_movements, idempotency_keys", "CHECKPOINT",
	} {
		if _, err := on.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("%s: %w", stmt, err)
		}
	}
	return nil
}

func seed(ctx context.Context, tx *sql.Tx, skus int) error {
	actor := int64(1)
	err := tx.QueryRowContext(ctx, "SELECT coalesce(min(id), 1) FROM users").Scan(&actor)
	if err != nil {
		return err
	}
	for name, value := range map[string]int64{"warehouses": warehouses, "skus": int64(skus), "actor": actor} {
		if _, err := tx.ExecContext(ctx, "SELECT set_config($1, $2, true)", "bench."+name, strconv.FormatInt(value, 10)); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, seedSQL); err != nil {
		return fmt.Errorf("seed.sql: %w", err)
	}
	var first, last int64
	if err := tx.QueryRowContext(ctx, "SELECT min(id), max(id) FROM warehouses").Scan(&first, &last); err != nil {
		return err
	}
	if first != 1 || last != warehouses {
		return fmt.Errorf("the warehouses have the ids %d to %d: the database was not new", first, last)
	}
	return nil
}
