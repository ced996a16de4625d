package document

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// nextIDs draws the ids of n documents to come. On SQLite nobody else can draw
// the same ones: the transaction is the only one that writes.
func nextIDs(ctx context.Context, tx store.Tx, n int) ([]int64, error) {
	query := `SELECT nextval('documents_id_seq') FROM generate_series(1, $1::bigint)`
	if tx.Dialect == dialect.SQLite {
		query = `WITH RECURSIVE ids(id, i) AS (
  SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'documents'), 0) + 1, 1 UNION ALL SELECT id + 1, i + 1 FROM ids WHERE i < $1)
SELECT id FROM ids`
	}
	rows, err := tx.SQL.QueryContext(ctx, query, n)
	if err != nil {
		return nil, fmt.Errorf("draw ids of documents: %w", err)
	}
	defer rows.Close()
	ids := make([]int64, 0, n)
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

var documentColumns = []store.Column[*ent.Document]{
	{Name: "id", Type: "bigint", Value: func(d *ent.Document) any { return d.ID }},
	{Name: "no", Type: "text", Value: func(d *ent.Document) any { return d.No }},
	{Name: "kind", Type: "text", Value: func(d *ent.Document) any { return d.Kind }},
	{Name: "state", Type: "text", Value: func(d *ent.Document) any { return d.State }},
	{Name: "warehouse_id", Type: "bigint", Value: func(d *ent.Document) any { return d.WarehouseID }},
	{Name: "reason_code", Type: "text", Value: func(d *ent.Document) any { return d.ReasonCode }},
	{Name: "external_no", Type: "text", Value: func(d *ent.Document) any { return d.ExternalNo }},
	{Name: "party", Type: "text", Value: func(d *ent.Document) any { return d.Party }},
	{Name: "country", Type: "text", Value: func(d *ent.Document) any { return d.Country }},
	{Name: "currency", Type: "text", Value: func(d *ent.Document) any { return d.Currency }},
	{Name: "note", Type: "text", Value: func(d *ent.Document) any { return d.Note }},
	{Name: "occurred_at", Type: "timestamptz", Value: func(d *ent.Document) any { return d.OccurredAt }},
	{Name: "expected_at", Type: "timestamptz", Value: func(d *ent.Document) any { return d.ExpectedAt }},
	{Name: "created_by", Type: "bigint", Value: func(d *ent.Document) any { return d.CreatedBy }},
	{Name: "approved_by", Type: "bigint", Value: func(d *ent.Document) any { return d.ApprovedBy }},
	{Name: "reverses_id", Type: "bigint", Value: func(d *ent.Document) any { return d.ReversesID }},
	{Name: "target_warehouse_id", Type: "bigint", Value: func(d *ent.Document) any { return d.TargetWarehouseID }},
	{Name: "reservation_id", Type: "bigint", Value: func(d *ent.Document) any { return d.ReservationID }},
	{Name: "return_of_id", Type: "bigint", Value: func(d *ent.Document) any { return d.ReturnOfID }},
	{Name: "version", Type: "bigint", Value: func(d *ent.Document) any { return d.Version }},
	{Name: "line_count", Type: "bigint", Value: func(d *ent.Document) any { return d.LineCount }},
	{Name: "quantity", Type: "bigint", Value: func(d *ent.Document) any { return d.Quantity }},
	{Name: "executed_quantity", Type: "bigint", Value: func(d *ent.Document) any { return d.ExecutedQuantity }},
	{Name: "created_at", Type: "timestamptz", Value: func(d *ent.Document) any { return d.CreatedAt }},
	{Name: "updated_at", Type: "timestamptz", Value: func(d *ent.Document) any { return d.UpdatedAt }},
}

var lineColumns = []store.Column[*ent.DocumentLine]{
	{Name: "document_id", Type: "bigint", Value: func(l *ent.DocumentLine) any { return l.DocumentID }},
	{Name: "line_no", Type: "bigint", Value: func(l *ent.DocumentLine) any { return int64(l.LineNo) }},
	{Name: "sku", Type: "text", Value: func(l *ent.DocumentLine) any { return l.Sku }},
	{Name: "batch_no", Type: "text", Value: func(l *ent.DocumentLine) any { return l.BatchNo }},
	{Name: "bucket", Type: "text", Value: func(l *ent.DocumentLine) any { return string(l.Bucket) }},
	{Name: "location_id", Type: "bigint", Value: func(l *ent.DocumentLine) any { return l.LocationID }},
	{Name: "quantity", Type: "bigint", Value: func(l *ent.DocumentLine) any { return l.Quantity }},
	{Name: "executed_quantity", Type: "bigint", Value: func(l *ent.DocumentLine) any { return l.ExecutedQuantity }},
	{Name: "unit_cost", Type: "bigint", Value: func(l *ent.DocumentLine) any { return l.UnitCost }},
	{Name: "currency", Type: "text", Value: func(l *ent.DocumentLine) any { return l.Currency }},
	{Name: "unit_price", Type: "bigint", Value: func(l *ent.DocumentLine) any { return l.UnitPrice }},
}

// progress is what an execution changes of a line.
var progress = []store.Column[*ent.DocumentLine]{
	{Name: "id", Type: "bigint", Value: func(l *ent.DocumentLine) any { return l.ID }},
	{Name: "executed_quantity", Type: "bigint", Value: func(l *ent.DocumentLine) any { return l.ExecutedQuantity }},
	{Name: "rejected_quantity", Type: "bigint", Value: func(l *ent.DocumentLine) any { return l.RejectedQuantity }},
}

var eventColumns = []store.Column[*ent.DocumentEvent]{
	{Name: "document_id", Type: "bigint", Value: func(e *ent.DocumentEvent) any { return e.DocumentID }},
	{Name: "version", Type: "bigint", Value: func(e *ent.DocumentEvent) any { return e.Version }},
	{Name: "action", Type: "text", Value: func(e *ent.DocumentEvent) any { return e.Action }},
	{Name: "from_state", Type: "text", Value: func(e *ent.DocumentEvent) any { return e.FromState }},
	{Name: "to_state", Type: "text", Value: func(e *ent.DocumentEvent) any { return e.ToState }},
	{Name: "posting_id", Type: "bigint", Value: func(e *ent.DocumentEvent) any { return e.PostingID }},
	{Name: "actor_id", Type: "bigint", Value: func(e *ent.DocumentEvent) any { return e.ActorID }},
	{Name: "note", Type: "text", Value: func(e *ent.DocumentEvent) any { return e.Note }},
	{Name: "request_id", Type: "text", Value: func(e *ent.DocumentEvent) any { return e.RequestID }},
	{Name: "recorded_at", Type: "timestamptz", Value: func(e *ent.DocumentEvent) any { return e.RecordedAt }},
}

// insertDocuments writes documents, whose ids are drawn, and their lines.
func insertDocuments(ctx context.Context, tx store.Tx, docs []*ent.Document) error {
	var rows []*ent.DocumentLine
	for _, d := range docs {
		for _, l := range d.Edges.Lines {
			l.DocumentID = d.ID
		}
		rows = append(rows, d.Edges.Lines...)
	}
	if err := store.InsertRows(ctx, tx, "documents", documentColumns, docs); err != nil {
		return fmt.Errorf("write documents: %w", err)
	}
	return insertLines(ctx, tx, rows)
}

func insertLines(ctx context.Context, tx store.Tx, rows []*ent.DocumentLine) error {
	if err := store.InsertRows(ctx, tx, "document_lines", lineColumns, rows); err != nil {
		return fmt.Errorf("write document lines: %w", err)
	}
	return nil
}

// insertEvents writes what was told of the documents since they were read.
func insertEvents(ctx context.Context, tx store.Tx, rows []*ent.DocumentEvent) error {
	if err := store.InsertRows(ctx, tx, "document_events", eventColumns, rows); err != nil {
		return fmt.Errorf("write document events: %w", err)
	}
	return nil
}

// updateLines writes how much of the lines is executed and rejected.
func updateLines(ctx context.Context, tx store.Tx, rows []*ent.DocumentLine) error {
	_, err := store.WriteAll(ctx, tx, `UPDATE document_lines SET executed_quantity = x.executed_quantity, rejected_quantity = x.rejected_quantity
FROM `+store.Table(tx.Dialect, progress)+` AS x WHERE document_lines.id = x.id`, progress, rows)
	if err != nil {
		return fmt.Errorf("update document lines: %w", err)
	}
	return nil
}

// tell brings the document to the next state in memory and returns the event.
func tell(ctx context.Context, doc *ent.Document, action stock.DocumentAction, to stock.DocumentState, posting int64, note string, now time.Time) *ent.DocumentEvent {
	e := &ent.DocumentEvent{
		DocumentID: doc.ID, Action: action, ToState: to, ActorID: auth.From(ctx).UserID, Note: note,
		RequestID: fault.RequestID(ctx), RecordedAt: now,
	}
	if posting != 0 {
		e.PostingID = &posting
	}
	if action == stock.DocumentCreate {
		e.Version = 1
	} else {
		from := doc.State
		e.FromState = &from
		e.Version = doc.Version + 1
	}
	doc.State, doc.Version, doc.UpdatedAt = to, e.Version, now
	if action == stock.DocumentApprove {
		doc.ApprovedBy = &e.ActorID
	}
	doc.Edges.Events = append(doc.Edges.Events, e)
	return e
}
