-- One batch of orders that are staged in bench_orders and bench_lines, booked as
-- finished documents: everything that Entrepot keeps of them, set by set. The
-- tables' own constraints guard what they guard for Entrepot: an order is booked
-- once by its key, no balance falls below zero, also not in between.
\set batch :batch + 1
BEGIN;
INSERT INTO stocks (warehouse_id, sku, changed_at)
SELECT DISTINCT :warehouse::bigint, l.sku, now() FROM bench_lines l
WHERE l.batch = :batch AND NOT EXISTS (SELECT FROM stocks s WHERE s.warehouse_id = :warehouse AND s.sku = l.sku AND s.batch_no = '');
INSERT INTO stock_costs (warehouse_id, sku)
SELECT DISTINCT :warehouse::bigint, l.sku FROM bench_lines l
WHERE l.batch = :batch AND NOT EXISTS (SELECT FROM stock_costs c WHERE c.warehouse_id = :warehouse AND c.sku = l.sku);
WITH o AS MATERIALIZED (
  SELECT x.*, nextval('documents_id_seq') AS document, nextval('postings_id_seq') AS posting FROM (
    SELECT b.*, row_number() OVER (PARTITION BY kind, day ORDER BY seq) - count(*) OVER (PARTITION BY kind, day) AS place
    FROM bench_orders b WHERE batch = :batch ORDER BY seq) x
), claimed AS (
  INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
  SELECT :facts || kind || '/' || external_no, input_hash, 'null', now() FROM o
), numbers AS (
  INSERT INTO document_numbers AS n (warehouse_id, kind, day, last)
  SELECT :warehouse, kind, day, count(*) FROM o GROUP BY kind, day ORDER BY kind, day
  ON CONFLICT (warehouse_id, kind, day) DO UPDATE SET last = n.last + excluded.last RETURNING kind, day, last
), written AS (
  INSERT INTO documents (id, no, kind, state, warehouse_id, reason_code, external_no, party, country, currency, occurred_at,
    created_by, approved_by, version, line_count, quantity, executed_quantity, created_at, updated_at)
  SELECT o.document, CASE o.kind WHEN 'INBOUND' THEN 'IN' ELSE 'OUT' END || '-W1-' || o.day || '-' || to_char(n.last + o.place, 'FM0000'),
    o.kind, 'COMPLETED', :warehouse, o.reason_code, o.external_no, o.party, o.country, 'GBP', o.occurred_at,
    :actor, :actor, 4, o.line_count, o.quantity, o.quantity, now(), now()
  FROM o JOIN numbers n USING (kind, day) ORDER BY o.document
), lines AS (
  INSERT INTO document_lines (document_id, line_no, sku, quantity, executed_quantity, unit_price)
  SELECT o.document, l.line_no, l.sku, l.quantity, l.quantity, l.unit_price
  FROM o JOIN bench_lines l ON l.batch = :batch AND l.seq = o.seq ORDER BY o.document, l.line_no
), told AS (
  INSERT INTO document_events (document_id, version, action, from_state, to_state, posting_id, actor_id, recorded_at)
  SELECT o.document, e.version, e.action, e.before, e.after, CASE e.version WHEN 3 THEN o.posting END, :actor, now()
  FROM o CROSS JOIN (VALUES (1, 'CREATE', NULL, 'DRAFT'), (2, 'APPROVE', 'DRAFT', 'APPROVED'),
    (3, 'EXECUTE', 'APPROVED', 'EXECUTING'), (4, 'COMPLETE', 'EXECUTING', 'COMPLETED')) AS e(version, action, before, after)
  ORDER BY o.document, e.version
), posted AS (
  INSERT INTO postings (id, kind, operation, actor_id, reason_code, base_currency, document_id, occurred_at, recorded_at, transaction_id)
  SELECT o.posting, o.kind, 'record', :actor, o.reason_code, 'GBP', o.document, o.occurred_at, now(), pg_current_xact_id()::text::bigint
  FROM o ORDER BY o.posting
), m AS MATERIALIZED (
  SELECT g.*, sum(delta) OVER w AS running, row_number() OVER w AS nth FROM (
    SELECT o.posting, o.kind, o.occurred_at, l.sku, count(*) AS lines,
      sum(CASE o.kind WHEN 'INBOUND' THEN l.quantity ELSE -l.quantity END)::bigint AS delta
    FROM o JOIN bench_lines l ON l.batch = :batch AND l.seq = o.seq GROUP BY o.posting, o.kind, o.occurred_at, l.sku) g
  WINDOW w AS (PARTITION BY sku ORDER BY posting ROWS UNBOUNDED PRECEDING)
), t AS MATERIALIZED (
  SELECT sku, sum(delta)::bigint AS delta, count(*) AS n FROM m GROUP BY sku
), st AS (
  UPDATE stocks s SET physical_quantity = s.physical_quantity + t.delta, available_quantity = s.available_quantity + t.delta,
    version = s.version + t.n, changed_at = greatest(s.changed_at, clock_timestamp())
  FROM t WHERE s.warehouse_id = :warehouse AND s.sku = t.sku AND s.batch_no = ''
  RETURNING s.id, s.sku, s.physical_quantity - t.delta AS physical, s.available_quantity - t.delta AS available,
    s.allocated_quantity, s.damaged_quantity, s.hold_quantity, s.in_transit_quantity, s.version - t.n AS version, s.changed_at
), co AS (
  UPDATE stock_costs c SET quantity = c.quantity + t.delta, version = c.version + t.n
  FROM t WHERE c.warehouse_id = :warehouse AND c.sku = t.sku
  RETURNING c.sku, c.quantity - t.delta AS quantity, c.value, c.version - t.n AS version
), mv AS (
  INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, kind,
    quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
    physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
    unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at)
  SELECT m.posting, :warehouse, st.id, m.sku, m.kind, m.delta, m.delta, 0, 0, 0, 0,
    st.physical + m.running, st.available + m.running, st.allocated_quantity, st.damaged_quantity, st.hold_quantity, st.in_transit_quantity,
    st.version + m.nth, CASE WHEN m.delta < 0 OR m.lines > 1 OR co.quantity + m.running > m.delta THEN 0 END, 'GBP', 10000000000, 0,
    co.quantity + m.running, co.value, co.version + m.nth, m.occurred_at, st.changed_at
  FROM m JOIN st USING (sku) JOIN co USING (sku) ORDER BY m.posting, m.sku
  RETURNING 1
)
SELECT count(*) FROM mv;
COMMIT;
