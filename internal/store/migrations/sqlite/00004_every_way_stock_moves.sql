-- +goose Up
-- Every way stock moves: kits, interchange, carriers and code mappings beside
-- products; reservations with their own journal; what documents need to be executed
-- in parts, to travel in shipments, to count and to be approved; landed costs;
-- background jobs and their files.

ALTER TABLE products ADD COLUMN kind text NOT NULL DEFAULT 'STANDARD';
ALTER TABLE products ADD COLUMN hs_code text NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN origin_country text NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN customs_value integer;
ALTER TABLE products ADD COLUMN customs_currency text NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN allocation_rule text NOT NULL DEFAULT 'FEFO';
ALTER TABLE products ADD COLUMN min_shelf_life_days integer NOT NULL DEFAULT 0;
ALTER TABLE product_barcodes ADD COLUMN unit text NOT NULL DEFAULT '';
ALTER TABLE batches ADD COLUMN version integer NOT NULL DEFAULT 1;
CREATE INDEX batches_expiring ON batches (expires_on, id) WHERE expires_on IS NOT NULL AND state <> 'EXPIRED';
ALTER TABLE warehouses ADD COLUMN tracks_locations bool NOT NULL DEFAULT false;
ALTER TABLE documents ADD COLUMN reservation_id integer;
ALTER TABLE documents ADD COLUMN return_of_id integer;
ALTER TABLE exchange_rates ADD COLUMN method text NOT NULL DEFAULT 'DIRECT';
ALTER TABLE exchange_rates ADD COLUMN via text NOT NULL DEFAULT '';
CREATE INDEX documents_reservation_id ON documents (reservation_id) WHERE reservation_id IS NOT NULL;
CREATE INDEX documents_return_of_id ON documents (return_of_id) WHERE return_of_id IS NOT NULL;

CREATE INDEX warehouse_locations_type ON warehouse_locations (warehouse_id, type);
CREATE INDEX location_stocks_warehouse_id ON location_stocks (warehouse_id, id);
CREATE INDEX stock_location_movements_location_id ON stock_location_movements (location_id, id);
CREATE INDEX stock_location_movements_stock_id ON stock_location_movements (stock_id, id);

CREATE TABLE kit_components (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    kit_sku text NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL,
    CONSTRAINT kit_components_quantity CHECK (quantity > 0 AND sku <> kit_sku),
    CONSTRAINT kit_components_kit_sku FOREIGN KEY (kit_sku) REFERENCES products (sku),
    CONSTRAINT kit_components_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX kit_components_key ON kit_components (kit_sku, sku);
CREATE INDEX kit_components_sku ON kit_components (sku);

CREATE TABLE interchange_groups (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    version integer NOT NULL DEFAULT 1,
    code text NOT NULL,
    name text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'ACTIVE'
);
CREATE UNIQUE INDEX interchange_groups_code_key ON interchange_groups (code);

CREATE TABLE interchange_members (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    group_id integer NOT NULL,
    sku text NOT NULL,
    direction text NOT NULL DEFAULT 'BOTH',
    priority integer NOT NULL DEFAULT 100,
    CONSTRAINT interchange_members_priority CHECK (priority >= 0),
    CONSTRAINT interchange_members_group_id FOREIGN KEY (group_id) REFERENCES interchange_groups (id),
    CONSTRAINT interchange_members_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX interchange_members_key ON interchange_members (group_id, sku);
CREATE INDEX interchange_members_sku ON interchange_members (sku);

CREATE TABLE code_mappings (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    version integer NOT NULL DEFAULT 1,
    sku text NOT NULL,
    platform text NOT NULL,
    warehouse_id integer,
    external_code text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    note text NOT NULL DEFAULT '',
    CONSTRAINT code_mappings_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT code_mappings_sku FOREIGN KEY (sku) REFERENCES products (sku),
    CONSTRAINT code_mappings_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);
CREATE INDEX code_mappings_external_code ON code_mappings (platform, external_code, valid_from);
CREATE INDEX code_mappings_sku_platform ON code_mappings (sku, platform);

CREATE TABLE carriers (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    version integer NOT NULL DEFAULT 1,
    code text NOT NULL,
    name text NOT NULL,
    volumetric_divisor integer NOT NULL,
    weight_step_g integer NOT NULL DEFAULT 1,
    status text NOT NULL DEFAULT 'ACTIVE',
    CONSTRAINT carriers_divisor CHECK (volumetric_divisor > 0 AND weight_step_g > 0)
);
CREATE UNIQUE INDEX carriers_code_key ON carriers (code);

CREATE TABLE reservations (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    version integer NOT NULL DEFAULT 1,
    business_type text NOT NULL,
    business_id text NOT NULL,
    state text NOT NULL DEFAULT 'ACTIVE',
    expires_at datetime,
    priority integer NOT NULL DEFAULT 0,
    note text NOT NULL DEFAULT '',
    created_by integer NOT NULL,
    closed_at datetime,
    line_count integer NOT NULL,
    quantity integer NOT NULL,
    deducted_quantity integer NOT NULL DEFAULT 0,
    released_quantity integer NOT NULL DEFAULT 0,
    short_quantity integer NOT NULL DEFAULT 0,
    CONSTRAINT reservations_quantities CHECK (deducted_quantity >= 0 AND released_quantity >= 0 AND short_quantity >= 0 AND deducted_quantity + released_quantity + short_quantity <= quantity),
    CONSTRAINT reservations_created_by FOREIGN KEY (created_by) REFERENCES users (id)
);
CREATE UNIQUE INDEX reservations_active_key ON reservations (business_type, business_id) WHERE state = 'ACTIVE';
CREATE INDEX reservations_business ON reservations (business_type, business_id, id);
CREATE INDEX reservations_expiring ON reservations (expires_at, id) WHERE state = 'ACTIVE' AND expires_at IS NOT NULL;
CREATE INDEX reservations_state_id ON reservations (state, id);

CREATE TABLE reservation_lines (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    reservation_id integer NOT NULL,
    line_no integer NOT NULL,
    business_line text NOT NULL DEFAULT '',
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    asked_quantity integer NOT NULL,
    quantity integer NOT NULL,
    CONSTRAINT reservation_lines_quantities CHECK (asked_quantity > 0 AND quantity >= 0 AND quantity <= asked_quantity),
    CONSTRAINT reservation_lines_reservation_id FOREIGN KEY (reservation_id) REFERENCES reservations (id),
    CONSTRAINT reservation_lines_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX reservation_lines_key ON reservation_lines (reservation_id, line_no);
CREATE INDEX reservation_lines_sku ON reservation_lines (sku, reservation_id);

CREATE TABLE reservation_allocations (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    reservation_id integer NOT NULL,
    line_id integer NOT NULL,
    warehouse_id integer NOT NULL,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    per_unit integer NOT NULL DEFAULT 1,
    quantity integer NOT NULL,
    deducted_quantity integer NOT NULL DEFAULT 0,
    released_quantity integer NOT NULL DEFAULT 0,
    short_quantity integer NOT NULL DEFAULT 0,
    CONSTRAINT reservation_allocations_quantities CHECK (quantity > 0 AND per_unit > 0 AND deducted_quantity >= 0 AND released_quantity >= 0 AND short_quantity >= 0 AND deducted_quantity + released_quantity + short_quantity <= quantity),
    CONSTRAINT reservation_allocations_reservation_id FOREIGN KEY (reservation_id) REFERENCES reservations (id),
    CONSTRAINT reservation_allocations_line_id FOREIGN KEY (line_id) REFERENCES reservation_lines (id),
    CONSTRAINT reservation_allocations_sku FOREIGN KEY (sku) REFERENCES products (sku),
    CONSTRAINT reservation_allocations_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);
CREATE UNIQUE INDEX reservation_allocations_key ON reservation_allocations (line_id, warehouse_id, sku, batch_no);
CREATE INDEX reservation_allocations_reservation_id ON reservation_allocations (reservation_id);
CREATE INDEX reservation_allocations_open ON reservation_allocations (warehouse_id, sku, batch_no) WHERE quantity > deducted_quantity + released_quantity + short_quantity;

CREATE TABLE reservation_events (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    reservation_id integer NOT NULL,
    version integer NOT NULL,
    action text NOT NULL,
    posting_id integer,
    reverses_id integer,
    actor_id integer NOT NULL,
    note text NOT NULL DEFAULT '',
    request_id text NOT NULL DEFAULT '',
    recorded_at datetime NOT NULL,
    CONSTRAINT reservation_events_reservation_id FOREIGN KEY (reservation_id) REFERENCES reservations (id),
    CONSTRAINT reservation_events_reverses_id FOREIGN KEY (reverses_id) REFERENCES reservation_events (id)
);
CREATE UNIQUE INDEX reservation_events_chain ON reservation_events (reservation_id, version);
CREATE UNIQUE INDEX reservation_events_reverses_id_key ON reservation_events (reverses_id);
CREATE INDEX reservation_events_posting_id ON reservation_events (posting_id) WHERE posting_id IS NOT NULL;

CREATE TABLE reservation_entries (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    event_id integer NOT NULL,
    allocation_id integer NOT NULL,
    deducted_delta integer NOT NULL,
    released_delta integer NOT NULL,
    short_delta integer NOT NULL,
    CONSTRAINT reservation_entries_event_id FOREIGN KEY (event_id) REFERENCES reservation_events (id),
    CONSTRAINT reservation_entries_allocation_id FOREIGN KEY (allocation_id) REFERENCES reservation_allocations (id)
);
CREATE UNIQUE INDEX reservation_entries_key ON reservation_entries (event_id, allocation_id);
CREATE INDEX reservation_entries_allocation_id ON reservation_entries (allocation_id);

CREATE TABLE document_executions (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer NOT NULL,
    line_id integer NOT NULL,
    line_no integer NOT NULL,
    version integer NOT NULL,
    posting_id integer,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    bucket text NOT NULL DEFAULT 'AVAILABLE',
    from_bucket text,
    location_id integer,
    quantity integer NOT NULL,
    rejected_quantity integer NOT NULL DEFAULT 0,
    line_quantity integer NOT NULL,
    reason_code text NOT NULL DEFAULT '',
    CONSTRAINT document_executions_quantities CHECK (quantity >= 0 AND rejected_quantity >= 0 AND quantity + rejected_quantity > 0 AND line_quantity >= 0),
    CONSTRAINT document_executions_line_id FOREIGN KEY (line_id) REFERENCES document_lines (id),
    CONSTRAINT document_executions_location_id FOREIGN KEY (location_id) REFERENCES warehouse_locations (id)
);
CREATE INDEX document_executions_document_id ON document_executions (document_id, id);
CREATE INDEX document_executions_line_id ON document_executions (line_id, id);

-- What was executed before executions were kept: one row a line, of the posting
-- when there was only one. Rejected units moved nothing.
INSERT INTO document_executions (document_id, line_id, line_no, version, posting_id, sku, batch_no, bucket, location_id, quantity, rejected_quantity, line_quantity)
SELECT l.document_id, l.id, l.line_no, d.version,
    CASE WHEN l.executed_quantity > 0 THEN (SELECT CASE WHEN count(*) = 1 THEN min(p.id) END FROM postings p WHERE p.document_id = d.id) END,
    l.sku, l.batch_no, l.bucket, l.location_id, l.executed_quantity, l.rejected_quantity, l.executed_quantity
FROM document_lines l JOIN documents d ON d.id = l.document_id
WHERE l.executed_quantity + l.rejected_quantity > 0 ORDER BY l.id;

CREATE TABLE shipments (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    version integer NOT NULL DEFAULT 1,
    document_id integer NOT NULL,
    shipment_no integer NOT NULL,
    warehouse_id integer NOT NULL,
    target_warehouse_id integer NOT NULL,
    state text NOT NULL DEFAULT 'IN_TRANSIT',
    carrier text NOT NULL DEFAULT '',
    tracking_no text NOT NULL DEFAULT '',
    eta datetime,
    dispatched_at datetime NOT NULL,
    closed_at datetime,
    note text NOT NULL DEFAULT '',
    posting_id integer NOT NULL,
    created_by integer NOT NULL,
    quantity integer NOT NULL,
    accepted_quantity integer NOT NULL DEFAULT 0,
    rejected_quantity integer NOT NULL DEFAULT 0,
    missing_quantity integer NOT NULL DEFAULT 0,
    returned_quantity integer NOT NULL DEFAULT 0,
    CONSTRAINT shipments_quantities CHECK (accepted_quantity >= 0 AND rejected_quantity >= 0 AND missing_quantity >= 0 AND returned_quantity >= 0 AND accepted_quantity + rejected_quantity + missing_quantity + returned_quantity <= quantity),
    CONSTRAINT shipments_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id),
    CONSTRAINT shipments_target_warehouse_id FOREIGN KEY (target_warehouse_id) REFERENCES warehouses (id),
    CONSTRAINT shipments_document_id FOREIGN KEY (document_id) REFERENCES documents (id)
);
CREATE UNIQUE INDEX shipments_key ON shipments (document_id, shipment_no);
CREATE INDEX shipments_state_eta ON shipments (state, eta);
CREATE INDEX shipments_target_warehouse_id_state ON shipments (target_warehouse_id, state);
CREATE INDEX shipments_warehouse_id_state ON shipments (warehouse_id, state);
CREATE INDEX shipments_closed_at ON shipments (closed_at);

CREATE TABLE shipment_lines (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    shipment_id integer NOT NULL,
    line_no integer NOT NULL,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    quantity integer NOT NULL,
    accepted_quantity integer NOT NULL DEFAULT 0,
    rejected_quantity integer NOT NULL DEFAULT 0,
    missing_quantity integer NOT NULL DEFAULT 0,
    returned_quantity integer NOT NULL DEFAULT 0,
    value integer NOT NULL,
    currency text NOT NULL,
    exchange_rate integer NOT NULL,
    CONSTRAINT shipment_lines_quantities CHECK (quantity > 0 AND accepted_quantity >= 0 AND rejected_quantity >= 0 AND missing_quantity >= 0 AND returned_quantity >= 0 AND accepted_quantity + rejected_quantity + missing_quantity + returned_quantity <= quantity AND value >= 0),
    CONSTRAINT shipment_lines_shipment_id FOREIGN KEY (shipment_id) REFERENCES shipments (id),
    CONSTRAINT shipment_lines_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX shipment_lines_key ON shipment_lines (shipment_id, line_no, batch_no);
CREATE INDEX shipment_lines_sku ON shipment_lines (sku);

CREATE TABLE shipment_entries (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    shipment_line_id integer NOT NULL,
    version integer NOT NULL,
    posting_id integer NOT NULL,
    accepted_delta integer NOT NULL,
    rejected_delta integer NOT NULL,
    missing_delta integer NOT NULL,
    returned_delta integer NOT NULL,
    rejected_bucket text,
    location_id integer,
    reason_code text NOT NULL DEFAULT '',
    occurred_at datetime NOT NULL,
    CONSTRAINT shipment_entries_quantities CHECK (accepted_delta >= 0 AND rejected_delta >= 0 AND returned_delta >= 0 AND (accepted_delta + rejected_delta + returned_delta > 0 OR missing_delta > 0)),
    CONSTRAINT shipment_entries_shipment_line_id FOREIGN KEY (shipment_line_id) REFERENCES shipment_lines (id)
);
CREATE INDEX shipment_entries_shipment_line_id_id ON shipment_entries (shipment_line_id, id);
CREATE INDEX shipment_entries_posting_id ON shipment_entries (posting_id);

ALTER TABLE warehouse_locations ADD COLUMN locked_by_id integer REFERENCES documents (id);

CREATE TABLE stocktakes (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer NOT NULL,
    scope text NOT NULL DEFAULT '',
    blind bool NOT NULL,
    counters integer NOT NULL DEFAULT 1,
    recount_over integer,
    by_location bool NOT NULL,
    when_moved text NOT NULL DEFAULT 'REBASE',
    lock_bins bool NOT NULL DEFAULT false,
    CONSTRAINT stocktakes_counters CHECK (counters BETWEEN 1 AND 5),
    CONSTRAINT stocktakes_document_id FOREIGN KEY (document_id) REFERENCES documents (id)
);
CREATE UNIQUE INDEX stocktakes_key ON stocktakes (document_id);

CREATE TABLE stocktake_lines (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer NOT NULL,
    line_no integer NOT NULL,
    location_id integer,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'OPEN',
    round integer NOT NULL DEFAULT 1,
    counts_from integer NOT NULL DEFAULT 1,
    book_quantity integer,
    counted_quantity integer,
    counted_at datetime,
    posted_quantity integer NOT NULL DEFAULT 0,
    found bool NOT NULL DEFAULT false,
    CONSTRAINT stocktake_lines_counted CHECK (counted_quantity IS NULL OR counted_quantity >= 0),
    CONSTRAINT stocktake_lines_document_id FOREIGN KEY (document_id) REFERENCES documents (id),
    CONSTRAINT stocktake_lines_location_id FOREIGN KEY (location_id) REFERENCES warehouse_locations (id),
    CONSTRAINT stocktake_lines_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX stocktake_lines_key ON stocktake_lines (document_id, line_no);
CREATE INDEX stocktake_lines_place ON stocktake_lines (document_id, location_id, sku, batch_no);

CREATE TABLE stocktake_counts (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer NOT NULL,
    line_id integer NOT NULL,
    line_no integer NOT NULL,
    round integer NOT NULL,
    counter_id integer NOT NULL,
    quantity integer NOT NULL,
    book_quantity integer NOT NULL,
    counted_at datetime NOT NULL,
    recorded_at datetime NOT NULL,
    note text NOT NULL DEFAULT '',
    CONSTRAINT stocktake_counts_quantity CHECK (quantity >= 0),
    CONSTRAINT stocktake_counts_document_id FOREIGN KEY (document_id) REFERENCES documents (id),
    CONSTRAINT stocktake_counts_line_id FOREIGN KEY (line_id) REFERENCES stocktake_lines (id),
    CONSTRAINT stocktake_counts_counter_id FOREIGN KEY (counter_id) REFERENCES users (id)
);
CREATE INDEX stocktake_counts_line ON stocktake_counts (line_id, id);

CREATE TABLE approval_rules (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    version integer NOT NULL DEFAULT 1,
    code text NOT NULL,
    name text NOT NULL,
    kind text,
    warehouse_id integer,
    min_value integer NOT NULL DEFAULT 0,
    separate bool NOT NULL DEFAULT false,
    role text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'ACTIVE',
    CONSTRAINT approval_rules_min_value CHECK (min_value >= 0),
    CONSTRAINT approval_rules_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);
CREATE UNIQUE INDEX approval_rules_code_key ON approval_rules (code);

CREATE TABLE landed_costs (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer NOT NULL,
    kind text NOT NULL,
    basis text NOT NULL,
    amount integer NOT NULL,
    currency text NOT NULL,
    exchange_rate integer NOT NULL,
    note text NOT NULL DEFAULT '',
    posting_id integer,
    reversed_at datetime,
    created_by integer NOT NULL,
    created_at datetime NOT NULL,
    CONSTRAINT landed_costs_amount CHECK (amount > 0 AND exchange_rate > 0),
    CONSTRAINT landed_costs_document_id FOREIGN KEY (document_id) REFERENCES documents (id),
    CONSTRAINT landed_costs_created_by FOREIGN KEY (created_by) REFERENCES users (id)
);
CREATE INDEX landed_costs_document_id ON landed_costs (document_id);

CREATE TABLE landed_cost_lines (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    landed_cost_id integer NOT NULL,
    line_no integer NOT NULL,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    capitalized integer NOT NULL,
    expensed integer NOT NULL,
    CONSTRAINT landed_cost_lines_amounts CHECK (capitalized >= 0 AND expensed >= 0),
    CONSTRAINT landed_cost_lines_landed_cost_id FOREIGN KEY (landed_cost_id) REFERENCES landed_costs (id)
);
CREATE UNIQUE INDEX landed_cost_lines_key ON landed_cost_lines (landed_cost_id, line_no);

CREATE TABLE files (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    name text NOT NULL,
    content_type text NOT NULL,
    size integer NOT NULL DEFAULT 0,
    sha256 text NOT NULL DEFAULT '',
    complete bool NOT NULL DEFAULT false,
    job_id integer,
    created_by integer NOT NULL,
    created_at datetime NOT NULL,
    expires_at datetime NOT NULL,
    CONSTRAINT files_created_by FOREIGN KEY (created_by) REFERENCES users (id)
);
CREATE INDEX files_job_id ON files (job_id);
CREATE INDEX files_expires_at ON files (expires_at);

CREATE TABLE jobs (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    version integer NOT NULL DEFAULT 1,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'QUEUED',
    title text NOT NULL DEFAULT '',
    payload text NOT NULL DEFAULT '',
    checkpoint text NOT NULL DEFAULT '',
    total_rows integer,
    done_rows integer NOT NULL DEFAULT 0,
    failed_rows integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    dry_run bool NOT NULL DEFAULT false,
    attempt integer NOT NULL DEFAULT 0,
    holder text NOT NULL DEFAULT '',
    fence integer NOT NULL DEFAULT 0,
    lease_until datetime,
    source_file_id integer,
    retry_of_id integer,
    created_by integer NOT NULL,
    created_at datetime NOT NULL,
    started_at datetime,
    finished_at datetime,
    CONSTRAINT jobs_created_by FOREIGN KEY (created_by) REFERENCES users (id),
    CONSTRAINT jobs_source_file_id FOREIGN KEY (source_file_id) REFERENCES files (id),
    CONSTRAINT jobs_retry_of_id FOREIGN KEY (retry_of_id) REFERENCES jobs (id)
);
CREATE INDEX jobs_state_id ON jobs (state, id);
CREATE INDEX jobs_created_by_id ON jobs (created_by, id);

CREATE TABLE job_rows (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    job_id integer NOT NULL,
    row_no integer NOT NULL,
    faults text NOT NULL,
    content text NOT NULL DEFAULT '',
    CONSTRAINT job_rows_job_id FOREIGN KEY (job_id) REFERENCES jobs (id)
);
CREATE UNIQUE INDEX job_rows_key ON job_rows (job_id, row_no);

CREATE TABLE file_chunks (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    file_id integer NOT NULL,
    chunk_no integer NOT NULL,
    data blob NOT NULL,
    CONSTRAINT file_chunks_file_id FOREIGN KEY (file_id) REFERENCES files (id)
);
CREATE UNIQUE INDEX file_chunks_key ON file_chunks (file_id, chunk_no);

-- +goose StatementBegin
CREATE TRIGGER reservation_events_no_update BEFORE UPDATE ON reservation_events BEGIN SELECT RAISE(ABORT, 'reservation_events is append-only: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reservation_events_no_delete BEFORE DELETE ON reservation_events BEGIN SELECT RAISE(ABORT, 'reservation_events is append-only: DELETE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reservation_events_no_replace BEFORE INSERT ON reservation_events WHEN EXISTS (SELECT 1 FROM reservation_events WHERE id = NEW.id OR (reservation_id = NEW.reservation_id AND version = NEW.version) OR (reverses_id = NEW.reverses_id)) BEGIN SELECT RAISE(ABORT, 'reservation_events is append-only: REPLACE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reservation_entries_no_update BEFORE UPDATE ON reservation_entries BEGIN SELECT RAISE(ABORT, 'reservation_entries is append-only: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reservation_entries_no_delete BEFORE DELETE ON reservation_entries BEGIN SELECT RAISE(ABORT, 'reservation_entries is append-only: DELETE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reservation_entries_no_replace BEFORE INSERT ON reservation_entries WHEN EXISTS (SELECT 1 FROM reservation_entries WHERE id = NEW.id OR (event_id = NEW.event_id AND allocation_id = NEW.allocation_id)) BEGIN SELECT RAISE(ABORT, 'reservation_entries is append-only: REPLACE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_executions_no_update BEFORE UPDATE ON document_executions BEGIN SELECT RAISE(ABORT, 'document_executions is append-only: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_executions_no_delete BEFORE DELETE ON document_executions BEGIN SELECT RAISE(ABORT, 'document_executions is append-only: DELETE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_executions_no_replace BEFORE INSERT ON document_executions WHEN EXISTS (SELECT 1 FROM document_executions WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'document_executions is append-only: REPLACE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER shipment_entries_no_update BEFORE UPDATE ON shipment_entries BEGIN SELECT RAISE(ABORT, 'shipment_entries is append-only: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER shipment_entries_no_delete BEFORE DELETE ON shipment_entries BEGIN SELECT RAISE(ABORT, 'shipment_entries is append-only: DELETE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER shipment_entries_no_replace BEFORE INSERT ON shipment_entries WHEN EXISTS (SELECT 1 FROM shipment_entries WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'shipment_entries is append-only: REPLACE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stocktake_counts_no_update BEFORE UPDATE ON stocktake_counts BEGIN SELECT RAISE(ABORT, 'stocktake_counts is append-only: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stocktake_counts_no_delete BEFORE DELETE ON stocktake_counts BEGIN SELECT RAISE(ABORT, 'stocktake_counts is append-only: DELETE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stocktake_counts_no_replace BEFORE INSERT ON stocktake_counts WHEN EXISTS (SELECT 1 FROM stocktake_counts WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'stocktake_counts is append-only: REPLACE refused'); END;
-- +goose StatementEnd
