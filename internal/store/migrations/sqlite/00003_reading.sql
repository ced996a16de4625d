-- +goose Up
-- Reading: indexes for what operators and analysts ask, what every warehouse
-- held at the end of each of its days, and how far the sweep of the ledger is.

CREATE INDEX stock_movements_warehouse_id_sku_id ON stock_movements (warehouse_id, sku, id);
CREATE INDEX stock_movements_warehouse_id_id ON stock_movements (warehouse_id, id);
CREATE INDEX stock_movements_receipts ON stock_movements (stock_id, occurred_at, stock_version, quantity_delta, posting_id) WHERE quantity_delta > 0 AND kind <> 'REVERSAL';
CREATE INDEX stock_movements_recorded_at ON stock_movements (recorded_at);
CREATE INDEX stock_movements_occurred_at ON stock_movements (occurred_at);

CREATE TABLE warehouse_snapshots (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    day date NOT NULL,
    as_of datetime NOT NULL,
    taken_at datetime NOT NULL,
    sku_count integer NOT NULL,
    physical_quantity integer NOT NULL,
    available_quantity integer NOT NULL,
    allocated_quantity integer NOT NULL,
    damaged_quantity integer NOT NULL,
    hold_quantity integer NOT NULL,
    in_transit_quantity integer NOT NULL,
    value integer NOT NULL,
    currency text NOT NULL,
    CONSTRAINT warehouse_snapshots_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);
CREATE UNIQUE INDEX warehouse_snapshots_key ON warehouse_snapshots (warehouse_id, day);

CREATE TABLE stock_snapshots (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    stock_id integer NOT NULL,
    day date NOT NULL,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    physical_quantity integer NOT NULL,
    available_quantity integer NOT NULL,
    allocated_quantity integer NOT NULL,
    damaged_quantity integer NOT NULL,
    hold_quantity integer NOT NULL,
    in_transit_quantity integer NOT NULL,
    CONSTRAINT stock_snapshots_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);
CREATE UNIQUE INDEX stock_snapshots_key ON stock_snapshots (stock_id, day);
CREATE INDEX stock_snapshots_warehouse_id_day ON stock_snapshots (warehouse_id, day);

CREATE TABLE cost_snapshots (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    sku text NOT NULL,
    day date NOT NULL,
    quantity integer NOT NULL,
    value integer NOT NULL,
    CONSTRAINT cost_snapshots_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);
CREATE UNIQUE INDEX cost_snapshots_key ON cost_snapshots (warehouse_id, sku, day);
CREATE INDEX cost_snapshots_warehouse_id_day ON cost_snapshots (warehouse_id, day);

CREATE TABLE ledger_sweeps (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    balances text NOT NULL,
    position integer NOT NULL DEFAULT 0,
    compared integer NOT NULL DEFAULT 0,
    drifted integer NOT NULL DEFAULT 0,
    named text NOT NULL DEFAULT '',
    started_at datetime NOT NULL,
    stepped_at datetime NOT NULL,
    finished_at datetime,
    last_compared integer NOT NULL DEFAULT 0,
    last_drifted integer NOT NULL DEFAULT 0,
    last_named text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX ledger_sweeps_key ON ledger_sweeps (balances);

-- Keys expire but for those that name a fact, of which an import leaves many:
-- the sweep must not read past them.
DROP INDEX idempotency_keys_created_at;
CREATE INDEX idempotency_keys_expiring ON idempotency_keys (created_at) WHERE substr(id, 1, 5) <> 'fact:';
