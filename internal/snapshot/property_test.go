package snapshot

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// eves are when days of some zone are about to be shorter or longer.
var eves = []time.Time{
	time.Date(2025, 3, 8, 6, 0, 0, 0, time.UTC),   // New York; Havana leaves out midnight
	time.Date(2025, 4, 23, 6, 0, 0, 0, time.UTC),  // Cairo leaves out midnight
	time.Date(2025, 10, 4, 6, 0, 0, 0, time.UTC),  // Lord Howe, by half an hour
	time.Date(2025, 10, 29, 6, 0, 0, 0, time.UTC), // Cairo has 23:00 twice
	time.Date(2025, 11, 1, 6, 0, 0, 0, time.UTC),  // New York, Havana
}

// Whatever is posted at whatever times, in whatever zones, and however late days
// are taken: each stock's snapshot is what the ledger says as of that midnight.
func TestSnapshotsAgreeWithTheLedger(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, eves[0])
		rapid.Check(t, func(rt *rapid.T) { walk(rt, w) })
		w.verify()
	})
}

func walk(rt *rapid.T, w *world) {
	w.clock = rapid.SampledFrom(eves).Draw(rt, "eve")
	here := []int64{
		w.warehouse(rapid.SampledFrom(zones).Draw(rt, "zone")), w.warehouse(rapid.SampledFrom(zones).Draw(rt, "other zone")),
	}
	small := rapid.Int64Range(-3, 6)
	for range rapid.IntRange(1, 20).Draw(rt, "steps") {
		w.clock = w.clock.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 20, 30, 60, 300, 660}).Draw(rt, "minutes")) * time.Minute)
		if rapid.IntRange(0, 3).Draw(rt, "take") == 0 {
			w.takeAll()
			continue
		}
		moves := make([]ledger.Move, rapid.IntRange(1, 3).Draw(rt, "lines"))
		for i := range moves {
			moves[i] = move(rapid.SampledFrom(here).Draw(rt, "warehouse"), rapid.IntRange(0, skus-1).Draw(rt, "sku"),
				rapid.SampledFrom([]string{"", "b"}).Draw(rt, "batch"),
				ledger.Delta{
					Physical: small.Draw(rt, "physical"), Allocated: small.Draw(rt, "allocated") / 2, Damaged: small.Draw(rt, "damaged") / 3,
					OnHold: small.Draw(rt, "on hold") / 3, InTransit: small.Draw(rt, "in transit"),
				}, money.Amount(rapid.Int64Range(0, 99_999).Draw(rt, "cost")))
			moves[i].Line = i
		}
		err := w.db.InTx(w.t.Context(), func(tx store.Tx) error {
			_, err := ledger.Post(w.t.Context(), tx, w.posting(moves...))
			return err
		})
		if err != nil && !errors.As(err, new(ledger.Refused)) {
			rt.Fatal(err)
		}
	}
	w.clock = w.clock.Add(30 * time.Hour)
	w.takeAll()
	for _, id := range here {
		w.agree(rt.Fatalf, id)
	}
}
