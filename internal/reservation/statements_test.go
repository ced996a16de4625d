package reservation_test

import (
	"context"
	"testing"

	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Every round trip more holds the row of a hot stock for longer. A promise looks up
// its codes, takes its key, reads the stocks, changes one, posts, and writes the
// reservation; a deduction locks a reservation and reads what it holds instead.
func TestAReservationOfOneLineTakesFewStatements(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	f.receive("BRAKE-1", "SZ01", 10)
	s := reservation.New(f.db, "CNY", f.now, reservation.Alone())
	for _, c := range []struct {
		operation string
		most      int64
		send      func(context.Context) (reservation.Result, error)
	}{
		{"reservationCreate", 6, func(ctx context.Context) (reservation.Result, error) {
			return s.Create(ctx, reservation.CreateInput{
				Intent: command.Intent{IdempotencyKey: "1"}, BusinessType: "ORDER", BusinessID: "1",
				Source: reservation.Source{WarehouseCodes: []string{"SZ01"}}, Lines: []reservation.CreateLine{{SKU: "BRAKE-1", Quantity: 1}},
			})
		}},
		{"reservationDeduct", 7, func(ctx context.Context) (reservation.Result, error) {
			return s.Deduct(ctx, reservation.TakeInput{
				Intent: command.Intent{IdempotencyKey: "1"}, Which: reservation.Which{BusinessType: "ORDER", BusinessID: "1"}, ReasonCode: "SALE",
			})
		}},
	} {
		ctx, n := store.CountStatements(auth.With(t.Context(), f.manager))
		if _, err := c.send(ctx); err != nil {
			t.Fatal(err)
		}
		if got := n.Load(); got > c.most {
			t.Errorf("%s sent %d statements, want at most %d", c.operation, got, c.most)
		}
	}
	f.verify()
}
