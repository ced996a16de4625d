package ledger_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// clients runs n of them at once and waits.
func clients(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

func TestManyClientsOnOneSKUGetExactlyWhatThereIs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		k := b.key(0, 0, "")
		const have, each = 200, 7 // 64 clients × 7 want 448
		b.must(b.move(k, ledger.In(stock.BucketAvailable, have)))
		var got, refused atomic.Int64
		clients(64, func(int) {
			for range each {
				_, err := b.post(t.Context(), b.posting(b.move(k, ledger.In(stock.BucketAvailable, -1))))
				switch {
				case err == nil:
					got.Add(1)
				case errors.As(err, new(ledger.Refused)):
					refused.Add(1)
				default:
					t.Errorf("neither posted nor refused: %v", err)
				}
			}
		})
		if got.Load() != have || refused.Load() != 64*each-have {
			t.Errorf("%d taken and %d refused of %d", got.Load(), refused.Load(), have)
		}
		if q := b.balance(k); q.Physical != 0 || q.Version != have+1 {
			t.Errorf("balance %+v", q)
		}
		b.verify()
	})
}

func TestCrossingPairsNeverDeadlock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		var all []ledger.Move
		for w := range 2 {
			for s := range skus {
				for _, batch := range []string{"", "b", "B"} {
					m := b.move(b.key(w, s, batch), ledger.In(stock.BucketAvailable, 50))
					m.UnitCost = ptr(money.Amount(12_345))
					all = append(all, m)
				}
			}
		}
		b.must(all...)
		var posted atomic.Int64
		before := b.tries.Load()
		clients(64, func(i int) {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for range 12 {
				from, to := all[r.IntN(len(all))].Key, all[r.IntN(len(all))].Key
				third := all[r.IntN(len(all))].Key
				_, err := b.post(t.Context(), b.posting(
					b.move(from, ledger.In(stock.BucketAvailable, -2)),
					b.move(to, ledger.In(stock.BucketAvailable, 1)),
					b.move(third, ledger.In(stock.BucketAvailable, 1)),
				))
				switch {
				case err == nil:
					posted.Add(1)
				case !errors.As(err, new(ledger.Refused)):
					t.Errorf("%v", err)
				}
			}
		})
		var sum int64
		for _, m := range all {
			sum += b.balance(m.Key).Physical
		}
		if sum != int64(50*len(all)) {
			t.Errorf("units are not conserved: %d of %d", sum, 50*len(all))
		}
		// InTx would hide a deadlock by trying again.
		if n := b.tries.Load() - before; n != 64*12 {
			t.Errorf("%d transactions ran for %d postings", n, 64*12)
		}
		if posted.Load() == 0 {
			t.Error("nothing was posted")
		}
		b.verify()
	})
}

// The row of a stock, and that of its worth, are made by whoever comes first.
func TestManyClientsMakeOneStock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		clients(32, func(i int) {
			batch := []string{"", "x", "y"}[i%3]
			if _, err := b.post(t.Context(), b.posting(b.move(b.key(1, 2, batch), ledger.In(stock.BucketAvailable, 1)))); err != nil {
				t.Errorf("%v", err)
			}
		})
		if got := b.balance(b.key(1, 2, "")).Physical + b.balance(b.key(1, 2, "x")).Physical + b.balance(b.key(1, 2, "y")).Physical; got != 32 {
			t.Errorf("%d units", got)
		}
		b.verify()
	})
}
