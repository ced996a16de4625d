//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// transferPlainly dispatches and receives an approved transfer by SQL, and tells how
// long that took.
func (d *database) transferPlainly(ctx context.Context, no string) (time.Duration, error) {
	script, err := limitScripts.ReadFile("limit/transfer.sql")
	if err != nil {
		return 0, err
	}
	began := time.Now()
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // says that it is done already, when it is
	if _, err := tx.ExecContext(ctx, "SELECT set_config('bench.transfer', $1, true)", no); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, string(script)); err != nil {
		return 0, fmt.Errorf("transfer.sql: %w", err)
	}
	err = tx.Commit()
	return time.Since(began), err
}

// transferRows are what both sides must have written alike: everything but ids,
// clocks and the balances after, which each moves on.
var transferRows = []struct{ table, query string }{
	{"documents", `SELECT d.state, d.version, d.quantity, d.executed_quantity FROM documents d WHERE d.no = $1`},
	{"document_lines", `SELECT l.line_no, l.executed_quantity FROM document_lines l JOIN documents d ON d.id = l.document_id WHERE d.no = $1`},
	{"document_events", `SELECT e.version, e.action, e.from_state, e.to_state, e.posting_id IS NULL FROM document_events e JOIN documents d ON d.id = e.document_id WHERE d.no = $1`},
	{"document_executions", `SELECT e.line_no, e.version, e.sku, e.bucket, e.quantity, e.line_quantity, e.reason_code
  FROM document_executions e JOIN documents d ON d.id = e.document_id WHERE d.no = $1`},
	{"postings", `SELECT p.kind, p.operation, p.reason_code, p.base_currency FROM postings p JOIN documents d ON d.id = p.document_id WHERE d.no = $1`},
	{"stock_movements", `SELECT m.warehouse_id, m.sku, m.kind, m.quantity_delta, m.available_delta, m.allocated_delta, m.in_transit_delta, m.unit_cost, m.currency,
  m.exchange_rate, m.value_delta, m.cost_version IS NULL FROM stock_movements m JOIN postings p ON p.id = m.posting_id JOIN documents d ON d.id = p.document_id WHERE d.no = $1`},
	{"reservations", `SELECT r.state, r.version, r.deducted_quantity, r.closed_at IS NULL FROM reservations r JOIN documents d ON d.reservation_id = r.id WHERE d.no = $1`},
	{"reservation_allocations", `SELECT a.sku, a.quantity, a.deducted_quantity FROM reservation_allocations a JOIN documents d ON d.reservation_id = a.reservation_id WHERE d.no = $1`},
	{"reservation_events", `SELECT e.version, e.action, e.posting_id IS NULL FROM reservation_events e JOIN documents d ON d.reservation_id = e.reservation_id WHERE d.no = $1`},
	{"reservation_entries", `SELECT a.sku, n.deducted_delta, n.released_delta, n.short_delta
  FROM reservation_entries n JOIN reservation_allocations a ON a.id = n.allocation_id JOIN documents d ON d.reservation_id = a.reservation_id WHERE d.no = $1`},
	{"shipments", `SELECT s.shipment_no, s.version, s.state, s.quantity, s.accepted_quantity FROM shipments s JOIN documents d ON d.id = s.document_id WHERE d.no = $1`},
	{"shipment_lines", `SELECT l.line_no, l.sku, l.quantity, l.accepted_quantity, l.value, l.currency, l.exchange_rate
  FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id JOIN documents d ON d.id = s.document_id WHERE d.no = $1`},
	{"shipment_entries", `SELECT l.line_no, e.version, e.accepted_delta, e.rejected_delta, e.missing_delta, e.rejected_bucket, e.reason_code
  FROM shipment_entries e JOIN shipment_lines l ON l.id = e.shipment_line_id JOIN shipments s ON s.id = l.shipment_id JOIN documents d ON d.id = s.document_id WHERE d.no = $1`},
}

// compareTransfers asks whether both sides have done the same work.
func (d *database) compareTransfers(ctx context.Context, r *row, ours, theirs string) error {
	for _, t := range transferRows {
		got, err := d.digest(ctx, t.query, ours)
		if err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
		want, err := d.digest(ctx, t.query, theirs)
		if err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
		if got != want {
			r.fail("Entrepot and the limit wrote other rows into %s: %d and %d", t.table, got.n, want.n)
		}
	}
	return nil
}
