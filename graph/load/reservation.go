package load

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
)

// reservationLoaders load what hangs on reservations, and what holds stocks.
type reservationLoaders struct {
	byID        *loader[int64, *ent.Reservation]
	lineByID    *loader[int64, *ent.ReservationLine]
	lines       *nested[int64, whole, *ent.ReservationLine]
	allocations *nested[int64, whole, *ent.ReservationAllocation]
	events      *nested[int64, whole, *ent.ReservationEvent]
	holders     *loader[ledger.Key, []*ent.ReservationAllocation]
}

func (l *loaders) newReservationLoaders(db *store.DB) reservationLoaders {
	return reservationLoaders{
		byID: newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Reservation, error) {
			rows, err := reservation.ByID(ctx, db, ids)
			return index(l.leadReservations(rows), func(r *ent.Reservation) int64 { return r.ID }), err
		}),
		lineByID: newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.ReservationLine, error) {
			rows, err := reservation.LinesByID(ctx, db, ids)
			return index(l.leadReservationLines(rows), func(r *ent.ReservationLine) int64 { return r.ID }), err
		}),
		lines:       newWhole(db, reservation.PageOfLines, reservation.LinesOf, reservation.CountLines, l.leadReservationLines),
		allocations: newWhole(db, reservation.PageOfAllocations, reservation.AllocationsOf, reservation.CountAllocations, l.leadAllocations),
		events:      newWhole(db, reservation.PageOfEvents, reservation.EventsOf, reservation.CountEvents, l.leadReservationEvents),
		holders: newLoader(func(ctx context.Context, keys []ledger.Key) (map[ledger.Key][]*ent.ReservationAllocation, error) {
			found, err := reservation.HoldersOf(ctx, db, keys)
			for _, rows := range found {
				l.leadAllocations(rows)
			}
			return found, err
		}),
	}
}

// Reservations notes where the rows of a list lead to.
func Reservations(ctx context.Context, rows []*ent.Reservation) { from(ctx).leadReservations(rows) }

func (l *loaders) leadReservations(rows []*ent.Reservation) []*ent.Reservation {
	for _, r := range rows {
		l.users.want(r.CreatedBy)
		l.reservations.lines.want(r.ID)
		l.reservations.allocations.want(r.ID)
		l.reservations.events.want(r.ID)
	}
	return rows
}

func (l *loaders) leadReservationLines(rows []*ent.ReservationLine) []*ent.ReservationLine {
	for _, r := range rows {
		l.products.want(r.Sku)
	}
	return rows
}

func (l *loaders) leadAllocations(rows []*ent.ReservationAllocation) []*ent.ReservationAllocation {
	for _, r := range rows {
		l.products.want(r.Sku)
		l.warehouses.want(r.WarehouseID)
		l.reservations.byID.want(r.ReservationID)
		l.reservations.lineByID.want(r.LineID)
	}
	return rows
}

func (l *loaders) leadReservationEvents(rows []*ent.ReservationEvent) []*ent.ReservationEvent {
	for _, r := range rows {
		l.users.want(r.ActorID)
		if r.PostingID != nil {
			l.postings.want(*r.PostingID)
		}
	}
	return rows
}

// Reservation by key.
func Reservation(ctx context.Context, id int64) (*ent.Reservation, error) {
	return from(ctx).reservations.byID.load(ctx, id)
}

// ReservationLine by key.
func ReservationLine(ctx context.Context, id int64) (*ent.ReservationLine, error) {
	return from(ctx).reservations.lineByID.load(ctx, id)
}

// LinesOfReservation is a page of the lines of a reservation.
func LinesOfReservation(ctx context.Context, id int64, a page.Args) (*page.Connection[*ent.ReservationLine], error) {
	return from(ctx).reservations.lines.load(ctx, id, whole{}, a)
}

// AllocationsOfReservation is a page of the allocations of a reservation.
func AllocationsOfReservation(ctx context.Context, id int64, a page.Args) (*page.Connection[*ent.ReservationAllocation], error) {
	return from(ctx).reservations.allocations.load(ctx, id, whole{}, a)
}

// EventsOfReservation is a page of the events of a reservation.
func EventsOfReservation(ctx context.Context, id int64, a page.Args) (*page.Connection[*ent.ReservationEvent], error) {
	return from(ctx).reservations.events.load(ctx, id, whole{}, a)
}

// HoldersOf are the allocations that hold units of a stock.
func HoldersOf(ctx context.Context, s *ent.Stock) ([]*ent.ReservationAllocation, error) {
	return from(ctx).reservations.holders.load(ctx, stockKey(s))
}
