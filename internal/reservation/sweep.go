package reservation

import (
	"context"
	"time"

	"entrepot/ent"
	entreservation "entrepot/ent/reservation"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// sweepChunk is how many reservations a sweep lets go of in one transaction: their
// stocks are locked until it ends.
const sweepChunk = 100

// Sweep lets go of what has expired, a chunk in each transaction, and returns how
// many reservations that were. It is housekeeping: what has expired holds nothing
// anyway. Guard, if not nil, runs first in every transaction.
func (s *Service) Sweep(ctx context.Context, guard func(context.Context, store.Tx) error) (swept int64, err error) {
	defer fault.Wrap(&err, "reservation.Sweep")
	now := store.Moment(s.now())
	for {
		ids, err := s.due(ctx, now)
		if err != nil || len(ids) == 0 {
			return swept, err
		}
		var n int
		err = s.db.InTx(ctx, func(tx store.Tx) error {
			if guard != nil {
				if err := guard(ctx, tx); err != nil {
					return err
				}
			}
			gone, err := lockExpired(ctx, tx, now, s.base, ids)
			if err != nil {
				return err
			}
			n = len(gone)
			if _, err := ledger.Lock(ctx, tx, keysOf(gone)); err != nil {
				return err
			}
			return expire(ctx, tx, now, s.base, gone)
		})
		if swept += int64(n); err != nil || len(ids) < sweepChunk {
			return swept, err
		}
	}
}

// due are the reservations that expired first.
func (s *Service) due(ctx context.Context, now time.Time) ([]int64, error) {
	return s.db.Ent().Reservation.Query().
		Where(entreservation.StateEQ(stock.ReservationActive), entreservation.ExpiresAtNotNil(), entreservation.ExpiresAtLTE(now)).
		Order(ent.Asc(entreservation.FieldExpiresAt, entreservation.FieldID)).Limit(sweepChunk).IDs(ctx)
}
