package document

import (
	"context"
	"fmt"
	"strconv"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/internal/store"
)

var executionColumns = []store.Column[*ent.DocumentExecution]{
	{Name: "document_id", Type: "bigint", Value: func(e *ent.DocumentExecution) any { return e.DocumentID }},
	{Name: "line_no", Type: "bigint", Value: func(e *ent.DocumentExecution) any { return int64(e.LineNo) }},
	{Name: "version", Type: "bigint", Value: func(e *ent.DocumentExecution) any { return e.Version }},
	{Name: "posting_id", Type: "bigint", Value: func(e *ent.DocumentExecution) any { return e.PostingID }},
	{Name: "sku", Type: "text", Value: func(e *ent.DocumentExecution) any { return e.Sku }},
	{Name: "batch_no", Type: "text", Value: func(e *ent.DocumentExecution) any { return e.BatchNo }},
	{Name: "bucket", Type: "text", Value: func(e *ent.DocumentExecution) any { return string(e.Bucket) }},
	{Name: "from_bucket", Type: "text", Value: func(e *ent.DocumentExecution) any {
		if e.FromBucket == nil {
			return nil
		}
		return string(*e.FromBucket)
	}},
	{Name: "location_id", Type: "bigint", Value: func(e *ent.DocumentExecution) any { return e.LocationID }},
	{Name: "quantity", Type: "bigint", Value: func(e *ent.DocumentExecution) any { return e.Quantity }},
	{Name: "rejected_quantity", Type: "bigint", Value: func(e *ent.DocumentExecution) any { return e.RejectedQuantity }},
	{Name: "line_quantity", Type: "bigint", Value: func(e *ent.DocumentExecution) any { return e.LineQuantity }},
	{Name: "reason_code", Type: "text", Value: func(e *ent.DocumentExecution) any { return e.ReasonCode }},
}

// insertExecutions writes what was done of lines, which are in the database. Every
// step that moves goods of a document writes its rows here: they add up to the
// quantities of the lines and to the movements, see [Rules].
//
// A row finds its line by document and number, since a new document's lines are
// written without reading their ids.
func insertExecutions(ctx context.Context, tx store.Tx, rows []*ent.DocumentExecution) error {
	if len(rows) == 0 {
		return nil
	}
	var names, values string
	for i, c := range executionColumns {
		names += c.Name + ", "
		values += "$" + strconv.Itoa(i+1) + ", "
	}
	var err error
	if tx.Dialect == dialect.Postgres {
		var n int
		n, err = store.WriteAll(ctx, tx, "INSERT INTO document_executions ("+names+"line_id) SELECT x.*, l.id FROM "+
			store.Table(tx.Dialect, executionColumns)+" AS x JOIN document_lines l ON l.document_id = x.document_id AND l.line_no = x.line_no",
			executionColumns, rows)
		if err == nil && n != len(rows) {
			err = fmt.Errorf("%d of %d have a line", n, len(rows))
		}
	} else {
		err = store.EachRow(ctx, tx, "INSERT INTO document_executions ("+names+"line_id) VALUES ("+values+
			"(SELECT id FROM document_lines WHERE document_id = $1 AND line_no = $2))", executionColumns, rows)
	}
	if err != nil {
		return fmt.Errorf("write executions: %w", err)
	}
	return nil
}
