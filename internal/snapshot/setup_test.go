package snapshot

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"entrepot/ent/warehousesnapshot"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

const skus = 3

// world is a database with products, a clock that tests set, and a Service.
type world struct {
	t     testing.TB
	db    *store.DB
	snaps *Service
	user  int64
	clock time.Time
	made  int // warehouses
}

func newWorld(t testing.TB, db *store.DB, clock time.Time) *world {
	t.Helper()
	w := &world{t: t, db: db, clock: clock}
	w.snaps = New(db, func() time.Time { return w.clock })
	w.write(func(ctx context.Context, tx store.Tx) error {
		u, err := tx.Ent.User.Create().SetUsername("tester").SetPasswordHash("-").SetCreatedAt(clock).SetUpdatedAt(clock).Save(ctx)
		if err != nil {
			return err
		}
		w.user = u.ID
		for i := range skus {
			if err := tx.Ent.Product.Create().SetSku(sku(i)).SetName("test").SetCreatedAt(clock).SetUpdatedAt(clock).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

func sku(i int) string { return fmt.Sprint("SKU-", i) }

func (w *world) write(fn func(context.Context, store.Tx) error) {
	w.t.Helper()
	if err := w.db.InTx(w.t.Context(), func(tx store.Tx) error { return fn(w.t.Context(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) warehouse(zone string) (id int64) {
	w.t.Helper()
	w.made++
	w.write(func(ctx context.Context, tx store.Tx) error {
		row, err := tx.Ent.Warehouse.Create().SetCode(fmt.Sprint("W", w.made)).SetName(zone).SetCurrency("CNY").SetTimeZone(zone).
			SetCreatedAt(w.clock).SetUpdatedAt(w.clock).Save(ctx)
		if err == nil {
			id = row.ID
		}
		return err
	})
	return id
}

func (w *world) posting(moves ...ledger.Move) ledger.Posting {
	return ledger.Posting{
		Kind: stock.MovementAdjustment, Operation: "test", ActorID: w.user, ReasonCode: "TEST", BaseCurrency: "CNY",
		OccurredAt: w.clock, Now: w.clock, Moves: moves,
	}
}

func move(warehouse int64, s int, batch string, d ledger.Delta, cost money.Amount) ledger.Move {
	m := ledger.Move{Key: ledger.Key{WarehouseID: warehouse, SKU: sku(s), BatchNo: batch}, Delta: d, Currency: "CNY", Rate: money.ParityRate}
	if d.Physical > 0 {
		m.UnitCost = &cost
	}
	return m
}

// in receives units.
func (w *world) in(warehouse int64, s int, quantity int64) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx store.Tx) error {
		_, err := ledger.Post(ctx, tx, w.posting(move(warehouse, s, "", ledger.In(stock.BucketAvailable, quantity), 10_000)))
		return err
	})
}

// takeAll takes every day that has ended. Transactions of other tests on the same
// server hold it up for a moment.
func (w *world) takeAll() {
	w.t.Helper()
	await(w.t, func() bool {
		if _, err := w.snaps.Take(w.t.Context(), w.clock, nil); err != nil {
			w.t.Fatal(err)
		}
		places, err := w.snaps.places(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		return !slices.ContainsFunc(places, func(p place) bool {
			left, err := p.spans(w.clock.Add(-grace), 1)
			return err == nil && len(left) > 0
		})
	})
}

// await polls until it is so.
func await(t testing.TB, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !so(); {
		if time.Now().After(deadline) {
			t.Fatal("it never happened")
		}
	}
}

// agree compares every day of a warehouse with the ledger as of its end.
func (w *world) agree(fatal func(string, ...any), warehouse int64) {
	ctx := w.t.Context()
	days, err := w.db.Ent().WarehouseSnapshot.Query().Where(warehousesnapshot.WarehouseID(warehouse)).Order(warehousesnapshot.ByDay()).All(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	stocks, err := w.db.Ent().Stock.Query().All(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, day := range days {
		if i > 0 && !day.Day.Equal(next(days[i-1].Day)) {
			fatal("no day between %s and %s", days[i-1].Day, day.Day)
		}
		var total ledger.Quantities
		have := map[string]bool{}
		for _, s := range stocks {
			if s.WarehouseID != warehouse {
				continue
			}
			want, err := ledger.AsOf(ctx, w.db, ledger.AsOfQuery{
				Key: ledger.Key{WarehouseID: warehouse, SKU: s.Sku, BatchNo: s.BatchNo}, At: day.AsOf, Basis: ledger.Recorded,
			})
			if err != nil {
				w.t.Fatal(err)
			}
			if got := w.carried(s.ID, day.Day); got != want {
				fatal("stock %d on %s: %+v, as of %s it was %+v", s.ID, day.Day, got, day.AsOf, want)
			}
			total = total.Add(ledger.Delta{Physical: want.Physical, Allocated: want.Allocated, Damaged: want.Damaged, OnHold: want.OnHold, InTransit: want.InTransit})
			have[s.Sku] = have[s.Sku] || want.Physical > 0
		}
		count := int64(0)
		for _, some := range have {
			if some {
				count++
			}
		}
		got := ledger.Quantities{
			Physical: day.PhysicalQuantity, Available: day.AvailableQuantity, Allocated: day.AllocatedQuantity,
			Damaged: day.DamagedQuantity, OnHold: day.HoldQuantity, InTransit: day.InTransitQuantity,
		}
		if got != total || day.SkuCount != count {
			fatal("warehouse %d on %s: %+v of %d SKUs, the ledger has %+v of %d", warehouse, day.Day, got, day.SkuCount, total, count)
		}
	}
}

// carried is what the latest row of a stock until a day tells.
func (w *world) carried(stockID int64, day time.Time) (q ledger.Quantities) {
	w.t.Helper()
	rows, err := w.db.SQL().QueryContext(w.t.Context(), `SELECT physical_quantity, available_quantity, allocated_quantity, damaged_quantity, hold_quantity, in_transit_quantity
FROM stock_snapshots WHERE stock_id = $1 AND day <= $2 ORDER BY day DESC LIMIT 1`, stockID, day)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&q.Physical, &q.Available, &q.Allocated, &q.Damaged, &q.OnHold, &q.InTransit); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return q
}

// verify proves ledger and snapshots; every test ends with it.
func (w *world) verify() {
	w.t.Helper()
	r, err := ledger.Verify(w.t.Context(), w.db, Rules()...)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range r.Checks {
		if c.Count > 0 {
			w.t.Errorf("not so: %s: %d rows: %v", c.Rule, c.Count, c.Broken)
		}
	}
}
