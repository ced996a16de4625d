-- The least that a promise and its fulfilment can be, each a transaction: a key that
-- makes it happen once, guarded changes of the balances, and the rows that say what
-- for. One round trip each. The two count as two.
\set warehouse random(1, :warehouses)
\set sku 100000 + random(1, :skus)
\set key random(1, 4000000000000000000)
BEGIN;
INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
VALUES ('user:1/reservationCreate/' || :key, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '', now());
UPDATE stocks SET available_quantity = available_quantity - 1, allocated_quantity = allocated_quantity + 1,
  version = version + 1, changed_at = greatest(changed_at, clock_timestamp())
WHERE warehouse_id = :warehouse AND sku = :sku AND batch_no = '' AND available_quantity >= 1
RETURNING id AS stock, physical_quantity AS physical, available_quantity AS available, allocated_quantity AS allocated, hold_quantity AS hold, version, changed_at AS at \gset
INSERT INTO postings (kind, operation, actor_id, reason_code, base_currency, occurred_at, recorded_at, transaction_id)
VALUES ('RESERVATION', 'limit', 1, 'RESERVED', 'CNY', now(), :at, pg_current_xact_id()::text::bigint)
RETURNING id AS posting \gset
INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, kind,
  quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
  physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  currency, exchange_rate, value_delta, occurred_at, recorded_at)
VALUES (:posting, :warehouse, :stock, :sku, 'RESERVATION', 0, -1, 1, 0, 0, 0,
  :physical, :available, :allocated, 0, :hold, 0, :version, 'CNY', 10000000000, 0, now(), :at);
INSERT INTO reservations (created_at, updated_at, business_type, business_id, created_by, line_count, quantity)
VALUES (now(), now(), 'LIMIT', :key, 1, 1, 1)
RETURNING id AS reservation \gset
INSERT INTO reservation_lines (reservation_id, line_no, sku, asked_quantity, quantity)
VALUES (:reservation, 1, :sku, 1, 1)
RETURNING id AS line \gset
INSERT INTO reservation_allocations (reservation_id, line_id, warehouse_id, sku, quantity)
VALUES (:reservation, :line, :warehouse, :sku, 1);
INSERT INTO reservation_events (reservation_id, version, action, posting_id, actor_id, recorded_at)
VALUES (:reservation, 1, 'CREATE', :posting, 1, now());
COMMIT;
BEGIN;
INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
VALUES ('user:1/reservationDeduct/' || :key, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '', now());
UPDATE reservations SET version = version + 1, state = 'COMPLETED', closed_at = now(), updated_at = now(), deducted_quantity = deducted_quantity + 1
WHERE business_type = 'LIMIT' AND business_id = :key AND state = 'ACTIVE'
RETURNING id AS reservation, version AS step \gset
UPDATE reservation_allocations SET deducted_quantity = deducted_quantity + 1 WHERE reservation_id = :reservation
RETURNING id AS allocation \gset
UPDATE stocks SET physical_quantity = physical_quantity - 1, allocated_quantity = allocated_quantity - 1,
  version = version + 1, changed_at = greatest(changed_at, clock_timestamp())
WHERE warehouse_id = :warehouse AND sku = :sku AND batch_no = '' AND allocated_quantity >= 1
RETURNING id AS stock, physical_quantity AS physical, available_quantity AS available, allocated_quantity AS allocated, hold_quantity AS hold, version, changed_at AS at \gset
UPDATE stock_costs SET quantity = quantity - 1, value = value - value / quantity, version = version + 1
WHERE warehouse_id = :warehouse AND sku = :sku
RETURNING quantity AS worthy, value AS worth, version AS worths, value / quantity AS unit \gset
INSERT INTO postings (kind, operation, actor_id, reason_code, base_currency, occurred_at, recorded_at, transaction_id)
VALUES ('OUTBOUND', 'limit', 1, 'SALE', 'CNY', now(), :at, pg_current_xact_id()::text::bigint)
RETURNING id AS posting \gset
INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, kind,
  quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
  physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at)
VALUES (:posting, :warehouse, :stock, :sku, 'OUTBOUND', -1, 0, -1, 0, 0, 0,
  :physical, :available, :allocated, 0, :hold, 0, :version,
  :unit, 'CNY', 10000000000, - :unit::bigint, :worthy, :worth, :worths, now(), :at);
INSERT INTO reservation_events (reservation_id, version, action, posting_id, actor_id, recorded_at)
VALUES (:reservation, :step, 'DEDUCT', :posting, 1, now())
RETURNING id AS event \gset
INSERT INTO reservation_entries (event_id, allocation_id, deducted_delta, released_delta, short_delta)
VALUES (:event, :allocation, 1, 0, 0);
COMMIT;
