-- Where the orders lie before limit/import.sql books them.
CREATE TABLE bench_orders (
  batch int, seq int, kind text, day text, reason_code text, external_no text COLLATE "C", party text, country text,
  occurred_at timestamptz, line_count bigint, quantity bigint, input_hash bytea, PRIMARY KEY (batch, seq)
);
CREATE TABLE bench_lines (
  batch int, seq int, line_no bigint, sku text COLLATE "C", quantity bigint, unit_price bigint, PRIMARY KEY (batch, seq, line_no)
);
