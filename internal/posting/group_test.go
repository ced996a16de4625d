package posting_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Commands that are committed together are still refused, replayed and counted
// one by one: 64 clients want more than there is, some with a wrong SKU, some
// twice under one key.
func TestCommandsCommittedTogetherAreAnsweredOneByOne(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		const have, each = 150, 6
		f.receive("BRAKE-1", "SZ01", have)
		f.receive("BRAKE-2", "SZ01", 64*each)
		var taken, short, unknown, replayed atomic.Int64
		var wg sync.WaitGroup
		for c := range 64 {
			wg.Go(func() {
				for n := range each {
					key := fmt.Sprintf("c%d-n%d", c, n)
					one := vars{"idempotencyKey": key, "reasonCode": "TEST", "changes": []vars{
						line("BRAKE-1", "SZ01", vars{"delta": -1}), line("BRAKE-2", "SZ01", vars{"delta": -1}),
					}}
					if c%8 == 7 {
						one["changes"] = []vars{line("NO-SUCH", "SZ01", vars{"delta": 1})}
					}
					p := f.raw(f.manager, "stockAdjust", one)
					switch {
					case len(p.UserErrors) == 0 && len(p.Movements) == 2:
						taken.Add(1)
						again := f.raw(f.manager, "stockAdjust", one)
						if !again.Replayed || again.Posting.ID != p.Posting.ID {
							t.Errorf("sent again: %+v", again)
						}
						replayed.Add(1)
					case len(p.UserErrors) == 1 && p.UserErrors[0].Code == "INSUFFICIENT_STOCK":
						short.Add(1)
					case len(p.UserErrors) == 1 && p.UserErrors[0].Code == "NOT_FOUND":
						unknown.Add(1)
					default:
						t.Errorf("%+v", p)
					}
				}
			})
		}
		wg.Wait()
		if taken.Load() != have || replayed.Load() != have || unknown.Load() != 8*each || short.Load() != 56*each-have {
			t.Errorf("%d taken, %d replayed, %d short, %d unknown", taken.Load(), replayed.Load(), short.Load(), unknown.Load())
		}
		if a, b := f.available("BRAKE-1", "SZ01"), f.available("BRAKE-2", "SZ01"); a != 0 || b != 64*each-have {
			t.Errorf("%d and %d are left", a, b)
		}
		if rows := f.rows(); rows[2] != have+2 || rows[3] != have+2 {
			t.Errorf("stocks, movements, postings, keys: %v", rows)
		}
		f.verify()
	})
}
