package document_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"entrepot/internal/document"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestDryRunsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	f := setup(t, db)
	f.receive("BRAKE-1", 1000)
	var wg sync.WaitGroup
	for c := range 32 {
		wg.Go(func() {
			p := f.raw(f.manager, "outboundCreate", vars{
				"idempotencyKey": "", "dryRun": true, "warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", c+1)},
			})
			if len(p.UserErrors) > 0 || p.Document.No != "" || p.Document.ExecutedQuantity != int64(c+1) {
				t.Errorf("%+v", p)
			}
		})
	}
	wg.Wait()
	f.verify()
}

func TestTheSameOrderInAnotherMoneyIsAnotherContent(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 100)
		s, ctx := f.service(time.Now)
		in := document.RecordInput{Source: "sales", WarehouseCode: "SZ01", Currency: "GBP", Records: []document.Record{
			order("1", time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), stock.DocumentOutbound, sold("BRAKE-1", 6)),
		}}
		if _, err := s.Record(ctx, in); err != nil {
			t.Fatal(err)
		}
		in.Currency = "USD"
		got, err := s.Record(ctx, in)
		if err != nil || fmt.Sprint(outcomes(got)) != "[REFUSED]" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
