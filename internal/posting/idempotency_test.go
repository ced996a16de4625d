package posting_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestAMutationSentManyTimesHappensOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 100)
		before := f.rows()
		const keys, times = 8, 16
		var first, replayed atomic.Int64
		var ids sync.Map
		var wg sync.WaitGroup
		for i := range keys * times {
			key := string(rune('a' + i%keys))
			wg.Go(func() {
				p := f.raw(f.manager, "stockAdjust", vars{
					"idempotencyKey": key, "reasonCode": "TEST", "changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": -1})},
				})
				if len(p.UserErrors) > 0 || p.Posting == nil || len(p.Movements) != 1 {
					t.Errorf("%+v", p)
					return
				}
				if id, seen := ids.LoadOrStore(key, p.Posting.ID); seen && id != p.Posting.ID {
					t.Errorf("key %s made two postings", key)
				}
				if p.Replayed {
					replayed.Add(1)
				} else {
					first.Add(1)
				}
			})
		}
		wg.Wait()
		if first.Load() != keys || replayed.Load() != keys*(times-1) {
			t.Errorf("%d effects and %d replays", first.Load(), replayed.Load())
		}
		if n := f.available("BRAKE-1", "SZ01"); n != 100-keys {
			t.Errorf("%d available", n)
		}
		after := f.rows()
		if after[2]-before[2] != keys || after[3]-before[3] != keys {
			t.Errorf("rows before %v, after %v", before, after)
		}
		f.verify()
	})
}

func TestAnIdempotencyKeyIsForOneInputOfOnePersonAndCommand(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 10)
		keeper := f.SignIn(t, auth.RoleKeeper)
		take := func(n int) vars {
			return vars{"idempotencyKey": "same", "changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": -n})}}
		}
		f.must("stockAdjust", take(1))
		before := f.rows()
		f.expect("another input", f.send(f.manager, "stockAdjust", take(2)), "IDEMPOTENCY_KEY_REUSED input.idempotencyKey")
		if f.rows() != before {
			t.Error("another input under a used key changed something")
		}
		if p := f.send(keeper, "stockAdjust", take(1)); p.Replayed || p.Posting == nil {
			t.Errorf("another person has keys of their own: %+v", p)
		}
		if p := f.must("stockSet", vars{"idempotencyKey": "same", "counts": []vars{line("BRAKE-1", "SZ01", vars{"quantity": 7, "expectedQuantity": 8})}}); p.Replayed {
			t.Errorf("another command has keys of its own: %+v", p)
		}
		short := vars{"idempotencyKey": "later", "changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": -8})}}
		f.expect("short", f.send(f.manager, "stockAdjust", short), "INSUFFICIENT_STOCK input.changes.0.delta")
		f.receive("BRAKE-1", "SZ01", 1)
		if p := f.must("stockAdjust", short); p.Replayed || p.Posting == nil {
			t.Errorf("a rejection is not kept: %+v", p)
		}
		f.verify()
	})
}
