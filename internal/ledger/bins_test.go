package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// bins makes a warehouse of the bundle track bins of these codes and types.
func (b *bundle) bins(warehouse int, types map[string]stock.LocationType) map[string]int64 {
	b.t.Helper()
	ids := map[string]int64{}
	err := b.db.InTx(b.t.Context(), func(tx store.Tx) error {
		for code, kind := range types {
			l, err := tx.Ent.Location.Create().SetWarehouseID(b.warehouses[warehouse]).SetCode(code).SetType(kind).SetAllowMixing(true).
				SetCreatedAt(start).SetUpdatedAt(start).Save(b.t.Context())
			if err != nil {
				return err
			}
			ids[code] = l.ID
		}
		return tx.Ent.Warehouse.UpdateOneID(b.warehouses[warehouse]).SetTracksLocations(true).Exec(b.t.Context())
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return ids
}

var usual = map[string]stock.LocationType{
	"RECEIVE": stock.LocationReceive, "DAMAGED": stock.LocationDamaged, "LOST": stock.LocationLost,
	"A-1": stock.LocationStorage, "A-2": stock.LocationStorage, "P-1": stock.LocationPick,
}

// lies is what lies of a stock, by the code of the bin.
func (b *bundle) lies(k ledger.Key) map[string]int64 {
	b.t.Helper()
	rows, err := b.db.SQL().QueryContext(b.t.Context(), `SELECT l.code, ls.quantity FROM location_stocks ls JOIN warehouse_locations l ON l.id = ls.location_id
JOIN stocks s ON s.id = ls.stock_id WHERE s.warehouse_id = $1 AND s.sku = $2 AND s.batch_no = $3 AND ls.quantity <> 0`, k.WarehouseID, k.SKU, k.BatchNo)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var code string
		var n int64
		if err := rows.Scan(&code, &n); err != nil {
			b.t.Fatal(err)
		}
		out[code] = n
	}
	return out
}

func (b *bundle) expectLies(what string, k ledger.Key, want map[string]int64) {
	b.t.Helper()
	if got := b.lies(k); fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("%s: %v lies there, want %v", what, got, want)
	}
}

func (b *bundle) relocate(ctx context.Context, lines ...ledger.RelocationLine) (r ledger.Relocated, err error) {
	err = b.db.InTx(ctx, func(tx store.Tx) error {
		b.tries.Add(1)
		r, err = ledger.Relocate(ctx, tx, ledger.Relocation{Posting: b.posting(), Lines: lines})
		return err
	})
	return r, err
}

func (b *bundle) edit(code string, id int64, f func(tx store.Tx) error) {
	b.t.Helper()
	if err := b.db.InTx(b.t.Context(), f); err != nil {
		b.t.Fatalf("%s %d: %v", code, id, err)
	}
}

// refusedOf is the only refusal of an error.
func refusedOf(t *testing.T, err error) ledger.Refusal {
	t.Helper()
	var r ledger.Refused
	if !errors.As(err, &r) || len(r) != 1 {
		t.Fatalf("%v is not one refusal", err)
	}
	return r[0]
}

func TestGoodsLieWhereNobodyNamesABin(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.bins(0, usual)
		k := b.key(0, 0, "")
		b.must(b.move(k, ledger.In(stock.BucketAvailable, 10)))
		b.expectLies("received", k, map[string]int64{"RECEIVE": 10})
		b.must(b.move(k, ledger.In(stock.BucketDamaged, 3)))
		b.must(b.move(k, ledger.Between(stock.BucketAvailable, stock.BucketDamaged, 2)))
		b.expectLies("damaged", k, map[string]int64{"RECEIVE": 8, "DAMAGED": 5})
		b.must(b.move(k, ledger.In(stock.BucketDamaged, -4)), b.move(k, ledger.In(stock.BucketOnHold, 1)))
		b.expectLies("scrapped", k, map[string]int64{"RECEIVE": 9, "DAMAGED": 1})
		b.must(b.move(b.key(1, 0, ""), ledger.In(stock.BucketAvailable, 10))) // tracks none
		b.verify()
	})
}

func TestGoodsLeaveBinsInOneOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		bins := b.bins(0, usual)
		k := b.key(0, 0, "")
		for _, code := range []string{"A-2", "A-1", "P-1", "RECEIVE", "LOST"} {
			m := b.move(k, ledger.In(stock.BucketAvailable, 2))
			m.LocationID = ptr(bins[code])
			b.must(m)
		}
		for _, want := range []map[string]int64{
			{"A-1": 2, "A-2": 2, "P-1": 1, "RECEIVE": 2, "LOST": 2},
			{"A-1": 1, "A-2": 2, "RECEIVE": 2, "LOST": 2},
			{"A-2": 1, "RECEIVE": 2, "LOST": 2},
		} {
			n := int64(0)
			for _, left := range b.lies(k) {
				n -= left
			}
			for _, left := range want {
				n += left
			}
			b.must(b.move(k, ledger.In(stock.BucketAvailable, n)))
			b.expectLies("after", k, want)
		}
		_, err := b.post(t.Context(), b.posting(b.move(k, ledger.In(stock.BucketAvailable, -4))))
		if r := refusedOf(t, err); r.Code != fault.InsufficientStock || r.Bin == nil || r.ShortBy != 1 || r.Bin.Has != 3 || r.Current.Physical != 5 {
			t.Errorf("what lies in LOST left: %+v", r)
		}
		b.verify()
	})
}

func TestRelocationsChangeNoStock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		bins := b.bins(0, usual)
		k := b.key(0, 0, "")
		b.must(b.move(k, ledger.In(stock.BucketAvailable, 10)))
		before := b.balance(k)
		line := func(from, to string, n int64) ledger.RelocationLine {
			return ledger.RelocationLine{Key: k, From: bins[from], To: bins[to], Quantity: n}
		}
		r, err := b.relocate(t.Context(), line("RECEIVE", "A-1", 7), line("A-1", "P-1", 2))
		if err != nil {
			t.Fatal(err)
		}
		if r.ID == 0 || len(r.Movements) != 3 {
			t.Errorf("%+v", r)
		}
		b.expectLies("put away", k, map[string]int64{"RECEIVE": 3, "A-1": 5, "P-1": 2})
		if now := b.balance(k); now != before {
			t.Errorf("the stock was %+v, is %+v", before, now)
		}
		_, err = b.relocate(t.Context(), line("RECEIVE", "A-1", 4))
		if r := refusedOf(t, err); r.Code != fault.InsufficientStock || r.Bin.Code != "RECEIVE" || r.Bin.Has != 3 || r.ShortBy != 1 {
			t.Errorf("%+v", r)
		}
		if r, err := b.relocate(t.Context(), line("RECEIVE", "A-1", 1), line("A-1", "RECEIVE", 1)); err != nil || r.ID != 0 {
			t.Errorf("there and back: %+v, %v", r, err)
		}
		b.verify()
	})
}

func TestBinsRefuse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		bins := b.bins(0, usual)
		ctx := t.Context()
		b.edit("limits", 0, func(tx store.Tx) error {
			if err := tx.Ent.Location.UpdateOneID(bins["A-1"]).SetAllowMixing(false).SetMaxVolumeCm3(10).Exec(ctx); err != nil {
				return err
			}
			if err := tx.Ent.Location.UpdateOneID(bins["A-2"]).SetIsLocked(true).Exec(ctx); err != nil {
				return err
			}
			return tx.Ent.Product.Update().SetLengthMm(10).SetWidthMm(10).SetHeightMm(30).Exec(ctx) // 3 cm³
		})
		in := func(k ledger.Key, bin string, n int64) error {
			m := b.move(k, ledger.In(stock.BucketAvailable, n))
			m.LocationID = ptr(bins[bin])
			_, err := b.post(ctx, b.posting(m))
			return err
		}
		if r := refusedOf(t, in(b.key(0, 0, ""), "A-1", 4)); r.Code != fault.Capacity || r.Bin.Has != 3 || r.ShortBy != 1 {
			t.Errorf("%+v", r)
		}
		if err := in(b.key(0, 0, ""), "A-1", 2); err != nil {
			t.Fatal(err)
		}
		if r := refusedOf(t, in(b.key(0, 0, "X"), "A-1", 2)); r.Code != fault.Capacity || r.Bin.Has != 1 || r.ShortBy != 1 {
			t.Errorf("%+v", r)
		}
		if r := refusedOf(t, in(b.key(0, 1, ""), "A-1", 1)); r.Code != fault.Mixing || r.Bin.With != sku(0) {
			t.Errorf("%+v", r)
		}
		if r := refusedOf(t, in(b.key(0, 1, ""), "A-2", 1)); r.Code != fault.Locked || r.Bin.Code != "A-2" {
			t.Errorf("%+v", r)
		}
		if r := refusedOf(t, in(b.key(0, 0, ""), "P-1", -1)); r.Code != fault.InsufficientStock || r.Bin.Has != 0 || r.ShortBy != 1 {
			t.Errorf("%+v", r)
		}
		b.edit("dock", 0, func(tx store.Tx) error {
			return tx.Ent.Location.UpdateOneID(bins["RECEIVE"]).SetIsLocked(true).Exec(ctx)
		})
		_, err := b.post(ctx, b.posting(b.move(b.key(0, 0, ""), ledger.In(stock.BucketAvailable, 1))))
		if r := refusedOf(t, err); r.Code != fault.Locked || r.Bin.Code != "" || r.Bin.Type != stock.LocationReceive {
			t.Errorf("%+v", r)
		}
		b.verify()
	})
}

func TestReversalPutsGoodsBack(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		bins := b.bins(0, usual)
		k := b.key(0, 0, "")
		in := b.move(k, ledger.In(stock.BucketAvailable, 10))
		in.LocationID = ptr(bins["A-2"])
		received := b.must(in)
		out := b.move(k, ledger.In(stock.BucketAvailable, -4))
		out.LocationID = ptr(bins["A-2"])
		shipped := b.must(out)
		back := func(p ledger.Posted) {
			t.Helper()
			r := b.posting(ledger.Reversal(p.Movements)...)
			r.Kind, r.ReversesID = stock.MovementReversal, &p.ID
			if _, err := b.post(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		back(shipped)
		b.expectLies("shipped and back", k, map[string]int64{"A-2": 10})
		if _, err := b.relocate(t.Context(), ledger.RelocationLine{Key: k, From: bins["A-2"], To: bins["P-1"], Quantity: 7}); err != nil {
			t.Fatal(err)
		}
		damaged := b.must(b.move(k, ledger.Between(stock.BucketAvailable, stock.BucketDamaged, 1)))
		b.expectLies("damaged", k, map[string]int64{"A-2": 3, "P-1": 6, "DAMAGED": 1})
		back(damaged)
		b.expectLies("not damaged", k, map[string]int64{"A-2": 3, "P-1": 7})
		back(received) // 3 from where they came, the others from where they lie now
		b.expectLies("all gone", k, map[string]int64{})
		b.verify()
	})
}

func TestStartBinsPlacesWhatIsThere(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		k := b.key(0, 0, "")
		b.must(b.move(k, ledger.In(stock.BucketAvailable, 10)), b.move(k, ledger.In(stock.BucketDamaged, 2)), b.move(b.key(0, 1, "B"), ledger.In(stock.BucketDamaged, 2)))
		b.bins(0, usual)
		b.edit("start", 0, func(tx store.Tx) error {
			_, err := ledger.StartBins(t.Context(), tx, b.posting(), b.warehouses[0])
			return err
		})
		b.expectLies("started", k, map[string]int64{"RECEIVE": 10, "DAMAGED": 2})
		b.expectLies("started", b.key(0, 1, "B"), map[string]int64{"DAMAGED": 2})
		b.must(b.move(k, ledger.In(stock.BucketAvailable, -1)))
		b.verify()
	})
}

// Many clients take and bring the same SKU out of two bins, and move it between
// them, in opposite orders of bins and of SKUs.
func TestCrossingBinsNeverDeadlock(t *testing.T) {
	t.Parallel()
	b := setup(t, testdb.Postgres(t))
	bins := b.bins(0, usual)
	b.edit("limits", 0, func(tx store.Tx) error {
		return tx.Ent.Location.Update().SetMaxVolumeCm3(1_000_000_000).Exec(t.Context())
	})
	for i := range 2 {
		m := b.move(b.key(0, i, ""), ledger.In(stock.BucketAvailable, 1000))
		m.LocationID = ptr(bins["A-1"])
		b.must(m)
	}
	b.tries.Store(0)
	const clients, rounds = 64, 6
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			from, to, first, second := bins["A-1"], bins["A-2"], b.key(0, 0, ""), b.key(0, 1, "")
			if c%2 == 1 {
				from, to, first, second = to, from, second, first
			}
			for range rounds {
				_, err := b.relocate(t.Context(), ledger.RelocationLine{Key: first, From: from, To: to, Quantity: 1},
					ledger.RelocationLine{Key: second, From: to, To: from, Quantity: 1})
				var refused ledger.Refused
				if err != nil && !errors.As(err, &refused) {
					t.Error(err)
				}
				in, out := b.move(first, ledger.In(stock.BucketAvailable, 1)), b.move(second, ledger.In(stock.BucketAvailable, -1))
				in.LocationID = &to
				if _, err := b.post(t.Context(), b.posting(out, in)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := b.tries.Load(); n != clients*rounds*2 {
		t.Errorf("%d tries of %d transactions: some met in a deadlock", n, clients*rounds*2)
	}
	b.verify()
}
