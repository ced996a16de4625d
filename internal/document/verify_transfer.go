package document

import "entrepot/internal/ledger"

// shipmentRules are what `entrepot verify` checks of transfers.
func shipmentRules() []ledger.Rule {
	const name = `'document ' || d.no || ', shipment ' || s.shipment_no`
	const onTheWay = `l.quantity - l.accepted_quantity - l.rejected_quantity - l.missing_quantity - l.returned_quantity`
	return []ledger.Rule{
		{
			Holds: "what is in transit to every stock is what the lines of shipments to it have on their way",
			Query: `SELECT 'warehouse ' || warehouse_id || ', SKU ' || sku || ', batch "' || batch_no || '"' FROM (
  SELECT warehouse_id, sku, batch_no, in_transit_quantity AS n FROM stocks WHERE in_transit_quantity <> 0
  UNION ALL SELECT s.target_warehouse_id, l.sku, l.batch_no, -(` + onTheWay + `) FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id) both_sides
GROUP BY warehouse_id, sku, batch_no HAVING sum(n) <> 0`,
		},
		{
			Holds: "the quantities of every shipment are those of its lines, and its state follows from them",
			Query: `SELECT ` + name + ` FROM shipments s JOIN documents d ON d.id = s.document_id LEFT JOIN (
  SELECT shipment_id, sum(quantity) AS q, sum(accepted_quantity) AS a, sum(rejected_quantity) AS r, sum(missing_quantity) AS m, sum(returned_quantity) AS b
  FROM shipment_lines GROUP BY shipment_id) l ON l.shipment_id = s.id
WHERE l.shipment_id IS NULL OR s.quantity <> l.q OR s.accepted_quantity <> l.a OR s.rejected_quantity <> l.r OR s.missing_quantity <> l.m OR s.returned_quantity <> l.b
  OR s.state <> CASE WHEN l.a + l.r + l.m + l.b < l.q THEN 'IN_TRANSIT' WHEN l.b > 0 THEN 'CANCELLED' ELSE 'RECEIVED' END
  OR (s.closed_at IS NULL) <> (s.state = 'IN_TRANSIT')`,
		},
		{
			Holds: "what became of every line of a shipment is the sum of its entries",
			Query: `SELECT ` + name + ` || ', line ' || l.line_no FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id JOIN documents d ON d.id = s.document_id
LEFT JOIN (SELECT shipment_line_id, sum(accepted_delta) AS a, sum(rejected_delta) AS r, sum(missing_delta) AS m, sum(returned_delta) AS b
  FROM shipment_entries GROUP BY shipment_line_id) e ON e.shipment_line_id = l.id
WHERE l.accepted_quantity <> coalesce(e.a, 0) OR l.rejected_quantity <> coalesce(e.r, 0)
  OR l.missing_quantity <> coalesce(e.m, 0) OR l.returned_quantity <> coalesce(e.b, 0)`,
		},
		{
			Holds: "what left of every line of a transfer is what its shipments carry and was not called back",
			Query: `SELECT 'document ' || d.no || ', line ' || dl.line_no FROM document_lines dl JOIN documents d ON d.id = dl.document_id LEFT JOIN (
  SELECT s.document_id, l.line_no, min(l.sku) AS low, max(l.sku) AS high, sum(l.quantity - l.returned_quantity) AS n
  FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id GROUP BY s.document_id, l.line_no) x ON x.document_id = dl.document_id AND x.line_no = dl.line_no
WHERE d.kind = 'TRANSFER' AND (dl.executed_quantity <> coalesce(x.n, 0) OR dl.rejected_quantity <> 0 OR x.low <> dl.sku OR x.high <> dl.sku)`,
		},
		{
			Holds: "over source, in transit and target every transfer adds up to what was given up, by SKU and batch",
			Query: `SELECT 'document ' || d.no || ', SKU ' || x.sku || ', batch "' || x.batch_no || '"' FROM (
  SELECT document_id, sku, batch_no FROM (
    SELECT p.document_id, m.sku, m.batch_no, m.quantity_delta + m.in_transit_delta AS n
    FROM postings p JOIN stock_movements m ON m.posting_id = p.id JOIN documents d ON d.id = p.document_id WHERE d.kind = 'TRANSFER'
    UNION ALL SELECT s.document_id, l.sku, l.batch_no, l.missing_quantity FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id) both_sides
  GROUP BY document_id, sku, batch_no HAVING sum(n) <> 0) x JOIN documents d ON d.id = x.document_id`,
		},
		{
			Holds: "what left the source in value is what its shipments carry, and within one currency what came in is what of that arrived",
			Query: valueRule,
		},
		{
			Holds: "shipments belong to transfers, go between their warehouses, and are on their way only while those are executed",
			Query: `SELECT ` + name + ` FROM shipments s JOIN documents d ON d.id = s.document_id LEFT JOIN postings p ON p.id = s.posting_id
WHERE d.kind <> 'TRANSFER' OR s.warehouse_id <> d.warehouse_id OR d.target_warehouse_id IS NULL OR s.target_warehouse_id <> d.target_warehouse_id
  OR s.state = 'IN_TRANSIT' AND d.state <> 'EXECUTING' OR p.document_id IS NULL OR p.document_id <> d.id`,
		},
	}
}

// valueRule compares the worth of movements with that of shipments, for each transfer.
// What arrived of n of q units is value × n ÷ q without the rest: here it is written
// without leaving 64 bits, as (value ÷ q) × n + (value mod q) × n ÷ q, of which q and n
// are below 2³¹.
const valueRule = `SELECT 'document ' || d.no FROM documents d JOIN (
  SELECT p.document_id, sum(CASE WHEN m.warehouse_id = d.warehouse_id THEN -m.value_delta ELSE 0 END) AS gone,
    sum(CASE WHEN m.warehouse_id <> d.warehouse_id THEN m.value_delta ELSE 0 END) AS came,
    min(CASE WHEN m.warehouse_id = d.warehouse_id THEN m.currency END) AS source_currency,
    min(CASE WHEN m.warehouse_id <> d.warehouse_id THEN m.currency END) AS target_currency
  FROM postings p JOIN stock_movements m ON m.posting_id = p.id JOIN documents d ON d.id = p.document_id LEFT JOIN postings o ON o.id = p.reverses_id
  WHERE d.kind = 'TRANSFER' AND coalesce(o.kind, p.kind) <> 'REVALUATION' GROUP BY p.document_id) v ON v.document_id = d.id
LEFT JOIN (SELECT s.document_id, sum(CASE WHEN l.returned_quantity = 0 THEN l.value ELSE 0 END) AS sent,
    sum(l.value / l.quantity * (l.accepted_quantity + l.rejected_quantity)
      + l.value % l.quantity * (l.accepted_quantity + l.rejected_quantity) / l.quantity) AS arrived
  FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id GROUP BY s.document_id) c ON c.document_id = d.id
WHERE v.gone <> coalesce(c.sent, 0) OR v.source_currency = v.target_currency AND v.came <> coalesce(c.arrived, 0)`
