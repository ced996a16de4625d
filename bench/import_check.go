//go:build linux

package main

import (
	"context"
	"fmt"
	"maps"
)

// proveImport compares what is in the books with what the files come to, and
// proves the ledger.
func (b *bench) proveImport(ctx context.Context, r *row, name string, d *database, what *sales) error {
	for _, sums := range []struct {
		of, reasons string
		want        map[string]int64
	}{
		{"moved", "p.reason_code IN ('SALE', 'RETURN')", what.moved()},
		{"received", "p.reason_code = 'OPENING'", what.lacking()},
	} {
		got, err := d.sumsBySKU(ctx, sums.reasons)
		if err != nil {
			return err
		}
		if !maps.Equal(got, sums.want) {
			r.fail("%s %s other units than the files say (%d SKUs, want %d)", name, sums.of, len(got), len(sums.want))
		}
	}
	if out, err := b.commandOn(ctx, d.url, "verify").CombinedOutput(); err != nil {
		r.fail("the ledger of %s does not hold: %v\n%s", name, err, out)
	}
	return nil
}

func (d *database) sumsBySKU(ctx context.Context, which string) (map[string]int64, error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT m.sku, sum(m.quantity_delta)::bigint FROM stock_movements m JOIN postings p ON p.id = m.posting_id WHERE "+which+" GROUP BY m.sku")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var sku string
		var n int64
		if err := rows.Scan(&sku, &n); err != nil {
			return nil, err
		}
		out[sku] = n
	}
	return out, rows.Err()
}

// sameRows are what both sides must have written alike: everything but ids,
// clocks, and the numbers that an opening gets.
var sameRows = []struct{ table, query string }{
	{"documents", `SELECT d.no, d.kind, d.state, d.reason_code, d.party, d.country, d.currency, extract(epoch FROM d.occurred_at), d.version, d.line_count,
  d.quantity, d.executed_quantity, CASE d.reason_code WHEN 'OPENING' THEN '' ELSE d.external_no END FROM documents d`},
	{"document_lines", `SELECT d.no, l.line_no, l.sku, l.bucket, l.quantity, l.executed_quantity, l.unit_price, l.currency FROM document_lines l JOIN documents d ON d.id = l.document_id`},
	{"document_events", `SELECT d.no, e.version, e.action, e.from_state, e.to_state, e.posting_id = p.id FROM document_events e
  JOIN documents d ON d.id = e.document_id JOIN postings p ON p.document_id = d.id`},
	{"document_numbers", `SELECT kind, day, last FROM document_numbers`},
	{"idempotency_keys", `SELECT CASE WHEN id LIKE '%/OPENING-%' THEN '' ELSE id END, outcome FROM idempotency_keys WHERE id LIKE 'fact:%'`},
	{"postings", `SELECT d.no, p.kind, p.operation, p.reason_code, p.base_currency, extract(epoch FROM p.occurred_at) FROM postings p JOIN documents d ON d.id = p.document_id`},
	{"stock_movements", `SELECT d.no, m.sku, m.kind, m.quantity_delta, m.available_delta, m.physical_after, m.available_after, m.stock_version, m.unit_cost, m.currency,
  m.exchange_rate, m.value_delta, m.cost_quantity_after, m.cost_value_after, m.cost_version, extract(epoch FROM m.occurred_at)
  FROM stock_movements m JOIN postings p ON p.id = m.posting_id JOIN documents d ON d.id = p.document_id`},
	{"stocks", `SELECT sku, physical_quantity, available_quantity, version FROM stocks`},
	{"stock_costs", `SELECT sku, quantity, value, version FROM stock_costs`},
}

// compareImports asks whether both sides have done the same work.
func compareImports(ctx context.Context, r *row, ours, theirs *database) error {
	for _, t := range sameRows {
		got, err := ours.digest(ctx, t.query)
		if err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
		want, err := theirs.digest(ctx, t.query)
		if err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
		if got != want {
			r.fail("Entrepot and the limit wrote other rows into %s: %d and %d", t.table, got.n, want.n)
		}
	}
	return nil
}

// digest tells rows apart from others, in whatever order they are.
type digest struct {
	n   int64
	sum string
}

func (d *database) digest(ctx context.Context, query string, args ...any) (of digest, err error) {
	err = d.sql.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*), coalesce(sum(hashtextextended(x::text, 0)::numeric), 0)::text FROM (%s) x", query), args...).
		Scan(&of.n, &of.sum)
	return of, err
}
