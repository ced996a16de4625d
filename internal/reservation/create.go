package reservation

import (
	"context"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/store"
)

// creation is a reservationCreate on its way.
type creation struct {
	in      CreateInput
	targets []lookup.Target
}

// Create promises stock to a business object: every line in full or nothing, or
// with TakeWhatIsThere what there is. It needs reservation:edit.
//
// Beside the faults of a malformed input it returns NOT_FOUND and ARCHIVED for
// codes, TAKEN when the business object has an active reservation,
// INSUFFICIENT_STOCK at each line that there is too little for, and
// IDEMPOTENCY_KEY_REUSED.
func (s *Service) Create(ctx context.Context, in CreateInput) (Result, error) {
	received := in
	in.tidy()
	c, err := s.prepare(ctx, "reservationCreate", in.Intent, received, "RESERVED", in.Note, in.check)
	if err != nil {
		return Result{}, err
	}
	c.create = &creation{in: in, targets: in.targets()}
	codes := lookup.In(s.base)
	c.look = func(ctx context.Context, tx store.Tx) (err error) {
		c.post.ID, err = codes.Resolve(ctx, tx, c.now, c.create.targets, nil)
		return err
	}
	c.do = func(ctx context.Context, tx store.Tx, withCare bool) (Result, error) {
		req, err := c.request(codes)
		if err != nil {
			return Result{}, err
		}
		write := quick
		if withCare {
			write = careful
		}
		d, posted, err := write(ctx, tx, c.now, req)
		if err != nil {
			return Result{}, err
		}
		return d.result(posted), nil
	}
	if in.DryRun || len(in.Lines) > maxGroupWork {
		return s.alone(ctx, c)
	}
	return s.queue.Do(ctx, c, func() (Result, error) { return s.alone(ctx, c) })
}

func (d *draft) result(posted ledger.Posted) Result {
	return Result{Reservation: d.row, PostingID: posted.ID, Movements: posted.Movements}
}

// targets are the stocks that the lines name, for their codes to be looked up.
func (in CreateInput) targets() (list []lookup.Target) {
	for _, l := range in.Lines {
		for _, code := range l.codes(in) {
			list = append(list, lookup.Target{SKU: l.SKU, WarehouseCode: code})
		}
	}
	return list
}

func (l CreateLine) codes(in CreateInput) []string {
	if len(l.WarehouseCodes) > 0 {
		return l.WarehouseCodes
	}
	return in.WarehouseCodes
}

// request is the input with its codes looked up, or their faults. It reads nothing.
func (c *call) request(codes lookup.Codes) (Request, error) {
	in := c.create.in
	var faults fault.List
	seen := map[string]bool{} // what is wrong with a warehouse of all lines is told once
	req := Request{
		BusinessType: in.BusinessType, BusinessID: in.BusinessID, ExpiresAt: expiry(c.now, in.ExpiresAt, in.TTLSeconds),
		Priority: in.Priority, Note: in.Note, Partly: in.IfShort == TakeWhatIsThere, IncludeInterchange: in.IncludeInterchange,
		Posting: c.post, Lines: make([]Want, len(in.Lines)),
	}
	for i, l := range in.Lines {
		at := fault.Input.At("lines").Item(i)
		codes.CheckProduct(&faults, at.At("sku"), l.SKU, false)
		w := Want{LineNo: i + 1, BusinessLine: l.BusinessLine, SKU: l.SKU, BatchNo: l.BatchNo, Quantity: l.Quantity, At: at}
		w.Split, w.ShipOn = given(false, in.Split, l.Split), day(given(time.Time{}, in.ShipOn, l.ShipOn))
		for _, code := range l.codes(in) {
			path := fault.Input.At("warehouseCodes")
			if len(l.WarehouseCodes) > 0 {
				path = at.At("warehouseCodes")
			}
			if own := len(l.WarehouseCodes) > 0; own || !seen[code] {
				codes.CheckWarehouse(&faults, path, code)
				seen[code] = seen[code] || !own
			}
			w.Warehouses = append(w.Warehouses, codes.Warehouse(code))
		}
		req.Lines[i] = w
	}
	return req, faults.Err()
}

// given is the last of the values that is given, or none of them.
func given[V any](none V, values ...*V) V {
	for _, v := range values {
		if v != nil {
			none = *v
		}
	}
	return none
}

// day is the day of a date, as its midnight in UTC.
func day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(24 * time.Hour)
}
