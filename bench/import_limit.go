//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/store"
)

const (
	importWarehouse = "W1"
	importCurrency  = "GBP"
	// As many as Entrepot takes into a transaction.
	batchOrders, batchLines = 500, 1000
	openingLines            = 500 // of a document
)

// importIDs are what the codes of an import mean in a database.
type importIDs struct{ warehouse, actor int64 }

// books makes a new database with tables and a warehouse.
func (b *bench) books(ctx context.Context, name string) (*database, error) {
	d, err := createDatabase(ctx, name)
	if err != nil {
		return nil, err
	}
	if err = b.openBooks(ctx, d.url); err == nil {
		err = d.checkpoint(ctx)
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// openBooks makes the tables of a database, the user admin and a warehouse.
func (b *bench) openBooks(ctx context.Context, url string) error {
	if out, err := b.commandOn(ctx, url, "migrate").CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w\n%s", err, out)
	}
	db, err := store.Open(ctx, store.Config{URL: url, MaxConns: 1})
	if err != nil {
		return err
	}
	defer db.Close()
	users, err := auth.New(db, []byte(secret), time.Hour, time.Now)
	if err != nil {
		return err
	}
	if _, err := users.Bootstrap(ctx, password); err != nil {
		return err
	}
	return db.InTx(ctx, func(tx store.Tx) error {
		now := store.Moment(time.Now())
		return tx.Ent.Warehouse.Create().SetCode(importWarehouse).SetName("Warehouse").SetCurrency(importCurrency).SetTimeZone(salesZone).
			SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
	})
}

// importLimit readies a database and returns what books the orders there by SQL.
// They are staged, and products and opening stock are in place.
func (b *bench) importLimit(ctx context.Context, d *database, what *sales) (book func() (time.Duration, error), err error) {
	var ids importIDs
	if err := d.sql.QueryRowContext(ctx, "SELECT (SELECT id FROM warehouses), (SELECT id FROM users)").Scan(&ids.warehouse, &ids.actor); err != nil {
		return nil, err
	}
	opening, all, err := d.stageSales(ctx, what)
	if err != nil {
		return nil, err
	}
	if _, err := b.bookBatches(ctx, d, 0, opening, ids); err != nil {
		return nil, err
	}
	// Not the others: what is planned on one page is a bad plan for many.
	for _, stmt := range []string{"VACUUM (ANALYZE) products, stocks, stock_costs", "CHECKPOINT"} {
		if _, err := d.sql.ExecContext(ctx, stmt); err != nil {
			return nil, err
		}
	}
	return func() (time.Duration, error) { return b.bookBatches(ctx, d, opening, all-opening, ids) }, nil
}

// stageSales writes the products, and the opening and the orders in batches.
func (d *database) stageSales(ctx context.Context, what *sales) (opening, all int, err error) {
	schema, err := limitScripts.ReadFile("limit/import_stage.sql")
	if err != nil {
		return 0, 0, err
	}
	if _, err := d.sql.ExecContext(ctx, string(schema)); err != nil {
		return 0, 0, err
	}
	now := time.Now()
	var products [][]any
	for _, sku := range slices.Sorted(maps.Keys(what.names)) {
		products = append(products, []any{now, now, sku, what.names[sku], importCurrency})
	}
	zone, err := time.LoadLocation(salesZone)
	if err != nil {
		return 0, 0, err
	}
	s := &staging{zone: zone}
	for i, chunk := range slices.Collect(slices.Chunk(what.opening(), openingLines)) {
		s.add("INBOUND", "OPENING", &order{no: fmt.Sprintf("OPENING-%d", i+1), at: what.orders[0].at.Add(-time.Second), sales: chunk})
	}
	opening = s.batch
	s.orderCount, s.lineCount = batchOrders, 0 // the next one begins a batch
	for _, o := range what.orders {
		kind, reason := "OUTBOUND", "SALE"
		if o.returned {
			kind, reason = "INBOUND", "RETURN"
		}
		s.add(kind, reason, o)
	}
	for _, c := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"products", []string{"created_at", "updated_at", "sku", "name", "price_currency"}, products},
		{"bench_orders", []string{"batch", "seq", "kind", "day", "reason_code", "external_no", "party", "country", "occurred_at", "line_count", "quantity", "input_hash"}, s.orders},
		{"bench_lines", []string{"batch", "seq", "line_no", "sku", "quantity", "unit_price"}, s.lines},
	} {
		if err := d.copyIn(ctx, c.table, c.columns, c.rows); err != nil {
			return 0, 0, fmt.Errorf("%s: %w", c.table, err)
		}
	}
	_, err = d.sql.ExecContext(ctx, "VACUUM (ANALYZE) products, bench_orders, bench_lines")
	return opening, s.batch, err
}

// opening is the lines of what is lacking.
func (s *sales) opening() []sale {
	var out []sale
	lacking := s.lacking()
	for _, sku := range slices.Sorted(maps.Keys(lacking)) {
		out = append(out, sale{sku: sku, quantity: lacking[sku]})
	}
	return out
}

// staging is rows of bench_orders and bench_lines.
type staging struct {
	zone                         *time.Location
	orders, lines                [][]any
	batch, orderCount, lineCount int
}

func (s *staging) add(kind, reason string, o *order) {
	if s.lineCount += len(o.sales); s.batch == 0 || s.orderCount == batchOrders || s.lineCount > batchLines {
		s.batch, s.orderCount, s.lineCount = s.batch+1, 0, len(o.sales)
	}
	s.orderCount++
	seq := len(s.orders) + 1
	var units int64
	for i, l := range o.sales {
		units += l.quantity
		var price any
		if l.price > 0 {
			price = l.price
		}
		s.lines = append(s.lines, []any{s.batch, seq, i + 1, l.sku, l.quantity, price})
	}
	hash := sha256.Sum256(fmt.Append(nil, *o))
	s.orders = append(s.orders, []any{
		s.batch, seq, kind, o.at.In(s.zone).Format("20060102"), reason, o.no, o.party, o.country, o.at, len(o.sales), units, hash[:],
	})
}

func (d *database) copyIn(ctx context.Context, table string, columns []string, rows [][]any) error {
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // says that it is done already, when it is
	stmt, err := tx.PrepareContext(ctx, "COPY "+table+" ("+strings.Join(columns, ", ")+") FROM STDIN")
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, r := range rows {
		if _, err := stmt.ExecContext(ctx, r...); err != nil {
			return err
		}
	}
	if _, err := stmt.ExecContext(ctx); err != nil { // that was all
		return err
	}
	return tx.Commit()
}
