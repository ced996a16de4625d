package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Report is what [Verify] found.
type Report struct {
	Stocks, Movements, Costs, Postings int64
	// Checks are the rules that were checked, each with the rows that break it.
	Checks []Check
}

// Check is one rule of the ledger, re-derived from the journal.
type Check struct {
	// Rule says in plain words what must hold.
	Rule string
	// Broken names rows that break it, at most MaxNamed of Count.
	Broken []string
	Count  int64
}

// Rule is what must hold, in plain words, and a query that returns one text for
// each row that breaks it. It must run in both databases' SQL.
type Rule struct{ Holds, Query string }

// MaxNamed is how many broken rows a check names.
const MaxNamed = 20

// OK says whether every rule holds.
func (r Report) OK() bool {
	for _, c := range r.Checks {
		if c.Count > 0 {
			return false
		}
	}
	return true
}

// deltas and the columns they add up to, in one order.
var columnPairs = []struct{ delta, after, balance string }{
	{"quantity_delta", "physical_after", "physical_quantity"},
	{"available_delta", "available_after", "available_quantity"},
	{"allocated_delta", "allocated_after", "allocated_quantity"},
	{"damaged_delta", "damaged_after", "damaged_quantity"},
	{"hold_delta", "hold_after", "hold_quantity"},
	{"in_transit_delta", "in_transit_after", "in_transit_quantity"},
}

// each joins what f makes of every bucket's columns.
func each(sep, format string) string {
	parts := make([]string, len(columnPairs))
	for i, c := range columnPairs {
		parts[i] = strings.NewReplacer("{delta}", c.delta, "{after}", c.after, "{balance}", c.balance).Replace(format)
	}
	return strings.Join(parts, sep)
}

const describeStock = `'stock ' || %[1]s.id || ' (warehouse ' || %[1]s.warehouse_id || ', SKU ' || %[1]s.sku || ', batch "' || %[1]s.batch_no || '")'`

// The rules. Each query returns one text per broken row. They read the tables
// by whole columns and run in both databases' SQL.
func rules() []Rule {
	st := fmt.Sprintf(describeStock, "s")
	chain := `SELECT m.*, row_number() OVER w AS n, ` +
		each(", ", "sum({delta}) OVER w AS run_{delta}") +
		`, lag(recorded_at) OVER w AS before FROM stock_movements m WINDOW w AS (PARTITION BY stock_id ORDER BY stock_version)`
	return []Rule{
		{
			"every balance is the sum of its movements",
			`SELECT ` + st + ` FROM stocks s LEFT JOIN (SELECT stock_id, count(*) AS n, ` + each(", ", "sum({delta}) AS {delta}") +
				` FROM stock_movements GROUP BY stock_id) m ON m.stock_id = s.id
WHERE s.version <> coalesce(m.n, 0) OR ` + each(" OR ", "s.{balance} <> coalesce(m.{delta}, 0)"),
		},
		{
			"every balance is the value after its last movement",
			`SELECT ` + st + ` FROM stocks s LEFT JOIN stock_movements m ON m.stock_id = s.id AND m.stock_version = s.version
WHERE m.id IS NULL OR m.recorded_at <> s.changed_at OR m.warehouse_id <> s.warehouse_id OR m.sku <> s.sku OR m.batch_no <> s.batch_no
  OR ` + each(" OR ", "s.{balance} <> m.{after}"),
		},
		{
			"the movements of a stock are a chain without gap or repeat, its values after are running sums, its recorded times never run back",
			`SELECT 'movement ' || c.id || ' (stock ' || c.stock_id || ', version ' || c.stock_version || ')' FROM (` + chain + `) c
WHERE c.stock_version <> c.n OR c.recorded_at < c.before OR ` + each(" OR ", "c.{after} <> c.run_{delta}"),
		},
		{
			"every movement belongs to a stock and to a posting of its kind",
			`SELECT 'movement ' || m.id FROM stock_movements m LEFT JOIN stocks s ON s.id = m.stock_id AND s.warehouse_id = m.warehouse_id
LEFT JOIN postings p ON p.id = m.posting_id WHERE s.id IS NULL OR p.id IS NULL OR p.kind <> m.kind OR p.occurred_at <> m.occurred_at`,
		},
		{
			"every posting has movements, at most one per stock; a relocation has them in bins alone",
			`SELECT 'posting ' || p.id FROM postings p WHERE EXISTS (SELECT 1 FROM stock_movements m WHERE m.posting_id = p.id) = (kind = 'RELOCATION')
UNION ALL SELECT 'posting ' || p.id FROM postings p WHERE kind = 'RELOCATION'
  AND NOT EXISTS (SELECT 1 FROM stock_location_movements m WHERE m.posting_id = p.id)
UNION ALL SELECT 'posting ' || posting_id FROM stock_movements GROUP BY posting_id, stock_id HAVING count(*) > 1`,
		},
		{
			"available = physical - allocated - damaged - on hold, and nothing is negative",
			`SELECT ` + st + ` FROM stocks s WHERE available_quantity <> physical_quantity - allocated_quantity - damaged_quantity - hold_quantity
  OR ` + each(" OR ", "{balance} < 0"),
		},
		{
			"a reversal takes back exactly what it reverses",
			`SELECT 'posting ' || p.id FROM postings p JOIN stock_movements a ON a.posting_id = p.reverses_id
LEFT JOIN stock_movements b ON b.posting_id = p.id AND b.stock_id = a.stock_id
WHERE b.id IS NULL OR ` + each(" OR ", "a.{delta} <> -b.{delta}") + `
UNION ALL SELECT 'posting ' || p.id || ' (movement ' || b.id || ')' FROM postings p JOIN stock_movements b ON b.posting_id = p.id
WHERE p.reverses_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM stock_movements a WHERE a.posting_id = p.reverses_id AND a.stock_id = b.stock_id)`,
		},
		{
			"the worth of every SKU is a chain of its movements without gap or repeat",
			`SELECT 'movement ' || c.id || ' (worth of SKU ' || c.sku || ' in warehouse ' || c.warehouse_id || ')' FROM (
  SELECT m.*, row_number() OVER w AS n, sum(quantity_delta) OVER w AS q, sum(value_delta) OVER w AS v
  FROM stock_movements m WHERE cost_version IS NOT NULL WINDOW w AS (PARTITION BY warehouse_id, sku ORDER BY cost_version)) c
WHERE c.cost_version <> c.n OR c.cost_quantity_after <> c.q OR c.cost_value_after <> c.v`,
		},
		{
			"every worth is the sum of its movements and covers the physical stock",
			`SELECT 'worth of SKU ' || k.sku || ' in warehouse ' || k.warehouse_id FROM stock_costs k
LEFT JOIN (SELECT warehouse_id, sku, count(*) AS n, sum(quantity_delta) AS q, sum(value_delta) AS v
  FROM stock_movements WHERE cost_version IS NOT NULL GROUP BY warehouse_id, sku) m ON m.warehouse_id = k.warehouse_id AND m.sku = k.sku
LEFT JOIN (SELECT warehouse_id, sku, sum(physical_quantity) AS q FROM stocks GROUP BY warehouse_id, sku) s
  ON s.warehouse_id = k.warehouse_id AND s.sku = k.sku
WHERE k.version <> coalesce(m.n, 0) OR k.quantity <> coalesce(m.q, 0) OR k.value <> coalesce(m.v, 0) OR k.quantity <> coalesce(s.q, 0)
UNION ALL SELECT 'worth of SKU ' || s.sku || ' in warehouse ' || s.warehouse_id || ' is missing' FROM stocks s
LEFT JOIN stock_costs k ON k.warehouse_id = s.warehouse_id AND k.sku = s.sku WHERE s.physical_quantity <> 0 AND k.id IS NULL`,
		},
	}
}

// Verify re-derives every balance, worth and value-after chain from the
// journal, in one snapshot, while the system may go on working. The rules of
// others about what they post are checked in the same snapshot.
func Verify(ctx context.Context, db *store.DB, others ...Rule) (r Report, err error) {
	defer fault.Wrap(&err, "ledger.Verify")
	err = db.Snapshot(ctx, func(tx *sql.Tx) error {
		for table, n := range map[string]*int64{
			"stocks": &r.Stocks, "stock_movements": &r.Movements, "stock_costs": &r.Costs, "postings": &r.Postings,
		} {
			if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(n); err != nil {
				return err
			}
		}
		for _, rule := range slices.Concat(rules(), binRules, others) {
			c := Check{Rule: rule.Holds}
			if err := c.run(ctx, tx, rule.Query); err != nil {
				return fmt.Errorf("%s: %w", rule.Holds, err)
			}
			r.Checks = append(r.Checks, c)
		}
		return nil
	})
	return r, err
}

func (c *Check) run(ctx context.Context, tx *sql.Tx, query string) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if c.Count++; len(c.Broken) < MaxNamed {
			c.Broken = append(c.Broken, name)
		}
	}
	return rows.Err()
}
