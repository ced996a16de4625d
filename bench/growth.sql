-- What a growing company adds to its books: products up to bench.skus in every
-- warehouse, and bench.rounds movements of each stock, old and new ones alike, in
-- postings of twenty lines. They lie evenly between two parts of the year, in the
-- order of their ids, as the ledger would have written them: "entrepot verify"
-- holds over all of them, so the foreign keys need not be asked row by row.

SET LOCAL session_replication_role = replica;

INSERT INTO warehouses (created_at, updated_at, code, name, currency)
SELECT now(), now(), 'W' || to_char(n, 'FM00'), 'Warehouse number ' || n, 'CNY'
FROM generate_series(1, current_setting('bench.warehouses')::int) AS n ORDER BY n
ON CONFLICT (code) DO NOTHING;

INSERT INTO products (created_at, updated_at, sku, name, english_name, category, brand, spec, min_stock, max_stock)
SELECT now(), now(), (100000 + n)::text, '商品 ' || n, 'Product number ' || n, 'Category ' || n % 40, 'Brand ' || n % 200, '12 x 8 cm', 1000, 900000000
FROM generate_series((SELECT count(*) FROM products) + 1, current_setting('bench.skus')::int) AS n ORDER BY n;

-- Every stock as it is, a new one as nothing. The group is the place of its
-- posting in each round.
CREATE TEMP TABLE bench_before ON COMMIT DROP AS
SELECT coalesce(s.id, (n - 1) * current_setting('bench.warehouses')::bigint + w.id) AS id, w.id AS warehouse_id, (100000 + n)::text AS sku,
  (n - 1) / 20 * current_setting('bench.warehouses')::bigint + w.id - 1 AS group_no,
  coalesce(s.physical_quantity, 0) AS quantity, coalesce(s.version, 0) AS version, s.changed_at
FROM generate_series(1, current_setting('bench.skus')::int) AS n CROSS JOIN warehouses w
LEFT JOIN stocks s ON s.warehouse_id = w.id AND s.sku = (100000 + n)::text
ORDER BY group_no, n;

CREATE TEMP TABLE bench_postings ON COMMIT DROP AS
SELECT round, group_no, (SELECT coalesce(max(id), 0) FROM postings) + row_number() OVER (ORDER BY round, group_no) AS id,
  now() - interval '8760 hours' * (1 - current_setting('bench.from')::float8
    - (current_setting('bench.to')::float8 - current_setting('bench.from')::float8)
    * (row_number() OVER (ORDER BY round, group_no) - 1) / count(*) OVER ()) AS recorded_at
FROM generate_series(1, current_setting('bench.rounds')::int) AS round,
  generate_series(0, (SELECT max(group_no) FROM bench_before)) AS group_no;

INSERT INTO postings (id, kind, operation, actor_id, reason_code, base_currency, occurred_at, recorded_at, transaction_id)
SELECT id, 'ADJUSTMENT', 'bench', current_setting('bench.actor')::bigint, 'GROWTH', 'CNY', recorded_at, recorded_at, pg_current_xact_id()::text::bigint
FROM bench_postings ORDER BY id;

SELECT setval(pg_get_serial_sequence('postings', 'id'), max(id)) FROM postings;

ANALYZE bench_before, bench_postings;

-- A new stock begins with a million units. From there one goes and comes by turns.
DO $$
BEGIN
  FOR r IN 1..current_setting('bench.rounds')::int LOOP
    INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, kind,
      quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
      physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
      unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version,
      occurred_at, recorded_at)
    SELECT p.id, b.warehouse_id, b.id, b.sku, 'ADJUSTMENT',
      q.delta, q.delta, 0, 0, 0, 0, q.after, q.after, 0, 0, 0, 0, b.version + r,
      125000, 'CNY', 10000000000, q.delta * 125000, q.after, q.after * 125000, b.version + r,
      p.recorded_at, greatest(p.recorded_at, b.changed_at)
    FROM bench_before b JOIN bench_postings p ON p.round = r AND p.group_no = b.group_no
    CROSS JOIN LATERAL (SELECT
      CASE WHEN b.version > 0 THEN (ARRAY[1, -1])[1 + r % 2] WHEN r = 1 THEN 1000000 ELSE (ARRAY[-1, 1])[1 + r % 2] END::bigint AS delta,
      CASE WHEN b.version > 0 THEN b.quantity - r % 2 ELSE 1000000 - (r + 1) % 2 END::bigint AS after) q
    ORDER BY p.id, b.sku;
  END LOOP;
END
$$;

CREATE TEMP VIEW bench_after AS
SELECT b.*, CASE WHEN b.version > 0 THEN b.quantity - r.last % 2 ELSE 1000000 - (r.last + 1) % 2 END AS quantity_after,
  b.version + r.last AS version_after, greatest(p.recorded_at, b.changed_at) AS recorded_at
FROM (SELECT current_setting('bench.rounds')::int AS last) r
CROSS JOIN bench_before b JOIN bench_postings p ON p.round = r.last AND p.group_no = b.group_no;

UPDATE stocks s SET physical_quantity = a.quantity_after, available_quantity = a.quantity_after, version = a.version_after, changed_at = a.recorded_at
FROM bench_after a WHERE a.version > 0 AND s.warehouse_id = a.warehouse_id AND s.id = a.id;

UPDATE stock_costs c SET quantity = a.quantity_after, value = a.quantity_after * 125000, version = a.version_after
FROM bench_after a WHERE a.version > 0 AND c.warehouse_id = a.warehouse_id AND c.sku = a.sku;

INSERT INTO stocks (id, warehouse_id, sku, physical_quantity, available_quantity, version, changed_at)
SELECT id, warehouse_id, sku, quantity_after, quantity_after, version_after, recorded_at FROM bench_after WHERE version = 0 ORDER BY id;

INSERT INTO stock_costs (warehouse_id, sku, quantity, value, version)
SELECT warehouse_id, sku, quantity_after, quantity_after * 125000, version_after FROM bench_after WHERE version = 0 ORDER BY id;

SELECT setval('stocks_id_seq', max(id)) FROM stocks;

DROP VIEW bench_after;
