package document

import "entrepot/internal/ledger"

// Rules are what `entrepot verify` checks of documents beside the ledger.
func Rules() []ledger.Rule {
	return []ledger.Rule{
		{
			Holds: "the executed quantities of every document are the sum of its movements, bucket by bucket; what arrives of a held batch may be on hold",
			// A line moves its units one way; a document that reverses another, the other way.
			Query: `SELECT 'document ' || d.no || ', SKU ' || x.sku || ', batch "' || x.batch_no || '"' FROM (
  SELECT document_id, sku, batch_no FROM (
    SELECT document_id, sku, batch_no, n, CASE WHEN bucket = 'DAMAGED' THEN n ELSE 0 END AS damaged, CASE WHEN bucket = 'ON_HOLD' THEN n ELSE 0 END AS hold FROM (
      SELECT l.document_id, l.sku, l.batch_no, l.bucket, l.executed_quantity
        * CASE WHEN d.kind = 'OUTBOUND' OR l.quantity < 0 THEN -1 ELSE 1 END * CASE WHEN d.reverses_id IS NULL THEN 1 ELSE -1 END AS n
      FROM document_lines l JOIN documents d ON d.id = l.document_id) lines
    UNION ALL
    SELECT p.document_id, m.sku, m.batch_no, -m.quantity_delta, -m.damaged_delta, -m.hold_delta
    FROM postings p JOIN stock_movements m ON m.posting_id = p.id WHERE p.document_id IS NOT NULL) both_sides
  GROUP BY document_id, sku, batch_no HAVING sum(n) <> 0 OR sum(damaged) <> 0 OR sum(hold) <> 0 AND batch_no = '') x JOIN documents d ON d.id = x.document_id`,
		},
		{
			Holds: "every posting of a document is in its warehouse and of its kind, or takes back what it, or the document that it reverses, posted",
			Query: `SELECT 'document ' || d.no || ', posting ' || p.id FROM postings p JOIN documents d ON d.id = p.document_id
LEFT JOIN postings o ON o.id = p.reverses_id
WHERE CASE WHEN p.reverses_id IS NULL THEN p.kind <> d.kind OR d.reverses_id IS NOT NULL
  ELSE o.document_id IS NULL OR o.document_id <> coalesce(d.reverses_id, d.id) END
  OR EXISTS (SELECT 1 FROM stock_movements m WHERE m.posting_id = p.id AND m.warehouse_id <> d.warehouse_id)`,
		},
		{
			Holds: "the totals of every document are those of its lines, which are numbered without a gap",
			Query: `SELECT 'document ' || d.no FROM documents d LEFT JOIN (
  SELECT document_id, count(*) AS n, min(line_no) AS low, max(line_no) AS high, sum(abs(quantity)) AS q, sum(executed_quantity) AS e, sum(rejected_quantity) AS r
  FROM document_lines GROUP BY document_id) l ON l.document_id = d.id
WHERE l.document_id IS NULL OR d.line_count <> l.n OR l.low <> 1 OR l.high <> l.n
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
			Holds: "a document is in the state that its quantities allow",
			Query: `SELECT 'document ' || no FROM documents
WHERE state IN ('DRAFT', 'APPROVED') AND executed_quantity + rejected_quantity > 0`,
		},
	}
}
