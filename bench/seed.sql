-- A company of bench.warehouses warehouses that stock bench.skus products each, and
-- the year behind it: the same rows that the ledger would have written, set by set,
-- so that "entrepot verify" holds over all of them.
--
-- Every stock came in with a delivery of twenty products, and changed once more with
-- an order of four; SKU 100002 in warehouse 2 instead moves ten thousand times, as
-- what sells best does. The year's movements lie evenly over its days and in the
-- order of their ids: in its first quarter all is delivered, in its last all is
-- ordered, and in between both by turns.
--
-- SKUs are six digits, for then pgbench can hand them over as they are. Every
-- stock holds so many units that no run can come to the end of them.

INSERT INTO warehouses (created_at, updated_at, code, name, currency)
SELECT now(), now(), 'W' || to_char(n, 'FM00'), 'Warehouse number ' || n, 'CNY'
FROM generate_series(1, current_setting('bench.warehouses')::int) AS n ORDER BY n;

-- One in fifty should have more than lies in all warehouses together.
INSERT INTO products (created_at, updated_at, sku, name, english_name, category, brand, spec, min_stock, max_stock)
SELECT now(), now(), (100000 + n)::text, '商品 ' || n, 'Product number ' || n, 'Category ' || n % 40, 'Brand ' || n % 200, '12 x 8 cm',
  CASE n % 50 WHEN 0 THEN 600000000 + n ELSE 1000 END, 900000000
FROM generate_series(1, current_setting('bench.skus')::int) AS n ORDER BY n;

-- What happened, a row for each posting: its lines are that many products from one
-- on. The moment is the part of the year that had gone by.
CREATE TEMP TABLE bench_work ON COMMIT DROP AS
WITH deliveries AS (
  SELECT d.*, row_number() OVER (ORDER BY d.warehouse_id = 2 AND d.product = 1 DESC, hashint8extended(d.product, d.warehouse_id), d.warehouse_id) - 1 AS place,
    count(*) OVER () AS number
  FROM (
    SELECT w.id AS warehouse_id, n AS product
    FROM warehouses w, generate_series(1, current_setting('bench.skus')::int, 20) AS n) d
), orders AS ( -- each some time after the delivery that it takes from
  SELECT d.warehouse_id, n AS product, d.number,
    (row_number() OVER (ORDER BY d.place * 20 / d.number, hashint8extended(n, d.warehouse_id), d.warehouse_id) - 1)::float8 * d.number / count(*) OVER () AS place
  FROM deliveries d, generate_series(d.product, least(d.product + 19, current_setting('bench.skus')::int), 4) AS n
), work AS (
  SELECT 'INBOUND' AS kind, 'OPENING' AS reason_code, warehouse_id, product, 20 AS lines, 1 AS version,
    CASE WHEN place < number / 2.0 THEN place ELSE 2 * place - number / 2.0 END / (2.0 * number) AS moment
  FROM deliveries
  UNION ALL
  SELECT CASE hashint8extended(product, 0) % 10 WHEN 0 THEN 'ADJUSTMENT' ELSE 'OUTBOUND' END, 'SALE', warehouse_id, product, 4, 2,
    CASE WHEN place < number / 2.0 THEN 2 * place + number / 2.0 ELSE place + number END / (2.0 * number)
  FROM orders
  UNION ALL
  SELECT CASE n % 10 WHEN 0 THEN 'INBOUND' WHEN 5 THEN 'ADJUSTMENT' ELSE 'OUTBOUND' END, 'BUSY', 2, 2, 1, n + 1, n / 10000.0
  FROM generate_series(1, 9999) AS n
)
SELECT row_number() OVER (ORDER BY moment, warehouse_id, product, version) AS id, *, now() - interval '8760 hours' * (1 - moment) AS recorded_at,
  now() - interval '8760 hours' * (1 - moment) - interval '5 minutes' AS occurred_at
FROM work;

INSERT INTO postings (id, kind, operation, actor_id, reason_code, base_currency, occurred_at, recorded_at, transaction_id)
SELECT w.id, w.kind, 'bench', u.ids[1 + w.id % cardinality(u.ids)], w.reason_code, 'CNY', w.occurred_at, w.recorded_at,
  pg_current_xact_id()::text::bigint
FROM bench_work w, (SELECT coalesce(array_agg(id ORDER BY id), ARRAY[current_setting('bench.actor')::bigint]) AS ids FROM users) u ORDER BY w.id;

SELECT setval(pg_get_serial_sequence('postings', 'id'), max(id)) FROM bench_work;

-- A line for each movement. What comes and goes of the busy stock adds up to
-- nothing every ten movements.
CREATE TEMP VIEW bench_lines AS
SELECT w.*, n AS number, (w.warehouse_id - 1) * current_setting('bench.skus')::bigint + n AS stock_id, (100000 + n)::text AS sku,
  q.delta, q.after
FROM bench_work w
CROSS JOIN LATERAL generate_series(w.product, least(w.product + w.lines - 1, current_setting('bench.skus')::int)) AS n
CROSS JOIN LATERAL (SELECT
  CASE WHEN w.version = 1 THEN 10000000
    WHEN w.reason_code <> 'BUSY' THEN -1 - n % 9
    WHEN w.kind = 'INBOUND' THEN 45 ELSE -((w.version - 1) % 10) END AS delta,
  10000000 - CASE WHEN w.version = 1 THEN 0
    WHEN w.reason_code <> 'BUSY' THEN 1 + n % 9
    ELSE (w.version - 1) % 10 * ((w.version - 1) % 10 + 1) / 2 END AS after) q
WHERE w.reason_code <> 'SALE' OR w.warehouse_id <> 2 OR n <> 2;

INSERT INTO stocks (id, warehouse_id, sku, physical_quantity, available_quantity, version, changed_at)
SELECT stock_id, warehouse_id, sku, after, after, version, recorded_at
FROM bench_lines WHERE reason_code = 'SALE' OR version = 10000 ORDER BY stock_id;

SELECT setval('stocks_id_seq', max(id)) FROM stocks;

INSERT INTO stock_costs (warehouse_id, sku, quantity, value, version)
SELECT warehouse_id, sku, physical_quantity, physical_quantity * 125000, version
FROM stocks ORDER BY id;

INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, kind,
  quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
  physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version,
  occurred_at, recorded_at)
SELECT id, warehouse_id, stock_id, sku, kind,
  delta, delta, 0, 0, 0, 0, after, after, 0, 0, 0, 0, version,
  125000, 'CNY', 10000000000, delta * 125000::bigint, after, after * 125000::bigint, version,
  occurred_at, recorded_at
FROM bench_lines ORDER BY id, number;

DROP VIEW bench_lines;

-- The keys of what was sent before.
INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
SELECT 'user:' || current_setting('bench.actor') || '/stockAdjust/' || to_hex(hashint8extended(n, 0)), sha256(convert_to(n::text, 'UTF8')),
  '{"posting":' || n || '}', now()
FROM generate_series(1, 100000) AS n;
