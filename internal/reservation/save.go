package reservation

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// toldRow and entryRow are events and entries as they are written.
type toldRow struct {
	h *held
	e *event
}

type entryRow struct {
	toldRow
	n entry
}

var savedColumns = []store.Column[*held]{
	{Name: "id", Type: "bigint", Value: func(h *held) any { return h.row.ID }},
	{Name: "seen", Type: "bigint", Value: func(h *held) any { return h.seen }},
	{Name: "version", Type: "bigint", Value: func(h *held) any { return h.row.Version }},
	{Name: "state", Type: "text", Value: func(h *held) any { return string(h.row.State) }},
	{Name: "expires_at", Type: "timestamptz", Value: func(h *held) any { return h.row.ExpiresAt }},
	{Name: "closed_at", Type: "timestamptz", Value: func(h *held) any { return h.row.ClosedAt }},
	{Name: "updated_at", Type: "timestamptz", Value: func(h *held) any { return h.row.UpdatedAt }},
	{Name: "deducted_quantity", Type: "bigint", Value: func(h *held) any { return h.row.DeductedQuantity }},
	{Name: "released_quantity", Type: "bigint", Value: func(h *held) any { return h.row.ReleasedQuantity }},
	{Name: "short_quantity", Type: "bigint", Value: func(h *held) any { return h.row.ShortQuantity }},
}

var toldColumns = []store.Column[toldRow]{
	{Name: "reservation_id", Type: "bigint", Value: func(r toldRow) any { return r.h.row.ID }},
	{Name: "version", Type: "bigint", Value: func(r toldRow) any { return r.e.version }},
	{Name: "action", Type: "text", Value: func(r toldRow) any { return string(r.e.action) }},
	{Name: "posting_id", Type: "bigint", Value: func(r toldRow) any { return r.e.posting }},
	{Name: "reverses_id", Type: "bigint", Value: func(r toldRow) any { return r.e.reverses }},
	{Name: "actor_id", Type: "bigint", Value: func(r toldRow) any { return r.e.by.ActorID }},
	{Name: "note", Type: "text", Value: func(r toldRow) any { return r.e.by.Note }},
	{Name: "request_id", Type: "text", Value: func(r toldRow) any { return r.e.by.RequestID }},
	{Name: "recorded_at", Type: "timestamptz", Value: func(r toldRow) any { return r.e.at }},
}

var changedColumns = []store.Column[*allocation]{
	{Name: "id", Type: "bigint", Value: func(a *allocation) any { return a.ID }},
	{Name: "deducted_quantity", Type: "bigint", Value: func(a *allocation) any { return a.DeductedQuantity }},
	{Name: "released_quantity", Type: "bigint", Value: func(a *allocation) any { return a.ReleasedQuantity }},
	{Name: "short_quantity", Type: "bigint", Value: func(a *allocation) any { return a.ShortQuantity }},
}

var entryColumns = []store.Column[entryRow]{
	{Name: "reservation_id", Type: "bigint", Value: func(r entryRow) any { return r.h.row.ID }},
	{Name: "version", Type: "bigint", Value: func(r entryRow) any { return r.e.version }},
	{Name: "allocation_id", Type: "bigint", Value: func(r entryRow) any { return r.n.part.ID }},
	{Name: "deducted_delta", Type: "bigint", Value: func(r entryRow) any { return r.n.deducted }},
	{Name: "released_delta", Type: "bigint", Value: func(r entryRow) any { return r.n.released }},
	{Name: "short_delta", Type: "bigint", Value: func(r entryRow) any { return r.n.short }},
}

// save writes what was told of reservations since they were locked. Those of which
// nothing was told are left alone.
func save(ctx context.Context, tx store.Tx, all ...*held) error {
	var list []*held
	var events []toldRow
	var changed []*allocation
	var entries []entryRow
	for _, h := range all {
		if len(h.told) == 0 {
			continue
		}
		list = append(list, h)
		touched := map[*allocation]bool{}
		for _, e := range h.told {
			row := toldRow{h, e}
			events = append(events, row)
			for _, n := range e.entries {
				entries = append(entries, entryRow{row, n})
				if !touched[n.part] {
					touched[n.part] = true
					changed = append(changed, n.part)
				}
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	write := saveEach
	if tx.Dialect == dialect.Postgres {
		write = saveAll
	}
	n, err := write(ctx, tx, list, events, changed, entries)
	switch {
	case store.Duplicate(err):
		// Its business object has another reservation by now, or the deduction was
		// rolled back: the next try sees it.
		return fmt.Errorf("save reservations: %w", store.ErrRetry)
	case err != nil:
		return fmt.Errorf("save reservations: %w", err)
	case n != len(list):
		return fmt.Errorf("a reservation changed while it was locked: %w", store.ErrRetry)
	}
	for _, h := range list {
		h.seen, h.told = h.row.Version, nil
	}
	return nil
}

const (
	eventInto = `INSERT INTO reservation_events (reservation_id, version, action, posting_id, reverses_id, actor_id, note, request_id, recorded_at) `
	entryInto = `INSERT INTO reservation_entries (event_id, allocation_id, deducted_delta, released_delta, short_delta) `
	rowSet    = `version = x.version, state = x.state, expires_at = x.expires_at, closed_at = x.closed_at, updated_at = x.updated_at,
  deducted_quantity = x.deducted_quantity, released_quantity = x.released_quantity, short_quantity = x.short_quantity`
)

// saveAll is one statement for any number of reservations.
func saveAll(ctx context.Context, tx store.Tx, list []*held, events []toldRow, changed []*allocation, entries []entryRow) (int, error) {
	p := &store.Params{Dialect: tx.Dialect}
	rows, err := store.Given(p, savedColumns, list)
	if err != nil {
		return 0, err
	}
	told, err := store.Given(p, toldColumns, events)
	if err != nil {
		return 0, err
	}
	parts, err := store.Given(p, changedColumns, changed)
	if err != nil {
		return 0, err
	}
	steps, err := store.Given(p, entryColumns, entries)
	if err != nil {
		return 0, err
	}
	res, err := tx.SQL.ExecContext(ctx, `
WITH ev AS (`+eventInto+`SELECT * FROM `+told+` AS x RETURNING id, reservation_id, version
), al AS (
  UPDATE reservation_allocations AS a SET deducted_quantity = x.deducted_quantity, released_quantity = x.released_quantity,
    short_quantity = x.short_quantity FROM `+parts+` AS x WHERE a.id = x.id
), en AS (`+entryInto+`
  SELECT ev.id, x.allocation_id, x.deducted_delta, x.released_delta, x.short_delta
  FROM `+steps+` AS x JOIN ev ON ev.reservation_id = x.reservation_id AND ev.version = x.version
)
UPDATE reservations AS r SET `+rowSet+` FROM `+rows+` AS x WHERE r.id = x.id AND r.version = x.seen`, p.Values...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// saveEach writes row by row, which is quicker on SQLite.
func saveEach(ctx context.Context, tx store.Tx, list []*held, events []toldRow, changed []*allocation, entries []entryRow) (int, error) {
	ids := make(map[*event]int64, len(events))
	for _, r := range events {
		var id int64
		err := tx.SQL.QueryRowContext(ctx, eventInto+`VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			r.h.row.ID, r.e.version, string(r.e.action), r.e.posting, r.e.reverses, r.e.by.ActorID, r.e.by.Note, r.e.by.RequestID, r.e.at).Scan(&id)
		if err != nil {
			return 0, err
		}
		ids[r.e] = id
	}
	if err := store.EachRow(ctx, tx, `UPDATE reservation_allocations SET deducted_quantity = $2, released_quantity = $3, short_quantity = $4 WHERE id = $1`,
		changedColumns, changed); err != nil {
		return 0, err
	}
	for _, r := range entries {
		if _, err := tx.SQL.ExecContext(ctx, entryInto+`VALUES (?, ?, ?, ?, ?)`,
			ids[r.e], r.n.part.ID, r.n.deducted, r.n.released, r.n.short); err != nil {
			return 0, err
		}
	}
	return store.WriteAll(ctx, tx, `UPDATE reservations SET `+rowSet+` FROM `+store.Table(tx.Dialect, savedColumns)+
		` AS x WHERE reservations.id = x.id AND reservations.version = x.seen`, savedColumns, list)
}

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
