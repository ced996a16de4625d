package document

import (
	"context"
	"strings"
	"time"

	"entrepot/ent"
	entreservation "entrepot/ent/reservation"
	"entrepot/ent/reservationallocation"
	"entrepot/ent/reservationline"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// FromReservation names the reservation that an outbound document executes from,
// by its id or by whose it is.
type FromReservation struct {
	BusinessType string   `json:"businessType,omitempty"`
	BusinessID   string   `json:"businessId,omitempty"`
	ID           *page.ID `json:"id,omitempty"`
}

func (in *CreateInput) checkReservation(faults *fault.List, at fault.Path) {
	from := in.FromReservation
	if from == nil {
		return
	}
	at = at.At("fromReservation")
	byName := from.BusinessType != "" && from.BusinessID != ""
	if byName == (from.ID != nil) || !byName && (from.BusinessType != "" || from.BusinessID != "") {
		faults.Add(fault.Required, at, "name the reservation by its id, or by businessType and businessId")
	}
	for i, l := range in.Lines {
		if l.Bucket != stock.BucketAvailable {
			faults.Add(fault.Invalid, in.lineAt(i).At("bucket"), "a reservation holds what is available, not %s", l.Bucket)
		}
	}
}

func (in *CreateInput) lineAt(i int) fault.Path { return fault.Input.At("lines").Item(i) }

// takeOver finds the reservation that a new document executes from, and makes its
// lines of what that holds open in the warehouse when none are given. It returns
// NOT_FOUND for a reservation that is not there or is another document's own,
// EXPIRED, INVALID_TRANSITION for one of which nothing is open any more, and
// EXCEEDS_OUTSTANDING for lines that ask for more than it holds.
func takeOver(ctx context.Context, tx store.Tx, now time.Time, in *CreateInput) (*int64, error) {
	if in.FromReservation == nil {
		return nil, nil
	}
	at := fault.Input.At("fromReservation")
	row, err := in.FromReservation.find(ctx, tx)
	if ent.IsNotFound(err) || err == nil && row.BusinessType == ownPromise {
		return nil, fault.New(fault.NotFound, at, "there is no such reservation")
	}
	switch {
	case err != nil:
		return nil, err
	case row.State == stock.ReservationExpired, row.State == stock.ReservationActive && row.ExpiresAt != nil && !row.ExpiresAt.After(now):
		return nil, fault.New(fault.Expired, at, "the reservation of %s %s expired and holds nothing any more; make a new one", row.BusinessType, row.BusinessID)
	case row.State != stock.ReservationActive:
		return nil, fault.New(fault.InvalidTransition, at, "the reservation of %s %s is %s: nothing of it is open", row.BusinessType, row.BusinessID, row.State)
	}
	house, err := tx.Ent.Warehouse.Query().Where(entwarehouse.Code(in.WarehouseCode)).Only(ctx)
	if ent.IsNotFound(err) {
		return &row.ID, nil // told with the other codes
	}
	if err != nil {
		return nil, err
	}
	held, err := openLines(ctx, tx, row.ID, house.ID)
	if err != nil {
		return nil, err
	}
	if len(in.Lines) == 0 {
		if len(held) == 0 {
			return nil, fault.New(fault.InvalidTransition, at, "the reservation of %s %s holds nothing in warehouse %s", row.BusinessType, row.BusinessID, house.Code)
		}
		in.Lines = held
		return &row.ID, nil
	}
	return &row.ID, in.within(held)
}

func (f FromReservation) find(ctx context.Context, tx store.Tx) (*ent.Reservation, error) {
	q := tx.Ent.Reservation.Query()
	if f.ID != nil {
		return q.Where(entreservation.ID(f.ID.Of("Reservation"))).Only(ctx)
	}
	// The latest one: only one of an object is active.
	return q.Where(entreservation.BusinessType(strings.TrimSpace(f.BusinessType)), entreservation.BusinessID(strings.TrimSpace(f.BusinessID))).
		Order(ent.Desc(entreservation.FieldID)).First(ctx)
}

// openLines is what a reservation holds open in a warehouse, in units of what its
// lines ask for.
func openLines(ctx context.Context, tx store.Tx, id, warehouse int64) ([]LineInput, error) {
	lines, err := tx.Ent.ReservationLine.Query().Where(reservationline.ReservationID(id)).Order(ent.Asc(reservationline.FieldLineNo)).All(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Ent.ReservationAllocation.Query().Where(reservationallocation.ReservationID(id)).Order(ent.Asc(reservationallocation.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	var out []LineInput
	for _, l := range lines {
		var all int64
		here := map[string]int64{}
		per := map[string]int64{}
		for _, a := range rows {
			if a.LineID != l.ID {
				continue
			}
			all += a.Quantity
			if a.WarehouseID == warehouse {
				here[a.Sku] += left(a)
				per[a.Sku] = a.PerUnit
			}
		}
		n := unitsOf(here, per, all != l.Quantity)
		if n > 0 {
			out = append(out, LineInput{SKU: l.Sku, BatchNo: l.BatchNo, Bucket: stock.BucketAvailable, Quantity: n})
		}
	}
	return out, nil
}

// unitsOf is how many units of a line the goods make: of a kit, the least that any
// of its components does.
func unitsOf(here, per map[string]int64, kit bool) (n int64) {
	if !kit {
		for _, q := range here {
			n += q
		}
		return n
	}
	n = -1
	for sku, q := range here {
		if whole := q / per[sku]; n < 0 || whole < n {
			n = whole
		}
	}
	return max(n, 0)
}

// within refuses lines that ask for more of a SKU than is held.
func (in *CreateInput) within(held []LineInput) error {
	there := map[string]int64{}
	for _, h := range held {
		there[h.SKU] += h.Quantity
	}
	var faults fault.List
	for i, l := range in.Lines {
		n := there[l.SKU]
		if l.Quantity > n {
			more := l.Quantity - n
			f := faults.Add(fault.ExceedsOutstanding, in.lineAt(i).At("quantity"), "the reservation holds %d more units of SKU %s, which is %d too few", n, l.SKU, more)
			f.CurrentQuantity, f.ShortBy = &n, &more
		}
		there[l.SKU] = max(n-l.Quantity, 0)
	}
	return faults.Err()
}
