package reservation_test

import (
	"testing"
	"time"

	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// An order is reserved, shipped in parts, one part taken back, the rest given up.
func TestAnOrderIsReservedShippedAndGivenUp(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 10)
		f.receive("LAMP-1", "SZ01", 5)

		in := order("A-1", line("BRAKE-1", 6), line("LAMP-1", 2))
		dry := f.must("reservationCreate", with(in, vars{"dryRun": true}))
		if !dry.DryRun || len(dry.Movements) != 2 || dry.Posting != nil || dry.Reservation.OpenQuantity != 8 {
			t.Errorf("dry run: %+v", dry)
		}
		f.stands("BRAKE-1", "SZ01", 10, 0)

		made := f.must("reservationCreate", with(in, vars{"idempotencyKey": "once"}))
		again := f.must("reservationCreate", with(in, vars{"idempotencyKey": "once"}))
		if !again.Replayed || again.Reservation.ID != made.Reservation.ID || len(again.Movements) != 2 {
			t.Errorf("sent again: %+v", again)
		}
		f.stands("BRAKE-1", "SZ01", 10, 6)
		f.expect("the same order twice", f.send("reservationCreate", in), "TAKEN input.businessId")
		f.expect("too much", f.send("reservationCreate", order("A-2", line("BRAKE-1", 3), line("LAMP-1", 4))), "INSUFFICIENT_STOCK input.lines.1.quantity")

		object := vars{"businessType": "order", "businessId": "A-1"}
		shipped := f.must("reservationDeduct", with(object, vars{"lines": []vars{{"sku": "brake-1", "quantity": 4}}}))
		f.stands("BRAKE-1", "SZ01", 6, 2)
		f.expect("more than is left", f.send("reservationDeduct", with(object, vars{"lines": []vars{line("BRAKE-1", 3)}})), "EXCEEDS_OUTSTANDING input.lines.0.quantity")
		f.expect("another's goods", f.send("reservationDeduct", with(object, vars{"lines": []vars{line("BRAKE-2", 1)}})), "NOT_FOUND input.lines.0")
		f.expect("a foreign reservation", f.send("reservationDeduct", vars{"id": made.Reservation.ID, "businessType": "ORDER", "businessId": "A-9"}), "NOT_FOUND input.id")

		back := vars{"postingId": shipped.Posting.ID}
		f.must("reservationRollback", back)
		f.stands("BRAKE-1", "SZ01", 10, 6)
		f.expect("taken back twice", f.send("reservationRollback", back), "ALREADY_REVERSED input.postingId")
		f.expect("no deduction", f.send("reservationRollback", vars{"postingId": made.Posting.ID}), "NOT_FOUND input.postingId")

		f.must("reservationDeduct", with(object, vars{"lines": []vars{{"lineNo": 1, "quantity": 6}}}))
		f.must("reservationRelease", with(object, vars{"lines": []vars{line("LAMP-1", 1)}}))
		f.stands("LAMP-1", "SZ01", 5, 1)
		f.must("reservationExtend", with(object, vars{"ttlSeconds": 60}))
		ended := f.must("reservationRelease", object).Reservation
		if ended.State != "COMPLETED" || ended.DeductedQuantity != 6 || ended.ReleasedQuantity != 2 || ended.OpenQuantity != 0 {
			t.Errorf("in the end: %+v", ended)
		}
		if n := len(ended.Events.Nodes); int64(n) != ended.Version {
			t.Errorf("%d events at version %d", n, ended.Version)
		}
		f.expect("what is closed", f.send("reservationDeduct", object), "INVALID_TRANSITION input.businessId")
		f.must("reservationCreate", order("A-1", line("BRAKE-1", 4)))
		f.stands("BRAKE-1", "SZ01", 4, 4)
		f.verify()
	})
}

// What expired is in nobody's way, with the sweep stopped: neither of another
// reservation, nor of an adjustment, nor of the same order.
func TestAnExpiredHoldIsInNobodysWay(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		hold := func(id string) {
			t.Helper()
			f.must("reservationCreate", with(order(id, line("BRAKE-1", 10)), vars{"ttlSeconds": 60}))
			f.pass(time.Minute)
		}
		f.receive("BRAKE-1", "SZ01", 10)
		hold("A-1")
		object := vars{"businessType": "ORDER", "businessId": "A-1"}
		f.expect("deduct", f.send("reservationDeduct", object), "EXPIRED input.businessId")
		f.expect("extend", f.send("reservationExtend", with(object, vars{"ttlSeconds": 60})), "EXPIRED input.businessId")
		f.stands("BRAKE-1", "SZ01", 10, 10)
		var data struct {
			Stock struct{ Available, Allocated int64 }
		}
		f.Do(t, f.manager, `{ stock(sku: "BRAKE-1", warehouseCode: "SZ01") { available allocated } }`, nil).Into(t, &data)
		if data.Stock.Available != 10 || data.Stock.Allocated != 0 {
			t.Errorf("stock shows %+v", data.Stock)
		}
		f.must("reservationCreate", order("A-1", line("BRAKE-1", 3)))
		f.stands("BRAKE-1", "SZ01", 10, 3)
		f.must("reservationRelease", object)

		hold("A-2")
		if refused := f.adjust(vars{"sku": "BRAKE-1", "warehouseCode": "SZ01", "delta": -4}, nil); refused != nil {
			t.Errorf("an adjustment is refused: %v", refused)
		}
		f.receive("BRAKE-1", "SZ01", 4)
		hold("A-3")
		f.set("BRAKE-1", "AVAILABLE", 10, 9)
		f.stands("BRAKE-1", "SZ01", 9, 0)

		f.receive("BRAKE-1", "SZ01", 1)
		hold("A-4")
		if n, err := f.Deps.Reservations.Sweep(t.Context(), nil); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		f.stands("BRAKE-1", "SZ01", 10, 0)
		if n, err := f.Deps.Reservations.Sweep(t.Context(), nil); n != 0 || err != nil {
			t.Errorf("swept %d again, %v", n, err)
		}
		f.verify()
	})
}

// A rollback that comes after the expiry brings the goods back and holds nothing.
func TestWhatComesBackTooLateIsLetGo(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 10)
		f.must("reservationCreate", with(order("A-1", line("BRAKE-1", 4)), vars{"ttlSeconds": 60}))
		object := vars{"businessType": "ORDER", "businessId": "A-1"}
		first := f.must("reservationDeduct", with(object, vars{"lines": []vars{line("BRAKE-1", 1)}}))
		all := f.must("reservationDeduct", object)
		f.must("reservationCreate", order("A-1", line("BRAKE-1", 1)))
		f.must("reservationRollback", vars{"postingId": all.Posting.ID})
		f.stands("BRAKE-1", "SZ01", 9, 1) // another one of the order is active by now
		f.must("reservationRelease", object)
		f.pass(time.Minute)
		f.must("reservationRollback", vars{"postingId": first.Posting.ID})
		f.stands("BRAKE-1", "SZ01", 10, 0)
		f.verify()
	})
}

// A count below what is promised is recorded: the lowest priority goes short first,
// of equal ones the youngest; then goods on hold, then damaged ones.
func TestLossesMakeReservationsShort(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 12)
		f.must("reservationCreate", with(order("VIP", line("BRAKE-1", 4)), vars{"priority": 5}))
		f.must("reservationCreate", order("OLD", line("BRAKE-1", 3)))
		f.must("reservationCreate", order("YOUNG", line("BRAKE-1", 3)))
		take := vars{"sku": "BRAKE-1", "warehouseCode": "SZ01", "delta": -4}
		if refused := f.adjust(take, nil); len(refused) != 1 || refused[0] != "INSUFFICIENT_STOCK" {
			t.Errorf("taking what is promised: %v", refused)
		}
		if refused := f.adjust(take, vars{"ifPromised": "SHORTEN_RESERVATIONS"}); refused != nil {
			t.Errorf("a loss is refused: %v", refused)
		}
		f.stands("BRAKE-1", "SZ01", 8, 8)
		f.short(map[string]int64{"VIP": 0, "OLD": 0, "YOUNG": 2})
		posting := f.set("BRAKE-1", "PHYSICAL", 8, 5)
		f.stands("BRAKE-1", "SZ01", 5, 5)
		f.short(map[string]int64{"VIP": 0, "OLD": 2, "YOUNG": 3})

		f.reverse(posting)
		f.short(map[string]int64{"VIP": 0, "OLD": 0, "YOUNG": 2})
		f.stands("BRAKE-1", "SZ01", 8, 8)

		f.expect("nothing to fill with", f.send("reservationFill", vars{"businessType": "ORDER", "businessId": "YOUNG"}), "INSUFFICIENT_STOCK input.businessId")
		f.receive("BRAKE-1", "SZ01", 1)
		f.must("reservationFill", vars{"businessType": "ORDER", "businessId": "YOUNG"})
		f.short(map[string]int64{"VIP": 0, "OLD": 0, "YOUNG": 1})
		var data struct {
			Reservations struct{ Nodes []struct{ BusinessID string } }
		}
		f.Do(t, f.manager, `{ reservations(filter: {short: true, sku: "brake-1", warehouseCodes: ["sz01"], states: [ACTIVE]}) { nodes { businessId } } }`, nil).Into(t, &data)
		if len(data.Reservations.Nodes) != 1 || data.Reservations.Nodes[0].BusinessID != "YOUNG" {
			t.Errorf("short are %+v", data.Reservations.Nodes)
		}
		if p := f.must("reservationRelease", vars{"businessType": "ORDER", "businessId": "YOUNG", "lines": []vars{line("BRAKE-1", 1)}}); p.Posting != nil {
			t.Error("what is owed is given up by a posting")
		}
		f.set("BRAKE-1", "PHYSICAL", 9, 0)
		f.stands("BRAKE-1", "SZ01", 0, 0)
		f.verify()
	})
}

// Batches go by the first to expire, as long as they live long enough; held ones and
// others' are passed over.
func TestBatchesAreChosenByTheRule(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		today := time.Now().UTC().Truncate(24 * time.Hour)
		for _, b := range []struct {
			no    string
			days  int
			state stock.BatchState
		}{{"LATE", 90, ""}, {"SOON", 20, ""}, {"HELD", 30, stock.BatchHold}, {"MID", 40, ""}, {"MID-2", 40, ""}} {
			f.receive("LAMP-1", "SZ01", 5, b.no)
			f.batch("LAMP-1", b.no, today.AddDate(0, 0, b.days), b.state)
		}
		f.receive("LAMP-1", "SZ01", 5)
		chosen := func(p payload) (out []string) {
			for _, a := range p.Reservation.Allocations.Nodes {
				out = append(out, a.BatchNo)
			}
			return out
		}
		expect := func(p payload, want ...string) {
			t.Helper()
			if got := chosen(p); !equal(got, want) {
				t.Errorf("chosen %q, want %q", got, want)
			}
			f.must("reservationRelease", vars{"id": p.Reservation.ID})
		}
		expect(f.must("reservationCreate", order("A-1", line("LAMP-1", 17))), "SOON", "MID", "MID-2", "LATE")
		ship := today.AddDate(0, 0, 20).Format(time.DateOnly)
		expect(f.must("reservationCreate", with(order("A-2", line("LAMP-1", 17)), vars{"shipOn": ship})), "MID", "MID-2", "LATE", "")
		expect(f.must("reservationCreate", order("A-3", vars{"sku": "LAMP-1", "quantity": 2, "batchNo": "LATE"})), "LATE")
		f.expect("a held batch", f.send("reservationCreate", order("A-4", vars{"sku": "LAMP-1", "quantity": 1, "batchNo": "HELD"})), "INSUFFICIENT_STOCK input.lines.0.quantity")
		f.rule("LAMP-1", stock.AllocateFIFO, 25)
		expect(f.must("reservationCreate", order("A-5", line("LAMP-1", 12))), "LATE", "MID", "MID-2")
		f.verify()
	})
}

// Lines come from the first warehouse that has all of them, or from several.
func TestWarehousesAreTriedInOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 3)
		f.receive("BRAKE-1", "LA01", 6)
		both := vars{"warehouseCodes": []string{"sz01", "LA01"}}
		places := func(p payload) (out []string) {
			for _, a := range p.Reservation.Allocations.Nodes {
				out = append(out, a.Warehouse.Code)
			}
			f.must("reservationRelease", vars{"id": p.Reservation.ID})
			return out
		}
		for _, c := range []struct {
			n    int64
			more vars
			want []string
		}{
			{3, nil, []string{"SZ01"}},
			{4, nil, []string{"LA01"}},
			{4, vars{"split": true}, []string{"SZ01", "LA01"}},
			{12, vars{"ifShort": "TAKE_WHAT_IS_THERE"}, []string{"LA01"}},
			{12, vars{"ifShort": "TAKE_WHAT_IS_THERE", "split": true}, []string{"SZ01", "LA01"}},
		} {
			p := f.must("reservationCreate", with(with(order("A-1", line("BRAKE-1", c.n)), both), c.more))
			if got := places(p); !equal(got, c.want) {
				t.Errorf("%d units, %v: from %v, want %v", c.n, c.more, got, c.want)
			}
		}
		f.expect("not from one", f.send("reservationCreate", with(order("A-1", line("BRAKE-1", 7)), both)), "INSUFFICIENT_STOCK input.lines.0.quantity")
		f.expect("nothing at all", f.send("reservationCreate", with(order("A-1", line("LAMP-1", 7)), vars{"ifShort": "TAKE_WHAT_IS_THERE"})), "INSUFFICIENT_STOCK input.lines.0.quantity")
		f.verify()
	})
}

// Of a sales kit the components are promised, and leave with it; a refusal names the
// limiting part. Stand-ins fill in when asked.
func TestKitsAndStandIns(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.kit("SET-1", map[string]int64{"BRAKE-1": 2, "LAMP-1": 1})
		f.receive("BRAKE-1", "SZ01", 9)
		f.receive("LAMP-1", "SZ01", 9)
		f.must("reservationCreate", order("A-1", line("SET-1", 3), line("BRAKE-1", 1)))
		f.stands("BRAKE-1", "SZ01", 9, 7)
		f.stands("LAMP-1", "SZ01", 9, 3)
		p := f.send("reservationCreate", order("A-2", line("SET-1", 2)))
		f.expect("too few kits", p, "INSUFFICIENT_STOCK input.lines.0.quantity")
		if m := p.UserErrors[0].Message; !contains(m, "BRAKE-1") || *p.UserErrors[0].ShortBy != 1 {
			t.Errorf("the limiting part is not named: %s", m)
		}
		object := vars{"businessType": "ORDER", "businessId": "A-1"}
		f.must("reservationDeduct", with(object, vars{"lines": []vars{line("SET-1", 2)}}))
		f.stands("BRAKE-1", "SZ01", 5, 3)
		f.stands("LAMP-1", "SZ01", 7, 1)
		f.must("reservationDeduct", with(object, vars{"lines": []vars{line("BRAKE-1", 3), line("LAMP-1", 1)}}))
		f.stands("BRAKE-1", "SZ01", 2, 0)

		f.interchange("BRAKE-1", "BRAKE-2")
		f.receive("BRAKE-2", "SZ01", 5)
		wanted := order("A-3", line("BRAKE-1", 4))
		f.expect("without stand-ins", f.send("reservationCreate", wanted), "INSUFFICIENT_STOCK input.lines.0.quantity")
		f.must("reservationCreate", with(wanted, vars{"includeInterchange": true}))
		f.stands("BRAKE-2", "SZ01", 5, 2)
		f.must("reservationDeduct", vars{"businessType": "ORDER", "businessId": "A-3", "lines": []vars{line("BRAKE-1", 3)}})
		f.stands("BRAKE-1", "SZ01", 0, 0)
		f.stands("BRAKE-2", "SZ01", 4, 1)
		f.verify()
	})
}
