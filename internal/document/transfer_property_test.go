package document_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Whatever order goods are dispatched, received, rejected, given up, found and called
// back in, nothing is lost and nothing appears: units over source, in transit and
// target are what they were but for those given up, and so is value, to the last digit.
func TestTransfersConserveUnitsAndValue(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		const sku, units = "BRAKE-1", 100_000
		f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf(sku, units, vars{"unitCost": "0.3333", "batchNo": "A"})}})
		f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf(sku, units, vars{"unitCost": "1.7777", "batchNo": "B"})}})
		worth := f.count(`SELECT sum(value) FROM stock_costs`)
		var journeys int
		rapid.Check(t, func(rt *rapid.T) {
			journeys++
			if journeys > 25 { // each is some ten commands through the graph
				return
			}
			n := rapid.IntRange(1, 60).Draw(rt, "n")
			d := f.transfer("LA01", lineOf(sku, n, vars{"batchNo": "A"}), lineOf(sku, n, vars{"batchNo": "B"}))
			var ids []string
			for range rapid.IntRange(1, 14).Draw(rt, "steps") {
				line, amount := rapid.IntRange(1, 2).Draw(rt, "line"), rapid.IntRange(1, 20).Draw(rt, "amount")
				step := rapid.SampledFrom([]string{"dispatch", "dispatch", "receive", "receive", "reject", "found", "close", "cancel"}).Draw(rt, "step")
				if len(ids) == 0 {
					step = "dispatch"
				}
				if step == "dispatch" {
					if p := f.ship("transferDispatch", vars{"no": d.No, "lines": []vars{{"lineNo": line, "quantity": amount}}}); p.Shipment != nil {
						ids = append(ids, p.Shipment.ID)
					}
					continue
				}
				in := vars{"shipmentId": rapid.SampledFrom(ids).Draw(rt, "shipment")}
				op := "shipmentReceive"
				switch step {
				case "receive":
					in["lines"] = []vars{{"lineNo": line, "accepted": amount}}
				case "reject":
					in["lines"] = []vars{{"lineNo": line, "accepted": 1, "rejected": amount}}
				case "found":
					in["lines"] = []vars{{"lineNo": line, "accepted": 1, "fromMissing": true}}
				case "close":
					op, in["reasonCode"], in["lines"] = "shipmentCloseMissing", "LOST", []vars{{"lineNo": line, "quantity": amount}}
				case "cancel":
					op, in["reasonCode"] = "shipmentCancel", "MISTAKE"
				}
				for _, code := range refused(f.ship(op, in).payload) { // what is not possible is refused and changes nothing
					if !slices.ContainsFunc([]string{"EXCEEDS", "NOT_FOUND", "INVALID input.shipmentId"}, func(s string) bool { return len(code) >= len(s) && code[:len(s)] == s }) {
						rt.Fatalf("%s: %s", step, code)
					}
				}
			}
			const given, back = `coalesce((SELECT sum(missing_quantity) FROM shipment_lines), 0)`, 2 * units
			if got := f.count(`SELECT sum(physical_quantity + in_transit_quantity) + ` + given + ` FROM stocks`); got != back {
				rt.Fatalf("%d units of %d", got, back)
			}
			var on, off int64
			for _, s := range f.shipments(`first: 200, filter: { search: "` + d.No + `" }`) {
				on, off = on+cents(s.Worth.Outstanding), off+cents(s.Worth.WrittenOff)
			}
			if got := f.count(`SELECT sum(value) FROM stock_costs`); got+on+off != worth {
				rt.Fatalf("worth %d in stock, %d on its way, %d written off, and %d before", got, on, off, worth)
			}
			f.settle(d, ids)
			worth = f.count(`SELECT sum(value) FROM stock_costs`)
		})
		f.verify()
	})
}

// settle receives what is on its way and gives up what never left.
func (f *floor) settle(d doc, ids []string) {
	f.t.Helper()
	for _, id := range ids {
		f.expectOneOf(f.ship("shipmentReceive", vars{"shipmentId": id}).payload, "", "EXCEEDS_OUTSTANDING input.shipmentId")
	}
	f.must("documentCancel", vars{"no": d.No, "keepExecuted": true})
}

func (f *floor) expectOneOf(p payload, want ...string) {
	f.t.Helper()
	got := ""
	if r := refused(p); len(r) > 0 {
		got = r[0]
	}
	if !slices.Contains(want, got) {
		f.t.Errorf("refused %q, want one of %q: %+v", got, want, p.UserErrors)
	}
}

// cents is a decimal of up to four places × 10⁴.
func cents(s string) int64 {
	var whole, rest int64
	var digits string
	if n, _ := fmt.Sscanf(s, "%d.%s", &whole, &digits); n == 2 {
		for len(digits) < 4 {
			digits += "0"
		}
		_, _ = fmt.Sscanf(digits, "%d", &rest)
	}
	return whole*10_000 + rest
}
