package document_test

import (
	"slices"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// sold ships goods and returns the document that did.
func (f *floor) sold(lines ...vars) doc {
	f.t.Helper()
	return *f.must("outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "party": "Ada", "lines": lines}).Document
}

func TestGoodsThatComeBackAreInspected(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 10, vars{"unitCost": "10"})}})
		out := f.sold(lineOf("BRAKE-1", 6))
		f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 4, vars{"unitCost": "30"})}})

		back := f.must("inboundCreate", vars{"warehouseCode": "SZ01", "returnOf": out.No, "advanceTo": "APPROVED", "lines": []vars{lineOf("BRAKE-1", 5)}}).Document
		line := back.Lines.Nodes[0]
		if line.Bucket != "ON_HOLD" || line.UnitCost == nil || *line.UnitCost != "10" {
			t.Errorf("the line of a return: %+v", line)
		}
		f.expect("more than was shipped", f.send(f.manager, "inboundCreate", vars{"warehouseCode": "SZ01", "returnOf": out.No, "lines": []vars{lineOf("BRAKE-1", 2)}}),
			"EXCEEDS_OUTSTANDING input.lines.0.quantity")
		f.expect("what was never shipped", f.send(f.manager, "inboundCreate", vars{"warehouseCode": "SZ01", "returnOf": out.No, "lines": []vars{lineOf("LAMP-1", 1)}}),
			"EXCEEDS_OUTSTANDING input.lines.0.quantity")
		f.expect("a return for another reason", f.send(f.manager, "inboundCreate", vars{"warehouseCode": "SZ01", "returnOf": out.No, "reasonCode": "PURCHASE", "lines": []vars{lineOf("BRAKE-1", 1)}}),
			"INVALID input.reasonCode")
		f.expect("a return of what came in", f.send(f.manager, "inboundCreate", vars{"warehouseCode": "SZ01", "returnOf": back.No, "lines": []vars{lineOf("BRAKE-1", 1)}}), "INVALID input.returnOf")
		f.expect("a return of nothing", f.send(f.manager, "inboundCreate", vars{"warehouseCode": "SZ01", "returnOf": "OUT-X", "lines": []vars{lineOf("BRAKE-1", 1)}}), "NOT_FOUND input.returnOf")
		f.expect("a reversal of what comes back", f.send(f.manager, "documentReverse", vars{"no": out.No, "reasonCode": "TEST"}), "INVALID input.no")

		f.expect("an inspection before anything came", f.send(f.manager, "documentInspect", vars{"no": back.No, "lines": []vars{{"lineNo": 1, "quantity": 1, "bucket": "AVAILABLE"}}}), "INVALID_TRANSITION input")
		f.must("documentExecute", vars{"no": back.No, "lines": []vars{{"lineNo": 1, "quantity": 3}, {"lineNo": 1, "quantity": 1, "bucket": "AVAILABLE"}}})
		if f.available("BRAKE-1") != 9 { // 4 left, 4 bought, 1 seen at the door
			t.Errorf("available %d", f.available("BRAKE-1"))
		}
		p := f.must("documentInspect", vars{"no": back.No, "lines": []vars{{"lineNo": 1, "quantity": 1, "bucket": "AVAILABLE"}, {"lineNo": 1, "quantity": 1, "bucket": "DAMAGED", "reasonCode": "SCRATCHED"}}})
		if len(p.Movements) != 1 || p.Movements[0].Kind != "MOVE" || f.available("BRAKE-1") != 10 {
			t.Errorf("%+v, available %d", p.Movements, f.available("BRAKE-1"))
		}
		f.expect("more than waits", f.send(f.manager, "documentInspect", vars{"no": back.No, "lines": []vars{{"lineNo": 1, "quantity": 2, "bucket": "AVAILABLE"}}}), "EXCEEDS_OUTSTANDING input.lines.0.quantity")
		f.must("documentComplete", vars{"no": back.No, "closeShort": true})
		f.must("documentInspect", vars{"no": back.No, "lines": []vars{{"lineNo": 1, "quantity": 1, "bucket": "DAMAGED"}}})
		want := []string{"3 BRAKE-1/ ON_HOLD", "1 BRAKE-1/ AVAILABLE", "1 BRAKE-1/ AVAILABLE from ON_HOLD", "1 BRAKE-1/ DAMAGED from ON_HOLD", "1 BRAKE-1/ DAMAGED from ON_HOLD"}
		if got := f.read(back.No).executions(1); !slices.Equal(got, want) {
			t.Errorf("executions %v", got)
		}
		// 4 at 10 and 4 at 30 were there, 4 came back at what they left at.
		if n := f.count(`SELECT value FROM stock_costs WHERE sku = 'BRAKE-1'`); n != 200_0000 {
			t.Errorf("worth %d", n)
		}
		f.verify()

		// The return is taken back, so its goods may come back again, or the sale be reversed.
		f.must("documentReverse", vars{"no": back.No, "reasonCode": "TEST"})
		f.must("documentReverse", vars{"no": out.No, "reasonCode": "TEST"})
		f.expect("a return of what was taken back", f.send(f.manager, "inboundCreate", vars{"warehouseCode": "SZ01", "returnOf": out.No, "lines": []vars{lineOf("BRAKE-1", 1)}}), "INVALID input.returnOf")
		if f.available("BRAKE-1") != 14 {
			t.Errorf("available %d", f.available("BRAKE-1"))
		}
		f.verify()
	})
}
