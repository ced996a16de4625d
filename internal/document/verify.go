package document

import "entrepot/internal/ledger"

// planned are documents whose lines say what is to move in one warehouse: the
// executions of the others are told by rules of their own.
const planned = `d.kind IN ('INBOUND', 'OUTBOUND', 'ADJUSTMENT', 'STOCKTAKE', 'ASSEMBLY')`

// stands says of an execution that its document has not taken it back. One that
// knows no posting, from before executions were kept, stands as long as they all do.
const stands = `(d.reverses_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM postings r
  WHERE r.document_id = e.document_id AND r.reverses_id IS NOT NULL AND r.reverses_id = coalesce(e.posting_id, r.reverses_id)))`

// Rules are what `entrepot verify` checks of documents beside the ledger.
func Rules() []ledger.Rule {
	return append(documentRules(), shipmentRules()...)
}

func documentRules() []ledger.Rule {
	return []ledger.Rule{
		{
			Holds: "the executed quantities of every document are the sum of its movements, bucket by bucket",
			// A line moves its units one way; a document that reverses another, the
			// other way. What changed its bucket neither came nor left.
			Query: `SELECT 'document ' || d.no || ', SKU ' || x.sku || ', batch "' || x.batch_no || '"' FROM (
  SELECT document_id, sku, batch_no FROM (
    SELECT document_id, sku, batch_no, CASE WHEN from_bucket IS NULL THEN n ELSE 0 END AS n,
      CASE WHEN bucket = 'DAMAGED' THEN n ELSE 0 END - CASE WHEN from_bucket = 'DAMAGED' THEN n ELSE 0 END AS damaged,
      CASE WHEN bucket = 'ON_HOLD' THEN n ELSE 0 END - CASE WHEN from_bucket = 'ON_HOLD' THEN n ELSE 0 END AS hold FROM (
      SELECT e.document_id, e.sku, e.batch_no, e.bucket, e.from_bucket, e.quantity
        * CASE WHEN d.kind = 'OUTBOUND' OR l.quantity < 0 THEN -1 ELSE 1 END * CASE WHEN d.reverses_id IS NULL THEN 1 ELSE -1 END AS n
      FROM document_executions e JOIN document_lines l ON l.id = e.line_id JOIN documents d ON d.id = e.document_id
      WHERE ` + planned + ` AND ` + stands + `) executions
    UNION ALL
    SELECT p.document_id, m.sku, m.batch_no, -m.quantity_delta, -m.damaged_delta, -m.hold_delta
    FROM postings p JOIN stock_movements m ON m.posting_id = p.id JOIN documents d ON d.id = p.document_id WHERE ` + planned + `) both_sides
  GROUP BY document_id, sku, batch_no HAVING sum(n) <> 0 OR sum(damaged) <> 0 OR sum(hold) <> 0) x JOIN documents d ON d.id = x.document_id`,
		},
		{
			Holds: "what is executed and rejected of every line is the sum of its executions, which are of its document and number",
			Query: `SELECT 'document ' || d.no || ', line ' || l.line_no FROM document_lines l JOIN documents d ON d.id = l.document_id
LEFT JOIN (SELECT e.line_id, sum(CASE WHEN ` + stands + ` THEN e.line_quantity ELSE 0 END) AS executed, sum(e.rejected_quantity) AS rejected,
    min(e.document_id) AS low, max(e.document_id) AS high, min(e.line_no) AS first, max(e.line_no) AS last
  FROM document_executions e JOIN documents d ON d.id = e.document_id GROUP BY e.line_id) x ON x.line_id = l.id
WHERE ` + planned + ` AND (l.executed_quantity <> coalesce(x.executed, 0) OR l.rejected_quantity <> coalesce(x.rejected, 0)
  OR x.low <> l.document_id OR x.high <> l.document_id OR x.first <> l.line_no OR x.last <> l.line_no)`,
		},
		{
			Holds: "every posting of a document is in its warehouse and of its kind or a landed cost, or takes back what it, or the document that it reverses, posted",
			Query: `SELECT 'document ' || d.no || ', posting ' || p.id FROM postings p JOIN documents d ON d.id = p.document_id
LEFT JOIN postings o ON o.id = p.reverses_id
WHERE CASE WHEN p.reverses_id IS NULL THEN p.kind NOT IN (d.kind, 'REVALUATION', CASE WHEN d.kind = 'INBOUND' THEN 'MOVE' ELSE d.kind END) OR d.reverses_id IS NOT NULL
  ELSE o.document_id IS NULL OR o.document_id <> coalesce(d.reverses_id, d.id) END
  OR EXISTS (SELECT 1 FROM stock_movements m WHERE m.posting_id = p.id AND m.warehouse_id <> d.warehouse_id AND m.warehouse_id <> coalesce(d.target_warehouse_id, d.warehouse_id))`,
		},
		{
			Holds: "the totals of every document are those of its lines, which are numbered without a gap",
			Query: `SELECT 'document ' || d.no FROM documents d LEFT JOIN (
  SELECT document_id, count(*) AS n, min(line_no) AS low, max(line_no) AS high, sum(abs(quantity)) AS q, sum(executed_quantity) AS e, sum(rejected_quantity) AS r
  FROM document_lines GROUP BY document_id) l ON l.document_id = d.id
WHERE l.document_id IS NULL AND NOT (d.kind = 'STOCKTAKE' AND d.line_count = 0 AND d.quantity = 0) OR d.line_count <> l.n OR l.low <> 1 OR l.high <> l.n
  OR d.quantity <> l.q OR d.executed_quantity <> l.e OR d.rejected_quantity <> l.r`,
		},
		{
			Holds: "the events of every document are a chain without gap or repeat that ends in its state",
			Query: `SELECT 'document ' || d.no FROM documents d LEFT JOIN (
  SELECT document_id, count(*) AS n, max(version) AS high FROM document_events GROUP BY document_id) c ON c.document_id = d.id
LEFT JOIN document_events e ON e.document_id = d.id AND e.version = d.version
WHERE e.id IS NULL OR c.n <> d.version OR c.high <> d.version OR e.to_state <> d.state
UNION ALL SELECT 'document ' || d.no || ', event ' || b.version FROM document_events b JOIN documents d ON d.id = b.document_id
LEFT JOIN document_events a ON a.document_id = b.document_id AND a.version = b.version - 1
WHERE CASE WHEN b.version = 1 THEN b.from_state IS NOT NULL ELSE b.from_state IS NULL OR a.id IS NULL OR a.to_state <> b.from_state END`,
		},
		{
			Holds: "an assembly uses up what so many kits hold, and no worth comes or goes by it",
			Query: `SELECT 'document ' || d.no || ', line ' || l.line_no FROM documents d JOIN document_lines k ON k.document_id = d.id AND k.line_no = 1
JOIN document_lines l ON l.document_id = d.id
WHERE d.kind = 'ASSEMBLY' AND d.reverses_id IS NULL AND l.executed_quantity * abs(k.quantity) <> k.executed_quantity * abs(l.quantity)
UNION ALL SELECT 'posting ' || p.id FROM postings p JOIN stock_movements m ON m.posting_id = p.id
WHERE p.kind = 'ASSEMBLY' GROUP BY p.id HAVING sum(m.value_delta) <> 0`,
		},
		{
			Holds: "every landed cost raised the worth of goods by what it capitalized",
			Query: `SELECT 'document ' || d.no || ', landed cost ' || c.id FROM landed_costs c JOIN documents d ON d.id = c.document_id
LEFT JOIN (SELECT landed_cost_id, sum(capitalized) AS v FROM landed_cost_lines GROUP BY landed_cost_id) l ON l.landed_cost_id = c.id
WHERE coalesce(l.v, 0) <> coalesce((SELECT sum(m.value_delta) FROM stock_movements m WHERE m.posting_id = c.posting_id AND m.quantity_delta = 0), 0)`,
		},
		{
			Holds: "a completed stocktake posted of every line what was counted less what the books said, and nothing else",
			Query: `SELECT 'document ' || d.no || ', line ' || l.line_no FROM stocktake_lines l JOIN documents d ON d.id = l.document_id
WHERE CASE WHEN l.state = 'POSTED' THEN d.state <> 'COMPLETED' OR l.counted_quantity IS NULL OR l.book_quantity IS NULL OR l.posted_quantity <> l.counted_quantity - l.book_quantity
  ELSE l.posted_quantity <> 0 OR d.state = 'COMPLETED' AND l.state <> 'SKIPPED' END
UNION ALL SELECT 'document ' || d.no || ', SKU ' || x.sku || ', batch "' || x.batch_no || '"' FROM (
  SELECT document_id, sku, batch_no FROM (
    SELECT document_id, sku, batch_no, posted_quantity AS n FROM stocktake_lines
    UNION ALL SELECT l.document_id, l.sku, l.batch_no, -l.quantity FROM document_lines l JOIN stocktakes t ON t.document_id = l.document_id) both_sides
  GROUP BY document_id, sku, batch_no HAVING sum(n) <> 0) x JOIN documents d ON d.id = x.document_id`,
		},
		{
			Holds: "a document is in the state that its quantities allow",
			Query: `SELECT 'document ' || no FROM documents
WHERE state IN ('DRAFT', 'APPROVED') AND executed_quantity + rejected_quantity > 0`,
		},
	}
}
