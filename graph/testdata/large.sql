-- A company of a size at which PostgreSQL has a choice how to read: 20 warehouses,
-- 2,000 SKUs, 40,000 stocks, 60,000 postings with 200,000 movements over a year,
-- 6,000 documents. $user is whoever did it all. No key is checked and no trigger
-- runs meanwhile; what is left out here is not read by what is planned over it.
SET LOCAL session_replication_role = replica;
SET LOCAL synchronous_commit = off;

INSERT INTO warehouses (id, created_at, updated_at, code, name, currency)
SELECT w, now(), now(), 'W' || lpad(w::text, 2, '0'), 'Warehouse ' || w, 'CNY' FROM generate_series(1, 20) AS w;

INSERT INTO warehouse_locations (warehouse_id, created_at, updated_at, code)
SELECT w, now(), now(), 'A-' || lpad(n::text, 3, '0') FROM generate_series(1, 20) AS w, generate_series(1, 200) AS n;

INSERT INTO products (id, created_at, updated_at, sku, name, category, brand, min_stock)
SELECT p, now(), now(), 'SKU-' || lpad(p::text, 5, '0'), 'Product ' || p, 'C' || p % 20, 'B' || p % 50, p % 3 * 10 FROM generate_series(1, 2000) AS p;

INSERT INTO product_barcodes (sku, barcode) SELECT sku, '69' || lpad(id::text, 8, '0') FROM products;

INSERT INTO stocks (id, warehouse_id, sku, batch_no, physical_quantity, available_quantity, version, changed_at)
SELECT (w - 1) * 2000 + p, w, 'SKU-' || lpad(p::text, 5, '0'), CASE WHEN p % 10 = 0 THEN 'B1' ELSE '' END, 100, 100, 5, now()
FROM generate_series(1, 20) AS w, generate_series(1, 2000) AS p;

INSERT INTO batches (created_at, updated_at, sku, batch_no, expires_on)
SELECT now(), now(), sku, 'B1', current_date + id::int FROM products WHERE id % 10 = 0;

INSERT INTO stock_costs (warehouse_id, sku, quantity, value, version) SELECT warehouse_id, sku, 100, 1234567, 5 FROM stocks;

INSERT INTO documents (id, created_at, updated_at, occurred_at, warehouse_id, no, kind, state, external_no, party, created_by, line_count, quantity, version)
SELECT d, at, at, at, 1 + d % 20, 'OUT-W01-20260101-' || lpad(d::text, 5, '0'), 'OUTBOUND',
  CASE WHEN d % 100 = 0 THEN 'DRAFT' WHEN d % 100 < 3 THEN 'APPROVED' ELSE 'COMPLETED' END, 'X' || d, 'Party ' || d % 500, $user, 5, 50, 4
FROM generate_series(1, 6000) AS d, LATERAL (SELECT now() - (6000 - d) * interval '88 minutes' AS at) AS t;

INSERT INTO document_lines (document_id, line_no, sku, quantity)
SELECT d, n, 'SKU-' || lpad((1 + (d * 7 + n * 331) % 2000)::text, 5, '0'), 10 FROM generate_series(1, 6000) AS d, generate_series(1, 5) AS n;

INSERT INTO document_events (document_id, version, action, to_state, actor_id, posting_id, recorded_at)
SELECT d, n, 'EXECUTE', 'COMPLETED', $user, CASE WHEN n = 3 THEN d * 10 END, now() FROM generate_series(1, 6000) AS d, generate_series(1, 4) AS n;

INSERT INTO postings (id, kind, operation, actor_id, reason_code, base_currency, document_id, reverses_id, occurred_at, recorded_at, transaction_id)
SELECT p, 'OUTBOUND', 'documentExecute', $user, 'SALE', 'CNY', CASE WHEN p % 10 = 0 THEN p / 10 END, CASE WHEN p % 200 = 7 THEN p - 1 END, at, at, p
FROM generate_series(1, 60000) AS p, LATERAL (SELECT now() - (60000 - p) * interval '525 seconds' AS at) AS t;

INSERT INTO stock_movements (id, posting_id, warehouse_id, stock_id, sku, batch_no, kind, quantity_delta, available_delta, allocated_delta, damaged_delta,
  hold_delta, in_transit_delta, physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at)
SELECT m, 1 + (m - 1) * 3 / 10, s.warehouse_id, s.id, s.sku, s.batch_no, CASE WHEN m % 7 = 0 THEN 'INBOUND' ELSE 'OUTBOUND' END,
  CASE WHEN m % 7 = 0 THEN 5 ELSE -1 END, CASE WHEN m % 7 = 0 THEN 5 ELSE -1 END, 0, 0, 0, 0, 100, 100, 0, 0, 0, 0, 1 + (m - 1) / 40000,
  'CNY', 10000000000, 0, 100, 1234567, 1 + (m - 1) / 40000, at, at
FROM generate_series(1, 200000) AS m, LATERAL (SELECT now() - (200000 - m) * interval '157 seconds' AS at) AS t, stocks AS s
WHERE s.id = 1 + (m::bigint * 7919) % 40000;

INSERT INTO shipments (id, created_at, updated_at, document_id, shipment_no, warehouse_id, target_warehouse_id, state, dispatched_at, closed_at, eta, posting_id, created_by, quantity, accepted_quantity)
SELECT d, at, at, d, 1, 1 + d % 20, 1 + (d + 7) % 20, CASE WHEN d % 50 = 0 THEN 'IN_TRANSIT' ELSE 'RECEIVED' END, at, CASE WHEN d % 50 = 0 THEN NULL ELSE at END, at, d * 10, $user, 50, CASE WHEN d % 50 = 0 THEN 0 ELSE 50 END
FROM generate_series(1, 6000) AS d, LATERAL (SELECT now() - (6000 - d) * interval '88 minutes' AS at) AS t;

INSERT INTO shipment_lines (id, shipment_id, line_no, sku, quantity, accepted_quantity, value, currency, exchange_rate)
SELECT (d - 1) * 5 + n, d, n, 'SKU-' || lpad((1 + (d * 7 + n * 331) % 2000)::text, 5, '0'), 10, CASE WHEN d % 50 = 0 THEN 0 ELSE 10 END, 1000000, 'CNY', 10000000000
FROM generate_series(1, 6000) AS d, generate_series(1, 5) AS n;

INSERT INTO shipment_entries (shipment_line_id, version, posting_id, accepted_delta, rejected_delta, missing_delta, returned_delta, occurred_at)
SELECT id, 4, shipment_id * 10, 10, 0, 0, 0, now() FROM shipment_lines WHERE accepted_quantity > 0;
