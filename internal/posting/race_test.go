package posting_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/posting"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// during posts n LAMP-1 in SZ01 as somebody else, and runs act while that
// transaction is open: act must come to wait for it.
func (f *floor) during(n int64, reverses *int64, act func()) {
	f.t.Helper()
	var warehouse int64
	if err := f.db.SQL().QueryRowContext(f.t.Context(), "SELECT id FROM warehouses WHERE code = 'SZ01'").Scan(&warehouse); err != nil {
		f.t.Fatal(err)
	}
	var wg sync.WaitGroup
	err := f.db.InTx(f.t.Context(), func(tx store.Tx) error {
		_, err := ledger.Post(f.t.Context(), tx, ledger.Posting{
			Kind: stock.MovementAdjustment, Operation: "other", ActorID: f.manager.UserID, BaseCurrency: "CNY", OccurredAt: time.Now(),
			ReversesID: reverses, Moves: []ledger.Move{{
				Key: ledger.Key{WarehouseID: warehouse, SKU: "LAMP-1"}, Delta: ledger.In(stock.BucketAvailable, n), Currency: "CNY", Rate: money.ParityRate,
			}},
		})
		if err != nil {
			return err
		}
		wg.Go(act)
		return f.untilSomebodyWaits()
	})
	if err != nil {
		f.t.Fatal(err)
	}
	wg.Wait()
}

func (f *floor) untilSomebodyWaits() error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for {
		var waiting int
		err := f.db.SQL().QueryRowContext(f.t.Context(),
			"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
		if err != nil || waiting > 0 {
			return err
		}
		select {
		case <-tick.C:
		case <-deadline:
			f.t.Error("nobody came to wait")
			return nil
		}
	}
}

// The stock appears while it is being decided upon, and could not be locked.
func TestAStockThatAppearsMeanwhileIsDecidedUponAgain(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	f.during(5, nil, func() {
		f.expect("a count of what was not there", f.send(f.manager, "stockSet", vars{
			"counts": []vars{line("LAMP-1", "SZ01", vars{"quantity": 3, "expectedQuantity": 0})},
		}), "STALE_QUANTITY input.counts.0.expectedQuantity")
	})
	f.verify()

	f = setup(t, testdb.Postgres(t))
	f.during(5, nil, func() {
		p := f.send(f.manager, "stockAdjust", vars{"errorPolicy": "REJECT_FAILED_ROWS", "changes": []vars{
			line("BRAKE-1", "SZ01", vars{"delta": 1}), line("LAMP-1", "SZ01", vars{"delta": 1, "expectedVersion": 0}),
		}})
		f.expect("one line of two", p, "STALE_VERSION input.changes.1.expectedVersion")
		if p.Posting == nil {
			t.Error("the good line was not posted")
		}
	})
	f.verify()
}

func TestTheSecondOfTwoReversalsAtOnceIsTold(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	got := f.receive("LAMP-1", "SZ01", 5)
	id := postingID(t, got)
	f.during(-5, &id, func() {
		f.expect("the second", f.send(f.manager, "postingReverse", vars{"postingId": got.Posting.ID}), "ALREADY_REVERSED input.postingId")
	})
	f.verify()
}

func postingID(t *testing.T, p payload) int64 {
	t.Helper()
	id, err := page.ParseID(p.Posting.ID)
	if err != nil {
		t.Fatal(err)
	}
	return id.Key
}

func TestAReversalKeepsTheBaseCurrencyOfWhatItReverses(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		id := postingID(t, f.receive("LAMP-1", "SZ01", 5))
		elsewhere := posting.New(db, "USD", nil)
		r, err := elsewhere.Reverse(auth.With(t.Context(), f.manager), posting.ReverseInput{
			Command: posting.Command{IdempotencyKey: "x", ReasonCode: "X"}, PostingID: id,
		})
		if err != nil {
			t.Fatal(err)
		}
		if row, err := db.Ent().Posting.Get(t.Context(), r.PostingID); err != nil || row.BaseCurrency != "CNY" {
			t.Errorf("%+v %v", row, err)
		}
	})
}

func TestACountThatAgreesIsReplayedAsSuch(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("LAMP-1", "SZ01", 5)
		count := vars{"idempotencyKey": "agrees", "counts": []vars{line("LAMP-1", "SZ01", vars{"quantity": 5, "expectedQuantity": 5})}}
		f.must("stockSet", count)
		f.receive("LAMP-1", "SZ01", 1)
		if p := f.must("stockSet", count); !p.Replayed || p.Posting != nil || len(p.Movements) != 0 {
			t.Errorf("%+v", p)
		}
	})
}

func TestACostOutOfRangeIsTheFaultOfItsLine(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.SQLite(t))
	p := f.send(f.manager, "stockAdjust", vars{"errorPolicy": "REJECT_FAILED_ROWS", "changes": []vars{
		line("BRAKE-1", "SZ01", vars{"delta": 1}), line("LAMP-1", "SZ01", vars{"delta": 2000000000, "unitCost": "900000000000000"}),
	}})
	f.expect("one line of two", p, "INVALID input.changes.1.unitCost")
	if p.Posting == nil {
		t.Error("the good line was not posted")
	}
}

func TestAPostingIsNotReversedIntoAnArchivedWarehouse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 5)
		gone := f.must("stockAdjust", vars{"changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": -5})}})
		f.Do(t, f.manager, `mutation { it: warehouseArchive(input: {code: "SZ01"}) { userErrors { message } } }`, nil).Into(t, &struct{}{})
		before := f.rows()
		f.expect("a reversal", f.send(f.manager, "postingReverse", vars{"postingId": gone.Posting.ID}), "ARCHIVED input.postingId")
		if after := f.rows(); after != before {
			t.Errorf("%v then %v", before, after)
		}
		f.verify()
	})
}

func TestNoPostingIsTakenBackIntoAWarehouseWhileItIsArchived(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		for n := range 60 {
			code := fmt.Sprintf("R%03d", n)
			f.Warehouses(t, code)
			f.receive("LAMP-1", code, 1)
			gone := f.must("stockAdjust", vars{"changes": []vars{line("LAMP-1", code, vars{"delta": -1})}}).Posting.ID
			var wg sync.WaitGroup
			wg.Go(func() {
				f.raw(f.manager, "postingReverse", vars{"idempotencyKey": "back " + code, "postingId": gone, "reasonCode": "TEST"})
			})
			wg.Go(func() {
				f.Do(t, f.manager, `mutation($c: String!) { warehouseArchive(input: {code: $c}) { userErrors { code } } }`, vars{"c": code})
			})
			wg.Wait()
		}
		var n int
		if err := db.SQL().QueryRowContext(t.Context(), `SELECT count(DISTINCT w.id) FROM warehouses w JOIN stocks s ON s.warehouse_id = w.id
WHERE w.status = 'ARCHIVED' AND s.physical_quantity > 0`).Scan(&n); err != nil || n > 0 {
			t.Errorf("%d archived warehouses hold stock, %v", n, err)
		}
		f.verify()
	})
}
