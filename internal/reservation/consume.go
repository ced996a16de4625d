package reservation

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Taking is goods that leave out of what a reservation holds.
type Taking struct {
	ReservationID int64
	// BusinessType and BusinessID, when given, are whose reservation it must be.
	BusinessType, BusinessID string
	// WarehouseID, when given, is where everything is taken from.
	WarehouseID int64
	// Parts are what is taken; none is all that is open.
	Parts []Part
	// By says who, why and by which command; its id and moves count for nothing.
	By ledger.Posting
	// At leads to what names the reservation in the caller's input.
	At fault.Path
}

// Consumption is what a taking does to stocks and to the reservation. The caller
// posts Moves, perhaps among others, and then calls Record.
type Consumption struct {
	Reservation *ent.Reservation
	// Moves take the goods: physical and allocated. Line is the part's place among
	// the taking's, Currency and Rate are those of the day.
	Moves []ledger.Move
	// Taken tells for each move what it takes and for which line.
	Taken []Taken

	h    *held
	told event
}

// Taken is goods of one allocation that leave.
type Taken struct {
	ledger.Key
	LineNo     int
	Quantity   int64
	LocationID *int64
}

// Consume locks the reservation and plans what is taken from it. It returns the
// faults NOT_FOUND for a reservation that does not exist or is somebody else's,
// EXPIRED, INVALID_TRANSITION when nothing of it is open any more, and, at a part,
// NOT_FOUND or EXCEEDS_OUTSTANDING.
func Consume(ctx context.Context, tx store.Tx, now time.Time, t Taking) (_ *Consumption, err error) {
	defer fault.Wrap(&err, "reservation.Consume")
	list, err := lock(ctx, tx, now, t.By.BaseCurrency, []int64{t.ReservationID})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, notFound(t.At)
	}
	return list[0].consume(now, t)
}

func notFound(at fault.Path) error {
	return fault.New(fault.NotFound, at, "there is no such reservation")
}

// consume plans a taking from a locked reservation. It reads nothing.
func (h *held) consume(now time.Time, t Taking) (*Consumption, error) {
	if t.BusinessType != "" && (t.BusinessType != h.row.BusinessType || t.BusinessID != h.row.BusinessID) {
		return nil, notFound(t.At)
	}
	if err := h.usable(now, t.At); err != nil {
		return nil, err
	}
	c := newCutter(h, func(a *allocation) int64 {
		if t.WarehouseID != 0 && a.WarehouseID != t.WarehouseID {
			return 0
		}
		return a.open()
	})
	var faults fault.List
	if c.parts(&faults, t.Parts); len(faults) > 0 {
		return nil, faults
	}
	if len(t.Parts) == 0 {
		c.all()
	}
	if len(c.cuts) == 0 {
		return nil, fault.New(fault.ExceedsOutstanding, t.At, "nothing of the reservation is open there")
	}
	out := &Consumption{Reservation: h.row, h: h, told: event{action: stock.ReservationDoDeduct, by: t.By, at: now}}
	sum := map[*allocation]int{}
	for _, k := range c.cuts {
		var bin *int64
		if len(t.Parts) > 0 {
			bin = t.Parts[k.part].LocationID
		}
		out.Moves = append(out.Moves, k.alloc.move(k.part, ledger.Delta{Physical: -k.n, Allocated: -k.n}))
		out.Taken = append(out.Taken, Taken{k.alloc.key(), k.alloc.lineNo, k.n, bin})
		i, ok := sum[k.alloc]
		if !ok {
			i = len(out.told.entries)
			sum[k.alloc] = i
			out.told.entries = append(out.told.entries, entry{part: k.alloc})
		}
		out.told.entries[i].deducted += k.n
	}
	return out, nil
}

// usable refuses what is closed or has expired.
func (h *held) usable(now time.Time, at fault.Path) error {
	switch {
	case h.row.State == stock.ReservationExpired, h.row.State == stock.ReservationActive && h.expired(now):
		return fault.New(fault.Expired, at, "the reservation of %s %s expired at %s and holds nothing any more; make a new one",
			h.row.BusinessType, h.row.BusinessID, h.row.ExpiresAt.UTC().Format(time.RFC3339))
	case h.row.State != stock.ReservationActive:
		return fault.New(fault.InvalidTransition, at, "the reservation of %s %s is %s: nothing of it is open", h.row.BusinessType, h.row.BusinessID, h.row.State)
	}
	return nil
}

// Record notes in the reservations what the posting, which has been written, did.
func (c *Consumption) Record(ctx context.Context, tx store.Tx, postingID int64) (err error) {
	defer fault.Wrap(&err, "reservation.Record")
	c.told.posting = &postingID
	c.h.tell(c.told)
	return save(ctx, tx, c.h)
}
