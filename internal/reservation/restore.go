package reservation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entrepot/ent"
	entreservation "entrepot/ent/reservation"
	"entrepot/ent/reservationentry"
	"entrepot/ent/reservationevent"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Restoration is what the reversal of postings gives back to reservations.
type Restoration struct {
	now  time.Time
	by   ledger.Posting
	list []*held
	// steps are what is taken back, by the posting that did it.
	steps map[int64][]step
}

type step struct {
	h *held
	e event
}

// Restore locks the reservations that the postings took from or made short. The
// caller then reverses the postings, exactly, and calls Record. It is an empty
// Restoration, and no harm, when they touched none.
//
// It returns the fault ALREADY_REVERSED when it was taken back before.
func Restore(ctx context.Context, tx store.Tx, now time.Time, by ledger.Posting, postingIDs ...int64) (_ *Restoration, err error) {
	defer fault.Wrap(&err, "reservation.Restore")
	r := &Restoration{now: now, by: by, steps: map[int64][]step{}}
	events, err := tx.Ent.ReservationEvent.Query().Where(page.In(reservationevent.FieldPostingID, postingIDs),
		reservationevent.ActionIn(stock.ReservationDoDeduct, stock.ReservationDoShorten)).
		Order(ent.Asc(reservationevent.FieldID)).All(ctx)
	if err != nil || len(events) == 0 {
		return r, err
	}
	ids, eventIDs := make([]int64, len(events)), make([]int64, len(events))
	for i, e := range events {
		ids[i], eventIDs[i] = e.ReservationID, e.ID
	}
	if r.list, err = lock(ctx, tx, now, by.BaseCurrency, unique(ids)); err != nil {
		return nil, err
	}
	// Once the reservations are locked: a rollback that was waited for is seen.
	again, err := tx.Ent.ReservationEvent.Query().Where(page.In(reservationevent.FieldReversesID, eventIDs)).Exist(ctx)
	if err != nil {
		return nil, err
	}
	if again {
		return nil, fault.New(fault.AlreadyReversed, fault.Input.At("postingId"), "this deduction has been rolled back already")
	}
	entries, err := tx.Ent.ReservationEntry.Query().Where(page.In(reservationentry.FieldEventID, eventIDs)).
		Order(ent.Asc(reservationentry.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	return r, r.take(events, entries)
}

// take makes the opposite of every event.
func (r *Restoration) take(events []*ent.ReservationEvent, entries []*ent.ReservationEntry) error {
	byID, parts := map[int64]*held{}, map[int64]*allocation{}
	for _, h := range r.list {
		byID[h.row.ID] = h
		for _, a := range h.parts {
			parts[a.ID] = a
		}
	}
	byEvent := map[int64][]entry{}
	for _, n := range entries {
		a := parts[n.AllocationID]
		if a == nil {
			return fmt.Errorf("entry %d is of an allocation of another reservation", n.ID)
		}
		byEvent[n.EventID] = append(byEvent[n.EventID], entry{a, -n.DeductedDelta, -n.ReleasedDelta, -n.ShortDelta})
	}
	for _, e := range events {
		r.steps[*e.PostingID] = append(r.steps[*e.PostingID], step{byID[e.ReservationID], event{
			action: stock.ReservationDoRollback, reverses: &e.ID, by: r.by, at: r.now, entries: byEvent[e.ID],
		}})
	}
	return nil
}

// Reservations are those that get something back, by id.
func (r *Restoration) Reservations() []*ent.Reservation {
	rows := make([]*ent.Reservation, len(r.list))
	for i, h := range r.list {
		rows[i] = h.row
	}
	return rows
}

// Record notes what was given back: reversals are the postings that were written,
// by the posting that each reverses. What a reservation gets back after it expired,
// or when its business object has another one by now, is let go at once.
func (r *Restoration) Record(ctx context.Context, tx store.Tx, reversals map[int64]int64) (err error) {
	defer fault.Wrap(&err, "reservation.Restore")
	var closed []*held
	for _, h := range r.list {
		if h.row.State != stock.ReservationActive {
			closed = append(closed, h)
		}
	}
	for _, original := range sorted(r.steps) {
		for _, s := range r.steps[original] {
			reversal, ok := reversals[original]
			if !ok {
				return fmt.Errorf("posting %d was not reversed", original)
			}
			s.e.posting = &reversal
			s.h.tell(s.e)
		}
	}
	var late, second []*held
	for _, h := range r.list {
		switch {
		case h.row.State != stock.ReservationActive:
		case h.expired(r.now):
			late = append(late, h)
		case slices.Contains(closed, h):
			taken, err := tx.Ent.Reservation.Query().Where(entreservation.BusinessType(h.row.BusinessType), entreservation.BusinessID(h.row.BusinessID),
				entreservation.StateEQ(stock.ReservationActive), entreservation.IDNEQ(h.row.ID)).Exist(ctx)
			if err != nil {
				return err
			}
			if taken {
				second = append(second, h)
			}
		}
	}
	if len(late) > 0 {
		if err := expire(ctx, tx, r.now, r.by.BaseCurrency, late); err != nil {
			return err
		}
	}
	if len(second) > 0 {
		by := r.by
		by.ID, by.Moves, by.ReversesID, by.DocumentID = 0, nil, nil, nil
		if _, err := letGo(ctx, tx, r.now, second, stock.ReservationDoRelease, by); err != nil {
			return err
		}
	}
	return save(ctx, tx, r.list...)
}

func sorted(steps map[int64][]step) []int64 {
	ids := make([]int64, 0, len(steps))
	for id := range steps {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
