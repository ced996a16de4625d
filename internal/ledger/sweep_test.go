package ledger_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// sweep runs one step and returns the state of a sort of balances.
func (b *bundle) sweep(balances string) *ent.LedgerSweep {
	b.t.Helper()
	if _, err := ledger.Sweep(b.t.Context(), b.db, time.Now, nil); err != nil {
		b.t.Fatal(err)
	}
	rows, err := ledger.SweepState(b.t.Context(), b.db)
	if err != nil || len(rows) != 4 {
		b.t.Fatalf("%v %v", rows, err)
	}
	for _, r := range rows {
		if r.Balances == balances {
			return r
		}
	}
	b.t.Fatalf("no %s", balances)
	return nil
}

// costed receives units of known cost.
func (b *bundle) costed(k ledger.Key, quantity int64) {
	b.t.Helper()
	m := b.move(k, ledger.In(stock.BucketAvailable, quantity))
	m.UnitCost = ptr(money.Amount(10_000))
	b.must(m)
}

func TestTheSweepSeesBalancesThatDrift(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ balances, sql, named string }{
		"a balance":        {"stocks", "UPDATE stocks SET physical_quantity = physical_quantity + 1, available_quantity = available_quantity + 1 WHERE id = 1", "stock 1 (warehouse 1, SKU SKU-00"},
		"a version":        {"stocks", "UPDATE stocks SET version = version + 1 WHERE id = 1", "stock 1"},
		"a lost movement":  {"stocks", "DELETE FROM stock_movements WHERE id = 2", "SKU-00"},
		"goods from air":   {"stocks", "INSERT INTO stocks (warehouse_id, sku, batch_no, changed_at, in_transit_quantity, version) SELECT warehouse_id, sku, 'air', changed_at, 3, 1 FROM stocks WHERE id = 1", "air"},
		"a worth":          {"costs", "UPDATE stock_costs SET value = value + 1 WHERE id = 1", "worth of SKU SKU-00 in warehouse 1"},
		"a changed value":  {"costs", "UPDATE stock_movements SET value_delta = value_delta + 1 WHERE id = 2", "worth of SKU SKU-00"},
		"a bin":            {"bins", "INSERT INTO location_stocks (warehouse_id, location_id, stock_id, quantity, changed_at) SELECT warehouse_id, 1, id, 5, changed_at FROM stocks WHERE id = 1", "bin stock 1"},
		"bins' sums":       {"stocks_in_bins", "UPDATE warehouses SET tracks_locations = true WHERE id = 1", "bins of stock 1 (warehouse 1, SKU SKU-00"},
		"nothing is wrong": {"stocks", "UPDATE stocks SET version = version", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *store.DB) {
				b := setup(t, db)
				for range 3 {
					b.costed(b.key(0, 0, ""), 5)
				}
				b.costed(b.key(1, 1, "b"), 5)
				if s := b.sweep("stocks"); s.LastCompared != 2 || s.LastDrifted != 0 || s.LastNamed != "" || s.FinishedAt == nil || s.Position != 0 {
					t.Fatalf("before: %+v", s)
				}
				disarm(t, db)
				exec(t, db, c.sql)
				s := b.sweep(c.balances)
				if drifted := c.named != ""; drifted != (s.LastDrifted == 1) || !strings.Contains(s.LastNamed, c.named) || s.SteppedAt.IsZero() {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

func TestASweepGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		var moves []ledger.Move
		for i := range 4_500 {
			moves = append(moves, b.move(b.key(0, i%skus, strings.Repeat("b", 1+i/1000)+string(rune('A'+i%26))+time.Duration(i).String()), ledger.In(stock.BucketAvailable, 1)))
		}
		b.must(moves...)
		disarm(t, db)
		exec(t, db, "UPDATE stocks SET in_transit_quantity = 1 WHERE id % 300 = 0") // 15
		// A clock by which every statement takes two seconds: one for each step.
		at := start
		clock := func() time.Time {
			at = at.Add(2 * time.Second)
			return at
		}
		for i, want := range []struct{ compared, drifted, last int64 }{{2000, 6, 0}, {4000, 13, 0}, {4500, 15, 0}, {0, 0, 15}, {2000, 6, 15}} {
			n, err := ledger.Sweep(t.Context(), db, clock, nil)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := ledger.SweepState(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			s := rows[0]
			if s.Compared != want.compared || s.Drifted != want.drifted || s.LastDrifted != want.last || (s.FinishedAt == nil) != (want.last == 0) {
				t.Errorf("step %d compared %d: %+v", i, n, s)
			}
			if named := strings.Count(s.Named, "stock "); named != min(10, int(want.drifted)) {
				t.Errorf("step %d names %d: %q", i, named, s.Named)
			}
		}
	})
}

func TestASweepThatWasReplacedKeepsNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		replaced := errors.New("replaced")
		_, err := ledger.Sweep(t.Context(), db, time.Now, func(context.Context, store.Tx) error { return replaced })
		rows, stateErr := ledger.SweepState(t.Context(), db)
		if !errors.Is(err, replaced) || stateErr != nil || len(rows) != 0 {
			t.Errorf("%v, %v, %v", err, rows, stateErr)
		}
	})
}

// A statement sees balances and journal as of one moment.
func TestASweepReportsNoDriftWhileOthersPost(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	b := setup(t, db)
	for i := range skus {
		b.costed(b.key(0, i, ""), 1_000)
	}
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for i := range 6 {
		writers.Go(func() {
			for ctx.Err() == nil {
				m := b.move(b.key(0, i%3, ""), ledger.In(stock.BucketAvailable, 1))
				more := b.move(b.key(0, (i+1)%3, "x"), ledger.In(stock.BucketDamaged, 1))
				if _, err := b.post(t.Context(), b.posting(m, more)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 60 {
		if s := b.sweep("stocks"); s.LastDrifted > 0 || s.LastCompared < skus {
			t.Errorf("%+v", s)
		}
	}
	stop()
	writers.Wait()
	for _, sort := range []string{"costs", "bins"} {
		if s := b.sweep(sort); s.LastDrifted > 0 || s.FinishedAt == nil {
			t.Errorf("%+v", s)
		}
	}
	b.verify()
}
