package document_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/ent/product"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/command"
	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// stands compares what a SKU has in SZ01, over all batches.
func (f *floor) stands(what, sku string, physical, available, allocated int64) {
	f.t.Helper()
	var p, v, a int64
	err := f.db.SQL().QueryRowContext(f.t.Context(), `SELECT coalesce(sum(physical_quantity), 0), coalesce(sum(available_quantity), 0), coalesce(sum(allocated_quantity), 0)
FROM stocks s JOIN warehouses w ON w.id = s.warehouse_id WHERE s.sku = $1 AND w.code = 'SZ01'`, sku).Scan(&p, &v, &a)
	if err != nil {
		f.t.Fatal(err)
	}
	if p != physical || v != available || a != allocated {
		f.t.Errorf("%s: %s has %d physical, %d available, %d allocated; want %d, %d, %d", what, sku, p, v, a, physical, available, allocated)
	}
	f.verify()
}

// batched receives goods of batches that expire so many days from now.
func (f *floor) batched(sku string, n int, days map[string]int) {
	f.t.Helper()
	for _, no := range slices.Sorted(maps.Keys(days)) {
		f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf(sku, n, vars{
			"batchNo": no, "unitCost": "10", "expiresOn": time.Now().AddDate(0, 0, days[no]).Format(time.DateOnly),
		})}})
	}
}

func TestAnOutboundIsPromisedPickedAndShippedInParts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.batched("BRAKE-1", 10, map[string]int{"LATE": 90, "SOON": 30})
		f.receive("LAMP-1", 5)
		d := f.outbound(lineOf("BRAKE-1", 12), lineOf("LAMP-1", 5))
		f.stands("approved", "BRAKE-1", 20, 8, 12)
		f.expect("promised goods are not there for others", f.send(f.manager, "outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "APPROVED", "lines": []vars{lineOf("LAMP-1", 1)}}),
			"INSUFFICIENT_STOCK input.lines.0.quantity")

		got := f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 11}}}).Document
		if want := []string{"10 BRAKE-1/SOON AVAILABLE", "1 BRAKE-1/LATE AVAILABLE"}; !slices.Equal(f.read(got.No).executions(1), want) {
			t.Errorf("first what expires first: %v", f.read(got.No).executions(1))
		}
		f.stands("shipped in part", "BRAKE-1", 9, 8, 1)
		f.expect("more than is outstanding", f.send(f.manager, "documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 2}}}), "EXCEEDS_OUTSTANDING input.lines.0.quantity")
		f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 2, "quantity": 4, "reasonCode": "SHORT_PICK"}}, "complete": true, "closeShort": true})
		f.stands("closed short", "BRAKE-1", 9, 9, 0)
		f.stands("closed short", "LAMP-1", 1, 1, 0)

		f.must("documentReverse", vars{"no": d.No, "reasonCode": "TEST"})
		f.stands("reversed", "BRAKE-1", 20, 20, 0)
		f.stands("reversed", "LAMP-1", 5, 5, 0)
	})
}

func TestACancelledOutboundFreesWhatItWasPromised(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 20)
		approved := f.outbound(lineOf("BRAKE-1", 5))
		f.must("documentCancel", vars{"no": approved.No})
		f.stands("cancelled", "BRAKE-1", 20, 20, 0)

		part := f.outbound(lineOf("BRAKE-1", 5))
		f.must("documentExecute", vars{"no": part.No, "lines": []vars{{"lineNo": 1, "quantity": 2}}})
		f.must("documentCancel", vars{"no": part.No, "keepExecuted": true})
		f.stands("what was shipped is kept", "BRAKE-1", 18, 18, 0)

		back := f.outbound(lineOf("BRAKE-1", 5))
		f.must("documentExecute", vars{"no": back.No, "lines": []vars{{"lineNo": 1, "quantity": 2}}})
		f.must("documentCancel", vars{"no": back.No})
		f.stands("what was shipped comes back", "BRAKE-1", 18, 18, 0)
	})
}

func TestAnotherBatchIsTakenThanPromised(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.batched("BRAKE-1", 10, map[string]int{"B30": 30, "B60": 60, "OLD": -1, "NEAR": 3})
		if err := f.db.InTx(t.Context(), func(tx store.Tx) error {
			return tx.Ent.Product.Update().Where(product.Sku("BRAKE-1")).SetMinShelfLifeDays(5).Exec(t.Context())
		}); err != nil {
			t.Fatal(err)
		}
		d := f.outbound(lineOf("BRAKE-1", 8))
		f.stands("promised", "BRAKE-1", 40, 32, 8)
		for what, batch := range map[string]string{"an expired batch": "OLD", "a batch that expires too soon": "NEAR"} {
			f.expect(what, f.send(f.manager, "documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 1, "batchNo": batch}}}), "INVALID input.lines.0.batchNo")
		}
		f.expect("a batch that is not there", f.send(f.manager, "documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 1, "batchNo": "NONE"}}}), "INSUFFICIENT_STOCK input.lines.0.quantity")
		f.stands("refused", "BRAKE-1", 40, 32, 8)

		f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 3, "batchNo": "B60"}, {"lineNo": 1, "quantity": 5}}, "complete": true})
		if got, want := f.read(d.No).executions(1), []string{"3 BRAKE-1/B60 AVAILABLE", "5 BRAKE-1/B30 AVAILABLE"}; !sameSet(got, want) {
			t.Errorf("executions %v", got)
		}
		f.stands("swapped", "BRAKE-1", 32, 32, 0)
		f.expect("nothing that may be sold is left of it", f.send(f.manager, "outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "APPROVED", "lines": []vars{lineOf("BRAKE-1", 13)}}), "INSUFFICIENT_STOCK input.lines.0.quantity")
		scrap := *f.must("outboundCreate", vars{"warehouseCode": "SZ01", "reasonCode": "SCRAP", "advanceTo": "APPROVED", "lines": []vars{lineOf("BRAKE-1", 10, vars{"batchNo": "OLD"})}}).Document
		f.must("documentExecute", vars{"no": scrap.No, "complete": true})
		f.stands("scrapped", "BRAKE-1", 22, 22, 0)
	})
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func TestScrapLeavesWhatIsDamagedWithoutAPromise(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 4, vars{"bucket": "DAMAGED"}), lineOf("BRAKE-1", 3, vars{"bucket": "ON_HOLD"}), lineOf("BRAKE-1", 5)}})
		d := f.must("outboundCreate", vars{"warehouseCode": "SZ01", "reasonCode": "SCRAP", "advanceTo": "APPROVED", "lines": []vars{
			lineOf("BRAKE-1", 4, vars{"bucket": "DAMAGED"}), lineOf("BRAKE-1", 2), lineOf("BRAKE-1", 3, vars{"bucket": "ON_HOLD"}),
		}}).Document
		f.stands("approved", "BRAKE-1", 12, 3, 2)
		f.must("documentExecute", vars{"no": d.No, "complete": true})
		f.stands("scrapped", "BRAKE-1", 3, 3, 0)
	})
}

// reserve promises goods of SZ01 to an order, as a customer's.
func (f *floor) reserve(order string, expires *time.Time, wants ...reservation.Want) {
	f.t.Helper()
	ctx, now := f.t.Context(), time.Now().UTC()
	err := f.db.InTx(ctx, func(tx store.Tx) error {
		at, err := tx.Ent.Warehouse.Query().Where(entwarehouse.Code("SZ01")).OnlyID(ctx)
		if err != nil {
			return err
		}
		for i := range wants {
			wants[i].LineNo, wants[i].Warehouses = i+1, []int64{at}
		}
		_, err = reservation.Promise(ctx, tx, now, reservation.Request{
			BusinessType: "ORDER", BusinessID: order, ExpiresAt: expires, Lines: wants,
			Posting: ledger.Posting{Operation: "test", ActorID: f.manager.UserID, BaseCurrency: "CNY", OccurredAt: now},
		})
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestAnOutboundExecutesFromAReservation(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 10)
		f.receive("LAMP-1", 10)
		f.reserve("SO-1", nil, reservation.Want{SKU: "BRAKE-1", Quantity: 4}, reservation.Want{SKU: "LAMP-1", Quantity: 6})
		from := func(more vars) vars {
			in := vars{"warehouseCode": "SZ01", "fromReservation": vars{"businessType": "ORDER", "businessId": "SO-1"}}
			for k, v := range more {
				in[k] = v
			}
			return in
		}
		f.expect("more than is reserved", f.send(f.manager, "outboundCreate", from(vars{"lines": []vars{lineOf("BRAKE-1", 5)}})), "EXCEEDS_OUTSTANDING input.lines.0.quantity")
		f.expect("goods that are not available", f.send(f.manager, "outboundCreate", from(vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"bucket": "DAMAGED"})}})), "INVALID input.lines.0.bucket")
		f.expect("somebody's that is not there", f.send(f.manager, "outboundCreate", from(vars{"fromReservation": vars{"businessType": "ORDER", "businessId": "SO-9"}})), "NOT_FOUND input.fromReservation")
		f.expect("half a name", f.send(f.manager, "outboundCreate", from(vars{"fromReservation": vars{"businessType": "ORDER"}})), "REQUIRED input.fromReservation")
		f.expect("no lines and no reservation", f.send(f.manager, "outboundCreate", vars{"warehouseCode": "SZ01"}), "REQUIRED input.lines")
		own := f.outbound(lineOf("BRAKE-1", 1))
		f.expect("another document's own", f.send(f.manager, "outboundCreate", from(vars{"fromReservation": vars{"businessType": "DOCUMENT", "businessId": own.No}})), "NOT_FOUND input.fromReservation")
		f.must("documentCancel", vars{"no": own.No})

		d := f.must("outboundCreate", from(vars{"advanceTo": "APPROVED"})).Document
		if d.LineCount != 2 || d.Quantity != 10 {
			t.Errorf("%+v", d)
		}
		f.stands("taken over", "BRAKE-1", 10, 6, 4)
		f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 3}}})
		f.stands("shipped in part", "BRAKE-1", 7, 6, 1)
		f.must("documentCancel", vars{"no": d.No})
		f.stands("the customer's goods are held again", "BRAKE-1", 10, 6, 4)
		f.stands("the customer's goods are held still", "LAMP-1", 10, 4, 6)

		done := f.must("outboundCreate", from(vars{"advanceTo": "COMPLETED"})).Document
		f.stands("shipped at once", "BRAKE-1", 6, 6, 0)
		f.expect("a reservation that is used up", f.send(f.manager, "outboundCreate", from(nil)), "INVALID_TRANSITION input.fromReservation")
		f.must("documentReverse", vars{"no": done.No, "reasonCode": "TEST"})
		f.stands("held again", "LAMP-1", 10, 4, 6)

		soon := time.Now().Add(300 * time.Millisecond)
		f.reserve("SO-2", &soon, reservation.Want{SKU: "BRAKE-1", Quantity: 2})
		late := f.must("outboundCreate", from(vars{"advanceTo": "APPROVED", "fromReservation": vars{"businessType": "ORDER", "businessId": "SO-2"}})).Document
		s, ctx := f.service(func() time.Time { return soon.Add(time.Second) })
		if _, err := s.Execute(ctx, document.ExecuteInput{Intent: command.Intent{IdempotencyKey: "late"}, Which: document.Which{No: late.No}}); err == nil || !strings.Contains(err.Error(), "expired") {
			t.Errorf("an expired reservation was executed: %v", err)
		}
		f.verify()
	})
}
