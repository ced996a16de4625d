package reservation_test

import (
	"testing"
	"time"

	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// What documents do within transactions of their own: promise, take a part,
// take that back, give up the rest.
func TestADocumentPromisesTakesAndGivesUp(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 10)
		now, by := store.Moment(time.Now()), ledger.Posting{Operation: "test", ActorID: f.manager.UserID, BaseCurrency: "CNY", OccurredAt: time.Now()}
		must := func(fn func(tx store.Tx) error) {
			t.Helper()
			if err := db.InTx(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		var id, posting int64
		must(func(tx store.Tx) error {
			p, err := reservation.Promise(t.Context(), tx, now, reservation.Request{
				BusinessType: "DOCUMENT", BusinessID: "OUT-1", Posting: by,
				Lines: []reservation.Want{{LineNo: 1, SKU: "BRAKE-1", Quantity: 7, Warehouses: []int64{f.warehouse("SZ01")}}},
			})
			if err == nil {
				id = p.Reservation.ID
			}
			return err
		})
		f.stands("BRAKE-1", "SZ01", 10, 7)
		must(func(tx store.Tx) error {
			c, err := reservation.Consume(t.Context(), tx, now, reservation.Taking{
				ReservationID: id, By: by, Parts: []reservation.Part{{LineNo: 1, Quantity: 3}},
			})
			if err != nil {
				return err
			}
			out := by
			out.Kind, out.Moves = stock.MovementOutbound, c.Moves
			posted, err := ledger.Post(t.Context(), tx, out)
			if err != nil {
				return err
			}
			posting = posted.ID
			return c.Record(t.Context(), tx, posted.ID)
		})
		f.stands("BRAKE-1", "SZ01", 7, 4)
		must(func(tx store.Tx) error {
			r, err := reservation.Restore(t.Context(), tx, now, by, posting)
			if err != nil {
				return err
			}
			rows, err := tx.Ent.StockMovement.Query().All(t.Context())
			if err != nil {
				return err
			}
			back := by
			back.Kind, back.ReversesID, back.Moves = stock.MovementReversal, &posting, ledger.Reversal(rows[len(rows)-1:])
			posted, err := ledger.Post(t.Context(), tx, back)
			if err != nil {
				return err
			}
			return r.Record(t.Context(), tx, map[int64]int64{posting: posted.ID})
		})
		f.stands("BRAKE-1", "SZ01", 10, 7)
		must(func(tx store.Tx) error {
			_, _, err := reservation.Free(t.Context(), tx, now, reservation.Freeing{ReservationID: id, By: by})
			return err
		})
		f.stands("BRAKE-1", "SZ01", 10, 0)
		f.verify()
	})
}
