package snapshot

import (
	"testing"

	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// A day that is taken while a history is read is told as it was taken, or not at
// all; never as the day before it was.
func TestAHistoryDoesNotTellADayWithoutItsChanges(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	w := newWorld(t, db, noon)
	a := w.warehouse("UTC")
	w.in(a, 0, 5)
	w.clock = noon.AddDate(0, 0, 1)
	w.takeAll()
	w.in(a, 0, 2)
	places, err := w.snaps.places(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next, err := places[0].spans(noon.AddDate(0, 0, 2), 1)
	if err != nil || len(next) != 1 {
		t.Fatal(next, err)
	}
	d := next[0]

	taken, commit, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.InTx(t.Context(), func(tx store.Tx) error {
			if _, err := tx.SQL.ExecContext(t.Context(), "LOCK TABLE warehouse_snapshots IN ACCESS EXCLUSIVE MODE"); err != nil {
				return err
			}
			if _, err := tx.SQL.ExecContext(t.Context(), takeStocks, d.day, a, d.after, d.until); err != nil {
				return err
			}
			if _, err := tx.SQL.ExecContext(t.Context(), takeWarehouse, a, d.day, d.until, noon, "CNY", d.after); err != nil {
				return err
			}
			close(taken)
			<-commit
			return nil
		})
	}()
	<-taken
	type told struct {
		days []*StockDay
		err  error
	}
	answer := make(chan told, 1)
	go func() {
		ctx := auth.With(t.Context(), &auth.Principal{Permissions: []auth.Permission{auth.StockView}})
		days, err := History(ctx, db, HistoryQuery{SKU: sku(0), WarehouseCode: "W1", From: noon.AddDate(0, 0, -1), To: noon.AddDate(0, 0, 3)})
		answer <- told{days, err}
	}()
	await(t, func() (waits bool) {
		err := db.SQL().QueryRowContext(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_locks
  WHERE NOT granted AND relation = 'warehouse_snapshots'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waits)
		if err != nil {
			t.Fatal(err)
		}
		return waits
	})
	close(commit)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	got := <-answer
	if got.err != nil {
		t.Fatal(got.err)
	}
	for _, day := range got.days {
		if want := map[string]int64{"11-20": 5, "11-21": 7}[day.Day.Format("01-02")]; day.Physical != want {
			t.Errorf("%s: %d units, want %d", day.Day.Format("01-02"), day.Physical, want)
		}
	}
}
