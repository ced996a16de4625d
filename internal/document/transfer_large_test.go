package document_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// many makes n products that SZ01 holds 100 of each, as lines of 1.
func (f *floor) many(n int) []vars {
	f.t.Helper()
	skus, received, lines := make([]string, n), make([]vars, n), make([]vars, n)
	for i := range n {
		skus[i] = fmt.Sprintf("MANY-%05d", i)
		received[i], lines[i] = lineOf(skus[i], 100, vars{"unitCost": "1.25"}), lineOf(skus[i], 1)
	}
	for chunk := range slices.Chunk(skus, 1000) {
		f.Products(f.t, chunk...)
	}
	f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": received})
	return lines
}

// named are lines 1 to n, each with more.
func named(n int, more vars) []vars {
	lines := make([]vars, n)
	for i := range lines {
		lines[i] = vars{"lineNo": i + 1}
		for k, v := range more {
			lines[i][k] = v
		}
	}
	return lines
}

func TestATransferOfFiveThousandLines(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.RunJobs(t)
		const n = 5000
		lines := f.many(n)
		clock := time.Now()
		lap := func(what string) {
			t.Logf("%s of %d lines: %s", what, n, time.Since(clock).Round(time.Millisecond))
			clock = time.Now()
		}
		d := *f.must("transferCreate", vars{"warehouseCode": "SZ01", "targetWarehouseCode": "LA01", "lines": lines}).Document
		lap("create")
		f.must("documentApprove", vars{"no": d.No})
		lap("approve")
		s := f.large("transferDispatch", vars{"no": d.No, "lines": named(n, vars{"quantity": 1})}).Shipment
		lap("dispatch")
		if s.Quantity != n || s.Worth.Sent != "6250" || s.Lines.TotalCount != n {
			t.Errorf("%d units in %d lines, worth %s", s.Quantity, s.Lines.TotalCount, s.Worth.Sent)
		}
		got := f.large("shipmentReceive", vars{"shipmentId": s.ID, "lines": named(n, vars{"accepted": 1}), "complete": true})
		lap("receive")
		if got.Shipment.State != "RECEIVED" || got.Document.State != "COMPLETED" || got.Shipment.Worth.Arrived != "6250" {
			t.Errorf("%+v", got.Shipment)
		}
		f.verify()
	})
}
