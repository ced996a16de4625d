package document

import (
	"context"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
)

// consume plans what the promise of the transfer gives for the departure: moves whose
// lines are places in leaving.
func (s *Service) consume(ctx context.Context, tx store.Tx, now time.Time, d *departure) (*reservation.Consumption, error) {
	if d.doc.ReservationID == nil {
		return nil, fault.New(fault.Invalid, d.field, "nothing is promised to document %s", d.doc.No)
	}
	parts := make([]reservation.Part, len(d.leaving))
	for i, l := range d.leaving {
		parts[i] = reservation.Part{LineNo: l.line.LineNo, Quantity: l.quantity, LocationID: l.bin, At: l.at}
		if l.batch != "" {
			parts[i].BatchNo = &l.batch
		}
	}
	return reservation.Consume(ctx, tx, now, reservation.Taking{
		ReservationID: *d.doc.ReservationID, WarehouseID: d.doc.WarehouseID, Parts: parts, At: d.field,
		By: s.by(ctx, "transferDispatch", d.doc, d.at),
	})
}
