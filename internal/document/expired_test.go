package document_test

import (
	"testing"
	"time"

	"entrepot/graph/graphtest"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// A hold that has expired, and that nobody has swept yet, is in no document's way.
func TestAnExpiredHoldBlocksNoDocument(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.kits()
		f.receive("BRAKE-1", 10)
		f.receive("BRAKE-2", 10)
		f.receive("LAMP-1", 10)
		earlier := f.Deps
		earlier.Reservations = reservation.New(db, "CNY", func() time.Time { return time.Now().Add(-time.Hour) })
		held := graphtest.Over(earlier)
		for _, sku := range []string{"BRAKE-1", "BRAKE-2", "LAMP-1"} {
			held.Must(t, f.manager, "reservationCreate", "", vars{
				"idempotencyKey": sku, "businessType": "CART", "businessId": sku, "ttlSeconds": 60,
				"warehouseCodes": []string{"SZ01"}, "lines": []vars{{"sku": sku, "quantity": 10}},
			})
		}
		f.must("outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-2", 4)}})
		f.must("adjustmentCreate", vars{"warehouseCode": "SZ01", "reasonCode": "TEST", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-2", -6)}})
		f.must("assemblyCreate", vars{"warehouseCode": "SZ01", "kitSku": "KIT-1", "quantity": 5, "advanceTo": "COMPLETED"})
		if f.available("BRAKE-1") != 0 || f.available("BRAKE-2") != 0 || f.available("LAMP-1") != 5 || f.available("KIT-1") != 5 {
			t.Errorf("left: %d, %d, %d, %d", f.available("BRAKE-1"), f.available("BRAKE-2"), f.available("LAMP-1"), f.available("KIT-1"))
		}
		f.expect("more than there is", f.send(f.manager, "outboundCreate", vars{
			"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-2", 1)},
		}), "INSUFFICIENT_STOCK input.lines.0.quantity")
		f.verify()
	})
}
