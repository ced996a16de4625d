package reservation

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// draft is a reservation that is about to be written.
type draft struct {
	req      Request
	row      *ent.Reservation
	lines    []*ent.ReservationLine
	parts    []*draftPart
	postedBy int64
}

type draftPart struct {
	*ent.ReservationAllocation
	lineNo int
}

// numbered is a row of the n-th reservation of a statement.
type numbered[R any] struct {
	n   int64
	row R
}

func nth[R any](col func(R) any) func(numbered[R]) any {
	return func(r numbered[R]) any { return col(r.row) }
}

func place[R any](r numbered[R]) any { return r.n }

var newColumns = []store.Column[numbered[*draft]]{
	{Name: "n", Type: "bigint", Value: place[*draft]},
	{Name: "at", Type: "timestamptz", Value: nth(func(d *draft) any { return d.row.CreatedAt })},
	{Name: "business_type", Type: "text", Value: nth(func(d *draft) any { return d.row.BusinessType })},
	{Name: "business_id", Type: "text", Value: nth(func(d *draft) any { return d.row.BusinessID })},
	{Name: "expires_at", Type: "timestamptz", Value: nth(func(d *draft) any { return d.row.ExpiresAt })},
	{Name: "priority", Type: "bigint", Value: nth(func(d *draft) any { return d.row.Priority })},
	{Name: "note", Type: "text", Value: nth(func(d *draft) any { return d.row.Note })},
	{Name: "created_by", Type: "bigint", Value: nth(func(d *draft) any { return d.row.CreatedBy })},
	{Name: "line_count", Type: "bigint", Value: nth(func(d *draft) any { return d.row.LineCount })},
	{Name: "quantity", Type: "bigint", Value: nth(func(d *draft) any { return d.row.Quantity })},
	{Name: "action", Type: "text", Value: nth(func(*draft) any { return string(stock.ReservationDoCreate) })},
	{Name: "posting_id", Type: "bigint", Value: nth(func(d *draft) any { return d.postedBy })},
	{Name: "event_note", Type: "text", Value: nth(func(d *draft) any { return d.req.Posting.Note })},
	{Name: "request_id", Type: "text", Value: nth(func(d *draft) any { return d.req.Posting.RequestID })},
}

var newLineColumns = []store.Column[numbered[*ent.ReservationLine]]{
	{Name: "n", Type: "bigint", Value: place[*ent.ReservationLine]},
	{Name: "line_no", Type: "bigint", Value: nth(func(l *ent.ReservationLine) any { return l.LineNo })},
	{Name: "business_line", Type: "text", Value: nth(func(l *ent.ReservationLine) any { return l.BusinessLine })},
	{Name: "sku", Type: "text", Value: nth(func(l *ent.ReservationLine) any { return l.Sku })},
	{Name: "batch_no", Type: "text", Value: nth(func(l *ent.ReservationLine) any { return l.BatchNo })},
	{Name: "asked_quantity", Type: "bigint", Value: nth(func(l *ent.ReservationLine) any { return l.AskedQuantity })},
	{Name: "quantity", Type: "bigint", Value: nth(func(l *ent.ReservationLine) any { return l.Quantity })},
}

var newPartColumns = []store.Column[numbered[*draftPart]]{
	{Name: "n", Type: "bigint", Value: place[*draftPart]},
	{Name: "line_no", Type: "bigint", Value: nth(func(a *draftPart) any { return a.lineNo })},
	{Name: "warehouse_id", Type: "bigint", Value: nth(func(a *draftPart) any { return a.WarehouseID })},
	{Name: "sku", Type: "text", Value: nth(func(a *draftPart) any { return a.Sku })},
	{Name: "batch_no", Type: "text", Value: nth(func(a *draftPart) any { return a.BatchNo })},
	{Name: "per_unit", Type: "bigint", Value: nth(func(a *draftPart) any { return a.PerUnit })},
	{Name: "quantity", Type: "bigint", Value: nth(func(a *draftPart) any { return a.Quantity })},
}

const (
	rowInto  = `INSERT INTO reservations (id, created_at, updated_at, version, state, business_type, business_id, expires_at, priority, note, created_by, line_count, quantity) `
	lineInto = `INSERT INTO reservation_lines (reservation_id, line_no, business_line, sku, batch_no, asked_quantity, quantity) `
	partInto = `INSERT INTO reservation_allocations (reservation_id, line_id, warehouse_id, sku, batch_no, per_unit, quantity) `
)

// insert writes new reservations with their lines, allocations and first events,
// and fills in their ids and, on SQLite, those of all rows. It returns [errTaken]
// when a business object has an active reservation already.
func insert(ctx context.Context, tx store.Tx, drafts ...*draft) (err error) {
	if tx.Dialect == dialect.Postgres {
		err = insertAll(ctx, tx, drafts)
	} else {
		for _, d := range drafts {
			if err = insertOne(ctx, tx, d); err != nil {
				break
			}
		}
	}
	if store.Duplicate(err) {
		return errTaken
	}
	if err != nil {
		return fmt.Errorf("write reservations: %w", err)
	}
	return nil
}

// insertAll is one statement. Rows are inserted in the order of the lines, so
// that allocations are taken later in the order in which they were chosen.
func insertAll(ctx context.Context, tx store.Tx, drafts []*draft) error {
	var rows []numbered[*draft]
	var lines []numbered[*ent.ReservationLine]
	var parts []numbered[*draftPart]
	for i, d := range drafts {
		n := int64(i + 1)
		rows = append(rows, numbered[*draft]{n, d})
		for _, l := range d.lines {
			lines = append(lines, numbered[*ent.ReservationLine]{n, l})
		}
		for _, a := range d.parts {
			parts = append(parts, numbered[*draftPart]{n, a})
		}
	}
	p := &store.Params{Dialect: tx.Dialect}
	r, err := store.Given(p, newColumns, rows)
	if err != nil {
		return err
	}
	l, err := store.Given(p, newLineColumns, lines)
	if err != nil {
		return err
	}
	a, err := store.Given(p, newPartColumns, parts)
	if err != nil {
		return err
	}
	res, err := tx.SQL.QueryContext(ctx, `
WITH ids AS MATERIALIZED (
  SELECT array_agg(nextval('reservations_id_seq')) AS a FROM generate_series(1, `+p.Add(len(drafts))+`::bigint)
), r AS MATERIALIZED (
  SELECT (SELECT a FROM ids)[x.n] AS id, x.* FROM `+r+` AS x
), rs AS (`+rowInto+`
  SELECT id, at, at, 1, 'ACTIVE', business_type, business_id, expires_at, priority, note, created_by, line_count, quantity FROM r
), ln AS (`+lineInto+`
  SELECT (SELECT a FROM ids)[x.n], line_no, business_line, sku, batch_no, asked_quantity, quantity FROM `+l+` AS x
  RETURNING id, reservation_id, line_no
), al AS (`+partInto+`
  SELECT ln.reservation_id, ln.id, x.warehouse_id, x.sku, x.batch_no, x.per_unit, x.quantity
  FROM (SELECT u.*, row_number() OVER () AS i FROM `+a+` AS u) AS x
  JOIN ln ON ln.reservation_id = (SELECT a FROM ids)[x.n] AND ln.line_no = x.line_no ORDER BY x.i
), ev AS (`+eventInto+`
  SELECT id, 1, action, posting_id, NULL, created_by, event_note, request_id, at FROM r
)
SELECT id FROM r ORDER BY n`, p.Values...)
	if err != nil {
		return err
	}
	defer res.Close()
	for i := 0; res.Next(); i++ {
		if err := res.Scan(&drafts[i].row.ID); err != nil {
			return err
		}
	}
	return res.Err()
}

func insertOne(ctx context.Context, tx store.Tx, d *draft) error {
	r := d.row
	if err := tx.SQL.QueryRowContext(ctx, rowInto+`VALUES (NULL, ?1, ?1, 1, 'ACTIVE', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id`,
		r.CreatedAt, r.BusinessType, r.BusinessID, r.ExpiresAt, r.Priority, r.Note, r.CreatedBy, r.LineCount, r.Quantity).Scan(&r.ID); err != nil {
		return err
	}
	byNo := make(map[int]int64, len(d.lines))
	for _, l := range d.lines {
		if err := tx.SQL.QueryRowContext(ctx, lineInto+`VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			r.ID, l.LineNo, l.BusinessLine, l.Sku, l.BatchNo, l.AskedQuantity, l.Quantity).Scan(&l.ID); err != nil {
			return err
		}
		byNo[l.LineNo] = l.ID
	}
	for _, a := range d.parts {
		if err := tx.SQL.QueryRowContext(ctx, partInto+`VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			r.ID, byNo[a.lineNo], a.WarehouseID, a.Sku, a.BatchNo, a.PerUnit, a.Quantity).Scan(&a.ID); err != nil {
			return err
		}
	}
	_, err := tx.SQL.ExecContext(ctx, eventInto+`VALUES (?, 1, ?, ?, NULL, ?, ?, ?, ?)`,
		r.ID, string(stock.ReservationDoCreate), d.postedBy, r.CreatedBy, d.req.Posting.Note, d.req.Posting.RequestID, r.CreatedAt)
	return err
}
