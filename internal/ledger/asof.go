package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"time"

	"entrepot/ent"
	entstock "entrepot/ent/stock"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Basis is which of the two times an as-of question goes by.
type Basis string

// The values of Basis.
const (
	// Recorded: what the books said at the time.
	Recorded Basis = "RECORDED"
	// Occurred: what lay on the floor at the time, as far as we know today.
	// Work that was booked late can make it negative.
	Occurred Basis = "OCCURRED"
)

// MarshalGQL writes the enum.
func (b Basis) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(b))) }

// UnmarshalGQL reads the enum.
func (b *Basis) UnmarshalGQL(in any) error {
	switch v := Basis(fmt.Sprint(in)); v {
	case Recorded, Occurred:
		*b = v
		return nil
	}
	return fmt.Errorf("%v is not RECORDED or OCCURRED", in)
}

// AsOfQuery asks for the balance of one stock at a moment.
type AsOfQuery struct {
	Key
	At    time.Time
	Basis Basis
}

// AsOf is the balance of a stock at a moment, zeros when it had none. By
// RECORDED it is the values after the last movement until then, which is looked for
// by halves. By OCCURRED it sums the movements of the stock that had happened.
func AsOf(ctx context.Context, db *store.DB, q AsOfQuery) (_ Quantities, err error) {
	defer fault.Wrap(&err, "ledger.AsOf")
	at := store.Moment(q.At)
	s, err := db.Ent().Stock.Query().
		Where(entstock.WarehouseID(q.WarehouseID), entstock.Sku(q.SKU), entstock.BatchNo(q.BatchNo)).Only(ctx)
	if ent.IsNotFound(err) {
		return Quantities{}, nil
	}
	if err != nil {
		return Quantities{}, err
	}
	switch {
	case s.Version == 0: // nothing was ever posted to it
		return Quantities{}, nil
	case q.Basis == Occurred:
		return sumOccurred(ctx, db, s.ID, at)
	}
	return lastRecorded(ctx, db, s, at)
}

// lastRecorded goes through the chain of a stock by halves: it has no gap, and
// recorded times never run back in it, so 10,000 movements take 14 probes of its
// key. Going back from the newest would read all that came since.
func lastRecorded(ctx context.Context, db *store.DB, s *ent.Stock, at time.Time) (q Quantities, err error) {
	p := store.Params{Dialect: db.Dialect()}
	half := p.Add(int64(1) << (bits.Len64(uint64(s.Version)) - 1)) // all halves together reach the newest
	id := p.Add(s.ID)
	err = db.SQL().QueryRowContext(ctx, `
WITH RECURSIVE walk(place, half) AS (
  SELECT CAST(0 AS bigint), CAST(`+half+` AS bigint)
  UNION ALL
  SELECT place + half * coalesce((SELECT CASE WHEN m.recorded_at <= `+p.Add(at)+` THEN 1 ELSE 0 END
    FROM stock_movements m WHERE m.stock_id = `+id+` AND m.stock_version = walk.place + walk.half), 0), half / 2
  FROM walk WHERE half > 0
)
SELECT m.physical_after, m.available_after, m.allocated_after, m.damaged_after, m.hold_after, m.in_transit_after
FROM walk JOIN stock_movements m ON m.stock_id = `+id+` AND m.stock_version = walk.place WHERE walk.half = 0`, p.Values...).
		Scan(&q.Physical, &q.Available, &q.Allocated, &q.Damaged, &q.OnHold, &q.InTransit)
	if errors.Is(err, sql.ErrNoRows) {
		return Quantities{}, nil
	}
	if err != nil {
		return q, fmt.Errorf("find the last movement: %w", err)
	}
	return q, nil
}

// After are the buckets of the stock once the movement had happened.
func After(m *ent.StockMovement) Quantities {
	return Quantities{
		Physical: m.PhysicalAfter, Available: m.AvailableAfter, Allocated: m.AllocatedAfter,
		Damaged: m.DamagedAfter, OnHold: m.HoldAfter, InTransit: m.InTransitAfter,
	}
}

func sumOccurred(ctx context.Context, db *store.DB, stockID int64, at time.Time) (Quantities, error) {
	var q Quantities
	err := db.SQL().QueryRowContext(ctx, `
SELECT coalesce(sum(quantity_delta), 0), coalesce(sum(available_delta), 0), coalesce(sum(allocated_delta), 0),
  coalesce(sum(damaged_delta), 0), coalesce(sum(hold_delta), 0), coalesce(sum(in_transit_delta), 0)
FROM stock_movements WHERE stock_id = $1 AND occurred_at <= $2`, stockID, at).
		Scan(&q.Physical, &q.Available, &q.Allocated, &q.Damaged, &q.OnHold, &q.InTransit)
	if err != nil {
		return q, fmt.Errorf("sum movements: %w", err)
	}
	return q, nil
}
