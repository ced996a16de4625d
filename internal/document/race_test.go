package document_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestNumbersRiseByKindWarehouseAndDayThere(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			return tx.Ent.Warehouse.Update().SetTimeZone("Asia/Shanghai").Exec(t.Context())
		}); err != nil {
			t.Fatal(err)
		}
		make1 := func(op, site, at string) string {
			return f.must(op, vars{"warehouseCode": site, "occurredAt": at, "lines": []vars{lineOf("BRAKE-1", 1)}}).Document.No
		}
		got := []string{
			make1("inboundCreate", "SZ01", "2026-03-01T15:59:59Z"),
			make1("inboundCreate", "SZ01", "2026-03-01T16:00:00Z"), // midnight in Shenzhen
			make1("inboundCreate", "SZ01", "2026-03-01T00:00:00Z"),
			make1("outboundCreate", "SZ01", "2026-03-01T00:00:00Z"),
			make1("inboundCreate", "LA01", "2026-03-01T00:00:00Z"),
		}
		want := []string{"IN-SZ01-20260301-0001", "IN-SZ01-20260302-0001", "IN-SZ01-20260301-0002", "OUT-SZ01-20260301-0001", "IN-LA01-20260301-0001"}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}

		var mu sync.Mutex
		var numbers []string
		var wg sync.WaitGroup
		for c := range 16 {
			wg.Go(func() {
				for n := range 5 {
					p := f.raw(f.manager, "outboundCreate", vars{
						"idempotencyKey": fmt.Sprintf("%d-%d", c, n), "warehouseCode": "LA01", "occurredAt": "2026-03-01T00:00:00Z", "lines": []vars{lineOf("BRAKE-1", 1)},
					})
					mu.Lock()
					numbers = append(numbers, p.Document.No)
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		slices.Sort(numbers)
		if n := len(slices.Compact(slices.Clone(numbers))); n != 80 || numbers[0] != "OUT-LA01-20260301-0001" || numbers[79] != "OUT-LA01-20260301-0080" {
			t.Errorf("%d numbers of their own, %s to %s", n, numbers[0], numbers[len(numbers)-1])
		}
	})
}

func TestManyExecuteOneDocumentAndItHappensOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		d := f.inbound(lineOf("BRAKE-1", 100), lineOf("LAMP-1", 100))
		var wg sync.WaitGroup
		var done atomic.Int64
		for c := range 32 {
			wg.Go(func() {
				p := f.raw(f.manager, "documentExecute", vars{
					"idempotencyKey": fmt.Sprint(c), "no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 7}, {"lineNo": 2, "quantity": 7}},
				})
				if len(p.UserErrors) == 0 {
					done.Add(1)
				} else if p.UserErrors[0].Code != "EXCEEDS_OUTSTANDING" {
					t.Errorf("%+v", p.UserErrors)
				}
			})
		}
		wg.Wait()
		if got := f.read(d.No); done.Load() != 14 || got.ExecutedQuantity != 196 || got.Version != 16 || f.available("LAMP-1") != 98 {
			t.Errorf("%d went through: %+v", done.Load(), got)
		}
		f.verify()
	})
}

func TestOutboundsInOppositeOrderShareWhatThereIsWithoutADeadlock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 50)
		f.receive("LAMP-1", 50)
		began := time.Now()
		var wg sync.WaitGroup
		var done atomic.Int64
		for c := range 64 {
			wg.Go(func() {
				lines := []vars{lineOf("BRAKE-1", 1), lineOf("LAMP-1", 1)}
				if c%2 == 0 {
					slices.Reverse(lines)
				}
				p := f.raw(f.manager, "outboundCreate", vars{"idempotencyKey": fmt.Sprint("out", c), "warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": lines})
				if len(p.UserErrors) == 0 {
					done.Add(1)
				} else if p.UserErrors[0].Code != "INSUFFICIENT_STOCK" {
					t.Errorf("%+v", p.UserErrors)
				}
			})
		}
		wg.Wait()
		if done.Load() != 50 || f.available("BRAKE-1") != 0 || f.available("LAMP-1") != 0 {
			t.Errorf("%d went through, %d and %d are left", done.Load(), f.available("BRAKE-1"), f.available("LAMP-1"))
		}
		t.Log(strings.TrimSpace(fmt.Sprint(time.Since(began))))
		f.verify()
	})
}

func TestAnArchivedWarehouseHoldsNothingHoweverTheyRace(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		for n := range 40 {
			code := fmt.Sprintf("R%03d", n)
			f.Warehouses(t, code)
			var wg sync.WaitGroup
			for c := range 3 {
				wg.Go(func() {
					f.raw(f.manager, "inboundCreate", vars{
						"idempotencyKey": fmt.Sprintf("r%d-%d", n, c), "warehouseCode": code, "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 1)},
					})
				})
				wg.Go(func() {
					f.Do(t, f.manager, `mutation($k: String!, $w: String!) { stockAdjust(input: {idempotencyKey: $k, reasonCode: "T", changes: [{sku: "LAMP-1", warehouseCode: $w, delta: 1}]}) { userErrors { code } } }`,
						vars{"k": fmt.Sprintf("a%d-%d", n, c), "w": code})
				})
			}
			wg.Go(func() {
				f.Do(t, f.manager, `mutation($c: String!) { warehouseArchive(input: {code: $c}) { userErrors { code message } } }`, vars{"c": code})
			})
			wg.Wait()
		}
		if n := f.count("SELECT count(DISTINCT w.id) FROM warehouses w JOIN stocks s ON s.warehouse_id = w.id WHERE w.status = 'ARCHIVED' AND s.physical_quantity > 0"); n > 0 {
			t.Errorf("%d archived warehouses hold stock", n)
		}
		f.verify()
	})
}
