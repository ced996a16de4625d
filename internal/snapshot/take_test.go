package snapshot

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"entrepot/ent/warehousesnapshot"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

var noon = time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)

func (w *world) days(warehouse int64) (out []string) {
	w.t.Helper()
	rows, err := w.db.Ent().WarehouseSnapshot.Query().Where(warehousesnapshot.WarehouseID(warehouse)).Order(warehousesnapshot.ByDay()).All(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range rows {
		out = append(out, r.Day.Format("01-02"))
	}
	return out
}

func (w *world) rows(table string) (n int) {
	w.t.Helper()
	if err := w.db.SQL().QueryRowContext(w.t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestAStockHasARowOnlyForDaysOnWhichItChanged(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, noon)
		a, idle := w.warehouse("Asia/Shanghai"), w.warehouse("UTC")
		w.in(a, 0, 5)
		w.in(a, 1, 7)
		w.clock = noon.AddDate(0, 0, 2)
		w.in(a, 1, 1)
		w.clock = noon.AddDate(0, 0, 5)
		w.takeAll()
		if got := strings.Join(w.days(a), " "); got != "11-20 11-21 11-22 11-23 11-24" {
			t.Errorf("days %s", got)
		}
		if got := w.days(idle); got != nil {
			t.Errorf("a warehouse in which nothing ever moved has days: %v", got)
		}
		if s, c := w.rows("stock_snapshots"), w.rows("cost_snapshots"); s != 3 || c != 3 {
			t.Errorf("%d rows of stocks, %d of worths, want 3", s, c)
		}
		last, err := db.Ent().WarehouseSnapshot.Query().Order(warehousesnapshot.ByDay()).All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r := last[4]; r.SkuCount != 2 || r.PhysicalQuantity != 13 || r.Value != 130_000 || r.Currency != "CNY" || !r.TakenAt.Equal(w.clock) {
			t.Errorf("%+v", r)
		}
		w.agree(t.Fatalf, a)
		w.verify()
	})
}

func TestADayIsTakenOnceByManyReplicas(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, noon)
		for _, zone := range []string{"UTC", "Asia/Kolkata"} {
			id := w.warehouse(zone)
			for s := range skus {
				w.in(id, s, 5)
			}
		}
		w.clock = noon.AddDate(0, 0, 10)
		var all sync.WaitGroup
		for range 4 {
			replica := New(db, w.snaps.now)
			all.Go(func() {
				await(t, func() bool {
					due, err := replica.Due(t.Context())
					return err != nil || len(due) > 0 || w.rows("warehouse_snapshots") == 20
				})
				if _, err := replica.Take(t.Context(), w.clock, nil); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := w.rows("warehouse_snapshots"); n != 20 {
			t.Errorf("%d days", n)
		}
		w.verify()
	})
}

func TestEveryMidnightIsDueOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, noon)
		for _, zone := range []string{"UTC", "Africa/Abidjan", "Asia/Kolkata"} {
			w.in(w.warehouse(zone), 0, 5)
		}
		w.in(w.warehouse("Nowhere/At_All"), 0, 5) // stored before zones were checked: it holds nobody up
		midnight := time.Date(2025, 11, 21, 0, 0, 0, 0, time.UTC)
		for _, c := range []struct {
			at   time.Time
			want string
		}{
			{midnight.Add(-330 * time.Minute), ""},
			{midnight.Add(-329 * time.Minute), "20T18:30"},
			{midnight.Add(grace - time.Second), "20T18:30"},
			{midnight.Add(grace), "20T18:30 21T00:00"},
			{midnight.Add(24*time.Hour + grace), "20T18:30 21T00:00 21T18:30 22T00:00"},
		} {
			w.clock = c.at
			var got []string
			await(t, func() bool {
				due, err := w.snaps.Due(t.Context())
				got = nil
				for _, d := range due {
					got = append(got, d.Format("02T15:04"))
				}
				if c.want == "" {
					return err != nil && strings.Contains(err.Error(), "Nowhere/At_All")
				}
				return len(got) > 0 && err == nil
			})
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("due at %s: %s, want %s", c.at, text, c.want)
			}
		}
	})
}

func TestWhoMayNotWriteWritesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, noon)
		w.in(w.warehouse("UTC"), 0, 5)
		w.clock = noon.AddDate(0, 0, 1)
		replaced := errors.New("replaced")
		await(t, func() bool {
			due, err := w.snaps.Due(t.Context())
			return err != nil || len(due) > 0
		})
		n, err := w.snaps.Take(t.Context(), w.clock, func(context.Context, store.Tx) error { return replaced })
		if !errors.Is(err, replaced) || n != 0 || w.rows("warehouse_snapshots") != 0 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// A transaction records a movement before midnight and commits after it.
func TestADayWaitsForTransactionsThatMayStillRecordInIt(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	w := newWorld(t, db, noon)
	id := w.warehouse("UTC")
	w.in(id, 0, 5)
	w.clock = time.Date(2025, 11, 20, 23, 59, 59, 0, time.UTC)
	posted, commit, done := make(chan struct{}), make(chan struct{}), make(chan error)
	late := w.posting(move(id, 1, "", ledger.In(stock.BucketAvailable, 3), 10_000))
	go func() {
		done <- db.InTx(t.Context(), func(tx store.Tx) error {
			if _, err := ledger.Post(t.Context(), tx, late); err != nil {
				return err
			}
			close(posted)
			<-commit
			return nil
		})
	}()
	<-posted
	w.clock = time.Date(2025, 11, 21, 0, 5, 0, 0, time.UTC)
	for range 20 {
		due, err := w.snaps.Due(t.Context())
		n, takeErr := w.snaps.Take(t.Context(), w.clock, nil)
		if err = errors.Join(err, takeErr); err != nil || len(due) > 0 || n > 0 {
			t.Fatalf("taken while a transaction runs: %v, %d rows, %v", due, n, err)
		}
	}
	close(commit)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w.takeAll()
	if got := w.rows("stock_snapshots"); got != 2 {
		t.Errorf("%d stocks in the snapshot", got)
	}
	w.agree(t.Fatalf, id)
	w.verify()
}

func TestLatest(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, noon)
		shanghai, utc := w.warehouse("Asia/Shanghai"), w.warehouse("UTC")
		w.in(shanghai, 0, 5)
		w.in(utc, 0, 5)
		w.clock = noon.AddDate(0, 0, 3)
		w.takeAll()
		for at, want := range map[time.Time][2]string{
			noon: {"", ""},
			time.Date(2025, 11, 20, 16, 0, 0, 0, time.UTC):  {"2025-11-20", ""},
			time.Date(2025, 11, 21, 15, 59, 0, 0, time.UTC): {"2025-11-20", "2025-11-20"},
			noon.AddDate(1, 0, 0):                           {"2025-11-22", "2025-11-22"},
		} {
			got, err := Latest(t.Context(), db.SQL(), at)
			if err != nil {
				t.Fatal(err)
			}
			for i, id := range []int64{shanghai, utc} {
				if taken, ok := got[id]; ok != (want[i] != "") || ok && (taken.Day.Format(time.DateOnly) != want[i] || taken.AsOf.After(at)) {
					t.Errorf("warehouse %d at %s: %+v, want %s", i, at, taken, want[i])
				}
			}
		}
	})
}
