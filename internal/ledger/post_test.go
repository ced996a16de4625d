package ledger_test

import (
	"errors"
	"testing"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestPostWritesBalancesAndValuesAfter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		k := b.key(0, 0, "")
		first := b.must(b.move(k, ledger.In(stock.BucketAvailable, 10)), b.move(k, ledger.In(stock.BucketDamaged, 2)))
		if len(first.Movements) != 1 {
			t.Fatalf("one stock and posting make one movement, got %d", len(first.Movements))
		}
		m := first.Movements[0]
		if m.ID == 0 || m.PostingID != first.ID || m.StockVersion != 1 {
			t.Errorf("movement is not identified: %+v", m)
		}
		want := ledger.Quantities{Physical: 12, Available: 10, Damaged: 2}
		if got := ledger.After(m); got != want {
			t.Errorf("after = %+v, want %+v", got, want)
		}
		b.must(b.move(k, ledger.Between(stock.BucketAvailable, stock.BucketOnHold, 4)))
		if got, want := b.balance(k), (ledger.Balance{Quantities: ledger.Quantities{Physical: 12, Available: 6, Damaged: 2, OnHold: 4}, Version: 2}); got != want {
			t.Errorf("balance = %+v, want %+v", got, want)
		}
		b.verify()
	})
}

func TestPostRefusesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		a, c, none := b.key(0, 0, ""), b.key(1, 1, "B1"), b.key(0, 5, "")
		b.must(b.move(a, ledger.In(stock.BucketAvailable, 5)), b.move(c, ledger.In(stock.BucketAvailable, 5)))
		take := func(k ledger.Key, n int64) ledger.Move { return b.move(k, ledger.In(stock.BucketAvailable, -n)) }

		_, err := b.post(t.Context(), b.posting(take(a, 3), take(c, 9), take(none, 1), take(a, 3)))
		var refused ledger.Refused
		if !errors.As(err, &refused) || len(refused) != 3 {
			t.Fatalf("want three stocks refused in one error, got %v", err)
		}
		for _, r := range refused {
			if r.Code != fault.InsufficientStock || r.Bucket != stock.BucketAvailable {
				t.Errorf("refusal %+v", r)
			}
		}
		if r := refused[0]; r.Key != a || r.ShortBy != 1 || r.Current.Available != 5 || len(r.Lines) != 2 {
			t.Errorf("two lines of one SKU are checked as a sum: %+v", r)
		}
		if got := b.balance(a).Available + b.balance(c).Available; got != 10 || b.balance(none).Version != 0 {
			t.Errorf("a refused posting changed something: %d", got)
		}
		if r := b.verify(); r.Stocks != 2 || r.Movements != 2 {
			t.Errorf("a refused posting left rows: %+v", r)
		}
	})
}

func TestPostGuardsEveryBucket(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		k := b.key(0, 0, "")
		b.must(b.move(k, ledger.Delta{Physical: 10, Allocated: 2, Damaged: 2, OnHold: 2, InTransit: 2}))
		for name, d := range map[string]ledger.Delta{
			"available by promise":  {Allocated: 5},
			"available by taking":   {Physical: -5},
			"allocated":             {Allocated: -3},
			"damaged":               {Damaged: -3},
			"on hold":               {OnHold: -3},
			"in transit":            {InTransit: -3},
			"physical below others": {Physical: -11, Damaged: -1},
		} {
			if _, err := b.post(t.Context(), b.posting(b.move(k, d))); !errors.As(err, new(ledger.Refused)) {
				t.Errorf("%s: want a refusal, got %v", name, err)
			}
		}
		b.must(b.move(k, ledger.Delta{Physical: -10, Allocated: -2, Damaged: -2, OnHold: -2, InTransit: -2}))
		b.verify()
	})
}

func TestExpectedVersion(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		k := b.key(0, 0, "")
		expecting := func(v int64, n int64) ledger.Move {
			m := b.move(k, ledger.In(stock.BucketAvailable, n))
			m.ExpectedVersion = &v
			return m
		}
		b.must(expecting(0, 5))
		b.must(expecting(1, 5))
		for _, p := range []ledger.Posting{
			b.posting(expecting(0, 1)), b.posting(expecting(1, 1)), b.posting(expecting(3, 1)), b.posting(expecting(2, 1), expecting(1, 1)),
		} {
			_, err := b.post(t.Context(), p)
			var refused ledger.Refused
			if !errors.As(err, &refused) || refused[0].Code != fault.StaleVersion || refused[0].Version != 2 || len(refused[0].Lines) != 1 {
				t.Errorf("want STALE_VERSION of one line at version 2, got %v %+v", err, refused)
			}
		}
		none := b.key(1, 5, "")
		m := b.move(none, ledger.In(stock.BucketAvailable, 1))
		m.ExpectedVersion = ptr(int64(7))
		if _, err := b.post(t.Context(), b.posting(m)); !errors.As(err, new(ledger.Refused)) || b.balance(none).Version != 0 {
			t.Errorf("a version of a stock that is not there: %v", err)
		}
		if got := b.balance(k); got.Available != 10 || got.Version != 2 {
			t.Errorf("balance %+v", got)
		}
		b.verify()
	})
}

func TestMovingAverageCost(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		one, two := b.key(0, 0, "B1"), b.key(0, 0, "B2")
		arrive := func(k ledger.Key, n int64, cost string) ledger.Move {
			m := b.move(k, ledger.In(stock.BucketAvailable, n))
			if cost != "" {
				c, err := money.ParseAmount(cost)
				if err != nil {
					t.Fatal(err)
				}
				m.UnitCost = &c
			}
			return m
		}
		steps := []struct {
			name            string
			moves           []ledger.Move
			unitCost, value string // of the last movement
			left            string
		}{
			{"goods of unknown cost are worth nothing", []ledger.Move{arrive(one, 1, "")}, "", "0", "0"},
			{"they leave as such", []ledger.Move{arrive(one, -1, "")}, "0", "0", "0"},
			{"first goods", []ledger.Move{arrive(one, 10, "10")}, "10", "100", "100"},
			{"another batch moves the average", []ledger.Move{arrive(two, 10, "20")}, "20", "200", "300"},
			{"found goods come in at the average", []ledger.Move{arrive(two, 1, "")}, "15", "15", "315"},
			{"goods leave at the average of all batches", []ledger.Move{arrive(one, -10, "")}, "15", "-150", "165"},
			// 8/12 of 165.0001 is 110.00006…, and 0.0001 came in before
			{"arrivals come first, shares are rounded", []ledger.Move{arrive(two, -8, ""), arrive(two, 1, "0.0001")}, "15.7143", "-110", "55"},
			{"a third of the rest", []ledger.Move{arrive(two, -1, ""), arrive(two, 2, "0")}, "-9.1667", "-9.1667", "45.8333"},
			{"the last goods take what is left", []ledger.Move{arrive(two, -5, "")}, "9.1667", "-45.8333", "0"},
		}
		for _, s := range steps {
			p := b.must(s.moves...)
			m := p.Movements[len(p.Movements)-1]
			unit := ""
			if m.UnitCost != nil {
				unit = m.UnitCost.String()
			}
			if unit != s.unitCost || m.ValueDelta.String() != s.value || m.CostValueAfter.String() != s.left {
				t.Errorf("%s: unit cost %q value %s left %s, want %q %s %s", s.name, unit, m.ValueDelta, m.CostValueAfter, s.unitCost, s.value, s.left)
			}
		}
		p := b.must(b.move(one, ledger.In(stock.BucketInTransit, 3)))
		if m := p.Movements[0]; m.CostVersion != nil || m.ValueDelta != 0 {
			t.Errorf("goods in transit are not worth anything here yet: %+v", m)
		}
		b.verify()
	})
}

func TestReversalRestoresBalancesAndValue(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		k := b.key(0, 0, "")
		cost := money.Amount(100_000)
		arrive := b.move(k, ledger.Delta{Physical: 10, Damaged: 1, OnHold: 2, Allocated: 3, InTransit: 4})
		arrive.UnitCost = &cost
		b.must(b.move(k, ledger.In(stock.BucketAvailable, 7)))
		before := b.balance(k)
		p := b.must(arrive, b.move(b.key(1, 1, ""), ledger.In(stock.BucketAvailable, 1)))

		back := b.posting(ledger.Reversal(p.Movements)...)
		back.ReversesID = &p.ID
		reversed, err := b.post(t.Context(), back)
		if err != nil {
			t.Fatal(err)
		}
		after := b.balance(k)
		if after.Quantities != before.Quantities || after.Version != 3 {
			t.Errorf("after the reversal %+v, before %+v", after, before)
		}
		if m := reversed.Movements[0]; m.ValueDelta != -1_000_000 || *m.CostValueAfter != 0 {
			t.Errorf("value of the reversal %v, left %v", m.ValueDelta, m.CostValueAfter)
		}
		_, err = b.post(t.Context(), back)
		var faults fault.List
		if !errors.As(err, &faults) && !errors.As(err, new(ledger.Refused)) {
			t.Errorf("a second reversal: %v", err)
		}
		b.must(b.move(k, ledger.Delta{Physical: 50, Damaged: 5, OnHold: 5, Allocated: 5, InTransit: 5}), b.move(b.key(1, 1, ""), ledger.In(stock.BucketAvailable, 1)))
		_, err = b.post(t.Context(), back)
		if !errors.As(err, &faults) || faults[0].Code != fault.AlreadyReversed {
			t.Errorf("a second reversal with the goods there: %v, want ALREADY_REVERSED", err)
		}
		b.verify()
	})
}

func TestPostOfManyKeysSpansStatements(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		var in, out []ledger.Move
		for i := range 600 {
			k := b.key(i%2, i%skus, string(rune('A'+i%26))+string(rune('a'+i/26)))
			in = append(in, b.move(k, ledger.In(stock.BucketAvailable, int64(i+1))))
			in[i].UnitCost = ptr(money.Amount(i * 100))
			out = append(out, b.move(k, ledger.In(stock.BucketAvailable, -int64(i+1))))
		}
		if p := b.must(in...); len(p.Movements) != 600 {
			t.Fatalf("%d movements", len(p.Movements))
		}
		b.verify()
		b.must(out...)
		r := b.verify()
		if r.Movements != 1200 || r.Stocks != 600 {
			t.Errorf("report %+v", r)
		}
	})
}
