-- A company of bench.warehouses warehouses that stock bench.skus products each,
-- which came in deliveries of twenty products: the same rows that the ledger would
-- have written, set by set, so that "entrepot verify" holds over all of them.
--
-- SKUs are six digits, for then pgbench can hand them over as they are. Every
-- stock holds so many units that no run can come to the end of them.

INSERT INTO warehouses (created_at, updated_at, code, name, currency)
SELECT now(), now(), 'W' || to_char(n, 'FM00'), 'Warehouse number ' || n, 'CNY'
FROM generate_series(1, current_setting('bench.warehouses')::int) AS n ORDER BY n;

INSERT INTO products (created_at, updated_at, sku, name, english_name, category, brand, spec)
SELECT now(), now(), (100000 + n)::text, '商品 ' || n, 'Product number ' || n, 'Category ' || n % 40, 'Brand ' || n % 200, '12 x 8 cm'
FROM generate_series(1, current_setting('bench.skus')::int) AS n ORDER BY n;

INSERT INTO postings (kind, operation, actor_id, reason_code, base_currency, note, occurred_at, recorded_at, transaction_id)
SELECT 'INBOUND', 'bench', current_setting('bench.actor')::bigint, 'OPENING', 'CNY', w.code || '/' || delivery, now(), now(),
  pg_current_xact_id()::text::bigint
FROM warehouses w, generate_series(0, (current_setting('bench.skus')::int - 1) / 20) AS delivery ORDER BY w.id, delivery;

INSERT INTO stocks (warehouse_id, sku, physical_quantity, available_quantity, version, changed_at)
SELECT w.id, p.sku, 10000000, 10000000, 1, now()
FROM warehouses w CROSS JOIN products p ORDER BY w.id, p.sku;

INSERT INTO stock_costs (warehouse_id, sku, quantity, value, version)
SELECT warehouse_id, sku, physical_quantity, physical_quantity * 125000, 1
FROM stocks ORDER BY id;

ANALYZE postings, stocks, stock_costs;

INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, batch_no, kind,
  quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
  physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version,
  occurred_at, recorded_at)
SELECT p.id, s.warehouse_id, s.id, s.sku, s.batch_no, p.kind,
  s.physical_quantity, s.available_quantity, 0, 0, 0, 0,
  s.physical_quantity, s.available_quantity, 0, 0, 0, 0, 1,
  125000, w.currency, 10000000000, c.value, c.quantity, c.value, 1,
  p.occurred_at, s.changed_at
FROM stocks s
JOIN warehouses w ON w.id = s.warehouse_id
JOIN postings p ON p.operation = 'bench' AND p.note = w.code || '/' || (s.sku::int - 100001) / 20
JOIN stock_costs c ON c.warehouse_id = s.warehouse_id AND c.sku = s.sku
ORDER BY s.id;

-- The keys of what was sent before.
INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
SELECT 'user:' || current_setting('bench.actor') || '/stockAdjust/' || to_hex(hashint8extended(n, 0)), sha256(convert_to(n::text, 'UTF8')),
  '{"posting":' || n || '}', now()
FROM generate_series(1, 100000) AS n;
