package document_test

import (
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// A freight bill that was taken back by itself is not taken back again with its receipt.
func TestAReceiptIsTakenBackAfterItsLandedCost(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"documentReverse", "documentCancel"} {
		testdb.Each(t, func(t *testing.T, db *store.DB) {
			f := setup(t, db)
			no := f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "APPROVED", "lines": []vars{lineOf("BRAKE-1", 3, vars{"unitCost": "10"}), lineOf("LAMP-1", 2, vars{"unitCost": "1"})}}).Document.No
			f.must("documentExecute", vars{"no": no, "lines": []vars{{"lineNo": 1, "quantity": 3}}})
			f.must("landedCostAdd", vars{"no": no, "kind": "FREIGHT", "basis": "QUANTITY", "amount": "6", "currency": "CNY"})
			f.must("landedCostReverse", vars{"no": no, "landedCostNo": 1})
			in := vars{"no": no}
			if how == "documentReverse" {
				f.must("documentComplete", vars{"no": no, "closeShort": true})
				in["reasonCode"] = "ERROR"
			}
			f.must(how, in)
			if f.available("BRAKE-1") != 0 {
				t.Error("the goods are still there")
			}
			f.verify()
		})
	}
}

// A bill for a receipt that was taken back does not raise the worth of other goods.
func TestAReceiptThatWasTakenBackBearsNoCost(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		receive := vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 3, vars{"unitCost": "10"})}}
		f.must("inboundCreate", receive)
		no := f.must("inboundCreate", receive).Document.No
		by := f.must("documentReverse", vars{"no": no, "reasonCode": "ERROR"}).Document.No
		bill := vars{"no": no, "kind": "FREIGHT", "basis": "QUANTITY", "amount": "6", "currency": "CNY"}
		f.expect("taken back", f.send(f.manager, "landedCostAdd", bill), "INVALID input.no")
		bill["no"] = by
		f.expect("what takes back", f.send(f.manager, "landedCostAdd", bill), "INVALID input.no")
		if got := f.unitCost("BRAKE-1"); got != "10 30" {
			t.Errorf("brakes are worth %s", got)
		}
		f.verify()
	})
}

// Goods of a held batch cannot be inspected into what may be sold.
func TestInspectionOfAHeldBatch(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		no := f.must("inboundCreate", vars{
			"warehouseCode": "SZ01", "reasonCode": "RETURN", "advanceTo": "APPROVED",
			"lines": []vars{lineOf("BRAKE-1", 3, vars{"batchNo": "B1"})},
		}).Document.No
		f.must("documentExecute", vars{"no": no, "complete": true})
		f.Must(t, f.manager, "batchUpdate", "", vars{"idempotencyKey": "hold", "sku": "BRAKE-1", "batchNo": "B1", "state": "HOLD"})
		f.expect("held", f.send(f.manager, "documentInspect", vars{"no": no, "lines": []vars{
			{"lineNo": 1, "quantity": 1, "bucket": "DAMAGED"}, {"lineNo": 1, "quantity": 2, "bucket": "AVAILABLE"},
		}}), "INVALID input.lines.1.bucket")
		f.must("documentInspect", vars{"no": no, "lines": []vars{{"lineNo": 1, "quantity": 1, "bucket": "DAMAGED"}}})
		f.Must(t, f.manager, "batchUpdate", "", vars{"idempotencyKey": "free", "sku": "BRAKE-1", "batchNo": "B1", "state": "AVAILABLE"})
		f.must("documentInspect", vars{"no": no, "lines": []vars{{"lineNo": 1, "quantity": 2, "bucket": "AVAILABLE"}}})
		f.verify()
	})
}

// What is found more of a held batch is on hold; what merely lies in another bin
// stays what it is.
func TestACountOfAHeldBatch(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.Must(t, f.manager, "warehouseCreate", "", vars{"code": "BINS", "name": "Bins", "currency": "CNY", "tracksLocations": true})
		for _, code := range []string{"A-01", "B-01"} {
			f.Must(t, f.manager, "locationCreate", "", vars{"warehouseCode": "BINS", "code": code, "type": "STORAGE"})
		}
		batch := vars{"batchNo": "B1", "unitCost": "10"}
		f.must("inboundCreate", vars{"warehouseCode": "BINS", "advanceTo": "COMPLETED", "lines": []vars{
			lineOf("BRAKE-1", 5, batch, vars{"locationCode": "A-01"}), lineOf("BRAKE-1", 5, batch, vars{"locationCode": "B-01"}),
		}})
		f.Must(t, f.manager, "batchUpdate", "", vars{"idempotencyKey": "hold", "sku": "BRAKE-1", "batchNo": "B1", "state": "HOLD"})
		count := func(a, b, held int64) {
			t.Helper()
			no := f.took("stocktakeCreate", vars{"warehouseCode": "BINS", "scope": vars{"everything": true}}).Document.No
			f.took("stocktakeCount", vars{"no": no, "lines": []vars{{"lineNo": 1, "quantity": a}, {"lineNo": 2, "quantity": b}}})
			f.took("stocktakeApprove", vars{"no": no})
			if n := f.count("SELECT hold_quantity FROM stocks WHERE sku = 'BRAKE-1'"); n != held || f.inBin("A-01") != a || f.inBin("B-01") != b {
				t.Errorf("on hold %d of %d, in the bins %d and %d", n, held, f.inBin("A-01"), f.inBin("B-01"))
			}
			f.sound()
			f.must("documentReverse", vars{"no": no, "reasonCode": "ERROR"})
			f.sound()
		}
		count(4, 6, 10)
		count(4, 8, 12)
		count(7, 5, 12)
		count(5, 3, 8)
	})
}

// Freight of a transfer is borne by what came of it, in the currency of its target.
func TestATransferBearsItsFreight(t *testing.T) {
	t.Parallel()
	for currency, freight := range map[string]int64{"USD": 100000, "CNY": 700000} {
		testdb.Each(t, func(t *testing.T, db *store.DB) {
			f := setup(t, db)
			f.Must(t, f.manager, "exchangeRateSet", "", vars{"fromCurrency": "USD", "toCurrency": "CNY", "rate": "7"})
			f.Must(t, f.manager, "warehouseCreate", "", vars{"code": "FAR", "name": "Far", "currency": currency, "tracksLocations": false})
			f.receive("BRAKE-1", 10)
			no := f.transfer("FAR", lineOf("BRAKE-1", 10)).No
			bill := vars{"no": no, "kind": "FREIGHT", "basis": "QUANTITY", "amount": "70", "currency": "CNY"}
			f.expect("before it left", f.send(f.manager, "landedCostAdd", bill), "INVALID_TRANSITION input")
			f.ship("transferDispatch", vars{"no": no})
			f.expect("before it came", f.send(f.manager, "landedCostAdd", bill), "INVALID input.no")
			f.ship("shipmentReceive", vars{"transferNo": no, "shipmentNo": 1, "lines": []vars{{"lineNo": 1, "accepted": 4, "rejected": 1}}})
			worth := func() int64 {
				return f.count("SELECT c.value FROM stock_costs c JOIN warehouses w ON w.id = c.warehouse_id WHERE w.code = 'FAR'")
			}
			before := worth()
			check := func(bills int64) {
				t.Helper()
				if got, want := worth(), before+bills*freight; got != want {
					t.Errorf("after %d bills it is worth %d, want %d", bills, got, want)
				}
				f.sound()
			}
			f.must("landedCostAdd", bill)
			check(1)
			f.ship("shipmentCloseMissing", vars{"transferNo": no, "shipmentNo": 1, "reasonCode": "LOST"})
			f.must("documentComplete", vars{"no": no})
			f.must("landedCostAdd", bill)
			check(2)
			f.must("landedCostReverse", vars{"no": no, "landedCostNo": 1})
			check(1)
		})
	}
}
