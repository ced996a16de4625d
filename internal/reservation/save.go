package reservation

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"

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
