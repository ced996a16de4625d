package posting_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/graph/graphtest"
	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/posting"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

type object = map[string]any

// arrive books units of batch B of BRAKE-1.
func (f *floor) arrive(key, site string, n int) {
	f.t.Helper()
	f.Must(f.t, f.manager, "stockAdjust", "", object{"idempotencyKey": key, "reasonCode": "T", "changes": []any{
		object{"sku": "BRAKE-1", "warehouseCode": site, "batchNo": "B", "delta": n, "unitCost": "2"},
	}})
}

func (f *floor) batch(key, state string) graphtest.Payload {
	f.t.Helper()
	return f.Must(f.t, f.manager, "batchUpdate", "posting { kind reasonCode note } movements { onHoldDelta }",
		object{"idempotencyKey": key, "sku": "brake-1", "batchNo": "B", "state": state, "note": "why"})
}

// move brings units between buckets by hand.
func (f *floor) move(key, site, from, to string, n int) {
	f.t.Helper()
	f.Must(f.t, f.manager, "stockMove", "", object{"idempotencyKey": key, "reasonCode": "T", "moves": []any{
		object{"sku": "BRAKE-1", "warehouseCode": site, "batchNo": "B", "from": from, "to": to, "quantity": n},
	}})
}

// holds checks the stocks of the batch: available and on hold in SZ01 and LA01.
func (f *floor) holds(when, want string) {
	f.t.Helper()
	rows := f.db.Ent().Stock.Query().Order(ent.Asc("warehouse_id", "batch_no")).AllX(f.t.Context())
	var got []string
	for _, s := range rows {
		got = append(got, fmt.Sprintf("%d/%d", s.AvailableQuantity, s.HoldQuantity))
	}
	if strings.Join(got, " ") != want {
		f.t.Errorf("%s: %s, want %s", when, strings.Join(got, " "), want)
	}
	r, err := ledger.Verify(f.t.Context(), f.db, document.Rules()...)
	if err != nil || !r.OK() {
		f.t.Errorf("%s: %v %v", when, r, err)
	}
}

func TestABatchOnHoldHoldsItsUnitsAndGetsThemBack(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.arrive("1", "SZ01", 10)
		f.arrive("2", "LA01", 5)
		f.move("3", "SZ01", "AVAILABLE", "ON_HOLD", 3)
		r := f.batch("4", "HOLD")
		if !strings.Contains(r.Raw, `"kind":"MOVE","reasonCode":"BATCH_HOLD","note":"why"`) || !strings.Contains(r.Raw, `[{"onHoldDelta":7},{"onHoldDelta":5}]`) {
			t.Error(r.Raw)
		}
		f.holds("held", "0/10 0/5")
		f.arrive("5", "SZ01", 4)
		f.holds("what comes of a held batch", "0/14 0/5")
		f.move("6", "LA01", "ON_HOLD", "DAMAGED", 2)
		f.batch("7", "QUARANTINE")
		f.batch("8", "AVAILABLE")
		f.holds("released: what was moved and is still there", "7/7 3/0")
		f.batch("9", "AVAILABLE")
		f.holds("released twice", "7/7 3/0")
		f.batch("10", "HOLD")
		f.move("11", "SZ01", "ON_HOLD", "AVAILABLE", 9)
		f.holds("set free by hand", "9/5 0/3")
		f.batch("12", "HOLD")
		f.holds("told again", "0/14 0/3")
		if again := f.batch("12", "HOLD"); !again.Replayed || !strings.Contains(again.Raw, `{"onHoldDelta":9}`) {
			t.Error(again.Raw)
		}
		f.batch("13", "AVAILABLE")
		f.holds("released: what was held first goes last", "14/0 3/0")
	})
}

func TestWhatArrivesByADocumentOfAHeldBatchIsOnHold(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.arrive("1", "SZ01", 1)
		f.batch("2", "QUARANTINE")
		var out struct{ Document struct{ No string } }
		f.Must(t, f.manager, "inboundCreate", "document { no }", object{"idempotencyKey": "3", "warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []any{
			object{"sku": "BRAKE-1", "batchNo": "B", "quantity": 6},
		}}).Into(t, &out)
		f.holds("received", "0/7")
		f.Must(t, f.manager, "documentReverse", "", object{"idempotencyKey": "4", "no": out.Document.No, "reasonCode": "T"})
		f.holds("taken back", "0/1")
	})
}

func TestBatchesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.arrive("1", "SZ01", 1)
		f.Must(t, f.manager, "batchUpdate", "", object{"idempotencyKey": "2", "sku": "BRAKE-1", "batchNo": "B", "producedOn": "2026-01-01", "expiresOn": "2026-02-01"})
		for want, c := range map[string]object{
			"INVALID input.expiresOn":             {"expiresOn": "2025-12-31"},
			"INVALID input.producedOn":            {"producedOn": "1900-01-01"},
			"INVALID input.state":                 {"state": "AVAILABLE"},
			"STALE_VERSION input.expectedVersion": {"state": "HOLD", "expectedVersion": 1},
			"NOT_FOUND input.batchNo":             {"batchNo": "C", "state": "HOLD"},
			"REQUIRED input.batchNo":              {"batchNo": " ", "state": "HOLD"},
			"REQUIRED input.sku":                  {"sku": " ", "state": "HOLD"},
			"REQUIRED input.idempotencyKey":       {"idempotencyKey": "", "state": "HOLD"},
		} {
			input := object{"idempotencyKey": "k", "sku": "BRAKE-1", "batchNo": "B"}
			for k, v := range c {
				input[k] = v
			}
			if r := f.Mutate(t, f.manager, "batchUpdate", "", input); r.Refused() != want {
				t.Errorf("%v: %s, want %s", c, r.Raw, want)
			}
		}
		f.holds("refused", "1/0")
		dry := f.Must(t, f.manager, "batchUpdate", "batch { state version } posting { id } movements { onHoldAfter }",
			object{"idempotencyKey": "", "dryRun": true, "sku": "BRAKE-1", "batchNo": "B", "state": "HOLD"})
		if !strings.Contains(dry.Raw, `"batch":{"state":"HOLD","version":3},"posting":null,"movements":[{"onHoldAfter":1}]`) {
			t.Error(dry.Raw)
		}
		f.holds("rehearsed", "1/0")
	})
}

func TestTheClockExpiresBatches(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.arrive("1", "SZ01", 4)
		today := time.Now().UTC().Truncate(24 * time.Hour)
		f.Must(t, f.manager, "batchUpdate", "", object{"idempotencyKey": "2", "sku": "BRAKE-1", "batchNo": "B", "expiresOn": today.Format(time.DateOnly)})
		// A hundred are one transaction: there are some more.
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			for i := range 120 {
				if err := tx.Ent.Batch.Create().SetSku("BRAKE-2").SetBatchNo(fmt.Sprint(i)).SetExpiresOn(today).SetCreatedAt(today).SetUpdatedAt(today).Exec(t.Context()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		guards := 0
		guard := func(context.Context, store.Tx) error { guards++; return nil }
		at := func(now time.Time) int64 {
			n, err := posting.New(db, "CNY", func() time.Time { return now }).ExpireBatches(t.Context(), guard)
			if err != nil {
				t.Error(err)
			}
			return n
		}
		if n := at(today.Add(24*time.Hour - time.Second)); n != 0 {
			t.Errorf("%d batches expired on their last day", n)
		}
		f.holds("on its last day", "4/0")
		guards = 0
		if n := at(today.Add(24 * time.Hour)); n != 121 || guards != 3 {
			t.Errorf("%d batches expired in %d transactions", n, guards)
		}
		if n := at(today.Add(24 * time.Hour)); n != 0 {
			t.Errorf("%d batches expired twice", n)
		}
		f.holds("expired", "0/4")
		r := f.Do(t, f.manager, `{ batches(filter: {states: [EXPIRED], stocked: true}) { totalCount nodes { batchNo product { sku } stocks { onHold } } }
			stockMovements(filter: {reasonCodes: ["BATCH_EXPIRED"]}) { nodes { posting { operation actor { username } } } } }`, nil)
		if want := `{"batches":{"totalCount":1,"nodes":[{"batchNo":"B","product":{"sku":"BRAKE-1"},"stocks":[{"onHold":4}]}]},"stockMovements":{"nodes":[{"posting":{"operation":"batchExpire","actor":null}}]}}`; string(r.Data) != want {
			t.Errorf("%s %v", r.Data, r.Errors)
		}
		f.Must(t, f.manager, "batchUpdate", "", object{"idempotencyKey": "3", "sku": "BRAKE-1", "batchNo": "B", "state": "AVAILABLE", "expiresOn": "2999-01-01"})
		f.holds("the date was wrong", "4/0")
	})
}

// A count that finds more of a held batch makes nothing of it available.
func TestMoreOfAHeldBatchIsCountedOnHold(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		count := func(key, bucket string, saw, found int) {
			t.Helper()
			f.Must(t, f.manager, "stockSet", "", object{"idempotencyKey": key, "reasonCode": "T", "counts": []any{
				object{"sku": "BRAKE-1", "warehouseCode": "SZ01", "batchNo": "B", "bucket": bucket, "expectedQuantity": saw, "quantity": found},
			}})
		}
		count("1", "AVAILABLE", 0, 3)
		f.holds("the first of a new batch", "3/0")
		f.batch("2", "HOLD")
		count("3", "PHYSICAL", 3, 5)
		f.holds("more", "0/5")
		count("4", "PHYSICAL", 5, 4)
		f.holds("fewer", "0/4")
		count("5", "AVAILABLE", 0, 2)
		f.holds("more again", "0/6")
		count("6", "DAMAGED", 0, 1)
		f.holds("damaged", "0/6")
	})
}
