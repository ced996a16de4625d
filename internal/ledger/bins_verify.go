package ledger

import "fmt"

// binRules are the rules about bins.
var binRules = []Rule{
	{
		"every bin is the sum of its movements, and the value after its last one",
		`SELECT 'bin stock ' || l.id FROM location_stocks l LEFT JOIN (SELECT location_id, stock_id, count(*) AS n, sum(quantity_delta) AS q
  FROM stock_location_movements GROUP BY location_id, stock_id) m ON m.location_id = l.location_id AND m.stock_id = l.stock_id
LEFT JOIN stock_location_movements e ON e.location_id = l.location_id AND e.stock_id = l.stock_id AND e.location_version = l.version
WHERE l.quantity <> coalesce(m.q, 0) OR l.version <> coalesce(m.n, 0) OR e.quantity_after IS NULL OR l.quantity <> e.quantity_after`,
	},
	{
		"the movements of a bin are a chain without gap or repeat, and its values after are running sums",
		`SELECT 'bin movement ' || c.id FROM (
  SELECT m.*, row_number() OVER w AS n, sum(quantity_delta) OVER w AS q FROM stock_location_movements m
  WINDOW w AS (PARTITION BY location_id, stock_id ORDER BY location_version)) c
WHERE c.location_version <> c.n OR c.quantity_after <> c.q`,
	},
	{
		"what lies in the bins of a warehouse that tracks them is its stock, and elsewhere nothing does",
		`SELECT ` + fmt.Sprintf(describeStock, "s") + ` FROM stocks s JOIN warehouses w ON w.id = s.warehouse_id
LEFT JOIN (SELECT stock_id, sum(quantity) AS q FROM location_stocks GROUP BY stock_id) l ON l.stock_id = s.id
WHERE coalesce(l.q, 0) <> CASE WHEN w.tracks_locations THEN s.physical_quantity ELSE 0 END`,
	},
	{
		"what a posting moves in bins is what it moves of the stock",
		`SELECT 'posting ' || l.posting_id || ', stock ' || l.stock_id FROM (
  SELECT posting_id, stock_id, sum(quantity_delta) AS q FROM stock_location_movements GROUP BY posting_id, stock_id) l
JOIN postings p ON p.id = l.posting_id LEFT JOIN stock_movements m ON m.posting_id = l.posting_id AND m.stock_id = l.stock_id
WHERE p.kind <> 'RELOCATION' AND l.q <> coalesce(m.quantity_delta, 0)`,
	},
	{
		"bins belong to the warehouse of what lies in them",
		`SELECT 'bin stock ' || l.id FROM location_stocks l JOIN warehouse_locations b ON b.id = l.location_id
LEFT JOIN stocks s ON s.id = l.stock_id AND s.warehouse_id = l.warehouse_id WHERE b.warehouse_id <> l.warehouse_id OR s.id IS NULL`,
	},
}
