-- +goose Up
-- Documents get their life: what a document and its lines tell more, numbers
-- counted per kind, warehouse and day, events as a chain. Barcodes, and a
-- version on what people edit. No command of the first version wrote documents,
-- so their tables are empty; SQLite cannot change a CHECK, so they are made anew.

ALTER TABLE products ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE warehouses ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE warehouse_locations ADD COLUMN version integer NOT NULL DEFAULT 1;

CREATE TABLE product_barcodes (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    sku text NOT NULL,
    barcode text NOT NULL,
    pack_quantity integer NOT NULL DEFAULT 1,
    CONSTRAINT product_barcodes_pack CHECK (pack_quantity > 0),
    CONSTRAINT product_barcodes_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX product_barcodes_barcode_key ON product_barcodes (barcode);
CREATE INDEX product_barcodes_sku_id ON product_barcodes (sku, id);

DROP TABLE document_events;
DROP TABLE document_lines;
DROP TABLE documents;

CREATE TABLE documents (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    version integer NOT NULL DEFAULT 1,
    no text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'DRAFT',
    warehouse_id integer NOT NULL,
    target_warehouse_id integer,
    reason_code text NOT NULL DEFAULT '',
    external_no text NOT NULL DEFAULT '',
    party text NOT NULL DEFAULT '',
    country text NOT NULL DEFAULT '',
    currency text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    occurred_at datetime NOT NULL,
    expected_at datetime,
    created_by integer NOT NULL,
    approved_by integer,
    reverses_id integer,
    line_count integer NOT NULL,
    quantity integer NOT NULL,
    executed_quantity integer NOT NULL DEFAULT 0,
    rejected_quantity integer NOT NULL DEFAULT 0,
    CONSTRAINT documents_totals CHECK (executed_quantity >= 0 AND rejected_quantity >= 0 AND executed_quantity + rejected_quantity <= quantity),
    CONSTRAINT documents_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id),
    CONSTRAINT documents_target_warehouse_id FOREIGN KEY (target_warehouse_id) REFERENCES warehouses (id),
    CONSTRAINT documents_created_by FOREIGN KEY (created_by) REFERENCES users (id),
    CONSTRAINT documents_reverses_id FOREIGN KEY (reverses_id) REFERENCES documents (id)
);
CREATE UNIQUE INDEX documents_no_key ON documents (no);
CREATE UNIQUE INDEX documents_reverses_id_key ON documents (reverses_id);
CREATE INDEX documents_warehouse_id_id ON documents (warehouse_id, id);
CREATE INDEX documents_state_id ON documents (state, id);
CREATE INDEX documents_occurred_at_id ON documents (occurred_at, id);
CREATE INDEX documents_external_no ON documents (external_no);

CREATE TABLE document_lines (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer NOT NULL,
    line_no integer NOT NULL,
    sku text NOT NULL,
    batch_no text NOT NULL DEFAULT '',
    bucket text NOT NULL DEFAULT 'AVAILABLE',
    location_id integer,
    quantity integer NOT NULL,
    executed_quantity integer NOT NULL DEFAULT 0,
    rejected_quantity integer NOT NULL DEFAULT 0,
    unit_cost integer,
    currency text NOT NULL DEFAULT '',
    unit_price integer,
    CONSTRAINT document_lines_documents_lines FOREIGN KEY (document_id) REFERENCES documents (id),
    CONSTRAINT document_lines_quantities CHECK (quantity <> 0 AND executed_quantity >= 0 AND rejected_quantity >= 0 AND executed_quantity + rejected_quantity <= abs(quantity)),
    CONSTRAINT document_lines_location_id FOREIGN KEY (location_id) REFERENCES warehouse_locations (id),
    CONSTRAINT document_lines_sku FOREIGN KEY (sku) REFERENCES products (sku)
);
CREATE UNIQUE INDEX document_lines_key ON document_lines (document_id, line_no);
CREATE INDEX document_lines_sku_document_id ON document_lines (sku, document_id);

CREATE TABLE document_events (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id integer NOT NULL,
    version integer NOT NULL,
    action text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    posting_id integer,
    actor_id integer NOT NULL,
    note text NOT NULL DEFAULT '',
    request_id text NOT NULL DEFAULT '',
    recorded_at datetime NOT NULL,
    CONSTRAINT document_events_documents_events FOREIGN KEY (document_id) REFERENCES documents (id)
);
CREATE UNIQUE INDEX document_events_chain ON document_events (document_id, version);

CREATE TABLE document_numbers (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    warehouse_id integer NOT NULL,
    kind text NOT NULL,
    day text NOT NULL,
    last integer NOT NULL,
    CONSTRAINT document_numbers_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);
CREATE UNIQUE INDEX document_numbers_key ON document_numbers (warehouse_id, kind, day);

CREATE TRIGGER document_events_no_update BEFORE UPDATE ON document_events
BEGIN SELECT RAISE(ABORT, 'document_events is append-only: UPDATE refused'); END;
CREATE TRIGGER document_events_no_delete BEFORE DELETE ON document_events
BEGIN SELECT RAISE(ABORT, 'document_events is append-only: DELETE refused'); END;
CREATE TRIGGER document_events_no_replace BEFORE INSERT ON document_events
WHEN EXISTS (SELECT 1 FROM document_events WHERE id = NEW.id OR (document_id = NEW.document_id AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'document_events is append-only: REPLACE refused'); END;
