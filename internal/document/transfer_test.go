package document_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"entrepot/internal/money"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// shipped is what every mutation of shipments answers.
type shipped struct {
	payload

	Shipment *shipment
	Job      *struct{ ID, Kind, Title string }
}

type shipment struct {
	ID                                                                                                   string
	ShipmentNo, Version                                                                                  int
	State, Carrier                                                                                       string
	Overdue                                                                                              bool
	Quantity, AcceptedQuantity, RejectedQuantity, MissingQuantity, ReturnedQuantity, OutstandingQuantity int64
	Worth                                                                                                *worth
	Document                                                                                             struct{ No string }
	Lines                                                                                                list[shipmentLine]
}

type worth struct{ Sent, Arrived, WrittenOff, Returned, Outstanding string }

type shipmentLine struct {
	LineNo                                         int
	Sku, BatchNo                                   string
	Quantity, MissingQuantity, OutstandingQuantity int64
	Worth                                          worth
	Entries                                        list[struct {
		AcceptedDelta, RejectedDelta, MissingDelta, ReturnedDelta int64
		RejectedBucket                                            *string
		ReasonCode                                                string
		Posting                                                   struct{ Operation, ReasonCode string }
	}]
}

const worths = `worth { sent arrived writtenOff returned outstanding }`

const shipmentFields = `id shipmentNo version state carrier overdue quantity acceptedQuantity rejectedQuantity missingQuantity returnedQuantity outstandingQuantity ` + worths + `
  document { no }
  lines(first: 200) { totalCount nodes { lineNo sku batchNo quantity missingQuantity outstandingQuantity ` + worths + `
    entries { totalCount nodes { acceptedDelta rejectedDelta missingDelta returnedDelta rejectedBucket reasonCode posting { operation reasonCode } } } } }`

// ship runs one command on shipments as the manager.
func (f *floor) ship(op string, input vars) shipped {
	f.t.Helper()
	f.keys++
	full := vars{"idempotencyKey": fmt.Sprintf("ship-%d", f.keys)}
	maps.Copy(full, input)
	return f.shipRaw(op, full)
}

func (f *floor) shipRaw(op string, input vars) shipped {
	f.t.Helper()
	name := strings.ToUpper(op[:1]) + op[1:]
	selection := strings.Replace(answer, "{ document", "{ shipment { "+shipmentFields+" } job { id kind title } document", 1)
	var data struct{ It *shipped }
	f.Do(f.t, f.manager, fmt.Sprintf("mutation($in: %sInput!) { it: %s(input: $in) %s }", name, op, selection), vars{"in": input}).Into(f.t, &data)
	if data.It == nil {
		f.t.Fatalf("%s answered nothing", op)
	}
	return *data.It
}

func (f *floor) mustShip(op string, input vars) shipped {
	f.t.Helper()
	p := f.ship(op, input)
	if len(p.UserErrors) > 0 {
		f.t.Fatalf("%s: %+v", op, p.UserErrors)
	}
	return p
}

func (f *floor) refuseShip(op, want string, input vars) {
	f.t.Helper()
	before := f.rows()
	f.expect(op, f.ship(op, input).payload, want)
	if !maps.Equal(before, f.rows()) {
		f.t.Errorf("%s was refused and changed something", op)
	}
}

// transfer makes an approved transfer from SZ01.
func (f *floor) transfer(to string, lines ...vars) doc {
	f.t.Helper()
	return *f.must("transferCreate", vars{"warehouseCode": "SZ01", "targetWarehouseCode": to, "advanceTo": "APPROVED", "lines": lines}).Document
}

// abroad makes a warehouse that keeps its costs in US dollars.
func (f *floor) abroad(code string, rate money.Rate) {
	f.t.Helper()
	now := store.Moment(time.Now())
	if err := f.db.InTx(f.t.Context(), func(tx store.Tx) error {
		if _, err := tx.Ent.Warehouse.Create().SetCode(code).SetName(code).SetCurrency("USD").SetCreatedAt(now).SetUpdatedAt(now).Save(f.t.Context()); err != nil {
			return err
		}
		return f.rate(tx, rate, now.AddDate(0, 0, -10))
	}); err != nil {
		f.t.Fatal(err)
	}
}

func (f *floor) rate(tx store.Tx, rate money.Rate, day time.Time) error {
	day = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
	return tx.Ent.ExchangeRate.Create().SetFromCurrency("USD").SetToCurrency("CNY").SetRate(rate).SetRateDate(day).SetSource("test").
		SetRecordedAt(time.Now().UTC()).Exec(f.t.Context())
}

// stock tells "physical/available/allocated/damaged/onHold/inTransit value".
func (f *floor) stock(sku, site string) string {
	f.t.Helper()
	var data struct {
		Stock *struct {
			Physical, Available, Allocated, Damaged, OnHold, InTransit int64
			Value                                                      string
		}
	}
	f.Do(f.t, f.manager, `query($s: String!, $w: String!) { stock(sku: $s, warehouseCode: $w) { physical available allocated damaged onHold inTransit value } }`,
		vars{"s": sku, "w": site}).Into(f.t, &data)
	s := data.Stock
	if s == nil {
		return "none"
	}
	return fmt.Sprintf("%d/%d/%d/%d/%d/%d %s", s.Physical, s.Available, s.Allocated, s.Damaged, s.OnHold, s.InTransit, s.Value)
}

func (f *floor) holds(what, sku, site, want string) {
	f.t.Helper()
	if got := f.stock(sku, site); got != want {
		f.t.Errorf("%s: %s in %s holds %s, want %s", what, sku, site, got, want)
	}
}

func TestATransferBySeaInTwoShipments(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 7, vars{"unitCost": "1.4286"}), lineOf("LAMP-1", 30, vars{"unitCost": "3"})}})
		f.holds("before", "BRAKE-1", "SZ01", "7/7/0/0/0/0 10.0002")
		d := *f.must("transferCreate", vars{
			"warehouseCode": "sz01", "targetWarehouseCode": "la01", "expectedAt": "2026-01-01T00:00:00Z",
			"lines": []vars{lineOf("BRAKE-1", 7), lineOf("LAMP-1", 20)},
		}).Document
		f.expect("no dispatch of a draft", f.ship("transferDispatch", vars{"no": d.No}).payload, "INVALID_TRANSITION input")
		f.must("documentApprove", vars{"no": d.No})
		f.holds("promised", "BRAKE-1", "SZ01", "7/0/7/0/0/0 10.0002")
		f.expect("a transfer travels", f.send(f.manager, "documentExecute", vars{"no": d.No}), "INVALID_TRANSITION input.no")

		one := f.mustShip("transferDispatch", vars{"no": d.No, "shipment": vars{"carrier": "COSCO", "trackingNo": "C1"}, "lines": []vars{{"lineNo": 1, "quantity": 7}, {"lineNo": 2, "quantity": 5}}})
		if s := one.Shipment; s.ShipmentNo != 1 || s.State != "IN_TRANSIT" || s.Quantity != 12 || s.OutstandingQuantity != 12 || *s.Worth != (worth{"25.0002", "0", "0", "0", "25.0002"}) {
			t.Errorf("%+v", s)
		}
		f.holds("left", "BRAKE-1", "SZ01", "0/0/0/0/0/0 0")
		f.holds("left", "LAMP-1", "SZ01", "25/10/15/0/0/0 75")
		f.holds("on its way", "BRAKE-1", "LA01", "0/0/0/0/0/7 0")
		f.refuseShip("transferDispatch", "EXCEEDS_OUTSTANDING input.lines.0.quantity", vars{"no": d.No, "lines": []vars{{"lineNo": 2, "quantity": 16}}})
		two := f.mustShip("transferDispatch", vars{"no": d.No, "shipment": vars{"carrier": "Maersk", "eta": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}})
		if two.Shipment.ShipmentNo != 2 || two.Shipment.Quantity != 15 {
			t.Errorf("%+v", two.Shipment)
		}
		f.verify()

		// Three receipts of 7 units at 10.0002 together: not a cent is lost.
		got := f.mustShip("shipmentReceive", vars{"transferNo": d.No, "shipmentNo": 1, "lines": []vars{{"lineNo": 1, "accepted": 2}, {"lineNo": 2, "accepted": 3}}})
		if got.Shipment.State != "IN_TRANSIT" || got.Shipment.OutstandingQuantity != 7 {
			t.Errorf("%+v", got.Shipment)
		}
		f.holds("came", "BRAKE-1", "LA01", "2/2/0/0/0/5 2.8572")
		f.refuseShip("shipmentReceive", "EXCEEDS_OUTSTANDING input.lines.0.accepted", vars{"shipmentId": one.Shipment.ID, "lines": []vars{{"lineNo": 1, "accepted": 4, "rejected": 2}}})
		f.mustShip("shipmentReceive", vars{"shipmentId": one.Shipment.ID, "lines": []vars{
			{"lineNo": 1, "accepted": 1, "rejected": 1, "rejectReason": "CRUSHED"}, {"lineNo": 2, "rejected": 1, "rejectedBucket": "ON_HOLD"},
		}})
		f.holds("came", "BRAKE-1", "LA01", "4/3/0/1/0/3 5.7144")
		f.holds("came", "LAMP-1", "LA01", "4/3/0/0/1/16 12")
		f.expect("on its way", f.send(f.manager, "documentComplete", vars{"no": d.No}), "OUTSTANDING input.closeShort")
		f.expect("on its way", f.send(f.manager, "documentCancel", vars{"no": d.No, "keepExecuted": true}), "OUTSTANDING input.keepExecuted")
		f.expect("some came", f.send(f.manager, "documentCancel", vars{"no": d.No}), "INVALID input.keepExecuted")
		f.refuseShip("shipmentCancel", "INVALID input.shipmentId", vars{"shipmentId": one.Shipment.ID, "reasonCode": "MISTAKE"})

		// What is missing stays on its way, overdue, until it is given up or turns up.
		late := f.shipments(`filter: { overdue: true, targetWarehouseCodes: ["LA01"], sku: "brake-1" }`)
		if len(late) != 1 || late[0].ID != one.Shipment.ID || !late[0].Overdue {
			t.Errorf("overdue: %+v", late)
		}
		f.mustShip("shipmentCloseMissing", vars{"shipmentId": one.Shipment.ID, "reasonCode": "LOST_IN_TRANSIT", "lines": []vars{{"lineNo": 1}}})
		f.holds("given up", "BRAKE-1", "LA01", "4/3/0/1/0/0 5.7144")
		f.refuseShip("shipmentReceive", "EXCEEDS_OUTSTANDING input.lines.0.accepted", vars{"shipmentId": one.Shipment.ID, "lines": []vars{{"lineNo": 1, "accepted": 1}}})
		found := f.mustShip("shipmentReceive", vars{"shipmentId": one.Shipment.ID, "lines": []vars{{"lineNo": 1, "accepted": 1, "fromMissing": true}, {"lineNo": 2, "accepted": 1}}})
		f.holds("found", "BRAKE-1", "LA01", "5/4/0/1/0/0 7.143")
		if s := found.Shipment; s.State != "RECEIVED" || s.MissingQuantity != 2 || s.AcceptedQuantity != 8 || *s.Worth != (worth{"25.0002", "22.143", "2.8572", "0", "0"}) || s.Lines.Nodes[0].Entries.TotalCount != 4 {
			t.Errorf("%+v %+v", s, s.Worth)
		}
		if e := found.Shipment.Lines.Nodes[0].Entries.Nodes; e[0].Posting.ReasonCode != "TRANSFER" || e[2].Posting.ReasonCode != "LOST_IN_TRANSIT" {
			t.Errorf("the receipt and the loss were posted because of %+v and %+v", e[0].Posting, e[2].Posting)
		} else if *e[1].RejectedBucket != "DAMAGED" || e[1].ReasonCode != "CRUSHED" || e[2].ReasonCode != "LOST_IN_TRANSIT" || e[3].MissingDelta != -1 {
			t.Errorf("%+v", e)
		}

		done := f.mustShip("shipmentReceive", vars{"shipmentId": two.Shipment.ID, "complete": true})
		if done.Document.State != "COMPLETED" || done.Document.ExecutedQuantity != 27 || done.Shipment.State != "RECEIVED" {
			t.Errorf("%+v", done)
		}
		f.holds("all came", "LAMP-1", "LA01", "20/19/0/0/1/0 60")
		f.holds("all left", "LAMP-1", "SZ01", "10/10/0/0/0/0 30")
		f.refuseShip("shipmentReceive", "INVALID_TRANSITION input", vars{"shipmentId": two.Shipment.ID})
		f.expect("it is elsewhere", f.send(f.manager, "documentReverse", vars{"no": d.No, "reasonCode": "MISTAKE"}), "INVALID_TRANSITION input")
		f.verify()
	})
}

func (f *floor) shipments(args string) []shipment {
	f.t.Helper()
	var data struct{ Shipments list[shipment] }
	f.Do(f.t, f.manager, `{ shipments(`+args+`) { totalCount nodes { `+shipmentFields+` } } }`, nil).Into(f.t, &data)
	return data.Shipments.Nodes
}

func TestATransferIntoAnotherMoneyAgreesInBaseCurrency(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.abroad("US01", 70_000_000_000) // 7 CNY
		f.receive("BRAKE-1", 10)         // 10 CNY each
		d := f.transfer("US01", lineOf("BRAKE-1", 10))
		left := time.Now().AddDate(0, 0, -5).UTC()
		s := f.mustShip("transferDispatch", vars{"no": d.No, "occurredAt": left.Format(time.RFC3339)}).Shipment
		if err := db.InTx(t.Context(), func(tx store.Tx) error { return f.rate(tx, 80_000_000_000, time.Now().UTC().AddDate(0, 0, -2)) }); err != nil {
			t.Fatal(err)
		}
		f.mustShip("shipmentReceive", vars{"shipmentId": s.ID, "occurredAt": left.AddDate(0, 0, 1).Format(time.RFC3339), "lines": []vars{{"lineNo": 1, "accepted": 5}}})
		f.holds("at 7", "BRAKE-1", "US01", "5/5/0/0/0/5 7.1429") // 50 CNY
		f.mustShip("shipmentReceive", vars{"shipmentId": s.ID, "lines": []vars{{"lineNo": 1, "accepted": 3}}})
		f.holds("at 8", "BRAKE-1", "US01", "8/8/0/0/0/2 10.8929") // and 30 CNY

		var data struct {
			Now, Then, Before []struct {
				Warehouse struct{ Code string }
				Shipments int
				Quantity  int64
				BaseValue string
			}
			Stock struct {
				InTransitShipments []struct {
					Shipment struct{ ShipmentNo int }
					Line     struct{ OutstandingQuantity int64 }
				}
			}
		}
		const rows = `{ warehouse { code } shipments quantity baseValue }`
		f.Do(t, f.manager, `query($then: DateTime!, $before: DateTime!) {
  now: inTransitByWarehouse `+rows+` then: inTransitByWarehouse(asOf: $then, warehouseCodes: ["us01"]) `+rows+` before: inTransitByWarehouse(asOf: $before) `+rows+`
  stock(sku: "BRAKE-1", warehouseCode: "US01") { inTransitShipments { shipment { shipmentNo } line { outstandingQuantity } } } }`,
			vars{"then": left.Add(time.Hour).Format(time.RFC3339), "before": left.Add(-time.Hour).Format(time.RFC3339)}).Into(t, &data)
		if got := fmt.Sprint(data.Now, data.Then, data.Before, data.Stock); got != "[{{US01} 1 2 20}] [{{US01} 1 10 100}] [] {[{{1} {2}}]}" {
			t.Error(got)
		}
		f.verify()
	})
}

func TestATransferThatIsGivenUp(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 10)
		d := f.transfer("LA01", lineOf("BRAKE-1", 8))
		s := f.mustShip("transferDispatch", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 3}}}).Shipment
		back := f.mustShip("shipmentCancel", vars{"shipmentId": s.ID, "reasonCode": "MISTAKE"})
		if back.Shipment.State != "CANCELLED" || back.Shipment.ReturnedQuantity != 3 || back.Document.ExecutedQuantity != 0 || *back.Shipment.Worth != (worth{"30", "0", "0", "30", "0"}) {
			t.Errorf("%+v", back)
		}
		f.holds("promised again", "BRAKE-1", "SZ01", "10/2/8/0/0/0 100")
		f.holds("called back", "BRAKE-1", "LA01", "0/0/0/0/0/0 0")
		f.mustShip("transferDispatch", vars{"no": d.No})
		// The goods come back and leave what was on its way, and the promise is let go.
		for _, again := range []bool{false, true} {
			p := f.raw(f.manager, "documentCancel", vars{"no": d.No, "idempotencyKey": "cancel"})
			if m := p.Movements; len(m) != 3 || p.Replayed != again || m[0].Kind != "REVERSAL" || m[2].Kind != "RESERVATION" {
				t.Errorf("the cancellation moved %+v", p)
			}
		}
		f.holds("free", "BRAKE-1", "SZ01", "10/10/0/0/0/0 100")
		f.refuseShip("shipmentReceive", "INVALID_TRANSITION input", vars{"transferNo": d.No, "shipmentNo": 2})
		f.verify()

		d = f.transfer("LA01", lineOf("BRAKE-1", 8))
		f.mustShip("transferDispatch", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 3}}})
		f.mustShip("shipmentReceive", vars{"transferNo": d.No, "shipmentNo": 1})
		f.expect("short", f.send(f.manager, "documentComplete", vars{"no": d.No}), "OUTSTANDING input.closeShort")
		f.must("documentComplete", vars{"no": d.No, "closeShort": true})
		f.holds("closed short", "BRAKE-1", "SZ01", "7/7/0/0/0/0 70")
		f.verify()
	})
}

func TestBadTransfersAreRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 10)
		base := vars{"warehouseCode": "SZ01", "targetWarehouseCode": "LA01", "lines": []vars{lineOf("BRAKE-1", 8)}}
		but := func(more vars) vars {
			out := maps.Clone(base)
			maps.Copy(out, more)
			return out
		}
		for want, in := range map[string]vars{
			"INVALID input.targetWarehouseCode":         but(vars{"targetWarehouseCode": "sz01"}),
			"REQUIRED input.targetWarehouseCode":        but(vars{"targetWarehouseCode": " "}),
			"NOT_FOUND input.targetWarehouseCode":       but(vars{"targetWarehouseCode": "NOWHERE"}),
			"INVALID input.advanceTo":                   but(vars{"advanceTo": "COMPLETED"}),
			"INSUFFICIENT_STOCK input.lines.0.quantity": but(vars{"advanceTo": "APPROVED", "lines": []vars{lineOf("BRAKE-1", 11)}}),
			"NOT_FOUND input.lines.0.locationCode":      but(vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"locationCode": "X"})}}),
		} {
			f.expect(want, f.send(f.manager, "transferCreate", in), want)
		}
		d := f.transfer("LA01", lineOf("BRAKE-1", 8))
		f.refuseShip("transferDispatch", "NOT_FOUND input.lines.0.lineNo", vars{"no": d.No, "lines": []vars{{"lineNo": 2, "quantity": 1}}})
		f.refuseShip("transferDispatch", "INVALID input.lines.0.quantity", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": -1}}})
		f.refuseShip("transferDispatch", "NOT_FOUND input.lines.0", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 1, "batchNo": "B9"}}})
		f.refuseShip("transferDispatch", "INVALID input.shipment.eta", vars{"no": d.No, "shipment": vars{"eta": "2020-01-01T00:00:00Z"}})
		f.refuseShip("transferDispatch", "INVALID input.no", vars{"no": f.inbound(lineOf("BRAKE-1", 1)).No})
		f.refuseShip("shipmentReceive", "INVALID_TRANSITION input", vars{"transferNo": d.No, "shipmentNo": 1})
		f.refuseShip("shipmentReceive", "NOT_FOUND input.transferNo", vars{"transferNo": "TRF-1", "shipmentNo": 1})
		f.refuseShip("shipmentReceive", "REQUIRED input.shipmentId", vars{})
		s := f.mustShip("transferDispatch", vars{"no": d.No}).Shipment
		f.refuseShip("shipmentReceive", "NOT_FOUND input.shipmentNo", vars{"transferNo": d.No, "shipmentNo": 2})
		for want, line := range map[string]vars{
			"NOT_FOUND input.lines.0.lineNo":             {"lineNo": 3, "accepted": 1},
			"NOT_FOUND input.lines.0.batchNo":            {"lineNo": 1, "accepted": 1, "batchNo": "B"},
			"INVALID input.lines.0.accepted":             {"lineNo": 1},
			"INVALID input.lines.0.rejected":             {"lineNo": 1, "accepted": 1, "rejected": -1},
			"INVALID input.lines.0.rejectReason":         {"lineNo": 1, "rejected": 1, "rejectReason": "was wet"},
			"INVALID input.lines.0.rejectedBucket":       {"lineNo": 1, "rejected": 1, "rejectedBucket": "AVAILABLE"},
			"EXCEEDS_OUTSTANDING input.lines.0.accepted": {"lineNo": 1, "accepted": 1, "fromMissing": true},
		} {
			f.refuseShip("shipmentReceive", want, vars{"shipmentId": s.ID, "lines": []vars{line}})
		}
		f.refuseShip("shipmentReceive", "INVALID input.occurredAt", vars{"shipmentId": s.ID, "occurredAt": "2020-01-01T00:00:00Z"})
		f.refuseShip("shipmentReceive", "STALE_VERSION input.expectedVersion", vars{"shipmentId": s.ID, "expectedVersion": 2})
		f.refuseShip("shipmentCloseMissing", "EXCEEDS_OUTSTANDING input.lines.0.quantity", vars{"shipmentId": s.ID, "reasonCode": "LOST", "lines": []vars{{"lineNo": 1, "quantity": 9}}})
		f.verify()
	})
}

func TestShipmentCommandsAreRehearsedAndRepeated(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 10)
		d := f.transfer("LA01", lineOf("BRAKE-1", 8))
		before := f.rows()
		dry := f.ship("transferDispatch", vars{"no": d.No, "dryRun": true})
		if !dry.DryRun || dry.Shipment.Quantity != 8 || dry.Shipment.Lines.Nodes[0].Worth.Sent != "80" || !maps.Equal(before, f.rows()) {
			t.Errorf("%+v", dry)
		}
		s := f.shipRaw("transferDispatch", vars{"no": d.No, "idempotencyKey": "same"})
		again := f.shipRaw("transferDispatch", vars{"no": d.No, "idempotencyKey": "same"})
		if !again.Replayed || again.Shipment.ID != s.Shipment.ID || len(again.Movements) != 2 {
			t.Errorf("%+v", again)
		}
		in := vars{"shipmentId": s.Shipment.ID, "lines": []vars{{"lineNo": 1, "accepted": 3}}}
		for _, op := range []string{"shipmentReceive", "shipmentCloseMissing", "shipmentCancel"} {
			input := maps.Clone(in)
			if op != "shipmentReceive" {
				input = vars{"shipmentId": s.Shipment.ID, "reasonCode": "TEST"}
			}
			before := f.rows()
			input["dryRun"] = true
			if p := f.ship(op, input); !p.DryRun || p.Shipment.OutstandingQuantity == 8 || !maps.Equal(before, f.rows()) {
				t.Errorf("%s: %+v", op, p)
			}
		}
		in["idempotencyKey"] = "once"
		f.shipRaw("shipmentReceive", in)
		if p := f.shipRaw("shipmentReceive", in); !p.Replayed || p.Shipment.OutstandingQuantity != 5 {
			t.Errorf("%+v", p)
		}
		f.verify()
	})
}
