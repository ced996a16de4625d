-- The least that a posting can be: a key that makes it happen once, a guarded
-- change of a balance, and the rows that say why. One round trip each.
-- Units go on hold instead of away, so that no worth changes and the ledger
-- can still be proved; the rows written are of the same size. With one warehouse and
-- one SKU all of it is on one stock, and every client waits for the one before.
\set warehouse random(1, :warehouses)
\set sku 100000 + random(1, :skus)
\set key random(1, 4000000000000000000)
BEGIN;
INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
VALUES ('user:1/stockAdjust/' || :key, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '', now());
UPDATE stocks SET available_quantity = available_quantity - 1, hold_quantity = hold_quantity + 1,
  version = version + 1, changed_at = greatest(changed_at, clock_timestamp())
WHERE warehouse_id = :warehouse AND sku = :sku AND batch_no = '' AND available_quantity >= 1
RETURNING id AS stock, physical_quantity AS physical, available_quantity AS available, hold_quantity AS hold, version, changed_at AS at \gset
INSERT INTO postings (kind, operation, actor_id, reason_code, base_currency, occurred_at, recorded_at, transaction_id)
VALUES ('MOVE', 'limit', 1, 'BENCH', 'CNY', now(), :at, pg_current_xact_id()::text::bigint)
RETURNING id AS posting \gset
INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, kind,
  quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
  physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  currency, exchange_rate, value_delta, occurred_at, recorded_at)
VALUES (:posting, :warehouse, :stock, :sku, 'MOVE', 0, -1, 0, 0, 1, 0,
  :physical, :available, 0, 0, :hold, 0, :version, 'CNY', 10000000000, 0, now(), :at);
COMMIT;
