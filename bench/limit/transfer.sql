-- An approved transfer goes and comes, in two statements: everything that Entrepot
-- keeps of it, set by set. Its lines are of different SKUs, without batches or bins,
-- between warehouses of one currency. The tables' own constraints guard the balances.
WITH d AS MATERIALIZED (
  SELECT x.*, nextval('postings_id_seq') AS posting, nextval('shipments_id_seq') AS shipment FROM documents x
  WHERE no = current_setting('bench.transfer') AND state = 'APPROVED'
), a AS MATERIALIZED (
  SELECT a.id, a.warehouse_id, d.target_warehouse_id AS target, a.sku, a.quantity AS n, l.line_no
  FROM d JOIN reservation_allocations a ON a.reservation_id = d.reservation_id JOIN reservation_lines l ON l.id = a.line_id
), claimed AS (
  INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
  SELECT 'user:1/transferDispatch/' || no, sha256(''), '', now() FROM d
), source AS (
  UPDATE stocks s SET physical_quantity = s.physical_quantity - a.n, allocated_quantity = s.allocated_quantity - a.n,
    version = s.version + 1, changed_at = greatest(s.changed_at, clock_timestamp())
  FROM a WHERE s.warehouse_id = a.warehouse_id AND s.sku = a.sku AND s.batch_no = ''
  RETURNING s.*, a.line_no, a.n
), target AS (
  UPDATE stocks s SET in_transit_quantity = s.in_transit_quantity + a.n,
    version = s.version + 1, changed_at = greatest(s.changed_at, clock_timestamp())
  FROM a WHERE s.warehouse_id = a.target AND s.sku = a.sku AND s.batch_no = ''
  RETURNING s.*, a.line_no, a.n
), worth AS (
  UPDATE stock_costs c SET quantity = c.quantity - a.n, value = c.value - c.value / c.quantity * a.n, version = c.version + 1
  FROM a WHERE c.warehouse_id = a.warehouse_id AND c.sku = a.sku
  RETURNING c.sku, c.quantity, c.value, c.version, c.value / c.quantity AS unit
), posted AS (
  INSERT INTO postings (id, kind, operation, actor_id, reason_code, base_currency, document_id, occurred_at, recorded_at, transaction_id)
  SELECT posting, 'TRANSFER', 'transferDispatch', created_by, reason_code, 'CNY', id, now(), now(), pg_current_xact_id()::text::bigint FROM d
), moved AS (
  INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, kind,
    quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
    physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
    unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at)
  SELECT d.posting, s.warehouse_id, s.id, s.sku, 'TRANSFER', -s.n, 0, -s.n, 0, 0, 0, s.physical_quantity, s.available_quantity, s.allocated_quantity,
    s.damaged_quantity, s.hold_quantity, s.in_transit_quantity, s.version, w.unit, 'CNY', 10000000000, -s.n * w.unit, w.quantity, w.value, w.version, now(), s.changed_at
  FROM d CROSS JOIN source s JOIN worth w USING (sku)
  UNION ALL
  SELECT d.posting, s.warehouse_id, s.id, s.sku, 'TRANSFER', 0, 0, 0, 0, 0, s.n, s.physical_quantity, s.available_quantity, s.allocated_quantity,
    s.damaged_quantity, s.hold_quantity, s.in_transit_quantity, s.version, NULL, 'CNY', 10000000000, 0, NULL, NULL, NULL, now(), s.changed_at
  FROM d CROSS JOIN target s
), shipped AS (
  INSERT INTO shipments (id, created_at, updated_at, document_id, shipment_no, warehouse_id, target_warehouse_id, dispatched_at, posting_id, created_by, quantity)
  SELECT shipment, now(), now(), id, 1, warehouse_id, target_warehouse_id, now(), posting, created_by, quantity FROM d
), carried AS (
  INSERT INTO shipment_lines (shipment_id, line_no, sku, quantity, value, currency, exchange_rate)
  SELECT d.shipment, a.line_no, a.sku, a.n, a.n * w.unit, 'CNY', 10000000000 FROM d CROSS JOIN a JOIN worth w USING (sku) ORDER BY a.line_no
), taken AS (
  UPDATE reservation_allocations x SET deducted_quantity = a.n FROM a WHERE x.id = a.id
), reserved AS (
  UPDATE reservations r SET version = r.version + 1, state = 'COMPLETED', closed_at = now(), updated_at = now(), deducted_quantity = r.quantity
  FROM d WHERE r.id = d.reservation_id RETURNING r.id, r.version
), told AS (
  INSERT INTO reservation_events (reservation_id, version, action, posting_id, actor_id, recorded_at)
  SELECT r.id, r.version, 'DEDUCT', d.posting, d.created_by, now() FROM reserved r, d RETURNING id
), entered AS (
  INSERT INTO reservation_entries (event_id, allocation_id, deducted_delta, released_delta, short_delta)
  SELECT told.id, a.id, a.n, 0, 0 FROM told, a
), executed AS (
  UPDATE document_lines l SET executed_quantity = l.quantity FROM d WHERE l.document_id = d.id
), done AS (
  INSERT INTO document_executions (document_id, line_id, line_no, version, posting_id, sku, quantity, line_quantity)
  SELECT d.id, l.id, l.line_no, d.version + 1, d.posting, a.sku, a.n, a.n
  FROM d JOIN document_lines l ON l.document_id = d.id JOIN a ON a.line_no = l.line_no ORDER BY l.line_no
), changed AS (
  UPDATE documents x SET version = x.version + 1, state = 'EXECUTING', executed_quantity = x.quantity, updated_at = now() FROM d WHERE x.id = d.id
)
INSERT INTO document_events (document_id, version, action, from_state, to_state, posting_id, actor_id, recorded_at)
SELECT id, version + 1, 'EXECUTE', 'APPROVED', 'EXECUTING', posting, created_by, now() FROM d;

WITH d AS MATERIALIZED (
  SELECT x.*, nextval('postings_id_seq') AS posting FROM documents x WHERE no = current_setting('bench.transfer') AND state = 'EXECUTING'
), a AS MATERIALIZED (
  SELECT l.id, l.line_no, d.target_warehouse_id AS warehouse_id, l.sku, l.quantity AS n, l.value, l.value / l.quantity AS unit, s.id AS shipment
  FROM d JOIN shipments s ON s.document_id = d.id JOIN shipment_lines l ON l.shipment_id = s.id
), claimed AS (
  INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
  SELECT 'user:1/shipmentReceive/' || no, sha256(''), '', now() FROM d
), target AS (
  UPDATE stocks s SET physical_quantity = s.physical_quantity + a.n, available_quantity = s.available_quantity + a.n, in_transit_quantity = s.in_transit_quantity - a.n,
    version = s.version + 1, changed_at = greatest(s.changed_at, clock_timestamp())
  FROM a WHERE s.warehouse_id = a.warehouse_id AND s.sku = a.sku AND s.batch_no = ''
  RETURNING s.*, a.line_no, a.n, a.value, a.unit
), worth AS (
  UPDATE stock_costs c SET quantity = c.quantity + a.n, value = c.value + a.value, version = c.version + 1
  FROM a WHERE c.warehouse_id = a.warehouse_id AND c.sku = a.sku
  RETURNING c.sku, c.quantity, c.value, c.version
), posted AS (
  INSERT INTO postings (id, kind, operation, actor_id, reason_code, base_currency, document_id, occurred_at, recorded_at, transaction_id)
  SELECT posting, 'TRANSFER', 'shipmentReceive', created_by, reason_code, 'CNY', id, now(), now(), pg_current_xact_id()::text::bigint FROM d
), moved AS (
  INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, kind,
    quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
    physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
    unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at)
  SELECT d.posting, s.warehouse_id, s.id, s.sku, 'TRANSFER', s.n, s.n, 0, 0, 0, -s.n, s.physical_quantity, s.available_quantity, s.allocated_quantity,
    s.damaged_quantity, s.hold_quantity, s.in_transit_quantity, s.version, s.unit, 'CNY', 10000000000, s.value, w.quantity, w.value, w.version, now(), s.changed_at
  FROM d CROSS JOIN target s JOIN worth w USING (sku)
), arrived AS (
  UPDATE shipment_lines l SET accepted_quantity = a.n FROM a WHERE l.id = a.id
), entered AS (
  INSERT INTO shipment_entries (shipment_line_id, version, posting_id, accepted_delta, rejected_delta, missing_delta, returned_delta, occurred_at)
  SELECT a.id, d.version + 1, d.posting, a.n, 0, 0, 0, now() FROM d CROSS JOIN a ORDER BY a.line_no
), received AS (
  UPDATE shipments s SET version = s.version + 1, state = 'RECEIVED', accepted_quantity = s.quantity, closed_at = now(), updated_at = now() FROM d WHERE s.document_id = d.id
), changed AS (
  UPDATE documents x SET version = x.version + 2, state = 'COMPLETED', updated_at = now() FROM d WHERE x.id = d.id
)
INSERT INTO document_events (document_id, version, action, from_state, to_state, posting_id, actor_id, recorded_at)
SELECT d.id, d.version + e.step, e.action, 'EXECUTING', e.after, CASE e.step WHEN 1 THEN d.posting END, d.created_by, now()
FROM d CROSS JOIN (VALUES (1, 'RECEIVE', 'EXECUTING'), (2, 'COMPLETE', 'COMPLETED')) AS e(step, action, after);
