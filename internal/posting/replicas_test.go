package posting_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Two replicas over one database, each committing in groups, sell one hot stock
// with every key sent to both at once: what was there is sold, no unit twice, and
// no key twice.
func TestTwoReplicasInGroupsSellWhatThereIsOnce(t *testing.T) {
	t.Parallel()
	url := testdb.PostgresURL(t)
	var replicas [2]*floor
	for i := range replicas {
		db, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: 16})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		if i == 0 {
			replicas[i] = setup(t, db)
			continue
		}
		other := *replicas[0]
		other.db, other.Graph = db, graphtest.New(t, db)
		replicas[i] = &other
	}
	f := replicas[0]
	const have, clients, each = 300, 32, 14
	f.receive("BRAKE-1", "SZ01", have)
	f.receive("BRAKE-2", "SZ01", 1)
	var sold, back, short, first, replayed atomic.Int64
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for n := range each {
				input := vars{"idempotencyKey": fmt.Sprintf("c%d-n%d", c, n), "reasonCode": "TEST", "changes": []vars{
					line("BRAKE-1", "SZ01", vars{"delta": -1}), line("BRAKE-2", "SZ01", vars{"delta": 1}),
				}}
				if n%7 == 6 {
					input["changes"] = []vars{line("BRAKE-1", "SZ01", vars{"delta": 1})}
				}
				var pair sync.WaitGroup
				var ids [2]string
				for i, r := range replicas {
					pair.Go(func() {
						p := r.raw(r.manager, "stockAdjust", input)
						switch {
						case p.Posting == nil && len(p.UserErrors) == 1 && p.UserErrors[0].Code == "INSUFFICIENT_STOCK":
							short.Add(1)
							return
						case p.Posting == nil:
							t.Errorf("%+v", p)
							return
						}
						ids[i] = p.Posting.ID
						switch {
						case p.Replayed:
							replayed.Add(1)
							return
						case len(p.Movements) == 1:
							back.Add(1)
						default:
							sold.Add(1)
						}
						first.Add(1)
					})
				}
				pair.Wait()
				if ids[0] != "" && ids[1] != "" && ids[0] != ids[1] {
					t.Errorf("one key made two postings, %s and %s", ids[0], ids[1])
				}
			}
		})
	}
	wg.Wait()
	if left := f.available("BRAKE-1", "SZ01"); left != have+back.Load()-sold.Load() || sold.Load() < have || short.Load() == 0 {
		t.Errorf("of %d and %d brought back %d were sold and %d are left; %d times there was too little", have, back.Load(), sold.Load(), left, short.Load())
	}
	if n := f.available("BRAKE-2", "SZ01"); n != 1+sold.Load() {
		t.Errorf("%d came for %d sold", n, sold.Load())
	}
	if rows := f.rows(); rows[2] != first.Load()+2 || rows[3] != first.Load()+2 {
		t.Errorf("stocks, movements, postings, keys: %v; %d happened", rows, first.Load())
	}
	if back.Load() != clients*each/7 {
		t.Errorf("%d brought back", back.Load())
	}
	f.verify()
}
