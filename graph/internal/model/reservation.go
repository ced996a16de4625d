package model

import (
	"context"

	"entrepot/ent"
	"entrepot/graph/load"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/reservation"
)

// ReservationConnection is a page of reservations.
type ReservationConnection = page.Connection[*ent.Reservation]

// ReservationEdge is one of them with its cursor.
type ReservationEdge = page.Edge[*ent.Reservation]

// ReservationLineConnection is a page of the lines of a reservation.
type ReservationLineConnection = page.Connection[*ent.ReservationLine]

// ReservationLineEdge is one of them with its cursor.
type ReservationLineEdge = page.Edge[*ent.ReservationLine]

// ReservationAllocationConnection is a page of the allocations of a reservation.
type ReservationAllocationConnection = page.Connection[*ent.ReservationAllocation]

// ReservationAllocationEdge is one of them with its cursor.
type ReservationAllocationEdge = page.Edge[*ent.ReservationAllocation]

// ReservationEventConnection is a page of the events of a reservation.
type ReservationEventConnection = page.Connection[*ent.ReservationEvent]

// ReservationEventEdge is one of them with its cursor.
type ReservationEventEdge = page.Edge[*ent.ReservationEvent]

// ReservationPayload answers every mutation of reservations.
type ReservationPayload struct {
	Reservation      *ent.Reservation
	Movements        []*ent.StockMovement
	DryRun, Replayed bool
	UserErrors       []fault.Fault

	postingID int64
}

// Posting is what was posted, if anything was.
func (p *ReservationPayload) Posting(ctx context.Context) (*ent.Posting, error) {
	return load.Posting(ctx, p.postingID)
}

// Reserved is the payload of a command on reservations.
func Reserved(ctx context.Context, dryRun bool, res reservation.Result, err error) (*ReservationPayload, error) {
	faults, err := fault.Split(err)
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return &ReservationPayload{DryRun: dryRun, UserErrors: faults}, nil
	}
	load.Reservations(ctx, []*ent.Reservation{res.Reservation})
	load.Movements(ctx, res.Movements)
	return &ReservationPayload{
		Reservation: res.Reservation, Movements: res.Movements, DryRun: res.DryRun, Replayed: res.Replayed, postingID: res.PostingID,
	}, nil
}
