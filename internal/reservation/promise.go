package reservation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// errCareful says that a quick try did not succeed: stock was short as it was
// seen without a lock, or the business object has a reservation. The transaction
// must be rolled back and begun again with [careful].
var errCareful = errors.New("promise with care")

// errTaken says that the business object has an active reservation.
var errTaken = errors.New("the business object has an active reservation")

// Promise writes a reservation of what the lines ask for, by one posting that
// raises what the stocks have allocated. Expired holds on those stocks, and an
// expired reservation of the same business object, are let go first.
//
// It returns the faults INSUFFICIENT_STOCK at each line that there is too little
// for, with shortBy in units of the line, and TAKEN when the business object has
// an active reservation. With Partly it takes what is there, and refuses only
// when there is nothing at all. The caller rolls back when it returns an error.
func Promise(ctx context.Context, tx store.Tx, now time.Time, req Request) (_ *Promised, err error) {
	defer fault.Wrap(&err, "reservation.Promise")
	d, posted, err := careful(ctx, tx, now, req)
	if err != nil {
		return nil, err
	}
	return d.promised(posted), nil
}

// careful locks what it decides on: expired reservations first, then stocks.
func careful(ctx context.Context, tx store.Tx, now time.Time, req Request) (*draft, ledger.Posted, error) {
	base := req.Posting.BaseCurrency
	s, err := look(ctx, tx, now, base, req.Lines, req.IncludeInterchange)
	if err != nil {
		return nil, ledger.Posted{}, err
	}
	ids, err := expiredOn(ctx, tx, now, s.goods())
	if err != nil {
		return nil, ledger.Posted{}, err
	}
	own, err := activeOf(ctx, tx, req.BusinessType, req.BusinessID)
	if err != nil {
		return nil, ledger.Posted{}, err
	}
	if own != nil {
		if !(&held{row: own}).expired(now) {
			return nil, ledger.Posted{}, fault.New(fault.Taken, fault.Input.At("businessId"),
				"%s %s has an active reservation already; extend, release or deduct it", req.BusinessType, req.BusinessID)
		}
		ids = append(ids, own.ID)
	}
	gone, err := lockExpired(ctx, tx, now, base, ids)
	if err != nil {
		return nil, ledger.Posted{}, err
	}
	locked, err := ledger.Lock(ctx, tx, append(s.keys(), keysOf(gone)...))
	if err != nil {
		return nil, ledger.Posted{}, err
	}
	if len(gone) > 0 {
		if err := expire(ctx, tx, now, base, gone); err != nil {
			return nil, ledger.Posted{}, err
		}
		if s, err = look(ctx, tx, now, base, req.Lines, req.IncludeInterchange); err != nil {
			return nil, ledger.Posted{}, err
		}
		s.keep(locked)
	} else {
		s.is(locked)
	}
	d, moves, err := plan(s, now, req)
	var faults fault.List
	if errors.As(err, &faults) {
		late, anew := expiredOn(ctx, tx, now, s.goods())
		if anew != nil {
			return nil, ledger.Posted{}, anew
		}
		if len(late) > 0 {
			return nil, ledger.Posted{}, fmt.Errorf("a hold expired meanwhile: %w", store.ErrRetry)
		}
	}
	if err != nil {
		return nil, ledger.Posted{}, err
	}
	return d.write(ctx, tx, moves)
}

// quick decides on what is seen without a lock, and leaves it to the guard of the
// ledger to notice when somebody was faster. Any trouble is [errCareful].
func quick(ctx context.Context, tx store.Tx, now time.Time, req Request) (*draft, ledger.Posted, error) {
	s, err := look(ctx, tx, now, req.Posting.BaseCurrency, req.Lines, req.IncludeInterchange)
	if err != nil {
		return nil, ledger.Posted{}, err
	}
	d, moves, err := plan(s, now, req)
	var posted ledger.Posted
	if err == nil {
		d, posted, err = d.write(ctx, tx, moves)
	}
	var faults fault.List
	var refused ledger.Refused
	if errors.As(err, &faults) || errors.As(err, &refused) || errors.Is(err, errTaken) {
		return nil, ledger.Posted{}, errCareful
	}
	return d, posted, err
}

// plan chooses the stocks and makes the rows. It reads nothing.
func plan(s *supply, now time.Time, req Request) (*draft, []ledger.Move, error) {
	chosen, got, short := s.allocate(req.Lines)
	var total int64
	for _, n := range got {
		total += n
	}
	if len(short) > 0 && (!req.Partly || total == 0) {
		s.undo(chosen)
		return nil, nil, s.refuse(req.Lines, short)
	}
	d := &draft{req: req, row: &ent.Reservation{
		CreatedAt: now, UpdatedAt: now, Version: 1, BusinessType: req.BusinessType, BusinessID: req.BusinessID,
		State: stock.ReservationActive, ExpiresAt: req.ExpiresAt, Priority: req.Priority, Note: req.Note,
		CreatedBy: req.Posting.ActorID, LineCount: len(req.Lines),
	}}
	var moves []ledger.Move
	for i, w := range req.Lines {
		d.lines = append(d.lines, &ent.ReservationLine{
			LineNo: w.LineNo, BusinessLine: w.BusinessLine, Sku: w.SKU, BatchNo: w.BatchNo, AskedQuantity: w.Quantity, Quantity: got[i],
		})
		for _, p := range chosen[i] {
			place := s.sites[p.WarehouseID]
			moves = append(moves, ledger.Move{
				Key: p.Key, Line: i, Delta: ledger.Delta{Allocated: p.quantity}, Currency: place.currency, Rate: place.rate,
			})
			d.parts = append(d.parts, &draftPart{&ent.ReservationAllocation{
				WarehouseID: p.WarehouseID, Sku: p.SKU, BatchNo: p.BatchNo, PerUnit: p.perUnit, Quantity: p.quantity,
			}, w.LineNo})
			d.row.Quantity += p.quantity
		}
	}
	return d, moves, nil
}

func (d *draft) write(ctx context.Context, tx store.Tx, moves []ledger.Move) (*draft, ledger.Posted, error) {
	posted, err := ledger.Post(ctx, tx, d.posting(moves))
	if err != nil {
		return nil, ledger.Posted{}, err
	}
	d.postedBy = posted.ID
	return d, posted, insert(ctx, tx, d)
}

func (d *draft) posting(moves []ledger.Move) ledger.Posting {
	p := d.req.Posting
	p.Kind, p.Moves = stock.MovementReservation, moves
	return p
}

func (d *draft) promised(posted ledger.Posted) *Promised {
	p := &Promised{Reservation: d.row, Lines: d.lines, Posted: posted}
	for _, l := range d.lines {
		l.ReservationID = d.row.ID
	}
	for _, a := range d.parts {
		a.ReservationID = d.row.ID
		p.Allocations = append(p.Allocations, a.ReservationAllocation)
	}
	return p
}

// refuse tells of each line that falls short what there is and where.
func (s *supply) refuse(lines []Want, short []shortage) error {
	var faults fault.List
	for _, sh := range short {
		w := lines[sh.want]
		missing := w.Quantity - sh.there
		places := make([]string, len(w.Warehouses))
		for i, id := range w.Warehouses {
			places[i] = s.sites[id].code
		}
		what := "SKU " + w.SKU
		if w.BatchNo != "" {
			what += ", batch " + w.BatchNo + ","
		}
		why := ""
		switch {
		case sh.limiting != "":
			why = "; it is a kit, of which component " + sh.limiting + " is the limiting part"
		case len(w.Warehouses) > 1 && !w.Split:
			why = "; no single one of them has all of it, and the line may not be split"
		}
		f := faults.Add(fault.InsufficientStock, w.At.At("quantity"), "%s has %d to promise in %s, which is %d too few%s",
			what, sh.there, strings.Join(places, ", "), missing, why)
		there := sh.there
		f.CurrentQuantity, f.ShortBy, f.CurrentVersion = &there, &missing, sh.only
	}
	return faults
}
