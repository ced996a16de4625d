package abc

import (
	"time"

	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// SQL is a statement that ranks the goods of a warehouse by the value that left it
// since then, the highest first and by SKU where it is the same: rank, sku, class,
// units, value, cumulative (the sum up to and including them) and total.
//
// Goods are A as long as those ahead of them make less than 80 % of the total, and
// B as long as they make less than 95 %, so whoever crosses a border is still on
// the better side of it. What a reversal gave back counts against what left.
func SQL(p *store.Params, warehouseID int64, since time.Time) string {
	id, from := p.Add(warehouseID), p.Add(store.Moment(since))
	left := "kind IN ('" + string(stock.MovementOutbound) + "', '" + string(stock.MovementTransfer) + "', '" + string(stock.MovementAssembly) + "')"
	// The percentage rounded up, in parts that do not leave 64 bits.
	border := func(percent string) string {
		return "(total / 100 * " + percent + " + (total % 100 * " + percent + " + 99) / 100)"
	}
	return `SELECT rank, sku, CASE WHEN total = 0 THEN 'C' WHEN cumulative - value < ` + border("80") + ` THEN 'A'
    WHEN cumulative - value < ` + border("95") + ` THEN 'B' ELSE 'C' END AS class, units, value, cumulative, total
FROM (
  SELECT sku, units, value, row_number() OVER w AS rank,
    CAST(sum(value) OVER (w ROWS UNBOUNDED PRECEDING) AS bigint) AS cumulative, CAST(sum(value) OVER () AS bigint) AS total
  FROM (
    SELECT sku, CASE WHEN sum(units) > 0 THEN CAST(sum(units) AS bigint) ELSE 0 END AS units,
      CASE WHEN sum(value) > 0 THEN CAST(sum(value) AS bigint) ELSE 0 END AS value
    FROM (
      SELECT m.sku, -m.quantity_delta AS units, -m.value_delta AS value FROM stock_movements m
      WHERE m.warehouse_id = ` + id + ` AND m.occurred_at >= ` + from + ` AND m.quantity_delta < 0 AND m.` + left + `
      UNION ALL
      SELECT m.sku, -m.quantity_delta, -m.value_delta FROM stock_movements m
      JOIN postings r ON r.id = m.posting_id JOIN postings o ON o.id = r.reverses_id
      WHERE m.warehouse_id = ` + id + ` AND m.occurred_at >= ` + from + ` AND m.quantity_delta > 0 AND m.kind = '` + string(stock.MovementReversal) + `' AND o.` + left + `
      UNION ALL
      SELECT s.sku, 0, 0 FROM stocks s WHERE s.warehouse_id = ` + id + ` AND s.physical_quantity > 0
    ) moved GROUP BY sku
  ) goods WINDOW w AS (ORDER BY value DESC, sku)
) ranked`
}
