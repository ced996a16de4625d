package document_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"entrepot/internal/testdb"
)

func TestManyReceiveOneShipmentAndNothingComesTwice(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	f.receive("BRAKE-1", 100)
	f.receive("LAMP-1", 100)
	d := f.transfer("LA01", lineOf("BRAKE-1", 100), lineOf("LAMP-1", 100))
	s := f.mustShip("transferDispatch", vars{"no": d.No}).Shipment
	var wg sync.WaitGroup
	var accepted, rejected atomic.Int64
	for c := range 32 {
		wg.Go(func() {
			p := f.shipRaw("shipmentReceive", vars{"idempotencyKey": fmt.Sprint(c), "shipmentId": s.ID, "lines": []vars{
				{"lineNo": 2, "accepted": 5}, {"lineNo": 1, "accepted": 3, "rejected": 2},
			}})
			switch {
			case len(p.UserErrors) == 0:
				accepted.Add(8)
				rejected.Add(2)
			case p.UserErrors[0].Code != "EXCEEDS_OUTSTANDING":
				t.Errorf("%+v", p.UserErrors)
			}
		})
	}
	wg.Wait()
	if accepted.Load() != 160 || rejected.Load() != 40 {
		t.Errorf("%d accepted and %d rejected of 200", accepted.Load(), rejected.Load())
	}
	f.holds("all came once", "BRAKE-1", "LA01", "100/60/0/40/0/0 1000")
	f.verify()
}

func TestTransfersInOppositeDirectionsNeverDeadlock(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	for _, site := range []string{"SZ01", "LA01"} {
		f.must("inboundCreate", vars{"warehouseCode": site, "advanceTo": "COMPLETED", "lines": []vars{
			lineOf("BRAKE-1", 1000, vars{"unitCost": "10"}), lineOf("BRAKE-2", 1000, vars{"unitCost": "10"}), lineOf("LAMP-1", 1000, vars{"unitCost": "10"}),
		}})
	}
	var wg sync.WaitGroup
	for c := range 16 {
		from, to, lines := "SZ01", "LA01", []vars{lineOf("BRAKE-1", 3), lineOf("BRAKE-2", 3), lineOf("LAMP-1", 3)}
		if c%2 == 1 {
			from, to = to, from
			lines[0], lines[2] = lines[2], lines[0]
		}
		wg.Go(func() {
			key := func(n int) string { return fmt.Sprintf("%d-%d", c, n) }
			p := f.raw(f.manager, "transferCreate", vars{"idempotencyKey": key(1), "warehouseCode": from, "targetWarehouseCode": to, "advanceTo": "APPROVED", "lines": lines})
			if len(p.UserErrors) > 0 {
				t.Errorf("%+v", p.UserErrors)
				return
			}
			for n, op := range []string{"transferDispatch", "shipmentReceive"} {
				in := vars{"idempotencyKey": key(n + 2), "no": p.Document.No}
				if op == "shipmentReceive" {
					in = vars{"idempotencyKey": key(n + 2), "transferNo": p.Document.No, "shipmentNo": 1, "complete": true}
				}
				if s := f.shipRaw(op, in); len(s.UserErrors) > 0 {
					t.Errorf("%s: %+v", op, s.UserErrors)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, sku := range []string{"BRAKE-1", "LAMP-1"} {
		f.holds("as many went as came", sku, "SZ01", "1000/1000/0/0/0/0 10000")
		f.holds("as many went as came", sku, "LA01", "1000/1000/0/0/0/0 10000")
	}
	f.verify()
}
