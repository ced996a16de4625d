package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func (b *bundle) arrive(k ledger.Key, n int64, cost money.Amount) ledger.Move {
	m := b.move(k, ledger.In(stock.BucketAvailable, n))
	m.UnitCost = &cost
	return m
}

func (b *bundle) worth(k ledger.Key) (value money.Amount) {
	b.t.Helper()
	if err := b.db.SQL().QueryRowContext(b.t.Context(), "SELECT value FROM stock_costs WHERE warehouse_id = $1 AND sku = $2",
		k.WarehouseID, k.SKU).Scan(&value); err != nil {
		b.t.Fatal(err)
	}
	return value
}

// batchNames are tried both ways round: the order of the keys must not decide.
var batchNames = [][2]string{{"A", "B"}, {"B", "A"}}

func TestGoodsThatChangeBatchKeepTheirWorth(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		for i, names := range batchNames {
			from, to := b.key(0, i, names[0]), b.key(0, i, names[1])
			b.must(b.arrive(from, 10, 100_000))
			b.must(b.move(from, ledger.In(stock.BucketAvailable, -10)), b.move(to, ledger.In(stock.BucketAvailable, 10)))
			if v := b.worth(from); v != 1_000_000 {
				t.Errorf("batch %s to %s: ten units worth 100 are worth %s", names[0], names[1], v)
			}
		}
		b.verify()
	})
}

func TestReversalRestoresTheWorthAcrossBatches(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		for i, names := range batchNames {
			x, y := b.key(0, i, names[0]), b.key(0, i, names[1])
			b.must(b.arrive(y, 10, 60_000))
			p := b.must(b.arrive(x, 10, 100_000), b.move(y, ledger.In(stock.BucketAvailable, -10)))
			back := b.posting(ledger.Reversal(p.Movements)...)
			back.ReversesID = &p.ID
			if _, err := b.post(t.Context(), back); err != nil {
				t.Fatal(err)
			}
			if v := b.worth(x); v != 600_000 {
				t.Errorf("%v: the worth was 60 before the posting and is %s after its reversal", names, v)
			}
		}
		b.verify()
	})
}

// A dear arrival is taken back after cheap goods came and most left: there is
// less worth than it brought, and none is left behind on what remains.
func TestReversalTakesBackNoMoreWorthThanThereIs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		k := b.key(0, 0, "")
		p := b.must(b.arrive(k, 10, 1_000_000))
		b.must(b.arrive(k, 100, 0))
		b.must(b.move(k, ledger.In(stock.BucketAvailable, -95)))
		back := b.posting(ledger.Reversal(p.Movements)...)
		back.ReversesID = &p.ID
		if _, err := b.post(t.Context(), back); err != nil {
			t.Fatal(err)
		}
		if v := b.worth(k); v != 0 {
			t.Errorf("left %s", v)
		}
		b.verify()
	})
}

func TestPostingsTogetherAreWorthWhatTheyAreOneAfterTheOther(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		var worth [2]money.Amount
		for i, together := range []bool{false, true} {
			dear := b.posting(b.arrive(b.key(0, i, "B"), 10, 200_000))
			found := b.posting(b.move(b.key(0, i, "A"), ledger.In(stock.BucketAvailable, 10))) // at the average
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				if together {
					_, err := ledger.PostAll(t.Context(), tx, []ledger.Posting{dear, found})
					return err
				}
				for _, p := range []ledger.Posting{dear, found} {
					if _, err := ledger.Post(t.Context(), tx, p); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			worth[i] = b.worth(b.key(0, i, "A"))
		}
		if worth[0] != 4_000_000 || worth[1] != worth[0] {
			t.Errorf("one after the other %s, together %s", worth[0], worth[1])
		}
		b.verify()
	})
}

// The worth of a SKU is read once all stocks are taken, also when its goods
// stand in another statement than its other changes.
func TestWorthOfAPostingThatSpansStatements(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		first, last := b.key(0, 0, "000"), b.key(0, 0, "999")
		b.must(b.arrive(first, 10, 100_000), b.arrive(last, 10, 100_000))
		moves := []ledger.Move{b.move(first, ledger.Between(stock.BucketAvailable, stock.BucketOnHold, 1))}
		for i := range 260 {
			moves = append(moves, b.move(b.key(0, 0, fmt.Sprintf("%03d", i+1)), ledger.In(stock.BucketInTransit, 1)))
		}
		b.must(append(moves, b.move(last, ledger.In(stock.BucketAvailable, -1)))...)
		b.must(append(moves, b.arrive(last, 1, 100_000))...)
		if v := b.worth(last); v != 2_000_000 {
			t.Errorf("worth %s", v)
		}
		b.verify()
	})
}

func TestPostingKeepsItsTransactionBaseCurrencyAndTime(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		k := b.key(0, 0, "")
		for _, now := range []time.Time{start.Add(time.Hour), start} { // the clock runs back
			p := b.posting(b.move(k, ledger.In(stock.BucketAvailable, 1)))
			p.Now = now
			p.OccurredAt = now.In(time.FixedZone("CST", 8*3600)).Add(123 * time.Nanosecond)
			posted, err := b.post(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			if m := posted.Movements[0]; !m.RecordedAt.Equal(start.Add(time.Hour)) || !m.OccurredAt.Equal(now) {
				t.Errorf("recorded %v, occurred %v", m.RecordedAt, m.OccurredAt)
			}
		}
		row, err := db.Ent().Posting.Query().First(t.Context())
		if err != nil || row.BaseCurrency != "CNY" || (row.TransactionID > 0) != (db.Dialect() == "postgres") {
			t.Errorf("%+v %v", row, err)
		}
		b.verify()
	})
}
