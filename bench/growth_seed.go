//go:build linux

package main

import (
	"context"
	"database/sql"
	_ "embed" // the SQL
	"errors"
	"fmt"
	"strings"
)

//go:embed growth.sql
var growthSQL string

// A step of growth gives every stock nine movements, so ten times the stocks have
// ten times the movements; the first one makes the company.
const firstRounds, laterRounds = 10, 9

// stage is how large a company is.
type stage struct{ skus, movements int }

// stages are what a company with up to so many stocks goes through.
func stages(stocks int) (all []stage) {
	for skus := 20; skus*warehouses <= stocks; skus *= 10 {
		all = append(all, stage{skus, skus * warehouses * 10})
	}
	return all
}

// grow adds what is between two stages to the books. It fills quickest without
// the indexes, which are made anew as they were.
func (d *database) grow(ctx context.Context, from, to, last stage) error {
	conn, err := d.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'"); err != nil {
		return err
	}
	again, err := dropIndexes(ctx, conn)
	if err != nil {
		return err
	}
	if err := growBooks(ctx, conn, from, to, last); err != nil {
		return err
	}
	for _, def := range again {
		if _, err := conn.ExecContext(ctx, def); err != nil {
			return fmt.Errorf("%s: %w", def, err)
		}
	}
	d.skus = to.skus
	if err := rest(ctx, conn); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "RESET maintenance_work_mem; RESET work_mem")
	return err
}

func growBooks(ctx context.Context, conn *sql.Conn, from, to, last stage) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // says that it is done already, when it is
	if err := seedGrowth(ctx, tx, from, to, last); err != nil {
		return err
	}
	return tx.Commit()
}

// seedGrowth is growth.sql from one stage to the next of a company whose year ends with
// the last.
func seedGrowth(ctx context.Context, tx *sql.Tx, from, to, last stage) error {
	rounds := laterRounds
	if from.skus == 0 {
		rounds = firstRounds
	}
	part := func(s stage) string { return fmt.Sprint(float64(s.movements) / float64(last.movements)) }
	for name, value := range map[string]string{
		"warehouses": fmt.Sprint(warehouses), "skus": fmt.Sprint(to.skus), "rounds": fmt.Sprint(rounds),
		"actor": "1", "from": part(from), "to": part(to),
	} {
		if _, err := tx.ExecContext(ctx, "SELECT set_config($1, $2, true)", "bench."+name, value); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, growthSQL); err != nil {
		return fmt.Errorf("growth.sql: %w", err)
	}
	return nil
}

// dropIndexes drops those of the movements but the primary key, and returns what
// makes them again.
func dropIndexes(ctx context.Context, conn *sql.Conn) (again []string, err error) {
	rows, err := conn.QueryContext(ctx, `SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'stock_movements'::regclass AND NOT indisprimary ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name, def string
		if err := rows.Scan(&name, &def); err != nil {
			return nil, err
		}
		names, again = append(names, name), append(again, def)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	_, err = conn.ExecContext(ctx, "DROP INDEX "+strings.Join(names, ", "))
	return again, err
}
