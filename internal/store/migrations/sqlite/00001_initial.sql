-- +goose Up
-- The first shape of the database. See schema/ for what each column means; this
-- file also holds what ent cannot say: foreign keys to codes, and the triggers.

-- People.

CREATE TABLE roles (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    permissions json NOT NULL
);
CREATE UNIQUE INDEX roles_name_key ON roles (name);

CREATE TABLE users (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    username text NOT NULL,
    display_name text NOT NULL DEFAULT '',
    password_hash text NOT NULL,
    status text NOT NULL DEFAULT 'ACTIVE',
    token_version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX users_username_key ON users (username);

CREATE TABLE user_roles (
    user_id integer NOT NULL,
    role_id integer NOT NULL,
    PRIMARY KEY (user_id, role_id),
    CONSTRAINT user_roles_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_roles_role_id FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE
);

-- The catalog.

CREATE TABLE products (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    english_name text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    category text NOT NULL DEFAULT '',
    brand text NOT NULL DEFAULT '',
    spec text NOT NULL DEFAULT '',
    unit text NOT NULL DEFAULT 'PCS',
    price integer,
    price_currency text NOT NULL DEFAULT '',
    min_stock integer NOT NULL DEFAULT 0,
    max_stock integer,
    weight_g integer NOT NULL DEFAULT 0,
    length_mm integer NOT NULL DEFAULT 0,
    width_mm integer NOT NULL DEFAULT 0,
    height_mm integer NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'ACTIVE',
    CONSTRAINT products_stock_bounds CHECK (min_stock >= 0 AND (max_stock IS NULL OR max_stock >= min_stock))
);
CREATE UNIQUE INDEX products_sku_key ON products (sku);

CREATE TABLE batches (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    sku text NOT NULL,
    batch_no text NOT NULL,
    state text NOT NULL DEFAULT 'AVAILABLE',
    produced_on date,
    expires_on date,
    CONSTRAINT batches_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX batches_sku_batch_no_key ON batches (sku, batch_no);

-- Places and pools.

CREATE TABLE warehouses (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    category text NOT NULL DEFAULT 'PHYSICAL',
    location_type text NOT NULL DEFAULT 'DOMESTIC',
    ownership_type text NOT NULL DEFAULT 'SELF',
    business_type text NOT NULL DEFAULT 'STANDARD',
    currency text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    capacity integer NOT NULL DEFAULT 0,
    max_volume_cm3 integer NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'ACTIVE',
    CONSTRAINT warehouses_capacity CHECK (capacity >= 0 AND max_volume_cm3 >= 0)
);
CREATE UNIQUE INDEX warehouses_code_key ON warehouses (code);

CREATE TABLE warehouse_parents (
    parent_id integer NOT NULL,
    warehouse_id integer NOT NULL,
    PRIMARY KEY (parent_id, warehouse_id),
    CONSTRAINT warehouse_parents_parent_id FOREIGN KEY (parent_id) REFERENCES warehouses (id) ON DELETE CASCADE,
    CONSTRAINT warehouse_parents_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id) ON DELETE CASCADE
);

CREATE TABLE warehouse_locations (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    code text NOT NULL,
    type text NOT NULL DEFAULT 'STORAGE',
    is_locked bool NOT NULL DEFAULT false,
    allow_mixing bool NOT NULL DEFAULT false,
    max_volume_cm3 integer NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'ACTIVE',
    CONSTRAINT warehouse_locations_warehouses_warehouse FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);
CREATE UNIQUE INDEX warehouse_locations_code_key ON warehouse_locations (warehouse_id, code);

-- Money.

CREATE TABLE exchange_rates (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    from_currency text NOT NULL,
    to_currency text NOT NULL,
    rate_date date NOT NULL,
    rate integer NOT NULL,
    source text NOT NULL DEFAULT 'manual',
    recorded_at datetime NOT NULL,
    CONSTRAINT exchange_rates_positive CHECK (rate > 0)
);
CREATE UNIQUE INDEX exchange_rates_key ON exchange_rates (from_currency, to_currency, rate_date);

-- The ledger: balances (stocks, stock_costs, location_stocks), written by internal/ledger only ...

CREATE TABLE stocks (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    physical_quantity integer NOT NULL DEFAULT 0,
    available_quantity integer NOT NULL DEFAULT 0,
    allocated_quantity integer NOT NULL DEFAULT 0,
    damaged_quantity integer NOT NULL DEFAULT 0,
    hold_quantity integer NOT NULL DEFAULT 0,
    in_transit_quantity integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 0,
    changed_at datetime NOT NULL,
    CONSTRAINT stocks_identity CHECK (available_quantity = physical_quantity - allocated_quantity - damaged_quantity - hold_quantity),
    CONSTRAINT stocks_not_negative CHECK (physical_quantity >= 0 AND available_quantity >= 0 AND allocated_quantity >= 0 AND damaged_quantity >= 0 AND hold_quantity >= 0 AND in_transit_quantity >= 0),
    CONSTRAINT stocks_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id),
    CONSTRAINT stocks_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX stocks_key ON stocks (warehouse_id, sku, batch_no);
CREATE INDEX stocks_sku_id ON stocks (sku, id);
CREATE INDEX stocks_warehouse_id_id ON stocks (warehouse_id, id);

CREATE TABLE stock_costs (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL DEFAULT 0,
    value integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 0,
    CONSTRAINT stock_costs_empty CHECK (quantity > 0 OR value = 0),
    CONSTRAINT stock_costs_not_negative CHECK (quantity >= 0 AND value >= 0),
    CONSTRAINT stock_costs_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id),
    CONSTRAINT stock_costs_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX stock_costs_key ON stock_costs (warehouse_id, sku);

CREATE TABLE location_stocks (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    location_id integer NOT NULL,
    stock_id integer NOT NULL,
    quantity integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 0,
    changed_at datetime NOT NULL,
    CONSTRAINT location_stocks_not_negative CHECK (quantity >= 0),
    CONSTRAINT location_stocks_location_id FOREIGN KEY (location_id) REFERENCES warehouse_locations (id)
);
CREATE UNIQUE INDEX location_stocks_key ON location_stocks (location_id, stock_id);
CREATE INDEX location_stocks_stock_id ON location_stocks (stock_id);

-- Documents.

CREATE TABLE documents (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    no text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'DRAFT',
    target_warehouse_id integer,
    reason_code text NOT NULL DEFAULT '',
    external_no text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    occurred_at datetime,
    created_by integer NOT NULL,
    approved_by integer,
    reverses_id integer,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT documents_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id),
    CONSTRAINT documents_target_warehouse_id FOREIGN KEY (target_warehouse_id) REFERENCES warehouses (id),
    CONSTRAINT documents_created_by FOREIGN KEY (created_by) REFERENCES users (id),
    CONSTRAINT documents_reverses_id FOREIGN KEY (reverses_id) REFERENCES documents (id)
);
CREATE UNIQUE INDEX documents_no_key ON documents (no);
CREATE UNIQUE INDEX documents_reverses_id_key ON documents (reverses_id);
CREATE INDEX documents_warehouse_id_id ON documents (warehouse_id, id);
CREATE INDEX documents_external_no ON documents (external_no);

CREATE TABLE document_lines (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer NOT NULL,
    line_no integer NOT NULL,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    bucket text NOT NULL DEFAULT 'AVAILABLE',
    quantity integer NOT NULL,
    executed_quantity integer NOT NULL DEFAULT 0,
    rejected_quantity integer NOT NULL DEFAULT 0,
    unit_cost integer,
    currency text NOT NULL DEFAULT '',
    CONSTRAINT document_lines_documents_lines FOREIGN KEY (document_id) REFERENCES documents (id),
    CONSTRAINT document_lines_quantities CHECK (executed_quantity >= 0 AND rejected_quantity >= 0),
    CONSTRAINT document_lines_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX document_lines_key ON document_lines (document_id, line_no);

CREATE TABLE document_events (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer NOT NULL,
    event text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    actor_id integer NOT NULL,
    note text NOT NULL DEFAULT '',
    recorded_at datetime NOT NULL,
    CONSTRAINT document_events_documents_events FOREIGN KEY (document_id) REFERENCES documents (id)
);
CREATE INDEX document_events_document_id_id ON document_events (document_id, id);

-- ... and its journal, which nothing may change.

CREATE TABLE postings (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer,
    kind text NOT NULL,
    operation text NOT NULL,
    actor_id integer NOT NULL,
    reason_code text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    request_id text NOT NULL DEFAULT '',
    base_currency text NOT NULL,
    reverses_id integer,
    occurred_at datetime NOT NULL,
    recorded_at datetime NOT NULL,
    transaction_id integer NOT NULL,
    CONSTRAINT postings_document_id FOREIGN KEY (document_id) REFERENCES documents (id),
    CONSTRAINT postings_reverses_id FOREIGN KEY (reverses_id) REFERENCES postings (id)
);
CREATE UNIQUE INDEX postings_reverses_id_key ON postings (reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX postings_document_id ON postings (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX postings_transaction_id_id ON postings (transaction_id, id);

CREATE TABLE stock_movements (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    posting_id integer NOT NULL,
    stock_id integer NOT NULL,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    kind text NOT NULL,
    quantity_delta integer NOT NULL,
    available_delta integer NOT NULL,
    allocated_delta integer NOT NULL,
    damaged_delta integer NOT NULL,
    hold_delta integer NOT NULL,
    in_transit_delta integer NOT NULL,
    physical_after integer NOT NULL,
    available_after integer NOT NULL,
    allocated_after integer NOT NULL,
    damaged_after integer NOT NULL,
    hold_after integer NOT NULL,
    in_transit_after integer NOT NULL,
    stock_version integer NOT NULL,
    unit_cost integer,
    currency text NOT NULL,
    exchange_rate integer NOT NULL,
    value_delta integer NOT NULL,
    cost_quantity_after integer,
    cost_value_after integer,
    cost_version integer,
    occurred_at datetime NOT NULL,
    recorded_at datetime NOT NULL,
    CONSTRAINT stock_movements_postings_movements FOREIGN KEY (posting_id) REFERENCES postings (id),
    CONSTRAINT stock_movements_identity CHECK (available_delta = quantity_delta - allocated_delta - damaged_delta - hold_delta),
    CONSTRAINT stock_movements_identity_after CHECK (available_after = physical_after - allocated_after - damaged_after - hold_after),
    CONSTRAINT stock_movements_not_negative CHECK (physical_after >= 0 AND available_after >= 0 AND allocated_after >= 0 AND damaged_after >= 0 AND hold_after >= 0 AND in_transit_after >= 0),
    CONSTRAINT stock_movements_worth CHECK (cost_version IS NOT NULL OR (quantity_delta = 0 AND value_delta = 0))
);
CREATE UNIQUE INDEX stock_movements_chain ON stock_movements (stock_id, stock_version);
CREATE INDEX stock_movements_posting_id ON stock_movements (posting_id);
CREATE INDEX stock_movements_sku_id ON stock_movements (sku, id);

CREATE TABLE stock_location_movements (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    posting_id integer NOT NULL,
    warehouse_id integer NOT NULL,
    location_id integer NOT NULL,
    stock_id integer NOT NULL,
    quantity_delta integer NOT NULL,
    quantity_after integer NOT NULL,
    location_version integer NOT NULL,
    occurred_at datetime NOT NULL,
    recorded_at datetime NOT NULL,
    CONSTRAINT stock_location_movements_not_negative CHECK (quantity_after >= 0),
    CONSTRAINT stock_location_movements_posting_id FOREIGN KEY (posting_id) REFERENCES postings (id),
    CONSTRAINT stock_location_movements_location_id FOREIGN KEY (location_id) REFERENCES warehouse_locations (id)
);
CREATE UNIQUE INDEX stock_location_movements_chain ON stock_location_movements (location_id, stock_id, location_version);
CREATE INDEX stock_location_movements_posting_id ON stock_location_movements (posting_id);

-- Housekeeping.

CREATE TABLE idempotency_keys (
    id text NOT NULL,
    input_hash blob NOT NULL,
    outcome text NOT NULL DEFAULT '',
    created_at datetime NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE schedule_slots (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    job text NOT NULL,
    slot datetime NOT NULL,
    holder text NOT NULL,
    fence integer NOT NULL DEFAULT 1,
    lease_until datetime NOT NULL,
    started_at datetime NOT NULL,
    finished_at datetime,
    outcome text NOT NULL DEFAULT '',
    row_count integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX schedule_slots_key ON schedule_slots (job, slot);

-- The insert triggers stop INSERT OR REPLACE also from a connection that lacks
-- the recursive_triggers pragma, where REPLACE deletes without firing a trigger.

-- +goose StatementBegin
CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings
BEGIN
    SELECT RAISE(ABORT, 'postings is append-only: UPDATE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings
BEGIN
    SELECT RAISE(ABORT, 'postings is append-only: DELETE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER postings_no_replace BEFORE INSERT ON postings
WHEN EXISTS (SELECT 1 FROM postings WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'postings is append-only: REPLACE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER stock_movements_no_update BEFORE UPDATE ON stock_movements
BEGIN
    SELECT RAISE(ABORT, 'stock_movements is append-only: UPDATE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER stock_movements_no_delete BEFORE DELETE ON stock_movements
BEGIN
    SELECT RAISE(ABORT, 'stock_movements is append-only: DELETE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER stock_movements_no_replace BEFORE INSERT ON stock_movements
WHEN EXISTS (SELECT 1 FROM stock_movements WHERE id = NEW.id OR (stock_id = NEW.stock_id AND stock_version = NEW.stock_version))
BEGIN
    SELECT RAISE(ABORT, 'stock_movements is append-only: REPLACE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER stock_location_movements_no_update BEFORE UPDATE ON stock_location_movements
BEGIN
    SELECT RAISE(ABORT, 'stock_location_movements is append-only: UPDATE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER stock_location_movements_no_delete BEFORE DELETE ON stock_location_movements
BEGIN
    SELECT RAISE(ABORT, 'stock_location_movements is append-only: DELETE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER stock_location_movements_no_replace BEFORE INSERT ON stock_location_movements
WHEN EXISTS (SELECT 1 FROM stock_location_movements WHERE id = NEW.id OR (location_id = NEW.location_id AND stock_id = NEW.stock_id AND location_version = NEW.location_version))
BEGIN
    SELECT RAISE(ABORT, 'stock_location_movements is append-only: REPLACE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER document_events_no_update BEFORE UPDATE ON document_events
BEGIN
    SELECT RAISE(ABORT, 'document_events is append-only: UPDATE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER document_events_no_delete BEFORE DELETE ON document_events
BEGIN
    SELECT RAISE(ABORT, 'document_events is append-only: DELETE refused');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER document_events_no_replace BEFORE INSERT ON document_events
WHEN EXISTS (SELECT 1 FROM document_events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'document_events is append-only: REPLACE refused');
END;
-- +goose StatementEnd
