package reservation

import "entrepot/internal/ledger"

// Rules are what `entrepot verify` checks of reservations beside the ledger.
func Rules() []ledger.Rule {
	return []ledger.Rule{
		{
			Holds: "what every stock has allocated is the sum of the open allocations of reservations",
			Query: `SELECT 'warehouse ' || x.warehouse_id || ', SKU ' || x.sku || ', batch "' || x.batch_no || '"' FROM (
  SELECT warehouse_id, sku, batch_no, allocated_quantity AS n FROM stocks
  UNION ALL
  SELECT warehouse_id, sku, batch_no, deducted_quantity + released_quantity + short_quantity - quantity FROM reservation_allocations) x
GROUP BY x.warehouse_id, x.sku, x.batch_no HAVING sum(x.n) <> 0`,
		},
		{
			Holds: "every allocation is what the entries of its reservation's journal add up to",
			Query: `SELECT 'allocation ' || a.id FROM reservation_allocations a LEFT JOIN (
  SELECT allocation_id, sum(deducted_delta) AS d, sum(released_delta) AS r, sum(short_delta) AS s FROM reservation_entries GROUP BY allocation_id) e
  ON e.allocation_id = a.id
WHERE a.deducted_quantity <> coalesce(e.d, 0) OR a.released_quantity <> coalesce(e.r, 0) OR a.short_quantity <> coalesce(e.s, 0)
UNION ALL SELECT 'entry ' || n.id FROM reservation_entries n JOIN reservation_events v ON v.id = n.event_id
JOIN reservation_allocations a ON a.id = n.allocation_id WHERE a.reservation_id <> v.reservation_id`,
		},
		{
			Holds: "every posting changed what is allocated by as much as the journal of the reservations says",
			Query: `SELECT 'posting ' || x.posting_id || ', warehouse ' || x.warehouse_id || ', SKU ' || x.sku || ', batch "' || x.batch_no || '"' FROM (
  SELECT posting_id, warehouse_id, sku, batch_no, allocated_delta AS n FROM stock_movements WHERE allocated_delta <> 0
  UNION ALL
  SELECT v.posting_id, a.warehouse_id, a.sku, a.batch_no, n.deducted_delta + n.released_delta + n.short_delta
  FROM reservation_events v JOIN reservation_entries n ON n.event_id = v.id JOIN reservation_allocations a ON a.id = n.allocation_id
  WHERE v.posting_id IS NOT NULL
  UNION ALL
  SELECT v.posting_id, a.warehouse_id, a.sku, a.batch_no, -a.quantity
  FROM reservation_events v JOIN reservation_allocations a ON a.reservation_id = v.reservation_id WHERE v.action = 'CREATE') x
GROUP BY x.posting_id, x.warehouse_id, x.sku, x.batch_no HAVING sum(x.n) <> 0`,
		},
		{
			Holds: "the sums of every reservation are those of its allocations, and its lines are numbered without a gap",
			Query: `SELECT 'reservation ' || r.id FROM reservations r LEFT JOIN (
  SELECT reservation_id, sum(quantity) AS q, sum(deducted_quantity) AS d, sum(released_quantity) AS e, sum(short_quantity) AS s
  FROM reservation_allocations GROUP BY reservation_id) a ON a.reservation_id = r.id
LEFT JOIN (SELECT reservation_id, count(*) AS n, min(line_no) AS low, max(line_no) AS high FROM reservation_lines GROUP BY reservation_id) l
  ON l.reservation_id = r.id
WHERE a.reservation_id IS NULL OR l.reservation_id IS NULL OR r.quantity <> a.q OR r.deducted_quantity <> a.d OR r.released_quantity <> a.e
  OR r.short_quantity <> a.s OR r.line_count <> l.n OR l.low <> 1 OR l.high <> l.n`,
		},
		{
			Holds: "the events of every reservation are a chain without gap or repeat, and it is active as long as anything of it is open or short",
			Query: `SELECT 'reservation ' || r.id FROM reservations r LEFT JOIN (
  SELECT reservation_id, count(*) AS n, min(version) AS low, max(version) AS high FROM reservation_events GROUP BY reservation_id) v
  ON v.reservation_id = r.id
WHERE v.reservation_id IS NULL OR v.n <> r.version OR v.low <> 1 OR v.high <> r.version
  OR CASE WHEN r.state = 'ACTIVE' THEN r.closed_at IS NOT NULL OR r.quantity - r.deducted_quantity - r.released_quantity = 0
     ELSE r.closed_at IS NULL OR r.quantity - r.deducted_quantity - r.released_quantity <> 0 END`,
		},
	}
}
