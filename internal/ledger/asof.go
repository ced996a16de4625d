package ledger

import (
	"context"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"time"

	"entrepot/ent"
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

// AsOfQuery asks for the balance of one stock at a moment, or for those of all
// batches of its SKU in its warehouse together.
type AsOfQuery struct {
	Key
	AllBatches bool
	At         time.Time
	Basis      Basis
}

// AsOf is the balance of a stock at a moment, zeros when it had none. By
// RECORDED it is the values after the last movement until then, which is looked for
// by halves. By OCCURRED it sums the movements that had happened.
func AsOf(ctx context.Context, db *store.DB, q AsOfQuery) (_ Quantities, err error) {
	defer fault.Wrap(&err, "ledger.AsOf")
	p := store.Params{Dialect: db.Dialect()}
	newest := int64(0)
	err = db.SQL().QueryRowContext(ctx, "SELECT coalesce(max(s.version), 0) FROM stocks s WHERE "+q.of(&p, "s"), p.Values...).Scan(&newest)
	if err != nil {
		return Quantities{}, err
	}
	return q.read(ctx, db, newest)
}

// read is AsOf when the highest version of the stocks is known.
func (q AsOfQuery) read(ctx context.Context, db *store.DB, newest int64) (Quantities, error) {
	q.At = store.Moment(q.At)
	switch {
	case newest == 0: // nothing was ever posted to them
		return Quantities{}, nil
	case q.Basis == Occurred:
		return q.sumOccurred(ctx, db)
	}
	return q.lastRecorded(ctx, db, newest)
}

// of is the condition that the rows of a table are about the stocks asked for.
func (q AsOfQuery) of(p *store.Params, table string) string {
	of := table + ".warehouse_id = " + p.Add(q.WarehouseID) + " AND " + table + ".sku = " + p.Add(q.SKU)
	if !q.AllBatches {
		of += " AND " + table + ".batch_no = " + p.Add(q.BatchNo)
	}
	return of
}

// lastRecorded goes through the chain of each stock by halves: it has no gap, and
// recorded times never run back in it, so 10,000 movements take 14 probes of its
// key. Going back from the newest would read all that came since.
func (q AsOfQuery) lastRecorded(ctx context.Context, db *store.DB, newest int64) (sum Quantities, err error) {
	p := store.Params{Dialect: db.Dialect()}
	half := p.Add(int64(1) << (bits.Len64(uint64(newest)) - 1)) // all halves together reach the newest
	err = db.SQL().QueryRowContext(ctx, `
WITH RECURSIVE walk(stock_id, place, half) AS (
  SELECT s.id, CAST(0 AS bigint), CAST(`+half+` AS bigint) FROM stocks s WHERE `+q.of(&p, "s")+`
  UNION ALL
  SELECT stock_id, place + half * coalesce((SELECT CASE WHEN m.recorded_at <= `+p.Add(q.At)+` THEN 1 ELSE 0 END
    FROM stock_movements m WHERE m.stock_id = walk.stock_id AND m.stock_version = walk.place + walk.half), 0), half / 2
  FROM walk WHERE half > 0
)
SELECT coalesce(sum(m.physical_after), 0), coalesce(sum(m.available_after), 0), coalesce(sum(m.allocated_after), 0),
  coalesce(sum(m.damaged_after), 0), coalesce(sum(m.hold_after), 0), coalesce(sum(m.in_transit_after), 0)
FROM walk JOIN stock_movements m ON m.stock_id = walk.stock_id AND m.stock_version = walk.place WHERE walk.half = 0`, p.Values...).
		Scan(&sum.Physical, &sum.Available, &sum.Allocated, &sum.Damaged, &sum.OnHold, &sum.InTransit)
	if err != nil {
		return sum, fmt.Errorf("find the last movement: %w", err)
	}
	return sum, nil
}

func (q AsOfQuery) sumOccurred(ctx context.Context, db *store.DB) (sum Quantities, err error) {
	p := store.Params{Dialect: db.Dialect()}
	err = db.SQL().QueryRowContext(ctx, `
SELECT coalesce(sum(quantity_delta), 0), coalesce(sum(available_delta), 0), coalesce(sum(allocated_delta), 0),
  coalesce(sum(damaged_delta), 0), coalesce(sum(hold_delta), 0), coalesce(sum(in_transit_delta), 0)
FROM stock_movements m WHERE `+q.of(&p, "m")+` AND m.occurred_at <= `+p.Add(q.At), p.Values...).
		Scan(&sum.Physical, &sum.Available, &sum.Allocated, &sum.Damaged, &sum.OnHold, &sum.InTransit)
	if err != nil {
		return sum, fmt.Errorf("sum movements: %w", err)
	}
	return sum, nil
}

// After are the buckets of the stock once the movement had happened.
func After(m *ent.StockMovement) Quantities {
	return Quantities{
		Physical: m.PhysicalAfter, Available: m.AvailableAfter, Allocated: m.AllocatedAfter,
		Damaged: m.DamagedAfter, OnHold: m.HoldAfter, InTransit: m.InTransitAfter,
	}
}
