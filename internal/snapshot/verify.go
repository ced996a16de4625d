package snapshot

import (
	"strings"

	"entrepot/internal/ledger"
)

// buckets are the columns of what a stock holds: in snapshots, as the delta of a
// movement and as the value after it.
var buckets = []struct{ held, delta, after string }{
	{"physical_quantity", "quantity_delta", "physical_after"},
	{"available_quantity", "available_delta", "available_after"},
	{"allocated_quantity", "allocated_delta", "allocated_after"},
	{"damaged_quantity", "damaged_delta", "damaged_after"},
	{"hold_quantity", "hold_delta", "hold_after"},
	{"in_transit_quantity", "in_transit_delta", "in_transit_after"},
}

// each joins what format makes of every bucket's columns.
func each(sep, format string) string {
	parts := make([]string, len(buckets))
	for i, b := range buckets {
		parts[i] = strings.NewReplacer("{held}", b.held, "{delta}", b.delta, "{after}", b.after).Replace(format)
	}
	return strings.Join(parts, sep)
}

// Rules are what `entrepot verify` checks of snapshots beside the ledger. Rows and
// movements are put in one order of time, so that each is read once: sort puts a
// movement that was recorded at midnight before it.
func Rules() []ledger.Rule {
	const ended = ` s LEFT JOIN warehouse_snapshots w ON w.warehouse_id = s.warehouse_id AND w.day = s.day`
	return []ledger.Rule{
		{
			Holds: "every snapshot of a stock is the value after its last movement recorded until the end of the day",
			Query: `SELECT 'stock ' || s.stock_id || ', day ' || s.day FROM (
  SELECT snapshot_id, at, max(version) OVER (PARTITION BY stock_id ORDER BY at, sort ROWS UNBOUNDED PRECEDING) AS version FROM (
    SELECT stock_id, recorded_at AS at, 0 AS sort, stock_version AS version, NULL AS snapshot_id FROM stock_movements
    UNION ALL SELECT s.stock_id, w.as_of, 1, NULL, s.id FROM stock_snapshots` + ended + `) events) x
JOIN stock_snapshots s ON s.id = x.snapshot_id
LEFT JOIN stock_movements m ON m.stock_id = s.stock_id AND m.stock_version = x.version
WHERE x.at IS NULL OR m.id IS NULL OR m.warehouse_id <> s.warehouse_id OR m.sku <> s.sku OR m.batch_no <> s.batch_no
  OR ` + each(" OR ", "s.{held} <> m.{after}"),
		},
		{
			Holds: "every snapshot of a worth is the sum of the SKU's movements recorded until the end of the day",
			Query: `SELECT 'worth of SKU ' || s.sku || ' in warehouse ' || s.warehouse_id || ', day ' || s.day FROM (
  SELECT snapshot_id, at, sum(quantity) OVER o AS quantity, sum(value) OVER o AS value FROM (
    SELECT warehouse_id, sku, recorded_at AS at, 0 AS sort, quantity_delta AS quantity, value_delta AS value, NULL AS snapshot_id
    FROM stock_movements WHERE cost_version IS NOT NULL
    UNION ALL SELECT s.warehouse_id, s.sku, w.as_of, 1, 0, 0, s.id FROM cost_snapshots` + ended + `) events
  WINDOW o AS (PARTITION BY warehouse_id, sku ORDER BY at, sort ROWS UNBOUNDED PRECEDING)) x
JOIN cost_snapshots s ON s.id = x.snapshot_id
WHERE x.at IS NULL OR s.quantity <> x.quantity OR s.value <> x.value`,
		},
		{
			Holds: "every snapshot of a warehouse is the sum of its movements recorded until the end of the day",
			Query: `SELECT 'warehouse ' || s.warehouse_id || ', day ' || s.day FROM (
  SELECT snapshot_id, sum(value) OVER o AS value, ` + each(", ", "sum({held}) OVER o AS {held}") + ` FROM (
    SELECT warehouse_id, recorded_at AS at, 0 AS sort, value_delta AS value, ` + each(", ", "{delta} AS {held}") + `, NULL AS snapshot_id FROM stock_movements
    UNION ALL SELECT warehouse_id, as_of, 1, 0, ` + each(", ", "0") + `, id FROM warehouse_snapshots) events
  WINDOW o AS (PARTITION BY warehouse_id ORDER BY at, sort ROWS UNBOUNDED PRECEDING)) x
JOIN warehouse_snapshots s ON s.id = x.snapshot_id
WHERE s.value <> x.value OR ` + each(" OR ", "s.{held} <> x.{held}"),
		},
		{
			Holds: "every snapshot of a warehouse is the sum of the latest ones of its stocks and worths",
			Query: `SELECT 'warehouse ' || warehouse_id || ', day ' || day FROM (
  SELECT w.*, sum(c.skus) OVER o AS skus, sum(c.quantity) OVER o AS quantity, sum(c.worth) OVER o AS worth, ` + each(", ", "sum(c.{held}) OVER o AS of_{held}") + `
  FROM warehouse_snapshots w LEFT JOIN (
    SELECT warehouse_id, day, sum(skus) AS skus, sum(quantity) AS quantity, sum(worth) AS worth, ` + each(", ", "sum({held}) AS {held}") + ` FROM (
      SELECT warehouse_id, day, 0 AS skus, 0 AS quantity, 0 AS worth, ` + each(", ", "{held} - lag({held}, 1, 0) OVER o AS {held}") + `
      FROM stock_snapshots WINDOW o AS (PARTITION BY stock_id ORDER BY day)
      UNION ALL SELECT warehouse_id, day, CASE WHEN quantity > 0 THEN 1 ELSE 0 END - CASE WHEN lag(quantity, 1, 0) OVER o > 0 THEN 1 ELSE 0 END,
        quantity - lag(quantity, 1, 0) OVER o, value - lag(value, 1, 0) OVER o, ` + each(", ", "0") + `
      FROM cost_snapshots WINDOW o AS (PARTITION BY warehouse_id, sku ORDER BY day)) changes
    GROUP BY warehouse_id, day) c ON c.warehouse_id = w.warehouse_id AND c.day = w.day
  WINDOW o AS (PARTITION BY w.warehouse_id ORDER BY w.day)) x
WHERE sku_count <> coalesce(skus, 0) OR physical_quantity <> coalesce(quantity, 0) OR value <> coalesce(worth, 0)
  OR ` + each(" OR ", "{held} <> coalesce(of_{held}, 0)"),
		},
	}
}
